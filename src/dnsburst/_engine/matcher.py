"""Which try a message is the reply to, or why it counts for nothing."""

# Rules.
# 1. A reply counts if it came on the channel of a try (so from its server, to its port) with that try's ID, QR=1,
#    opcode QUERY, and its question to the octet (letter case aside): RFC 5452, section 9.
# 2. Without a question it counts only where it says no more than that the server failed.
# 3. Here messages are compared, no more: what follows is for the exchange to do.

from __future__ import annotations

from .._wire.message import FLAG_AA, FLAG_QR, FLAG_RA, OPCODE_MASK
from .lookup import ANSWERED, Lookup, Try
from .nameserver import Channel

#: What ``mismatch`` may say from which something follows.
UNKNOWN_ID = "ID"
LETTER_CASE = "letter case"
#: The reply to a try whose lookup has ended: too late for that, not for the server's figures.
LATE = "late"
#: A header alone, by which the server says that it failed.
BARE_ERROR = "bare error"

_QR = FLAG_QR
_OPCODE = OPCODE_MASK
_ANSWERED = ANSWERED

_PTR = 12
_FORMERR = 1
_SERVFAIL = 2
_NOTIMP = 4
_REFUSED = 5


def mismatch(attempt: Try | None, data: bytes, random_case: bool) -> str | None:
    """Why ``data`` is not the reply ``attempt`` waits for; None if it is.

    ``attempt`` is the try of its channel that has its ID, if any.
    """
    if len(data) < 12:
        return "short"
    view = data  # in C the octets themselves
    flags = view[2] << 8 | view[3]
    if not flags & _QR:
        return "not a reply"
    if flags & _OPCODE:
        return "opcode"
    if attempt is None:
        return UNKNOWN_ID
    if attempt.state == _ANSWERED:
        return "duplicate"
    if view[4] != 0 or view[5] != 1:
        if view[4] != 0 or view[5] != 0 or not _says_failure(flags, data):
            return "question"
        if attempt.lookup.status:
            return "duplicate"
        return "distrusted" if attempt.lookup.wary and not attempt.over_tcp else BARE_ERROR
    if not data.startswith(attempt.asked, 12):
        asked = data[12 : 12 + len(attempt.asked)]
        if asked[-4:] != attempt.asked[-4:] or asked[:-4].lower() != attempt.lookup.key[:-4]:
            return "question"
        if random_case and attempt.lookup.rdtype != _PTR and not attempt.over_tcp:
            return LETTER_CASE
    if attempt.lookup.status:
        return LATE
    return "distrusted" if attempt.lookup.wary and not attempt.over_tcp else None


def near_miss(active: dict[bytes, Lookup], channel: Channel, data: bytes) -> Lookup | None:
    """The lookup, of those ``active`` by question, that ``data`` has all of but the ID: it smells of forgery."""
    if channel.is_tcp:
        return None
    # A flood is made of these: the first NUL is taken for the root, and names that hold one in a label do without.
    end = data.find(b"\0", 12, 12 + 255) + 1
    lookup = active.get(data[12:end].lower() + data[end : end + 4])
    if lookup is None:
        return None
    asked = False
    attempt = lookup.last_try
    while attempt is not None:
        if attempt.channel is channel:
            if channel.pending.is_of(data[0] << 8 | data[1], attempt):
                return None  # once more what it has had before
            asked = True
        attempt = attempt.previous
    return lookup if asked else None


def _says_failure(flags: int, data: bytes) -> bool:
    """A header alone may say that the server failed (RFC 1035, 4.1.1; glibc, res_send.c, for the empty one)."""
    rcode = flags & 15
    if rcode in (_FORMERR, _SERVFAIL, _NOTIMP, _REFUSED):
        return True
    return rcode == 0 and not flags & (FLAG_AA | FLAG_RA) and not any(data[6:12])
