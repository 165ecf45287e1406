"""The table of questions whose answers dnsburst and the oracle must agree on."""

from __future__ import annotations

from .oracle import Question
from .zones import CHAIN_LENGTH, LONG_NAME

_ZONE = "zone.example"

EVERY_TYPE: list[Question] = [
    (f"host.{_ZONE}", "A"),
    (f"host.{_ZONE}", "AAAA"),
    (f"mapped.{_ZONE}", "AAAA"),
    (f"zeros.{_ZONE}", "AAAA"),
    (f"short.{_ZONE}", "A"),
    (f"zero.{_ZONE}", "A"),
    (f"huge.{_ZONE}", "A"),
    (_ZONE, "NS"),
    (_ZONE, "SOA"),
    (_ZONE, "MX"),
    (_ZONE, "TXT"),
    (_ZONE, "CAA"),
    (f"nullmx.{_ZONE}", "MX"),
    (f"_sip._tcp.{_ZONE}", "SRV"),
    (f"naptr.{_ZONE}", "NAPTR"),
    (f"signed.{_ZONE}", "DS"),
    (f"_443._tcp.{_ZONE}", "TLSA"),
    (f"shell.{_ZONE}", "SSHFP"),
    (f"svc.{_ZONE}", "SVCB"),
    (f"www.{_ZONE}", "HTTPS"),
    (f"loc.{_ZONE}", "LOC"),
    (f"key.{_ZONE}", "DNSKEY"),
    (f"alias.{_ZONE}", "CNAME"),
    (f"far.{_ZONE}", "CNAME"),
    (f"dname.{_ZONE}", "DNAME"),
    (f"inner.{_ZONE}", "DNAME"),
    (f"unknown.{_ZONE}", "TYPE65280"),
    (f"bytes.{_ZONE}", "TXT"),
    (f"escapes.{_ZONE}", "MX"),
    ("1.2.0.192.in-addr.arpa", "PTR"),
]

# Types that may be printed as RFC 3597 has it instead of in their own form.
RARE_TYPES: list[Question] = [
    (f"hinfo.{_ZONE}", "HINFO"),
    (f"rp.{_ZONE}", "RP"),
    (f"uri.{_ZONE}", "URI"),
    (f"afs.{_ZONE}", "AFSDB"),
    (f"eui.{_ZONE}", "EUI48"),
]

EVERY_OUTCOME: list[Question] = [
    (f"missing.{_ZONE}", "A"),
    (f"below.host.{_ZONE}", "A"),
    (f"host.{_ZONE}", "MX"),
    (f"empty.node.{_ZONE}", "A"),
    (f"node.{_ZONE}", "A"),
    (f"any.thing.wild.{_ZONE}", "A"),
    (f"*.wild.{_ZONE}", "A"),
    (f"x.wild.{_ZONE}", "AAAA"),
    (f"x.wild.{_ZONE}", "TXT"),
    (f"x.star.{_ZONE}", "A"),
    (f"x.star.{_ZONE}", "CNAME"),
    ("32.2.0.192.in-addr.arpa", "PTR"),
]

ALIASES: list[Question] = [
    (f"alias.{_ZONE}", "A"),
    (f"alias.{_ZONE}", "AAAA"),
    (f"alias.{_ZONE}", "MX"),
    (f"to-nodata.{_ZONE}", "AAAA"),
    (f"to-nothing.{_ZONE}", "A"),
    (f"to-wild.{_ZONE}", "A"),
    (f"to-long.{_ZONE}", "A"),
    (f"x.inner.{_ZONE}", "A"),
    (f"missing.inner.{_ZONE}", "A"),
    (f"x.inner.{_ZONE}", "TXT"),
    (f"chain0.{_ZONE}", "A"),
    (f"chain{CHAIN_LENGTH - 1}.{_ZONE}", "A"),
    (f"fastchain0.{_ZONE}", "A"),
    ("65.2.0.192.in-addr.arpa", "PTR"),
    ("92.2.0.192.in-addr.arpa", "PTR"),
]

# An authority follows an alias within one zone only; a resolver goes on.
ACROSS_ZONES: list[Question] = [
    (f"far.{_ZONE}", "A"),
    (f"to-far-nothing.{_ZONE}", "A"),
    (f"www.dname.{_ZONE}", "A"),
    (f"via-dname.{_ZONE}", "A"),
    (f"missing.dname.{_ZONE}", "A"),
    (f"roundabout.{_ZONE}", "A"),
]

SPELLINGS: list[Question] = [
    (rf"dot\.in\.label.{_ZONE}", "A"),
    (rf"dot\046in\046label.{_ZONE}", "A"),
    (rf"sp\032ace.{_ZONE}", "A"),
    (rf"\000\001nul.{_ZONE}", "A"),
    (rf"\255\200high.{_ZONE}", "A"),
    (rf"back\\slash.{_ZONE}", "A"),
    (rf"back\092slash.{_ZONE}", "A"),
    (rf"at\@dollar\$paren\(\)quote\"semi\;.{_ZONE}", "A"),
    (rf"new\010line.{_ZONE}", "A"),
    (f"mixed.{_ZONE}", "A"),
    (f"MIXED.{_ZONE.upper()}", "A"),
    (f"hOsT.{_ZONE}", "AAAA"),
    (f"host.{_ZONE}.", "A"),
    (f"xn--bcher-kva.{_ZONE}", "A"),
    (f"_underscore.{_ZONE}", "A"),
    (LONG_NAME, "A"),
    (LONG_NAME, "AAAA"),
    *[(f"{n}.2.0.192.in-addr.arpa", "PTR") for n in range(2, 8)],
]

# Over 1,232 octets: truncated over UDP, so the answer comes over TCP (RFC 7766).
LONG_ANSWERS: list[Question] = [
    (f"long.{_ZONE}", "TXT"),
    (f"edge.{_ZONE}", "TXT"),
    (f"huge.{_ZONE}", "TXT"),
    ("200.2.0.192.in-addr.arpa", "PTR"),
]

LOOPS: list[Question] = [(f"loop1.{_ZONE}", "A"), (f"loop2.{_ZONE}", "AAAA")]

ROOT: list[Question] = [(".", "SOA"), (".", "NS"), (".", "A"), ("nothing.invalid", "A")]

REFUSED: list[Question] = [("www.elsewhere.invalid", "A"), (".", "NS")]

AGREED: list[Question] = [*EVERY_TYPE, *EVERY_OUTCOME, *ALIASES, *ACROSS_ZONES, *SPELLINGS, *LONG_ANSWERS]
