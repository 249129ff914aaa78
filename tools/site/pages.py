"""Pages of the stored lessons: a copy of what they need, made fit for Sphinx, and Sphinx run on it.

Nothing is executed.  In the copy, alt texts stand where myst-nb looks for them, folded outputs and
code carry the tags that it folds by, and under each title is a button that opens the lesson in the
browser edition.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tools.site import front

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("notebooks", "notebooks/exercises", "notebooks/solutions")
PROSE = ("cnnlib/data/*.md", "cnnlib/weights/*.md", "tools/BENCH.md", "CONTRIBUTING.md")
LITE = "lite/notebooks/index.html?path="
INDEX = "# {title}\n\n```{{toctree}}\n:glob:\n:maxdepth: 1\n\n{glob}\n```\n"
ELSEWHERE = (
    ("Colab", "https://colab.research.google.com/github/{repository}/blob/colab/notebooks/{place}"),
    ("Binder", "https://mybinder.org/v2/gh/{repository}/HEAD?urlpath=lab/tree/notebooks/{place}"),
)
ALIAS = re.compile(r'^<a id="([^"]+)"></a>\n+#+ (.+)$', re.M)  # an anchor of its own at a heading
FOLDED = (("outputs_hidden", "hide-output"), ("source_hidden", "hide-input"))


def slug(title):
    """Return the anchor of a heading, as JupyterLab makes it: the lessons link to those."""
    return re.sub(r"[`*]", "", title).strip().replace(" ", "-")


def aliases():
    """Return ``{anchor: what Sphinx calls it}`` of anchors that stand at headings."""
    texts = (path.read_text(encoding="utf-8") for path in (ROOT / "notebooks").rglob("0*.ipynb"))
    cells = (cell for text in texts for cell in json.loads(text)["cells"])
    return {a: slug(h) for cell in cells for a, h in ALIAS.findall("".join(cell["source"]))}


def prepare(nb, place, megabytes, anchors):
    """Make a notebook, as a dict, fit for a page, in place.

    Parameters
    ----------
    nb : dict
    place : str
        Path of the notebook below ``notebooks``, such as "exercises/01_convolution.ipynb".
    megabytes : int
        What the browser edition asks of a reader's line on a first visit; 0 if there is none.
    anchors : dict of str to str
        What :func:`aliases` returns.
    """
    for cell in nb["cells"]:
        metadata = cell["metadata"]
        tags = metadata.setdefault("tags", [])
        for key, tag in FOLDED:
            if metadata.get("jupyter", {}).get(key):
                tags.append(tag)
        if cell["cell_type"] != "code":
            text = "".join(cell["source"])
            for anchor, own in anchors.items():
                text = text.replace(f"#{anchor})", f"#{own})")
            cell["source"] = text
            continue
        for output in cell["outputs"]:
            alt = output.get("metadata", {}).get("image/png", {}).get("alt")
            if alt and "data" in output:
                metadata.setdefault("mystnb", {}).setdefault("image", {})["alt"] = alt
    if megabytes:
        nb["cells"].insert(1, {"cell_type": "markdown", "id": "run-here", "metadata": {}})
        nb["cells"][1]["source"] = button(place, megabytes)


def button(place, megabytes):
    """Return the HTML that opens a notebook in the browser edition, and offers its file."""
    up = "../" * (1 + place.count("/"))
    kind = "exercise" if place.startswith("exercises") else "lesson"
    repository, others = os.environ.get("SITE_REPOSITORY"), ""
    if repository:
        links = [
            f'<a href="{address.format(repository=repository, place=place)}">{name}</a>'
            for name, address in ELSEWHERE
        ]
        others = f", or open it in {' or '.join(links)}"
    return (
        f'<p class="run-here"><a class="run" href="{up}{LITE}{place}">Run this {kind} here</a> '
        f"<span>in your browser, nothing to install; {megabytes} MB on a first visit. "
        f'Or <a href="{up}lite/files/{place}" download>download</a> the notebook{others}.'
        '</span> <span class="narrow">It fits a telephone, but to write code a keyboard is better.'
        "</span></p>"
    )


def source_page(path):
    """Return the page of a module: its text, highlighted."""
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    up = "../" * (len(path.relative_to(ROOT).parts) - 1)
    inside = f"{up}{path.relative_to(ROOT).as_posix()}"
    return f"# `{name}`\n\n```{{literalinclude}} {inside}\n:language: python\n```\n"


def lesson_list():
    """Return the lessons as a list in Markdown: title, and what a reader will do."""
    items = []
    for path in sorted((ROOT / "notebooks").glob("0*.ipynb")):
        first = "".join(json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"])
        title = first.partition("\n")[0].lstrip("# ")
        task = re.search(r"^\|[ *]*You will do[ *]*\| *(.+?) *\|$", first, re.M)
        items.append(f"- [{title}](notebooks/{path.name})" + (f": {task[1]}" if task else ""))
    return "\n".join(items)


def copy_sources(target, megabytes):
    """Fill a folder with all that Sphinx reads."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(ROOT / "docs", target, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "notebooks" / "images", target / "notebooks" / "images")
    anchors = aliases()
    for folder in FOLDERS:
        (target / folder).mkdir(parents=True, exist_ok=True)
        for path in sorted((ROOT / folder).glob("*.ipynb")):
            nb = json.loads(path.read_text(encoding="utf-8"))
            prepare(nb, path.relative_to(ROOT / "notebooks").as_posix(), megabytes, anchors)
            (target / folder / path.name).write_text(json.dumps(nb), encoding="utf-8")
        for path in (ROOT / folder).glob("*.md"):
            shutil.copy(path, target / folder)
    front = (target / "index.md").read_text(encoding="utf-8")
    repository = os.environ.get("SITE_REPOSITORY")
    folder = "cd cnnlib  # your copy of the repository"
    if repository:
        name = repository.rpartition("/")[2]
        folder = f"git clone https://github.com/{repository}\n    cd {name}"
    front = front.replace("LESSONS", lesson_list()).replace("FOLDER", folder)
    (target / "index.md").write_text(front, encoding="utf-8")
    for pattern in PROSE:
        for path in ROOT.glob(pattern):
            (target / path.relative_to(ROOT)).parent.mkdir(parents=True, exist_ok=True)
            text = path.read_text(encoding="utf-8").replace(
                "](docs/", "]("
            )  # which lies at the root
            (target / path.relative_to(ROOT)).write_text(text, encoding="utf-8")
    modules = [p for p in sorted((ROOT / "cnnlib").glob("*.py")) if p.stem[:2] != "__"]
    modules += sorted((ROOT / "cnnlib" / "layers").glob("*.py"))
    for path in modules:
        page = target / path.relative_to(ROOT)
        page.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, page)
        page.with_suffix(".md").write_text(source_page(path), encoding="utf-8")
    for folder, title, pages in (
        ("cnnlib", "The package", "*\n*/*"),
        ("notebooks/solutions", "Solutions", "0*"),
    ):
        text = INDEX.format(title=title, glob=pages)
        (target / folder / "index.md").write_text(text, encoding="utf-8")


def build(work, out, mathjax, megabytes):
    """Make the pages.

    Parameters
    ----------
    work, out : Path
        A folder for what is in between, and the one that gets the pages.
    mathjax : Path
        Folder ``es5`` of MathJax 3.
    megabytes : int
        As for :func:`prepare`.
    """
    source = work / "source"
    copy_sources(source, megabytes)
    front.build(source / "static" / "front")
    math = source / "static" / "mathjax"
    math.mkdir(parents=True)
    shutil.copy(mathjax / "tex-chtml.js", math)
    fonts = Path("output", "chtml", "fonts", "woff-v2")
    shutil.copytree(mathjax / fonts, math / fonts)
    html = work / "pages" / "html"  # myst-nb leaves a folder beside it
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going"]
    command += ["-b", "html", "-j", "auto"]
    command += ["-d", str(work / "doctrees"), str(source), str(html)]
    paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": paths})
    # 1.6 MB that draw each icon a second time: the theme's font has them, too.
    (html / "_static" / "scripts" / "fontawesome.js").write_text("")
    for debugging in html.rglob("*.map"):
        debugging.unlink()
    shutil.copytree(html, out, dirs_exist_ok=True)
