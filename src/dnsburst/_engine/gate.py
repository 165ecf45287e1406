"""What lets datagrams out to one server: a rate, and a window of those that may be on their way."""

# Rules.
# 1. The rate keeps bursts apart: credit for moments in which nothing was sent is small.
# 2. The window bounds what has no answer, or only a limit's, and is not given up. It grows with the answers, as fast as
#    it was told to, and only where it is used.
# 3. Neither passes its cap, whatever is asked for.

from __future__ import annotations

from math import ceil

#: Before the first answer: so many datagrams at once, then at this rate, up to this number.
FIRST_BURST = 32.0
FIRST_RATE = 1500.0
FIRST_WINDOW = 512.0
#: The window grows e-fold in this time, in seconds, but at most twofold in a round trip; a small one always so.
GROWTH_TIME = 0.17
SMALL_WINDOW = 128.0
#: Credit for moments in which nothing was sent, in seconds, and at most in datagrams.
CREDIT = 0.01
BURST = 128.0

_float = float
_int = int


class Gate:
    """The gate to one server; rates are datagrams per second."""

    __slots__ = (
        "_burst",
        "_filled",
        "_growth",
        "_small_growth",
        "in_flight",
        "rate",
        "rate_cap",
        "tokens",
        "window",
        "window_cap",
    )

    def __init__(self, now: _float, rate_cap: _float, window_cap: _float) -> None:
        self.rate_cap = rate_cap
        self.window_cap = window_cap
        self.rate = min(FIRST_RATE, rate_cap)
        self.window = min(FIRST_WINDOW, window_cap)
        #: Datagrams whose answers are not yet due.
        self.in_flight = 0
        self._burst = max(2.0, min(FIRST_BURST, rate_cap * CREDIT))
        #: What the rate lets out at once, as of the last ``allowance``.
        self.tokens = self._burst
        self._filled = now
        # What an answer adds to the window, and to a small one.
        self._growth = 0.0
        self._small_growth = 0.0

    def allowance(self, now: _float) -> int:
        """Datagrams that may be sent now."""
        tokens = self.tokens + (now - self._filled) * self.rate
        self._filled = now
        if tokens > self._burst:
            tokens = self._burst
        self.tokens = tokens
        room = self.window - self.in_flight
        if tokens > room:
            tokens = room
        return int(tokens) if tokens >= 1.0 else 0

    def is_full(self) -> bool:
        """Whether no other datagram may be on its way."""
        return self.window - self.in_flight < 1.0

    def next_token(self, now: _float) -> float:
        """When the rate lets the next datagram out."""
        missing = 1.0 - self.tokens - (now - self._filled) * self.rate
        return now if missing <= 0.0 else now + missing / self.rate

    def answered(self, count: _int) -> None:
        """So many answers came in: there is room again, and perhaps more."""
        excess = 2 * self.in_flight - self.window
        if excess > 0.0:  # what is not used proves nothing
            growth = self._growth if self.window >= SMALL_WINDOW else self._small_growth
            # Each makes the window larger, and what is on its way less, until no more than half of it is used.
            most = excess / (2.0 + growth)
            grown = float(count) if count < most else float(ceil(most))
            self.window += growth * grown
        self.in_flight -= count

    def refused(self) -> None:
        """That answer was a limit's: the window has not grown, and there is no room until its epoch is judged."""
        self.in_flight += 1
        growth = self._growth if self.window >= SMALL_WINDOW else self._small_growth
        self.window = max(self.window - growth, 1.0)

    def set_rate(self, rate: _float, least: _float) -> None:
        """Send at ``rate``, but not below ``least``."""
        self.rate = min(max(rate, least), self.rate_cap)
        self._burst = max(2.0, min(BURST, self.rate * CREDIT))

    def set_window(self, window: _float) -> None:
        """So many may be on their way from now on, but not above the cap."""
        self.window = min(window, self.window_cap)

    def set_growth(self, growth: _float, srtt: _float) -> None:
        """Growth is 1 for twofold in a round trip, which takes ``srtt`` seconds."""
        self._small_growth = growth
        self._growth = growth * min(1.0, srtt / GROWTH_TIME)

    def follow_window(self, srtt: _float) -> None:
        """From now on answers set the pace; the rate only keeps bursts apart."""
        if self.window > self.window_cap:
            self.window = self.window_cap
        if srtt:
            # What lets the window fill as it grows in a round trip, and a tenth more.
            factor = 1.1 * (1.0 + self._growth) / (1.0 + 0.5 * self._growth)
            self.set_rate(factor * self.window / srtt, FIRST_RATE)
