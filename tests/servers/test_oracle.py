"""The oracle by itself: kdig and dig agree on every question, and spellings that mean the same compare equal."""

from __future__ import annotations

import pytest

from .oracle import ask_dig, ask_kdig, name_key, normal_text
from .questions import ACROSS_ZONES, AGREED, LOOPS, RARE_TYPES, REFUSED, ROOT
from .real import RealServer
from .zones import MANY_PTR

pytestmark = pytest.mark.servers


@pytest.mark.parametrize(
    ("rdtype", "left", "right"),
    [
        ("PTR", "host.example.", "host.example"),
        ("PTR", ".", "."),
        ("PTR", r"a\@b.example.", "a@b.example"),
        ("PTR", r"a\064b.example.", "a@b.example"),
        ("PTR", r"a\046b.example.", r"a\.b.example"),
        ("MX", "10 mail.example.", "10 mail.example"),
        ("TXT", '"a b" c', r'a\032b "c"'),
        ("TXT", r'"semi\;"', '"semi;"'),
        ("TXT", '""', '""'),
        ("DS", "1 8 2 AB CD", "1 8 2 abcd"),
        (
            "LOC",
            "51 30 12.748 N 0 7 39.611 W 0.00m 1m 10000m 10m",
            "51 30 12.748 N 0 7 39.611 W 0m 1m 10000.00m 10.00m",
        ),
        ("SVCB", '1 . alpn="h2,h3"', "1 . alpn=h2,h3"),
        ("TYPE65280", r"\# 4 0A00 0001", r"\# 4 0a000001"),
        ("AAAA", "2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
    ],
)
def test_spellings_that_mean_the_same(rdtype: str, left: str, right: str) -> None:
    assert normal_text(rdtype, left) == normal_text(rdtype, right)


@pytest.mark.parametrize(
    ("rdtype", "left", "right"),
    [
        ("PTR", "a.b.example", r"a\.b.example"),
        ("PTR", r"a\\.b.example", r"a\.b.example"),
        ("PTR", "Host.example", "host.example"),
        ("PTR", r"example\.", "example"),
        ("TXT", '"a" "b"', '"a b"'),
        ("TXT", '"ab"', '"a" "b"'),
        ("TXT", '"a."', '"a"'),
        ("TXT", '""', '"" ""'),
        ("MX", "10 mail", "20 mail"),
        ("TYPE65280", r"\# 0", r"\# 4 0A000001"),
    ],
)
def test_spellings_that_mean_something_else(rdtype: str, left: str, right: str) -> None:
    assert normal_text(rdtype, left) != normal_text(rdtype, right)


def test_names_are_equal_without_regard_to_case() -> None:
    assert name_key("MiXeD.Example.") == name_key(r"mixed.ex\097mple")


@pytest.mark.parametrize("kind", ["knot", "nsd", "unbound"])
@pytest.mark.parametrize("tcp", [False, True], ids=["udp", "tcp"])
def test_dig_and_kdig_agree(real_servers: dict[str, RealServer], kind: str, tcp: bool) -> None:
    server = real_servers[kind]
    questions = [*AGREED, *RARE_TYPES, *{"knot": ROOT, "nsd": REFUSED, "unbound": ROOT}[kind]]
    address = server.address6 if tcp else server.address
    by_kdig = ask_kdig(address, questions, tcp=tcp)
    by_dig = ask_dig(address, questions, tcp=tcp)
    differences = [
        (question, left, right)
        for question, left, right in zip(questions, by_kdig, by_dig, strict=True)
        if (left.status, left.records, left.canonical_name) != (right.status, right.records, right.canonical_name)
        or abs((left.ttl or 0) - (right.ttl or 0)) > 5
    ]
    assert differences == []


def test_the_table_has_every_outcome(knot: RealServer, nsd: RealServer, unbound: RealServer) -> None:
    answers = dict(zip(AGREED, ask_kdig(knot.address, AGREED), strict=True))
    assert {expected.status for expected in answers.values()} == {"NOERROR", "NODATA", "NXDOMAIN"}
    assert len(answers["200.2.0.192.in-addr.arpa", "PTR"].records) == MANY_PTR
    assert answers["empty.node.zone.example", "A"].status == "NODATA"
    assert answers["92.2.0.192.in-addr.arpa", "PTR"].status == "NXDOMAIN"
    assert answers["to-nothing.zone.example", "A"].canonical_name == "missing.zone.example"
    assert answers["x.inner.zone.example", "A"].records == ("192.0.2.9",)
    assert answers["fastchain0.zone.example", "A"].ttl == 30
    assert {expected.status for expected in ask_kdig(knot.address, LOOPS)} == {"SERVFAIL"}
    assert [e.status for e in ask_kdig(unbound.address, ACROSS_ZONES)] == [
        "NOERROR", "NXDOMAIN", "NOERROR", "NOERROR", "NXDOMAIN", "NOERROR"
    ]  # fmt: skip
    assert {expected.status for expected in ask_kdig(nsd.address, REFUSED)} == {"REFUSED"}
