"""The resolver in event loops of other kinds: without add_reader (as Windows' proactor), uvloop's, and closed ones."""

from __future__ import annotations

import asyncio
import gc
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import pytest

import dnsburst
from dnsburst._io.watch import WatchedLoop, watching
from dnsburst.server import Faults, Server

from .. import example_zone, scripted
from ..descriptors import PATIENCE, descriptors, left_over
from ..example_zone import address


class Proactor(asyncio.SelectorEventLoop):
    """As Windows has it: sockets are not watched."""

    def add_reader(self, fd: Any, callback: Any, *args: Any) -> NoReturn:  # type: ignore[override]
        raise NotImplementedError

    add_writer = remove_reader = remove_writer = add_reader  # type: ignore[assignment]


NewLoop = Callable[[], asyncio.AbstractEventLoop]


@pytest.fixture(params=["selector", "proactor", "uvloop"])
def new_loop(request: pytest.FixtureRequest) -> NewLoop:
    """What makes a loop of the kind."""
    if request.param == "uvloop":
        make: NewLoop = pytest.importorskip("uvloop").new_event_loop
        return make
    return {"selector": asyncio.SelectorEventLoop, "proactor": Proactor}[request.param]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with example_zone.server(Faults(truncate=0.1)) as running:
        yield running


def eventually(condition: Callable[[], bool]) -> bool:
    """Whether it comes true within seconds."""
    end = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < end:
        time.sleep(0.005)
    return condition()


def thread_is_there() -> bool:
    return "dnsburst-watch" in [thread.name for thread in threading.enumerate()]


def run(new_loop: NewLoop, main: Any) -> Any:
    with asyncio.Runner(loop_factory=new_loop) as runner:
        return runner.run(main)


def test_a_loop_that_watches_is_left_alone() -> None:
    async def main() -> None:
        assert watching(asyncio.get_running_loop()) is asyncio.get_running_loop()

    asyncio.run(main())


def test_lookups_over_udp_and_tcp(new_loop: NewLoop, server: Server) -> None:
    async def main() -> None:
        async with dnsburst.Resolver([server.address], cache_size=0) as resolver:
            assert isinstance(resolver._running() and resolver._watched, WatchedLoop) == (new_loop is Proactor)
            names = [address(n) for n in range(3_000)]
            found = [r async for r in resolver.stream(names, ordered=True)]
            assert names == [r.name for r in found]
            assert {"NOERROR"} == {r.status for r in found}
            results = await asyncio.gather(*(resolver.query(name) for name in names[:500]))
            assert {"NOERROR"} == {r.status for r in results}
        assert "NOERROR" == (await ask(server, tcp=True)).status
        assert {asyncio.current_task()} == asyncio.all_tasks()

    async def ask(server: Server, **options: Any) -> dnsburst.Result:
        async with dnsburst.Resolver([server.address], **options) as resolver:
            return await resolver.query("example.com", "MX")

    run(new_loop, asyncio.sleep(0))  # libuv keeps two descriptors for the life of the process
    before = descriptors()
    run(new_loop, main())
    assert not left_over(before)
    assert not thread_is_there()


def test_a_port_that_refuses(new_loop: NewLoop) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()

    async def main() -> list[dnsburst.Result]:
        async with (
            dnsburst.Resolver([port], lifetime=0.3) as udp,
            dnsburst.Resolver([port], lifetime=0.3, tcp=True) as tcp,
        ):
            return [await udp.query("example.com"), await tcp.query("example.com")]

    assert ["NETERROR", "NETERROR"] == [result.status for result in run(new_loop, main())]


def test_a_lifetime_is_kept(new_loop: NewLoop) -> None:
    async def main(silent: scripted.Scripted) -> float:
        async with dnsburst.Resolver([silent.address], lifetime=0.3) as resolver:
            start = time.monotonic()
            assert "TIMEOUT" == (await resolver.query("example.com")).status
            return time.monotonic() - start

    with scripted.Scripted() as silent:
        assert 0.29 < min(run(new_loop, main(silent)) for _ in range(3)) < 0.35


@pytest.mark.parametrize("tcp", [False, True])
def test_closing_after_the_loop(new_loop: NewLoop, tcp: bool, server: Server) -> None:
    """Sockets are given back, nothing is raised, and what was under way is let go."""
    run(new_loop, asyncio.sleep(0))  # libuv keeps two descriptors for the life of the process
    before = descriptors()

    async def start(resolver: dnsburst.Resolver) -> None:
        await resolver.query("example.com", "MX")
        stream = resolver.stream([address(n) for n in range(1_000)])
        await anext(stream)

    resolver = dnsburst.Resolver([server.address], tcp=tcp)
    run(new_loop, start(resolver))
    assert descriptors() - before
    asyncio.run(resolver.aclose())
    asyncio.run(resolver.aclose())
    assert not left_over(before)
    assert not thread_is_there()
    with pytest.raises(dnsburst.ResolverClosed):
        asyncio.run(resolver.query("example.com"))
    del resolver
    gc.collect()


def test_a_collected_resolver_ends_its_thread(server: Server) -> None:
    async def use() -> None:
        resolver = dnsburst.Resolver([server.address])
        await resolver.query("example.com", "MX")

    run(Proactor, use())
    with pytest.warns(ResourceWarning):
        gc.collect()
    assert eventually(lambda: not thread_is_there())


def test_a_number_that_goes_to_another_socket() -> None:
    """What was watched under it does not ring for its successor."""

    async def main() -> list[str]:
        loop = WatchedLoop(asyncio.get_running_loop())
        rung: list[str] = []
        seen = asyncio.Event()
        try:
            for turn in range(50):
                ours, other = socket.socketpair()
                fd = ours.fileno()

                def ring(turn: int = turn, ours: socket.socket = ours) -> None:
                    rung.append(f"{turn} {ours.recv(10).decode()}")
                    seen.set()

                loop.add_reader(fd, ring)
                if turn % 2:
                    await asyncio.sleep(0)
                    await asyncio.sleep(0.001)
                other.send(b"x")
                await asyncio.wait_for(seen.wait(), 5)
                seen.clear()
                loop.remove_reader(fd)
                ours.close()
                other.close()
        finally:
            loop.close()
        return rung

    assert [f"{turn} x" for turn in range(50)] == asyncio.run(main())
