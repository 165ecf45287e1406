"""What a reply means for the question: the alias chain, absence, referrals (RFC 1034 5.3.3, RFC 2308)."""

# Rules.
# 1. Only the answer section answers. Authority and additional records are never taken as answers (CVE-2026-4437).
# 2. The chain is followed by owner name, never by the order of the records.
# 3. A record whose owner is not on the chain does not exist for us.
# 4. NODATA must be said by a server that is entitled to: a referral or an empty lame reply is the server's failure.

from __future__ import annotations

from .._wire.codes import ede_to_text
from .._wire.message import CLASS_IN, FLAG_AA, FLAG_RA, RR, Message

#: The longest alias chain followed; BIND, unbound and knot resolver stop at 11 to 16.
MAX_CHAIN = 16
#: Seconds: no answer is believed for longer than a day.
MAX_TTL = 86400

_AA = FLAG_AA
_RA = FLAG_RA
_IN = CLASS_IN
_MAX_CHAIN = MAX_CHAIN
_MAX_TTL = MAX_TTL
_NS = 2
_CNAME = 5
_SOA = 6
_ANY = 255


class Answer:
    """The meaning of one reply.

    ``status`` as in the contract; ``settled`` is False where another server might know better (referral, lame server).
    ``ttl`` is the smallest on the chain, or how long absence may be remembered (RFC 2308, section 5), or -1.
    """

    __slots__ = ("canonical_name", "error", "records", "settled", "status", "ttl")

    status: str
    records: list[RR]
    ttl: int
    canonical_name: bytes
    error: str | None
    settled: bool


def interpret(message: Message, name: bytes, rdtype: int) -> Answer:
    """What ``message``, whose RCODE is NOERROR or NXDOMAIN, says of wire name ``name`` (any letter case)."""
    answer = Answer.__new__(Answer)
    answer.status = "NOERROR"
    answer.ttl = -1
    answer.canonical_name = name
    answer.error = None
    answer.settled = True
    answers = message.answers
    ttl = _MAX_TTL
    first = answers[0] if len(answers) == 1 else None
    if first is not None and first.rdtype == rdtype and first.name == name and first.rdclass == _IN:
        answer.records = answers
        if first.ttl < ttl:
            ttl = first.ttl
    else:
        answer.records = []
        if answers:
            ttl = _follow(answers, name, rdtype, answer)
    if answer.status != "NOERROR":
        return answer
    answer.error = message.note
    if message.rcode == 3:
        answer.status = "NXDOMAIN"
        answer.records = []
        answer.ttl = _negative_ttl(message)
    elif answer.records:
        answer.ttl = ttl
    else:
        answer.status = "NODATA"
        answer.ttl = _negative_ttl(message)
        if not answers:
            _question_authority(message, answer)
    return answer


def extended_errors(message: Message) -> str:
    """The extended errors of a reply as one line (RFC 8914); their text escaped to printable ASCII."""
    parts = []
    for code, text in message.errors or ():
        extra = "".join(chr(octet) if 32 <= octet < 127 and octet != 92 else f"\\{octet:03d}" for octet in text)
        parts.append(f"EDE {code} ({ede_to_text(code)})" + (f": {extra}" if extra else ""))
    return "; ".join(parts)


def _follow(answers: list[RR], name: bytes, rdtype: int, answer: Answer) -> int:
    """Walk the aliases from ``name`` and collect what stands at their end; returns the smallest TTL on the way."""
    owners: dict[bytes, list[RR]] = {}
    for rr in answers:
        if rr.rdclass == _IN:
            owners.setdefault(rr.name.lower(), []).append(rr)
    ttl = _MAX_TTL
    current = name
    seen: set[bytes] = set()
    taken: set[tuple[int, bytes]] = set()
    records = answer.records
    while True:
        folded = current.lower()
        if folded in seen:
            answer.status = "SERVFAIL"
            answer.error = "CNAME loop"
            return ttl
        seen.add(folded)
        alias: RR | None = None
        for rr in owners.get(folded, ()):
            if rr.rdtype == rdtype or rdtype == _ANY:
                value = (rr.rdtype, rr.rdata)
                if value not in taken:
                    taken.add(value)
                    records.append(rr)
                    ttl = min(ttl, rr.ttl)
            elif rr.rdtype == _CNAME and alias is None:
                alias = rr
        if records or alias is None:
            return ttl
        if len(seen) > _MAX_CHAIN:
            answer.status = "SERVFAIL"
            answer.error = "CNAME chain too long"
            return ttl
        ttl = min(ttl, alias.ttl)
        current = alias.rdata
        answer.canonical_name = current


def _negative_ttl(message: Message) -> int:
    """Seconds for which absence may be remembered: the smaller of the SOA's TTL and MINIMUM, -1 without an SOA."""
    for rr in message.authority:
        if rr.rdtype == _SOA:
            return min(rr.ttl, int.from_bytes(rr.rdata[-4:], "big"), _MAX_TTL)
    return -1


def _question_authority(message: Message, answer: Answer) -> None:
    """An empty NOERROR is NODATA only from a server that has the zone, or asked those that have."""
    if message.flags & _AA:
        return
    delegation = False
    for rr in message.authority:
        if rr.rdtype == _SOA:
            return
        if rr.rdtype == _NS:
            delegation = True
    if delegation:
        answer.error = "referral"
    elif not message.flags & _RA and not message.additional:
        answer.error = "lame server: an empty answer from a server without the zone"  # as glibc, res_send.c
    else:
        return
    answer.status = "SERVFAIL"
    answer.settled = False
