"""Messages between a run and its workers, over a pair of sockets."""

from __future__ import annotations

import marshal
import socket
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .._io.reactor import Reactor

#: Octets taken from the socket in one go, and asked for as its buffers.
AT_ONCE = 1 << 18
#: Without references to earlier objects: those of a message are all different, and looking for others costs more.
_VERSION = 2
_LENGTH = struct.Struct("=I")


class Link:
    """One end: messages of plain values go out without waiting, and come in through ``on_messages``.

    Both ends are the same Python, and each starts or is started by the other: marshal is made for that.
    on_lost: called once when the other end is gone
    """

    __slots__ = ("_buffer", "_filled", "_loop", "_on_lost", "_on_messages", "_sock", "_unsent", "closed")

    def __init__(
        self,
        sock: socket.socket,
        loop: Reactor,
        on_messages: Callable[[list[Any]], None],
        on_lost: Callable[[], None],
    ) -> None:
        self._sock = sock
        self._loop = loop
        self._on_messages = on_messages
        self._on_lost = on_lost
        # What has come: the beginning of a message, at most, once it has been looked at.
        self._buffer = bytearray(AT_ONCE)
        self._filled = 0
        self._unsent = bytearray()
        self.closed = False
        sock.setblocking(False)
        loop.add_reader(sock.fileno(), self._readable)

    def send(self, message: Any) -> None:
        """Send ``message``; what the socket does not take now waits for room."""
        if self.closed:
            return
        data = marshal.dumps(message, _VERSION)
        data = _LENGTH.pack(len(data)) + data
        if self._unsent:
            self._unsent += data
            return
        sent = self._send(data)
        if sent < len(data) and not self.closed:
            self._unsent += data[sent:]
            self._loop.add_writer(self._sock.fileno(), self._writable)

    def close(self) -> None:
        """Close the socket: the other end sees that."""
        if not self.closed:
            self.closed = True
            self._loop.remove_reader(self._sock.fileno())
            self._loop.remove_writer(self._sock.fileno())
            self._sock.close()

    def _send(self, data: bytes | bytearray) -> int:
        try:
            return self._sock.send(data)
        except BlockingIOError:
            return 0
        except OSError:
            # Reading says so too, after what the other end had still to say.
            return len(data)

    def _writable(self) -> None:
        del self._unsent[: self._send(self._unsent)]
        if not self._unsent:
            self._loop.remove_writer(self._sock.fileno())

    def _readable(self) -> None:
        try:
            count = self._sock.recv_into(memoryview(self._buffer)[self._filled :])
        except BlockingIOError:
            return
        except OSError:
            count = 0
        if not count:
            self.close()
            self._on_lost()
            return
        self._filled += count
        view = memoryview(self._buffer)
        messages: list[Any] = []
        at = 0
        needed = _LENGTH.size
        while self._filled - at >= needed:
            end = at + _LENGTH.size + _LENGTH.unpack_from(view, at)[0]
            if end > self._filled:
                needed = end - at
                break
            messages.append(marshal.loads(view[at + _LENGTH.size : end]))
            at = end
        self._keep(view[at : self._filled], needed)
        if messages:
            self._on_messages(messages)

    def _keep(self, rest: memoryview, needed: int) -> None:
        """Put the beginning of a message where the rest of it will follow, with room for so many octets."""
        if needed > len(self._buffer):
            grown = bytearray(2 * needed)
            grown[: len(rest)] = rest
            self._buffer = grown
        elif len(rest) < self._filled:
            self._buffer[: len(rest)] = bytes(rest)
        self._filled = len(rest)


def pair() -> tuple[socket.socket, socket.socket]:
    """Two sockets that are connected with each other, with buffers as large as may be."""
    ends = socket.socketpair()
    for end in ends:
        for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
            end.setsockopt(socket.SOL_SOCKET, option, AT_ONCE)
    return ends
