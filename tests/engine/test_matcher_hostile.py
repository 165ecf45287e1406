"""What a forger, a broken server or a full table could do to the engine, with fake time."""

from __future__ import annotations

import gc
import weakref

import pytest

from dnsburst._engine.exchange import NEAR_MISSES, TCP_JUNK
from dnsburst._engine.nameserver import COOKIE_REGRESSION, MAX_TCP_CHANNELS, RENEW_AFTER

from .. import octets
from ..octets import QR, RA, RD, TC, A, name, opt, option, question
from .rig import Rig, Sent

TWO = ("127.0.0.1:53", "127.0.0.2:53")
REFUSED = "EMFILE: too many open files for 127.0.0.1:53"


def truncated(sent: Sent) -> bytes:
    return octets.reply(sent.data, flags=QR | RD | RA | TC)


def wrong_id(rig: Rig, sent: Sent, number: int = 1) -> bytes:
    forged = bytearray(rig.address_reply(sent, b"\x06\x06\x06\x06"))
    forged[0] ^= number >> 8
    forged[1] ^= number & 255
    return bytes(forged)


# -- forgery --------------------------------------------------------------------------------------------------------


def test_M1_forged_replies_lead_to_one_query_over_tcp_however_many_there_are() -> None:
    rig = Rig()
    lookup = rig.ask()
    query = rig.last
    for number in range(1, 200):
        rig.receive(query, wrong_id(rig, query, number))
    rig.advance(1.0)
    assert [False, True] == [sent.tcp for sent in rig.sent]
    rig.receive(rig.last, rig.address_reply(rig.last))
    assert ("NOERROR", 2) == (lookup.status, lookup.tries)


def test_M1_fewer_than_three_wrong_ids_leave_udp_to_answer() -> None:
    rig = Rig()
    lookup = rig.ask()
    for number in range(1, NEAR_MISSES):
        rig.receive(rig.last, wrong_id(rig, rig.last, number))
    rig.receive(rig.last, rig.address_reply(rig.last))
    assert ("NOERROR", 1) == (lookup.status, lookup.tries)


def test_M1_wrong_id_on_a_port_that_was_not_asked_from_is_no_near_miss() -> None:
    rig = Rig(TWO)
    rig.ask()
    here = rig.last
    rig.ask("other.example")
    there = rig.last
    assert here.channel is not there.channel
    rig.receive(there, wrong_id(rig, here))
    assert {"ID": 1} == rig.exchange.drops


def test_M1_what_waits_for_its_connection_is_not_queued_again_when_udp_falls_silent() -> None:
    rig = Rig()
    rig.ask()
    query = rig.last
    exchange = rig.exchange
    for number in range(1, NEAR_MISSES + 1):
        exchange.datagrams_received(query.channel, [wrong_id(rig, query, number)], rig.now)
    for _ in range(200):  # nobody opens the connection yet
        rig.now += 0.01
        exchange.expire(rig.now)
        assert [] == exchange.datagrams_to_send(rig.now)
    rig.step()
    assert [False, True] == [sent.tcp for sent in rig.sent]


def test_M1_wrong_id_for_a_question_that_is_not_out_is_no_near_miss() -> None:
    rig = Rig()
    rig.ask()
    for asked in (question("other.example", A), question("www.example", octets.AAAA), name("www.example"), b"\x3fx"):
        rig.receive(rig.last, octets.message(octets.query_id(rig.last.data) ^ 1, QR | RA, (asked,)))
    assert {"ID": 4} == rig.exchange.drops


def test_M1_wrong_id_after_the_lookup_has_ended_is_nothing() -> None:
    rig = Rig()
    rig.ask()
    rig.receive(rig.last, rig.address_reply(rig.last))
    for number in range(1, 10):
        rig.receive(rig.last, wrong_id(rig, rig.last, number))
    assert ({"ID": 9}, 1) == (rig.exchange.drops, len(rig.sent))


def test_M1_the_id_of_another_query_is_as_wrong_as_any() -> None:
    rig = Rig()
    rig.ask("first.example")
    first = rig.last
    rig.receive(first, rig.address_reply(first))
    lookup = rig.ask()
    query = rig.last
    assert first.channel is query.channel
    for _ in range(NEAR_MISSES):
        rig.receive(query, first.data[:2] + rig.address_reply(query)[2:])
    assert {"near miss": NEAR_MISSES} == rig.exchange.drops
    assert [False, False, True] == [sent.tcp for sent in rig.sent]
    rig.receive(rig.last, rig.address_reply(rig.last))
    assert "NOERROR" == lookup.status


def test_M6_error_that_comes_again_and_again_is_no_near_miss() -> None:
    rig = Rig(TWO)
    lookup = rig.ask()
    first = rig.last
    error = octets.reply(first.data, flags=QR | RD | RA | 2)
    for _ in range(2 * NEAR_MISSES):
        rig.receive(first, error)
    assert {"duplicate": 2 * NEAR_MISSES - 1} == rig.exchange.drops
    assert [False, False] == [sent.tcp for sent in rig.sent]
    rig.receive(rig.last, rig.address_reply(rig.last))
    assert ("NOERROR", 2) == (lookup.status, lookup.tries)


def test_M1_a_header_alone_with_the_right_id_is_not_believed_once_forgery_was_seen() -> None:
    rig = Rig()
    lookup = rig.ask()
    query = rig.last
    for number in range(1, NEAR_MISSES + 1):
        rig.receive(query, wrong_id(rig, query, number))
    rig.receive(query, octets.message(octets.query_id(query.data), QR | RA | 2))
    assert 1 == rig.exchange.drops["distrusted"]
    rig.receive(rig.last, rig.address_reply(rig.last))
    assert "NOERROR" == lookup.status


def test_M5_reply_on_another_port_of_the_same_server_is_dropped() -> None:
    rig = Rig()
    for number in range(60):
        rig.now += 0.01
        rig.ask(f"n{number}.example")
        rig.receive(rig.last, rig.address_reply(rig.last))
    lookup = rig.ask()
    query = rig.last
    other = next(sent for sent in rig.sent if sent.channel is not query.channel)
    assert other.server == query.server
    rig.receive(other, rig.address_reply(query))
    assert "" == lookup.status


@pytest.mark.parametrize("tcp", [False, True])
def test_M6_ten_replies_to_each_query_complete_it_once(tcp: bool) -> None:
    rig = Rig(tcp=tcp)
    for number in range(200):
        rig.now += 0.01
        rig.ask(f"n{number}.example")
        replies = [rig.address_reply(rig.last, bytes((1, 1, 1, copy))) for copy in range(10)]
        rig.exchange.datagrams_received(rig.last.channel, replies, rig.now)
        rig.step()
    assert [[b"\1\1\1\0"]] * 200 == [[record.rdata for record in lookup.records] for lookup in rig.done]
    assert 200 == len(rig.sent)
    assert 1800 == sum(rig.exchange.drops.values())


def test_M8_late_reply_to_an_id_used_again_fails_on_its_question() -> None:
    rig = Rig(timeout=0.1, lifetime=0.5, tries=1)
    rig.ask("first.example")
    first = rig.last
    stale = rig.address_reply(first)
    rig.advance(1.0)
    lookup = rig.ask("second.example")
    query_id = rig.last.data[:2]
    rig.receive(rig.last, query_id + stale[2:])
    assert ("", {"question": 1}) == (lookup.status, rig.exchange.drops)


def test_M8_no_id_is_drawn_twice_while_the_first_is_waited_for() -> None:
    rig = Rig(timeout=9.0)
    for number in range(3000):
        rig.now += 1e-4
        rig.ask(f"n{number}.example")
        rig.exchange.datagrams_received(rig.last.channel, [rig.address_reply(rig.last)], rig.now)
    used = [(id(sent.channel), sent.data[:2]) for sent in rig.sent]
    assert len(set(used)) == len(used) == 3000


def test_M9_ptr_is_exempt_from_letter_case() -> None:
    rig = Rig(randomize_case=True)
    lookup = rig.ask("1.2.0.192.in-addr.arpa", octets.PTR)
    asked = question("1.2.0.192.IN-ADDR.ARPA", octets.PTR)
    rig.receive(rig.last, octets.message(octets.query_id(rig.last.data), QR | RA, (asked,), (), (octets.soa(),)))
    assert ("NODATA", {}) == (lookup.status, rig.exchange.drops)


def test_M9_over_tcp_letter_case_proves_nothing_more() -> None:
    rig = Rig(randomize_case=True, tcp=True)
    lookup = rig.ask("abcdefghijklmnopqrstuvwxyz.example")
    folded = bytearray(rig.address_reply(rig.last))
    end = 12 + len(octets.asked(rig.last.data)) - 4
    folded[12:end] = folded[12:end].lower()
    rig.receive(rig.last, bytes(folded))
    assert ("NOERROR", {}) == (lookup.status, rig.exchange.drops)


def test_M9_server_that_folds_case_is_answered_by_tcp() -> None:
    rig = Rig(randomize_case=True)
    for number in range(200):
        lookup = rig.ask(f"abcdefghijklmnopqrstuvwxyz-{number}.example")
        for _ in range(2):  # once over UDP, and over TCP as soon as that has come
            folded = bytearray(rig.address_reply(rig.last))
            end = 12 + len(octets.asked(rig.last.data)) - 4
            folded[12:end] = folded[12:end].lower()
            rig.receive(rig.last, bytes(folded))
        assert ("NOERROR", True, 2) == (lookup.status, rig.last.tcp, lookup.tries)
        rig.advance(0.01)
    rig.advance(20.0)
    (server,) = rig.exchange.nameservers
    assert (0, False) == (server.timeouts, server.down)


def test_M9_right_reply_after_one_in_another_letter_case_is_believed() -> None:
    rig = Rig(randomize_case=True)
    lookup = rig.ask("abcdefghijklmnopqrstuvwxyz.example")
    asked = rig.last
    for _ in range(2):
        forged = bytearray(rig.address_reply(asked))
        forged[12:40] = forged[12:40].lower()
        forged[-1] ^= 1
        rig.receive(asked, bytes(forged))
    assert ("", 2, True) == (lookup.status, lookup.tries, rig.last.tcp)
    rig.receive(asked, rig.address_reply(asked))
    assert ("NOERROR", {"letter case": 2}) == (lookup.status, rig.exchange.drops)
    rig.advance(20.0)
    assert (0, 0) == (rig.exchange.in_flight, rig.exchange.open_lookups)


def test_M9_three_replies_in_another_letter_case_and_only_tcp_is_believed() -> None:
    rig = Rig(randomize_case=True)
    lookup = rig.ask("abcdefghijklmnopqrstuvwxyz.example")
    asked = rig.last
    for _ in range(3):
        forged = bytearray(rig.address_reply(asked))
        forged[12:40] = forged[12:40].lower()
        rig.receive(asked, bytes(forged))
    rig.receive(asked, rig.address_reply(asked))
    assert "" == lookup.status
    rig.receive(rig.last, rig.address_reply(rig.last))
    assert ("NOERROR", True) == (lookup.status, rig.last.tcp)


def test_M13_reply_without_cookie_is_believed_again_after_two_minutes_without_any() -> None:
    rig = Rig()
    rig.ask("first.example")
    client = rig.last.data[rig.last.data.index(b"\0\x0a\0\x08", 12) + 4 :][:8]
    good = (opt(options=option(10, client + b"serverck")),)
    rig.receive(rig.last, rig.address_reply(rig.last, additional=good))
    rig.now += COOKIE_REGRESSION + 1
    lookup = rig.ask("second.example")
    rig.receive(rig.last, rig.address_reply(rig.last))
    assert "NOERROR" == lookup.status


@pytest.mark.parametrize("ours", [False, True])
@pytest.mark.parametrize("size", [7, 9, 15, 16, 40, 41, 100])
def test_M13_cookie_of_another_client_or_length_is_dropped(ours: bool, size: int) -> None:
    rig = Rig()
    rig.ask("first.example")
    client = rig.last.data[rig.last.data.index(b"\0\x0a\0\x08", 12) + 4 :][:8]
    rig.receive(rig.last, rig.address_reply(rig.last, additional=(opt(options=option(10, client + b"serverck")),)))
    lookup = rig.ask("second.example")
    cookie = ((client if ours else b"12345678") + bytes(92))[:size]
    rig.receive(rig.last, rig.address_reply(rig.last, additional=(opt(options=option(10, cookie)),)))
    if ours and 16 <= size <= 40:
        assert ("NOERROR", {}) == (lookup.status, rig.exchange.drops)
    else:
        assert ("", {"cookie": 1}) == (lookup.status, rig.exchange.drops)


def test_ports_are_renewed_in_long_runs_and_late_answers_still_count() -> None:
    rig = Rig()
    lookup = rig.ask("old.example")
    query = rig.last
    query.channel.sent = RENEW_AFTER - 1
    rig.ask("last.example")
    assert [query.channel] == rig.exchange.retired
    assert query.channel not in rig.exchange.nameservers[0].channels
    rig.receive(query, rig.address_reply(query))
    assert "NOERROR" == lookup.status
    rig.advance(20)
    assert query.channel.closed


def test_connections_are_renewed_in_long_runs_too() -> None:
    rig = Rig(tcp=True)
    old = rig.ask("old.example")
    query = rig.last
    query.channel.sent = RENEW_AFTER - 1
    rig.ask("last.example")
    rig.ask("next.example")
    assert [query.channel] == rig.exchange.retired
    assert query.channel is not rig.last.channel
    rig.receive(query, rig.address_reply(query))
    assert "NOERROR" == old.status
    rig.advance(20)
    assert query.channel.closed


# -- what is kept, and for how long ---------------------------------------------------------------------------------


def test_records_of_a_lookup_that_has_ended_are_not_kept_by_a_try_that_still_waits() -> None:
    rig = Rig(timeout=1.0)
    lookup = rig.ask()
    first = rig.last
    rig.advance(1.5)
    rig.receive(rig.last, rig.address_reply(rig.last))
    assert "NOERROR" == lookup.status
    assert first.channel.pending.find(octets.query_id(first.data)) is not None
    try:
        gone = weakref.ref(lookup.records[0])
    except TypeError:  # records have no room for a weak reference: count what refers to the lookup instead
        rig.done.clear()
        assert not [held for held in gc.get_referrers(lookup) if type(held).__name__ == "Try"]
    else:
        rig.done.clear()
        del lookup
        assert gone() is None


def test_memory_for_junk_is_a_counter_for_each_reason() -> None:
    rig = Rig()
    rig.ask()
    query = rig.last
    for number in range(1, 3000):
        junk = [wrong_id(rig, query, number), number.to_bytes(2, "big") + b"\x80\0" + bytes(number % 50), b"\xff" * 20]
        rig.exchange.datagrams_received(query.channel, junk, rig.now)
    assert len(rig.exchange.drops) <= 12
    assert 8997 == sum(rig.exchange.drops.values())
    assert 1 == query.channel.pending.count


# -- TCP ------------------------------------------------------------------------------------------------------------


def test_waiting_for_a_connection_costs_nothing_per_lookup_that_waits() -> None:
    """Ten times the lookups that wait take about ten times the time, not a hundred."""
    import time

    took = []
    for count in (400, 4000):
        rig = Rig(tcp=True, lifetime=100.0)
        for number in range(count):
            rig.exchange.submit(name(f"n{number}.example"), A, None, rig.now)
        start = time.perf_counter()
        rig.step()
        for sent in rig.sent:  # grows as it is walked through
            rig.receive(sent, rig.address_reply(sent))
        took.append(time.perf_counter() - start)
        assert {"NOERROR"} == {lookup.status for lookup in rig.done}
        assert count == len(rig.done)
    assert took[1] < 40 * took[0]


def test_M11_a_connection_that_stays_silent_gets_no_further_query() -> None:
    rig = Rig(TWO[:1])
    lookup = rig.ask()
    rig.receive(rig.last, truncated(rig.last))
    silent = rig.last.channel
    assert silent.is_tcp
    rig.advance(3.0)
    assert rig.last.tcp
    assert silent is not rig.last.channel
    rig.receive(rig.last, rig.address_reply(rig.last))
    assert "NOERROR" == lookup.status
    rig.advance(10.0)
    assert silent.closed


def test_M11_a_slow_answer_on_a_connection_that_was_given_up_still_counts() -> None:
    rig = Rig()
    lookup = rig.ask()
    rig.receive(rig.last, truncated(rig.last))
    slow = rig.last
    rig.advance(3.0)
    rig.receive(slow, rig.address_reply(slow))
    assert "NOERROR" == lookup.status


def test_M12_a_connection_that_sends_junk_without_end_is_closed_and_the_lookup_asked_again() -> None:
    rig = Rig(tcp=True)
    lookup = rig.ask()
    bad = rig.last
    rig.exchange.datagrams_received(bad.channel, [b""] * 10_000, rig.now)
    assert bad.channel.closed
    assert [bad.channel] == rig.exchange.retired
    assert TCP_JUNK < rig.exchange.drops["short"] < 2 * TCP_JUNK  # the rest was not even looked at
    rig.advance(1.0)
    assert bad.channel is not rig.last.channel
    rig.receive(rig.last, rig.address_reply(rig.last))
    assert "NOERROR" == lookup.status


def test_connections_to_a_server_that_never_answers_are_few() -> None:
    rig = Rig(tcp=True, lifetime=5.0)
    for number in range(600):
        rig.exchange.submit(name(f"n{number}.example"), A, None, rig.now)
    open_at_once = 0
    for _ in range(100):
        rig.advance(0.1)
        server = rig.exchange.nameservers[0]
        open_at_once = max(
            open_at_once, len(server.tcp_channels) + len([c for c in rig.exchange.retired if not c.closed])
        )
    assert {"TIMEOUT"} == {lookup.status for lookup in rig.done}
    assert 600 == len(rig.done)
    assert open_at_once <= 4 * MAX_TCP_CHANNELS


@pytest.mark.parametrize("tcp", [False, True])
def test_lookups_end_in_their_lifetime_where_no_socket_can_be_opened(tcp: bool) -> None:
    rig = Rig(lifetime=3.0, tcp=tcp)
    rig.refuse_udp = rig.refuse_tcp = REFUSED
    start = rig.now
    lookups = [rig.ask(f"n{number}.example") for number in range(300)]
    rig.advance(3.0 - (rig.now - start) + 0.05)
    assert {"NETERROR", "TIMEOUT"} >= {lookup.status for lookup in lookups}
    assert REFUSED in {lookup.error for lookup in lookups}
    assert 0 == rig.exchange.open_lookups
