"""The socket module's functions for host names, asked by dnsburst: same arguments, values, order and exceptions.

They read /etc/resolv.conf, /etc/hosts, /etc/nsswitch.conf (as far as ``files`` and ``dns`` go), /etc/host.conf and
/etc/gai.conf, and follow them when they change. What they answer is what glibc answers with the same files.
"""

from __future__ import annotations

import socket
from typing import Any

from .hostlookup import HostLookup
from .installed import Installation, install, uninstall

__all__ = [
    "HostLookup",
    "Installation",
    "getaddrinfo",
    "gethostbyaddr",
    "gethostbyname",
    "gethostbyname_ex",
    "getnameinfo",
    "install",
    "uninstall",
]

_system = HostLookup()


def gethostbyname(hostname: str | bytes | bytearray, /) -> str:
    """The first IPv4 address of a host, as socket.gethostbyname gives it.

    >>> gethostbyname("127.0.0.1")
    '127.0.0.1'

    Raises socket.gaierror.
    """
    return _system.gethostbyname(hostname)


def gethostbyname_ex(hostname: str | bytes | bytearray, /) -> tuple[str, list[str], list[str]]:
    """(official name, aliases, IPv4 addresses) of a host, as socket.gethostbyname_ex gives them.

    >>> gethostbyname_ex("127.0.0.1")
    ('127.0.0.1', [], ['127.0.0.1'])

    Raises socket.gaierror, or socket.herror where only the second look fails.
    """
    return _system.gethostbyname_ex(hostname)


def gethostbyaddr(ip_address: str | bytes | bytearray, /) -> tuple[str, list[str], list[str]]:
    """(name, aliases, [address]) for an address, as socket.gethostbyaddr gives them; a host name is resolved first.

    >>> gethostbyaddr("192.0.2.80")
    ('www.example.com', [], ['192.0.2.80'])

    A name with characters that no host name has is not returned. Raises socket.herror; socket.gaierror for a host name
    that cannot be resolved; OSError for an IPv4 address written as IPv6.
    """
    return _system.gethostbyaddr(ip_address)


def getaddrinfo(
    host: str | bytes | None,
    port: str | bytes | int | None,
    family: int = 0,
    type: int = 0,
    proto: int = 0,
    flags: int = 0,
) -> list[tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[Any, ...]]]:
    """(family, type, proto, canonname, sockaddr) tuples to connect to, best first, as socket.getaddrinfo gives them.

    >>> getaddrinfo("127.0.0.1", 443, proto=socket.IPPROTO_TCP)[0][4]
    ('127.0.0.1', 443)

    IPv4 and IPv6 addresses are asked for at once, and ordered by RFC 6724. Raises socket.gaierror.
    """
    return _system.getaddrinfo(host, port, family, type, proto, flags)


def getnameinfo(sockaddr: tuple[Any, ...], flags: int, /) -> tuple[str, str]:
    """(host, service) for a socket address, as socket.getnameinfo gives them.

    >>> getnameinfo(("127.0.0.1", 9), socket.NI_NUMERICHOST | socket.NI_NUMERICSERV)
    ('127.0.0.1', '9')

    Raises socket.gaierror.
    """
    return _system.getnameinfo(sockaddr, flags)
