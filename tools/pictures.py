"""Draw the pictures of the README and the website anew, from the network that ships.

python -m tools.pictures
"""

from pathlib import Path

from cnnlib import look
from cnnlib.datasets import load_mnist
from cnnlib.losses import softmax
from cnnlib.models import load_trained
from cnnlib.plots.base import BLUE, GREY, show_image
from cnnlib.plots.figure import new_figure, to_png
from cnnlib.plots.sheets import mosaic

FOLDER = Path(__file__).resolve().parent.parent / "notebooks" / "images"
FILTERS = [15, 7, 17, 30]
DIGITS = [0, 4, 1]  # a 7, a 4 and a 2 among the first test images
STEPS = ("relu1", "relu2")


def reading(network, images):
    """Draw digits being read: the image, what two layers find in it, and the ten answers.

    Parameters
    ----------
    network : Sequential
        A trained LeNet.
    images : ndarray of shape (N, 1, 28, 28)

    Returns
    -------
    Figure
    """
    figure = new_figure(8.5, 1.9 * len(images))
    axes = figure.subplots(len(images), 4, width_ratios=[1, 1, 1, 1.5])
    for (ax, *between, last), image in zip(axes, images, strict=True):
        show_image(ax, image[0])
        x = image[None]
        shown = iter(between)
        for name, layer in network.layers.items():
            x = layer.forward(x)
            if name in STEPS:
                show_image(next(shown), mosaic(x[0, :16]), scale=(0, x[0, :16].max()))
        share = softmax(x)[0]
        best = share.argmax()
        last.bar(range(10), share, color=[BLUE if k == best else GREY for k in range(10)])
        last.set_xticks(range(10))
        last.set_yticks([])
        last.spines[["top", "left", "right"]].set_visible(False)
    titles = ("an image", "found by 16 filters", "by 16 of the next 32", "read as")
    for ax, title in zip(axes[0], titles, strict=True):
        ax.set_title(title, fontsize=11)
    return figure


def main():
    """Write the pictures."""
    _, (images, _) = load_mnist()
    network = load_trained("lenet5")
    FOLDER.mkdir(exist_ok=True)
    figure = look.plot_most_exciting(network, images, "conv2", FILTERS)
    (FOLDER / "most_exciting.png").write_bytes(to_png(figure))
    (FOLDER / "reading.png").write_bytes(to_png(reading(network, images[DIGITS]), dpi=110))


if __name__ == "__main__":
    main()
