"""The tries of one channel that wait, by message ID."""

# Rules.
# 1. The queries of a channel are numbered as they are sent, and the number gives the ID: so no ID is used twice on it
#    (RFC 5452, 9.2), and whoever has seen none cannot tell the next.
# 2. Tries stand in a ring, by number. They are mostly answered in about the order in which they were sent, so what is
#    used stands together. Where the place of the next is still taken, the ring becomes twice as large.
# 3. Once its answer has come a try is here no more; that its ID was used can be told from its number.

from __future__ import annotations

from .identifiers import Identifiers
from .lookup import Try

#: Places at first: a power of two.
FIRST_PLACES = 64


class Pending:
    """Tries that wait for an answer; ``count`` of them."""

    __slots__ = ("_identifiers", "_mask", "_next", "_places", "count")

    def __init__(self) -> None:
        self._identifiers = Identifiers()
        self._places: list[Try | None] = [None] * FIRST_PLACES
        self._mask = FIRST_PLACES - 1
        self._next = 0
        self.count = 0

    def add(self, attempts: list[Try]) -> int:
        """Number these, and have them wait; returns the number of the first. There are 65,536."""
        first = sequence = self._next
        places = self._places
        mask = self._mask
        for attempt in attempts:
            while places[sequence & mask] is not None:
                self._grow()
                places = self._places
                mask = self._mask
            places[sequence & mask] = attempt
            attempt.sequence = sequence
            sequence += 1
        self._next = sequence
        self.count += sequence - first
        return first

    def query_id(self, attempt: Try) -> int:
        """The message ID of one that was added."""
        return self._identifiers.identifier(attempt.sequence)

    def find(self, query_id: int) -> Try | None:
        """The try that waits with this ID, if any."""
        sequence = self._identifiers.sequence(query_id)
        attempt = self._places[sequence & self._mask]
        if attempt is None or attempt.sequence != sequence:
            return None
        return attempt

    def was_used(self, query_id: int) -> bool:
        """Whether a query was sent with this ID."""
        return self._identifiers.sequence(query_id) < self._next

    def is_of(self, query_id: int, attempt: Try) -> bool:
        """Whether this is the ID of this try, which need not wait any more."""
        return self._identifiers.sequence(query_id) == attempt.sequence

    def remove(self, attempt: Try) -> None:
        """It waits no more."""
        self._places[attempt.sequence & self._mask] = None
        self.count -= 1

    def remove_all(self, attempts: list[Try]) -> None:
        """None of these waits any more."""
        places = self._places
        mask = self._mask
        for attempt in attempts:
            places[attempt.sequence & mask] = None
        self.count -= len(attempts)

    def waiting(self, first: int, end: int) -> list[Try]:
        """Those that still wait, of the tries from number ``first`` up to ``end``."""
        places = self._places
        mask = self._mask
        waiting: list[Try] = []
        for sequence in range(first, end):
            attempt = places[sequence & mask]
            if attempt is not None and attempt.sequence == sequence:
                waiting.append(attempt)
        return waiting

    def tries(self) -> list[Try]:
        """All that wait."""
        return [attempt for attempt in self._places if attempt is not None]

    def _grow(self) -> None:
        old = self._places
        mask = self._mask = 2 * self._mask + 1
        places = self._places = [None] * (mask + 1)
        for attempt in old:
            if attempt is not None:
                places[attempt.sequence & mask] = attempt
