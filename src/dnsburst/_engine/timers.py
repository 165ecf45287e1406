"""Deadlines of many, in few: a FIFO per tick of time, and a heap of the ticks that are in use."""

# Nothing is ever cancelled: what has become pointless is noticed when its tick comes. So an entry costs one append,
# and the heap holds at most one number per tick, however many thousand deadlines fall into it.

from __future__ import annotations

from heapq import heappop, heappush
from math import inf
from typing import Any

#: Seconds. Deadlines are rounded up to it, so nothing expires early, and at most this late.
TICK = 0.004


class Timers:
    """Items, each with a detail of it, by deadline, in ticks of 4 ms."""

    __slots__ = ("_buckets", "_last", "_last_tick", "_ticks")

    def __init__(self) -> None:
        self._buckets: dict[float, list[Any]] = {}
        # Deadlines come in runs: the bucket that was used last, while it is there.
        self._last: list[Any] = []
        self._last_tick = -1.0
        self._ticks: list[float] = []

    def add(self, deadline: float, item: Any, detail: Any = None) -> None:
        """Have ``item`` come out of ``expired`` once ``deadline`` (monotonic seconds) has passed."""
        tick = deadline * 250.0 // 1.0 + 1.0
        if tick != self._last_tick:
            self._turn_to(tick)
        bucket = self._last
        bucket.append(item)
        bucket.append(detail)

    def add_all(self, deadline: float, item: Any, details: list[Any]) -> None:
        """The same for an item with each of these details."""
        tick = deadline * 250.0 // 1.0 + 1.0
        if tick != self._last_tick:
            self._turn_to(tick)
        bucket = self._last
        for detail in details:
            bucket.append(item)
            bucket.append(detail)

    def expired(self, now: float) -> list[Any]:
        """The items whose deadline has passed, in order of their ticks, each with its detail behind it, and once."""
        items: list[Any] = []
        current = now * 250.0
        while self._ticks and self._ticks[0] <= current:
            items += self._buckets.pop(heappop(self._ticks))
            self._last_tick = -1.0
        return items

    def next_deadline(self) -> float:
        """When ``expired`` will next have something; infinity if nothing waits."""
        return self._ticks[0] * TICK if self._ticks else inf

    def _turn_to(self, tick: float) -> None:
        bucket = self._buckets.get(tick)
        if bucket is None:
            bucket = self._buckets[tick] = []
            heappush(self._ticks, tick)
        self._last = bucket
        self._last_tick = tick
