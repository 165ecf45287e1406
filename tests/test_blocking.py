"""The blocking face against the built-in server: from threads, executors and children, and generators left early."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from random import Random
from typing import Any

import pytest

import dnsburst
from dnsburst.server import Faults, Server

from . import example_zone, scripted
from .descriptors import descriptors
from .example_zone import address


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with example_zone.server() as running:
        yield running


def test_the_same_methods_as_the_resolver(server: Server) -> None:
    here: dict[str, Any] = {"servers": [server.address]}
    assert "10 mail.example.com" == dnsburst.resolve("example.com", "mx", **here).records[0].text
    assert "www.example.com" == dnsburst.reverse(ip_address("2001:db8::80"), **here).records[0].data
    assert "NXDOMAIN" == dnsburst.query("missing.example.com", **here).status
    assert ["192.0.2.80", "2001:db8::80"] == [
        record.data for record in dnsburst.resolve_host("www.example.com", **here).records
    ]
    results = dnsburst.query_many([("example.com", "MX"), ("two..dots", 1), ("192.0.2.80", None)] * 2, **here)
    assert ["NOERROR", "INVALID", "NOERROR"] * 2 == [result.status for result in results]
    assert ["MX", "A", "PTR"] * 2 == [result.rdtype for result in results]
    assert [] == dnsburst.query_many([], **here)


@pytest.mark.parametrize(
    ("function", "name", "exception"),
    [
        (dnsburst.resolve, "missing.example.com", dnsburst.NXDomain),
        (dnsburst.resolve, "text.example.com", dnsburst.NoData),
        (dnsburst.resolve, "loop.example.com", dnsburst.ServerFailure),
        (dnsburst.resolve, "elsewhere.example.org", dnsburst.Refused),
        (dnsburst.resolve, "two..dots", dnsburst.InvalidName),
        (dnsburst.reverse, "192.0.2.81", dnsburst.NXDomain),
        (dnsburst.reverse, "www.example.com", dnsburst.InvalidName),
        (dnsburst.resolve_host, "missing.example.com", dnsburst.NXDomain),
    ],
)
def test_exceptions(
    server: Server, function: Callable[..., dnsburst.Result], name: str, exception: type[dnsburst.DNSError]
) -> None:
    with pytest.raises(exception) as caught:
        function(name, servers=[server.address])
    assert exception is type(caught.value)


def test_options_and_types_are_checked_at_once() -> None:
    for function in (dnsburst.query, dnsburst.lookup_many, dnsburst.resolve):
        asked: Any = "example.com" if function is not dnsburst.lookup_many else ["example.com"]
        with pytest.raises(dnsburst.ConfigurationError):
            function(asked, "A", servers=["127.0.0.1"], lifetime=0)
        with pytest.raises(dnsburst.UnknownType):
            function(asked, "NONSENSE", servers=["127.0.0.1"])
        with pytest.raises(TypeError):
            function(asked, "A", servers=["127.0.0.1"], retries=1)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        dnsburst.lookup_many("example.com")


@pytest.mark.parametrize("ordered", [True, False])
def test_lookup_many(ordered: bool, rng: Random) -> None:
    names = [address(n) for n in range(2_000)] + ["example.com", "two..dots", "203.0.113.1"]
    rng.shuffle(names)
    with example_zone.server(Faults(jitter=0.005, loss=0.01, random=Random(rng.random()))) as shaky:
        results = list(dnsburst.lookup_many(iter(names), ordered=ordered, servers=[shaky.address]))
    found = [result.name for result in results]
    assert (names if ordered else sorted(names)) == (found if ordered else sorted(found))
    for result in results:
        if result.name.startswith("10."):
            a, b = result.name.split(".")[2:]
            assert [f"host{int(a) * 256 + int(b)}.example.net"] == [record.data for record in result.records]


def test_names_are_pulled_as_they_are_needed(server: Server) -> None:
    pulled = 0

    def names() -> Iterator[str]:
        nonlocal pulled
        for n in range(1_000_000):
            pulled += 1
            yield address(n % 5_000)

    before = descriptors()
    results = dnsburst.lookup_many(names(), servers=[server.address])
    assert not pulled
    assert not descriptors() - before
    assert "NOERROR" == next(results).status
    assert 0 < pulled <= 32768 + 1
    assert descriptors() - before
    results.close()  # type: ignore[attr-defined]
    assert not descriptors() - before


def test_a_generator_left_early_closes_its_sockets(server: Server) -> None:
    before = descriptors()
    for result in dnsburst.lookup_many((address(n) for n in range(5_000)), servers=[server.address]):
        assert "NOERROR" == result.status
        break
    assert not descriptors() - before


def test_what_the_names_raise_comes_after_all_before_it(server: Server) -> None:
    def names() -> Iterator[str]:
        yield "192.0.2.80"
        raise LookupError("the file ends here")

    before = descriptors()
    results = dnsburst.lookup_many(names(), servers=[server.address])
    assert "NOERROR" == next(results).status
    with pytest.raises(LookupError, match="the file ends here"):
        next(results)
    assert not descriptors() - before


def test_a_consumer_that_pauses_loses_nothing(server: Server) -> None:
    results = dnsburst.lookup_many((address(n) for n in range(300)), servers=[server.address], timeout=0.1)
    statuses = [next(results).status]
    time.sleep(0.3)
    statuses += [result.status for result in results]
    assert ["NOERROR"] * 300 == statuses


def test_from_several_threads(server: Server) -> None:
    found: dict[int, list[str]] = {}

    def work(number: int) -> None:
        names = [address(n) for n in range(number, 500, 7)]
        results = list(dnsburst.lookup_many(names, servers=[server.address]))
        assert names == [result.name for result in results]
        found[number] = [dnsburst.reverse(name, servers=[server.address]).records[0].text for name in names[:5]]
        assert found[number] == [result.records[0].text for result in results[:5]]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 8 == len(found)


def test_in_the_executor_of_a_running_loop_and_on_the_loop_itself(server: Server) -> None:
    async def run() -> list[str]:
        elsewhere = asyncio.to_thread(dnsburst.resolve, "example.com", "MX", servers=[server.address])
        here = dnsburst.resolve("example.com", "MX", servers=[server.address])
        return [here.records[0].text, (await elsewhere).records[0].text]

    assert ["10 mail.example.com"] * 2 == asyncio.run(run())


def test_no_event_loop_is_made_or_left(server: Server) -> None:
    dnsburst.resolve("example.com", "MX", servers=[server.address])
    with pytest.raises(RuntimeError):
        asyncio.get_running_loop()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the server's thread: the child never touches it
def test_after_fork(server: Server) -> None:
    assert "NOERROR" == dnsburst.reverse("192.0.2.80", servers=[server.address]).status
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            answer = dnsburst.reverse("192.0.2.80", servers=[server.address])
            os.write(writer, answer.records[0].text.encode())
        finally:
            os._exit(0)
    os.close(writer)
    with open(reader, "rb") as pipe:
        assert b"www.example.com" == pipe.read()
    os.waitpid(child, 0)


@pytest.mark.parametrize("handler", [scripted.silent, scripted.truncated, scripted.rcode(2)])
def test_the_lifetime_is_kept(handler: scripted.OnDatagram) -> None:
    with scripted.Scripted(handler, lambda seen: b"") as hostile:
        start = time.monotonic()
        results = dnsburst.query_many(
            [(f"{n}.example", "A") for n in range(20)], servers=[hostile.address], lifetime=0.3
        )
        elapsed = time.monotonic() - start
    assert {"TIMEOUT", "SERVFAIL"} >= {result.status for result in results}
    assert elapsed < 0.45


def test_the_trace_sees_each_datagram(server: Server) -> None:
    seen: list[tuple[str, int]] = []
    dnsburst.query(
        "example.com",
        "MX",
        servers=[server.address],
        trace=lambda event, _t, _s, data, _n: seen.append((event, len(data))),
    )
    assert ["send", "recv"] == [event for event, _ in seen]
    assert all(size > 12 for _, size in seen)
