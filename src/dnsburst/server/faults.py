"""Faults on purpose: delay, loss, a rate limit and truncation, decided without a clock or a socket."""

# Rules of the faults.
# 1. Each random choice comes from the Random given, in the order of the calls: one seed, one run.
# 2. Loss strikes each datagram on its own: a query with its chance, and the reply to it with the same chance again.
# 3. The limit counts what arrived (rule 2 goes first) and is one token bucket for the whole server.
# 4. A reply is never earlier than its delay.

from __future__ import annotations

import heapq
from random import Random
from typing import Final, Generic, TypeVar

from ..errors import ConfigurationError

LIMIT_MODES: Final = ("drop", "refuse", "servfail", "truncate")

#: Seconds of the limit that may come at once after a pause; one query always may.
BURST_SECONDS: Final = 0.020
#: Seconds that replies held back are gathered over before they go out together.
TICK_SECONDS: Final = 0.0005

_Item = TypeVar("_Item")


class Faults:
    """What goes wrong, and how often.

    delay: seconds added to every reply; jitter: seconds, each reply takes up to so much more, evenly spread
    loss: share of the datagrams lost, 0 to 1, of queries and of replies alike
    limit: queries per second that are answered, None for all; ``limit_mode`` is what the others get, of LIMIT_MODES
    truncate: share of the replies over UDP that are cut to an empty one with TC set, 0 to 1
    Raises ConfigurationError for values out of range.

    >>> zones = dnsburst.server.Zones.from_pairs([("192.0.2.7", "seven.example.com")])
    >>> with dnsburst.server.Server(zones, faults=dnsburst.server.Faults(truncate=1.0)) as server:
    ...     dnsburst.reverse("192.0.2.7", servers=[server.address]).tries, server.stats.tcp_queries
    (2, 1)
    """

    __slots__ = (
        "_burst",
        "_filled_at",
        "_random",
        "_tokens",
        "active",
        "delay",
        "holds",
        "jitter",
        "limit",
        "limit_mode",
        "loss",
        "truncate",
    )

    def __init__(
        self,
        *,
        delay: float = 0.0,
        jitter: float = 0.0,
        loss: float = 0.0,
        limit: float | None = None,
        limit_mode: str = "drop",
        truncate: float = 0.0,
        random: Random | None = None,
    ) -> None:
        if not (0 <= delay < float("inf") and 0 <= jitter < float("inf")):
            raise ConfigurationError("delay and jitter are seconds, 0 or more")
        if not (0 <= loss <= 1 and 0 <= truncate <= 1):
            raise ConfigurationError("loss and truncate are shares from 0 to 1")
        if limit is not None and not 0 < limit < float("inf"):
            raise ConfigurationError("the limit is a number of queries per second over 0")
        if limit_mode not in LIMIT_MODES:
            raise ConfigurationError(f"the limit mode is one of {', '.join(LIMIT_MODES)}")
        self.delay = delay
        self.jitter = jitter
        self.loss = loss
        self.limit = limit
        self.limit_mode = limit_mode
        self.truncate = truncate
        self.holds = delay > 0 or jitter > 0
        self.active = self.holds or loss > 0 or limit is not None or truncate > 0
        self._random = random if random is not None else Random()
        self._burst = max(1.0, (limit or 0.0) * BURST_SECONDS)
        self._tokens = self._burst
        self._filled_at: float | None = None

    def loses(self) -> bool:
        """True where the datagram at hand is lost."""
        return self.loss > 0 and self._random.random() < self.loss

    def admits(self, now: float) -> bool:
        """True where the query that arrives at ``now`` (seconds, not before the last one's) is within the limit."""
        if self.limit is None:
            return True
        if self._filled_at is not None:
            self._tokens = min(self._burst, self._tokens + (now - self._filled_at) * self.limit)
        self._filled_at = now
        # Sums of floats fall short of a whole token by less than this.
        if self._tokens < 1.0 - 1e-9:
            return False
        self._tokens -= 1.0
        return True

    def truncates(self) -> bool:
        """True where the reply at hand is cut."""
        return self.truncate > 0 and self._random.random() < self.truncate

    def due(self, now: float) -> float:
        """When the reply to a query that arrived at ``now`` goes out."""
        if self.jitter:
            return now + self.delay + self._random.random() * self.jitter
        return now + self.delay


class Held(Generic[_Item]):
    """Things held back until their time, in buckets of TICK_SECONDS: no timer, no object for each."""

    __slots__ = ("_buckets", "_ticks")

    def __init__(self) -> None:
        self._buckets: dict[int, list[_Item]] = {}
        self._ticks: list[int] = []

    def add(self, due: float, item: _Item) -> None:
        """Hold ``item`` until ``due``, rounded up to the next tick."""
        tick = int(due / TICK_SECONDS) + 1
        bucket = self._buckets.get(tick)
        if bucket is None:
            self._buckets[tick] = [item]
            heapq.heappush(self._ticks, tick)
        else:
            bucket.append(item)

    def next_due(self) -> float | None:
        """When ``take`` will have something, None while nothing is held."""
        return self._ticks[0] * TICK_SECONDS if self._ticks else None

    def take(self, now: float) -> list[_Item]:
        """All that is due at ``now``: by tick, within one in the order of adding."""
        ticks = self._ticks
        if not ticks or ticks[0] * TICK_SECONDS > now:
            return []
        items: list[_Item] = []
        while ticks and ticks[0] * TICK_SECONDS <= now:
            items += self._buckets.pop(heapq.heappop(ticks))
        return items
