"""Which sockets this process has open, for the tests that none is left."""

from __future__ import annotations

import os
import time
from collections import Counter
from contextlib import suppress

#: Seconds that a server in this process, or a machine that stalls, may take to see that connections were closed.
PATIENCE = 20.0


def sockets() -> Counter[str]:
    """Sockets and selectors that are open, under the names the kernel gives them."""
    found: Counter[str] = Counter()
    for number in os.listdir("/proc/self/fd"):
        with suppress(FileNotFoundError):  # the descriptor of the listing itself
            name = os.readlink(f"/proc/self/fd/{number}")
            if "socket" in name or "eventpoll" in name:
                found[name] += 1
    return found


def left_over(before: Counter[str]) -> Counter[str]:
    """What is open in the end that was not open before; once that is nothing, it says so at once."""
    end = time.monotonic() + PATIENCE
    while left := sockets() - before:
        if time.monotonic() >= end:
            break
        time.sleep(0.005)
    return left
