"""Zone files: what the reader takes, and the line that each complaint names."""

from __future__ import annotations

import pytest

from dnsburst._wire import codes, name, rdata
from dnsburst.errors import ConfigurationError
from dnsburst.server.zonefile import read

SOA = "@ 3600 IN SOA ns hostmaster 1 7200 900 1209600 300\n"
START = "$ORIGIN example.\n" + SOA


def records(text: str) -> list[str]:
    """Each record but the SOA as ``owner ttl type rdata``."""
    return [
        f"{name.to_text(r.owner)} {r.ttl} {codes.type_to_text(r.rdtype)} {rdata.to_text(r.rdtype, r.rdata)}"
        for r in read(text, "z")
        if r.rdtype != codes.TYPE_SOA
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("www A 192.0.2.1", ["www.example 3600 A 192.0.2.1"]),
        ("www 60 A 192.0.2.1", ["www.example 60 A 192.0.2.1"]),
        ("www 60 IN A 192.0.2.1", ["www.example 60 A 192.0.2.1"]),
        ("www IN 60 A 192.0.2.1", ["www.example 60 A 192.0.2.1"]),
        ("www in a 192.0.2.1", ["www.example 3600 A 192.0.2.1"]),
        ("www 1h30m A 192.0.2.1", ["www.example 5400 A 192.0.2.1"]),
        ("www 1W A 192.0.2.1", ["www.example 604800 A 192.0.2.1"]),
        ("www 2147483647 A 192.0.2.1", ["www.example 2147483647 A 192.0.2.1"]),
        ("@ A 192.0.2.1", ["example 3600 A 192.0.2.1"]),
        ("\tA 192.0.2.1", ["example 3600 A 192.0.2.1"]),
        ("www.other. A 192.0.2.1", ["www.other 3600 A 192.0.2.1"]),
        ("1 PTR host", ["1.example 3600 PTR host.example"]),
        ("1 PTR host.other.", ["1.example 3600 PTR host.other"]),
        ("1 PTR .", ["1.example 3600 PTR ."]),
        (
            "a A 192.0.2.1\n  A 192.0.2.2\n\n\tTXT x ; y",
            ["a.example 3600 A 192.0.2.1", "a.example 3600 A 192.0.2.2", 'a.example 3600 TXT "x"'],
        ),
        ("; nothing\n\n   ; nothing\n   \na A 192.0.2.1 ; that's it", ["a.example 3600 A 192.0.2.1"]),
        ("a A 192.0.2.1\r\nb A 192.0.2.2\r\n", ["a.example 3600 A 192.0.2.1", "b.example 3600 A 192.0.2.2"]),
        ("$TTL 60\na A 192.0.2.1\n$TTL 2m\nb A 192.0.2.2", ["a.example 60 A 192.0.2.1", "b.example 120 A 192.0.2.2"]),
        ("a 60 A 192.0.2.1\nb A 192.0.2.2", ["a.example 60 A 192.0.2.1", "b.example 60 A 192.0.2.2"]),
        (
            "$ORIGIN sub\na A 192.0.2.1\n$ORIGIN other.\nb A 192.0.2.2",
            ["a.sub.example 3600 A 192.0.2.1", "b.other 3600 A 192.0.2.2"],
        ),
        ("a MX 10 (\n  mail ; the one\n)", ["a.example 3600 MX 10 mail.example"]),
        ("a ( 60\n IN ) A 192.0.2.1\nb A 192.0.2.2", ["a.example 60 A 192.0.2.1", "b.example 60 A 192.0.2.2"]),
        ('a TXT "semi;colon" "paren(" b\\;c', ['a.example 3600 TXT "semi;colon" "paren(" "b;c"']),
        ('a TXT "q\\"uo\\\\te" "" "\\000\\255"', ['a.example 3600 TXT "q\\"uo\\\\te" "" "\\000\\255"']),
        ("dot\\.dot A 192.0.2.1", ["dot\\.dot.example 3600 A 192.0.2.1"]),
        ("end\\. A 192.0.2.1", ["end\\..example 3600 A 192.0.2.1"]),
        ("end\\\\. A 192.0.2.1", ["end\\\\ 3600 A 192.0.2.1"]),
        ("\\000\\032 A 192.0.2.1", ["\\000\\032.example 3600 A 192.0.2.1"]),
        ("semi\\;colon A 192.0.2.1", ["semi\\;colon.example 3600 A 192.0.2.1"]),
        ("u TYPE65280 \\# 4 0A000001", ["u.example 3600 TYPE65280 \\# 4 0A000001"]),
        ("u A \\# 4 0A000001", ["u.example 3600 A 10.0.0.1"]),
        ('s SVCB 1 . alpn="h2,h3"', ['s.example 3600 SVCB 1 . alpn="h2,h3"']),
        ("ns NS a", ["ns.example 3600 NS a.example"]),
    ],
)
def test_records(text: str, expected: list[str]) -> None:
    assert expected == records(START + text)


def test_soa_over_several_lines() -> None:
    text = "example. IN SOA ns.example. h.example. (\n 1 ; serial\n 2h ; refresh\n 3 4\n 5 )\nwww A 192.0.2.1\n"
    first = next(iter(read(text, "z")))
    assert rdata.to_text(first.rdtype, first.rdata) == "ns.example h.example 1 7200 3 4 5"
    assert (first.ttl, first.line) == (5, 1)  # the TTL is the MINIMUM where nothing else is said


def test_without_origin_names_belong_to_the_zone_of_the_last_soa() -> None:
    text = "one. SOA a b 1 2 3 4 5\nx A 192.0.2.1\ntwo. SOA a b 1 2 3 4 5\nx A 192.0.2.2\n"
    assert records(text) == ["x.one 5 A 192.0.2.1", "x.two 5 A 192.0.2.2"]


def test_names_beyond_ascii_become_a_labels() -> None:
    assert records(START + "b\u00fccher A 192.0.2.1") == ["xn--bcher-kva.example 3600 A 192.0.2.1"]


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("www A 192.0.2.256", 3, "255"),
        ("www A", 3, "value"),
        ("www", 3, "type"),
        ("www 60", 3, "type"),
        ("www AAAA ::g", 3, "address"),
        ("www NOSUCH x", 3, "NOSUCH"),
        ("www ANY x", 3, "ANY"),
        ("www OPT x", 3, "OPT"),
        ("www CH A 192.0.2.1", 3, "CH"),
        ("www 60 60 A 192.0.2.1", 3, "two TTLs"),
        ("www 60x A 192.0.2.1", 3, "60x"),
        ("www 2147483648 A 192.0.2.1", 3, "2147483648"),
        ("\na MX mail", 4, ""),
        ("a MX 10 (\n mail\n\n", 3, "parenthesis"),
        ("a A 192.0.2.1 )", 3, "parenthesis"),
        ('a TXT "open', 3, "quote"),
        ("a TXT \\", 3, "unexpected"),
        ("$INCLUDE other.zone", 3, "$INCLUDE"),
        ("$TTL", 3, "$TTL"),
        ("$TTL soon", 3, "soon"),
        ("$ORIGIN a. b.", 3, "$ORIGIN"),
        ("a..b A 192.0.2.1", 3, ""),
        ("x" * 64 + " A 192.0.2.1", 3, ""),
        (".".join(["x" * 63] * 3 + ["y" * 60]) + " A 192.0.2.1", 3, "255"),
    ],
)
def test_complaints_name_the_line(text: str, line: int, what: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"^file\.zone:{line}: [^\n]+$") as caught:
        list(read(START + text, "file.zone"))
    assert what in str(caught.value)


@pytest.mark.parametrize("text", ["@ SOA a. b. 1 2 3 4 5", "www A 192.0.2.1", " A 192.0.2.1"])
def test_the_first_name_must_be_absolute_without_origin(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^z:1: "):
        list(read(text, "z"))
