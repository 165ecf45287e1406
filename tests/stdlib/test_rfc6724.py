"""Addresses are ordered by RFC 6724, with glibc's tables; the examples are those of its section 10.2."""

from __future__ import annotations

import socket

import pytest

from dnsburst.stdlib import rfc6724
from dnsburst.stdlib.interfaces import InterfaceAddress, interface_addresses, is_native


def sixteen(address: str) -> bytes:
    if ":" in address:
        return socket.inet_pton(socket.AF_INET6, address)
    return bytes(10) + b"\xff\xff" + socket.inet_pton(socket.AF_INET, address)


def order(
    monkeypatch: pytest.MonkeyPatch,
    sources: dict[str, str | None],
    known: dict[str, InterfaceAddress] | None = None,
    gai_conf: str = "",
) -> list[str]:
    """The destinations, keys of ``sources``, in their order; the values are the source addresses they get."""
    monkeypatch.setattr(
        rfc6724, "interface_addresses", lambda: {sixteen(key): value for key, value in (known or {}).items()}
    )
    found = {address: None if source is None else sixteen(source) for address, source in sources.items()}
    monkeypatch.setattr(rfc6724, "_source_for", lambda _family, address: found[address])
    addresses = [(int(socket.AF_INET6 if ":" in address else socket.AF_INET), address) for address in sources]
    return [addresses[index][1] for index in rfc6724.order(addresses, rfc6724.parse(gai_conf))]


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        # Prefer matching scope.
        ({"198.51.100.121": "169.254.13.78", "2001:db8:1::1": "2001:db8:1::2"}, ["2001:db8:1::1", "198.51.100.121"]),
        ({"2001:db8:1::1": "fe80::1", "198.51.100.121": "198.51.100.117"}, ["198.51.100.121", "2001:db8:1::1"]),
        # Prefer higher precedence.
        ({"10.1.2.3": "10.1.2.4", "2001:db8:1::1": "2001:db8:1::2"}, ["2001:db8:1::1", "10.1.2.3"]),
        # Prefer smaller scope.
        ({"2001:db8:1::1": "2001:db8:1::2", "fe80::1": "fe80::2"}, ["fe80::1", "2001:db8:1::1"]),
        # Use longest matching prefix.
        (
            {"2001:db8:3ffe::1": "2001:db8:3f44::2", "2001:db8:1::1": "2001:db8:1::2"},
            ["2001:db8:1::1", "2001:db8:3ffe::1"],
        ),
        # Prefer matching label.
        (
            {"2001:db8:1::1": "2002:c633:6401::2", "2002:c633:6401::1": "2002:c633:6401::2"},
            ["2002:c633:6401::1", "2001:db8:1::1"],
        ),
        # Avoid unusable destinations.
        ({"2001:db8:1::1": None, "198.51.100.1": "198.51.100.2"}, ["198.51.100.1", "2001:db8:1::1"]),
        ({"2001:db8:1::1": None, "::1": None, "198.51.100.1": None}, ["::1", "2001:db8:1::1", "198.51.100.1"]),
        # Else the order stays.
        ({"203.0.113.9": "192.0.2.9", "198.51.100.1": "192.0.2.9"}, ["203.0.113.9", "198.51.100.1"]),
        ({"198.51.100.1": "192.0.2.9", "203.0.113.9": "192.0.2.9"}, ["198.51.100.1", "203.0.113.9"]),
        # Teredo and site-local have labels of their own.
        ({"2001::1": "2001:db8::2", "2001:db8::1": "2001:db8::2"}, ["2001:db8::1", "2001::1"]),
        ({"fec0::1": "2001:db8::2", "2001:db8::1": "2001:db8::2"}, ["2001:db8::1", "fec0::1"]),
        # Multicast scope is in the address.
        ({"ff0e::1": "2001:db8::2", "ff02::1": "2001:db8::2"}, ["ff0e::1", "ff02::1"]),
    ],
)
def test_rules(monkeypatch: pytest.MonkeyPatch, sources: dict[str, str | None], expected: list[str]) -> None:
    assert order(monkeypatch, sources) == expected


def interface(
    prefix_length: int = 64, index: int = 2, deprecated: bool = False, home: bool = False
) -> InterfaceAddress:
    return InterfaceAddress(prefix_length, index, deprecated, home)


def test_deprecated_source_last(monkeypatch: pytest.MonkeyPatch) -> None:
    sources: dict[str, str | None] = {"2001:db8:1::1": "2001:db8:1::2", "2001:db8:2::1": "2001:db8:2::2"}
    known = {"2001:db8:1::2": interface(deprecated=True), "2001:db8:2::2": interface()}
    assert order(monkeypatch, sources, known) == ["2001:db8:2::1", "2001:db8:1::1"]


def test_home_address_first(monkeypatch: pytest.MonkeyPatch) -> None:
    sources: dict[str, str | None] = {"2001:db8:1::1": "2001:db8:1::2", "2001:db8:2::1": "2001:db8:2::2"}
    known = {"2001:db8:1::2": interface(), "2001:db8:2::2": interface(home=True)}
    assert order(monkeypatch, sources, known) == ["2001:db8:2::1", "2001:db8:1::1"]


def test_native_transport_before_tunnels(monkeypatch: pytest.MonkeyPatch) -> None:
    sources: dict[str, str | None] = {"2001:db8:1::1": "2001:db8:1::2", "2001:db8:2::1": "2001:db8:2::2"}
    known = {"2001:db8:1::2": interface(index=7), "2001:db8:2::2": interface(index=8)}
    monkeypatch.setattr(rfc6724, "is_native", lambda index: index == 8)
    assert order(monkeypatch, sources, known) == ["2001:db8:2::1", "2001:db8:1::1"]


def test_ipv4_prefixes_count_on_one_subnet_only(monkeypatch: pytest.MonkeyPatch) -> None:
    sources: dict[str, str | None] = {"192.0.3.1": "192.0.2.9", "10.0.0.1": "192.0.2.9", "192.0.2.1": "192.0.2.9"}
    known = {"192.0.2.9": interface(prefix_length=24), "2001:db8::1": interface()}
    assert order(monkeypatch, sources, known) == ["192.0.2.1", "192.0.3.1", "10.0.0.1"]


@pytest.mark.parametrize(
    ("gai_conf", "expected"),
    [
        ("", ["2001:db8:1::1", "10.1.2.3"]),
        ("precedence ::ffff:0:0/96 100\n", ["10.1.2.3", "2001:db8:1::1"]),
        ("  precedence\t::ffff:0:0/96 100 # IPv4 first\n", ["10.1.2.3", "2001:db8:1::1"]),
        ("#precedence ::ffff:0:0/96 100\n", ["2001:db8:1::1", "10.1.2.3"]),
        (
            "precedence ::ffff:0:0/129 100\nprecedence x 1\nprecedence ::1 x\nprecedence\nreload yes\n",
            ["2001:db8:1::1", "10.1.2.3"],
        ),
        ("label 2001:db8:1::2/128 9\n", ["10.1.2.3", "2001:db8:1::1"]),
        ("scopev4 10.0.0.0/8 5\nscopev4 ::ffff:10.1.2.4/128 2\n", ["2001:db8:1::1", "10.1.2.3"]),
    ],
)
def test_gai_conf(monkeypatch: pytest.MonkeyPatch, gai_conf: str, expected: list[str]) -> None:
    assert order(monkeypatch, {"10.1.2.3": "10.1.2.4", "2001:db8:1::1": "2001:db8:1::2"}, gai_conf=gai_conf) == expected


def test_sources_come_from_the_kernel() -> None:
    assert rfc6724._source_for(socket.AF_INET, "127.0.0.1") == sixteen("127.0.0.1")
    addresses = interface_addresses()
    assert all(len(octets) == 16 for octets in addresses)
    assert is_native(1)
    assert is_native(10**6)
