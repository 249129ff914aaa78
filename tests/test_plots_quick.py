"""Quick figures look as matplotlib's own do, and make nothing twice."""

import io

import matplotlib
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties
from matplotlib.image import AxesImage

from cnnlib.plots import quick, ticks
from cnnlib.plots.base import dress, show_image
from cnnlib.plots.figure import new_figure, own_settings, to_png
from cnnlib.plots.figure import rendered as pixels
from cnnlib.plots.sheets import put, sheet, wipe


@pytest.mark.parametrize("text", ["−7.25", "gÅ", "=", "*", "$x^2$", "2 × (step 7)"])
def test_a_text_looks_as_agg_draws_it_and_is_drawn_once(text):
    ismath = text.startswith("$")

    def written(kind):
        renderer = kind(120, 40, 96)
        gc = renderer.new_gc()
        gc.set_foreground((0.8, 0.1, 0.3, 1.0), isRGBA=True)
        renderer.draw_text(gc, 20, 30, text, FontProperties(size=11), 0, ismath)
        return np.asarray(renderer.buffer_rgba()).astype(int)

    with own_settings():
        quick.inked.cache_clear()
        expected, found = written(RendererAgg), written(quick.Renderer)
        drawn = quick.inked.cache_info().misses
        again = written(quick.Renderer)
    painted = expected[..., 3:] > 0  # where nothing is, no colour is seen
    assert painted.any() and np.abs(found - expected)[painted[..., 0]].max() <= 2
    assert ((found[..., 3:] > 0) == painted).all() and (again == found).all()
    assert quick.inked.cache_info().misses == drawn


@pytest.mark.parametrize("text", ["Pixel (6, 3): −0.75", "10.5 = 5"])
def test_a_text_is_as_large_as_agg_says(text):
    font = FontProperties(size=11)
    expected = RendererAgg(1, 1, 96).get_text_width_height_descent(text, font, False)
    assert quick.measured(text, font, False, 96) == pytest.approx(expected)
    drawn, margin = quick.inked(text, font, False, 96)
    assert drawn[:, margin:].any(axis=0).nonzero()[0][-1] == pytest.approx(expected[0] - 1, abs=2)


def charts(kind, fixed, logs):
    """Draw two curves that share an axis, in axes of one kind."""
    figure = new_figure(7, 3, "The whole", fixed=fixed)
    for k, ax in enumerate(figure.subplots(1, 2, sharey=True, subplot_kw={"axes_class": kind})):
        ax.plot([1, 10, 1000], [3 + 3 * k, 2, 4000], "o-", label="a curve")
        dress(ax, "x, long enough", "y", "a title" if k else None, logs)
        ax.legend()
    return figure, ax


def same(draw):
    """Say whether a figure has the same pixels in quick axes and in matplotlib's.

    A tick that lies between two pixels may fall to either.
    """
    quickly, usually = (pixels(draw(kind)[0]) for kind in (ticks.QuickAxes, Axes))
    return quickly.shape == usually.shape and (quickly != usually).any(axis=2).sum() < 20


@pytest.mark.parametrize("logs", ["", "x", "xy"])
@pytest.mark.parametrize("fixed", [True, False])
def test_a_chart_has_the_pixels_of_matplotlibs_axes(fixed, logs):
    assert same(lambda kind: charts(kind, fixed, logs))
    _, ax = charts(ticks.QuickAxes, fixed, logs)
    pixels(ax.figure)
    assert ax.xaxis.majorTicks == ax.yaxis.majorTicks == ax.xaxis.minorTicks == []


@pytest.mark.parametrize("fixed", [True, False])
def test_bars_with_names_and_a_power_at_the_axis_have_the_pixels_of_matplotlibs(fixed):
    def bars(kind):
        figure = new_figure(4, 3, fixed=fixed)
        ax = figure.add_subplot(axes_class=kind)
        ax.bar([0, 1, 2], [1e-5, 2e-5, 5e-5])
        ax.set_xticks([0, 1, 2], ["−½", "gap", "c"])
        ax.tick_params(labelsize=7, length=0)
        ax.ticklabel_format(axis="y", scilimits=(-2, 2))
        ax.set_title("bars")
        return figure, ax

    assert same(bars)
    labels = bars(ticks.QuickAxes)[1].get_xticklabels()
    assert [label.get_text() for label in labels] == ["−½", "gap", "c"]


def test_an_image_has_the_pixels_of_matplotlibs_axes_and_makes_no_ticks():
    def image(kind):
        figure = new_figure(3, 3, "t")
        ax = figure.add_subplot(axes_class=kind)
        show_image(ax, np.eye(3), title="t")
        return figure, ax

    assert same(image)
    figure, ax = image(ticks.QuickAxes)
    pixels(figure)
    assert ax.xaxis.majorTicks == ax.yaxis.majorTicks == ax.xaxis.minorTicks == []


CHANGES = {
    "ticks at the top": lambda ax: ax.xaxis.tick_top(),
    "a label at the right": lambda ax: ax.yaxis.set_label_position("right"),
    "turned labels": lambda ax: ax.tick_params(labelrotation=30),
    "red ticks": lambda ax: ax.tick_params(color="red"),
    "a label that is red": lambda ax: ax.get_xticklabels()[1].set_color("red"),
    "names that are turned": lambda ax: ax.set_xticks([0, 500], ["a", "b"], rotation=30),
    "an axis that stands off": lambda ax: ax.spines.left.set_position(("outward", 10)),
    "a label at a place of its own": lambda ax: ax.yaxis.set_label_coords(-0.05, 0.3),
    "labels that are numbers": lambda ax: ax.set_xticks([0, 500], [0, 1]),
    "labels of two lines": lambda ax: ax.set_xticks([0, 500], ["a\nb", "c"], fontsize=7),
    "ticks beyond what is shown, in shared axes": lambda ax: ax.set_yticks([0, 9000]),
    "labels in one line": lambda ax: (
        ax.figure.subplots_adjust(bottom=0.4),  # or the labels lie outside
        ax.set_xticks([0, 500], ["a\nb", "c"]),
        ax.figure.align_xlabels(),
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_a_reader_changes_of_ticks_is_seen(change):
    def changed(kind):
        figure, ax = charts(kind, True, "")
        ax.grid(False)  # matplotlib cuts off the ends of lines that lie on the frame
        change(ax)
        return figure, ax

    assert same(changed)
    unchanged = charts(ticks.QuickAxes, True, "")
    unchanged[1].grid(False)
    assert (pixels(changed(ticks.QuickAxes)[0]) != pixels(unchanged[0])).any()


@pytest.mark.parametrize("form, date", [("svg", "Date"), ("pdf", "CreationDate")])
def test_a_chart_that_is_saved_as_lines_is_as_matplotlibs(form, date):
    def saved(kind):
        figure, file = charts(kind, True, "")[0], io.BytesIO()
        for ax in figure.axes:
            ax.grid(False)  # matplotlib cuts off the ends of lines that lie on the frame
        with matplotlib.rc_context({"svg.hashsalt": "the same"}):
            figure.savefig(file, format=form, metadata={date: None})
        return file.getvalue()

    assert saved(ticks.QuickAxes) == saved(Axes)


def test_a_number_stands_in_the_middle_of_its_place():
    figure = new_figure(2, 2, fixed=True)
    ax = figure.add_axes((0, 0, 1, 1))
    ax.axis("off")
    ax.set(xlim=(0, 10), ylim=(0, 10))
    ax.add_artist(quick.Numbers(np.array([[4.0, 7.0]]), ["808"], ["black"], 20))
    shown = pixels(figure)
    rows, columns = (shown[..., 0] < 128).nonzero()
    high, wide = shown.shape[:2]
    assert abs(rows.min() + rows.max() + 1 - 0.6 * high) <= 3
    assert abs(columns.min() + columns.max() + 1 - 0.8 * wide) <= 3


def test_each_number_has_its_own_place_and_colour_above_the_lines():
    figure = new_figure(2, 2, fixed=True)
    ax = figure.add_axes((0, 0, 1, 1))
    ax.axis("off")
    ax.set(xlim=(0, 10), ylim=(0, 10))
    ax.axhline(5, color="yellow", linewidth=60)
    ax.add_artist(quick.Numbers(np.array([[2.0, 5], [8, 5]]), ["8", "1"], ["red", "blue"], 20))
    shown = pixels(figure)[..., :3].astype(int)
    for colour, other, at in ((0, 2, 0.2), (2, 0, 0.8)):  # red, then blue, of little else
        ink = (shown[..., colour] > 150) & (shown[..., other] < 90) & (shown[..., 1] < 90)
        assert ink.any() and abs(ink.nonzero()[1].mean() / shown.shape[1] - at) < 0.03


@pytest.mark.parametrize("fixed", [True, False])
def test_a_picture_is_drawn_once(fixed, monkeypatch):
    figure, drawn = new_figure(3, 3, "t", fixed), []
    (line,) = figure.subplots().plot([1, 2], [3, 4])
    monkeypatch.setattr(line, "draw", drawn.append)
    before = figure.dpi
    assert to_png(figure).startswith(b"\x89PNG")
    assert len(drawn) == 1 and figure.dpi == before


def test_a_matplotlib_that_nobody_knows_yet_draws_its_own_ticks():
    assert ticks.fit_for((3, 9, 0, "final", 0)) is ticks.QuickAxes
    assert ticks.fit_for((3, 11, 9, "final", 0)) is ticks.QuickAxes
    assert ticks.fit_for((3, 12, 0, "final", 0)) is ticks.fit_for((4, 0, 0, "final", 0)) is Axes


@pytest.mark.skipif(matplotlib.__version_info__ < (3, 11), reason="it rounded sizes up and scaled")
@pytest.mark.parametrize("kind", ["signed", "missing", "colour", "bool"])
def test_large_pixels_are_painted_as_matplotlib_paints_them(kind, monkeypatch):
    rng = np.random.default_rng(0)

    def painted(values, place):
        ax = sheet(6, 4)
        put(ax, values, *place, signed=kind == "signed")
        return pixels(ax.figure).copy()

    for _ in range(20):
        values = rng.standard_normal(rng.integers(1, 50, 2)).astype(rng.choice(["f4", "f8"]))
        place = np.array([*rng.random(2), *0.3 + 2.6 * rng.random(2)])
        if kind == "missing":
            values[values > 1] = np.nan
        if kind == "colour":
            values = rng.random((3, *values.shape))
        if kind == "bool":
            values = values > 0
        found = painted(values, place)
        with monkeypatch.context() as patch:
            patch.setattr(quick.Pixels, "make_image", AxesImage.make_image)
            np.testing.assert_array_equal(found, painted(values, place))


def test_a_pixel_of_the_page_whose_middle_is_on_the_rim_gets_a_colour():
    for shape in ((1, 1), (5, 7), (28, 28)):
        ax = sheet(6, 4)
        put(ax, np.zeros(shape), 10.5 / 96, 20.5 / 96, 1.0, 1.5)
        shown = pixels(ax.figure)[-164:-20, 11:107, :3]
        assert (shown < 128).all()  # black, or the frame on it; what is not painted stays white


def test_a_ground_is_copied_pixel_for_pixel_and_lies_below():
    drawn = sheet(4, 3, "its title")
    put(drawn, np.eye(3), 0.5, 0.5, 1)
    ground, ax = pixels(drawn.figure), sheet(4, 3)
    below = quick.Ground(ax.figure, zorder=-1)
    below.set_data(ground)
    ax.figure.add_artist(below)
    np.testing.assert_array_equal(pixels(ax.figure), ground)
    put(ax, np.ones((3, 3)), 0, 0, 4, 3)
    assert (pixels(ax.figure)[60:-60, 60:-60] == 255).all()


def test_a_wiped_sheet_is_blank_and_used_once_more():
    blank, ax = pixels(sheet(4, 3).figure), sheet(4, 3, "its title")
    put(ax, np.eye(3), 0.5, 0.5, 1)
    ax.plot([0, 1], [2, 3])
    below = quick.Ground(ax.figure, zorder=-1)
    below.set_data(pixels(ax.figure))
    ax.figure.add_artist(below)
    ax.figure.add_axes((0.5, 0.5, 0.4, 0.4)).plot([0, 1], [2, 3])
    wipe(ax.figure)
    assert sheet(4, 2) is not ax and sheet(4, 3) is ax and sheet(4, 3) is not ax
    np.testing.assert_array_equal(pixels(ax.figure), blank)
    other = sheet(4, 2)
    wipe(ax.figure), wipe(other.figure)
    assert sheet(4, 3) is not ax
    again, new = (each.plot([0, 1])[0].get_color() for each in (ax, sheet(4, 3)))
    assert again == new


def test_what_is_no_sheet_is_not_wiped():
    figure = new_figure(3, 2, "its title")
    figure.subplots().plot([0, 1], [2, 3])
    wipe(figure)
    assert len(figure.axes[0].lines) == 1
