"""The table that shows what a network consists of: text where it is printed, HTML in Jupyter."""

import html


class Summary(list):
    """Rows (name, layer, output shape, parameters, multiplications) that show as a table."""

    heads = ("name", "layer", "output shape", "parameters", "multiplications")

    def cells(self):
        """Format the rows as strings, a row of totals last."""
        totals = ("", "total", "", sum(row[3] for row in self), sum(row[4] for row in self))
        return [
            (row[0], str(row[1]), shape_text(row[2]), f"{row[3]:,}", f"{row[4]:,}")
            for row in [*self, totals]
        ]

    def __repr__(self):
        rows = [self.heads, *self.cells()]
        columns = [
            [f"{cell:{side}{max(map(len, column))}}" for cell in column]
            for side, column in zip("<<<>>", zip(*rows, strict=True), strict=True)
        ]
        lines = ["  ".join(row) for row in zip(*columns, strict=True)]
        rule = "-" * len(lines[0])
        return "\n".join([lines[0], rule, *lines[1:-1], rule, lines[-1]])

    __str__ = __repr__

    def _repr_html_(self):
        def line(tag, cells):
            sides = ["left"] * 3 + ["right"] * 2
            return "".join(
                f'<{tag} style="text-align:{side}">{html.escape(cell)}</{tag}>'
                for side, cell in zip(sides, cells, strict=True)
            )

        body = "".join(f"<tr>{line('td', cells)}</tr>" for cells in self.cells())
        return (
            f"<table><thead><tr>{line('th', self.heads)}</tr></thead><tbody>{body}</tbody></table>"
        )


def shape_text(shape):
    """Write a shape as ``30 x 24 x 24``."""
    return " x ".join(map(str, shape))
