"""For event loops that cannot watch sockets, as Windows' ProactorEventLoop: a thread waits, the loop does the rest."""

from __future__ import annotations

import asyncio
import selectors
import socket
import threading
import weakref
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .reactor import Callback, Handle, Loop

_Events = list[tuple[int, int]]


def watching(loop: asyncio.AbstractEventLoop) -> Loop:
    """``loop`` itself if it can watch sockets, else a WatchedLoop around it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            loop.add_reader(probe, _nothing)
        except NotImplementedError:
            return WatchedLoop(loop)
        loop.remove_reader(probe)
    return loop


class WatchedLoop:
    """An asyncio event loop with the methods it lacks: ``add_reader`` and its kin. To be closed by ``close``.

    Callbacks run in the loop. The selector is used in turns: by the thread while it waits, by the loop from the report
    of the thread to its next turn. What is to be watched changes between turns only; a wait under way is woken for it.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._readers: dict[int, tuple[Callback, tuple[Any, ...]]] = {}
        self._writers: dict[int, tuple[Callback, tuple[Any, ...]]] = {}
        self._changed: set[int] = set()
        self._selector = selectors.DefaultSelector()
        self._woken, self._waker = socket.socketpair()
        self._woken.setblocking(False)
        self._waker.setblocking(False)
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._turns: SimpleQueue[bool] = SimpleQueue()
        self._waking = True  # no wait is under way before the first turn
        # The thread must not keep the resolver alive that nobody else holds any more.
        self._thread = threading.Thread(
            target=_wait,
            args=(self._selector, self._turns, loop, weakref.WeakMethod(self._ready)),
            name="dnsburst-watch",
            daemon=True,
        )
        self._thread.start()
        self.call_soon(self._resume)

    def time(self) -> float:
        """Monotonic seconds."""
        return self._loop.time()

    def call_soon(self, callback: Callback, *args: Any) -> Handle:
        """Run ``callback`` in the next turn."""
        return self._loop.call_soon(callback, *args)

    def call_at(self, when: float, callback: Callback, *args: Any) -> Handle:
        """Run ``callback`` at ``when``."""
        return self._loop.call_at(when, callback, *args)

    def add_reader(self, fd: int, callback: Callback, *args: Any) -> None:
        """Run ``callback`` whenever ``fd`` can be read."""
        self._readers[fd] = (callback, args)
        self._change(fd)

    def remove_reader(self, fd: int) -> None:
        """Watch ``fd`` no more for reading."""
        if self._readers.pop(fd, None) is not None:
            self._change(fd)

    def add_writer(self, fd: int, callback: Callback, *args: Any) -> None:
        """Run ``callback`` whenever ``fd`` can be written."""
        self._writers[fd] = (callback, args)
        self._change(fd)

    def remove_writer(self, fd: int) -> None:
        """Watch ``fd`` no more for writing."""
        if self._writers.pop(fd, None) is not None:
            self._change(fd)

    def close(self) -> None:
        """End the thread and give the descriptors back. Sockets that were watched are not closed."""
        self._turns.put(False)
        self._wake()
        if self._thread is not threading.current_thread():  # who collects garbage may be any thread
            self._thread.join()
        self._readers.clear()
        self._writers.clear()
        self._selector.close()
        self._woken.close()
        self._waker.close()

    def __del__(self) -> None:
        if self._waker.fileno() >= 0:
            self.close()

    def _change(self, fd: int) -> None:
        self._changed.add(fd)
        if not self._waking:
            self._waking = True
            self._wake()

    def _wake(self) -> None:
        try:
            self._waker.send(b"\0")
        except OSError:
            pass  # full: a wake-up is under way already; closed: nobody waits

    def _ready(self, events: _Events) -> None:
        """What the thread reports; a socket that is not watched as it was then is left to the next turn."""
        self._waking = True
        try:
            for fd, mask in events:
                if mask & selectors.EVENT_READ and fd in self._readers and fd not in self._changed:
                    callback, args = self._readers[fd]
                    callback(*args)
                if mask & selectors.EVENT_WRITE and fd in self._writers and fd not in self._changed:
                    callback, args = self._writers[fd]
                    callback(*args)
        finally:
            self._resume()

    def _resume(self) -> None:
        """The thread's turn."""
        if self._waker.fileno() < 0:
            return
        try:
            while self._woken.recv(4096):
                pass
        except OSError:
            pass
        while self._changed:
            fd = self._changed.pop()
            # Afresh, and not modified: behind the number there may be another socket by now.
            if fd in self._selector.get_map():
                self._selector.unregister(fd)
            events = (selectors.EVENT_READ if fd in self._readers else 0) | (
                selectors.EVENT_WRITE if fd in self._writers else 0
            )
            if events:
                self._selector.register(fd, events)
        self._waking = False
        self._turns.put(True)


def _wait(
    selector: selectors.BaseSelector,
    turns: SimpleQueue[bool],
    loop: asyncio.AbstractEventLoop,
    ready: weakref.WeakMethod[Any],
) -> None:
    while turns.get():
        try:
            events = [(key.fd, mask) for key, mask in selector.select()]
        except OSError:
            events = []  # a socket was closed; its removal is among the changes
        except ValueError:  # more sockets than select() takes, or closed by the garbage collector, in this thread
            if turns.empty():
                raise
            return
        try:
            loop.call_soon_threadsafe(_report, ready, events)
        except RuntimeError:
            return  # the loop is closed


def _report(ready: weakref.WeakMethod[Any], events: _Events) -> None:
    method = ready()
    if method is not None:
        method(events)


def _nothing() -> None:
    """Never called: the probe is not read."""
