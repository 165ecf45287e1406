"""The main job shown on one machine, without a network: a table looked up in bulk, then the methods side by side."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import _namespace
from ._text import columns, printable
from .compare import (
    Comparison,
    Measured,
    Outcome,
    fold,
    measure_aiodns,
    measure_dnsburst,
    measure_socket,
    measure_threads,
)

WIDTH = 80
TABLE = "visitors.csv"
ZONE = "demo.zone"
COLUMN = "ip"
ADDRESSES = "addresses.csv"
OUTPUT = Path("out") / TABLE

#: Names for the slow methods: enough for a steady figure, few enough for a demo that is over within a minute.
ONE_BY_ONE_NAMES = 150
THREADS_NAMES = 3000
AIODNS_NAMES = 10_000
BUDGET = 8.0  # seconds for each method

#: The list that is compared begins at 10.128.0.0: private addresses (RFC 1918) that the table does not hold.
_FIRST_ADDRESS = (10 << 24) + (128 << 16)
MOST_ROWS = 1 << 17


class DemoError(Exception):
    """The demo cannot go on; the message says why."""


@dataclass(frozen=True, slots=True)
class Settings:
    """rows: addresses in the list that is compared; delay, jitter: ms; output: where the table goes, None: OUTPUT.

    data: directory with the table and its zones, None: found; private: try for a private network (Linux).
    """

    rows: int = 50_000
    delay: float = 20.0
    jitter: float = 20.0
    output: Path | None = None
    data: Path | None = None
    private: bool = True


def run(settings: Settings, say: Callable[[str], None]) -> None:
    """Show it all; ``say`` gets lines of printable ASCII, at most 80 columns as far as the data allows.

    With ``private`` this process moves into namespaces of its own for good. Raises DemoError, OSError.
    """
    data = find_data(settings.data)
    output = _prepare_output(settings.output)
    with tempfile.TemporaryDirectory(prefix="dnsburst-demo-") as scratch:
        _Demo(settings, data, output, Path(scratch), say).run()


def find_data(given: Path | None) -> Path:
    """The directory that holds the demo's table and zone: the one given, that of a repository, or the installed one."""
    package = Path(__file__).resolve().parent
    places = [given] if given is not None else [Path("data"), package / "data", package.parent.parent / "data"]
    for place in places:
        if (place / TABLE).is_file() and (place / ZONE).is_file():
            return place
    raise DemoError(f"{TABLE} and {ZONE} are not in {' or '.join(map(str, places))}: name their directory with --data")


def address_list(rows: int) -> Iterator[tuple[str, str]]:
    """Pairs of address and name, each one different."""
    for number in range(rows):
        octets = (_FIRST_ADDRESS + number).to_bytes(4, "big")
        yield ".".join(map(str, octets)), f"host-{octets[1]}-{octets[2]}-{octets[3]}.bench.example"


class _Demo:
    """One run of the demo, step by step."""

    def __init__(self, settings: Settings, data: Path, output: Path, scratch: Path, say: Callable[[str], None]) -> None:
        self.settings = settings
        self.data = data
        self.output = output
        self.scratch = scratch
        self.say = say
        self.step = 0

    def run(self) -> None:
        private = self._enter_private_network()
        with self._server("127.0.0.1:53" if private else "127.0.0.1:0") as server:
            self._bulk(server)
            self._compare(server, private)
        self._title("Where things are")
        self.say(f"The table with the names: {printable(self.output)}")
        self.say("The same for a table of yours:")
        self.say("  dnsburst bulk yours.csv -o with-names.csv")

    def _enter_private_network(self) -> bool:
        self._title("A place to measure in")
        if not self.settings.private:
            self._tell("No private network was asked for, so socket, which only asks port 53, is not measured.")
            return False
        places = {
            "/etc/resolv.conf": "nameserver 127.0.0.1\n",
            "/etc/nsswitch.conf": "hosts: files dns\n",
            "/etc/hosts": "127.0.0.1 localhost\n",
        }
        files = {}
        for place, text in places.items():
            source = self.scratch / Path(place).name
            source.write_text(text)
            files[place] = str(source)
        reason = _namespace.enter(files)
        if reason is None:
            self._tell(
                "This program now has a private network: its own loopback, port 53 and /etc/resolv.conf. "
                "Nothing leaves the machine, and socket.gethostbyaddr, which asks what the system is set to, "
                "asks the same server as everyone else."
            )
            return True
        self._tell(
            f"This system gives no private network ({printable(reason)}). "
            "So socket.gethostbyaddr, which only asks the system's servers on port 53, is not measured here."
        )
        return False

    @contextmanager
    def _server(self, listen: str) -> Iterator[str]:
        settings = self.settings
        self._title("A DNS server")
        addresses = self.scratch / ADDRESSES
        with addresses.open("w", newline="", encoding="ascii") as file:
            writer = csv.writer(file)
            writer.writerow(("address", "name"))
            writer.writerows(address_list(settings.rows))
        command = ["dnsburst", "serve", str(self.data / ZONE), "--csv", str(addresses), "--listen", listen]
        command += ["--delay", f"{settings.delay:g}", "--jitter", f"{settings.jitter:g}"]
        low, high = settings.delay, settings.delay + settings.jitter
        self._tell(
            f"dnsburst's own server answers {low:g} to {high:g} ms late, as one across a country or an ocean "
            f"would. It knows the names of data/{TABLE} and of {settings.rows:,} more addresses."
        )
        self._show_command(command)
        log = self.scratch / "server.log"
        with log.open("wb") as stderr:
            process = subprocess.Popen(
                _runnable(command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr
            )
        try:
            server = _listening_on(process)
            if server is None:
                raise DemoError(f"the built-in server did not start: {printable(_last_line(log.read_bytes()))}")
            self.say(f"It listens on {server}.")
            yield server
        finally:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()

    def _bulk(self, server: str) -> None:
        self._title("The main job: names for a table of addresses")
        table = self.data / TABLE
        self._tell(
            "A shop's visitors, as exported: quoted cells, repeated visitors, some cells that are no address. "
            "Each distinct address is asked once; every row gets its answer or the reason why there is none."
        )
        arguments = [str(table), "-o", str(self.output), "-s", server]
        self._show_command(["dnsburst", "bulk", *arguments])
        words, _ = self._run_bulk(arguments)
        for line in words:
            for part in textwrap.wrap(printable(line), WIDTH - 2, subsequent_indent="    "):
                self.say("  " + part)
        self.say("")
        self.say("Some of the rows, with some of their columns:")
        self.say("")
        for line in some_rows(self.output):
            self.say("  " + line)

    def _compare(self, server: str, private: bool) -> None:
        self._title("Side by side")
        self._tell(
            f"The same server, the same list of {self.settings.rows:,} addresses. The slow ones do the first part of "
            "the list only, which is all a demo has time for: `names` says how many."
        )
        self.say("")
        comparison = self._measure(server, private)
        self.say("")
        for line in comparison.table():
            self.say(line)
        self.say("")
        for line in verdict(comparison, self.settings):
            self._tell(line)

    def _measure(self, server: str, private: bool) -> Comparison:
        names = [address for address, _ in address_list(self.settings.rows)]
        servers = [] if private else [server]
        rows: list[Measured] = []
        if private:
            self.say("  measuring socket, one by one")
            rows.append(measure_socket(names[:ONE_BY_ONE_NAMES], BUDGET))
            self.say("  measuring socket in threads")
            rows.append(measure_threads(names[:THREADS_NAMES], BUDGET))
        self.say("  measuring aiodns")
        aiodns = measure_aiodns(names[:AIODNS_NAMES], servers, BUDGET)
        if aiodns is not None:
            rows.append(aiodns)
        self.say("  measuring dnsburst, the library")
        row, reference = measure_dnsburst(names, servers)
        rows.append(row)
        self.say("  measuring dnsburst, the command: CSV in, CSV out")
        rows.append(self._measure_bulk(server))
        return Comparison(rows, reference)

    def _measure_bulk(self, server: str) -> Measured:
        output = self.scratch / "named.csv"
        _, summary = self._run_bulk([str(self.scratch / ADDRESSES), "-o", str(output), "-s", server])
        with output.open(newline="", encoding="ascii") as file:
            outcomes = dict(_outcomes(csv.DictReader(file)))
        return Measured("dnsburst bulk", outcomes, summary["elapsed_s"])

    def _run_bulk(self, arguments: list[str]) -> tuple[list[str], dict[str, Any]]:
        """What bulk said on stderr, and its figures."""
        summary = self.scratch / "summary.json"
        command = ["dnsburst", "bulk", *arguments, "--no-progress", "--overwrite", "--summary", str(summary)]
        done = subprocess.run(_runnable(command), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
        if done.returncode != 0:
            raise DemoError(f"bulk ended with status {done.returncode}: {printable(_last_line(done.stderr))}")
        figures: dict[str, Any] = json.loads(summary.read_text(encoding="utf-8"))
        return done.stderr.decode("utf-8", "replace").splitlines(), figures

    def _title(self, text: str) -> None:
        self.step += 1
        if self.step > 1:
            self.say("")
        self.say(f"{self.step}. {text}")
        self.say("-" * (len(text) + 3))

    def _tell(self, text: str) -> None:
        for line in textwrap.wrap(text, WIDTH):
            self.say(line)

    def _show_command(self, words: Sequence[str]) -> None:
        for line in command_lines(words):
            self.say(line)


def verdict(comparison: Comparison, settings: Settings) -> Iterator[str]:
    """What the table says, in sentences."""
    fast = comparison.rows[-1]
    base = comparison.baseline
    times = comparison.speed_up(fast)
    if base is not None and times is not None and base.rate > 0:
        yield (
            f"dnsburst: {fast.rate:,.0f} lookups/s, {times:,.0f} times socket one by one, which would need "
            f"{_duration(settings.rows / base.rate)} for the {settings.rows:,} addresses that took dnsburst "
            f"{fast.elapsed:.1f} s."
        )
    else:
        yield f"dnsburst: {fast.rate:,.0f} lookups/s. socket was not measured (step 1 says why)."
    differences = [each for row in comparison.rows for each in comparison.differences(row)]
    if not differences:
        yield "Every answer of every method is the same."
    for each in differences[:10]:
        yield f"{each.name}: {each.method}: {each.theirs}; dnsburst: {each.ours}"
    if len(differences) > 10:
        yield f"... and {len(differences) - 10:,} more answers that differ."


def some_rows(path: Path, count: int = 8) -> list[str]:
    """The looked-up column and the answers of an output: the first rows that are not too wide for the screen."""
    wanted = (COLUMN, "dns_status", "dns_answer", "dns_rtt_ms")
    rows: list[tuple[str, ...]] = [wanted]
    lines = columns(rows)
    with path.open(newline="", encoding="utf-8", errors="surrogateescape") as file:
        for row in csv.DictReader(file):
            fuller = [*rows, tuple(printable(row.get(name) or "") for name in wanted)]
            table = columns(fuller, "lllr")
            if max(map(len, table)) <= WIDTH - 2:
                rows, lines = fuller, table
            if len(rows) > count:
                break
    return lines


def command_lines(words: Sequence[str]) -> list[str]:
    """A command as a user would type it, folded at 80 columns."""
    import shlex

    text = " ".join(map(shlex.quote, map(printable, words)))
    lines = textwrap.wrap(text, WIDTH - 8, break_long_words=False, break_on_hyphens=False)
    return [
        f"{'  $ ' if at == 0 else '      '}{line}{'' if at == len(lines) - 1 else ' ' + chr(92)}"
        for at, line in enumerate(lines)
    ]


def _prepare_output(given: Path | None) -> Path:
    if given is None:
        OUTPUT.parent.mkdir(exist_ok=True)
        return OUTPUT
    if given.exists():
        raise DemoError(f"{given} exists already: name another --output, or remove it")
    return given


def _runnable(command: Sequence[str]) -> list[str]:
    # This very package with this very Python, wherever the script `dnsburst` may be.
    return [sys.executable, "-m", __package__ or "dnsburst", *command[1:]]


def _listening_on(process: subprocess.Popen[bytes]) -> str | None:
    """ADDR:PORT as the server tells it when it is ready, None if it ends instead."""
    assert process.stdout is not None
    line = process.stdout.readline().decode("ascii", "replace")
    return line.strip().removeprefix("listening on ") or None


def _last_line(octets: bytes) -> str:
    lines = octets.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"


def _outcomes(rows: Iterable[dict[str, str]]) -> Iterator[tuple[str, Outcome]]:
    for row in rows:
        if row["dns_status"] == "NOERROR":
            yield row["address"], frozenset(map(fold, row["dns_answer"].split(";")))
        elif row["dns_status"] in ("NXDOMAIN", "NODATA"):
            yield row["address"], frozenset()
        else:
            yield row["address"], f"{row['dns_status']}: {row['dns_error']}"


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.1f} hours"
