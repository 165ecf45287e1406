"""Which descriptors this process has open, for the tests that none is left."""

from __future__ import annotations

import os
import time
from collections import Counter
from contextlib import suppress

#: Seconds that a server in this process, or a machine that stalls, may take to see that connections were closed.
PATIENCE = 20.0


def descriptors() -> Counter[str]:
    """What is open, sockets and others, under the names the kernel gives it."""
    found: Counter[str] = Counter()
    for number in os.listdir("/proc/self/fd"):
        with suppress(FileNotFoundError):  # the descriptor of the listing itself
            found[os.readlink(f"/proc/self/fd/{number}")] += 1
    return found


def left_over(before: Counter[str]) -> Counter[str]:
    """What is open in the end that was not open before; once that is nothing, it says so at once."""
    end = time.monotonic() + PATIENCE
    while (left := descriptors() - before) and time.monotonic() < end:
        time.sleep(0.005)
    return left
