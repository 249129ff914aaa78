"""What the experiments found that the lessons quote: minutes and hours of training, recorded.

``python -m tools.experiments`` repeats them. Below all levels: no lesson derives it.
"""

from pathlib import Path

from cnnlib.arguments import one_of
from cnnlib.files import load_arrays

RECORDS = Path(__file__).parent / "data" / "experiments"


def recorded(name):
    """Read an experiment that ``tools/experiments.py`` recorded.

    Parameters
    ----------
    name : str
        As in ``cnnlib/data/EXPERIMENTS.md``, which shows all of them as tables.

    Returns
    -------
    dict of str to ndarray
        The values tried, an array an axis; with an axis for each and the seeds last, the accuracies
        ``test``, on the 10,000 test images, and ``valid``, on the training images held back (NaN
        where none were), and ``loss`` on the test images; what else the experiment kept.

    Raises
    ------
    ValueError
        If there is no such experiment.
    """
    one_of(sorted(path.stem for path in RECORDS.glob("*.npz")), name=name)
    return load_arrays(RECORDS / f"{name}.npz")
