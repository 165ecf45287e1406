"""``dnsburst bulk`` against real servers: every row answered, in order, each name right, whatever a server does."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from .command import BulkRun, start_bulk, wrong_rows
from .command import run as run_command
from .conftest import BULK_SIZE, Starter, require
from .real import RealServer, free_port, start_knot, start_nsd
from .zones import Zone, bulk_address, has_name, host_name

pytestmark = [pytest.mark.servers, pytest.mark.timeout(120)]

# A question of type PTR that each server here has an answer to.
_PROBE = ("0.0.0.10.in-addr.arpa", 12)


def shuffled(count: int, seed: int = 2) -> list[int]:
    """So many of the numbers that the zone knows, each once, in an order that depends on the seed only."""
    return random.Random(seed).sample(range(BULK_SIZE), count)


def write_names(path: Path, size: int) -> Path:
    """The first ``size`` addresses that have a name, as ``dnsburst serve --csv`` takes them."""
    with path.open("w") as file:
        file.write("address,name\n")
        file.writelines(f"{bulk_address(n)},{host_name(n)}\n" for n in range(size) if has_name(n))
    return path


def check(run: BulkRun) -> None:
    """Every row is there and right, and the summary counts them so."""
    assert wrong_rows(run) == []
    named = sum(map(has_name, run.numbers))
    assert run.summary["rows_in"] == run.summary["rows_out"] == len(run.numbers)
    assert run.summary["unique_lookups"] == len(set(run.numbers))
    counted = {status: count for status, count in run.summary["status"].items() if count}
    expected = {"NOERROR": named, "NXDOMAIN": len(run.numbers) - named}
    assert counted == {status: count for status, count in expected.items() if count}


def wait_for_rows(run: BulkRun, rows: int) -> None:
    deadline = time.monotonic() + 30
    while run.rows_written() < rows:
        assert run.process.poll() is None, "the run ended before it could be disturbed"
        assert time.monotonic() < deadline, "no progress"
        time.sleep(0.01)


@pytest.fixture
def running(stack: ExitStack) -> Iterator[list[BulkRun]]:
    """Runs put in here are ended with the test."""
    runs: list[BulkRun] = []
    yield runs
    for run in runs:
        if run.process.poll() is None:
            run.process.kill()
            run.process.communicate()


def test_a_hundred_thousand_addresses_against_knot(tmp_path: Path, reverse_knot: RealServer) -> None:
    run = start_bulk(tmp_path, shuffled(BULK_SIZE), [reverse_knot.address]).finish()
    check(run)
    assert BULK_SIZE <= run.summary["queries_sent"] <= 1.1 * BULK_SIZE


def test_two_percent_of_datagrams_lost(tmp_path: Path, start_serve: Starter) -> None:
    names = write_names(tmp_path / "names.csv", BULK_SIZE)
    server = start_serve("--csv", str(names), "--loss", "0.02", probe=_PROBE).wait_ready()
    run = start_bulk(tmp_path, shuffled(BULK_SIZE), [server.address]).finish()
    check(run)
    assert run.summary["queries_sent"] > BULK_SIZE


def test_twenty_thousand_addresses_through_unbound(tmp_path: Path, start_reverse_unbound: Starter) -> None:
    unbound = start_reverse_unbound().wait_ready()
    run = start_bulk(tmp_path, shuffled(20_000), unbound.addresses).finish()
    check(run)
    assert {server["server"] for server in run.summary["servers"]} == set(unbound.addresses)


def test_over_tcp_only(reverse_knot: RealServer) -> None:
    done = run_command("lookup", *(bulk_address(n) for n in range(100)), "--tcp", "--short", f"@{reverse_knot.address}")
    assert done.lines == [host_name(n) for n in range(100) if has_name(n)]


def test_repeated_addresses_are_asked_once(tmp_path: Path, reverse_knot: RealServer) -> None:
    run = start_bulk(tmp_path, shuffled(500) * 20, [reverse_knot.address]).finish()
    check(run)
    assert run.summary["queries_sent"] <= 600


def four_servers(start_reverse_knot: Starter, start_reverse_unbound: Starter) -> list[RealServer]:
    servers = [start_reverse_knot(), start_reverse_knot(), start_reverse_unbound(), start_reverse_unbound()]
    return [server.wait_ready() for server in servers]


@pytest.mark.parametrize("disturbance", ["suspended for a second", "suspended for good", "killed"])
def test_four_servers_one_of_them_disturbed_in_mid_run(
    tmp_path: Path,
    start_reverse_knot: Starter,
    start_reverse_unbound: Starter,
    running: list[BulkRun],
    disturbance: str,
) -> None:
    servers = four_servers(start_reverse_knot, start_reverse_unbound)
    victim = servers[0]
    run = start_bulk(tmp_path, shuffled(20_000), [server.address for server in servers], "--rate", "10000")
    running.append(run)
    wait_for_rows(run, 2_000)
    if disturbance == "killed":
        victim.kill()
    else:
        victim.suspend()
    if disturbance == "suspended for a second":
        time.sleep(1.0)
        victim.resume()
    run.finish()
    check(run)
    figures = {server["server"]: server for server in run.summary["servers"]}
    assert all(figures[server.address]["answered"] > 0 for server in servers)


def test_servers_that_are_dead_from_the_start(
    tmp_path: Path, start_reverse_knot: Starter, reverse_knot: RealServer, running: list[BulkRun]
) -> None:
    silent = start_reverse_knot().wait_ready()
    silent.suspend()
    run = start_bulk(
        tmp_path, shuffled(20_000), [silent.address, f"127.0.0.1:{free_port()}", reverse_knot.address]
    ).finish()
    check(run)
    assert run.summary["queries_sent"] <= 1.1 * 20_000


def test_a_silent_server_beside_one_that_loses_a_tenth(
    tmp_path: Path, start_reverse_knot: Starter, start_serve: Starter
) -> None:
    silent = start_reverse_knot().wait_ready()
    silent.suspend()
    names = write_names(tmp_path / "names.csv", 10_000)
    server = start_serve("--csv", str(names), "--loss", "0.1", probe=_PROBE).wait_ready()
    check(start_bulk(tmp_path, range(10_000), [silent.address, server.address]).finish())


def test_no_server_at_all_is_said_in_one_line(tmp_path: Path) -> None:
    address = f"127.0.0.1:{free_port()}"
    run = start_bulk(tmp_path, shuffled(1_000), [address])
    _, err = run.process.communicate(timeout=30)
    assert run.process.returncode == 1, err
    complaints = [line for line in err.splitlines() if "ECONNREFUSED" in line or "no server answers" in line]
    assert len(complaints) == 1, err
    assert address in complaints[0]
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "limit",
    [
        pytest.param("ip-ratelimit: 2000\n  ip-ratelimit-factor: 0", id="drops all over its limit"),
        pytest.param("ratelimit: 2000\n  ratelimit-factor: 0", id="SERVFAIL over the limit of its own queries"),
    ],
)
def test_unbound_that_limits_the_rate(
    tmp_path: Path, start_reverse_unbound: Starter, running: list[BulkRun], limit: str
) -> None:
    unbound = start_reverse_unbound(f"  {limit}").wait_ready()
    run = start_bulk(tmp_path, shuffled(6_000), [unbound.address])
    running.append(run)
    check(run.finish())


@pytest.mark.parametrize(
    ("kind", "slip"),
    [
        pytest.param("nsd", 1, id="all over it truncated"),
        pytest.param("knot", 2, id="half over it truncated, half dropped"),
    ],
)
def test_response_rate_limiting_of_absent_names(
    tmp_path: Path, stack: ExitStack, reverse_zone: Zone, running: list[BulkRun], kind: str, slip: int
) -> None:
    require("knotd", "nsd")
    if kind == "knot":
        module = f"mod-rrl:\n  - id: default\n    rate-limit: 500\n    slip: {slip}"
        server = start_knot(tmp_path / kind, [reverse_zone], extra=module, template="    module: mod-rrl/default")
    else:
        server = start_nsd(tmp_path / kind, [reverse_zone], server=f"  rrl-ratelimit: 500\n  rrl-slip: {slip}")
    stack.enter_context(server).wait_ready()
    absent = [number for number in range(BULK_SIZE) if not has_name(number)]
    run = start_bulk(tmp_path, absent[:2_000], [server.address])
    running.append(run)
    check(run.finish())
