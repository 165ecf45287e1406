"""REFUSED, SERVFAIL and TC from one server: its limit, the names' own trouble, or all that it ever replies."""

# Rules.
# 1. Many at once are a limit; few are the names' own trouble. For a while after many, a few may be the limit's too.
# 2. Refusals that go on where next to nothing is asked are no limit: they are forgiven, and count as good answers,
#    until there are as many good ones.

from __future__ import annotations

from .tally import Epoch

#: Seconds for which refusals are not taken for the names' own trouble after there were many at once.
LONG_MEMORY = 10.0

_float = float


class Refusals:
    """What one server's refusals mean."""

    __slots__ = ("forgiven", "limiting", "speaks_until")

    def __init__(self) -> None:
        #: Its limit replies with errors, so that not every one is a name's own trouble.
        self.limiting = False
        #: They count as good answers.
        self.forgiven = False
        #: When it is over that there are many at once.
        self.speaks_until = 0.0

    def count(self, epoch: Epoch, expected: _float, srtt: _float, now: _float) -> None:
        """One more in this epoch, where so great a share of good answers was expected."""
        # Each reply is looked at as the last of some, so chance has many chances: six deviations from what is usual.
        replies = epoch.good + epoch.limited
        usual = max(0.05, 1.0 - expected)
        excess = epoch.limited - usual * replies
        chance = 36.0 * usual * (1.0 - usual) * replies
        if epoch.beside is not None and epoch.limited >= 5 and excess > 0.0 and excess * excess > chance:
            self.limiting = True
            self.speaks_until = now + 0.1 + 2 * srtt
            epoch.swept = True
            epoch.beside.swept = True
        elif now > self.speaks_until + LONG_MEMORY:
            self.limiting = False

    def forgive(self) -> None:
        """They go on where next to nothing is asked."""
        self.forgiven = True
        self.limiting = False

    def good(self, epoch: Epoch) -> float:
        """Good answers of an epoch."""
        if self.forgiven:
            if epoch.good < 4 or epoch.good < epoch.limited:
                return float(epoch.good + epoch.limited)
            self.forgiven = False
        return float(epoch.good)
