"""The lessons as Colab opens them: alone, with a first cell that installs the package."""

import json
import tomllib

import pytest
from packaging.requirements import Requirement

from tools.site import colab

LESSONS = sorted((colab.ROOT / "notebooks").rglob("0*.ipynb"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("colab")
    colab.main("someone/course", folder)
    return folder


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_lesson_is_as_stored_below_one_cell(folder, path):
    first, *rest = json.loads((folder / path.relative_to(colab.ROOT)).read_text("utf-8"))["cells"]
    assert rest == json.loads(path.read_text("utf-8"))["cells"]
    command, _, wanted = "".join(first["source"]).rpartition(" --quiet ")
    assert (first["cell_type"], command) == ("code", "%pip install")
    wanted = Requirement(wanted.strip('"'))
    assert (wanted.name, wanted.url) == ("cnnlib", "git+https://github.com/someone/course")
    about = tomllib.loads((colab.ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert wanted.extras <= about["optional-dependencies"].keys() and wanted.extras == {"notebooks"}


def test_nothing_but_lessons_is_made(folder):
    made = {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
    assert made == {path.relative_to(colab.ROOT) for path in LESSONS}
