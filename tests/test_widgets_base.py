"""What all explorers promise: any control can be set, the picture and its words follow, once."""

import functools
import gc
import html
from itertools import pairwise

import ipywidgets as widgets
import numpy as np
import pytest
from traitlets import TraitError

from cnnlib.datasets import load_mnist
from cnnlib.exercises.lesson04.suspects import KINDS, evidence, suspects
from cnnlib.experiments import RECORDS
from cnnlib.files import load_arrays
from cnnlib.layers.dense import Dense
from cnnlib.layers.reshape import Flatten
from cnnlib.models import lenet5
from cnnlib.network import Sequential
from cnnlib.plots.figure import new_figure, rendered
from cnnlib.widgets import (
    backprop,
    base,
    beyond,
    boundary,
    convolution,
    deeper,
    fast,
    filters,
    im2col,
    pooling,
    start,
    training,
)
from cnnlib.widgets.base import Explorer, choice, slider
from cnnlib.widgets.canvas import Canvas, encode
from tests.helpers import point

IMAGES, LABELS = (part[:9] for part in load_mnist()[1])


@functools.cache
def network():
    return lenet5((2, 3), 5, rng=0)


def small(seed):
    return Sequential([Flatten(), Dense(784, 10, rng=seed)], (1, 28, 28))


EXPLORERS = {
    "pixels": lambda: start.PixelExplorer(IMAGES),
    "digit": lambda: start.DigitExplorer(network(), IMAGES, LABELS),
    "blocks": start.BlockExplorer,
    "kernel": convolution.KernelExplorer,
    "size": convolution.OutputSizeExplorer,
    "pooling": lambda: pooling.PoolingExplorer(IMAGES[0, 0]),
    "shift": lambda: pooling.ShiftExplorer(IMAGES),
    "patch": im2col.PatchExplorer,
    "memory": im2col.MemoryExplorer,
    "step": backprop.GradientCheckExplorer,
    "backprop": backprop.BackpropExplorer,
    "bugs": lambda: backprop.BugHuntExplorer(suspects(), evidence, KINDS),
    "boundary": boundary.BoundaryExplorer,
    "valley": training.ValleyExplorer,
    "cockpit": lambda: training.TrainingCockpit((IMAGES, LABELS), (IMAGES, LABELS), {"s": small}),
    "filters": lambda: filters.FilterExplorer(network(), IMAGES, LABELS),
    "where": lambda: filters.WhereExplorer(network(), IMAGES, LABELS),
    "fastest": lambda: fast.FastestExplorer(load_arrays(RECORDS.with_name("fastest.npz"))),
    "depth": lambda: deeper.DepthExplorer(IMAGES, LABELS),
    "workers": beyond.WorkersExplorer,
    "fool": lambda: filters.FoolExplorer(network(), IMAGES, LABELS),
    "forming": filters.FormingExplorer,
    "maximise": lambda: filters.MaximiseExplorer(network(), IMAGES),
    "field": lambda: filters.ReceptiveFieldExplorer(network(), IMAGES),
}


@pytest.fixture(scope="module")
def explorers():
    """Make each explorer once."""
    return functools.cache(lambda name: EXPLORERS[name]())


def another(control):
    """Return a value that a reader could give a control in place of its present one."""
    if isinstance(control, Canvas):
        return encode(np.kron(IMAGES[1, 0], np.ones((4, 4))))
    if isinstance(control, widgets.TagsInput):
        return control.value[:-1]
    if isinstance(control, widgets.Dropdown):
        values = [value for _, value in control._options_full]
        return values[(values.index(control.value) + 1) % len(values)] if values else None
    if isinstance(control, widgets.Text):
        return "0.5"
    if isinstance(control, widgets.FloatLogSlider):
        return control.value * 10 if control.value < 1 else control.value / 10
    step = getattr(control, "step", 1)
    return control.value + (-step if control.value == control.max else step)


def counted(explorer, monkeypatch):
    """Return a list that grows with each picture."""
    drawn, draw = [], explorer.draw
    monkeypatch.setattr(
        explorer, "draw", lambda **values: (drawn.append(values), draw(**values))[1]
    )
    return drawn


# Controls that tell what a button does, or that are of no matter yet.
FOR_LATER = {
    "blocks": ("block", "size", "kernel"),
    "bugs": ("input",),
    "boundary": ("colour",),
    "cockpit": ("network", "optimizer", "batch", "epochs"),
}


@pytest.mark.parametrize("name", EXPLORERS)
def test_every_control_can_be_set_and_draws_another_picture_once(name, explorers, monkeypatch):
    explorer = explorers(name)
    drawn, opening = counted(explorer, monkeypatch), explorer.values()
    small = lambda figure: b"\x89PNG" + rendered(figure, 24).tobytes()  # noqa: E731
    monkeypatch.setattr(base, "to_png", small)
    for control in list(explorer.controls):
        explorer.set(**opening)
        value, before = another(explorer.controls[control]), explorer.image.value
        drawn.clear()
        explorer.set(**{control: value})
        if not explorer.problem:
            assert (explorer.image.value == before) == (control in FOR_LATER.get(name, ())), control
        assert explorer.controls[control].value == value, control
        assert len(drawn) == 1 and drawn[0] == explorer.values(), control
        value = another(explorer.controls[control])
        if value != explorer.controls[control].value:
            drawn.clear()
            explorer.controls[control].value = value  # as a hand does it
            assert len(drawn) == 1 and drawn[0][control] == value, control
    assert explorer.quieted == 0


@pytest.mark.parametrize("name", EXPLORERS)
def test_the_sentence_stands_under_the_picture(name, explorers):
    explorer = explorers(name)
    explorer.refresh()
    if not explorer.problem:
        assert html.escape(explorer.text) in explorer.caption.value
    assert explorer.text and explorer.caption in explorer.children


def test_one_is_no_several():
    said = [base.several(count, "column") for count in (-1, 0, 1, 2000)]
    assert said == ["-1 column", "0 columns", "1 column", "2,000 columns"]


def rows(widget):
    """Return the lists of widgets that stand together in a container, at every depth."""
    inside = list(getattr(widget, "children", ()))
    return [inside, *(row for each in inside for row in rows(each))]


@pytest.mark.parametrize("name", EXPLORERS)
def test_a_play_button_stands_right_after_what_it_moves(name, explorers):
    explorer = explorers(name)
    pairs = [pair for row in rows(explorer) for pair in pairwise(row)]
    found = [moved for moved, play in pairs if isinstance(play, widgets.Play)]
    assert all(explorer.controls[name] in found for name in explorer.plays)


@pytest.mark.parametrize("name", [name for name in EXPLORERS if name != "kernel"])
def test_play_begins_at_the_beginning_and_goes_on_from_where_a_hand_was(name):
    explorer = EXPLORERS[name]()
    for name, play in explorer.players.items():
        control = explorer.controls[name]
        opening = control.value
        assert play.value == play.max == control.max  # where a press begins anew
        play.value = play.min
        assert control.value == control.min
        explorer.set(**{name: opening})
        assert play.value == opening


def test_play_still_begins_anew_after_a_change_of_what_is_not_played():
    pools = EXPLORERS["pooling"]()
    play, step = pools.players["step"], pools.controls["step"]
    pools.set(stride=1)
    assert play.value == play.max == step.max == 24 and step.value == 4
    step.value = 5
    pools.set(kernel=3)
    assert (play.value, play.max) == (5, 15)
    kernels = EXPLORERS["kernel"]()
    kernels.set(stride=2, kernel="blur (box)")
    assert kernels.play.value == kernels.play.max == 168 != kernels.controls["row"].value
    kernels.controls["column"].value = 1
    assert kernels.play.value == 13 * kernels.controls["row"].value + 1


@pytest.mark.parametrize("name", EXPLORERS)
def test_it_offers_its_picture_where_no_kernel_runs(name, explorers):
    explorer = explorers(name)
    data, _ = explorer._repr_mimebundle_()
    assert data["text/plain"] == f"{type(explorer).__name__}: {explorer.hint}"
    assert data["image/png"].startswith("iVBOR") and explorer.hint


@pytest.mark.parametrize("name", ["digit", "filters", "where", "fool", "maximise", "field"])
def test_a_network_that_learned_on_is_explored_anew(name, monkeypatch):
    nets = [lenet5((2, 3), 5, rng=0) for _ in range(2)]
    monkeypatch.setattr(f"{__name__}.network", lambda: nets[0])
    explorer = EXPLORERS[name]()
    before, (picture, _) = explorer.text, explorer._repr_mimebundle_()
    for net in nets:
        for p in net.params.values():
            p[...] = 0.05 - p[..., ::-1]
    monkeypatch.setattr(f"{__name__}.network", lambda: nets[1])
    fresh = EXPLORERS[name]()
    fresh.set(**explorer.values())
    again, _ = explorer._repr_mimebundle_()
    assert again["image/png"] != picture["image/png"] and explorer.text != before
    assert explorer.text == fresh.text and explorer.image.value == fresh.image.value


class Sum(Explorer):
    """Two numbers; the second follows the first, and 7 is impossible."""

    hint = "Add."

    def make_controls(self):
        return {"a": slider("a", 1, 0, 9), "b": slider("b", 2, 0, 9), "c": choice("c", ["x", "y"])}

    def agree(self, moved):
        if moved == "a":
            self.controls["b"].value = self.controls["a"].value

    def draw(self, a, b, c):
        if a == 7:
            raise ValueError("a is 7 & that is <impossible>")
        return new_figure(1 + a, 1), f"{a} + {b} < {a + b + 1}"


def test_controls_agree_before_the_one_picture(monkeypatch):
    explorer = Sum()
    assert explorer.text == "1 + 2 < 4"
    drawn = counted(explorer, monkeypatch)
    explorer.controls["a"].value = 5
    assert drawn == [{"a": 5, "b": 5, "c": "x"}] and "5 + 5 &lt; 11" in explorer.caption.value
    explorer.set(a=3, b=4, c="y")
    assert drawn[1:] == [{"a": 3, "b": 4, "c": "y"}]
    with pytest.raises(KeyError, match="no control 'd', there are a, b, c"):
        explorer.set(d=1)


def test_a_value_that_a_control_refuses_leaves_the_picture_of_those_before_it():
    explorer = Sum()
    with pytest.raises(TraitError):
        explorer.set(a=3, b="x")
    assert explorer.values() == {"a": 3, "b": 3, "c": "x"} and explorer.text == "3 + 3 < 7"


def test_a_refusal_is_told_also_where_nothing_can_be_drawn_after_it(monkeypatch):
    explorer = Sum()
    monkeypatch.setattr(explorer, "draw", lambda **values: 1 / 0)
    with pytest.raises(TraitError):
        explorer.set(a=3, b="x")


def test_quiet_changes_without_drawing(monkeypatch):
    explorer = Sum()
    drawn = counted(explorer, monkeypatch)
    with pytest.raises(RuntimeError), explorer.quiet(), explorer.quiet():
        explorer.controls["a"].value = 2
        raise RuntimeError
    assert drawn == [] and explorer.quieted == 0 and explorer.controls["b"].value == 2
    explorer.controls["a"].value = 4
    assert len(drawn) == 1


def test_no_garbage_is_collected_while_a_picture_is_drawn(monkeypatch):
    explorer, enabled = Sum(), []
    draw = explorer.draw
    monkeypatch.setattr(
        explorer, "draw", lambda **values: (enabled.append(gc.isenabled()), draw(**values))[1]
    )
    for a in (2, 7, 3):  # 7 is impossible
        explorer.controls["a"].value = a
        assert gc.isenabled()
    assert enabled == [False] * 3


def test_what_is_impossible_is_said_and_the_last_picture_stays():
    explorer = Sum()
    before = explorer.image.value
    explorer.set(a=7)
    assert explorer.problem == "a is 7 & that is <impossible>" and explorer.image.value == before
    assert "Not possible: a is 7 &amp; that is &lt;impossible&gt;" in explorer.warning.value
    assert explorer.image.stale and "cnnlib-stale" in explorer.caption._dom_classes  # both dimmed
    explorer.set(a=6)
    assert not explorer.image.stale and "cnnlib-stale" not in explorer.caption._dom_classes
    assert explorer.problem == explorer.warning.value == "" and explorer.image.value != before


@pytest.mark.parametrize(
    "name, array, row, column, expected",
    [
        ("pixels", "image", 20, 3, {"row": 16, "column": 0, "size": 8}),
        ("kernel", "output y", 5, 7, {"row": 5, "column": 7}),
        ("kernel", "input x", 5, 7, {"row": 4, "column": 6}),
        ("kernel", "input x", 0, 27, {"row": 0, "column": 25}),
        ("pooling", "y", 2, 1, {"step": 7}),
        ("pooling", "x", 0, 5, {"step": 2}),
        ("patch", "matrix", 4, 9, {"column": 9, "oh": 1, "ow": 0, "image": 1}),
        ("patch", "output", 3, 2, {"oh": 3, "ow": 2, "column": 28}),
        ("patch", "image", 1, 2, {"oh": 0, "ow": 1}),
        ("backprop", "pool", 3, 11, {"follow": "pool", "row": 3, "column": 11}),
        ("backprop", "conv", 20, 1, {"follow": "conv", "row": 20, "column": 1}),
        ("fastest", "map", 3, 1, {"channels": 2, "kernel": 9}),
        ("forming", "norms", 0.5, 3020, {"moment": 16}),
        ("maximise", "steps", 0.001, 7.3, {"steps": 7}),
        ("field", "map", 1, 6, {"row": 1, "column": 6}),
        ("field", "image", 27, 0, {"row": 7, "column": 0}),
    ],
)
def test_a_click_in_the_picture_sets_the_controls(name, array, row, column, expected):
    explorer = EXPLORERS[name]()
    if name == "pixels":
        explorer.set(size=8)
    point(explorer, array, row, column)
    assert {key: explorer.controls[key].value for key in expected} == expected
    assert explorer.image.points and not explorer.problem


def test_a_click_beside_the_arrays_changes_nothing_and_is_answered(monkeypatch):
    explorer, answers = EXPLORERS["pixels"](), []
    monkeypatch.setattr(explorer.image, "send", answers.append)
    before = explorer.values()
    explorer.image._handle_custom_msg({"kind": "down", "x": 0.001, "y": 0.999}, [])
    assert explorer.values() == before and answers == [{"kind": "done"}]


def test_only_pictures_that_can_be_pointed_at_say_so():
    assert not Sum().image.points and Sum().spots == ()
