"""Numbers and mnemonics."""

from __future__ import annotations

import enum

import dns.edns
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dnsburst._wire import codes
from dnsburst.errors import UnknownType


class Kind(enum.IntEnum):
    MX = 15


class Named(enum.Enum):
    MX = "MX"
    TXT = 16


class NamedText(enum.StrEnum):
    MX = "mx"


@pytest.mark.parametrize(
    ("given_", "number"),
    [
        ("A", 1),
        ("ptr", 12),
        ("Aaaa", 28),
        ("HTTPS", 65),
        ("any", 255),
        ("*", 255),
        ("TYPE65280", 65280),
        ("type1", 1),
        ("TYPE0", 0),
        ("TYPE65535", 65535),
        (12, 12),
        (0, 0),
        (65535, 65535),
        (Kind.MX, 15),
        (Named.MX, 15),
        (Named.TXT, 16),
        (NamedText.MX, 15),
        (dns.rdatatype.MX, 15),
    ],
)
def test_type_from_text(given_: object, number: int) -> None:
    found = codes.type_from_text(given_)
    assert number == found
    assert type(found) is int


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "X",
        "TYPE",
        "TYPE65536",
        "TYPE99999999999",
        "TYPE-1",
        "TYPE 1",
        "TYPE1_0",
        "TYPE\u0661",
        "A ",
        "\x1b[2J",
        "ΑAAA",
        -1,
        65536,
        2**70,
        None,
        1.0,
        b"A",
        ["A"],
    ],
)
def test_unknown_type(wrong: object) -> None:
    with pytest.raises(UnknownType) as caught:
        codes.type_from_text(wrong)
    assert str(caught.value).isascii()
    assert str(caught.value).isprintable()


@given(st.integers(0, 65535))
def test_types_as_dnspython_has_them(number: int) -> None:
    text = codes.type_to_text(number)
    assert number == codes.type_from_text(text)
    theirs = dns.rdatatype.to_text(dns.rdatatype.RdataType.make(number)).replace("_", "-")
    # One of the two may not have heard of a type yet.
    assert text == theirs or f"TYPE{number}" in (text, theirs) or number == 0


def test_every_type_of_dnspython() -> None:
    for known in dns.rdatatype.RdataType:
        if known.value:  # 0 is no type
            assert known.name.replace("_", "-") == codes.type_to_text(known.value)


def test_constants_are_their_mnemonics() -> None:
    for constant, value in vars(codes).items():
        kind, _, mnemonic = constant.partition("_")
        if kind == "TYPE":
            assert mnemonic == codes.type_to_text(value)
        elif kind == "RCODE":
            assert mnemonic == codes.rcode_to_text(value)
        elif kind == "CLASS":
            assert mnemonic == codes.class_to_text(value)
            assert value == codes.class_from_text(mnemonic.lower())


@pytest.mark.parametrize(
    ("number", "text"), [(1, "IN"), (3, "CH"), (255, "ANY"), (32, "CLASS32"), (0, "CLASS0"), (65535, "CLASS65535")]
)
def test_classes(number: int, text: str) -> None:
    assert text == codes.class_to_text(number)
    assert number == codes.class_from_text(text)


@pytest.mark.parametrize("text", ["", "INN", "CLASS", "CLASS65536", "CLASS-1"])
def test_no_class(text: str) -> None:
    assert codes.class_from_text(text) is None


@pytest.mark.parametrize("number", [*range(12), 16, 23])
def test_rcodes_as_dnspython_has_them(number: int) -> None:
    assert dns.rcode.to_text(dns.rcode.Rcode(number)) == codes.rcode_to_text(number)


@pytest.mark.parametrize(("number", "text"), [(12, "RCODE12"), (17, "RCODE17"), (4095, "RCODE4095")])
def test_rcode_without_a_mnemonic(number: int, text: str) -> None:
    assert text == codes.rcode_to_text(number)


def test_extended_errors() -> None:
    assert codes.ede_to_text(22) == "No Reachable Authority"
    assert codes.ede_to_text(15) == "Blocked"
    assert codes.ede_to_text(4096) == "EDE4096"
    for known in dns.edns.EDECode:
        if known.value:  # 0 is "Other Error" at IANA
            assert known.name.replace("_", " ").lower() == codes.ede_to_text(known.value).lower()
