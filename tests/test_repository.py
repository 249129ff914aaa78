"""The repository around the package: environments, layout, import levels, sizes, README.

Each rule is a function that returns what is wrong. One test holds the repository to it, and one
holds the rule to an example that breaks it.
"""

import ast
import io
import re
import subprocess
import tokenize
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

# --------------------------------------------------------------------------- environments

CONDA_NAMES = {"playwright": "playwright-python"}  # where conda-forge calls a package otherwise


def requirements(pyproject):
    """Return ``{name: bounds}`` of what the project and its extra for tests ask for."""
    extras = pyproject["project"]["optional-dependencies"]
    texts = ["python" + pyproject["project"]["requires-python"], "pip"]
    texts += pyproject["project"]["dependencies"]
    texts += extras["notebooks"] + extras["mpi"] + extras["test"]
    found = [Requirement(text) for text in texts]
    ours = (r for r in found if r.name not in ("cnnlib", "mpich"))  # conda's mpi4py brings MPI
    return {CONDA_NAMES.get(r.name, r.name): r.specifier for r in ours}


def test_environment_has_the_packages_and_bounds_of_pyproject():
    file = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    *packages, pip = file.pop("dependencies")
    assert pip == {"pip": ["--editable ."]}
    assert file == {"name": "cnnlib", "channels": ["conda-forge", "nodefaults"]}
    found = [(r.name, r.specifier) for r in map(Requirement, packages)]
    assert sorted(found, key=str) == sorted(requirements(PYPROJECT).items(), key=str)


# --------------------------------------------------------------------------- committed files

TOP_LEVEL = {
    *{".ci", ".editorconfig", ".github", ".gitignore", ".pre-commit-config.yaml", "MANIFEST.in"},
    *{"CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md"},
    *{"cnnlib", "conftest.py", "docs", "environment.yml", "notebooks"},
    *{"pyproject.toml", "tests", "tools"},
}
# Written in two parts, so that this file does not name them.
REGISTRY_HOSTS = [
    *("pypi" + ".org", "python" + "hosted.org", "npm" + "js.org", "deb" + ".debian.org"),
    *("conda" + ".anaconda.org", "repo" + ".anaconda.com", "proxy" + ".golang.org"),
]
MACHINE_PATHS = ["/" + name + "/" for name in ("work", "root", "home", "Users", "opt/" + "pypi")]
MACHINE_PATH = re.compile(rf"(?<![\w.:/~-])(?:{'|'.join(MACHINE_PATHS)})")


def committed_files():
    """Return the paths that git tracks, relative to the root; skip where there is no git."""
    try:
        listing = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return [name for name in listing.split("\0") if name and (ROOT / name).is_file()]


def place_problems(text):
    """Return the registry hosts and machine paths that a text names."""
    hosts = [host for host in REGISTRY_HOSTS if host in text]
    return hosts + [match[0] for match in MACHINE_PATH.finditer(text)]


def test_top_level_holds_only_what_the_design_names():
    assert {name.partition("/")[0] for name in committed_files()} <= TOP_LEVEL


def test_committed_files_name_no_registry_and_no_machine():
    problems = {}
    for name in committed_files():
        data = (ROOT / name).read_bytes()
        if b"\0" not in data and (found := place_problems(data.decode("utf-8"))):
            problems[name] = found
    assert problems == {}


@pytest.mark.parametrize("text", ["see https://" + REGISTRY_HOSTS[0], f"in '{MACHINE_PATHS[2]}me'"])
def test_a_registry_or_a_machine_path_is_noticed(text):
    assert place_problems(text)
    assert place_problems("notebooks/work/a.ipynb and https://example.org/home/x") == []


# --------------------------------------------------------------------------- import levels

LEVELS = {
    # plumbing below all levels, which no lesson derives; not counted as core
    **dict.fromkeys(["arguments", "files", "idx", "experiments", "recordings", "recipes"], -1),
    **dict.fromkeys(["blas", "here", "wasm", "digits", "owndata", "fashion"], -1),
    **dict.fromkeys(["progress", "promises", "interrupt", "summary"], -1),
    **dict.fromkeys(["im2col", "reference", "winograd"], 0),
    **dict.fromkeys(["initializers", "losses", "optimizers", "datasets", "augment"], 0),
    "layers": 1,
    **dict.fromkeys(["network", "gradcheck"], 2),
    **dict.fromkeys(["models", "checkpoint", "training", "distributed", "parts", "interpret"], 3),
}
SAME_LEVEL = {
    ("fashion", "files"),
    ("fashion", "idx"),
    ("experiments", "files"),
    ("experiments", "arguments"),
    ("promises", "arguments"),
    ("owndata", "files"),
    ("owndata", "idx"),
    ("here", "wasm"),
    ("recordings", "here"),
    ("recordings", "files"),
    ("progress", "here"),
    ("training", "checkpoint"),
    ("distributed", "training"),
    ("interpret", "parts"),
}
# What a leaf may import: levels up to a number (-1: plumbing), and other leaves.
LEAVES = {
    "bridge": (3, set()),
    "ring": (-1, set()),
    "depth": (3, set()),
    "famous": (3, set()),
    "plots": (0, set()),
    "look": (3, {"plots"}),
    "widgets": (3, {"plots", "depth", "ring"}),
    "exercises": (3, set()),
    "__main__": (3, {"plots", "exercises"}),
}
LAYERS = {
    *{"base", "conv", "pool", "dense", "activations", "norm", "dropout", "reshape"},
    "fastconv",  # may import conv: it is the same layer where Winograd does not win
}


def cnnlib_imports(source, modules):
    """Return the cnnlib modules that a source imports, dotted, "" for the package's root."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            known = [name.removeprefix("cnnlib.") in modules for name in whole]
            names = [n if k else node.module for n, k in zip(whole, known, strict=True)]
        else:
            continue
        for name in names:
            if name == "cnnlib" or name.startswith("cnnlib."):
                found.add(name.removeprefix("cnnlib").removeprefix("."))
    return found


def import_problems(sources):
    """Hold ``{dotted module: source}`` to the table of levels."""
    packages = {m.rpartition(".")[0] for m in sources if "." in m}
    modules = sources.keys() | {p for p in packages if p} | LEVELS.keys() | LEAVES.keys()
    problems = []
    for module, source in sources.items():
        if module == "__init__":
            problems += root_problems(source)
            continue
        top, _, inner = module.partition(".")
        if top not in LEVELS and top not in LEAVES:
            problems.append(f"{module} is in no level of the table")
            continue
        if top == "layers" and inner not in LAYERS | {"__init__"}:
            problems.append(f"{module} is not a family of layers that the table names")
        highest, leaves = LEAVES[top] if top in LEAVES else (LEVELS[top] - 1, set())
        if re.search(r"^\s*from \.", source, re.MULTILINE):
            problems.append(f"{module} imports something by dots, expected its whole name")
        if module == "__main__":
            source = re.sub(r"^from cnnlib import __version__$", "", source, flags=re.MULTILINE)
        for target in sorted(cnnlib_imports(source, modules)):
            other, _, part = target.partition(".")
            if target == "":
                problems.append(f"{module} imports the package's root")
            elif other == top == "layers":
                allowed = {"base", "conv"} if inner == "fastconv" else {"base"}
                if part not in allowed or inner == "base":
                    problems.append(f"{module} imports {target}, and of its own level only base")
            elif other == top and top in LEAVES:
                continue  # free inside a leaf that is a package
            elif other in LEAVES:
                if other not in leaves:
                    problems.append(f"{module} imports the leaf {target}")
            elif LEVELS.get(other, 99) > highest and (top, other) not in SAME_LEVEL:
                problems.append(f"{module} imports {target}, which is not below it")
    return problems


def root_problems(source):
    """The package's root holds a docstring and the version, nothing else."""
    body = ast.parse(source).body
    if not (body and ast.get_docstring(ast.parse(source))):
        return ["cnnlib/__init__.py has no docstring: it is the map of the package"]
    rest = [ast.unparse(node) for node in body[1:]]
    if len(rest) != 1 or not re.fullmatch(r"__version__ = '\d+\.\d+\.\d+\w*'", rest[0]):
        return [f"cnnlib/__init__.py defines more or less than the version: {rest}"]
    return []


def test_the_map_of_the_package_names_every_module():
    named = re.findall(
        r"^``cnnlib\.(\w+)``",
        ast.get_docstring(ast.parse((ROOT / "cnnlib" / "__init__.py").read_text("utf-8"))),
        re.M,
    )
    folder = ROOT / "cnnlib"
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__", "__main__"}
    assert sorted(named) == sorted(
        modules | {path.parent.name for path in folder.glob("*/__init__.py")}
    )


def package_sources():
    folder = ROOT / "cnnlib"
    return {
        ".".join(path.relative_to(folder).with_suffix("").parts): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*.py"))
    }


def test_modules_import_only_from_below():
    assert import_problems(package_sources()) == []


@pytest.mark.parametrize(
    "module, source, problem",
    [
        ("im2col", "from cnnlib.losses import softmax", "not below"),
        ("losses", "def f():\n    from cnnlib.network import Sequential", "not below"),
        ("network", "import cnnlib.gradcheck", "not below"),
        ("models", "from cnnlib import training", "not below"),
        ("models", "from cnnlib import __version__", "root"),
        ("models", "import cnnlib", "root"),
        ("__main__", "from cnnlib import __version__, __doc__", "root"),
        ("models", "from .network import Sequential", "by dots"),
        ("layers.conv", "from cnnlib.layers.pool import MaxPool2D", "only base"),
        ("layers.__init__", "from cnnlib.layers.conv import Conv2D", "only base"),
        ("layers.extra", "", "not a family"),
        ("training", "from cnnlib.plots import image", "leaf"),
        ("plots.filters", "from cnnlib.network import Sequential", "not below"),
        ("plots.filters", "from cnnlib.widgets.base import Explorer", "leaf"),
        ("helpers", "", "no level"),
        ("__init__", '"""Map."""\n\nfrom cnnlib.im2col import im2col', "version"),
        ("__init__", "__version__ = '1.0.0'", "docstring"),
    ],
)
def test_an_import_against_the_levels_is_noticed(module, source, problem):
    assert any(problem in line for line in import_problems({module: source}))


# --------------------------------------------------------------------------- sizes

CORE_LINES = 1893
NOT_CODE = {
    *{tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT},
    *{tokenize.ENCODING, tokenize.ENDMARKER},
}


def code_lines(source):
    """Count the lines of code: neither docstrings nor comments nor blank lines."""
    lines = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in NOT_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            if ast.get_docstring(node) is not None:
                lines -= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    return len(lines)


def test_the_core_fits_in_an_afternoon():
    """Levels 0 to 3, all of them."""
    sizes = {module: code_lines(source) for module, source in package_sources().items()}
    core = {m: n for m, n in sizes.items() if LEVELS.get(m.split(".")[0], -1) >= 0}
    assert sum(core.values()) <= CORE_LINES, core


def test_lines_of_code_leave_out_docstrings_comments_and_blank_lines():
    source = (
        '"""Doc\nstring."""\n\n# note\ndef f(x):\n    """One."""\n    y = """a\n    b"""  # c\n'
    )
    assert code_lines(source) == 3  # def, and the two lines of y


# --------------------------------------------------------------------------- README, Makefile

README = ROOT / "README.md"
LINK = re.compile(r"\]\(([^)\s]+)\)")


def broken_links(text, folder):
    local = [link for link in LINK.findall(text) if not re.match(r"[a-z]+:", link)]
    return [link for link in local if not (folder / link.partition("#")[0]).exists()]


def unknown_targets(text, makefile):
    """Return the `make X` of a text's code that the Makefile does not have."""
    code = "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, flags=re.DOTALL))
    wanted = set(re.findall(r"\bmake ([a-z][\w-]*)", code))
    return sorted(wanted - set(re.findall(r"^([a-z][\w-]*):", makefile, flags=re.MULTILINE)))


PAGES = [README, *(ROOT / name for name in ("CONTRIBUTING.md", "CHANGELOG.md"))]
PAGES += [ROOT / "docs" / name for name in ("design.md", "style.md", "publishing.md")]


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_links_resolve_and_targets_exist(page):
    text = page.read_text(encoding="utf-8")
    assert broken_links(text, page.parent) == []
    text = re.sub(r"(?m)^    (make .*)$", r"`\1`", text)
    assert unknown_targets(text, (ROOT / "Makefile").read_text(encoding="utf-8")) == []


def test_a_broken_link_is_noticed():
    text = "[a](README.md) [b](https://example.org) [c](notebooks/99_none.ipynb)"
    assert broken_links(text, ROOT) == ["notebooks/99_none.ipynb"]


def test_readme_links_every_lesson_there_is():
    lessons = {p.relative_to(ROOT).as_posix() for p in (ROOT / "notebooks").glob("*.ipynb")}
    assert lessons - set(LINK.findall(README.read_text(encoding="utf-8"))) == set()


def test_a_target_that_does_not_exist_is_noticed():
    assert unknown_targets("Do `make lab`, then make tea, then `make coffee`.", "lab: x") == [
        "coffee"
    ]


def test_data_and_weights_are_packed():
    packed = PYPROJECT["tool"]["setuptools"]["package-data"]["cnnlib"]
    for folder in ("data", "weights"):
        for path in (ROOT / "cnnlib" / folder).rglob("*"):
            pattern = path.relative_to(ROOT / "cnnlib").with_name("*").as_posix()
            assert path.is_dir() or pattern in packed, f"{path.name} is not packed"
