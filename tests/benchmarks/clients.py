"""The libraries as a program would use them; each is measured in a process of its own, from first lookup to last.

    python clients.py LIBRARY SERVER ADDRESSES [LEVEL]

LIBRARY: a name in CLIENTS; SERVER: ADDR:PORT; ADDRESSES: a file with an address a line; LEVEL: lookups at once.
Prints a JSON object: elapsed_s, cpu_s, lookups, right. What is imported and read before the first lookup is left out.
Of this repository nothing is imported here, so that any Python with the library in it can run the file.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

#: (address, host): host is None where there was no answer
Answer = tuple[str, "str | None"]
Ask = Callable[[str], Awaitable["str | None"]]
Client = Callable[[str, Sequence[str], int], Iterable[Answer]]


def stream(server: str, addresses: Sequence[str], level: int) -> Iterable[Answer]:
    """dnsburst.Resolver.stream"""
    import dnsburst

    async def run() -> list[Answer]:
        async with dnsburst.Resolver([server]) as resolver:
            return [
                (result.name, result.records[0].text if result.records else None)
                async for result in resolver.stream(addresses)
            ]

    return asyncio.run(run())


def query(server: str, addresses: Sequence[str], level: int) -> Iterable[Answer]:
    """``level`` coroutines, each awaiting dnsburst.Resolver.query."""
    import dnsburst

    async def run() -> list[Answer]:
        async with dnsburst.Resolver([server]) as resolver:

            async def ask(address: str) -> str | None:
                result = await resolver.query(address)
                return result.records[0].text if result.records else None

            return await _in_coroutines(ask, addresses, level)

    return asyncio.run(run())


def aiodns(server: str, addresses: Sequence[str], level: int) -> Iterable[Answer]:
    """``level`` coroutines, each awaiting aiodns.DNSResolver.query_dns."""
    import aiodns as library

    async def run() -> list[Answer]:
        resolver = library.DNSResolver(nameservers=[server])

        async def ask(address: str) -> str | None:
            try:
                answer = await resolver.query_dns(_reverse(address), "PTR")
            except library.error.DNSError:
                return None
            data: Any = answer.answer[0].data
            return str(data.dname)

        try:
            return await _in_coroutines(ask, addresses, level)
        finally:
            await resolver.close()

    return asyncio.run(run())


def dnspython(server: str, addresses: Sequence[str], level: int) -> Iterable[Answer]:
    """``level`` coroutines, each awaiting dns.asyncresolver.Resolver.resolve."""
    import dns.asyncresolver
    import dns.exception

    host, _, port = server.rpartition(":")

    async def run() -> list[Answer]:
        resolver = dns.asyncresolver.Resolver(configure=False)
        resolver.nameservers = [host]
        resolver.port = int(port)

        async def ask(address: str) -> str | None:
            try:
                answer = await resolver.resolve(_reverse(address) + ".", "PTR")
            except dns.exception.DNSException:
                return None
            return str(answer[0].target.to_text(omit_final_dot=True))

        return await _in_coroutines(ask, addresses, level)

    return asyncio.run(run())


def blastdns(server: str, addresses: Sequence[str], level: int) -> Iterable[Answer]:
    """blastdns.Client.resolve_batch with ``level`` lookups at once."""
    import blastdns as library  # type: ignore[import-not-found, unused-ignore]

    most_by_one_socket = 32

    async def run() -> list[Answer]:
        config = library.ClientConfig(
            max_inflight_per_resolver=level,
            max_concurrency=level,
            persistent_socket=level <= most_by_one_socket,
            cache_capacity=0,
        )
        client = library.Client([server], config)
        return [
            (name, hosts[0].rstrip(".").rpartition(" ")[2])
            async for name, _, hosts in client.resolve_batch(addresses, "PTR")
        ]

    return asyncio.run(run())


def socket(server: str, addresses: Sequence[str], level: int) -> Iterable[Answer]:
    """socket.gethostbyaddr, one by one or in ``level`` threads. It asks the servers of the system."""
    import socket as library

    def ask(address: str) -> Answer:
        try:
            return address, library.gethostbyaddr(address)[0]
        except OSError:
            return address, None

    if level < 2:
        return [ask(address) for address in addresses]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(level) as pool:
        return list(pool.map(ask, addresses))


CLIENTS: dict[str, Client] = {
    client.__name__: client for client in (stream, query, aiodns, dnspython, blastdns, socket)
}
#: What to import before the clock starts.
MODULES = {"stream": "dnsburst", "query": "dnsburst", "dnspython": "dns.asyncresolver", "socket": "concurrent.futures"}


async def _in_coroutines(ask: Ask, addresses: Sequence[str], level: int) -> list[Answer]:
    answers: list[Answer] = []
    left = iter(addresses)

    async def work() -> None:
        for address in left:
            answers.append((address, await ask(address)))

    await asyncio.gather(*(work() for _ in range(level)))
    return answers


def _reverse(address: str) -> str:
    return ".".join(reversed(address.split("."))) + ".in-addr.arpa"


def _expected(address: str) -> str:
    """The host that the zone has for the address (tests/servers/zones.py)."""
    _, b, c, d = map(int, address.split("."))
    return f"host-{b << 16 | c << 8 | d}.bulk.example"


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main(name: str, server: str, path: str, level: str = "1") -> None:
    """Look the addresses up and print the figures."""
    with open(path, encoding="ascii") as file:
        addresses = file.read().split()
    __import__(MODULES.get(name, name))
    cpu, start = _cpu(), time.perf_counter()
    answers = CLIENTS[name](server, addresses, int(level))
    elapsed, used = time.perf_counter() - start, _cpu() - cpu
    found = dict(answers)
    right = sum(found.get(address) == _expected(address) for address in addresses)
    print(json.dumps({"elapsed_s": elapsed, "cpu_s": used, "lookups": len(addresses), "right": right}))
    # How a library ends is not measured, and blastdns aborts there now and then.
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
