"""The columns that bulk adds, and what a finished lookup puts into them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any

from .._text import printable
from .._wire.codes import TYPE_PTR, type_to_text
from .._wire.name import to_text as name_text
from .._wire.rdata import to_text
from ..errors import MalformedMessage
from .errors import ChoiceError

if TYPE_CHECKING:
    from .._engine.lookup import Lookup
    from .._wire.message import RR

#: What ``--add`` can name, in the order of the contract.
ADDED = ("status", "answer", "ttl", "rtt_ms", "server", "tries", "error")

#: One lookup as values: status, answers, TTL in s, RTT in ms, server, queries sent, error; None for what there is not.
Values = tuple[str, list[str], int | None, float | None, str | None, int, str | None]

_PTR = TYPE_PTR
_OCTETS = attrgetter("rdtype", "rdata")
_FORMULA = frozenset("=+-@\t\r")
_ESCAPE_OR_SEMICOLON = re.compile(r"\\(?:\d{3}|.)|;", re.DOTALL)


def values(lookup: Lookup) -> Values:
    """What came of a lookup; each answer in presentation form: printable ASCII, names without trailing dot."""
    status = lookup.status
    records: Sequence[RR] = lookup.records
    if len(records) > 1:
        # Servers rotate them: in the order of RFC 4034, 6.3 two runs give the same.
        records = sorted(records, key=_OCTETS)
    rtt = lookup.rtt
    return (
        status,
        [answer_text(rr) for rr in records],
        lookup.ttl if status == "NOERROR" else None,
        rtt * 1000.0 if rtt >= 0 else None,
        lookup.server or None,
        lookup.tries,
        printable(lookup.error) if lookup.error else None,
    )


def answer_text(rr: RR) -> str:
    """What a record says, in presentation form."""
    if rr.text is not None:
        return rr.text
    if rr.rdtype == _PTR:
        try:
            return name_text(rr.rdata)
        except MalformedMessage:
            pass
    return to_text(rr.rdtype, rr.rdata)


def invalid(reason: str) -> Values:
    """What becomes of a cell that cannot be asked."""
    return "INVALID", [], None, None, None, 0, printable(reason)


class Columns:
    """The names of the added columns, in order, and the cells under them.

    add: some of ADDED, in the order wanted
    types: the record types where there are several, else empty: each has a set of columns then
    safe: put ``'`` before cells of ours that a spreadsheet would take for a formula
    numbered: a first column holds the number of the row, from 1

    Raises ChoiceError.
    """

    __slots__ = ("_all", "_pick", "add", "confirm", "names", "numbered", "plain", "safe", "types")

    def __init__(
        self,
        add: Sequence[str] = ADDED,
        prefix: str = "dns_",
        types: Sequence[int] = (),
        confirm: bool = False,
        safe: bool = False,
        numbered: bool = False,
    ) -> None:
        for name in add:
            if name not in ADDED:
                raise ChoiceError(f"there is no column {printable(name)!r} to add: choose from {','.join(ADDED)}")
        if not add or len(set(add)) < len(add):
            raise ChoiceError("name each column to add once")
        self.add = tuple(add)
        self.types = tuple(types)
        self.confirm = confirm
        self.safe = safe
        stems = [f"{type_to_text(rdtype).lower()}_" for rdtype in types] or [""]
        self.names = [prefix + stem + name for stem in stems for name in add]
        if confirm:
            self.names.append(prefix + "confirmed")
        self.numbered = numbered
        if numbered:
            self.names.insert(0, prefix + "row")
        self._all = self.add == ADDED
        # itemgetter of one item gives the item, not a tuple: the one is asked for twice and cut off again.
        self._pick = itemgetter(*(ADDED.index(name) for name in (*add, add[0])))
        #: Whether the cells are those of ADDED as they are.
        self.plain = self._all and not safe

    def cells(self, found: Values) -> Sequence[Any]:
        """The cells for one lookup as text and whole numbers; None is an empty one."""
        status, answers, ttl, rtt, server, tries, error = found
        answer = joined(answers)
        rtt_text = "%.3f" % rtt if rtt is not None else None  # noqa: UP031  the fastest way there is
        if self.safe:
            answer = harmless(answer)
            error = harmless(error) if error else error
        cells: tuple[Any, ...] = self._pick((status, answer, ttl, rtt_text, server, tries, error))
        return cells[:-1]

    def typed(self, found: Values) -> Sequence[Any]:
        """The cells for one lookup, the answers as a list."""
        rtt = found[3]
        cells: tuple[Any, ...] = found if rtt is None else (*found[:3], round(rtt, 3), *found[4:])
        return cells if self._all else self._pick(cells)[:-1]


def joined(answers: Iterable[str]) -> str:
    r"""The answers in one cell: joined by ``;``, one inside an answer written ``\059``."""
    text = ";".join(answers)
    if ";" not in text:
        return text
    return ";".join([_ESCAPE_OR_SEMICOLON.sub(_escaped, answer) if ";" in answer else answer for answer in answers])


def harmless(cell: str) -> str:
    """The cell, behind a ``'`` if it would start a formula."""
    return "'" + cell if cell[:1] in _FORMULA else cell


def _escaped(match: re.Match[str]) -> str:
    text = match.group()
    return "\\059" if text in (";", "\\;") else text
