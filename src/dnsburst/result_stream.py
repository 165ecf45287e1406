"""Results as they are asked for with ``async for``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable
from typing import TYPE_CHECKING

from .questions import Name
from .result import Result
from .stream import Stream

if TYPE_CHECKING:
    from ._io.pump import Pump
    from .resolver import Resolver


class ResultStream:
    """What ``Resolver.stream`` gives back: results, to be iterated over once.

    It ends, and its lookups with it, when it is used up, closed or dropped.

    >>> async def main():
    ...     async with dnsburst.Resolver() as resolver:
    ...         results = resolver.stream(["192.0.2.80", "192.0.2.81"], ordered=True)
    ...         print((await anext(results)).status, [result.status async for result in results])
    >>> asyncio.run(main())
    NOERROR ['NXDOMAIN']
    """

    __slots__ = ("_event", "_names", "_pump", "_puller", "_resolver", "_stream")

    def __init__(self, resolver: Resolver, stream: Stream, names: AsyncIterable[Name] | None) -> None:
        self._resolver = resolver
        self._stream = stream
        self._names = names
        self._event = asyncio.Event()
        self._pump: Pump | None = None
        self._puller: asyncio.Task[None] | None = None

    def __aiter__(self) -> ResultStream:
        return self

    async def __anext__(self) -> Result:
        pump = self._pump or self._start()
        stream = self._stream
        while True:
            result = stream.pop(pump)
            if result is not None:
                return result
            if stream.finished:
                try:
                    stream.raise_error()
                finally:
                    self._close()
                raise StopAsyncIteration
            self._event.clear()
            pump.kick()
            await self._event.wait()
            self._resolver._running()

    async def aclose(self) -> None:
        """Ask no more and hand out no more. May be called again.

        >>> async def main():
        ...     async with dnsburst.Resolver() as resolver:
        ...         results = resolver.stream(f"192.0.2.{n}" for n in range(256))
        ...         async for result in results:
        ...             if result.status == "NOERROR":
        ...                 break
        ...         await results.aclose()
        ...     return result.name
        >>> asyncio.run(main())
        '192.0.2.80'
        """
        self._close()
        if self._puller is not None:
            await asyncio.wait([self._puller])

    def __del__(self) -> None:
        loop = self._resolver._loop
        if self._pump is not None and loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._close)  # who collects garbage may be another thread

    def _start(self) -> Pump:
        resolver = self._resolver
        self._pump = pump = resolver._running()
        if not self._stream.finished:
            resolver._streams[self._stream] = self._event
        if self._names is not None:
            self._puller = asyncio.ensure_future(_pull(resolver, pump, self._names, self._stream, self._event))
            resolver._pullers.add(self._puller)
            self._puller.add_done_callback(resolver._pullers.discard)
            self._names = None
        return pump

    def _close(self) -> None:
        self._resolver._streams.pop(self._stream, None)
        self._stream.close(self._pump)
        self._names = None
        self._event.set()  # another task may wait for the next result
        if self._puller is not None:
            self._puller.cancel()


async def _pull(
    resolver: Resolver, pump: Pump, names: AsyncIterable[Name], stream: Stream, event: asyncio.Event
) -> None:
    """Submit what an asynchronous iterable gives, as there is room."""
    time = asyncio.get_running_loop().time
    try:
        async for name in names:
            while stream.is_full() or pump.exchange.room(time()) <= 0:
                resolver._room.clear()
                await resolver._room.wait()
            stream.submit(pump, name, time())
            if stream.has_results():  # known without asking
                event.set()
    except BaseException as error:
        stream.fail(error)
        if not isinstance(error, Exception):
            raise
    finally:
        stream.exhausted = True
        event.set()
