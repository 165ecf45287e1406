"""sendmmsg(2) and recvmmsg(2) through ctypes: one system call for many datagrams without a compiler."""

# Rules.
# 1. Importing this raises ImportError where the C library is not glibc: the structures below are its.
# 2. The kernel is given addresses, so what stands there is made once, never moved and never resized.
# 3. What is too little to gain by it, or too long for the buffers, goes the portable way.

from __future__ import annotations

import ctypes
import errno
import os
import socket
from array import array
from itertools import accumulate

from .portable import BATCH, LARGEST, WOULD_BLOCK, PortableBatch

#: Datagrams from which on one call for all is quicker than one for each.
FEWEST = 4
#: Octets of a received datagram that lie with those of the others; what is longer runs over into a place of its own.
SLOT = 512
_OVERFLOW = LARGEST + 1 - SLOT
#: Octets of the datagrams of one call in all.
_ROOM = BATCH * SLOT
_STARTS = range(0, _ROOM, SLOT)

try:
    os.confstr("CS_GNU_LIBC_VERSION")
    _libc = ctypes.CDLL(None, use_errno=True)
    _sendmmsg = _libc.sendmmsg
    _recvmmsg = _libc.recvmmsg
except (AttributeError, OSError, TypeError, ValueError) as error:
    raise ImportError("this is not glibc") from error
_sendmmsg.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int)
_recvmmsg.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_void_p)


class _Vector(ctypes.Structure):
    """struct iovec."""

    _fields_ = (("base", ctypes.c_void_p), ("size", ctypes.c_size_t))


class _Message(ctypes.Structure):
    """struct msghdr."""

    _fields_ = (
        ("name", ctypes.c_void_p),
        ("name_size", ctypes.c_uint),
        ("vectors", ctypes.c_void_p),
        ("vector_count", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_size", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    )


class _Counted(ctypes.Structure):
    """struct mmsghdr."""

    _fields_ = (("message", _Message), ("size", ctypes.c_uint))


class VectoredBatch(PortableBatch):
    """Sends and receives on the sockets of one loop; the buffers are its own, so one thread at a time may use it."""

    def __init__(self) -> None:
        # The two members of each struct iovec as numbers: an unsigned long is as wide as a pointer.
        self._out_vectors = array("L", bytes(ctypes.sizeof(_Vector) * BATCH))
        self._outgoing = _messages(self._out_vectors, 1)
        self._out = bytearray(_ROOM)
        self._out_at = _address(self._out)
        self._slots = bytearray(_ROOM)
        self._overflow = bytearray(BATCH * _OVERFLOW)  # untouched pages cost nothing
        slots, overflow = _address(self._slots), _address(self._overflow)
        self._in_vectors = array("L")
        for number in range(BATCH):
            self._in_vectors.extend((slots + number * SLOT, SLOT, overflow + number * _OVERFLOW, _OVERFLOW))
        self._incoming = _messages(self._in_vectors, 2)
        # How long each received datagram is.
        first, step = _Counted.size.offset // 4, ctypes.sizeof(_Counted) // 4
        self._sizes = memoryview(self._incoming).cast("B").cast("I")[first::step]

    def send(self, sock: socket.socket, datagrams: list[bytes]) -> int:
        """Send the first of ``datagrams``, at most 64, in order; see PortableBatch."""
        some = datagrams[:BATCH]
        octets = b"".join(some)
        count = len(some)
        if count < FEWEST or len(octets) > _ROOM:
            return super().send(sock, datagrams)
        self._out[: len(octets)] = octets
        sizes = array("L", map(len, some))
        starts = array("L", accumulate(sizes, initial=self._out_at))
        self._out_vectors[0 : 2 * count : 2] = starts[:count]
        self._out_vectors[1 : 2 * count : 2] = sizes
        return _checked(_sendmmsg(sock.fileno(), self._outgoing, count, socket.MSG_DONTWAIT))

    def receive(self, sock: socket.socket) -> list[bytes]:
        """The datagrams that have come, at most 64; see PortableBatch."""
        count = _checked(_recvmmsg(sock.fileno(), self._incoming, BATCH, socket.MSG_DONTWAIT, None))
        sizes: list[int] = self._sizes[:count].tolist()
        octets = bytes(self._slots[: count * SLOT])
        datagrams = [octets[at : at + size] for at, size in zip(_STARTS, sizes, strict=False)]
        if max(sizes, default=0) > SLOT:
            for number, size in enumerate(sizes):
                if size > SLOT:
                    at, over = number * SLOT, number * _OVERFLOW
                    datagrams[number] = octets[at : at + SLOT] + self._overflow[over : over + size - SLOT]
        return datagrams


def _messages(vectors: array[int], each: int) -> ctypes.Array[_Counted]:
    """The messages of one call, each made of the next so many of the vectors."""
    messages = (_Counted * BATCH)()
    first = vectors.buffer_info()[0]
    for number, counted in enumerate(messages):
        counted.message.vectors = first + number * each * ctypes.sizeof(_Vector)
        counted.message.vector_count = each
    return messages


def _address(buffer: bytearray) -> int:
    return ctypes.addressof(ctypes.c_char.from_buffer(buffer))


def _checked(count: int) -> int:
    """The number of messages that a call returned, 0 where it would have had to wait. Raises OSError."""
    if count >= 0:
        return count
    number = ctypes.get_errno()
    if number in WOULD_BLOCK or number == errno.EINTR:
        return 0
    raise OSError(number, os.strerror(number))
