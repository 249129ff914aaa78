"""What came, several things, and several hints, in words."""

import re


def kind_of(value):
    if value is None or value is ...:
        return str(value)
    if isinstance(value, (tuple, list)):
        return f"a {type(value).__name__} of {len(value)}"
    name = {"ndarray": "array"}.get(type(value).__name__, type(value).__name__)
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def listed(words):
    return "; ".join(words)


def either(words):
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def told_once(hints):
    """Return hints, each without the sentences that stood in one before it."""
    said = {}
    for hint in dict.fromkeys(hints):
        new = [s for s in re.split(r"(?<=[.?]) ", hint) if s not in said]
        said |= dict.fromkeys(new)
        if new:
            yield " ".join(new)
