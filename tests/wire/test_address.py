"""Addresses as text and as octets; ipaddress and inet_ntop are the oracles."""

from __future__ import annotations

import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dnsburst._wire import address
from dnsburst.errors import InvalidName


def is_one(text: str) -> bool:
    """What ipaddress takes for an address; zone ids are its own business."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text


@given(
    st.one_of(
        st.text("0123456789.", max_size=16),
        st.text("01af:.", max_size=40),
        st.text("0:", max_size=18),
        st.text(max_size=20),
    )
)
def test_what_is_an_address(text: str) -> None:
    assert is_one(text) is bool(address.is_address(text))


@given(st.ip_addresses(v=4))
def test_ipv4(expected: ipaddress.IPv4Address) -> None:
    assert expected.packed == address.ipv4_octets(str(expected))
    assert str(expected) == address.ipv4_text(expected.packed)


# Mostly zeros: runs of every length at every place.
ADDRESSES = st.one_of(
    st.binary(min_size=16, max_size=16),
    st.lists(st.sampled_from([b"\0\0", b"\0\0", b"\0\1", b"\xff\xff", b"\x0a\0"]), min_size=8, max_size=8).map(
        b"".join
    ),
)


@given(ADDRESSES)
def test_ipv6(octets: bytes) -> None:
    expected = ipaddress.IPv6Address(octets)
    text = address.ipv6_text(octets)
    assert octets == address.ipv6_octets(text)
    assert octets == address.ipv6_octets(expected.exploded)
    assert octets == address.ipv6_octets(expected.compressed.upper())
    assert expected == ipaddress.IPv6Address(text)
    if "." not in text:
        assert expected.compressed == text


@given(ADDRESSES)
@pytest.mark.skipif(not hasattr(socket, "inet_ntop"), reason="no inet_ntop")
def test_ipv6_text_is_that_of_inet_ntop(octets: bytes) -> None:
    assert socket.inet_ntop(socket.AF_INET6, octets) == address.ipv6_text(octets)


# RFC 5952, 4 and 5
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2001:0db8::0001", "2001:db8::1"),
        ("2001:db8:0:0:0:0:2:1", "2001:db8::2:1"),
        ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
        ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
        ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
        ("2001:DB8::ABCD", "2001:db8::abcd"),
        ("0:0:0:0:0:0:0:0", "::"),
        ("0:0:0:0:0:0:0:1", "::1"),
        ("1:0:0:0:0:0:0:0", "1::"),
        ("0:0:1:0:0:0:0:0", "0:0:1::"),
        ("10:0:0:10::", "10:0:0:10::"),
        ("::ffff:c000:201", "::ffff:192.0.2.1"),
        ("::ffff:0:0", "::ffff:0.0.0.0"),
        ("::c000:201", "::192.0.2.1"),
        ("::fffe:c000:201", "::fffe:c000:201"),
        ("64:ff9b::c000:201", "64:ff9b::c000:201"),
    ],
)
def test_shortest_form(text: str, expected: str) -> None:
    assert expected == address.ipv6_text(address.ipv6_octets(text))


def test_the_other_family_is_refused() -> None:
    with pytest.raises(InvalidName, match=r"^not an address$"):
        address.ipv4_octets("::1")
    with pytest.raises(InvalidName, match=r"^not an address$"):
        address.ipv6_octets("192.0.2.1")
