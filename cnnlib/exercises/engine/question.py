"""Questions whose answer is a value: a number worked out by hand, or a letter."""

import ast
import contextlib
import math
import operator
import re
import unicodedata

import numpy as np

from cnnlib.exercises.engine import variant
from cnnlib.exercises.engine.result import Result
from cnnlib.exercises.engine.show import number
from cnnlib.exercises.engine.task import Task
from cnnlib.exercises.engine.words import either, kind_of, listed

FILLERS = {"the", "a", "an", "is", "are", "it", "its", "it's"}


class Question(Task):
    """Ask for values, one for each part, and name the mistake that leads to a wrong one.

    Parameters
    ----------
    todo, more
        As for :class:`Check`.
    right : callable or dict
        Gives the answer of a part from its arguments; or the answers themselves, by part.
    parts : dict of str to tuple, optional
        The arguments of each part.
    mistakes : sequence of Mistake
        Wrong versions of ``right``: functions, or dicts of wrong answers.
    hint : str
        For a wrong answer that no mistake explains.
    also : dict of str to str
        Other words for an answer that is a word.
    decimals : int, optional
        To how many digits behind the point an answer may be rounded; by default it may not.
    draw : callable, optional
        Takes a Generator and returns the parts of one student's variant.
    asked : callable, optional
        Takes the parts and returns the question: sentences, and lists of tables.
    """

    def __init__(
        self,
        right,
        parts=None,
        mistakes=(),
        *,
        todo,
        more,
        hint,
        also=None,
        decimals=None,
        draw=None,
        asked=None,
    ):
        super().__init__(todo, more)
        self.everybody = parts or dict.fromkeys(right, ())
        self.draw, self.asked, self.drawn = draw, asked, {}
        self.answers, self.mistakes, self.hint = right, list(mistakes), hint
        self.decimals = decimals
        words = set(right.values()) if isinstance(right, dict) else ()
        self.also = {_plain(k): v for k, v in ({w: w for w in words} | (also or {})).items()}

    @property
    def parts(self):
        """The arguments of each part: everybody's, or those of a student's variant."""
        student = variant.who()
        if not student or self.draw is None:
            return self.everybody
        if student not in self.drawn:
            rng = variant.generator(0, self.lesson, self.name)
            found = (self.draw(rng) for _ in range(1000))
            self.drawn[student] = next(filter(self.tells, found))
        return self.drawn[student]

    def tells(self, parts):
        """Say whether every mistake shows in some answer."""
        return all(
            any(
                not same(m.function(*args), self.answers(*args), self.decimals)
                for args in parts.values()
            )
            for m in self.mistakes
        )

    def ask(self):
        """Return the question in the student's variant; it shows itself."""
        return Result("todo", self.name, f"{self.todo}.", [], self.asked(self.parts))

    def value(self, source, part):
        """Return the answer that ``right`` or a mistake gives for a part, or None."""
        return source(*self.parts[part]) if callable(source) else source.get(part)

    def __call__(self, *values, **named):
        """Check answers: a single one, a dict by part, or named ones.

        Returns
        -------
        Result
        """
        return self.report(self.diagnose(*values, **named))

    def diagnose(self, *values, **named):
        """Do the work of a call, without keeping the progress."""
        if len(values) == 1 and isinstance(values[0], dict):
            named = values[0]
        elif len(values) == 1 and isinstance(values[0], (list, tuple)) and len(self.parts) > 1:
            named = dict(zip(self.parts, values[0], strict=False))
        elif values:
            named = dict(zip(self.parts, values, strict=False))
        strange = [p for p in named if p not in self.parts]
        missing = [p for p in self.parts if named.get(p) is None or named.get(p) is ...]
        if len(missing) == len(self.parts):
            return self.unwritten("not answered yet")
        given = {part: self.meant(named[part]) for part in self.parts if part not in missing}
        wrong = [p for p in given if not same(given[p], self.value(self.answers, p), self.decimals)]
        if not wrong and not missing:
            n = len(self.parts)
            what = {1: "right.", 2: "both answers are right."}.get(n, f"all {n} answers are right.")
            return self.result("done", what, self.more)
        found = self.causes(given, wrong)
        # A mistake that explains every answer, or at least every wrong one, goes before others.
        common = [m for m in self.mistakes if all(m in each for each in found.values())]
        whole = [m for m in common if all(m in self.fitting(given[p], p) for p in given)]
        unexplained = [part for part in wrong if not found[part]]
        everywhere = len(given) > 2 and len(set(map(repr, given.values()))) == 1  # a guess
        swapped = len(wrong) > 1 and not common and self.exchanged(given)
        lines, mistakes = [], []
        for part in self.parts:
            if part in missing:
                said = "not answered yet."
                if strange:
                    said = f"not answered: there is none of this name, but {strange[0]!r}."
            elif part in wrong:
                fitting = [] if swapped else whole or common or found[part]
                known = [m for m in fitting if not any(self.shows(m, p) for p in unexplained)]
                told = [m for m in known if not everywhere and not self.denied(m, part, given)]
                rare, rest = _seldom(given[part]), [m for m in fitting if m not in told]
                doubtful = [m for m in rest if rare or not self.denied(m, part, given)]
                said = self.explain(given[part], part, told, doubtful)
                mistakes += [m.name for m in known if m.name not in mistakes]
            else:
                continue
            lines.append(f"{part}: {said}" if len(self.parts) > 1 else said)
        if wrong and not mistakes and everywhere:
            lines.append("The same answer stands everywhere: work each out for itself.")
        elif swapped:
            lines.append("All the right numbers are there, but not at their places.")
        right = len(given) - len(wrong)
        count = f"{right} of {len(self.parts)} right." if len(self.parts) > 1 else "not right."
        return self.result("wrong" if wrong else "todo", count, *lines, mistakes=mistakes)

    def exchanged(self, given):
        """Say whether numbers are answered that are all right, for another part."""
        came = [_numbers(value)[:1] for value in given.values()]
        right = [_numbers(self.value(self.answers, part))[:1] for part in given]
        if not all(came) or not all(right):
            return False
        both = zip(sorted(came), sorted(right), strict=True)
        return all(same(*one, *other, self.decimals) for one, other in both)

    def meant(self, value):
        """Return the answer that other words stand for, or the value itself."""
        said = "_".join(w for w in _plain(value).split("_") if w not in FILLERS)
        return self.also.get(said, value) if isinstance(value, str) else value

    def fitting(self, value, part):
        """Return the mistakes that lead to an answer."""
        known = ((m, self.value(m.function, part)) for m in self.mistakes)
        return [m for m, other in known if other is not None and same(value, other, self.decimals)]

    def shows(self, mistake, part):
        """Say whether a mistake would make a part wrong."""
        value = self.value(mistake.function, part)
        return value is not None and not same(value, self.value(self.answers, part), self.decimals)

    def denied(self, mistake, part, given):
        """Say whether other answers speak against a mistake, and none for it."""
        others = [p for p in given if p != part and self.shows(mistake, p)]
        values = {p: self.value(mistake.function, p) for p in others}
        return bool(others) and not any(same(given[p], v, self.decimals) for p, v in values.items())

    def causes(self, given, wrong):
        """Return, by part, the mistakes that lead to a wrong answer.

        Those that would leave the other wrong answers as they are, or right, go before others.
        """

        def agrees(mistake):
            return all(mistake in found[p] or not self.shows(mistake, p) for p in wrong)

        found = {part: self.fitting(given[part], part) for part in wrong}
        return {part: [m for m in each if agrees(m)] or each for part, each in found.items()}

    def shortened(self, value, part):
        """Say that a number is rounded too far, or a word none of those to choose from; or ""."""
        wanted, numbers = self.value(self.answers, part), _numbers(value)
        words = set(self.answers.values()) if isinstance(self.answers, dict) else set()
        letters = len(words) > 2 and not any(map(_numbers, words))
        if letters and not any(same(value, w) for w in words):
            return f"{_answer(value)} is none of the answers, which are {listed(sorted(words))}."
        near = [n for n in numbers for w in _numbers(wanted)[:1] if abs(n - w) < 0.1 * abs(w)]
        for decimals in range(1, self.decimals or 0):
            rounded = [n for n in near if round(n, decimals) == n]
            if rounded and same(rounded[0], wanted, decimals):
                asked = f"{self.decimals} digits behind the point are asked for"
                return f"{_answer(value)} is right as far as it goes; {asked}."
        return ""

    def explain(self, value, part, found, doubtful=()):
        """Say what is wrong with an answer; doubtful mistakes explain some parts and not all."""
        wanted = self.value(self.answers, part)
        if not found and (short := self.shortened(value, part)):
            return short
        if not found:
            asked = " A single answer is asked for." if isinstance(value, (tuple, list)) else ""
            if isinstance(value, str) and _numbers(wanted) and not _numbers(value):
                asked = " A number is asked for."
            if isinstance(wanted, int) and not doubtful and any(n % 1 for n in _numbers(value)):
                asked = " It is a whole number."
            perhaps = f" Perhaps {either([m.name for m in doubtful])}?" if doubtful else ""
            return f"{_answer(value)} is not right.{asked} {self.hint}{perhaps}"
        hints = " ".join(dict.fromkeys(m.hint for m in found if m.hint))
        return f"{_answer(value)} is what comes out if {either([m.name for m in found])}. {hints}"


def same(value, other, decimals=None):
    """Say whether an answer equals another, in any usual spelling.

    A text may be a number, with a point or a comma, or an expression such as 2 ln 3, and what it
    counts may stand behind it; of other texts case, hyphens, a full stop, brackets and a d in
    front, as in dx, do not matter. A function that is handed over stands for its name.
    """
    value = getattr(value, "__name__", value)
    value = value.item() if isinstance(value, np.ndarray) and value.size == 1 else value
    value = value[0] if isinstance(value, (list, tuple)) and len(value) == 1 else value
    given, wanted = _numbers(value), _numbers(other)
    if not given or not wanted:
        name = _plain(other)
        return _plain(value) in ((name, f"d{name}") if len(name) == 1 else (name,))  # dx means x
    rounding = 0 if decimals is None else 0.5001 * 10.0**-decimals
    allowed = max(rounding, 1e-4 * abs(wanted[0]), 1e-8)
    return any(abs(number - wanted[0]) <= allowed for number in given)


def _numbers(value):
    """Return the numbers that a value or a text may stand for; a comma has two meanings."""
    text = re.sub(r"(?<=\d)[\s'_](?=\d{3})", "", str(value))
    for pattern, new in SPELLINGS.items():
        text = re.sub(pattern, new, text)
    found = []
    for each in (text.replace(",", "."), text.replace(",", "")) if len(text) < 100 else ():
        try:
            found.append(float(each))
        except ValueError:
            with contextlib.suppress(ValueError, TypeError, ArithmeticError, SyntaxError):
                found.append(float(_worked_out(ast.parse(each.strip(), mode="eval").body)))
    return found


def _seldom(value):
    """Say whether a number is not a small whole one, which many mistakes lead to."""
    return any(number % 1 or abs(number) >= 10 for number in _numbers(value))


def _fraction(found):
    return f"({found[1] or 0}+{unicodedata.normalize('NFKC', found[2])})".replace("\u2044", "/")


SPELLINGS = {
    r"^(?:.*[^<>!])?[=\u2248~]": "",  # the result of what stands before it
    "\u2212": "-",
    r"(?<=\d)\s*\([^()]*[A-Za-z]{2}[^()]*\)$": "",  # 0.16 (rounded)
    r"(?<=\d)\s+[A-Za-z]{2,}\.?$": "",  # 12 weights
    r"(?<=\d)\s*[x\u00d7]$": "",  # 2.25 times
    "\u00d7": "*",
    r"\^": "**",
    "(\\d*)([\u00bc-\u00be\u2150-\u215e])": _fraction,  # a half in one character
    r"\b(?:math|np)\.": "",
    r"\b(ln|log|sqrt)\s*(\d[\d.]*(?:/\d[\d.]*)?)": r"\1(\2)",
    r"(?<=\d)\s*(?=(?:ln|log|sqrt)\()": "*",
}
FUNCTIONS = {"ln": math.log, "log": math.log, "sqrt": math.sqrt, "exp": math.exp}
OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


def _worked_out(node):
    """Return the value of an expression of numbers, in floats; others raise a ValueError."""
    match node:
        case ast.Constant() if type(node.value) in (int, float):
            return float(node.value)
        case ast.UnaryOp(op=ast.USub()):
            return -_worked_out(node.operand)
        case ast.BinOp() if operation := OPERATORS.get(type(node.op)):
            return operation(_worked_out(node.left), _worked_out(node.right))
        case ast.Call(func=ast.Name(id=name), args=[one]) if name in FUNCTIONS:
            return FUNCTIONS[name](_worked_out(one))
    raise ValueError("this is no expression of numbers")


def _plain(value):
    text = str(value).strip(" .()`").lower()
    return text.replace("-", "_").replace(" ", "_")


def _answer(value):
    known = isinstance(value, (int, float, np.number, str))
    return number(value) if known else kind_of(value)
