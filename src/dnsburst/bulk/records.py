"""Records as octets, where they are handed on or kept: type, TTL and size before the RDATA of each."""

from __future__ import annotations

import struct

from .._wire.message import CLASS_IN, RR

# Which of the two ways to make an empty object is the quicker one differs.
_COMPILED = not __file__.endswith(".py")

_HEAD = struct.Struct("!HIH")
_CLASS_IN = CLASS_IN


def packed(records: tuple[RR, ...]) -> bytes:
    """The records one behind the other, without their owners."""
    return b"".join([_HEAD.pack(rr.rdtype, rr.ttl, len(rr.rdata)) + rr.rdata for rr in records])


def unpacked(name: bytes, data: bytes) -> tuple[RR, ...]:
    """The records that ``packed`` made octets of, as those of ``name``."""
    records = []
    at = 0
    while at < len(data):
        rdtype, ttl, size = _HEAD.unpack_from(data, at)
        at += _HEAD.size + size
        records.append(record(name, rdtype, ttl, data[at - size : at], None))
    return tuple(records)


def record(name: bytes, rdtype: int, ttl: int, rdata: bytes, text: str | None) -> RR:
    """One of them. Bulk does not look at the owner, which may be the end of a chain."""
    rr = RR.__new__(RR) if _COMPILED else RR()
    rr.name = name
    rr.rdtype = rdtype
    rr.rdclass = _CLASS_IN
    rr.ttl = ttl
    rr.rdata = rdata
    rr.text = text
    return rr
