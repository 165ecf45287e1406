"""How fast one server is asked, and how long its answers are waited for, found by measuring."""

# Rules.
# 1. What is sent is counted in epochs, some milliseconds long. Once an epoch's answers are due, it is judged by the
#    share of good ones; a limit's REFUSED, SERVFAIL or TC is no good answer. Sending little is no evidence of anything.
# 2. RISE: the window grows with every answer, twofold in a round trip or so, while the share of good answers stays what
#    it was at lower rates, and more slowly as the round trips get longer. Where they do, something is waiting on the
#    way: a receive buffer takes so many datagrams, and as soon as there is always one to answer more are of no use. So
#    the window stays what the answers per second take in the shortest round trip, and QUEUE at the most.
# 3. When the share falls, or the round trips have become much longer, nobody knows yet whether a limit, a queue or
#    chance did it. CHECK sends for a moment less than what is being answered. If that makes it better, it was a limit:
#    what was being answered is the rate to HOLD (behind a queue: the window to keep). If it makes nothing better, the
#    path or the names are like that at any rate, and it goes on as before; longer round trips are then the usual ones.
#    A queue once found, RISE is slow for a while, and what is lost there is put down to it: the window is cut, no more.
#    So loss by chance, however much, costs moments, and a limit is never passed by more than the answers of a few round
#    trips.
# 4. HOLD stays at the limit. When the share falls there, what is being answered is the new rate at once; CHECK only
#    where that does not help, or nothing is known for sure.
# 5. PROBE, now and then, sends a little more than HOLD, in growing steps while the answers grow with them, then RISE.
#    When they do not, or that cannot be told soon: HOLD at the rate before, and twice as long until the next time.
# 6. WAIT: nothing good is heard at all. A few datagrams per timeout ask whether that is over, fewer where less had been
#    answered. Then the rate is what was answered in the last second if that was a limit's pause (one by the second
#    gives its second's worth at once), or half of what it was if it was an outage. Refusals that go on at this rate are
#    no limit: from then on they count as answers.
# 7. Waiting for an answer: RFC 6298, from every sample.

from __future__ import annotations

from collections import deque
from math import inf, sqrt

from .tally import Epoch, Flow, Tally

RISE = 0
HOLD = 1
PROBE = 2
CHECK = 3
WAIT = 4
STATES = ("rise", "hold", "probe", "check", "wait")

#: Datagrams that may be on their way to one server: 50,000/s to one 300 ms away.
WINDOW_CAP = 16384
#: Before the first answer: so many datagrams at once, then at this rate, up to this number.
FIRST_BURST = 32.0
FIRST_RATE = 1500.0
FIRST_WINDOW = 512.0
#: In RISE the window grows e-fold in this time, in seconds, but at most twofold in a round trip; a small one always so.
GROWTH_TIME = 0.14
SMALL_WINDOW = 128.0
#: An epoch lasts a quarter of a round trip, and at least this long, in seconds.
EPOCH = 0.005
#: Credit for moments in which nothing was sent, in seconds.
CREDIT = 0.01
#: What CHECK sends, of what is being answered: for a limit, and to empty a queue.
UNDER_LIMIT = 0.8
UNDER_QUEUE = 0.5
#: Datagrams that may wait in a queue on the way: the receive buffer of a server takes so many.
QUEUE = 128.0
#: PROBE sends this much more, and twice as much in each further step; the last step is followed by RISE.
FIRST_STEP = 0.1
LAST_STEP = 0.4
#: Datagrams after which a step that has not shown itself to be fine is not.
ENOUGH = 200.0
#: Seconds of HOLD before a PROBE, first and longest.
HOLD_FIRST = 0.2
HOLD_LONGEST = 1.2
#: Limits that count by the period show only after one: in seconds, for a short and a long period.
SHORT_PERIOD = 0.12
LONG_PERIOD = 1.2
#: Seconds for which refusals are not taken for the names' own trouble after there were many at once.
LONG_MEMORY = 10.0
#: Datagrams in a row without a good answer that mean WAIT, if they took some time as well.
DRY = 16
#: What WAIT sends of what was being answered, and the least and the most per timeout.
ASK_SHARE = 0.02
ASK_FEW = 2.0
ASK_MOST = 8.0
#: Good answers before it fell silent without which an outage is likelier than a limit.
LITTLE = 64.0
#: Seconds to wait for the first try while nothing is known (unbound: 0.376), and the bounds afterwards.
FIRST_TIMEOUT = 0.5
LEAST_TIMEOUT = 0.05
MOST_TIMEOUT = 4.0
#: Datagrams at once, so that bursts stay small; per second, however little a server answers.
BURST = 128.0
LEAST_RATE = 5.0

_float = float
_int = int


class Pace:
    """The pace of one server. ``now`` is monotonic seconds; rates are datagrams per second."""

    __slots__ = (
        "_back_rate",
        "_back_state",
        "_back_window",
        "_average",
        "_base",
        "_base_rtt",
        "_base_sure",
        "_before",
        "_blackout",
        "_changed",
        "_burst",
        "_check_generation",
        "_check_since",
        "_cuts",
        "_dry",
        "_epoch",
        "_filled",
        "_flow",
        "_forgiving",
        "_gain",
        "_generation",
        "_growth",
        "_heard_at",
        "_held",
        "_history",
        "_hold_for",
        "_hold_rate",
        "_hoped",
        "_latest",
        "_limit_seen",
        "_limit_speaks",
        "_limited_at",
        "_one",
        "_pending",
        "_queue",
        "_queue_for",
        "_queue_until",
        "_rounds",
        "_rtt_before",
        "_since",
        "_small_growth",
        "_step",
        "_suspect",
        "_tokens",
        "_trouble_until",
        "_turn_at",
        "_wait_since",
        "in_flight",
        "loss",
        "rate",
        "rate_cap",
        "refuses",
        "rttvar",
        "send_rate",
        "srtt",
        "state_number",
        "window",
        "window_cap",
    )

    def __init__(self, now: _float, rate_cap: _float = inf, window_cap: _int = WINDOW_CAP) -> None:
        self.rate_cap = rate_cap
        self.window_cap = window_cap
        #: Smoothed round trip and its deviation, in seconds; 0 before the first answer.
        self.srtt = 0.0
        self.rttvar = 0.0
        #: Good answers per second, lately.
        self.rate = 0.0
        #: Share of datagrams without a good answer, lately.
        self.loss = 0.0
        #: Datagrams whose answers are not yet due.
        self.in_flight = 0
        #: Most of those.
        self.window = min(FIRST_WINDOW, window_cap)
        #: What may be sent per second.
        self.send_rate = min(FIRST_RATE, rate_cap)
        self.state_number = RISE
        self._burst = max(2.0, min(FIRST_BURST, rate_cap * CREDIT))
        self._tokens = self._burst
        self._filled = now
        self._turn_at = now + FIRST_TIMEOUT
        self._generation = 0
        self._epoch = Epoch(now, 0, Epoch(now, 0, None))
        self._pending: deque[Epoch] = deque()
        # Good answers as they come in.
        self._flow = Flow(now)
        # Since the rate was last set; the latest epochs of it, fading; the last one alone.
        self._since = Tally()
        self._latest = Tally()
        self._one = Tally()
        # At rates known to be fine: what the path and the names give. Sure: seen in CHECK.
        self._base = Tally()
        self._base_rtt = 0.0
        self._base_sure = False
        self._changed = now
        # RISE: the window's growth per answer, that of a small one, and the part of it that is allowed so far.
        self._gain = 1.0
        self._growth = 0.0
        self._small_growth = 0.0
        # CHECK: what it was like before, what is hoped for, the limit if one was found, and what to go back to.
        self._before = Tally()
        self._rtt_before = 0.0
        self._hoped = 0.0
        self._suspect = False
        self._limited_at = 0.0
        self._average = 0.0
        self._queue = False
        self._queue_for = 1.0
        self._queue_until = 0.0
        self._rounds = 0
        self._check_since = now
        self._check_generation = 0
        self._back_state = RISE
        self._back_rate = 0.0
        self._back_window = 0.0
        # HOLD and PROBE.
        self._hold_for = HOLD_FIRST
        self._hold_rate = 0.0
        self._held = Tally()
        self._cuts = 0
        self._step = FIRST_STEP
        self._limit_seen = 0.0
        self._limit_speaks = 0.0
        self._trouble_until = 0.0
        # WAIT.
        self._dry = 0
        self._heard_at = now
        self._wait_since = now
        self._history: deque[Epoch] = deque(maxlen=512)
        self._blackout = False
        self._forgiving = False
        #: Its limit replies with errors, so that not every one is a name's own trouble.
        self.refuses = False

    @property
    def state(self) -> str:
        """``rise``, ``hold``, ``probe``, ``check`` or ``wait``."""
        return STATES[self.state_number]

    def restart(self, now: _float) -> None:
        """The server had been put aside and is heard again: what was lost meanwhile says nothing about its rate."""
        if self.state_number != WAIT:
            self._base.clear()
            self._base_sure = False
            self._rise(self.send_rate / 2, 1.0, now)

    def in_trouble(self, now: _float) -> bool:
        """Whether more than usual is lost or refused just now."""
        return self.state_number >= CHECK or now < self._limit_speaks

    def passes_limit(self, now: _float) -> bool:
        """Whether far more was lost just now than chance loses, and what is sent does not only ask if that is over."""
        return now < self._trouble_until and self.state_number != WAIT

    # -- per datagram -----------------------------------------------------------------------------------------------

    def allowance(self, now: _float) -> int:
        """Datagrams that may be sent to this server now."""
        if now >= self._turn_at:
            self._turn(now)
        tokens = self._tokens + (now - self._filled) * self.send_rate
        self._filled = now
        if tokens > self._burst:
            tokens = self._burst
        self._tokens = tokens
        room = self.window - self.in_flight
        if tokens > room:
            tokens = room
        return int(tokens) if tokens >= 1.0 else 0

    def next_send(self, now: _float) -> float:
        """When ``allowance`` becomes positive by itself; infinity if only an answer can bring that."""
        if self.window - self.in_flight < 1.0:
            return max(now, self._turn_at) if self._pending else inf
        missing = 1.0 - self._tokens - (now - self._filled) * self.send_rate
        return now if missing <= 0.0 else now + missing / self.send_rate

    def sent(self, now: _float, evidence: bool = True, first: bool = True) -> Epoch:
        """A datagram was sent; returns the epoch it belongs to.

        ``evidence`` is false for a question that some server has replied to with an error of the name's own, ``first``
        for one that has met unexplained silence: what comes of those says more about the name than about the server.
        """
        self._tokens -= 1.0
        self.in_flight += 1
        epoch = self._epoch
        if self.state_number != WAIT and (not evidence or (not first and self.state_number != CHECK)):
            epoch = epoch.beside
        epoch.sent += 1
        return epoch

    def spend(self) -> None:
        """A query went to this server by another way, where the same limit counts it."""
        self._tokens -= 1.0

    def answered(self, epoch: Epoch, sent_at: _float, now: _float) -> None:
        """A reply came, of whatever kind, to a datagram that was not reported ``lost``."""
        epoch.good += 1
        self._flow.count += 1.0
        rtt = now - sent_at
        if not epoch.judged:
            if 2 * self.in_flight > self.window:  # what is not used proves nothing
                self.window += self._growth if self.window >= SMALL_WINDOW else self._small_growth
            self.in_flight -= 1
        elif rtt > 4.0 * self.timeout(0) and self.state_number != WAIT:
            return  # the name took that long, not the path
        epoch.timed += 1
        epoch.round_trips += rtt
        self._sample(rtt, now)

    def limited(self, epoch: Epoch, sent_at: _float, now: _float) -> bool:
        """The reply just counted was a REFUSED, SERVFAIL or TC.

        Returns whether the server's limit may speak: many of them at once are not the names' own trouble.
        """
        epoch.good -= 1
        epoch.limited += 1
        self._flow.count -= 1.0
        if not epoch.judged:
            growth = self._growth if self.window >= SMALL_WINDOW else self._small_growth
            self.window = max(self.window - growth, 1.0)
        if self._forgiving:
            return False
        # Each reply is looked at as the last of some, so chance has many chances: six deviations from what is usual.
        replies = epoch.good + epoch.limited
        share = max(0.05, 1.0 - self._base.share())
        excess = epoch.limited - share * replies
        if epoch.beside is not None and epoch.limited >= 5 and excess > 6.0 * sqrt(share * (1.0 - share) * replies):
            self.refuses = True
            self._limit_speaks = now + 0.1 + 2 * self.srtt
            epoch.swept = True
            epoch.beside.swept = True
        elif now > self._limit_speaks + LONG_MEMORY:
            self.refuses = False
        return self.refuses or self.state_number == WAIT

    def lost(self, epoch: Epoch, now: _float) -> None:
        """A datagram is given up: no answer in its time."""
        epoch.lost += 1
        if not epoch.judged:
            self.in_flight -= 1

    def late(self, epoch: Epoch, sent_at: _float, now: _float) -> None:
        """A reply came to a datagram that had been reported ``lost``."""
        epoch.lost -= 1
        epoch.good += 1
        self._flow.count += 1.0
        rtt = now - sent_at
        if rtt < 4.0 * self.timeout(0) or self.state_number == WAIT:
            epoch.timed += 1
            epoch.round_trips += rtt
            self._sample(rtt, now)

    def forget(self, epoch: Epoch) -> None:
        """Nobody looks for the answer to this datagram any more: it is no evidence."""
        epoch.sent -= 1
        if not epoch.judged:
            self.in_flight -= 1

    def timeout(self, attempt_number: _int) -> float:
        """Seconds to wait for an answer before sending again, after so many tries that were lost for no reason known.

        Longer from try to try, and much longer where chance alone would hardly lose so many in a row: then the name is
        slow, not the path.
        """
        if not self.srtt:
            seconds = FIRST_TIMEOUT
        else:
            seconds = max(self.srtt + max(4.0 * self.rttvar, 0.04, self.srtt / 2), LEAST_TIMEOUT)
        if attempt_number > 0:
            share = max(0.05, 1.0 - self._base.share(), self.loss)
            chance = 1.0
            for _ in range(attempt_number):
                chance *= share
                seconds *= 1.5 if chance > 0.001 else 3.0 if chance > 0.00002 else 12.0
        return min(seconds, MOST_TIMEOUT)

    def _sample(self, rtt: float, now: float) -> None:
        if rtt < 1e-6:
            rtt = 1e-6
        if not self.srtt:
            self.srtt = rtt
            self.rttvar = rtt / 2
            self.window = min(max(FIRST_BURST, self.in_flight + 1.0), self.window)
            self._turn_at = now
            return
        # RFC 6298 has one sample per round trip in mind; here every datagram gives one, so the steps are smaller.
        delta = rtt - self.srtt
        self.srtt += delta / 16
        self.rttvar += ((delta if delta > 0 else -delta) - self.rttvar) / 16

    # -- per epoch --------------------------------------------------------------------------------------------------

    def _turn(self, now: float) -> None:
        """Close the epoch if its time is over, and judge those whose answers are due."""
        length = max(EPOCH, self.srtt / 4)
        epoch = self._epoch
        volume = epoch.sent + epoch.beside.sent
        age = now - epoch.start
        if not volume and age * self.send_rate > 4.0:
            epoch.start = now  # there was nothing to send
        elif age >= length and (volume >= 8 or (volume and age >= 4 * length)):
            self._close(now)
        self._flow.measure(now, length, max(self.srtt, 4 * EPOCH))
        due = now - (self.srtt + 2.5 * self.rttvar + 0.003 if self.srtt else FIRST_TIMEOUT)
        pending = self._pending
        while pending:
            oldest = pending[0]
            if oldest.end > due and (oldest.out() or oldest.beside.out()):
                break
            pending.popleft()
            self._judge(oldest, now)
        if self.state_number == RISE:
            self._pace_rise()
        self._turn_at = max(self._epoch.start, now - length / 2) + length
        if pending:
            self._turn_at = min(self._turn_at, oldest.end + now - due)
        self._turn_at = max(self._turn_at, now + 0.001)

    def _close(self, now: float) -> None:
        self._epoch.end = max(now, self._epoch.start + 1e-4)
        self._pending.append(self._epoch)
        self._epoch = Epoch(now, self._generation, Epoch(now, self._generation, None))

    def _judge(self, epoch: Epoch, now: float) -> None:
        """The answers to this epoch are due: what do they say?"""
        self.in_flight -= epoch.out() + epoch.beside.out()
        epoch.judged = True
        epoch.beside.judged = True
        if epoch.sent <= 0:
            return
        good = float(epoch.good)
        if self._forgiving:
            if epoch.good >= 4 and epoch.good >= epoch.limited:
                self._forgiving = False
            else:
                good += epoch.limited
        expected = self._base.share() * epoch.sent
        if (epoch.sent >= 8 or self.state_number == WAIT) and good < 0.75 * expected:
            epoch.swept = True
            epoch.beside.swept = True
            if good < 0.5 * expected:
                self._trouble_until = now + 0.05 + 2 * self.srtt
        one = self._one
        one.add(epoch, good, 0.0)
        self._history.append(epoch)
        self.rate += (one.answered() - self.rate) * (one.time / (one.time + 0.25))
        self.loss += (1.0 - one.share() - self.loss) * (one.sent / (one.sent + 200.0))
        if good > 0:
            self._dry = 0
            self._heard_at = epoch.end
        else:
            self._dry += epoch.sent
        own = epoch.generation == self._generation
        if self.state_number == WAIT:
            if own:
                self._judge_wait(epoch, good, now)
        elif self._dry >= DRY and epoch.end - self._heard_at >= max(0.05, 2 * self.srtt):
            self._wait(now)
        elif own:
            self._since.add(epoch, good, 1.0)
            self._latest.add(epoch, good, 0.75)
            self._judge_own(now)
        elif self.state_number == CHECK and not self._queue and epoch.generation < self._check_generation:
            # Sent just before: nothing says better what is being answered.
            self._latest.add(epoch, good, 1.0)
            if self._latest.good >= 8:
                self._before.copy(self._latest)
            rate = max(UNDER_LIMIT * one.answered(), self._back_rate / 16)
            if rate < 0.97 * self.send_rate:
                self._set_rate(rate, now)

    def _judge_own(self, now: float) -> None:
        latest = self._latest
        mean = 0.0
        excess = 0.0
        if latest.timed >= 16:
            mean = latest.round_trips / latest.timed
            chance = 2.0 * self.rttvar / sqrt(latest.timed)
            if mean + chance < self._base_rtt or not self._base_rtt:
                self._base_rtt = mean + chance
            excess = (mean - self._base_rtt) / (self._slack() + chance)
        if self.state_number == CHECK:
            if self._queue:
                self._judge_queue(mean, now)
            else:
                self._judge_check(now)
        elif excess > 1.0 and mean > self._base_rtt + max(0.03, self._base_rtt / 2):
            self._check(True, now)
        elif self.state_number == RISE:
            self._judge_rise(excess, now)
        elif self.state_number == HOLD:
            self._judge_hold(excess, now)
        else:
            self._judge_probe(excess, now)

    def _slack(self) -> float:
        """Seconds that may be waited in a queue."""
        return min(max(0.005, self._base_rtt / 3), QUEUE / max(self._flow.best, 1.0))

    def _judge_rise(self, excess: float, now: float) -> None:
        one = self._one
        latest = self._latest
        if (
            (not self._base_sure and latest.sent >= 16 and latest.good < 0.8 * latest.sent)
            or one.worse(self._base, 0.05) > 4.0
            or latest.worse(self._base, 0.05) > 4.0
        ):
            if now < self._queue_until and (excess > 1.0 or now - self._changed > SHORT_PERIOD + 4 * self.srtt):
                self._drain(now)
            else:
                self._check(excess > 1.0, now)
            return
        if excess > 0.5 and now >= self._queue_until:
            self._check(True, now)
            return
        self._learn(one)
        if excess > 1.0:
            self._gain = 0.06
            self._set_growth(0.0)
            self.window = min(self.window, max(FIRST_BURST, self._flow.best * (self._base_rtt + self._slack())))
        else:
            if now >= self._queue_until:
                self._gain = min(1.0, self._gain * (1.0 + one.time / max(self.srtt, EPOCH)))
            self._set_growth(self._gain * (1.0 - excess if excess > 0.3 else 1.0))

    def _set_growth(self, growth: float) -> None:
        self._small_growth = growth
        self._growth = growth * min(1.0, self.srtt / GROWTH_TIME)

    def _judge_hold(self, excess: float, now: float) -> None:
        since = self._since
        falls = self._latest.worse(self._base, 0.1) > 4.0
        if falls:
            self._trouble_until = now + 0.05 + 2 * self.srtt
        if falls or since.worse(self._base, 0.02) > 2.5:
            fallen = 1.0 - since.share() / self._base.share()
            period = LONG_PERIOD if self._blackout else SHORT_PERIOD
            if excess > 1.0 or (falls and (not self._base_sure or self._cuts >= 3)):
                self._check(excess > 1.0, now)
            elif falls and since.time > 2 * period and fallen < 0.5 * (1.0 - self._latest.share() / self._base.share()):
                since.copy(self._latest)  # it has only begun
            elif since.time >= period and fallen * since.time >= 0.04:
                self._cuts += 1
                self._cut(now)
        elif since.time >= (LONG_PERIOD if self._blackout else self._hold_for):
            self._cuts = 0
            if since.volume < 0.95 * self.send_rate * since.time or self.send_rate >= self.rate_cap:
                self._hold(self.send_rate, now)
            else:
                self._probe(FIRST_STEP, now)

    def _cut(self, now: float) -> None:
        """The limit is what is being answered."""
        limit = min(self._since.answered() / self._base.share(), self.send_rate)
        self._found(limit)
        self._hold(limit, now)

    def _judge_probe(self, excess: float, now: float) -> None:
        since = self._since
        held = self._held
        if excess > 1.0 or since.worse(held, 0.02) > 2.5 or self._latest.worse(held, 0.1) > 4.0:
            if self._base_sure:
                limit = self._hold_rate
                if self._step == FIRST_STEP and not self._blackout:
                    limit = max(min(since.answered() / self._base.share(), self.send_rate), 0.95 * limit)
                self._found(limit)
                self._hold(limit, now)
            else:
                self._check(excess > 1.0, now)
            return
        before = held.share()
        middle = before * (0.5 + 0.5 / (1.0 + self._step))
        sure = since.beats(middle, held.sent)
        least = LONG_PERIOD if self._blackout and self._step == FIRST_STEP else max(SHORT_PERIOD, 2 * self.srtt)
        if since.time > LONG_PERIOD + 8 * self.srtt:
            since.copy(self._latest)
            sure = 2.5 if since.share() > middle else -2.5
        if sure < (-2.0 if since.sent < ENOUGH else 0.0):
            self._found(self._hold_rate)
            self._hold(self._hold_rate, now)
        elif sure > 2.0 and now - self._changed >= least and since.sent >= 16:
            if since.volume < 0.95 * self.send_rate * since.time or self.send_rate >= self.rate_cap:
                self._hold(self._hold_rate, now)
            elif self._step >= LAST_STEP:
                self._rise(self.send_rate, 0.5, now)
            else:
                self._probe(2 * self._step, now)

    def _judge_queue(self, mean: float, now: float) -> None:
        if mean and mean < (self._rtt_before + self._base_rtt) / 2:
            self._flow.rate = self._limited_at
            self._queue_for = min(2.0 * self._queue_for, 16.0)
            self._drain(now)
        elif self._since.time > 5 * self._rtt_before:
            self._base_rtt = mean or self._rtt_before
            self._queue_for = 1.0
            self._back(now)

    def _drain(self, now: float) -> None:
        """A queue: from now on the window that half fills what may be in it."""
        self._queue_until = now + self._queue_for
        window = self._flow.rate * (self._base_rtt + self._slack() / 2)
        self._rise(window / self.srtt, 0.06, now)
        self.window = min(max(window, 16.0), self.window_cap)
        self._set_growth(0.0)

    def _judge_check(self, now: float) -> None:
        since = self._since
        if self._suspect and not self._rounds and self._before.share() > 0.99 * self._base.share():
            self._back(now)  # it was over before it was checked
            return
        middle = (self._hoped + self._before.share()) / 2
        sure = since.beats(middle, since.sent)
        if sure < 2.0 and self._latest.sent >= 16 and self._latest.beats(middle, since.sent) > 2.5:
            since.copy(self._latest)  # it only began badly
            sure = 2.5
        better = sure >= 2.0
        enough = since.sent >= 16 and (
            (since.sent >= 40 and (better or (since.time >= SHORT_PERIOD and (sure < -2.0 or since.sent >= 1000))))
            or since.time >= max(0.5, 2 * self.srtt)
        )
        if not enough:
            if now - self._check_since > 1.0 + 4 * self.srtt:
                self._back(now)  # too little is sent to tell
            return
        if self._suspect and since.share() < 0.25 * self._base.share():
            self._wait(now)  # no rate is fine just now
            return
        answered = self._before.answered()
        under = self.send_rate <= 0.9 * answered
        if better:
            self._limited_at = answered
        if self._rounds < 8 and (
            (better and since.share() < 0.9)
            or (not better and not under)
            or (not self._rounds and not self._base_sure and since.share() < 0.9)
        ):
            # Perhaps better, or still better, with less.
            self._rounds += 1
            rate = UNDER_LIMIT * min(answered, since.answered())
            if better or under:
                self._before.copy(since)
                self._hoped = min(1.0, 1.2 * since.share())
            self._check_generation = 0
            self._set_rate(max(rate, self._back_rate / 64), now)
            return
        self._base_sure = True
        self._cuts = 0
        if not self._limited_at:
            self._base.copy(since)
            self._back(now)
            return
        if since.share() < 0.9 or self._base.worse(since, 0.02) > 2.5:
            self._base.clear()
        self._learn(since)
        self._blackout = False
        limit = self._limited_at / self._base.share()
        self._found(limit)
        if limit < 0.5 * self._average:
            self._rise(limit, 0.1, now)  # or it was the pause of a limit by the period
        else:
            self._hold(1.01 * limit, now)

    def _judge_wait(self, epoch: Epoch, good: float, now: float) -> None:
        waited = now - self._wait_since
        if good <= 0:
            if epoch.limited and waited > LONG_PERIOD:
                self._forgiving = True
                self.refuses = False
                self._base_sure = False
                self._base.clear()
                self._dry = 0
                self._rise(self._back_rate, 1.0, now)
            return
        self._dry = 0
        # A limit by the second gives one second's worth in each, at once if it is asked for it.
        self._blackout = self._blackout or waited > SHORT_PERIOD
        span = 1.06 if self._blackout else 2 * SHORT_PERIOD
        count = self._answered_since(epoch.end - span)
        if waited > LONG_PERIOD or count < LITTLE:
            # A limit would have given more before it fell silent: this was an outage.
            self._rise(max(count, self._back_rate / 2, min(FIRST_RATE, self.rate_cap)), 0.5, now)
            return
        self._base_sure = True
        rate = count / (1.0 if self._blackout else span) / max(self._base.share(), 0.1)
        self._found(rate)
        self._hold(rate, now)

    def _answered_since(self, start: float) -> float:
        """Good answers to what was sent since ``start``, or that would have come if all of it were evidence."""
        count = 0.0
        for epoch in reversed(self._history):
            if epoch.start < start:
                break
            count += max(epoch.good / epoch.sent * (epoch.sent + epoch.beside.sent), epoch.good + epoch.beside.good)
        return count

    # -- from state to state ----------------------------------------------------------------------------------------

    def _set_rate(self, rate: float, now: float) -> None:
        """Send at ``rate`` from now on, and count anew."""
        self.send_rate = min(max(rate, LEAST_RATE), self.rate_cap)
        self._burst = max(2.0, min(BURST, self.send_rate * CREDIT))
        self._tokens = min(self._tokens, 1.0)
        self._generation += 1
        self._changed = now
        self._since.clear()
        if self.state_number != CHECK or not self._check_generation:
            self._latest.clear()
        if self._epoch.sent or self._epoch.beside.sent:
            self._close(now)
        else:
            self._epoch = Epoch(now, self._generation, Epoch(now, self._generation, None))
        if self.state_number != RISE:
            self._set_growth(0.0)
            # Twice what is on its way at this rate if nothing is answered in time.
            self.window = min(2.0 * self.send_rate * self.timeout(0) + 32.0, self.window_cap)

    def _rise(self, rate: float, gain: float, now: float) -> None:
        self.state_number = RISE
        self._set_rate(rate, now)
        self._gain = gain
        self.window = min(max(FIRST_BURST, self.in_flight + 4.0, rate * self.srtt), self.window_cap)
        self._set_growth(gain)
        self._pace_rise()

    def _pace_rise(self) -> None:
        """In RISE answers set the pace; the rate only keeps bursts apart."""
        if self.window > self.window_cap:
            self.window = self.window_cap
        if self.srtt:
            # What lets the window fill as it grows in a round trip, and a tenth more.
            factor = 1.1 * (1.0 + self._growth) / (1.0 + 0.5 * self._growth)
            self.send_rate = min(max(factor * self.window / self.srtt, FIRST_RATE), self.rate_cap)
            self._burst = max(2.0, min(BURST, self.send_rate * CREDIT))

    def _hold(self, rate: float, now: float) -> None:
        self.state_number = HOLD
        self._set_rate(rate, now)

    def _probe(self, step: float, now: float) -> None:
        self._step = step
        if step == FIRST_STEP or not self._blackout:
            self._hold_rate = self.send_rate
        self._held.copy(self._since)
        self.state_number = PROBE
        self._set_rate(self.send_rate * (1.0 + step), now)

    def _check(self, queue: bool, now: float) -> None:
        if self.state_number == PROBE:
            self._back_state = HOLD
            self._back_rate = self._hold_rate
        else:
            self._back_state = self.state_number
            self._back_rate = self.send_rate
        self._back_window = self.window
        self._queue = queue
        self._rounds = 0
        self._check_since = now
        self._check_generation = self._generation + 1
        self.state_number = CHECK
        latest = self._latest
        if queue:
            self._rtt_before = latest.round_trips / latest.timed
            self._limited_at = self._flow.rate
            rate = UNDER_QUEUE * self._flow.rate
        else:
            if latest.good >= 8 and latest.worse(self._base, 0.1) > 4.0:
                self._before.copy(latest)
            else:
                self._before.copy(self._since)
            self._limited_at = 0.0
            # A limit by the period shows in all of one only.
            self._average = self._answered_since(self._history[-1].end - SHORT_PERIOD) / SHORT_PERIOD
            rate = UNDER_LIMIT * self._before.answered()
            base = self._base.share()
            share = self._before.share()
            self._suspect = base > 1.02 * share
            self._hoped = base if self._suspect else min(1.0, 1.1 * share)
        latest.clear()
        self._set_rate(max(rate, self._back_rate / 16), now)

    def _back(self, now: float) -> None:
        """It was neither a limit nor a queue: go on as before."""
        if self._back_state == RISE:
            window = self._back_window
            self._rise(self._back_rate, 1.0, now)
            self.window = min(max(window, self.window), self.window_cap)
            self._pace_rise()
        else:
            self._hold(self._back_rate, now)

    def _wait(self, now: float) -> None:
        self._back_rate = max(self.rate, self._hold_rate if self.state_number == PROBE else 0.0)
        self._wait_since = now
        self.state_number = WAIT
        self._set_rate(
            min(max(ASK_FEW / self.timeout(0), ASK_SHARE * self._back_rate), ASK_MOST / self.timeout(0)), now
        )
        self.window = min(ASK_MOST, self.window_cap)

    def _found(self, limit: float) -> None:
        """A limit was found: where it was before, or elsewhere."""
        if limit < 1.1 * self._limit_seen:
            self._hold_for = min(2 * self._hold_for, HOLD_LONGEST)
        else:
            self._hold_for = HOLD_FIRST
        self._limit_seen = limit

    def _learn(self, tally: Tally) -> None:
        """This is what the path and the names give at rates that are fine."""
        base = self._base
        base.sent += tally.sent
        base.good += tally.good
        if base.sent > 20000.0:
            base.sent *= 0.5
            base.good *= 0.5
