"""Awaits that are due, woken in good order: the oldest first, and few in each turn of the loop."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncio import Future

#: Woken in one turn. What is made to wake a task is freed in the next turn, so that Python's collector does not count
#: the 700 new objects that start it: where tens of thousands wait, it may go on to all their tasks, and keep them
#: waiting for longer than a lifetime may be overrun.
SLICE = 128
#: Those that began within the same so many parts of a second are of one age.
AGES = 250


class Awaits:
    """Futures that are due, by when whoever waits for them began to wait."""

    __slots__ = ("_ages", "_by_age")

    def __init__(self) -> None:
        self._by_age: dict[int, list[Future[None]]] = {}
        #: A heap of the ages there are.
        self._ages: list[int] = []

    def __bool__(self) -> bool:
        return bool(self._ages)

    def add(self, futures: list[Future[None]], since: dict[Future[None], float]) -> None:
        """These are due, but for those that are not in ``since`` any more: nobody waits for them."""
        for future in futures:
            start = since.get(future)
            if start is None:
                continue
            age = int(start * AGES)
            same = self._by_age.get(age)
            if same is None:
                same = self._by_age[age] = []
                heappush(self._ages, age)
            same.append(future)

    def take(self, most: float = SLICE) -> list[Future[None]]:
        """The oldest, at most so many."""
        taken: list[Future[None]] = []
        while self._ages and len(taken) < most:
            same = self._by_age[self._ages[0]]
            left = int(min(most - len(taken), len(same)))
            taken += same[:left]
            del same[:left]
            if not same:
                del self._by_age[heappop(self._ages)]
        return taken


def wake(futures: list[Future[None]]) -> None:
    """End what waits for them, unless it was cancelled."""
    for future in futures:
        if not future.done():
            future.set_result(None)
