"""JSON Lines: our keys are added to each object, the text of the others stays as it is."""

# Rules.
# 1. An object is kept as its text without the closing brace; ours follows with the brace and the line end.
# 2. A line that is no object becomes one, with the line itself under ``dns_line``, and is INVALID.
# 3. Keys and values of ours are ASCII; where there is nothing, null, and no answers are an empty list.

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ...errors import InvalidName
from .. import detect
from ..columns import values
from ..errors import ChoiceError
from ..keys import decoded
from ..rows import Rows
from .csv import match_line, refuse_twins
from .text import LineReader

if TYPE_CHECKING:
    from ..._engine.lookup import Lookup
    from ..columns import Columns, Values
    from ..source import Source
    from . import Choice, Reader


class JsonlReader(LineReader):
    """Reads an object a line. Raises ChoiceError, TableError."""

    def __init__(self, source: Source, choice: Choice) -> None:
        super().__init__(source)
        known = [value for value in map(_parsed, self.sample_lines()[: detect.ROWS]) if isinstance(value, dict)]
        names: dict[str, None] = {}
        for value in known:
            names.update(dict.fromkeys(value))
        self.columns = list(names)
        self.column, self._why = _choose(known, self.columns, choice)
        self.compact = '":"' in self.sample[:1000] and '": ' not in self.sample[:1000]

    def fields(self, raw: str) -> list[str]:
        """The values of an object, those that are no text as JSON, in the order of ``columns``."""
        value = _parsed(raw + "}")
        if not isinstance(value, dict):
            return [""] * len(self.columns)
        return [_octets(value[name]) if name in value else "" for name in self.columns]

    def describe(self) -> dict[str, str]:
        """What was found out; see Reader."""
        return {"column": f"{self.column!r} ({self._why})"}

    def _rows(self, bodies: list[str], ends: dict[int, str] | None, size: int) -> Rows:
        column = self.column
        keys = []
        for index, body in enumerate(bodies):
            value = _parsed(body)
            if isinstance(value, dict):
                key = value.get(column)
                keys.append(_octets(key) if isinstance(key, str) else "")
                bodies[index] = body.rstrip()[:-1].rstrip()
            else:
                keys.append("")
                bodies[index] = '{"dns_line": ' + json.dumps(_text(body))
        return Rows(bodies, keys, size, ends)


class JsonlWriter:
    """Writes JSON Lines: the objects of a JsonlReader as they came, the rows of any other reader as objects."""

    def __init__(self, reader: Reader, columns: Columns) -> None:
        self._columns = columns
        self._native = isinstance(reader, JsonlReader)
        self._names = [_text(name) for name in reader.columns]
        self._fields = reader.fields
        self._end = reader.end if self._native else "\n"
        self._bom = reader.bom if isinstance(reader, JsonlReader) else ""
        compact = isinstance(reader, JsonlReader) and reader.compact
        self._comma = "," if compact else ", "
        self._colon = ":" if compact else ": "
        self._encode = json.JSONEncoder(separators=(self._comma, self._colon)).encode
        self._starts = [json.dumps(name) + self._colon for name in columns.names]
        # Number rows are written before the tail, so they are no part of it.
        self._own = self._starts[1:] if columns.numbered else self._starts
        refuse_twins(self._names, columns)

    def header(self) -> bytes:
        """Nothing, or the byte order mark that was there."""
        return self._bom.encode("latin-1")

    def tails(self, lookups: list[Lookup]) -> list[str]:
        """Our members for each, with closing brace and line end."""
        return [self._tail(self._columns.typed(values(lookup))) for lookup in lookups]

    def tail(self, parts: Sequence[Values], confirmed: str) -> str:
        """Our members for several lookups."""
        cells: list[Any] = [cell for part in parts for cell in self._columns.typed(part)]
        if self._columns.confirm:
            cells.append(confirmed or None)
        return self._tail(cells)

    def render(self, rows: Rows, indices: Sequence[int], tails: Sequence[str], numbers: Sequence[int] | None) -> bytes:
        """The rows with their tails; see Writer."""
        parts = []
        for at, (index, tail) in enumerate(zip(indices, tails, strict=True)):
            body = self._body(rows.raws[index])
            parts.append(body)
            if body != "{":
                parts.append(self._comma)
            if numbers is not None:
                parts.append(f"{self._starts[0]}{numbers[at]}{self._comma}")
            if self._native and rows.ends and index in rows.ends:
                tail = tail[: -len(self._end)] + rows.ends[index]
            parts.append(tail)
        return "".join(parts).encode("latin-1")

    def match(self, rows: Rows, index: int, text: str, at: int) -> int:
        """Where the row ends in an output; see Writer."""
        body = self._body(rows.raws[index])
        start = body + ("" if body == "{" else self._comma) + self._starts[0]
        end = rows.ends.get(index, self._end) if rows.ends and self._native else self._end
        return match_line(start, end, text, at)

    def body(self, rows: Rows, index: int) -> str:
        """The object without its brace; see Writer."""
        return self._body(rows.raws[index])

    def numbered(self, lines: Iterator[str]) -> Iterator[tuple[str, int, str]]:
        """The rows of an output with row numbers; see Writer."""
        for line in lines:
            at = line.rfind(self._starts[0])
            number, comma, _ = line[at + len(self._starts[0]) :].partition(self._comma)
            if at < 0 or not comma or not number.isdigit() or not line.endswith(("}\n", "}\r\n", "}\r")):
                return
            yield line, int(number), line[:at].removesuffix(self._comma)

    def _tail(self, cells: Sequence[Any]) -> str:
        encode = self._encode
        members = [
            start + (encode(cell) if cell is not None else "null") for start, cell in zip(self._own, cells, strict=True)
        ]
        return self._comma.join(members) + "}" + self._end

    def _body(self, raw: Any) -> str:
        if self._native:
            body: str = raw
            return body
        cells = [_text(cell) for cell in self._fields(raw)]
        members = [json.dumps(name) + ": " + json.dumps(cell) for name, cell in zip(self._names, cells, strict=False)]
        more = cells[len(self._names) :]
        if more:
            members.append('"more": ' + json.dumps(more))
        return "{" + ", ".join(members)


def _parsed(line: str) -> Any:
    """The value of a line read as Latin-1; None where it is no JSON."""
    try:
        return json.loads(line if line.isascii() else _text(line))
    except (ValueError, RecursionError):
        return None


def _text(octets: str) -> str:
    """Text read as Latin-1 as the UTF-8 it is; octets that are none become lone surrogates, and so survive."""
    return octets if octets.isascii() else octets.encode("latin-1").decode("utf-8", "surrogateescape")


def _octets(value: Any) -> str:
    """A JSON value as a cell: text as it is, anything else as JSON; UTF-8 read as Latin-1."""
    text = value if isinstance(value, str) else json.dumps(value)
    return text if text.isascii() else text.encode("utf-8", "surrogatepass").decode("latin-1")


def _choose(known: list[dict[str, Any]], names: list[str], choice: Choice) -> tuple[str, str]:
    """The key to look up, and why that one. Raises ChoiceError."""
    if choice.column is not None:
        if known and choice.column not in names:
            raise ChoiceError(f"no object at the start of the input has a key {choice.column!a}")
        return choice.column, "named"
    if not known:
        return "", "there are no objects to tell by"
    table = [names, *([_cell(value.get(name)) for name in names] for value in known)]
    from . import Choice as _Choice

    column, _, why = detect.choose(table, _Choice(header=True, forward=choice.forward))
    return names[column], why


def _cell(value: Any) -> str:
    if not isinstance(value, str):
        return ""
    try:
        return decoded(_octets(value))
    except InvalidName:
        return ""
