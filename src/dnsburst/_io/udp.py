"""UDP sockets, each connected to one server, read and written in batches."""

from __future__ import annotations

import errno
import os
import socket
import struct
import sys
from typing import TYPE_CHECKING

from .portable import BATCH, PortableBatch

try:
    from .batch import Batch
except ImportError:
    try:
        from .vectored import VectoredBatch as Batch
    except ImportError:
        Batch = PortableBatch

__all__ = ["Batch", "UdpSocket", "describe", "describe_errno", "sockaddr"]

if TYPE_CHECKING:
    from .._engine.address import ServerAddress

#: Octets of receive buffer asked for. Without privilege the system grants what rmem_max allows, twice over.
RECEIVE_BUFFER = 1 << 20
#: What the kernel charges for one small datagram, with its bookkeeping (Linux: 768; a reply of 1,232 octets: 2,304).
DATAGRAM_COST = 1024
# linux/in.h, linux/in6.h: not in the socket module.
_IP_RECVERR = 11
_IPV6_RECVERR = 25


def describe(error: OSError, address: ServerAddress) -> str:
    """``ECONNREFUSED: connection refused by 127.0.0.1:53``: the errno's name, its text, and the server."""
    number = error.errno or 0
    return describe_errno(number, address)


def describe_errno(number: int, address: ServerAddress) -> str:
    """As ``describe``, from the number alone."""
    name = errno.errorcode.get(number, f"errno {number}")
    text = os.strerror(number).lower()
    link = "by" if number in (errno.ECONNREFUSED, errno.ECONNRESET) else "for"
    return f"{name}: {text} {link} {address}"


class UdpSocket:
    """A non-blocking UDP socket connected to ``address``: the kernel drops what comes from anyone else."""

    __slots__ = ("_batch", "_errors_queued", "address", "capacity", "sock")

    def __init__(self, address: ServerAddress, batch: PortableBatch) -> None:
        family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
        self.address = address
        self._batch = batch
        self.sock = socket.socket(family, socket.SOCK_DGRAM)
        try:
            self.sock.setblocking(False)
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
            self._errors_queued = sys.platform == "linux"
            if self._errors_queued:
                # The error queue names the query that failed; an error on the socket alone does not.
                if family == socket.AF_INET:
                    self.sock.setsockopt(socket.IPPROTO_IP, _IP_RECVERR, 1)
                else:
                    self.sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_RECVERR, 1)
            self.sock.connect(sockaddr(address))
        except BaseException:
            self.sock.close()
            raise
        granted = self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
        self.capacity = max(16, granted // DATAGRAM_COST)

    def fileno(self) -> int:
        """The file descriptor."""
        return self.sock.fileno()

    def send(self, datagrams: list[bytes]) -> int:
        """Send what fits; returns how many. Raises OSError if the first cannot be sent at all."""
        return self._batch.send(self.sock, datagrams)

    def receive(self) -> list[bytes]:
        """The datagrams that have come, some at a time; empty when there are no more."""
        return self._batch.receive(self.sock)

    def failures(self) -> list[tuple[int, bytes]]:
        """Queries that could not be delivered: (errno, as much of the datagram as is known)."""
        if not self._errors_queued:
            return []
        found: list[tuple[int, bytes]] = []
        try:
            while len(found) < BATCH:
                data, ancillary, _, _ = self.sock.recvmsg(2048, 512, socket.MSG_ERRQUEUE)
                for _level, _kind, value in ancillary:
                    if len(value) >= 4:
                        found.append((struct.unpack_from("=I", value)[0], data))
                        break
        except OSError:
            pass
        return found

    def close(self) -> None:
        """Close the socket."""
        self.sock.close()


def sockaddr(address: ServerAddress) -> tuple[str, int] | tuple[str, int, int, int]:
    """The address as the socket module takes it. Raises OSError for a zone that is not there."""
    if ":" not in address.host:
        return (address.host, address.port)
    host, _, zone = address.host.partition("%")
    return (host, address.port, 0, _scope(zone) if zone else 0)


def _scope(zone: str) -> int:
    return int(zone) if zone.isdigit() else socket.if_nametoindex(zone)
