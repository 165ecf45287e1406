"""What was sent to one server, and what came of it, added up by time."""

from __future__ import annotations

from math import sqrt
from typing import Any

#: For how many seconds the most answers per second are remembered, fading.
BEST_FOR = 0.5

_float = float
_int = int


class Epoch:
    """The datagrams sent in a few milliseconds, and what came of them.

    ``beside`` has those of the same time that are no evidence.
    """

    __slots__ = (
        "beside",
        "end",
        "generation",
        "good",
        "held",
        "judged",
        "limited",
        "lost",
        "refused",
        "refused_again",
        "refused_answered",
        "round_trips",
        "sent",
        "servfail_again",
        "servfail_answered",
        "start",
        "swept",
        "timed",
    )

    def __init__(self, start: _float, generation: _int, beside: Epoch | None) -> None:
        self.start = start
        self.end = 0.0
        self.generation = generation
        self.beside: Any = beside  # the one beside has none
        self.sent = 0
        self.good = 0
        self.limited = 0
        #: Those of them that may be a limit's: they take room until the epoch is judged.
        self.held = 0
        self.lost = 0
        #: Replies for names that had had SERVFAIL, or REFUSED, once before, and the answers among them.
        self.servfail_again = 0
        self.servfail_answered = 0
        self.refused_again = 0
        self.refused_answered = 0
        self.judged = False
        #: Far more were lost than chance loses: silence says nothing about the names.
        self.swept = False
        #: Far more were refused than names are in trouble: an error says nothing about them.
        self.refused = False
        self.timed = 0
        self.round_trips = 0.0

    def out(self) -> int:
        """How many are neither answered nor given up."""
        return self.sent - self.good - self.limited - self.lost

    def is_answered(self) -> bool:
        """Whether there were some, and most of them had an answer."""
        return self.sent >= 8 and 2 * self.good > self.sent

    def take_beside(self) -> None:
        """Count those beside here: there is nothing else."""
        beside = self.beside
        self.sent = beside.sent
        self.good = beside.good
        self.limited = beside.limited
        self.lost = beside.lost
        self.timed = beside.timed
        self.round_trips = beside.round_trips
        beside.sent = beside.good = beside.limited = beside.lost = 0

    def on_its_way(self) -> int:
        """How many take room until it is judged."""
        return self.out() + self.held


class Tally:
    """Epochs added up.

    ``good`` of ``sent`` is evidence; ``all_good`` of ``volume`` is everything that was sent in ``time`` seconds.
    """

    __slots__ = ("all_good", "good", "round_trips", "sent", "time", "timed", "volume")

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.all_good = 0.0
        self.sent = 0.0
        self.good = 0.0
        self.volume = 0.0
        self.time = 0.0
        self.timed = 0.0
        self.round_trips = 0.0

    def add(self, epoch: Epoch, good: _float, keep: _float) -> None:
        """Add an epoch; ``keep`` below 1 lets the earlier ones fade."""
        self.all_good = keep * self.all_good + good + epoch.beside.good
        self.sent = keep * self.sent + epoch.sent
        self.good = keep * self.good + good
        self.volume = keep * self.volume + epoch.sent + epoch.beside.sent
        self.time = keep * self.time + epoch.end - epoch.start
        self.timed = keep * self.timed + epoch.timed
        self.round_trips = keep * self.round_trips + epoch.round_trips

    def copy(self, other: Tally) -> None:
        self.all_good = other.all_good
        self.sent = other.sent
        self.good = other.good
        self.volume = other.volume
        self.time = other.time
        self.timed = other.timed
        self.round_trips = other.round_trips

    def share(self) -> float:
        """The share of good answers; 1 while nothing is known."""
        return self.good / self.sent if self.sent else 1.0

    def answered(self) -> float:
        """Good answers per second: those that came, or that would have if all that was sent were evidence."""
        return max(self.share() * self.volume, self.all_good) / self.time if self.time else 0.0

    def worse(self, base: Tally, least: _float) -> float:
        """By how many standard deviations the share is smaller than the base's; 0 if by less than ``least``."""
        if self.sent < 8 or base.sent < 8:
            return 0.0
        share = self.good / self.sent
        other = base.good / base.sent
        if share >= other * (1.0 - least):
            return 0.0
        pooled = min(max((self.good + base.good) / (self.sent + base.sent), 0.001), 0.999)
        return (other - share) / sqrt(pooled * (1.0 - pooled) * (1.0 / self.sent + 1.0 / base.sent))

    def beats(self, share: _float, sent: _float) -> float:
        """By how much the share is greater than ``share``, itself found from ``sent``, in standard deviations."""
        mine = min(max(self.share(), 0.01), 0.99)
        other = min(max(share, 0.01), 0.99)
        return (mine - share) / sqrt(mine * (1.0 - mine) / self.sent + other * (1.0 - other) / sent)


class Flow:
    """Good answers as they come in: ``count`` since last measured, ``rate`` per second, and the ``best`` of late."""

    __slots__ = ("best", "count", "rate", "since")

    def __init__(self, now: _float) -> None:
        self.count = 0.0
        self.since = now
        self.rate = 0.0
        self.best = 0.0

    def measure(self, now: _float, least: _float, memory: _float) -> None:
        """Bring the rates up to date every ``least`` seconds; ``rate`` has forgotten what is ``memory`` seconds old."""
        age = now - self.since
        if age < least:
            return
        self.rate += (self.count / age - self.rate) * min(1.0, age / memory)
        self.best = max(self.rate, self.best * (1.0 - min(1.0, age / BEST_FOR)))
        self.count = 0.0
        self.since = now
