"""A simulated network with fake time: servers with limits, queues, delays, losses and outages, and a client for a Pace.

Time moves in ticks; what happens within one happens at once. Everything random comes from one seed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import inf
from random import Random
from typing import Any

from dnsburst._engine.pace import Pace

#: What a server replies.
GOOD = 0
LIMITED = 1  # REFUSED, SERVFAIL or TC: over the limit
TROUBLE = 2  # SERVFAIL, whatever the rate: the name's own

Rate = float | Sequence[tuple[float, float]]


class Limit:
    """What is over the limit; a rate may be a list of (from when, rate)."""

    def __init__(self, rate: Rate) -> None:
        self.steps = deque([(0.0, rate)] if isinstance(rate, int | float) else rate)
        self.rate = self.steps[0][1]

    def accepts(self, now: float) -> bool:
        while len(self.steps) > 1 and now >= self.steps[1][0]:
            self.steps.popleft()
        self.rate = self.steps[0][1]
        return self.passes(now)

    def passes(self, now: float) -> bool:
        raise NotImplementedError


class TokenBucket(Limit):
    """``burst`` seconds' worth of tokens at most. With ``punish``, queries over the limit cost tokens too (BIND's RRL)."""

    def __init__(self, rate: Rate, burst: float = 0.02, punish: bool = False) -> None:
        super().__init__(rate)
        self.burst = burst
        self.punish = punish
        self.tokens = self.rate * burst
        self.at = 0.0

    def passes(self, now: float) -> bool:
        most = max(1.0, self.rate * self.burst)
        self.tokens = min(most, self.tokens + (now - self.at) * self.rate)
        self.at = now
        if self.tokens >= 1.0:
            self.tokens -= 1.0
            return True
        if self.punish:
            self.tokens = max(self.tokens - 1.0, -self.rate)
        return False


class FixedWindow(Limit):
    """So many in each period of ``period`` seconds, whatever more comes (unbound's ratelimit has 1 s)."""

    def __init__(self, rate: Rate, period: float = 1.0, phase: float = 0.0) -> None:
        super().__init__(rate)
        self.period = period
        self.phase = phase
        self.number = -1
        self.count = 0

    def passes(self, now: float) -> bool:
        number = int((now + self.phase) / self.period)
        if number != self.number:
            self.number = number
            self.count = 0
        self.count += 1
        return self.count <= self.rate * self.period


@dataclass
class Server:
    """One simulated server. Times in seconds; ``loss`` is each way; without ``tcp`` nothing comes over that.

    ``forward`` is the part of the delay before the server sees the query. ``workers`` is (answers per second, queue
    length): queries wait their turn, and are dropped when the queue is full.
    """

    delay: tuple[float, float] = (0.02, 0.04)
    loss: float = 0.0
    limit: Limit | None = None
    over: str = "drop"
    workers: tuple[Rate, int] | None = None
    outages: tuple[tuple[float, float], ...] = ()
    slow_share: float = 0.0
    slow_time: float = 4.0
    trouble_share: float = 0.0
    forward: float = 0.0
    tcp: bool = True
    received: int = 0
    accepted: int = 0
    refused: int = 0
    _free_at: float = field(default=0.0, repr=False)

    def is_down(self, now: float) -> bool:
        return any(start <= now < end for start, end in self.outages)

    def receive(self, now: float, name: int) -> tuple[int, float] | None:
        """A query arrived: (kind of reply, seconds until it leaves), or None."""
        if self.is_down(now):
            return None
        self.received += 1
        if self.limit is not None and not self.limit.accepts(now):
            self.refused += 1
            return None if self.over == "drop" else (LIMITED, 0.0)
        wait = 0.0
        if self.workers is not None:
            steps, length = self.workers
            rate = steps if isinstance(steps, int | float) else [r for t, r in steps if now >= t][-1]
            wait = max(0.0, self._free_at - now)
            if wait * rate > length:
                self.refused += 1
                return None
            wait += 1.0 / rate
            self._free_at = now + wait
        self.accepted += 1
        kind, more = self.resolve(name)
        return kind, wait + more

    def resolve(self, name: int) -> tuple[int, float]:
        """What a query within the limit gets: (kind of reply, seconds it takes beyond the delay)."""
        mark = name * 2654435761 % 2**32 / 2**32
        if mark < self.slow_share:
            return GOOD, self.slow_time
        return (TROUBLE if mark > 1.0 - self.trouble_share else GOOD), 0.0


@dataclass
class Outcome:
    """What a run took: simulated seconds, datagrams per lookup, and how lookups ended."""

    seconds: float = 0.0
    sent: int = 0
    lookups: int = 0
    answered: int = 0
    failed: int = 0
    unanswered: int = 0
    over_tcp: int = 0
    timeline: list[tuple[float, list[tuple[str, int, int, int]]]] = field(default_factory=list)
    done_at: list[float] = field(default_factory=list)

    @property
    def per_lookup(self) -> float:
        return self.sent / self.lookups


class Lookup:
    __slots__ = ("at", "done", "failed", "last", "name", "silent", "tries")

    def __init__(self, name: int, servers: int) -> None:
        self.name = name
        self.at = [0] * servers
        self.tries = 0
        self.done = False
        self.failed = False
        self.silent = 0
        self.last: Try | None = None


class Try:
    __slots__ = ("epoch", "lookup", "sent_at", "server", "state")

    def __init__(self, lookup: Lookup, server: int, sent_at: float, epoch: Any) -> None:
        self.lookup = lookup
        self.server = server
        self.sent_at = sent_at
        self.epoch = epoch
        self.state = 0  # 1: given up, 2: answered


def simulate(
    servers: list[Server],
    lookups: int,
    *,
    seed: int = 1,
    tick: float = 0.0005,
    cost: float = 0.0,
    most_open: int = 32768,
    supply: float = inf,
    make_pace: Callable[[], Pace] | None = None,
    until: float = 300.0,
    watch: float = 0.0,
    tries: int = 8,
) -> Outcome:
    """Look ``lookups`` names up at ``servers`` with one Pace each and the simplest client that retries.

    ``cost`` is the client's CPU time per datagram, ``supply`` the new lookups per second that it has to make.
    """
    random = Random(seed).random
    paces = [make_pace() if make_pace else Pace(0.0) for _ in servers]
    outcome = Outcome(lookups=lookups)
    arrivals: dict[int, list[Try]] = {}
    replies: dict[int, list[tuple[Try, int]]] = {}
    timers: dict[int, list[Try]] = {}
    again: dict[int, list[Lookup]] = {}
    retries: deque[Lookup] = deque()
    count = len(servers)
    by_server = range(count)
    open_lookups = 0
    submitted = 0
    finished = 0
    step = -1
    busy_until = 0.0
    next_watch = 0.0
    turn = 0

    def finish(lookup: Lookup, good: bool) -> None:
        nonlocal finished, open_lookups
        lookup.done = True
        finished += 1
        open_lookups -= 1
        outcome.done_at.append(now)
        if good:
            outcome.answered += 1
        else:
            outcome.failed += 1

    def retry(lookup: Lookup, pause: float) -> None:
        if lookup.tries >= tries - 1 or min(lookup.at) >= 3:
            server = servers[0]
            if all(s.is_down(now) for s in servers):
                outcome.unanswered += 1
                finish(lookup, False)
            else:
                outcome.over_tcp += 1
                again.setdefault(step + int(2 * server.delay[1] / tick) + 1, []).append(lookup)
                lookup.tries = 99
        elif pause > 0:
            again.setdefault(step + int(pause / tick) + 1, []).append(lookup)
        else:
            retries.append(lookup)

    def transmit(lookup: Lookup, index: int) -> None:
        server = servers[index]
        attempt = Try(lookup, index, now, paces[index].sent(now, not lookup.failed, lookup.tries == 0))
        timeout = paces[index].timeout(lookup.silent) * (1 + 0.1 * random())
        lookup.tries += 1
        lookup.at[index] += 1
        lookup.last = attempt
        outcome.sent += 1
        timers.setdefault(int((now + timeout) / tick) + 1, []).append(attempt)
        if server.loss and random() < server.loss:
            return
        if server.forward:
            low, high = server.delay
            delay = (low + (high - low) * random()) * server.forward
            arrivals.setdefault(int((now + delay) / tick) + 1, []).append(attempt)
        else:
            arrive(attempt, now)

    def arrive(attempt: Try, at: float) -> None:
        server = servers[attempt.server]
        reply = server.receive(at, attempt.lookup.name)
        if reply is None or (server.loss and random() < server.loss):
            return
        kind, wait = reply
        low, high = server.delay
        delay = wait + (low + (high - low) * random()) * (1.0 - server.forward)
        replies.setdefault(int((at + delay) / tick) + 1, []).append((attempt, kind))

    while finished < lookups:
        step += 1
        now = step * tick
        if now > until:
            outcome.unanswered += lookups - finished
            break
        if step in arrivals:
            for attempt in arrivals.pop(step):
                arrive(attempt, now)
        if now < busy_until:
            for wheel in (replies, timers, again):
                if step in wheel:
                    wheel.setdefault(step + 1, [])[:0] = wheel.pop(step)  # type: ignore[attr-defined]
            continue
        handled = 0
        if step in replies:
            for attempt, kind in replies.pop(step):
                handled += 1
                pace = paces[attempt.server]
                lookup = attempt.lookup
                if attempt.state == 0:
                    pace.answered(attempt.epoch, attempt.sent_at, now)
                else:
                    pace.late(attempt.epoch, attempt.sent_at, now)
                attempt.state = 2
                excused = False
                if kind != GOOD:
                    excused = pace.limited(attempt.epoch, attempt.sent_at, now)
                if lookup.done:
                    continue
                if kind == GOOD:
                    finish(lookup, True)
                elif attempt is lookup.last:
                    lookup.failed |= not excused
                    if excused:
                        lookup.at[attempt.server] -= 1
                        lookup.tries -= 1
                    if kind == TROUBLE and (lookup.tries >= tries or min(lookup.at) >= 3):
                        finish(lookup, False)
                    else:
                        retry(
                            lookup,
                            0.0 if 0 in lookup.at else min(1.0, pace.timeout(lookup.tries)) if excused else pace.srtt,
                        )
        if step in timers:
            for attempt in timers.pop(step):
                if attempt.state == 0:
                    attempt.state = 1
                    lookup = attempt.lookup
                    paces[attempt.server].lost(attempt.epoch, now)
                    if not attempt.epoch.swept:
                        lookup.silent += 1
                    if not lookup.done and attempt is lookup.last:
                        retry(lookup, 0.0)
        if step in again:
            for lookup in again.pop(step):
                if not lookup.done:
                    if lookup.tries == 99:
                        finish(lookup, True)
                    else:
                        retries.append(lookup)
        room = min(most_open - open_lookups, lookups - submitted)
        if supply is not inf:
            room = min(room, int(now * supply) - submitted)
        before = outcome.sent
        turn += 1
        kept = []
        while retries and len(kept) < 256:
            lookup = retries.popleft()
            if lookup.done:
                continue
            best = -1
            for index in by_server:
                if (
                    lookup.at[index] < 3
                    and paces[index].allowance(now) > 0
                    and (best < 0 or lookup.at[index] < lookup.at[best])
                ):
                    best = index
            if best < 0:
                kept.append(lookup)
            else:
                transmit(lookup, best)
        retries.extendleft(reversed(kept))
        for offset in by_server:
            index = (turn + offset) % count
            allowed = paces[index].allowance(now)
            while allowed > 0 and room > 0:
                allowed -= 1
                room -= 1
                lookup = Lookup(submitted, count)
                submitted += 1
                open_lookups += 1
                transmit(lookup, index)
        if cost:
            handled += outcome.sent - before
            busy_until = now + handled * cost / 2
        if watch and now >= next_watch:
            next_watch += watch
            outcome.timeline.append((now, [(p.state, int(p.send_rate), int(p.window), p.in_flight) for p in paces]))
    outcome.seconds = now
    return outcome


def simulate_exchange(
    servers: list[Server],
    lookups: int,
    *,
    seed: int = 1,
    tick: float = 0.0005,
    cost: float = 0.0,
    until: float = 300.0,
    watch: float = 0.0,
    **options: Any,
) -> Outcome:
    """The same with the engine's own Exchange and real messages. TCP loses nothing as long as the server is up."""
    from dnsburst._engine.address import ServerAddress
    from dnsburst._engine.exchange import Exchange
    from dnsburst._engine.options import Options

    random = Random(seed).random
    addresses = tuple(ServerAddress("127.0.0.1", 53 + index) for index in range(len(servers)))
    exchange = Exchange(Options(servers=addresses, cookies=False, **options), 0.0)
    number_of = {str(address): index for index, address in enumerate(addresses)}
    outcome = Outcome(lookups=lookups)
    # By tick: what comes in at a server, and at the client.
    arrivals: dict[int, list[tuple[Any, bytes]]] = {}
    replies: dict[int, dict[Any, list[bytes]]] = {}
    submitted = 0
    finished = 0
    step = -1
    now = 0.0
    busy_until = 0.0
    next_watch = 0.0

    def arrive(channel: Any, query: bytes, at: float) -> None:
        server = servers[number_of[channel.nameserver.text]]
        low, high = server.delay
        delay = (low + (high - low) * random()) * (1.0 - server.forward)
        if channel.is_tcp:
            if server.tcp and not server.is_down(at):
                kind, wait = server.resolve(int(query[13 : 13 + query[12]]))
                answer(channel, query, kind, server, at + 2 * delay + wait)  # it connects first
            return
        reply = server.receive(at, int(query[13 : 13 + query[12]]))
        if reply is not None and not (server.loss and random() < server.loss):
            answer(channel, query, reply[0], server, at + reply[1] + delay)

    def answer(channel: Any, query: bytes, kind: int, server: Server, at: float) -> None:
        end = query.index(0, 12) + 5
        flags, body = b"\x84\x00\x00\x01\x00\x01\x00\x00\x00\x00", _ANSWER
        if kind != GOOD:
            mode = "servfail" if kind == TROUBLE else server.over
            flags = (
                {"refuse": b"\x84\x05", "servfail": b"\x84\x02", "truncate": b"\x86\x00"}[mode] + b"\x00\x01" + bytes(6)
            )
            body = b""
        message = query[:2] + flags + query[12:end] + body
        replies.setdefault(int(at / tick) + 1, {}).setdefault(channel, []).append(message)

    def transmit(channel: Any) -> None:
        queries, channel.outbox = channel.outbox, []
        server = servers[number_of[channel.nameserver.text]]
        for query in queries:
            if channel.is_tcp:
                outcome.over_tcp += 1
            else:
                outcome.sent += 1
                if server.loss and random() < server.loss:
                    continue
            if server.forward:
                low, high = server.delay
                delay = (low + (high - low) * random()) * server.forward
                arrivals.setdefault(int((now + delay) / tick) + 1, []).append((channel, query))
            else:
                arrive(channel, query, now)

    while finished < lookups:
        step += 1
        now = step * tick
        if now > until:
            outcome.unanswered += lookups - finished
            break
        for channel, query in arrivals.pop(step, ()):
            arrive(channel, query, now)
        if now < busy_until:
            for channel, messages in replies.pop(step, {}).items():
                later = replies.setdefault(step + 1, {})
                later[channel] = messages + later.get(channel, [])
            continue
        handled = 0
        for channel, messages in replies.pop(step, {}).items():
            handled += len(messages)
            exchange.datagrams_received(channel, messages, now)
        exchange.expire(now)
        before = outcome.sent
        while True:
            for lookup in exchange.take_finished():
                finished += 1
                outcome.done_at.append(now)
                if lookup.status == "NOERROR":
                    outcome.answered += 1
                elif lookup.status == "TIMEOUT":
                    outcome.unanswered += 1
                else:
                    outcome.failed += 1
            for _ in range(min(exchange.room(now), lookups - submitted)):
                label = b"%d" % submitted
                exchange.submit(bytes((len(label),)) + label + b"\x04test\x00", 1, submitted, now)
                submitted += 1
            for channel in exchange.datagrams_to_send(now):
                transmit(channel)
            if not exchange.wanted:
                break
            wanted, exchange.wanted = exchange.wanted, []
            for nameserver, is_tcp in wanted:
                exchange.channel_opened(nameserver, is_tcp, 1 << 16 if is_tcp else 270, None)
        exchange.retired = [channel for channel in exchange.retired if not channel.closed]
        if cost:
            busy_until = now + (handled + outcome.sent - before) * cost / 2
        if watch and now >= next_watch:
            next_watch += watch
            paces = [nameserver.pace for nameserver in exchange.nameservers]
            outcome.timeline.append((now, [(p.state, int(p.send_rate), int(p.window), p.in_flight) for p in paces]))
    outcome.seconds = now
    return outcome


_ANSWER = b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\x7f\x00\x00\x01"
