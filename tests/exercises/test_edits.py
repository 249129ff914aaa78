"""One small change of a reader's code: every one is made and undone, and the right one is told."""

import ast
import inspect
import os
import subprocess
import sys

import numpy as np
import pytest

from cnnlib.exercises.engine.check import Case, Check
from cnnlib.exercises.engine.diagnosis import Diagnosis
from cnnlib.exercises.engine.edits import changes
from cnnlib.exercises.engine.mistakes import Mistake, mistakes
from cnnlib.exercises.engine.repairs import small_changes
from cnnlib.exercises.engine.running import little_memory
from cnnlib.exercises.engine.task import collect
from tests.exercises.doubled import in_a_cell


def pooled(x, size, stride):
    H, W = x.shape
    OH, OW = (H - size) // stride + 1, (W - size) // stride + 1
    y = np.zeros((OH, OW))
    for kh in range(size):
        for kw in range(size):
            y += x[kh : kh + stride * OH : stride, kw : kw + stride * OW : stride]
    return y / size**2


RIGHT = inspect.getsource(pooled)


def test_what_makes_nothing_of_a_sum_is_no_change_to_propose():
    tree = ast.parse("def f(H, K, a, b):\n    return (H - K) // 2, (a[b] + a[H]) / 2, H - K").body[
        0
    ]
    made = {ast.unparse(tree.body[0]) for _ in changes(tree)}
    assert any("(H - K) // K," in text for text in made)
    assert not any(s in text for text in made for s in ("(H - K) // H,", "(a[b] + a[b])", "H - H"))


def test_what_calls_itself_calls_what_it_has_become():
    """Where one step alone were changed, 2 * n - 2 would do, which never ends."""
    source = "def f(x, n):\n    return f(x + 1, n - 2) if n > 0 else x\n"
    check = Check(
        lambda x, n: x + n,
        lambda rng: [Case(str(n), (1.0, n)) for n in (1, 3, 6)],
        todo="Write it",
        more="Go on.",
    )
    collect("99", {"check": check})
    assert "2 should be another number" in str(check.diagnose(in_a_cell(source, "f")))


def _cases(rng):
    sizes = ((3, 3, 3, 1), (4, 6, 2, 2), (7, 5, 3, 2), (6, 5, 2, 3))
    return [Case(f"{H} by {W}", (rng.normal(size=(H, W)), s, t)) for H, W, s, t in sizes]


CHECK = Check(pooled, _cases, todo="Write it", more="Go on.")
collect("99", {"pooled": CHECK})


@pytest.mark.parametrize(
    "old, new, said",
    [
        ("(W - size)", "(H - size)", "H in the second H - size stands where W belongs"),
        ("stride * OH", "size * OH", "size stands where another name belongs"),
        ("stride + 1, ", "stride, ", "(H - size) // stride needs something added to it"),
        ("(H - size)", "(H + size)", "H + size needs another sign"),
        ("stride + 1, ", "stride + 2, ", "2 should be another number"),
        (
            "in range(size):\n            y",
            "in range(2):\n            y",
            "2 should not be a fixed",
        ),
        ("size**2", "size**2 * 2", "size**2 * 2 holds something too much"),
        ("y / size**2", "size**2 / y", "size**2 / y needs another order"),
        (
            "return y / size**2",
            "y *= size**2\n    return y",
            "y *= size**2 needs another of + - * /",
        ),
        ("            y +=", "            y =", "... * OW : stride] should add and not set"),
        ("return y / size**2", "y += y / size**2\n    return y", "should set and not add"),
        ("    return", "    y += 1\n    return", "y += 1 is too much"),
        (
            "    y = np.zeros((OH, OW))\n    for kh in range(size):\n",
            "    for kh in range(size):\n        y = np.zeros((OH, OW))\n",
            "y = np.zeros((OH, OW)) belongs before the loop",
        ),
        (
            "    return y / size**2",
            "        y /= size**2\n    return y",
            "y /= size**2 belongs behind the loop",
        ),
        ("np.zeros", "np.ones", "np.ones((OH, OW)) calls another function than it should"),
        (
            "// stride + 1, (W - size) // stride + 1",
            "// stride, (W - size) // stride",
            "(H - size) // stride needs something added to it, and likewise (W - size) // stride",
        ),
        ("(W - size) // stride + 1", "W - size // stride + 1", "needs brackets in another place"),
        ("(H - size) // stride + 1", "(H - size + 1) // stride", "+ 1) // stride should round up"),
        ("np.zeros((OH, OW))", "x[:OH, :OW]\n    y *= 0", "x[:OH, :OW] has to be copied"),
        ("return y", "return np.maximum(y, 0)", "np.maximum(y, 0) holds something too much"),
        ("np.zeros((OH, OW))", "np.zeros((OH, OW), int)", "zeros((OH, OW), int) holds something"),
        (
            "stride * OH : stride, kw : kw + stride * OW : stride",
            "stride * OH, kw : kw + stride * OW",
            "kh : kh + stride * OH needs a step, and likewise kw : kw + stride * OW",
        ),
        (
            "return y / size**2",
            "return y // size**2",
            "size**2 rounds down where it should",
        ),
    ],
)
def test_the_place_of_one_wrong_piece_is_told(old, new, said):
    assert RIGHT.count(old) == 1
    found = str(CHECK.diagnose(in_a_cell(RIGHT.replace(old, new), "pooled")))
    assert "ne change makes all cases right: in line" in found and said in found, found


def test_one_change_is_likelier_than_two_mistakes_together():
    known = mistakes(
        pooled,
        ("the sum is taken", {" / size**2": ""}, ""),
        ("the window counts again", {"return ": "return size**2 * "}, ""),
    )
    check = Check(pooled, _cases, known, todo="Write it", more="Go on.")
    collect("99", {"pooled": check})
    for code, likelier in (
        ("return y * size**2", "One change makes all cases right: in line 8, y * size**2 needs"),
        ("return sum(y for _ in range(size * size))", "two mistakes together give"),
    ):
        wrong = in_a_cell(RIGHT.replace("return y / size**2", code), "pooled")
        assert likelier in str(check.diagnose(wrong))


def test_every_change_is_undone_before_the_next():
    tree = ast.parse(RIGHT).body[0]
    before, count = ast.dump(tree), 0
    for node, needs, others in changes(tree):
        assert ast.dump(tree) != before
        assert ast.unparse(node) and needs and all(map(ast.unparse, others))
        if needs == "is too much":  # it is what is left out, and no other statement
            assert node not in ast.walk(tree)
        count += 1
    assert ast.dump(tree) == before and count > 1000


def test_the_same_changes_come_in_the_same_order():
    """Not by the hash of a text, which is another one in every session."""
    code = "import ast, sys; from cnnlib.exercises.engine.edits import changes\n"
    code += "tree = ast.parse(sys.argv[1]).body[0]\n"
    code += "for _, needs, _ in changes(tree): print(ast.dump(tree), needs)"
    runs = {
        subprocess.run(
            [sys.executable, "-c", code, RIGHT],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in "12"
    }
    assert len(runs) == 1 and len(runs.pop()) > 9999


def test_a_class_of_a_cell_is_changed_as_well():
    class Scale:
        def __init__(self, factor):
            self.factor = factor

        def forward(self, x):
            return self.factor * x

    source = "\n\nclass Scale:\n    def __init__(self, factor):\n        self.factor = factor\n\n"
    source += "    def forward(self, x):\n        return self.factor + x\n"
    rows = [Case(str(f), (f, np.arange(4.0))) for f in (2, 3, 5)]
    check = Check(
        Scale,
        lambda rng: rows,
        todo="Write it",
        more="",
        call=lambda kind, factor, x: kind(factor).forward(x),
    )
    collect("99", {"scale": check})
    said = "one change makes all cases right: in line 8, self.factor + x needs another of + - * /."
    assert said in str(check.diagnose(in_a_cell(source, "Scale")))


def test_what_is_unpacked_is_exchanged():
    tree = ast.parse("def f(x):\n    a, b = x\n    return a - 2 * b\n").body[0]
    assert any(ast.unparse(tree.body[0]) == "b, a = x" for _ in changes(tree))
    tree = ast.parse("def f(x):\n    a, b = x.shape\n    return a - 2 * b\n").body[0]
    assert not any(ast.unparse(tree.body[0]) == "b, a = x.shape" for _ in changes(tree))
    tree = ast.parse("def f(x):\n    W, H = x.shape\n    return H - 2 * W\n").body[0]
    assert any(ast.unparse(tree.body[0]) == "H, W = x.shape" for _ in changes(tree))


@pytest.mark.parametrize(
    "line, tried, never",
    [
        ("self.x", "self.x * w", "x.x"),
        ("len(x) - w", "len(x) - w + 1", "len(x + 1) - w"),
        ("x[0]", "x[0] * 2", "x[0] + 1"),
        ("w", "w * w", "w / w"),
        ("len(x) * 2", "w * 2", "self * 2"),
        ("x @ w.T", "x * w", "x / w.T"),
        ("w.shape[0] + w[0]", "w.shape[0] + w", "w.shape + w[0]"),
        ("-(-w // 3)", "w // 3", "--(--w // 3)"),
        ("x.reshape(w * 2)", "x.reshape(w * 3)", "x.reshape(-(w * 2))"),
    ],
)
def test_only_what_a_person_would_write_is_tried(line, tried, never):
    """No name for self, no number added to an array, no w / w, no length below 0."""
    tree = ast.parse(f"def f(self, x, w):\n    return {line}, x[0]\n").body[0]
    found = {ast.unparse(tree) for _ in changes(tree)}
    assert any(f"return ({tried}, x[0])" in made for made in found)
    assert not any(f"return ({never}, x[0])" in made for made in found)


def test_a_number_that_is_taken_off_is_told_from_an_index():
    source = "def f(x):\n    return x[: x.shape[0] - 1, : x.shape[1] - 1]\n"
    tree = ast.parse(source).body[0]
    made = {ast.unparse(tree.body[0].value) for _ in changes(tree)}
    assert "x[:x.shape[0] - 2, :x.shape[1] - 2]" in made
    assert not any("- -1" in text or "x.shape[2] - 2" in text for text in made)
    rows = [Case(str(shape), (np.ones(shape),)) for shape in ((3, 5), (6, 4), (4, 4))]
    right = in_a_cell(source.replace("- 1", "- 2"))
    check = Check(right, lambda rng: rows, todo="Write it", more="Go on.")
    collect("99", {"f": check})
    said = "1 in x.shape[0] - 1 should be another number, and likewise 1 in x.shape[1] - 1."
    assert said in str(check.diagnose(in_a_cell(source)))


ADDED = """def added(x):
    y = 1.0 * x
    for n in range(len(x)):
        for f in range(2):
            y[n, f] += f + 2
    return y
"""
TOTALS = """def totals(x):
    y = np.zeros(len(x))
    for n in range(len(x)):
        total = 0.0
        for f in range(2):
            total += x[n, f]
        y[n] = total
    return y
"""


@pytest.mark.parametrize(
    "source, old, new, said",
    [
        (ADDED, "y[n, f]", "y[:, f]", "line 5, : takes all where one belongs"),
        (
            TOTALS,
            "    for n in range(len(x)):\n        total = 0.0\n",
            "    total = 0.0\n    for n in range(len(x)):\n",
            "total = 0.0 belongs into the loop",
        ),
    ],
)
def test_what_a_loop_only_fills_does_not_belong_into_it(source, old, new, said):
    cases = [Case(str(n), (np.arange(2.0 * n).reshape(n, 2),)) for n in (1, 2, 3, 5)]
    check = Check(
        in_a_cell(source, source[4 : source.index("(")]), lambda rng: cases, todo="", more=""
    )
    collect("99", {check.right.__name__: check})
    assert source.count(old) == 1
    thing = in_a_cell(source.replace(old, new), check.right.__name__)
    assert said in str(check.diagnose(thing))
    if source == ADDED:
        names = [m.name for m in small_changes(thing)]
        assert not any("y = 1.0 * x belongs into the loop" in name for name in names)


def test_another_axis_is_tried_before_none():
    tree = ast.parse("def f(x):\n    return x.mean(axis=3, keepdims=True)\n").body[0]
    made = [ast.unparse(tree.body[0].value) for _ in changes(tree)]
    assert "x.mean(keepdims=True)" not in made
    places = [made.index(f"x.mean(axis={axis}, keepdims=True)") for axis in ("(1, 2, 3)", None)]
    assert places == sorted(places)


def test_of_two_lines_alike_the_one_that_is_copied_is_told():
    """Though a product is the same if the other is changed."""
    source = "def f(x):\n    H, W = x.shape\n    OH = H - 1\n    OW = {} - 1\n    return OH * OW\n"
    cases = [Case(f"{H} by {W}", (np.ones((H, W)),)) for H, W in ((3, 4), (5, 2), (4, 7))]
    check = Check(in_a_cell(source.format("W")), lambda rng: cases, todo="Write it", more="Go on.")
    collect("99", {"product": check})
    assert "line 4, H stands where W" in str(check.diagnose(in_a_cell(source.format("H"))))


def test_of_two_places_alike_in_a_line_the_one_that_is_changed_is_told():
    source = "def first(x):\n    return x[0] - 3 * x[0]\n"
    cases = [Case(str(n), (np.array(n),)) for n in ((1.0, 2.0, 5.0), (3.0, 1.0, 4.0))]
    check = Check(lambda x: x[0] - 3 * x[2], lambda rng: cases, todo="Write it", more="Go on.")
    collect("99", {"first": check})
    found = str(check.diagnose(in_a_cell(source, "first")))
    assert "line 2, 0 in the second x[0] should be" in found, found
    both = Check(lambda x: x[1] - 3 * x[1], lambda rng: cases, todo="Write it", more="Go on.")
    collect("99", {"first": both})
    found = str(both.diagnose(in_a_cell(source, "first")))
    assert "second" not in found and "each time" in found, found


def test_a_layer_whose_methods_are_guarded_is_changed_as_well():
    source = "from cnnlib.layers.base import Layer\n"
    source += "class Double(Layer):\n    def forward(self, x):\n        return 3 * x\n"
    names = [mistake.name for mistake in small_changes(in_a_cell(source, "Double"))]
    assert any("line 4, 3 should be" in name for name in names)


def test_no_change_hands_a_third_argument_to_a_generator():
    """It would be the array that NumPy writes to, without a look at what it is."""
    source = "def f(rng, n):\n    return rng.standard_normal(n, np.float32)\n"
    tree = ast.parse(source).body[0]
    assert not any(
        "argument" in needs and "rng." in ast.unparse(n) for n, needs, _ in changes(tree)
    )


def test_what_would_change_an_argument_is_no_repair():
    def more(x):
        y = x.copy()
        y[0] += 1
        return y

    rows = [Case(str(n), (np.arange(n),)) for n in (2.0, 3.0)]
    check = Check(more, lambda rng: rows, todo="Write it", more="")
    collect("99", {"more": check})
    source = "def more(x):\n    y = np.zeros_like(x)\n    y[0] += 1\n    return y\n"
    assert "too much" not in str(check.diagnose(in_a_cell(source, "more")))


@pytest.mark.parametrize("thing", [len, np.sum, lambda x: x, type("Empty", (), {}), object()])
def test_what_has_no_source_of_its_own_is_not_changed(thing):
    assert not list(small_changes(thing))


def test_a_function_that_uses_names_around_it_is_not_changed():
    outside = 3

    def f(x):
        return outside * x

    assert not list(small_changes(f))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing holds it")
def test_a_change_that_takes_all_memory_fails():
    import resource

    before = resource.getrlimit(resource.RLIMIT_AS)
    with little_memory(), pytest.raises(MemoryError):
        np.ones(2**28)
    assert resource.getrlimit(resource.RLIMIT_AS) == before
    greedy = RIGHT.replace("np.zeros((OH, OW))", "np.ones((2**size * 10**9 - OH, OW))")
    assert not CHECK.diagnose(in_a_cell(greedy, "pooled")).ok


def test_a_change_that_never_ends_leaves_time_for_others():
    def endless(x, size, stride):
        while size < 3:
            pass
        return pooled(x, size, stride)

    check = Check(pooled, _cases, todo="Write it", more="Go on.", seconds=1)
    collect("99", {"pooled": check})
    both = Mistake("endless", endless), Mistake("right", pooled)
    wrong = Diagnosis(check, check.trial(lambda x, size, stride: x), None)
    assert wrong._mended(both).name == "right"


def test_code_that_reads_memory_by_strides_of_its_own_is_not_changed():
    """With others Python may die."""
    body = "return np.lib.stride_tricks.as_strided(x, (len(x) - 1, 2), (8, 8))"
    assert not list(small_changes(in_a_cell(f"def f(x):\n    {body}\n")))


@pytest.mark.parametrize(
    "line",
    [
        "open('log', 'a').write('x')",
        "import subprocess",
        "os.remove(x)",
        "display(x)",
        "[os.remove(each) for each in x]",
        "helper(x)",
        "Helper().run(x)",
        "strided(x)",
        "cut(x)",
    ],
)
def test_code_that_does_more_than_calculate_is_not_changed(line):
    """It would be done two thousand times, with what nobody chose."""
    more = "def helper(x):\n    os.remove(x)\nclass Helper:\n    def run(self, x):\n"
    more += "        helper(x)\ndef strided(x):\n    return np.lib.stride_tricks.as_strided(x)\n"
    more = f"from os import abort as display\ncut = np.lib.stride_tricks.as_strided\n{more}"
    source = f"import os\n{more}def f(x):\n    {line}\n"
    assert not list(small_changes(in_a_cell(f"{source}    return x + 1\n")))
    rest = source[: source.rindex(line)] + "np.random.default_rng(len(x))\n    return x + 1\n"
    assert list(small_changes(in_a_cell(rest)))


def test_a_yes_or_no_is_not_made_right_by_chance():
    cases = [Case(f"{a}", (a, b)) for a, b in ((1.0, 2.0), (2.0, 1.0), (3.0, 3.0))]
    task = Check(lambda a, b: bool(a >= b), lambda rng: cases, todo="Write it", more="Go on.")
    collect("99", {"above": task})
    other = str(task.diagnose(in_a_cell("def above(a, b):\n    return a > b\n", "above")))
    more = "def above(a, b):\n    b = 2 * b\n    return bool(a + b >= b + b)\n"
    assert "ne change" not in other and "too much" in str(task.diagnose(in_a_cell(more, "above")))


def test_what_the_changes_do_does_not_stay():
    source = "seen = []\ndef pooled(x, size, stride):\n    np.random.rand()\n"
    source += "    seen.append(size)\n    return x.nothing\n"
    function = in_a_cell(source, "pooled")
    trial = CHECK.trial(function)
    drawn = np.random.get_state()[2]  # noqa: NPY002
    assert Diagnosis(CHECK, trial, function).place == ""
    assert np.random.get_state()[2] == drawn  # noqa: NPY002
    assert len(function.__globals__["seen"]) == len(trial.cases)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing holds it")
@pytest.mark.parametrize(
    "work",
    [
        "r.setrlimit(r.RLIMIT_AS, (2**40,) * 2)\nwith little_memory(2**41): pass",
        "a, y = np.ones((2, 300, 300))\nwith little_memory(2**20): np.matmul(a, a, out=y)",
    ],
)
def test_little_memory_is_enough_for_the_system_and_for_a_product(work):
    code = "import resource as r, numpy as np\n"
    code += "from cnnlib.exercises.engine.running import little_memory\n"
    subprocess.run([sys.executable, "-c", code + work], check=True)


def test_a_result_that_is_too_large_to_copy_is_wrong():
    trial = CHECK.trial(lambda x, size, stride: np.broadcast_to(x[0, 0], (2**20, 2**20, 9)))
    assert "nable to allocate" in trial.problems[0]


COUNTED = """def counted(x, K, S=1, frame=0):
    H, W = x.shape
    OH = places(H, K, S, frame)
    OW = places(W, K, S, frame)
    framed = np.zeros((H + 2 * frame, W + 2 * frame))
    framed[frame : frame + H, frame : frame + W] = x
    y = np.zeros((OH, OW))
    for oh in range(OH):
        for ow in range(OW):
            window = framed[oh * S : oh * S + K, ow * S : ow * S + K]
            y[oh, ow] = (window - window.mean(axis=0)).max()
    return y
"""


def places(size, K, S=1, frame=0):
    return (size + 2 * frame - K) // S + 1


def _framed(rng):
    rows = ((3, 4, 2, 1, 0), (5, 8, 3, 2, 1), (9, 6, 3, 3, 2), (7, 11, 4, 3, 2), (4, 7, 3, 1, 1))
    return [Case(str(row), (rng.normal(size=row[:2]), *row[2:])) for row in rows]


@pytest.mark.parametrize(
    "old, new, said",
    [
        ("W, K, S, frame)", "H, K, S, frame)", "line 4, H stands where W belongs"),
        (
            "W + 2 * frame))\n    framed[frame : frame + H, frame : frame + W]",
            "H + 2 * frame))\n    framed[frame : frame + H, frame : frame + H]",
            "H in H + 2 * frame stands where W belongs, and likewise frame : frame + H in line 6",
        ),
        (
            "H, K, S, frame)\n    OW = places(W, K, S, frame)",
            "H, K, S)\n    OW = places(W, K, S)",
            "places(H, K, S) needs another argument, and likewise places(W, K, S) in line 4",
        ),
        (": oh * S + K", ": oh + K", "oh + K lacks a factor beside oh"),
        (
            "S : oh * S + K, ow * S : ow * S + K",
            "S : (oh + K) * S, ow * S : (ow + K) * S",
            "(oh + K) * S multiplies too much, and likewise (ow + K) * S",
        ),
        (
            "oh * S : oh * S + K, ow * S : ow * S + K",
            "oh * K : oh * K + K, ow * K : ow * K + K",
            "oh * K in oh * K : oh * K + K has K where another name belongs",
        ),
        (
            "H, K, S, frame)\n    OW = places(W, K, S, frame)",
            "H, K, 1, frame)\n    OW = places(W, K, 1, frame)",
            "places(H, K, 1, frame) should not have a fixed number, and likewise places(W",
        ),
        (
            "H, K, S, frame)\n    OW = places(W, K, S, frame)",
            "len(x), K, 1, frame)\n    OW = places(x.shape[1], K, 1, frame)",
            "places(len(x), K, 1, frame) should not have a fixed number, and likewise places(x",
        ),
        (
            "H, K, S, frame)\n    OW = places(W, K, S, frame)",
            "x.shape[0], K, 1, frame)\n    OW = places(x.shape[1], K, 1, frame)",
            "places(x.shape[0], K, 1, frame) should not have a fixed number, and likewise places(x",
        ),
        ("range(OW)", "range(1, OW + 1)", "range(1, OW + 1) should begin and end earlier"),
        ("range(OW)", "range(OW - 1)", "OW - 1 holds something too much"),
        (
            "range(OH):\n        for ow in range(OW)",
            "range(OW):\n        for ow in range(OH)",
            "line 8, range(OW) stands where range(OH) belongs, and likewise range(OH) in line 9",
        ),
        ("axis=0", "axis=1", "axis=1 is another axis than it should be"),
        ("window - window.mean(axis=0)", "window.mean(axis=0) - window", "needs another order"),
    ],
)
def test_rows_and_columns_are_mended_together_and_brackets_moved(old, new, said):
    right = in_a_cell(COUNTED, "counted")
    right.__globals__["places"] = places
    check = Check(right, _framed, todo="Write it", more="Go on.")
    collect("99", {"counted": check})
    assert COUNTED.count(old) == 1 and check.diagnose(right).ok
    thing = in_a_cell(COUNTED.replace(old, new), "counted")
    thing.__globals__["places"] = places
    found = str(check.diagnose(thing))
    assert "ne change makes all cases right: in line" in found and said in found, found


PRODUCT = """def product(x, w, b):
    means = x.mean(axis=1)
    rows = np.zeros((len(x), 2))
    rows[:, 1] = means / x[0].size
    y = (x - means[:, None]) @ w.T + b
    return y - np.log(rows.sum())
"""


@pytest.mark.parametrize(
    "old, new, said",
    [
        ("means[:, None]", "means", "means needs an axis of length 1 behind its first"),
        ("x[0].size", "x.size", "x.size counts too much"),
        ("@ w.T", "@ w", "line 5, w has to be transposed"),
        ("np.log(", "np.log2(", "np.log2(rows.sum()) calls another function than it should"),
        ("w.T + b\n", "w.T\n    y = b\n", "y = b should add and not set"),
    ],
)
def test_what_an_array_lacks_is_told(old, new, said):
    def draw(rng):
        sizes = ((2, 3, 4), (5, 2, 3), (3, 4, 2))
        return [
            Case(
                str(s), (rng.uniform(1, 2, s[:2]), rng.normal(size=s[:0:-1]), rng.normal(size=s[2]))
            )
            for s in sizes
        ]

    check = Check(in_a_cell(PRODUCT, "product"), draw, todo="Write it", more="Go on.")
    collect("99", {"product": check})
    assert PRODUCT.count(old) == 1
    found = str(check.diagnose(in_a_cell(PRODUCT.replace(old, new), "product")))
    assert "ne change makes all cases right: in line" in found and said in found, found


def test_where_a_number_is_written_to_is_not_told_by_a_name_that_is_no_index():
    tree = ast.parse("def f(kept, k, rate):\n    kept[k] = rate\n    return kept\n").body[0]
    made = {ast.unparse(tree) for _ in changes(tree)}
    assert not any("kept[rate] =" in text for text in made)
    assert any("kept[k] = k" in text for text in made)
