"""One column of lines in which nothing is quoted."""

from __future__ import annotations


def column_cells(lines: list[str], delimiter: str, column: int, width: int) -> list[str] | None:
    """The cells of ``column``, counted from 0; None if some line has not ``width`` cells."""
    cells = []
    for line in lines:
        if line.count(delimiter) != width - 1:
            return None
        start = 0
        left = column
        while left > 0:
            start = line.find(delimiter, start) + 1
            left -= 1
        stop = line.find(delimiter, start)
        cells.append(line[start:stop] if stop >= 0 else line[start:])
    return cells
