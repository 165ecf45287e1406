"""Messages to start from, and ways to spoil them; all chance comes from the generator given."""

from __future__ import annotations

import random
import struct

from dnsburst._wire.codes import type_from_text

from ..octets import (
    AAAA,
    ANY,
    CNAME,
    DNAME,
    MX,
    NS,
    PTR,
    QR,
    RA,
    RD,
    SOA,
    TXT,
    A,
    message,
    name,
    opt,
    option,
    question,
    rr,
    soa,
)  # fmt: skip
from ..wire.rdata_cases import CASES

WWW = question("www.example", A)
ADDRESS = b"\xc0\x00\x02\x01"
POINTER = b"\xc0\x0c"
FLAGS = QR | RD | RA


def _record_of(mnemonic: str, octets: str) -> bytes:
    rdtype = type_from_text(mnemonic)
    owner = question("www.example", rdtype)
    return message(1, FLAGS, (owner,), (rr(POINTER, rdtype, bytes.fromhex(octets)),), (), (opt(),))


SEEDS: tuple[bytes, ...] = (
    message(1, FLAGS, (WWW,), (rr(POINTER, A, ADDRESS),)),
    message(1, FLAGS, (WWW,), (rr(POINTER, A, ADDRESS),), (), (opt(),)),
    message(1, FLAGS, (question("www.example", AAAA),), (rr(POINTER, AAAA, bytes(16)),), (), (opt(),)),
    message(1, FLAGS, (question("5.2.0.192.in-addr.arpa", PTR),), (rr(POINTER, PTR, name("h.example")),), (), (opt(),)),
    message(1, FLAGS, (WWW,), (rr(POINTER, CNAME, b"\x01a" + POINTER), rr(b"\x01a" + POINTER, A, ADDRESS)), (), (opt(),)),
    message(1, FLAGS, (WWW,), tuple(rr(f"a{n}.example", CNAME, name(f"a{n + 1}.example")) for n in range(5))),
    message(1, FLAGS, (question("5.2.0.192.in-addr.arpa", PTR),), tuple(rr(POINTER, PTR, name(f"h{n}.example")) for n in range(9))),
    message(1, FLAGS | 3, (WWW,), (), (soa(),), (opt(options=option(15, b"\0\x16gone") + option(10, b"clientcoserverck")),)),
    message(1, FLAGS, (WWW,), (rr("example", DNAME, name("other.test")), rr(POINTER, CNAME, name("www.other.test")))),
    message(1, QR, (WWW,), (), (rr("example", NS, name("ns.example")),), (rr("ns.example", AAAA, bytes(16)),)),
    message(1, FLAGS, (question("www.example", ANY),), (rr(POINTER, MX, b"\0\x05" + POINTER), rr(POINTER, TXT, b"\x03abc\0"), rr(POINTER, SOA, POINTER + POINTER + bytes(20)))),
    message(1, FLAGS | 2),
    message(1, FLAGS, (WWW,), (rr(POINTER, 65280, bytes(64)),), (), (opt(rcode_high=1, version=1),)),
    *(_record_of(mnemonic, octets) for mnemonic, _, octets, _ in CASES),
)  # fmt: skip

_TELLING = (0, 1, 2, 4, 5, 6, 11, 12, 15, 16, 28, 33, 41, 63, 64, 65, 127, 128, 191, 192, 193, 255)


def mutated(rng: random.Random, seeds: tuple[bytes, ...] = SEEDS) -> bytes:
    """One of the seeds with a few changes."""
    pick = rng.random
    octets = bytearray(seeds[int(pick() * len(seeds))])
    for _ in range(1 + int(pick() * 5)):
        size = len(octets)
        if size < 12:
            octets += bytes(12)
            continue
        at = int(pick() * size)
        kind = int(pick() * 12)
        if kind < 2:
            octets[at] ^= 1 << int(pick() * 8)
        elif kind < 4:
            octets[at] = _TELLING[int(pick() * len(_TELLING))]
        elif kind == 4:
            octets[at] = int(pick() * 256)
        elif kind == 5:
            del octets[at:]
        elif kind == 6:
            del octets[at : at + 1 + int(pick() * 8)]
        elif kind == 7:
            octets[at:at] = octets[int(pick() * size) :][: 1 + int(pick() * 24)]
        elif kind == 8:
            octets[at : at + 2] = struct.pack("!H", 0xC000 | int(pick() * (size + 2)))
        elif kind == 9:
            octets[4 + int(pick() * 8)] = int(pick() * 4)
        elif kind == 10:
            other = seeds[int(pick() * len(seeds))]
            octets[at:] = other[int(pick() * len(other)) :]
        else:
            octets[at : at + 2] = struct.pack("!H", _TELLING[int(pick() * len(_TELLING))])
    return bytes(octets)


def hostile() -> dict[str, bytes]:
    """Messages made to cost much: the work of reading one must stay in proportion to its size."""
    base = 12 + len(WWW) + 12
    ladder = b"\0" + b"".join(struct.pack("!H", 0xC000 | (base if i == 0 else base + 2 * i - 1)) for i in range(127))
    top = struct.pack("!H", 0xC000 | base + 2 * 127 - 1)
    long_name = (b"\x3f" + b"a" * 63) * 3 + b"\x3b" + b"a" * 59 + b"\0"
    alias = b"".join(rr(POINTER, CNAME, name(f"a{n}")) for n in range(3000))
    return {
        "a ladder of pointers followed from every record": _many(rr(POINTER, 65280, ladder), rr(top, 65280, b""), 5000),
        "a ladder of pointers followed from every target": _many(rr(POINTER, 65280, ladder), rr(POINTER, PTR, top), 4000),
        "a long name repeated by pointer": _many(
            rr(POINTER, PTR, long_name), rr(POINTER, PTR, struct.pack("!H", 0xC000 | base)), 4000
        ),
        "empty names": _many(b"", rr(b"\0", 65280, b""), 5900),
        "thousands of aliases of one name": message(1, FLAGS, (WWW,), counts=(1, 3000, 0, 0)) + alias,
        "an OPT of empty options": message(1, FLAGS, (WWW,), (), (), (opt(options=option(15, b"\0\0") * 10000),)),
        "thousands of OPT": message(1, FLAGS, (WWW,), (), (), tuple(opt() for _ in range(5000))),
        "strings of nothing": message(1, FLAGS, (WWW,), (rr(POINTER, TXT, bytes(65000)),)),
        "one-octet labels without an end": message(1, FLAGS, counts=(1, 0, 0, 0)) + b"\x01a" * 32000,
        "counts of everything": message(1, FLAGS, (WWW,), counts=(1, 65535, 65535, 65535)) + bytes(65000),
    }  # fmt: skip


def _many(first: bytes, record: bytes, count: int) -> bytes:
    whole = message(1, FLAGS, (WWW,), counts=(1, count + (1 if first else 0), 0, 0)) + first + record * count
    assert len(whole) <= 65535, len(whole)
    return whole
