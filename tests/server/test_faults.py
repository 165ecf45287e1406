"""The faults, with fake time and a seeded source of chance."""

from __future__ import annotations

import random

import pytest

from dnsburst.errors import ConfigurationError
from dnsburst.server.faults import BURST_SECONDS, TICK_SECONDS, Faults, Held


def test_without_settings_nothing_goes_wrong() -> None:
    faults = Faults()
    assert not faults.active
    assert not faults.holds
    assert not any(faults.loses() or faults.truncates() for _ in range(1000))
    assert all(faults.admits(0.0) for _ in range(1000))
    assert faults.due(5.0) == 5.0


@pytest.mark.parametrize(
    "setting", [{"delay": 0.02}, {"jitter": 0.02}, {"loss": 0.1}, {"limit": 10.0}, {"truncate": 0.1}]
)
def test_each_setting_alone_makes_them_active(setting: dict[str, float]) -> None:
    assert Faults(**setting).active  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "settings",
    [
        {"delay": -1},
        {"delay": float("nan")},
        {"delay": float("inf")},
        {"jitter": -0.1},
        {"loss": 1.1},
        {"loss": float("nan")},
        {"truncate": -0.1},
        {"limit": 0},
        {"limit": float("inf")},
        {"limit": 5, "limit_mode": "ignore"},
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError):
        Faults(**settings)  # type: ignore[arg-type]


def test_loss_and_truncation_have_their_share() -> None:
    faults = Faults(loss=0.1, truncate=0.3, random=random.Random(1))
    assert 0.09 < sum(faults.loses() for _ in range(20_000)) / 20_000 < 0.11
    assert 0.28 < sum(faults.truncates() for _ in range(20_000)) / 20_000 < 0.32
    assert all(Faults(loss=1).loses() for _ in range(100))


def test_one_seed_one_run() -> None:
    first, second = (Faults(loss=0.5, jitter=1.0, random=random.Random(7)) for _ in range(2))
    assert [(first.loses(), first.due(0.0)) for _ in range(100)] == [
        (second.loses(), second.due(0.0)) for _ in range(100)
    ]


def test_delay_and_jitter_are_bounds() -> None:
    faults = Faults(delay=0.020, jitter=0.020, random=random.Random(1))
    waits = sorted(faults.due(100.0) - 100.0 for _ in range(10_000))
    assert waits[0] >= 0.020 - 1e-9
    assert waits[-1] <= 0.040 + 1e-9
    # Evenly spread.
    for quantile in (0.1, 0.25, 0.5, 0.75, 0.9):
        assert waits[int(quantile * 10_000)] == pytest.approx(0.020 + 0.020 * quantile, abs=0.001)


def test_delay_alone_is_exact() -> None:
    assert Faults(delay=0.25).due(1.0) == 1.25


@pytest.mark.parametrize(("limit", "load"), [(5000.0, 1.5), (5000.0, 20.0), (333.0, 1.5), (333.0, 20.0), (1.0, 20.0)])
def test_limit_admits_its_rate_and_no_more(limit: float, load: float) -> None:
    """Over 4 s of steady overload: the first burst, then the limit exactly."""
    faults = Faults(limit=limit)
    queries = int(limit * load * 4)
    admitted = sum(faults.admits(number / (limit * load)) for number in range(queries))
    burst = max(1.0, limit * BURST_SECONDS)
    assert admitted == pytest.approx(4 * limit + burst, abs=2)


def test_limit_admits_all_below_it() -> None:
    faults = Faults(limit=1000.0)
    assert all(faults.admits(number / 1000.0) for number in range(5000))


def test_burst_after_a_pause_is_small() -> None:
    faults = Faults(limit=1000.0)
    assert faults.admits(0.0)
    assert sum(faults.admits(3600.0) for _ in range(1000)) == 1000 * BURST_SECONDS


def test_a_slow_limit_lets_one_query_through() -> None:
    faults = Faults(limit=0.5)
    assert [faults.admits(now) for now in (0.0, 1.0, 2.0, 3.9, 4.0)] == [True, False, True, False, True]


def test_held_things_come_out_when_due_and_not_before() -> None:
    held: Held[str] = Held()
    assert held.next_due() is None
    held.add(1.0200, "b")
    held.add(1.0100, "a")
    held.add(1.0200, "c")
    due = held.next_due()
    assert due is not None
    assert 1.0100 < due <= 1.0100 + TICK_SECONDS + 1e-9
    assert held.take(1.0099) == []
    assert held.take(due) == ["a"]
    assert held.take(2.0) == ["b", "c"]
    assert held.take(2.0) == []
    assert held.next_due() is None


def test_held_is_never_early_and_at_most_a_tick_late() -> None:
    chance = random.Random(3)
    held: Held[float] = Held()
    for _ in range(5000):
        due = chance.uniform(1e5, 1e5 + 1)
        held.add(due, due)
    out = 0
    while (now := held.next_due()) is not None:
        for due in held.take(now):
            assert 0 <= now - due <= TICK_SECONDS + 1e-9
            out += 1
    assert out == 5000
