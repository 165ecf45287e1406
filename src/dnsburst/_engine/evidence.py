"""What came of what was sent to one server: at the rate of now, at all of late, and at rates known to be fine."""

# Rules.
# 1. What is sent is counted in epochs, some milliseconds long, which are noted once their answers are due. The share
#    of good ones is the evidence; sending little is no evidence of anything.
# 2. A new rate is a new generation: what was sent before says nothing about it.
# 3. What is usual for the path and the names is learned at rates that are fine only; for sure in CHECK.

from __future__ import annotations

from collections import deque

from .tally import Epoch, Flow, Tally

#: An epoch lasts a quarter of a round trip, and at least this long, in seconds.
EPOCH = 0.005
#: Datagrams in a row without a good answer that mean silence, if they took some time as well.
DRY = 16

_float = float


class Evidence:
    """Epochs, and what they add up to; rates are datagrams per second."""

    __slots__ = (
        "_heard_at",
        "base",
        "base_sure",
        "changed",
        "dry",
        "epoch",
        "flow",
        "generation",
        "history",
        "latest",
        "loss",
        "one",
        "pause",
        "pending",
        "rate",
        "since",
    )

    def __init__(self, now: _float) -> None:
        #: The epoch of now, and those whose answers are not yet due.
        self.epoch = Epoch(now, 0, Epoch(now, 0, None))
        self.pending: deque[Epoch] = deque()
        self.history: deque[Epoch] = deque(maxlen=512)
        #: Good answers as they come in.
        self.flow = Flow(now)
        #: Good answers per second, and the share of datagrams without one, lately.
        self.rate = 0.0
        self.loss = 0.0
        #: Since the rate was last set; the latest epochs of it, fading; the last one alone, of whatever rate.
        self.since = Tally()
        self.latest = Tally()
        self.one = Tally()
        #: When the rate was last set, and how often.
        self.changed = now
        self.generation = 0
        #: At rates known to be fine: what the path and the names give. Sure: seen in CHECK.
        self.base = Tally()
        self.base_sure = False
        #: Datagrams since the last good answer, and when what that answered was sent.
        self.dry = 0
        #: Seconds without a good answer, before the last one.
        self.pause = 0.0
        self._heard_at = now

    def close(self, now: _float) -> None:
        """The next epoch begins."""
        self.epoch.end = max(now, self.epoch.start + 1e-4)
        self.pending.append(self.epoch)
        self.epoch = Epoch(now, self.generation, Epoch(now, self.generation, None))

    def start_anew(self, now: _float) -> None:
        """The rate is another one from now on; ``latest`` is for the caller to clear."""
        self.generation += 1
        self.changed = now
        self.since.clear()
        if self.epoch.sent or self.epoch.beside.sent:
            self.close(now)
        else:
            self.epoch = Epoch(now, self.generation, Epoch(now, self.generation, None))

    def note(self, epoch: Epoch, good: _float) -> None:
        """The answers to this epoch are due, and so many of them are good."""
        one = self.one
        one.add(epoch, good, 0.0)
        self.history.append(epoch)
        self.rate += (one.answered() - self.rate) * (one.time / (one.time + 0.25))
        self.loss += (1.0 - one.share() - self.loss) * (one.sent / (one.sent + 200.0))
        if good > 0:
            self.dry = 0
            self.pause = epoch.start - self._heard_at
            self._heard_at = epoch.end
        else:
            self.dry += epoch.sent

    def is_silence(self, epoch: Epoch, least: _float) -> bool:
        """Whether nothing good at all has been heard for ``least`` seconds, as of the epoch just noted."""
        return self.dry >= DRY and epoch.end - self._heard_at >= least

    def learn(self, tally: Tally) -> None:
        """This is what the path and the names give at rates that are fine."""
        base = self.base
        base.sent += tally.sent
        base.good += tally.good
        if base.sent > 20000.0:
            base.sent *= 0.5
            base.good *= 0.5

    def limit(self) -> float:
        """The rate at which so many good answers as since the last change would be all that are usual."""
        return self.since.answered() / self.base.share()

    def lately(self, span: _float) -> float:
        """The share of good answers to what was sent at this rate in the last ``span`` seconds."""
        sent = 0.0
        good = 0.0
        start = self.history[-1].end - span
        for epoch in reversed(self.history):
            if epoch.start < start or epoch.generation != self.generation:
                break
            sent += epoch.sent
            good += epoch.good
        return good / sent if sent else 1.0

    def answered_since(self, start: _float) -> float:
        """Good answers to what was sent since ``start``.

        Names that are asked again may be in trouble: as many of their errors count as others had answers.
        """
        count = 0.0
        for epoch in reversed(self.history):
            if epoch.start < start:
                break
            count += epoch.good + epoch.beside.good
            replies = epoch.good + epoch.limited
            if replies:
                count += epoch.beside.limited * epoch.good / replies
        return count
