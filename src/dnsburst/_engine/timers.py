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
    """Items by deadline, in ticks of 4 ms."""

    __slots__ = ("_buckets", "_ticks")

    def __init__(self) -> None:
        self._buckets: dict[int, list[Any]] = {}
        self._ticks: list[int] = []

    def add(self, deadline: float, item: Any) -> None:
        """Have ``item`` come out of ``expired`` once ``deadline`` (monotonic seconds) has passed."""
        tick = int(deadline * 250.0) + 1
        bucket = self._buckets.get(tick)
        if bucket is None:
            self._buckets[tick] = [item]
            heappush(self._ticks, tick)
        else:
            bucket.append(item)

    def expired(self, now: float) -> list[Any]:
        """The items whose deadline has passed, in order of their ticks; each comes out once."""
        items: list[Any] = []
        current = int(now * 250.0)
        while self._ticks and self._ticks[0] <= current:
            items += self._buckets.pop(heappop(self._ticks))
        return items

    def next_deadline(self) -> float:
        """When ``expired`` will next have something; infinity if nothing waits."""
        return self._ticks[0] * TICK if self._ticks else inf
