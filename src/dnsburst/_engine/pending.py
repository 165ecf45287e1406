"""The tries of one channel by message ID."""

# Rules.
# 1. An ID leads to one place, by its low bits. It is drawn at random (RFC 5452, 9.2), and again where its place is
#    taken: so nothing is ever searched for, and which ID comes next is as unknown as if there were no places.
# 2. At most half of the places are taken: a second draw or a third finds one. Beyond that they become twice as many.
# 3. Of a try that was answered no more than its ID is kept, so that it is not used again.

from __future__ import annotations

from typing import Any

from .identifiers import Identifiers
from .lookup import ANSWERED, Try, new_lookup

#: Places at first, a power of two; and one for each ID at most.
FIRST_PLACES = 64
MOST_PLACES = 65536

_MOST_PLACES = MOST_PLACES

#: What stands for every try that was answered.
ANSWERED_TRY = Try.__new__(Try)
ANSWERED_TRY.lookup = new_lookup(b"", 0, b"", b"", None)
ANSWERED_TRY.lookup.status = "ENDED"
ANSWERED_TRY.state = ANSWERED
_ANSWERED_TRY = ANSWERED_TRY


class Pending:
    """IDs that are taken, each with its try or that of all that were answered; ``count`` of them."""

    __slots__ = ("_mask", "_places", "count")

    def __init__(self) -> None:
        # None, a try, or the ID of one that was answered.
        self._places: list[Any] = [None] * FIRST_PLACES
        self._mask = FIRST_PLACES - 1
        self.count = 0

    def add(self, attempts: list[Try], identifiers: Identifiers) -> list[int]:
        """Give each of these an ID that nothing else has; returns the IDs."""
        self.count += len(attempts)
        while 2 * self.count > self._mask + 1 and self._mask < _MOST_PLACES - 1:
            self._grow()
        places = self._places
        mask = self._mask
        query_ids: list[int] = []
        for attempt in attempts:
            at = identifiers.draw()
            while places[at & mask] is not None:
                at = identifiers.draw()
            places[at & mask] = attempt
            query_id = attempt.query_id = at  # in C that is a number, and this the object that is kept
            query_ids.append(query_id)
        return query_ids

    def find(self, query_id: int) -> Try | None:
        """The try that has this ID, if any."""
        item = self._places[query_id & self._mask]
        if item is None:
            return None
        if type(item) is Try:
            attempt: Try = item
            taken = attempt.query_id
        else:
            attempt = _ANSWERED_TRY
            taken = item
        return attempt if taken == query_id else None

    def keep_id(self, attempt: Try) -> None:
        """It was answered, and nothing that comes for it can count any more."""
        query_id = attempt.query_id
        at = query_id
        self._places[at & self._mask] = query_id

    def keep_ids(self, attempts: list[Try]) -> None:
        """The same for each of these."""
        places = self._places
        mask = self._mask
        for attempt in attempts:
            query_id = attempt.query_id
            at = query_id
            places[at & mask] = query_id

    def remove(self, query_id: int) -> None:
        """This ID, which is there, may be used again."""
        self._places[query_id & self._mask] = None
        self.count -= 1

    def release(self, query_ids: list[int]) -> list[Try]:
        """These IDs, which are there, may be used again, but for those of tries that were not answered: those tries."""
        places = self._places
        mask = self._mask
        waiting: list[Try] = []
        for query_id in query_ids:
            item = places[query_id & mask]
            if type(item) is Try:
                waiting.append(item)
            else:
                places[query_id & mask] = None
        self.count -= len(query_ids) - len(waiting)
        return waiting

    def tries(self) -> list[Try]:
        """Those that were not answered."""
        return [item for item in self._places if type(item) is Try]

    def _grow(self) -> None:
        old = self._places
        mask = self._mask = 2 * self._mask + 1
        places = self._places = [None] * (mask + 1)
        for item in old:
            if item is not None:
                query_id = item.query_id if type(item) is Try else item
                places[query_id & mask] = item
