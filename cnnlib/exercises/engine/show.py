"""Small tables of numbers as text and as HTML, the same on every machine."""

import html

import numpy as np

MOST = 8  # rows and columns of a table that are shown
WIDTH = 88  # characters of a line of text
# Half transparent, so that it is seen on a light and on a dark page.
WRONG = "background:rgba(213,94,0,.35);font-weight:bold"
CELL = "padding:1px 7px;text-align:right;border:1px solid rgba(127,127,127,.35)"


def written(value, digits=4):
    """Write a number: all digits of an integer, of others at least those before the point."""
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (int, np.integer)):
        return f"{value:d}"
    if 10**digits - 0.5 <= abs(value) < 1e9:  # as long as 1.235e+04
        return f"{value:.0f}"
    return f"{value:.{digits}g}"


def number(value, digits=4):
    """Write a number as :func:`written` does, what is as small as rounding as 0; or a text."""
    if isinstance(value, str):
        return value
    tiny = abs(value) < 1e-9 and not isinstance(value, (bool, np.bool_))
    return "0" if tiny else written(value, digits)


def digits_to_tell(values, others):
    """Say how many digits show that numbers differ which are not equal."""
    pairs = list(zip(np.ravel(values)[:64].tolist(), np.ravel(others)[:64].tolist(), strict=True))
    for digits in (4, 6, 8, 10, 12):
        if all(number(a, digits) != number(b, digits) for a, b in pairs):
            return digits
    return 16


class Table:
    """A titled array of at most two axes, with some of its numbers marked as wrong."""

    def __init__(self, title, values, marked=None, digits=4):
        self.title, self.digits = title, digits
        self.values = np.atleast_2d(values)
        self.marked = np.zeros(self.values.shape, bool) if marked is None else marked
        self.marked = np.atleast_2d(self.marked)

    def write(self, value):
        return number(value, self.digits)

    def text(self):
        """Return the lines of the table; marked numbers stand in brackets."""
        cells = [
            [
                f"[{self.write(v)}]" if m else f" {self.write(v)} "
                for v, m in zip(row, marks, strict=True)
            ]
            for row, marks in zip(self.values.tolist(), self.marked.tolist(), strict=True)
        ]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        rows = [
            " ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
            for row in cells
        ]
        return [self.title, *rows]

    def html(self):
        """Return the table for a notebook."""
        rows = []
        for row, marks in zip(self.values.tolist(), self.marked.tolist(), strict=True):
            cells = []
            for value, mark in zip(row, marks, strict=True):
                style = f"{CELL};{WRONG}" if mark else CELL
                cells.append(f'<td style="{style}">{html.escape(self.write(value))}</td>')
            rows.append(f"<tr>{''.join(cells)}</tr>")
        return (
            '<div style="display:inline-block;vertical-align:top;margin:0 2em 0.6em 0">'
            f'<div style="text-align:left">{html.escape(self.title)}</div>'
            f'<table style="margin:0;border-collapse:collapse">{"".join(rows)}</table></div>'
        )


def tables(name, values, marked=None, most=2, mark=True, digits=4):
    """Cut an array of any shape into tables that can be read.

    Parameters
    ----------
    name : str
    values : ndarray
    marked : ndarray of bool, optional
        Of the same shape: what is wrong. Slices with marks are shown before others.
    most : int
        Slices shown of an array with more than two axes.
    mark : bool
        Whether to mark what is wrong, or only to choose the slices by it.
    digits : int
        Of each number.

    Returns
    -------
    list of Table
    """
    values = np.asarray(values)
    if values.ndim <= 2:
        title = name if values.ndim == 0 else f"{name}, shape {values.shape}"
        return [_crop(title, values, marked, mark, digits)]
    slices = list(np.ndindex(values.shape[:-2]))
    if marked is not None and marked.any():
        slices = [index for index in slices if marked[index].any()]
    shown, shape = [], f", shape {values.shape}"
    for index in slices[:most]:
        title = f"{name}[{', '.join(map(str, index))}]{shape}"
        marks = None if marked is None else marked[index]
        shown.append(_crop(title, values[index], marks, mark, digits))
        shape = ""
    return shown


def _crop(title, values, marked, mark, digits):
    grid = np.atleast_2d(values)
    marks = np.zeros(grid.shape, bool) if marked is None else np.atleast_2d(marked)
    first = np.argwhere(marks)[0] if marks.any() else (0, 0)
    start = [max(0, min(int(first[i]) - 1, grid.shape[i] - MOST)) for i in (0, 1)]
    window = tuple(slice(s, s + MOST) for s in start)
    if grid[window].shape != grid.shape:
        rows, columns = (
            f"{s} to {s + n - 1}" for s, n in zip(start, grid[window].shape, strict=True)
        )
        title = f"{title}: rows {rows}, columns {columns}"
    return Table(title, grid[window], marks[window] & mark, digits)


def beside(shown):
    """Return the lines of several tables next to each other, as far as they fit."""
    lines, row = [], []
    for table in shown:
        text = table.text()
        text = [line.ljust(max(map(len, text))) for line in text]
        if row and len(row[0]) + 4 + len(text[0]) > WIDTH:
            lines, row = lines + row + [""], []
        height = max(len(row), len(text))
        row += [" " * len(row[0])] * (height - len(row)) if row else []
        text += [" " * len(text[0])] * (height - len(text))
        row = [f"{a}    {b}" for a, b in zip(row, text, strict=True)] if row else text
    return [line.rstrip() for line in lines + row]
