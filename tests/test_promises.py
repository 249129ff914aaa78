"""What a figure's docstring says of its arguments is what it takes; all else is refused by name."""

import inspect

import numpy as np
import pytest

from cnnlib.plots import base, figure, filters, pooling, training
from cnnlib.promises import held, hold, promises
from cnnlib.widgets.base import Explorer
from cnnlib.widgets.filters import FilterExplorer, FoolExplorer
from cnnlib.widgets.network import NetworkExplorer
from cnnlib.widgets.page import PageExplorer
from cnnlib.widgets.paint import PaintExplorer
from cnnlib.widgets.reading import ReadingExplorer
from cnnlib.widgets.start import DigitExplorer
from tests.test_plots_figure import MODULES
from tests.test_widgets_base import IMAGES, LABELS, small

FIGURES = {
    name: function
    for module in MODULES
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__ and hasattr(function, "__wrapped__")
    if "Returns\n-------\nFigure" in inspect.getdoc(function)
}
EXPLORERS = {
    kind.__name__: kind
    for parent in (Explorer, PageExplorer, ReadingExplorer)
    for kind in parent.__subclasses__()
    if kind is not ReadingExplorer and inspect.signature(kind).parameters
}
OTHER_WORDS = {"int or (int, int)", "(float, float), str or None"}  # which other code looks at


@pytest.mark.parametrize("name", FIGURES | EXPLORERS)
def test_every_argument_is_promised_and_held_to_it_before_anything_is_drawn(name, monkeypatch):
    function = (FIGURES | EXPLORERS)[name]
    said = promises(function.__doc__)
    assert {argument for argument, _ in said} == inspect.signature(function).parameters.keys()
    for argument, kind in said:
        if inspect.signature(function).parameters[argument].default == ():
            assert kind.endswith("may be empty"), argument
        if kind not in OTHER_WORDS:
            with pytest.raises(TypeError, match=rf"^{argument} is <object object.*, expected "):
                hold(argument, object(), kind, {})
    monkeypatch.setattr(figure.Figure, "__init__", lambda *a, **k: pytest.fail("a figure was made"))
    with pytest.raises(TypeError, match=rf"^{said[0][0]} is <object"):
        function(**{argument: object() for argument, _ in said})


ARRAY = "ndarray of shape (H, W)"


@pytest.mark.parametrize(
    "kind, value, message",
    [
        (ARRAY, np.zeros((2, 3)), None),
        (ARRAY, [[True, False]], None),
        (ARRAY, np.full((2, 2), np.nan), None),
        (ARRAY, np.zeros((2, 3), np.uint8), None),
        (ARRAY, np.zeros((1, 2, 3)), r"has shape \(1, 2, 3\), expected \(H, W\)"),
        (ARRAY, np.zeros((0, 3)), r"has shape \(0, 3\), expected \(H, W\)"),
        (ARRAY, [[1], [1, 2]], r"is \[\[1\], \[1, 2\]\], expected an array of numbers"),
        (ARRAY, np.array([["a"]]), r"is an array of <U1, shape \(1, 1\), expected an array"),
        ("ndarray of shape (M, M)", np.zeros((2, 3)), r"has shape \(2, 3\), expected \(M, M\)"),
        (
            "ndarray of shape (N, 2)",
            np.zeros((3, 2)),
            r"has shape \(3, 2\), expected \(N, 2\), N = 4",
        ),
        ("ndarray of shape (C, N) or (N,)", np.zeros(4), None),
        ("ndarray of shape (N,) or None", None, None),
        ("ndarray of shape (D, 3), may be empty", np.zeros((0, 3)), None),
        ("finite ndarray of shape (K,)", [1, np.nan], "holds NaN or infinity, expected finite"),
        ("sequence of str, length N", "abcd", None),
        ("sequence of float, length N", "abcd", "is 'abcd', expected sequence of float"),
        ("sequence of str, length N", ["a"] * 3, "has 3 entries, expected 4"),
        ("sequence of str, length 2", ("a", 1), r"\[1\] is 1, expected str"),
        ("sequence of str, length N + 1", "abcd", "has 4 entries, expected 5"),
        ("sequence of str", {"a": "b"}, "is {'a': 'b'}, expected sequence of str"),
        ("sequence of str", [], "has 0 entries, expected sequence of str"),
        ("sequence of str, may be empty", [], None),
        ("sequence of float, length N", [1, 2, 3], r"has shape \(3,\), expected \(N,\), N = 4"),
        ("sequence of int", [1.5], r"is \[1.5\], expected whole numbers"),
        ("dict of str to (ndarray, ndarray)", {"a": ([1],)}, r"\['a'\] has 1 entries, expected 2"),
        ("dict of str to float", ["a"], r"is \['a'\], expected dict of str to float"),
        ("bool or sequence of bool, length N", [True] * 3, "has 3 entries, expected 4"),
        ("bool or sequence of bool, length N", "yes", "is 'yes', expected bool"),
        ("ndarray of shape (N,) or dict of str to ndarray", {"a": [1]}, None),
        ("(int, int)", (1, -2), r"\[1\] is -2, expected an integer, at least 0"),
        ("int, at least 1", 0, "is 0, expected an integer, at least 1"),
        ("int, below N", np.int64(4), "is 4, expected an integer from 0 to 3"),
        ("int", True, "is True, expected an integer"),
        ("float", np.inf, "is inf, expected float"),
        ("str, optional", b"a", "is b'a', expected str"),
    ],
)
def test_what_is_not_promised_is_refused(kind, value, message):
    if message is None:
        return hold("x", value, kind, {"N": 4})
    with pytest.raises((TypeError, ValueError), match=rf"^x ?{message}"):
        hold("x", value, kind, {"N": 4})


@pytest.mark.parametrize(
    "draw, message",
    [
        (lambda: filters.filter_grid(np.zeros((2, 3, 3))), r"^w has .* \(F, C, KH, KW\)"),
        (lambda: filters.colour_filters(np.zeros((2, 3, 3, 3)), ["a"]), "^labels has 1 .* 2$"),
        (lambda: filters.feature_maps(np.zeros((4, 4))), r"^maps has .*, expected \(C, H, W\)"),
        (lambda: filters.feature_maps(np.zeros((4, 4, 4)), columns=0), "^columns is 0, .* 1$"),
        (lambda: pooling.pooling_by_hand(np.zeros((4, 4)), np.zeros((2, 1))), "^y has shape"),
        (lambda: training.confusion(np.zeros((2, 3), int)), r"^counts has .* \(M, M\)"),
        (lambda: base.lines({"a": (1, 2)}, 3, "y"), "^xlabel is 3, expected str"),
    ],
)
def test_figures_say_which_argument_does_not_fit(draw, message):
    with pytest.raises((TypeError, ValueError), match=message):
        draw()


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda x, y: DigitExplorer("lenet5", x, y), "^network is 'lenet5', expected Sequential"),
        (
            lambda x, y: DigitExplorer(small(0), x[0], y),
            r"^images has .* expected \(N, 1, 28, 28\)",
        ),
        (lambda x, y: DigitExplorer(small(0), np.uint8(255 * x), y), "^images are uint8, expected"),
        (lambda x, y: DigitExplorer(small(0), x, y / 2), "^labels is an array .* whole numbers"),
        (lambda x, y: FilterExplorer(small(0), x, y), "^the network has no layer of the kind conv"),
        (lambda x, y: FoolExplorer(small(0), x, y + 3), "^labels holds 3 to 12, expected 0 to 9"),
        (lambda x, y: FoolExplorer(small(0), x, y, ["a"]), "^names has 1 entries, expected 10"),
        (lambda x, y: NetworkExplorer(small(0), x * np.nan, y), "^images hold NaN"),
        (lambda x, y: PaintExplorer(x[0]), r"^picture has shape \(1, 28, 28\), expected \(H, W\)"),
    ],
)
def test_explorers_say_which_argument_does_not_fit(make, message):
    with pytest.raises((TypeError, ValueError), match=message):
        make(IMAGES, LABELS)


def test_docstrings_are_read_with_their_margin_and_without_as_python_3_13_compiles_them():
    said = "Draw.\n\n    Parameters\n    x, y : int\n        z : str\n\n    Returns\n    a : int\n"
    assert promises(said) == promises(inspect.cleandoc(said)) == [("x", "int"), ("y", "int")]


def test_sizes_are_those_of_the_arguments_whatever_their_order():
    said = "names : sequence of str, length N\nx : ndarray of shape (N,)"
    with pytest.raises(ValueError, match="^names has 1 entries, expected 2"):
        held(lambda names, x: None, said)(["a"], np.zeros(2))
    said = "row : int, below N\nnames : sequence of str, length N"
    with pytest.raises(ValueError, match="^row is 1, expected an integer from 0 to 0"):
        held(lambda row, names: None, said)(1, ["a"])
