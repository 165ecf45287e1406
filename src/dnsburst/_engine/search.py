"""The search for the rate and the window that one server answers: its states, and what leads from one to another."""

# Rules.
# 1. RISE: the window grows with every answer, twofold in a round trip or so, while the share of good answers stays what
#    it was at lower rates, and more slowly as the round trips get longer. Where they do, something waits in a queue.
#    So the window stays what the answers per second take in the shortest round trip, and QUEUE at the most.
# 2. When the share falls, or the round trips have become much longer, nobody knows yet whether a limit, a queue or
#    chance did it. CHECK finds out. A limit is the rate to HOLD; behind a queue it is the window that is kept. If it
#    was neither, it goes on as before; longer round trips are then the usual ones.
#    Where nothing at all was answered for a moment, the limit counts by a period that was used up: then the rate is
#    what was answered in all of a short one.
#    A queue once found, RISE is slow for a while, and what is lost there is put down to it: the window is cut, no more.
#    So loss by chance, however much, costs moments, and a limit is never passed by more than the answers of a few round
#    trips.
# 3. HOLD stays at the limit. When the share falls there, what is being answered is the new rate at once; CHECK only
#    where that does not help, or nothing is known for sure.
#    At a limit by a long period it sends a little more than that, and so meets a short silence at the end of each: the
#    answers of a whole one are the limit, and when there is no such silence any more, the limit is a higher one.
# 4. PROBE, now and then, sends a little more than HOLD, in growing steps while the answers grow with them, then RISE.
#    When they do not: HOLD at what is being answered, or at the last step that was fine if that is less. When that
#    cannot be told soon: HOLD at that step. And twice as long until the next time.
#    Few datagrams say nothing, however bad they look: what is lost by chance would end many a PROBE.
# 5. WAIT: nothing good is heard at all; where there is a limit already, a shorter silence will do. A few datagrams per
#    timeout ask whether that is over, fewer where less had been answered. Then the rate is what was answered in the
#    last second if that was a limit's pause (one by the second gives its second's worth at once), or half of what it
#    was if it was an outage. Refusals that go on at this rate are no limit: from then on they count as answers.

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
#: Datagrams before which a step is not given up, and after which one that has not shown itself to be fine is.
SOME = 40.0
ENOUGH = 200.0
#: Seconds of HOLD before a PROBE, first and longest, and round trips at least: PROBE takes some before it knows.
HOLD_FIRST = 0.2
HOLD_LONGEST = 1.2
HOLD_TRIPS = 4.0
#: Limits that count by a long period show only after one, in seconds.
LONG_PERIOD = 1.2
#: A pause longer than this, in seconds, is that of a long period.
LONG_PAUSE = 0.09
#: Seconds that hold all of what a limit by the second answers in one, with the time until WAIT sees that it is over.
SECOND = 1.04
#: HOLD sends this much more than a limit by a long period, or so many a second more, if that is not too much.
TIP = 0.01
TIP_FEW = 12.0
TIP_MOST = 0.03
#: A limit that is less than this part of the rate is passed by more than that.
WELL_BELOW = 0.96
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
        "_paused",
        "_proven",
        "_queue_for",
        "_queue_until",
        "_refusals",
        "_round_trips",
        "_step",
        "_swept_at",
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
        # HOLD: for how long, how often the rate was cut, the limit last seen, whether it is one by a long period, and
        # when far more was lost than chance loses.
        self._hold_for = HOLD_FIRST
        self._cuts = 0
        self._limit_seen = 0.0
        self._blackout = False
        self._swept_at = 0.0
        # RISE, CHECK: nothing at all was answered for a moment.
        self._paused = False
        # PROBE: how much more than which rate; which rate HOLD had, and what it was like there.
        self._step = FIRST_STEP
        self._hold_rate = 0.0
        self._proven = 0.0
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
            self._swept_at = now
            self._paused = self._paused or good <= 0
            if good < 0.5 * expected:
                self.trouble_until = now + 0.05 + 2 * srtt
        evidence.note(epoch, good)
        own = epoch.generation == evidence.generation
        if self.state == WAIT:
            if own:
                self._judge_wait(epoch, good, now)
        elif evidence.is_silence(epoch, max(0.03, srtt) if self.state in (HOLD, PROBE) else max(0.05, 2 * srtt)):
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
            gate.set_growth(0.0, trips.without_pauses())
            best = evidence.flow.best
            gate.window = min(gate.window, max(FIRST_BURST, best * (trips.usual + trips.slack(best))))
        else:
            if now >= self._queue_until:
                self._gain = min(1.0, self._gain * (1.0 + one.time / max(trips.srtt, EPOCH)))
            gate.set_growth(self._gain * (1.0 - excess if excess > 0.3 else 1.0), trips.without_pauses())

    def _judge_hold(self, excess: _float, now: _float) -> None:
        evidence = self._evidence
        base = evidence.base
        since = evidence.since
        latest = evidence.latest
        falls = latest.worse(base, 0.1) > 4.0
        if falls:
            self.trouble_until = now + 0.05 + 2 * self._round_trips.srtt
        less = falls or since.worse(base, 0.03) > 2.5
        if less and (excess > 1.0 or (falls and not evidence.base_sure)):
            self._begin_check(excess > 1.0, now)
        elif self._blackout:
            self._judge_period(now)
        elif less:
            fallen = 1.0 - since.share() / base.share()
            lately = 1.0 - evidence.lately(SHORT_PERIOD) / base.share()
            if falls and self._cuts >= 3:
                self._begin_check(False, now)
            elif falls and since.time > 2 * SHORT_PERIOD and fallen < 0.5 * lately:
                since.copy(latest)  # it has only begun
            elif since.time >= SHORT_PERIOD and fallen * since.time >= 0.02:
                self._cuts += 1
                self._hold_limit(min(evidence.limit(), self._gate.rate), now)
        elif since.time >= max(self._hold_for, HOLD_TRIPS * self._round_trips.srtt):
            self._cuts = 0
            if self._is_unused():
                self._hold(self._gate.rate, now)
            else:
                self._probe(FIRST_STEP, now)

    def _judge_period(self, now: _float) -> None:
        """HOLD at a limit by a long period: at the end of each, what is over it meets silence."""
        evidence = self._evidence
        since = evidence.since
        rate = self._gate.rate
        if since.time < LONG_PERIOD:
            return
        if now - self._swept_at < LONG_PERIOD:
            limit = evidence.answered_since(evidence.history[-1].end - 1.0) / evidence.base.share()
            if limit < WELL_BELOW * rate:
                self._hold_limit(limit, now)
        elif since.time >= 2 * LONG_PERIOD:
            if self._is_unused():
                self._hold(rate, now)
            else:
                self._probe(LAST_STEP, now)

    def _judge_probe(self, excess: _float, now: _float) -> None:
        evidence = self._evidence
        since = evidence.since
        held = self._held
        srtt = self._round_trips.srtt
        some = since.sent >= SOME
        if excess > 1.0 or (some and (since.worse(held, 0.02) > 3.0 or evidence.latest.worse(held, 0.1) > 4.0)):
            if evidence.base_sure:
                self._hold_again(self._limit_at_step(), now)
            else:
                self._begin_check(excess > 1.0, now)
            return
        middle = held.share() * (0.5 + 0.5 / (1.0 + self._step))
        sure = since.beats(middle, held.sent)
        if since.time > LONG_PERIOD + 8 * srtt:
            sure = 4.0 if since.share() > middle else -4.0
        if some and sure < (-3.0 if since.sent < ENOUGH else 0.0):
            self._hold_again(self._hold_rate, now)
        elif sure > 2.0 and since.sent >= 16 and since.time >= SHORT_PERIOD and now - evidence.changed >= 2 * srtt:
            if self._is_unused():
                self._hold(self._hold_rate, now)
            elif self._step >= LAST_STEP:
                self._rise(self._gate.rate, 0.5, now)
            else:
                self._probe(2 * self._step, now)

    def _limit_at_step(self) -> float:
        """What was being answered when a step failed, as far as so short a time can say."""
        evidence = self._evidence
        held = self._hold_rate
        if self._step == FIRST_STEP:
            return max(min(evidence.limit(), self._gate.rate), 0.95 * held)
        return max(min(evidence.latest.answered() / evidence.base.share(), held), (self._proven + held) / 2)

    def _is_unused(self) -> bool:
        """Whether less is sent than the rate allows, or more never may be."""
        since = self._evidence.since
        rate = self._gate.rate
        return since.volume < 0.9 * rate * since.time or rate >= self._gate.rate_cap

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
            if self._paused and check.limit < check.average:
                self._hold(check.average, now)
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
        self._blackout = self._blackout or evidence.pause > LONG_PAUSE
        count = evidence.answered_since(epoch.end - SECOND)
        rate = count
        if not self._blackout:
            rate = max(count, evidence.answered_since(epoch.end - 2 * SHORT_PERIOD) / (2 * SHORT_PERIOD))
        if waited > LONG_PERIOD or count < LITTLE:
            # A limit would have given more before it fell silent: this was an outage.
            self._rise(max(count, self._wait_rate / 2, min(FIRST_RATE, self._gate.rate_cap)), 0.5, now)
            return
        evidence.base_sure = True
        self._hold_limit(rate / max(evidence.base.share(), 0.1), now)

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
        trip = self._round_trips.without_pauses()
        self.state = RISE
        self._paused = False
        self._set_rate(rate, now)
        self._gain = gain
        gate.set_window(max(FIRST_BURST, gate.in_flight + 4.0, rate * trip))
        gate.set_growth(gain, trip)
        gate.follow_window(trip)

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
        self._paused = False
        self._set_rate(rate, now)

    def _hold_limit(self, limit: _float, now: _float) -> None:
        self._found(limit)
        self._hold(self._above(limit) if self._blackout else limit, now)

    def _hold_again(self, limit: _float, now: _float) -> None:
        """PROBE found nothing better; a long period's limit does not show in so short a time."""
        if self._blackout:
            self._hold(self._hold_rate, now)
        else:
            self._hold_limit(limit, now)

    def _above(self, limit: _float) -> float:
        """What is sent to see where a limit by a long period is."""
        return limit + max(TIP * limit, min(TIP_FEW, TIP_MOST * limit))

    def _found(self, limit: _float) -> None:
        """A limit was found: where it was before, or elsewhere."""
        if limit < 1.1 * self._limit_seen:
            self._hold_for = min(2 * self._hold_for, HOLD_LONGEST)
        else:
            self._hold_for = HOLD_FIRST
        self._limit_seen = limit

    def _probe(self, step: _float, now: _float) -> None:
        self._step = step
        if self.state == HOLD:
            self._proven = self._gate.rate
            self._held.copy(self._evidence.since)
        self._hold_rate = self._gate.rate
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
            gate.set_window(check.return_window)
            gate.follow_window(self._round_trips.without_pauses())
        else:
            self._hold(check.return_rate, now)

    def _wait(self, now: _float) -> None:
        timeout = self._round_trips.timeout(0, 0.0)
        self._wait_rate = max(self._evidence.rate, self._hold_rate if self.state == PROBE else 0.0)
        self._wait_since = now
        self.state = WAIT
        self._set_rate(min(max(ASK_FEW / timeout, ASK_SHARE * self._wait_rate), ASK_MOST / timeout), now)
        self._gate.set_window(ASK_MOST)
