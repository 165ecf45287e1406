"""Who waits for the lookups under way, and how they end."""

from __future__ import annotations

import pytest

from dnsburst._engine.lookup import Lookup, to_ask
from dnsburst._engine.patience import Patience
from dnsburst._engine.underway import UnderWay
from dnsburst._wire.codes import TYPE_A
from dnsburst._wire.name import from_text


@pytest.fixture
def under_way() -> UnderWay:
    return UnderWay(Patience())


def asked(name: str, tag: str) -> Lookup:
    return to_ask(from_text(name), TYPE_A, tag)


def test_who_asks_the_same_joins(under_way: UnderWay) -> None:
    first, other, same = asked("a.example", "first"), asked("b.example", "other"), asked("A.example", "same")
    started, fresh = under_way.start([first, other, same], 5.0)
    assert [first, other, first] == started
    assert [first, other] == fresh
    assert 5.0 == first.deadline
    assert 2 == len(under_way.by_key)
    under_way.end(first, "NXDOMAIN")
    assert under_way.has_finished()
    assert [first] == under_way.take_finished()
    assert not under_way.has_finished()
    assert ["first", "same"] == first.take_tags()
    # Once it has ended the same is asked anew.
    again = asked("a.example", "again")
    assert ([again], [again]) == under_way.start([again], 9.0)


def test_only_the_last_to_leave_ends_it(under_way: UnderWay) -> None:
    lookup = asked("a.example", "first")
    under_way.start([lookup, asked("a.example", "second"), asked("a.example", "third")], 5.0)
    under_way.cancel(lookup, "second")
    under_way.cancel(lookup, "first")
    assert not lookup.status
    under_way.cancel(lookup, "third")
    assert lookup.status
    assert not under_way.has_finished()
    assert not under_way.by_key
    under_way.cancel(lookup, "third")


@pytest.mark.parametrize(
    ("of", "status", "error"),
    [
        ({}, "TIMEOUT", "no server could be asked in time"),
        ({"failure": "SERVFAIL", "error": "EDE 22"}, "SERVFAIL", "EDE 22"),
        ({"trouble": "EHOSTUNREACH: no route", "truncated": True}, "NETERROR", "EHOSTUNREACH: no route"),
    ],
)
def test_one_without_an_answer(under_way: UnderWay, of: dict[str, object], status: str, error: str) -> None:
    lookup = asked("a.example", "tag")
    under_way.start([lookup], 5.0)
    for field, value in of.items():
        setattr(lookup, field, value)
    under_way.give_up(lookup)
    assert [(status, error, -1)] == [(one.status, one.error, one.ttl) for one in under_way.take_finished()]
