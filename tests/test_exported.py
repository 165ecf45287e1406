"""The public names: exactly these, each where it is documented, loaded when it is first used."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys

import pytest

import dnsburst

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
    imports = [node for node in block.body if isinstance(node, ast.ImportFrom)]
    seen = {alias.name for node in imports if node.module is not None for alias in node.names}
    assert NAMES - {"is_compiled"} == seen
    assert set(dnsburst._MODULES) == {alias.name for node in imports if node.module is None for alias in node.names}


@pytest.mark.parametrize("name", ["blocking", "errors", "frame", "rdata", "resolver", "result", "server", "stdlib"])
def test_a_public_module_needs_no_import_of_its_own(name: str) -> None:
    program = (
        f"import dnsburst, types; assert type(dnsburst.{name}) is types.ModuleType; print(dnsburst.{name}.__name__)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert f"dnsburst.{name}" == done.stdout.strip()


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
