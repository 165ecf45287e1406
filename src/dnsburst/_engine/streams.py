"""What goes over TCP: the lookups that wait for a connection, which one takes them, and how long a try has there."""

# Rules.
# 1. Lookups wait by server, in the order they came.
# 2. A connection carries many queries at once; another one is opened once the best there is is half full.
# 3. Where UDP works, a server's limit may be what silenced a lookup: over TCP it then takes part in the server's pace.
# 4. A connection loses nothing: while it is alive and busy with what was sent before, a try takes longer.

from __future__ import annotations

from collections import deque
from math import inf

from .lookup import Lookup, Try
from .nameserver import MAX_TCP_CHANNELS, Channel, Nameserver
from .policy import TRIES_PER_SERVER, Policy, tries_at

#: Seconds that a TCP try gets at least: it has to connect first.
TCP_TIMEOUT = 2.0
#: Queries out at once on one connection.
TCP_PIPELINE = 128


class Streams:
    """The lookups that wait to be asked over TCP, by server."""

    __slots__ = ("_policy", "_waiting")

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._waiting: dict[Nameserver, deque[Lookup]] = {}

    def add(self, lookup: Lookup, server: Nameserver) -> None:
        """Have ``lookup`` asked at ``server``."""
        waiting = self._waiting.get(server)
        if waiting is None:
            waiting = self._waiting[server] = deque()
        waiting.append(lookup)

    def servers(self) -> list[Nameserver]:
        """Those for which something waits."""
        return list(self._waiting)

    def first(self, server: Nameserver, others: bool, now: float) -> Lookup | None:
        """The lookup that may be sent to ``server`` now; None while its pace lets none go, or none is left.

        A pace that waits for a limit to end learns of it over UDP alone: where ``others`` are to go there, they do.
        """
        waiting = self._waiting[server]
        while waiting:
            lookup = waiting[0]
            if not lookup.status:
                held = self._is_paced(lookup, server) and (
                    server.pace.allowance(now) <= 0 or (others and server.pace.waits())
                )
                return None if held else lookup
            waiting.popleft()
        del self._waiting[server]
        return None

    def take_first(self, server: Nameserver) -> None:
        """What ``first`` gave is about to be sent."""
        if self._is_paced(self._waiting[server].popleft(), server):
            server.pace.spend()

    def take_all(self, server: Nameserver) -> list[Lookup]:
        """All that wait for ``server``, with which no connection can be had."""
        return list(self._waiting.pop(server, ()))

    def take_overdue(self, now: float) -> list[Lookup]:
        """The lookups at the head of each queue whose time is over."""
        overdue: list[Lookup] = []
        for waiting in self._waiting.values():
            while waiting and (waiting[0].status or waiting[0].deadline <= now):
                lookup = waiting.popleft()
                if not lookup.status:
                    overdue.append(lookup)
        return overdue

    def next_deadline(self) -> float:
        """When ``take_overdue`` will next have something; infinity if nothing waits."""
        deadline = inf
        for waiting in self._waiting.values():
            if waiting:
                deadline = min(deadline, waiting[0].deadline)
        return deadline

    def next_send(self, now: float) -> float:
        """When a server's pace next lets go what it holds back now; infinity if it holds back nothing."""
        moment = inf
        for server, waiting in self._waiting.items():
            if waiting and self._is_paced(waiting[0], server) and server.pace.allowance(now) <= 0:
                moment = min(moment, server.pace.next_send(now))
        return moment

    def patience(self, lookup: Lookup, server: Nameserver, now: float) -> float:
        """Seconds to wait for the try to be made."""
        if self._policy.is_last_resort(lookup):
            # The name may be slow, or this query lost: the tries there are left share the time there is left.
            return max(TCP_TIMEOUT, (lookup.deadline - now) / max(1, TRIES_PER_SERVER - tries_at(lookup, server, True)))
        return max(TCP_TIMEOUT, 4 * server.pace.srtt)

    def _is_paced(self, lookup: Lookup, server: Nameserver) -> bool:
        """Whether a query over TCP takes part in the server's pace: where UDP works, a limit may have lost it."""
        return self._policy.is_last_resort(lookup) and not server.down and server.pace.srtt > 0


def best_connection(server: Nameserver) -> Channel | None:
    """The connection to ``server`` with the least in flight; None where all are full."""
    best: Channel | None = None
    for channel in server.tcp_channels:
        if channel.in_flight < channel.capacity and (best is None or channel.in_flight < best.in_flight):
            best = channel
    return best


def is_another_of_use(server: Nameserver, best: Channel | None) -> bool:
    """Whether to open one more connection to ``server`` where ``best`` is the best there is."""
    if best is not None and best.in_flight < TCP_PIPELINE // 2:
        return False
    return len(server.tcp_channels) < MAX_TCP_CHANNELS


def is_queued(attempt: Try, now: float) -> bool:
    """Whether its connection is alive and busy with what was sent before: nothing is lost, it takes longer."""
    lookup = attempt.lookup
    channel = attempt.channel
    if lookup.status or now >= lookup.deadline or channel is None:
        return False
    return channel.reached <= attempt.sent_at and now - channel.answered_at < TCP_TIMEOUT
