"""Build the website: pages of the stored lessons, and the edition that runs in the browser.

python -m tools.site [--to _site] [--pages-only] [--pyodide FOLDER]
"""

import argparse
import os
import shutil
import sys
import tarfile
import time
from pathlib import Path

from tools.site import distribution, lite, pages

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "build" / "site"
LAB = 10  # megabytes of JupyterLite itself that a first visit fetches


def unpack(tarball, folder):
    """Unpack a package of npm; return the folder that holds it."""
    shutil.rmtree(folder, ignore_errors=True)
    with tarfile.open(tarball) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"


def main(argv=None):
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--to", type=Path, default=ROOT / "_site", metavar="FOLDER")
    parser.add_argument("--pages-only", action="store_true", help="without the browser edition")
    parser.add_argument(
        "--pyodide",
        action="append",
        default=[p for p in [os.environ.get("PYODIDE")] if p],
        metavar="FOLDER",
        help="where Pyodide's files may already lie (or $PYODIDE)",
    )
    parser.add_argument(
        "--if-possible",
        action="store_true",
        help="where a part of it is nowhere to be had, say so and call that no failure",
    )
    args = parser.parse_args(argv)
    start = time.perf_counter()
    store = distribution.Store(WORK / "downloads", args.pyodide)
    out = args.to.resolve()
    try:
        store.fetch(distribution.PINS["npm"], [distribution.npm])
        (mathjax,) = (unpack(store.folder / name, WORK / name) for name in distribution.PINS["npm"])
        shutil.rmtree(out, ignore_errors=True)
        megabytes = 0
        if not args.pages_only:
            megabytes = lite.build(WORK, store, out / "lite") + LAB
        pages.build(WORK, out, mathjax / "es5", megabytes)
    except distribution.Missing as error:
        print(error, file=sys.stderr)
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        (out / "missing.txt").write_text(str(error), encoding="utf-8")
        return 0 if args.if_possible else 1
    (out / ".nojekyll").touch()
    files = [path for path in out.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files) / 1e6
    seconds = time.perf_counter() - start
    print(f"{out}: {len(files)} files, {size:.0f} MB, in {seconds:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
