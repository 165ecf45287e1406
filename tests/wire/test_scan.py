"""What the compiled build does octet by octet says what name.py says in plain Python."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ..fuzz.builds import PURE
from .strategies import WIRE_NAMES

scan: Any = pytest.importorskip("dnsburst._wire.scan", reason="nothing is compiled in the pure build")
name: Any = PURE.name


@given(st.one_of(WIRE_NAMES, st.binary(max_size=300), WIRE_NAMES.map(lambda wire: wire[:-1])))
def test_usual_text(wire: bytes) -> None:
    text = scan.usual_text(wire)
    try:
        expected = name.to_text(wire)
    except name.MalformedMessage:
        expected = "\\"
    assert text == (None if "\\" in expected or expected == "." else expected)


@given(st.one_of(WIRE_NAMES.map(name.to_text), st.text("ab-.", max_size=300), st.text(max_size=80)))
def test_plain_wire(text: str) -> None:
    wire = scan.plain_wire(text)
    try:
        expected = name.from_text(text)
    except name.InvalidName:
        expected = None
    if wire is None:
        assert expected is None or text == "." or "\\" in text or not text.isascii()
    else:
        assert expected == wire


LONG = ".".join(["a"] * 127)


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        (LONG, True),
        (LONG + ".", True),
        (LONG + "a", False),
        (LONG + "a.", False),
        ("x" * 63, True),
        ("x" * 63 + ".", True),
        ("x" * 64, False),
        ("x" * 64 + ".", False),
        ("", False),
        (".", False),
        ("a..", False),
        (".a", False),
        ("a b", False),
        ("a\\b", False),
        ("a\x7f", False),
        ("ä", False),
    ],
)
def test_plain_wire_at_the_limits(text: str, accepted: bool) -> None:
    assert accepted == (scan.plain_wire(text) is not None)


@given(st.one_of(st.ip_addresses(v=4).map(str), st.text("0123456789.", max_size=16), st.text(max_size=16)))
def test_ipv4_number(text: str) -> None:
    number = scan.ipv4_number(text)
    try:
        expected = int.from_bytes(name.ipv4_octets(text), "big")
    except name.InvalidName:
        expected = -1
    assert expected == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0.0.0.0", 0),
        ("127.255.255.255", 0x7FFFFFFF),
        ("128.0.0.0", 0x80000000),
        ("255.255.255.255", 0xFFFFFFFF),
        ("256.0.0.0", -1),
        ("01.0.0.0", -1),
        ("00.0.0.0", -1),
        ("1.2.3", -1),
        ("1.2.3.", -1),
        ("1.2.3.4.", -1),
        ("1.2.3.4.5", -1),
        ("", -1),
        ("99999999999999999999.0.0.0", -1),
        ("1.2.3.\U0001d7d2", -1),
    ],
)
def test_ipv4_number_at_the_limits(text: str, number: int) -> None:
    assert number == scan.ipv4_number(text)


@given(st.one_of(st.ip_addresses(v=4).map(str), st.text("0123456789.", max_size=16), st.text(max_size=16)))
@example("0.0.0.0")
@example("255.255.255.255")
@example("1.22.133.4")
@example("1.1.1.1.1.1.1.1")
@example("1.01.1.1")
def test_ipv4_reverse(text: str) -> None:
    wire = scan.ipv4_reverse(text)
    try:
        expected = None if ":" in text else name.reverse_name(text)
    except name.InvalidName:
        expected = None
    assert expected == wire


@given(st.integers(0, 65535), *[st.binary(max_size=300)] * 3)
def test_query(query_id: int, middle: bytes, asked: bytes, opt: bytes) -> None:
    assert query_id.to_bytes(2, "big") + middle + asked + opt == scan.query(query_id, middle, asked, opt)


@given(st.one_of(WIRE_NAMES, st.binary(max_size=300)))
@example(bytes(range(256)))
def test_lower(wire: bytes) -> None:
    folded = scan.lower(wire)
    assert wire.lower() == folded
    assert (folded is wire) == (wire.lower() == wire)


@given(WIRE_NAMES, st.integers(0, 65535))
def test_asked_for(wire: bytes, rdtype: int) -> None:
    assert PURE.message.question(wire, rdtype) == scan.asked_for(wire, rdtype)
