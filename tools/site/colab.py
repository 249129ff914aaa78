"""The lessons for Google Colab, which opens a notebook from GitHub and has no cnnlib there.

python -m tools.site.colab OWNER/NAME FOLDER

Each notebook gets a first cell that installs the package from that repository; the lessons
themselves stay as they are. The workflow that publishes the site keeps them on the branch `colab`.
"""

import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[2]
CELL = '%pip install --quiet "cnnlib[notebooks] @ git+https://github.com/{repository}"'


def main(repository, folder):
    """Write the notebooks, lessons, exercises and solutions."""
    for path in sorted((ROOT / "notebooks").rglob("0*.ipynb")):
        target = Path(folder) / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        nb = nbformat.read(path, as_version=4)
        nb.cells.insert(
            0, nbformat.v4.new_code_cell(CELL.format(repository=repository), id="install")
        )
        nbformat.write(nb, target)


if __name__ == "__main__":
    main(*sys.argv[1:])
