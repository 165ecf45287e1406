"""Names that were refused once, when they are asked again: whether it is they, or a limit, that is to blame."""

# A limit answers such names as often as any others. Where they are hardly ever answered while others are, by whatever
# server, it is their own trouble, however many they are. A limit seldom has the RCODE that those names have: what
# SERVFAIL meant says nothing about REFUSED.

from __future__ import annotations

from .tally import Epoch

#: Names that a limit would have answered, before anything is concluded from them; the share of those that were answered
#: below which it is the names' own trouble; and how many are remembered.
ENOUGH = 16.0
FEW = 0.1
MOST = 64.0

_float = float
_int = int


class Again:
    """What became of them, over all servers, by the RCODE that they had."""

    __slots__ = ("_refused", "_servfail")

    def __init__(self) -> None:
        self._servfail = Score()
        self._refused = Score()

    def is_enough(self) -> bool:
        """Whether they say anything."""
        return self._servfail.is_enough() or self._refused.is_enough()

    def is_in_vain(self, refused: bool) -> bool:
        """Whether those that had REFUSED, or SERVFAIL, are known to be in trouble of their own."""
        return self._refused.is_in_vain() if refused else self._servfail.is_in_vain()

    def learn(self, epoch: Epoch) -> None:
        """Compare those of an epoch, whose answers are due, with the others."""
        beside = epoch.beside
        others = epoch.good + epoch.limited - epoch.servfail_again - epoch.refused_again
        if others <= 0:
            return
        chance = (epoch.good - epoch.servfail_answered - epoch.refused_answered) / others
        self._servfail.add(
            chance * (epoch.servfail_again + beside.servfail_again), epoch.servfail_answered + beside.servfail_answered
        )
        self._refused.add(
            chance * (epoch.refused_again + beside.refused_again), epoch.refused_answered + beside.refused_answered
        )


class Score:
    """How many of them a limit would have answered, and how many were answered."""

    __slots__ = ("_answered", "_chances")

    def __init__(self) -> None:
        self._chances = 0.0
        self._answered = 0.0

    def add(self, chances: _float, answered: _int) -> None:
        """Some more."""
        self._chances += chances
        self._answered += answered
        if self._chances > MOST:
            self._chances *= 0.5
            self._answered *= 0.5

    def is_enough(self) -> bool:
        """Whether there are enough."""
        return self._chances >= ENOUGH

    def is_in_vain(self) -> bool:
        """Whether hardly any was answered."""
        return self.is_enough() and self._answered < FEW * self._chances
