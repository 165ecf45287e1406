"""recvmmsg(2) through ctypes: one system call for many datagrams without a compiler."""

# Rules.
# 1. Importing this raises ImportError where the C library is not glibc: the structures below are its.
# 2. The kernel is given addresses, so what stands there is made once, never moved and never resized.
# 3. Sending stays as it is: few calls are left there.

from __future__ import annotations

import ctypes
import errno
import os
import socket

from .portable import BATCH, LARGEST, WOULD_BLOCK, PortableBatch

#: Octets of a received datagram that lie with those of the others; what is longer runs over into a place of its own.
SLOT = 512
_OVERFLOW = LARGEST + 1 - SLOT
_ROOM = BATCH * SLOT
_STARTS = range(0, _ROOM, SLOT)

try:
    os.confstr("CS_GNU_LIBC_VERSION")
    _libc = ctypes.CDLL(None, use_errno=True)
    _recvmmsg = _libc.recvmmsg
except (AttributeError, OSError, TypeError, ValueError) as error:
    raise ImportError("this is not glibc") from error
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
        super().__init__()
        self._slots = memoryview(bytearray(_ROOM))
        self._overflow = bytearray(BATCH * _OVERFLOW)  # untouched pages cost nothing
        slots, overflow = _address(self._slots), _address(self._overflow)
        vectors = (_Vector * (2 * BATCH))()
        self._incoming = (_Counted * BATCH)()
        for number, counted in enumerate(self._incoming):
            vectors[2 * number] = _Vector(slots + number * SLOT, SLOT)
            vectors[2 * number + 1] = _Vector(overflow + number * _OVERFLOW, _OVERFLOW)
            counted.message.vectors = ctypes.addressof(vectors[2 * number])
            counted.message.vector_count = 2
        self._vectors = vectors  # for as long as the messages point there
        # How long each received datagram is.
        first, step = _Counted.size.offset // 4, ctypes.sizeof(_Counted) // 4
        self._sizes = memoryview(self._incoming).cast("B").cast("I")[first::step]

    def receive(self, sock: socket.socket) -> list[bytes]:
        """The datagrams that have come, at most 64; see PortableBatch."""
        count = _recvmmsg(sock.fileno(), self._incoming, BATCH, socket.MSG_DONTWAIT, None)
        if count < 0:
            number = ctypes.get_errno()
            if number in WOULD_BLOCK or number == errno.EINTR:
                return []
            raise OSError(number, os.strerror(number))
        sizes: list[int] = self._sizes[:count].tolist()
        octets = self._slots[: count * SLOT].tobytes()
        datagrams = [octets[at : at + size] for at, size in zip(_STARTS, sizes, strict=False)]
        if max(sizes, default=0) > SLOT:
            for number, size in enumerate(sizes):
                if size > SLOT:
                    at, over = number * SLOT, number * _OVERFLOW
                    datagrams[number] = octets[at : at + SLOT] + self._overflow[over : over + size - SLOT]
        return datagrams


def _address(buffer: bytearray | memoryview) -> int:
    return ctypes.addressof(ctypes.c_char.from_buffer(buffer))
