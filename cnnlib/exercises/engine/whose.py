"""Whose code is it: the reader's, a library's, or what an exercise asks for?"""

import sysconfig
from pathlib import Path

import numpy as np

PACKAGE = Path(__file__).parents[2]
# Where code lies that the reader did not write.
LIBRARIES = tuple(
    str(Path(path))
    for path in (
        PACKAGE,
        Path(np.__file__).parent,
        sysconfig.get_path("stdlib"),
        sysconfig.get_path("platstdlib"),
        "<frozen",
    )
)
# Modules that hold what the exercises ask for, and what a reader may use of them.
ASKED = ("reference", "im2col", "gradcheck", "interpret", "losses", "optimizers", "training")
ALLOWED = ("output_size", "softmax")


def own(filename):
    """Say whether code of that file is the reader's: neither of a library nor of this package."""
    inside = ("site-packages", "dist-packages")
    return not filename.startswith(LIBRARIES) and not any(name in filename for name in inside)


def asked_for(code):
    """Say whether code is of this package and what an exercise asks for."""
    if code is None:
        return False
    path = Path(code.co_filename)
    if not path.is_relative_to(PACKAGE) or code.co_name in ALLOWED:
        return False
    return path.name == "mistakes.py" or path.parent == PACKAGE and path.stem in ASKED
