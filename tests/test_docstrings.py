"""What docstrings say of lessons is true."""

import ast
import re

from nbformat.v4 import new_code_cell, new_notebook

from tests.test_notebooks import PATHS, read, tags
from tests.test_repository import package_sources

CLAIM = re.compile(r"\b(Derived in|See) lesson (\d\d)\b")


def lesson_claims(module, source):
    """Yield each dotted name whose docstring names a lesson, the words, and the lesson."""
    waiting = [(module, ast.parse(source))]
    for name, node in waiting:
        inner = [n for n in node.body if isinstance(n, (ast.FunctionDef, ast.ClassDef))]
        waiting += [(f"{name}.{n.name}", n) for n in inner]
        for words, lesson in CLAIM.findall(" ".join((ast.get_docstring(node) or "").split())):
            if node is not waiting[0][1]:
                yield name, words, lesson


def empty_claims(sources, lessons):
    """Hold docstrings to the lessons that there are.

    What is "Derived in lesson N" is tagged there, itself or one of its methods; what says "See
    lesson N" is named there in a cell.
    """
    problems = []
    for module, source in sources.items():
        for name, words, lesson in lesson_claims(module, source):
            cells = lessons[lesson].cells if lesson in lessons else None
            if cells is None:
                continue
            tagged = {tag.removeprefix("cnnlib:") for cell in cells for tag in tags(cell)}
            word = re.compile(rf"\b{name.rpartition('.')[2]}\b")
            kept = (
                any(tag == name or tag.startswith(f"{name}.") for tag in tagged)
                if words == "Derived in"
                else any(word.search(cell.source) for cell in cells)
            )
            if not kept:
                problems.append(f"{name}: {words} lesson {lesson}")
    return problems


def test_docstrings_say_truly_where_something_is_derived_or_shown():
    sources = package_sources()
    lessons = {path.name[:2]: read(path) for path in PATHS if path.parent.name == "notebooks"}
    assert sum(len(list(lesson_claims(*item))) for item in sources.items()) > 40
    assert empty_claims(sources, lessons) == []


def test_an_empty_claim_is_noticed():
    source = 'def a():\n    """Do.\n\n    {} lesson\n    01.\n    """'
    cell = new_code_cell("b = a", metadata={"tags": ["cnnlib:m.b"]})
    for words, source_, problems in (
        ("Derived in", source, ["m.a: Derived in lesson 01"]),
        ("See", source, []),
        ("See", source.replace("a()", "c()"), ["m.c: See lesson 01"]),
        ("Derived in", source.replace("a()", "b()"), []),
        ("Derived in", source.replace("01", "09"), []),
    ):
        found = empty_claims({"m": source_.format(words)}, {"01": new_notebook(cells=[cell])})
        assert found == problems
