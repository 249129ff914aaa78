"""What a check says: a finding that shows itself as text and in a notebook."""

import html
import os
from dataclasses import dataclass, field

from cnnlib.exercises.engine.show import Table, beside

SIGNS = {"done": "✓", "todo": "○", "wrong": "✗"}
COLOURS = {"done": "#009E73", "todo": "#7F7F7F", "wrong": "#D55E00"}  # as in cnnlib.plots


class NotRight(AssertionError):
    """Says, without a traceback, what a check found."""

    def _render_traceback_(self):
        return str(self).splitlines()


@dataclass
class Result:
    """What a check found: shows itself as text and in a notebook.

    Attributes
    ----------
    state : str
        ``"done"``, ``"todo"`` or ``"wrong"``.
    name, title : str
        Of the task; the finding in one line.
    mistakes : list of str
        Names of the mistakes that explain what was found; several if all of them would.
    blocks : list
        What follows the title: sentences, lists of lines that are code, and lists of tables.
    """

    state: str
    name: str
    title: str
    mistakes: list = field(default_factory=list)
    blocks: list = field(default_factory=list)

    @property
    def ok(self):
        """Whether the answer is right."""
        return self.state == "done"

    def graded(self):
        """Return the result; while nbgrader runs the notebook, only if the answer is right."""
        return self.require() if GRADING else self

    def require(self):
        """Return the result if the answer is right.

        Raises
        ------
        NotRight
            An AssertionError with the finding, if it is not.
        """
        if not self.ok:
            raise NotRight(str(self))
        return self

    def brief(self):
        """Return the finding alone, with the mistake's name and without any case."""
        return Result(self.state, self.name, self.title, self.mistakes)

    def __str__(self):
        lines = [f"{SIGNS[self.state]} {self.name}: {self.title}"]
        for block in self.blocks:
            if isinstance(block, str):
                lines += [block]
            elif isinstance(block[0], Table):
                lines += [""] * (lines[-1] != "")
                lines += [*(f"    {line}".rstrip() for line in beside(block)), ""]
            else:
                lines += [f"    {line}" for line in block]
        return "\n".join(lines).strip("\n")

    __repr__ = __str__

    def _ipython_display_(self):
        """In grading, print: a cell with a result would be taken for one that gives points."""
        if not GRADING:
            raise NotImplementedError  # IPython goes on to _repr_html_
        print(self)

    def _repr_html_(self):
        parts = [
            '<div style="padding:0.2em 1em;overflow-x:auto;'
            f'border-left:4px solid {COLOURS[self.state]}">'
            f"<div><b>{SIGNS[self.state]} "
            f"{html.escape(self.name)}</b>: {html.escape(self.title)}</div>"
        ]
        return "".join([*parts, self.blocks_html(), "</div>"])

    def blocks_html(self):
        """Return what follows the title, for a notebook or a page."""
        parts = []
        for block in self.blocks:
            if isinstance(block, str):
                parts.append(f"<div>{html.escape(block)}</div>")
            elif isinstance(block[0], Table):
                parts.append(f"<div>{''.join(table.html() for table in block)}</div>")
            else:
                code = html.escape("\n".join(block))
                parts.append(
                    f'<pre style="margin:0.3em 0 0.3em 1em;white-space:pre-wrap">{code}</pre>'
                )
        return "".join(parts)


# Whether nbgrader runs the notebook: then what is not right has to raise. Looked at once, since a
# cell of the notebook can change it.
GRADING = bool(os.environ.get("NBGRADER_EXECUTION"))
