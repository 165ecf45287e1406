"""The lookups under way: who waits for them, and how they end."""

# Rules.
# 1. One question is out once: who asks the same is added to the lookup that is under way.
# 2. A lookup ends once, and is handed back unless nobody waits for it any more.
# 3. Its tries outlive it, until nothing can come for them any more: they must not keep it, nor its records.

from __future__ import annotations

from typing import Any

from .lookup import Lookup, Try, new_lookup
from .patience import Patience
from .policy import all_failed, servers_asked, silences

#: The status of a lookup that nobody waits for any more; it is never handed out.
CANCELLED = "CANCELLED"

#: What a try has for its lookup once that has ended.
_ENDED_LOOKUP = new_lookup(b"", 0, b"", b"", None)
_ENDED_LOOKUP.status = "ENDED"
_CANCELLED_LOOKUP = new_lookup(b"", 0, b"", b"", None)
_CANCELLED_LOOKUP.status = CANCELLED


class UnderWay:
    """Lookups from when they are asked for until they are handed back.

    by_key: those that have not ended; patience: is told of answers after silence
    """

    __slots__ = ("_finished", "_patience", "by_key")

    def __init__(self, patience: Patience) -> None:
        self.by_key: dict[bytes, Lookup] = {}
        self._finished: list[Lookup] = []
        self._patience = patience

    def start(self, lookups: list[Lookup], deadline: float) -> tuple[list[Lookup], list[Lookup]]:
        """For each, itself or the lookup for the same question that it joins; and those to be asked."""
        by_key = self.by_key
        started = lookups.copy()
        fresh = lookups
        for at, new in enumerate(lookups):
            new.deadline = deadline
            lookup = by_key.setdefault(new.key, new)
            if lookup is new:
                continue
            started[at] = lookup
            fresh = []
            if lookup.others is None:
                lookup.others = {new.tag: None}
            else:
                lookup.others[new.tag] = None
        if not fresh:
            fresh = [new for new, lookup in zip(lookups, started, strict=True) if new is lookup]
        return started, fresh

    def cancel(self, lookup: Lookup, tag: Any) -> None:
        """Nobody waits with ``tag`` any more; without any tag left the lookup is dropped."""
        if lookup.status:
            return
        if lookup.others and lookup.tag is tag:
            lookup.tag = lookup.others.popitem()[0]
        elif lookup.tag is tag:
            self.end(lookup, CANCELLED)
        elif lookup.others:
            lookup.others.pop(tag, None)

    def end(self, lookup: Lookup, status: str) -> None:
        """End one, with this status."""
        lookup.status = status
        if lookup.tries > 1 and lookup.rtt >= 0.0:
            self._patience.note_answer(silences(lookup))
        over = _CANCELLED_LOOKUP if status == CANCELLED else _ENDED_LOOKUP
        attempt = lookup.last_try
        while attempt is not None:
            attempt.lookup = over
            attempt = attempt.previous
        lookup.last_try = None
        del self.by_key[lookup.key]
        if status != CANCELLED:
            self._finished.append(lookup)

    def end_all(self, attempts: list[Try]) -> None:
        """End the lookups of these tries, with the status each has: most had no other try."""
        by_key = self.by_key
        finished = self._finished
        for attempt in attempts:
            lookup = attempt.lookup
            if lookup.tries == 1:
                attempt.lookup = _ENDED_LOOKUP
                lookup.last_try = None
                del by_key[lookup.key]
                finished.append(lookup)
            else:
                self.end(lookup, lookup.status)

    def give_up(self, lookup: Lookup) -> None:
        """End one that has no answer: with the last error reply, with the system's error, or with silence."""
        if lookup.failure:
            self.end(lookup, lookup.failure)
            return
        lookup.ttl = -1
        if lookup.trouble and (lookup.truncated or all_failed(lookup)):
            lookup.error = lookup.trouble
            self.end(lookup, "NETERROR")
            return
        lookup.error = f"no answer from {servers_asked(lookup)}" if lookup.tries else "no server could be asked in time"
        self.end(lookup, "TIMEOUT")

    def has_finished(self) -> bool:
        """Whether ``take_finished`` has something."""
        return bool(self._finished)

    def take_finished(self) -> list[Lookup]:
        """Those that have ended since the last call."""
        finished = self._finished
        self._finished = []
        return finished
