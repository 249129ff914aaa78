"""What the explorers share: controls, one picture, a sentence that says what it shows."""

import base64
import html

import ipywidgets as widgets

from cnnlib.plots.base import to_png


class Explorer(widgets.VBox):
    """Controls, a picture drawn from their values, and the same said in words.

    A subclass gives a ``hint`` and the methods :meth:`make_controls` and :meth:`draw`.  It draws
    into an image and not into an Output widget: it flickers less, works the same everywhere, and
    a test reads it without a browser.

    Attributes
    ----------
    controls : dict of str to Widget
        ``explorer.controls["stride"].value = 2`` does what moving the slider does.
    image : widgets.Image
        The picture, PNG.
    text : str
        What the picture shows, in words; under it for every reader.
    problem : str
        Why the settings are impossible, or empty. The last possible picture stays.
    """

    hint = ""

    def __init__(self):
        self.controls = self.make_controls()
        # In its own size, where the page has room: stretched, it is blurred.
        self.image = widgets.Image(format="png", layout=widgets.Layout(align_self="flex-start"))
        self.caption = widgets.HTML()
        self.warning = widgets.HTML()
        self.text = self.problem = ""
        super().__init__(
            [widgets.HTML(f"<em>{html.escape(self.hint)}</em>"), self.arrange()]
            + [self.warning, self.image, self.caption]
        )
        for control in self.controls.values():
            control.observe(self.refresh, "value")
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
        return widgets.Box(
            list(self.controls.values()), layout=widgets.Layout(flex_flow="row wrap")
        )

    def values(self):
        """Return the values of the controls, a dict."""
        return {name: control.value for name, control in self.controls.items()}

    def refresh(self, change=None):
        """Draw again, or say why that is impossible and keep the picture."""
        try:
            figure, self.text = self.draw(**self.values())
        except ValueError as error:
            self.problem = str(error)
            self.warning.value = f'<b role="alert">Not possible: {html.escape(self.problem)}</b>'
            return
        self.problem = self.warning.value = ""
        self.image.value = to_png(figure)
        self.caption.value = f'<div aria-live="polite">{html.escape(self.text)}</div>'

    def set(self, **values):
        """Set several controls, as a reader would one after the other, and draw once.

        Raises
        ------
        KeyError
            If there is no such control.
        """
        unknown = values.keys() - self.controls.keys()
        if unknown:
            raise KeyError(f"no control {min(unknown)!r}, there are {', '.join(self.controls)}")
        for control in self.controls.values():
            control.unobserve(self.refresh, "value")
        try:
            for name, value in values.items():
                self.controls[name].value = value
        finally:
            for control in self.controls.values():
                control.observe(self.refresh, "value")
        self.refresh()

    def __repr__(self):
        return f"{type(self).__name__}: {self.hint}"

    def _repr_mimebundle_(self, **options):
        """Offer the picture beside the live view, for pages without a kernel."""
        bundle = super()._repr_mimebundle_(**options)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        data["text/plain"] = repr(self)
        data["image/png"] = base64.b64encode(self.image.value).decode("ascii")
        return data, metadata


def slider(name, value, least, most, step=1):
    """Make a slider for whole numbers, labelled ``name``."""
    return widgets.IntSlider(
        value, least, most, step, description=name, style={"description_width": "initial"}
    )


def choice(name, options, value=None):
    """Make a menu, labelled ``name``; options are values or (label, value) pairs."""
    menu = widgets.Dropdown(
        options=options, description=name, style={"description_width": "initial"}
    )
    if value is not None:
        menu.value = value
    return menu


def player(control, interval=400):
    """Make a play button that moves an integer slider from its least to its greatest value.

    Parameters
    ----------
    control : widgets.IntSlider
    interval : int
        Milliseconds between steps.
    """
    play = widgets.Play(
        value=control.value, min=control.min, max=control.max, step=control.step, interval=interval
    )
    widgets.link((play, "value"), (control, "value"))
    widgets.link((control, "max"), (play, "max"))
    return play
