"""dnsburst in the place of the socket module's own functions, for programs that cannot be changed."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any

from .hostlookup import HostLookup

NAMES = ("gethostbyname", "gethostbyname_ex", "gethostbyaddr", "getaddrinfo", "getnameinfo")

_lock = threading.Lock()
_installed: list[Installation] = []
_originals: dict[str, Callable[..., Any]] = {}


class Installation:
    """What install() gives back; as a context manager it is taken out again at the end of the block.

    >>> with dnsburst.install() as installation:
    ...     socket.getaddrinfo == installation.lookup.getaddrinfo
    True
    """

    __slots__ = ("lookup",)

    def __init__(self, lookup: HostLookup) -> None:
        self.lookup = lookup

    def __enter__(self) -> Installation:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.uninstall()

    def uninstall(self) -> None:
        """Take this installation out; the one before it, or the socket module's own, is in place again."""
        with _lock:
            if self in _installed:
                _installed.remove(self)
                _put_in_place()


def install(servers: Sequence[str] | None = None) -> Installation:
    """Put dnsburst in the place of socket.gethostbyname, gethostbyname_ex, gethostbyaddr, getaddrinfo and getnameinfo.

    servers: asked instead of those of resolv.conf, as ``ADDR``, ``ADDR:PORT`` or ``[V6]:PORT``

    >>> with dnsburst.install():
    ...     socket.gethostbyname("127.0.0.1")
    '127.0.0.1'

    For the whole process, until uninstall() or the end of ``with install(): …``. Installations nest: the last counts.
    Names given to socket.connect() itself, and functions imported from socket by name before, are not reached.
    Raises ConfigurationError for a server that cannot be read.
    """
    installation = Installation(HostLookup(servers))
    with _lock:
        _installed.append(installation)
        _put_in_place()
    return installation


def uninstall() -> None:
    """Take all installations out. Does nothing where there is none.

    >>> before = socket.getaddrinfo
    >>> _ = dnsburst.install()
    >>> dnsburst.uninstall()
    >>> socket.getaddrinfo is before
    True
    """
    with _lock:
        _installed.clear()
        _put_in_place()


def _put_in_place() -> None:
    if _installed:
        if not _originals:
            _originals.update({name: getattr(socket, name) for name in NAMES})
        lookup = _installed[-1].lookup
        for name in NAMES:
            setattr(socket, name, getattr(lookup, name))
    else:
        for name, function in _originals.items():
            setattr(socket, name, function)
        _originals.clear()
