"""Where a server listens, and how much may be asked of such an address unasked."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from math import inf

from ..errors import ConfigurationError

DEFAULT_PORT = 53

#: Queries per second. Operators' documented limits, by network.
_KNOWN_LIMITS = (
    (1000.0, ("8.8.8.0/24", "8.8.4.0/24", "2001:4860:4860::/48")),  # Google: 1,500/s announced, errors from 1,000
    (500.0, ("9.9.9.0/24", "149.112.112.0/24", "2620:fe::/48")),  # Quad9
)
#: Queries per second to any other public address.
POLITE_RATE = 500.0


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """Where a server listens: a numeric address (an IPv6 one perhaps with its zone) and a port."""

    host: str
    port: int = DEFAULT_PORT

    @classmethod
    def from_text(cls, text: str) -> ServerAddress:
        """Read ``ADDR``, ``ADDR:PORT``, ``V6`` or ``[V6]:PORT``; raises ConfigurationError."""
        host, port = text.strip(), ""
        if host.startswith("["):
            host, bracket, port = host[1:].partition("]")
            if not bracket or (port and not port.startswith(":")):
                raise ConfigurationError(f"server {text!r}: expected [ADDRESS]:PORT")
            port = port[1:]
        elif host.count(":") == 1:
            host, _, port = host.partition(":")
            if not port:
                raise ConfigurationError(f"server {text!r}: the port is missing")
        try:
            host = str(ipaddress.ip_address(host))
        except ValueError:
            raise ConfigurationError(f"server {text!r} is not a numeric address") from None
        if not port:
            return cls(host)
        if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise ConfigurationError(f"server {text!r}: port {port!r} is not a number from 1 to 65535")
        return cls(host, int(port))

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def polite_rate(host: str) -> float:
    """Queries per second that may be sent unasked to ``host``; infinity for private and loopback addresses."""
    address = ipaddress.ip_address(host)
    if not address.is_global:
        return inf
    for rate, networks in _KNOWN_LIMITS:
        for network in networks:
            if address in ipaddress.ip_network(network):
                return rate
    return POLITE_RATE
