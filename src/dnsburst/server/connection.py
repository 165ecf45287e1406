"""One client of the server over TCP: messages behind two octets of length, any number at a time (RFC 7766)."""

# Rules of a connection.
# 1. Queries are answered in the order they come; with a delay that varies, replies go out in the order they are due.
# 2. Nothing more is read or answered while the client leaves too much unread, or too many of its replies are held back.
# 3. It counts as idle from the last whole query on: a client that sends or reads by drops is idle too.
# 4. A client that has ended its side still gets every reply it is owed.

from __future__ import annotations

import selectors
import socket
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .server import Server

#: Octets of replies that wait for one client, and replies held back for it; at more, rule 2.
MAX_UNSENT = 1 << 20
MAX_HELD = 10_000

_READ = 65536


class Connection:
    """A connection accepted by the server; ``used_at`` is when its last whole query came."""

    __slots__ = ("_ended", "_events", "_received", "_server", "_sock", "_unsent", "closed", "held", "used_at")

    def __init__(self, server: Server, sock: socket.socket) -> None:
        self._server = server
        self._sock = sock
        self._received = b""
        self._unsent = bytearray()
        self._events = 0
        self._ended = False
        self.closed = False
        self.held = 0
        self.used_at = time.monotonic()
        self._listen_for(selectors.EVENT_READ)

    def ready(self, events: int) -> None:
        """The socket can be read or written, as ``events`` says."""
        if self.closed:
            return
        if events & selectors.EVENT_READ:
            try:
                data = self._sock.recv(_READ)
            except BlockingIOError:
                return
            except OSError:
                self.close()
                return
            if data:
                self._received += data
            else:
                self._ended = True
        self.work()

    def put(self, reply: bytes) -> None:
        """Add a reply to what is sent by the next ``work``."""
        self._unsent += len(reply).to_bytes(2, "big") + reply
        self._server.stats.replies += 1

    def work(self) -> None:
        """Answer and send as far as rule 2 allows, and have the selector wait for what is needed next."""
        while not self.closed:
            stopped = self._answer_received()
            if not self._flush() or not stopped or self.held >= MAX_HELD:
                break
        if self.closed:
            return
        if self._ended and not self._unsent and not self.held:
            self.close()
            return
        events = selectors.EVENT_WRITE if self._unsent else 0
        if not self._ended and not self._is_full():
            events |= selectors.EVENT_READ
        self._listen_for(events)

    def close(self) -> None:
        """Close it; replies still owed are lost."""
        if not self.closed:
            self.closed = True
            self._listen_for(0)
            self._server.forget(self)
            self._sock.close()

    def _is_full(self) -> bool:
        return len(self._unsent) >= MAX_UNSENT or self.held >= MAX_HELD

    def _answer_received(self) -> bool:
        """Answer the whole queries that have come; True where rule 2 stopped that."""
        received = self._received
        offset = 0
        stopped = False
        now = time.monotonic()
        while len(received) - offset >= 2:
            start = offset + 2
            end = start + (received[offset] << 8 | received[offset + 1])
            if end > len(received):
                break
            if self._is_full():
                stopped = True
                break
            self.used_at = now
            self._server.answer_over_tcp(self, received[start:end], now)
            offset = end
        self._received = received[offset:]
        return stopped

    def _flush(self) -> bool:
        """Send what the client takes; True where nothing is left."""
        while self._unsent:
            try:
                sent = self._sock.send(self._unsent)
            except BlockingIOError:
                return False
            except OSError:
                self.close()
                return False
            del self._unsent[:sent]
        return True

    def _listen_for(self, events: int) -> None:
        if events == self._events:
            return
        selector = self._server.selector
        if not self._events:
            selector.register(self._sock, events, self)
        elif events:
            selector.modify(self._sock, events, self)
        else:
            selector.unregister(self._sock)
        self._events = events
