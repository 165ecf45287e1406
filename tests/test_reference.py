"""The reference pages: every public name is explained, its examples run, and no page is written that misleads."""

from __future__ import annotations

import asyncio
import doctest
import http.server
import importlib
import inspect
import runpy
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import dnsburst
import dnsburst.stdlib
from dnsburst._engine.address import ServerAddress

from . import example_zone, scripted

TOOL = Path(__file__).parents[1] / "tools" / "reference.py"
REFERENCE = runpy.run_path(str(TOOL))
MODULES: list[str] = REFERENCE["public_modules"]()

#: Modules with names in signatures of the public ones, whose own functions are for the library itself.
INSIDE = {"dnsburst.cache", "dnsburst.configuration", "dnsburst.questions", "dnsburst.stream"}


def module(name: str) -> ModuleType:
    """A public module, where what it adapts to is installed."""
    if name == "dnsburst.aiohttp":
        pytest.importorskip("aiohttp")
    return importlib.import_module(name)


# ---- the examples


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


@pytest.mark.parametrize("name", [*MODULES, "dnsburst.stdlib.installed", "dnsburst.stdlib.hostlookup"])
def test_examples_run(name: str, servers: dict[str, object]) -> None:
    if name == "dnsburst.frame":
        pytest.importorskip("pandas")
    names: dict[str, object] = {"dnsburst": dnsburst, "asyncio": asyncio, "socket": socket, **servers}
    if find_spec("aiohttp"):
        names["aiohttp"] = importlib.import_module("aiohttp")
    home = module(name)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    finder = doctest.DocTestFinder(exclude_empty=True)
    for value in (home, *(getattr(home, public) for public in getattr(home, "__all__", ()))):
        where = value if value is home or inspect.getmodule(value) is not home else home
        for test in finder.find(where, name, module=False, globs=vars(home) | names):
            assert 0 == runner.run(test).failed, test.name


def public() -> Iterator[tuple[str, Any]]:
    """What a program may use: functions, classes and their methods; of the server and the stdlib face the classes."""
    for name in MODULES:
        if name in INSIDE or (name == "dnsburst.aiohttp" and not find_spec("aiohttp")):
            continue
        for where, value in REFERENCE["members"](importlib.import_module(name)):
            depth = where.count(".") - name.count(".")
            if depth == 1 or (depth == 2 and name not in ("dnsburst.server", "dnsburst.stdlib")):
                yield where, value


#: Plain shapes, and what makes a Result inside the library.
WITHOUT_EXAMPLE = {"dnsburst.result.new_record", "dnsburst.result.new_result"}


@pytest.mark.parametrize(("where", "value"), list(public()), ids=[where for where, _ in public()])
def test_each_public_name_has_an_example(where: str, value: Any) -> None:
    if where not in WITHOUT_EXAMPLE and not where.startswith("dnsburst.rdata."):
        assert ">>>" in (inspect.getdoc(value) or "")


def test_the_shapes_of_data_are_all_there() -> None:
    """Every named tuple that a record may hold is a public name of dnsburst.rdata."""
    import dnsburst.rdata
    from dnsburst._wire import loc, rdata, svcb, uncommon

    shapes = {
        name
        for home in (loc, rdata, svcb, uncommon)
        for name, value in vars(home).items()
        if hasattr(value, "_fields") and value.__module__ == home.__name__
    }
    assert shapes | {"SvcParams"} == set(dnsburst.rdata.__all__)


# ---- the pages


def test_nothing_is_missing_and_nothing_leads_nowhere() -> None:
    names = [name for name in MODULES if name != "dnsburst.aiohttp" or find_spec("aiohttp")]
    assert [] == REFERENCE["problems"](names)


def broken_undocumented() -> None:
    pass


def broken_reference() -> None:
    """See ``dnsburst.Resolver.nonsense`` and ``Result.status``."""


def broken_raises() -> None:
    """Does it. Raises NXDomain, NoSuchThing; ValueError for the rest."""


def test_what_is_missing_or_leads_nowhere_is_said() -> None:
    assert {
        f"{__name__}.broken_undocumented: no docstring",
        f"{__name__}.broken_reference: there is no dnsburst.Resolver.nonsense",
        f"{__name__}.broken_raises: there is no NoSuchThing",
    } == {line for line in REFERENCE["problems"]([__name__]) if ".broken" in line}


def test_the_entry_page_names_every_page() -> None:
    text = (TOOL.parents[1] / "docs" / "index.md").read_text(encoding="utf-8")
    for name in MODULES:
        assert f"(reference/{name.replace('.', '/')}.html)" in text, name


def test_the_pages_are_written(tmp_path: Path) -> None:
    pytest.importorskip("pdoc")
    pytest.importorskip("aiohttp")
    done = subprocess.run(
        [sys.executable, "-W", "error", str(TOOL), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (0, "") == (done.returncode, done.stderr)
    for name in MODULES:
        page = (tmp_path / f"{name.replace('.', '/')}.html").read_text(encoding="utf-8")
        assert "&gt;&gt;&gt;" in page or name in INSIDE, name
