"""The figures of a run: counted while it goes on, told at its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Protocol

from .._engine.nameserver import quantile
from .._text import printable

#: Rows of the time line at most: a long run has them further apart.
MOST_MOMENTS = 3600


class Server(Protocol):
    """The figures of one server: those of a Nameserver, or of several that are the same server."""

    text: str

    @property
    def sent(self) -> int: ...
    @property
    def answered(self) -> int: ...
    @property
    def timeouts(self) -> int: ...
    @property
    def rate(self) -> float: ...
    @property
    def loss(self) -> float: ...
    @property
    def rtt_bins(self) -> Sequence[int]: ...


class Timeline:
    """What happened in each second, for plotting."""

    __slots__ = ("_last", "_moments", "_start")

    def __init__(self, now: float) -> None:
        self._start = now
        self._last = (0, 0, 0)
        self._moments: list[dict[str, float]] = []

    def add(self, servers: Sequence[Server], in_flight: int, now: float) -> None:
        """Note what was sent, answered and timed out since the last call."""
        counts = tuple(sum(getattr(server, name) for server in servers) for name in ("sent", "answered", "timeouts"))
        sent, answered, timeouts = (new - old for new, old in zip(counts, self._last, strict=True))
        self._last = counts
        moment = {
            "t": round(now - self._start, 2),
            "sent": sent,
            "answered": answered,
            "timeouts": timeouts,
            "rate": round(sum(server.rate for server in servers), 1),
            "in_flight": in_flight,
        }
        self._moments.append(moment)
        if len(self._moments) > MOST_MOMENTS:
            odd = self._moments[len(self._moments) & ~1 :]
            self._moments = [_together(*pair) for pair in zip(*[iter(self._moments)] * 2, strict=False)] + odd

    def rows(self) -> list[dict[str, float]]:
        """The moments, oldest first."""
        return self._moments


def _together(one: dict[str, float], other: dict[str, float]) -> dict[str, float]:
    return {**other, **{name: one[name] + other[name] for name in ("sent", "answered", "timeouts")}}


class Summary:
    """The figures of one run.

    rows_in, rows_out: of the whole table, also those an earlier run wrote (``rows_resumed``)
    statuses: of the rows this run wrote; with several types, of each type
    """

    def __init__(self) -> None:
        self.rows_in = 0
        self.rows_out = 0
        self.rows_resumed = 0
        self.unique_lookups = 0
        self.repeats = 0
        self.cached = 0
        self.elapsed = 0.0
        self.statuses: Counter[str] = Counter()
        self.servers: Sequence[Server] = ()
        self.timeline: list[dict[str, float]] = []
        self.ended = "complete"

    def as_dict(self) -> dict[str, Any]:
        """What ``--summary`` holds; see the contract. Times in s or, where the name says so, in ms."""
        rows = self.rows_in - self.rows_resumed
        counted = [server.rtt_bins for server in self.servers if server.rtt_bins]
        rtt_bins = [sum(counts) for counts in zip(*counted, strict=True)]
        return {
            "rows_in": self.rows_in,
            "rows_out": self.rows_out,
            "rows_resumed": self.rows_resumed,
            "unique_lookups": self.unique_lookups,
            "queries_sent": sum(server.sent for server in self.servers),
            "elapsed_s": round(self.elapsed, 3),
            "lookups_per_s": round(self.unique_lookups / self.elapsed, 1) if self.elapsed > 0 else 0.0,
            "hit_rate": round(self.repeats / rows, 4) if rows else 0.0,
            "cache_hits": self.cached,
            "ended": self.ended,
            "status": self._by_status(),
            "servers": [
                {
                    "server": server.text,
                    "sent": server.sent,
                    "answered": server.answered,
                    "timeouts": server.timeouts,
                    "rtt_ms_p50": _ms(quantile(server.rtt_bins, 0.5)),
                    "rtt_ms_p95": _ms(quantile(server.rtt_bins, 0.95)),
                    "rate": round(server.rate, 1),
                    "loss": round(server.loss, 4),
                }
                for server in self.servers
            ],
            "latency_ms": {f"p{percent}": _ms(quantile(rtt_bins, percent / 100)) for percent in (50, 95, 99)},
            "timeline": self.timeline,
        }

    def lines(self) -> list[str]:
        """The same for people."""
        facts = self.as_dict()
        lines = [
            f"{facts['rows_out']:,} rows"
            + (f" ({facts['rows_resumed']:,} of them from before)" if facts["rows_resumed"] else "")
            + f" in {facts['elapsed_s']:,.1f} s: {facts['unique_lookups']:,} lookups"
            f" ({facts['lookups_per_s']:,.0f}/s), {facts['queries_sent']:,} queries sent"
            + (f", {facts['hit_rate']:.0%} of the rows were repeats" if self.repeats else "")
        ]
        if facts["status"]:
            lines.append("  " + ", ".join(f"{status} {count:,}" for status, count in facts["status"].items()))
        latency = facts["latency_ms"]
        if latency["p50"] is not None:
            lines.append(
                "  answers within " + ", ".join(f"{value:,.1f} ms ({name})" for name, value in latency.items())
            )
        for server in facts["servers"]:
            rtt = f", {server['rtt_ms_p50']:,.1f} ms" if server["rtt_ms_p50"] is not None else ""
            lines.append(
                f"  {printable(server['server'])}: {server['sent']:,} sent, {server['answered']:,} answered,"
                f" {server['timeouts']:,} timed out{rtt}, {server['rate']:,.0f}/s, loss {server['loss']:.1%}"
            )
        return lines

    def _by_status(self) -> dict[str, int]:
        counts: Counter[str] = Counter()
        for statuses, count in self.statuses.items():
            for status in statuses.split():
                counts[status] += count
        return dict(counts.most_common())


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 3)
