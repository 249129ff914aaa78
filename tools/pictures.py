"""Draw the README's picture anew: what excites four filters of the network that ships.

python tools/pictures.py
"""

from pathlib import Path

from cnnlib import look
from cnnlib.datasets import load_mnist
from cnnlib.models import load_trained
from cnnlib.plots.base import to_png

PICTURE = Path(__file__).resolve().parent.parent / "notebooks" / "images" / "most_exciting.png"
FILTERS = [15, 7, 17, 30]


def main():
    """Write the picture."""
    _, (images, _) = load_mnist()
    figure = look.plot_most_exciting(load_trained("lenet5"), images, "conv2", FILTERS)
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_bytes(to_png(figure))


if __name__ == "__main__":
    main()
