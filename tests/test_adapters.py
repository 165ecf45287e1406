"""dnsburst under other libraries: aiohttp, pandas, polars, requests."""

from __future__ import annotations

import asyncio
import http.server
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import dnsburst
from dnsburst.server import Server, Zones

from . import example_zone, scripted

ONLY_WE_KNOW = """
$ORIGIN only.example.
$TTL 60
@     IN SOA ns hostmaster 1 3600 900 604800 60
www   IN A 127.0.0.1
six   IN AAAA ::1
both  IN A 127.0.0.1
both  IN AAAA ::1
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(Zones.from_text(ONLY_WE_KNOW)) as running:
        yield running


class _Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = f"this is {self.headers['Host']}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Of a web server on 127.0.0.1."""
    with http.server.HTTPServer(("127.0.0.1", 0), _Page) as web:
        thread = threading.Thread(target=web.serve_forever, args=(0.01,))
        thread.start()
        yield web.server_address[1]
        web.shutdown()
        thread.join()


# ---- aiohttp


def fetch(url: str, **options: Any) -> str:
    """The page at ``url``, its host name looked up by our adapter."""
    aiohttp = pytest.importorskip("aiohttp")
    import dnsburst.aiohttp as adapter

    async def run() -> str:
        async with adapter.Resolver(**options) as resolver:
            connector = aiohttp.TCPConnector(resolver=resolver)
            async with aiohttp.ClientSession(connector=connector) as session, session.get(url) as response:
                return str(await response.text())

    return asyncio.run(run())


def test_aiohttp_fetches_a_page_by_a_name_only_we_know(server: Server, port: int) -> None:
    assert f"this is www.only.example:{port}" == fetch(f"http://www.only.example:{port}/", servers=[server.address])
    assert f"this is both.only.example:{port}" == fetch(f"http://both.only.example:{port}/", servers=[server.address])


def test_aiohttp_finds_this_machine_without_asking(port: int) -> None:
    assert f"this is localhost:{port}" == fetch(f"http://localhost:{port}/", servers=["192.0.2.1"], lifetime=0.1)


def test_aiohttp_says_that_there_is_no_such_host(server: Server, port: int) -> None:
    aiohttp = pytest.importorskip("aiohttp")
    with pytest.raises(aiohttp.ClientConnectorDNSError, match="NXDOMAIN"):
        fetch(f"http://missing.only.example:{port}/", servers=[server.address])


def test_aiohttp_resolver(server: Server) -> None:
    pytest.importorskip("aiohttp")
    import dnsburst.aiohttp as adapter

    async def run() -> None:
        async with dnsburst.Resolver(servers=[server.address]) as shared:
            resolver = adapter.Resolver(shared)
            (found,) = await resolver.resolve("www.only.example", 80)
            assert ("www.only.example", "127.0.0.1", 80, socket.AF_INET) == (
                found["hostname"],
                found["host"],
                found["port"],
                found["family"],
            )
            hosts = [found["host"] for found in await resolver.resolve("both.only.example", 0, socket.AF_UNSPEC)]
            assert ["127.0.0.1", "::1"] == hosts
            assert ["::1"] == [
                found["host"] for found in await resolver.resolve("six.only.example", 0, socket.AF_INET6)
            ]
            assert ["127.0.0.1"] == [found["host"] for found in await resolver.resolve("a.LocalHost.")]
            with pytest.raises(socket.gaierror) as caught:
                await resolver.resolve("six.only.example")
            assert isinstance(caught.value.__cause__, dnsburst.NoData)
            for address, family in (("192.0.2.9", socket.AF_INET), ("2001:db8::9", socket.AF_INET6)):
                (found,) = await resolver.resolve(address, 80)
                assert (address, address, family) == (found["hostname"], found["host"], found["family"])
            await resolver.close()
            assert "NOERROR" == (await shared.query("www.only.example")).status  # a shared one stays open
        own = adapter.Resolver(servers=[server.address])
        await own.resolve("www.only.example")
        await own.close()
        await own.close()
        with pytest.raises(dnsburst.ResolverClosed):
            await own.resolve("www.only.example")

    asyncio.run(run())


def test_aiohttp_is_told_whether_there_is_use_in_asking_again() -> None:
    pytest.importorskip("aiohttp")
    import dnsburst.aiohttp as adapter

    async def number(rcode: int, host: str) -> int:
        with scripted.Scripted(scripted.rcode(rcode)) as failing:
            async with adapter.Resolver(servers=[failing.address], lifetime=1) as resolver:
                with pytest.raises(socket.gaierror) as caught:
                    await resolver.resolve(host)
                return int(caught.value.args[0])

    async def run() -> list[int]:
        return [await number(0, "nothing.example"), await number(3, "missing.example"), await number(2, "no..name")]

    assert [socket.EAI_NODATA, socket.EAI_NONAME, socket.EAI_NONAME] == asyncio.run(run())
    assert socket.EAI_AGAIN == asyncio.run(number(2, "trouble.example"))


# ---- httpx, by the recipe in the README


def httpx_transport() -> Any:
    """The class that the README shows."""
    httpx = pytest.importorskip("httpx")
    text = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    (recipe,) = re.findall(r"^class Transport\(.*?(?=^async with)", text, re.DOTALL | re.MULTILINE)
    names: dict[str, Any] = {"dnsburst": dnsburst, "httpx": httpx}
    exec(recipe, names)
    return names["Transport"]


def test_httpx_fetches_pages_by_names_only_we_know(server: Server, port: int) -> None:
    transport = httpx_transport()
    import httpx

    async def run() -> list[str]:
        async with (
            dnsburst.Resolver(servers=[server.address]) as resolver,
            httpx.AsyncClient(transport=transport(resolver)) as client,
        ):
            urls = [f"http://{host}.only.example:{port}/" for host in ("www", "both", "www")]
            responses = [await client.get(url) for url in urls]
            assert urls == [str(response.url) for response in responses]
            with pytest.raises(httpx.ConnectError, match="NXDOMAIN"):
                await client.get(f"http://missing.only.example:{port}/")
            return [response.text for response in responses]

    assert [f"this is {host}.only.example:{port}" for host in ("www", "both", "www")] == asyncio.run(run())


# ---- requests, under install()


def test_requests_fetches_a_page_by_a_name_only_we_know(server: Server, port: int) -> None:
    requests = pytest.importorskip("requests")
    host, number = server.address
    url = f"http://www.only.example:{port}/"
    with dnsburst.install([f"{host}:{number}"]), requests.Session() as session:
        session.trust_env = False
        assert f"this is www.only.example:{port}" == session.get(url, timeout=5).text


# ---- frames


@pytest.fixture(scope="module")
def names() -> Iterator[Server]:
    with example_zone.server() as running:
        yield running


VALUES = ["192.0.2.80", "example.com", None, "192.0.2.81", "", "two..dots", "192.0.2.80", "www.example.com"]
STATUSES = ["NOERROR", "NODATA", "INVALID", "NXDOMAIN", "INVALID", "INVALID", "NOERROR", "NOERROR"]
ANSWERS = ["www.example.com", None, None, None, None, None, "www.example.com", "192.0.2.80"]


def test_pandas(names: Server) -> None:
    pandas = pytest.importorskip("pandas")
    import dnsburst.frame as frame

    index = [f"row {n}" for n in range(len(VALUES))][::-1]
    series = pandas.Series(VALUES, index=index, name="host")
    before = names.stats.queries
    answers = frame.lookup(series, servers=[names.address])
    assert 4 == names.stats.queries - before  # each distinct value once
    assert index == list(answers.index)
    assert list(frame.COLUMNS) == list(answers.columns)
    assert STATUSES == list(answers["dns_status"])
    assert ANSWERS == list(answers["dns_answer"])
    assert [300, None, None, None, None, None, 300, 300] == [
        None if pandas.isna(ttl) else ttl for ttl in answers["dns_ttl"]
    ]
    assert ["nothing to look up", "empty label"] == list(answers["dns_error"])[4:6]
    joined = pandas.DataFrame({"host": series}).join(answers)
    assert ANSWERS == list(joined["dns_answer"])


def test_pandas_gaps_and_repeated_indexes(names: Server) -> None:
    pandas = pytest.importorskip("pandas")
    import dnsburst.frame as frame

    series = pandas.Series(["192.0.2.80", float("nan"), pandas.NA, "192.0.2.80"], index=[1, 1, 2, 2])
    answers = frame.lookup(series, servers=[names.address])
    assert [1, 1, 2, 2] == list(answers.index)
    assert ["NOERROR", "INVALID", "INVALID", "NOERROR"] == list(answers["dns_status"])
    empty = frame.lookup(pandas.Series([], dtype="object"), servers=[names.address])
    assert (0, list(frame.COLUMNS)) == (len(empty), list(empty.columns))


def test_frames_take_a_kind_of_series_of_ones_own(names: Server) -> None:
    pandas = pytest.importorskip("pandas")
    import dnsburst.frame as frame

    class Hosts(pandas.Series):  # type: ignore[misc]
        pass

    assert ["NOERROR"] == list(frame.lookup(Hosts(["192.0.2.80"]), servers=[names.address])["dns_status"])


def test_polars(names: Server) -> None:
    polars = pytest.importorskip("polars")
    import dnsburst.frame as frame

    people = polars.DataFrame({"host": VALUES})
    answers = frame.lookup(people["host"], servers=[names.address])
    assert list(frame.COLUMNS) == answers.columns
    assert STATUSES == answers["dns_status"].to_list()
    assert ANSWERS == answers["dns_answer"].to_list()
    assert polars.Int64 == answers["dns_ttl"].dtype
    joined = people.hstack(answers)
    assert (VALUES, ANSWERS) == (joined["host"].to_list(), joined["dns_answer"].to_list())
    assert 0 == frame.lookup(polars.Series("host", [], dtype=polars.String), servers=[names.address]).height


def test_frames_take_options_and_types(names: Server) -> None:
    polars = pytest.importorskip("polars")
    import dnsburst.frame as frame

    answers = frame.lookup(polars.Series(["example.com"]), "mx", servers=[names.address])
    assert ["10 mail.example.com"] == answers["dns_answer"].to_list()
    with scripted.Scripted() as silent:
        answers = frame.lookup(polars.Series(["example.com"]), servers=[silent.address], lifetime=0.1)
    assert ["TIMEOUT"] == answers["dns_status"].to_list()
    with pytest.raises(dnsburst.UnknownType):
        frame.lookup(polars.Series(["example.com"]), "NONSENSE", servers=[names.address])


@pytest.mark.parametrize("value", [["example.com"], "example.com", None])
def test_frames_take_series_only(value: Any) -> None:
    import dnsburst.frame as frame

    with pytest.raises(TypeError, match="Series"):
        frame.lookup(value)
