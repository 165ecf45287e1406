"""Scripts of what may happen to an Exchange, by chance: no lookup is answered by what is not for it, all end in time."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ..fuzz.builds import INSTALLED, PURE
from ..fuzz.matcher import SCRIPTS, play
from ..fuzz.messages import mutated

FINDS = Path(__file__).parents[1] / "fuzz" / "finds"


@pytest.mark.parametrize("script", SCRIPTS, ids=range(len(SCRIPTS)))
def test_each_script_ends_alike_in_both_builds(script: bytes) -> None:
    assert play(PURE, script) == play(INSTALLED, script)


def test_mutated_scripts_keep_the_rules(rng: random.Random) -> None:
    for _ in range(150):
        script = b"".join(mutated(rng, SCRIPTS) for _ in range(1 + rng.randrange(3)))
        assert play(PURE, script) == play(INSTALLED, script)


@settings(max_examples=60)
@given(st.binary(max_size=120))
def test_any_script_keeps_the_rules(script: bytes) -> None:
    assert play(PURE, script) == play(INSTALLED, script)


def test_what_fuzzing_found_stays_mended() -> None:
    for find in FINDS.glob("fuzz_matcher-*"):
        script = find.read_bytes()
        assert play(PURE, script) == play(INSTALLED, script)
