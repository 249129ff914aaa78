"""tools/notebooks.py stores the same bytes each time, and nothing of a notebook that goes wrong."""

import copy
import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.test_notebooks import IN_WORDS
from tools import notebooks as tools

EXPLORER = """\
class Explorer(ipywidgets.VBox):
    def __repr__(self):
        return "Explorer: one dot"

    def _repr_mimebundle_(self, **kwargs):
        picture = self.children[1].value
        return super()._repr_mimebundle_(**kwargs) | {"image/png": base64.b64encode(picture)}"""
CELLS = [
    "import base64, io, time\n\nimport ipywidgets\nimport matplotlib.pyplot as plt\n"
    "from tqdm.auto import tqdm",
    "fig, ax = plt.subplots(figsize=(1, 1))\nax.plot([1], [1], 'o')\nplt.show()",
    "buffer = io.BytesIO()\nfig.savefig(buffer)",
    EXPLORER,
    "Explorer([ipywidgets.IntSlider(), ipywidgets.Image(value=buffer.getvalue())])",
    "for i in tqdm(range(3), desc='epoch 1/2'):\n    print(i, flush=True)\n    time.sleep(0.01)",
    "print(time.perf_counter())",
    "int('x')",
    "",
]


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """A notebook with all that is hard to store, as it is after the first run."""
    nb = new_notebook(cells=[new_code_cell(source) for source in CELLS])
    nb.cells[1].metadata["tags"] = ["answer"]
    nb.cells[6].metadata["tags"] = ["nbval-ignore-output"]
    nb.cells[7].metadata["tags"] = ["raises-exception"]
    nb.cells.insert(5, new_markdown_cell(IN_WORDS))
    path = tmp_path_factory.mktemp("stored") / "hard.ipynb"
    nbformat.write(nb, path)
    assert tools.main([str(path)]) == 0
    return path


def test_a_second_run_changes_no_byte(stored):
    first = stored.read_bytes()
    assert tools.main([str(stored)]) == 0
    assert stored.read_bytes() == first


def test_of_an_explorer_and_a_progress_bar_no_widget_is_stored(stored):
    cells = nbformat.read(stored, as_version=4).cells
    (explorer,), (counted,) = cells[4].outputs, cells[6].outputs
    assert set(explorer.data) == {"text/plain", "image/png"}
    assert counted.text == "0\n1\n2\n"


def test_an_edited_sentence_is_cleaned_without_running_and_edited_code_is_said(
    stored, tmp_path, capsys
):
    nb = nbformat.read(stored, as_version=4)
    path = tmp_path / "edited.ipynb"
    nb.cells.append(new_markdown_cell("One more sentence.", id="more"))
    nbformat.write(tools.clean(copy.deepcopy(nb)), path)
    clean = path.read_bytes()
    nb.metadata.language_info.version = "3.99"  # as Jupyter does when it saves
    nb.cells[-1].metadata.editable = True
    nbformat.write(nb, path)
    assert path.read_bytes() != clean and tools.main(["--clean", str(path)]) == 0
    assert path.read_bytes() == clean and capsys.readouterr().out == ""
    nb.cells.append(new_code_cell("1 + 1", id="sum"))
    nbformat.write(nb, path)
    assert tools.main(["--clean", str(path)]) == 1
    assert "code changed" in capsys.readouterr().out


@pytest.mark.parametrize(
    "source, tag, message",
    [
        ("x = 1\nx.y", None, r"cell 1 \('x = 1'\) raised AttributeError"),
        ("import sys\nprint('w', file=sys.stderr)", None, "stderr"),
        ("x = 1", "raises-exception", "did not raise"),
    ],
)
def test_a_notebook_that_goes_wrong_is_not_stored(source, tag, message, tmp_path, capsys):
    nb = new_notebook(cells=[new_code_cell("a = 1"), new_code_cell(source), new_code_cell("b = 2")])
    nb.cells[1].metadata["tags"] = [tag] if tag else []
    path = tmp_path / "wrong.ipynb"
    nbformat.write(nb, path)
    before = path.read_bytes()
    assert tools.main([str(path)]) == 1
    assert re.search(message, capsys.readouterr().err)
    assert path.read_bytes() == before
