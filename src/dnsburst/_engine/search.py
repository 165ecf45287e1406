"""The search for the rate and the window that one server answers: its states, and what leads from one to another."""

# Rules.
# 1. RISE: the window grows with every answer, twofold in a round trip or so, while the share of good answers stays what
#    it was at lower rates, and more slowly as the round trips get longer. Where they do, something waits in a queue.
#    So the window stays what the answers per second take in the shortest round trip, and QUEUE at the most.
# 2. When the share falls, or the round trips have become much longer, nobody knows yet whether a limit, a queue or
#    chance did it. CHECK finds out. A limit is the rate to HOLD; behind a queue it is the window that is kept. If it
#    was neither, it goes on as before; longer round trips are then the usual ones.
#    A queue once found, RISE is slow for a while, and what is lost there is put down to it: the window is cut, no more.
#    So loss by chance, however much, costs moments, and a limit is never passed by more than the answers of a few round
#    trips.
# 3. HOLD stays at the limit. When the share falls there, what is being answered is the new rate at once; CHECK only
#    where that does not help, or nothing is known for sure.
# 4. PROBE, now and then, sends a little more than HOLD, in growing steps while the answers grow with them, then RISE.
#    When they do not, or that cannot be told soon: HOLD at the rate before, and twice as long until the next time.
# 5. WAIT: nothing good is heard at all. A few datagrams per timeout ask whether that is over, fewer where less had been
#    answered. Then the rate is what was answered in the last second if that was a limit's pause (one by the second
#    gives its second's worth at once), or half of what it was if it was an outage. Refusals that go on at this rate are
#    no limit: from then on they count as answers.

from __future__ import annotations

from .check import CHANCE, LESS, LIMIT, NOTHING, QUEUE, SHORT_PERIOD, SILENCE, Check
from .evidence import EPOCH, Evidence
from .gate import FIRST_BURST, FIRST_RATE, Gate
from .refusals import Refusals
from .roundtrips import RoundTrips
from .tally import Epoch, Tally

RISE = 0
HOLD = 1
PROBE = 2
CHECK = 3
WAIT = 4
STATES = ("rise", "hold", "probe", "check", "wait")

#: PROBE sends this much more, and twice as much in each further step; the last step is followed by RISE.
FIRST_STEP = 0.1
LAST_STEP = 0.4
#: Datagrams after which a step that has not shown itself to be fine is not.
ENOUGH = 200.0
#: Seconds of HOLD before a PROBE, first and longest.
HOLD_FIRST = 0.2
HOLD_LONGEST = 1.2
#: Limits that count by a long period show only after one, in seconds.
LONG_PERIOD = 1.2
#: What WAIT sends of what was being answered, and the least and the most per timeout.
ASK_SHARE = 0.02
ASK_FEW = 2.0
ASK_MOST = 8.0
#: Good answers before it fell silent without which an outage is likelier than a limit.
LITTLE = 64.0
#: Per second, however little a server answers.
LEAST_RATE = 5.0

_float = float


class Search:
    """It is shown epoch after epoch, and sets the gate. Rates are datagrams per second."""

    __slots__ = (
        "_blackout",
        "_check",
        "_cuts",
        "_evidence",
        "_gain",
        "_gate",
        "_held",
        "_hold_for",
        "_hold_rate",
        "_limit_seen",
        "_queue_for",
        "_queue_until",
        "_refusals",
        "_round_trips",
        "_step",
        "_wait_rate",
        "_wait_since",
        "state",
        "trouble_until",
    )

    def __init__(self, gate: Gate, evidence: Evidence, round_trips: RoundTrips, refusals: Refusals) -> None:
        self._gate = gate
        self._evidence = evidence
        self._round_trips = round_trips
        self._refusals = refusals
        self.state = RISE
        #: Until then far more is being lost than chance loses.
        self.trouble_until = 0.0
        # RISE: the part of the window's growth allowed so far; how long it is slow after a queue, and until when.
        self._gain = 1.0
        self._queue_for = 1.0
        self._queue_until = 0.0
        self._check = Check()
        # HOLD: for how long, how often the rate was cut, the limit last seen, and whether it is one by a long period.
        self._hold_for = HOLD_FIRST
        self._cuts = 0
        self._limit_seen = 0.0
        self._blackout = False
        # PROBE: how much more than which rate, and what it was like there.
        self._step = FIRST_STEP
        self._hold_rate = 0.0
        self._held = Tally()
        # WAIT: since when, and what was being answered before.
        self._wait_since = 0.0
        self._wait_rate = 0.0

    def restart(self, now: _float) -> None:
        """The server had been put aside and is heard again: what was lost meanwhile says nothing about its rate."""
        if self.state != WAIT:
            self._evidence.base.clear()
            self._evidence.base_sure = False
            self._rise(self._gate.rate / 2, 1.0, now)

    def judge(self, epoch: Epoch, now: _float) -> None:
        """The answers to this epoch, which has some that are evidence, are due: what do they say?"""
        evidence = self._evidence
        srtt = self._round_trips.srtt
        good = self._refusals.good(epoch)
        expected = evidence.base.share() * epoch.sent
        if (epoch.sent >= 8 or self.state == WAIT) and good < 0.75 * expected:
            epoch.swept = True
            epoch.beside.swept = True
            if 2 * epoch.limited > epoch.sent - good:
                epoch.refused = True
                epoch.beside.refused = True
            if good < 0.5 * expected:
                self.trouble_until = now + 0.05 + 2 * srtt
        evidence.note(epoch, good)
        own = epoch.generation == evidence.generation
        if self.state == WAIT:
            if own:
                self._judge_wait(epoch, good, now)
        elif evidence.is_silence(epoch, srtt):
            self._wait(now)
        elif own:
            evidence.since.add(epoch, good, 1.0)
            evidence.latest.add(epoch, good, 0.75)
            self._judge_own(now)
        elif self.state == CHECK and self._check.note_earlier(epoch, good, evidence, self._gate.rate):
            self._set_rate(self._check.rate, now)

    def _judge_own(self, now: _float) -> None:
        trips = self._round_trips
        trips.weigh(self._evidence.latest, self._evidence.flow.best)
        if self.state == CHECK:
            self._judge_check(now)
        elif trips.are_much_longer():
            self._begin_check(True, now)
        elif self.state == RISE:
            self._judge_rise(trips.excess, now)
        elif self.state == HOLD:
            self._judge_hold(trips.excess, now)
        else:
            self._judge_probe(trips.excess, now)

    def _judge_rise(self, excess: _float, now: _float) -> None:
        evidence = self._evidence
        one = evidence.one
        latest = evidence.latest
        gate = self._gate
        trips = self._round_trips
        if (
            (not evidence.base_sure and latest.sent >= 16 and latest.good < 0.8 * latest.sent)
            or one.worse(evidence.base, 0.05) > 4.0
            or latest.worse(evidence.base, 0.05) > 4.0
        ):
            if now < self._queue_until and (excess > 1.0 or now - evidence.changed > SHORT_PERIOD + 4 * trips.srtt):
                self._drain(now)
            else:
                self._begin_check(excess > 1.0, now)
            return
        if excess > 0.5 and now >= self._queue_until:
            self._begin_check(True, now)
            return
        evidence.learn(one)
        if excess > 1.0:
            self._gain = 0.06
            gate.set_growth(0.0, trips.srtt)
            best = evidence.flow.best
            gate.window = min(gate.window, max(FIRST_BURST, best * (trips.usual + trips.slack(best))))
        else:
            if now >= self._queue_until:
                self._gain = min(1.0, self._gain * (1.0 + one.time / max(trips.srtt, EPOCH)))
            gate.set_growth(self._gain * (1.0 - excess if excess > 0.3 else 1.0), trips.srtt)

    def _judge_hold(self, excess: _float, now: _float) -> None:
        evidence = self._evidence
        base = evidence.base
        since = evidence.since
        latest = evidence.latest
        falls = latest.worse(base, 0.1) > 4.0
        if falls:
            self.trouble_until = now + 0.05 + 2 * self._round_trips.srtt
        if falls or since.worse(base, 0.02) > 2.5:
            fallen = 1.0 - since.share() / base.share()
            period = LONG_PERIOD if self._blackout else SHORT_PERIOD
            if excess > 1.0 or (falls and (not evidence.base_sure or self._cuts >= 3)):
                self._begin_check(excess > 1.0, now)
            elif falls and since.time > 2 * period and fallen < 0.5 * (1.0 - latest.share() / base.share()):
                since.copy(latest)  # it has only begun
            elif since.time >= period and fallen * since.time >= 0.04:
                self._cuts += 1
                self._hold_limit(min(evidence.limit(), self._gate.rate), now)
        elif since.time >= (LONG_PERIOD if self._blackout else self._hold_for):
            self._cuts = 0
            if self._is_unused():
                self._hold(self._gate.rate, now)
            else:
                self._probe(FIRST_STEP, now)

    def _judge_probe(self, excess: _float, now: _float) -> None:
        evidence = self._evidence
        since = evidence.since
        held = self._held
        srtt = self._round_trips.srtt
        if excess > 1.0 or since.worse(held, 0.02) > 2.5 or evidence.latest.worse(held, 0.1) > 4.0:
            if evidence.base_sure:
                limit = self._hold_rate
                if self._step == FIRST_STEP and not self._blackout:
                    limit = max(min(evidence.limit(), self._gate.rate), 0.95 * limit)
                self._hold_limit(limit, now)
            else:
                self._begin_check(excess > 1.0, now)
            return
        before = held.share()
        middle = before * (0.5 + 0.5 / (1.0 + self._step))
        sure = since.beats(middle, held.sent)
        least = LONG_PERIOD if self._blackout and self._step == FIRST_STEP else max(SHORT_PERIOD, 2 * srtt)
        if since.time > LONG_PERIOD + 8 * srtt:
            since.copy(evidence.latest)
            sure = 2.5 if since.share() > middle else -2.5
        if sure < (-2.0 if since.sent < ENOUGH else 0.0):
            self._hold_limit(self._hold_rate, now)
        elif sure > 2.0 and now - evidence.changed >= least and since.sent >= 16:
            if self._is_unused():
                self._hold(self._hold_rate, now)
            elif self._step >= LAST_STEP:
                self._rise(self._gate.rate, 0.5, now)
            else:
                self._probe(2 * self._step, now)

    def _is_unused(self) -> bool:
        """Whether less is sent than the rate allows, or more never may be."""
        since = self._evidence.since
        rate = self._gate.rate
        return since.volume < 0.95 * rate * since.time or rate >= self._gate.rate_cap

    def _judge_check(self, now: _float) -> None:
        check = self._check
        found = check.judge(self._evidence, self._round_trips, self._gate.rate, now)
        if found in (LIMIT, CHANCE):
            self._cuts = 0
        if found == LESS:
            self._set_rate(check.rate, now)
        elif found == LIMIT:
            self._blackout = False
            self._found(check.limit)
            if check.limit < 0.5 * check.average:
                self._rise(check.limit, 0.1, now)  # or it was the pause of a limit by the period
            else:
                self._hold(1.01 * check.limit, now)
        elif found == QUEUE:
            self._evidence.flow.rate = check.limit
            self._queue_for = min(2.0 * self._queue_for, 16.0)
            self._drain(now)
        elif found == SILENCE:
            self._wait(now)
        elif found in (NOTHING, CHANCE):
            if check.is_queue:
                self._queue_for = 1.0
            self._return(now)

    def _judge_wait(self, epoch: Epoch, good: _float, now: _float) -> None:
        evidence = self._evidence
        waited = now - self._wait_since
        if good <= 0:
            if epoch.limited and waited > LONG_PERIOD:
                self._refusals.forgive()
                evidence.base_sure = False
                evidence.base.clear()
                evidence.dry = 0
                self._rise(self._wait_rate, 1.0, now)
            return
        # A limit by the second gives one second's worth in each, at once if it is asked for it.
        self._blackout = self._blackout or waited > SHORT_PERIOD
        span = 1.06 if self._blackout else 2 * SHORT_PERIOD
        count = evidence.answered_since(epoch.end - span)
        if waited > LONG_PERIOD or count < LITTLE:
            # A limit would have given more before it fell silent: this was an outage.
            self._rise(max(count, self._wait_rate / 2, min(FIRST_RATE, self._gate.rate_cap)), 0.5, now)
            return
        evidence.base_sure = True
        self._hold_limit(count / (1.0 if self._blackout else span) / max(evidence.base.share(), 0.1), now)

    # -- from state to state ----------------------------------------------------------------------------------------

    def _set_rate(self, rate: _float, now: _float) -> None:
        """Send at ``rate`` from now on, and count anew."""
        gate = self._gate
        gate.set_rate(rate, LEAST_RATE)
        gate.tokens = min(gate.tokens, 1.0)
        self._evidence.start_anew(now)
        if self.state != CHECK or not self._check.first_generation:
            self._evidence.latest.clear()  # CHECK begins with what was sent just before
        if self.state != RISE:
            gate.set_growth(0.0, self._round_trips.srtt)
            # Twice what is on its way at this rate if nothing is answered in time.
            gate.set_window(2.0 * gate.rate * self._round_trips.timeout(0, 0.0) + 32.0)

    def _rise(self, rate: _float, gain: _float, now: _float) -> None:
        gate = self._gate
        srtt = self._round_trips.srtt
        self.state = RISE
        self._set_rate(rate, now)
        self._gain = gain
        gate.set_window(max(FIRST_BURST, gate.in_flight + 4.0, rate * srtt))
        gate.set_growth(gain, srtt)
        gate.follow_window(srtt)

    def _drain(self, now: _float) -> None:
        """A queue: from now on the window that half fills what may be in it."""
        flow = self._evidence.flow
        trips = self._round_trips
        self._queue_until = now + self._queue_for
        window = flow.rate * (trips.usual + trips.slack(flow.best) / 2)
        self._rise(window / trips.srtt, 0.06, now)
        self._gate.set_window(max(window, 16.0))
        self._gate.set_growth(0.0, trips.srtt)

    def _hold(self, rate: _float, now: _float) -> None:
        self.state = HOLD
        self._set_rate(rate, now)

    def _hold_limit(self, limit: _float, now: _float) -> None:
        self._found(limit)
        self._hold(limit, now)

    def _found(self, limit: _float) -> None:
        """A limit was found: where it was before, or elsewhere."""
        if limit < 1.1 * self._limit_seen:
            self._hold_for = min(2 * self._hold_for, HOLD_LONGEST)
        else:
            self._hold_for = HOLD_FIRST
        self._limit_seen = limit

    def _probe(self, step: _float, now: _float) -> None:
        self._step = step
        if step == FIRST_STEP or not self._blackout:
            self._hold_rate = self._gate.rate
        self._held.copy(self._evidence.since)
        self.state = PROBE
        self._set_rate(self._gate.rate * (1.0 + step), now)

    def _begin_check(self, for_queue: bool, now: _float) -> None:
        evidence = self._evidence
        gate = self._gate
        check = self._check
        if self.state == PROBE:
            check.prepare(HOLD, self._hold_rate, gate.window, evidence.generation + 1, now)
        else:
            check.prepare(self.state, gate.rate, gate.window, evidence.generation + 1, now)
        self.state = CHECK
        if for_queue:
            check.seek_queue(evidence)
        else:
            check.seek_limit(evidence)
        evidence.latest.clear()
        self._set_rate(check.rate, now)

    def _return(self, now: _float) -> None:
        """CHECK found neither a limit nor a queue: go on as before."""
        check = self._check
        gate = self._gate
        if check.return_state == RISE:
            self._rise(check.return_rate, 1.0, now)
            gate.set_window(max(check.return_window, gate.window))
            gate.follow_window(self._round_trips.srtt)
        else:
            self._hold(check.return_rate, now)

    def _wait(self, now: _float) -> None:
        timeout = self._round_trips.timeout(0, 0.0)
        self._wait_rate = max(self._evidence.rate, self._hold_rate if self.state == PROBE else 0.0)
        self._wait_since = now
        self.state = WAIT
        self._set_rate(min(max(ASK_FEW / timeout, ASK_SHARE * self._wait_rate), ASK_MOST / timeout), now)
        self._gate.set_window(ASK_MOST)
