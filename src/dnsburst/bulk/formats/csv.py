"""CSV and TSV: cells that are not ours leave octet for octet as they came."""

# Rules.
# 1. The text is Latin-1, one character for each octet, so any superset of ASCII passes through unchanged.
# 2. A row is kept as the text of its record; ours is appended: record, delimiter, our cells, the record's line end.
# 3. Lines without a quote are cut by str.split. Where quotes are, csv.reader decides where a record ends.
# 4. Our cells go through csv.writer in the dialect of the file.
# 5. A record that is too short gets empty cells, so that ours stand in their columns; what is too long is kept.

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import detect
from ..columns import values
from ..errors import ChoiceError, TableError
from ..rows import Rows
from .cells import column_cells
from .tails import QuickTails
from .text import BOM, MOST_IN_RECORD, NOTHING_YET, Cutter, split_lines, wait_a_little

if TYPE_CHECKING:
    from ..._engine.lookup import Lookup
    from ..columns import Columns, Values
    from ..source import Source
    from . import Choice, Reader

_DELIMITERS = ",;\t|"
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", "\n": "LF", "\r\n": "CRLF", "\r": "CR"}


class Dialect(NamedTuple):
    """How the cells of a file are set apart. ``quote`` is None where quotes mean nothing."""

    delimiter: str = ","
    quote: str | None = '"'
    escape: str | None = None
    spaced: bool = False
    all_quoted: bool = False
    end: str = "\n"

    def format(self) -> dict[str, Any]:
        """For csv.reader and csv.writer."""
        quoting = csv.QUOTE_NONE if self.quote is None else csv.QUOTE_ALL if self.all_quoted else csv.QUOTE_MINIMAL
        return {
            "delimiter": self.delimiter,
            "quotechar": self.quote,
            "escapechar": self.escape,
            "doublequote": self.escape is None,
            "skipinitialspace": self.spaced,
            "lineterminator": self.end,
            "quoting": quoting,
        }


class CsvReader:
    """Reads a CSV or, with ``delimiter="\\t"``, a TSV. Raises ChoiceError, TableError."""

    def __init__(self, source: Source, choice: Choice, delimiter: str | None = None) -> None:
        csv.field_size_limit(MOST_IN_RECORD)
        self._source = source
        sample = source.sample().decode("latin-1")
        self.bom = BOM if sample.startswith(BOM) else ""
        self.dialect, known = sniff(sample[len(self.bom) :], delimiter)
        self.end = self.dialect.end
        self.column, self.has_header, self._why = detect.choose(known, choice)
        widths = Counter(len(row) for row in known)
        self.width = max(len(known[0]) if self.has_header else widths.most_common(1)[0][0] if widths else 1, 1)
        self.columns = known[0] if self.has_header else [f"column {number + 1}" for number in range(self.width)]
        self.header = ""
        self.line = 0
        self.total: int | None = None
        self._cutter = Cutter(self.end)
        self._in_quotes = False
        self._ended = False
        self._error: TableError | None = None
        self._rows: Rows | None = None
        self._skip = len(self.bom)
        if self.has_header:
            self._read_header()

    def read(self) -> Rows | None:
        """The next rows; see Reader."""
        rows, self._rows = self._rows, None
        while rows is None or not rows.keys:
            if self._error is not None:
                raise self._error
            if self._ended:
                return None
            block = self._source.read()
            if block is None:
                return NOTHING_YET
            rows = self._take(block.decode("latin-1"))
        return rows

    def fields(self, raw: str) -> list[str]:
        """The cells of a record."""
        return next(csv.reader(io.StringIO(raw, newline=""), **self.dialect.format()), [])

    def describe(self) -> dict[str, str]:
        """What was found out; see Reader."""
        dialect = self.dialect
        quotes = "none" if dialect.quote is None else dialect.quote + (" on every cell" if dialect.all_quoted else "")
        if dialect.escape is not None:
            quotes += f", escaped with {dialect.escape}"
        name = self.columns[self.column] if self.has_header and self.column < len(self.columns) else ""
        return {
            "dialect": f"{_NAMES[dialect.delimiter]}-separated, quotes {quotes}, line ends {_NAMES[dialect.end]}",
            "header": "yes" if self.has_header else "no",
            "column": f"{self.column + 1} {name!r}".replace(" ''", "") + f" ({self._why})",
        }

    def _read_header(self) -> None:
        while not self._ended and (self._rows is None or not self._rows.keys) and self._error is None:
            block = self._source.read()
            if block is None:
                wait_a_little()
            else:
                self._rows = self._take(block.decode("latin-1"))
        if self._rows is None or not self._rows.keys:
            if self._error is not None:
                raise self._error
            return
        rows = self._rows
        self.header = rows.raws[0]
        ends = {index - 1: end for index, end in (rows.ends or {}).items() if index}
        self._rows = Rows(rows.raws[1:], rows.keys[1:], rows.size, ends)

    # -- from text to records ---------------------------------------------------------------------------------------

    def _take(self, text: str) -> Rows | None:
        """The records that end in this block, ``""`` for the end of the file; None where none does."""
        self._ended = not text
        if self._skip and text:
            text, self._skip = text[self._skip :], 0
        quote = self.dialect.quote
        text = self._cutter.take(text, quote if self._in_quotes else None)
        rows = None
        if text:
            escape = self.dialect.escape
            if (quote is not None and quote in text) or (escape is not None and escape in text):
                rows = self._cut_quoted(text)
            else:
                rows = self._cut_plain(text)
        if self._cutter.too_long and self._error is None:
            self._error = self._too_long(self.line + 1)
        return rows

    def _cut_plain(self, text: str) -> Rows:
        bodies, ends = split_lines(text, self.end)
        self.line += len(bodies)
        delimiter = self.dialect.delimiter
        column = self.column
        width = self.width
        cells = column_cells(bodies, delimiter, column, width)
        if cells is not None:
            return Rows(bodies, cells, len(text), ends)
        keys = []
        for index, body in enumerate(bodies):
            count = body.count(delimiter)
            keys.append(body.split(delimiter)[column] if count >= column else "")
            if count < width - 1:
                bodies[index] = body + delimiter * (width - 1 - count)
        return Rows(bodies, keys, len(text), ends)

    def _cut_quoted(self, text: str) -> Rows:
        """The records of whole lines; lines of a record that is still open wait for more."""
        lines = io.StringIO(text, newline="").readlines()
        count = len(lines)
        # The line added is a record of its own, or is swallowed by a quote that is still open.
        reader = csv.reader([*lines, "\n"], **self.dialect.format())
        bodies: list[str] = []
        keys: list[str] = []
        ends: dict[int, str] = {}
        column = self.column
        width = self.width
        end = self.end
        size = len(end)
        start = 0
        try:
            for cells in reader:
                stop = reader.line_num
                if stop > count:
                    break
                raw = lines[start] if stop == start + 1 else "".join(lines[start:stop])
                if stop - start > 1 and not self._closed_well(raw, self.line + start + 1):
                    break
                start = stop
                body = raw[:-size]
                if raw[-size:] != end or body[-1:] == "\r":
                    body = raw.rstrip("\r\n")
                    ends[len(bodies)] = raw[len(body) :]
                if len(cells) < width:
                    body += self.dialect.delimiter * (width - max(len(cells), 1))
                bodies.append(body)
                keys.append(cells[column] if column < len(cells) else "")
        except csv.Error:
            self._error = self._too_long(self.line + start + 1)
        self.line += start
        self._in_quotes = start < count
        if not self._in_quotes or self._error is not None:
            pass
        elif not self._ended:
            self._cutter.put_back("".join(lines[start:]))
        else:
            self._error = TableError(
                f"{self._source.name}: line {self.line + 1}: a quote opens in this record and is never closed"
            )
        return Rows(bodies, keys, len(text), ends)

    def _closed_well(self, record: str, line: int) -> bool:
        """Whether a record of several lines is one: a quote that was never closed meets the next one in mid-cell."""
        try:
            next(csv.reader(io.StringIO(record, newline=""), strict=True, **self.dialect.format()))
        except csv.Error:
            self._error = TableError(
                f"{self._source.name}: line {line}: a quote opens in this record and is not closed as it should"
            )
            return False
        return True

    def _too_long(self, line: int) -> TableError:
        size = MOST_IN_RECORD >> 20
        return TableError(f"{self._source.name}: line {line}: a record of over {size} MiB (a quote not closed?)")


class CsvWriter:
    """Writes the rows of a CsvReader as they came, with our cells behind them."""

    def __init__(self, reader: CsvReader, columns: Columns) -> None:
        self._set_up(reader.dialect, columns)
        self._header = ""
        if reader.has_header:
            refuse_twins(reader.columns, columns)
            # In the header's own dialect; the names of ours need no quotes but for ``all_quoted``.
            self._header = reader.header + self._line(columns.names)
        self._header = reader.bom + self._header

    def _set_up(self, dialect: Dialect, columns: Columns) -> None:
        self._columns = columns
        self._dialect = dialect
        self._written: list[str] = []
        self._writer = csv.writer(_Lines(self._written), **dialect.format())
        # A row that starts with an empty cell starts with a delimiter, which is what stands between theirs and ours.
        self._cut = 2 if dialect.all_quoted else 0
        # The rows of one plain answer and of none, by far the most frequent, need no csv.writer.
        self._quick: QuickTails | None = None
        if columns.plain and dialect.quote is not None and not (dialect.all_quoted or dialect.escape or dialect.spaced):
            self._quick = QuickTails(dialect.delimiter, dialect.quote, dialect.end, self._careful_tail)

    def header(self) -> bytes:
        """The header with our names, or at least the byte order mark."""
        return self._header.encode("latin-1")

    def tails(self, lookups: list[Lookup]) -> list[str]:
        """Our cells for each, with delimiter and line end."""
        if self._quick is not None:
            return self._quick.tails(lookups)
        cells = self._columns.cells
        self._writer.writerows([("", *cells(values(lookup))) for lookup in lookups])
        return self._taken()

    def _careful_tail(self, lookup: Lookup) -> str:
        return self._line(self._columns.cells(values(lookup)))

    def tail(self, parts: Sequence[Values], confirmed: str) -> str:
        """Our cells for several lookups, with delimiter and line end."""
        cells = [cell for part in parts for cell in self._columns.cells(part)]
        if self._columns.confirm:
            cells.append(confirmed)
        return self._line(cells)

    def render(self, rows: Rows, indices: Sequence[int], tails: Sequence[str], numbers: Sequence[int] | None) -> bytes:
        """The rows with their tails; see Writer."""
        bodies = self._bodies(rows, indices)
        if numbers is not None:
            quote = self._dialect.quote if self._dialect.all_quoted else ""
            start = f"{self._dialect.delimiter}{quote}"
            tails = [f"{start}{number}{quote}{tail}" for number, tail in zip(numbers, tails, strict=True)]
        if rows.ends:
            size = len(self._dialect.end)
            ends = rows.ends
            tails = [
                tail[:-size] + ends[index] if index in ends else tail
                for index, tail in zip(indices, tails, strict=True)
            ]
        parts = [""] * (2 * len(bodies))
        parts[::2] = bodies
        parts[1::2] = tails
        return "".join(parts).encode("latin-1")

    def match(self, rows: Rows, index: int, text: str, at: int) -> int:
        """Where the row ends in an output; see Writer."""
        start = self.body(rows, index) + self._dialect.delimiter
        end = rows.ends.get(index, self._dialect.end) if rows.ends else self._dialect.end
        return match_line(start, end, text, at)

    def body(self, rows: Rows, index: int) -> str:
        """The record; see Writer."""
        return self._bodies(rows, (index,))[0]

    def numbered(self, lines: Iterator[str]) -> Iterator[tuple[str, int, str]]:
        """The rows of an output with row numbers; see Writer."""
        count = len(self._columns.names)
        taken: list[str] = []
        end = self._dialect.end
        for cells in csv.reader(_noted(lines, taken), **self._dialect.format()):
            raw = "".join(taken)
            taken.clear()
            tail = self._line(cells[-count:])
            body = raw.rstrip("\r\n")
            tail = tail.removesuffix(end)
            if len(cells) <= count or body == raw or not body.endswith(tail) or not cells[-count].isdigit():
                return
            yield raw, int(cells[-count]), body.removesuffix(tail)

    def _bodies(self, rows: Rows, indices: Sequence[int]) -> list[str]:
        raws: list[str] = rows.raws
        if type(indices) is range:
            return raws[indices.start : indices.stop]
        return [raws[index] for index in indices]

    def _line(self, cells: Iterable[Any]) -> str:
        self._writer.writerow(("", *cells))
        return self._taken()[0]

    def _taken(self) -> list[str]:
        lines = [line[self._cut :] for line in self._written] if self._cut else self._written.copy()
        self._written.clear()
        return lines


class TableWriter(CsvWriter):
    """Writes the rows of any reader as CSV or TSV."""

    def __init__(self, reader: Reader, columns: Columns, delimiter: str, header: bool) -> None:
        dialect = Dialect(delimiter, end=reader.end)
        self._set_up(dialect, columns)
        self._fields = reader.fields
        self._width = len(reader.columns)
        self._other = csv.writer(_Lines(self._written), **{**dialect.format(), "lineterminator": ""})
        self._careful = csv.writer(
            _Lines(self._written), **{**dialect.format(), "lineterminator": "", "quoting": csv.QUOTE_ALL}
        )
        self._header = ""
        if header:
            refuse_twins(reader.columns, columns)
            self._header = self._body(reader.columns) + self._line(columns.names)

    def _bodies(self, rows: Rows, indices: Sequence[int]) -> list[str]:
        fields = self._fields
        return [self._body(fields(rows.raws[index])) for index in indices]

    def _body(self, cells: list[str]) -> str:
        if len(cells) < self._width:
            cells = cells + [""] * (self._width - len(cells))
        # csv.writer leaves a lone CR unquoted before 3.11.9 and 3.12.3, and the row falls apart when read.
        if any("\r" in cell for cell in cells):
            self._careful.writerow(cells)
        elif cells == [""]:
            return ""
        else:
            self._other.writerow(cells)
        body = self._written[0]
        self._written.clear()
        return body


def _noted(lines: Iterator[str], taken: list[str]) -> Iterator[str]:
    """The lines, each put into ``taken`` on its way."""
    for line in lines:
        taken.append(line)
        yield line


class _Lines:
    """What csv.writer takes for a file: each row goes into a list."""

    __slots__ = ("write",)

    def __init__(self, lines: list[str]) -> None:
        self.write = lines.append


def sniff(sample: str, delimiter: str | None = None) -> tuple[Dialect, list[list[str]]]:
    """The dialect under which the sample looks most like a table of keys, and its records as far as they are whole."""
    # The last line of a long sample may be cut off.
    text = sample if len(sample) < 1 << 15 else sample[: max(sample.rfind("\n"), sample.rfind("\r")) + 1]
    lines = io.StringIO(text, newline="").readlines()[: detect.ROWS]
    best: tuple[float, Dialect, list[list[str]]] | None = None
    for dialect in _candidates("".join(lines), delimiter):
        records = _records(lines, dialect)
        if len(records) > 1 and len(text) < len(sample):
            del records[-1]  # a quote may be open at its end
        cells = [cells for cells in records if cells]
        width, count = Counter(map(len, cells)).most_common(1)[0] if cells else (1, 1)
        score = (count / len(cells) if width > 1 else 0.3) + detect.share_of_keys(cells[:50])
        if best is None or score > best[0] + 0.01:
            best = score, dialect, records
    assert best is not None
    dialect, records = best[1:]
    end, all_quoted = _style(lines, dialect)
    return Dialect(dialect.delimiter, dialect.quote, dialect.escape, dialect.spaced, all_quoted, end), records


def refuse_twins(names: Sequence[str], columns: Columns) -> None:
    """Raise ChoiceError if a column of ours has the name of one that is there."""
    for name in columns.names:
        if name in names:
            raise ChoiceError(f"the input has a column {name!r} already: choose another --prefix")


def match_line(start: str, end: str, text: str, at: int) -> int:
    """Where the line at ``at`` ends that starts with ``start``; -1 if it does not, 0 if the text is too short."""
    if not text.startswith(start, at):
        return 0 if start.startswith(text[at:]) else -1
    stop = text.find(end, at + len(start))
    return stop + len(end) if stop >= 0 else 0


def _candidates(sample: str, delimiter: str | None) -> Iterator[Dialect]:
    for mark in delimiter or _DELIMITERS:
        if mark not in sample and mark not in (delimiter or ","):
            continue
        yield Dialect(mark)
        if f'{mark} "' in sample:
            yield Dialect(mark, spaced=True)
        if '\\"' in sample:
            yield Dialect(mark, escape="\\")
        if '"' not in sample and (f"{mark}'" in sample or f"'{mark}" in sample):
            yield Dialect(mark, quote="'")
        if mark == "\t" and '"' in sample:
            yield Dialect(mark, quote=None)  # IANA's text/tab-separated-values has no quotes


def _records(lines: list[str], dialect: Dialect) -> list[list[str]]:
    records: list[list[str]] = []
    try:
        records.extend(csv.reader(lines, **dialect.format()))
    except csv.Error:
        pass
    return records


def _style(lines: list[str], dialect: Dialect) -> tuple[str, bool]:
    """The line end of the first record, and whether every cell is quoted."""
    end = ""
    quote = dialect.quote
    between = f"{quote}{dialect.delimiter}{quote}"
    all_quoted = quote is not None
    reader = csv.reader(lines[:50], **dialect.format())
    start = 0
    try:
        for cells in reader:
            raw = "".join(lines[start : reader.line_num])
            start = reader.line_num
            body = raw.rstrip("\r\n")
            end = end or raw[len(body) :]
            if body and not (body[0] == body[-1] == quote and len(cells) == body.count(between) + 1):
                all_quoted = False
    except csv.Error:
        pass
    return end or "\n", all_quoted and start > 0
