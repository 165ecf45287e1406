"""The order of several addresses: RFC 6724, section 6, with the tables and readings of glibc."""

# Rules. Of two destinations the one that wins the first of these goes first.
#  1. it can be reached: a datagram socket connects to it (no packet is sent)
#  2. the source address has its scope        6. it has the higher precedence in the policy table
#  3. the source address is not deprecated    7. its interface is no tunnel
#  4. the source address is a home address    8. its scope is smaller
#  5. the source address has its label        9. it shares a longer prefix with its source (IPv4: on one subnet only)
# 10. it came first
# The policy tables are those of glibc, or of gai.conf(5) where that names any entry of the kind.

from __future__ import annotations

import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cmp_to_key
from typing import Final

from .._wire.address import IPV4_MAPPED, ipv4_octets, ipv6_octets
from ..errors import InvalidName
from .interfaces import InterfaceAddress, interface_addresses, is_native

_Table = tuple[tuple[int, int, int], ...]
"""(prefix as a number, its length, value), longest prefix first."""

_LOOPBACK = (ipv6_octets("::1"), 128)
_SIX_TO_FOUR = (ipv6_octets("2002::"), 16)
_COMPATIBLE = (bytes(16), 96)
_MAPPED = (IPV4_MAPPED + bytes(4), 96)
_SITE_LOCAL = (ipv6_octets("fec0::"), 10)
_UNIQUE_LOCAL = (ipv6_octets("fc00::"), 7)
_TEREDO = (ipv6_octets("2001::"), 32)
_ANY = (bytes(16), 0)

_LINK_SCOPE: Final = 2
_SITE_SCOPE: Final = 5
_GLOBAL_SCOPE: Final = 14

_NUMBER = re.compile("[0-9]+")


def _table(entries: Sequence[tuple[tuple[bytes, int], int]]) -> _Table:
    by_length = sorted(entries, key=lambda entry: -entry[0][1])
    return tuple((_top_bits(prefix, length), length, value) for (prefix, length), value in by_length)


def _top_bits(octets: bytes, length: int) -> int:
    return int.from_bytes(octets, "big") >> (128 - length)


# As in gai.conf(5); RFC 6724's own table differs in a few values.
_LABELS = (
    (_LOOPBACK, 0),
    (_SIX_TO_FOUR, 2),
    (_COMPATIBLE, 3),
    (_MAPPED, 4),
    (_SITE_LOCAL, 5),
    (_UNIQUE_LOCAL, 6),
    (_TEREDO, 7),
    (_ANY, 1),
)
_PRECEDENCES = ((_LOOPBACK, 50), (_SIX_TO_FOUR, 30), (_COMPATIBLE, 20), (_MAPPED, 10), (_ANY, 40))
_SCOPES = (
    ((IPV4_MAPPED + bytes((169, 254, 0, 0)), 112), _LINK_SCOPE),
    ((IPV4_MAPPED + bytes((127, 0, 0, 0)), 104), _LINK_SCOPE),
    (_MAPPED, _GLOBAL_SCOPE),
)


@dataclass(frozen=True, slots=True)
class PolicyTables:
    """Labels and precedences of IPv6 prefixes, scopes of IPv4 prefixes (as IPv4-mapped)."""

    labels: _Table
    precedences: _Table
    scopes: _Table


def parse(text: str, path: str = "gai.conf") -> PolicyTables:
    """Read the text of a gai.conf. Lines that make no sense are passed over; a kind without lines keeps its default."""
    del path
    labels: list[tuple[tuple[bytes, int], int]] = []
    precedences: list[tuple[tuple[bytes, int], int]] = []
    scopes: list[tuple[tuple[bytes, int], int]] = []
    for raw in text.split("\n"):
        words = raw.partition("#")[0].split()
        if len(words) < 3 or _NUMBER.fullmatch(words[2]) is None:
            continue
        prefix = _prefix(words[1], mapped=words[0] == "scopev4")
        if prefix is None:
            continue
        value = int(words[2])
        if words[0] == "label":
            labels.append((prefix, value))
        elif words[0] == "precedence":
            precedences.append((prefix, value))
        elif words[0] == "scopev4":
            scopes.append((prefix, value))
    # What no entry covers has the values of ::/0.
    return PolicyTables(
        labels=_table([*labels, (_ANY, 1)] if labels else _LABELS),
        precedences=_table([*precedences, (_ANY, 40)] if precedences else _PRECEDENCES),
        scopes=_table([*scopes, (_MAPPED, _GLOBAL_SCOPE)] if scopes else _SCOPES),
    )


class _Destination:
    """One address with what the rules look at. ``octets`` are always sixteen, IPv4 as IPv4-mapped."""

    __slots__ = ("family", "interface", "octets", "scope", "source")

    def __init__(self, family: int, address: str, tables: PolicyTables, sources: dict[bytes, InterfaceAddress]) -> None:
        self.family = family
        self.octets = _sixteen(family, address)
        self.scope = _scope(family, self.octets, tables)
        self.source = _source_for(family, address)
        self.interface: InterfaceAddress | None = None
        if self.source is not None:
            known = self.source
            if family == socket.AF_INET and known[12] == 127:
                known = IPV4_MAPPED + bytes((127, 0, 0, 1))
            self.interface = sources.get(known)


def order(addresses: Sequence[tuple[int, str]], tables: PolicyTables) -> list[int]:
    """The indexes of (family, numeric address) pairs in the order to try them. Opens sockets, sends nothing."""
    if len(addresses) < 2:
        return list(range(len(addresses)))
    sources = interface_addresses()
    seen: dict[tuple[int, str], _Destination] = {}
    destinations = []
    for family, address in addresses:
        destination = seen.get((family, address))
        if destination is None:
            destination = seen[family, address] = _Destination(family, address, tables, sources)
        destinations.append(destination)

    def compare(left: int, right: int) -> int:
        return _compare(destinations[left], destinations[right], tables) or left - right

    return sorted(range(len(destinations)), key=cmp_to_key(compare))


def _compare(one: _Destination, two: _Destination, tables: PolicyTables) -> int:
    """Below zero if ``one`` goes first, above if ``two`` does, zero for a tie."""
    if (one.source is None) != (two.source is None):
        return 1 if one.source is None else -1
    if one.source is not None and two.source is not None:
        decided = (
            _prefer(
                one.scope == _scope(one.family, one.source, tables), two.scope == _scope(two.family, two.source, tables)
            )
            or _compare_flags(one.interface, two.interface)
            or _prefer(
                _value(tables.labels, one.octets) == _value(tables.labels, one.source),
                _value(tables.labels, two.octets) == _value(tables.labels, two.source),
            )
        )
        if decided:
            return decided
    decided = _value(tables.precedences, two.octets) - _value(tables.precedences, one.octets)
    if decided:
        return decided
    if one.source is None or two.source is None:
        return one.scope - two.scope
    return (
        _compare_transport(one.interface, two.interface)
        or one.scope - two.scope
        or (_compare_prefixes(one, two) if one.family == two.family else 0)
    )


def _prefer(one: bool, two: bool) -> int:
    return two - one


def _compare_flags(one: InterfaceAddress | None, two: InterfaceAddress | None) -> int:
    """Rules 3 and 4."""
    deprecated = (one is not None and one.deprecated) - (two is not None and two.deprecated)
    return deprecated or (two is not None and two.home) - (one is not None and one.home)


def _compare_transport(one: InterfaceAddress | None, two: InterfaceAddress | None) -> int:
    """Rule 7. An interface that is not known counts as a tunnel."""
    first = None if one is None else one.interface
    second = None if two is None else two.interface
    if first == second:
        return 0
    return _prefer(first is not None and is_native(first), second is not None and is_native(second))


def _compare_prefixes(one: _Destination, two: _Destination) -> int:
    """Rule 9, the longer common prefix of source and destination first."""
    if one.family == socket.AF_INET:
        return _common_on_subnet(two) - _common_on_subnet(one)
    assert one.source is not None
    assert two.source is not None
    # glibc counts within the first 32 bits in which either pair differs.
    for word in range(0, 16, 4):
        part = slice(word, word + 4)
        first = int.from_bytes(one.octets[part], "big") ^ int.from_bytes(one.source[part], "big")
        second = int.from_bytes(two.octets[part], "big") ^ int.from_bytes(two.source[part], "big")
        if first or second:
            return first.bit_length() - second.bit_length()
    return 0


def _common_on_subnet(destination: _Destination) -> int:
    """Bits an IPv4 destination shares with its source, 0 if they are on different subnets."""
    assert destination.source is not None
    length = destination.interface.prefix_length if destination.interface is not None else 32
    differ = int.from_bytes(destination.octets[12:], "big") ^ int.from_bytes(destination.source[12:], "big")
    # A length of zero shifts a 32-bit mask by 32, which common processors take as not at all.
    return 32 - differ.bit_length() if differ >> (32 - (length or 32)) == 0 else 0


def _value(table: _Table, octets: bytes) -> int:
    number = int.from_bytes(octets, "big")
    for prefix, length, value in table:
        if number >> (128 - length) == prefix:
            return value
    return 0


def _scope(family: int, octets: bytes, tables: PolicyTables) -> int:
    """The scope of an address (RFC 4291, 2.7; RFC 6724, 3.1 and 3.2)."""
    if family == socket.AF_INET:
        return _value(tables.scopes, octets)
    if octets[0] == 0xFF:
        return octets[1] & 0x0F
    if octets[0] == 0xFE and octets[1] & 0xC0 == 0x80:
        return _LINK_SCOPE
    if octets[0] == 0xFE and octets[1] & 0xC0 == 0xC0:
        return _SITE_SCOPE
    return _LINK_SCOPE if octets == _LOOPBACK[0] else _GLOBAL_SCOPE


def _source_for(family: int, address: str) -> bytes | None:
    """The address this machine would send from, as sixteen octets; None if there is no way there."""
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((address, 9))
            return _sixteen(family, probe.getsockname()[0])
    except OSError:
        return None


def _sixteen(family: int, address: str) -> bytes:
    if family == socket.AF_INET:
        return IPV4_MAPPED + socket.inet_pton(socket.AF_INET, address)
    return socket.inet_pton(socket.AF_INET6, address.partition("%")[0])


def _prefix(text: str, mapped: bool) -> tuple[bytes, int] | None:
    """``PREFIX/LENGTH`` as octets and bits. With ``mapped`` it is IPv4, plain or IPv4-mapped, and becomes mapped."""
    address, slash, bits = text.partition("/")
    if slash and _NUMBER.fullmatch(bits) is None:
        return None
    try:
        if mapped and ":" not in address:
            octets, most, least = IPV4_MAPPED + ipv4_octets(address), 32, 0
        else:
            octets, most, least = ipv6_octets(address), 128, 96 if mapped else 0
    except InvalidName:
        return None
    length = int(bits) if slash else most
    if not least <= length <= most or (mapped and not octets.startswith(IPV4_MAPPED)):
        return None
    return octets, length + 96 if most == 32 else length
