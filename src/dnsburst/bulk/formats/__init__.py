"""The forms a table can have, and what reading and writing one of them takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from ..errors import ChoiceError

if TYPE_CHECKING:
    from ..._engine.lookup import Lookup
    from ..columns import Values
    from ..rows import Rows

FORMATS = ("csv", "tsv", "jsonl", "lines", "log", "parquet")
_BY_EXTENSION = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".txt": "lines",
    ".log": "log",
    ".parquet": "parquet",
}


class Reader(Protocol):
    """Gives the rows of an input, in order.

    columns: the names of the columns (octets as Latin-1), for formats that write other tables than they read
    end: the line end of the input
    line: the number of the line read last, from 1
    total: rows in all, where the input says so
    """

    columns: list[str]
    end: str
    line: int
    total: int | None

    def read(self) -> Rows | None:
        """The next rows. Without keys: none is there yet, but more may come; None: the end. Raises TableError."""

    def fields(self, raw: Any) -> list[str]:
        """The cells of one of the rows given."""

    def describe(self) -> dict[str, str]:
        """What was found out about the input, for people."""


class Writer(Protocol):
    """Turns rows and what became of them into what is to be written."""

    def header(self) -> bytes:
        """What stands before the first row."""

    def tails(self, lookups: list[Lookup]) -> Sequence[Any]:
        """What is to be written behind a row, for each lookup that has ended."""

    def tail(self, parts: Sequence[Values], confirmed: str) -> Any:
        """The same for a row with an outcome for each of one or more types; ``confirmed`` may be empty."""

    def render(self, rows: Rows, indices: Sequence[int], tails: Sequence[Any], numbers: Sequence[int] | None) -> Any:
        """The rows at ``indices`` with their tails, and their numbers if they are to be told, as the output takes them:
        octets for all formats but Parquet."""

    def match(self, rows: Rows, index: int, text: str, at: int) -> int:
        """Where the row at ``index`` ends that stands at ``at`` in an output; -1 if another stands there; 0 if the
        text ends before it does."""

    def body(self, rows: Rows, index: int) -> str:
        """What stands in an output before our cells, for the row at ``index``."""

    def numbered(self, lines: Iterator[str]) -> Iterator[tuple[str, int, str]]:
        """The rows of an output whose rows have numbers: the text of each, its number, its body. Ends before a row that
        is not whole."""


class Choice(NamedTuple):
    """How to read the input: what the user said, None where its content decides.

    column: name or 1-based number; header: the first row of a CSV is one; forward: names are wanted, not addresses
    """

    column: str | None = None
    header: bool | None = None
    forward: bool = False


def by_name(path: str) -> str | None:
    """The format for a file name, None where its extension says nothing; ``.gz`` may follow."""
    name = path.lower().removesuffix(".gz")
    for extension, form in _BY_EXTENSION.items():
        if name.endswith(extension):
            return form
    return None


def by_content(sample: str) -> str:
    """The format for an input that has no telling name: parquet, jsonl, tsv, csv or lines."""
    if sample.startswith("PAR1"):
        return "parquet"
    first = sample.lstrip("\ufeffï»¿ \t\r\n")[:1]
    if first == "{":
        return "jsonl"
    line = sample.lstrip("\r\n").splitlines()[0] if sample.strip() else ""
    if "\t" in line:
        return "tsv"
    return "csv" if any(mark in line for mark in ',;|"') else "lines"


def output_format(input_format: str, path: str, chosen: str | None) -> str:
    """The format to write. Raises ChoiceError where the two do not go together."""
    by_path = by_name(path) if path != "-" else None
    default = "csv" if input_format in ("lines", "log") else input_format
    if by_path in ("lines", "log"):
        by_path = None  # `-o names.txt` is a table in a text file
    form = chosen or by_path or default
    if form == "log" and input_format != "log":
        raise ChoiceError("only a log can be written as a log: choose another --output-format")
    return form
