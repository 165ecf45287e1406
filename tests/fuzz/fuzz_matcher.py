"""Invariant: whatever comes on a channel raises nothing, ends no lookup but one whose ID and question it carries, and every lookup has ended by its deadline; compiled and plain Python agree."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.fuzz.builds import INSTALLED, PURE
from tests.fuzz.matcher import SCRIPTS, play


def one_input(data: bytes) -> None:
    assert play(PURE, data) == play(INSTALLED, data)


if __name__ == "__main__":
    from tests.fuzz.harness import run

    run(one_input, SCRIPTS)
