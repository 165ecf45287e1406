"""The asynchronous resolver: single lookups to await, and streams of thousands."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Iterable
from math import inf
from types import TracebackType
from typing import TYPE_CHECKING

from ._awaits import SLICE, Awaits, wake
from ._io.pump import Pump, Trace
from ._io.watch import WatchedLoop, watching
from ._wire.codes import TYPE_A, TYPE_AAAA, TYPE_PTR, type_from_text
from .cache import Cache, CacheInfo
from .configuration import Server, configure
from .errors import ConfigurationError, InvalidName, ResolverClosed
from .questions import (
    Name,
    Type,
    both_families,
    invalid_result,
    raise_for_status,
    raise_unless_address,
    to_result,
    wire_question,
)
from .result import Result
from .result_stream import ResultStream
from .stream import Stream, deliver, names_of

if TYPE_CHECKING:
    from ._engine.lookup import Lookup

#: Answers kept by default: a few megabytes at most.
CACHE_SIZE = 4096


class Resolver:
    """Asks DNS servers over UDP, over TCP where an answer is too long; many lookups at once share a few sockets.

    servers: ``"ADDR"``, ``"ADDR:PORT"``, ``"[V6]:PORT"``, ``(address, port)``, ipaddress objects; the system's if None
    timeout: seconds per try; None adapts to each server
    lifetime: seconds per lookup, a hard bound
    tries: queries per lookup at most
    in_flight: lookups under way at once at most; None adapts
    rate: queries per second in all; None for no cap
    rate_per_server: queries per second to each server; None: no cap on private addresses, a polite one on public ones
    tcp: ask over TCP only
    edns: offer EDNS(0) with 1,232 octets (RFC 6891)
    cookies: send DNS cookies (RFC 7873), where edns is on
    randomize_case: random letter case in questions, PTR exempt (0x20)
    cache_size: answers kept for as long as their TTL allows; 0 keeps none
    trace: called as ``trace(event, time, server, data, note)`` for each datagram; event: ``send recv drop error``

    Belongs to the event loop it is first used in, and may be used by any number of tasks there. Raises
    ConfigurationError at once for options that make no sense.

    >>> async def main():
    ...     async with dnsburst.Resolver(lifetime=5.0) as resolver:
    ...         mail, web = await asyncio.gather(
    ...             resolver.resolve("example.com", "MX"), resolver.resolve_host("www.example.com")
    ...         )
    ...     print(mail.records[0].text, [record.data for record in web.records])
    >>> asyncio.run(main())
    10 mail.example.com ['192.0.2.80', '2001:db8::80']
    """

    def __init__(
        self,
        servers: Iterable[Server] | None = None,
        timeout: float | None = None,
        lifetime: float = 10.0,
        tries: int = 8,
        in_flight: int | None = None,
        rate: float | None = None,
        *,
        rate_per_server: float | None = None,
        tcp: bool = False,
        edns: bool = True,
        cookies: bool = True,
        randomize_case: bool = False,
        cache_size: int = CACHE_SIZE,
        trace: Trace | None = None,
    ) -> None:
        if not (isinstance(cache_size, int) and cache_size >= 0):
            raise ConfigurationError(f"cache_size must be a whole number, 0 or more, not {cache_size!r}")
        self._options = configure(
            servers,
            timeout=timeout,
            lifetime=lifetime,
            tries=tries,
            in_flight=in_flight,
            rate=rate,
            rate_per_server=rate_per_server,
            tcp=tcp,
            edns=edns,
            cookies=cookies,
            randomize_case=randomize_case,
        )
        self._trace = trace
        self._cache = Cache(cache_size)
        self._caching = cache_size > 0
        self._pump: Pump | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._watched: WatchedLoop | None = None
        self._streams: dict[Stream, asyncio.Event] = {}
        # Since when each await waits, and those whose lookup has ended.
        self._waiting: dict[asyncio.Future[None], float] = {}
        self._due = Awaits()
        self._pullers: set[asyncio.Task[None]] = set()
        self._room = asyncio.Event()
        self._closed = False

    async def __aenter__(self) -> Resolver:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the sockets; lookups under way end with ResolverClosed. May be called again.

        Raises ResolverClosed in another event loop than the resolver's own, while that one is not closed.

        >>> async def main():
        ...     resolver = dnsburst.Resolver()
        ...     try:
        ...         return await resolver.query("www.example.com")
        ...     finally:
        ...         await resolver.aclose()
        >>> asyncio.run(main()).status
        'NOERROR'
        """
        loop = self._loop
        if loop is not None and loop is not asyncio.get_running_loop() and not loop.is_closed():
            raise ResolverClosed("the resolver belongs to another event loop: close it there")
        self._closed = True
        pump, self._pump = self._pump, None
        if pump is None or loop is None:
            return
        pump.close()
        if self._watched is not None:
            self._watched.close()
        if loop.is_closed():
            return  # nobody waits any more
        wake(self._due.take(inf))
        for future in self._waiting:
            if not future.done():
                future.set_exception(ResolverClosed("the resolver was closed"))
        for event in self._streams.values():
            event.set()
        for puller in self._pullers:
            puller.cancel()
        if self._pullers:
            await asyncio.wait(self._pullers)

    async def resolve(self, name: Name, rdtype: Type = "A") -> Result:
        """The answer for ``name``; its status is ``NOERROR``.

        Raises NXDomain, NoData, ServerFailure and its kin, Timeout, NetworkError, InvalidName, UnknownType,
        ResolverClosed.

        >>> async def main():
        ...     async with dnsburst.Resolver() as resolver:
        ...         return await resolver.resolve("example.com", "MX")
        >>> asyncio.run(main()).records[0].data.exchange
        'mail.example.com'
        """
        return raise_for_status(await self.query(name, rdtype))

    async def reverse(self, address: Name) -> Result:
        """The names of an IPv4 or IPv6 address (PTR; RFC 1035, 3.5 and RFC 3596, 2.5). Raises as ``resolve`` does.

        >>> async def main():
        ...     async with dnsburst.Resolver() as resolver:
        ...         return await resolver.reverse("192.0.2.80")
        >>> asyncio.run(main()).records[0].data
        'www.example.com'
        """
        raise_unless_address(address)
        return raise_for_status(await self.query(address, TYPE_PTR))

    async def resolve_host(self, name: Name) -> Result:
        """The IPv4 and IPv6 addresses of a host, asked for at once: A records, then AAAA records, in one Result.

        Its rdtype is ``"A+AAAA"``. One family is enough for an answer; ``error`` says where the other failed. Raises as
        ``resolve`` does where there is no address of either.

        >>> async def main():
        ...     async with dnsburst.Resolver() as resolver:
        ...         return await resolver.resolve_host("www.example.com")
        >>> [record.data for record in asyncio.run(main()).records]
        ['192.0.2.80', '2001:db8::80']
        """
        v4, v6 = await self.query_many(((name, TYPE_A), (name, TYPE_AAAA)))
        return raise_for_status(both_families(v4, v6))

    async def query(self, name: Name, rdtype: Type | None = None) -> Result:
        """What comes of asking: never raises for it, ``status`` says. An address without a type is asked for PTR.

        Raises UnknownType, ResolverClosed.

        >>> async def main():
        ...     async with dnsburst.Resolver() as resolver:
        ...         return await resolver.query("missing.example.com", "A")
        >>> asyncio.run(main()).status
        'NXDOMAIN'
        """
        pump = self._running()
        assert self._loop is not None
        now = self._loop.time()  # before anything is made: what Python collects meanwhile is part of the lifetime
        number = None if rdtype is None else type_from_text(rdtype)
        try:
            wire, number = wire_question(name, number)
        except InvalidName as error:
            return invalid_result(name, number, error)
        if self._caching:
            known = self._cache.get(wire, number, now)
            if known is not None:
                return to_result(known[0], name, known[1])
        future: asyncio.Future[None] = self._loop.create_future()
        pump.kick()
        lookup = pump.exchange.submit(wire, number, future, now)
        self._waiting[future] = now
        try:
            await future
        finally:
            del self._waiting[future]
            if not lookup.status:
                pump.exchange.cancel(lookup, future)
        return to_result(lookup, name)

    async def query_many(self, questions: Iterable[tuple[Name, Type | None]]) -> list[Result]:
        """The results of several questions asked at once, in their order. Raises UnknownType, ResolverClosed.

        >>> async def main():
        ...     async with dnsburst.Resolver() as resolver:
        ...         return await resolver.query_many([("example.com", "MX"), ("192.0.2.80", None)])
        >>> [result.records[0].text for result in asyncio.run(main())]
        ['10 mail.example.com', 'www.example.com']
        """
        asked = [(name, None if rdtype is None else type_from_text(rdtype)) for name, rdtype in questions]
        return await asyncio.gather(*(self.query(name, number) for name, number in asked))

    def stream(
        self, names: Iterable[Name] | AsyncIterable[Name], rdtype: Type | None = None, *, ordered: bool = False
    ) -> ResultStream:
        """Results for ``names`` as they finish, or in order; names are pulled as there is room for them.

        Never raises for the outcome of a lookup; what ``names`` itself raises comes through after all before it. What
        is under way when the loop is left is not asked again. Raises UnknownType, ResolverClosed; TypeError for a
        single name.

        >>> async def main():
        ...     async with dnsburst.Resolver() as resolver:
        ...         async for result in resolver.stream(["192.0.2.80", "192.0.2.81"], ordered=True):
        ...             print(result.name, result.status, [record.text for record in result.records])
        >>> asyncio.run(main())
        192.0.2.80 NOERROR ['www.example.com']
        192.0.2.81 NXDOMAIN []
        """
        number = None if rdtype is None else type_from_text(rdtype)
        cache = self._cache if self._caching else None
        if isinstance(names, AsyncIterable):
            return ResultStream(self, Stream(None, number, ordered, cache), names)
        return ResultStream(self, Stream(names_of(names), number, ordered, cache), None)

    def cache_info(self) -> CacheInfo:
        """Hits, misses, the most and the number of answers kept, as functools.lru_cache has them.

        >>> async def main():
        ...     async with dnsburst.Resolver() as resolver:
        ...         for name in ("www.example.com", "WWW.EXAMPLE.COM", "missing.example.com"):
        ...             await resolver.query(name, "A")
        ...         return resolver.cache_info()
        >>> asyncio.run(main())
        CacheInfo(hits=1, misses=2, maxsize=4096, currsize=2)
        """
        return self._cache.info()

    def cache_clear(self) -> None:
        """Forget the answers kept, and the figures.

        >>> resolver = dnsburst.Resolver(cache_size=100)
        >>> resolver.cache_clear()
        >>> resolver.cache_info()
        CacheInfo(hits=0, misses=0, maxsize=100, currsize=0)
        """
        self._cache.clear()

    def _running(self) -> Pump:
        loop = asyncio.get_running_loop()
        if self._closed:
            raise ResolverClosed("the resolver is closed")
        if self._pump is None:
            where = watching(loop)
            self._pump = Pump(self._options, where, self._finished, self._feed, self._trace)
            self._loop = loop
            self._watched = where if isinstance(where, WatchedLoop) else None
        elif self._loop is not loop:
            raise ResolverClosed("the resolver belongs to another event loop: make one for each")
        return self._pump

    def _finished(self, lookups: list[Lookup]) -> None:
        if self._caching:
            assert self._loop is not None
            self._cache.add(lookups, self._loop.time())
        futures = deliver(lookups)
        if self._due:
            self._due.add(futures, self._waiting)
        elif len(futures) > SLICE:
            self._due.add(futures, self._waiting)
            self._wake_due()
        else:
            wake(futures)
        for stream, event in self._streams.items():
            if stream.has_results():
                event.set()

    def _wake_due(self) -> None:
        """Wake some that are due; the rest in the turns that follow."""
        wake(self._due.take())
        if self._due:
            assert self._loop is not None
            self._loop.call_soon(self._wake_due)

    def _feed(self, room: int) -> None:
        pump = self._pump
        if pump is None:
            return
        self._room.set()
        if not self._streams:
            return
        assert self._loop is not None
        now = self._loop.time()
        share = max(1, room // len(self._streams))
        for stream, event in list(self._streams.items()):
            stream.feed(pump, share, now)
            if stream.has_results():
                event.set()
