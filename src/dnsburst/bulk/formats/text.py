"""Blocks of text into whole lines, whatever their line ends."""

from __future__ import annotations

import io
import time
from typing import TYPE_CHECKING

from ..errors import TableError
from ..rows import Rows

if TYPE_CHECKING:
    from ..source import Source

#: Characters of one record at most; a quote that is never closed must not swallow the file.
MOST_IN_RECORD = 16 << 20
#: A record that is not whole, and longer than this, is looked at again when it is so many times as long.
LONG = 1 << 16
GROWN = 1.5
BOM = "ï»¿"  # UTF-8's, read as Latin-1
NOTHING_YET = Rows([], [], 0)


class Cutter:
    """Collects blocks, gives back whole lines. ``end`` is put behind a last line that has none."""

    __slots__ = ("_carried", "_found", "_open", "_parts", "end")

    def __init__(self, end: str) -> None:
        self.end = end
        self._parts: list[str] = []
        self._carried = 0
        # How long the record was when it was put back, and whether what its end needs has come since.
        self._open = 0
        self._found = False

    def take(self, block: str, wanted: str | None = None) -> str:
        """Whole lines up to this block, ``""`` while there are none; an empty block is the end of the file.

        wanted: wait until a block holds this, and there is so much more that no long record is read again and again
        """
        parts = self._parts
        parts.append(block)
        self._carried += len(block)
        if not block:
            text = "".join(parts)
            if text and text[-1] not in "\r\n":
                text += self.end
            self._parts = []
            self._carried = 0
            return text
        if wanted is not None:
            self._found = self._found or wanted in block
            enough = min(GROWN * self._open, MOST_IN_RECORD) if self._open > LONG else 0
            if not self._found or self._carried < enough:
                return ""
        if not ("\n" in block or "\r" in block):
            return ""
        text = "".join(parts)
        # A CR at the very end may be half of a CRLF.
        stop = max(text.rfind("\n"), text.rfind("\r", 0, len(text) - 1)) + 1
        self._parts = [text[stop:]]
        self._carried = len(text) - stop
        return text[:stop]

    def put_back(self, text: str) -> None:
        """These lines belong to a record that is not whole yet."""
        self._parts.insert(0, text)
        self._carried += len(text)
        self._open = len(text)
        self._found = False

    @property
    def too_long(self) -> bool:
        """The record that is not whole yet is longer than any may be."""
        return self._carried > MOST_IN_RECORD


def split_lines(text: str, end: str) -> tuple[list[str], dict[int, str] | None]:
    """The lines of a text that ends with a line end, without it; the ends that are not ``end``, by index."""
    returns = text.count("\r")
    if not returns:
        common = "\n"
    elif returns == text.count("\n") == text.count("\r\n"):
        common = "\r\n"
    elif "\n" not in text:
        common = "\r"
    else:
        bodies = []
        ends = {}
        for index, line in enumerate(io.StringIO(text, newline="")):
            body = line.rstrip("\r\n")
            bodies.append(body)
            if line[len(body) :] != end:
                ends[index] = line[len(body) :]
        return bodies, ends or None
    bodies = text.split(common)
    bodies.pop()
    return bodies, dict.fromkeys(range(len(bodies)), common) if common != end else None


def first_end(text: str) -> str:
    """The line end of the first line, LF if there is none."""
    line = next(iter(io.StringIO(text, newline="")), "")
    return line[len(line.rstrip("\r\n")) :] or "\n"


class LineReader:
    """The common part of readers whose records are lines; each gives ``_rows(bodies, ends, size)``."""

    def __init__(self, source: Source) -> None:
        self._source = source
        sample = source.sample().decode("latin-1")
        self.bom = BOM if sample.startswith(BOM) else ""
        self.sample = sample[len(self.bom) :]
        self.end = first_end(self.sample)
        self.line = 0
        self.total: int | None = None
        self.columns: list[str] = []
        self._cutter = Cutter(self.end)
        self._skip = len(self.bom)
        self._ended = False

    def read(self) -> Rows | None:
        """The next rows; see Reader."""
        while not self._ended:
            block = self._source.read()
            if block is None:
                return NOTHING_YET
            self._ended = not block
            text = self._cutter.take(block.decode("latin-1")[self._skip :])
            if block:
                self._skip = 0
            if text:
                bodies, ends = split_lines(text, self.end)
                rows = self._rows(bodies, ends, len(text))
                self.line += len(bodies)
                return rows
            if self._cutter.too_long:
                raise TableError(f"{self._source.name}: line {self.line + 1}: over {MOST_IN_RECORD >> 20} MiB long")
        return None

    def _rows(self, bodies: list[str], ends: dict[int, str] | None, size: int) -> Rows:
        raise NotImplementedError

    def sample_lines(self) -> list[str]:
        """The first lines, as far as they are known to be whole."""
        text = self.sample
        if len(text) >= 1 << 15:
            text = text[: max(text.rfind("\n"), text.rfind("\r")) + 1] or text
        return [line.rstrip("\r\n") for line in io.StringIO(text, newline="")]


def wait_a_little() -> None:
    """Let a thread that reads go on."""
    time.sleep(0.01)
