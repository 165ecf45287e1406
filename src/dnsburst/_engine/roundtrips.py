"""How long one server's answers take, how long they are waited for, and whether they wait in a queue on the way."""

# Rules.
# 1. Waiting for an answer: RFC 6298, from every sample.
# 2. The usual round trip is the shortest mean that was seen, unless CHECK finds a longer one that less does not mend.
# 3. What is longer than that by more than chance waits in a queue: a receive buffer takes so many datagrams, and as
#    soon as there is always one to answer more are of no use.

from __future__ import annotations

from math import sqrt

from .tally import Tally

#: Seconds to wait for the first try while nothing is known (unbound: 0.376), and the bounds afterwards.
FIRST_TIMEOUT = 0.5
LEAST_TIMEOUT = 0.05
MOST_TIMEOUT = 4.0
#: Datagrams that may wait in a queue on the way, or what is answered in a moment, in seconds, in which this process has
#: other things to do; but at most so many, of what a server's receive buffer takes (Linux: 277 small ones).
QUEUE = 128.0
MOMENT = 0.0008
MOST_QUEUE = 192.0
BUFFER = 256.0

# What a step leaves of the way.
_LEFT = 15 / 16

_float = float
_int = int


class RoundTrips:
    """Times in seconds; 0 before the first answer."""

    __slots__ = ("_most_queue", "excess", "mean", "rttvar", "srtt", "usual")

    def __init__(self, share: _float = 1.0) -> None:
        """``share`` of the server's buffer is ours: others ask it beside us."""
        self._most_queue = min(MOST_QUEUE, BUFFER * share)
        #: Smoothed round trip and its deviation.
        self.srtt = 0.0
        self.rttvar = 0.0
        #: What the path takes when nothing waits on it.
        self.usual = 0.0
        #: The latest ones' mean, and what it has beyond the usual, in parts of ``slack``: see ``weigh``.
        self.mean = 0.0
        self.excess = 0.0

    def sample(self, rtt: _float, count: _int) -> float:
        """So many answers took so long; returns the smoothed round trip."""
        if rtt < 1e-6:
            rtt = 1e-6
        if not self.srtt:
            self.srtt = rtt
            self.rttvar = rtt / 2 * _LEFT ** (count - 1)
            return rtt
        # RFC 6298 has one sample per round trip in mind; here every datagram gives one, so the steps are smaller: a
        # sixteenth of the way each. This is where they lead when all are the same.
        delta = rtt - self.srtt
        left = _LEFT if count == 1 else _LEFT**count
        self.srtt += delta * (1.0 - left)
        self.rttvar += (delta if delta > 0 else -delta) * (left * count / 15.0) - self.rttvar * (1.0 - left)
        return self.srtt

    def timeout(self, attempt_number: _int, share: _float) -> float:
        """Seconds to wait for an answer, after so many tries lost where chance loses this ``share``; 1 if all are."""
        if not self.srtt:
            seconds = FIRST_TIMEOUT
        else:
            seconds = max(self.srtt + max(4.0 * self.rttvar, 0.04, self.srtt / 2), LEAST_TIMEOUT)
        chance = 1.0
        for _ in range(attempt_number):
            chance *= share
            seconds *= 1.5 if chance > 0.001 else 3.0 if chance > 0.00002 else 12.0
        return min(seconds, MOST_TIMEOUT)

    def without_pauses(self) -> float:
        """The smoothed round trip, but for most of what answers had to wait until this process came to read them.

        That may be many times a short way; a queue where the way is longer never makes it twice as long.
        """
        if self.usual and self.srtt > 2.0 * self.usual:
            return 2.0 * self.usual
        return self.srtt

    def due(self) -> float:
        """Seconds after which nearly all answers that come at all have come."""
        return self.srtt + 2.5 * self.rttvar + 0.003 if self.srtt else FIRST_TIMEOUT

    def weigh(self, latest: Tally, best: _float) -> None:
        """Compare the latest with the usual, at ``best`` answers per second of late."""
        self.mean = 0.0
        self.excess = 0.0
        if latest.timed >= 16:
            self.mean = latest.round_trips / latest.timed
            chance = 2.0 * self.rttvar / sqrt(latest.timed)
            if self.mean + chance < self.usual or not self.usual:
                self.usual = self.mean + chance
            self.excess = (self.mean - self.usual) / (self.slack(best) + chance)

    def are_much_longer(self) -> bool:
        """Whether the latest took so much longer that it must be looked into, whatever the state."""
        return self.excess > 1.0 and self.mean > self.usual + max(0.03, self.usual / 2)

    def slack(self, best: _float) -> float:
        """Seconds that may be waited in a queue, at ``best`` answers per second of late."""
        queue = min(max(QUEUE, best * MOMENT), self._most_queue)
        return min(max(0.005, self.usual / 3), queue / max(best, 1.0))
