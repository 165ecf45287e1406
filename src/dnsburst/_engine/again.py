"""Names that were refused once, when they are asked again: whether it is they, or a limit, that is to blame."""

# A limit answers such names as often as any others. Where they are hardly ever answered while others are, by whatever
# server, it is their own trouble, however many they are.

from __future__ import annotations

from .tally import Epoch

#: Names that a limit would have answered, before anything is concluded from them; the share of those that were answered
#: below which it is the names' own trouble; and how many are remembered.
ENOUGH = 16.0
FEW = 0.1
MOST = 64.0


class Again:
    """What became of them, over all servers."""

    __slots__ = ("_answered", "_chances")

    def __init__(self) -> None:
        # How many of them a limit would have answered, and how many were answered.
        self._chances = 0.0
        self._answered = 0.0

    def is_enough(self) -> bool:
        """Whether they say anything."""
        return self._chances >= ENOUGH

    def is_in_vain(self) -> bool:
        """Whether they are known to be in trouble of their own."""
        return self.is_enough() and self._answered < FEW * self._chances

    def learn(self, epoch: Epoch) -> None:
        """Compare those of an epoch, whose answers are due, with the others."""
        again = epoch.again + epoch.beside.again
        others = epoch.good + epoch.limited - epoch.again
        if not again or others <= 0:
            return
        self._chances += again * (epoch.good - epoch.answered_again) / others
        self._answered += epoch.answered_again + epoch.beside.answered_again
        if self._chances > MOST:
            self._chances *= 0.5
            self._answered *= 0.5
