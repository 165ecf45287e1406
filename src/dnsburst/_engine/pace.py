"""How fast one server is asked, and how long its answers are waited for, found by measuring."""

# Rules.
# 1. All that happens to a datagram is told here, and counted in its epoch, some milliseconds long; a limit's REFUSED,
#    SERVFAIL or TC is no good answer. Once an epoch's answers are due, the search is shown it.
# 2. The search (RISE, HOLD, PROBE, CHECK, WAIT) sets the gate, from epochs alone; the gate lets datagrams out.
# 3. What a name has done before says more about it than about the server: such a datagram is counted beside the others,
#    but where next to nothing is sent all of them count, and where there are no others but answers to those. An error
#    for it is an answer, until a limit may speak.
# 4. A datagram is on its way until it has an answer, is given up, or its epoch judged, whichever comes first. What a
#    limit may have replied is none: that comes as fast as it is asked for, and must not make room for more of it.

from __future__ import annotations

from math import inf

from .again import Again
from .evidence import EPOCH, Evidence
from .gate import FIRST_BURST, Gate
from .refusals import Refusals
from .roundtrips import FIRST_TIMEOUT, RoundTrips
from .search import CHECK, HOLD, PROBE, RISE, STATES, WAIT, Search
from .tally import Epoch

#: Datagrams that may be on their way to one server: 50,000/s to one 300 ms away.
WINDOW_CAP = 16384
#: A share of lookups that is silent again and is more than chance takes.
SLOW = 0.5
#: Datagrams that are no evidence, for each that is and for one more, at which the latter are lacking.
MOST_BESIDE = 4

_float = float
_int = int
_MOST_BESIDE = MOST_BESIDE
_CHECK = CHECK
_WAIT = WAIT


class Pace:
    """The pace of one server. ``now`` is monotonic seconds; rates are datagrams per second."""

    __slots__ = (
        "_again",
        "_evidence",
        "_gate",
        "_heard_at",
        "_paused_at",
        "_refusals",
        "_round_trips",
        "_search",
        "_turn_at",
        "srtt",
    )

    def __init__(
        self,
        now: _float,
        rate_cap: _float = inf,
        window_cap: _int = WINDOW_CAP,
        again: Again | None = None,
        share: _float = 1.0,
    ) -> None:
        self._again = again or Again()
        self._gate = Gate(now, rate_cap, window_cap)
        self._evidence = Evidence(now)
        self._round_trips = RoundTrips(share)
        self._refusals = Refusals()
        self._search = Search(self._gate, self._evidence, self._round_trips, self._refusals)
        #: Smoothed round trip in seconds, 0 before the first answer; it is asked for with every datagram.
        self.srtt = 0.0
        self._turn_at = now + FIRST_TIMEOUT / 4
        # When an answer was last read, and when the last moment began in which none was that was longer than a trip.
        self._heard_at = now
        self._paused_at = -inf

    @property
    def state(self) -> str:
        """``rise``, ``hold``, ``probe``, ``check`` or ``wait``."""
        return STATES[self._search.state]

    @property
    def rate(self) -> float:
        """Good answers per second, lately."""
        return self._evidence.rate

    @property
    def loss(self) -> float:
        """Share of datagrams without a good answer, lately."""
        return self._evidence.loss

    @property
    def send_rate(self) -> float:
        """What may be sent per second."""
        return self._gate.rate

    @property
    def rate_cap(self) -> float:
        """The most of that."""
        return self._gate.rate_cap

    @property
    def in_flight(self) -> int:
        """Datagrams whose answers are not yet due."""
        return self._gate.in_flight

    @property
    def window(self) -> float:
        """Most of those."""
        return self._gate.window

    def load(self) -> float:
        """The part of the window that is taken."""
        return self._gate.in_flight / max(self._gate.window, 1.0)

    def refuses(self) -> bool:
        """Whether its limit replies with errors, so that not every one is a name's own trouble."""
        return self._refusals.limiting

    def refuses_unclearly(self) -> bool:
        """Whether names that were refused show, when they are asked again, if that is a limit's doing or their own."""
        return self._refusals.limiting and not self._again.is_enough()

    def refuses_names(self, refused: bool) -> bool:
        """Whether names that had REFUSED, or SERVFAIL, are known to have it whenever they are asked."""
        return self._again.is_in_vain(refused)

    def in_trouble(self, now: _float) -> bool:
        """Whether more than usual is lost or refused just now."""
        return self._search.state >= _CHECK or now < self._refusals.speaks_until

    def lacks_evidence(self) -> bool:
        """Whether nearly all that was just sent says more about the names than about the server."""
        epoch = self._evidence.epoch
        return bool(epoch.beside.sent >= _MOST_BESIDE * (epoch.sent + 1))

    def passes_limit(self, now: _float) -> bool:
        """Whether far more was lost just now than chance loses, and what is sent does not only ask if that is over."""
        return now < self._search.trouble_until and not self.waits()

    def waits(self) -> bool:
        """Whether what is sent only asks if a limit, or an outage, is over."""
        return self._search.state == _WAIT

    def path(self) -> float:
        """Seconds that an answer takes when nothing waits on its way; 0 while that is not known.

        Where the server has fallen silent there may be none, and as much more until that is clear.
        """
        silence = self.timeout(0) if self.waits() else 0.0
        return self._round_trips.usual + silence

    def restart(self, now: _float) -> None:
        """The server had been put aside and is heard again: what was lost meanwhile says nothing about its rate."""
        self._search.restart(now)

    # -- per datagram -----------------------------------------------------------------------------------------------

    def allowance(self, now: _float) -> int:
        """Datagrams that may be sent to this server now."""
        if now >= self._turn_at:
            self._turn(now)
        return self._gate.allowance(now)

    def next_send(self, now: _float) -> float:
        """When ``allowance`` becomes positive by itself; infinity if only an answer can bring that."""
        if self._gate.is_full():
            return max(now, self._turn_at) if self._evidence.pending else inf
        return self._gate.next_token(now)

    def sent(self, now: _float, evidence: bool = True, first: bool = True) -> Epoch:
        """A datagram was sent; returns the epoch it belongs to.

        ``evidence`` is false for a question that servers have replied to with errors of the name's own, ``first``
        for one that has met unexplained silence: what comes of those says more about the name than about the server.
        """
        gate = self._gate
        gate.tokens -= 1.0
        gate.in_flight += 1
        epoch = self._evidence.epoch
        state = self._search.state
        if state != _WAIT and (not evidence or (not first and state != _CHECK)):
            epoch = epoch.beside
        epoch.sent += 1
        return epoch

    def sent_all(self, count: _int, evidence: bool = True) -> Epoch:
        """The same for so many datagrams, none of which had met silence."""
        gate = self._gate
        gate.tokens -= count
        gate.in_flight += count
        epoch = self._evidence.epoch
        if not evidence and self._search.state != _WAIT:
            epoch = epoch.beside
        epoch.sent += count
        return epoch

    def spend(self) -> None:
        """A query went to this server by another way, where the same limit counts it."""
        self._gate.tokens -= 1.0

    def answered(self, epoch: Epoch, sent_at: _float, now: _float, count: _int = 1) -> None:
        """A reply came, of whatever kind, to each of so many datagrams that were not reported ``lost``."""
        epoch.good += count
        self._evidence.flow.count += count
        rtt = now - sent_at
        if not epoch.judged:
            self._gate.answered(count)
        elif rtt > 4.0 * self.timeout(0) and self._search.state != _WAIT:
            return  # the name took that long, not the path
        self._sample(epoch, sent_at, now, count)

    def limited(self, epoch: Epoch, sent_at: _float, now: _float) -> bool:
        """The reply just counted was a REFUSED, SERVFAIL or TC.

        Returns whether the server's limit may speak: many of them at once are not the names' own trouble.
        """
        if epoch.beside is None and not self._refusals.limiting and self._search.state != _WAIT:
            return False  # trouble of a name that had some before
        epoch.good -= 1
        epoch.limited += 1
        if not self._refusals.forgiven:
            self._refusals.count(epoch, self._evidence.base.share(), self.srtt, now)
        speaks = self._refusals.limiting or self._search.state == _WAIT
        if speaks:
            self._evidence.flow.count -= 1.0
            if not epoch.judged:
                epoch.held += 1
                self._gate.refused()
        return speaks and not self._refusals.forgiven

    def asked_again(self, epoch: Epoch, refused: bool, answered: bool) -> None:
        """The reply just counted, an answer or not, was for a name that had had REFUSED, or SERVFAIL, once before."""
        if refused:
            epoch.refused_again += 1
            epoch.refused_answered += answered
        else:
            epoch.servfail_again += 1
            epoch.servfail_answered += answered

    def lost(self, epoch: Epoch, now: _float) -> None:
        """A datagram is given up: no answer in its time."""
        epoch.lost += 1
        if not epoch.judged:
            self._gate.in_flight -= 1

    def late(self, epoch: Epoch, sent_at: _float, now: _float) -> None:
        """A reply came to a datagram that had been reported ``lost``."""
        epoch.lost -= 1
        epoch.good += 1
        self._evidence.flow.count += 1.0
        rtt = now - sent_at
        if rtt < 4.0 * self.timeout(0) or self._search.state == _WAIT:
            self._sample(epoch, sent_at, now, 1)

    def forget(self, epoch: Epoch) -> None:
        """Nobody looks for the answer to this datagram any more: it is no evidence."""
        epoch.sent -= 1
        if not epoch.judged:
            self._gate.in_flight -= 1

    def timeout(self, attempt_number: _int, again: _float = 1.0) -> float:
        """Seconds to wait for an answer before sending again, after so many tries that were lost for no reason known.

        Longer from try to try, and much longer where chance alone would hardly lose so many in a row: then the name is
        slow, not the path. ``again`` is the share of those with one try less lost that lost this one too: where it is
        small it was chance after all, which of very many lookups loses some that often.
        """
        if attempt_number <= 0:
            return self._round_trips.timeout(0, 0.0)
        share = 1.0
        if again >= SLOW:
            share = max(0.05, 1.0 - self._evidence.base.share(), self._evidence.loss)
        return self._round_trips.timeout(attempt_number, share)

    def _sample(self, epoch: Epoch, sent_at: _float, now: _float, count: _int) -> None:
        # What was on its way while nothing was read may have been here for long: this process had other things to do.
        if now - self._heard_at > self.srtt > 0.0:
            self._paused_at = self._heard_at
        self._heard_at = now
        if sent_at <= self._paused_at:
            return
        rtt = now - sent_at
        epoch.timed += count
        epoch.round_trips += rtt * count
        if not self.srtt:
            gate = self._gate
            gate.window = min(max(FIRST_BURST, float(gate.in_flight + count)), gate.window)
            self._turn_at = now
        self.srtt = self._round_trips.sample(rtt, count)

    # -- per epoch --------------------------------------------------------------------------------------------------

    def _turn(self, now: _float) -> None:
        """Close the epoch if its time is over, and show the search those whose answers are due."""
        evidence = self._evidence
        length = max(EPOCH, (self.srtt or FIRST_TIMEOUT) / 4)
        epoch = evidence.epoch
        volume = epoch.sent + epoch.beside.sent
        age = now - epoch.start
        if not volume and age * self._gate.rate > 4.0:
            epoch.start = now  # there was nothing to send
        elif age >= length and (volume >= 8 or (volume and (age >= 4 * length or self._search.state == WAIT))):
            # WAIT learns from each datagram that it is over, and when.
            evidence.close(now)
        evidence.flow.measure(now, length, max(self.srtt, 4 * EPOCH))
        due = now - self._round_trips.due()
        pending = evidence.pending
        while pending:
            oldest = pending[0]
            if oldest.end > due and (oldest.out() or oldest.beside.out()):
                break
            pending.popleft()
            self._gate.in_flight -= oldest.on_its_way() + oldest.beside.on_its_way()
            oldest.judged = True
            oldest.beside.judged = True
            if not oldest.sent and self._search.state in (HOLD, PROBE) and oldest.beside.is_answered():
                oldest.take_beside()
            if oldest.sent > 0:
                self._again.learn(oldest)
                self._search.judge(oldest, now)
        if self._search.state == RISE:
            self._gate.follow_window(self._round_trips.without_pauses())
        self._turn_at = max(evidence.epoch.start, now - length / 2) + length
        if pending:
            self._turn_at = min(self._turn_at, oldest.end + now - due)
        self._turn_at = max(self._turn_at, now + 0.001)
