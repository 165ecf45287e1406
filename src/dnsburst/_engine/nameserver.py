"""One server as the engine sees it: its address, its channels, its health and its figures."""

from __future__ import annotations

import os
from collections.abc import Sequence
from math import inf
from typing import TYPE_CHECKING, Any

from .._wire.message import build_opt
from .address import ServerAddress
from .pace import Pace

if TYPE_CHECKING:
    from .lookup import Lookup
    from .pending import Pending

#: Tries without an answer in a row before a server is put aside, if it has been silent for SILENCE seconds as well; one
#: that has been heard is left to its pace for as long as a limit by the second may silence it.
FAILURES_UNTIL_DOWN = 10
SILENCE = 0.5
LONG_SILENCE = 1.2
#: Seconds to the first probe of a server put aside, and the most between two.
FIRST_PROBE = 0.25
LAST_PROBE = 4.0

#: Seconds without a cookie from a server that sent one before it is believed to have stopped (as c-ares does).
COOKIE_REGRESSION = 120.0

#: UDP channels opened for their unguessable ports, beyond what the number in flight needs (RFC 5452, section 9.2).
SPREAD = 4
#: At most so many UDP channels, whatever is in flight.
MAX_CHANNELS = 64
#: Queries after which a channel is given up for one with a new port: each of its message IDs has been used.
RENEW_AFTER = 65_536

#: Datagrams in one go to one channel: batches help, bursts fill buffers.
BURST = 32

MAX_TCP_CHANNELS = 2

#: Answers whose times are all taken down; of those after them each eighth is, which is as good and costs less.
ALL_TIMED = 10_000

_COMPILED = not __file__.endswith(".py")
_BINS = 320
_ALL_TIMED = ALL_TIMED
_TIMED_PART = 8
_COOKIE_REGRESSION = COOKIE_REGRESSION
_SPREAD = SPREAD
_BURST = BURST


class Channel:
    """One socket to one server: the queries that are out on it by message ID (see Pending), and what is to be sent.

    ``in_flight`` counts those neither answered nor given up; ``pending`` also holds old tries whose answer would still
    count. ``transport`` belongs to whoever moves the octets.
    """

    __slots__ = (
        "answered_at",
        "capacity",
        "closed",
        "heard_at",
        "in_flight",
        "is_tcp",
        "junk",
        "nameserver",
        "outbox",
        "pending",
        "reached",
        "sent",
        "transport",
    )

    def __init__(self, nameserver: Nameserver, is_tcp: bool, capacity: int, pending: Pending, transport: Any) -> None:
        self.nameserver = nameserver
        self.is_tcp = is_tcp
        self.capacity = capacity
        self.transport = transport
        self.pending = pending
        self.outbox: list[bytes] = []
        self.in_flight = 0
        self.sent = 0
        self.heard_at = -inf
        #: TCP: when the last answer came, and when the latest of the queries was sent that have been answered.
        self.answered_at = -inf
        self.reached = -inf
        self.junk = 0
        self.closed = False


class Nameserver:
    """One server: channels to it, its pace, whether it is up, what it understands, and what was counted."""

    __slots__ = (
        "_turn",
        "address",
        "ahead",
        "answered",
        "channels",
        "client_cookie",
        "cookie_at",
        "cookies",
        "down",
        "down_since",
        "edns",
        "failures",
        "last_answer",
        "most_channels",
        "opt",
        "pace",
        "probe_at",
        "probe_delay",
        "rtt_bins",
        "sent",
        "server_cookie",
        "socket_error",
        "tcp_channels",
        "text",
        "timeouts",
        "together",
    )

    def __init__(self, address: ServerAddress, pace: Pace, edns: bool = True, cookies: bool = True) -> None:
        self.address = address
        self.text = str(address)
        self.pace = pace
        self.channels: list[Channel] = []
        self.tcp_channels: list[Channel] = []
        self.most_channels = MAX_CHANNELS
        #: Lookups that met an error or silence elsewhere, and are asked here and at other servers at once.
        self.together: list[Lookup] = []
        #: How many lookups nearer servers answer in the time by which an answer of this one takes longer.
        self.ahead = 0
        self.sent = 0
        self.answered = 0
        self.timeouts = 0
        self.failures = 0
        self.last_answer = -inf
        self.down = False
        self.down_since = inf
        self.probe_at = 0.0
        self.probe_delay = FIRST_PROBE
        self.socket_error = ""
        self.edns = edns
        self.cookies = cookies
        self.client_cookie = os.urandom(8) if cookies else b""
        self.server_cookie = b""
        self.cookie_at = -inf
        #: How many answers took how long: see ``quantile``.
        self.rtt_bins = [0] * _BINS
        self.opt = b""
        self._turn = 0
        self._build_opt()

    def _build_opt(self) -> None:
        self.opt = build_opt(self.client_cookie + self.server_cookie) if self.edns else b""

    def forget_edns(self) -> None:
        """From now on ask this server without EDNS, and so without cookies."""
        self.edns = False
        self.cookie_at = -inf
        self._build_opt()

    def cookie_right(self, cookie: bytes, now: float) -> bool:
        """Whether a reply to a query with our cookie may hold ``cookie`` (b"" for none); learns the server's."""
        if not cookie:
            return now - self.cookie_at > _COOKIE_REGRESSION
        if cookie[:8] != self.client_cookie or not (len(cookie) == 8 or 16 <= len(cookie) <= 40):
            return False
        if len(cookie) > 8:
            self.cookie_at = now
            if cookie[8:] != self.server_cookie:
                self.server_cookie = cookie[8:]
                self._build_opt()
        return True

    def count_answers(self, rtt: float, now: float, count: int) -> None:
        """So many answers came, ``rtt`` seconds after their queries."""
        before = self.answered
        self.answered += count
        self.failures = 0
        self.last_answer = now
        if self.down:
            self.down = False
            self.down_since = inf
            self.probe_delay = FIRST_PROBE
            self.pace.restart(now)
        if before >= _ALL_TIMED:
            count = self.answered // _TIMED_PART - before // _TIMED_PART
            if count == 0:
                return
        microseconds = int(rtt * 1e6)
        if microseconds < 8:
            bin_number = 0
        else:
            bits = _bit_length(microseconds)
            bin_number = bits * 8 + (microseconds >> (bits - 4)) - 8
            if bin_number >= _BINS:
                bin_number = _BINS - 1
        self.rtt_bins[bin_number] += count

    def count_failure(self, now: float) -> None:
        """A try came to nothing: silence, or a socket error."""
        self.failures += 1
        if (
            not self.down
            and self.failures >= FAILURES_UNTIL_DOWN
            and now - self.last_answer > max(LONG_SILENCE if self.answered else SILENCE, 4 * self.pace.srtt)
        ):
            self.down = True
            self.down_since = now
            self.probe_delay = FIRST_PROBE
            self._set_probe(now)

    def _set_probe(self, now: float) -> None:
        self.probe_at = now + self.probe_delay
        self.probe_delay = min(2 * self.probe_delay, LAST_PROBE)

    def allowance(self, now: float) -> int:
        """Datagrams that may go to this server now; one at a time to one that is put aside."""
        if self.down:
            return 1 if now >= self.probe_at else 0
        return self.pace.allowance(now)

    def note_probe(self, now: float) -> None:
        """A query goes to a server that is put aside: no other before its time."""
        self._set_probe(now)

    def next_send(self, now: float) -> float:
        """When ``allowance`` is next above zero by itself."""
        return self.probe_at if self.down else self.pace.next_send(now)

    def free_channel(self) -> Channel | None:
        """A UDP channel with room for a query; None when another should be opened, or all are full."""
        channels = self.channels
        count = len(channels)
        if count < _SPREAD and self.sent >= 16 * count and count < self.most_channels:
            return None
        turn = self._turn
        if turn >= count or not 0 < len(channels[turn].outbox) < _BURST:
            turn += 1  # else the one of before has something to send, and goes on being filled: few calls send much
        for at in range(turn, turn + count):
            channel = channels[at % count]
            if channel.in_flight < channel.capacity:
                self._turn = at % count
                return channel
        return None

    @property
    def rate(self) -> float:
        """Answers per second, lately."""
        return self.pace.rate

    @property
    def loss(self) -> float:
        """The share of tries lately that got no answer in their time, 0 to 1."""
        return self.pace.loss


def _bit_length(number: int) -> int:
    if not _COMPILED:
        return number.bit_length()
    length = 0
    while number:
        number >>= 1
        length += 1
    return length


def quantile(bins: Sequence[int], share: float) -> float | None:
    """Seconds within which ``share`` (0 to 1) of the answers came, to about 6 %; None without any.

    ``bins`` are the ``rtt_bins`` of a server, or the sums of several servers'.
    """
    total = sum(bins)
    if not total:
        return None
    left = share * total
    number = 0
    for number in range(_BINS):
        count = bins[number]
        left -= count
        if left <= 0 and count:
            break
    if number < 8:
        return 4e-6
    bits, part = divmod(number, 8)
    return float((8 + part) * 2 ** (bits - 4) + 2 ** (bits - 5)) * 1e-6
