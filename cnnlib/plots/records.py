"""What was recorded for figures that would take too long to compute anew."""

from pathlib import Path

from cnnlib.files import load_arrays

RECORDS = Path(__file__).parent.parent / "data" / "experiments.npz"


def recorded(name):
    """Read an experiment that ``tools/experiments.py`` recorded.

    Parameters
    ----------
    name : str
        As in ``cnnlib/data/EXPERIMENTS.md``, which shows all of them as tables.

    Returns
    -------
    dict of str to ndarray
        The values tried, an array an axis; ``accuracy`` and ``loss`` on the 10,000 test images,
        with an axis for each and the seeds last; what else the experiment kept.

    Raises
    ------
    ValueError
        If there is no such experiment.
    """
    arrays = load_arrays(RECORDS)
    names = {key.partition("/")[0] for key in arrays}
    if name not in names:
        raise ValueError(f"name is {name!r}, expected one of {', '.join(sorted(names))}")
    return {k.partition("/")[2]: v for k, v in arrays.items() if k.startswith(f"{name}/")}
