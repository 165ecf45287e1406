"""Invariant: from_text() of a name or of RDATA returns or raises ValueError; what it returns prints as ASCII that reads back as the same octets; compiled and plain Python agree."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.fuzz.builds import INSTALLED, PURE
from tests.fuzz.texts import TEXTS, check


def one_input(data: bytes) -> None:
    check(data, INSTALLED, PURE)


if __name__ == "__main__":
    from tests.fuzz.harness import run

    run(one_input, TEXTS)
