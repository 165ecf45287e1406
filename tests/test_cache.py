"""What is remembered and for how long, with a clock of the test's own; and the cache of a Resolver."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

import dnsburst
from dnsburst._engine.lookup import Lookup, to_ask
from dnsburst._wire.message import RR
from dnsburst._wire.name import from_text
from dnsburst.cache import FAILURE_TTL, MAX_OCTETS, Cache
from dnsburst.server import Faults

from . import example_zone, scripted


def ended(name: str = "a.example", rdtype: int = 1, status: str = "NOERROR", ttl: int = 300, octets: int = 4) -> Lookup:
    """A lookup as the engine hands it out."""
    wire = from_text(name)
    lookup = to_ask(wire, rdtype, None)
    lookup.status = status
    lookup.ttl = ttl
    lookup.tries = 1
    if status == "NOERROR":
        rr = RR.__new__(RR)
        rr.name, rr.rdtype, rr.rdclass, rr.ttl, rr.rdata = wire, rdtype, 1, ttl, bytes(octets)
        rr.text = None
        lookup.records = (rr,)
    return lookup


def held(lookup: Lookup) -> float:
    """Seconds for which it is kept, to the second."""
    cache = Cache(10)
    cache.add([lookup], 1000.0)
    age = 0
    while cache.get(lookup.name, lookup.rdtype, 1000.0 + age) is not None:
        age += 1
    return age


@pytest.mark.parametrize(
    ("status", "ttl", "seconds"),
    [
        ("NOERROR", 300, 300),
        ("NOERROR", 1, 1),
        ("NOERROR", 0, 0),
        ("NXDOMAIN", 60, 60),
        ("NODATA", 60, 60),
        ("NXDOMAIN", 0, 0),
        ("NXDOMAIN", -1, 0),
        ("NODATA", -1, 0),
        ("SERVFAIL", -1, FAILURE_TTL),
        ("REFUSED", -1, FAILURE_TTL),
        ("TIMEOUT", -1, FAILURE_TTL),
        ("NETERROR", -1, 0),
    ],
)
def test_how_long(status: str, ttl: int, seconds: int) -> None:
    assert seconds == held(ended(status=status, ttl=ttl))


def test_failures_are_kept_five_seconds_at_most() -> None:
    assert 1 <= FAILURE_TTL <= 5


def test_what_was_never_sent_is_no_failure() -> None:
    lookup = ended(status="TIMEOUT")
    lookup.tries = 0
    assert 0 == held(lookup)


def test_what_was_cut_off_is_not_kept() -> None:
    for status in ("NOERROR", "NXDOMAIN"):
        lookup = ended(status=status)
        lookup.error = "additional section cut off"
        assert 0 == held(lookup)


def test_what_is_large_is_not_kept() -> None:
    assert 300 == held(ended(rdtype=16, octets=MAX_OCTETS))
    assert 0 == held(ended(rdtype=16, octets=MAX_OCTETS + 1))


def test_names_are_found_in_any_letter_case_and_by_type() -> None:
    cache = Cache(10)
    cache.add([ended("A.Example")], 0.0)
    assert cache.get(from_text("a.eXAMPLE"), 1, 5.9) is not None
    assert cache.get(from_text("a.example"), 28, 5.9) is None
    assert cache.get(from_text("b.example"), 1, 5.9) is None
    assert (1, 2, 10, 1) == cache.info()


def test_the_age_is_in_whole_seconds() -> None:
    cache = Cache(10)
    lookup = ended()
    cache.add([lookup], 100.0)
    assert [(lookup, 0), (lookup, 0), (lookup, 7)] == [cache.get(lookup.name, 1, now) for now in (100.0, 100.9, 107.5)]


def test_the_least_recently_used_goes_first() -> None:
    cache = Cache(3)
    for name in "abc":
        cache.add([ended(name)], 0.0)
    assert cache.get(from_text("a"), 1, 0.0) is not None
    cache.add([ended("d")], 0.0)
    assert [True, False, True, True] == [cache.get(from_text(name), 1, 0.0) is not None for name in "abcd"]
    assert 3 == cache.info().currsize
    cache.add([ended("c")], 0.0)  # learned again: it is as fresh as if it had been used
    cache.add([ended("e")], 0.0)
    assert cache.get(from_text("a"), 1, 0.0) is None
    cache.clear()
    assert (0, 0, 3, 0) == cache.info()


def test_it_never_holds_more_than_it_may() -> None:
    """Of many the oldest go several at a time; what was used lately stays."""
    cache = Cache(640)
    used = ended("used")
    cache.add([used], 0.0)
    for n in range(2_000):
        cache.add([ended(f"{n}.example"), ended(f"{n}.example", rdtype=28)], 0.0)
        assert cache.get(used.name, 1, 0.0) is not None
        assert cache.info().currsize <= 640
    assert 600 < cache.info().currsize
    assert cache.get(from_text("1999.example"), 28, 0.0) is not None
    assert cache.get(from_text("1700.example"), 28, 0.0) is not None


# ---- in a Resolver

Use = Callable[[dnsburst.Resolver], Coroutine[Any, Any, Any]]


def using(server: Any, use: Use, **options: Any) -> Any:
    async def run() -> Any:
        async with dnsburst.Resolver(servers=[server.address], **options) as resolver:
            return await use(resolver)

    return asyncio.run(run())


def test_a_second_question_is_not_sent() -> None:
    async def use(r: dnsburst.Resolver) -> list[dnsburst.Result]:
        names = [("www.example.com", "A"), ("missing.example.com", "A"), ("www.example.com", "MX")]
        names.append(("elsewhere.example.org", "A"))
        return [await r.query(name, rdtype) for name, rdtype in [*names, *((n.upper(), t) for n, t in names)]]

    with example_zone.server() as server:
        results = using(server, use)
        queries = server.stats.queries
    fresh, known = results[:4], results[4:]
    assert ["NOERROR", "NXDOMAIN", "NODATA", "REFUSED"] == [result.status for result in fresh]
    assert [result.status for result in fresh] == [result.status for result in known]
    assert sum(result.tries for result in fresh) == queries
    assert [(0, None)] * 4 == [(result.tries, result.rtt) for result in known]
    assert ["WWW.EXAMPLE.COM", "192.0.2.80"] == [known[0].name, known[0].records[0].data]
    assert [result.server for result in fresh] == [result.server for result in known]


def test_figures_as_functools_has_them() -> None:
    async def use(r: dnsburst.Resolver) -> list[dnsburst.CacheInfo]:
        infos = [r.cache_info()]
        await r.query("www.example.com")
        await r.query("www.example.com")
        infos.append(r.cache_info())
        assert 2 == len([result async for result in r.stream(["www.example.com", "example.com"], "A")])
        infos.append(r.cache_info())
        r.cache_clear()
        infos.append(r.cache_info())
        return infos

    with example_zone.server() as server:
        assert [(0, 0, 7, 0), (1, 1, 7, 1), (2, 2, 7, 2), (0, 0, 7, 0)] == using(server, use, cache_size=7)


def test_ttls_count_down_and_end(monkeypatch: pytest.MonkeyPatch) -> None:
    async def use(r: dnsburst.Resolver) -> list[tuple[int | None, int, int]]:
        loop = asyncio.get_running_loop()
        clock = loop.time
        seen = []
        for later in (0.0, 100.0, 299.0, 300.5):
            monkeypatch.setattr(loop, "time", lambda later=later: clock() + later)
            result = await r.query("www.example.com", "A")
            seen.append((result.ttl, result.records[0].ttl, result.tries))
        monkeypatch.setattr(loop, "time", clock)
        return seen

    with example_zone.server() as server:
        assert [(300, 300, 1), (200, 200, 0), (1, 1, 0), (300, 300, 1)] == using(server, use)


def test_none_is_kept_where_none_is_wanted() -> None:
    async def use(r: dnsburst.Resolver) -> dnsburst.CacheInfo:
        for _ in range(3):
            await r.query("www.example.com")
        return r.cache_info()

    with example_zone.server() as server:
        assert (0, 0, 0, 0) == using(server, use, cache_size=0)
        assert 3 == server.stats.queries


def test_a_truncated_answer_is_never_kept() -> None:
    async def use(r: dnsburst.Resolver) -> tuple[dnsburst.Result, dnsburst.CacheInfo]:
        return await r.query("www.example.com"), r.cache_info()

    with scripted.Scripted(scripted.truncated) as cutting:  # and nobody listens on its TCP port
        result, info = using(cutting, use, lifetime=0.5)
    assert ("NETERROR", 0) == (result.status, info.currsize)
    with example_zone.server(Faults(truncate=1.0)) as server:
        result, info = using(server, use)
    assert (1, "192.0.2.80") == (info.currsize, result.records[0].data)  # what came over TCP was whole
