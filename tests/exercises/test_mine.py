"""What a reader keeps in mine.py comes back in another session, alone and with all it uses."""

import json
import subprocess
import sys

import numpy as np
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from cnnlib.exercises.engine import mine
from cnnlib.exercises.engine.check import Case, Check
from cnnlib.exercises.lesson03 import tasks as lesson03
from cnnlib.im2col import im2col
from tools import notebooks

WRITTEN = [
    "import math\nimport numpy as np\nfrom numpy import pad as frame\nHALF = 0.5\nx = np.ones(3)",
    "def helper(y):\n    return HALF * y",
    "def twice(x, by=HALF):\n    return helper(np.asarray(x)) * 4 * by * 2 + math.sin(0)",
    "from cnnlib.layers.base import Layer",
    "class Base(Layer):\n    unit = HALF\n\n    def backward(self, dy):\n        return dy",
    "class Doubler(Base):\n    def forward(self, x):\n        return frame(2 * x * self.unit, 1)",
    "def lost(y):\n    return x * y",
]


def play(folder, *sources, lines=()):
    """Run cells in a kernel in a folder where progress is kept; return what each printed."""
    cells = [new_code_cell(source) for source in sources]
    nb = new_notebook(cells=[new_code_cell("\n".join(lines)), *cells])
    client = NotebookClient(
        nb, timeout=600, allow_errors=True, resources={"metadata": {"path": str(folder)}}
    )
    with notebooks.own_settings():
        client.execute()
    said = []
    for cell in cells:
        texts = [o.get("text") or "\n".join(o.get("traceback", ())) for o in cell.outputs]
        said.append("".join(texts).strip())
    return said


KEEPING = [  # a test keeps no progress, and a reader's kernel does
    "import os",
    "for name in ('CNNLIB_PROGRESS', 'PYTEST_VERSION'): os.environ.pop(name, None)",
    "from cnnlib.exercises.engine.mine import Mine, keep",
    "mine = Mine(**{n: ('03', max) for n in ('twice', 'Doubler', 'more')})",
]


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Keep things in one kernel; return the folder and what the cells said."""
    folder = tmp_path_factory.mktemp("mine")
    asked = ["keep(twice, Doubler)", "keep(lost)", "keep(np.pad)", "keep(x)"]
    said = play(folder, *WRITTEN, *asked, lines=KEEPING)
    return folder, dict(zip(asked, said[len(WRITTEN) :], strict=True))


def test_what_is_kept_stands_in_a_file_of_its_own_with_what_it_uses(kept):
    folder, said = kept
    assert said["keep(twice, Doubler)"] == "✓ kept in mine.py: twice, Doubler"
    text = (folder / "mine.py").read_text(encoding="utf-8")
    assert text.count("def helper") == text.count("HALF = 0.5") == 1 and "lost" not in text
    ask = "import json, mine; print(json.dumps([mine.twice([2]).tolist(), mine.HALF]))"
    done = subprocess.run([sys.executable, "-c", ask], cwd=folder, capture_output=True, text=True)
    assert json.loads(done.stdout) == [[4.0], 0.5], done.stderr


def test_what_cannot_be_kept_is_said_in_one_line(kept):
    _, said = kept
    assert said["keep(lost)"] == (
        "✗ lost uses x of the notebook, an array: hand it over as an argument, then it can be kept."
    )
    assert said["keep(np.pad)"] == "✗ pad is not yours: only what you wrote can be kept."
    assert said["keep(x)"] == "✗ a function or a class was expected, and an array came."


def test_another_session_gets_it_back_and_may_replace_it(kept):
    folder, _ = kept
    said = play(
        folder,
        "twice, Doubler, more = mine('twice', 'Doubler', 'more'); import numpy as np",
        "print(twice([2]), Doubler().forward(np.ones(1)), more(3, 4))",
        "def twice(x):\n    return 7",
        "keep(twice)",
        "print(mine('twice')(0), open('mine.py').read().count('def twice'))",
        "keep(more)",
        lines=KEEPING,
    )
    assert said[0] == (
        "✓ from mine.py: twice, Doubler\n○ mine.py holds no more, so cnnlib lends you one."
        " A cell at the end of exercise 03 keeps yours."
    )
    assert said[1] == "[4.] [0. 1. 0.] 4"
    assert said[3:5] == ["✓ kept in mine.py: twice", "✓ from mine.py: twice\n7 1"]
    assert said[5].startswith("✗ more is not yours")


def test_a_newer_part_takes_the_place_of_the_older_and_a_loan_does_not():
    text = "EPS = 1\n\n\ndef f(x):\n    return x + EPS\n"
    assert mine._merged(text, {"EPS": "EPS = 2"}) == text.replace("1", "2")
    assert mine._merged("A = B = 1\n", {"A": "A = 2"}) == "A = B = 1\n\n\nA = 2\n"  # B stays
    loan = "from cnnlib.reference import f  # on loan"
    assert "def f(x):\n    return x + EPS" in mine._merged(text, {"f": loan})


def test_what_uses_a_loan_can_be_kept_and_the_loan_be_replaced(tmp_path):
    lines = [
        *KEEPING[:-1],
        "from cnnlib.im2col import im2col as its",
        "mine = Mine(im2col=('03', its))",
    ]
    said = play(
        tmp_path,
        "im2col = mine('im2col')",
        "def rows(x):\n    return len(im2col(x, (2, 2)))",
        "keep(rows)",
        "import numpy as np; rows = mine('rows'); print(rows(np.ones((1, 1, 3, 3))))",
        "def im2col(x, size):\n    return 7 * [0]",
        "mine('im2col')",
        "keep(im2col)",
        "rows, im2col = mine('rows', 'im2col'); print(rows(0))",
        lines=lines,
    )
    assert said[2:4] == ["✓ kept in mine.py: rows", "✓ from mine.py: rows\n4"]
    assert said[5].startswith("○ mine.py holds no im2col")
    assert said[6:] == ["✓ kept in mine.py: im2col", "✓ from mine.py: rows, im2col\n7"]


@pytest.mark.parametrize(
    "text, said",
    [
        (None, "○ there is no mine.py here, so cnnlib lends you one."),
        ("def f(:\n", "○ mine.py does not run (SyntaxError"),
        ("x = 1\ny = 1 / 0\n", "○ mine.py does not run (line 2, in a module:"),
    ],
)
def test_a_file_that_is_not_there_or_does_not_run_is_no_reason_to_stop(
    tmp_path, monkeypatch, capsys, text, said
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(mine, "state_folder", lambda: tmp_path)
    if text:
        (tmp_path / "mine.py").write_text(text)
    assert mine.Mine(f=("03", abs))("f")(-2) == 2
    assert capsys.readouterr().out.startswith(said)


@pytest.mark.parametrize(
    "text, words",
    [
        ("def f(:\n", "line 1 of mine.py is no Python: mend it first"),
        ("y = 1 / 0\n", "mine.py would not run, so nothing was kept: "),
    ],
)
def test_a_broken_file_is_not_written_over(text, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(mine, "state_folder", lambda: tmp_path)
    (tmp_path / "mine.py").write_text(text)
    with pytest.raises(mine.NotKept, match=words):
        mine.keep(halved)
    assert (tmp_path / "mine.py").read_text() == text


def test_in_tests_and_grading_nothing_is_read_or_written(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text("def f(x):\n    return 0\n")
    assert mine.Mine(f=("03", abs))("f")(-2) == 2
    mine.keep(halved)
    assert list(tmp_path.iterdir()) == [tmp_path / "mine.py"]
    assert (tmp_path / "mine.py").read_text() == "def f(x):\n    return 0\n"


def halved(x):
    return np.asarray(x) / 2


# ---------------------------------------------------------------------- on loan


def test_what_is_on_loan_is_no_answer_to_the_task_that_asks_for_it():
    loan = mine.lent("im2col", im2col)
    assert lesson03.im2col.diagnose(loan).mistakes == ["borrowed"]
    assert lesson03.im2col_loops.diagnose(lambda *args: loan(*args)).ok

    def own(*args, **named):
        return loan(*args, **named)

    assert lesson03.im2col.diagnose(own).mistakes == ["borrowed"]


def test_a_class_on_loan_is_no_answer_either():
    class Right:
        def f(self):
            return 1

    check = Check(Right, lambda rng: [Case("one", ())], todo="T", more="M.", call=lambda k: k().f())
    check.name = "right"
    assert check.diagnose(Right).ok
    assert check.diagnose(mine.lent("Right", Right)).mistakes == ["borrowed"]
