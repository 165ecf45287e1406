"""Invariant: any octets decode alike in the compiled build and in plain Python, raise nothing but MalformedMessage, and take the compiled one under a millisecond.

    python tests/fuzz/mutate.py [--millions 10] [--seconds S] [--processes N] [--seed TEXT]

Each process works through batches that depend on nothing but the seed and their number; what fails is printed as hex,
fit to be kept in tests/fuzz/finds. A process that dies names the batch it died in.
"""

from __future__ import annotations

import argparse
import faulthandler
import os
import random
import sys
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.fuzz.builds import INSTALLED, PURE
from tests.fuzz.messages import mutated

BATCH = 1000
#: Seconds that one datagram may take the compiled build. The plain one is allowed twenty times as much.
LIMIT = 0.001
SLOWER = 20


def check(data: bytes, limit: float) -> str:
    """What is wrong with how ``data`` is read; ``""`` if nothing is."""
    outcomes = []
    for build in (INSTALLED, PURE):
        try:
            outcomes.append(build.outcome(data))
        except Exception as error:
            return f"{build.package}: {type(error).__name__}: {error}"
    if outcomes[0] != outcomes[1]:
        return f"{outcomes[0]} compiled, {outcomes[1]} pure"
    if limit and _seconds(data) > limit and min(_seconds(data) for _ in range(20)) > limit:
        return f"takes more than {limit * 1e3:.0f} ms"
    return ""


def run_batch(seed: str, number: int, limit: float) -> list[tuple[bytes, str]]:
    """The datagrams of one batch with which something is wrong."""
    rng = random.Random(f"{seed} {number}")
    found = []
    for _ in range(BATCH):
        data = mutated(rng)
        reason = check(data, limit)
        if reason:
            found.append((data, reason))
    return found


def time_limit() -> float:
    """Seconds that one datagram may take the build that is installed."""
    return LIMIT if not INSTALLED.message.__file__.endswith(".py") else LIMIT * SLOWER


def _seconds(data: bytes) -> float:
    start = time.perf_counter()
    try:
        INSTALLED.message.decode(data)
    except INSTALLED.malformed:
        pass
    return time.perf_counter() - start


def _work(seed: str, first: int, step: int, batches: int, seconds: float, report: Callable[..., Any]) -> None:
    faulthandler.enable()
    limit = time_limit()
    end = time.monotonic() + seconds
    done = 0
    for number in range(first, batches, step):
        if time.monotonic() > end:
            break
        report(("at", first, number))
        for data, reason in run_batch(seed, number, limit):
            report(("found", data, reason))
        done += BATCH
    report(("done", first, done))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--millions", type=float, default=10.0, help="datagrams in all, in millions [10]")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after so many seconds [never]")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="processes at once [one per CPU]")
    parser.add_argument("--seed", default=os.environ.get("DNSBURST_SEED", "0"), help="chance starts from it [0]")
    options = parser.parse_args()
    context = get_context("fork")
    queue: Any = context.SimpleQueue()
    batches = int(options.millions * 1e6 / BATCH)
    start = time.monotonic()
    workers = [
        context.Process(
            target=_work, args=(options.seed, first, options.processes, batches, options.seconds, queue.put)
        )
        for first in range(options.processes)
    ]
    for worker in workers:
        worker.start()
    at: dict[int, int] = {}
    done: dict[int, int] = {}
    found = 0
    while len(done) < len(workers):
        if queue.empty():
            dead = [n for n, w in enumerate(workers) if n not in done and not w.is_alive()]
            if dead and queue.empty():
                print(f"process {dead[0]} died in batch {at.get(dead[0])} of seed {options.seed}")
                return 1
            time.sleep(0.05)
            continue
        kind, *values = queue.get()
        if kind == "at":
            at[values[0]] = values[1]
        elif kind == "done":
            done[values[0]] = values[1]
        else:
            found += 1
            print(f"{values[1]}\n  {values[0].hex()}", flush=True)
    for worker in workers:
        worker.join()
    total = sum(done.values())
    build = "pure against pure" if INSTALLED.message.__file__.endswith(".py") else "compiled against pure"
    print(f"{total} datagrams, {build}, seed {options.seed}: {found} found, {time.monotonic() - start:.0f} s")
    return 1 if found or not total else 0


if __name__ == "__main__":
    sys.exit(main())
