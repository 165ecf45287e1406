"""One program run to its end and measured: wall time, CPU time, peak memory, as the kernel counts them (wait4)."""

# Rules of measuring.
# 1. Clients run on one core, servers and this process on another, where the machine has two. A child inherits the core
#    of its parent, but a server's threads may choose others for themselves: ``keep_on_core`` puts them back.
# 2. CPU is user plus system of the program and of the children it waited for, from start to end.
# 3. Peak memory is ru_maxrss, unless that is no more than this process itself has: exec hands a parent's peak on to its
#    child, so of small programs VmHWM is read every few milliseconds instead. Programs that take less time than that
#    have no figure (0).

from __future__ import annotations

import os
import resource
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_TICK_MS = 10
_KIB = 1024

#: (seconds from the start, what to do then)
Event = tuple[float, Callable[[], object]]


class RunError(Exception):
    """A program ended otherwise than expected; the message holds its command and its last words."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a run took.

    wall, cpu: seconds; peak: octets resident at most, 0 if not known; status: exit status; output: stdout as text
    """

    wall: float
    cpu: float
    peak: int
    status: int
    output: str


@cache
def cores() -> tuple[int, int]:
    """The cores for clients and for servers; the same one twice where there is no second. As they are at first."""
    usable = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [0]
    return usable[0], usable[min(1, len(usable) - 1)]


@contextmanager
def on_cores(*chosen: int) -> Iterator[None]:
    """What is started inside runs on these cores only, where the system can do that."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, chosen)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def keep_on_core(pid: int, core: int) -> None:
    """Put every thread of a process on this core, where the system can do that."""
    if hasattr(os, "sched_setaffinity"):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            os.sched_setaffinity(int(thread.name), [core])


def measure(
    command: Sequence[str],
    scratch: Path,
    *,
    core: int | Sequence[int] | None = None,
    stdin: Path | None = None,
    seconds: float = 900.0,
    expect: Sequence[int] = (0,),
    events: Sequence[Event] = (),
) -> Usage:
    """Run ``command``, on the client's core unless told otherwise. Raises RunError for another exit status, or if late.

    events: done while it runs, in the order of their times
    """
    chosen = cores()[:1] if core is None else (core,) if isinstance(core, int) else core
    out, err = scratch / "stdout", scratch / "stderr"
    with out.open("wb") as stdout, err.open("wb") as stderr, open(stdin or os.devnull, "rb") as source:
        with on_cores(*chosen):
            start = time.perf_counter()
            process = subprocess.Popen(
                command, stdin=source, stdout=stdout, stderr=stderr, cwd=scratch, start_new_session=True
            )
        try:
            status, used, sampled = _wait(process.pid, start, seconds, list(events))
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
        wall = time.perf_counter() - start
        process.returncode = status
    if status not in expect:
        raise RunError(f"{' '.join(command)}\n  ended with status {status}: {_last_words(err) or _last_words(out)}")
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak = used.ru_maxrss if used.ru_maxrss > own else sampled
    text = out.read_text(encoding="utf-8", errors="replace")
    return Usage(wall, used.ru_utime + used.ru_stime, peak * _KIB, status, text)


def _wait(pid: int, start: float, seconds: float, events: list[Event]) -> tuple[int, resource.struct_rusage, int]:
    """The exit status, the rusage, and the largest VmHWM seen (KiB)."""
    peak = 0
    descriptor = os.pidfd_open(pid) if hasattr(os, "pidfd_open") else -1
    try:
        poller = select.poll()
        if descriptor >= 0:
            poller.register(descriptor, select.POLLIN)
        while True:
            ready = poller.poll(_TICK_MS)
            if ready or descriptor < 0:
                ended, status, used = os.wait4(pid, os.WNOHANG)
                if ended:
                    return os.waitstatus_to_exitcode(status), used, peak
            peak = max(peak, _resident_peak(pid))
            now = time.perf_counter() - start
            while events and events[0][0] <= now:
                events.pop(0)[1]()
            if now > seconds:
                raise RunError(f"not done after {seconds:.0f} s")
    finally:
        if descriptor >= 0:
            os.close(descriptor)


def _resident_peak(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/status", "rb") as file:
            for line in file:
                if line.startswith(b"VmHWM:"):
                    return int(line.split()[1])
    except OSError:
        pass
    return 0


def _last_words(path: Path) -> str:
    lines = path.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else ""
