"""Questions and what came of them, packed flat for the way between a run and its workers."""

# Rules.
# 1. Questions are a flat list: a number is the record type of the names that follow it. They are counted from 0 at both
#    ends: that count is what a lookup is known by on the way.
# 2. A lookup that went as most do is four items: number, code, RTT, records. The code is status, tries, server and
#    TTL (see ``pack``); the records are None, the octets of the one record asked for, or type, TTL, octets of each.
# 3. Of one that did not the code is UNUSUAL, and behind it comes a tuple with the rest of it.

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .._engine.lookup import Lookup
from .._wire.message import CLASS_IN, RR

UNUSUAL = -1
STATUSES = ("NOERROR", "NXDOMAIN", "NODATA")
#: What a code has room for: 2 bits of status, 4 of tries, 8 of server, 17 of TTL + 1 make a small number for marshal.
MOST_TRIES = 15
MOST_SERVERS = 256
MOST_TTL = (1 << 17) - 2

_CLASS_IN = CLASS_IN
_UNUSUAL = UNUSUAL
_STATUSES = STATUSES
_CODES = {status: code for code, status in enumerate(STATUSES)}
_MOST_TRIES = MOST_TRIES
_MOST_SERVERS = MOST_SERVERS
_MOST_TTL = MOST_TTL
_NO_RECORDS: list[RR] = []


class Outbox:
    """The questions for one worker: those to be sent next, and those it has not answered.

    count: questions so far; questions: those not yet taken to be sent; servers: texts, in the order of the options
    """

    __slots__ = ("_rdtype", "_servers", "count", "open", "questions")

    def __init__(self, servers: Sequence[str]) -> None:
        self._servers = list(servers)
        self._rdtype = 0
        self.count = 0
        self.questions: list[Any] = []
        self.open: dict[int, Lookup] = {}

    def submit(self, name: bytes, rdtype: int, tag: Any) -> Lookup:
        """Have wire name ``name`` looked up, as the pump does."""
        # Only what those who asked will look at.
        lookup = Lookup.__new__(Lookup)
        lookup.name = name
        lookup.rdtype = rdtype
        lookup.tag = tag
        lookup.others = None
        lookup.status = ""
        lookup.records = _NO_RECORDS
        lookup.error = None
        lookup.canonical_name = None
        self.put(lookup)
        return lookup

    def put(self, lookup: Lookup) -> None:
        """Have a lookup done that is open."""
        if lookup.rdtype != self._rdtype:
            self._rdtype = lookup.rdtype
            self.questions.append(lookup.rdtype)
        self.questions.append(lookup.name)
        self.open[self.count] = lookup
        self.count += 1

    def take_questions(self) -> list[Any]:
        """What is to be sent, as ``Inbox.add`` takes it."""
        questions = self.questions
        self.questions = []
        return questions

    def take_answers(self, answers: list[Any]) -> list[Lookup]:
        """The lookups that have ended, from what ``pack`` made of them."""
        lookups: list[Lookup] = []
        servers = self._servers
        open_ = self.open
        at = 0
        end = len(answers)
        while at < end:
            lookup = open_.pop(answers[at])
            code = answers[at + 1]
            lookup.rtt = answers[at + 2]
            records = answers[at + 3]
            at += 4
            if code == _UNUSUAL:
                rest = answers[at]
                lookup.status, lookup.server, lookup.tries, lookup.ttl, lookup.error, lookup.canonical_name = rest
                at += 1
            else:
                lookup.status = _STATUSES[code & 3]
                lookup.tries = code >> 2 & 15
                lookup.server = servers[code >> 6 & 255]
                lookup.ttl = (code >> 14) - 1
                lookup.canonical_name = lookup.name
            if records is not None:
                if type(records) is bytes:
                    lookup.records = [_record(lookup.name, lookup.rdtype, lookup.ttl, records)]
                else:
                    lookup.records = _records(lookup.name, records)
            lookups.append(lookup)
        return lookups


class Inbox:
    """The questions that a worker has been sent and has not begun with.

    begun: how many it has; waiting: whether there are others
    """

    __slots__ = ("_at", "_questions", "_rdtype", "begun", "waiting")

    def __init__(self) -> None:
        self._questions: list[Any] = []
        self._at = 0
        self._rdtype = 0
        self.begun = 0
        self.waiting = False

    def add(self, questions: list[Any]) -> None:
        """Take what ``Outbox.take_questions`` gave."""
        if self.waiting:
            del self._questions[: self._at]
            self._questions += questions
        else:
            self._questions = questions
        self._at = 0
        self.waiting = bool(self._questions)

    def feed(self, submit: Callable[[bytes, int, Any], object], room: int) -> None:
        """Submit up to ``room`` questions, each with its number as tag."""
        questions = self._questions
        at = self._at
        end = len(questions)
        number = self.begun
        while at < end:
            item = questions[at]
            if type(item) is int:
                self._rdtype = item
            elif room > 0:
                submit(item, self._rdtype, number)
                number += 1
                room -= 1
            else:
                break
            at += 1
        self._at = at
        self.begun = number
        if at == end:
            self.waiting = False
            self._questions = []
            self._at = 0


def pack(lookups: Sequence[Lookup], answers: list[Any], servers: dict[str, int]) -> None:
    """Add the lookups to ``answers``; their tags are their numbers. ``servers`` has the place of each server's text."""
    for lookup in lookups:
        unusual: Any = None
        code = _CODES.get(lookup.status, _UNUSUAL)
        place = servers.get(lookup.server, _MOST_SERVERS)
        tries = lookup.tries
        ttl = lookup.ttl
        if (
            code == _UNUSUAL
            or lookup.error is not None
            or lookup.canonical_name != lookup.name
            or place >= _MOST_SERVERS
            or tries > _MOST_TRIES
            or ttl > _MOST_TTL
        ):
            code = _UNUSUAL
            unusual = (lookup.status, lookup.server, tries, ttl, lookup.error, lookup.canonical_name)
        else:
            code |= tries << 2 | place << 6 | (ttl + 1) << 14
        records: Any = None
        if lookup.records:
            rr: RR = lookup.records[0]
            if len(lookup.records) == 1 and rr.rdtype == lookup.rdtype and rr.ttl == lookup.ttl:
                records = rr.rdata
            else:
                records = _flat(lookup.records)
        for number in lookup.take_tags():
            answers.append(number)
            answers.append(code)
            answers.append(lookup.rtt)
            answers.append(records)
            if unusual is not None:
                answers.append(unusual)


def _flat(records: list[RR]) -> list[Any]:
    flat: list[Any] = []
    for rr in records:
        flat += (rr.rdtype, rr.ttl, rr.rdata)
    return flat


def _records(name: bytes, flat: list[Any]) -> list[RR]:
    records = []
    for at in range(0, len(flat), 3):
        records.append(_record(name, flat[at], flat[at + 1], flat[at + 2]))
    return records


def _record(name: bytes, rdtype: int, ttl: int, rdata: bytes) -> RR:
    """A record as bulk needs it: it does not look at the owner, which may be the end of a chain."""
    rr = RR.__new__(RR)
    rr.name = name
    rr.rdtype = rdtype
    rr.rdclass = _CLASS_IN
    rr.ttl = ttl
    rr.rdata = rdata
    rr.text = None
    return rr
