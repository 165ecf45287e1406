"""``make bench``: dnsburst and its peers measured in one run, on the same names, against the same server.

    python -m tests.benchmarks.run [--quick] [--runs N] [--memory] [--pace] [--save]

Needs the two environments that the Makefile builds (.venv, .venv-pure). massdns, adnshost and blastdns are measured
where they are installed; MASSDNS and BLASTDNS_PYTHON name a program and a Python elsewhere. ``--only none --no-beside
--pace`` measures the servers with faults alone.
"""

# Rules of a run.
# 1. Everyone gets the same names from the first on; the slow ones fewer of them (Contender.share).
# 2. Whoever has to be told how many lookups to have under way is tried with several, and runs with the best.
# 3. Rounds: each contender once, then all again, so that a slow minute of the machine strikes all alike. Medians count.
# 4. The answers are checked, after the clock has stopped.

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from . import targets
from .chart import chart
from .contenders import (
    ROOT,
    Contender,
    Figures,
    Job,
    all_contenders,
    bulk,
    environment,
    library,
)
from .names import Names, reverse_zone
from .process import RunError, cores, measure, on_cores
from .report import Report
from .servers import Network, authority, far_away

NAMES = 200_000
QUICK_NAMES = 20_000
#: The wildcard of the zone answers for the addresses from here on.
MANY_FIRST = 16 << 16
FAR_SOCKET_NAMES = 100
STARTS = 10
SCENARIO_NAMES = 100_000
_FEWEST = 200

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be measured. only: keys of contenders, empty for all; private: try for a private network."""

    names: int = NAMES
    runs: int = 5
    memory: bool = False
    pace: bool = False
    beside: bool = True
    only: tuple[str, ...] = ()
    private: bool = True
    fast: Path = ROOT / ".venv" / "bin" / "python"
    pure: Path = ROOT / ".venv-pure" / "bin" / "python"


def run(plan: Plan, scratch: Path, say: Say) -> Report:
    """Measure all that the plan says. Moves this process into a private network for good, where it may."""
    with on_cores(cores()[1]):
        return Bench(plan, scratch, say).run()


class Bench:
    """One run of the benchmark."""

    def __init__(self, plan: Plan, scratch: Path, say: Say) -> None:
        self.plan = plan
        self.scratch = scratch
        self.say = say
        self.fast = environment(plan.fast, True)
        self.pure = environment(plan.pure, False)
        self.network = Network(scratch, plan.private)
        contenders = all_contenders(self.fast, self.pure, scratch, self.network.private)
        if plan.only:
            contenders = [each for each in contenders if each.key in plan.only]
        self.report = Report({}, contenders)
        self.names = Names(plan.names, scratch)

    def run(self) -> Report:
        plan, report = self.plan, self.report
        if not self.network.private:
            report.notes.append(f"no private network ({self.network.reason})")
        if plan.names < NAMES:
            report.notes.append(f"{plan.names:,} names: start-up weighs more than in the {NAMES:,} the targets are for")
        if cores()[0] == cores()[1]:
            report.notes.append("this machine has one core: client and server share it")
        self.say(f"starting the server, with {plan.names:,} PTR records")
        with authority(self.scratch / "server", reverse_zone(plan.names), self.network) as server:
            report.machine = _machine(plan, server.kind)
            self.network.ask(server.address)
            self._contenders(server.address)
            if plan.beside and not self.fast.problem:
                self._start_up(server.address)
                self._workers(server.address)
                if plan.memory:
                    self._memory(server.address)
                with far_away(self.scratch / "far", server, self.network) as far:
                    self.network.ask(far)
                    self._far(far)
        if plan.pace and not self.fast.problem:
            from .scenarios import run_all

            zone = reverse_zone(SCENARIO_NAMES)
            report.scenarios = run_all(self.fast, zone, self.scratch, plan.names < NAMES, self.say)
        report.targets = targets.targets(report)
        return report

    def _contenders(self, server: str) -> None:
        for contender in self.report.contenders:
            if not contender.missing and len(contender.levels) > 1:
                self._choose_level(contender, server)
        for number in range(1, self.plan.runs + 1):
            for contender in self.report.contenders:
                if not contender.missing:
                    self._once(contender, server, f"round {number} of {self.plan.runs}")

    def _choose_level(self, contender: Contender, server: str) -> None:
        """A short run at each level; all answers right is better than fast."""
        best: tuple[bool, float] | None = None
        job = self._job(contender, server)
        job = replace(job, names=self._first(max(_FEWEST, job.names.count // 5)))
        for level in contender.levels:
            self.say(f"{contender.title}: trying {level:,} at once")
            try:
                figures = contender.run(replace(job, level=level))
            except RunError as error:
                contender.missing = str(error)
                return
            merit = (figures.right == figures.lookups, figures.rate)
            if best is None or merit > best:
                best, contender.level = merit, level

    def _once(self, contender: Contender, server: str, when: str) -> None:
        try:
            figures = contender.run(self._job(contender, server))
        except RunError as error:
            contender.missing = str(error)
            contender.runs.clear()
            self.say(f"{when}: {contender.title}: {error}")
            return
        contender.runs.append(figures)
        self._tell(f"{when}: {contender.full_title}", figures)

    def _start_up(self, server: str) -> None:
        """One lookup from start to end, beside the start of a Python that loads click."""
        commands = {
            targets.LOOKUP: [*self.fast.dnsburst, "lookup", "10.0.0.1", "-s", server],
            targets.IMPORT_CLICK: [str(self.fast.python), "-c", "import click"],
        }
        for _ in range(max(STARTS, self.plan.runs)):
            for key, command in commands.items():
                usage = measure(command, self.scratch)
                figures = Figures(1, 1, usage.wall, usage.cpu, usage.peak)
                self.report.extra.setdefault(key, []).append(figures)
        for key in commands:
            self.say(f"{key}: {self.report.extra[key][-1].wall * 1000:,.0f} ms")

    def _workers(self, server: str) -> None:
        """One worker and two, in turn: on the client's core, and on two of which the server has one. CPU, not speed."""
        job = Job(self.names, server, self.scratch, 0)
        for _ in range(self.plan.runs):
            for one, two, core in (
                (targets.ONE_WORKER, targets.WORKERS, cores()[:1]),
                (targets.ONE_WORKER_SPREAD, targets.WORKERS_SPREAD, cores()),
            ):
                self._beside(one, job, "--workers", "1", core=core, runs=1)
                self._beside(two, job, "--workers", "2", core=core, runs=1)

    def _memory(self, server: str) -> None:
        for key, rows in ((targets.MEMORY_SMALL, 1_000_000), (targets.MEMORY_LARGE, 5_000_000)):
            names = Names(rows, self.scratch, MANY_FIRST)
            self._beside(key, Job(names, server, self.scratch, 0), runs=1)
            names.table.unlink()

    def _far(self, server: str) -> None:
        self._beside(targets.FAR_BULK, Job(self.names, server, self.scratch, 0))
        if not self.network.private:
            self.report.notes.append("gethostbyaddr with the server far away: not measured without a private network")
            return
        job = Job(self._first(FAR_SOCKET_NAMES), server, self.scratch, 1)
        for _ in range(self.plan.runs):
            figures = library("socket", job, self.fast.python)
            self.report.extra.setdefault(targets.FAR_SOCKET, []).append(figures)
            self._tell(targets.FAR_SOCKET, figures)

    def _beside(
        self, key: str, job: Job, *options: str, core: Sequence[int] | None = None, runs: int | None = None
    ) -> None:
        """Runs of bulk that are no contender's."""
        for _ in range(runs or self.plan.runs):
            try:
                figures = bulk(self.fast, job, *options, core=core)
            except RunError as error:
                self.report.notes.append(f"{key}: {error}")
                return
            self.report.extra.setdefault(key, []).append(figures)
            self._tell(key, figures)

    def _job(self, contender: Contender, server: str) -> Job:
        count = max(_FEWEST, int(self.plan.names * contender.share))
        return Job(self._first(count), server, self.scratch, contender.level)

    def _first(self, count: int) -> Names:
        return replace(self.names, count=min(count, self.names.count))

    def _tell(self, what: str, figures: Figures) -> None:
        wrong = figures.lookups - figures.right
        self.say(
            f"{what}: {figures.cpu_us:.2f} µs CPU, {figures.rate:,.0f}/s, {figures.wall:.2f} s"
            + (f", {figures.peak / 1e6:.1f} MB" if figures.peak else "")
            + (f", {wrong:,} of {figures.lookups:,} not answered right" if wrong else "")
        )


def _machine(plan: Plan, server: str) -> dict[str, object]:
    return {
        "names": plan.names,
        "runs": plan.runs,
        "server": server,
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "processor": _processor(),
        "cores": len(set(cores())),
        "python": platform.python_version(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _plan(arguments: Sequence[str] | None) -> tuple[Plan, bool, Path]:
    parser = argparse.ArgumentParser(prog="make bench", description="Measure dnsburst and its peers in one run.")
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="runs of each, medians count (default: 5)")
    parser.add_argument("--names", type=int, metavar="N", help=f"names at most (default: {NAMES:,})")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_NAMES:,} names, for a fast look")
    parser.add_argument("--only", default="", metavar="KEYS", help="contenders to measure, by key, with commas between")
    parser.add_argument("--memory", action="store_true", help="peak memory of 1,000,000 and 5,000,000 rows too")
    parser.add_argument("--pace", action="store_true", help="servers with limits, losses and outages too")
    parser.add_argument("--no-beside", action="store_true", help="the contenders only: no far server, no start-up")
    parser.add_argument("--json", type=Path, default=ROOT / "out" / "bench.json", help="default: out/bench.json")
    parser.add_argument("--save", action="store_true", help="write the chart to docs/bench.svg")
    given = parser.parse_args(arguments)
    plan = Plan(
        names=given.names or (QUICK_NAMES if given.quick else NAMES),
        runs=given.runs,
        memory=given.memory,
        pace=given.pace,
        beside=not given.no_beside,
        only=tuple(filter(None, given.only.split(","))),
    )
    return plan, given.save, given.json


def main(arguments: Sequence[str] | None = None) -> int:
    """The command: measure, print, write. Exit status 1 where there is nothing to measure."""
    plan, save, output = _plan(arguments)

    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory(prefix="dnsburst-bench-") as scratch:
        report = run(plan, Path(scratch), say)
    for table in filter(None, (report.table(), report.scenario_table(), report.target_table())):
        print("\n" + "\n".join(table))
    notes = report.notes + [f"{each.title} left out: {each.missing}" for each in report.contenders if each.missing]
    for note in notes:
        print("\n".join(textwrap.wrap(note, 118, initial_indent="- ", subsequent_indent="  ")))
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(report.as_dict(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"\nfigures: {output}")
    if save and report.measured:
        picture = ROOT / "docs" / "bench.svg"
        picture.parent.mkdir(exist_ok=True)
        picture.write_text(chart(report), encoding="utf-8")
        print(f"chart: {picture}")
    return 0 if report.measured or report.scenarios else 1


if __name__ == "__main__":
    sys.exit(main())
