"""A small repair that makes an answer right says what is wrong."""

import pytest

from tests.exercises.doubled import CHECK, diagnose, in_a_cell


def test_np_empty_is_not_taken_for_zeros():
    grown = "y = np.empty(x.shape)\n    y += 2 * x\n    return y"
    assert diagnose(f"def double(x):\n    {grown}").mistakes == ["np.empty"]
    large = "y = np.empty((9, 9, 9))\n    y[0] = 2\n    return y"
    assert "np.empty" not in diagnose(f"def double(x):\n    {large}").mistakes  # zeros help nobody
    filled = "y = np.empty_like(x)\n    y[...] = 2 * x\n    return y"
    assert diagnose(f"def double(x):\n    {filled}").ok


@pytest.mark.parametrize(
    "source, name",
    [
        (
            "y = 0 * x\n    for i, v in np.ndenumerate(x):\n        y[i] = 2 * v\n        return y",
            "return",
        ),
        (
            "y = np.empty_like(x)\n    for i, v in np.ndenumerate(x):\n        y[i] = 2 * v\n"
            "        return y",
            "return",
        ),
        ("y = np.empty(x.shape)\n    y += 2 * x\n    return y", "empty"),
        ("y = np.empty_like(x)\n    y[:-1] = 2 * x[:-1]\n    return y", "no zeros"),
        (
            "n, y = 0 * len(x) + 1, np.empty_like(x)\n    N = len(x) - n\n    y[:N] = 2 * x[:N]\n"
            "    return y",
            "place",
        ),
        ("k = 0\n    return 2 * x[k:-k] if x.ndim == 2 else 2 * x", "slice"),
        (
            "h, w = x.shape[-1], len(x)\n    return 2 * x[:w] if x.ndim == 1 else 2 * x[:w, :w]",
            "name",
        ),
    ],
)
def test_a_repair_that_makes_it_right_names_what_is_wrong(source, name):
    double = in_a_cell(f"def double(x):\n    {source}\n", "double")
    kinds = {
        "return": "the return stands inside a loop",
        "slice": "ends at minus 0",
        "empty": "np.empty is not filled with zeros",
        "no zeros": "whatever lay in memory; with zeros in its place: what is wrong in y is 0",
        "place": "ne change makes all cases right: in line",
        "name": "w stands where h belongs",
    }
    assert kinds[name] in str(CHECK.diagnose(double))
