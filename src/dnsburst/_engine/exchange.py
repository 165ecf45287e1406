"""The queries in flight: what is sent where and when, which reply counts, and how each lookup ends."""

# Rules.
# 1. Driven by calls; nothing here sleeps, reads a clock or touches a socket. Each call does work in proportion to what
#    it was given, never to the number in flight.
# 2. A reply counts if it came on the channel of a try (so from its server, to its port) with that try's ID, QR=1,
#    opcode QUERY, and its question to the octet (letter case aside). Everything else is counted in ``drops``, and the
#    wait goes on (RFC 5452, section 9).
# 3. A try stays in its channel's table until its lookup has ended and its own time is over: late answers count, and no
#    ID is used twice while an answer to its first use may be on the way.
# 4. What follows on a try that came to nothing is the policy's to say. Whatever happens, a lookup ends at its deadline.
# 5. One question is out once: who asks the same is added to the lookup that is under way.

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from .._wire.codes import ede_to_text, rcode_to_text
from .._wire.message import (
    FLAG_AA,
    FLAG_QR,
    FLAG_RA,
    FLAG_TC,
    OPCODE_MASK,
    Message,
    build_query,
    decode,
    question,
    sole_answer,
)
from .._wire.name import fold
from ..errors import MalformedMessage
from .address import polite_rate
from .answer import MAX_TTL, interpret
from .identifiers import Identifiers, randomize_case
from .lookup import ANSWERED, FAILED, MISCASED, OUT, SILENT, Lookup, Try, new_lookup, new_try
from .nameserver import MAX_TCP_CHANNELS, RENEW_AFTER, Channel, Nameserver
from .pace import Pace
from .policy import (
    NOTHING,
    OVER_TCP,
    OVER_UDP,
    TRIES_PER_SERVER,
    Policy,
    all_failed,
    errors_of,
    servers_asked,
    silences,
    tries_at,
)
from .timers import Timers

if TYPE_CHECKING:
    from collections.abc import Callable

    from .options import Options

#: Lookups open at once unless ``in_flight`` says otherwise: what a server 250 ms away needs, and slow names besides.
MOST_OPEN = 32768
#: Lookups kept ready to be sent beyond what may be sent at once, so that the next permission finds some.
BACKLOG = 64
#: Replies with a wrong ID, for one question, until it is asked over TCP (behaviour of several resolvers).
NEAR_MISSES = 3
#: Datagrams in one go to one channel: batches help, bursts fill buffers.
BURST = 32
#: Seconds that a TCP try gets at least: it has to connect first.
TCP_TIMEOUT = 2.0
#: Seconds all servers must have been silent until it is said that none answers.
GRACE = 3.0
TCP_PIPELINE = 128
#: Messages that count for nothing until a connection is given up: so many, and some more for each query sent.
TCP_JUNK = 1024
TCP_JUNK_EACH = 16
#: The status of a lookup that nobody waits for any more; it is never handed out.
CANCELLED = "CANCELLED"

_QR = FLAG_QR
_TC = FLAG_TC
_OPCODE = OPCODE_MASK
_OUT = OUT
_ANSWERED = ANSWERED
_SILENT = SILENT
_FAILED = FAILED
_MISCASED = MISCASED
_RENEW_AFTER = RENEW_AFTER
_MAX_TTL = MAX_TTL

_PTR = 12
_FORMERR = 1
_SERVFAIL = 2
_NXDOMAIN = 3
_NOTIMP = 4
_REFUSED = 5
_BADVERS = 16
_BADCOOKIE = 23


#: What a try has for its lookup once that has ended.
_ENDED_LOOKUP = new_lookup(b"", 0, b"", b"", None, 0.0)
_ENDED_LOOKUP.status = "ENDED"
_CANCELLED_LOOKUP = new_lookup(b"", 0, b"", b"", None, 0.0)
_CANCELLED_LOOKUP.status = CANCELLED


class Exchange:
    """All lookups under way over all servers of ``options``; ``now`` is monotonic seconds throughout."""

    __slots__ = (
        "_active",
        "_budget",
        "_budget_at",
        "_finished",
        "_identifiers",
        "_lifetime",
        "_most_open",
        "_policy",
        "_randomize",
        "_ready",
        "_retries",
        "_streams",
        "_tcp",
        "_timeout",
        "_timers",
        "drops",
        "in_flight",
        "nameservers",
        "on_drop",
        "options",
        "retired",
        "sent",
        "wanted",
    )

    def __init__(self, options: Options, now: float) -> None:
        self.options = options
        self.nameservers: list[Nameserver] = []
        for address in options.servers:
            cap = (options.rate_per_server or polite_rate(address.host)) * options.share
            pace = Pace(now, cap, options.in_flight or MOST_OPEN)
            cookies = options.cookies and options.edns
            self.nameservers.append(Nameserver(address, pace, options.edns, cookies))
        #: Datagrams and TCP messages that counted for nothing, by reason.
        self.drops: dict[str, int] = {}
        self.on_drop: Callable[[Channel, bytes, str], None] | None = None
        #: Channels to be opened: (server, is_tcp). Whoever opens them calls ``channel_opened`` or ``channel_refused``.
        self.wanted: list[tuple[Nameserver, bool]] = []
        #: UDP channels that take no more queries; ``closed`` is set once nothing can come on them any more.
        self.retired: list[Channel] = []
        self.sent = 0
        #: Queries sent that are neither answered nor given up.
        self.in_flight = 0
        self._active: dict[bytes, Lookup] = {}
        # Neither popped nor pushed one by one: a list, of which what was taken is cut off.
        self._ready: list[Lookup] = []
        self._retries: deque[Lookup] = deque()
        self._streams: dict[Nameserver, deque[Lookup]] = {}
        self._finished: list[Lookup] = []
        self._timers = Timers()
        self._identifiers = Identifiers()
        self._policy = Policy(options, self.nameservers)
        self._budget = 0.0
        self._budget_at = now
        self._lifetime = options.lifetime
        self._timeout = options.timeout or 0.0
        self._most_open = options.in_flight or MOST_OPEN
        self._randomize = options.randomize_case
        self._tcp = options.tcp

    # -- what callers ask for ---------------------------------------------------------------------------------------

    def submit(self, name: bytes, rdtype: int, tag: Any, now: float) -> Lookup:
        """Look up wire name ``name``; ``tag`` joins the lookup already under way for the same question, if any."""
        asked = key = question(name, rdtype)
        folded = fold(name)
        if folded is not name:
            key = question(folded, rdtype)
        new = new_lookup(name, rdtype, asked, key, tag, now + self._lifetime)
        lookup = self._active.setdefault(key, new)
        if lookup is not new:
            if lookup.others is None:
                lookup.others = []
            lookup.others.append(tag)
            return lookup
        if self._tcp:
            self._queue_tcp(lookup, None)
        else:
            self._ready.append(lookup)
        return lookup

    def cancel(self, lookup: Lookup, tag: Any) -> None:
        """Nobody waits with ``tag`` any more; without any tag left the lookup is dropped, its ID stays reserved."""
        if lookup.status:
            return
        if lookup.others and lookup.tag is tag:
            lookup.tag = lookup.others.pop()
        elif lookup.tag is tag:
            self._close(lookup, CANCELLED)
        elif lookup.others:
            lookup.others = [other for other in lookup.others if other is not tag]

    def room(self, now: float) -> int:
        """How many more lookups would be of use now."""
        room = self._most_open - len(self._active)
        if room <= 0:
            return 0
        allowed = BACKLOG - len(self._ready) - len(self._retries)
        up = False
        for server in self.nameservers:
            if not server.down:
                up = True
                allowed += server.pace.allowance(now)
        if not up:
            allowed = 1 - len(self._ready) - len(self._retries)
        return max(0, min(room, allowed))

    def take_finished(self) -> list[Lookup]:
        """The lookups that have ended since the last call."""
        finished = self._finished
        self._finished = []
        return finished

    def has_finished(self) -> bool:
        """Whether ``take_finished`` has something."""
        return bool(self._finished)

    @property
    def open_lookups(self) -> int:
        """Lookups that have not ended."""
        return len(self._active)

    def no_server_answers(self, now: float) -> str | None:
        """Why nothing can be had: every server is put aside, and has been for a while. None while any answers."""
        since = 0.0
        for server in self.nameservers:
            if not server.down:
                return None
            since = max(since, server.down_since)
        if now - since < GRACE:
            return None
        return self.silence()

    def silence(self) -> str:
        """Each server with what is wrong with it, on one line."""
        return "; ".join(f"{s.text} ({s.socket_error or 'no answer'})" for s in self.nameservers)

    # -- what is to be sent -----------------------------------------------------------------------------------------

    def datagrams_to_send(self, now: float) -> list[Channel]:
        """The channels whose ``outbox`` now holds something new; ``wanted`` says which to open first."""
        channels: list[Channel] = []
        budget = self._take_budget(now)
        if self._streams:
            self._send_streams(channels, now)
        if self._retries:
            budget = self._send_retries(channels, budget, now)
        if self._ready:
            self._send_probes(channels, now)
        full: list[Nameserver] = []
        ready = self._ready
        taken = 0
        while taken < len(ready) and budget > 0:
            server = self._policy.roomiest(full, now)
            if server is None:
                break
            channel = server.free_channel()
            if channel is None:
                self._want(server)
                full.append(server)
                continue
            count = min(server.allowance(now), BURST, budget, channel.capacity - channel.in_flight)
            if not channel.outbox:
                channels.append(channel)
            first_patience = 0.0
            while count > 0 and taken < len(ready):
                lookup = ready[taken]
                taken += 1
                if lookup.status:
                    continue
                if lookup.tries:
                    patience = self._patience(lookup, server, False, now)
                else:
                    if first_patience == 0.0:
                        first_patience = self._patience(lookup, server, False, now)
                    patience = first_patience
                self._send(lookup, server, channel, patience, now)
                count -= 1
                budget -= 1
        del ready[:taken]
        return channels

    def _send_probes(self, channels: list[Channel], now: float) -> None:
        """Ask a server that is put aside, if it is time, what another one is about to be asked as well."""
        for server in self.nameservers:
            if server.down and self._policy.any_up() and server.allowance(now) and not self._ready[0].status:
                channel = server.free_channel()
                if channel is None:
                    self._want(server)
                    continue
                if not channel.outbox:
                    channels.append(channel)
                lookup = self._ready[0]
                self._send(lookup, server, channel, self._patience(lookup, server, False, now), now)

    def _take_budget(self, now: float) -> int:
        most = self._most_open - self.in_flight
        rate = self.options.rate
        if rate is None:
            return most
        # At most 20 ms' worth at once, so that a cap is a cap on every scale that matters.
        self._budget = min(self._budget + (now - self._budget_at) * rate, max(1.0, rate * 0.02))
        self._budget_at = now
        return min(int(self._budget), most)

    def _want(self, server: Nameserver) -> None:
        """Ask for another UDP channel to ``server``, unless there are as many as may be."""
        if len(server.channels) < server.most_channels and (server, False) not in self.wanted:
            self.wanted.append((server, False))

    def _send(self, lookup: Lookup, server: Nameserver, channel: Channel, patience: float, now: float) -> None:
        """Put a query for ``lookup`` into the channel's outbox; ``patience`` is how many seconds its answer has."""
        pending = channel.pending
        deadline = now + patience
        if deadline > lookup.deadline:
            deadline = lookup.deadline
        attempt = new_try(lookup, server, channel, channel.is_tcp, now)
        opt = b"" if lookup.plain else server.opt
        if opt:
            attempt.cookie = server.cookies
        if self._randomize and lookup.rdtype != _PTR:
            attempt.asked = randomize_case(lookup.question)
        query_id = self._identifiers.draw()
        while pending.setdefault(query_id, attempt) is not attempt:
            query_id = self._identifiers.draw()
        attempt.query_id = query_id
        channel.outbox.append(build_query(query_id, attempt.asked, opt))
        channel.in_flight += 1
        channel.sent += 1
        self.in_flight += 1
        self.sent += 1
        self._budget -= 1.0
        server.sent += 1
        if not channel.is_tcp:
            if server.down:
                server.note_probe(now)
            if attempt.previous is None:
                attempt.epoch = server.pace.sent(now)
            else:
                attempt.epoch = server.pace.sent(now, errors_of(lookup) == 0, silences(lookup) == 0)
            if channel.sent == _RENEW_AFTER:
                server.channels.remove(channel)
                self.retired.append(channel)
        self._timers.add(deadline, attempt)

    def _patience(self, lookup: Lookup, server: Nameserver, is_tcp: bool, now: float) -> float:
        """Seconds to wait for the try to be made."""
        if self._timeout != 0.0:
            return self._timeout
        if is_tcp and self._policy.is_last_resort(lookup):
            # The name may be slow, or this query lost: the tries there are left share the time there is left.
            return max(TCP_TIMEOUT, (lookup.deadline - now) / max(1, TRIES_PER_SERVER - tries_at(lookup, server, True)))
        if is_tcp:
            return max(TCP_TIMEOUT, 4 * server.pace.srtt)
        # Of a server never heard only its own tries say that it takes longer.
        number = silences(lookup) if server.pace.srtt > 0 else tries_at(lookup, server, False)
        # Up to a tenth more, so that what was lost together is not sent again together.
        return server.pace.timeout(number) * (1.0 + 0.1 * self._identifiers.chance())

    def _send_retries(self, channels: list[Channel], budget: int, now: float) -> int:
        """Send again what has to be; what no server may take now is kept, in order."""
        kept: list[Lookup] = []
        looked = 0
        while self._retries and budget > 0 and looked < 256:
            looked += 1
            lookup = self._retries.popleft()
            if lookup.status or lookup.wary or lookup.truncated:
                continue  # it has ended, or goes over TCP
            server = self._policy.server_again(lookup, bool(self._ready), now)
            if server is None:
                if self._policy.next_step(lookup) == OVER_UDP:
                    kept.append(lookup)
                    if len(kept) >= BACKLOG:
                        break
                else:
                    self._try_again(lookup, now, 0.0)  # the server it waited for has been put aside
                continue
            channel = server.free_channel()
            if channel is None:
                kept.append(lookup)
                self._want(server)
                break
            if not channel.outbox:
                channels.append(channel)
            self._send(lookup, server, channel, self._patience(lookup, server, False, now), now)
            budget -= 1
        self._retries.extendleft(reversed(kept))
        return budget

    def _send_streams(self, channels: list[Channel], now: float) -> None:
        """Send what goes over TCP; connections carry many queries each."""
        for server, waiting in list(self._streams.items()):
            while waiting:
                lookup = waiting[0]
                if lookup.status:
                    waiting.popleft()
                    continue
                is_paced = self._is_paced(lookup, server)
                if is_paced and server.pace.allowance(now) <= 0:
                    break
                best: Channel | None = None
                for channel in server.tcp_channels:
                    if channel.in_flight < channel.capacity and (best is None or channel.in_flight < best.in_flight):
                        best = channel
                if best is None or best.in_flight >= TCP_PIPELINE // 2:
                    if len(server.tcp_channels) < MAX_TCP_CHANNELS and (server, True) not in self.wanted:
                        self.wanted.append((server, True))
                    if best is None:
                        break
                if not best.outbox:
                    channels.append(best)
                if is_paced:
                    server.pace.spend()
                waiting.popleft()
                self._send(lookup, server, best, self._patience(lookup, server, True, now), now)
            if not waiting:
                del self._streams[server]

    def _is_paced(self, lookup: Lookup, server: Nameserver) -> bool:
        """Whether a query over TCP takes part in the server's pace: where UDP works, a limit may have lost it."""
        return self._policy.is_last_resort(lookup) and not server.down and server.pace.srtt > 0

    def channel_opened(self, server: Nameserver, is_tcp: bool, capacity: int, transport: Any) -> Channel:
        """A socket to ``server`` stands; ``capacity`` is how many answers it can hold unread."""
        channel = Channel(server, is_tcp, min(capacity, TCP_PIPELINE) if is_tcp else capacity, transport)
        (server.tcp_channels if is_tcp else server.channels).append(channel)
        return channel

    def channel_refused(self, server: Nameserver, is_tcp: bool, error: str, now: float) -> None:
        """No socket to ``server`` could be opened. ``error`` is ``ERRNO: text``."""
        if not is_tcp and server.channels:
            server.most_channels = len(server.channels)  # those that are there must do
            return
        server.socket_error = error
        burst = BURST
        if server.down:
            server.note_probe(now)
            burst = 1
        server.count_failure(now)
        if is_tcp:
            for lookup in self._streams.pop(server, ()):
                self._fail_unsent(lookup, server, True, error, now)
        else:
            # Only the lookups that would have been sent now: the others may fare better, or elsewhere.
            unsent = [self._retries.popleft() for _ in range(min(len(self._retries), burst))] + self._ready[:burst]
            del self._ready[:burst]
            for lookup in unsent:
                self._fail_unsent(lookup, server, False, error, now)

    def _fail_unsent(self, lookup: Lookup, server: Nameserver, over_tcp: bool, error: str, now: float) -> None:
        if lookup.status:
            return
        if lookup.tries == 0:
            self._timers.add(lookup.deadline, lookup)  # no try of its own keeps the deadline
        attempt = new_try(lookup, server, None, over_tcp, now)
        attempt.state = _FAILED
        lookup.trouble = error
        self._try_again(lookup, now, self._policy.pause(attempt, now))

    # -- what comes in ----------------------------------------------------------------------------------------------

    def datagrams_received(self, channel: Channel, datagrams: list[bytes], now: float) -> None:
        """Messages that came on ``channel``, without the length prefix of TCP."""
        channel.heard_at = now
        for data in datagrams:
            reason = self._receive(channel, data, now)
            if reason:
                self.drops[reason] = self.drops.get(reason, 0) + 1
                if self.on_drop is not None:
                    self.on_drop(channel, data, reason)
                if channel.is_tcp:
                    channel.junk += 1
                    if channel.junk > TCP_JUNK + TCP_JUNK_EACH * channel.sent:
                        self.channel_failed(channel, f"EBADMSG: bad messages from {channel.nameserver.text}", now)
                        self.retired.append(channel)
                        return

    def _receive(self, channel: Channel, data: bytes, now: float) -> str:
        """Take one message; returns why it counts for nothing, or ``""``."""
        if len(data) < 12:
            return "short"
        view = data  # in C the octets themselves
        attempt: Try | None = channel.pending.get(view[:2])
        flags = view[2] << 8 | view[3]
        if not flags & _QR:
            return "not a reply"
        if flags & _OPCODE:
            return "opcode"
        if attempt is None:
            return self._unmatched(channel, data, now)
        lookup = attempt.lookup
        end = 12 + len(attempt.asked)
        if view[4] != 0 or view[5] != 1:
            if view[4] == 0 and view[5] == 0 and self._questionless(flags, data):
                if attempt.state == _ANSWERED or lookup.status:
                    return "duplicate"
                if lookup.wary and not channel.is_tcp:
                    return "distrusted"
                self._settle(attempt, now)
                self._error_reply(attempt, flags & 15, "", now)
                return ""
            return "question"
        if not data.startswith(attempt.asked, 12):
            asked = data[12:end]
            if asked[-4:] != attempt.asked[-4:] or asked[:-4].lower() != lookup.key[:-4]:
                return "question"
            if self._randomize and lookup.rdtype != _PTR and not channel.is_tcp:
                self._miscased(attempt, now)
                return "letter case"
        if attempt.state == _ANSWERED:
            return "duplicate"
        if lookup.status:
            self._settle(attempt, now)  # too late for the lookup, not for the server's figures
            return "duplicate"
        if lookup.wary and not channel.is_tcp:
            return "distrusted"
        if flags & _TC and not channel.is_tcp:
            self._settle(attempt, now)
            self._truncated(attempt, now)
            return ""
        server = attempt.nameserver
        if not (lookup.plain or lookup.failure):
            record = sole_answer(data, attempt.asked, lookup.name, lookup.rdtype)
            if record is not None and (not attempt.cookie or server.cookie_right(b"", now)):
                self._settle(attempt, now)
                lookup.records = [record]
                lookup.ttl = min(record.ttl, _MAX_TTL)
                lookup.canonical_name = lookup.name
                lookup.server = server.text
                lookup.rtt = now - attempt.sent_at
                self._close(lookup, "NOERROR")
                return ""
        try:
            message = decode(data, attempt.asked, lookup.name)
        except MalformedMessage:
            return "malformed"
        if attempt.cookie and not channel.is_tcp and not server.cookie_right(message.cookie, now):
            return "cookie"
        self._settle(attempt, now)
        self._answer(attempt, message, now)
        return ""

    def _questionless(self, flags: int, data: bytes) -> bool:
        """A header alone may say that the server failed (RFC 1035, 4.1.1; glibc, res_send.c, for the empty one)."""
        rcode = flags & 15
        if rcode in (_FORMERR, _SERVFAIL, _NOTIMP, _REFUSED):
            return True
        return rcode == 0 and not flags & (FLAG_AA | FLAG_RA) and not any(data[6:12])

    def _unmatched(self, channel: Channel, data: bytes, now: float) -> str:
        """No try on this channel has that ID. With a question that is out there, it smells of forgery."""
        # A flood is made of these: the first NUL is taken for the root, and names that hold one in a label do without.
        end = data.find(b"\0", 12, 12 + 255) + 1
        lookup = self._active.get(data[12:end].lower() + data[end : end + 4])
        if lookup is not None and not channel.is_tcp:
            attempt = lookup.last_try
            while attempt is not None:
                if attempt.channel is channel:
                    self._near_miss(lookup, channel.nameserver, now)
                    return "near miss"
                attempt = attempt.previous
        return "ID"

    def _near_miss(self, lookup: Lookup, server: Nameserver, now: float) -> None:
        if lookup.status:
            return
        lookup.near_misses += 1
        if lookup.near_misses >= NEAR_MISSES and not lookup.wary and self._policy.may_try(lookup):
            lookup.wary = True
            self._queue_tcp(lookup, server)

    def _miscased(self, attempt: Try, now: float) -> None:
        """A server that does not keep letter case, or someone who has guessed the rest: TCP will tell, at once."""
        lookup = attempt.lookup
        if attempt.state != _OUT or attempt is not lookup.last_try:
            self._near_miss(lookup, attempt.nameserver, now)
            return
        self._settle(attempt, now)
        attempt.state = _MISCASED
        lookup.near_misses += 1
        if not lookup.status and self._policy.may_try(lookup):
            self._queue_tcp(lookup, attempt.nameserver)

    def _settle(self, attempt: Try, now: float) -> None:
        """A reply to ``attempt`` counted: the figures of its server."""
        server = attempt.nameserver
        channel = attempt.channel
        assert channel is not None
        if attempt.state == _OUT:
            channel.in_flight -= 1
            self.in_flight -= 1
            if not attempt.over_tcp:
                server.pace.answered(attempt.epoch, attempt.sent_at, now)
        elif not attempt.over_tcp and attempt.state != _MISCASED:
            server.pace.late(attempt.epoch, attempt.sent_at, now)
        attempt.state = _ANSWERED
        if channel.is_tcp:
            channel.answered_at = now
            channel.reached = max(channel.reached, attempt.sent_at)
            del channel.pending[attempt.query_id]  # nobody forges here, and there are 65,536 of them
        server.count_answer(now - attempt.sent_at, now)

    def _truncated(self, attempt: Try, now: float) -> None:
        """The answer does not fit, or the server would rather have a connection: the same server over TCP."""
        lookup = attempt.lookup
        server = attempt.nameserver
        attempt.excused = server.pace.limited(attempt.epoch, attempt.sent_at, now)
        if not lookup.truncated:
            lookup.truncated = True
            self._queue_tcp(lookup, server)

    def _answer(self, attempt: Try, message: Message, now: float) -> None:
        rcode = message.rcode
        lookup = attempt.lookup
        if rcode != 0 and rcode != _NXDOMAIN:
            self._error_reply(attempt, rcode, _extended_error(message), now)
            return
        if message.flags & _TC:
            self._failed_reply(attempt, "SERVFAIL", "truncated over TCP", False, now)
            return
        answer = interpret(message, lookup.name, lookup.rdtype)
        if not answer.settled:
            self._failed_reply(attempt, answer.status, answer.error or "", False, now)
            return
        if lookup.plain and attempt.nameserver.edns:
            attempt.nameserver.forget_edns()
        if lookup.failure:
            self._policy.note_success(lookup)
        lookup.records = answer.records
        lookup.ttl = answer.ttl
        lookup.canonical_name = answer.canonical_name
        lookup.error = answer.error
        lookup.server = attempt.nameserver.text
        lookup.rtt = now - attempt.sent_at
        self._close(lookup, answer.status)

    def _error_reply(self, attempt: Try, rcode: int, error: str, now: float) -> None:
        """An error RCODE: without EDNS if that may help, else another server or another time."""
        lookup = attempt.lookup
        server = attempt.nameserver
        at_once = False
        if rcode in (_FORMERR, _NOTIMP, _BADVERS) and server.opt and not lookup.plain:
            lookup.plain = True
            if rcode == _BADVERS:
                server.forget_edns()
            at_once = True
        elif rcode == _BADCOOKIE and lookup.failure != "BADCOOKIE":
            at_once = True  # the reply held the cookie to use
        elif rcode in (_SERVFAIL, _REFUSED) and not attempt.over_tcp:
            attempt.excused = server.pace.limited(attempt.epoch, attempt.sent_at, now)
        attempt.excused = attempt.excused or at_once
        self._failed_reply(attempt, rcode_to_text(rcode), error, at_once, now)

    def _failed_reply(self, attempt: Try, status: str, error: str, at_once: bool, now: float) -> None:
        """A reply that settles nothing: ``status`` is what the lookup ends with if nothing better comes."""
        lookup = attempt.lookup
        lookup.failure = status
        lookup.error = error or None
        lookup.server = attempt.nameserver.text
        lookup.rtt = now - attempt.sent_at
        self._policy.note_failure(lookup)
        if attempt is lookup.last_try or self._policy.next_step(lookup) == NOTHING:  # else the next is on its way
            self._try_again(lookup, now, 0.0 if at_once else self._policy.pause(attempt, now))

    # -- what fails -------------------------------------------------------------------------------------------------

    def datagram_failed(self, channel: Channel, data: bytes, error: str, now: float) -> None:
        """The system could not deliver ``data``: a query, its beginning, or ``b""`` where it does not say which."""
        attempt: Try | None = None
        if len(data) >= 2:
            attempt = channel.pending.get(data[:2])
        else:
            for other in reversed(channel.pending.values()):
                if other.state == _OUT:
                    attempt = other
                    break
        if attempt is not None and attempt.state == _OUT:
            self._fail(attempt, error, now)

    def channel_failed(self, channel: Channel, error: str, now: float) -> None:
        """The channel is closed; what it carried is asked again."""
        server = channel.nameserver
        channels = server.tcp_channels if channel.is_tcp else server.channels
        if channel in channels:
            channels.remove(channel)
        channel.closed = True
        for attempt in list(channel.pending.values()):
            if attempt.state == _OUT:
                self._fail(attempt, error, now)

    def _fail(self, attempt: Try, error: str, now: float) -> None:
        lookup = attempt.lookup
        server = attempt.nameserver
        attempt.state = _FAILED
        assert attempt.channel is not None
        attempt.channel.in_flight -= 1
        self.in_flight -= 1
        if not attempt.over_tcp:
            server.pace.lost(attempt.epoch, now)
            server.socket_error = error
            server.count_failure(now)
        if lookup.status:
            return
        lookup.trouble = error
        if attempt is lookup.last_try:
            self._try_again(lookup, now, self._policy.pause(attempt, now))

    # -- what takes too long ----------------------------------------------------------------------------------------

    def expire(self, now: float) -> None:
        """Give up on the tries and lookups whose time is over."""
        for item in self._timers.expired(now):
            if type(item) is Lookup:
                if not item.status:
                    if item.deadline <= now:
                        self._give_up(item)
                    else:
                        self._try_again(item, now, 0.0)
                continue
            attempt: Try = item
            lookup = attempt.lookup
            if attempt.state == _OUT:
                if attempt.over_tcp and self._is_queued(attempt, now):
                    self._timers.add(min(lookup.deadline, now + TCP_TIMEOUT / 4), attempt)
                    continue
                self._silence(attempt, now)
            if not lookup.status:
                if now < lookup.deadline:
                    self._timers.add(lookup.deadline, attempt)
                    continue
                self._give_up(lookup)
            channel = attempt.channel
            assert channel is not None
            if not channel.is_tcp or attempt.state != _ANSWERED:
                del channel.pending[attempt.query_id]
        for channel in self.retired:
            if not channel.pending:
                channel.closed = True
        # Those never sent: all have the same lifetime, so the oldest stand first.
        over = 0
        for lookup in self._ready:
            if not lookup.status:
                if lookup.deadline > now:
                    break
                self._give_up(lookup)
            over += 1
        del self._ready[:over]
        for waiting in self._streams.values():
            while waiting and (waiting[0].status or waiting[0].deadline <= now):
                lookup = waiting.popleft()
                if not lookup.status:
                    self._give_up(lookup)

    def _is_queued(self, attempt: Try, now: float) -> bool:
        """Whether its connection is alive and busy with what was sent before: nothing is lost, it takes longer."""
        lookup = attempt.lookup
        channel = attempt.channel
        if lookup.status or now >= lookup.deadline or self._timeout != 0.0 or channel is None:
            return False
        return channel.reached <= attempt.sent_at and now - channel.answered_at < TCP_TIMEOUT

    def is_overdue(self, now: float) -> bool:
        """Whether some deadline has passed, so that ``expire`` has something to do."""
        return self._next_deadline() <= now

    def _next_deadline(self) -> float:
        """The first deadline of all, of those too that were never sent."""
        deadline = self._timers.next_deadline()
        if self._ready:
            deadline = min(deadline, self._ready[0].deadline)
        for waiting in self._streams.values():
            if waiting:
                deadline = min(deadline, waiting[0].deadline)
        return deadline

    def next_wakeup(self, now: float) -> float:
        """When ``expire`` or ``datagrams_to_send`` will next have something to do by itself; infinity for never."""
        wakeup = self._next_deadline()
        for server, waiting in self._streams.items():
            if waiting and self._is_paced(waiting[0], server) and server.pace.allowance(now) <= 0:
                wakeup = min(wakeup, server.pace.next_send(now))
        if self._ready or self._retries:
            wakeup = min(wakeup, max(self._next_send(now), self._budget_due(now)))
        return wakeup

    def _next_send(self, now: float) -> float:
        return min(server.next_send(now) for server in self.nameservers)

    def _budget_due(self, now: float) -> float:
        rate = self.options.rate
        return now if rate is None or self._budget >= 1 else now + (1 - self._budget) / rate

    def _silence(self, attempt: Try, now: float) -> None:
        """No reply in this try's time."""
        lookup = attempt.lookup
        server = attempt.nameserver
        attempt.state = _SILENT
        assert attempt.channel is not None
        attempt.channel.in_flight -= 1
        self.in_flight -= 1
        if lookup.status == CANCELLED:
            if not attempt.over_tcp:
                server.pace.forget(attempt.epoch)
            return
        server.timeouts += 1
        if not attempt.over_tcp:
            server.pace.lost(attempt.epoch, now)
        elif attempt.channel.heard_at < attempt.sent_at and attempt.channel in server.tcp_channels:
            # Nothing at all has come since: it may never have stood, or have broken unseen. No further query on it.
            server.tcp_channels.remove(attempt.channel)
            self.retired.append(attempt.channel)
        if not attempt.over_tcp or self._tcp or server.pace.srtt == 0.0:
            server.count_failure(now)  # else UDP is what says whether it is up
        if lookup.status or now >= lookup.deadline or attempt is not lookup.last_try:
            return
        if attempt.over_tcp or not lookup.wary:  # else it is on its way over TCP already
            self._try_again(lookup, now, 0.0 if attempt.over_tcp else self._policy.pause_after_silence(lookup))

    def _try_again(self, lookup: Lookup, now: float, pause: float) -> None:
        """The last try came to nothing: the next, or the end."""
        step = self._policy.next_step(lookup)
        if step == NOTHING:
            self._exhausted(lookup)
        elif pause > 0:
            self._timers.add(min(now + pause, lookup.deadline), lookup)
        elif step == OVER_TCP:
            self._queue_tcp(lookup, None)
        else:
            self._retries.append(lookup)

    def _queue_tcp(self, lookup: Lookup, server: Nameserver | None) -> None:
        """Have ``lookup`` asked over TCP, at ``server`` or wherever that is best."""
        if server is None:
            server = self._policy.server_for_tcp(lookup)
        if server is None or not self._policy.may_try(lookup):
            self._exhausted(lookup)
        else:
            waiting = self._streams.get(server)
            if waiting is None:
                waiting = self._streams[server] = deque()
            waiting.append(lookup)

    def _exhausted(self, lookup: Lookup) -> None:
        if self._policy.is_over(lookup):
            self._give_up(lookup)

    def _give_up(self, lookup: Lookup) -> None:
        if lookup.failure:
            self._close(lookup, lookup.failure)
            return
        lookup.ttl = -1
        if lookup.trouble and (lookup.truncated or all_failed(lookup)):
            lookup.error = lookup.trouble
            self._close(lookup, "NETERROR")
            return
        lookup.error = f"no answer from {servers_asked(lookup)}" if lookup.tries else "no server could be asked in time"
        self._close(lookup, "TIMEOUT")

    def _close(self, lookup: Lookup, status: str) -> None:
        lookup.status = status
        # Tries outlive it, until nothing can come for them any more: they must not keep its records.
        over = _CANCELLED_LOOKUP if status == CANCELLED else _ENDED_LOOKUP
        attempt = lookup.last_try
        while attempt is not None:
            attempt.lookup = over
            attempt = attempt.previous
        lookup.last_try = None
        del self._active[lookup.key]
        if status != CANCELLED:
            self._finished.append(lookup)


def _extended_error(message: Message) -> str:
    """The extended errors of a reply as one line (RFC 8914); their text escaped to printable ASCII."""
    parts = []
    for code, text in message.errors or ():
        extra = "".join(chr(octet) if 32 <= octet < 127 and octet != 92 else f"\\{octet:03d}" for octet in text)
        parts.append(f"EDE {code} ({ede_to_text(code)})" + (f": {extra}" if extra else ""))
    return "; ".join(parts)
