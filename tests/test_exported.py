"""The public names: exactly these, each where it is documented, loaded when it is first used."""

from __future__ import annotations

import ast
import asyncio
import doctest
import http.server
import importlib
import inspect
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

import dnsburst
import dnsburst.stdlib
from dnsburst._engine.address import ServerAddress

from . import example_zone, scripted

NAMES = {
    "CacheInfo",
    "ConfigurationError",
    "DNSError",
    "FormatError",
    "InvalidName",
    "MalformedMessage",
    "NXDomain",
    "NetworkError",
    "NoData",
    "NotImplementedByServer",
    "Record",
    "Refused",
    "Resolver",
    "ResolverClosed",
    "Result",
    "ServerFailure",
    "Timeout",
    "UnknownType",
    "getaddrinfo",
    "gethostbyaddr",
    "gethostbyname",
    "gethostbyname_ex",
    "getnameinfo",
    "install",
    "is_compiled",
    "lookup_many",
    "query",
    "query_many",
    "resolve",
    "resolve_host",
    "reverse",
    "uninstall",
}


def test_all_is_exactly_this() -> None:
    assert sorted(NAMES) == sorted(dnsburst.__all__)
    assert len(NAMES) == len(dnsburst.__all__)
    assert set(dir(dnsburst)) >= NAMES


@pytest.mark.parametrize("name", sorted(NAMES))
def test_each_name_is_there_and_has_its_docstring(name: str) -> None:
    value = getattr(dnsburst, name)
    assert inspect.getdoc(value)
    assert value is getattr(dnsburst, name)


def test_the_type_checker_sees_the_same_names() -> None:
    tree = ast.parse(inspect.getsource(dnsburst))
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    seen = {alias.name for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert NAMES - {"is_compiled"} == seen


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        _ = dnsburst.nonsense


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        ("import dnsburst", {"asyncio", "socket", "dnsburst._engine", "dnsburst.result", "dataclasses"}),
        ("import dnsburst; dnsburst.NXDomain", {"asyncio", "socket", "dnsburst._engine"}),
        ("import dnsburst; dnsburst.resolve", {"asyncio", "click", "tqdm", "dnslib", "aiodns", "idna", "csv"}),
        ("import dnsburst; dnsburst.gethostbyname", {"asyncio", "click", "tqdm", "dnslib", "aiodns", "idna"}),
        ("import dnsburst; dnsburst.Resolver", {"click", "tqdm", "dnslib", "aiodns", "idna", "aiohttp", "pandas"}),
        ("import dnsburst.frame", {"asyncio", "pandas", "polars", "numpy"}),
    ],
)
def test_what_is_not_used_is_not_loaded(code: str, absent: set[str]) -> None:
    program = f"{code}; import sys; print(*{absent!r} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "" == done.stdout.strip()


# ---- the examples in the docstrings


class _Hello(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, object]]:
    """The built-in server is what ``servers=None`` means and what the stdlib face asks; the names of some others."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as closed:
        closed.bind(("127.0.0.1", 0))
        refusing = closed.getsockname()
    with (
        example_zone.server() as server,
        scripted.Scripted() as silent,
        http.server.HTTPServer(("127.0.0.1", 0), _Hello) as web,
    ):
        thread = threading.Thread(target=web.serve_forever, args=(0.01,))
        thread.start()
        where = ServerAddress(*server.address)
        monkeypatch.setattr("dnsburst._io.system.system_servers", lambda: (where,))
        monkeypatch.setattr("dnsburst.stdlib._system", dnsburst.stdlib.HostLookup([str(where)]))
        yield {"silent": silent.address, "refusing": refusing, "port": web.server_address[1]}
        web.shutdown()
        thread.join()


MODULES = ["blocking", "cache", "errors", "frame", "aiohttp", "resolver", "result", "stdlib", "stdlib.installed"]


@pytest.mark.parametrize("name", ["", *MODULES])
def test_examples(name: str, servers: dict[str, object]) -> None:
    names: dict[str, object] = {"dnsburst": dnsburst, "asyncio": asyncio, "socket": socket, **servers}
    if name == "aiohttp":
        names["aiohttp"] = pytest.importorskip("aiohttp")
    elif name == "frame":
        pytest.importorskip("pandas")
    module = importlib.import_module(f"dnsburst.{name}" if name else "dnsburst")
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    for test in doctest.DocTestFinder(exclude_empty=True).find(module, module.__name__, globs=vars(module) | names):
        assert 0 == runner.run(test).failed, test.name


@pytest.mark.parametrize("name", sorted(NAMES))
def test_each_public_name_has_an_example(name: str) -> None:
    assert ">>>" in (inspect.getdoc(getattr(dnsburst, name)) or "")


def test_each_method_of_the_resolver_has_an_example() -> None:
    for name, method in inspect.getmembers(dnsburst.Resolver, inspect.isfunction):
        if not name.startswith("_") and name not in ("aclose", "cache_clear"):
            assert ">>>" in (inspect.getdoc(method) or ""), name
