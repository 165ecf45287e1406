"""An event loop for programs that have none: the few methods of asyncio's that the pump needs, without its weight."""

from __future__ import annotations

import heapq
import itertools
import selectors
import socket
import time
from collections.abc import Callable
from typing import Any, Protocol

Callback = Callable[..., object]


class Handle(Protocol):
    """Something that was scheduled."""

    def cancel(self) -> None:
        """Do not run it."""


class Loop(Protocol):
    """What the pump needs of an event loop; asyncio's selector loops and uvloop have it, and so has Reactor."""

    def time(self) -> float:
        """Monotonic seconds."""

    def call_soon(self, callback: Callback, *args: Any) -> Handle:
        """Run ``callback`` in the next turn."""

    def call_at(self, when: float, callback: Callback, *args: Any) -> Handle:
        """Run ``callback`` at ``when``."""

    def add_reader(self, fd: Any, callback: Callback, *args: Any) -> Any:
        """Run ``callback`` whenever ``fd`` can be read."""

    def remove_reader(self, fd: Any) -> Any:
        """Watch ``fd`` no more for reading."""

    def add_writer(self, fd: Any, callback: Callback, *args: Any) -> Any:
        """Run ``callback`` whenever ``fd`` can be written."""

    def remove_writer(self, fd: Any) -> Any:
        """Watch ``fd`` no more for writing."""


class _Timer:
    __slots__ = ("args", "callback")

    def __init__(self, callback: Callback | None, args: tuple[Any, ...]) -> None:
        self.callback = callback
        self.args = args

    def cancel(self) -> None:
        self.callback = None


class Reactor:
    """A blocking event loop. One thread runs it; ``wake`` may be called from any thread and from signal handlers."""

    def __init__(self) -> None:
        #: Monotonic seconds. Asked for several times in each turn, so not by way of a method.
        self.time: Callable[[], float] = time.monotonic
        self._selector = selectors.DefaultSelector()
        self._readers: dict[int, tuple[Callback, tuple[Any, ...]]] = {}
        self._writers: dict[int, tuple[Callback, tuple[Any, ...]]] = {}
        self._soon: list[_Timer] = []
        self._timers: list[tuple[float, int, _Timer]] = []
        self._order = itertools.count()
        self._woken, self._waker = socket.socketpair()
        self._woken.setblocking(False)
        self._waker.setblocking(False)
        self.add_reader(self._woken.fileno(), self._drain_wakeups)

    def call_soon(self, callback: Callback, *args: Any) -> Handle:
        """Run ``callback`` in the next turn."""
        timer = _Timer(callback, args)
        self._soon.append(timer)
        return timer

    def call_at(self, when: float, callback: Callback, *args: Any) -> Handle:
        """Run ``callback`` once ``when`` (see ``time``) has come."""
        timer = _Timer(callback, args)
        heapq.heappush(self._timers, (when, next(self._order), timer))
        return timer

    def add_reader(self, fd: int, callback: Callback, *args: Any) -> None:
        """Run ``callback`` whenever ``fd`` can be read or has an error."""
        self._readers[fd] = (callback, args)
        self._watch(fd)

    def remove_reader(self, fd: int) -> None:
        """Watch ``fd`` no more for reading."""
        if self._readers.pop(fd, None) is not None:
            self._watch(fd)

    def add_writer(self, fd: int, callback: Callback, *args: Any) -> None:
        """Run ``callback`` whenever ``fd`` can be written."""
        self._writers[fd] = (callback, args)
        self._watch(fd)

    def remove_writer(self, fd: int) -> None:
        """Watch ``fd`` no more for writing."""
        if self._writers.pop(fd, None) is not None:
            self._watch(fd)

    def wake(self) -> None:
        """End a wait that is under way, so that ``run_until`` looks at its predicate again."""
        try:
            self._waker.send(b"\0")
        except OSError:
            pass  # full: a wake-up is under way already; closed: nobody waits

    def run_until(self, done: Callable[[], bool], deadline: float | None = None) -> bool:
        """Run until ``done()`` is true, or ``deadline`` has come; returns ``done()``."""
        while not done():
            now = self.time()
            if deadline is not None and now >= deadline:
                return False
            self._turn(now, deadline)
        return True

    def close(self) -> None:
        """Give the descriptors back. Sockets that were watched are not closed."""
        self._selector.close()
        self._woken.close()
        self._waker.close()

    def _turn(self, now: float, deadline: float | None) -> None:
        timers = self._timers
        while timers and timers[0][2].callback is None:
            heapq.heappop(timers)
        wait: float | None = None
        if self._soon:
            wait = 0.0
        elif timers:
            wait = max(0.0, timers[0][0] - now)
        if deadline is not None:
            wait = max(0.0, deadline - now) if wait is None else min(wait, max(0.0, deadline - now))
        for key, events in self._selector.select(wait):
            fd = key.fd
            if events & selectors.EVENT_READ and fd in self._readers:
                callback, args = self._readers[fd]
                callback(*args)
            if events & selectors.EVENT_WRITE and fd in self._writers:
                callback, args = self._writers[fd]
                callback(*args)
        if timers:
            now = self.time()
            while timers and timers[0][0] <= now:
                self._soon.append(heapq.heappop(timers)[2])
        soon, self._soon = self._soon, []
        for timer in soon:
            if timer.callback is not None:
                timer.callback(*timer.args)

    def _watch(self, fd: int) -> None:
        events = (selectors.EVENT_READ if fd in self._readers else 0) | (
            selectors.EVENT_WRITE if fd in self._writers else 0
        )
        if fd in self._selector.get_map():
            if events:
                self._selector.modify(fd, events)
            else:
                self._selector.unregister(fd)
        elif events:
            self._selector.register(fd, events)

    def _drain_wakeups(self) -> None:
        try:
            while self._woken.recv(4096):
                pass
        except OSError:
            pass
