"""Slow names are told from lost datagrams by what became of others that had met silence as often."""

from __future__ import annotations

import pytest

from dnsburst._engine.patience import MOST, WINDOW, Patience


def met(*counts: int) -> Patience:
    """So many lookups have met silence once, twice, and so on."""
    patience = Patience()
    for number, count in enumerate(counts, 1):
        for _ in range(count):
            patience.note(number)
    return patience


def test_chance_loses_few_of_those_again() -> None:
    patience = met(5_000, 350, 25, 2)
    assert 0.07 == pytest.approx(patience.again(3), rel=0.05)
    assert patience.again(4) < 0.1


def test_slow_names_are_silent_again_and_again() -> None:
    patience = met(1_050, 1_003, 1_000, 1_000)
    assert patience.again(3) > 0.95
    assert patience.again(4) > 0.95


def test_a_lookup_alone_may_be_slow() -> None:
    assert 0.5 == met(1, 1, 1).again(3)
    assert 1.0 == met(0, 0, 1).again(3)


def test_what_was_long_ago_fades() -> None:
    patience = met(1_000, 1_000)
    assert patience.again(2) > 0.95
    for _ in range(4 * int(WINDOW)):
        patience.note(1)
    assert patience.again(2) < 0.05


def test_any_number_of_silences_counts() -> None:
    patience = Patience()
    patience.note(MOST + 20)
    assert patience.again(MOST + 20) == patience.again(MOST) == 1.0
