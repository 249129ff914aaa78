"""What can be said about a wrong result without knowing the mistake: facts, found by comparing.

Where no mistake explains what a reader's function gives, one of these often does: the axes are in
another order, the last row is missing, what is wrong is all 0.
"""

import itertools

import numpy as np

from cnnlib.exercises.engine.show import written
from cnnlib.exercises.engine.words import listed


@np.errstate(all="ignore")
def fact(wrong, close):
    """Find what all wrong outputs have in common.

    Parameters
    ----------
    wrong : dict of str to list of (array, array)
        For each output that is wrong somewhere: what came and what was expected, in every case.
    close : callable
        Says whether two arrays are equal.

    Returns
    -------
    (str, str, str) or None
        Title, hint and a short name.
    """
    truths = all(v.dtype.kind == "b" != w.dtype.kind for each in wrong.values() for v, w in each)
    wrong = {  # yes and no are 1 and 0 where numbers are asked for
        name: [
            (v if v.dtype.kind != "b" or w.dtype.kind == "b" else v.astype(int), w) for v, w in each
        ]
        for name, each in wrong.items()
    }
    finders = [_said, _flat, _turned, _cut, _too_large]
    if all(map(_counted, wrong.values())):
        finders += [_unfinite, _fractions, _scattered, _unsigned, _bounded, _zero, _not_zero]
        finders += [_function, _apart, _scaled, _rounded, _nearly, _alike_along, _first_alone]
    for find in finders:
        found = [find(pairs, close) for pairs in wrong.values()]
        if found[0] and all(each and each[0] == found[0][0] for each in found):
            title, hint, name = found[0]
            return title.format(" and ".join(wrong)), hint, name
    if truths:
        title = f"{' and '.join(wrong)} came as True and False, and numbers were expected"
        return title, "A comparison says where: what has to stand there?", "truths"
    return None


def _said(pairs, close):
    """A yes or no is wrong in one way only."""
    if not _alike(pairs) or any(each.dtype.kind != "b" for pair in pairs for each in pair):
        return None
    both = [(bool(v), bool(w)) for pair in pairs for v, w in zip(*map(np.ravel, pair), strict=True)]
    wrong = {v for v, w in both if v != w}
    right = sum(v == w for v, w in both)
    if len(wrong) == 2 and right <= len(both) // 10:
        but = "" if right == 0 else ", in all cases but one" if right == 1 else ", in most cases"
        return f"True and False are exchanged{but}", "When is the answer True?", "exchanged"
    if len(wrong) != 1 or all(v != w for v, w in both):
        return None
    came = wrong.pop()
    title = f"{came} comes where {not came} is right, and never the other way round"
    hint = (
        "What does it let pass?"
        if came
        else "What is asked for beside the rule? Or is it too strict: numbers of a computer round."
    )
    return title, hint, str(came)


def _flat(pairs, close):
    """There are more or fewer axes than there should be."""
    came, expected = ({each.ndim for each in arrays} for arrays in zip(*pairs, strict=True))
    if expected == {0} and 0 not in came:
        return "{} is an array, and one number was expected", "Which number is asked for?", "axes"
    if len(came) > 1 or len(expected) > 1 or came == expected:
        return None
    number = {0: "one number", 1: "an array with one axis"}
    come, want = (number.get(n, f"an array with {n} axes") for n in (*came, *expected))
    return f"{{}} is {come}, and {want} was expected", "What takes axes away, or adds them?", "axes"


def _turned(pairs, close):
    """The axes come in another order."""
    if any(wanted.dtype.kind == "b" for _, wanted in pairs):
        return None
    axes = pairs[0][1].ndim
    if any(value.ndim != axes or wanted.ndim != axes for value, wanted in pairs):
        return None
    for order in itertools.permutations(range(axes)):
        if all(close(value.transpose(order), wanted) for value, wanted in pairs):
            hint = "The numbers are right. Which axis has to stand first, which second?"
            return "the axes of {} are in another order", hint, "axes"
    return None


ENDS = {
    "at the end": lambda less: 0,
    "at the beginning": lambda less: less,
    "all around": lambda less: less // 2,
}


def _cut(pairs, close):
    """Numbers are missing; what is there is right."""
    if not (where := _placed([pair[::-1] for pair in pairs], close)):
        return None
    parts = "numbers" if pairs[0][0].ndim == 1 else "rows, columns or more"
    title = f"what {{}} holds is right, but {parts} are missing {where}"
    return title, "How many have to come out? Count for a small case.", "short"


def _too_large(pairs, close):
    """There is more than was asked for, which is right."""
    if not (where := _placed(pairs, close)):
        return None
    title = f"what is asked for is in {{}}, but there is more {where}"
    return title, "Cut it off, or do not make it.", "long"


def _placed(pairs, close):
    """Say where in the first array of each pair the second one lies; or ""."""
    found = (w for w, start in ENDS.items() if all(_within(*p, start, close) for p in pairs))
    return next(found, "")


def _within(large, small, start, close):
    """Say whether an array is a part of a larger one, at one place."""
    less = [a - b for a, b in zip(large.shape, small.shape, strict=False)]
    if large.ndim != small.ndim or min(less, default=-1) < 0 or small.size == 0:
        return False
    first = [start(each) for each in less]
    part = tuple(slice(i, i + n) for i, n in zip(first, small.shape, strict=True))
    return close(large[part], small)


def _alike(pairs):
    return all(value.shape == wanted.shape for value, wanted in pairs)


def _counted(pairs):
    return _alike(pairs) and not any(wanted.dtype.kind == "b" for _, wanted in pairs)


def _scattered(pairs, close):
    """All numbers are there, at other places."""
    several = max(len(np.unique(wanted)) for _, wanted in pairs) > 3
    if several and all(
        close(np.sort(value, axis=None), np.sort(wanted, axis=None)) for value, wanted in pairs
    ):
        hint = "What says where each number goes? And which index counts fastest?"
        return "all numbers of {} are there, but not at their places", hint, "places"
    return None


def _unsigned(pairs, close):
    """Only signs are wrong."""
    if all(close(np.abs(value), np.abs(wanted)) for value, wanted in pairs):
        return "all sizes in {} are right, but some signs are not", "What loses the sign?", "signs"
    return None


def _zero(pairs, close):
    """What is wrong is 0."""
    arrays = any(wanted.ndim for _, wanted in pairs)
    if arrays and _kept(pairs, close, lambda value, wanted: value == 0):
        hint = "What should write these numbers, and is it reached for each of them?"
        hint += " What sets them to 0?"
        return "what is wrong in {} is 0, everything else in it is right", hint, "zero"
    return None


def _not_zero(pairs, close):
    """What is wrong should be 0."""
    if _kept(pairs, close, lambda value, wanted: wanted == 0):
        hint = "Which condition makes a number 0?"
        return "what is wrong in {} should be 0, everything else in it is right", hint, "not zero"
    return None


def _kept(pairs, close, wrong):
    """Say whether results are right where they are not wrong in a given way, and not all are."""
    masks = [wrong(value, wanted) for value, wanted in pairs]
    if not any(
        (~mask & (wanted != 0)).any() for mask, (_, wanted) in zip(masks, pairs, strict=True)
    ):
        return False
    return _right_outside(masks, pairs, close)


def _right_outside(masks, pairs, close):
    """Say whether all numbers are right where a mask is not set."""
    both = zip(masks, pairs, strict=True)
    return all(close(np.where(m, 0, v), np.where(m, 0, w)) for m, (v, w) in both)


def _unfinite(pairs, close):
    """What is wrong is infinite, or no number."""
    if not all(np.isfinite(wanted).all() for _, wanted in pairs):
        return None
    masks = [~np.isfinite(value) for value, _ in pairs]
    if not _right_outside(masks, pairs, close):
        return None
    kinds = dict.fromkeys(
        "nan" if np.isnan(each) else "infinite"
        for mask, (value, _) in zip(masks, pairs, strict=True)
        for each in value[mask]
    )
    if not kinds:
        return None
    hint = "exp of a large number, log 0 and 1 / 0 are infinite; 0 / 0, inf - inf and whatever is"
    hint += " made of nan are nan. Which line is it?"
    return f"what is wrong in {{}} is {' or '.join(kinds)}", hint, "not finite"


def _fractions(pairs, close):
    """Whole numbers are asked for, and others come."""
    if any(wanted.dtype.kind not in "iu" for _, wanted in pairs):
        return None
    if not all((np.isfinite(v) & (v % 1 != 0)).any() for v, w in pairs if not close(v, w)):
        return None
    return (
        "{} holds fractions, expected whole numbers",
        "What do they count, or number?",
        "fractions",
    )


def _bounded(pairs, close):
    """What is wrong is one number, as where whatever lies beyond it is held there."""
    value, wanted = (np.concatenate([a.ravel() for a in s]) for s in zip(*pairs, strict=True))
    off = np.abs(value - wanted.astype(float)) > 1e-5 * np.maximum(1, np.abs(wanted))
    if not off.any() or off.all() or len(bound := np.unique(value[off])) > 1:
        return None
    bound = bound + 0.0  # -0 is 0
    if not _right_outside([v == bound for v, _ in pairs], pairs, close):
        return None  # something else is wrong, by little
    said = written(bound[0])
    for side, beyond in (("below", wanted < bound[0]), ("above", wanted > bound[0])):
        several = len(np.unique(wanted[off])) > 1 and (wanted[~off] != bound).any()
        if several and (beyond == off).all():
            title = f"whatever should be {side} {said} in {{}} comes out as {said}"
            return title, "What holds it there: a start, a max, a min, a clip?", "bound"
    if bound[0] and len(np.unique(wanted[off])) > 1:
        title = f"what is wrong in {{}} is {said} everywhere, and the rest of it is right"
        return title, "Where does this number come from?", "constant"
    return None


FUNCTIONS = {
    "the square of": np.square,
    "the root of": np.sqrt,
    "1 divided by": lambda y: 1 / y,
    "1 minus": lambda y: 1 - y,
    "the exponential of": np.exp,
    "the logarithm of": np.log,
}


def _function(pairs, close):
    """Each number is some function of what it should be."""
    if _few(pairs):
        return None
    for words, function in FUNCTIONS.items():
        if all(close(value, function(wanted.astype(float))) for value, wanted in pairs):
            hint = "Which step is one too many, or missing?"
            return f"each number of {{}} is {words} what it should be", hint, "function"
    return None


def _few(pairs):
    """Say whether there are too few different numbers to tell a rule from chance."""
    return len(np.unique(np.concatenate([wanted.ravel() for _, wanted in pairs]))) < 4


def _apart(pairs, close):
    """All numbers are off by the same."""
    if _few(pairs):
        return None
    off = np.concatenate([(value - wanted.astype(float)).ravel() for value, wanted in pairs])
    if not np.isfinite(off).all() or not all(close(v, w + off[0]) for v, w in pairs):
        return None
    size = f"{'large' if off[0] > 0 else 'small'} by {written(abs(off[0]))}"
    title = f"all numbers of {{}} are too {size}"
    return title, "What is added, or left out, everywhere?", "difference"


def _scaled(pairs, close):
    """In each case all numbers are one factor times what they should be."""
    factors, several = [], []
    for value, wanted in pairs:
        v, w = value.astype(float).ravel(), wanted.astype(float).ravel()
        if not w.any() and not np.nan_to_num(v).any():
            continue  # 0 is any factor times 0, and 0 / 0 comes of a division by the largest
        if not np.isfinite(v).all() or not np.isfinite(w).all() or not w @ w:
            return None
        factors.append((v @ w) / (w @ w))
        if not close(v, factors[-1] * w) or abs(factors[-1]) < 1e-6:
            return None
        if len(np.unique(w[w != 0])) > 1:
            several.append(factors[-1])
    times = list(dict.fromkeys(written(each, 3) for each in several))
    if {f"{each:.4g}" for each in factors} == {"1"}:
        return None
    if len({f"{each:.4g}" for each in factors}) == 1 and not _few(pairs):
        title = f"all numbers of {{}} are {written(factors[0])} times what they should be"
        return title, "By what do you divide or multiply, and by what should you?", "factor"
    if len(times) < 2:
        return None
    title = "in each case all numbers of {} are multiplied by one factor, which changes from case"
    title += f" to case: {listed(times[:3])}"
    return title, "By what do you divide or multiply, and by what should you?", "scale"


def _rounded(pairs, close):
    """The numbers are rounded, to so many digits or down."""
    if not all(w.dtype.kind == "f" for _, w in pairs) or _few(pairs):
        return None
    hint = "Where is it rounded? Is there a //, an int or a round on the way?"
    for words, function, shift in (("down", np.floor, 1e-9), ("up", np.ceil, -1e-9)):
        if all(close(value, function(wanted + shift)) for value, wanted in pairs):
            return f"all numbers of {{}} are rounded {words}", hint, "rounded"
    cut = [n for n in range(9) if all(close(value, np.round(w, n)) for value, w in pairs)]
    if not cut:
        return None
    behind = f"to {cut[0]} digits behind the point" if cut[0] else "to whole numbers"
    behind = behind if len(cut) == 1 else "to few digits"
    return f"all numbers of {{}} are rounded {behind}", hint, "rounded"


def _nearly(pairs, close):
    """All numbers are off by little, compared with the largest."""
    if not all(w.dtype.kind == "f" and w.size for _, w in pairs):
        return None
    off = [(np.abs(v - w.astype(float)).max(), np.abs(w).max()) for v, w in pairs]
    if not all(most <= 0.01 * largest for most, largest in off):
        return None
    worst = max(most / largest for most, largest in off if largest)
    title = f"no number of {{}} is off by more than about {worst:.0e} of the largest"
    hint = "Is something rounded, held in too few digits (float16), or added for safety?"
    if worst > 2e-3:
        hint = "What is left out, or the same where each has its own? Rounding takes so much only"
        hint += " where large numbers are subtracted from one another."
    return title, hint, "nearly"


ORDINAL = "first", "second", "third", "fourth"


def _alike_along(pairs, close):
    """Along an axis all are the same where they should differ."""
    bad = [pair for pair in pairs if not close(*pair)]
    if len(bad) > 1 and not any(v.any() for v, _ in bad):
        return (
            "in every wrong case {} is 0 everywhere",
            "What should write these numbers, and is it reached?",
            "zeros",
        )
    if len(bad) > 1 and all(np.ptp(v) == 0 < np.ptp(w) for v, w in bad if v.size > 1):
        if sum(v.size > 1 for v, _ in bad) > 1 < bad[0][0].size:
            hint = "What is worked out once, and should be for each of them?"
            return (
                "in every wrong case all numbers of {} are the same, and should differ",
                hint,
                "all the same",
            )
    for axis in range(min(len(ORDINAL), *(wanted.ndim for _, wanted in pairs))):
        long = [pair for pair in bad if pair[1].shape[axis] > 1]
        if len(long) < 2 or any(not (v == v.take([0], axis)).all() for v, _ in long):
            continue
        if all(close(w, w.take([0] * w.shape[axis], axis)) for _, w in long):
            continue
        if sum(v.size - v.size // v.shape[axis] for v, _ in long) < 5:
            continue  # so few may be the same by chance
        title = (
            f"in every wrong case, along the {ORDINAL[axis]} axis all that {{}} holds is the same"
        )
        return title, "Which index stays where it should move on?", "the same along an axis"
    return None


def _first_alone(pairs, close):
    """Along an axis only the first are right."""
    bad = [pair for pair in pairs if not close(*pair)]
    for axis in range(min(len(ORDINAL), *(wanted.ndim for _, wanted in pairs))):
        length = [wanted.shape[axis] for _, wanted in bad]
        if len(bad) < 2 or min(length) < 2 or max(length) < 3:
            continue
        if all(close(*(a.take(0, axis) for a in pair)) for pair in bad) and not any(
            close(*(a.take(i, axis) for a in pair))
            for pair in bad
            for i in range(1, pair[1].shape[axis])
        ):
            axis = ORDINAL[axis]
            title = f"in every wrong case, of {{}} only the first along the {axis} axis is right"
            if all(wanted.ndim == 1 for _, wanted in pairs):
                title = "in every wrong case only the first number of {} is right"
            return title, "What is right for index 0 alone, or goes on from it?", "first alone"
    return None
