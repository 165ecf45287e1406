"""Which column holds the keys, and whether the first row is a header: by what the cells look like."""

# Rules.
# 1. What the user said is never doubted, only checked against the table.
# 2. A column of addresses is preferred; where names are wanted, or there are no addresses, a column of names.
# 3. Two columns that would do are an error that lists the columns: guessing would look up the wrong one in silence.
# 4. The first row is a header if its key cell is no key and nothing in that row looks like data.

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .._text import printable
from .._wire.address import is_address
from ..errors import InvalidName
from .errors import ChoiceError
from .keys import looks_like_address, plain

if TYPE_CHECKING:
    from .formats import Choice

#: Rows that are looked at.
ROWS = 200
#: The share of cells in a column that must be keys; the second is for columns with many bad cells.
SHARES = (0.5, 0.05)

_NAME = re.compile(r"(?:[\w*-]{1,63}\.)+(?:xn--[\w-]{2,59}|[^\W\d_]{2,63})")
_NUMBER = re.compile(r"[-+]?[\d.,:/ ]*\d[\d.,:/ %-]*")
_SAMPLE_WIDTH = 24
_PLURAL = {"address": "addresses", "name": "names"}


def kind(cell: str) -> str:
    """``address``, ``name`` (with a dot in it) or ``""``."""
    try:
        text = plain(cell)
    except InvalidName:
        return ""
    if looks_like_address(text):
        return "address" if is_address(text) else ""
    return "name" if _NAME.fullmatch(text) else ""


def share_of_keys(rows: Sequence[Sequence[str]]) -> float:
    """In how many of the rows the best column holds an address, or a name, 0 to 1."""
    hits = Counter((column, kind(cell)) for row in rows for column, cell in enumerate(row))
    return max((count for (_, kinds), count in hits.items() if kinds), default=0) / max(len(rows), 1)


def choose(rows: Sequence[Sequence[str]], choice: Choice) -> tuple[int, bool, str]:
    """The index of the key column, whether the first row is a header, and why that column. Raises ChoiceError."""
    rows = rows[:ROWS]
    if not rows:
        return 0, False, "the input is empty"
    if choice.column is None:
        column, why = _by_content(rows, choice)
        return column, _has_header(rows, column, choice), why
    names = [] if choice.header is False else rows[0]
    matches = [index for index, name in enumerate(names) if _same(name, choice.column)]
    if len(matches) == 1:
        return matches[0], True, "named"
    if matches:
        places = " and ".join(str(index + 1) for index in matches)
        raise ChoiceError(f"column {printable(choice.column)!r} is there more than once ({places}): choose by number")
    number = choice.column
    if not (number.isascii() and number.isdigit()):
        raise ChoiceError(f"there is no column {printable(number)!r}: {listed(rows, choice)}")
    column = int(number) - 1
    if not 0 <= column < max(map(len, rows)):
        raise ChoiceError(f"there is no column {number}: {listed(rows, choice)}")
    return column, _has_header(rows, column, choice), "given by number"


def listed(rows: Sequence[Sequence[str]], choice: Choice) -> str:
    """The columns on one line: number, name if there is a header, a sample."""
    has_header = len(rows) > 1 if choice.header is None else choice.header
    body = rows[1:] if has_header and len(rows) > 1 else rows
    parts = []
    for index in range(max(map(len, rows))):
        sample = next((row[index] for row in body if index < len(row) and row[index].strip()), "")
        name = f" {_shown(rows[0][index])}" if has_header and index < len(rows[0]) else ""
        parts.append(f"{index + 1}{name}" + (f" (such as {_shown(sample)})" if sample and body is not rows[:1] else ""))
    return "the columns are " + ", ".join(parts)


def _by_content(rows: Sequence[Sequence[str]], choice: Choice) -> tuple[int, str]:
    width = max(map(len, rows))
    if width <= 1:
        return 0, "the only column"
    body = rows[1:] if len(rows) > 1 and choice.header is not False else rows
    for kinds in ("name",) if choice.forward else ("address", "name"):
        for least in SHARES:
            columns = [column for column in range(width) if _share(body, column, kinds) >= least]
            if len(columns) > 1:
                places = " and ".join(str(column + 1) for column in columns)
                raise ChoiceError(
                    f"columns {places} hold {_PLURAL[kinds]}, choose one with --column: {listed(rows, choice)}"
                )
            if columns:
                return columns[0], f"the only column of {_PLURAL[kinds]}"
    if len(rows) == 1 and choice.header is not False:
        return 0, "there are no rows to tell by"
    wanted = "names" if choice.forward else "addresses or names"
    raise ChoiceError(f"no column holds {wanted}, choose one with --column: {listed(rows, choice)}")


def _share(rows: Sequence[Sequence[str]], column: int, wanted: str) -> float:
    filled = hits = 0
    for row in rows:
        if column < len(row) and row[column].strip():
            filled += 1
            hits += kind(row[column]) == wanted
    # A column that is hardly ever filled is no column of keys.
    return hits / filled if hits * 20 >= len(rows) else 0.0


def _has_header(rows: Sequence[Sequence[str]], column: int, choice: Choice) -> bool:
    if choice.header is not None:
        return choice.header
    first = rows[0]
    if column < len(first) and kind(first[column]):
        return False
    return bool(first) and not any(not cell.strip() or kind(cell) or _NUMBER.fullmatch(cell) for cell in first)


def _same(name: str, wanted: str) -> bool:
    try:
        name = name.encode("latin-1").decode("utf-8")
    except UnicodeError:
        pass
    return name.strip().casefold() == wanted.strip().casefold()


def _shown(cell: str) -> str:
    text = printable(cell.encode("latin-1", "replace")) if not cell.isascii() else printable(cell)
    return repr(text if len(text) <= _SAMPLE_WIDTH else text[: _SAMPLE_WIDTH - 3] + "...")
