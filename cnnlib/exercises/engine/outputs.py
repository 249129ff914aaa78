"""What a function returns: read as arrays that have names, compared, and shown side by side."""

import numpy as np

from cnnlib.exercises.engine.show import digits_to_tell, tables
from cnnlib.exercises.engine.words import kind_of


class Outputs:
    """The names of what a function returns, and how nearly its numbers have to be right.

    Parameters
    ----------
    names : str
        ``"dx dw db"``.
    tolerance : float, optional
        Relative to the largest number expected; by default 1e-7, for float32 1e-4.
    keyed : bool
        Whether they may come as a dict.
    """

    def __init__(self, names, tolerance=None, keyed=False):
        self.names, self.tolerance, self.keyed = names.split(), tolerance, keyed

    def read(self, value):
        """Return what a function gave as a dict of arrays.

        Raises
        ------
        TypeError
            If it is something else, with the reason.
        """
        names = self.names
        if isinstance(value, dict) and self.keyed:
            if lacking := [name for name in names if value.get(name) is None]:
                held = ", ".join(map(repr, value)) or "nothing"
                raise TypeError(f"the dict has no {lacking[0]!r}: it holds {held}")
            value = tuple(value[name] for name in names)
        elif len(names) == 1:
            value = (value,)
        elif isinstance(value, np.ndarray) and value.shape == (len(names),):
            value = tuple(value)
        if not isinstance(value, (tuple, list)) or len(value) != len(names):
            raise TypeError(f"it returned {kind_of(value)}, expected {', '.join(names)}")
        return {name: _array(name, part) for name, part in zip(names, value, strict=True)}

    def close(self, value, wanted):
        """Say whether shape and numbers are equal, as far as the dtype allows."""
        if value.shape != wanted.shape:
            return False
        if wanted.size == 0:
            return True
        allowed, largest = self.allowed(value, wanted)
        if not (np.isfinite(value).all() and np.isfinite(wanted).all()):
            return np.allclose(value, wanted, rtol=allowed, equal_nan=True)
        return float(np.max(np.abs(value - wanted.astype(float)))) <= allowed * largest

    def allowed(self, value, wanted):
        """Return the error that is allowed, and the largest number, of which it is a share."""
        singles = np.float32 in (value.dtype, wanted.dtype)
        finite = np.abs(wanted[np.isfinite(wanted)].astype(float))
        return self.tolerance or (1e-4 if singles else 1e-7), max(1e-6, finite.max(initial=0.0))

    def wrong(self, value, wanted):
        """Return the names of the outputs that differ."""
        return [name for name in self.names if not self.close(value[name], wanted[name])]

    def equal(self, value, wanted):
        """Say whether two results, as :meth:`read` gives them, are the same."""
        return not self.wrong(value, wanted)

    def reshaped(self, value, wanted):
        """Say whether results are the same but for the shape of some of them."""
        pairs = [(value[name], wanted[name]) for name in self.names]
        return all(a.size == b.size and self.close(a.reshape(b.shape), b) for a, b in pairs)

    def compared(self, value, wanted):
        """Return the blocks that show, of the first output that differs, both side by side."""
        name = self.wrong(value, wanted)[0]
        prefix = "" if len(self.names) == 1 else f"{name}: "
        value, wanted = value[name], wanted[name]
        blocks, marked, digits = [], None, 4
        if value.shape != wanted.shape:
            blocks.append(f"Shape {wanted.shape} was expected, {value.shape} came.")
        else:
            allowed, largest = self.allowed(value, wanted)
            with np.errstate(invalid="ignore"):
                off = np.abs(np.subtract(value, wanted, dtype=float))
            marked = ~(
                (off <= allowed * largest)
                | (value == wanted)
                | (np.isnan(value) & np.isnan(wanted))
            )
            digits = digits_to_tell(value[marked], wanted[marked])
            if (worst := np.max(off)) < 1e-3 * largest:
                blocks.append(
                    f"They differ by {worst / largest:.0e} of the largest number, and"
                    f" {allowed:.0e} is allowed."
                )
        shown = tables(f"{prefix}expected", wanted, marked, mark=False, digits=digits)
        return [*blocks, shown + tables(f"{prefix}yours", value, marked, digits=digits)]


def _array(name, part):
    """Read what was returned as an array; lists are welcome."""
    if isinstance(part, list):
        try:
            part = np.array(part)
        except ValueError:
            raise TypeError(f"the rows of the list {name} differ in length") from None
    if not isinstance(part, (np.ndarray, int, float, np.generic)):
        raise TypeError(f"the result {name} is {kind_of(part)}, expected an array or a number")
    if np.asarray(part).dtype.kind not in "biuf":
        real = "real numbers" if np.iscomplexobj(part) else "numbers"
        raise TypeError(f"the result {name} holds {np.asarray(part).dtype}, expected {real}")
    return np.array(part)  # its own: what the reader keeps may change in the next call
