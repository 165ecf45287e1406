"""Going on where an earlier run stopped: the output says how far that was."""

# Rules.
# 1. The header and each row that is there must be what this run would write for the same row of the input, as far as
#    that is known without asking: everything but our cells. Anything else is an error that names the row.
# 2. A last row that is not whole is cut off; of a compressed output, a last member that is not.
# 3. Rows in any order are known by their numbers and a checksum.
# 4. Nothing is changed here: whoever writes cuts at the offset found.

from __future__ import annotations

import io
import os
import zlib
from array import array
from collections.abc import Iterator
from typing import TYPE_CHECKING

from .errors import TableError
from .rows import Rows

if TYPE_CHECKING:
    from .formats import Reader, Writer
    from .output import Output

_BLOCK = 1 << 18


class Resumed:
    """How far the earlier run came.

    rows: rows that are there, offset: octets of the file that hold them, rest: the first rows to do, if some were read
    """

    __slots__ = ("offset", "rest", "rows")

    def __init__(self) -> None:
        self.rows = 0
        self.offset = 0
        self.rest: Rows | None = None


def check(reader: Reader, writer: Writer, output: Output) -> Resumed:
    """Compare the output with the input, row by row. Raises TableError where they do not belong together."""
    resumed = Resumed()
    there = _Text(output)
    try:
        header = writer.header().decode("latin-1")
        if not there.skip(header):
            _refuse_header(there, header, output.name)
            return resumed
        resumed.offset = there.offset()
        _match_rows(reader, writer, there, resumed, output.name)
    finally:
        there.close()
    return resumed


def _match_rows(reader: Reader, writer: Writer, there: _Text, resumed: Resumed, name: str) -> None:
    while True:
        rows = next_rows(reader)
        if rows is None:
            if there.more():
                raise TableError(f"{name}: it has more rows than the input")
            return
        count = len(rows.keys)
        index = 0
        while index < count:
            stop = writer.match(rows, index, there.text, there.at)
            if stop > 0:
                there.at = stop
                index += 1
            elif stop < 0:
                raise TableError(
                    f"{name}: row {resumed.rows + index + 1} is not the one in the input: the input has changed"
                )
            elif not there.read_on():
                break
        resumed.rows += index
        resumed.offset = there.offset()
        if index < count:
            if there.within_member:
                raise TableError(f"{name}: a compressed part of it ends within a row: it was not written by bulk")
            resumed.rest = rows_from(rows, index)
            return


def check_numbered(reader: Reader, writer: Writer, output: Output) -> tuple[int, int, Reader]:
    """The same for an output whose rows have numbers: how many there are, octets they take, a reader of the others.

    Raises TableError, the reader too: rows are compared as they are read.
    """
    there = _Text(output)
    done = _Done()
    try:
        header = writer.header().decode("latin-1")
        if not there.skip(header):
            _refuse_header(there, header, output.name)
            return 0, 0, reader
        size = len(header)
        for raw, number, body in writer.numbered(there.lines()):
            done.add(number, body)
            size += len(raw)
        whole = not any(there.lines())
        offset = there.offset() if there.compressed else size
    finally:
        there.close()
    if not whole and there.compressed:
        raise TableError(f"{output.name}: a compressed part of it ends within a row: it was not written by bulk")
    return done.count, offset, _Others(reader, writer, done, output.name)


class _Done:
    """Which rows are there, and a checksum of each: 5 octets a row."""

    def __init__(self) -> None:
        self._there = bytearray()
        self._sums = array("L" if array("I").itemsize < 4 else "I")
        self.count = 0

    def add(self, number: int, body: str) -> None:
        """Row ``number`` is there."""
        if number >= len(self._there):
            more = max(number + 1 - len(self._there), len(self._there) // 4)
            self._there.extend(bytes(more))
            self._sums.extend([0] * more)
        self._there[number] = 1
        self._sums[number] = zlib.crc32(body.encode("latin-1"))
        self.count += 1

    def has(self, number: int, body: str) -> bool | None:
        """Whether it is there; None if another row is there under this number."""
        if number >= len(self._there) or not self._there[number]:
            return False
        return True if self._sums[number] == zlib.crc32(body.encode("latin-1")) else None


class _Others:
    """Reads the rows that are not there yet."""

    def __init__(self, reader: Reader, writer: Writer, done: _Done, name: str) -> None:
        self._reader = reader
        self._writer = writer
        self._done = done
        self._name = name
        self._number = 0
        self.columns = reader.columns
        self.end = reader.end
        self.line = 0
        self.total = reader.total
        self.fields = reader.fields
        self.describe = reader.describe

    def read(self) -> Rows | None:
        """The next rows; see Reader."""
        while True:
            rows = self._reader.read()
            if rows is None or not rows.keys:
                return rows
            rest = self._rest(rows)
            if rest.keys:
                return rest

    def _rest(self, rows: Rows) -> Rows:
        left = []
        first = self._number + 1
        self._number += len(rows.keys)
        for index in range(len(rows.keys)):
            there = self._done.has(first + index, self._writer.body(rows, index))
            if there is None:
                raise TableError(
                    f"{self._name}: row {first + index} is not the one in the input: the input has changed"
                )
            if not there:
                left.append(index)
        ends = {at: rows.ends[index] for at, index in enumerate(left) if index in rows.ends} if rows.ends else None
        return Rows(
            [rows.raws[index] for index in left],
            [rows.keys[index] for index in left],
            rows.size,
            ends,
            [first + index for index in left],
        )


def rows_from(rows: Rows, start: int) -> Rows:
    """The rows from this index on."""
    ends = {index - start: end for index, end in rows.ends.items() if index >= start} if rows.ends else None
    return Rows(rows.raws[start:], rows.keys[start:], rows.size, ends)


def _refuse_header(there: _Text, header: str, name: str) -> None:
    """Raise TableError unless what is there is the beginning of the header."""
    if not (there.at_end and header.startswith(there.text)):
        raise TableError(f"{name}: its header is not the one this run would write: another input, or other options")


def next_rows(reader: Reader) -> Rows | None:
    """The next rows, waiting for them if need be; None at the end."""
    from .formats.text import wait_a_little

    while True:
        rows = reader.read()
        if rows is None or rows.keys:
            return rows
        wait_a_little()


class _Text:
    """The text of an output, a window of it at a time; ``at`` is how far it was compared."""

    def __init__(self, output: Output) -> None:
        self._fd = output.read_back()
        self._blocks = _members(self._fd) if output.path.lower().endswith(".gz") else _blocks(self._fd)
        self.text = ""
        self.at = 0
        self.at_end = False
        # Where the text read so far ends in the file; within a compressed one only ends of members count.
        self._end = 0
        self.compressed = output.path.lower().endswith(".gz")

    def read_on(self) -> bool:
        """Have more text to compare; False at the end."""
        for block, end in self._blocks:
            self.text = self.text[self.at :] + block.decode("latin-1")
            self.at = 0
            self._end = end
            return True
        self.at_end = True
        return False

    def skip(self, header: str) -> bool:
        """Go past the header; False if another one is there, or a part of it."""
        while len(self.text) < len(header) and self.read_on():
            pass
        if not self.text.startswith(header):
            return False
        self.at = len(header)
        return True

    def more(self) -> bool:
        """Whether there is something that was not compared."""
        return self.at < len(self.text) or self.read_on()

    def offset(self) -> int:
        """Octets of the file up to what was compared."""
        return self._end if self.compressed else self._end - (len(self.text) - self.at)

    def lines(self) -> Iterator[str]:
        """The lines from here on, with their ends; the last may have none."""
        while self.more():
            lines = io.StringIO(self.text[self.at :], newline="").readlines()
            self.at = len(self.text)
            if lines[-1][-1] == "\n":
                yield from lines
                continue
            # The last line may go on, and a CR at its end may be half of a CRLF.
            yield from lines[:-1]
            self.at -= len(lines[-1])
            if not self.read_on():
                self.at = len(self.text)
                yield lines[-1]

    @property
    def within_member(self) -> bool:
        """Whether only a part of a compressed member was compared."""
        return self.compressed and self.at < len(self.text)

    def close(self) -> None:
        os.close(self._fd)


def _blocks(fd: int) -> Iterator[tuple[bytes, int]]:
    end = 0
    while block := os.read(fd, _BLOCK):
        end += len(block)
        yield block, end


def _members(fd: int) -> Iterator[tuple[bytes, int]]:
    """The text of each whole gzip member, and where the member ends; what is cut off or damaged ends it."""
    data = b""
    start = 0
    while True:
        member = zlib.decompressobj(31)
        pieces = []
        taken = 0
        while not member.eof:
            if not data:
                data = os.read(fd, _BLOCK)
                if not data:
                    return
            try:
                pieces.append(member.decompress(data))
            except zlib.error:
                return
            taken += len(data) - len(member.unused_data)
            data = member.unused_data
        start += taken
        yield b"".join(pieces), start
