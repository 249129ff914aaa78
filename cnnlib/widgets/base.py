"""What the explorers share: controls, one picture, a sentence that says what it shows."""

import contextlib
import functools
import gc
import html
import math

import ipywidgets as widgets

from cnnlib.plots.figure import spots, to_png
from cnnlib.plots.sheets import wipe
from cnnlib.promises import held
from cnnlib.widgets.picture import Picture, with_picture

AGAIN = "<b>To make it move, run this cell again.</b> This is the last picture it drew."


@contextlib.contextmanager
def uncollected():
    """Collect no garbage meanwhile: it is young afterwards, and all of it goes at once.

    A figure is many thousand objects that refer to each other. Collected while it is drawn, they
    grow old, and every few pictures wait for a look at all the objects there are.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class Explorer(widgets.VBox):
    """Controls, a picture drawn from their values, and the same said in words.

    A subclass gives a ``hint`` and the methods :meth:`make_controls` and :meth:`draw`; with
    :meth:`pointed` its picture can be clicked and dragged.  It draws into an image and not into an
    Output widget: it flickers less, works the same everywhere, and a test reads it without a
    browser.

    Attributes
    ----------
    controls : dict of str to Widget
        ``explorer.controls["stride"].value = 2`` does what moving the slider does.
    image : Picture
        The picture, PNG, and the same in words.
    text : str
        What the picture shows, in words; under it for every reader.
    problem : str
        Why the settings are impossible, or empty. The last possible picture stays.
    """

    hint = ""
    plays = {}  # control to milliseconds between the steps of its play button
    shown = False  # in a page
    quieted = 0  # how many `with self.quiet()` we are in
    spots = ()  # what can be pointed at in the picture

    def __init_subclass__(cls):
        super().__init_subclass__()
        cls.__init__ = held(cls.__init__, cls.__doc__)

    def __init__(self):
        self.controls = self.make_controls()
        self.players = {name: player(self.controls[name], ms) for name, ms in self.plays.items()}
        # In its own size, where the page has room: stretched, it is blurred.
        self.image = Picture(layout=widgets.Layout(align_self="flex-start", max_width="100%"))
        self.image.points = type(self).pointed is not Explorer.pointed
        self.image.on_msg(self.told)
        self.caption = widgets.HTML()
        self.warning = widgets.HTML()
        self.text = self.problem = ""
        self.lead = widgets.HTML(f"<em>{html.escape(self.hint)}</em>")
        again, controls = widgets.HTML(AGAIN), self.arrange()
        again.add_class("cnnlib-again")
        controls.add_class("cnnlib-controls")
        super().__init__([self.lead, again, controls] + [self.warning, self.image, self.caption])
        self.add_class("cnnlib-explorer")
        for name, control in self.controls.items():
            control.observe(functools.partial(self.moved, name), "value")
        for name, play in self.players.items():
            play.observe(functools.partial(self.played, name), "value")
        self.settle(None)
        self.refresh()

    def make_controls(self):
        """Return the controls, a dict of name to widget with a ``value``."""
        raise NotImplementedError

    def draw(self, **values):
        """Draw for these values of the controls, given by name.

        Returns
        -------
        (Figure, str)
            The picture, and what it shows in words.

        Raises
        ------
        ValueError
            If the settings are impossible; the message is shown to the reader.
        """
        raise NotImplementedError

    def arrange(self):
        """Lay out the controls; side by side as far as the page allows."""
        return in_a_row(*self.beside_plays(*self.controls))

    def beside_plays(self, *names):
        """Return the controls of these names, each beside its play button if it has one."""
        controls = [(self.controls[name], self.players.get(name)) for name in names]
        return [in_a_row(each, play) if play else each for each, play in controls]

    def agree(self, moved):
        """Let the other controls agree with one that moved; called before each picture, quietly.

        Parameters
        ----------
        moved : str or None
            Name of the control; None at the start.
        """

    def settle(self, moved):
        """Let all controls agree with one that moved, and play buttons with their controls."""
        with self.quiet():
            self.agree(moved)
            for name, play in self.players.items():
                control = self.controls[name]
                let_stand(play, control.value, control.max, moved == name)

    def follow(self, moved, menu, presets, names):
        """Let a menu of presets, whose last entry is none, and the controls it sets say the same.

        Parameters
        ----------
        moved : str or None
            Name of the control that moved.
        menu : str
        presets : dict of str to tuple
            A value for each of ``names``.
        names : sequence of str
        """
        menu, controls = self.controls[menu], [self.controls[name] for name in names]
        if moved is not None and self.controls[moved] is menu and menu.value in presets:
            for control, value in zip(controls, presets[menu.value], strict=True):
                control.value = value
        values = tuple(control.value for control in controls)
        menu.value = next((k for k in presets if presets[k] == values), menu.options[-1])

    def pointed(self, name, x, y):
        """Return the controls to set, a dict, for a place of the picture that is pointed at.

        Parameters
        ----------
        name : str
            Of the array or the axes, as the figure's ``gid`` says.
        x, y : float
            Column and row of an array, the middle of its first pixel is (0, 0); or places of axes.
        """
        raise NotImplementedError

    def told(self, image, message, buffers=None):
        """Do what a click or a drag in the picture asks for, and say that it is done."""
        try:
            for spot in self.spots:
                place = spot.place(message["x"], message["y"])
                values = {} if place is None else self.pointed(spot.name, *place)
                if values:
                    self.set(**values)
        finally:
            image.send({"kind": "done"})

    def values(self):
        """Return the values of the controls, a dict."""
        return {name: control.value for name, control in self.controls.items()}

    @contextlib.contextmanager
    def quiet(self):
        """Change controls in this block without drawing."""
        self.quieted += 1
        try:
            yield
        finally:
            self.quieted -= 1

    def moved(self, name, change=None):
        """Draw again, for a control was moved, and let the others agree with it first.

        A browser answers a number with its own rounding of it: that moves nothing.
        """
        if change and isinstance(change.new, float):
            if math.isclose(change.old, change.new, abs_tol=1e-12):
                return
        if not self.quieted:
            self.settle(name)
            self.refresh()

    def played(self, name, change):
        """Move a control to where its play button is."""
        if not self.quieted:
            self.controls[name].value = change.new

    @uncollected()
    def refresh(self):
        """Draw again, or say why that is impossible and keep the picture."""
        try:
            figure, self.text = self.draw(**self.values())
        except ValueError as error:
            self.problem = str(error)
            self.warning.value = f'<b role="alert">Not possible: {html.escape(self.problem)}</b>'
            self.image.stale = True
            self.caption.add_class("cnnlib-stale")
            return
        self.problem = self.warning.value = ""
        png = to_png(figure)
        with self.image.hold_sync():  # one message to the page
            self.image.value, self.image.alt, self.image.stale = png, self.text, False
        self.spots = spots(figure) if self.image.points else ()
        wipe(figure)
        self.caption.remove_class("cnnlib-stale")
        self.caption.value = f'<div aria-live="polite">{html.escape(self.text)}</div>'

    def set(self, **values):
        """Set several controls, as a reader would one after the other, and draw once.

        Raises
        ------
        KeyError
            If there is no such control; then none is set.
        Exception
            If a control refuses its value; then those before it are set.
        """
        unknown = values.keys() - self.controls.keys()
        if unknown:
            raise KeyError(f"no control {min(unknown)!r}, there are {', '.join(self.controls)}")
        try:
            with self.quiet():
                for name, value in values.items():
                    self.controls[name].value = value
                    self.settle(name)
        except Exception:  # the picture is that of the controls, also where one refused its value
            with contextlib.suppress(Exception):  # said is the refusal
                self.refresh()
            raise
        self.refresh()

    def __repr__(self):
        return f"{type(self).__name__}: {self.hint}"

    def _repr_mimebundle_(self, **options):
        """Offer the picture beside the live view, for pages without a kernel."""
        if self.shown:  # since then what it explores may have changed
            self.refresh()
        self.shown = True
        return with_picture(super()._repr_mimebundle_(**options), repr(self), self.image.value)


def within(place, most):
    """Round a place to a whole number from 0 to most."""
    return min(max(round(place), 0), most)


def in_a_row(*children):
    """Put widgets side by side, as far as the page allows."""
    return widgets.Box(children, layout=widgets.Layout(flex_flow="row wrap"))


def slider(name, value, least, most, step=1):
    """Make a slider for whole numbers, labelled ``name``."""
    return widgets.IntSlider(
        value, least, most, step, description=name, style={"description_width": "initial"}
    )


def log_slider(name, value, low, high, step=0.05):
    """Make a slider for a rate, from ``10**low`` to ``10**high``, in steps of the exponent.

    The value has to lie on a step: a browser moves one that does not.
    """
    return widgets.FloatLogSlider(
        value=value,
        base=10,
        min=low,
        max=high,
        step=step,
        description=name,
        readout_format=".3g",
        style={"description_width": "initial"},
    )


def choice(name, options, value=None):
    """Make a menu, labelled ``name``; options are values or (label, value) pairs."""
    menu = widgets.Dropdown(
        options=options, description=name, style={"description_width": "initial"}
    )
    if value is not None:
        menu.value = value
    return menu


def player(control, interval):
    """Make a play button for an integer slider, from its least to its greatest value.

    It stands at the end, where a press begins anew: a picture may open in mid-run.

    Parameters
    ----------
    control : widgets.IntSlider
    interval : int
        Milliseconds between steps.
    """
    return widgets.Play(
        value=control.max, min=control.min, max=control.max, step=control.step, interval=interval
    )


def let_stand(play, value, most, moved):
    """Let a play button end at another value, and go on from one if it is there by hand.

    Parameters
    ----------
    play : widgets.Play
    value, most : int
    moved : bool
        Whether by hand; if not, one that stands at its end stays there.
    """
    value = most if play.value == play.max and not moved else value
    play.max = most
    play.value = value


def several(count, noun):
    """Write how many of something there are, one or several."""
    return f"{count:,} {noun}" if abs(count) == 1 else f"{count:,} {noun}s"


def percent(probability):
    """Write a probability in percent, with a digit after the point; softmax gives no 0 and no 1."""
    if probability < 0.0005:
        return "under 0.1 %"
    return "over 99.9 %" if probability > 0.9995 else f"{100 * probability:.1f} %"
