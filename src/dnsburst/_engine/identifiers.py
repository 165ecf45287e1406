"""Message IDs and letter case that nobody can guess (RFC 5452, 9.2; draft-vixie-dnsext-dns0x20)."""

from __future__ import annotations

import os
import struct

#: IDs made of the system's randomness at a time.
POOL = 2048

_POOL = POOL
_unpack = struct.Struct(f"!{POOL}H").unpack


class Identifiers:
    """Draws message IDs from the system's randomness."""

    __slots__ = ("_at", "_pool")

    def __init__(self) -> None:
        self._pool: list[int] = []
        self._at = POOL

    def draw(self, most: int) -> list[int]:
        """Some IDs, each any of the 65,536: one at least, and at most so many."""
        if self._at >= _POOL:
            self._refill()
        start = self._at
        self._at = min(start + most, _POOL)
        return self._pool[start : self._at]

    def chance(self) -> float:
        """One of 256 numbers from 0 to 1."""
        return (self.draw(1)[0] & 255) / 255.0

    def _refill(self) -> None:
        self._pool = list(_unpack(os.urandom(2 * POOL)))
        self._at = 0


def randomize_case(asked: bytes) -> bytes:
    """The question with each letter of its name in random case; its type and class stay."""
    name = bytearray(asked[:-4].lower())
    coins = os.urandom(len(name))
    for index, octet in enumerate(name):
        if 97 <= octet <= 122 and coins[index] & 1:
            name[index] = octet - 32
    return bytes(name) + asked[-4:]
