"""The asynchronous resolver against the built-in server: lookups, streams, closing, cancelling."""

from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from enum import Enum, IntEnum
from ipaddress import IPv4Address, IPv6Address, ip_address
from random import Random
from typing import Any

import pytest

import dnsburst
from dnsburst.server import Faults, Server

from . import example_zone, scripted
from .example_zone import address


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with example_zone.server() as running:
        yield running


Use = Callable[[dnsburst.Resolver], Coroutine[Any, Any, Any]]


def using(server: Any, use: Use, **options: Any) -> Any:
    """What ``use(resolver)`` gives back, in a loop of its own."""

    async def run() -> Any:
        async with dnsburst.Resolver(servers=[server.address], **options) as resolver:
            return await use(resolver)

    return asyncio.run(run())


# ---- single lookups


def test_resolve(server: Server) -> None:
    answer = using(server, lambda r: r.resolve("example.com", "MX"))
    assert ("example.com", "MX", "NOERROR", 300, 1) == (
        answer.name,
        answer.rdtype,
        answer.status,
        answer.ttl,
        answer.tries,
    )
    assert ("example.com", None) == (answer.canonical_name, answer.error)
    assert f"127.0.0.1:{server.address[1]}" == answer.server
    assert 0 < answer.rtt < 5
    (record,) = answer.records
    assert ("example.com", "MX", 300, (10, "mail.example.com"), "10 mail.example.com") == (
        record.name,
        record.rdtype,
        record.ttl,
        record.data,
        record.text,
    )


class Text(Enum):
    MX = "mx"


class Number(IntEnum):
    MX = 15


@pytest.mark.parametrize("rdtype", ["MX", "mx", "Mx", "TYPE15", 15, Text.MX, Number.MX])
def test_types_however_they_are_given(server: Server, rdtype: Any) -> None:
    answer = using(server, lambda r: r.resolve("example.com", rdtype))
    assert ("MX", "10 mail.example.com") == (answer.rdtype, answer.records[0].text)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("www.example.com", "www.example.com"),
        ("WWW.Example.COM.", "WWW.Example.COM."),
        (" www.example.com ", " www.example.com "),
        (b"www.example.com", "www.example.com"),
        ("bücher.example.com", "bücher.example.com"),
        ("BÜCHER.example.com", "BÜCHER.example.com"),
        (r"\119ww.example.com", r"\119ww.example.com"),
    ],
)
def test_names_however_they_are_given(server: Server, name: str | bytes, shown: str) -> None:
    result = using(server, lambda r: r.query(name, "A"))
    assert ("NOERROR", shown) == (result.status, result.name)


@pytest.mark.parametrize(
    "given",
    [
        "192.0.2.80",
        b"192.0.2.80",
        IPv4Address("192.0.2.80"),
        "2001:db8::80",
        IPv6Address("2001:db8::80"),
        "::ffff:192.0.2.80",
    ],
)
def test_reverse(server: Server, given: Any) -> None:
    answer = using(server, lambda r: r.reverse(given))
    assert ("PTR", "www.example.com") == (answer.rdtype, answer.records[0].data)
    assert answer.records[0].hostname_safe
    assert "PTR" == using(server, lambda r: r.query(given)).rdtype


@pytest.mark.parametrize("text", ["www.example.com", "010.1.1.1", "192.0.2.0/24", "fe80::1%eth0", "", "1.2.3"])
def test_reverse_takes_addresses_only(server: Server, text: str) -> None:
    with pytest.raises(dnsburst.InvalidName):
        using(server, lambda r: r.reverse(text))


def test_resolve_host(server: Server) -> None:
    async def use(r: dnsburst.Resolver) -> list[dnsburst.Result]:
        return [await r.resolve_host(f"{host}.example.com") for host in ("www", "v4", "v6", "alias")]

    both, v4, v6, alias = using(server, use)
    assert ["192.0.2.80", "2001:db8::80"] == [record.data for record in both.records]
    assert [ip_address("192.0.2.80"), ip_address("2001:db8::80")] == [record.address for record in both.records]
    assert ("A+AAAA", "NOERROR", 2, None) == (both.rdtype, both.status, both.tries, both.error)
    assert (["192.0.2.4"], ["2001:db8::6"]) == ([r.data for r in v4.records], [r.data for r in v6.records])
    assert ("www.example.com", 2) == (alias.canonical_name, len(alias.records))


@pytest.mark.parametrize(
    ("name", "exception"),
    [
        ("missing.example.com", dnsburst.NXDomain),
        ("mail.example.com.example.com", dnsburst.NXDomain),
        ("text.example.com", dnsburst.NoData),
        ("loop.example.com", dnsburst.ServerFailure),
        ("elsewhere.example.org", dnsburst.Refused),
        ("192.0.2.1", dnsburst.InvalidName),
        ("two..dots", dnsburst.InvalidName),
    ],
)
def test_resolve_host_raises(server: Server, name: str, exception: type[dnsburst.DNSError]) -> None:
    with pytest.raises(exception) as caught:
        using(server, lambda r: r.resolve_host(name))
    assert caught.value.result is not None
    assert "A+AAAA" == caught.value.result.rdtype


def test_resolve_host_says_which_half_failed(server: Server) -> None:
    def v4_only(query: bytes) -> list[bytes]:
        if query[query.index(b"\0", 12) + 2] == 28:
            return scripted.rcode(2)(query)
        return [server.responder.reply(query) or b""]

    with scripted.Scripted(v4_only) as half:
        answer = using(half, lambda r: r.resolve_host("www.example.com"), lifetime=1)
    assert (["192.0.2.80"], "AAAA: SERVFAIL") == ([r.data for r in answer.records], answer.error)


@pytest.mark.parametrize(
    ("name", "rdtype", "status", "exception", "base"),
    [
        ("missing.example.com", "A", "NXDOMAIN", dnsburst.NXDomain, dnsburst.DNSError),
        ("www.example.com", "MX", "NODATA", dnsburst.NoData, dnsburst.DNSError),
        ("loop.example.com", "A", "SERVFAIL", dnsburst.ServerFailure, dnsburst.DNSError),
        ("elsewhere.example.org", "A", "REFUSED", dnsburst.Refused, dnsburst.ServerFailure),
        ("two..dots", "A", "INVALID", dnsburst.InvalidName, ValueError),
        ("192.0.2.1", "A", "INVALID", dnsburst.InvalidName, ValueError),
    ],
)
def test_exceptions(
    server: Server, name: str, rdtype: str, status: str, exception: type[dnsburst.DNSError], base: type[Exception]
) -> None:
    result = using(server, lambda r: r.query(name, rdtype))
    assert (name, rdtype, status) == (result.name, result.rdtype, result.status)
    with pytest.raises(exception) as caught:
        using(server, lambda r: r.resolve(name, rdtype))
    assert isinstance(caught.value, base)
    assert isinstance(caught.value, dnsburst.DNSError)
    assert caught.value.result is not None
    assert (name, rdtype, status) == (
        caught.value.result.name,
        caught.value.result.rdtype,
        caught.value.result.status,
    )
    assert f"{name} {rdtype}: {status}" in str(caught.value)


@pytest.mark.parametrize(
    ("number", "exception"),
    [
        (1, dnsburst.FormatError),
        (2, dnsburst.ServerFailure),
        (4, dnsburst.NotImplementedByServer),
        (5, dnsburst.Refused),
        (6, dnsburst.ServerFailure),
    ],
)
def test_error_rcodes(number: int, exception: type[dnsburst.DNSError]) -> None:
    with scripted.Scripted(scripted.rcode(number)) as failing, pytest.raises(exception) as caught:
        using(failing, lambda r: r.resolve("www.example.com"), lifetime=1)
    assert exception is type(caught.value)


def test_no_answer_is_a_timeout_error() -> None:
    with scripted.Scripted() as silent, pytest.raises(TimeoutError) as caught:
        using(silent, lambda r: r.resolve("www.example.com"), lifetime=0.2)
    assert isinstance(caught.value, dnsburst.Timeout)
    assert caught.value.result is not None
    assert "TIMEOUT" == caught.value.result.status


def test_a_port_that_refuses_is_an_os_error() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

    class Nobody:
        address = ("127.0.0.1", port)

    with pytest.raises(OSError) as caught:
        using(Nobody, lambda r: r.resolve("www.example.com"), lifetime=2)
    assert isinstance(caught.value, dnsburst.NetworkError)
    import errno

    assert errno.ECONNREFUSED == caught.value.errno
    assert caught.value.result is not None
    assert "NETERROR" == caught.value.result.status
    assert f"ECONNREFUSED: connection refused by 127.0.0.1:{port}" == caught.value.result.error


@pytest.mark.parametrize("rdtype", ["NONSENSE", "", 65536, -1, 1.5, Text])
def test_unknown_types_are_said_at_once(server: Server, rdtype: Any) -> None:
    for method in ("resolve", "query"):
        with pytest.raises(dnsburst.UnknownType):
            using(server, lambda r, m=method: getattr(r, m)("example.com", rdtype))

    async def stream(r: dnsburst.Resolver) -> None:
        async for _ in r.stream(["example.com"], rdtype):
            pass

    with pytest.raises(dnsburst.UnknownType):
        using(server, stream)


@pytest.mark.parametrize("name", [None, 5, 1.5, ["a"]])
def test_what_is_no_name_is_invalid(server: Server, name: Any) -> None:
    result = using(server, lambda r: r.query(name, "A"))
    assert ("INVALID", str(name)) == (result.status, result.name)
    assert type(name).__name__ in result.error


@pytest.mark.parametrize(
    "options",
    [
        {"timeout": 0},
        {"lifetime": 0},
        {"lifetime": -1.0},
        {"tries": 0},
        {"in_flight": 0},
        {"rate": 0},
        {"rate": float("nan")},
        {"rate_per_server": 0},
        {"cache_size": -1},
        {"servers": []},
        {"servers": ["not an address"]},
        {"servers": ["127.0.0.1:99999"]},
        {"servers": [("127.0.0.1", 0)]},
        {"servers": [["127.0.0.1:53"]]},
        {"servers": [5]},
        {"servers": 5},
        {"servers": [b"127.0.0.1"]},
        {"servers": [(5, 53)]},
        {"timeout": "5"},
        {"lifetime": "5"},
        {"lifetime": None},
        {"lifetime": float("inf")},
        {"tries": None},
        {"tries": 2.5},
        {"tries": "3"},
        {"in_flight": "5"},
        {"in_flight": 1.5},
        {"rate": object()},
        {"cache_size": None},
        {"cache_size": "1"},
    ],
)
def test_options_that_mean_nothing_are_said_at_once(options: dict[str, Any]) -> None:
    with pytest.raises(dnsburst.ConfigurationError):
        dnsburst.Resolver(**{"servers": ["127.0.0.1"], **options})


@pytest.mark.parametrize("given", [ip_address("127.0.0.1"), (ip_address("127.0.0.1"), 53), "127.0.0.1"])
def test_servers_however_they_are_given(given: Any) -> None:
    for servers in ([given], (given,), iter([given]), {given: 1}):
        assert ["127.0.0.1:53"] == [str(server) for server in dnsburst.Resolver(servers=servers)._options.servers]
    v6 = dnsburst.Resolver(servers=[ip_address("2001:db8::1")])._options.servers
    assert ["[2001:db8::1]:53"] == [str(server) for server in v6]


def test_an_option_that_is_not_known_is_a_type_error() -> None:
    with pytest.raises(TypeError):
        dnsburst.Resolver(servers=["127.0.0.1"], retries=3)  # type: ignore[call-arg]


def test_tcp_only(server: Server) -> None:
    before = server.stats.tcp_queries
    assert "NOERROR" == using(server, lambda r: r.query("example.com", "MX"), tcp=True).status
    assert before + 1 == server.stats.tcp_queries


def test_truncated_answers_come_over_tcp() -> None:
    with example_zone.server(Faults(truncate=1.0)) as cutting:
        result = using(cutting, lambda r: r.query("example.com", "MX"))
    assert ("NOERROR", 2) == (result.status, result.tries)


# ---- streams


async def collect(results: AsyncIterator[dnsburst.Result]) -> list[dnsburst.Result]:
    return [result async for result in results]


async def lazily(names: Any) -> AsyncIterator[Any]:
    for number, name in enumerate(names):
        if number % 100 == 0:
            await asyncio.sleep(0)
        yield name


@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize("source", [list, iter, lazily])
def test_stream(source: Callable[[Any], Any], ordered: bool, rng: Random) -> None:
    names: list[Any] = [address(n) for n in range(2_000)]
    names += ["two..dots", None, "203.0.113.1", "example.com", b"192.0.2.80"]
    rng.shuffle(names)
    with example_zone.server(Faults(jitter=0.005, loss=0.01, random=Random(rng.random()))) as shaky:
        results = using(shaky, lambda r: collect(r.stream(source(names), ordered=ordered)))
    asked = [name.decode() if isinstance(name, bytes) else str(name) for name in names]
    found = [result.name for result in results]
    assert (asked if ordered else sorted(asked)) == (found if ordered else sorted(found))
    for result in results:
        if result.name.startswith("10."):
            a, b = result.name.split(".")[2:]
            assert [f"host{int(a) * 256 + int(b)}.example.net"] == [record.data for record in result.records]
    others = {result.name: result.status for result in results if not result.name.startswith("10.")}
    assert {
        "two..dots": "INVALID",
        "None": "INVALID",
        "203.0.113.1": "NXDOMAIN",
        "example.com": "NODATA",
        "192.0.2.80": "NOERROR",
    } == others


def test_stream_of_nothing(server: Server) -> None:
    assert [] == using(server, lambda r: collect(r.stream([])))
    assert [] == using(server, lambda r: collect(r.stream(lazily([]))))


@pytest.mark.parametrize("source", [list, lazily])
def test_stream_of_what_needs_no_asking(server: Server, source: Callable[[Any], Any]) -> None:
    async def use(r: dnsburst.Resolver) -> list[str]:
        await r.query("192.0.2.80")
        results = await collect(r.stream(source(["192.0.2.80", "two..dots"] * 50), ordered=True))
        return [result.status for result in results]

    assert ["NOERROR", "INVALID"] * 50 == using(server, use)


def test_a_single_name_is_no_stream_of_its_letters(server: Server) -> None:
    for name in ("example.com", b"example.com"):
        with pytest.raises(TypeError):
            using(server, lambda r, n=name: collect(r.stream(n)))


def test_what_the_names_raise_comes_after_all_before_it(server: Server) -> None:
    def names() -> Iterator[str]:
        yield "192.0.2.80"
        yield "192.0.2.81"
        raise LookupError("the file ends here")

    for source in (names, lambda: lazily(names())):
        seen: list[str] = []

        async def use(r: dnsburst.Resolver, source: Any = source, seen: list[str] = seen) -> None:
            async for result in r.stream(source(), ordered=True):
                seen.append(result.status)

        with pytest.raises(LookupError, match="the file ends here"):
            using(server, use)
        assert ["NOERROR", "NXDOMAIN"] == seen


def test_names_that_are_cancelled_end_the_stream(server: Server) -> None:
    async def names() -> AsyncIterator[str]:
        yield "192.0.2.80"
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        using(server, lambda r: collect(r.stream(names())))


@pytest.mark.parametrize("source", [iter, lazily])
def test_a_stream_left_early_asks_no_more(source: Callable[[Any], Any]) -> None:
    pulled = 0

    def names() -> Iterator[str]:
        nonlocal pulled
        for n in range(1_000_000):
            pulled += 1
            yield address(n % 5_000)

    async def use(r: dnsburst.Resolver) -> int:
        seen = 0
        async for _ in r.stream(source(names())):
            seen += 1
            if seen == 10:
                break
        await asyncio.sleep(0.05)
        assert not r._streams
        assert 0 == r._pump.exchange.open_lookups  # type: ignore[union-attr]
        return seen

    with example_zone.server(Faults(delay=0.01)) as slow:
        assert 10 == using(slow, use, cache_size=0)
        assert pulled < 100_000


@pytest.mark.parametrize("source", [iter, lazily])
def test_a_closed_stream_has_ended(server: Server, source: Callable[[Any], Any]) -> None:
    def names() -> Iterator[str]:
        yield from (address(n) for n in range(200))
        raise LookupError("never said: nobody takes any more")

    async def use(r: dnsburst.Resolver) -> list[list[dnsburst.Result]]:
        unused, left = r.stream(source(names())), r.stream(source(names()))
        await unused.aclose()
        await anext(left)
        await left.aclose()
        return [await asyncio.wait_for(collect(results), 5) for results in (unused, left, left)]

    assert [[], [], []] == using(server, use)


@pytest.mark.parametrize("source", [iter, lazily])
def test_who_waits_for_a_stream_that_another_closes_waits_no_more(source: Callable[[Any], Any]) -> None:
    async def use(r: dnsburst.Resolver) -> list[dnsburst.Result]:
        results = r.stream(source(["a.example"]))
        waiting = asyncio.ensure_future(collect(results))
        await asyncio.sleep(0.05)
        await results.aclose()
        return await asyncio.wait_for(waiting, 5)

    with scripted.Scripted() as silent:
        assert [] == using(silent, use)


def test_what_the_names_raise_is_raised_once(server: Server) -> None:
    def names() -> Iterator[str]:
        yield "192.0.2.80"
        raise LookupError("the file ends here")

    async def use(r: dnsburst.Resolver) -> list[dnsburst.Result]:
        results = r.stream(names())
        with pytest.raises(LookupError):
            await collect(results)
        return await collect(results)

    assert [] == using(server, use)


def test_a_stream_left_early_lets_go_of_its_names(server: Server) -> None:
    closed = False

    def names() -> Iterator[str]:
        nonlocal closed
        try:
            while True:
                yield "192.0.2.80"
        finally:
            closed = True

    async def use(r: dnsburst.Resolver) -> None:
        results = r.stream(names())
        await anext(results)
        await results.aclose()
        assert closed

    using(server, use)


def test_nothing_is_pulled_while_nobody_takes(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dnsburst.stream.WINDOW", 100)
    pulled = 0

    def names() -> Iterator[str]:
        nonlocal pulled
        for n in range(1_000):
            pulled += 1
            yield address(n)

    async def use(r: dnsburst.Resolver, source: Callable[[Any], Any], ordered: bool) -> None:
        nonlocal pulled
        pulled = taken = 0
        async for _ in r.stream(source(names()), ordered=ordered):
            taken += 1
            if taken in (1, 50, 500):
                await asyncio.sleep(0.05)
            assert pulled <= taken + 101
        assert (1_000, 1_000) == (taken, pulled)

    for source in (iter, lazily):
        for ordered in (True, False):
            using(server, lambda r, s=source, o=ordered: use(r, s, o))


def test_one_slow_name_holds_back_no_more_than_the_window(monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    monkeypatch.setattr("dnsburst.stream.WINDOW", 100)
    pulled: list[str] = []

    def names() -> Iterator[str]:
        for n in range(1_000):
            pulled.append(address(n))
            yield pulled[-1]

    def all_but_the_first(query: bytes) -> list[bytes]:
        return [] if query[12:16] == b"\x010\x010" else [server.responder.reply(query) or b""]

    async def use(r: dnsburst.Resolver) -> None:
        async for _ in r.stream(names(), ordered=True):
            assert len(pulled) <= 101
            break

    with scripted.Scripted(all_but_the_first) as stubborn:
        using(stubborn, use, lifetime=0.5)


def test_several_streams_and_lookups_at_once(server: Server) -> None:
    async def use(r: dnsburst.Resolver) -> None:
        names = [address(n) for n in range(500)]
        lists = await asyncio.gather(
            *(collect(r.stream(names, ordered=True)) for _ in range(4)),
            asyncio.gather(*(r.query(name) for name in names)),
        )
        for results in lists:
            assert names == [result.name for result in results]
            assert {"NOERROR"} == {result.status for result in results}

    using(server, use)
    using(server, use, cache_size=0)


# ---- closing, cancelling, other loops


def test_close_is_idempotent_and_final(server: Server) -> None:
    async def run() -> None:
        resolver = dnsburst.Resolver(servers=[server.address])
        await resolver.query("example.com", "MX")
        await resolver.aclose()
        await resolver.aclose()
        for use in (resolver.query("example.com"), resolver.reverse("192.0.2.1"), collect(resolver.stream(["a.b"]))):
            with pytest.raises(dnsburst.ResolverClosed):
                await use
        await dnsburst.Resolver(servers=[server.address]).aclose()

    asyncio.run(run())


def test_lookups_under_way_end_with_the_resolver() -> None:
    async def run(silent: scripted.Scripted) -> None:
        resolver = dnsburst.Resolver(servers=[silent.address])
        single = asyncio.ensure_future(resolver.query("example.com"))
        many = asyncio.ensure_future(resolver.query_many([("a.example", "A"), ("b.example", "A")]))
        streamed = asyncio.ensure_future(collect(resolver.stream(["example.com"])))
        pulled = asyncio.ensure_future(collect(resolver.stream(lazily(["example.com"]))))
        await asyncio.sleep(0.05)
        await resolver.aclose()
        for task in (single, many, streamed, pulled):
            with pytest.raises(dnsburst.ResolverClosed):
                await asyncio.wait_for(task, 1)

    with scripted.Scripted() as silent:
        asyncio.run(run(silent))


def test_a_resolver_belongs_to_one_loop(server: Server) -> None:
    resolver = dnsburst.Resolver(servers=[server.address])
    first = asyncio.new_event_loop()
    try:
        first.run_until_complete(resolver.query("example.com", "MX"))
        for use in (resolver.query("example.com", "MX"), resolver.aclose()):
            with pytest.raises(dnsburst.ResolverClosed, match="another event loop"):
                asyncio.run(use)
        first.run_until_complete(resolver.aclose())
    finally:
        first.close()


def test_cancelled_awaits_leave_nothing_behind() -> None:
    async def run(silent: scripted.Scripted) -> None:
        async with dnsburst.Resolver(servers=[silent.address], timeout=0.1) as resolver:
            tasks = [asyncio.ensure_future(resolver.query(address(n))) for n in range(500)]
            twin = asyncio.ensure_future(resolver.query(address(0)))
            await asyncio.sleep(0.05)
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            assert all(task.cancelled() for task in tasks)
            exchange = resolver._pump.exchange  # type: ignore[union-attr]
            assert 1 == exchange.open_lookups  # the twin still waits for the first
            twin.cancel()
            await asyncio.sleep(0.5)
            assert (0, 0, 0) == (exchange.open_lookups, exchange.in_flight, len(resolver._waiting))
            pending = [channel.pending.count for s in exchange.nameservers for channel in s.channels]
            assert 0 == sum(pending)

    with scripted.Scripted() as silent:
        asyncio.run(run(silent))


@pytest.mark.parametrize("event", ["send", "recv"])
def test_a_trace_that_raises_keeps_no_lookup_beyond_its_lifetime(server: Server, event: str) -> None:
    said: list[BaseException] = []

    def trace(what: str, *_: object) -> None:
        if what == event:
            raise LookupError("of the caller's own")

    async def use(r: dnsburst.Resolver) -> dnsburst.Result:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: said.append(context["exception"]))
        return await asyncio.wait_for(r.query("www.example.com", "A"), 5)

    assert "TIMEOUT" == using(server, use, lifetime=0.3, trace=trace).status
    assert {LookupError} == {type(error) for error in said}


def test_a_collected_resolver_hangs_no_await() -> None:
    async def run(slow: Server) -> dnsburst.Result:
        task = asyncio.ensure_future(dnsburst.Resolver(servers=[slow.address]).query("example.com", "MX"))
        for _ in range(5):
            await asyncio.sleep(0.01)
            gc.collect()
        return await asyncio.wait_for(task, 5)

    with example_zone.server(Faults(delay=0.1)) as slow:
        loop = asyncio.new_event_loop()
        assert "NOERROR" == loop.run_until_complete(run(slow)).status
        loop.close()
        with pytest.warns(ResourceWarning):
            gc.collect()
