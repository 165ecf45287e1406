"""hosts(5): names and addresses of this machine's own, as glibc's nss_files reads them."""

# Rules, those of glibc's files-hosts.c.
# 1. A line is an address, a name, and aliases; # starts a comment. A line that starts with no address is passed over.
# 2. Asked for IPv4, an IPv4-mapped IPv6 address counts as the IPv4 address, and ::1 as 127.0.0.1.
# 3. Asked for either family, each line counts with the address as it is written.
# 4. Names are compared without regard to case. One line answers, or all that match where host.conf says "multi on".
# 5. An address is answered by the first line that holds it.

from __future__ import annotations

import re
from collections.abc import Iterable

from .._wire.address import IPV4_MAPPED, ipv4_octets, ipv6_octets
from ..errors import InvalidName

_SPACE = re.compile("[ \t\v\f\r]+")
_LOOPBACK4 = bytes((127, 0, 0, 1))
_LOOPBACK6 = bytes(15) + b"\x01"


class HostsLine:
    """One line: the octets of its address (4 or 16), its first name ("" where it has none) and its aliases."""

    __slots__ = ("aliases", "name", "octets")

    def __init__(self, octets: bytes, name: str, aliases: tuple[str, ...]) -> None:
        self.octets = octets
        self.name = name
        self.aliases = aliases

    def as_ipv4(self) -> bytes | None:
        """The IPv4 address this line stands for, None if it stands for none."""
        octets = self.octets
        if len(octets) == 4:
            return octets
        if octets.startswith(IPV4_MAPPED):
            return octets[12:]
        return _LOOPBACK4 if octets == _LOOPBACK6 else None

    def as_ipv6(self) -> bytes | None:
        """The IPv6 address of this line, None if it has none."""
        return self.octets if len(self.octets) == 16 else None


class Hosts:
    """The lines of a hosts file, found by name or address."""

    __slots__ = ("_by_address", "_by_name", "lines")

    def __init__(self, lines: Iterable[HostsLine] = ()) -> None:
        self.lines = tuple(lines)
        self._by_name: dict[str, list[HostsLine]] = {}
        self._by_address: dict[bytes, HostsLine] = {}
        for line in self.lines:
            for name in dict.fromkeys(_fold(name) for name in (line.name, *line.aliases)):
                self._by_name.setdefault(name, []).append(line)
            for octets in (line.as_ipv4(), line.as_ipv6()):
                if octets is not None:
                    self._by_address.setdefault(octets, line)

    def named(self, name: str) -> list[HostsLine]:
        """The lines that hold this name, in any letter case, in the file's order."""
        return self._by_name.get(_fold(name), [])

    def at(self, octets: bytes) -> HostsLine | None:
        """The first line that stands for this IPv4 (4 octets) or IPv6 (16 octets) address."""
        return self._by_address.get(octets)


def parse(text: str, path: str = "hosts") -> Hosts:
    """Read the text of a hosts file. Lines that make no sense are passed over, as the C library does."""
    del path
    lines = []
    for raw in text.split("\n"):
        words = _SPACE.split(raw.partition("#")[0].partition("\0")[0].strip(" \t\v\f\r"))
        octets = _octets(words[0])
        if octets is not None:
            lines.append(HostsLine(octets, words[1] if len(words) > 1 else "", tuple(words[2:])))
    return Hosts(lines)


def _octets(text: str) -> bytes | None:
    try:
        return ipv6_octets(text) if ":" in text else ipv4_octets(text)
    except InvalidName:
        return None


def _fold(name: str) -> str:
    """ASCII lower case: the C locale's strcasecmp."""
    return name.lower() if name.isascii() else name.encode("utf-8", "surrogateescape").lower().decode("latin-1")
