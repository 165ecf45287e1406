"""Streams without I/O: how many names are pulled, by what their answers weigh."""

from __future__ import annotations

import itertools
import random

import pytest

from dnsburst._engine.lookup import Lookup
from dnsburst._wire.message import RR
from dnsburst._wire.name import to_text as from_wire
from dnsburst.stream import Stream, deliver


class Pump:
    """Remembers what was submitted; answers when told to."""

    def __init__(self) -> None:
        self.under_way: list[Lookup] = []
        self.kicks = 0

    def start(self, lookups: list[Lookup]) -> list[Lookup]:
        self.under_way += lookups
        return lookups

    def kick(self) -> None:
        self.kicks += 1

    def answer(self, records: list[RR]) -> None:
        """All that is under way, each with these records."""
        under_way, self.under_way = self.under_way, []
        for lookup in under_way:
            lookup.status = "NOERROR"
            lookup.records = tuple(records)
        assert not deliver(under_way)


def record(octets: int) -> RR:
    rr: RR = RR.__new__(RR)
    rr.name = b"\x01x\0"
    rr.rdtype = 10
    rr.rdclass = 1
    rr.ttl = 1
    rr.rdata = bytes(octets)
    rr.text = None
    return rr


#: 64 KB: addresses, one long text, and what a small answer is.
ADDRESSES = [record(4)] * 4_000
TEXT = [record(65_000)]
SMALL = [record(20)] * 3


def held(stream: Stream, pump: Pump, answer: list[RR]) -> int:
    """How many names are pulled when nobody takes a result."""
    pulled = 0
    while True:
        stream.feed(pump, 10)  # type: ignore[arg-type]
        if not pump.under_way:
            return pulled
        pulled += len(pump.under_way)
        pump.answer(answer)


@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize(
    ("answer", "least", "most"), [(SMALL, 32_768, 32_768), (TEXT, 1_800, 2_200), (ADDRESSES, 165, 220)]
)
def test_long_answers_fill_the_window_sooner(answer: list[RR], least: int, most: int, ordered: bool) -> None:
    stream = Stream((f"n{n}.example" for n in itertools.count()), 10, ordered)
    pump = Pump()
    assert least <= held(stream, pump, answer) <= most


def test_what_is_under_way_is_counted_at_what_came_lately() -> None:
    stream = Stream((f"n{n}.example" for n in itertools.count()), 10, True)
    pump = Pump()
    for _ in range(30):
        stream.feed(pump, 1)  # type: ignore[arg-type]
        pump.answer(ADDRESSES)
        while stream.pop(pump) is not None:  # type: ignore[arg-type]
            pass
    stream.feed(pump, 10_000)  # type: ignore[arg-type]
    assert 100 < len(pump.under_way) < 220


@pytest.mark.parametrize("window", [1, 10, 100])
@pytest.mark.parametrize("answer", [SMALL, TEXT, ADDRESSES])
def test_the_smallest_window_comes_to_its_end(window: int, answer: list[RR], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dnsburst.stream.WINDOW", window)
    stream = Stream((f"n{n}.example" for n in range(60)), 10, False)
    pump = Pump()
    taken = turns = 0
    while not stream.finished:
        turns += 1
        assert turns < 2_000
        stream.feed(pump, 50)  # type: ignore[arg-type]
        pump.answer(answer)
        while stream.pop(pump) is not None:  # type: ignore[arg-type]
            taken += 1
    assert 60 == taken


def test_the_consumer_that_catches_up_has_more_pulled() -> None:
    stream = Stream((f"n{n}.example" for n in itertools.count()), 10, True)
    pump = Pump()
    held(stream, pump, TEXT)
    assert 0 == pump.kicks
    while not pump.kicks:
        assert stream.pop(pump) is not None  # type: ignore[arg-type]
    stream.feed(pump, 10)  # type: ignore[arg-type]
    assert 10 == len(pump.under_way)


@pytest.mark.parametrize("ordered", [True, False])
def test_a_long_line_keeps_its_order_however_it_is_taken(ordered: bool) -> None:
    seed = random.randrange(1 << 32)
    print("seed", seed)
    draw = random.Random(seed)
    names = [f"n{n}.example" for n in range(8_000)]
    stream = Stream(iter(names), 10, ordered)
    pump = Pump()
    ended: list[str] = []
    taken: list[str] = []
    while not stream.finished:
        stream.feed(pump, draw.randrange(3_000))  # type: ignore[arg-type]
        draw.shuffle(pump.under_way)
        late = pump.under_way[draw.randrange(len(pump.under_way) + 1) :]
        pump.under_way = pump.under_way[: len(pump.under_way) - len(late)]
        ended += [from_wire(lookup.name) for lookup in pump.under_way]
        pump.answer(SMALL)
        pump.under_way = late
        for _ in range(draw.randrange(3_000)):
            result = stream.pop(pump)  # type: ignore[arg-type]
            if result is None:
                break
            taken.append(result.name)
    assert taken == (names if ordered else ended)
