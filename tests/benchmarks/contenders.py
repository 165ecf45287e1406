"""Who is measured, and how each is run: the same names, the same server, the same core."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from . import clients
from .names import Names
from .process import Usage, measure
from .servers import compiled

ROOT = Path(__file__).parents[2]
CLIENTS_FILE = Path(clients.__file__)

COMPILED = "bulk"
PURE = "bulk-pure"
STREAM = "stream"
QUERY = "query"
MASSDNS = "massdns"
MASSDNS_DEFAULT = "massdns-default"
FLOOR = "floor"
AIODNS = "aiodns"
DNSPYTHON = "dnspython"
BLASTDNS = "blastdns"
SOCKET = "socket"
THREADS = "socket-threads"


@dataclass(frozen=True, slots=True)
class Figures:
    """One run. right: answers that are those of the zone; wall, cpu: seconds; peak: octets, 0 if not known."""

    lookups: int
    right: int
    wall: float
    cpu: float
    peak: int

    @property
    def cpu_us(self) -> float:
        """Microseconds of CPU per lookup."""
        return self.cpu / self.lookups * 1e6

    @property
    def rate(self) -> float:
        """Lookups per second."""
        return self.lookups / self.wall

    def as_dict(self) -> dict[str, float]:
        """For JSON."""
        return {
            "lookups": self.lookups,
            "right": self.right,
            "wall_s": round(self.wall, 6),
            "cpu_s": round(self.cpu, 6),
            "peak_bytes": self.peak,
            "cpu_us_per_lookup": round(self.cpu_us, 3),
            "lookups_per_s": round(self.rate, 1),
        }


def median(runs: Sequence[Figures]) -> Figures:
    """Each figure's median; of the right answers the fewest."""
    return Figures(
        runs[0].lookups,
        min(run.right for run in runs),
        statistics.median(run.wall for run in runs),
        statistics.median(run.cpu for run in runs),
        int(statistics.median(run.peak for run in runs)),
    )


@dataclass(frozen=True, slots=True)
class Job:
    """What a contender is given. server: ADDR:PORT; level: lookups at once, where it has to be told."""

    names: Names
    server: str
    scratch: Path
    level: int


Run = Callable[[Job], Figures]


@dataclass(slots=True)
class Contender:
    """One way of looking names up.

    share: part of the names it gets; the slow ones get fewer, or a run would take an hour
    levels: how many lookups at once are tried; the best is kept
    missing: why it is not measured, or empty
    """

    key: str
    title: str
    run: Run
    share: float = 1.0
    levels: tuple[int, ...] = (0,)
    missing: str = ""
    level: int = 0
    runs: list[Figures] = field(default_factory=list)

    @property
    def full_title(self) -> str:
        """The title, with the number of lookups at once that was best."""
        return f"{self.title}, {self.level:,} at once" if len(self.levels) > 1 else self.title


@dataclass(frozen=True, slots=True)
class Environment:
    """A Python with dnsburst in it. problem: why it cannot be measured as what it is meant to be, or empty."""

    python: Path
    problem: str = ""

    @property
    def dnsburst(self) -> list[str]:
        """The command."""
        script = self.python.parent / "dnsburst"
        return [str(script)] if script.exists() else [str(self.python), "-m", "dnsburst"]


def environment(python: Path, compiled_expected: bool) -> Environment:
    """The environment of this Python, if what is in it is compiled or pure as expected."""
    if not python.exists():
        return Environment(python, f"there is no {python}: make build")
    told = subprocess.run(
        [str(python), "-c", "import dnsburst; print(dnsburst.is_compiled())"],
        capture_output=True,
        text=True,
        check=False,
    )
    if told.stdout.strip() != str(compiled_expected):
        return Environment(python, f"dnsburst in {python} is not {'compiled' if compiled_expected else 'pure'}")
    return Environment(python)


def all_contenders(fast: Environment, pure: Environment, scratch: Path, private: bool) -> list[Contender]:
    """Every contender, in the order of the table; fast and pure are the two builds of dnsburst."""
    massdns = os.environ.get("MASSDNS") or shutil.which("massdns")
    adnshost = shutil.which("adnshost")
    floor = compiled("floor", scratch)
    # aiodns and dnspython are installed beside dnsburst; blastdns may be anywhere.
    python = fast.python if fast.python.exists() else Path(sys.executable)
    blast_python = Path(os.environ.get("BLASTDNS_PYTHON") or python)
    port_53 = "" if private else "it only asks port 53, and there is no private network"

    def using(client: str, at: Path = python) -> Run:
        return lambda job: library(client, job, at)

    def imports(module: str, at: Path = python) -> str:
        done = subprocess.run([str(at), "-c", f"import {module}"], capture_output=True, check=False)
        return f"no {module} in {at}" if done.returncode else ""

    return [
        Contender(FLOOR, "C floor", lambda job: _floor(floor, job), missing="" if floor else "no C compiler"),
        Contender(
            MASSDNS,
            "massdns",
            lambda job: _massdns(massdns, job),
            levels=(250, 1000, 10_000),
            missing="" if massdns else "not installed (on PATH, or named by MASSDNS)",
        ),
        Contender(
            MASSDNS_DEFAULT,
            "massdns, its default (10,000)",
            lambda job: _massdns(massdns, job),
            levels=(10_000,),
            missing="" if massdns else "not installed",
            level=10_000,
        ),
        Contender(COMPILED, "dnsburst bulk", lambda job: bulk(fast, job), missing=fast.problem),
        Contender(PURE, "dnsburst bulk, pure Python", lambda job: bulk(pure, job), missing=pure.problem),
        Contender(STREAM, "dnsburst Resolver.stream", using("stream"), missing=fast.problem),
        Contender(
            QUERY, "dnsburst Resolver.query × 1,000", using("query"), 0.5, (1000,), missing=fast.problem, level=1000
        ),
        Contender(
            BLASTDNS, "blastdns", using("blastdns", blast_python), 0.1, (32, 100, 250, 1000),
            missing=imports("blastdns", blast_python) and "not installed (or named by BLASTDNS_PYTHON)",
        ),
        Contender(AIODNS, "aiodns", using("aiodns"), 0.2, (100, 250, 1000), missing=imports("aiodns")),
        Contender(
            DNSPYTHON, "dnspython", using("dnspython"), 0.025, (10, 50, 250), missing=imports("dns.asyncresolver")
        ),
        Contender(
            "adnshost",
            "adnshost",
            lambda job: _adnshost(adnshost, job),
            0.01,
            missing=port_53 if adnshost else "not installed",
        ),
        Contender(SOCKET, "socket.gethostbyaddr, one by one", using("socket"), 0.05, (1,), port_53, 1),
        Contender(THREADS, "socket.gethostbyaddr, 32 threads", using("socket"), 0.05, (32,), port_53, 32),
    ]  # fmt: skip


def bulk(environment: Environment, job: Job, *options: str, core: Sequence[int] | None = None) -> Figures:
    """``dnsburst bulk``, from CSV to CSV."""
    output = job.scratch / "bulk.csv"
    output.unlink(missing_ok=True)
    command = [*environment.dnsburst, "bulk", str(job.names.table), "-o", str(output), "-s", job.server]
    usage = measure([*command, "--no-progress", *options], job.scratch, core=core)
    return _figures(job, job.names.right_rows(output), usage)


def library(client: str, job: Job, python: Path) -> Figures:
    """A library in a process of its own, from first lookup to last."""
    command = [str(python), str(CLIENTS_FILE), client, job.server, str(job.names.addresses), str(job.level)]
    usage = measure(command, job.scratch)
    told = json.loads(usage.output)
    return Figures(told["lookups"], told["right"], told["elapsed_s"], told["cpu_s"], usage.peak)


def _floor(program: Path | None, job: Job) -> Figures:
    host, _, port = job.server.rpartition(":")
    usage = measure([str(program), host, port, str(job.names.reverse_names)], job.scratch)
    return _figures(job, int(usage.output.split()[0]), usage)


def _massdns(program: str | None, job: Job) -> Figures:
    resolvers, output = job.scratch / "resolvers", job.scratch / "massdns.txt"
    resolvers.write_text(job.server + "\n")
    command = [str(program), "--root", "--quiet", "--type", "PTR", "--hashmap-size", str(job.level), "--output", "S"]
    command += ["--resolvers", str(resolvers), "--outfile", str(output), str(job.names.reverse_names)]
    usage = measure(command, job.scratch)
    with output.open(encoding="ascii", errors="replace") as file:
        return _figures(job, job.names.right_pairs(_pairs(file)), usage)


def _adnshost(program: str | None, job: Job) -> Figures:
    config = f"nameserver {job.server.rpartition(':')[0]}"
    # Exit status 1 to 5: some of the lookups failed; the answers tell which.
    usage = measure(
        [str(program), "--config", config, "-Vq", "-tptr-", "-f"],
        job.scratch,
        stdin=job.names.reverse_names,
        expect=range(6),
    )
    return _figures(job, job.names.right_pairs(_pairs(usage.output.splitlines())), usage)


def _pairs(lines: Iterator[str] | Sequence[str]) -> Iterator[tuple[str, str]]:
    """Name and host of lines such as ``1.0.0.10.in-addr.arpa. PTR host.example.``"""
    for line in lines:
        words = line.split()
        if len(words) == 3:
            yield words[0].rstrip("."), words[2].rstrip(".")


def _figures(job: Job, right: int, usage: Usage) -> Figures:
    return Figures(job.names.count, right, usage.wall, usage.cpu, usage.peak)
