"""Run notebooks and store what they printed and drew, the same bytes each time.

    python -m tools.notebooks [--clean] [PATH ...]

Without a path: every lesson and every solution. A notebook is run from its own folder, top to
bottom, in a fresh kernel that sees none of the user's Jupyter, IPython or matplotlib settings, and
then cleaned. It is written only if all of it ran, and only if that changes a byte. ``--clean`` runs
nothing: it is enough after a sentence was edited in Jupyter, and says where code was edited.

What cells say about themselves:

- The tag ``nbval-ignore-output`` marks a cell whose output is a time, a progress bar or the name
  of a machine, or hangs on how its processor rounds. Its stored output is kept as long as no code
  cell of the notebook changes: to measure anew, clear it.
- The tag ``raises-exception`` marks a cell that has to raise. Of the traceback, the last line is
  stored.
- The tag ``measured`` marks a cell that asserts times. In the browser edition, where they differ, a
  failed assertion is explained and *Run All* goes on (cnnlib/here.py).
- The tag ``recorded`` marks a cell that would take more than about a minute there. As long as
  nobody changes it, it shows there what it shows here, and leaves no variables.
- The tag ``answer`` marks a cell whose output answers a prediction: what is stored is folded away,
  and opens with one click or when the cell is run.
- The markdown cell that follows a figure says in words what it shows, for someone who cannot see
  it: ``<details><summary>The figure in words</summary> ... </details>``. That reaches every reader,
  in JupyterLab and on a page. It is copied to the figure's metadata, where nbconvert finds it.

A widget's view is not stored: the name of its model is random, and without a kernel it shows
nothing. What stays of an explorer is its text and, if its class offers one, its picture. Of a
progress bar nothing stays, for its text would say 0 % for ever.
"""

import argparse
import contextlib
import hashlib
import re
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from tools.isolated import isolated

ROOT = Path(__file__).resolve().parent.parent
CELL_SECONDS = 300  # a cell that takes longer is stopped

KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE_INFO = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
}
# Figures without margins and without the name of the matplotlib that drew them; a quiet kernel.
IPYTHON_CONFIG = """\
c = get_config()
c.InlineBackend.print_figure_kwargs = {"bbox_inches": "tight", "metadata": {"Software": None}}
c.IPKernelApp.log_level = "ERROR"
"""

CELL_METADATA = {"jupyter", "nbgrader", "tags"}
OUTPUT_METADATA = {"alt", "height", "width"}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
BAR = re.compile(r"^[^\n]*\b0%\|[^\n]*\[[^\n]*\]$")  # tqdm's text, as it was at the start
IN_WORDS = re.compile(
    r"<details><summary>The figure in words</summary>\n\n(.*?)\n\n</details>", flags=re.DOTALL
)
IMAGES = ("image/png", "image/jpeg", "image/svg+xml")
CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")


class NotebookError(Exception):
    """A notebook that cannot be run to its end or stored."""


def fingerprint(nb):
    """Return 16 hex digits that change when the code of the notebook does."""
    code = "\0".join(c.source for c in nb.cells if c.cell_type == "code" and c.source.strip())
    return hashlib.sha256(code.encode()).hexdigest()[:16]


def clean(nb):
    """Strip, in place, what changes from run to run or from machine to machine; return `nb`.

    Cleaning what is clean changes nothing. What was executed, ``metadata.cnnlib.executed``, is
    left as it is: only `run` may say so.
    """
    executed = nb.metadata.get("cnnlib", {}).get("executed")
    nb.metadata = nbformat.from_dict({"kernelspec": KERNELSPEC, "language_info": LANGUAGE_INFO})
    if executed is not None:
        nb.metadata.cnnlib = nbformat.from_dict({"executed": executed})
    nb.nbformat, nb.nbformat_minor = 4, 5
    nb.cells = [c for c in nb.cells if c.cell_type != "code" or c.source.strip() or c.outputs]
    _set_ids(nb.cells)
    for number, cell in enumerate(nb.cells):
        cell.metadata = _clean_cell_metadata(cell)
        if cell.cell_type == "code":
            cell.outputs = _clean_outputs(cell, in_words(nb, number))
    return nb


def in_words(nb, number):
    """Return what the cell after cell `number` says of its figure, on one line, or None."""
    after = nb.cells[number + 1] if number + 1 < len(nb.cells) else None
    match = after and after.cell_type == "markdown" and IN_WORDS.fullmatch(after.source.strip())
    return " ".join(match[1].split()) if match else None


def _clean_cell_metadata(cell):
    kept = {k: v for k, v in cell.metadata.items() if k in CELL_METADATA and v not in ([], {}, "")}
    jupyter = {k: v for k, v in kept.pop("jupyter", {}).items() if k == "source_hidden"}
    if "answer" in kept.get("tags", []):
        jupyter["outputs_hidden"] = True
    if jupyter:
        kept["jupyter"] = jupyter
    return nbformat.from_dict(kept)


def _set_ids(cells):
    """Keep each valid id where it comes first; make the others from the cell's own text."""
    seen = set()
    for cell in cells:
        name = cell.get("id", "")
        if not CELL_ID.fullmatch(name) or name in seen:
            stem = hashlib.sha256(f"{cell.cell_type}\0{cell.source}".encode()).hexdigest()[:8]
            taken = seen | {other.get("id") for other in cells}
            choices = (f"{stem}-{n}" if n else stem for n in range(len(cells) + 1))
            name = next(choice for choice in choices if choice not in taken)
            cell.id = name
        seen.add(name)


def _clean_outputs(cell, alt):
    outputs = []
    for output in cell.outputs:
        if output.output_type == "stream":
            last = outputs[-1] if outputs else {}
            if last.get("output_type") == "stream" and last.name == output.name:
                last.text += output.text  # how a stream was cut depends on the clock
                continue
        elif output.output_type == "error":
            output.traceback = [f"{output.ename}: {output.evalue}"]
        else:
            view = output.data.pop(WIDGET_VIEW, None)
            if view is not None and BAR.match(output.data.get("text/plain", "")):
                continue
            output.metadata = _clean_output_metadata(output, alt)
            if output.output_type == "execute_result":
                output.execution_count = cell.execution_count
        outputs.append(output)
    return outputs


def _clean_output_metadata(output, alt):
    metadata = {}
    for mime in output.data:
        about = output.metadata.get(mime, {})
        kept = {k: v for k, v in about.items() if k in OUTPUT_METADATA - {"alt"}}
        if alt and mime in IMAGES:
            kept["alt"] = alt
        if kept:
            metadata[mime] = kept
    return nbformat.from_dict(metadata)


@contextlib.contextmanager
def own_settings():
    """Let kernels see settings of ours and none of the user's, for as long as this lasts."""
    with isolated() as folder:
        profile = folder / "ipython" / "profile_default"
        profile.mkdir(parents=True)
        (profile / "ipython_kernel_config.py").write_text(IPYTHON_CONFIG)
        yield


def run(nb, folder):
    """Execute and clean `nb`, in place, as if opened in `folder`; return `nb`."""
    code = fingerprint(nb)
    same_code = nb.metadata.get("cnnlib", {}).get("executed") == code
    stored = {
        cell.id: cell.outputs
        for cell in nb.cells
        if cell.cell_type == "code"
        and "nbval-ignore-output" in cell.metadata.get("tags", [])
        and cell.outputs
    }
    client = NotebookClient(
        nb,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
    )
    try:
        with own_settings():
            client.execute()
    except CellExecutionError as error:
        raise NotebookError(f"{_where(nb)} raised {error.ename}: {error.evalue}\n{error}") from None
    except (CellTimeoutError, DeadKernelError) as error:
        raise NotebookError(f"{_where(nb)} did not end: {error}") from None
    for number, cell in enumerate(nb.cells):
        _refuse_surprises(number, cell)
        if same_code and cell.get("id") in stored:
            cell.outputs = stored[cell.id]
    nb.metadata.setdefault("cnnlib", {})["executed"] = code
    return clean(nb)


def _where(nb):
    """Name the cell that was executed last."""
    executed = [
        (n, cell)
        for n, cell in enumerate(nb.cells)
        if cell.cell_type == "code" and (cell.execution_count or cell.outputs)
    ]
    number, cell = executed[-1] if executed else (0, nb.cells[0])
    return f"cell {number} ({_first_line(cell)!r})"


def _first_line(cell):
    return cell.source.strip().partition("\n")[0]


def _refuse_surprises(number, cell):
    if cell.cell_type != "code":
        return
    for output in cell.outputs:
        if output.output_type == "stream" and output.name == "stderr":
            raise NotebookError(
                f"cell {number} ({_first_line(cell)!r}) wrote to stderr, which a reader should "
                f"never see:\n{output.text}"
            )
    raised = any(output.output_type == "error" for output in cell.outputs)
    if "raises-exception" in cell.metadata.get("tags", []) and not raised:
        raise NotebookError(
            f"cell {number} ({_first_line(cell)!r}) is tagged raises-exception and did not raise"
        )


def dumps(nb):
    """Return the text that is stored for `nb`."""
    nbformat.validate(nb)
    return nbformat.writes(nb).rstrip("\n") + "\n"


def find(paths=()):
    """Return the notebooks that `paths` name, or by default every lesson and solution."""
    lessons = ROOT / "notebooks"
    paths = [Path(p) for p in paths] or [p for p in (lessons, lessons / "solutions") if p.is_dir()]
    found = []
    for path in paths:
        if not path.exists():
            raise NotebookError(f"there is no {path}")
        found += sorted(path.glob("*.ipynb")) if path.is_dir() else [path]
    return found


def main(argv=None):
    """Run the command line that the module's docstring shows; return the exit status."""
    parser = argparse.ArgumentParser(
        description="Run notebooks and store what they printed and drew."
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="notebook or folder (all)")
    parser.add_argument("--clean", action="store_true", help="run nothing; clean what was edited")
    args = parser.parse_args(argv)
    failed = False
    try:
        notebooks = find(args.paths)
    except NotebookError as error:
        parser.error(str(error))
    for path in notebooks:
        text = path.read_text(encoding="utf-8")
        nb = nbformat.reads(text, as_version=4)
        if args.clean:
            path.write_text(dumps(clean(nb)), encoding="utf-8", newline="\n")
            if nb.metadata.get("cnnlib", {}).get("executed") != fingerprint(nb):
                print(f"{_short(path)}: its code changed: do `make notebooks ARGS={_short(path)}`")
                failed = True
            continue
        start = time.perf_counter()
        try:
            new = dumps(run(nb, path.resolve().parent))
        except NotebookError as error:
            print(f"{_short(path)}: {error}", file=sys.stderr)
            failed = True
            continue
        if new != text:
            path.write_text(new, encoding="utf-8", newline="\n")
        state = "unchanged" if new == text else "stored"
        print(f"{_short(path)}: {state}, {time.perf_counter() - start:.1f} s", flush=True)
    return int(failed)


def _short(path):
    path = path.resolve()
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path


if __name__ == "__main__":
    sys.exit(main())
