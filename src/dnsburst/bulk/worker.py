"""A process beside the run that does lookups for it."""

# Rules.
# 1. It ends with its run, however that ends: by the socket between them, which closes with either. Ctrl-C and SIGTERM,
#    which may reach the whole group, are the run's to act on.
# 2. It says how many questions it would have had by now: what its pump has room for, and what it will answer while more
#    are on the way. So there is always something to do, and little that another worker could have done.
# 3. What it has to say goes out in batches, some milliseconds after the first of it.

from __future__ import annotations

import gc
import os
import signal
import socket
import time
from collections.abc import Sequence
from math import inf
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from .._io.limits import raise_limit
from .._io.pump import Pump
from .._io.reactor import Reactor
from .link import Link
from .parcels import Inbox, Parcel, pack

if TYPE_CHECKING:
    from .._engine.lookup import Lookup
    from .._engine.options import Options

#: Seconds that answers wait for others to go with, and how many of them do not wait.
FLUSH_AFTER = 0.003
FLUSH_AT = 1024
#: While BUSY queries are out, a turn of the loop takes as long as BATCH answers do, or so many seconds at most: who has
#: nothing else to do would be woken for every few datagrams.
BUSY = 64
BATCH = 96.0
TURN = 0.003
#: Seconds for which there should be questions at hand: a run that reads and writes thousands of rows is not listening.
AHEAD = 0.02
#: Seconds between two times that the figures are told.
TELL = 0.1


class Figures(NamedTuple):
    """Of one server what its Nameserver has under these names. All processes share the clock that times are of."""

    sent: int = 0
    answered: int = 0
    timeouts: int = 0
    down: bool = False
    down_since: float = inf
    last_answer: float = -inf
    rate: float = 0.0
    loss: float = 0.0
    socket_error: str = ""
    rtt_bins: Sequence[int] = ()


_figures = attrgetter(*Figures._fields)


class Worker:
    """Looks up what comes from ``sock``.

    Messages in: questions (see parcels), or None to be told the figures at once.
    Messages out: (questions it would have had by now, answers, None or (in flight, values of the
    Figures of each server), whether it
    was told to tell them).
    """

    def __init__(self, sock: socket.socket, options: Options) -> None:
        self._loop = Reactor()
        self._inbox = Inbox()
        self._answers: list[Parcel] = []
        self._answered = 0
        self._places = {str(address): place for place, address in enumerate(options.servers)}
        self._limit = 0
        self._flush_due = False
        self._over = False
        self._pump = Pump(options, self._loop, self._finished, self._feed)
        self._link = Link(sock, self._loop, self._arrived, self._lost)
        self._down: list[bool] = []
        self._next_figures = 0.0
        self._turned = 0.0

    def run(self) -> None:
        """Until the other end is gone."""
        self._tick()
        self._loop.run_until(self._turn_over)

    def _turn_over(self) -> bool:
        """Between two turns of the loop; returns whether it was the last."""
        exchange = self._pump.exchange
        if exchange.in_flight >= BUSY and not self._over:
            now = self._loop.time()
            rate = sum([server.rate for server in exchange.nameservers])
            wait = self._turned + (BATCH / rate if rate * TURN > BATCH else TURN) - now
            if wait > 0:
                time.sleep(wait)
                now += wait
            self._turned = now
        return self._over

    def _arrived(self, messages: list[Any]) -> None:
        for message in messages:
            if message is None:
                self._next_figures = 0.0
                self._flush(asked=True)
            else:
                self._inbox.add(message)
        self._pump.kick()

    def _lost(self) -> None:
        self._over = True

    def _finished(self, lookups: list[Lookup]) -> None:
        self._answers.append(pack(lookups, self._places))
        self._answered += len(lookups)
        if self._answered >= FLUSH_AT:
            self._flush()
        else:
            self._flush_soon()

    def _feed(self, room: int) -> None:
        inbox = self._inbox
        if inbox.waiting:
            self._pump.start(inbox.take(room))
        if inbox.begun + room > self._limit:
            self._flush_soon()

    def _tick(self) -> None:
        self._flush()
        self._loop.call_at(self._loop.time() + TELL, self._tick)

    def _flush_soon(self) -> None:
        if not self._flush_due:
            self._flush_due = True
            self._loop.call_at(self._loop.time() + FLUSH_AFTER, self._flush)

    def _flush(self, asked: bool = False) -> None:
        now = self._loop.time()
        exchange = self._pump.exchange
        servers = exchange.nameservers
        room = 0 if self._inbox.waiting else exchange.room(now)
        rate = sum([server.rate for server in servers])
        limit = max(self._limit, self._inbox.begun + room + int(rate * AHEAD))
        down = [server.down for server in servers]
        figures = None
        if now >= self._next_figures or down != self._down:
            self._next_figures = now + TELL
            self._down = down
            figures = (exchange.in_flight, [_figures(server) for server in servers])
        self._flush_due = False
        if limit > self._limit or self._answers or figures is not None:
            self._link.send((limit, self._answers, figures, asked))
            self._limit = limit
            self._answers = []
            self._answered = 0


def work(sock: socket.socket, options: Options, sockets: int, not_ours: Sequence[socket.socket]) -> None:
    """The life of the process. sockets: how many it may need; not_ours: what a fork has left it of others' sockets."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT, signal.SIGTERM))
    for other in not_ours:
        other.close()
    # What was there before the fork is not looked at again, and so stays shared.
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    raise_limit(sockets)
    Worker(sock, options).run()
    os._exit(0)  # nothing of what Python does at an end is of use here, and it takes time
