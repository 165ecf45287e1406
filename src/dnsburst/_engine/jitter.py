"""Small random numbers that keep apart what would otherwise happen together."""

from __future__ import annotations

import os

#: Octets of the system's randomness taken at a time.
POOL = 4096

_POOL = POOL


class Jitter:
    """Draws them from the system's randomness; one of 256 is too little for what must not be guessed."""

    __slots__ = ("_at", "_pool")

    def __init__(self) -> None:
        self._pool = b""
        self._at = POOL

    def draw(self) -> float:
        """One of 256 numbers from 0 to 1."""
        if self._at >= _POOL:
            self._pool = os.urandom(_POOL)
            self._at = 0
        pool = self._pool
        self._at += 1
        return pool[self._at - 1] / 255.0
