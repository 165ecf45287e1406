"""Slow names are told from lost datagrams by what became of others that had met silence as often."""

from __future__ import annotations

import pytest

from dnsburst._engine.patience import MOST, WINDOW, Patience


def patience_after(*ends: tuple[int, int, bool]) -> Patience:
    """Lookups: (how many, how often they met silence, whether they were answered then)."""
    patience = Patience()
    for count, silences, answered in ends:
        for _ in range(count):
            for number in range(1, silences + 1):
                patience.note_silence(number)
            if answered:
                patience.note_answer(silences)
    return patience


def test_chance_loses_few_of_those_again() -> None:
    patience = patience_after((4_650, 1, True), (325, 2, True), (23, 3, True), (2, 4, False))
    assert 0.07 == pytest.approx(patience.again(2), rel=0.05)
    assert 0.07 == pytest.approx(patience.again(3), rel=0.05)
    assert patience.again(4) < 0.1


def test_slow_names_are_silent_again_and_again_and_that_shows_soon() -> None:
    patience = patience_after((50, 1, True), (20, 3, False), (500, 2, False))
    assert patience.again(3) > 0.9


def test_a_lookup_alone_may_be_slow() -> None:
    assert patience_after((1, 3, False)).again(3) > 0.5


def test_first_of_many_that_is_lost_so_often_is_rather_unlucky() -> None:
    patience = patience_after((400, 1, True), (30, 2, True), (1, 4, False))
    assert patience.again(4) < 0.5


def test_what_was_long_ago_fades() -> None:
    patience = patience_after((1_000, 2, False))
    assert patience.again(2) > 0.95
    for _ in range(4 * int(WINDOW)):
        patience.note_silence(1)
        patience.note_answer(1)
    assert patience.again(2) < 0.05


def test_any_number_of_silences_counts() -> None:
    patience = Patience()
    patience.note_silence(MOST + 20)
    assert patience.again(MOST) == patience.again(MOST + 20) > patience.again(MOST - 1)
    patience.note_answer(MOST + 20)
    assert patience.again(MOST) == patience.again(MOST - 1)
