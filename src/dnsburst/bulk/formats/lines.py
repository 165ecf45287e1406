"""Plain lines: a key on each, or a network (``192.0.2.0/24``) or a range (``192.0.2.1-192.0.2.9``) of them."""

# Rules.
# 1. A network or range is expanded as the rows are needed, never before: a /8 starts at once.
# 2. Every address of a network is a row, the first and the last included; ``192.0.2.7/24`` is the network it is in.
# 3. Every other line is one row, also one that is empty or cannot be asked.

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ..._wire.address import IPV4_MAPPED, ipv4_octets, ipv4_text, ipv6_octets, ipv6_text
from ...errors import InvalidName
from ..columns import joined, values
from ..rows import Rows
from .csv import CsvWriter, TableWriter, match_line
from .text import LineReader

if TYPE_CHECKING:
    from ..._engine.lookup import Lookup
    from ..columns import Values
    from ..source import Source

#: Rows of an expansion in one batch.
AT_ONCE = 2048


class LinesReader(LineReader):
    """Reads lines; expands networks and ranges. Raises TableError."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.columns = ["input"]
        self._waiting: Iterator[Rows] | None = None

    def read(self) -> Rows | None:
        """The next rows; see Reader."""
        while True:
            if self._waiting is not None:
                rows = next(self._waiting, None)
                if rows is not None:
                    return rows
                self._waiting = None
            rows = super().read()
            if rows is None or not rows.keys:
                return rows
            if self._waiting is None:
                return rows

    def fields(self, raw: str) -> list[str]:
        """The line."""
        return [raw]

    def describe(self) -> dict[str, str]:
        """What was found out; see Reader."""
        return {}

    def _rows(self, bodies: list[str], ends: dict[int, str] | None, size: int) -> Rows:
        if any(span(body) for body in bodies if "/" in body or "-" in body):
            self._waiting = _expanded(bodies)
        return Rows(bodies, bodies, size)


class LinesTableWriter(TableWriter):
    """Writes the rows of a LinesReader as CSV or TSV."""

    def _bodies(self, rows: Rows, indices: Sequence[int]) -> list[str]:
        lines = CsvWriter._bodies(self, rows, indices)
        text = "".join(lines)
        if self._dialect.delimiter in text or '"' in text:
            return super()._bodies(rows, indices)
        return lines  # where nothing needs quotes they are records as they are


class LinesWriter:
    """Writes the answers alone, a line for each row; empty where there is none."""

    def header(self) -> bytes:
        """Nothing."""
        return b""

    def tails(self, lookups: list[Lookup]) -> list[str]:
        """The answers."""
        return [joined(values(lookup)[1]) + "\n" for lookup in lookups]

    def tail(self, parts: Sequence[Values], confirmed: str) -> str:
        """The answers of several lookups."""
        return joined([answer for part in parts for answer in part[1]]) + "\n"

    def render(self, rows: Rows, indices: Sequence[int], tails: Sequence[str], numbers: Sequence[int] | None) -> bytes:
        """The answers; see Writer."""
        if numbers is not None:
            tails = [f"{number} {tail}" for number, tail in zip(numbers, tails, strict=True)]
        return "".join(tails).encode("ascii")

    def match(self, rows: Rows, index: int, text: str, at: int) -> int:
        """Any line will do: answers do not say what was asked."""
        return match_line("", "\n", text, at)

    def body(self, rows: Rows, index: int) -> str:
        """Nothing: answers do not say what was asked."""
        return ""

    def numbered(self, lines: Iterator[str]) -> Iterator[tuple[str, int, str]]:
        """The rows of an output with row numbers; see Writer."""
        for line in lines:
            number = line.partition(" ")[0]
            if not number.isdigit() or not line.endswith("\n"):
                return
            yield line, int(number), ""


def span(text: str) -> tuple[int, int, bool] | None:
    """First and last address of a network or range as numbers, and whether they are IPv6; None for anything else."""
    text = text.strip()
    first, slash, bits = text.partition("/")
    try:
        if slash:
            low = _octets(first)
            size = 8 * len(low)
            if not (bits.isascii() and bits.isdigit() and len(bits) <= 3 and int(bits) <= size):
                return None
            hosts = (1 << size - int(bits)) - 1
            number = int.from_bytes(low, "big")
            return number & ~hosts, number | hosts, size == 128
        first, dash, last = text.partition("-")
        if not dash:
            return None
        low, high = _octets(first.strip()), _octets(last.strip())
    except InvalidName:
        return None
    if len(low) != len(high) or low > high:
        return None
    return int.from_bytes(low, "big"), int.from_bytes(high, "big"), len(low) == 16


def _octets(text: str) -> bytes:
    octets = ipv6_octets(text) if ":" in text else ipv4_octets(text)
    return octets[12:] if octets.startswith(IPV4_MAPPED) else octets


def _expanded(bodies: list[str]) -> Iterator[Rows]:
    plain: list[str] = []
    for body in bodies:
        many = span(body)
        if many is None:
            plain.append(body)
            continue
        if plain:
            yield Rows(plain, plain, sum(map(len, plain)))
            plain = []
        number, last, is_ipv6 = many
        while number <= last:
            stop = min(number + AT_ONCE, last + 1)
            if is_ipv6:
                texts = [ipv6_text(value.to_bytes(16, "big")) for value in range(number, stop)]
            else:
                texts = [ipv4_text(value.to_bytes(4, "big")) for value in range(number, stop)]
            yield Rows(texts, texts, 16 * len(texts))
            number = stop
    if plain:
        yield Rows(plain, plain, sum(map(len, plain)))
