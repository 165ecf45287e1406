"""One datagram per system call: what every system can do."""

from __future__ import annotations

import errno
import socket

#: A reply may be as long as UDP carries, whatever size was advertised.
LARGEST = 65535
#: Datagrams read in one go before others get their turn.
BATCH = 64

WOULD_BLOCK = (errno.EAGAIN, errno.EWOULDBLOCK, errno.ENOBUFS)


class PortableBatch:
    """Sends and receives on sockets that do not block; ``batch`` and ``vectored`` do the same with fewer calls."""

    def send(self, sock: socket.socket, datagrams: list[bytes]) -> int:
        """Send ``datagrams`` in order; returns how many went out before the buffer was full.

        Raises OSError if the first could not be sent at all.
        """
        sent = 0
        send = sock.send
        try:
            for datagram in datagrams:
                send(datagram)
                sent += 1
        except OSError as error:
            if error.errno not in WOULD_BLOCK and not sent:
                raise
        return sent

    def receive(self, sock: socket.socket) -> list[bytes]:
        """The datagrams that have come, at most 64; empty when there are none. Raises OSError for an error instead."""
        datagrams: list[bytes] = []
        receive = sock.recv
        try:
            while len(datagrams) < BATCH:
                datagrams.append(receive(LARGEST))
        except OSError as error:
            if error.errno not in WOULD_BLOCK and not datagrams:
                raise
        return datagrams
