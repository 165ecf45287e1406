"""A run spread over processes: it looks up itself, and has workers that do so as well."""

# Rules.
# 1. The run itself stays one: it reads, knows what was asked, and writes. A worker has only an engine and sockets;
#    towards the run all of them together look like the pump.
# 2. The run is one of the processes asked for: its own lookups cost no more than those of a run that is alone, and it
#    would take the time of a worker's core besides. Each takes what its pace has room for, so who has time does more.
# 3. A worker has at most as many questions as it said it would have had: what is on the way is bounded at both ends.
# 4. What may be sent is divided: all together keep to every cap. None has a cap below one lookup in flight or one
#    query a second; rather there are fewer.
# 5. The questions of a worker that dies are the run's.
# 6. Workers are started before the run has a file open or a thread, by fork where that is safe: that costs little.
#    Where it is not (macOS: system libraries have threads of their own; Windows has none) a new Python is started.

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING, Any

from .._io.pump import Pump
from .errors import TableError
from .link import Link, pair
from .parcels import Outbox
from .worker import Figures, work

if TYPE_CHECKING:
    import socket
    from multiprocessing.process import BaseProcess

    from .._engine.exchange import Exchange
    from .._engine.lookup import Lookup
    from .._engine.nameserver import Nameserver
    from .._engine.options import Options
    from .._io.reactor import Reactor

#: Seconds for workers to tell their last figures, and to end once they may.
PATIENCE = 2.0
#: Seconds between two looks whether one has ended.
LOOK_AGAIN = 0.001


def how_many(wanted: int, options: Options) -> int:
    """Processes for these options, at least 1; ``wanted`` 0 is one for each core that this one may use."""
    count = wanted or cores()
    for cap in (options.in_flight, options.rate, options.rate_per_server):
        if cap is not None:
            count = min(count, int(cap))
    return max(1, count)


def cores() -> int:
    """Cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def divided(options: Options, count: int) -> list[Options]:
    """The options of each of ``count`` processes."""
    rate = None if options.rate is None else options.rate / count
    parts: list[int | None] = [None] * count
    if options.in_flight is not None:
        most, more = divmod(options.in_flight, count)
        parts = [most + (number < more) for number in range(count)]
    return [replace(options, rate=rate, share=options.share / count, in_flight=part) for part in parts]


class Process:
    """One worker as the system sees it; ``sock`` is our end. Raises TableError where none can be had."""

    def __init__(self, options: Options, sockets: int, others: Sequence[Process]) -> None:
        forks = sys.platform == "linux" and threading.active_count() == 1
        context: Any = multiprocessing.get_context("fork" if forks else "spawn")
        try:
            self.sock, theirs = pair()
        except OSError as error:
            raise TableError(f"no worker can be started: {error.strerror}") from None
        not_ours: list[socket.socket] = [self.sock, *(other.sock for other in others)] if forks else []
        self._process: BaseProcess = context.Process(
            target=work, args=(theirs, options, sockets, not_ours), name="dnsburst worker", daemon=True
        )
        try:
            with _signals_held():
                self._process.start()
        except OSError as error:
            self.sock.close()
            raise TableError(f"no worker can be started: {error.strerror}") from None
        except BaseException:
            self.sock.close()
            raise
        finally:
            theirs.close()

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid or 0

    def end(self) -> str:
        """See it end, now that its socket is closed; returns how it did, in words."""
        process = self._process
        # ``join`` with a limit loads a dozen modules, which takes longer than a worker takes to end.
        give_up = time.monotonic() + PATIENCE
        while process.exitcode is None and time.monotonic() < give_up:
            time.sleep(LOOK_AGAIN)
        if process.exitcode is None:
            process.kill()
            process.join()
        code = process.exitcode or 0
        return f"exit status {code}" if code >= 0 else f"signal {-code}"


@contextmanager
def started(options: Options, count: int, sockets: int) -> Iterator[list[Process]]:
    """The workers of a run that is to be ``count`` processes, ready to be asked; afterwards they are gone.

    options: of all together; sockets: how many each may need
    """
    processes: list[Process] = []
    try:
        for part in divided(options, count)[1:]:
            processes.append(Process(part, sockets, processes))
        yield processes
    finally:
        for process in processes:
            process.sock.close()
        for process in processes:
            process.end()


class Workers:
    """Has lookups done by a pump of its own and by workers; the face is that of the pump.

    options: of all together; warn: gets a line when a worker dies
    """

    def __init__(
        self,
        options: Options,
        processes: list[Process],
        loop: Reactor,
        on_finished: Callable[[list[Lookup]], None],
        feed: Callable[[int], None],
        warn: Callable[[str], None],
    ) -> None:
        self._loop = loop
        self._on_finished = on_finished
        self._feed = feed
        self._warn = warn
        self._step_due = False
        self._closed = False
        self._own = Pump(divided(options, len(processes) + 1)[0], loop, on_finished, feed)
        servers = [str(address) for address in options.servers]
        self._workers = [_Worker(process, servers, loop, self) for process in processes]
        self.exchange = Together(self._own.exchange, self._workers)
        # Who gets the questions that come now.
        self._asked: Pump | _Worker = self._own

    def start(self, lookups: list[Lookup]) -> None:
        """As the pump's, but for what it returns."""
        self._asked.start(lookups)

    def kick(self) -> None:
        """Take a step soon: something may have changed."""
        self._own.kick()
        self.kick_workers()

    def settle(self) -> None:
        """See that the figures are the last ones; what ends meanwhile is not handed on."""
        self._closed = True
        self._own.close()
        for worker in self._workers:
            worker.ask_figures()
        self._loop.run_until(lambda: all(worker.settled for worker in self._workers), self._loop.time() + PATIENCE)

    def close(self) -> None:
        """Ask nothing more: the workers end."""
        self._closed = self._step_due = True
        self._own.close()
        for worker in self._workers:
            worker.link.close()

    # -- what the workers call ----------------------------------------------------------------------------------------

    def kick_workers(self) -> None:
        """Give the workers something to do soon."""
        if not self._step_due:
            self._step_due = True
            self._loop.call_soon(self._step)

    def take(self, worker: _Worker, lookups: list[Lookup]) -> None:
        """Lookups have ended; what that makes their asker submit goes to the same worker."""
        if not self._closed:
            self._asked = worker
            self._on_finished(lookups)
            self._asked = self._own

    def lost(self, worker: _Worker) -> None:
        """A worker has died."""
        if self._closed:
            return
        self._warn(f"a worker has died ({worker.process.end()}): the others go on")
        self._own.start(worker.outbox.take_open())
        self.kick()

    def _step(self) -> None:
        self._step_due = self._closed
        for worker in sorted(self._workers, key=_room, reverse=True):
            room = worker.room
            if room > 0 and not self._closed:
                self._asked = worker
                self._feed(room)
                self._asked = self._own
            worker.flush()


class _Worker:
    """What is known of one worker."""

    __slots__ = ("_above", "dead", "figures", "in_flight", "limit", "link", "outbox", "process", "settled")

    def __init__(self, process: Process, servers: list[str], loop: Reactor, above: Workers) -> None:
        self.process = process
        self.outbox = Outbox(servers)
        self.link = Link(process.sock, loop, self._arrived, self._lost)
        self.limit = 0
        self.in_flight = 0
        self.figures = [Figures()] * len(servers)
        self.settled = False
        self.dead = False
        self._above = above

    @property
    def room(self) -> int:
        """How many more questions it would like to have."""
        return 0 if self.dead else self.limit - self.outbox.count

    def start(self, lookups: list[Lookup]) -> None:
        """Have these looked up by it, soon."""
        self.outbox.start(lookups)
        self._above.kick_workers()

    def flush(self) -> None:
        """Send what it is to be asked."""
        if self.outbox.waiting:
            self.link.send(self.outbox.take_questions())

    def ask_figures(self) -> None:
        """``settled`` is set once the figures have come, or cannot come."""
        self.settled = self.dead
        self.link.send(None)

    def _arrived(self, messages: list[Any]) -> None:
        lookups: list[Lookup] = []
        for limit, answers, figures, asked in messages:
            self.limit = limit
            if figures is not None:
                self.in_flight, values = figures
                self.figures = [Figures(*each) for each in values]
            self.settled = self.settled or asked
            for parcel in answers:
                lookups += self.outbox.take_answers(parcel)
        if lookups:
            self._above.take(self, lookups)
        self._above.kick_workers()

    def _lost(self) -> None:
        self.settled = self.dead = True
        self.in_flight = 0
        self._above.lost(self)


class Together:
    """The figures of an exchange and of all workers as if they were those of one."""

    def __init__(self, own: Exchange, workers: list[_Worker]) -> None:
        self._own = own
        self._workers = workers
        self.nameservers = [ServerTogether(place, server, workers) for place, server in enumerate(own.nameservers)]

    @property
    def in_flight(self) -> int:
        """Queries sent that are neither answered nor given up."""
        return self._own.in_flight + sum([worker.in_flight for worker in self._workers])

    @property
    def open_lookups(self) -> int:
        """Lookups that have not ended."""
        return self._own.open_lookups + sum([worker.outbox.left for worker in self._workers])


class ServerTogether:
    """The figures of one server at all of them, as a Nameserver has them."""

    __slots__ = ("_own", "_place", "_workers", "text")

    def __init__(self, place: int, own: Nameserver, workers: list[_Worker]) -> None:
        self._place = place
        self._own = own
        self._workers = workers
        self.text = own.text

    @property
    def sent(self) -> int:
        """Queries."""
        return sum([view.sent for view in self._all()])

    @property
    def answered(self) -> int:
        """Replies."""
        return sum([view.answered for view in self._all()])

    @property
    def timeouts(self) -> int:
        """Tries without a reply in their time."""
        return sum([view.timeouts for view in self._all()])

    @property
    def down(self) -> bool:
        """Whether it is put aside: by some, and none has had an answer since."""
        return self.down_since < inf

    @property
    def down_since(self) -> float:
        """When the last that asked it put it aside; infinity while it is up."""
        views = self._alive()
        since = [view.down_since for view in views if view.down]
        if not since:
            return inf
        first = min(since)
        # One that has asked little has not seen enough to put it aside: it counts only if it was answered.
        if any(view.last_answer > first for view in views if not view.down):
            return inf
        return max(since)

    @property
    def rate(self) -> float:
        """Answers per second, lately."""
        return sum([view.rate for view in self._alive()])

    @property
    def loss(self) -> float:
        """The share of tries lately that got no answer in their time, 0 to 1."""
        views = self._alive()
        tries = [view.rate / (1.0 - view.loss) if view.loss < 1.0 else view.rate for view in views]
        total = sum(tries)
        if not total:
            return max([view.loss for view in views])
        return sum([view.loss * each for view, each in zip(views, tries, strict=True)]) / total

    @property
    def socket_error(self) -> str:
        """The last that some saw."""
        return next((view.socket_error for view in self._all() if view.socket_error), "")

    @property
    def rtt_bins(self) -> list[int]:
        """The nameservers' together."""
        return [sum(counts) for counts in zip(*(view.rtt_bins for view in self._all() if view.rtt_bins), strict=True)]

    def _all(self) -> list[Nameserver | Figures]:
        return [self._own, *[worker.figures[self._place] for worker in self._workers]]

    def _alive(self) -> list[Nameserver | Figures]:
        return [self._own, *[worker.figures[self._place] for worker in self._workers if not worker.dead]]


def _room(worker: _Worker) -> int:
    return worker.room


@contextmanager
def _signals_held() -> Iterator[None]:
    """Ctrl-C and SIGTERM wait while a process starts, and until it has said that it leaves them to us."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
