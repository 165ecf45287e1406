"""Message IDs that are taken, and the tries that have them."""

from __future__ import annotations

import random

import pytest

from dnsburst._engine.identifiers import Identifiers
from dnsburst._engine.lookup import ANSWERED, Lookup, Try, new_try, to_ask
from dnsburst._engine.nameserver import MOST_PENDING, Nameserver
from dnsburst._engine.pending import Pending

from .rig import Rig

IDENTIFIERS = Identifiers()


@pytest.fixture
def server() -> Nameserver:
    return Rig().exchange.nameservers[0]


def lookup() -> Lookup:
    return to_ask(b"\1a\0", 1, None)


def test_each_try_is_found_by_its_id_and_by_no_other(server: Nameserver) -> None:
    pending = Pending()
    tries = [new_try(lookup(), server, None, False, 0.0) for _ in range(1000)]
    query_ids = pending.add(tries, IDENTIFIERS)
    assert [attempt.query_id for attempt in tries] == query_ids
    by_id = {attempt.query_id: attempt for attempt in tries}
    assert 1000 == len(by_id) == pending.count == len(pending.tries())
    for query_id in range(65536):
        assert pending.find(query_id) is by_id.get(query_id)


def test_what_is_put_in_and_taken_out_is_what_is_there(server: Nameserver, seed: str) -> None:
    chance = random.Random(seed)
    pending = Pending()
    there: dict[int, Try | None] = {}
    for _ in range(20_000):
        if chance.random() < 0.6 and len(there) < 3000:
            tries = [new_try(lookup(), server, None, False, 0.0) for _ in range(chance.randrange(8))]
            query_ids = pending.add(tries, IDENTIFIERS)
            assert [attempt.query_id for attempt in tries] == query_ids
            assert not there.keys() & query_ids
            there.update(zip(query_ids, tries, strict=True))
        elif there:
            query_id = chance.choice(list(there)) if len(there) < 50 else next(iter(there))
            known = there[query_id]
            if known is not None and chance.random() < 0.5:
                pending.keep_id(known)
                there[query_id] = None
            else:
                pending.remove(query_id)
                del there[query_id]
        assert pending.count == len(there)
    for query_id in range(65536):
        found = pending.find(query_id)
        if query_id in there and there[query_id] is None:
            assert found is not None
            assert ANSWERED == found.state
        else:
            assert found is there.get(query_id)


def test_an_id_that_is_kept_is_not_drawn_again(server: Nameserver) -> None:
    pending = Pending()
    seen = set()
    while pending.count < MOST_PENDING:
        attempt = new_try(lookup(), server, None, False, 0.0)
        pending.add([attempt], IDENTIFIERS)
        pending.keep_id(attempt)
        seen.add(attempt.query_id)
    assert MOST_PENDING == len(seen)
    assert [] == pending.tries()


def test_only_the_ids_of_answered_tries_are_free_again_once_they_are_released(server: Nameserver) -> None:
    pending = Pending()
    tries = [new_try(lookup(), server, None, False, 0.0) for _ in range(6)]
    pending.add(tries, IDENTIFIERS)
    pending.keep_ids(tries[:3])
    assert tries[3:5] == pending.release([attempt.query_id for attempt in tries[:5]])
    assert 3 == pending.count
    assert tries[3:] == sorted(pending.tries(), key=tries.index)
    assert [None] * 3 == [pending.find(attempt.query_id) for attempt in tries[:3]]


def test_ids_are_drawn_from_all_of_them(server: Nameserver) -> None:
    """Few places are no reason for few IDs: with one under way, each bit of the next is as likely set as not."""
    pending = Pending()
    ones = [0] * 16
    for _ in range(4000):
        attempt = new_try(lookup(), server, None, False, 0.0)
        pending.add([attempt], IDENTIFIERS)
        pending.remove(attempt.query_id)
        for bit in range(16):
            ones[bit] += attempt.query_id >> bit & 1
    assert all(abs(count - 2000) < 6 * 32 for count in ones)  # six standard deviations
