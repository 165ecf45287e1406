"""REFUSED, SERVFAIL and TC from one server: its limit, the names' own trouble, or all that it ever replies."""

# Rules.
# 1. Many at once are a limit; few are the names' own trouble. For a while after many, a few may be the limit's too.
#    Until there were many for the first time, each is an answer as good as any other: where names are in trouble there
#    are some more now and then, and no rate is to be blamed for that.
# 2. Refusals that go on where next to nothing is asked are no limit: they are forgiven, and count as good answers,
#    until there are as many good ones.

from __future__ import annotations

from math import log

from .tally import Epoch

#: Refusals are too many for chance at odds of e to the power of this: each reply is looked at as the last of some, so
#: chance has many chances.
ODDS = 14.0
#: The share of refusals, at the least, that is put down to the names; and of how many replies it is learned.
LEAST_USUAL = 0.05
REPLIES = 20000.0
#: Seconds for which refusals are not taken for the names' own trouble after there were many at once.
LONG_MEMORY = 10.0

_float = float
_int = int


class Refusals:
    """What one server's refusals mean."""

    __slots__ = ("_errors", "_replies", "_seen", "forgiven", "limiting", "speaks_until")

    def __init__(self) -> None:
        #: Its limit replies with errors, so that not every one is a name's own trouble.
        self.limiting = False
        #: They count as good answers.
        self.forgiven = False
        #: When it is over that there are many at once.
        self.speaks_until = 0.0
        # Whether there were ever many at once, and what there were of how many replies before that.
        self._seen = False
        self._errors = 0.0
        self._replies = 0.0

    def count(self, epoch: Epoch, expected: _float, srtt: _float, now: _float) -> None:
        """One more in this epoch, where so great a share of good answers was expected."""
        usual = max(LEAST_USUAL, 1.0 - expected)
        if self._replies and not self._seen:
            usual = max(usual, self._errors / self._replies)
        if epoch.beside is not None and epoch.limited >= 5 and _are_many(epoch.limited, epoch.good, usual):
            self.limiting = self._seen = True
            self.speaks_until = now + 0.1 + 2 * srtt
            epoch.swept = True
            epoch.beside.swept = True
            epoch.refused = True
            epoch.beside.refused = True
        elif now > self.speaks_until + LONG_MEMORY:
            self.limiting = False

    def forgive(self) -> None:
        """They go on where next to nothing is asked."""
        self.forgiven = True
        self.limiting = False

    def good(self, epoch: Epoch) -> float:
        """Good answers of an epoch whose answers are due."""
        if self.forgiven:
            if epoch.good < 4 or epoch.good < epoch.limited:
                return float(epoch.good + epoch.limited)
            self.forgiven = False
        if not self._seen:
            self._replies += epoch.good + epoch.limited
            self._errors += epoch.limited
            if self._replies > REPLIES:
                self._replies *= 0.5
                self._errors *= 0.5
            epoch.good += epoch.limited
            epoch.limited = 0
        return float(epoch.good)


def _are_many(refused: _int, good: _int, usual: _float) -> bool:
    """Whether chance hardly ever refuses so many, where it refuses the ``usual`` share (Chernoff's bound)."""
    replies = refused + good
    if refused <= usual * replies:
        return False
    odds = refused * log(refused / (usual * replies))
    if good:
        odds += good * log(good / ((1.0 - usual) * replies))
    return odds > ODDS
