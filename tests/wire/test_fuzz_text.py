"""Text forms nobody meant: read back as what they were printed from, alike in both builds."""

from __future__ import annotations

import random
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from ..fuzz.builds import INSTALLED, PURE
from ..fuzz.messages import mutated
from ..fuzz.texts import TEXTS, check

FINDS = Path(__file__).parents[1] / "fuzz" / "finds"


def test_mutated_texts_keep_the_rules(rng: random.Random) -> None:
    for _ in range(4000):
        check(mutated(rng, TEXTS), INSTALLED, PURE)


@settings(max_examples=200)
@given(st.sampled_from([0, 1, 2, 6, 16, 28, 33, 35, 46, 64, 257, 65280]), st.text(max_size=60))
def test_any_text_keeps_the_rules(rdtype: int, text: str) -> None:
    check(rdtype.to_bytes(2, "big") + text.encode("utf-8", "surrogatepass"), INSTALLED, PURE)


def test_what_fuzzing_found_stays_mended() -> None:
    for find in FINDS.glob("fuzz_text-*"):
        check(find.read_bytes(), INSTALLED, PURE)
