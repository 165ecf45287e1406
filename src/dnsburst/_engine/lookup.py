"""One question on its way to an answer, and each try at it."""

from __future__ import annotations

from typing import Any

from .._wire.message import RR, question, question_key
from .nameserver import Channel, Nameserver

# Which of the two ways to make an empty object is the quicker one differs.
_COMPILED = not __file__.endswith(".py")
if _COMPILED:
    from .._garbage import leave_out


class Lookup:
    """One question, whoever asked it: ``take_tags`` gives what they gave, once.

    Open while ``status`` is ``""``; afterwards it holds what came of it. ``ttl`` is in seconds: that of the chain or,
    for NXDOMAIN and NODATA, how long absence may be remembered; -1 where nothing may be. ``rtt`` is in seconds, -1
    without an answer.
    """

    __slots__ = (
        "canonical_name",
        "deadline",
        "error",
        "failure",
        "key",
        "last_try",
        "name",
        "near_misses",
        "others",
        "plain",
        "question",
        "rdtype",
        "records",
        "rtt",
        "server",
        "since",
        "status",
        "tag",
        "together",
        "tries",
        "trouble",
        "truncated",
        "ttl",
        "until",
        "wary",
    )

    name: bytes
    rdtype: int
    #: As it is sent, and in lower case.
    question: bytes
    key: bytes
    #: The tag of who asked first, and those of the others: keys, in their order, so that any of them is soon taken out.
    tag: Any
    others: dict[Any, None] | None
    deadline: float
    status: str
    records: tuple[RR, ...]
    ttl: int
    server: str
    rtt: float
    tries: int
    canonical_name: bytes | None
    error: str | None
    #: The try made last; each knows the one before. None once the lookup has ended.
    last_try: Try | None
    #: The status to end with if nothing better comes: that of the last error reply.
    failure: str
    #: The last socket error.
    trouble: str
    near_misses: int
    #: Several tries were made at once.
    together: bool
    #: Ask without EDNS.
    plain: bool
    #: A reply was truncated: UDP has nothing more to say.
    truncated: bool
    #: Forged replies were seen: only TCP is believed.
    wary: bool
    #: In a cache: when it came there, and when it is believed no more.
    since: float
    until: float

    def take_tags(self) -> list[Any]:
        """The tags, which are here no more: whoever waits may hold the lookup, and a circle would be left."""
        tags = [self.tag]
        if self.others is not None:
            tags += self.others
        self.tag = self.others = None
        if _COMPILED:
            leave_out(self.records)
            leave_out(self)
        return tags


def to_ask(name: bytes, rdtype: int, tag: Any) -> Lookup:
    """A lookup for the wire name, to be set going."""
    asked = question(name, rdtype)
    return new_lookup(name, rdtype, asked, question_key(name, rdtype, asked), tag)


def new_lookup(name: bytes, rdtype: int, asked: bytes, key: bytes, tag: Any) -> Lookup:
    """The same, where the question and the key are at hand."""
    lookup = Lookup.__new__(Lookup) if _COMPILED else Lookup()
    lookup.name = name
    lookup.rdtype = rdtype
    lookup.question = asked
    lookup.key = key
    lookup.tag = tag
    lookup.others = None
    lookup.deadline = 0.0
    lookup.status = ""
    lookup.records = ()
    lookup.ttl = -1
    lookup.server = ""
    lookup.rtt = -1.0
    lookup.tries = 0
    lookup.canonical_name = None
    lookup.error = None
    lookup.last_try = None
    lookup.failure = ""
    lookup.trouble = ""
    lookup.near_misses = 0
    lookup.together = False
    lookup.plain = False
    lookup.truncated = False
    lookup.wary = False
    return lookup


#: States of a try.
OUT = 0
ANSWERED = 1
SILENT = 2
FAILED = 3
#: What came was right in all but letter case; the reply that is right in that too still counts.
MISCASED = 4
_OUT = OUT


class Try:
    """One query sent, or one that could not be: ``channel`` is None then."""

    __slots__ = (
        "asked",
        "channel",
        "cookie",
        "epoch",
        "excused",
        "lookup",
        "nameserver",
        "over_tcp",
        "previous",
        "sent_at",
        "sequence",
        "state",
    )

    lookup: Lookup
    nameserver: Nameserver
    channel: Channel | None
    over_tcp: bool
    #: The question as sent: its letter case may be random.
    asked: bytes
    #: A cookie was sent.
    cookie: bool
    sent_at: float
    #: Its number on the channel, which gives the message ID: see Pending.
    sequence: int
    #: What the pace of the server gave for it.
    epoch: Any
    state: int
    #: The server's limit spoke, not the name's trouble: it does not count against the tries at this server.
    excused: bool
    previous: Try | None


def new_try(lookup: Lookup, nameserver: Nameserver, channel: Channel | None, over_tcp: bool, now: float) -> Try:
    """The next try of ``lookup``, made known to it."""
    attempt = Try.__new__(Try) if _COMPILED else Try()
    attempt.lookup = lookup
    attempt.nameserver = nameserver
    attempt.channel = channel
    attempt.over_tcp = over_tcp
    attempt.asked = lookup.question
    attempt.cookie = False
    attempt.sent_at = now
    attempt.sequence = 0
    attempt.epoch = None
    attempt.state = _OUT
    attempt.excused = False
    attempt.previous = lookup.last_try
    lookup.last_try = attempt
    lookup.tries += 1
    return attempt
