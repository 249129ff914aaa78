"""What the figures share: colours, tables of numbers, grids of images, PNG bytes."""

import io

import matplotlib.figure
import numpy as np
from matplotlib.patches import Rectangle

# Okabe and Ito's colours, which colour-blind readers can tell apart, each with one meaning.
BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PURPLE, SKY, YELLOW, GREY = "#CC79A7", "#56B4E9", "#F0E442", "#7F7F7F"

IMAGE_MAP = "gray"  # for what is at least 0: pixels, probabilities
SIGNED_MAP = "RdBu_r"  # for what has a sign, white at 0: filters, gradients


class Figure(matplotlib.figure.Figure):
    """A figure that shows itself as the last line of a cell, without pyplot's list of figures."""

    def _repr_png_(self):
        return to_png(self)


def new_figure(width=8.0, height=3.0):
    """Make an empty figure, sizes in inches; a page is 8 wide."""
    return Figure(figsize=(width, height), layout="constrained")


def to_png(figure, dpi=96):
    """Render a figure.

    Returns
    -------
    bytes
        A PNG file; the same figure gives the same bytes.
    """
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
    return buffer.getvalue()


def limits(values, signed):
    """Return the least and greatest value of a colour scale; a signed one is centred on 0."""
    top = float(np.max(np.abs(values), initial=0)) or 1.0
    return (-top, top) if signed else (min(0.0, float(np.min(values, initial=0))), top)


def show_image(ax, values, signed=False, title=None, scale=None):
    """Draw one array as an image, without ticks.

    Parameters
    ----------
    ax : matplotlib Axes
    values : ndarray of shape (H, W), or (3, H, W) for colour in [0, 1]
    signed : bool
        Whether values have a sign: diverging colours, white at 0.
    title : str, optional
    scale : (float, float), optional
        Values of the darkest and lightest colour, where several images share one scale.

    Returns
    -------
    matplotlib AxesImage
    """
    values = np.asarray(values)
    ax.set_xticks([])
    ax.set_yticks([])
    if title is not None:
        ax.set_title(title, fontsize=10)
    if values.ndim == 3:
        return ax.imshow(np.clip(values.transpose(1, 2, 0), 0, 1))
    low, high = limits(values, signed) if scale is None else scale
    return ax.imshow(values, cmap=SIGNED_MAP if signed else IMAGE_MAP, vmin=low, vmax=high)


def show_numbers(ax, values, signed=False, title=None, scale=None, form="{:g}", size=10):
    """Draw a small array as a table: each number in a cell of its colour.

    Parameters as for :func:`show_image`, and

    form : str
        Format of a number.
    size : float
        Font size in points.
    """
    image = show_image(ax, values, signed, title, scale)
    low, high = image.get_clim()
    for (row, column), value in np.ndenumerate(np.asarray(values)):
        share = (value - low) / (high - low)
        dark = abs(share - 0.5) > 0.33 if signed else share < 0.5
        ax.text(
            column,
            row,
            form.format(value),
            ha="center",
            va="center",
            fontsize=size,
            color="white" if dark else "black",
        )
    H, W = np.shape(values)
    ax.set_xticks(np.arange(W + 1) - 0.5, minor=True)
    ax.set_yticks(np.arange(H + 1) - 0.5, minor=True)
    ax.grid(which="minor", color=GREY, linewidth=0.5)
    ax.tick_params(which="minor", length=0)
    return image


def outline(ax, row, column, rows=1, columns=1, color=ORANGE, width=2.5):
    """Draw a frame around a block of pixels whose first is (row, column)."""
    frame = Rectangle(
        (column - 0.5, row - 0.5), columns, rows, fill=False, edgecolor=color, linewidth=width
    )
    frame.set_clip_on(False)
    return ax.add_patch(frame)


def image_grid(images, titles=None, columns=8, signed=False, shared=False, size=1.0, title=None):
    """Draw several images in rows.

    Parameters
    ----------
    images : sequence of ndarray of shape (H, W) or (3, H, W)
    titles : sequence of str, optional
        One an image.
    columns : int
        Images in a row, at most.
    signed, shared : bool
        Whether values have a sign, and whether all images have one colour scale.
    size : float
        Inches an image is wide.
    title : str, optional
        The finding, over the whole figure.

    Returns
    -------
    Figure
    """
    images = [np.asarray(image) for image in images]
    columns = max(1, min(columns, len(images)))
    rows = max(1, -(-len(images) // columns))
    extra = 0.25 * (titles is not None)
    figure = new_figure(columns * size, rows * (size + extra) + 0.35 * (title is not None))
    scale = limits(np.concatenate([i.ravel() for i in images]), signed) if shared else None
    for k, ax in enumerate(np.ravel(figure.subplots(rows, columns, squeeze=False))):
        if k < len(images):
            show_image(ax, images[k], signed, titles[k] if titles is not None else None, scale)
        else:
            ax.axis("off")
    if title is not None:
        figure.suptitle(title, fontsize=11)
    return figure
