"""Message IDs and letter case that nobody can guess (RFC 5452, 9.2; draft-vixie-dnsext-dns0x20)."""

from __future__ import annotations

import os

#: Octets of the system's randomness taken at a time: 2,048 IDs.
POOL = 4096

_POOL = POOL


class Identifiers:
    """Draws message IDs from the system's randomness."""

    __slots__ = ("_at", "_pool")

    def __init__(self) -> None:
        self._pool = b""
        self._at = POOL

    def draw(self) -> int:
        """Any of the 65,536."""
        if self._at >= _POOL:
            self._refill()
        pool = self._pool
        at = self._at
        self._at = at + 2
        return pool[at] << 8 | pool[at + 1]

    def chance(self) -> float:
        """One of 256 numbers from 0 to 1."""
        if self._at >= _POOL:
            self._refill()
        pool = self._pool
        self._at += 2
        return pool[self._at - 1] / 255.0

    def _refill(self) -> None:
        self._pool = os.urandom(_POOL)
        self._at = 0


def randomize_case(asked: bytes) -> bytes:
    """The question with each letter of its name in random case; its type and class stay."""
    name = bytearray(asked[:-4].lower())
    coins = os.urandom(len(name))
    for index, octet in enumerate(name):
        if 97 <= octet <= 122 and coins[index] & 1:
            name[index] = octet - 32
    return bytes(name) + asked[-4:]
