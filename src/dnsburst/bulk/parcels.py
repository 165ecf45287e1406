"""Questions and what came of them, packed for the way between a run and its workers."""

# Rules.
# 1. A parcel is a few columns of octets, however many questions or answers it holds: handed on one by one their values
#    would cost as much as a good part of a lookup.
# 2. Questions are counted from 0 at both ends: that number is what a lookup is known by on the way.
# 3. The code of an answer is status, form of its records, tries, server and TTL (see ``pack``). Of a lookup that
#    does not fit it is UNUSUAL, and a tuple has what is missing.
# 4. The records are BARE, the RDATA of the one asked for, or any number with heads (see records). What one of a plain
#    name has already been read as goes along (READ): it is TEXT_SHORTER than its RDATA.

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

from .._engine.lookup import Lookup, new_lookup
from .._wire.message import RR, question
from .._wire.name import fold
from .records import packed, record, unpacked

STATUSES = ("NOERROR", "NXDOMAIN", "NODATA")
UNUSUAL = 3
BARE = 4
READ = 8
TEXT_SHORTER = 2
#: What a code has room for: 2 bits of status, 2 of form, 3 of tries, 8 of server, 17 of TTL + 1.
MOST_TRIES = 7
MOST_SERVERS = 256
MOST_TTL = (1 << 17) - 2

#: Types, sizes of names, names.
Questions = tuple[bytes, bytes, bytes]
#: Numbers, codes, RTTs, sizes of records, records, texts; and for each unusual one status, server, tries, TTL, error
#: and canonical name.
Parcel = tuple[bytes, bytes, bytes, bytes, bytes, str, list[tuple[Any, ...]]]

_STATUSES = STATUSES
_UNUSUAL = UNUSUAL
_BARE = BARE
_READ = READ
_TEXT_SHORTER = TEXT_SHORTER
_CODES = {status: code for code, status in enumerate(STATUSES)}
_MOST_TRIES = MOST_TRIES
_MOST_SERVERS = MOST_SERVERS
_MOST_TTL = MOST_TTL


class Outbox:
    """The lookups of one worker: those it is to be told of next, and those it has not answered.

    servers: texts, in the order of the options; count: lookups so far; left: how many of them are not answered
    """

    __slots__ = ("_first", "_new", "_open", "_servers", "count", "left")

    def __init__(self, servers: Sequence[str]) -> None:
        self._servers = list(servers)
        self._new: list[Lookup] = []
        # Those from number ``_first`` on, None where one was answered.
        self._open: list[Lookup | None] = []
        self._first = 0
        self.count = 0
        self.left = 0

    @property
    def waiting(self) -> bool:
        """Whether there is something to be sent."""
        return bool(self._new)

    def start(self, lookups: list[Lookup]) -> None:
        """Have these looked up."""
        self._new += lookups
        self._open += lookups
        self.count += len(lookups)
        self.left += len(lookups)

    def take_open(self) -> list[Lookup]:
        """Those not answered, for somebody else to have."""
        lookups = [lookup for lookup in self._open if lookup is not None]
        self._new = []
        self._open = []
        self._first = self.count
        self.left = 0
        return lookups

    def take_questions(self) -> Questions:
        """What is to be sent, as ``Inbox.add`` takes it."""
        new = self._new
        self._new = []
        types = array("H", bytes(2 * len(new)))
        sizes = bytearray(len(new))
        names: list[bytes] = []
        for at, lookup in enumerate(new):
            names.append(lookup.name)
            sizes[at] = len(lookup.name)
            types[at] = lookup.rdtype
        return bytes(types), bytes(sizes), b"".join(names)

    def take_answers(self, answers: Parcel) -> list[Lookup]:
        """The lookups that have ended, from what ``pack`` made of them."""
        numbers = array("Q", answers[0])
        codes = array("I", answers[1])
        rtts = array("d", answers[2])
        sizes = array("I", answers[3])
        data = answers[4]
        texts = answers[5]
        unusual = iter(answers[6])
        lookups: list[Lookup] = []
        servers = self._servers
        open_ = self._open
        first = self._first
        start = 0
        text_start = 0
        # What most often is as in the answer before.
        last = _UNUSUAL
        status = server = ""
        tries = ttl = 0
        for at in range(len(numbers)):
            place = numbers[at] - first
            lookup = open_[place]
            open_[place] = None
            assert lookup is not None
            lookup.rtt = rtts[at]
            code = codes[at]
            if code & 3 == _UNUSUAL:
                rest = next(unusual)
                lookup.status, lookup.server, lookup.tries, lookup.ttl, lookup.error, lookup.canonical_name = rest
            else:
                if code != last:
                    last = code
                    status = _STATUSES[code & 3]
                    tries = code >> 4 & 7
                    server = servers[code >> 7 & 255]
                    ttl = (code >> 15) - 1
                lookup.status = status
                lookup.tries = tries
                lookup.server = server
                lookup.ttl = ttl
                lookup.canonical_name = lookup.name
            end = start + sizes[at]
            if code & _BARE:
                text: str | None = None
                if code & _READ:
                    text_end = text_start + end - start - _TEXT_SHORTER
                    text = texts[text_start:text_end]
                    text_start = text_end
                lookup.records = (record(lookup.name, lookup.rdtype, lookup.ttl, data[start:end], text),)
            elif end > start:
                lookup.records = unpacked(lookup.name, data[start:end])
            start = end
            lookups.append(lookup)
        self.left -= len(lookups)
        self._forget()
        return lookups

    def _forget(self) -> None:
        """Those before the first that is not answered."""
        open_ = self._open
        end = len(open_)
        done = 0
        while done < end and open_[done] is None:
            done += 1
        del open_[:done]
        self._first += done


class Inbox:
    """The lookups that a worker has been told of and has not begun with; ``begun`` is how many it has."""

    __slots__ = ("_count", "_lookups", "begun")

    def __init__(self) -> None:
        self._lookups: list[Lookup] = []
        self._count = 0
        self.begun = 0

    @property
    def waiting(self) -> bool:
        """Whether there are others."""
        return bool(self._lookups)

    def add(self, questions: Questions) -> None:
        """Take what ``Outbox.take_questions`` gave."""
        types = array("H", questions[0])
        sizes = questions[1]
        names = questions[2]
        view = names  # in C the octets themselves
        # Most often all are in lower case: then each question is its own key.
        folded = fold(names)
        plain = folded is names
        lookups = self._lookups
        number = self._count
        start = 0
        for at in range(len(sizes)):
            end = start + sizes[at]
            name = view[start:end]
            rdtype = types[at]
            asked = question(name, rdtype)
            key = asked if plain else question(folded[start:end], rdtype)
            lookups.append(new_lookup(name, rdtype, asked, key, number))
            start = end
            number += 1
        self._count = number

    def take(self, room: int) -> list[Lookup]:
        """Begin with up to ``room`` lookups, each with its number as tag."""
        lookups = self._lookups[:room]
        del self._lookups[:room]
        self.begun += len(lookups)
        return lookups


def pack(lookups: Sequence[Lookup], servers: dict[str, int]) -> Parcel:
    """Lookups that have ended, as ``Outbox.take_answers`` takes them; their tags are their numbers.

    servers: the place of each server's text in the options
    """
    count = len(lookups)
    for lookup in lookups:
        if lookup.others is not None:
            count += len(lookup.others)
    numbers = array("Q", bytes(8 * count))
    codes = array("I", bytes(4 * count))
    rtts = array("d", bytes(8 * count))
    sizes = array("I", bytes(4 * count))
    data: list[bytes] = []
    texts: list[str] = []
    unusual: list[tuple[Any, ...]] = []
    at = 0
    # What most often is as in the lookup before.
    usual = 0
    status = server = ""
    tries = ttl = -1
    for lookup in lookups:
        if lookup.ttl != ttl or lookup.tries != tries or lookup.status != status or lookup.server != server:
            status = lookup.status
            server = lookup.server
            tries = lookup.tries
            ttl = lookup.ttl
            place = servers.get(server, _MOST_SERVERS)
            usual = _CODES.get(status, _UNUSUAL)
            if tries > _MOST_TRIES or ttl > _MOST_TTL or place >= _MOST_SERVERS:
                usual = _UNUSUAL
            if usual != _UNUSUAL:
                usual |= tries << 4 | place << 7 | (ttl + 1) << 15
        code = usual
        rest: Any = None
        if code == _UNUSUAL or lookup.error is not None or lookup.canonical_name != lookup.name:
            code = _UNUSUAL
            rest = (status, server, tries, ttl, lookup.error, lookup.canonical_name)
        records = b""
        text: str | None = None
        if lookup.records:
            rr: RR = lookup.records[0]
            if len(lookup.records) == 1 and rr.rdtype == lookup.rdtype and rr.ttl == ttl:
                records = rr.rdata
                code |= _BARE
                text = rr.text
                if text is not None and len(text) + _TEXT_SHORTER == len(records):
                    code |= _READ
                else:
                    text = None
            else:
                records = packed(lookup.records)
        tags = (lookup.tag,) if lookup.others is None else (lookup.tag, *lookup.others)
        for number in tags:
            numbers[at] = number
            codes[at] = code
            rtts[at] = lookup.rtt
            sizes[at] = len(records)
            data.append(records)
            if text is not None:
                texts.append(text)
            if rest is not None:
                unusual.append(rest)
            at += 1
    return bytes(numbers), bytes(codes), bytes(rtts), bytes(sizes), b"".join(data), "".join(texts), unusual
