"""Invariant: decode() returns or raises MalformedMessage; what it returns has printable text and a meaning, and is the same in the compiled build and in plain Python."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.fuzz.builds import INSTALLED, PURE
from tests.fuzz.messages import SEEDS


def one_input(data: bytes) -> None:
    assert PURE.outcome(data) == INSTALLED.outcome(data)


if __name__ == "__main__":
    from tests.fuzz.harness import run

    run(one_input, SEEDS)
