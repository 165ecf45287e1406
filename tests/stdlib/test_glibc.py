"""The stdlib face against the system's glibc: same zones, same files, same calls, in a private network."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .worlds import ACCEPTED, ADDRESSES, CASES, reverse_addresses, worlds


@pytest.mark.servers("knotd")
@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the C library is not glibc")
@pytest.mark.timeout(300)
def test_agrees_with_the_c_library(tmp_path: Path, seed: str) -> None:
    """Values and exceptions alike, on 1,000 addresses and over 2,000 other calls."""
    report = _compare(tmp_path, seed)
    if "unavailable" in report:
        pytest.skip(f"no private network: {report['unavailable']}")
    outcomes = report["worlds"]
    known = {key for key in ACCEPTED if key != "unfixed" or report["unfixed"]}
    unexplained = [
        f"{world}: {call}\n  C library: {theirs}\n  dnsburst:  {ours}"
        for world, outcome in outcomes.items()
        for call, accepted, theirs, ours in outcome["differences"]
        if not known.intersection(accepted.split())
    ]
    assert not unexplained, f"seed {seed!r}, {len(unexplained)} differences:\n" + "\n".join(unexplained)
    assert sum(outcome["calls"] for outcome in outcomes.values()) >= ADDRESSES + CASES
    # Enough of them find something: a quarter in all, and some in each world, also in the one that refuses.
    assert sum(outcome["values"] for outcome in outcomes.values()) >= (ADDRESSES + CASES) // 4
    assert all(outcome["values"] >= outcome["calls"] // 30 for outcome in outcomes.values())


def test_worlds_hold_what_was_promised(seed: str) -> None:
    """1,000 addresses and 2,000 other calls at least; each difference that is accepted has its reason."""
    cases = [case for world in worlds(seed).values() for case in world.cases]
    asked = {repr(case.args[0]) for case in cases if case.function == "gethostbyaddr"}
    assert ADDRESSES == len(asked.intersection(map(repr, reverse_addresses())))
    assert len(cases) - ADDRESSES >= CASES
    assert {key for case in cases for key in case.accepted.split()} <= set(ACCEPTED)
    assert worlds(seed) == worlds(seed)


def _compare(directory: Path, seed: str) -> Any:
    import dnsburst

    path = os.pathsep.join([str(Path(dnsburst.__path__[0]).parent), os.environ.get("PYTHONPATH", "")])
    environ = {
        name: value for name, value in os.environ.items() if not name.startswith(("RES_", "RESOLV_", "LOCALDOMAIN"))
    }
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("comparison.py")), str(directory), seed],
        env=environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
