"""The figures that are aimed at, each held against what one run measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from . import contenders
from .contenders import Figures
from .report import Report, Target

# What is measured beside the contenders: keys of Report.extra.
FAR_BULK = "far-bulk"
FAR_SOCKET = "far-socket"
MEMORY_SMALL = "memory-1m"
MEMORY_LARGE = "memory-5m"
ONE_WORKER = "bulk-workers-1"
WORKERS = "bulk-workers-2"
ONE_WORKER_SPREAD = "bulk-workers-1-spread"
WORKERS_SPREAD = "bulk-workers-2-spread"
LOOKUP = "start-lookup"
IMPORT_CLICK = "start-import-click"

_MB = 1e6


def targets(report: Report) -> list[Target]:
    """Every target; those whose parts were not measured have no value."""
    return list(_targets(report))


def _targets(report: Report) -> Iterator[Target]:
    def cpu(key: str, base: str) -> float | None:
        return _quotient(report, key, base, lambda figures: figures.cpu_us)

    def wall(key: str, base: str) -> float | None:
        return _quotient(report, key, base, lambda figures: figures.wall)

    def rate(key: str, base: str) -> float | None:
        return _quotient(report, key, base, lambda figures: figures.rate)

    fast, pure, massdns, floor = contenders.COMPILED, contenders.PURE, contenders.MASSDNS, contenders.FLOOR
    yield _at_most("bulk, compiled: CPU per lookup", 0.85, "massdns", cpu(fast, massdns))
    yield _at_most("the same, the goal beyond", 1.5, "C floor", cpu(fast, floor))
    yield _at_most("bulk, compiled: wall time", 0.6, "massdns", wall(fast, massdns))
    yield _at_most("bulk, pure Python: CPU per lookup", 1.7, "massdns", cpu(pure, massdns))
    yield _at_least("Resolver.stream: lookups/s", 10, "aiodns", rate(contenders.STREAM, contenders.AIODNS))
    yield _at_least("Resolver.stream: lookups/s", 5, "blastdns", rate(contenders.STREAM, contenders.BLASTDNS))
    yield _at_least("1,000 coroutines: lookups/s", 5, "aiodns", rate(contenders.QUERY, contenders.AIODNS))
    yield _at_least("1,000 coroutines: lookups/s", 25, "dnspython", rate(contenders.QUERY, contenders.DNSPYTHON))
    far = rate(FAR_BULK, FAR_SOCKET)
    yield _at_least("server 20-40 ms away, bulk: lookups/s", 500, "gethostbyaddr one by one", far)
    yield _at_least("the same, the goal beyond", 2000, "gethostbyaddr one by one", far)
    small, large = report.figures(MEMORY_SMALL), report.figures(MEMORY_LARGE)
    peak = large.peak / _MB if large else None
    yield Target(
        "peak memory, bulk of 5,000,000 rows",
        "≤ 120 MB",
        peak,
        _text(peak, " MB"),
        None if peak is None else peak <= 120,
    )
    grown = (large.peak - small.peak) / _MB if large and small else None
    yield Target(
        "the same, over that of 1,000,000",
        "≤ 10 MB",
        grown,
        _text(grown, " MB"),
        None if grown is None else grown <= 10,
    )
    yield _at_most("--workers 2: CPU per lookup", 1.1, "one worker", cpu(WORKERS, ONE_WORKER))
    spread = cpu(WORKERS_SPREAD, ONE_WORKER_SPREAD)
    yield _at_most("the same, one of them beside the server", 1.1, "one worker", spread)
    yield _at_most("`dnsburst lookup` of one name", 2.5, "import click", wall(LOOKUP, IMPORT_CLICK))


def _quotient(report: Report, key: str, base: str, part: Callable[[Figures], float]) -> float | None:
    own, against = report.figures(key), report.figures(base)
    if own is None or against is None:
        return None
    return part(own) / part(against)


def _at_most(work: str, aim: float, of: str, value: float | None) -> Target:
    return Target(work, f"≤ {aim:g} × {of}", value, _text(value, " ×"), None if value is None else value <= aim)


def _at_least(work: str, aim: float, of: str, value: float | None) -> Target:
    return Target(work, f"≥ {aim:,g} × {of}", value, _text(value, " ×"), None if value is None else value >= aim)


def _text(value: float | None, unit: str) -> str:
    if value is None:
        return "-"
    return f"{value:.2f}{unit}" if abs(value) < 20 else f"{value:,.0f}{unit}"
