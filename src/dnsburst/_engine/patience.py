"""How often lookups met silence again and again, which tells slow names from lost datagrams."""

# Rules.
# 1. Chance loses the next try of a lookup as it loses any other. Where far more of those that had met silence so often
#    met it once more, there are names that are slow.
# 2. One lookup alone is taken for slow: it costs nobody else anything.
# 3. What was long ago counts less and less.

from __future__ import annotations

#: Lookups with that many silences and more are counted together.
MOST = 9
#: Lookups that had met silence once after which all counts are halved.
WINDOW = 8192.0

_int = int


class Patience:
    """Counts lookups by how many of their tries met silence that nothing explains."""

    __slots__ = ("_met",)

    def __init__(self) -> None:
        self._met = [0.0] * (MOST + 1)

    def note(self, number: _int) -> None:
        """A lookup has met silence for the ``number``-th time, from 1."""
        met = self._met
        met[min(number, MOST)] += 1.0
        if number == 1 and met[1] > WINDOW:
            self._met = [count / 2 for count in met]

    def again(self, number: _int) -> float:
        """Of the lookups that had met silence ``number - 1`` times, the share that has met it once more.

        At most 1, as for the first of all; among few it is put lower, for one more may just have been lucky.
        """
        met = self._met
        number = min(number, MOST)
        return min(1.0, met[number] / (met[number - 1] + 1.0))
