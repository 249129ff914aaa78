"""The browser edition: JupyterLite with its own Python, the lessons, the exercises, and cnnlib."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from tools.site import distribution

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
KERNEL = "share/jupyter/labextensions/@jupyterlite/pyodide-kernel-extension/static/pypi"
OLD = "widgetsnbextension-3*"  # for the ipywidgets before ours


def with_records(text):
    """Put into the metadata of a notebook's cells that are tagged ``recorded`` what they showed.

    ``cnnlib.here`` shows it in the browser, where they would take minutes.
    """
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        if "recorded" in cell["metadata"].get("tags", ()):
            record = {"code": "".join(cell["source"]), "outputs": cell["outputs"]}
            cell["metadata"]["recorded"] = record
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def build(work, store, out):
    """Make it.

    Parameters
    ----------
    work : Path
        A folder for what is in between.
    store : distribution.Store
    out : Path
        The folder that gets the edition; it is made anew.

    Returns
    -------
    int
        Megabytes of Python and its packages, which a reader's browser fetches once.
    """
    folder = work / "lite"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(out, ignore_errors=True)
    shutil.rmtree(work / "wheels", ignore_errors=True)
    (folder / "contents").mkdir(parents=True)
    for name in ("jupyter-lite.json", "overrides.json"):
        shutil.copy(HERE / name, folder)
    for name in (".", "exercises", "solutions"):
        (folder / "contents" / name).mkdir(exist_ok=True)
        for path in (ROOT / "notebooks" / name).glob("*.ipynb"):
            text = with_records(path.read_text(encoding="utf-8"))
            (folder / "contents" / name / path.name).write_text(text, encoding="utf-8")
    shutil.copytree(ROOT / "notebooks" / "images", folder / "contents" / "images")

    # What an earlier build left there setuptools would take into the wheel.
    shutil.rmtree(ROOT / "build" / "lib", ignore_errors=True)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir"]
    subprocess.run([*pip, str(work / "wheels"), str(ROOT)], check=True)
    (whole,) = (work / "wheels").glob("cnnlib-*.whl")
    (work / "wheels" / "parts").mkdir()
    wheels = distribution.split(whole, work / "wheels" / "parts")
    # Empty: the kernel insists on jedi, 5 MB for what IPython completes nearly as well itself.
    wheels.append(distribution.make_wheel(work / "wheels" / "parts", "jedi", {}))
    kernel = Path(sys.prefix) / KERNEL
    wheels += sorted(set(kernel.glob("*.whl")) - set(kernel.glob(OLD)))
    python = folder / "static" / "pyodide"
    distribution.lay(store, wheels, python)

    command = [sys.executable, "-m", "jupyter", "lite", "build", "--contents", "contents"]
    command += ["--output-dir", str(out), "--no-sourcemaps", "--no-unused-shared-packages"]
    for app in ("notebooks", "lab", "tree"):
        command += ["--apps", app]
    log = work / "lite.log"
    with open(log, "w", encoding="utf-8") as file:
        if subprocess.run(command, cwd=folder, stdout=file, stderr=subprocess.STDOUT).returncode:
            raise RuntimeError(f"jupyter lite build failed:\n{log.read_text()[-3000:]}")
    return round(sum(path.stat().st_size for path in python.iterdir()) / 1e6)
