"""What every lesson and every solution has to be, apart from running (nbval sees to that).

Each rule below is a function that takes a `Notebook` and returns what is wrong with it. Every
notebook is held to every rule, and every rule to small notebooks that break it. The conventions:

the figure in words
    A cell that draws a figure is followed by a markdown cell that says what it shows, in at least
    20 characters, in the form that tools/notebooks.py gives. Markdown images carry it in their
    brackets.
answer
    The first output after a prediction (a markdown cell with ``**Predict:**``) bears this tag,
    which folds it away.
core and more
    What has to be read stands before the heading that begins with ``## More``. The first cell of a
    lesson states both times, as ``core 40 min, all 85 min``; tools/minutes.py estimates them.
cnnlib:MODULE.NAME
    This tag says that the cell defines the same code as the library: ``cnnlib:im2col.im2col``,
    ``cnnlib:layers.conv.Conv2D`` or, for a method written as a function of its own,
    ``cnnlib:layers.conv.Conv2D.forward``. Docstrings aside, the syntax trees have to be equal. A
    cell that defines several bears several tags.
backs-prose
    A decimal number, a percentage or a number such as 60,000 in prose has to occur, rounded to the
    digits that the prose gives, in the code or the printed output of the code cell next before or
    next after it, and that cell carries this tag. Code spans, formulas, links' targets, headings
    and HTML tags do not count as prose.
cited
    Or the markdown cell carries this tag: its numbers come from the sources that it links.
nbval-ignore-output, raises-exception, measured, recorded
    As in tools/notebooks.py.
"""

import ast
import copy
import functools
import io
import re
import statistics
import symtable
import tokenize
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools import minutes
from tools import notebooks as tools

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = [ROOT / "notebooks", ROOT / "notebooks" / "solutions"]
PATHS = [path for folder in FOLDERS for path in sorted(folder.glob("*.ipynb"))]

RULES = []


def rule(function):
    RULES.append(function)
    return function


@dataclass
class Notebook:
    """A parsed notebook, its file, and the folder of the library that its tags refer to."""

    nb: nbformat.NotebookNode
    path: Path = ROOT / "notebooks" / "example.ipynb"
    library: dict = field(default_factory=dict)  # module to source, read from cnnlib if missing

    @property
    def code(self):
        return [(n, c) for n, c in enumerate(self.nb.cells) if c.cell_type == "code"]

    @property
    def markdown(self):
        return [(n, c) for n, c in enumerate(self.nb.cells) if c.cell_type == "markdown"]

    @property
    def outputs(self):
        return [(n, output) for n, cell in self.code for output in cell.outputs]


def tags(cell):
    return cell.metadata.get("tags", [])


def output_texts(output):
    """Return the texts of an output, pictures aside."""
    if output.output_type == "stream":
        return [output.text]
    if output.output_type == "error":
        return [output.evalue, *output.traceback]
    return [
        value
        for mime, value in output.data.items()
        if isinstance(value, str) and "image/" not in mime
    ]


# --------------------------------------------------------------------------- how it is stored


@rule
def stored_as_run_in_order(notebook):
    counts = [cell.execution_count for _, cell in notebook.code]
    problems = []
    if counts != list(range(1, len(counts) + 1)):
        problems.append(f"cells were not run once, in order: {counts}")
    if counts and not notebook.outputs:
        problems.append("no output is stored")
    executed = notebook.nb.metadata.get("cnnlib", {}).get("executed")
    if executed != tools.fingerprint(notebook.nb):
        problems.append("code changed after it was run: do `make notebooks`")
    return problems


@rule
def metadata_is_clean(notebook):
    nb = notebook.nb
    problems = []
    if set(nb.metadata) - {"cnnlib"} != {"kernelspec", "language_info"}:
        problems.append(f"metadata of the notebook: {sorted(nb.metadata)}")
    if nb.metadata.get("kernelspec") != tools.KERNELSPEC:
        problems.append(f"kernelspec: {nb.metadata.get('kernelspec')}")
    if nb.metadata.get("language_info") != tools.LANGUAGE_INFO:
        problems.append(f"language_info: {nb.metadata.get('language_info')}")
    for number, cell in enumerate(nb.cells):
        extra = set(cell.metadata) - tools.CELL_METADATA
        if extra:
            problems.append(f"cell {number} has the metadata {sorted(extra)}")
        if cell.get("attachments"):
            problems.append(f"cell {number} has attachments: draw the figure, or link a file")
    for number, output in notebook.outputs:
        if tools.WIDGET_VIEW in output.get("data", {}):
            problems.append(f"cell {number} stores a widget's view")
    if not problems and tools.clean(copy.deepcopy(nb)) != nb:
        problems.append("cleaning changes it: do `make notebooks`")
    return problems


@rule
def smaller_than_2_mb(notebook):
    size = len(nbformat.writes(notebook.nb).encode())
    return [f"{size / 1e6:.1f} MB"] if size >= 2e6 else []


PLACE = re.compile(
    r"(?<![\w.:/~-])/(?:work|root|home|Users|opt|usr|var|tmp|private)/[\w.-]+|[A-Z]:\\Users"
    r"|\b(?:localhost|127\.0\.0\.1)\b|\b0x[0-9a-f]{8,}\b"
)


@rule
def outputs_name_no_place(notebook):
    """Neither a folder nor a host nor an address in memory."""
    return [
        f"cell {number} prints {match[0]!r}"
        for number, output in notebook.outputs
        for text in output_texts(output)
        for match in PLACE.finditer(text)
    ]


@rule
def nothing_on_stderr(notebook):
    return [
        f"cell {number} wrote to stderr: {output.text.strip()[:60]!r}"
        for number, output in notebook.outputs
        if output.output_type == "stream" and output.name == "stderr"
    ]


@rule
def errors_are_announced(notebook):
    """Only a cell tagged so may raise, and one tagged so has to."""
    problems = []
    for number, cell in notebook.code:
        raised = any(output.output_type == "error" for output in cell.outputs)
        if raised != ("raises-exception" in tags(cell)):
            problems.append(f"cell {number}: {'raised' if raised else 'did not raise'}")
    return problems


def names(cell):
    """Return the names that a cell binds outside its functions, and those that it looks up."""
    top = symtable.symtable(python_of(cell.source), "cell", "exec")
    bound = {s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported()}
    return bound, looked_up([top])


def looked_up(tables):
    """Return the names outside all functions that tables of symbols, and those in them, read."""
    used = set()
    while tables:
        table = tables.pop()
        tables += table.get_children()
        used |= {s.get_name() for s in table.get_symbols() if s.is_global() and s.is_referenced()}
    return used


@rule
def functions_keep_what_they_read(notebook):
    """A reader who goes back calls a cell's function: later cells leave its variables alone."""
    problems, variables, read = [], set(), {}
    for number, cell in notebook.code:
        top = symtable.symtable(python_of(cell.source), "cell", "exec")
        plain = {s.get_name() for s in top.get_symbols() if s.is_assigned()}
        plain -= {s.get_name() for s in top.get_symbols() if s.is_imported() or s.is_namespace()}
        problems += [
            f"cell {number} sets {name} anew, which a function of cell {read[name]} reads"
            for name in sorted(plain & read.keys())
        ]
        variables |= plain
        functions = [t for t in top.get_children() if t.get_name() in top.get_identifiers()]
        read |= dict.fromkeys(looked_up(functions) & variables, number)
    return problems


@rule
def recorded_cells_leave_nothing(notebook):
    """What the browser edition does not run may leave nothing that a later cell needs."""
    problems = []
    for number, cell in notebook.code:
        if "recorded" not in tags(cell):
            continue
        if not cell.outputs:
            problems.append(f"cell {number} is recorded, and shows nothing")
        lost, _ = names(cell)
        for later, other in [(n, c) for n, c in notebook.code if n > number]:
            bound, used = names(other)
            problems += [
                f"cell {later} needs {name} of cell {number}, which is recorded"
                for name in sorted(lost & used - bound)
            ]
            lost -= bound
    return problems


# --------------------------------------------------------------------------- how it is written

PLAIN_TAGS = {"answer", "backs-prose", "cited", "measured", "recorded"}
PLAIN_TAGS |= {"nbval-ignore-output", "raises-exception"}


@rule
def tags_are_known(notebook):
    """A misspelt tag would switch a rule off unnoticed."""
    return [
        f"cell {number} bears the unknown tag {tag!r}"
        for number, cell in enumerate(notebook.nb.cells)
        for tag in tags(cell)
        if tag not in PLAIN_TAGS and not tag.startswith("cnnlib:")
    ]


@rule
def cells_are_short(notebook):
    sizes = {n: sum(bool(s.strip()) for s in c.source.splitlines()) for n, c in notebook.code}
    problems = [
        f"cell {n} has {size} lines, more than 20" for n, size in sizes.items() if size > 20
    ]
    if sizes and statistics.median(sizes.values()) > 5:
        problems.append(
            f"the median cell has {statistics.median(sizes.values())} lines, more than 5"
        )
    return problems


SHORTEST_ALT = 20
MARKDOWN_IMAGE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
HTML_IMAGE = re.compile(r"<img\b[^>]*>", flags=re.IGNORECASE)


@rule
def figures_have_alt_text(notebook):
    problems = []
    for number, cell in notebook.code:
        images = [o for o in cell.outputs if set(o.get("data", {})) & set(tools.IMAGES)]
        alt = tools.in_words(notebook.nb, number) or ""
        if images and len(alt) < SHORTEST_ALT:
            problems.append(f"cell {number} draws a figure; in words, after it, is {alt!r}")
    for number, cell in notebook.markdown:
        texts = MARKDOWN_IMAGE.findall(cell.source)
        for image in HTML_IMAGE.findall(cell.source):
            match = re.search(r"""\balt=(["'])(.*?)\1""", image)
            texts.append(match[2] if match else "")
        problems += [
            f"cell {number} shows an image whose alt text is {text!r}"
            for text in texts
            if len(text.strip()) < SHORTEST_ALT
        ]
    return problems


@rule
def predictions_are_folded(notebook):
    """The first output after a prediction answers it."""
    problems, asked = [], None
    for number, cell in enumerate(notebook.nb.cells):
        if cell.cell_type == "markdown" and minutes.PREDICT.search(cell.source):
            asked = number
        elif cell.cell_type == "code" and cell.outputs and asked is not None:
            if "answer" not in tags(cell):
                problems.append(f"cell {number} answers the prediction of cell {asked}: tag it")
            asked = None
    return problems


CORE_MINUTES, ALL_MINUTES, TIMES = 45, 110, re.compile(r"core (\d+) min, all (\d+) min")


@rule
def times_are_true_and_short(notebook):
    """Of a lesson that is divided into a core and more."""
    parts = minutes.split(notebook.nb)
    if parts is None:
        return []
    spent = [minutes.minutes(parts[0]), minutes.minutes(notebook.nb.cells)]
    problems = [
        f"{name} takes {found:.0f} minutes, more than {most}"
        for name, found, most in zip(
            ("the core", "all"), spent, (CORE_MINUTES, ALL_MINUTES), strict=True
        )
        if found > most
    ]
    stated = TIMES.search(notebook.nb.cells[0].source)
    if stated is None:
        return [*problems, "the first cell does not state 'core N min, all N min'"]
    return problems + [
        f"the first cell states {said} minutes, the estimate is {found:.0f}"
        for said, found in zip(map(int, stated.groups()), spent, strict=True)
        if abs(said - found) > 5
    ]


# --------------------------------------------------------------------------- links

FENCE = re.compile(r"^(```|~~~).*?^\1[^\n]*$", flags=re.DOTALL | re.MULTILINE)
SPAN = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", flags=re.DOTALL)
MATH = re.compile(
    r"\$\$.*?\$\$|\\begin\{(\w+\*?)\}.*?\\end\{\1\}|(?<![\\$])\$(?!\s)[^$]+?(?<![\s\\])\$(?!\d)",
    flags=re.DOTALL,
)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(\s*<?([^)>\s]+)[^)]*\)")
HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*\s*$", flags=re.MULTILINE)


def without(text, *patterns):
    for pattern in patterns:
        text = pattern.sub(" ", text)
    return text


@functools.cache
def anchors_of_file(path):
    return anchors(nbformat.read(path, as_version=4))


def anchors(nb):
    """Return the anchors that JupyterLab makes of a notebook's headings, and explicit ones."""
    found = set()
    for cell in nb.cells:
        if cell.cell_type == "markdown":
            text = without(cell.source, FENCE)
            found |= {re.sub(r"[`*$\\]", "", h).replace(" ", "-") for h in HEADING.findall(text)}
            found |= set(re.findall(r"""<[^>]+\b(?:id|name)=["']([^"']+)""", text))
    return found


@rule
def links_resolve(notebook):
    problems = []
    for number, cell in notebook.markdown:
        for link in LINK.findall(without(cell.source, FENCE, SPAN)):
            if re.match(r"(?:https?|mailto):", link):
                continue
            target, _, anchor = unquote(link).partition("#")
            path = (notebook.path.parent / target).resolve() if target else None
            if path is not None and not path.exists():
                problems.append(f"cell {number}: there is no {target}")
            elif anchor and (path is None or path.suffix == ".ipynb"):
                known = anchors(notebook.nb) if path is None else anchors_of_file(path)
                if anchor not in known:
                    problems.append(f"cell {number}: {link} names no heading")
    return problems


# --------------------------------------------------------------------------- same code as cnnlib


def library_node(name, library):
    """Find the definition that ``module.name`` or ``module.Class.method`` names, or None."""
    parts = name.split(".")
    for split in range(len(parts) - 1, 0, -1):
        module, inner = ".".join(parts[:split]), parts[split:]
        path = ROOT.joinpath("cnnlib", *parts[:split]).with_suffix(".py")
        if module in library:
            return definition(ast.parse(library[module]), inner)
        if path.is_file():
            return definition(ast.parse(path.read_text(encoding="utf-8")), inner)
    return None


def definition(tree, names):
    """Return the last definition of a dotted name in a syntax tree, or None."""
    kinds = (ast.FunctionDef, ast.ClassDef)
    for name in names:
        found = [node for node in tree.body if isinstance(node, kinds) and node.name == name]
        if not found:
            return None
        tree = found[-1]
    return tree


def same_code(one, other):
    return _without_docstrings(one) == _without_docstrings(other)


def _without_docstrings(tree):
    tree = copy.deepcopy(tree)
    for node in ast.walk(tree):
        if (
            isinstance(node, (ast.FunctionDef, ast.ClassDef))
            and ast.get_docstring(node) is not None
        ):
            node.body = node.body[1:]
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            node.body = [n for n in node.body if not isinstance(n, ast.Pass)]
    return ast.dump(tree)


def python_of(source):
    """Return a cell's source without IPython's magics and shell lines."""
    return "\n".join("" if re.match(r"\s*[%!]", line) else line for line in source.splitlines())


@rule
def tagged_code_equals_the_library(notebook):
    problems = []
    for number, cell in notebook.code:
        tree = ast.parse(python_of(cell.source))
        for tag in tags(cell):
            if tag.startswith("cnnlib:"):
                name = tag.removeprefix("cnnlib:")
                theirs = library_node(name, notebook.library)
                inner = name.split(".")
                ours = definition(tree, inner[-1:]) or definition(tree, inner[-2:])
                if theirs is None:
                    problems.append(f"cell {number}: cnnlib has no {name}")
                elif ours is None:
                    problems.append(f"cell {number} does not define {inner[-1]}")
                elif not same_code(ours, theirs):
                    problems.append(f"cell {number}: {name} is not the code of cnnlib")
    return problems


# --------------------------------------------------------------------------- numbers in prose

NUMBER = re.compile(
    r"(?<![\w.,/])(?<!\w-)(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?!\w|[.,]\d)(\s?%)?"
)
IN_OUTPUT = re.compile(r"\d[\d,_]*(?:\.\d+)?(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?")
URL = re.compile(r"https?://\S+|(?<=\])\([^)]*\)")
HTML_TAG = re.compile(r"<[^>]+>")
HEADING_LINE = re.compile(r"^#{1,6}\s.*$", flags=re.MULTILINE)


def claims(text):
    """Return the numbers that prose states: as written, value, digits after the point, is it %."""
    text = without(text, FENCE, SPAN, MATH, URL, HTML_TAG, HEADING_LINE)
    found = []
    for match in NUMBER.finditer(text):
        digits, percent = match.groups()
        if percent or "." in digits or "," in digits:
            places = len(digits.partition(".")[2])
            value = float(digits.replace(",", ""))
            found.append((match[0].strip(), value, places, bool(percent)))
    return found


def evidence(cell):
    """Return the numbers in the code (not its comments and strings) and the output of a cell."""
    texts = []
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(python_of(cell.source)).readline))
        texts += [token.string for token in tokens if token.type == tokenize.NUMBER]
    except (tokenize.TokenError, SyntaxError):
        pass
    for output in cell.outputs:
        texts += [HTML_TAG.sub(" ", text) for text in output_texts(output)]
    found = set()
    for text in texts:
        for match in IN_OUTPUT.finditer(text):
            found.add(float(match[0].replace(",", "").replace("_", "").rstrip(".")))
    return found


def backed(value, places, percent, numbers):
    half = 0.5 * 10.0**-places * (1 + 1e-9)
    scales = (1, 100) if percent else (1,)
    return any(abs(number * scale - value) <= half for number in numbers for scale in scales)


@rule
def numbers_in_prose_are_backed(notebook):
    problems = []
    cells = notebook.nb.cells
    for number, cell in notebook.markdown:
        if tools.IN_WORDS.fullmatch(cell.source.strip()):
            continue
        if "cited" in tags(cell):
            if not re.search(r"\]\(https?://", cell.source):
                problems.append(f"cell {number} is tagged cited and links no source")
            continue
        before = next((c for c in reversed(cells[:number]) if c.cell_type == "code"), None)
        after = next((c for c in cells[number:] if c.cell_type == "code"), None)
        numbers = set()
        for neighbour in (before, after):
            if neighbour is not None and "backs-prose" in tags(neighbour):
                numbers |= evidence(neighbour)
        problems += [
            f"cell {number} states {text}, and no neighbour tagged backs-prose prints it"
            for text, value, places, percent in claims(cell.source)
            if not backed(value, places, percent, numbers)
        ]
    return problems


# --------------------------------------------------------------------------- the tests


@functools.cache
def read(path):
    return nbformat.read(path, as_version=4)


@pytest.mark.parametrize("path", PATHS, ids=[p.parent.name + "/" + p.stem for p in PATHS])
@pytest.mark.parametrize("check", RULES, ids=lambda check: check.__name__)
def test_notebook(check, path):
    problems = check(Notebook(read(path), path))
    assert not problems, "\n".join([f"{path.relative_to(ROOT)}:", *problems])


LIBRARY = {
    "demo": "def double(x):\n    '''Twice.'''\n    return 2 * x\n\n\nclass Cube:\n"
    "    '''A cube.'''\n\n    def forward(self, x):\n        return x**3\n"
}
ALT = "A dot in the middle of an empty square."
IN_WORDS = f"<details><summary>The figure in words</summary>\n\n{ALT}\n\n</details>"
PNG = {"image/png": "iVBORw0KGgo=", "text/plain": "<Figure size 640x480 with 1 Axes>"}


def display(data, kind="display_data", **kwargs):
    return new_output(kind, data=data, **kwargs)


def printed(text, name="stdout"):
    return new_output("stream", name=name, text=text)


def example(*cells):
    """Make a notebook that is stored as tools/notebooks.py stores it."""
    nb = new_notebook(cells=list(cells))
    code = [cell for cell in nb.cells if cell.cell_type == "code"]
    for count, cell in enumerate(code, start=1):
        cell.execution_count = count
    nb.metadata.cnnlib = nbformat.from_dict({"executed": tools.fingerprint(nb)})
    return Notebook(tools.clean(nb), library=LIBRARY)


def code(source="print(1)", *outputs, tags=(), **metadata):
    metadata |= {"tags": list(tags)} if tags else {}
    return new_code_cell(source, outputs=list(outputs or [printed("1\n")]), metadata=metadata)


def prose(text, *tags):
    return new_markdown_cell(text, metadata={"tags": list(tags)} if tags else {})


# What no lesson has by chance; all else that is right, each of them holds to every rule.
GOOD = {
    "markdown image": [prose(f"![{ALT}](https://example.org/a.png)"), code()],
    "links": [
        prose("# See what is *lost*\n[up](#See-what-is-lost) [there](../README.md)"),
        prose('<a id="here"></a> [here](#here) `[no](none.md)` [web](https://example.org/x)'),
        code(),
    ],
    "prose after": [
        code("print(n, a)", printed("60000 0.9902\n"), tags=["backs-prose"]),
        prose("All 60,000 images, and 99.0 % of them, or 99 %, are read; 3 of 10 are not 28x28."),
    ],
    "recorded": [
        code("for a in (1, 2):\n    b = a", tags=["recorded"]),
        code("def f(a):\n    b = a\n    return [a for a in b]"),
        code("for a in (1, 2):\n    print(a)"),
        code("print(a)"),
    ],
    "not prose": [
        prose("# 1.5 %\n`2.5` and $x = 3.5$ and\n```\n4.5\n```\n$$5.5$$ [six](https://x.org/6.5)"),
        code(),
    ],
}


@pytest.mark.parametrize("cells", GOOD.values(), ids=GOOD.keys())
def test_a_good_notebook_passes(cells):
    assert [check(example(*copy.deepcopy(cells))) for check in RULES] == [[]] * len(RULES)


def broken(change):
    """Make a good notebook, and then change it, by a line of Python, as no tool would."""
    notebook = example(prose("# One"), code("a = 1", printed("a\n")), code("b = 2", printed("b\n")))
    _, one, two = notebook.nb.cells
    exec(change, globals() | {"nb": notebook.nb, "one": one, "two": two})
    return notebook


BAD = [
    (stored_as_run_in_order, broken("one.execution_count, two.execution_count = 2, 1"), "in order"),
    (stored_as_run_in_order, broken("one.execution_count = None"), "in order"),
    (stored_as_run_in_order, broken("one.outputs = two.outputs = []"), "no output"),
    (stored_as_run_in_order, broken("one.source = 'a = 3'"), "changed after"),
    (metadata_is_clean, broken("nb.metadata.widgets = {'state': {}}"), "widgets"),
    (metadata_is_clean, broken("nb.metadata.language_info.version = '3.11.7'"), "language_info"),
    (metadata_is_clean, broken("nb.metadata.kernelspec.name = 'venv'"), "kernelspec"),
    (metadata_is_clean, broken("one.metadata.execution = {'started': '2026'}"), "execution"),
    (metadata_is_clean, broken("one.outputs = [display({tools.WIDGET_VIEW: {}})]"), "view"),
    (metadata_is_clean, broken("nb.cells[0].attachments = {'a.png': {}}"), "attachments"),
    (metadata_is_clean, broken("two.id = one.id"), "cleaning"),
    (smaller_than_2_mb, broken("one.outputs = [printed('x' * 2_000_001)]"), "MB"),
    (outputs_name_no_place, example(code("p", printed("in /ho" + "me/me/a.npz\n"))), "me"),
    (outputs_name_no_place, example(code("p", display({"text/html": "<a href='/tmp/x'>"}))), "tmp"),
    (outputs_name_no_place, example(code("p", printed("at localhost:8888\n"))), "localhost"),
    (outputs_name_no_place, example(code("p", printed("<Line at 0x7f268436>\n"))), "0x7f268436"),
    (nothing_on_stderr, example(code("p", printed("warning", name="stderr"))), "stderr"),
    (
        errors_are_announced,
        example(code("p", new_output("error", ename="E", evalue="", traceback=[]))),
        "cell 0: raised",
    ),
    (errors_are_announced, example(code(tags=["raises-exception"])), "did not raise"),
    (
        recorded_cells_leave_nothing,
        example(new_code_cell("p", metadata={"tags": ["recorded"]})),
        "shows nothing",
    ),
    *(
        (recorded_cells_leave_nothing, example(code(made, tags=["recorded"]), *later), "needs a of")
        for made, later in [
            ("a = 1", [code("print(a)")]),
            ("def a():\n    pass", [code("b = [x + a for x in y]")]),
            ("for a in range(3):\n    pass", [code("b = 1"), code("def f():\n    return a")]),
            ("import a", [code("a.b")]),
        ]
    ),
    (tags_are_known, example(code(tags=["backs_prose"])), "backs_prose"),
    (tags_are_known, example(prose("Text.", "sited"), code()), "sited"),
    (cells_are_short, example(*[code() for _ in range(9)], code("x\n" * 21)), "more than 20"),
    (cells_are_short, example(code("x\n" * 6), code("x\n\n" * 6), code()), "median"),
    (figures_have_alt_text, example(code("p", display(PNG)), prose(ALT)), "in words"),
    (
        figures_have_alt_text,
        example(code("p", display(PNG)), prose(IN_WORDS.replace(ALT, "Figure"))),
        "Figure",
    ),
    (figures_have_alt_text, example(prose("![](a.png)"), code()), "alt text"),
    (figures_have_alt_text, example(prose('<img src="a.png">'), code()), "alt text"),
    (predictions_are_folded, example(prose("**Predict**: x?"), prose("y"), code()), "cell 2"),
    (
        predictions_are_folded,
        example(prose("**Predict:** x?"), code(tags=["answer"]), prose("**Predict:** y?"), code()),
        "cell 3",
    ),
    (times_are_true_and_short, example(code(), prose("## More")), "does not state"),
    *(
        (times_are_true_and_short, example(prose(said), *core, prose("## More"), *more), problem)
        for said, core, more, problem in [
            ("core 46 min, all 46 min", [prose("word " * 7360)], [code()], "the core takes 46"),
            (
                "core 6 min, all 120 min",
                [code("x()\n" * 60)],
                [prose("w " * 18240)],
                "all takes 120",
            ),
            (
                "core 20 min, all 30 min",
                [prose("w " * 3200)],
                [code("DigitExplorer()")],
                "states 30",
            ),
            ("core 4 min, all 7 min", [prose("**Predict**: " * 8), code()], [], "states 4 minutes"),
        ]
    ),
    (
        functions_keep_what_they_read,
        example(code("x = 1\ndef f():\n    return x"), code("for x in range(3):\n    pass")),
        "sets x anew",
    ),
    (links_resolve, example(prose("[x](99_none.ipynb)"), code()), "99_none"),
    (links_resolve, example(prose("# One\n[x](#Two)"), code()), "no heading"),
    (links_resolve, example(prose("```\n# Two\n```\n[x](#Two)"), code()), "no heading"),
    *(
        (tagged_code_equals_the_library, example(code(source, tags=[f"cnnlib:{tag}"])), problem)
        for source, tag, problem in [
            ("def double(x):\n    return x + x", "demo.double", "not the code"),
            ("def double(y):\n    return 2 * y", "demo.double", "not the code"),
            ("def double(x: int):\n    return 2 * x", "demo.double", "not the code"),
            ("@staticmethod\ndef double(x):\n    return 2 * x", "demo.double", "not the code"),
            ("def twice(x):\n    return 2 * x", "demo.double", "does not define"),
            ("def twice(x):\n    return 2 * x", "demo.twice", "has no demo.twice"),
            ("def double(x):\n    return 2 * x", "none.double", "has no none.double"),
            ("def forward(self, x):\n    return x**2", "demo.Cube.forward", "not the code"),
            ("def double(x):\n    return 2 * x", "demo.Cube", "does not define Cube"),
        ]
    ),
    *(
        (numbers_in_prose_are_backed, example(*cells), problem)
        for cells, problem in [
            ([prose("It takes 1.5 times as long."), code("r = 1.5")], "1.5"),
            ([prose("It takes 1.5 times as long."), code("r  # 1.5", tags=["backs-prose"])], "1.5"),
            ([prose("It reads 97 %."), code("p", printed("0.96"), tags=["backs-prose"])], "97 %"),
            ([prose("All 60,000."), code("p", printed("50000"), tags=["backs-prose"])], "60,000"),
            ([code("r = 1.5", tags=["backs-prose"]), code(), prose("It takes 1.5 s.")], "1.5"),
            ([prose("It falls by -1.5."), code()], "1.5"),
            ([prose("In 2012, 15.3 %.", "cited"), code()], "links no source"),
        ]
    ),
]


@pytest.mark.parametrize("check, notebook, problem", BAD, ids=lambda v: getattr(v, "__name__", ""))
def test_a_broken_notebook_is_noticed(check, notebook, problem):
    assert any(problem in line for line in check(notebook)), check(notebook)


def test_every_rule_is_tested():
    assert {check for check, _, _ in BAD} == set(RULES)
