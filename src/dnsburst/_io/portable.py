"""Datagrams sent and received in batches with what Python's socket module has."""

# Rules.
# 1. Datagrams of one length go to the kernel as one (UDP_SEGMENT, Linux 4.18, udp(7)): it walks its stack once for all
#    of them and cuts them apart where they leave.
# 2. An older kernel would send them as one long datagram, so the option is looked for first. Where a device or the path
#    cannot do it, the same datagrams go out one by one, and from then on all others too.

from __future__ import annotations

import errno
import socket
import struct
import sys
from bisect import bisect_right
from contextlib import suppress

#: A reply may be as long as UDP carries, whatever size was advertised.
LARGEST = 65535
#: Datagrams in one go: so many are read before others get their turn, and no kernel cuts apart fewer.
BATCH = 64

WOULD_BLOCK = (errno.EAGAIN, errno.EWOULDBLOCK, errno.ENOBUFS)

# linux/udp.h: not in the socket module.
_SOL_UDP = 17
_UDP_SEGMENT = 103
_CANNOT_SEGMENT = (errno.EINVAL, errno.EIO, errno.EMSGSIZE, errno.EOPNOTSUPP)
# What is cut apart must fit one IP packet before.
_LONGEST = 65000
# Fewer are sent one by one: too few of them have one length.
_FEWEST = 8
_octets = struct.Struct("=H").pack


class PortableBatch:
    """Sends and receives on sockets that do not block; ``batch`` and ``vectored`` do the same with fewer calls."""

    def __init__(self) -> None:
        # None as long as it is not known.
        self._segmenting: bool | None = None

    def send(self, sock: socket.socket, datagrams: list[bytes]) -> int:
        """Send ``datagrams``, perhaps sorted by length in place; returns how many went out before the buffer was full.

        Raises OSError if the first could not be sent at all.
        """
        sent = 0
        try:
            if len(datagrams) >= _FEWEST and self._can_segment(sock):
                datagrams.sort(key=len)
                sizes = [*map(len, datagrams)]
                while self._segmenting and sent < len(sizes):
                    sent += self._send_equal(sock, datagrams, sizes, sent)
            send = sock.send
            while sent < len(datagrams):
                send(datagrams[sent])
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

    def _can_segment(self, sock: socket.socket) -> bool:
        if self._segmenting is None:
            self._segmenting = False
            if sys.platform == "linux":
                with suppress(OSError):
                    sock.getsockopt(_SOL_UDP, _UDP_SEGMENT)
                    self._segmenting = True
        return self._segmenting

    def _send_equal(self, sock: socket.socket, datagrams: list[bytes], sizes: list[int], start: int) -> int:
        """Send the datagrams from ``start`` on that are as long as the first; returns how many, 0 if that cannot be."""
        size = sizes[start]
        most = min(BATCH, _LONGEST // size) if size else 1
        stop = bisect_right(sizes, size, start, min(start + most, len(sizes)))
        if stop < start + 2:
            sock.send(datagrams[start])
            return 1
        try:
            sock.sendmsg(datagrams[start:stop], [(_SOL_UDP, _UDP_SEGMENT, _octets(size))])
        except OSError as error:
            if error.errno not in _CANNOT_SEGMENT:
                raise
            self._segmenting = False
            return 0
        return stop - start
