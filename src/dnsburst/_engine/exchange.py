"""The life of lookups: asked for, sent, answered or failed or timed out, and handed back."""

# Rules.
# 1. Driven by calls; nothing here sleeps, reads a clock or touches a socket. Each call does work in proportion to what
#    it was given, never to the number in flight.
# 2. A reply counts if the matcher finds the try it belongs to, and its cookie is right. Everything else is counted in
#    ``drops``, and the wait goes on (RFC 5452, section 9). What most replies are is seen at a glance, by those rules.
# 3. A try that was not answered waits in its channel's table until its lookup has ended and its own time is over: late
#    answers count.
# 4. What follows on a try that came to nothing is the policy's to say. Whatever happens, a lookup ends at its deadline.

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._wire.codes import rcode_to_text
from .._wire.message import FLAG_TC, Message, decode, sole_answer, sole_error
from ..errors import MalformedMessage
from .address import polite_rate
from .again import Again
from .answer import MAX_TTL, extended_errors, interpret
from .lookup import ANSWERED, FAILED, MISCASED, OUT, SILENT, Lookup, Try, new_try, to_ask
from .matcher import BARE_ERROR, LATE, LETTER_CASE, UNKNOWN_ID, mismatch, near_miss
from .nameserver import Channel, Nameserver
from .pace import Pace
from .pending import Pending
from .policy import NOTHING, Policy, is_out, replies_to, was_last
from .sender import MOST_OPEN, Sender
from .streams import TCP_PIPELINE, TCP_TIMEOUT, is_queued
from .timers import Timers
from .underway import CANCELLED, UnderWay

if TYPE_CHECKING:
    from collections.abc import Callable

    from .options import Options

#: Lookups kept ready to be sent beyond what may be sent at once, so that the next permission finds some.
BACKLOG = 64
#: Replies with a wrong ID, for one question, until it is asked over TCP (behaviour of several resolvers).
NEAR_MISSES = 3
#: Messages that count for nothing until a connection is given up: so many, and some more for each query sent.
TCP_JUNK = 1024
TCP_JUNK_EACH = 16

_TC = FLAG_TC
_OUT = OUT
_ANSWERED = ANSWERED
_SILENT = SILENT
_FAILED = FAILED
_MISCASED = MISCASED
_MAX_TTL = MAX_TTL

_FORMERR = 1
_SERVFAIL = 2
_NXDOMAIN = 3
_NOTIMP = 4
_REFUSED = 5
_BADVERS = 16
_BADCOOKIE = 23
_STATUSES = [rcode_to_text(rcode) for rcode in range(16)]


class Exchange:
    """All lookups under way over all servers of ``options``; ``now`` is monotonic seconds throughout."""

    __slots__ = (
        "_lifetime",
        "_most_open",
        "_policy",
        "_random_case",
        "_sender",
        "_tcp",
        "_timeout",
        "_timers",
        "_under_way",
        "drops",
        "nameservers",
        "on_drop",
        "options",
    )

    def __init__(self, options: Options, now: float) -> None:
        self.options = options
        self.nameservers: list[Nameserver] = []
        again = Again()
        for address in options.servers:
            cap = (options.rate_per_server or polite_rate(address.host)) * options.share
            pace = Pace(now, cap, options.in_flight or MOST_OPEN, again, options.share)
            cookies = options.cookies and options.edns
            self.nameservers.append(Nameserver(address, pace, options.edns, cookies))
        #: Datagrams and TCP messages that counted for nothing, by reason.
        self.drops: dict[str, int] = {}
        self.on_drop: Callable[[Channel, bytes, str], None] | None = None
        self._timers = Timers()
        self._policy = Policy(options, self.nameservers)
        self._sender = Sender(options, self.nameservers, self._policy, self._timers, now)
        self._under_way = UnderWay(self._sender.patience)
        self._lifetime = options.lifetime
        self._timeout = options.timeout or 0.0
        self._most_open = options.in_flight or MOST_OPEN
        self._random_case = options.randomize_case
        self._tcp = options.tcp

    # -- what callers ask for ---------------------------------------------------------------------------------------

    def submit(self, name: bytes, rdtype: int, tag: Any, now: float) -> Lookup:
        """Look up wire name ``name``; ``tag``, a key, joins the lookup under way for the same question, if any."""
        return self.start([to_ask(name, rdtype, tag)], now)[0]

    def start(self, lookups: list[Lookup], now: float) -> list[Lookup]:
        """Set these going; returns, for each, itself or the lookup under way for the same question that it joins."""
        started, fresh = self._under_way.start(lookups, now + self._lifetime)
        if self._tcp:
            for lookup in fresh:
                self._ask_over_tcp(lookup, None)
        else:
            self._sender.ask(fresh)
        return started

    def cancel(self, lookup: Lookup, tag: Any) -> None:
        """Nobody waits with ``tag`` any more; without any tag left the lookup is dropped, its ID stays reserved."""
        self._under_way.cancel(lookup, tag)

    def room(self, now: float) -> int:
        """How many more lookups would be of use now."""
        room = self._most_open - len(self._under_way.by_key)
        if room <= 0:
            return 0
        waiting = self._sender.waiting()
        allowed = BACKLOG - waiting
        up = False
        for server in self.nameservers:
            if not server.down:
                up = True
                allowed += server.pace.allowance(now)
        # However many are to be asked again: in trouble it is the first tries that ask whether it is over.
        allowed = max(allowed + self._policy.most_ahead(now), BACKLOG - self._sender.fresh()) if up else 1 - waiting
        return max(0, min(room, allowed))

    def take_finished(self) -> list[Lookup]:
        """The lookups that have ended since the last call."""
        return self._under_way.take_finished()

    def has_finished(self) -> bool:
        """Whether ``take_finished`` has something."""
        return self._under_way.has_finished()

    @property
    def open_lookups(self) -> int:
        """Lookups that have not ended."""
        return len(self._under_way.by_key)

    @property
    def sent(self) -> int:
        """Queries sent so far."""
        return self._sender.sent

    @property
    def in_flight(self) -> int:
        """Queries sent that are neither answered nor given up."""
        return self._sender.in_flight

    # -- what is to be sent -----------------------------------------------------------------------------------------

    @property
    def wanted(self) -> list[tuple[Nameserver, bool]]:
        """Channels to be opened: (server, is_tcp). Whoever does calls ``channel_opened`` or ``channel_refused``."""
        return self._sender.wanted

    @wanted.setter
    def wanted(self, wanted: list[tuple[Nameserver, bool]]) -> None:
        self._sender.wanted = wanted

    @property
    def retired(self) -> list[Channel]:
        """Channels that take no more queries; ``closed`` is set once nothing can come on them any more."""
        return self._sender.retired

    @retired.setter
    def retired(self, retired: list[Channel]) -> None:
        self._sender.retired = retired

    def datagrams_to_send(self, now: float) -> list[Channel]:
        """The channels whose ``outbox`` now holds something new; ``wanted`` says which to open first."""
        sender = self._sender
        channels = sender.send_again(now)
        for lookup in sender.exhausted:
            if not lookup.status:
                self._exhausted(lookup)
        sender.exhausted.clear()
        sender.send_first(channels, now)
        return channels

    def channel_opened(self, server: Nameserver, is_tcp: bool, capacity: int, transport: Any) -> Channel:
        """A socket to ``server`` stands; ``capacity`` is how many answers it can hold unread."""
        capacity = min(capacity, TCP_PIPELINE) if is_tcp else capacity
        channel = Channel(server, is_tcp, capacity, Pending(), transport)
        (server.tcp_channels if is_tcp else server.channels).append(channel)
        return channel

    def channel_refused(self, server: Nameserver, is_tcp: bool, error: str, now: float) -> None:
        """No socket to ``server`` could be opened. ``error`` is ``ERRNO: text``."""
        if not is_tcp and server.channels:
            server.most_channels = len(server.channels)  # those that are there must do
            return
        server.socket_error = error
        if server.down:
            server.note_probe(now)
        unsent = self._sender.take_unsent(server, is_tcp)
        server.count_failure(now)
        for lookup in unsent:
            self._fail_unsent(lookup, server, is_tcp, error, now)

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
        pending = channel.pending
        # Whether replies without a cookie are believed.
        bare = channel.nameserver.cookie_right(b"", now)
        answered: list[Try] = []
        failed: list[tuple[Try, int]] = []
        for data in datagrams:
            view = data  # in C the octets themselves
            attempt: Try | None = pending.find(view[0] << 8 | view[1]) if len(data) >= 2 else None
            if attempt is not None:
                if self._is_usual(attempt, data, bare, now):
                    answered.append(attempt)
                    continue
                rcode = self._error_of(attempt, data, bare)
                if rcode:
                    failed.append((attempt, rcode))
                    continue
            if answered or failed:
                self._take_all(answered, failed, now)
                answered = []
                failed = []
            reason = self._receive(channel, attempt, data, now)
            bare = channel.nameserver.cookie_right(b"", now)
            if reason:
                self.drops[reason] = self.drops.get(reason, 0) + 1
                if self.on_drop is not None:
                    self.on_drop(channel, data, reason)
                if channel.is_tcp:
                    channel.junk += 1
                    if channel.junk > TCP_JUNK + TCP_JUNK_EACH * channel.sent:
                        self.channel_failed(channel, f"EBADMSG: bad messages from {channel.nameserver.text}", now)
                        self._sender.retired.append(channel)
                        return
        if answered or failed:
            self._take_all(answered, failed, now)

    def _is_usual(self, attempt: Try, data: bytes, bare: bool, now: float) -> bool:
        """Take the first reply to ``attempt`` if it is what most are, over UDP; it is still to be settled then."""
        lookup = attempt.lookup
        if attempt.state != _OUT or attempt.over_tcp or lookup.status or lookup.wary or lookup.plain or lookup.failure:
            return False
        record = sole_answer(data, attempt.asked, lookup.name, lookup.rdtype)
        if record is None or (attempt.cookie and not bare):
            return False
        lookup.records = (record,)
        lookup.ttl = record.ttl
        if lookup.ttl > _MAX_TTL:
            lookup.ttl = _MAX_TTL
        lookup.canonical_name = lookup.name
        lookup.server = attempt.nameserver.text
        lookup.rtt = now - attempt.sent_at
        lookup.status = "NOERROR"
        attempt.state = _ANSWERED
        return True

    def _error_of(self, attempt: Try, data: bytes, bare: bool) -> int:
        """The same for one that holds an error and nothing else: its RCODE, or 0."""
        lookup = attempt.lookup
        if attempt.state != _OUT or attempt.over_tcp or lookup.status or lookup.wary or (attempt.cookie and not bare):
            return 0
        rcode = sole_error(data, attempt.asked)
        if rcode:
            attempt.state = _ANSWERED
        return rcode

    def _take_all(self, answered: list[Try], failed: list[tuple[Try, int]], now: float) -> None:
        """These tries over one UDP channel have their answers; those met errors with these RCODEs and nothing else."""
        if answered:
            self._settle_all(answered, now)
            self._under_way.end_all(answered)
        if failed:
            self._settle_all([attempt for attempt, _ in failed], now)
            for attempt, rcode in failed:
                self._error_reply(attempt, rcode, "", now)

    def _receive(self, channel: Channel, attempt: Try | None, data: bytes, now: float) -> str:
        """Take one message, for ``attempt`` if that is not None; returns why it counts for nothing, or ``""``."""
        view = data  # in C the octets themselves
        reason = mismatch(attempt, data, self._random_case)
        if reason is not None:
            return self._set_aside(reason, attempt, channel, data, now)
        assert attempt is not None
        lookup = attempt.lookup
        server = attempt.nameserver
        if view[2] << 8 & _TC and not channel.is_tcp:
            self._settle(attempt, now)
            self._truncated(attempt, now)
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

    def _set_aside(self, reason: str, attempt: Try | None, channel: Channel, data: bytes, now: float) -> str:
        """What follows on a message that does not answer, for this ``reason``; returns why it counts for nothing."""
        if attempt is None:
            if reason == UNKNOWN_ID:
                lookup = near_miss(self._under_way.by_key, channel, data)
                if lookup is not None:
                    self._near_miss(lookup, channel.nameserver, now)
                    return "near miss"
                if channel.pending.was_used(data[0] << 8 | data[1]):
                    return "duplicate"
        elif reason == LETTER_CASE:
            self._miscased(attempt, now)
        elif reason == LATE:
            self._settle(attempt, now)
            return "duplicate"
        elif reason == BARE_ERROR:
            self._settle(attempt, now)
            self._error_reply(attempt, data[3] & 15, "", now)
            return ""
        return reason

    def _near_miss(self, lookup: Lookup, server: Nameserver, now: float) -> None:
        if lookup.status:
            return
        lookup.near_misses += 1
        if lookup.near_misses >= NEAR_MISSES and not lookup.wary and self._policy.may_try(lookup):
            lookup.wary = True
            self._ask_over_tcp(lookup, server)

    def _miscased(self, attempt: Try, now: float) -> None:
        """A server that does not keep letter case, or someone who has guessed the rest: TCP will tell, at once."""
        lookup = attempt.lookup
        if attempt.state != _OUT or attempt is not lookup.last_try:
            self._near_miss(lookup, attempt.nameserver, now)
            return
        self._count_reply(attempt, now)
        attempt.state = _MISCASED
        lookup.near_misses += 1
        if not lookup.status and self._policy.may_try(lookup):
            self._ask_over_tcp(lookup, attempt.nameserver)

    def _settle(self, attempt: Try, now: float) -> None:
        """A reply to ``attempt`` counted, and no other will."""
        self._count_reply(attempt, now)
        attempt.state = _ANSWERED
        channel = attempt.channel
        assert channel is not None
        pending = channel.pending
        if channel.is_tcp:
            channel.answered_at = now
            channel.reached = max(channel.reached, attempt.sent_at)
        pending.remove(attempt)

    def _count_reply(self, attempt: Try, now: float) -> None:
        """A reply to ``attempt``: the figures of its server."""
        server = attempt.nameserver
        channel = attempt.channel
        assert channel is not None
        if attempt.state == _OUT:
            channel.in_flight -= 1
            self._sender.in_flight -= 1
            if not attempt.over_tcp:
                server.pace.answered(attempt.epoch, attempt.sent_at, now)
        elif not attempt.over_tcp and attempt.state != _MISCASED:
            server.pace.late(attempt.epoch, attempt.sent_at, now)
        server.count_answers(now - attempt.sent_at, now, 1)

    def _settle_all(self, attempts: list[Try], now: float) -> None:
        """The same for tries over one UDP channel that were out; those sent together are counted together."""
        count = len(attempts)
        first = attempt = attempts[0]
        server = first.nameserver
        channel = first.channel
        assert channel is not None
        channel.in_flight -= count
        self._sender.in_flight -= count
        pending = channel.pending
        pending.remove_all(attempts)
        start = 0
        for index in range(1, count + 1):
            if index < count:
                attempt = attempts[index]
                if attempt.epoch is first.epoch and attempt.sent_at == first.sent_at:
                    continue
            server.pace.answered(first.epoch, first.sent_at, now, index - start)
            server.count_answers(now - first.sent_at, now, index - start)
            start = index
            first = attempt

    def _truncated(self, attempt: Try, now: float) -> None:
        """The answer does not fit, or the server would rather have a connection: the same server over TCP."""
        lookup = attempt.lookup
        server = attempt.nameserver
        attempt.excused = server.pace.limited(attempt.epoch, attempt.sent_at, now)
        if not lookup.truncated:
            lookup.truncated = True
            self._ask_over_tcp(lookup, server)

    def _answer(self, attempt: Try, message: Message, now: float) -> None:
        rcode = message.rcode
        lookup = attempt.lookup
        if rcode != 0 and rcode != _NXDOMAIN:
            self._error_reply(attempt, rcode, extended_errors(message), now)
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
            self._count_again(attempt, True)
        lookup.records = tuple(answer.records)
        lookup.ttl = answer.ttl
        lookup.canonical_name = answer.canonical_name
        lookup.error = answer.error
        lookup.server = attempt.nameserver.text
        lookup.rtt = now - attempt.sent_at
        self._under_way.end(lookup, answer.status)

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
            self._count_again(attempt, False)
            attempt.excused = server.pace.limited(attempt.epoch, attempt.sent_at, now)
        attempt.excused = attempt.excused or at_once
        status = _STATUSES[rcode] if rcode < 16 else rcode_to_text(rcode)
        self._failed_reply(attempt, status, error, at_once, now)

    def _count_again(self, attempt: Try, answered: bool) -> None:
        """Tell the pace what came of a name that had been refused once before."""
        lookup = attempt.lookup
        if attempt.over_tcp or replies_to(lookup) != 2:
            return
        if lookup.failure in ("SERVFAIL", "REFUSED"):
            attempt.nameserver.pace.asked_again(attempt.epoch, lookup.failure == "REFUSED", answered)

    def _failed_reply(self, attempt: Try, status: str, error: str, at_once: bool, now: float) -> None:
        """A reply that settles nothing: ``status`` is what the lookup ends with if nothing better comes."""
        lookup = attempt.lookup
        lookup.failure = status
        lookup.error = error or None
        lookup.server = attempt.nameserver.text
        lookup.rtt = now - attempt.sent_at
        if is_out(lookup):
            return
        self._policy.note_failure(lookup)
        if self._policy.next_step(lookup) == NOTHING:
            self._exhausted(lookup)
        elif was_last(attempt):  # else the next is on its way
            self._try_again(lookup, now, 0.0 if at_once else self._policy.pause(attempt, now))

    # -- what fails -------------------------------------------------------------------------------------------------

    def datagram_failed(self, channel: Channel, data: bytes, error: str, now: float) -> None:
        """The system could not deliver ``data``: a query, its beginning, or ``b""`` where it does not say which."""
        attempt: Try | None = None
        if len(data) >= 2:
            attempt = channel.pending.find(data[0] << 8 | data[1])
        else:
            for other in channel.pending.tries():
                if other.state == _OUT and (attempt is None or other.sent_at > attempt.sent_at):
                    attempt = other
        if attempt is not None and attempt.state == _OUT:
            self._fail(attempt, error, now)

    def channel_failed(self, channel: Channel, error: str, now: float) -> None:
        """The channel is closed; what it carried is asked again."""
        server = channel.nameserver
        channels = server.tcp_channels if channel.is_tcp else server.channels
        if channel in channels:
            channels.remove(channel)
        channel.closed = True
        for attempt in channel.pending.tries():
            if attempt.state == _OUT:
                self._fail(attempt, error, now)

    def _fail(self, attempt: Try, error: str, now: float) -> None:
        lookup = attempt.lookup
        server = attempt.nameserver
        attempt.state = _FAILED
        assert attempt.channel is not None
        attempt.channel.in_flight -= 1
        self._sender.in_flight -= 1
        if not attempt.over_tcp:
            server.pace.lost(attempt.epoch, now)
            server.socket_error = error
            server.count_failure(now)
        if lookup.status:
            return
        lookup.trouble = error
        if was_last(attempt) and not is_out(lookup):
            self._try_again(lookup, now, self._policy.pause(attempt, now))

    # -- what takes too long ----------------------------------------------------------------------------------------

    def expire(self, now: float) -> None:
        """Give up on the tries and lookups whose time is over."""
        expired = self._timers.expired(now)
        for index in range(0, len(expired), 2):
            item = expired[index]
            if type(item) is Channel:
                channel: Channel = item
                pending = channel.pending
                first, end = expired[index + 1]
                for waiting in pending.waiting(first, end):
                    if self._is_over(waiting, now):
                        pending.remove(waiting)
            elif type(item) is Try:
                attempt: Try = item
                if attempt.state == _ANSWERED:
                    continue
                if attempt.state == _OUT and self._timeout == 0.0 and is_queued(attempt, now):
                    self._timers.add(min(attempt.lookup.deadline, now + TCP_TIMEOUT / 4), attempt)
                elif self._is_over(attempt, now):
                    assert attempt.channel is not None
                    attempt.channel.pending.remove(attempt)
            elif not item.status:
                if item.deadline <= now:
                    self._under_way.give_up(item)
                else:
                    self._try_again(item, now, 0.0)
        for channel in self._sender.retired:
            if not channel.pending.count:
                channel.closed = True
        for lookup in self._sender.take_overdue(now):
            if not lookup.status:  # it may have waited in two places
                self._under_way.give_up(lookup)

    def _is_over(self, attempt: Try, now: float) -> bool:
        """The time of a try is over; returns whether nothing that comes for it could count any more."""
        lookup = attempt.lookup
        if attempt.state == _OUT:
            self._silence(attempt, now)
        if lookup.status:
            return True
        if now >= lookup.deadline:
            self._under_way.give_up(lookup)
            return True
        if attempt.over_tcp:
            self._timers.add(lookup.deadline, attempt)
        else:
            self._timers.add(lookup.deadline, attempt.channel, (attempt.sequence, attempt.sequence + 1))
        return False

    def is_overdue(self, now: float) -> bool:
        """Whether some deadline has passed, so that ``expire`` has something to do."""
        return self._next_deadline() <= now

    def _next_deadline(self) -> float:
        """The first deadline of all, of those too that were never sent."""
        return min(self._timers.next_deadline(), self._sender.next_deadline())

    def next_wakeup(self, now: float) -> float:
        """When ``expire`` or ``datagrams_to_send`` will next have something to do by itself; infinity for never."""
        return min(self._next_deadline(), self._sender.next_send(now))

    def _silence(self, attempt: Try, now: float) -> None:
        """No reply in this try's time."""
        lookup = attempt.lookup
        server = attempt.nameserver
        attempt.state = _SILENT
        assert attempt.channel is not None
        attempt.channel.in_flight -= 1
        self._sender.in_flight -= 1
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
            self._sender.retired.append(attempt.channel)
        if not attempt.over_tcp or self._tcp or server.pace.srtt == 0.0:
            server.count_failure(now)  # else UDP is what says whether it is up
        if lookup.status or now >= lookup.deadline or not was_last(attempt) or is_out(lookup):
            return
        if attempt.over_tcp or not lookup.wary:  # else it is on its way over TCP already
            self._try_again(lookup, now, 0.0 if attempt.over_tcp else self._policy.pause_after_silence(lookup))

    def _try_again(self, lookup: Lookup, now: float, pause: float) -> None:
        """The last try came to nothing: the next, or the end."""
        if not self._sender.ask_again(lookup, now, pause):
            self._exhausted(lookup)

    def _ask_over_tcp(self, lookup: Lookup, server: Nameserver | None) -> None:
        """Have ``lookup`` asked over TCP, at ``server`` or wherever that is best."""
        if not self._sender.ask_over_tcp(lookup, server):
            self._exhausted(lookup)

    def _exhausted(self, lookup: Lookup) -> None:
        if self._policy.is_over(lookup):
            self._under_way.give_up(lookup)
