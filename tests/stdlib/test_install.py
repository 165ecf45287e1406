"""install() puts dnsburst in the socket module's place, for programs that cannot be changed."""

from __future__ import annotations

import asyncio
import http.server
import socket
import threading
import urllib.request
from collections.abc import Iterator

import pytest

import dnsburst
from dnsburst.server import Server, Zones
from dnsburst.stdlib.installed import NAMES

REAL = {name: getattr(socket, name) for name in NAMES}

ZONE = """
$ORIGIN only-here.example.
@ 60 SOA ns admin 1 60 60 60 60
@ 60 NS ns
ns 60 A 127.0.0.1
www 60 A 127.0.0.1
"""


@pytest.fixture
def server() -> Iterator[str]:
    """ADDR:PORT of a server that knows www.only-here.example."""
    with Server(Zones.from_text(ZONE)) as running:
        host, port = running.address
        yield f"{host}:{port}"


@pytest.fixture(autouse=True)
def _leave_socket_as_it_was() -> Iterator[None]:
    yield
    dnsburst.uninstall()
    assert {name: getattr(socket, name) for name in NAMES} == REAL


@pytest.fixture
def website() -> Iterator[int]:
    """The port of an HTTP server that greets."""

    class Greeter(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(f"hello {self.headers['Host']}".encode())

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Greeter) as site:
        thread = threading.Thread(target=site.serve_forever, args=(0.01,))
        thread.start()
        yield site.server_port
        site.shutdown()
        thread.join()


def test_urllib_reaches_a_name_that_only_our_server_knows(server: str, website: int) -> None:
    url = f"http://www.only-here.example:{website}/"
    with dnsburst.install(servers=[server]), urllib.request.urlopen(url, timeout=10) as page:
        assert page.read().decode() == f"hello www.only-here.example:{website}"


def test_asyncio_too(server: str) -> None:
    async def ask() -> object:
        return await asyncio.get_running_loop().getaddrinfo("www.only-here.example", 80, type=socket.SOCK_STREAM)

    with dnsburst.install(servers=[server]):
        assert asyncio.run(ask()) == [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80))]


def test_functions_that_use_the_replaced_ones(server: str) -> None:
    with dnsburst.install(servers=[server]):
        assert socket.gethostbyname("www.only-here.example") == "127.0.0.1"
        with socket.create_server(("127.0.0.1", 0)) as listener:
            socket.create_connection(("www.only-here.example", listener.getsockname()[1]), timeout=5).close()


def test_uninstall_puts_everything_back() -> None:
    dnsburst.install()
    assert all(getattr(socket, name) is not REAL[name] for name in NAMES)
    dnsburst.uninstall()
    assert all(getattr(socket, name) is REAL[name] for name in NAMES)
    dnsburst.uninstall()


def test_put_back_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), dnsburst.install():
        raise ZeroDivisionError
    assert socket.getaddrinfo is REAL["getaddrinfo"]


def test_installations_nest(server: str) -> None:
    with dnsburst.install() as outer:
        with dnsburst.install(servers=[server]):
            assert socket.gethostbyname("www.only-here.example") == "127.0.0.1"
        assert socket.getaddrinfo == outer.lookup.getaddrinfo
    assert socket.getaddrinfo is REAL["getaddrinfo"]


def test_an_outer_one_taken_out_first_changes_nothing_for_the_inner(server: str) -> None:
    outer = dnsburst.install()
    inner = dnsburst.install(servers=[server])
    outer.uninstall()
    assert socket.getaddrinfo == inner.lookup.getaddrinfo
    inner.uninstall()
    inner.uninstall()
    assert socket.getaddrinfo is REAL["getaddrinfo"]


def test_a_bad_server_installs_nothing() -> None:
    with pytest.raises(dnsburst.ConfigurationError):
        dnsburst.install(servers=["dns.example"])
    assert socket.getaddrinfo is REAL["getaddrinfo"]
