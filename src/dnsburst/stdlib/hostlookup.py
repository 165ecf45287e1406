"""The socket module's five functions, answered by dnsburst: values, order and exceptions as glibc gives them."""

# Rules.
# 1. What asks no name server is left to the C library: argument checks, numeric hosts in all their forms, services,
#    flags, socket types and protocols, and their order. It is called with AI_NUMERICHOST or NI_NUMERICHOST only.
# 2. Names go to the sources of nsswitch.conf in turn; of these, the hosts file and DNS are known here.
# 3. An exception carries the number and the text that the C library has for it.
# 4. A system file that cannot be read counts as missing, as it does for the C library: no program that expects an
#    OSError from these functions gets anything else.

from __future__ import annotations

import _socket
import errno
import os
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NoReturn

from .._engine.address import ServerAddress
from .._io.nsswitch import DEFAULT_SERVICES, SUCCESS, TRYAGAIN, UNAVAIL, Service
from .._io.resolvconf import ResolvConf
from .._io.system import SYSTEM, SystemFiles, WatchedFile
from .._wire.address import IPV4_MAPPED, is_address
from ..errors import ConfigurationError
from . import rfc6724
from .dns import Ask, DnsSource, ask
from .files import FilesSource
from .outcome import (
    EAI_ADDRFAMILY,
    EAI_AGAIN,
    EAI_NODATA,
    EAI_NONAME,
    HOST_NOT_FOUND,
    NO_DATA,
    NO_RECOVERY,
    NOT_FOUND,
    TRY_AGAIN,
    Outcome,
    gaierror,
    herror,
)

_AF_INET = int(socket.AF_INET)
_AF_INET6 = int(socket.AF_INET6)
_AF_UNSPEC = int(socket.AF_UNSPEC)
_AI_ALL: int = getattr(socket, "AI_ALL", 0)
_AI_V4MAPPED: int = getattr(socket, "AI_V4MAPPED", 0)
_ANY_ADDRESS = {_AF_INET: "0.0.0.0", _AF_INET6: "::"}

_Address = tuple[int, str]
_Entry = tuple[int, int, int, str, tuple[Any, ...]]


class HostLookup:
    """gethostbyname and its family for one configuration.

    servers: asked instead of those of resolv.conf, as ``ADDR``, ``ADDR:PORT`` or ``[V6]:PORT``
    files: where the system's files are
    ask: what asks DNS

    >>> HostLookup(["192.0.2.53"]).gethostbyname("127.1")
    '127.0.0.1'
    """

    __slots__ = ("_dns", "_files", "_gai_conf", "_servers", "_system")

    def __init__(self, servers: Sequence[str] | None = None, files: SystemFiles = SYSTEM, ask: Ask = ask) -> None:
        self._servers = tuple(map(ServerAddress.from_text, servers)) if servers else ()
        self._system = files
        self._gai_conf = WatchedFile(files.gai_conf, rfc6724.parse)
        self._files = FilesSource(files)
        self._dns = DnsSource(self._configuration, ask)

    def gethostbyname(self, hostname: str | bytes | bytearray, /) -> str:
        """The first IPv4 address of a host, as socket.gethostbyname gives it. Raises gaierror."""
        name = _octets(hostname, _socket.gethostbyname)
        sys.audit("socket.gethostbyname", hostname)
        return self._first_address(name, _AF_INET)[1]

    def gethostbyname_ex(self, hostname: str | bytes | bytearray, /) -> tuple[str, list[str], list[str]]:
        """(official name, aliases, IPv4 addresses) of a host, as socket.gethostbyname_ex. Raises gaierror or herror."""
        name = _octets(hostname, _socket.gethostbyname_ex)
        sys.audit("socket.gethostbyname", hostname)
        self._first_address(name, _AF_INET)
        text = _text(name)
        if _is_dotted_digits(text):
            return text, [], [socket.inet_ntoa(socket.inet_aton(text))]
        if _looks_like_ipv6(text):
            raise herror(HOST_NOT_FOUND)
        outcome = self._by_name(text, aliases=True)
        if outcome.status != SUCCESS:
            raise herror(outcome.h_errno)
        return outcome.name, list(outcome.aliases), [address for _, address in outcome.addresses]

    def gethostbyaddr(self, ip_address: str | bytes | bytearray, /) -> tuple[str, list[str], list[str]]:
        """(name, aliases, [address]) of an address, as socket.gethostbyaddr.

        A host name is resolved first. Raises herror, gaierror, or OSError for IPv4 inside IPv6.
        """
        name = _octets(ip_address, _socket.gethostbyaddr)
        sys.audit("socket.gethostbyaddr", ip_address)
        family, address = self._first_address(name, _AF_UNSPEC)
        outcome = self._by_address(family, address)
        if outcome.status != SUCCESS:
            raise herror(outcome.h_errno)
        if any(found != family for found, _ in outcome.addresses):
            raise OSError(errno.EAFNOSUPPORT, os.strerror(errno.EAFNOSUPPORT))
        return outcome.name, list(outcome.aliases), [text for _, text in outcome.addresses]

    def getaddrinfo(
        self,
        host: str | bytes | None,
        port: str | bytes | int | None,
        family: int = 0,
        type: int = 0,
        proto: int = 0,
        flags: int = 0,
    ) -> list[tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[Any, ...]]]:
        """(family, type, proto, canonname, sockaddr) tuples to connect to, as socket.getaddrinfo. Raises gaierror."""
        return [
            (_as_enum(socket.AddressFamily, entry[0]), _as_enum(socket.SocketKind, entry[1]), *entry[2:])
            for entry in self._entries(host, port, family, type, proto, flags)
        ]

    def getnameinfo(self, sockaddr: tuple[Any, ...], flags: int, /) -> tuple[str, str]:
        """(host, service) of a socket address, as socket.getnameinfo. Raises gaierror."""
        if not isinstance(flags, int) or flags & socket.NI_NUMERICHOST:
            return _socket.getnameinfo(sockaddr, flags)
        required = flags & socket.NI_NAMEREQD
        numeric, service = _socket.getnameinfo(sockaddr, (flags & ~socket.NI_NAMEREQD) | socket.NI_NUMERICHOST)
        address = numeric.partition("%")[0]
        outcome = self._by_address(_AF_INET6 if ":" in address else _AF_INET, address)
        if outcome.status == SUCCESS:
            return self._without_domain(outcome.name) if flags & socket.NI_NOFQDN else outcome.name, service
        if outcome.h_errno == TRY_AGAIN:
            raise gaierror(EAI_AGAIN)
        if required:
            raise gaierror(EAI_NONAME)
        return numeric, service

    def _configuration(self) -> ResolvConf:
        """resolv.conf as it is now; as in glibc, one that cannot be read means the server 127.0.0.1."""
        try:
            conf = self._system.resolv_conf()
        except ConfigurationError:
            if not self._servers and os.name == "nt":
                raise
            conf = ResolvConf()
        return replace(conf, nameservers=self._servers) if self._servers else conf

    def _services(self) -> tuple[Service, ...]:
        try:
            return self._system.services()
        except ConfigurationError:
            return DEFAULT_SERVICES

    def _tables(self) -> rfc6724.PolicyTables:
        try:
            return self._gai_conf.get()
        except ConfigurationError:
            return rfc6724.parse("")

    def _in_turn(self, files: Callable[[], Outcome], dns: Callable[[], Outcome]) -> Outcome:
        """Ask the sources of nsswitch.conf in turn, until one's outcome ends the search."""
        outcome = Outcome(UNAVAIL, NO_RECOVERY)
        for service in self._services():
            outcome = (files if service.name == "files" else dns)()
            if outcome.status in service.stops:
                break
        return outcome

    def _by_name(self, name: str, aliases: bool = False) -> Outcome:
        """The IPv4 addresses of a name, with aliases if they are wanted."""
        return self._in_turn(
            lambda: self._files.by_name(name, _AF_INET), lambda: self._dns.by_name(name, _AF_INET, aliases)
        )

    def _by_address(self, family: int, address: str) -> Outcome:
        octets = socket.inet_pton(family, address)
        if octets == bytes(16):
            return NOT_FOUND
        return self._in_turn(
            lambda: self._files.by_address(family, octets), lambda: self._dns.by_address(family, octets)
        )

    def _first_address(self, name: bytes, family: int) -> _Address:
        """The address that gethostbyname and gethostbyaddr take: CPython's reading of the name, then getaddrinfo's."""
        if not name:
            wildcards = _socket.getaddrinfo(None, "0", family, socket.SOCK_DGRAM, 0, socket.AI_PASSIVE)
            if len(wildcards) > 1:
                raise OSError("wildcard resolved to multiple address")
            return wildcards[0][0], str(wildcards[0][4][0])
        text = _text(name)
        if text == "<broadcast>":
            return _AF_INET, "255.255.255.255"
        for known in (_AF_INET, _AF_INET6):
            if family in (known, _AF_UNSPEC) and (known == _AF_INET or "%" not in text):
                try:
                    return known, socket.inet_ntop(known, socket.inet_pton(known, text))
                except (OSError, ValueError):
                    continue
        entry = self._entries(name, None, family, 0, 0, 0)[0]
        return entry[0], entry[4][0]

    def _entries(
        self, host: str | bytes | None, port: str | bytes | int | None, family: int, kind: int, proto: int, flags: int
    ) -> list[_Entry]:
        if (isinstance(host, str) and "\0" in host) or (isinstance(host, bytes) and b"\0" in host):
            raise gaierror(EAI_NONAME)
        try:
            return _socket.getaddrinfo(host, port, family, kind, proto, flags | socket.AI_NUMERICHOST)
        except socket.gaierror as error:
            if error.errno != EAI_NONAME or host is None or flags & socket.AI_NUMERICHOST:
                raise
        name = _text(host.encode("idna") if isinstance(host, str) else host)
        address, zoned, _ = name.partition("%")
        if zoned and ":" in address and is_address(address):  # with a zone that this machine does not have
            raise gaierror(EAI_NONAME)
        family, endpoints = _endpoints(port, family, kind, proto, flags & ~socket.AI_CANONNAME)
        addresses, canonical = self._addresses(name, family, flags)
        entries: list[_Entry] = []
        for found, address in addresses:
            for kind, proto, number in endpoints:
                sockaddr = (address, number) if found == _AF_INET else (address, number, 0, 0)
                entries.append((found, kind, proto, "", sockaddr))
        if len(addresses) > 1:
            order = rfc6724.order([(entry[0], entry[4][0]) for entry in entries], self._tables())
            entries = [entries[index] for index in order]
        if not entries:
            raise gaierror(EAI_NONAME)
        if flags & socket.AI_CANONNAME:
            entries[0] = (*entries[0][:3], canonical or name, entries[0][4])
        return entries

    def _addresses(self, name: str, family: int, flags: int) -> tuple[list[_Address], str]:
        """The addresses of a name that is no numeric host, and its canonical name."""
        if family == _AF_INET and not flags & socket.AI_CANONNAME:
            return self._addresses_simple(name), ""
        if family == _AF_UNSPEC:
            return self._addresses_any(name)
        return self._addresses_of(name, family, flags)

    def _addresses_simple(self, name: str) -> list[_Address]:
        """IPv4 alone, and no canonical name asked for: gethostbyname's way."""
        if _is_dotted_digits(name) or _looks_like_ipv6(name):
            raise gaierror(EAI_NONAME)
        outcome = self._by_name(name)
        if outcome.status == SUCCESS:
            return list(outcome.addresses)
        if outcome.status == TRYAGAIN or outcome.h_errno == NO_DATA:
            raise gaierror(EAI_NODATA)
        raise gaierror(EAI_AGAIN if (outcome.status, outcome.h_errno) == (UNAVAIL, TRY_AGAIN) else EAI_NONAME)

    def _addresses_any(self, name: str) -> tuple[list[_Address], str]:
        """Both families."""
        outcome = self._in_turn(lambda: self._files.by_name_any(name), lambda: self._dns.by_name_any(name))
        if outcome.status != SUCCESS:
            raise gaierror(_address_error(outcome))
        return list(outcome.addresses), outcome.name

    def _addresses_of(self, name: str, family: int, flags: int) -> tuple[list[_Address], str]:
        """One family; with AI_V4MAPPED, IPv4 addresses in the place of IPv6 ones or, with AI_ALL, after them."""
        mapped = family == _AF_INET6 and bool(flags & _AI_V4MAPPED)
        failure = NOT_FOUND
        errors = (EAI_NONAME, EAI_NONAME)
        any_name = bool(flags & socket.AI_CANONNAME)  # glibc checks the name in one of two functions only
        for service in self._services():
            first = self._one_source(service.name, name, family, any_name)
            outcomes = [first]
            if mapped and (flags & _AI_ALL or first.status != SUCCESS):
                outcomes.append(self._one_source(service.name, name, _AF_INET, any_name))
            found = [outcome for outcome in outcomes if outcome.status == SUCCESS]
            if found:
                addresses = [_as_family(family, address) for outcome in found for address in outcome.addresses]
                if mapped and not flags & _AI_ALL and first.status == SUCCESS:
                    addresses = [address for address in addresses if not _is_mapped(address)]
                return addresses, found[0].name
            failure = next((outcome for outcome in outcomes if outcome.status != UNAVAIL), outcomes[-1])
            errors = (_address_error(outcomes[0]), _address_error(outcomes[-1]))
            if failure.status in service.stops:
                break
        if EAI_NONAME in errors:
            raise gaierror(EAI_NONAME)
        raise gaierror(EAI_AGAIN if errors == (EAI_AGAIN, EAI_AGAIN) else EAI_NODATA)

    def _one_source(self, service: str, name: str, family: int, any_name: bool) -> Outcome:
        if service == "files":
            return self._files.by_name(name, family)
        return self._dns.by_name(name, family, any_name=any_name)

    def _without_domain(self, name: str) -> str:
        """NI_NOFQDN: the name without this machine's own domain."""
        domain = self._own_domain()
        at = name.find(domain) if domain else -1
        return name[: at - 1] if at > 0 and name[at - 1] == "." else name

    def _own_domain(self) -> str:
        """This machine's domain as glibc finds it out: by the names of localhost, of the machine, and of 127.0.0.1."""
        own = socket.gethostname()
        lookups: list[Callable[[], str]] = [
            lambda: self._by_name("localhost").name,
            lambda: own,
            lambda: self._by_name(own).name,
            lambda: self._by_address(_AF_INET, "127.0.0.1").name,
        ]
        for lookup in lookups:
            domain = lookup().partition(".")[2]
            if domain:
                return domain
        return ""


def _octets(host: Any, function: Callable[[Any], Any]) -> bytes:
    """A host argument as CPython hands it to the C library. What it refuses, ``function`` refuses, asking nothing."""
    if isinstance(host, str):
        name = host.encode("idna")
    elif isinstance(host, bytes | bytearray):
        name = bytes(host)
    else:
        _refuse(host, function)
    if b"\0" in name:
        _refuse(host, function)
    return name


def _refuse(host: Any, function: Callable[[Any], Any]) -> NoReturn:
    function(host)
    raise TypeError(f"not a host: {host!r}")


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


def _endpoints(
    port: str | bytes | int | None, family: int, kind: int, proto: int, flags: int
) -> tuple[int, list[tuple[int, int, int]]]:
    """The family that is left under AI_ADDRCONFIG, and (type, protocol, port) as the C library orders them."""
    families = []
    endpoints: list[tuple[int, int, int]] = []
    refusal: socket.gaierror | None = None
    for known, host in _ANY_ADDRESS.items():
        if family not in (known, _AF_UNSPEC):
            continue
        try:
            entries = _socket.getaddrinfo(host, port, family, kind, proto, flags | socket.AI_NUMERICHOST)
        except socket.gaierror as error:
            if error.errno != EAI_ADDRFAMILY:
                raise
            refusal = error
            continue
        families.append(known)
        endpoints = [(entry[1], entry[2], int(entry[4][1])) for entry in entries]
    if not families:
        raise refusal or gaierror(EAI_NONAME)
    return families[0] if len(families) == 1 else family, endpoints


def _address_error(outcome: Outcome) -> int:
    """getaddrinfo's error for a failure of a source: what is known of the name."""
    if outcome.status == SUCCESS:
        return 0
    return {TRY_AGAIN: EAI_AGAIN, NO_DATA: EAI_NODATA}.get(outcome.h_errno, EAI_NONAME)


def _as_family(family: int, address: _Address) -> _Address:
    """An IPv4 address among IPv6 ones is IPv4-mapped."""
    if address[0] == family:
        return address
    octets = IPV4_MAPPED + socket.inet_pton(socket.AF_INET, address[1])
    return family, socket.inet_ntop(socket.AF_INET6, octets)


def _is_mapped(address: _Address) -> bool:
    return socket.inet_pton(socket.AF_INET6, address[1]).startswith(IPV4_MAPPED)


def _is_dotted_digits(name: str) -> bool:
    """Digits and dots, no dot at the end: never asked of DNS by the old functions."""
    return name[:1].isdigit() and not name.endswith(".") and not name.strip("0123456789.") and name.isascii()


def _looks_like_ipv6(name: str) -> bool:
    """What the old functions take for an IPv6 address, for which they have no room."""
    return name.startswith(":") or (":" in name and name[0] in "0123456789abcdefABCDEF")


def _as_enum(kind: Any, value: int) -> Any:
    try:
        return kind(value)
    except ValueError:
        return value
