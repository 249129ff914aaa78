"""Estimate how long the lessons take: the core, and all of it.

    python tools/minutes.py [NOTEBOOK ...]

A minute for 160 words of prose, 6 seconds for a line of code, 90 seconds for a prediction, 4
minutes for an explorer.  What is folded away is not counted: figures in words, solutions, further
detail.  The core of a lesson ends where a heading begins with ``## More``.
"""

import re
import sys
from pathlib import Path

import nbformat

LESSONS = Path(__file__).resolve().parent.parent / "notebooks"
WORDS_A_MINUTE, LINE, PREDICTION, EXPLORER = 160, 6 / 60, 1.5, 4.0
FOLDED = re.compile(r"<details.*?</details>", flags=re.DOTALL)
LINK = re.compile(r"\]\([^)]*\)")
HTML = re.compile(r"<[^>]+>")
WORD = re.compile(r"[\w’'-]+")
PREDICT = re.compile(r"\*\*Predict(?::\*\*|\*\*:)")
EXPLORERS = re.compile(r"\b\w*(?:Explorer|Cockpit)\(")


def minutes(cells):
    """Estimate the minutes that some cells take a reader."""
    total = 0.0
    for cell in cells:
        if cell.cell_type == "markdown":
            text = FOLDED.sub(" ", cell.source)
            total += PREDICTION * len(PREDICT.findall(text))
            total += len(WORD.findall(HTML.sub(" ", LINK.sub("]", text)))) / WORDS_A_MINUTE
        elif cell.cell_type == "code" and not cell.metadata.get("jupyter", {}).get("source_hidden"):
            total += LINE * sum(bool(line.strip()) for line in cell.source.splitlines())
            total += EXPLORER * len(EXPLORERS.findall(cell.source))
    return total


def split(nb):
    """Return the cells of the core and those of what is more; None if nothing is marked so."""
    for number, cell in enumerate(nb.cells):
        if cell.cell_type == "markdown" and re.search(r"^## More\b", cell.source, re.MULTILINE):
            return nb.cells[:number], nb.cells[number:]
    return None


def main(paths):
    """Print a line a lesson."""
    for path in [Path(p) for p in paths] or sorted(LESSONS.glob("*.ipynb")):
        nb = nbformat.read(path, as_version=4)
        parts = split(nb)
        core = f"{minutes(parts[0]):4.0f}" if parts else "   -"
        print(f"{path.stem:22} core {core}   all {minutes(nb.cells):4.0f}")


if __name__ == "__main__":
    main(sys.argv[1:])
