"""The limit on open files is seen, raised as far as needed and allowed, and its shortage told."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from dnsburst._io.limits import SPARE, Descriptors, descriptors, raise_limit, shortage

resource = pytest.importorskip("resource")


@pytest.fixture
def low_limit() -> Iterator[Descriptors]:
    """A soft limit a little above what is in use."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    now = descriptors()
    assert now is not None
    resource.setrlimit(resource.RLIMIT_NOFILE, (now.used + 10, before[1]))
    yield now
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_counts_open_files() -> None:
    before = descriptors()
    pipes = [os.pipe() for _ in range(5)]
    try:
        after = descriptors()
    finally:
        for pair in pipes:
            for number in pair:
                os.close(number)
    assert before is not None
    assert after is not None
    assert after.used - before.used == 10
    assert before.free == before.soft - before.used
    assert before.soft <= before.hard


def test_raises_the_soft_limit_to_what_is_needed(low_limit: Descriptors) -> None:
    raised = raise_limit(100)
    assert raised is not None
    assert raised.soft == low_limit.used + 100 + SPARE
    assert descriptors() == raised
    assert shortage(100) is None


def test_never_lowers_it(low_limit: Descriptors) -> None:
    raised = raise_limit(100)
    assert raise_limit(1) == raised


def test_stops_at_the_hard_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (64, 200))
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: asked.append(limits))
    raised = raise_limit(5000)
    assert raised is not None
    assert raised.soft == 200
    assert asked == [(200, 200)]


def test_a_refusal_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise ValueError("not allowed to raise maximum limit")

    monkeypatch.setattr(resource, "getrlimit", lambda _: (64, 200))
    monkeypatch.setattr(resource, "setrlimit", refuse)
    raised = raise_limit(5000)
    assert raised is not None
    assert raised.soft == 64


def test_no_limit_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    infinite = resource.RLIM_INFINITY
    monkeypatch.setattr(resource, "getrlimit", lambda _: (infinite, infinite))
    now = descriptors()
    assert now is not None
    assert now.soft == now.hard
    assert shortage(100_000) is None


def test_shortage_names_the_numbers(low_limit: Descriptors) -> None:
    warning = shortage(5000)
    assert warning is not None
    assert "5000 sockets" in warning
    assert f"limit {low_limit.used + 10}" in warning
    assert warning.endswith(f"`ulimit -n {low_limit.used + 5000 + SPARE}`")
    assert warning.isascii()
    assert "\n" not in warning
