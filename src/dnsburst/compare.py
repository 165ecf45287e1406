"""The same names looked up in the ways Python programs do it, timed, and the answers held against each other.

Rules of this module:
1. Every method is asked the same names in the same order; one that is too slow for all of them gets as many of the
   first as fit its time, and the number it did is part of the row.
2. All names are asked once before anything is timed, so that a resolver's cache is as warm for the first method as
   for the last. That pass also gives the answers the others are held against.
3. socket can only ask the servers of the system; where others are asked, its rows are left out.
"""

from __future__ import annotations

import math
import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ._text import columns, printable
from ._wire.address import is_address
from ._wire.name import from_text, reverse_name, to_text
from .errors import DNSError, InvalidName
from .result import Result

#: What came of one lookup: the names or addresses found (none: it does not exist), or why there is no answer.
Outcome: TypeAlias = frozenset[str] | str

THREADS = 32  # what ThreadPoolExecutor allows itself at most by default (min(32, cores + 4))
#: Lookups in flight that aiodns is tried with; the fastest counts.
AIODNS_CONCURRENCY = (100, 500, 2000)
#: Seconds each method may take.
BUDGET = 20.0

ONE_BY_ONE = "socket, one by one"
LIBRARY = "dnsburst.lookup_many"

# Fewer names than _MANY that take less than _SHORT seconds say how far away the server is, and little else.
_MANY = 5000
_SHORT = 0.5

# Seconds until a slow input is looked at again.
_WAIT = 0.01

_ABSENT: Outcome = frozenset()
# herror HOST_NOT_FOUND and NO_DATA (netdb.h)
_HERROR_ABSENT = (1, 4)


@dataclass(frozen=True, slots=True)
class Measured:
    """What one method did.

    method: how it is called in the table
    outcomes: by name, in the order looked up
    elapsed: seconds
    """

    method: str
    outcomes: dict[str, Outcome]
    elapsed: float

    @property
    def answered(self) -> int:
        """How many got a definite answer, absence included."""
        return sum(not isinstance(outcome, str) for outcome in self.outcomes.values())

    @property
    def rate(self) -> float:
        """Answers per second."""
        return self.answered / self.elapsed if self.elapsed > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Difference:
    """One name on which a method and dnsburst differ; both as text."""

    method: str
    name: str
    theirs: str
    ours: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """The rows measured, the answers they are held against, and what there is to say about it."""

    rows: list[Measured]
    reference: dict[str, Result]
    notes: list[str] = field(default_factory=list)

    @property
    def baseline(self) -> Measured | None:
        """The row that the speed-ups refer to: socket, one by one."""
        return next((row for row in self.rows if row.method == ONE_BY_ONE), None)

    def speed_up(self, row: Measured) -> float | None:
        """How many times the lookups per second of socket one by one; None where that was not measured."""
        base = self.baseline
        return row.rate / base.rate if base is not None and base.rate > 0 else None

    def differences(self, row: Measured) -> list[Difference]:
        """Where the row's answers are not dnsburst's."""
        found = []
        for name, theirs in row.outcomes.items():
            result = self.reference.get(name)
            if result is not None and not agree(theirs, result):
                found.append(Difference(row.method, name, outcome_text(theirs), outcome_text(outcome_of(result))))
        return found

    def table(self) -> list[str]:
        """Lines of text, at most 80 columns: a heading and a row for each method."""
        rows = [("method", "names", "answered", "seconds", "lookups/s", "speed-up", "agree")]
        for row in self.rows:
            times = self.speed_up(row)
            total = len(row.outcomes)
            differing = len(self.differences(row))
            rows.append(
                (
                    row.method,
                    f"{total:,}",
                    f"{row.answered:,}",
                    f"{row.elapsed:.2f}",
                    f"{row.rate:,.0f}",
                    "-" if times is None else f"{times:,.0f} x" if times >= 10 else f"{times:.1f} x",
                    "all" if not differing else f"{total - differing:,}",
                )
            )
        return columns(rows, "lrrrrrr")

    def to_dict(self) -> dict[str, Any]:
        """The comparison as plain values that json.dumps takes; times in seconds."""
        return {
            "methods": [
                {
                    "method": row.method,
                    "names": len(row.outcomes),
                    "answered": row.answered,
                    "elapsed_s": round(row.elapsed, 6),
                    "lookups_per_s": round(row.rate, 1),
                    "speed_up": self.speed_up(row),
                    "differences": [
                        {"name": each.name, "theirs": each.theirs, "dnsburst": each.ours}
                        for each in self.differences(row)
                    ],
                }
                for row in self.rows
            ],
            "notes": self.notes,
        }


def read_names(path: str, column: str | None = None, count: int | None = None) -> list[str]:
    """The first ``count`` distinct addresses and names of a table, as ``dnsburst bulk`` reads it; others are left out.

    column: name or 1-based number; None: found by its content
    Raises ChoiceError, TableError.
    """
    from .bulk import formats, keys
    from .bulk.formats.open import open_reader
    from .bulk.source import Source

    source = Source(path)
    try:
        form = formats.by_name(path) or formats.by_content(source.sample().decode("latin-1"))
        reader = open_reader(form, source, formats.Choice(column))
        found: dict[keys.Question, str] = {}
        while (rows := reader.read()) is not None:
            if not rows.keys:
                time.sleep(_WAIT)
            for cell in rows.keys:
                try:
                    found.setdefault(keys.by_content(cell), keys.plain(cell))
                except InvalidName:
                    continue
                if len(found) == count:
                    return list(found.values())
        return list(found.values())
    finally:
        source.close()


def compare(
    names: Iterable[str],
    servers: Sequence[str] = (),
    budget: float = BUDGET,
    progress: Callable[[str], None] | None = None,
) -> Comparison:
    """Look up the names (addresses in reverse) by every method that can ask ``servers`` (default: the system's).

    budget: seconds for each method
    progress: told what is done next
    """
    names = list(dict.fromkeys(names))
    say = progress or (lambda _: None)
    say("asking all names once, before anything is measured")
    reference = dict(zip(names, ask_dnsburst(names, servers), strict=True))
    names = [name for name in names if reference[name].status != "INVALID"]
    comparison = Comparison([], reference)
    if len(names) < len(reference):
        comparison.notes.append(f"{len(reference) - len(names)} cells that are no name or address are left out")
    if stdlib_asks(servers):
        say(f"measuring {ONE_BY_ONE}")
        comparison.rows.append(measure_socket(names, budget))
        say(f"measuring socket, {THREADS} threads")
        comparison.rows.append(measure_threads(names, budget))
    else:
        comparison.notes.append(
            "socket is left out: it can only ask the servers of the system, on port 53 (`dnsburst demo` measures it)"
        )
    say("measuring aiodns")
    peer = measure_aiodns(names, servers, budget)
    if peer is None:
        comparison.notes.append("aiodns is left out: it is not installed")
    else:
        comparison.rows.append(peer)
    say("measuring dnsburst")
    row, _ = measure_dnsburst(names, servers)
    comparison.rows.append(row)
    if row.elapsed < _SHORT and len(names) < _MANY:
        comparison.notes.append(
            f"dnsburst had all {len(names):,} names in flight at once, so its figure is one wait for the server; "
            "it rises with the names (-n)"
        )
    if rates := [rate for server in servers or _system_servers() if (rate := _polite_rate(server)) < math.inf]:
        comparison.notes.append(
            f"dnsburst asks servers on the internet at most {sum(rates):,.0f} times a second unless told otherwise; "
            "the others have no such limit"
        )
    for row in comparison.rows:
        if len(row.outcomes) < len(names):
            comparison.notes.append(
                f"{row.method}: stopped after {row.elapsed:.0f} s with {len(row.outcomes):,} of {len(names):,} names; "
                "lookups/s is of those"
            )
    return comparison


def stdlib_asks(servers: Sequence[str]) -> bool:
    """Whether the socket module would ask just these servers (ADDR:PORT); none stands for the system's."""
    return not servers or set(servers) == set(_system_servers())


def measure_socket(names: Sequence[str], budget: float) -> Measured:
    """socket.gethostbyaddr and gethostbyname, one after the other."""
    outcomes: dict[str, Outcome] = {}
    start = time.monotonic()
    for name in names:
        outcomes[name] = ask_socket(name)
        if time.monotonic() - start > budget:
            break
    return Measured(ONE_BY_ONE, outcomes, time.monotonic() - start)


def measure_threads(names: Sequence[str], budget: float, threads: int = THREADS) -> Measured:
    """The same in a pool of threads."""
    found: list[tuple[str, Outcome]] = []
    lock = threading.Lock()
    source = iter(names)
    start = time.monotonic()

    def work() -> None:
        while time.monotonic() - start <= budget:
            with lock:
                name = next(source, None)
            if name is None:
                return
            found.append((name, ask_socket(name)))

    with ThreadPoolExecutor(threads) as pool:
        for future in [pool.submit(work) for _ in range(threads)]:
            future.result()
    return Measured(f"socket, {threads} threads", dict(found), time.monotonic() - start)


def measure_aiodns(names: Sequence[str], servers: Sequence[str], budget: float) -> Measured | None:
    """aiodns with each of AIODNS_CONCURRENCY; the best of them, or None where it is not installed."""
    try:
        import aiodns  # noqa: F401 - only whether it is there
    except ImportError:
        return None
    import asyncio

    questions = [(name, *_question(name)) for name in names]
    best: Measured | None = None
    levels = [level for level in AIODNS_CONCURRENCY if level < len(names)] or [AIODNS_CONCURRENCY[0]]
    for level in levels:
        row = asyncio.run(_run_aiodns(questions, servers, level, budget / len(levels)))
        if best is None or (row.answered == len(row.outcomes), row.rate) > (
            best.answered == len(best.outcomes),
            best.rate,
        ):
            best = row
    return best


def measure_dnsburst(names: Sequence[str], servers: Sequence[str]) -> tuple[Measured, dict[str, Result]]:
    """dnsburst.lookup_many: the row, and the results by name."""
    start = time.monotonic()
    results = ask_dnsburst(names, servers)
    elapsed = time.monotonic() - start
    by_name = dict(zip(names, results, strict=True))
    return Measured(LIBRARY, {name: outcome_of(result) for name, result in by_name.items()}, elapsed), by_name


def ask_dnsburst(names: Sequence[str], servers: Sequence[str]) -> list[Result]:
    """The result for each name: PTR for addresses, A for names."""
    from . import blocking

    settings: dict[str, Any] = {"servers": list(servers)} if servers else {}
    return list(blocking.lookup_many(names, **settings))


def ask_socket(name: str) -> Outcome:
    """What the socket module says."""
    try:
        if is_address(name):
            host, aliases, _ = socket.gethostbyaddr(name)
            # An alias chain (RFC 2317) shows as an alias that is the reverse name itself.
            return frozenset(fold(each) for each in (host, *aliases) if not each.lower().endswith(".arpa"))
        # The final dot keeps the search list out: the other methods ask for the name as it is.
        return frozenset((socket.gethostbyname(_question(name)[0] + "."),))
    except socket.herror as error:
        return _ABSENT if error.errno in _HERROR_ABSENT else _error_text(error)
    except socket.gaierror as error:
        return _ABSENT if error.errno in (socket.EAI_NONAME, socket.EAI_NODATA) else _error_text(error)
    except (OSError, UnicodeError) as error:
        return _error_text(error)


def outcome_of(result: Result) -> Outcome:
    """What dnsburst says, in the terms of this module."""
    if result.status == "NOERROR":
        return frozenset(fold(record.text) for record in result.records)
    if result.status in ("NXDOMAIN", "NODATA"):
        return _ABSENT
    return f"{result.status}: {result.error}" if result.error else result.status


def agree(theirs: Outcome, result: Result) -> bool:
    """Whether another method's outcome fits dnsburst's result.

    gethostbyname gives one address of several and gethostbyaddr, in some C libraries, one name of several and none
    that is no hostname; so theirs may be a part of ours. Two failures agree, whatever their reasons.
    """
    ours = outcome_of(result)
    if isinstance(theirs, str) or isinstance(ours, str):
        return isinstance(theirs, str) and isinstance(ours, str)
    if not theirs:
        return not ours or (result.rdtype == "PTR" and not any(record.hostname_safe for record in result.records))
    return theirs <= ours


def outcome_text(outcome: Outcome) -> str:
    """The outcome for people to read, printable ASCII."""
    if isinstance(outcome, str):
        return printable(f"no answer ({outcome})")
    return printable(" ".join(sorted(outcome))) if outcome else "does not exist"


def fold(name: str) -> str:
    """A name as far as it is compared: lower case, no final dot."""
    return name.lower().rstrip(".") or "."


def _system_servers() -> list[str]:
    from ._io.system import resolv_conf

    try:
        return list(map(str, resolv_conf().nameservers))
    except DNSError:
        return []


def _polite_rate(server: str) -> float:
    from ._engine.address import ServerAddress, polite_rate

    return polite_rate(ServerAddress.from_text(server).host)


async def _run_aiodns(
    questions: Sequence[tuple[str, str, str]], servers: Sequence[str], concurrency: int, budget: float
) -> Measured:
    import asyncio

    import aiodns

    outcomes: dict[str, Outcome] = {}
    source = iter(questions)
    resolver = aiodns.DNSResolver(nameservers=list(servers) or None)
    start = time.monotonic()

    async def work() -> None:
        for name, asked, rdtype in source:
            try:
                answer = await resolver.query_dns(asked, rdtype)
            except aiodns.error.DNSError as error:
                absent = error.args[0] in (aiodns.error.ARES_ENOTFOUND, aiodns.error.ARES_ENODATA)
                outcomes[name] = _ABSENT if absent else printable(error.args[-1])
            else:
                outcomes[name] = frozenset(_texts(answer.answer))
            if time.monotonic() - start > budget:
                return

    await asyncio.gather(*(work() for _ in range(min(concurrency, len(questions)))))
    elapsed = time.monotonic() - start
    await resolver.close()
    return Measured(f"aiodns, {concurrency:,} at once", outcomes, elapsed)


def _texts(records: Iterable[Any]) -> Iterable[str]:
    """The PTR targets and IPv4 addresses among pycares' records."""
    for record in records:
        text = getattr(record.data, "dname", None) or getattr(record.data, "addr", None)
        if text is not None:
            yield fold(text)


def _question(name: str) -> tuple[str, str]:
    return (to_text(reverse_name(name)), "PTR") if is_address(name) else (to_text(from_text(name)), "A")


def _error_text(error: Exception) -> str:
    return printable(getattr(error, "strerror", None) or error)
