"""CHECK: the experiment that tells a limit, a queue and chance apart, by sending less for a moment."""

# Rules.
# 1. What is sent is less than what is being answered. If the share of good answers gets better, a limit lost the
#    others, and what was being answered is that limit. If the round trips get shorter, they waited in a queue.
# 2. If it makes nothing better, the path or the names are like that at any rate: this is the base from now on.
# 3. Where it is better but not good, or might get better, less still is sent, in some rounds.
# 4. What cannot be told soon, or was over before it began, changes nothing.

from __future__ import annotations

from .evidence import Evidence
from .roundtrips import RoundTrips
from .tally import Epoch, Tally

#: CHECK sends this much of what is being answered: for a limit, and to empty a queue.
UNDER_LIMIT = 0.8
UNDER_QUEUE = 0.5
#: Seconds after which a limit that counts by a short period shows.
SHORT_PERIOD = 0.105
#: Times that less still is sent.
ROUNDS = 8

# What ``judge`` finds.
UNDECIDED = 0  # nothing yet
LESS = 1  # ``rate`` is to be sent from now on
NOTHING = 2  # neither a limit nor a queue
CHANCE = 3  # the same, and for sure: the base is like that
SILENCE = 4  # no rate is fine just now
LIMIT = 5  # ``limit`` is the rate
QUEUE = 6  # ``limit`` is what is answered behind it

_float = float
_int = int


class Check:
    """One experiment at a time; rates are datagrams per second."""

    __slots__ = (
        "_before",
        "_hoped",
        "_rounds",
        "_rtt_before",
        "_since",
        "_suspect",
        "average",
        "first_generation",
        "is_queue",
        "limit",
        "rate",
        "return_rate",
        "return_state",
        "return_window",
    )

    def __init__(self) -> None:
        #: What to go back to where nothing is found.
        self.return_state = 0
        self.return_rate = 0.0
        self.return_window = 0.0
        #: Whether a queue is looked for, or a limit.
        self.is_queue = False
        #: What to send.
        self.rate = 0.0
        #: What was being answered, once that is known to be a limit or what is behind a queue; and in a short period.
        self.limit = 0.0
        self.average = 0.0
        #: The first generation of it; 0 once what was sent earlier no longer counts.
        self.first_generation = 0
        # What it was like before, and what is hoped for: the usual, where the base says that it was worse before.
        self._before = Tally()
        self._rtt_before = 0.0
        self._hoped = 0.0
        self._suspect = False
        self._rounds = 0
        self._since = 0.0

    def prepare(self, state: _int, rate: _float, window: _float, generation: _int, now: _float) -> None:
        """It begins with this generation, and goes back to the rest; what it seeks is said next."""
        self.return_state = state
        self.return_rate = rate
        self.return_window = window
        self.first_generation = generation
        self._since = now
        self._rounds = 0

    def seek_queue(self, evidence: Evidence) -> None:
        """Send what lets a queue run empty."""
        self.is_queue = True
        self._rtt_before = evidence.latest.round_trips / evidence.latest.timed
        self.limit = evidence.flow.rate
        self._set_rate(UNDER_QUEUE * self.limit, 16)

    def seek_limit(self, evidence: Evidence) -> None:
        """Send what is under the limit, if there is one."""
        self.is_queue = False
        latest = evidence.latest
        if latest.good >= 8 and latest.worse(evidence.base, 0.1) > 4.0:
            self._before.copy(latest)
        else:
            self._before.copy(evidence.since)
        self.limit = 0.0
        # A limit by the period shows in all of one only.
        self.average = evidence.answered_since(evidence.history[-1].end - SHORT_PERIOD) / SHORT_PERIOD
        self._set_rate(UNDER_LIMIT * self._before.answered(), 16)
        base = evidence.base.share()
        share = self._before.share()
        self._suspect = base > 1.02 * share
        self._hoped = base if self._suspect else min(1.0, 1.1 * share)

    def note_earlier(self, epoch: Epoch, good: _float, evidence: Evidence, send_rate: _float) -> bool:
        """What was sent just before says best what is being answered; returns whether ``rate`` is to be sent now."""
        if self.is_queue or epoch.generation >= self.first_generation:
            return False
        evidence.latest.add(epoch, good, 1.0)
        if evidence.latest.good >= 8:
            self._before.copy(evidence.latest)
        self._set_rate(UNDER_LIMIT * evidence.one.answered(), 16)
        return self.rate < 0.97 * send_rate

    def judge(self, evidence: Evidence, round_trips: RoundTrips, send_rate: _float, now: _float) -> int:
        """What is found, one of the above; what is certain then about the path is taken down where it is known."""
        if self.is_queue:
            return self._judge_queue(evidence, round_trips, now)
        return self._judge_limit(evidence, round_trips.srtt, send_rate, now)

    def _judge_queue(self, evidence: Evidence, round_trips: RoundTrips, now: _float) -> int:
        mean = round_trips.mean
        since = evidence.since
        time = 5 * self._rtt_before
        if mean and mean < (self._rtt_before + round_trips.usual) / 2:
            return QUEUE
        if mean and since.time > time and since.timed > time * self.rate / 2:
            if mean < 1.5 * self._rtt_before:  # else it is the server that did not look
                round_trips.usual = mean
            return NOTHING
        # Else too little is sent to tell, or this process did not look.
        return NOTHING if now - self._since > 1.0 + time else UNDECIDED

    def _judge_limit(self, evidence: Evidence, srtt: _float, send_rate: _float, now: _float) -> int:
        since = evidence.since
        latest = evidence.latest
        base = evidence.base
        if self._suspect and not self._rounds and self._before.share() > 0.99 * base.share():
            return NOTHING  # it was over before it was checked
        middle = (self._hoped + self._before.share()) / 2
        sure = since.beats(middle, since.sent)
        if sure < 2.0 and latest.sent >= 16 and latest.beats(middle, since.sent) > 2.5:
            since.copy(latest)  # it only began badly
            sure = 2.5
        better = sure >= 2.0
        enough = since.sent >= 16 and (
            (since.sent >= 40 and (better or (since.time >= SHORT_PERIOD and (sure < -2.0 or since.sent >= 1000))))
            or since.time >= max(0.5, 2 * srtt)
        )
        if not enough:
            return NOTHING if now - self._since > 1.0 + 4 * srtt else UNDECIDED  # too little is sent to tell
        if self._suspect and since.share() < 0.25 * base.share():
            return SILENCE
        answered = self._before.answered()
        under = send_rate <= 0.9 * answered
        if better:
            self.limit = answered
        if self._rounds < ROUNDS and (
            (better and since.share() < 0.9)
            or (not better and not under)
            or (not self._rounds and not evidence.base_sure and since.share() < 0.9)
        ):
            # Perhaps better, or still better, with less.
            self._rounds += 1
            self._set_rate(UNDER_LIMIT * min(answered, since.answered()), 64)
            if better or under:
                self._before.copy(since)
                self._hoped = min(1.0, 1.2 * since.share())
            self.first_generation = 0
            return LESS
        evidence.base_sure = True
        if not self.limit:
            base.copy(since)
            return CHANCE
        if since.share() < 0.9 or base.worse(since, 0.02) > 2.5:
            base.clear()
        evidence.learn(since)
        self.limit /= base.share()
        return LIMIT

    def _set_rate(self, rate: _float, part: _int) -> None:
        """Send at ``rate``, but at least at one in ``part`` of the rate before CHECK."""
        self.rate = max(rate, self.return_rate / part)
