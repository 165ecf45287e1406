"""What one source of host names has to say to one question, in the C library's terms."""

from __future__ import annotations

import socket
from dataclasses import dataclass

from .._io.nsswitch import NOTFOUND

# h_errno, netdb.h
HOST_NOT_FOUND = 1
TRY_AGAIN = 2
NO_RECOVERY = 3
NO_DATA = 4

_HOST_ERRORS = {  # hstrerror(3)
    HOST_NOT_FOUND: "Unknown host",
    TRY_AGAIN: "Host name lookup failure",
    NO_RECOVERY: "Unknown server error",
    NO_DATA: "No address associated with name",
}

EAI_NONAME = socket.EAI_NONAME
EAI_AGAIN = socket.EAI_AGAIN
EAI_NODATA: int = getattr(socket, "EAI_NODATA", socket.EAI_NONAME)
EAI_ADDRFAMILY: int = getattr(socket, "EAI_ADDRFAMILY", socket.EAI_NONAME)

_ADDRESS_ERRORS = {  # gai_strerror(3)
    EAI_NODATA: "No address associated with hostname",
    EAI_NONAME: "Name or service not known",
    EAI_AGAIN: "Temporary failure in name resolution",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer of one source.

    status: SUCCESS NOTFOUND UNAVAIL TRYAGAIN, as nsswitch.conf(5) names them
    h_errno: why it failed; 0 for SUCCESS
    name: the official name; with it aliases
    addresses: (family, numeric address)
    """

    status: str
    h_errno: int = 0
    name: str = ""
    aliases: tuple[str, ...] = ()
    addresses: tuple[tuple[int, str], ...] = ()


NOT_FOUND = Outcome(NOTFOUND, HOST_NOT_FOUND)


def gaierror(code: int) -> socket.gaierror:
    """The exception of getaddrinfo(3) for an EAI code, with the C library's text."""
    return socket.gaierror(code, _ADDRESS_ERRORS[code])


def herror(code: int) -> socket.herror:
    """The exception of gethostbyaddr(3) for an h_errno, with the C library's text."""
    return socket.herror(code, _HOST_ERRORS[code])
