"""How many files and sockets this process may have open, and how many it has."""

from __future__ import annotations

import os
import sys
from typing import NamedTuple

#: Descriptors kept free for what else a process opens: files, pipes, modules.
SPARE = 32
#: macOS refuses a soft limit above OPEN_MAX even where the hard limit is infinite (setrlimit(2), COMPATIBILITY).
_MACOS_OPEN_MAX = 10240
#: Stands for RLIM_INFINITY.
UNLIMITED = 2**31


class Descriptors(NamedTuple):
    """soft: how many may be open; hard: how far soft may be raised; used: how many are open now."""

    soft: int
    hard: int
    used: int

    @property
    def free(self) -> int:
        """How many more may be opened."""
        return max(self.soft - self.used, 0)


def descriptors() -> Descriptors | None:
    """The limit on open files (RLIMIT_NOFILE) and its use; None on systems without such a limit."""
    try:
        import resource
    except ImportError:
        return None
    soft, hard = (UNLIMITED if value == resource.RLIM_INFINITY else value for value in _getrlimit())
    if sys.platform == "darwin":
        hard = min(hard, _MACOS_OPEN_MAX)
    return Descriptors(soft, max(soft, hard), _used(soft))


def raise_limit(needed: int) -> Descriptors | None:
    """See that ``needed`` more descriptors can be opened, as far as the hard limit lets us; gives the limits then.

    The soft limit is never lowered, nothing is raised beyond what is needed, and a refusal is no error.
    """
    now = descriptors()
    if now is None:
        return None
    wanted = min(now.used + needed + SPARE, now.hard)
    if wanted <= now.soft:
        return now
    import resource

    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, _getrlimit()[1]))
    except (OSError, ValueError):
        return now
    return now._replace(soft=wanted)


def shortage(needed: int) -> str | None:
    """One line to warn with if ``needed`` more descriptors cannot be opened, else None; call raise_limit first."""
    now = descriptors()
    if now is None or now.used + needed + SPARE <= now.soft:
        return None
    return (
        f"about {needed} sockets may be needed, but only {now.free} more files can be opened"
        f" (limit {now.soft}, {now.used} in use): raise it with `ulimit -n {now.used + needed + SPARE}`"
    )


def _getrlimit() -> tuple[int, int]:
    import resource

    return resource.getrlimit(resource.RLIMIT_NOFILE)


def _used(soft: int) -> int:
    """How many descriptors are open: counted where the system lists them, else tried one by one."""
    for directory in ("/proc/self/fd", "/dev/fd"):
        try:
            # The listing itself has one open.
            return len(os.listdir(directory)) - 1
        except OSError:
            continue
    used = 0
    for number in range(min(soft, 4096)):
        try:
            os.fstat(number)
        except OSError:
            continue
        used += 1
    return used
