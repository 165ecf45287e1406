"""What has been found out in this run, for the rows that ask it again."""

# Rules.
# 1. Records are kept for their TTL, absence as RFC 2308, section 5 says; what has TTL 0 is not kept.
# 2. A failure is kept for five minutes (RFC 9520, 3.2 allows no more): a name that fails after 10 s must not do so for
#    each of its rows. Absence without an SOA is kept for as long as RFC 9520 lets a failure be kept at least.
# 3. Memory is bounded: two generations; when the young one is full it becomes the old one, and what was not asked for
#    in the meantime is forgotten: two for each that comes, for to take them all apart at once would hold up what is in
#    flight.

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .._engine.lookup import Lookup

#: Entries of a generation.
GENERATION = 64_000
FAILURE_TTL = 300.0
UNDATED_TTL = 1.0

_ABSENT = ("NXDOMAIN", "NODATA")


class Known:
    """Outcomes by key; an outcome is anything whose ``expires`` is until when it counts, in seconds of the loop.

    hits: rows that asked nothing of their own, as counted by whoever asks
    """

    __slots__ = ("_fading", "_most", "hits", "old", "young")

    def __init__(self) -> None:
        self.young: dict[Any, Any] = {}
        self.old: dict[Any, Any] = {}
        self._fading: dict[Any, Any] = {}
        self.hits = 0
        self._most = GENERATION

    def get(self, key: Any, now: float) -> Any:
        """The outcome for this key, None if there is none that still counts."""
        entry = self.young.get(key)
        if entry is None:
            entry = self.old.get(key)
            if entry is None:
                return None
            self.put(key, entry)
        return entry if entry.expires > now else None

    def put(self, key: Any, outcome: Any) -> None:
        """Remember this outcome; a new generation starts if the young one is full."""
        self.young[key] = outcome
        self.turn()

    def turn(self) -> None:
        """Start a new generation if the young one is full: for whoever puts into ``young`` itself."""
        fading = self._fading
        for _ in range(len(fading) - max(0, self._most - 2 * len(self.young))):
            fading.popitem()
        if not fading:
            fading.clear()  # gives back its table, too
        if len(self.young) >= self._most:
            self._fading = self.old
            self.old = self.young
            self.young = {}


def lifetime(lookup: Lookup) -> float:
    """Seconds for which the outcome of this lookup may be used again."""
    status = lookup.status
    ttl = lookup.ttl
    if status == "NOERROR" or (status in _ABSENT and ttl >= 0):
        return float(ttl)
    return UNDATED_TTL if status in _ABSENT else FAILURE_TTL


#: Of what needs no server to be known.
ALWAYS = inf
