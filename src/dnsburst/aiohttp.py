"""aiohttp's host names looked up by dnsburst: ``aiohttp.TCPConnector(resolver=dnsburst.aiohttp.Resolver())``.

Needs aiohttp (``pip install 'dnsburst[aiohttp]'``).
"""

from __future__ import annotations

import socket
from types import TracebackType
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

from . import resolver as _resolver
from ._wire.address import is_address
from .errors import DNSError, InvalidName, NoData, NXDomain
from .questions import both_families, raise_for_status

_TYPES = {socket.AF_INET: "A", socket.AF_INET6: "AAAA"}
_LOOPBACK = {"A": "127.0.0.1", "AAAA": "::1"}

#: What aiohttp is told of names that there is no use in asking for again.
_FINAL = {
    NXDomain: socket.EAI_NONAME,
    InvalidName: socket.EAI_NONAME,
    NoData: getattr(socket, "EAI_NODATA", socket.EAI_NONAME),
}


class Resolver(AbstractResolver):
    """A resolver for ``aiohttp.TCPConnector``; options are those of ``dnsburst.Resolver``.

    resolver: one that is there already, to share; it is not closed with this one

    Whoever makes it closes it, as aiohttp has it for any resolver that it is given. Names are asked as they are: no
    hosts file, no search list. ``localhost`` and names below it are this machine without asking (RFC 6761, 6.3).

    >>> async def main():
    ...     async with dnsburst.aiohttp.Resolver(lifetime=5.0) as resolver:
    ...         connector = aiohttp.TCPConnector(resolver=resolver)
    ...         async with aiohttp.ClientSession(connector=connector) as session:
    ...             async with session.get(f"http://localhost:{port}/") as response:
    ...                 return await response.text()
    >>> asyncio.run(main())
    'hello'
    """

    def __init__(self, resolver: _resolver.Resolver | None = None, **options: Any) -> None:
        self._is_ours = resolver is None
        self._resolver = _resolver.Resolver(**options) if resolver is None else resolver

    async def __aenter__(self) -> Resolver:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of ``host``, of both families where none is named. Raises socket.gaierror, ResolverClosed.

        >>> async def main():
        ...     async with dnsburst.aiohttp.Resolver() as resolver:
        ...         return await resolver.resolve("www.example.com", 443, socket.AF_UNSPEC)
        >>> [found["host"] for found in asyncio.run(main())]
        ['192.0.2.80', '2001:db8::80']
        """
        types = [_TYPES[family]] if family in _TYPES else list(_LOOPBACK)
        if is_address(host):
            return [_result(host, port, "AAAA" if ":" in host else "A", host)]
        name = host.removesuffix(".").lower()
        if name == "localhost" or name.endswith(".localhost"):
            return [_result(host, port, rdtype, _LOOPBACK[rdtype]) for rdtype in types]
        results = await self._resolver.query_many([(host, rdtype) for rdtype in types])
        try:
            answer = raise_for_status(results[0] if len(results) == 1 else both_families(*results))
        except DNSError as error:
            # What aiohttp expects, and tells its users as ClientConnectorDNSError.
            raise socket.gaierror(_FINAL.get(type(error), socket.EAI_AGAIN), str(error)) from error
        return [_result(host, port, record.rdtype, record.data) for record in answer.records]

    async def close(self) -> None:
        """Close the resolver, unless it was given.

        >>> async def main():
        ...     async with dnsburst.Resolver() as shared:
        ...         await dnsburst.aiohttp.Resolver(shared).close()
        ...         return await shared.query("www.example.com")
        >>> asyncio.run(main()).status
        'NOERROR'
        """
        if self._is_ours:
            await self._resolver.aclose()


def _result(host: str, port: int, rdtype: str, address: str) -> ResolveResult:
    family = socket.AF_INET if rdtype == "A" else socket.AF_INET6
    flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    return ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=flags)
