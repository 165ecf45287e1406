"""Many questions in, results out: what the async stream and the blocking one share. No I/O of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ._engine.lookup import Lookup, new_lookup
from ._wire.message import question, question_key
from .cache import Cache
from .errors import InvalidName
from .questions import Name, invalid_result, to_result, wire_question
from .result import Result

if TYPE_CHECKING:
    from ._io.pump import Pump

#: Names pulled that the consumer has no result of yet; beyond it no further names are pulled. A long answer counts as
#: several, so that this is a bound on memory.
WINDOW = 32768
#: Octets of an answer, and what Python keeps for each of its records: with so many it counts as one name more.
UNIT = 4096
RECORD = 192
#: Places of a line that were left before it is moved up.
MOVE_UP = 1024

_float = float

_MOVE_UP = MOVE_UP
_RECORD = RECORD
_UNIT = UNIT


class Ticket:
    """One name of a stream and, in time, what came of it: a result, or ``lookup`` once ``place`` is below 0."""

    __slots__ = ("lookup", "name", "place", "result", "stream", "weight")

    lookup: Lookup | None
    result: Result | None

    name: Name
    stream: Stream
    #: Among those of its stream that are under way, -1 for none of them.
    place: int
    weight: int

    def done(self) -> bool:
        """Whether it is known what came of it."""
        return self.place < 0

    def to_result(self) -> Result:
        """The result."""
        if self.result is not None:
            return self.result
        assert self.lookup is not None
        return to_result(self.lookup, self.name)


def new_ticket(name: Name, stream: Stream) -> Ticket:
    """A ticket of ``stream`` for one of its names."""
    ticket = Ticket.__new__(Ticket)
    ticket.name = name
    ticket.stream = stream
    ticket.lookup = None
    ticket.result = None
    ticket.place = -1
    ticket.weight = 0
    return ticket


class Stream:
    """Pulls names as there is room and hands out results, in order or as they come.

    Without an iterator names come by ``submit``, and whoever submits sets ``exhausted``. What the iterator raises is
    kept for ``raise_error``, so that everything before it is handed out first.
    """

    __slots__ = (
        "_cache",
        "_error",
        "_first",
        "_full",
        "_held",
        "_line",
        "_mean",
        "_names",
        "_open",
        "_ordered",
        "_rdtype",
        "exhausted",
    )

    def __init__(
        self,
        names: Iterator[Name] | None,
        rdtype: int | None,
        ordered: bool,
        cache: Cache | None = None,
    ) -> None:
        self._names = names
        self._rdtype = rdtype
        self._ordered = ordered
        self._cache = cache
        #: To be handed out next, from ``_first`` on: in order of input, done or not, or as they were done.
        self._line: list[Ticket | None] = []
        self._first = 0
        #: What is under way, each with its lookup and its place here; any of them is soon taken out.
        self._open: list[Ticket] = []
        #: Pulled, and not handed out: one for each name, and the weight of its answer.
        self._held = 0
        #: Weight of an answer, lately: what those under way will come to.
        self._mean = 0.0
        #: Names were left where they are because the consumer is behind.
        self._full = False
        self._error: BaseException | None = None
        self.exhausted = False

    def feed(self, pump: Pump, room: int, now: _float = 0.0) -> None:
        """Pull at most ``room`` names and submit them; ``now`` is for the cache, if there is one."""
        if self._names is None:
            return
        wanted = self._room()
        if wanted <= 0:
            self._full = True
        if wanted > room:
            wanted = room
        lookups: list[Lookup] = []
        while wanted > 0 and not self.exhausted:
            wanted -= 1
            try:
                name = next(self._names)
            except StopIteration:
                self.exhausted = True
            except BaseException as error:
                self.fail(error)
            else:
                self._ask(name, lookups, now)
        self._start(pump, lookups)

    def submit(self, pump: Pump, name: Name, now: _float = 0.0) -> None:
        """Have one name looked up."""
        lookups: list[Lookup] = []
        self._ask(name, lookups, now)
        self._start(pump, lookups)

    def _ask(self, name: Name, lookups: list[Lookup], now: _float) -> None:
        """Take in a name: the lookup to be started for it goes to ``lookups``."""
        ticket = new_ticket(name, self)
        self._held += 1
        if self._ordered:
            self._line.append(ticket)
        try:
            wire, rdtype = wire_question(name, self._rdtype)
        except InvalidName as error:
            ticket.result = invalid_result(name, self._rdtype, error)
        else:
            asked = question(wire, rdtype)
            key = question_key(wire, rdtype, asked)
            known = None if self._cache is None else self._cache.find(key, now)
            if known is None:
                ticket.place = len(self._open)
                self._open.append(ticket)
                lookups.append(new_lookup(wire, rdtype, asked, key, ticket))
                return
            ticket.result = to_result(known[0], name, known[1])
        if not self._ordered:
            self._line.append(ticket)

    def _start(self, pump: Pump, lookups: list[Lookup]) -> None:
        """Start these lookups, whose tags are tickets of ours."""
        if lookups:
            for at, lookup in enumerate(pump.start(lookups)):
                new = lookups[at]
                ticket: Ticket = new.tag
                ticket.lookup = lookup

    def ticket_done(self, ticket: Ticket) -> None:
        """One of ours has its result."""
        place = ticket.place
        if place < 0:
            return
        ticket.place = -1
        last = self._open.pop()
        if last is not ticket:
            self._open[place] = last
            last.place = place
        if not self._ordered:
            self._line.append(ticket)
        lookup = ticket.lookup
        assert lookup is not None
        size = 0
        for rr in lookup.records:
            size += len(rr.rdata) + _RECORD
        ticket.weight = size // _UNIT
        if ticket.weight or self._mean:
            self._held += ticket.weight
            self._mean += (ticket.weight - self._mean) / 16

    def has_results(self) -> bool:
        """Whether ``take`` has something, or nothing will come any more."""
        if self._first < len(self._line):
            ticket = self._line[self._first]
            return ticket is not None and ticket.done()
        return self.exhausted and not self._open

    def pop(self, pump: Pump) -> Result | None:
        """The next result to be handed out, None while there is none."""
        first = self._first
        if first == len(self._line):
            return None
        ticket = self._line[first]
        if ticket is None or not ticket.done():
            return None
        self._line[first] = None
        self._first = first = first + 1
        if first >= _MOVE_UP and 2 * first >= len(self._line):
            del self._line[:first]
            self._first = 0
        self._held -= 1 + ticket.weight
        if self._full and self._room() > WINDOW // 2 / (1 + self._mean):
            self._full = False
            pump.kick()
        return ticket.to_result()

    def is_full(self) -> bool:
        """Whether the consumer is so far behind that no further name is pulled."""
        self._full = self._room() <= 0
        return self._full

    @property
    def finished(self) -> bool:
        """Whether all has been asked, answered and taken."""
        return self.exhausted and not self._held

    def _room(self) -> int:
        """How many more names may be pulled, should their answers be as long as those before."""
        left = WINDOW - self._held
        if self._mean < 1 / 16:
            return left
        return max(not self._held, int((left - len(self._open) * self._mean) / (1 + self._mean)))

    def fail(self, error: BaseException) -> None:
        """The source of names broke: nothing more comes."""
        if not self.finished:
            self._error = error
        self.exhausted = True

    def close(self, pump: Pump | None) -> None:
        """Nobody takes any more: it has finished, and what is under way (where there is a pump) is not asked again."""
        self.exhausted = True
        self._names = None
        self._error = None
        self._line.clear()
        self._first = 0
        self._held = 0
        while self._open:
            ticket = self._open.pop()
            ticket.place = -1
            if ticket.lookup is not None:
                assert pump is not None
                pump.exchange.cancel(ticket.lookup, ticket)

    def raise_error(self) -> None:
        """Raise what the iterator of names raised, if it did."""
        if self._error is not None:
            raise self._error


def deliver(lookups: list[Lookup]) -> list[Any]:
    """Give lookups that have ended to the tickets that asked for them; the tags of others come back."""
    others: list[Any] = []
    for lookup in lookups:
        for tag in lookup.take_tags():
            if type(tag) is Ticket:
                ticket: Ticket = tag
                ticket.stream.ticket_done(ticket)
            else:
                others.append(tag)
    return others


def names_of(names: Iterable[Name]) -> Iterator[Name]:
    """An iterator over ``names``. Raises TypeError for a single name, whose letters nobody wants looked up."""
    if isinstance(names, str | bytes):
        raise TypeError(f"names must be an iterable of names, not one {type(names).__name__}")
    return iter(names)
