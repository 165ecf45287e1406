"""What the C library and dnsburst are both shown: zones, system files, and thousands of calls to compare.

No imports beyond Python's own: the comparison runs in a process of its own (comparison.py).
"""

from __future__ import annotations

import random
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

ADDRESSES = 1000
CASES = 2000

#: Why a difference from the system's C library is right. A case carries the key of the difference it may show.
ACCEPTED = {
    "stale": "CPython takes the error from the thread's h_errno, where glibc leaves that of an earlier call; "
    "dnsburst raises the error that glibc gives to its caller",
    "nul": "CPython's getaddrinfo hands the name on to the C library, which stops at the NUL; dnsburst refuses it",
    "unfixed": "a glibc without the fix of CVE-2026-4438 checks the alias where it should check the name: it returns "
    "names that are no host names, and none behind a classless alias (RFC 2317); dnsburst does as the fixed one",
}
#: The name of this address is no host name.
UNSAFE_ADDRESS = "10.255.255.6"


@dataclass(frozen=True)
class Case:
    """One call: the function's name, its arguments, and the keys of the accepted differences that it may show."""

    function: str
    args: tuple[Any, ...]
    accepted: str = ""


@dataclass(frozen=True)
class World:
    """System files by name, whether the loopback interface has more addresses, and what is called."""

    files: dict[str, str]
    cases: list[Case]
    addresses: bool = True
    environ: dict[str, str] = field(default_factory=dict)


# ---- zones

_SOA = "@ 300 SOA ns.test. admin.test. 1 7200 900 1209600 300\n@ 300 NS ns.test.\n"

_FORWARD = """
ns A 127.0.0.1
v4 A 192.0.2.10
v6 AAAA 2001:db8::10
both A 192.0.2.11
both AAAA 2001:db8::11
several A 203.0.113.9
several A 192.0.2.77
several A 127.0.0.8
several A 10.9.8.7
several A 192.0.2.12
many AAAA 2001:db8:1::1
many AAAA 2001:db8::44
many AAAA 2002:c000:201::1
many AAAA 2001::1
many AAAA fd00::1
many AAAA fec0::1
many AAAA fe80::1
many AAAA ::ffff:192.0.2.1
many AAAA ff02::1
many AAAA ::1
many A 192.0.2.13
many A 169.254.1.1
many A 198.51.100.1
mapped AAAA ::ffff:192.0.2.99
mapped AAAA 2001:db8::99
onlymapped AAAA ::ffff:192.0.2.98
text TXT "no address here"
alias CNAME both
chain CNAME chain2
chain2 CNAME chain3
chain3 CNAME several
nowhere CNAME missing
nodata CNAME text
outside CNAME www.elsewhere.example.
loop CNAME loop2
loop2 CNAME loop
under_score A 192.0.2.20
-dash A 192.0.2.21
sp\\032ace A 192.0.2.22
star*name A 192.0.2.23
tounsafe CNAME un\\/safe
un\\/safe A 192.0.2.24
through CNAME un\\/through
un\\/through CNAME v4
*.wild A 192.0.2.30
*.wild AAAA 2001:db8::30
MiXeD A 192.0.2.31
entry.below.nothing A 192.0.2.32
10.20 A 192.0.2.33
0x7f A 192.0.2.34
www.corp A 192.0.2.40
www.corp AAAA 2001:db8::40
db.corp A 192.0.2.41
v6only.corp AAAA 2001:db8::42
txt.corp TXT "nothing"
alias.corp CNAME www
cross.corp CNAME v4
dotted.name.corp A 192.0.2.43
www.lab A 192.0.2.50
txt.lab A 192.0.2.51
xn--bcher-kva A 192.0.2.60
"""

_LONG = "big " + "\nbig ".join(f"A 198.18.{number // 250}.{number % 250 + 1}" for number in range(100))

_REVERSE_SPECIAL = """
1.0.0 PTR localhost.corp.test.
1.255.255 PTR one.test.
1.255.255 PTR two.test.
2.255.255 CNAME 2.0/25.255.255
2.0/25.255.255 PTR classless.test.
3.255.255 TXT "no name"
4.255.255 CNAME 5.255.255
5.255.255 TXT "no name either"
6.255.255 PTR un\\/safe.test.
7.255.255 PTR sp\\032ace.test.
8.255.255 PTR .
9.255.255 PTR -dash.test.
10.255.255 PTR under_score.test.
11.255.255 PTR MiXeD.Test.
12.255.255 CNAME 13.255.255
13.255.255 CNAME 14.255.255
14.255.255 PTR chained.test.
15.255.255 PTR un\\/safe.test.
15.255.255 PTR safe.test.
16.255.255 CNAME nowhere.test.
17.255.255 CNAME x.elsewhere.example.
18.255.255 PTR esc\\010aped.test.
19.255.255 PTR star*name.test.
"""
#: Last octet below 10.255.255 -> the differences accepted there.
_UNSAFE = dict.fromkeys((2, 6, 7, 9, 15, 18, 19), "unfixed")
_STALE = dict.fromkeys((4, 16, 17), "stale") | dict.fromkeys(_UNSAFE, "stale unfixed")


def zones(seed: str) -> dict[str, str]:
    """Zone texts by origin; the root is among them, so that what is not there is known not to be."""
    rng = random.Random(f"{seed} zones")
    reverse = [f"$ORIGIN 10.in-addr.arpa.\n{_SOA}{_REVERSE_SPECIAL}"]
    reverse6 = [f"$ORIGIN 8.b.d.0.1.0.0.2.ip6.arpa.\n{_SOA}"]
    for number in range(ADDRESSES):
        name = f"host-{number}.test."
        kind = rng.random()
        owner = _nibbles(f"2001:db8:aa::{number:x}") if number % 4 == 3 else f"{number % 256}.{number // 256}.1"
        lines = reverse6 if number % 4 == 3 else reverse
        if kind < 0.70:
            lines.append(f"{owner} PTR {name}")
        elif kind < 0.75:
            lines += [f"{owner} PTR {name}", f"{owner} PTR second-{name}"]
        elif kind < 0.80:
            lines.append(f'{owner} TXT "nothing"')
        elif kind < 0.85:
            lines += [f"{owner} CNAME c.{owner}", f"c.{owner} PTR {name}"]
    return {
        "test.": f"$ORIGIN test.\n{_SOA}{_FORWARD}{_LONG}\n",
        "10.in-addr.arpa.": "\n".join(reverse) + "\n",
        "8.b.d.0.1.0.0.2.ip6.arpa.": "\n".join(reverse6) + "\n",
        "2.0.192.in-addr.arpa.": f"$ORIGIN 2.0.192.in-addr.arpa.\n{_SOA}"
        "10 PTR v4.test.\n11 PTR both.test.\n13 PTR many.test.\n41 PTR db.corp.test.\n",
        "127.in-addr.arpa.": f"$ORIGIN 127.in-addr.arpa.\n{_SOA}8.0.0 PTR eight.test.\n",
        ".": f"$ORIGIN .\n{_SOA}",
    }


def _nibbles(address: str) -> str:
    octets = socket.inet_pton(socket.AF_INET6, address)
    return ".".join(octets.hex()[::-1][: 2 * 12])


# ---- system files

_HOSTS = """# comment
127.0.0.1 localhost
::1 localhost ip6-localhost ip6-loopback
127.0.1.1 machine.corp.test machine
192.0.2.101 twice.files.test twice
192.0.2.102 twice.files.test again
2001:db8::101 twice.files.test twice6
::ffff:192.0.2.103 mapped.files.test mappedfile # trailing
   10.255.255.200   Indented.Files.Test\tTabbed   three
192.0.2.104
not-an-address nowhere.files.test
192.0.2.300 bad.files.test
010.0.0.1 octal.files.test
2001:db8::102 six.files.test
192.0.2.105 v4.test overriding
fe80::5 link.files.test
192.0.2.106 order.files.test
192.0.2.106 second.files.test
127.0.0.1 late.files.test
198.51.100.7 order.files.test
#192.0.2.107 commented.files.test
192.0.2.108 -dash.files.test sp@ce.files.test
192.0.2.109 dot.files.test.
10.255.255.201 one.multi
10.255.255.201 two.multi
"""

_NSSWITCH = "passwd: files\nhosts: files dns\nservices: files\nprotocols: files\n"
_RESOLV = "nameserver 127.0.0.1\n"
_GAI = "precedence ::ffff:0:0/96 100\nlabel 2001:db8:1::/48 9\nscopev4 192.0.2.0/24 2\n# done\n"


def worlds(seed: str) -> dict[str, World]:
    """Every world by its name; the first is the plain one that the counts of the acceptance are made in."""
    plain = _files()
    searching = _files(resolv=_RESOLV + "search corp.test lab.test test\noptions ndots:1\n")
    return {
        "plain": World(plain, [*_reverse_cases(), *_generated(seed, "plain", CASES - 800), *_fixed()]),
        "search": World(searching, _generated(seed, "search", 400)),
        "ndots": World(
            _files(resolv=_RESOLV + "domain ignored.test\nsearch corp.test . lab.test\noptions ndots:2 no_tld_query\n"),
            _generated(seed, "ndots", 150),
        ),
        "broken zone": World(_files(resolv=_RESOLV + "search broken corp.test\n"), _generated(seed, "broken zone", 30)),
        "environment": World(
            searching,
            _generated(seed, "environment", 50),
            environ={"LOCALDOMAIN": "lab.test corp.test", "RES_OPTIONS": "ndots:3"},
        ),
        "loopback only": World(plain, _generated(seed, "loopback only", 150), addresses=False),
        "gai.conf": World(_files(gai=_GAI), _generated(seed, "gai.conf", 100)),
        "dns first": World(
            _files(nsswitch="hosts: dns [NOTFOUND=return] files\n", host="multi off\n"),
            _generated(seed, "dns first", 150),
        ),
        "one line": World(_files(host="multi off\n"), _generated(seed, "one line", 100)),
        "no aaaa": World(_files(resolv=_RESOLV + "options no-aaaa use-vc\n"), _generated(seed, "no aaaa", 60)),
        "second server": World(
            _files(resolv="nameserver 127.0.0.3\nnameserver 127.1\noptions timeout:1\n"),
            _generated(seed, "second server", 60),
        ),
        "refused": World(
            _files(resolv="nameserver 127.0.0.3\noptions timeout:1 attempts:1\n"),
            [*_generated(seed, "refused", 60), *_colons()],
        ),
        "few zones": World(
            _files(resolv="nameserver 127.0.0.4\nsearch corp.test elsewhere.example\n"),
            _generated(seed, "few zones", 30),
        ),
        "few zones over tcp": World(
            _files(resolv="nameserver 127.0.0.4\nsearch corp.test elsewhere.example\noptions use-vc\n"),
            _generated(seed, "few zones over tcp", 60),
        ),
        "silent": World(
            _files(resolv="nameserver 127.0.0.2\noptions timeout:1 attempts:1\n"),
            [
                Case("gethostbyname", ("v4.test",)),
                Case("gethostbyaddr", ("10.1.0.1",)),
                Case("getaddrinfo", ("both.test", 80)),
            ],
        ),
    }


def _files(
    resolv: str = _RESOLV,
    hosts: str = _HOSTS,
    nsswitch: str = _NSSWITCH,
    host: str = "multi on\n",
    gai: str = "",
) -> dict[str, str]:
    return {
        "/etc/resolv.conf": resolv,
        "/etc/hosts": hosts,
        "/etc/nsswitch.conf": nsswitch,
        "/etc/host.conf": host,
        "/etc/gai.conf": gai,
    }


# ---- calls


def reverse_addresses() -> list[str]:
    """The addresses of the acceptance: three in four IPv4, the rest IPv6."""
    return [
        f"2001:db8:aa::{number:x}" if number % 4 == 3 else f"10.1.{number // 256}.{number % 256}"
        for number in range(ADDRESSES)
    ]


def _reverse_cases() -> list[Case]:
    return [Case("gethostbyaddr", (address,)) for address in reverse_addresses()]


def _fixed() -> list[Case]:
    """Calls that no chance should leave out."""
    cases = [Case("gethostbyaddr", (f"10.255.255.{number}",), _STALE.get(number, "")) for number in range(1, 20)]
    cases += [
        Case("getnameinfo", ((f"10.255.255.{number}", 80), 0), _UNSAFE.get(number, "")) for number in range(1, 20)
    ]
    cases += [Case(function, (host,)) for host in _ODD_HOSTS for function in ("gethostbyname", "gethostbyname_ex")]
    cases += [Case("gethostbyaddr", (host,)) for host in _ODD_HOSTS if host not in ("::", "0::0")]
    cases += [Case("getaddrinfo", (host, None, family), _nul(host)) for host in _ODD_HOSTS for family in (0, 2, 10)]
    cases += [
        Case("gethostbyname_ex", ("<broadcast>",), "stale"),
        Case("gethostbyname_ex", ("::ffff:192.0.2.1",), "stale"),
        Case("gethostbyaddr", ("::",), "stale"),
        Case("getaddrinfo", ("v4.test\0.example", 80), "nul"),
        Case("getaddrinfo", (b"127.0.0.1\0.example", 80), "nul"),
        Case("getaddrinfo", ("big.test", 80)),
        Case("gethostbyname_ex", ("big.test",)),
        Case("getnameinfo", (("192.0.2.1",), 0)),
        Case("getnameinfo", (("192.0.2.1", 80, 0, 0), 0)),
        Case("getnameinfo", (["192.0.2.1", 80], 0)),
        Case("getnameinfo", (("2001:db8::1", 80, 1 << 20, 0), 0)),
        Case("getnameinfo", (("v4.test", 80), 0)),
        Case("getnameinfo", (("192.0.2.1", "80"), 0)),
        Case("getnameinfo", (("192.0.2.1", 80), 1 << 12)),
        Case("getnameinfo", (("192.0.2.1", 80), "0")),
        Case("getnameinfo", (("fe80::1%lo", 80, 0, 1), 0)),
        Case("getnameinfo", (("fe80::5", 22, 0, 1), 0)),
        Case("getaddrinfo", ("v4.test",)),
        Case("getaddrinfo", (None, None)),
        Case("getaddrinfo", (None, 80)),
        Case("getaddrinfo", ("v4.test", 80, 99)),
        Case("getaddrinfo", ("v4.test", 80, 0, 0, 0, 1 << 14)),
        Case("getaddrinfo", (None, 80, 0, 0, 0, int(socket.AI_CANONNAME))),
        Case("getaddrinfo", ("v4.test", 1.5)),
        Case("getaddrinfo", (4, 80)),
        Case("getaddrinfo", (bytearray(b"v4.test"), 80)),
    ]
    return cases


def _colons() -> list[Case]:
    """Names that are no addresses and yet look like some; for one family and a canonical name, glibc asks for them."""
    flags = int(socket.AI_CANONNAME)
    return [Case("getaddrinfo", (host, 80, family, 0, 0, flags)) for host in _COLONS for family in (2, 10)]


_COLONS = ["a:b", "abc:1", ":", ":::", "1::2::3", "[::1]", "fe80::1%nowhere", "2001:db8::1%lo", "1.2.3.4%lo"]
_ODD_HOSTS: list[Any] = [
    "127.1", "127.0.1", "0x7f.1", "0x7f000001", "017700000001", "2130706433", "127.0.0.1.", "1.2.3", "1.2.3.4.5",
    "256.1.1.1", "1.2.3.256", "0", "00", "0x", "0xg", "08", "4294967296", "4294967295", "255.255.255.255",
    "<broadcast>", "192.0.2.10 ", " 192.0.2.10", "::1", "::", "0::0", "fe80::1%lo", "fe80::1%nowhere", "fe80::1%1",
    "[::1]", "1::2::3", ":::", "::ffff:192.0.2.10", "::192.0.2.10", "::ffff:10.1.0.1", "2001:db8::10", "10.20.test",
    "10.20", "0x7f.test", "a:b", "abc:1", "*", ".", "..", "...", ".test", "test.", "v4..test", "v4.test..",
    "v4.test.", "V4.TEST", "both.test.", "-dash.test", "sp ace.test", "sp\\032ace.test", "under_score.test",
    "star*name.test", "v\\052.test", "\\118\\052.test", "b\u00fccher.test", "B\u00dcCHER.TEST", "stra\u00dfe.test",
    "\u2603.test", "a\u3002test", "x" * 63 + ".test", "x" * 64 + ".test", "x." * 120 + "test", "x." * 130 + "test",
    "", b"", b"v4.test", bytearray(b"v4.test"), b"v4.test\xff", b"\xc3\xa9.test", "a\0b", b"a\0b", None, 4, 1.5,
    ["v4.test"], memoryview(b"v4.test"), "\ud800.test", "localhost", "LocalHost", "localhost.", "ip6-localhost",
    "localhost.localdomain", "machine", "machine.corp.test",
]  # fmt: skip

_NAMES = [
    "v4", "v6", "both", "several", "many", "mapped", "onlymapped", "text", "alias", "chain", "nowhere", "nodata",
    "outside", "loop", "under_score", "tounsafe", "through", "a.wild", "b.c.wild", "mixed", "MIXED", "entry.below",
    "below.nothing", "missing", "www.corp", "alias.corp", "cross.corp", "txt.corp", "10.20", "xn--bcher-kva", "big",
]  # fmt: skip
_FILE_NAMES = [
    "localhost", "ip6-localhost", "machine", "machine.corp.test", "twice.files.test", "twice", "again", "twice6",
    "TWICE.FILES.TEST", "mapped.files.test", "mappedfile", "indented.files.test", "tabbed", "three", "nowhere.files.test",
    "bad.files.test", "octal.files.test", "six.files.test", "v4.test", "overriding", "link.files.test",
    "order.files.test", "second.files.test", "late.files.test", "commented.files.test", "-dash.files.test",
    "sp@ce.files.test", "dot.files.test", "dot.files.test.", "one.multi", "two.multi",
]  # fmt: skip
_SHORT_NAMES = [
    "www", "db", "v6only", "txt", "alias", "cross", "dotted.name", "v4", "nope", "www.", "www.corp", "text", "nodata",
    "nowhere", "loop", "-dash", "x" * 63, "x" * 60 + "." + "y" * 60 + "." + "z" * 60 + "." + "w" * 60 + ".ab",
]  # fmt: skip
_OTHER_NAMES = [
    "x.elsewhere.example",
    "x.broken",
    "broken",
    "x",
    "nx.test",
    "deep.er.nx.test",
    "wild.test",
    "10.in-addr.arpa",
]
_NUMERIC = [
    "192.0.2.10", "10.1.0.1", "127.0.0.1", "127.1", "0x7f.1", "::1", "2001:db8::10", "::ffff:192.0.2.10", "fe80::1%lo",
    "0.0.0.0", "::", "255.255.255.255", "10.255.255.200", "10.255.255.201", "192.0.2.101", "192.0.2.103", "192.0.2.104",
    "192.0.2.106", "2001:db8::101", "10.200.1.1", "127.0.0.8", "203.0.113.9",
]  # fmt: skip
_PORTS: list[Any] = [
    None, 0, 80, 65535, 65536, -1, "80", "http", "https", "domain", "nosuchservice", "", "*", b"http", b"25", "0x50",
    " 80", "80 ", "65536", "tftp", "ssh", True, 10**20,
]  # fmt: skip
_KINDS = [0, 0, 0, int(socket.SOCK_STREAM), int(socket.SOCK_DGRAM), int(socket.SOCK_RAW), int(socket.SOCK_SEQPACKET), 9]
_PROTOS = [0, 0, 0, 0, 6, 17, 132, 33, 136, 1, 255]
_FLAGS = [
    getattr(socket, flag)
    for flag in (
        "AI_PASSIVE",
        "AI_CANONNAME",
        "AI_NUMERICHOST",
        "AI_NUMERICSERV",
        "AI_V4MAPPED",
        "AI_ALL",
        "AI_ADDRCONFIG",
    )
]
_NI_FLAGS = [socket.NI_NUMERICHOST, socket.NI_NUMERICSERV, socket.NI_NOFQDN, socket.NI_NAMEREQD, socket.NI_DGRAM]


def _generated(seed: str, world: str, count: int) -> list[Case]:
    """So many calls by chance."""
    rng = random.Random(f"{seed} {world}")
    makers: list[Callable[[random.Random], Case]] = [
        _name_case,
        _name_case,
        _addrinfo_case,
        _addrinfo_case,
        _addrinfo_case,
    ]
    makers += [_address_case, _nameinfo_case]
    return list(_take(rng, makers, count))


def _take(rng: random.Random, makers: list[Callable[[random.Random], Case]], count: int) -> Iterator[Case]:
    for _ in range(count):
        yield rng.choice(makers)(rng)


def _host(rng: random.Random) -> Any:
    kind = rng.random()
    if kind < 0.45:
        name = rng.choice(_NAMES) + ".test"
        return name + "." if rng.random() < 0.1 else name
    if kind < 0.60:
        return rng.choice(_FILE_NAMES)
    if kind < 0.80:
        return rng.choice(_SHORT_NAMES)
    if kind < 0.88:
        return rng.choice(_OTHER_NAMES)
    return rng.choice(_NUMERIC) if kind < 0.96 else rng.choice(_ODD_HOSTS)


def _name_case(rng: random.Random) -> Case:
    host = _host(rng)
    function = rng.choice(["gethostbyname", "gethostbyname_ex", "gethostbyname_ex"])
    stale = function == "gethostbyname_ex" and host in ("<broadcast>", "::ffff:192.0.2.10", "::ffff:10.1.0.1")
    # Of these hosts has IPv6 addresses only: where DNS has no answer either, glibc's error is that of the call before.
    stale = stale or host in ("six.files.test", "twice6", "link.files.test", "ip6-localhost")
    return Case(function, (host,), "stale" if stale else "")


def _address_case(rng: random.Random) -> Case:
    host = rng.choice(_NUMERIC) if rng.random() < 0.7 else _host(rng)
    return Case("gethostbyaddr", (host,), "stale" if host in ("::", "0::0") else "")


def _addrinfo_case(rng: random.Random) -> Case:
    flags = 0
    while rng.random() < 0.6:
        flags |= rng.choice(_FLAGS)
    host = None if rng.random() < 0.03 else _host(rng)
    args = (host, rng.choice(_PORTS), rng.choice([0, 0, 2, 10]), rng.choice(_KINDS), rng.choice(_PROTOS), flags)
    return Case("getaddrinfo", args, _nul(host))


def _nul(host: Any) -> str:
    found = (isinstance(host, str) and "\0" in host) or (isinstance(host, bytes) and b"\0" in host)
    return "nul" if found else ""


def _nameinfo_case(rng: random.Random) -> Case:
    flags = 0
    while rng.random() < 0.5:
        flags |= rng.choice(_NI_FLAGS)
    host = rng.choice(_NUMERIC)
    port = rng.choice([0, 22, 53, 80, 443, 60001])
    return Case("getnameinfo", ((host, port) if ":" not in host else (host, port, 0, rng.choice([0, 0, 1])), flags))
