"""Servers with limits, losses, delays and outages: how long a bulk run takes, what it asks, and whether it is right."""

from __future__ import annotations

import csv
import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..servers.zones import Zone, bulk_address, host_name
from .contenders import Environment
from .faulty import ONE_IN
from .names import Names
from .process import Event, RunError, Usage, measure
from .servers import HERE

_MOST_TRIES = 8
_QUICK = 10  # a quick run has so many times fewer lookups, and no aims

Faults = Mapping[str, Any]

_NEAR: Faults = {"delay": 0.020, "jitter": 0.020}
_LIMITED: Faults = {**_NEAR, "loss": 0.01, "limit": 5000}


@dataclass(frozen=True, slots=True)
class Scenario:
    """servers: the faults of each; changes: (seconds, number of the server, its faults from then on)

    seconds: how long it may take; than: the name of an earlier scenario of whose time ``seconds`` is a multiple
    queries: how many a lookup may take over UDP; broken: one name in twenty gets SERVFAIL everywhere
    """

    name: str
    servers: tuple[Faults, ...]
    seconds: float | None = None
    queries: float | None = None
    lookups: int = 100_000
    than: str = ""
    changes: tuple[tuple[float, int, Faults], ...] = ()
    broken: bool = False


_FOUR = "4 servers, 20-40 ms"
_THREE = "3 servers, 20-40 ms"

SCENARIOS = (
    Scenario("4 × 5,000/s, 20-40 ms, 1 % loss, over it: dropped", (_LIMITED,) * 4, 5.5, 1.10),
    *(
        Scenario(f"the same, over it: {mode}", ({**_LIMITED, "limit_mode": mode},) * 4, 5.8, 1.15)
        for mode in ("refuse", "servfail", "truncate")
    ),
    Scenario(_FOUR, (_NEAR,) * 4),
    Scenario("4 servers, 20-40 ms, 1 % loss", ({**_NEAR, "loss": 0.01},) * 4, 1.3, 1.05, than=_FOUR),
    Scenario("1 server, 250 ms", ({"delay": 0.250},), 4.0, 1.01),
    Scenario("1 server, 20 ms, 20 % loss", ({"delay": 0.020, "loss": 0.20},), 6.0, 1.75, 20_000),
    Scenario(_THREE, (_NEAR,) * 3),
    Scenario("the same and a dead one", (*(_NEAR,) * 3, {"dead": True}), 1.1, 1.03, than=_THREE),
    Scenario(
        "4 servers, one dead from 1 s to 3 s",
        (_NEAR,) * 4,
        1.1,
        1.03,
        than=_THREE,
        changes=((1.0, 0, {**_NEAR, "dead": True}), (3.0, 0, _NEAR)),
    ),
    # What the limits allow: 15,000 by 3 s, 5,000 more by 8 s, the other 40,000 by 16 s.
    Scenario(
        "1 server, 5,000/s, 1,000/s from 3 s to 8 s",
        ({**_NEAR, "limit": 5000},),
        16 / 0.9,
        1.15,
        60_000,
        changes=((3.0, 0, {**_NEAR, "limit": 1000}), (8.0, 0, {**_NEAR, "limit": 5000})),
    ),
    Scenario("1 server, 20 ms, 5 % of the names after 4 s", ({"delay": 0.020, "late": 4.0},), 9.0, 1.25, 20_000),
    Scenario(
        "4 servers, 20-40 ms, 5 % of the names SERVFAIL", ({**_NEAR, "broken": True},) * 4, 1.1, than=_FOUR, broken=True
    ),
    Scenario(
        "10,000/s, 2,000/s, 500/s, and 5,000/s at 400 ms",
        (*({**_NEAR, "limit": limit} for limit in (10_000, 2000, 500)), {"delay": 0.400, "limit": 5000}),
        100_000 / 17_500 / 0.9,
        1.10,
    ),
)


class FaultyServer:
    """faulty.py as a child process. address: ADDR:PORT"""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        assert process.stdout is not None
        self.address = process.stdout.readline().strip().removeprefix("listening on ")

    def set(self, faults: Faults) -> dict[str, int]:
        """Have these faults from now on; gives back what it has counted so far."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(faults) + "\n")
        self._process.stdin.flush()
        counts: dict[str, int] = json.loads(self._process.stdout.readline())
        return counts


@dataclass(slots=True)
class Runner:
    """Runs scenarios one after the other on the same servers."""

    environment: Environment
    servers: list[FaultyServer]
    scratch: Path
    quick: bool = False
    times: dict[str, float] = field(default_factory=dict)

    def run(self, scenario: Scenario) -> dict[str, Any]:
        """What came of it, as Report holds it. Raises RunError."""
        names = Names(scenario.lookups // (_QUICK if self.quick else 1), self.scratch)
        servers = self.servers[: len(scenario.servers)]
        before = [server.set(faults) for server, faults in zip(servers, scenario.servers, strict=True)]
        usage, summary = self._bulk(names, servers, _events(scenario, servers))
        counts = [server.set({}) for server in servers]
        self.times[scenario.name] = usage.wall
        over_tcp = sum(new["tcp_queries"] - old["tcp_queries"] for new, old in zip(counts, before, strict=True))
        asked = (summary["queries_sent"] - over_tcp) / names.count
        right, tries = _right(names, self.scratch / "bulk.csv", scenario.broken)
        seconds = scenario.seconds
        if seconds and scenario.than:
            seconds = seconds * self.times[scenario.than] if scenario.than in self.times else None
        met: bool | None = (
            right == names.count
            and (not seconds or usage.wall <= seconds)
            and (not scenario.queries or asked <= scenario.queries)
            and (not scenario.broken or tries <= _MOST_TRIES)
        )
        if self.quick:
            met = None if right == names.count else False
        return {
            "name": scenario.name,
            "lookups": names.count,
            "right": right,
            "elapsed_s": round(usage.wall, 3),
            "seconds_aim": None if self.quick else seconds,
            "queries_per_lookup": round(asked, 4),
            "queries_aim": None if self.quick else scenario.queries,
            "most_tries": tries,
            "cpu_us_per_lookup": round(usage.cpu / names.count * 1e6, 2),
            "met": met,
        }

    def _bulk(self, names: Names, servers: list[FaultyServer], events: list[Event]) -> tuple[Usage, dict[str, Any]]:
        output, summary = self.scratch / "bulk.csv", self.scratch / "summary.json"
        command = [*self.environment.dnsburst, "bulk", str(names.table), "-o", str(output), "--overwrite"]
        command += ["--no-progress", "--summary", str(summary)]
        for server in servers:
            command += ["-s", server.address]
        usage = measure(command, self.scratch, events=events, seconds=120, expect=(0, 1))
        return usage, json.loads(summary.read_text(encoding="utf-8"))


def run_all(
    environment: Environment, zone: Zone, scratch: Path, quick: bool, say: Callable[[str], None]
) -> list[dict[str, Any]]:
    """Each scenario once. zone: holds a PTR record for each name."""
    directory = scratch / "faulty"
    directory.mkdir()
    say("starting the servers that have faults")
    with faulty_servers(environment.python, zone.write(directory), directory) as servers:
        runner = Runner(environment, servers, directory, quick)
        found = []
        for scenario in SCENARIOS:
            try:
                found.append(runner.run(scenario))
            except RunError as error:
                say(f"{scenario.name}: {error}")
                continue
            say(f"{scenario.name}: {found[-1]['elapsed_s']:.2f} s, {found[-1]['queries_per_lookup']:.3f} queries each")
        return found


@contextmanager
def faulty_servers(python: Path, zone: Path, directory: Path, count: int = 4) -> Iterator[list[FaultyServer]]:
    """So many servers, each in a process of its own."""
    with ExitStack() as stack:
        log = stack.enter_context((directory / "log").open("wb"))
        started = []
        for _ in range(count):
            process = subprocess.Popen(
                [str(python), str(HERE / "faulty.py"), str(zone)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                encoding="ascii",
            )
            started.append(stack.enter_context(process))
        # The end of stdin is the end of the server; leaving Popen's context closes it and waits.
        yield [FaultyServer(process) for process in started]


def _events(scenario: Scenario, servers: list[FaultyServer]) -> list[Event]:
    def change(number: int, faults: Faults) -> Callable[[], object]:
        return lambda: servers[number].set(faults)

    return [(seconds, change(number, faults)) for seconds, number, faults in scenario.changes]


def _right(names: Names, output: Path, broken: bool) -> tuple[int, int]:
    """How many rows have the right status and answer, and the most tries of any."""
    right = most = 0
    with output.open(newline="", encoding="utf-8") as file:
        for number, row in zip(range(names.count), csv.DictReader(file), strict=False):
            odd = broken and number % 256 % ONE_IN == 0
            expected = ("SERVFAIL", "") if odd else ("NOERROR", host_name(number))
            right += row["address"] == bulk_address(number) and (row["dns_status"], row["dns_answer"]) == expected
            most = max(most, int(row["dns_tries"] or 0))
    return right, most
