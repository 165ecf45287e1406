"""Names that every server has trouble with: whom their errors have asked, and when they end."""

from __future__ import annotations

from dnsburst._engine.lookup import Lookup
from dnsburst._engine.policy import VAIN_TRIES

from .. import octets
from ..octets import name
from .rig import Rig, Sent

FOUR = tuple(f"127.0.0.{number}:53" for number in range(1, 5))


def servfail(rig: Rig, sent: Sent) -> None:
    rig.receive(sent, octets.reply(sent.data, rcode=2))


def rig_of_names_in_trouble() -> Rig:
    """Four servers that have all replied with errors to one name in ten, again and again."""
    rig = Rig(FOUR)
    for number in range(VAIN_TRIES):
        for other in range(9):
            rig.ask(f"good{number}-{other}.example")
            rig.receive(rig.last, rig.address_reply(rig.last))
        answered = len(rig.sent)
        lookup = rig.ask(f"bad{number}.example")
        while not lookup.status:
            while not lookup.status and len(rig.sent) > answered:
                servfail(rig, rig.sent[answered])
                answered += 1
            rig.advance(0.05)
    return rig


def ask_another(rig: Rig) -> tuple[Lookup, list[Sent]]:
    """One more such name: its lookup, and the queries to all other servers that followed on its first error."""
    lookup: Lookup = rig.ask("next.example")
    servfail(rig, rig.last)
    return lookup, rig.sent[-3:]


def ask_in_a_crowd(rig: Rig) -> tuple[Lookup, Sent, list[Sent]]:
    """The same while every server has all it may take: the lookup, its first query, and those of the others."""
    lookup: Lookup = rig.ask("next.example")
    first = rig.last
    for number in range(4000):
        rig.exchange.submit(name(f"n{number}.example"), octets.A, None, rig.now)
    others = rig.step()
    servfail(rig, first)
    return lookup, first, others


def test_error_asks_all_others_at_once_where_they_all_say_the_same() -> None:
    rig = rig_of_names_in_trouble()
    lookup = rig.ask("next.example")
    rig.now += 0.02
    servfail(rig, rig.last)
    first, *others = rig.sent[-4:]
    assert set(FOUR) == {sent.server for sent in (first, *others)}
    assert [rig.now] * 3 == [sent.at for sent in others]
    for sent in others:
        assert not lookup.status
        rig.now += 0.01
        servfail(rig, sent)
    assert ("SERVFAIL", 4, first.data) == (lookup.status, lookup.tries, rig.sent[-4].data)


def test_answer_of_any_of_them_is_the_answer_whatever_the_others_said() -> None:
    rig = rig_of_names_in_trouble()
    lookup, (late, *others) = ask_another(rig)
    for sent in others:
        servfail(rig, sent)
    assert not lookup.status
    rig.receive(late, rig.address_reply(late))
    assert ("NOERROR", 4) == (lookup.status, lookup.tries)


def test_where_one_of_them_is_silent_the_last_of_them_to_be_given_up_ends_it() -> None:
    rig = rig_of_names_in_trouble()
    lookup, (_, *others) = ask_another(rig)
    for sent in others:
        servfail(rig, sent)
    assert not lookup.status
    rig.advance(0.5)
    assert ("SERVFAIL", 4) == (lookup.status, lookup.tries)


def test_all_others_have_their_turn_also_where_they_cannot_be_asked_in_one_go() -> None:
    rig = rig_of_names_in_trouble()
    lookup, first, waiting = ask_in_a_crowd(rig)
    asked = []
    for server in sorted(set(FOUR) - {first.server}):
        rig.now += 0.001
        before = len(rig.sent)
        for sent in [sent for sent in waiting if sent.server == server][:20]:
            rig.receive(sent, rig.address_reply(sent))
        asked += [sent for sent in rig.sent[before:] if sent.data.startswith(b"\x04next", 12)]
    assert sorted({first.server, *(sent.server for sent in asked)}) == sorted(FOUR)
    for sent in reversed(asked):
        assert not lookup.status
        servfail(rig, sent)
    assert ("SERVFAIL", 4) == (lookup.status, lookup.tries)


def test_id_of_a_try_that_met_an_error_is_not_kept_until_the_deadline() -> None:
    def kept() -> int:
        return sum(channel.pending.count for server in rig.exchange.nameservers for channel in server.channels)

    rig = rig_of_names_in_trouble()
    rig.advance(0.5)
    before = kept()
    patience = rig.exchange.nameservers[0].pace.timeout(0)
    lookup = rig.ask("next.example")
    rig.now += 0.6 * patience
    servfail(rig, rig.last)
    rig.advance(0.8 * patience)  # the time of the first is over, that of the others is not
    for sent in [sent for sent in rig.sent if sent.at > rig.now - patience]:
        servfail(rig, sent)
    assert ("SERVFAIL", 4) == (lookup.status, lookup.tries)
    rig.advance(0.5)
    assert before == kept()


def test_try_that_met_an_error_leaves_no_more_than_its_id() -> None:
    rig = rig_of_names_in_trouble()
    lookup, _ = ask_another(rig)
    first = rig.sent[-4]
    assert not lookup.status
    assert lookup not in [attempt.lookup for attempt in first.channel.pending.tries()]
    rig.receive(first, rig.address_reply(first))
    assert ("", {"duplicate": 1}) == (lookup.status, rig.exchange.drops)


def test_errors_are_asked_elsewhere_one_by_one_once_another_server_had_an_answer() -> None:
    rig = rig_of_names_in_trouble()
    rig.ask("next.example")
    servfail(rig, rig.last)
    rig.receive(rig.last, rig.address_reply(rig.last))
    before = len(rig.sent)
    rig.ask("other.example")
    servfail(rig, rig.last)
    assert before + 2 == len(rig.sent)


def test_error_asks_no_two_at_once_where_a_limit_speaks() -> None:
    rig = rig_of_names_in_trouble()
    for number in range(40):
        rig.exchange.submit(name(f"n{number}.example"), octets.A, None, rig.now)
    refused = rig.step()
    for sent in refused:
        rig.exchange.datagrams_received(sent.channel, [octets.reply(sent.data, rcode=5)], rig.now)
    assert any(server.pace.refuses() for server in rig.exchange.nameservers)
    before = len(rig.sent)
    rig.ask("next.example")
    servfail(rig, rig.last)
    asked = [sent for sent in rig.sent[before:] if sent.data.startswith(b"\x04next", 12)]
    assert len(asked) <= 2


def test_what_may_not_be_asked_again_in_its_time_ends_with_the_error() -> None:
    rig = Rig(FOUR[:2], rate=2.0, lifetime=0.9)
    lookup = rig.ask("next.example")
    rig.advance(0.6)
    servfail(rig, rig.last)
    assert ("", 1) == (lookup.status, len(rig.sent))
    assert not rig.exchange.is_overdue(lookup.deadline - 0.01)
    assert lookup.deadline >= rig.exchange.next_wakeup(rig.now)
    rig.advance(0.31)
    assert ("SERVFAIL", 1) == (lookup.status, lookup.tries)


def test_what_waits_to_be_asked_of_all_servers_ends_in_time() -> None:
    rig = rig_of_names_in_trouble()
    lookup, _, _ = ask_in_a_crowd(rig)
    rig.advance(lookup.deadline - rig.now + 0.01)
    assert "SERVFAIL" == lookup.status
