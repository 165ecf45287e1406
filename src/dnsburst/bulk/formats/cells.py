"""One column of lines in which nothing is quoted."""

from __future__ import annotations

_COMPILED = not __file__.endswith(".py")
if _COMPILED:
    from .scan import cell


def column_cells(lines: list[str], delimiter: str, column: int, width: int) -> list[str] | None:
    """The cells of ``column``, counted from 0; None if some line has not ``width`` cells."""
    if not _COMPILED:
        cells = [line.split(delimiter, column + 1)[column] for line in lines if line.count(delimiter) == width - 1]
        return cells if len(cells) == len(lines) else None
    cells = []
    for line in lines:
        text = cell(line, delimiter, column, width)
        if text is None:
            return None
        cells.append(text)
    return cells
