"""The zones that the tests serve, as text."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

TTL = 3600
NEGATIVE_TTL = 300


@dataclass(frozen=True, slots=True)
class Zone:
    """origin: absolute name of the apex; text: the zone file."""

    origin: str
    text: str

    def write(self, directory: Path) -> Path:
        """Write the zone file, unless it is there, and return its path."""
        path = directory / f"{self.origin.strip('.') or 'root'}.zone"
        if not path.exists():
            path.write_text(self.text)
        return path


def make_zone(origin: str, records: Iterable[str]) -> Zone:
    """A zone with its SOA and NS records in front of ``records``, which are lines relative to the origin."""
    head = [
        f"$ORIGIN {origin}",
        f"$TTL {TTL}",
        f"@ SOA ns.zone.example. hostmaster.zone.example. 2024010101 7200 900 1209600 {NEGATIVE_TTL}",
        "@ NS ns.zone.example.",
    ]
    return Zone(origin, "\n".join([*head, *records]) + "\n")


def long_name(octets: int, suffix: str) -> str:
    """A name below ``suffix`` of exactly so many octets on the wire (RFC 1035, 3.1)."""
    left = octets - len(suffix.strip(".")) - 2
    labels: list[str] = []
    while left > 0:
        size = min(63, left - 1)
        if left - 1 - size == 1:
            size -= 1
        labels.append(chr(ord("a") + len(labels)) * size)
        left -= size + 1
    return ".".join([*labels, suffix.strip(".")])


LONG_NAME = long_name(255, "zone.example")
MANY_PTR = 500
CHAIN_LENGTH = 10


def question_zones() -> list[Zone]:
    """The zones behind the table of questions: every record type printed, and every kind of answer."""
    return [
        make_zone("zone.example.", _zone_example()),
        make_zone("other.example.", ["www A 192.0.2.80", "*.wild A 192.0.2.81", "back CNAME far.zone.example."]),
        make_zone("2.0.192.in-addr.arpa.", _classless_reverse()),
        make_zone("8.b.d.0.1.0.0.2.ip6.arpa.", _reverse6()),
    ]


def root_zone() -> Zone:
    return make_zone(".", [])


def host_name(number: int) -> str:
    """The name that bulk_zone gives to the address of that number."""
    return f"host-{number}.bulk.example"


def bulk_address(number: int) -> str:
    """The address of that number, in 10.0.0.0/8."""
    return str(ipaddress.IPv4Address(0x0A000000 + number))


def has_name(number: int) -> bool:
    """Nine addresses in ten have a name."""
    return number % 10 != 3


def bulk_zone(size: int) -> Zone:
    """10.in-addr.arpa with a PTR record for nine in ten of the first ``size`` addresses."""
    records = [f"{n & 255}.{n >> 8 & 255}.{n >> 16} PTR {host_name(n)}." for n in range(size) if has_name(n)]
    return make_zone("10.in-addr.arpa.", records)


def _zone_example() -> list[str]:
    digest = "0123456789ABCDEF" * 4
    return [
        "@ A 192.0.2.10",
        "@ MX 10 mail",
        "@ MX 20 mail.other.example.",
        '@ TXT "v=spf1 -all" "second string"',
        '@ CAA 0 issue "ca.example; policy=ev"',
        '@ CAA 128 iodef "mailto:security@zone.example"',
        "ns A 127.0.0.1",
        "ns AAAA ::1",
        "mail A 192.0.2.25",
        "host A 192.0.2.1",
        "host A 192.0.2.2",
        "host AAAA 2001:db8::1",
        "host AAAA 2001:db8:0:0:1:0:0:1",
        "mapped AAAA ::ffff:192.0.2.1",
        "zeros AAAA ::",
        "short 60 A 192.0.2.3",
        "zero 0 A 192.0.2.4",
        "huge 2147483647 A 192.0.2.5",
        "_sip._tcp SRV 10 60 5060 sip",
        "_sip._tcp SRV 20 0 5061 .",
        "nullmx MX 0 .",
        'naptr NAPTR 100 10 "u" "E2U+sip" "!^.*$!sip:info@zone.example!" .',
        'naptr NAPTR 100 20 "" "" "" sip',
        f"signed DS 12345 8 2 {digest}",
        "signed NS ns",
        f"_443._tcp TLSA 3 1 1 {digest}",
        f"shell SSHFP 4 2 {digest}",
        'svc SVCB 1 target alpn="h2,h3" port=8443 ipv4hint=192.0.2.1,192.0.2.2 ipv6hint=2001:db8::1 key65333="raw"',
        "svc SVCB 0 alias",
        "www HTTPS 1 . alpn=h2 no-default-alpn mandatory=alpn",
        "loc LOC 51 30 12.748 N 0 7 39.611 W 0m 1m 10000m 10m",
        "loc LOC 33 51 35.000 S 151 12 40.000 E 58.12m 30m 200m 5m",
        "unknown TYPE65280 \\# 4 0A000001",
        "unknown TYPE65280 \\# 0",
        'hinfo HINFO "RFC8482" ""',
        "rp RP admin txt",
        'uri URI 10 1 "https://zone.example/path"',
        "afs AFSDB 1 mail",
        "key DNSKEY 257 3 8 AwEAAagAIKlVZrpC6Ia7gEzahOR+9W29euxhJhVVLOyQbSEW0O8gcCjF",
        "eui EUI48 00-00-5e-00-53-2a",
        "deep.empty.node A 192.0.2.6",
        "*.wild A 192.0.2.7",
        "*.wild TXT wildcard",
        "*.star CNAME host",
        "alias CNAME host",
        "far CNAME www.other.example.",
        "roundabout CNAME back.other.example.",
        "to-nodata CNAME mail",
        "to-nothing CNAME missing",
        "to-far-nothing CNAME missing.other.example.",
        "to-wild CNAME x.wild",
        *[f"chain{n} CNAME chain{n + 1}" for n in range(CHAIN_LENGTH)],
        f"chain{CHAIN_LENGTH} A 192.0.2.8",
        "fastchain0 120 CNAME fastchain1",
        "fastchain1 30 CNAME host",
        "loop1 CNAME loop2",
        "loop2 CNAME loop1",
        "dname DNAME other.example.",
        "inner DNAME inside",
        "x.inside A 192.0.2.9",
        "via-dname CNAME www.dname",
        r"dot\.in\.label A 192.0.2.11",
        r"sp\032ace A 192.0.2.12",
        r"\000\001nul A 192.0.2.13",
        r"\255\200high A 192.0.2.14",
        r"back\\slash A 192.0.2.15",
        r"at\@dollar\$paren\(\)quote\"semi\; A 192.0.2.16",
        r"new\010line A 192.0.2.17",
        "MiXeD A 192.0.2.18",
        r"escapes MX 10 a\.b\000\032\255\@.MiXeD",
        r'bytes TXT "q\"uo\\te;\255\000\010\027 tab\009" "" "' + "x" * 255 + '"',
        "xn--bcher-kva A 192.0.2.19",
        "_underscore A 192.0.2.20",
        "long TXT " + " ".join(f'"{chr(97 + n)}{"0123456789" * 25}"' for n in range(8)),
        "edge TXT " + " ".join(f'"{"e" * 250}"' for n in range(5)),
        "huge TXT " + " ".join(f'"{n:03d}{"y" * 250}"' for n in range(120)),
        f"{LONG_NAME}. A 192.0.2.21",
        f"to-long CNAME {LONG_NAME}.",
        "cut NS ns.cut",
        "cut NS ns.elsewhere.test.",
        "ns.cut A 127.0.0.1",
    ]


def _classless_reverse() -> list[str]:
    """RFC 2317: the addresses 64 to 95 are handed on by CNAME to a zone cut of their own, here in the same zone."""
    return [
        "1 PTR host.zone.example.",
        "2 PTR host.zone.example.",
        "2 PTR MiXeD.zone.example.",
        "3 PTR .",
        r"4 PTR a\.b\000\032\255.zone.example.",
        "5 PTR *.zone.example.",
        "6 PTR _underscore.zone.example.",
        f"7 PTR {LONG_NAME}.",
        *[f"{n} CNAME {n}.64/27" for n in range(64, 96)],
        *[f"{n}.64/27 PTR classless-{n}.zone.example." for n in range(64, 90)],
        *[f"200 PTR name-{n:03d}.many.zone.example." for n in range(MANY_PTR)],
    ]


def _reverse6() -> list[str]:
    zeros = ".".join("0" * 23)
    return [f"1.{zeros} PTR host6.zone.example.", f"2.{zeros} CNAME 1.{zeros}"]
