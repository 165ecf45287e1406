"""Deadlines in ticks."""

from __future__ import annotations

import random
from math import inf

from dnsburst._engine.timers import TICK, Timers


def test_nothing_expires_early_and_all_within_a_tick_or_two(seed: str) -> None:
    chance = random.Random(seed)
    timers = Timers()
    deadlines = [1000 + chance.random() * 20 for _ in range(2000)]
    for deadline in deadlines:
        timers.add(deadline, deadline, -deadline)
    seen = []
    now = 1000.0
    while timers.next_deadline() < inf:
        now = timers.next_deadline()
        expired = timers.expired(now)
        for deadline, detail in zip(expired[::2], expired[1::2], strict=True):
            assert -deadline == detail
            assert deadline <= now <= deadline + 2 * TICK
            seen.append(deadline)
    assert sorted(deadlines) == sorted(seen)


def test_empty_timers_never_ring() -> None:
    assert inf == Timers().next_deadline()
    assert [] == Timers().expired(1e9)


def test_a_deadline_in_the_past_comes_out_at_once() -> None:
    timers = Timers()
    timers.add(5.0, "late")
    assert ["late", None] == timers.expired(10.0)
    assert [] == timers.expired(10.0)


def test_many_at_once_are_as_many_one_by_one() -> None:
    one, all_at_once = Timers(), Timers()
    for detail in "abc":
        one.add(5.0, "item", detail)
    all_at_once.add_all(5.0, "item", ["a", "b", "c"])
    assert one.next_deadline() == all_at_once.next_deadline()
    assert one.expired(10.0) == all_at_once.expired(10.0) == ["item", "a", "item", "b", "item", "c"]
