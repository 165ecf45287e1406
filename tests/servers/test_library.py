"""The library against real servers: the async Resolver, its blocking twins, their exceptions and their records."""

from __future__ import annotations

import asyncio
import enum
import errno
import threading
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

import dnsburst

from .real import RealServer, free_port
from .zones import LONG_NAME, bulk_address, has_name, host_name

pytestmark = pytest.mark.servers

_ZONE = "zone.example"
_DIGEST = "0123456789ABCDEF" * 4


def test_resolve(knot: RealServer) -> None:
    async def run() -> dnsburst.Result:
        async with dnsburst.Resolver(servers=[knot.address]) as resolver:
            return await resolver.resolve(_ZONE, "MX")

    answer = asyncio.run(run())
    assert (answer.name, answer.rdtype, answer.status) == (_ZONE, "MX", "NOERROR")
    assert sorted(record.text for record in answer.records) == ["10 mail.zone.example", "20 mail.other.example"]
    assert {(record.name, record.rdtype, record.ttl) for record in answer.records} == {(_ZONE, "MX", 3600)}
    assert (answer.ttl, answer.server, answer.tries, answer.error) == (3600, knot.address, 1, None)
    assert answer.canonical_name == _ZONE


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("192.0.2.1", "host.zone.example"),
        ("192.0.2.64", "classless-64.zone.example"),
        ("2001:db8::1", "host6.zone.example"),
        ("2001:DB8:0:0::2", "host6.zone.example"),
        ("::ffff:192.0.2.1", "host.zone.example"),
        ("192.0.2.7", LONG_NAME),
        ("192.0.2.4", r"a\.b\000\032\255.zone.example"),
        ("192.0.2.3", "."),
    ],
)
def test_reverse(knot: RealServer, address: str, name: str) -> None:
    answer = dnsburst.reverse(address, servers=[knot.address])
    assert (answer.name, answer.rdtype) == (address, "PTR")
    assert [record.text for record in answer.records] == [name]


@pytest.mark.parametrize(
    ("name", "rdtype", "exception"),
    [
        ("missing.zone.example", "A", dnsburst.NXDomain),
        ("to-nothing.zone.example", "A", dnsburst.NXDomain),
        ("host.zone.example", "MX", dnsburst.NoData),
        ("empty.node.zone.example", "A", dnsburst.NoData),
        ("loop1.zone.example", "A", dnsburst.ServerFailure),
        ("elsewhere.invalid", "A", dnsburst.Refused),
        ("a" * 64 + ".zone.example", "A", dnsburst.InvalidName),
        ("two..dots.zone.example", "A", dnsburst.InvalidName),
        ("host.zone.example", "NONSENSE", dnsburst.UnknownType),
    ],
)
def test_what_resolve_raises(nsd: RealServer, name: str, rdtype: str, exception: type[dnsburst.DNSError]) -> None:
    async def run() -> None:
        async with dnsburst.Resolver(servers=[nsd.address]) as resolver:
            await resolver.resolve(name, rdtype)

    with pytest.raises(exception) as blocking:
        dnsburst.resolve(name, rdtype, servers=[nsd.address])
    with pytest.raises(exception) as awaited:
        asyncio.run(run())
    assert type(blocking.value) is type(awaited.value) is exception
    if not issubclass(exception, dnsburst.UnknownType | dnsburst.InvalidName):
        assert blocking.value.result is not None
        assert (blocking.value.result.name, blocking.value.result.rdtype) == (name, rdtype)
        assert str(blocking.value)


def test_a_refused_connection_is_an_os_error() -> None:
    port = free_port()
    with pytest.raises(dnsburst.NetworkError) as caught:
        dnsburst.resolve(_ZONE, "A", servers=[f"127.0.0.1:{port}"])
    assert isinstance(caught.value, OSError)
    assert caught.value.errno == errno.ECONNREFUSED
    assert caught.value.result is not None
    assert caught.value.result.status == "NETERROR"


def test_a_silent_server_is_a_timeout_within_the_lifetime(nsd_suspended: RealServer) -> None:
    started = time.monotonic()
    with pytest.raises(dnsburst.Timeout) as caught:
        dnsburst.resolve(_ZONE, "A", servers=[nsd_suspended.address], lifetime=0.5)
    assert isinstance(caught.value, TimeoutError)
    assert 0.4 < time.monotonic() - started < 1.0
    assert caught.value.result is not None
    assert caught.value.result.status == "TIMEOUT"
    assert caught.value.result.tries >= 1


@pytest.fixture
def nsd_suspended(nsd: RealServer) -> Iterator[RealServer]:
    nsd.suspend()
    yield nsd
    nsd.resume()
    nsd.wait_ready()


def test_query_says_it_by_status(nsd: RealServer) -> None:
    questions = {
        ("host.zone.example", "A"): "NOERROR",
        ("host.zone.example", "MX"): "NODATA",
        ("missing.zone.example", "A"): "NXDOMAIN",
        ("loop1.zone.example", "A"): "SERVFAIL",
        ("elsewhere.invalid", "A"): "REFUSED",
        ("two..dots", "A"): "INVALID",
        ("x" * 300, "A"): "INVALID",
    }

    async def run() -> list[dnsburst.Result]:
        async with dnsburst.Resolver(servers=[nsd.address]) as resolver:
            return [await resolver.query(name, rdtype) for name, rdtype in questions]

    results = asyncio.run(run())
    assert {(result.name, result.rdtype): result.status for result in results} == questions
    assert all(bool(result) for result in results)
    assert all(result.error for result in results if result.status == "INVALID")
    assert [result.tries for result in results if result.status == "INVALID"] == [0, 0]


class _Type(enum.IntEnum):
    MX = 15


@pytest.mark.parametrize("rdtype", ["MX", "mx", "TYPE15", "type15", 15, _Type.MX])
def test_ways_to_name_a_type(knot: RealServer, rdtype: Any) -> None:
    answer = dnsburst.resolve(_ZONE, rdtype, servers=[knot.address])
    assert (answer.rdtype, len(answer.records)) == ("MX", 2)


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("bücher.zone.example", "192.0.2.19"),
        ("BÜCHER.zone.example.", "192.0.2.19"),
        ("xn--bcher-kva.zone.example", "192.0.2.19"),
        (b"host6.zone.example", None),
        (b"mixed.zone.example", "192.0.2.18"),
        (rb"dot\.in\.label.zone.example", "192.0.2.11"),
        (r"sp\032ace.zone.example", "192.0.2.12"),
    ],
)
def test_ways_to_write_a_name(knot: RealServer, name: str | bytes, address: str | None) -> None:
    async def run() -> dnsburst.Result:
        async with dnsburst.Resolver(servers=[knot.address]) as resolver:
            return await resolver.query(name, "A")

    result = asyncio.run(run())
    assert [record.data for record in result.records] == ([address] if address else [])
    assert result.status == ("NOERROR" if address else "NXDOMAIN")


@pytest.mark.parametrize(
    ("name", "rdtype", "data"),
    [
        ("host", "A", ["192.0.2.1", "192.0.2.2"]),
        ("host", "AAAA", ["2001:db8::1", "2001:db8::1:0:0:1"]),
        ("alias", "CNAME", ["host.zone.example"]),
        ("@", "NS", ["ns.zone.example"]),
        ("@", "MX", [(10, "mail.zone.example"), (20, "mail.other.example")]),
        ("nullmx", "MX", [(0, ".")]),
        ("_sip._tcp", "SRV", [(10, 60, 5060, "sip.zone.example"), (20, 0, 5061, ".")]),
        ("@", "SOA", [("ns.zone.example", "hostmaster.zone.example", 2024010101, 7200, 900, 1209600, 300)]),
        ("@", "TXT", [(b"v=spf1 -all", b"second string")]),
        ("bytes", "TXT", [(b'q"uo\\te;\xff\0\n\x1b tab\t', b"", b"x" * 255)]),
    ],
)
def test_data(knot: RealServer, name: str, rdtype: str, data: list[object]) -> None:
    answer = dnsburst.resolve(f"{name}.{_ZONE}".removeprefix("@."), rdtype, servers=[knot.address])
    assert sorted(record.data for record in answer.records) == data


def test_data_has_named_fields(knot: RealServer) -> None:
    def first(name: str, rdtype: str) -> object:
        answer = dnsburst.resolve(name, rdtype, servers=[knot.address])
        return min((record for record in answer.records), key=lambda record: record.text).data

    mx, srv, soa, caa = (
        first(n, t) for n, t in ((_ZONE, "MX"), (f"_sip._tcp.{_ZONE}", "SRV"), (_ZONE, "SOA"), (_ZONE, "CAA"))
    )
    assert (mx.preference, mx.exchange) == (10, "mail.zone.example")  # type: ignore[attr-defined]
    assert (srv.priority, srv.weight, srv.port, srv.target) == (10, 60, 5060, "sip.zone.example")  # type: ignore[attr-defined]
    assert (soa.mname, soa.serial, soa.minimum) == ("ns.zone.example", 2024010101, 300)  # type: ignore[attr-defined]
    assert (caa.flags, caa.tag) == (0, "issue")  # type: ignore[attr-defined]


def test_data_of_a_type_nobody_knows(knot: RealServer) -> None:
    answer = dnsburst.resolve(f"unknown.{_ZONE}", "TYPE65280", servers=[knot.address])
    assert {(record.data, record.text) for record in answer.records} == {
        (b"\x0a\0\0\x01", r"\# 4 0A000001"),
        (b"", r"\# 0"),
    }


@pytest.mark.parametrize(
    ("address", "safe"), [("192.0.2.1", True), ("192.0.2.4", False), ("192.0.2.5", False), ("192.0.2.6", True)]
)
def test_names_that_are_no_hostnames_are_marked(knot: RealServer, address: str, safe: bool) -> None:
    (record,) = dnsburst.reverse(address, servers=[knot.address]).records
    assert record.hostname_safe is safe


def test_stream_in_order_and_as_they_finish(reverse_knot: RealServer) -> None:
    addresses = [bulk_address(n) for n in range(3_000)]

    async def lazily() -> AsyncIterator[str]:
        for address in addresses:
            yield address

    async def run() -> tuple[list[dnsburst.Result], list[dnsburst.Result], list[dnsburst.Result]]:
        async with dnsburst.Resolver(servers=[reverse_knot.address]) as resolver:
            ordered = [result async for result in resolver.stream(addresses, ordered=True)]
            loose = [result async for result in resolver.stream(iter(addresses), "PTR")]
            lazy = [result async for result in resolver.stream(lazily(), "PTR", ordered=True)]
            return ordered, loose, lazy

    ordered, loose, lazy = asyncio.run(run())
    assert [result.name for result in ordered] == addresses
    assert [result.name for result in lazy] == addresses
    assert sorted(result.name for result in loose) == sorted(addresses)
    names = [[record.text for record in result.records] for result in ordered]
    assert names == [[host_name(n)] if has_name(n) else [] for n in range(3_000)]
    assert {result.status for result in (*ordered, *loose, *lazy)} == {"NOERROR", "NXDOMAIN"}


def test_a_stream_may_be_left_early(reverse_knot: RealServer) -> None:
    async def run() -> int:
        async with dnsburst.Resolver(servers=[reverse_knot.address]) as resolver:
            seen = 0
            async for _ in resolver.stream((bulk_address(n) for n in range(10_000_000)), "PTR"):
                seen += 1
                if seen == 100:
                    break
            await resolver.resolve("0.0.0.10.in-addr.arpa", "PTR")
            return seen

    assert asyncio.run(run()) == 100


def test_thousands_of_awaits_at_once(reverse_knot: RealServer) -> None:
    async def run() -> list[dnsburst.Result]:
        async with dnsburst.Resolver(servers=reverse_knot.addresses) as resolver:
            return await asyncio.gather(*(resolver.query(bulk_address(n), "PTR") for n in range(5_000)))

    results = asyncio.run(run())
    assert [bool(result.records) for result in results] == [has_name(n) for n in range(5_000)]


def test_lookup_many(reverse_knot: RealServer) -> None:
    names = [bulk_address(n) for n in range(2_000)] + ["no..name", "x" * 64]
    results = {result.name: result for result in dnsburst.lookup_many(names, servers=[reverse_knot.address])}
    assert set(results) == set(names)
    assert [results[bulk_address(n)].status for n in range(2_000)] == [
        "NOERROR" if has_name(n) else "NXDOMAIN" for n in range(2_000)
    ]
    assert results["no..name"].status == results["x" * 64].status == "INVALID"


def test_lookup_many_takes_names_and_addresses(knot: RealServer) -> None:
    results = {
        r.name: r for r in dnsburst.lookup_many([f"host.{_ZONE}", "192.0.2.1", "2001:db8::1"], servers=[knot.address])
    }
    assert {name: result.rdtype for name, result in results.items()} == {
        f"host.{_ZONE}": "A",
        "192.0.2.1": "PTR",
        "2001:db8::1": "PTR",
    }
    assert {result.status for result in results.values()} == {"NOERROR"}


def test_blocking_calls_from_several_threads(knot: RealServer) -> None:
    answers: list[str] = []

    def work() -> None:
        for _ in range(10):
            answers.append(dnsburst.reverse("192.0.2.1", servers=[knot.address]).records[0].text)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == ["host.zone.example"] * 40


def test_a_blocking_call_in_the_executor_of_a_running_loop(knot: RealServer) -> None:
    async def run() -> dnsburst.Result:
        return await asyncio.to_thread(dnsburst.reverse, "192.0.2.1", servers=[knot.address])

    assert asyncio.run(run()).records[0].text == "host.zone.example"


@pytest.mark.parametrize("tcp", [False, True], ids=["udp", "tcp"])
def test_a_server_that_was_restarted_is_asked_again(knot_of_our_own: RealServer, tcp: bool) -> None:
    server = knot_of_our_own

    async def run() -> list[str]:
        async with dnsburst.Resolver(servers=[server.address], tcp=tcp, lifetime=3) as resolver:
            before = await resolver.query("0.0.0.10.in-addr.arpa", "PTR")
            server.kill()
            during = await resolver.query("1.0.0.10.in-addr.arpa", "PTR")
            server.restart()
            after = await resolver.query("2.0.0.10.in-addr.arpa", "PTR")
            return [before.status, during.status, after.status]

    assert asyncio.run(run()) == ["NOERROR", "NETERROR", "NOERROR"]


@pytest.fixture
def knot_of_our_own(start_reverse_knot: object) -> RealServer:
    return start_reverse_knot().wait_ready()  # type: ignore[operator, no-any-return]
