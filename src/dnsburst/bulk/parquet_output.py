"""A Parquet file on its way: finished pieces in a directory beside it, joined at the end."""

# Rules.
# 1. A Parquet file can be read only when its last octet is written, so it appears whole, by a rename, or not at all.
# 2. Until then each row group is a file of its own in ``OUTPUT.parts``, which appears whole, too: those are the
#    checkpoint.
# 3. ``--resume`` compares the rows that are there with the input, and goes on behind the last whole part.

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from .._text import printable
from .errors import ChoiceError, TableError
from .output import lock
from .resume import Resumed, next_rows, rows_from

if TYPE_CHECKING:
    from .formats import Reader
    from .formats.parquet import ParquetWriter, Piece

#: Rows of a part; a row group of the input ends one sooner.
MOST_ROWS = 131_072
#: Seconds after which what there is becomes a part.
INTERVAL = 30.0


class ParquetOutput:
    """As Output, for the Pieces of a ParquetWriter. Raises ChoiceError, TableError."""

    def __init__(self, path: str, resume: bool, overwrite: bool, writer: ParquetWriter) -> None:
        self.path = path
        self.name = printable(path)
        self.on_ready: Callable[[], None] = lambda: None
        self.preface = b""
        self.regular = True
        self.full = False
        self._writer = writer
        self._directory = path + ".parts"
        if path == "-":
            raise ChoiceError("Parquet is written to files only: name one with -o")
        if not (resume or overwrite) and (os.path.exists(path) or os.path.exists(self._directory)):
            raise ChoiceError(f"{self.name} exists: --resume goes on, --overwrite starts afresh")
        self._resumed = resume and not os.path.exists(path)
        self._complete = resume and os.path.exists(path)
        self._created = not os.path.isdir(self._directory)
        self._lock = -1
        self._batches: list[Any] = []
        self._rows = 0
        self._begun = False
        self._parts = 0
        self._cut_at = time.monotonic()
        with self._errors():
            os.makedirs(self._directory, exist_ok=True)
            self._lock = os.open(os.path.join(self._directory, "lock"), os.O_RDWR | os.O_CREAT, 0o666)
        if not lock(self._lock):
            os.close(self._lock)
            self._lock = -1
            raise TableError(f"{self.name}: another run is writing to it")

    @property
    def identity(self) -> tuple[int, int]:
        """Device and inode of the file that will be replaced; nothing's if there is none."""
        try:
            about = os.stat(self.path)
        except OSError:
            return -1, -1
        return about.st_dev, about.st_ino

    def resume(self, reader: Reader) -> Resumed:
        """Compare the parts that are there with the rows of the input. Raises TableError."""
        resumed = Resumed()
        files = [self.path] if self._complete else self._whole_parts()
        rest: Any = None
        for path in files:
            with self._errors():
                file = pq.ParquetFile(path)
                if not file.schema_arrow.equals(self._writer.schema):
                    raise TableError(f"{self.name}: its columns are not the ones this run would write")
                for batch in file.iter_batches():
                    rest = self._compare(reader, batch, rest, resumed)
        self._parts = len(files) if not self._complete else 0
        resumed.rest = rest
        if self._complete and (rest is not None or next_rows(reader) is not None):
            raise TableError(f"{self.name}: it is complete, and the input has more rows than it")
        return resumed

    def write(self, piece: Piece) -> None:
        """Take rows."""
        self._begin()
        self._batches.append(piece.batch)
        self._rows += piece.batch.num_rows
        if piece.ends_group or self._rows >= MOST_ROWS:
            self._write_part()

    def checkpoint(self) -> None:
        """Make a part of what there is, now and then."""
        if time.monotonic() - self._cut_at > INTERVAL:
            self._write_part()

    def close(self, complete: bool = True) -> None:
        """Write out what there is; if that is all, join the parts."""
        self._write_part()
        if complete and not self._complete:
            self._begin()
            self._join()
        self.abandon()

    def abandon(self) -> None:
        """Close at once. May be called again."""
        if self._lock < 0:
            return
        os.close(self._lock)
        self._lock = -1
        try:
            names = os.listdir(self._directory)
            if names == ["lock"] and (self._created or self._complete):
                os.unlink(os.path.join(self._directory, "lock"))
                os.rmdir(self._directory)
        except OSError:
            pass

    def _begin(self) -> None:
        if self._begun:
            return
        self._begun = True
        if not self._resumed:
            with self._errors():
                for name in os.listdir(self._directory):
                    if name != "lock":
                        os.unlink(os.path.join(self._directory, name))

    def _write_part(self) -> None:
        self._cut_at = time.monotonic()
        if not self._batches:
            return
        batches, self._batches = self._batches, []
        self._rows = 0
        path = self._part(self._parts)
        self._parts += 1
        with self._errors():
            pq.write_table(pa.Table.from_batches(batches), path + ".tmp", compression=self._writer.codec)
            _sync(path + ".tmp")
            os.rename(path + ".tmp", path)

    def _join(self) -> None:
        """One file out of the parts, a row group of each."""
        with self._errors():
            whole = os.path.join(self._directory, "whole.tmp")
            with pq.ParquetWriter(whole, self._writer.schema, compression=self._writer.codec) as joined:
                for path in self._whole_parts():
                    joined.write_table(pq.read_table(path))
            _sync(whole)
            os.rename(whole, self.path)
            shutil.rmtree(self._directory)

    def _part(self, number: int) -> str:
        return os.path.join(self._directory, f"{number:06}.parquet")

    def _whole_parts(self) -> list[str]:
        paths: list[str] = []
        while os.path.exists(path := self._part(len(paths))):
            paths.append(path)
        return paths

    def _compare(self, reader: Reader, batch: Any, rest: Any, resumed: Resumed) -> Any:
        """Compare a batch with the next rows of the input; returns those of them that are left over."""
        there = batch.select(self._writer.base.names)
        at = 0
        while at < batch.num_rows:
            rows = rest if rest is not None else next_rows(reader)
            rest = None
            if rows is None:
                raise TableError(f"{self.name}: it has more rows than the input")
            count = min(len(rows.keys), batch.num_rows - at)
            if not _same(self._writer.base_batch(rows, 0, count), there.slice(at, count)):
                raise TableError(
                    f"{self.name}: rows {resumed.rows + 1} to {resumed.rows + count} are not those of the input:"
                    " the input has changed"
                )
            at += count
            resumed.rows += count
            if count < len(rows.keys):
                rest = rows_from(rows, count)
        return rest

    def _errors(self) -> _Named:
        return _Named(self.name)


class _Named:
    """What goes wrong inside is about the output."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if isinstance(error, OSError):
            raise TableError(f"{self._name}: {error.strerror or error}") from None
        if isinstance(error, pa.ArrowException):
            raise TableError(f"{self._name}: {error}") from None


def _same(one: Any, other: Any) -> bool:
    """Whether two batches hold the same values; NaN is NaN, and how they are encoded does not count."""
    return all(
        mine.equals(theirs) or repr(mine.to_pylist()) == repr(theirs.to_pylist())
        for mine, theirs in zip(one.columns, other.columns, strict=True)
    )


def _sync(path: str) -> None:
    fd = os.open(path, os.O_RDWR)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
