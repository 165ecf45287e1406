"""Parquet: row groups are streamed, the schema is kept, our columns are typed. Needs pyarrow."""

# Rules.
# 1. One row group is in memory at a time, a piece of it when reading.
# 2. Our columns: text is string, the answers a list of string, TTL and tries int32, RTT float64; null where nothing is.
# 3. Other tables become columns of strings.

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from .. import detect
from ..columns import values
from ..errors import ChoiceError, TableError
from ..rows import Rows
from . import Choice
from .csv import refuse_twins

try:
    import pyarrow as pa
    import pyarrow.parquet as pq
except ImportError:
    raise ChoiceError("Parquet needs pyarrow: pip install 'dnsburst[parquet]'") from None

if TYPE_CHECKING:
    from ..._engine.lookup import Lookup
    from ..columns import Columns, Values
    from ..source import Source
    from . import Reader

#: Rows read in one go.
AT_ONCE = 4096

_TYPES = {
    "status": pa.string(),
    "answer": pa.list_(pa.string()),
    "ttl": pa.int32(),
    "rtt_ms": pa.float64(),
    "server": pa.string(),
    "tries": pa.int32(),
    "error": pa.string(),
}


class ParquetReader:
    """Reads a Parquet file; the key is in a column of strings. Raises ChoiceError, TableError."""

    def __init__(self, source: Source, choice: Choice) -> None:
        if not source.regular or source.path == "-":
            raise TableError(f"{source.name}: Parquet is read from files only")
        self._name = source.name
        try:
            self._file = pq.ParquetFile(source.path)
        except (pa.ArrowException, OSError) as error:
            raise TableError(f"{source.name}: {error}") from None
        self.schema: Any = self._file.schema_arrow
        self.columns: list[str] = self.schema.names
        self.end = "\n"
        self.line = 0
        self.total: int | None = self._file.metadata.num_rows
        self.codec = _codec(self._file.metadata)
        self._column, self._why = self._choose(choice)
        self._batches = self._read_groups()

    def read(self) -> Rows | None:
        """The next rows; see Reader."""
        try:
            return next(self._batches, None)
        except (pa.ArrowException, OSError) as error:
            raise TableError(f"{self._name}: {error}") from None

    def fields(self, raw: Sequence[Any]) -> list[str]:
        """The values of a row as text."""
        return [_octets(value) for value in raw]

    def describe(self) -> dict[str, str]:
        """What was found out; see Reader."""
        groups = self._file.metadata.num_row_groups
        return {"row groups": str(groups), "column": f"{self.columns[self._column]!r} ({self._why})"}

    def _choose(self, choice: Choice) -> tuple[int, str]:
        sample = next(self._file.iter_batches(batch_size=detect.ROWS), None)
        rows = [[_text(value) for value in row.values()] for row in sample.to_pylist()] if sample is not None else []
        wanted = Choice(choice.column, True, choice.forward)
        column, _, why = detect.choose([self.columns, *rows], wanted)
        kind = self.schema.types[column]
        if pa.types.is_dictionary(kind):
            kind = kind.value_type
        if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
            raise ChoiceError(
                f"column {self.columns[column]!r} holds {kind}: only a column of strings can be looked up"
            )
        return column, why

    def _read_groups(self) -> Iterator[Rows]:
        for group in range(self._file.metadata.num_row_groups):
            left = self._file.metadata.row_group(group).num_rows
            for batch in self._file.iter_batches(batch_size=AT_ONCE, row_groups=[group]):
                left -= batch.num_rows
                keys = [_octets(value) for value in batch.column(self._column).to_pylist()]
                if keys:
                    yield Rows(_Raws(batch, left == 0), keys, batch.nbytes)


class _Raws:
    """The rows of a record batch, one by one where another format is written."""

    def __init__(self, batch: Any, ends_group: bool) -> None:
        self.batch = batch
        self.ends_group = ends_group

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            start, stop, _ = at.indices(self.batch.num_rows)
            return _Raws(self.batch.slice(start, stop - start), self.ends_group)
        return [column[at].as_py() for column in self.batch.columns]

    def __setitem__(self, index: int, value: object) -> None:
        """Rows that have left stay in memory with their batch."""


class Piece:
    """Some rows ready to be written; ``ends_group``: a row group of the input ends with them."""

    __slots__ = ("batch", "ends_group")

    def __init__(self, batch: Any, ends_group: bool) -> None:
        self.batch = batch
        self.ends_group = ends_group


class ParquetWriter:
    """Makes record batches of rows; ``render`` gives a Piece for ParquetOutput."""

    def __init__(self, reader: Reader, columns: Columns) -> None:
        refuse_twins(reader.columns, columns)
        self._columns = columns
        self._native = isinstance(reader, ParquetReader)
        self._fields = reader.fields
        self._width = len(reader.columns)
        if isinstance(reader, ParquetReader):
            self.base: Any = reader.schema
            self.codec = reader.codec
        else:
            self.base = pa.schema([pa.field(_text(name), pa.string()) for name in reader.columns])
            self.codec = "snappy"
        kinds = [_TYPES[name] for _ in columns.types or (0,) for name in columns.add]
        if columns.confirm:
            kinds.append(pa.string())
        self._kinds = kinds
        self.schema: Any = self.base
        for name, kind in zip(columns.names, kinds, strict=True):
            self.schema = self.schema.append(pa.field(name, kind))

    def header(self) -> bytes:
        """Nothing: the schema says it all."""
        return b""

    def tails(self, lookups: list[Lookup]) -> list[Sequence[Any]]:
        """Our values for each."""
        return [self._columns.typed(values(lookup)) for lookup in lookups]

    def tail(self, parts: Sequence[Values], confirmed: str) -> Sequence[Any]:
        """Our values for several lookups."""
        cells = [value for part in parts for value in self._columns.typed(part)]
        if self._columns.confirm:
            cells.append(confirmed or None)
        return cells

    def render(self, rows: Rows, indices: Sequence[int], tails: Sequence[Any], numbers: object) -> Any:
        """A Piece with the rows and our values; see Writer."""
        batch = self.base_batch(rows, indices[0], indices[-1] + 1)
        ours = [pa.array(cells, kind) for cells, kind in zip(zip(*tails, strict=True), self._kinds, strict=True)]
        ends_group = self._native and rows.raws.ends_group and indices[-1] + 1 == rows.raws.batch.num_rows
        return Piece(pa.RecordBatch.from_arrays([*batch.columns, *ours], schema=self.schema), ends_group)

    def base_batch(self, rows: Rows, start: int, stop: int) -> Any:
        """Those rows without our columns."""
        if self._native:
            return rows.raws.batch.slice(start, stop - start)
        cells = [self._cells(rows.raws[index]) for index in range(start, stop)]
        return pa.RecordBatch.from_arrays(
            [pa.array(column, pa.string()) for column in zip(*cells, strict=True)], schema=self.base
        )

    def match(self, rows: Rows, index: int, text: str, at: int) -> int:
        """Not asked: see ParquetOutput.resume."""
        raise NotImplementedError

    def body(self, rows: Rows, index: int) -> str:
        """Not asked: see ParquetOutput.resume."""
        raise NotImplementedError

    def numbered(self, lines: Iterator[str]) -> Iterator[tuple[str, int, str]]:
        """Not asked: Parquet is written in order."""
        raise NotImplementedError

    def _cells(self, raw: Any) -> list[str]:
        cells = [_text(cell) for cell in self._fields(raw)]
        if len(cells) > self._width:
            raise TableError(f"a row has {len(cells)} cells, the header {self._width}: it fits no row of Parquet")
        return cells + [""] * (self._width - len(cells))


def _codec(metadata: Any) -> str:
    """The compression of the first column, for pyarrow to write."""
    if not metadata.num_row_groups or not metadata.num_columns:
        return "snappy"
    name: str = metadata.row_group(0).column(0).compression.lower()
    return "none" if name == "uncompressed" else name


def _octets(value: Any) -> str:
    """A value as a cell: UTF-8 read as Latin-1, as from a text file."""
    text = "" if value is None else value.decode("latin-1") if isinstance(value, bytes) else str(value)
    return text if text.isascii() else text.encode("utf-8", "surrogatepass").decode("latin-1")


def _text(value: Any) -> str:
    """A cell as text; octets that are no UTF-8 as Latin-1, since Parquet has no other strings."""
    if not isinstance(value, str):
        return "" if value is None else str(value)
    try:
        return value if value.isascii() else value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value
