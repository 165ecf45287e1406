"""What is remembered of outcomes: for how long, how much, and how it is let go."""

from __future__ import annotations

import weakref

import pytest

from dnsburst.bulk import known


class _Outcome:
    expires = 10.0


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> known.Known:
    monkeypatch.setattr(known, "GENERATION", 100)
    return known.Known()


def test_an_outcome_counts_until_it_expires(small: known.Known) -> None:
    outcome = _Outcome()
    small.put("key", outcome)
    assert small.get("key", 9.9) is outcome
    assert small.get("key", 10.0) is None
    assert small.get("another", 0.0) is None


def test_what_is_asked_for_again_is_kept_and_the_rest_is_forgotten(small: known.Known) -> None:
    for number in range(350):
        small.put(number, _Outcome())
        assert small.get(7, 0.0) is not None or number < 7
    assert small.get(8, 0.0) is None
    assert small.get(349, 0.0) is not None


def test_what_is_forgotten_is_let_go_little_by_little(small: known.Known) -> None:
    alive = weakref.WeakSet[_Outcome]()
    most = 0
    for number in range(1000):
        before = len(alive)
        outcome = _Outcome()
        alive.add(outcome)
        small.put(number, outcome)
        del outcome
        assert before + 1 - len(alive) <= 2
        most = max(most, len(alive))
    assert 200 <= most <= 202
