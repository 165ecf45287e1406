"""Message IDs and letter case that nobody can guess (RFC 5452, 9.2; draft-vixie-dnsext-dns0x20)."""

from __future__ import annotations

import os

_ROUNDS = 5
_TABLE = 256


class Identifiers:
    """All 65,536 message IDs, in an order that nobody can guess: which is the n-th, and which n an ID has.

    A Feistel network of five rounds whose round functions are the system's randomness (Luby and Rackoff, 1988): both
    ways cost the same, and no list of what has been used is needed.
    """

    __slots__ = ("_tables",)

    def __init__(self) -> None:
        self._tables = os.urandom(_ROUNDS * _TABLE)

    def identifier(self, sequence: int) -> int:
        """The ID at this place of the order, 0 to 65,535."""
        tables = self._tables
        high = sequence >> 8
        low = sequence & 255
        high ^= tables[low]
        low ^= tables[256 + high]
        high ^= tables[512 + low]
        low ^= tables[768 + high]
        high ^= tables[1024 + low]
        return high << 8 | low

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


def randomize_case(asked: bytes) -> bytes:
    """The question with each letter of its name in random case; its type and class stay."""
    name = bytearray(asked[:-4].lower())
    coins = os.urandom(len(name))
    for index, octet in enumerate(name):
        if 97 <= octet <= 122 and coins[index] & 1:
            name[index] = octet - 32
    return bytes(name) + asked[-4:]
