"""What was learned, for as long as it may be believed (RFC 1035, 2308, 9520)."""

# Rules.
# 1. Records live as long as the smallest TTL of their chain, at most a day. TTL 0 is not kept.
# 2. Absence (NXDOMAIN and NODATA alike) lives as long as the SOA record that came with it says: the smaller of its TTL
#    and its MINIMUM (RFC 2308, 5). Without SOA it is not kept.
# 3. Failures live FAILURE_TTL seconds (RFC 9520, 3.2: at least 1, at most 300). What failed on this machine
#    (NETERROR), or was never sent, is no failure of the name and is not kept.
# 4. An answer that was cut off, or is odd in a way that is noted in its ``error``, is not kept.
# 5. The least recently used go first, a few at a time where there are many. An answer of more than MAX_OCTETS is not
#    kept, so that the bound on their number is a bound on memory.

from __future__ import annotations

from itertools import islice
from typing import NamedTuple

from ._engine.lookup import Lookup
from ._wire.message import question, question_key

_bytes = bytes
_float = float
_int = int

#: Seconds.
FAILURE_TTL = 5
#: Octets of RDATA in one answer.
MAX_OCTETS = 4096


class CacheInfo(NamedTuple):
    """As functools has it, for a cache of lookups.

    hits, misses: lookups answered out of the cache and not; maxsize: answers kept at most; currsize: kept now

    >>> dnsburst.CacheInfo(hits=3, misses=1, maxsize=4096, currsize=1).hits
    3
    """

    hits: int
    misses: int
    maxsize: int
    currsize: int


class Cache:
    """The lookups that ended last, at most ``maxsize``; ``now`` is monotonic seconds throughout."""

    __slots__ = ("_entries", "_hits", "_maxsize", "_misses")

    def __init__(self, maxsize: int) -> None:
        self._maxsize = maxsize
        #: Question in lower case -> lookup; what was used last stands last.
        self._entries: dict[bytes, Lookup] = {}
        self._hits = 0
        self._misses = 0

    def get(self, name: _bytes, rdtype: _int, now: _float) -> tuple[Lookup, int] | None:
        """The lookup kept for the wire name and its age in seconds, or None."""
        return self.find(question_key(name, rdtype, question(name, rdtype)), now)

    def find(self, key: _bytes, now: _float) -> tuple[Lookup, int] | None:
        """The same for a question in lower case."""
        lookup = self._entries.get(key)
        if lookup is not None:
            del self._entries[key]
            if now < lookup.until:
                self._hits += 1
                self._entries[key] = lookup
                return lookup, int(now - lookup.since)
        self._misses += 1
        return None

    def add(self, lookups: list[Lookup], now: _float) -> None:
        """Keep those lookups that may be kept of some that have ended."""
        entries = self._entries
        for lookup in lookups:
            ttl = _time_to_live(lookup)
            if ttl > 0:
                lookup.since = now
                lookup.until = now + ttl
                before = len(entries)
                entries[lookup.key] = lookup
                if len(entries) == before:  # it was known: what was learned last stands last
                    del entries[lookup.key]
                    entries[lookup.key] = lookup
        excess = len(entries) - self._maxsize
        if excess > 0:
            # Where a dict starts is found by going over all that was deleted there: not for each.
            for key in list(islice(entries, max(excess, self._maxsize // 16))):
                del entries[key]

    def info(self) -> CacheInfo:
        """Its figures."""
        return CacheInfo(self._hits, self._misses, self._maxsize, len(self._entries))

    def clear(self) -> None:
        """Forget everything, the figures too."""
        self._entries.clear()
        self._hits = self._misses = 0


def _time_to_live(lookup: Lookup) -> _int:
    """Seconds for which a lookup may be kept; 0 or less where it may not be."""
    status = lookup.status
    if status in ("NOERROR", "NXDOMAIN", "NODATA"):
        if lookup.error is not None:
            return 0
        octets = 0
        for rr in lookup.records:
            octets += len(rr.rdata)
        return lookup.ttl if octets <= MAX_OCTETS else 0
    return FAILURE_TTL if lookup.tries and status != "NETERROR" else 0
