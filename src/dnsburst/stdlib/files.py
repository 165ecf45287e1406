"""The hosts file as a source of host names: nss_files."""

from __future__ import annotations

import socket

from .._io.hosts import Hosts, HostsLine
from .._io.nsswitch import SUCCESS, UNAVAIL
from .._io.system import SystemFiles
from ..errors import ConfigurationError
from .outcome import NO_RECOVERY, NOT_FOUND, Outcome

_UNREADABLE = Outcome(UNAVAIL, NO_RECOVERY)


class FilesSource:
    """Answers from the hosts file. One that cannot be read is passed over, as by the C library."""

    __slots__ = ("_files",)

    def __init__(self, files: SystemFiles) -> None:
        self._files = files

    def by_name(self, name: str, family: int) -> Outcome:
        """The addresses of one family. With ``multi on`` all lines with the name count, and their names as aliases."""
        hosts = self._hosts()
        if hosts is None:
            return _UNREADABLE
        found: list[tuple[HostsLine, str]] = []
        for line in hosts.named(name):
            address = _address(line, family)
            if address is not None:
                found.append((line, address))
                if not self._multi():
                    break
        if not found:
            return NOT_FOUND
        official = found[0][0].name
        aliases = list(found[0][0].aliases)
        for line, _ in found[1:]:
            aliases += line.aliases
            if line.name != official:
                aliases.append(line.name)
        return Outcome(SUCCESS, 0, official, tuple(aliases), tuple((family, address) for _, address in found))

    def by_name_any(self, name: str) -> Outcome:
        """The addresses of both families, each as it is written in the file."""
        hosts = self._hosts()
        if hosts is None:
            return _UNREADABLE
        lines = hosts.named(name)
        if not lines:
            return NOT_FOUND
        if not self._multi():
            lines = lines[:1]
        return Outcome(SUCCESS, 0, lines[0].name, (), tuple(map(_as_written, lines)))

    def by_address(self, family: int, octets: bytes) -> Outcome:
        """The names of an address, from the first line that has it."""
        hosts = self._hosts()
        if hosts is None:
            return _UNREADABLE
        line = hosts.at(octets)
        if line is None:
            return NOT_FOUND
        return Outcome(SUCCESS, 0, line.name, line.aliases, ((family, socket.inet_ntop(family, octets)),))

    def _hosts(self) -> Hosts | None:
        try:
            return self._files.hosts()
        except ConfigurationError:
            return None

    def _multi(self) -> bool:
        try:
            return self._files.multi()
        except ConfigurationError:
            return False


def _address(line: HostsLine, family: int) -> str | None:
    octets = line.as_ipv4() if family == socket.AF_INET else line.as_ipv6()
    return None if octets is None else socket.inet_ntop(family, octets)


def _as_written(line: HostsLine) -> tuple[int, str]:
    family = socket.AF_INET if len(line.octets) == 4 else socket.AF_INET6
    return family, socket.inet_ntop(family, line.octets)
