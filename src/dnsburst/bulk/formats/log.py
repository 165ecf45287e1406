"""Logs: the first address in each line is looked up."""

# Rules.
# 1. Any line-based log will do: an address is what parses as one and stands alone, between spaces, brackets, quotes …
# 2. ``ADDRESS:PORT`` and ``[V6]:PORT`` count as the address. Times (12:34:56) and versions (1.2.3.4.5) are none.
# 3. Written as a log, the line stays as it is except for that address, and only if there is a name for it.

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ..._wire.address import is_address
from ..columns import values
from ..rows import Rows
from .text import LineReader

if TYPE_CHECKING:
    from ..._engine.lookup import Lookup
    from ..columns import Values
    from ..source import Source

_CANDIDATE = re.compile(
    r"(?<![\w.:%-])(?:(?P<v4>\d{1,3}(?:\.\d{1,3}){3})(?![\w-]|\.\w|:\w*[a-fA-F:.])"
    r"|(?P<v6>[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:]*(?:\d{1,3}(?:\.\d{1,3}){3})?)(?![\w:%]|\.\w))"
)


class LogReader(LineReader):
    """Reads the lines of a log; ``raws`` are (before, address, after). Raises TableError."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.columns = ["line", "address"]

    def fields(self, raw: tuple[str, str, str]) -> list[str]:
        """The line and its address."""
        return ["".join(raw), raw[1]]

    def describe(self) -> dict[str, str]:
        """What was found out; see Reader."""
        return {}

    def _rows(self, bodies: list[str], ends: dict[int, str] | None, size: int) -> Rows:
        raws = [cut_address(body) for body in bodies]
        return Rows(raws, [raw[1] for raw in raws], size, ends)


class LogWriter:
    """Writes the same log with names for addresses. Lines keep their ends."""

    def __init__(self, end: str) -> None:
        self._end = end

    def header(self) -> bytes:
        """Nothing."""
        return b""

    def tails(self, lookups: list[Lookup]) -> list[str]:
        """The first answer."""
        return [self.tail([values(lookup)], "") for lookup in lookups]

    def tail(self, parts: Sequence[Values], confirmed: str) -> str:
        """The first answer of the first lookup that has one; with ``--confirm``, only one that is confirmed."""
        if confirmed == "no":
            return ""
        return next((part[1][0] for part in parts if part[1]), "")

    def render(self, rows: Rows, indices: Sequence[int], tails: Sequence[str], numbers: Sequence[int] | None) -> bytes:
        """The lines; see Writer."""
        parts: list[str] = []
        ends = rows.ends or {}
        for index, name in zip(indices, tails, strict=True):
            before, address, after = rows.raws[index]
            parts += (before, name or address, after, ends.get(index, self._end))
        return "".join(parts).encode("latin-1")

    def match(self, rows: Rows, index: int, text: str, at: int) -> int:
        """Where the line ends in an output: the same before and after the address; see Writer."""
        before, address, after = rows.raws[index]
        end = rows.ends.get(index, self._end) if rows.ends else self._end
        if not text.startswith(before, at):
            return 0 if before.startswith(text[at:]) else -1
        stop = text.find(end, at)
        if stop < 0:
            return 0
        name = at + len(before)
        size = stop - len(after) - name
        right = text.startswith(after, stop - len(after)) and (size > 0) == bool(address)
        return stop + len(end) if right else -1

    def body(self, rows: Rows, index: int) -> str:
        """What stands before the address; see Writer."""
        before: str = rows.raws[index][0]
        return before

    def numbered(self, lines: Iterator[str]) -> Iterator[tuple[str, int, str]]:
        """Nothing: a log is always in order."""
        return iter(())


def cut_address(line: str) -> tuple[str, str, str]:
    """What stands before the first address in the line, the address, what follows; all before if there is none."""
    for match in _CANDIDATE.finditer(line):
        if is_address(match.group()):
            return line[: match.start()], match.group(), line[match.end() :]
    return line, "", ""
