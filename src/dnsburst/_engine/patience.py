"""How often lookups met silence again and again, which tells slow names from lost datagrams."""

# Rules.
# 1. Chance loses the next try of a lookup as it loses any other. Where far more of those that had met silence so often
#    met it once more, there are names that are slow.
# 2. Where few are known, they are taken to do as those do that had met silence once less. A lookup alone may be slow.
# 3. What was long ago counts less and less.

from __future__ import annotations

#: Lookups with that many silences and more are counted together.
MOST = 9
#: Lookups that had met silence once after which all counts are halved.
WINDOW = 8192.0
#: What is known of those with one silence less counts as that many lookups.
PRIOR = 2.0

_int = int


class Patience:
    """Counts lookups by how many of their tries met silence that nothing explains, from 1."""

    __slots__ = ("_answered", "_silent")

    def __init__(self) -> None:
        # How many met silence so often; how many were answered that would else have met it so often.
        self._silent = [0.0] * (MOST + 1)
        self._answered = [0.0] * (MOST + 1)

    def note_silence(self, number: _int) -> None:
        """A lookup has met silence for the ``number``-th time."""
        silent = self._silent
        silent[min(number, MOST)] += 1.0
        if number == 1 and silent[1] > WINDOW:
            self._silent = [count / 2 for count in silent]
            self._answered = [count / 2 for count in self._answered]

    def note_answer(self, number: _int) -> None:
        """A lookup has its answer after so many silences."""
        self._answered[min(number + 1, MOST)] += 1.0

    def again(self, number: _int) -> float:
        """Of the lookups that had met silence once less and know more since, the share that met it again."""
        share = 0.5
        for count in range(1, min(number, MOST) + 1):
            silent = self._silent[count]
            share = (silent + PRIOR * share) / (silent + self._answered[count] + PRIOR)
        return share
