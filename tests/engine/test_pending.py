"""The tries that wait for an answer, and the message IDs they have."""

from __future__ import annotations

import random

import pytest

from dnsburst._engine.identifiers import Identifiers
from dnsburst._engine.lookup import Lookup, Try, new_try, to_ask
from dnsburst._engine.nameserver import RENEW_AFTER, Nameserver
from dnsburst._engine.pending import FIRST_PLACES, Pending

from .rig import Rig


@pytest.fixture
def server() -> Nameserver:
    return Rig().exchange.nameservers[0]


def lookup() -> Lookup:
    return to_ask(b"\1a\0", 1, None)


def tries(server: Nameserver, count: int) -> list[Try]:
    return [new_try(lookup(), server, None, False, 0.0) for _ in range(count)]


def test_each_try_is_found_by_its_id_and_by_no_other(server: Nameserver) -> None:
    pending = Pending()
    waiting = tries(server, 1000)
    assert 0 == pending.add(waiting[:300])
    assert 300 == pending.add(waiting[300:])
    by_id = {pending.query_id(attempt): attempt for attempt in waiting}
    assert 1000 == len(by_id) == pending.count == len(pending.tries())
    for query_id in range(65536):
        assert pending.find(query_id) is by_id.get(query_id)
        assert pending.was_used(query_id) is (query_id in by_id)
        assert pending.is_of(query_id, waiting[7]) is (by_id.get(query_id) is waiting[7])


def test_what_is_put_in_and_taken_out_is_what_is_there(server: Nameserver, seed: str) -> None:
    chance = random.Random(seed)
    pending = Pending()
    there: dict[int, Try] = {}
    used: set[int] = set()
    for _ in range(12_000):
        if chance.random() < 0.5 and len(used) < 60_000:
            new = tries(server, chance.randrange(9))
            pending.add(new)
            by_id = {pending.query_id(attempt): attempt for attempt in new}
            assert len(new) == len(by_id)
            assert not used & by_id.keys()
            used.update(by_id)
            there.update(by_id)
        elif there:
            # Mostly the oldest, so that some of them wait for long.
            oldest = list(there)[: chance.randrange(1, 9)]
            gone = oldest if chance.random() < 0.9 else [chance.choice(list(there))]
            if len(gone) > 1:
                pending.remove_all([there.pop(query_id) for query_id in gone])
            else:
                pending.remove(there.pop(gone[0]))
        assert pending.count == len(there)
    assert len(used) > 10_000
    for query_id in range(65536):
        assert pending.find(query_id) is there.get(query_id)
        assert pending.was_used(query_id) is (query_id in used)
    assert sorted(there.values(), key=id) == sorted(pending.tries(), key=id)


def test_every_id_is_used_once(server: Nameserver) -> None:
    pending = Pending()
    seen = set()
    for attempt in tries(server, RENEW_AFTER):
        pending.add([attempt])
        seen.add(pending.query_id(attempt))
        pending.remove(attempt)
    assert seen == set(range(65536))


def test_one_that_waits_all_the_time_is_found_after_all_others(server: Nameserver) -> None:
    pending = Pending()
    first, *others = tries(server, RENEW_AFTER)
    pending.add([first])
    for attempt in others:
        pending.add([attempt])
        pending.remove(attempt)
    assert pending.find(pending.query_id(first)) is first
    assert [first] == pending.tries() == pending.waiting(0, RENEW_AFTER)


def test_of_some_those_that_still_wait(server: Nameserver) -> None:
    pending = Pending()
    some = tries(server, 6)
    first = pending.add(some)
    pending.remove_all(some[:3])
    assert some[3:5] == pending.waiting(first, first + 5)
    later = tries(server, FIRST_PLACES - 3)  # in the places of those that are gone
    pending.add(later)
    assert [] == pending.waiting(first, first + 3)
    assert some[3:] + later == sorted(pending.tries(), key=[*some, *later].index)


def test_number_and_id_lead_to_each_other() -> None:
    identifiers = Identifiers()
    order = [identifiers.identifier(sequence) for sequence in range(65536)]
    assert sorted(order) == list(range(65536))
    assert [identifiers.sequence(identifier) for identifier in order] == list(range(65536))


def test_the_ids_of_channels_have_nothing_in_common() -> None:
    """Each bit of the first ID of a channel is as likely set as not, and so is that of how two neighbours differ."""
    ones = [0] * 16
    changes = [0] * 16
    for _ in range(4000):
        identifiers = Identifiers()
        first, second = identifiers.identifier(0), identifiers.identifier(1)
        for bit in range(16):
            ones[bit] += first >> bit & 1
            changes[bit] += (first ^ second) >> bit & 1
    assert all(abs(count - 2000) < 6 * 32 for count in ones + changes)  # six standard deviations


def test_ids_of_one_channel_follow_no_pattern() -> None:
    """How far each ID is from the one before says nothing: all distances are as frequent as chance has it."""
    identifiers = Identifiers()
    order = [identifiers.identifier(sequence) for sequence in range(65536)]
    for distance in (1, 2, 256, 257):
        apart = [0] * 256
        for before, after in zip(order, order[distance:], strict=False):
            apart[(after - before) % 65536 >> 8] += 1
        assert all(abs(count - 256) < 6 * 16 for count in apart), distance
