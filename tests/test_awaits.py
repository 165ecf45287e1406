"""Awaits by the thousand, and at servers that do as they like: none outlives its lifetime, nothing is left of them."""

from __future__ import annotations

import asyncio
import gc
import time
import tracemalloc
from collections.abc import Coroutine
from itertools import pairwise
from random import Random
from typing import Any

import pytest

import dnsburst
from dnsburst._awaits import SLICE, Awaits
from dnsburst.server import Faults, Server

from . import example_zone, scripted
from .descriptors import descriptors, left_over
from .example_zone import address
from .test_resolver import using

#: Seconds that a lifetime may be overrun.
LATE_BY = 0.05


async def thousands(server: Server, count: int, lifetime: float) -> tuple[float, set[str]]:
    """How late the latest of so many lookups was, and what came of them."""
    late: list[float] = []
    statuses: list[str] = []

    async def one(resolver: dnsburst.Resolver, n: int) -> None:
        start = time.monotonic()
        result = await resolver.query(address(n))
        late.append(time.monotonic() - start - lifetime)
        statuses.append(result.status)

    async with dnsburst.Resolver(servers=[server.address], lifetime=lifetime, cache_size=0) as resolver:
        await asyncio.gather(*(one(resolver, n) for n in range(count)))
    assert {asyncio.current_task()} == asyncio.all_tasks()
    assert count == len(statuses)
    return max(late), set(statuses)


def test_fifty_thousand_awaits_over_a_lossy_path() -> None:
    """Each ends within its lifetime, and no socket is left."""
    with example_zone.server(Faults(loss=0.05)) as lossy:
        asyncio.run(thousands(lossy, 10, 8.0))
        before = descriptors()
        worst, statuses = asyncio.run(thousands(lossy, 50_000, 30.0))
        assert not left_over(before)
    assert {"NOERROR", "NXDOMAIN"} == statuses  # the zone holds the first 5,000
    assert worst < LATE_BY


def test_memory_is_back_where_it_was() -> None:
    with example_zone.server() as server:
        asyncio.run(thousands(server, 2_000, 20.0))  # the tables of asyncio itself have grown
        gc.collect()
        tracemalloc.start()
        try:
            before = tracemalloc.get_traced_memory()[0]
            asyncio.run(thousands(server, 2_000, 20.0))
            gc.collect()
            after = tracemalloc.get_traced_memory()[0]
        finally:
            tracemalloc.stop()
    assert after - before < 50_000


# ---- the lifetime is a hard bound


def trickle(seen: bytes) -> bytes | None:
    """A reply of 60,000 octets, one at a time."""
    return b"\xea" if seen else b""


def junk(query: bytes) -> list[bytes]:
    """Everything that is no reply."""
    return [b"", b"junk", query, query[:2] + b"\x81\x80" + b"\xff" * 8 + query[12:], b"\0\0" + query[2:]] * 5


@pytest.mark.parametrize("options", [{}, {"timeout": 0.05}, {"timeout": 5.0}, {"tcp": True}, {"tries": 1}])
@pytest.mark.parametrize(
    ("on_datagram", "on_stream"),
    [
        (scripted.silent, None),
        (scripted.silent, lambda seen: b""),
        (scripted.truncated, lambda seen: b""),
        (scripted.truncated, trickle),
        (scripted.truncated, lambda seen: None),
        (scripted.truncated, lambda seen: b"\0\0" * 1000),
        (junk, lambda seen: b"\0\x04junk"),
        (scripted.rcode(2), None),
        (scripted.rcode(2), lambda seen: b""),
    ],
    ids=[
        "deaf",
        "silent",
        "mute-tcp",
        "trickling-tcp",
        "closing-tcp",
        "empty-tcp",
        "junk",
        "servfail",
        "servfail-mute",
    ],
)
def test_the_lifetime_is_kept_whatever_the_server_does(
    on_datagram: scripted.OnDatagram, on_stream: scripted.OnStream | None, options: dict[str, Any]
) -> None:
    async def use(r: dnsburst.Resolver) -> tuple[float, list[dnsburst.Result]]:
        start = time.monotonic()
        results = await r.query_many([(f"{n}.example.com", "A") for n in range(20)])
        return time.monotonic() - start, results

    best = 9.0
    for _ in range(3):  # this machine may stall for longer than what is measured
        with scripted.Scripted(on_datagram, on_stream) as hostile:
            elapsed, results = using(hostile, use, lifetime=0.4, **options)
        assert {"TIMEOUT", "SERVFAIL", "NETERROR"} >= {result.status for result in results}
        best = min(best, elapsed)
        if best < 0.4 + LATE_BY:
            return
    pytest.fail(f"a lifetime of 0.4 s took {best:.3f} s")


def test_the_lifetime_is_kept_by_what_was_never_sent() -> None:
    """A cap lets one query out; nothing but the lifetimes themselves ends the others, each at its own time."""

    async def one(r: dnsburst.Resolver, n: int) -> tuple[dnsburst.Result, float]:
        await asyncio.sleep(n * 0.05)
        start = time.monotonic()
        return await r.query(f"{n}.example.com", "A"), time.monotonic() - start

    async def use(r: dnsburst.Resolver) -> list[tuple[dnsburst.Result, float]]:
        return await asyncio.gather(*(one(r, n) for n in range(5)))

    best = 9.0
    for _ in range(3):  # this machine may stall for longer than what is measured
        with scripted.Scripted() as silent:
            ended = using(silent, use, lifetime=0.3, rate=0.1, timeout=0.3)
        assert {"TIMEOUT"} == {result.status for result, _ in ended}
        assert 0 in {result.tries for result, _ in ended}
        best = min(best, max(elapsed for _, elapsed in ended))
        if best < 0.3 + LATE_BY:
            return
    pytest.fail(f"a lifetime of 0.3 s took {best:.3f} s")


# ---- whatever Python's collector does meanwhile


class MovableLoop(asyncio.SelectorEventLoop):
    """An event loop whose time can be moved ahead: by ``ahead`` seconds, and by ``stall`` whenever a future is made."""

    ahead = 0.0
    stall = 0.0

    def time(self) -> float:
        return super().time() + self.ahead

    def create_future(self) -> asyncio.Future[Any]:
        self.ahead += self.stall
        return super().create_future()


def test_the_lifetime_begins_before_anything_is_made() -> None:
    """The collector may run whenever something is made, for longer than a lifetime may be overrun."""
    with scripted.Scripted() as silent, asyncio.Runner(loop_factory=MovableLoop) as runner:

        async def use() -> float:
            loop: Any = asyncio.get_running_loop()
            async with dnsburst.Resolver(servers=[silent.address], lifetime=5.0) as resolver:
                start = loop.time()
                loop.stall = 4.9
                await resolver.query("example.com", "A")
                return float(loop.time() - start)

        assert 5.0 <= runner.run(use()) < 9.0


async def overdue(awaits: list[Coroutine[Any, Any, Any]], resolver: dnsburst.Resolver) -> asyncio.Future[Any]:
    """The awaits, each for an answer of ``resolver``, all of them due at once in the next turn of the loop."""
    loop: Any = asyncio.get_running_loop()
    waiting = asyncio.gather(*awaits, return_exceptions=True)
    await asyncio.sleep(0.02)
    assert len(awaits) == len(resolver._waiting)
    gc.collect()
    loop.ahead += 3600
    return waiting


@pytest.mark.parametrize("names", [5_000, 10])
def test_awaits_that_end_by_the_thousand_start_no_collection(names: int) -> None:
    """It might go over all that the program holds, and keep those that wait for longer than anything here may."""
    begun: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        begun.append(info["generation"])

    with scripted.Scripted() as silent, asyncio.Runner(loop_factory=MovableLoop) as runner:

        async def use() -> list[dnsburst.Result]:
            async with dnsburst.Resolver(servers=[silent.address], lifetime=3600) as resolver:
                awaits = [resolver.query(f"h{n % names}.example", "A") for n in range(5_000)]
                waiting = await overdue(awaits, resolver)
                gc.callbacks.append(note)
                try:
                    return list(await waiting)
                finally:
                    gc.callbacks.remove(note)

        results = runner.run(use())
    assert ["TIMEOUT"] * 5_000 == [result.status for result in results]
    assert [] == begun


@pytest.mark.parametrize("names", [1_000, 10, 1])
def test_awaits_that_are_due_together_end_in_slices_and_others_get_their_turns(names: int) -> None:
    with scripted.Scripted() as silent, asyncio.Runner(loop_factory=MovableLoop) as runner:

        async def use() -> list[int]:
            async with dnsburst.Resolver(servers=[silent.address], lifetime=3600) as resolver:
                awaits = [resolver.query(f"h{n % names}.example", "A") for n in range(1_000)]
                waiting = await overdue(awaits, resolver)
                left = []
                for _ in range(100):
                    await asyncio.sleep(0)
                    left.append(len(resolver._waiting))
                assert waiting.done()
                return left

        left = [1_000, *runner.run(use())]
    assert SLICE == max(before - after for before, after in pairwise(left))


def test_who_waits_longest_is_woken_first(rng: Random) -> None:
    """Whichever question it waits for, and whoever asked that before."""
    ended: list[int] = []

    async def one(resolver: dnsburst.Resolver, group: int) -> None:
        await resolver.query(f"h{rng.randrange(400)}.example", "A")
        ended.append(group)

    with scripted.Scripted() as silent, asyncio.Runner(loop_factory=MovableLoop) as runner:

        async def use() -> None:
            loop: Any = asyncio.get_running_loop()
            async with dnsburst.Resolver(servers=[silent.address], lifetime=100.0) as resolver:
                tasks = []
                for group in range(20):
                    tasks += [asyncio.ensure_future(one(resolver, group)) for _ in range(100)]
                    await asyncio.sleep(0)
                    loop.ahead += 1.0
                loop.ahead += 100.0
                await asyncio.wait(tasks)

        runner.run(use())
    assert 2_000 == len(ended)
    assert sorted(ended) == ended


def test_awaits_are_taken_the_oldest_first_whenever_they_became_due() -> None:
    loop = asyncio.new_event_loop()
    since = {loop.create_future(): float(start) for start in range(10)}
    futures = list(since)
    loop.close()
    due = Awaits()
    assert not due
    due.add([futures[7], futures[2], futures[9], futures[5]], since)
    assert [futures[2]] == due.take(1)
    due.add([futures[6], futures[1], futures[3]], since)
    assert [futures[at] for at in (1, 3, 5, 6)] == due.take(4)
    del since[futures[4]]
    due.add([futures[4], futures[8]], since)  # nobody waits for the former
    assert [futures[at] for at in (7, 8, 9)] == due.take(4)
    assert not due
    assert [] == due.take(4)


def test_what_has_ended_is_handed_out_before_the_resolver_is_closed() -> None:
    with scripted.Scripted() as silent, asyncio.Runner(loop_factory=MovableLoop) as runner:

        async def use() -> list[Any]:
            resolver = dnsburst.Resolver(servers=[silent.address], lifetime=3600)
            waiting = await overdue([resolver.query(f"h{n}.example", "A") for n in range(1_000)], resolver)
            late = asyncio.ensure_future(resolver.query("late.example", "A"))
            for _ in range(100):
                await asyncio.sleep(0)
                if resolver._due:
                    break
            await resolver.aclose()
            return [*await waiting, *await asyncio.gather(late, return_exceptions=True)]

        *ended, late = runner.run(use())
    assert ["TIMEOUT"] * 1_000 == [result.status for result in ended]
    assert isinstance(late, dnsburst.ResolverClosed)
