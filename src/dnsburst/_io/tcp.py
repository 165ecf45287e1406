"""TCP connections to servers: pipelined, messages with their length in front (RFC 7766)."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from .udp import sockaddr

if TYPE_CHECKING:
    from .._engine.address import ServerAddress
    from .reactor import Loop

#: Octets read at a time.
CHUNK = 65536


class TcpConnection:
    """One connection. ``on_messages(list)`` gets what came, ``on_lost(OSError)`` is called once when it has ended."""

    def __init__(
        self,
        address: ServerAddress,
        loop: Loop,
        on_messages: Callable[[list[bytes]], None],
        on_lost: Callable[[OSError], None],
    ) -> None:
        self.address = address
        self._loop = loop
        self._on_messages = on_messages
        self._on_lost = on_lost
        self._unsent = bytearray()
        self._unread = bytearray()
        self._connected = False
        family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
        self._sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            self._sock.setblocking(False)
            self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            number = self._sock.connect_ex(sockaddr(address))
            if number not in (0, errno.EINPROGRESS, errno.EWOULDBLOCK):
                raise OSError(number, os.strerror(number))
        except BaseException:
            self._sock.close()
            raise
        loop.add_writer(self._sock.fileno(), self._writable)

    def send(self, messages: list[bytes]) -> None:
        """Queue messages; they go out as the connection takes them."""
        for message in messages:
            self._unsent += len(message).to_bytes(2, "big") + message
        if self._connected:
            self._flush()

    def close(self) -> None:
        """Close without a further word."""
        if self._sock.fileno() >= 0:
            unwatch(self._loop, self._sock.fileno())
            self._sock.close()

    def _writable(self) -> None:
        if not self._connected:
            number = self._sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if number:
                self._lose(OSError(number, os.strerror(number)))
                return
            self._connected = True
            self._loop.add_reader(self._sock.fileno(), self._readable)
        self._flush()

    def _flush(self) -> None:
        try:
            while self._unsent:
                sent = self._sock.send(self._unsent)
                del self._unsent[:sent]
        except BlockingIOError:
            self._loop.add_writer(self._sock.fileno(), self._writable)
            return
        except OSError as error:
            self._lose(error)
            return
        self._loop.remove_writer(self._sock.fileno())

    def _readable(self) -> None:
        try:
            chunk = self._sock.recv(CHUNK)
        except BlockingIOError:
            return
        except OSError as error:
            self._lose(error)
            return
        if not chunk:
            self._lose(OSError(errno.ECONNRESET, os.strerror(errno.ECONNRESET)))
            return
        self._unread += chunk
        messages: list[bytes] = []
        start = 0
        buffered = len(self._unread)
        while buffered - start >= 2:
            end = start + 2 + (self._unread[start] << 8 | self._unread[start + 1])
            if end > buffered:
                break
            messages.append(bytes(self._unread[start + 2 : end]))
            start = end
        del self._unread[:start]
        if messages:
            self._on_messages(messages)

    def _lose(self, error: OSError) -> None:
        self.close()
        self._on_lost(error)


def unwatch(loop: Loop, fd: int) -> None:
    """Watch ``fd`` no more, for it will be closed."""
    try:
        loop.remove_reader(fd)
        loop.remove_writer(fd)
    except RuntimeError:
        pass  # the loop was closed before
