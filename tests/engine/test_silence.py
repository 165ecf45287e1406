"""Queries that meet silence: whom it has asked, and how many at once."""

from __future__ import annotations

import pytest

from dnsburst._engine.lookup import SILENT, Lookup, new_try, to_ask
from dnsburst._engine.policy import Policy

from ..octets import A, name
from .rig import Rig, Sent


def rig_with_answers(count: int) -> Rig:
    """So many servers that have all been heard."""
    rig = Rig(tuple(f"127.0.0.{number + 1}:53" for number in range(count)))
    for number in range(100 * count):
        rig.exchange.submit(name(f"n{number}.example"), A, None, rig.now)
    answered = 0
    while rig.exchange.open_lookups:
        rig.step()
        rig.now += 0.02
        for sent in rig.sent[answered:]:
            answered += 1
            rig.exchange.datagrams_received(sent.channel, [rig.address_reply(sent)], rig.now)
    assert all(server.answered for server in rig.exchange.nameservers)
    return rig


def asked_after_silence(rig: Rig) -> tuple[Lookup, list[Sent]]:
    """A lookup whose first query is lost, and the queries that followed on that."""
    lookup = rig.ask("lost.example")
    first = rig.last
    rig.advance(1.5 * first.channel.nameserver.pace.timeout(0))
    return lookup, [sent for sent in rig.sent if sent.data.startswith(b"\x04lost", 12) and sent is not first]


def test_two_servers_are_asked_at_once_after_silence_where_nothing_else_waits() -> None:
    rig = rig_with_answers(4)
    lookup, followed = asked_after_silence(rig)
    assert 2 == len(followed) == len({sent.server for sent in followed})
    assert followed[0].at == followed[1].at
    rig.receive(followed[1], rig.address_reply(followed[1]))
    assert ("NOERROR", 3) == (lookup.status, lookup.tries)


def test_silence_of_both_is_waited_for_before_the_next_try() -> None:
    rig = rig_with_answers(4)
    lookup, followed = asked_after_silence(rig)
    before = len(rig.sent)
    rig.advance(2.0)
    assert 3 < lookup.tries <= 8
    assert rig.sent[before].at > followed[0].at + 0.05


@pytest.mark.parametrize("servers", [1, 2])
def test_one_server_is_asked_after_silence_where_there_are_no_two_others(servers: int) -> None:
    lookup, followed = asked_after_silence(rig_with_answers(servers))
    assert (1, 2) == (len(followed), lookup.tries)


def test_no_two_are_asked_at_once_while_others_wait() -> None:
    rig = rig_with_answers(3)
    policy = Policy(rig.exchange.options, rig.exchange.nameservers)
    lookup = to_ask(name("lost.example"), A, None)
    attempt = new_try(lookup, rig.exchange.nameservers[0], None, False, rig.now)
    attempt.state = SILENT
    assert set(rig.exchange.nameservers[1:]) == set(policy.asked_together(lookup, True, rig.now))
    assert [] == policy.asked_together(lookup, False, rig.now)
