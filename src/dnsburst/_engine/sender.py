"""What is sent, where to and when: the lookups that wait for their next try, and the queries made of them."""

# Rules.
# 1. What is asked again goes before what is asked for the first time, and each in the order it came.
# 2. Nothing goes out that the pace of its server, the room of its channel or the rate of all forbids.
# 3. A channel is left for another one before any of its message IDs would be used a second time.
# 4. Which step follows on a try is the policy's to say; that a lookup has none left is told to whoever asked for it.

from __future__ import annotations

from collections import deque
from math import inf
from typing import TYPE_CHECKING

from .._wire.message import build_query
from .identifiers import randomize_case
from .jitter import Jitter
from .lookup import Lookup, new_try
from .nameserver import BURST, RENEW_AFTER, Channel, Nameserver
from .patience import Patience
from .policy import NOTHING, OVER_TCP, OVER_UDP, Policy, says_much, silences, tries_at
from .streams import Streams, best_connection, is_another_of_use
from .timers import Timers

if TYPE_CHECKING:
    from .options import Options

#: Lookups open at once unless ``in_flight`` says otherwise: what a server 250 ms away needs, and slow names besides.
MOST_OPEN = 32768
#: Lookups to be asked again for which no server may be asked now that are set aside in one go.
MOST_KEPT = 64
_RENEW_AFTER = RENEW_AFTER
_PTR = 12


class Sender:
    """The queries of one exchange on their way out, over its ``nameservers``; deadlines of tries go to ``timers``."""

    __slots__ = (
        "_budget",
        "_budget_at",
        "_jitter",
        "_left",
        "_most_open",
        "_nameservers",
        "_overdue_at",
        "_policy",
        "_randomize",
        "_rate",
        "_ready",
        "_retries",
        "_streams",
        "_timeout",
        "_timers",
        "exhausted",
        "in_flight",
        "patience",
        "retired",
        "sent",
        "wanted",
    )

    def __init__(
        self, options: Options, nameservers: list[Nameserver], policy: Policy, timers: Timers, now: float
    ) -> None:
        self._nameservers = nameservers
        self._policy = policy
        self._timers = timers
        self._jitter = Jitter()
        self._streams = Streams(policy)
        # Neither popped nor pushed one by one: a list, of which what was taken is cut off.
        self._ready: list[Lookup] = []
        self._retries: deque[Lookup] = deque()
        # No deadline of those is before this, nor of those that all servers are asked at once.
        self._overdue_at = inf
        self._most_open = options.in_flight or MOST_OPEN
        self._timeout = options.timeout or 0.0
        self._randomize = options.randomize_case
        self._rate = options.rate
        self._budget = 0.0
        self._budget_at = now
        # Datagrams that may still be sent in this go.
        self._left = 0
        #: To be told of answers to lookups that may have met silence.
        self.patience = Patience()
        #: Lookups that waited for a server and have nothing left to try; for the caller of ``send_again`` to take out.
        self.exhausted: list[Lookup] = []
        self.wanted: list[tuple[Nameserver, bool]] = []
        self.retired: list[Channel] = []
        self.sent = 0
        self.in_flight = 0

    # -- what is to be asked ----------------------------------------------------------------------------------------

    def ask(self, lookups: list[Lookup]) -> None:
        """Ask these for the first time, over UDP."""
        self._ready += lookups

    def ask_again(self, lookup: Lookup, now: float, pause: float) -> bool:
        """Make the next try after one that came to nothing; False where there is none."""
        step = self._policy.next_step(lookup)
        if step == NOTHING:
            return False
        if pause > 0:
            self._timers.add(min(now + pause, lookup.deadline), lookup)
        elif step == OVER_TCP:
            return self.ask_over_tcp(lookup, None)
        else:
            self._overdue_at = min(self._overdue_at, lookup.deadline)
            servers = self._policy.asked_together(lookup, not self._ready, now)
            lookup.together = bool(servers)
            for server in servers:
                server.together.append(lookup)
            if not servers:
                self._retries.append(lookup)
        return True

    def ask_over_tcp(self, lookup: Lookup, server: Nameserver | None) -> bool:
        """Ask over TCP, at ``server`` or wherever that is best; False where no try is left."""
        if server is None:
            server = self._policy.server_for_tcp(lookup)
        if server is None or not self._policy.may_try(lookup):
            return False
        self._streams.add(lookup, server)
        return True

    def waiting(self) -> int:
        """Lookups that are to go over UDP once they may."""
        return len(self._ready) + len(self._retries)

    def fresh(self) -> int:
        """Those of them that have not been asked for."""
        return len(self._ready)

    def take_unsent(self, server: Nameserver, is_tcp: bool) -> list[Lookup]:
        """The lookups that would go now to ``server``, which cannot be reached at all."""
        if is_tcp:
            return self._streams.take_all(server)
        # Only those that would have been sent now: the others may fare better, or elsewhere.
        most = 1 if server.down else BURST
        unsent = server.together
        server.together = []
        unsent += [self._retries.popleft() for _ in range(min(len(self._retries), most))] + self._ready[:most]
        del self._ready[:most]
        return unsent

    def take_overdue(self, now: float) -> list[Lookup]:
        """The lookups whose time is over and that wait to be sent, for the first time or again, or for a connection."""
        # All have the same lifetime, so the oldest stand first.
        overdue: list[Lookup] = []
        count = 0
        for lookup in self._ready:
            if not lookup.status:
                if lookup.deadline > now:
                    break
                overdue.append(lookup)
            count += 1
        del self._ready[:count]
        if now >= self._overdue_at:
            self._overdue_at = inf
            for waiting in [self._retries, *[server.together for server in self._nameservers]]:
                for lookup in waiting:
                    if lookup.status:
                        continue
                    if lookup.deadline <= now:
                        overdue.append(lookup)
                    else:
                        self._overdue_at = min(self._overdue_at, lookup.deadline)
        return overdue + self._streams.take_overdue(now)

    # -- when -------------------------------------------------------------------------------------------------------

    def next_deadline(self) -> float:
        """When ``take_overdue`` will next have something; infinity for never."""
        deadline = min(self._streams.next_deadline(), self._overdue_at)
        if self._ready:
            deadline = min(deadline, self._ready[0].deadline)
        return deadline

    def next_send(self, now: float) -> float:
        """When something may next be sent that may not be sent now; infinity for never."""
        moment = self._streams.next_send(now)
        if self._ready or self._retries:
            moment = min(moment, max(self._next_room(now), self._budget_due(now)))
        for server in self._nameservers:
            if server.together:
                moment = min(moment, max(server.next_send(now), self._budget_due(now)))
        return moment

    def _next_room(self, now: float) -> float:
        if self._retries:  # these may go to any of them
            return min(server.next_send(now) for server in self._nameservers)
        return self._policy.next_send(len(self._ready), now)

    def _budget_due(self, now: float) -> float:
        rate = self._rate
        return now if rate is None or self._budget >= 1 else now + (1 - self._budget) / rate

    def _take_budget(self, now: float) -> int:
        most = self._most_open - self.in_flight
        rate = self._rate
        if rate is None:
            return most
        # At most 20 ms' worth at once, so that a cap is a cap on every scale that matters.
        self._budget = min(self._budget + (now - self._budget_at) * rate, max(1.0, rate * 0.02))
        self._budget_at = now
        return min(int(self._budget), most)

    # -- what is sent -----------------------------------------------------------------------------------------------

    def send_again(self, now: float) -> list[Channel]:
        """Begin a go: send what goes over TCP, and what has to be sent again; returns the channels with something."""
        channels: list[Channel] = []
        self._left = self._take_budget(now)
        self._send_streams(channels, now)
        for server in self._nameservers:
            if server.together:
                self._send_together(server, channels, now)
        if self._retries:
            self._send_retries(channels, now)
        return channels

    def send_first(self, channels: list[Channel], now: float) -> None:
        """Send the first tries with what ``send_again`` left of the go, and add their channels to its own."""
        if self._ready:
            self._send_probes(channels, now)
        full: list[Nameserver] = []
        ready = self._ready
        budget = self._left
        taken = 0
        while taken < len(ready) and budget > 0:
            server = self._policy.roomiest(full, self.waiting() - taken, now)
            if server is None:
                break
            channel = server.free_channel()
            if channel is None:
                self._want(server)
                full.append(server)
                continue
            count = min(budget, self._room(server, channel, now))
            if not channel.outbox:
                channels.append(channel)
            fresh: list[Lookup] = []
            for lookup in ready[taken : taken + count]:
                if lookup.status:
                    continue
                budget -= 1
                if lookup.tries or server.down:
                    self._send(lookup, server, channel, self._seconds(lookup, server), now)
                else:
                    fresh.append(lookup)
            taken += count
            if fresh:
                self._send_fresh(fresh, server, channel, now)
        del ready[:taken]

    def _send_probes(self, channels: list[Channel], now: float) -> None:
        """Ask a server that is put aside, if it is time, what another one is about to be asked as well."""
        for server in self._nameservers:
            if server.down and self._policy.any_up() and server.allowance(now) and not self._ready[0].status:
                channel = server.free_channel()
                if channel is None:
                    self._want(server)
                    continue
                if not channel.outbox:
                    channels.append(channel)
                lookup = self._ready[0]
                self._send(lookup, server, channel, self._seconds(lookup, server), now)

    def _send_together(self, server: Nameserver, channels: list[Channel], now: float) -> None:
        """Ask ``server`` what it and others are to be asked; what it may not take now waits for it.

        Names in trouble leave some room for others, where there are any: alone they would never show what it can do.
        """
        lookups = server.together
        while lookups and self._left > 0 and not server.down and server.allowance(now) > 0:
            if self._ready and server.pace.lacks_evidence():
                break
            channel = server.free_channel()
            if channel is None:
                self._want(server)
                break
            count = min(self._left, self._room(server, channel, now))
            batch = [lookup for lookup in lookups[:count] if self._policy.may_ask(lookup, server)]
            del lookups[:count]
            if not batch:
                continue
            self._left -= len(batch)
            if not channel.outbox:
                channels.append(channel)
            failed = [lookup for lookup in batch if lookup.failure]
            if failed:
                self._send_fresh(failed, server, channel, now)
            for lookup in batch:
                if not lookup.failure:
                    self._send(lookup, server, channel, self._seconds(lookup, server), now)
        if server.down:
            self._retries += lookups
            lookups.clear()

    def _send_retries(self, channels: list[Channel], now: float) -> None:
        """Send again what has to be; what no server may take now is kept, in order."""
        kept: list[Lookup] = []
        far = self._policy.far(self.waiting(), now)
        looked = 0
        while self._retries and self._left > 0 and looked < 256:
            looked += 1
            lookup = self._retries.popleft()
            if lookup.status or lookup.wary or lookup.truncated:
                continue  # it has ended, or goes over TCP
            if not self._policy.may_send_again(lookup):
                continue  # it waited twice: a late error came to the try whose silence it was to make up for
            server = self._policy.server_again(lookup, bool(self._ready), far, now)
            if server is None:
                if self._policy.next_step(lookup) == OVER_UDP:
                    kept.append(lookup)
                    if len(kept) >= MOST_KEPT:
                        break
                elif not self.ask_again(lookup, now, 0.0):
                    self.exhausted.append(lookup)  # the server it waited for has been put aside
                continue
            channel = server.free_channel()
            if channel is None:
                kept.append(lookup)
                self._want(server)
                break
            if not channel.outbox:
                channels.append(channel)
            self._send(lookup, server, channel, self._seconds(lookup, server), now)
            self._left -= 1
        self._retries.extendleft(reversed(kept))

    def _send_streams(self, channels: list[Channel], now: float) -> None:
        """Send what goes over TCP; connections carry many queries each."""
        for server in self._streams.servers():
            others = self.waiting() > 0
            lookup = self._streams.first(server, others, now)
            while lookup is not None:
                channel = best_connection(server)
                if is_another_of_use(server, channel) and (server, True) not in self.wanted:
                    self.wanted.append((server, True))
                if channel is None:
                    break
                if not channel.outbox:
                    channels.append(channel)
                self._streams.take_first(server)
                patience = self._timeout or self._streams.patience(lookup, server, now)
                self._send(lookup, server, channel, patience, now)
                lookup = self._streams.first(server, others, now)

    def _room(self, server: Nameserver, channel: Channel, now: float) -> int:
        """Queries that may go to ``server`` on this channel now, and best do together."""
        count = min(server.allowance(now), BURST - len(channel.outbox) % BURST, channel.capacity - channel.in_flight)
        return min(count, _RENEW_AFTER - channel.sent)

    def _want(self, server: Nameserver) -> None:
        """Ask for another UDP channel to ``server``, unless there are as many as may be."""
        if len(server.channels) < server.most_channels and (server, False) not in self.wanted:
            self.wanted.append((server, False))

    def _seconds(self, lookup: Lookup, server: Nameserver) -> float:
        """Seconds to wait for the try over UDP that is to be made."""
        if self._timeout != 0.0:
            return self._timeout
        number = silences(lookup)
        again = 1.0
        if number:
            self.patience.note_silence(number)
            again = self.patience.again(number)
        if server.pace.srtt == 0.0:
            # Of a server never heard only its own tries say that it takes longer.
            number = tries_at(lookup, server, False)
            again = 1.0
        # Up to a tenth more, so that what was lost together is not sent again together.
        return server.pace.timeout(number, again) * (1.0 + 0.1 * self._jitter.draw())

    def _send(self, lookup: Lookup, server: Nameserver, channel: Channel, patience: float, now: float) -> None:
        """Put a query for ``lookup`` into the channel's outbox; ``patience`` is how many seconds its answer has."""
        deadline = now + patience
        if deadline > lookup.deadline:
            deadline = lookup.deadline
        attempt = new_try(lookup, server, channel, channel.is_tcp, now)
        opt = b"" if lookup.plain else server.opt
        if opt:
            attempt.cookie = server.cookies
        if self._randomize and lookup.rdtype != _PTR:
            attempt.asked = randomize_case(lookup.question)
        pending = channel.pending
        number = pending.add([attempt])
        channel.outbox.append(build_query(pending.query_id(attempt), attempt.asked, opt))
        channel.in_flight += 1
        channel.sent += 1
        self.in_flight += 1
        self.sent += 1
        self._budget -= 1.0
        server.sent += 1
        if channel.is_tcp:
            self._timers.add(deadline, attempt)
            if channel.sent == _RENEW_AFTER:
                self._renew(channel)
            return
        self._timers.add(deadline, channel, (number, number + 1))
        if server.down:
            server.note_probe(now)
        if attempt.previous is None:
            attempt.epoch = server.pace.sent(now)
        else:
            evidence = says_much(lookup)
            if evidence and lookup.failure:
                evidence = not server.pace.refuses_names(lookup.failure == "REFUSED")
            attempt.epoch = server.pace.sent(now, evidence, silences(lookup) == 0)
        if channel.sent == _RENEW_AFTER:
            self._renew(channel)

    def _send_fresh(self, lookups: list[Lookup], server: Nameserver, channel: Channel, now: float) -> None:
        """The same over UDP to a server that is up, for lookups that are alike; what they share is done once.

        None was ever sent, and the first of them has the earliest deadline; or each had one error.
        """
        count = len(lookups)
        pending = channel.pending
        outbox = channel.outbox
        randomize = self._randomize
        opt = server.opt
        cookie = opt != b"" and server.cookies
        epoch = server.pace.sent_all(count, not lookups[0].failure)
        deadline = now + self._seconds(lookups[0], server)
        attempts = []
        for lookup in lookups:
            attempt = new_try(lookup, server, channel, False, now)
            attempt.cookie = cookie
            attempt.epoch = epoch
            if randomize and lookup.rdtype != _PTR:
                attempt.asked = randomize_case(lookup.question)
            attempts.append(attempt)
        first = pending.add(attempts)
        for attempt in attempts:
            outbox.append(build_query(pending.query_id(attempt), attempt.asked, opt))
        if deadline <= lookups[0].deadline:
            self._timers.add(deadline, channel, (first, first + count))
        else:
            for number, lookup in enumerate(lookups, first):
                self._timers.add(min(deadline, lookup.deadline), channel, (number, number + 1))
        channel.in_flight += count
        channel.sent += count
        self.in_flight += count
        self.sent += count
        self._budget -= count
        server.sent += count
        if channel.sent == _RENEW_AFTER:
            self._renew(channel)

    def _renew(self, channel: Channel) -> None:
        """Send nothing more on this channel: another will have another port."""
        server = channel.nameserver
        (server.tcp_channels if channel.is_tcp else server.channels).remove(channel)
        self.retired.append(channel)
