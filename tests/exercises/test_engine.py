"""The machinery of the exercises as a whole."""

import re
from pathlib import Path

from cnnlib.exercises import engine


def test_the_map_names_every_file():
    named = set(re.findall(r"`(\w+)`", engine.__doc__.replace("``", "")))
    assert named == {path.stem for path in Path(engine.__file__).parent.glob("[a-z]*.py")}
