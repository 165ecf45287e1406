"""What the zones say to a question; the reference is RFC 1034, 4.3.2, and what knot and nsd answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from dnsburst._wire import codes, name, rdata
from dnsburst.errors import ConfigurationError
from dnsburst.server.zone import LONGEST_CHAIN, Answer, RRset, Zones

HEAD = "@ SOA ns hostmaster 1 7200 900 1209600 300\n@ NS ns\n"
ZONE = (
    "$ORIGIN zone.example.\n$TTL 3600\n"
    + HEAD
    + r"""
ns A 192.0.2.53
host A 192.0.2.1
host A 192.0.2.2
host AAAA 2001:db8::1
MiXeD TXT x
alias CNAME host
far CNAME www.other.example.
out CNAME www.elsewhere.test.
to-nothing CNAME missing
to-nodata CNAME ns
loop1 CNAME loop2
loop2 CNAME loop1
self CNAME self
deep.empty.node A 192.0.2.6
*.wild A 192.0.2.7
*.wild TXT w
there.wild A 192.0.2.8
*.star CNAME host
dname DNAME other.example.
cut NS ns.cut
cut NS ns.elsewhere.test.
cut DS 1 8 2 0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF
ns.cut A 192.0.2.9
below.ns.cut A 192.0.2.10
to-cut CNAME x.cut
a\.b A 192.0.2.11
"""
    + "$ORIGIN other.example.\n"
    + HEAD
    + "www A 192.0.2.80\nsub NS ns.sub\nlong DNAME "
    + ".".join(["x" * 63] * 3)
    + ".\n$ORIGIN sub.other.example.\n"
    + HEAD
    + "www A 192.0.2.81\n"
)


@pytest.fixture(scope="module")
def zones() -> Zones:
    return Zones.from_text(ZONE)


def find(zones: Zones, text: str) -> Answer:
    asked, rdtype = text.split(" ")
    return zones.find(name.from_text(asked), codes.type_from_text(rdtype))


def shown(section: list[tuple[bytes, RRset]]) -> list[str]:
    return [
        f"{name.to_text(owner)} {codes.type_to_text(rrset.rdtype)} {rdata.to_text(rrset.rdtype, octets)}"
        for owner, rrset in section
        for octets in rrset.rdatas
    ]


@pytest.mark.parametrize(
    ("question", "answers"),
    [
        ("host.zone.example A", ["host.zone.example A 192.0.2.1", "host.zone.example A 192.0.2.2"]),
        ("HOST.zone.Example AAAA", ["HOST.zone.Example AAAA 2001:db8::1"]),
        ("mixed.zone.example TXT", ['mixed.zone.example TXT "x"']),
        ("zone.example NS", ["zone.example NS ns.zone.example"]),
        ("zone.example SOA", ["zone.example SOA ns.zone.example hostmaster.zone.example 1 7200 900 1209600 300"]),
        ("x.wild.zone.example A", ["x.wild.zone.example A 192.0.2.7"]),
        ("x.y.wild.zone.example TXT", ['x.y.wild.zone.example TXT "w"']),
        ("*.wild.zone.example A", ["*.wild.zone.example A 192.0.2.7"]),
        ("there.wild.zone.example A", ["there.wild.zone.example A 192.0.2.8"]),
        (
            "alias.zone.example A",
            [
                "alias.zone.example CNAME host.zone.example",
                "host.zone.example A 192.0.2.1",
                "host.zone.example A 192.0.2.2",
            ],
        ),
        ("alias.zone.example CNAME", ["alias.zone.example CNAME host.zone.example"]),
        ("alias.zone.example ANY", ["alias.zone.example CNAME host.zone.example"]),
        ("far.zone.example A", ["far.zone.example CNAME www.other.example", "www.other.example A 192.0.2.80"]),
        ("out.zone.example A", ["out.zone.example CNAME www.elsewhere.test"]),
        (
            "loop1.zone.example A",
            ["loop1.zone.example CNAME loop2.zone.example", "loop2.zone.example CNAME loop1.zone.example"],
        ),
        ("self.zone.example A", ["self.zone.example CNAME self.zone.example"]),
        (
            "x.star.zone.example AAAA",
            ["x.star.zone.example CNAME host.zone.example", "host.zone.example AAAA 2001:db8::1"],
        ),
        (
            "www.dname.zone.example A",
            [
                "dname.zone.example DNAME other.example",
                "www.dname.zone.example CNAME www.other.example",
                "www.other.example A 192.0.2.80",
            ],
        ),
        (
            "www.dname.zone.example CNAME",
            ["dname.zone.example DNAME other.example", "www.dname.zone.example CNAME www.other.example"],
        ),
        ("dname.zone.example DNAME", ["dname.zone.example DNAME other.example"]),
        (
            "cut.zone.example DS",
            ["cut.zone.example DS 1 8 2 0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF"],
        ),
        (
            "host.zone.example ANY",
            ["host.zone.example A 192.0.2.1", "host.zone.example A 192.0.2.2", "host.zone.example AAAA 2001:db8::1"],
        ),
        ("www.sub.other.example A", ["www.sub.other.example A 192.0.2.81"]),
        (r"a\.b.zone.example A", [r"a\.b.zone.example A 192.0.2.11"]),
    ],
)
def test_records(zones: Zones, question: str, answers: list[str]) -> None:
    found = find(zones, question)
    assert (found.rcode, found.authoritative, found.authority, found.additional) == (0, True, [], [])
    assert answers == shown(found.answers)


@pytest.mark.parametrize(
    ("question", "rcode", "answers", "apex"),
    [
        ("host.zone.example MX", "NOERROR", [], "zone.example"),
        ("zone.example AAAA", "NOERROR", [], "zone.example"),
        ("node.zone.example A", "NOERROR", [], "zone.example"),
        ("empty.node.zone.example A", "NOERROR", [], "zone.example"),
        ("empty.node.zone.example ANY", "NOERROR", [], "zone.example"),
        ("wild.zone.example A", "NOERROR", [], "zone.example"),
        ("x.wild.zone.example MX", "NOERROR", [], "zone.example"),
        ("there.wild.zone.example TXT", "NOERROR", [], "zone.example"),
        ("to-nodata.zone.example MX", "NOERROR", ["to-nodata.zone.example CNAME ns.zone.example"], "zone.example"),
        ("missing.zone.example A", "NXDOMAIN", [], "zone.example"),
        ("x.host.zone.example A", "NXDOMAIN", [], "zone.example"),
        ("x.there.wild.zone.example A", "NXDOMAIN", [], "zone.example"),
        ("x.node.zone.example A", "NXDOMAIN", [], "zone.example"),
        ("a.b.zone.example A", "NXDOMAIN", [], "zone.example"),
        (
            "to-nothing.zone.example A",
            "NXDOMAIN",
            ["to-nothing.zone.example CNAME missing.zone.example"],
            "zone.example",
        ),
        (
            "x.www.dname.zone.example A",
            "NXDOMAIN",
            ["dname.zone.example DNAME other.example", "x.www.dname.zone.example CNAME x.www.other.example"],
            "other.example",
        ),
        ("x.sub.other.example A", "NXDOMAIN", [], "sub.other.example"),
        ("sub.other.example DS", "NOERROR", [], "other.example"),
        ("zone.example DS", "NOERROR", [], "zone.example"),
    ],
)
def test_negative_answers_carry_the_soa(zones: Zones, question: str, rcode: str, answers: list[str], apex: str) -> None:
    found = find(zones, question)
    assert (codes.rcode_to_text(found.rcode), found.authoritative, shown(found.answers)) == (rcode, True, answers)
    [(owner, soa)] = found.authority
    assert (name.to_text(owner), soa.rdtype) == (apex, codes.TYPE_SOA)
    assert soa.ttl == 300  # RFC 2308, 3: no longer than MINIMUM


@pytest.mark.parametrize(
    "question",
    [
        "cut.zone.example A",
        "cut.zone.example NS",
        "x.y.cut.zone.example A",
        "below.ns.cut.zone.example A",
        "x.cut.zone.example DS",
    ],
)
def test_below_a_cut_comes_a_referral(zones: Zones, question: str) -> None:
    found = find(zones, question)
    assert (found.rcode, found.authoritative, found.answers) == (0, False, [])
    assert shown(found.authority) == [
        "cut.zone.example NS ns.cut.zone.example",
        "cut.zone.example NS ns.elsewhere.test",
    ]
    assert shown(found.additional) == ["ns.cut.zone.example A 192.0.2.9"]


def test_an_alias_into_a_cut_ends_in_the_referral(zones: Zones) -> None:
    found = find(zones, "to-cut.zone.example A")
    assert shown(found.answers) == ["to-cut.zone.example CNAME x.cut.zone.example"]
    assert len(found.authority) == 1
    assert found.authoritative


@pytest.mark.parametrize("question", ["test A", "example A", ". NS", "ample A", "xzone.example A"])
def test_outside_the_zones_is_refused(zones: Zones, question: str) -> None:
    assert find(zones, question) == (codes.RCODE_REFUSED, False, [], [], [])


def test_dname_to_a_name_too_long(zones: Zones) -> None:
    found = find(zones, "y" * 63 + ".long.other.example A")
    assert codes.rcode_to_text(found.rcode) == "YXDOMAIN"


def test_a_zone_at_the_root() -> None:
    zones = Zones.from_text(". 60 SOA a. b. 1 2 3 4 5\nhost.test. A 192.0.2.1\n*. A 192.0.2.2\n")
    assert shown(find(zones, "host.test A").answers) == ["host.test A 192.0.2.1"]
    assert shown(find(zones, "other A").answers) == ["other A 192.0.2.2"]
    assert shown(find(zones, "x.test A").answers) == []
    assert shown(find(zones, ". SOA").answers) == [". SOA a b 1 2 3 4 5"]


def test_a_chain_of_any_length_ends() -> None:
    count = LONGEST_CHAIN + 10
    lines = [f"c{n} CNAME c{n + 1}" for n in range(count)]
    zones = Zones.from_text("zone. SOA a b 1 2 3 4 5\n" + "\n".join(lines) + f"\nc{count} A 192.0.2.1\n")
    assert len(find(zones, "c0.zone A").answers) == LONGEST_CHAIN
    assert len(find(zones, "c20.zone A").answers) == count - 20 + 1


def test_records_given_twice_are_there_once() -> None:
    records = [f"a A 192.0.2.{n}" for n in range(100)] * 2
    zones = Zones.from_text("zone. SOA a b 1 2 3 4 5\n" + "\n".join(records) + "\nb CNAME a\nb CNAME a\n")
    assert shown(find(zones, "a.zone A").answers) == [f"a.zone A 192.0.2.{n}" for n in range(100)]
    assert len(find(zones, "b.zone CNAME").answers) == 1


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("a. A 192.0.2.1", 1, "SOA"),
        ("zone. SOA a b 1 2 3 4 5\nother. A 192.0.2.1", 2, "not in the zone"),
        ("zone. SOA a b 1 2 3 4 5\nxzone. A 192.0.2.1", 2, "not in the zone"),
        ("zone. SOA a b 1 2 3 4 5\nzone. SOA a b 2 2 3 4 5", 2, "another SOA"),
        ("zone. SOA a b 1 2 3 4 5\nother. SOA a b 1 2 3 4 5\nzone. SOA a b 1 2 3 4 5", 3, "given twice"),
        ("zone. SOA a b 1 2 3 4 5\na CNAME b\na A 192.0.2.1", 3, "CNAME"),
        ("zone. SOA a b 1 2 3 4 5\na A 192.0.2.1\na CNAME b", 3, "CNAME"),
        ("zone. SOA a b 1 2 3 4 5\na CNAME b\na CNAME c", 3, "CNAME"),
    ],
)
def test_what_no_zone_can_hold(text: str, line: int, what: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.zone"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=r"^[^\n]+$") as caught:
        Zones.from_files([path])
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert what in str(caught.value)


def test_files_that_hold_no_zone(tmp_path: Path) -> None:
    path = tmp_path / "empty.zone"
    path.write_text("; nothing\n")
    with pytest.raises(ConfigurationError, match=r"empty\.zone: no zone in it"):
        Zones.from_files([path])
    path.write_bytes(b"zone. SOA a b 1 2 3 4 5\na TXT \xff\n")
    with pytest.raises(ConfigurationError, match=r"empty\.zone:2: not UTF-8"):
        Zones.from_files([path])
    with pytest.raises(FileNotFoundError):
        Zones.from_files([tmp_path / "missing.zone"])


PAIRS = [
    ("192.0.2.1", "host.zone.example"),
    ("192.0.2.2", "host.zone.example."),
    ("192.0.2.2", "Second.other.test"),
    ("2001:db8::1", "host.zone.example"),
    ("::ffff:192.0.2.3", "short"),
]


def test_pairs_answer_both_ways() -> None:
    zones = Zones.from_pairs(PAIRS)
    assert shown(find(zones, "1.2.0.192.in-addr.arpa PTR").answers) == ["1.2.0.192.in-addr.arpa PTR host.zone.example"]
    assert [text.split()[-1] for text in shown(find(zones, "2.2.0.192.in-addr.arpa PTR").answers)] == [
        "host.zone.example",
        "Second.other.test",
    ]
    assert shown(find(zones, "host.zone.example A").answers) == [
        "host.zone.example A 192.0.2.1",
        "host.zone.example A 192.0.2.2",
    ]
    assert shown(find(zones, "host.zone.example AAAA").answers) == ["host.zone.example AAAA 2001:db8::1"]
    assert shown(find(zones, "second.other.test A").answers) == ["second.other.test A 192.0.2.2"]
    assert shown(find(zones, "short A").answers) == ["short A 192.0.2.3"]
    reverse6 = name.to_text(name.reverse_name("2001:db8::1"))
    assert shown(find(zones, f"{reverse6} PTR").answers) == [f"{reverse6} PTR host.zone.example"]
    assert find(zones, "9.2.0.192.in-addr.arpa PTR").rcode == codes.RCODE_NXDOMAIN
    assert find(zones, "www.example A").rcode == codes.RCODE_REFUSED


def test_pairs_go_into_the_zones_that_are_there() -> None:
    zones = Zones.from_text("2.0.192.in-addr.arpa. SOA a. b. 1 2 3 4 5\n9 PTR nine.zone.example.\n")
    zones.add_pair("192.0.2.1", "host.zone.example")
    zones.add_pair("198.51.100.1", "host.zone.example")
    assert len(zones) == 3
    for reverse in ("1.2.0.192", "9.2.0.192", "1.100.51.198"):
        assert len(find(zones, f"{reverse}.in-addr.arpa PTR").answers) == 1, reverse


def test_csv(tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text(
        '\ufeffaddress,name,seen\n192.0.2.1,host.zone.example,"a,\nb"\n 192.0.2.2 , two.zone.example.\n\n192.0.2.3,\n192.0.2.4\n',
        encoding="utf-8",
    )
    zones = Zones()
    zones.add_csv(path)
    assert len(find(zones, "1.2.0.192.in-addr.arpa PTR").answers) == 1
    assert shown(find(zones, "two.zone.example A").answers) == ["two.zone.example A 192.0.2.2"]
    assert find(zones, "3.2.0.192.in-addr.arpa PTR").rcode == codes.RCODE_NXDOMAIN


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("192.0.2.1,a.test\n192.0.2.256,b.test\n", 2),
        ("address,name\naddress,name\n", 2),
        ('192.0.2.1,a.test,"x\ny"\n192.0.2.2,b..test\n', 3),
        ("192.0.2.1,.\n", 1),
        ("192.0.2.1," + "x" * 64 + "\n", 1),
        ("192.0.2.1,a b\n", 1),
    ],
)
def test_csv_complaints_name_the_line(tmp_path: Path, text: str, line: int) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=rf"pairs\.csv:{line}: [^\n]+$"):
        Zones().add_csv(path)
