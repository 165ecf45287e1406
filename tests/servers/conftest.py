"""Fixtures: the real servers, started once a run.

Without a program its tests are skipped; with DNSBURST_REQUIRE_SERVERS=1 in the environment such a skip is a failure
(tests/conftest.py).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from .real import RealServer, has_ipv6, start_builtin, start_knot, start_nsd, start_unbound
from .zones import Zone, bulk_zone, question_zones, root_zone

BULK_SIZE = 100_000


def require(*names: str) -> None:
    """Skip unless the programs are there."""
    for name in names:
        if shutil.which(name) is None:
            pytest.skip(f"{name} is not installed")


def require_ipv6() -> None:
    if not has_ipv6():
        pytest.skip("no IPv6 on the loopback interface")


@pytest.fixture(scope="session")
def zones() -> list[Zone]:
    return question_zones()


@pytest.fixture(scope="session")
def knot(tmp_path_factory: pytest.TempPathFactory, zones: list[Zone]) -> Iterator[RealServer]:
    """knotd, the authority of the question zones and of the root."""
    require("knotd", "kdig")
    with start_knot(tmp_path_factory.mktemp("knot"), [*zones, root_zone()]) as server:
        yield server.wait_ready()


@pytest.fixture(scope="session")
def nsd(tmp_path_factory: pytest.TempPathFactory, zones: list[Zone]) -> Iterator[RealServer]:
    """nsd, the authority of the question zones; it refuses everything else."""
    require("nsd", "kdig")
    with start_nsd(tmp_path_factory.mktemp("nsd"), zones) as server:
        yield server.wait_ready()


@pytest.fixture(scope="session")
def unbound(tmp_path_factory: pytest.TempPathFactory, zones: list[Zone], knot: RealServer) -> Iterator[RealServer]:
    """unbound, a resolver in front of ``knot``."""
    require("unbound", "kdig")
    with start_unbound(tmp_path_factory.mktemp("unbound"), [*zones, root_zone()], knot) as server:
        yield server.wait_ready()


@pytest.fixture(scope="session")
def real_servers(knot: RealServer, nsd: RealServer, unbound: RealServer) -> dict[str, RealServer]:
    return {server.kind: server for server in (knot, nsd, unbound)}


@pytest.fixture(scope="session")
def reverse_zone() -> Zone:
    """10.in-addr.arpa with names for nine in ten of the first 100,000 addresses."""
    return bulk_zone(BULK_SIZE)


@pytest.fixture(scope="session")
def reverse_knot(tmp_path_factory: pytest.TempPathFactory, reverse_zone: Zone) -> Iterator[RealServer]:
    """knotd, the authority of ``reverse_zone``."""
    require("knotd")
    with start_knot(tmp_path_factory.mktemp("reverse-knot"), [reverse_zone]) as server:
        yield server.wait_ready()


Starter = Callable[..., RealServer]


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Servers entered here are stopped when the test ends."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def start_reverse_unbound(tmp_path: Path, stack: ExitStack, reverse_zone: Zone, reverse_knot: RealServer) -> Starter:
    """start_reverse_unbound(server_lines): one more unbound in front of ``reverse_knot``, not yet waited for."""
    require("unbound")
    count = 0

    def start(lines: str = "") -> RealServer:
        nonlocal count
        count += 1
        return stack.enter_context(
            start_unbound(tmp_path / f"unbound{count}", [reverse_zone], reverse_knot, server=lines)
        )

    return start


@pytest.fixture
def start_reverse_knot(tmp_path: Path, stack: ExitStack, reverse_zone: Zone) -> Starter:
    """start_reverse_knot(): one more knot with ``reverse_zone``, not yet waited for."""
    require("knotd")
    count = 0

    def start(**options: str) -> RealServer:
        nonlocal count
        count += 1
        return stack.enter_context(start_knot(tmp_path / f"knot{count}", [reverse_zone], **options))

    return start


@pytest.fixture
def start_serve(tmp_path: Path, stack: ExitStack) -> Starter:
    """start_serve(*arguments, probe=(name, rdtype)): ``dnsburst serve``, not yet waited for."""

    def start(*arguments: str, probe: tuple[str, int]) -> RealServer:
        return stack.enter_context(start_builtin(tmp_path / "serve", *arguments, probe=probe))

    return start
