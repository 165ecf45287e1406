"""Message IDs and letter case that nobody can guess (RFC 5452, 9.2; draft-vixie-dnsext-dns0x20)."""

from __future__ import annotations

import os
import struct

# One by one they are quickest in C, all of a block in one go in plain Python.
_COMPILED = not __file__.endswith(".py")

_ROUNDS = 5
_TABLE = 256

_ALL = bytes(range(256))
_shorts = struct.Struct("!256H").unpack


class Identifiers:
    """All 65,536 message IDs, in an order that nobody can guess: which is the n-th, and which n an ID has.

    A Feistel network of five rounds whose round functions are the system's randomness (Luby and Rackoff, 1988): both
    ways cost the same, and no list of what has been used is needed.
    """

    __slots__ = ("_block", "_identifiers", "_tables")

    def __init__(self) -> None:
        self._tables = os.urandom(_ROUNDS * _TABLE)
        # Those whose place has this high octet: they are asked for one after the other.
        self._block = -1
        self._identifiers: tuple[int, ...] = ()

    def identifier(self, sequence: int) -> int:
        """The ID at this place of the order, 0 to 65,535."""
        high = sequence >> 8
        low = sequence & 255
        if not _COMPILED:
            if high != self._block:
                self._block = high
                self._identifiers = self._of_block(high)
            return self._identifiers[low]
        tables = self._tables
        high ^= tables[low]
        low ^= tables[256 + high]
        high ^= tables[512 + low]
        low ^= tables[768 + high]
        high ^= tables[1024 + low]
        return high << 8 | low

    def _of_block(self, block: int) -> tuple[int, ...]:
        """The same for all places with this high octet: each round takes all octets of a half at once."""
        high = bytes((block,)) * 256
        low = _ALL
        for start in range(0, _ROUNDS * _TABLE, _TABLE):
            mask = low.translate(self._tables[start : start + _TABLE])
            high, low = low, _both(high, mask)
        octets = bytearray(512)
        octets[0::2] = low
        octets[1::2] = high
        return _shorts(octets)

    def sequence(self, identifier: int) -> int:
        """The place of this ID in the order."""
        tables = self._tables
        high = identifier >> 8
        low = identifier & 255
        high ^= tables[1024 + low]
        low ^= tables[768 + high]
        high ^= tables[512 + low]
        low ^= tables[256 + high]
        high ^= tables[low]
        return high << 8 | low


def _both(one: bytes, other: bytes) -> bytes:
    """Exclusive or."""
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).to_bytes(len(one), "big")


def randomize_case(asked: bytes) -> bytes:
    """The question with each letter of its name in random case; its type and class stay."""
    name = bytearray(asked[:-4].lower())
    coins = os.urandom(len(name))
    for index, octet in enumerate(name):
        if 97 <= octet <= 122 and coins[index] & 1:
            name[index] = octet - 32
    return bytes(name) + asked[-4:]
