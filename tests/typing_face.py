"""Uses of the public face, for type checkers alone: test_typing.py has them read it; it is never run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from enum import Enum
from ipaddress import IPv4Address, IPv6Address
from typing import Any, assert_type

import dnsburst
from dnsburst.rdata import MX, SVCB


class Kind(Enum):
    MX = "MX"


async def names() -> AsyncIterator[str]:
    yield "example.com"


async def asynchronous() -> None:
    async with dnsburst.Resolver(
        servers=["127.0.0.1:5300", ("::1", 53), IPv4Address("127.0.0.1"), IPv6Address("::1")],
        timeout=None,
        lifetime=10.0,
        tries=8,
        in_flight=None,
        rate=None,
        tcp=True,
    ) as resolver:
        assert_type(resolver, dnsburst.Resolver)
        assert_type(await resolver.resolve("example.com", "MX"), dnsburst.Result)
        assert_type(await resolver.resolve(b"example.com", 15), dnsburst.Result)
        assert_type(await resolver.resolve("example.com", Kind.MX), dnsburst.Result)
        assert_type(await resolver.reverse(IPv4Address("192.0.2.1")), dnsburst.Result)
        assert_type(await resolver.resolve_host("example.com"), dnsburst.Result)
        assert_type(await resolver.query("192.0.2.1"), dnsburst.Result)
        assert_type(await resolver.query_many([("example.com", "MX"), ("192.0.2.1", None)]), list[dnsburst.Result])
        async for result in resolver.stream(["example.com", b"example.org"], "A", ordered=True):
            assert_type(result, dnsburst.Result)
        async for result in resolver.stream(names()):
            assert_type(result, dnsburst.Result)
        assert_type(resolver.cache_info(), dnsburst.CacheInfo)
        assert_type(resolver.cache_info().hits, int)
        await resolver.resolve("example.com", 1.5)  # type: ignore[arg-type]  # pyright: ignore
        dnsburst.Resolver(retries=3)  # type: ignore[call-arg]  # pyright: ignore


def blocking() -> None:
    result = dnsburst.resolve("example.com", "MX", servers=["127.0.0.1"], lifetime=1.0, tcp=True)
    assert_type(result, dnsburst.Result)
    assert_type(dnsburst.reverse("192.0.2.1", rate=10), dnsburst.Result)
    assert_type(dnsburst.resolve_host("example.com"), dnsburst.Result)
    assert_type(dnsburst.query("example.com"), dnsburst.Result)
    assert_type(dnsburst.query_many([("example.com", None)]), list[dnsburst.Result])
    assert_type(dnsburst.lookup_many(["example.com"], "A", ordered=False), Iterator[dnsburst.Result])
    assert_type(dnsburst.is_compiled(), bool)
    dnsburst.resolve("example.com", retries=3)  # type: ignore[call-arg]  # pyright: ignore
    dnsburst.resolve("example.com", lifetime="1")  # type: ignore[arg-type]  # pyright: ignore


def results(result: dnsburst.Result) -> None:
    assert_type(result.status, str)
    assert_type(result.ttl, int | None)
    assert_type(result.rtt, float | None)
    assert_type(result.tries, int)
    assert_type(result.canonical_name, str | None)
    assert_type(result.to_dict(), dict[str, Any])
    for record in result.records:
        assert_type(record, dnsburst.Record)
        assert_type(record.text, str)
        assert_type(record.ttl, int)
        assert_type(record.hostname_safe, bool)
        assert_type(record.address, IPv4Address | IPv6Address | None)
        if isinstance(record.data, MX):
            assert_type(record.data.exchange, str)
        elif isinstance(record.data, SVCB):
            assert_type(record.data.params["port"], Any)
    result.status = "NOERROR"  # type: ignore[misc]  # pyright: ignore


def exceptions() -> None:
    try:
        dnsburst.resolve("example.com")
    except dnsburst.NetworkError as error:
        assert_type(error.errno, int | None)
    except dnsburst.DNSError as error:
        assert_type(error.result, dnsburst.Result | None)


def standard() -> None:
    assert_type(dnsburst.gethostbyname("localhost"), str)
    assert_type(dnsburst.gethostbyaddr("127.0.0.1"), tuple[str, list[str], list[str]])
    with dnsburst.install(["127.0.0.1"]):
        pass
    dnsburst.uninstall()
