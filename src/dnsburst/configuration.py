"""What callers pass, completed from the system, as the engine's Options."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv6Address
from typing import Any, TypedDict

from ._engine.address import ServerAddress
from ._engine.options import Options
from .errors import ConfigurationError

#: A server as callers write it: ``"ADDR"``, ``"ADDR:PORT"``, ``"[V6]:PORT"``, ``(address, port)``, an ipaddress object,
#: or a ServerAddress.
Server = str | tuple[str, int] | IPv4Address | IPv6Address | ServerAddress


class Settings(TypedDict, total=False):
    """The options that every function taking ``**options`` knows; ``dnsburst.Resolver`` says what they mean."""

    servers: Iterable[Server] | None
    timeout: float | None
    lifetime: float
    tries: int
    in_flight: int | None
    rate: float | None
    rate_per_server: float | None
    tcp: bool
    edns: bool
    cookies: bool
    randomize_case: bool
    trace: Callable[[str, float, str, bytes, str], None] | None


def configure(servers: Iterable[Server] | None = None, **options: Any) -> Options:
    """Options from keywords; without ``servers`` those of the system. Raises ConfigurationError, TypeError."""
    if servers is None:
        from ._io.system import system_servers

        return Options(system_servers(), **options)
    if isinstance(servers, str):
        servers = [servers]
    if not isinstance(servers, Iterable):
        raise ConfigurationError(f"servers must be an iterable of servers, not {servers!r}")
    return Options(tuple(dict.fromkeys(_address(server) for server in servers)), **options)


def _address(server: Server) -> ServerAddress:
    if isinstance(server, ServerAddress):
        return server
    if isinstance(server, IPv4Address | IPv6Address):
        server = str(server)
    if isinstance(server, str):
        return ServerAddress.from_text(server)
    try:
        host, port = server
    except (TypeError, ValueError):
        raise ConfigurationError(f"a server is ADDR, ADDR:PORT or (address, port), not {server!r}") from None
    return ServerAddress.from_text(f"[{host}]:{port}" if ":" in str(host) else f"{host}:{port}")
