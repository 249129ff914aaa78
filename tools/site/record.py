"""Record the longer runs of training of the lessons, for the browser edition.

python -m tools.site.record [NOTEBOOK ...]

Without a name: of all lessons, and what no lesson runs any more is taken away.  The notebooks stay
as they are.
"""

import os
import sys
from pathlib import Path

import nbformat

from cnnlib.recordings import FOLDER
from tools import notebooks


def main(paths):
    """Run the notebooks with recording on."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    if not paths:
        for old in FOLDER.glob("*.npz"):
            old.unlink()
    os.environ["RECORD_TRAINING"] = str(FOLDER)
    lessons = notebooks.ROOT / "notebooks"
    for path in map(Path, paths or sorted(lessons.glob("*.ipynb"))):
        notebooks.run(nbformat.read(path, as_version=4), path.resolve().parent)
        files = list(FOLDER.glob("*.npz"))
        size = sum(file.stat().st_size for file in files) / 1e6
        print(f"{path.name}: {len(files)} records by now, {size:.1f} MB", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
