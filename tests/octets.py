"""Messages made octet by octet, independently of the code under test."""

from __future__ import annotations

import struct

A, NS, CNAME, SOA, PTR, MX, TXT, AAAA, DNAME, OPT, ANY = 1, 2, 5, 6, 12, 15, 16, 28, 39, 41, 255
QR, AA, TC, RD, RA = 0x8000, 0x0400, 0x0200, 0x0100, 0x0080


def name(text: str) -> bytes:
    """The wire form of a plain dotted name."""
    return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".") if label) + b"\0"


def question(qname: bytes | str, qtype: int, qclass: int = 1) -> bytes:
    return _name(qname) + struct.pack("!HH", qtype, qclass)


def rr(
    owner: bytes | str, rdtype: int, rdata: bytes, ttl: int = 300, rdclass: int = 1, length: int | None = None
) -> bytes:
    return _name(owner) + struct.pack("!HHIH", rdtype, rdclass, ttl, len(rdata) if length is None else length) + rdata


def opt(size: int = 1232, rcode_high: int = 0, version: int = 0, options: bytes = b"") -> bytes:
    return b"\0" + struct.pack("!HHBBHH", OPT, size, rcode_high, version, 0, len(options)) + options


def option(code: int, value: bytes) -> bytes:
    return struct.pack("!HH", code, len(value)) + value


def soa(owner: str = "example", ttl: int = 300, minimum: int = 60) -> bytes:
    return rr(owner, SOA, name("ns.example") + name("host.example") + struct.pack("!IIIII", 1, 2, 3, 4, minimum), ttl)


def message(
    query_id: int,
    flags: int,
    questions: tuple[bytes, ...] = (),
    answers: tuple[bytes, ...] = (),
    authority: tuple[bytes, ...] = (),
    additional: tuple[bytes, ...] = (),
    counts: tuple[int, int, int, int] | None = None,
) -> bytes:
    """A message; ``counts`` lies about the sections."""
    if counts is None:
        counts = (len(questions), len(answers), len(authority), len(additional))
    return struct.pack("!HHHHHH", query_id, flags, *counts) + b"".join((*questions, *answers, *authority, *additional))


def reply(
    query: bytes,
    answers: tuple[bytes, ...] = (),
    authority: tuple[bytes, ...] = (),
    additional: tuple[bytes, ...] = (),
    *,
    rcode: int = 0,
    flags: int = QR | RD | RA,
) -> bytes:
    """A reply to ``query`` with its ID and its question as sent."""
    return message(query_id(query), flags | rcode, (asked(query),), answers, authority, additional)


def query_id(data: bytes) -> int:
    return int.from_bytes(data[:2], "big")


def asked(query: bytes) -> bytes:
    """The question section of a query, as sent."""
    end = 12
    while query[end]:
        end += query[end] + 1
    return query[12 : end + 5]


def _name(value: bytes | str) -> bytes:
    return name(value) if isinstance(value, str) else value
