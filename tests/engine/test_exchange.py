"""The engine by hand, with fake time: which replies count, what is asked again, how lookups end."""

from __future__ import annotations

from itertools import pairwise

import pytest

from dnsburst._engine.exchange import NEAR_MISSES
from dnsburst._engine.silence import no_server_answers
from dnsburst._engine.timers import TICK

from .. import octets
from ..octets import QR, RA, TC, A, name, opt, option, question, rr
from .rig import Rig

TWO = ("127.0.0.1:53", "127.0.0.2:53")
SOA = (octets.soa(),)


def drops(rig: Rig) -> dict[str, int]:
    return dict(rig.exchange.drops)


def test_an_answer_ends_the_lookup() -> None:
    rig = Rig()
    lookup = rig.ask()
    rig.now += 0.02
    rig.receive(rig.last, rig.address_reply(rig.last))
    assert [lookup] == rig.done
    assert ("NOERROR", 1, "127.0.0.1:53", 300) == (lookup.status, lookup.tries, lookup.server, lookup.ttl)
    assert abs(lookup.rtt - 0.02) < 1e-9
    assert [b"\xc0\x00\x02\x01"] == [record.rdata for record in lookup.records]


def test_identical_lookups_in_flight_are_one_query_in_any_letter_case() -> None:
    rig = Rig()
    one = rig.ask("www.example", tag=1)
    assert one is rig.ask("WWW.Example", tag=2)
    assert 1 == len(rig.sent)
    rig.receive(rig.last, rig.address_reply(rig.last))
    assert [[1, 2]] == [lookup.take_tags() for lookup in rig.done]


def test_another_type_is_another_query() -> None:
    rig = Rig()
    rig.ask(rdtype=octets.A)
    rig.ask(rdtype=octets.AAAA)
    assert 2 == len(rig.sent)


# -- the matcher ----------------------------------------------------------------------------------------------------


def test_M1_wrong_id_is_dropped_and_three_of_them_ask_over_tcp() -> None:
    rig = Rig()
    lookup = rig.ask()
    query = rig.last
    for count in range(1, NEAR_MISSES + 1):
        wrong = bytearray(rig.address_reply(query))
        wrong[1] ^= count
        rig.receive(query, bytes(wrong))
    assert {"near miss": NEAR_MISSES} == drops(rig)
    assert rig.last.tcp
    rig.receive(query, rig.address_reply(query, b"\x06\x06\x06\x06"))
    assert "" == lookup.status  # only TCP is believed now
    rig.receive(rig.last, rig.address_reply(rig.last))
    assert [b"\xc0\x00\x02\x01"] == [record.rdata for record in lookup.records]


@pytest.mark.parametrize(
    "asked", [question("evil.example", A), question("www.example", octets.AAAA), question("www.example", A, 3)]
)
def test_M2_right_id_another_question_is_dropped(asked: bytes) -> None:
    rig = Rig()
    lookup = rig.ask()
    forged = octets.message(
        octets.query_id(rig.last.data), QR | RA, (asked,), (rr(b"\xc0\x0c", A, b"\x06\x06\x06\x06"),)
    )
    rig.receive(rig.last, forged)
    assert ("", {"question": 1}) == (lookup.status, drops(rig))


def test_M2_type_that_differs_by_letter_case_only_is_another_question() -> None:
    rig = Rig()
    lookup = rig.ask(rdtype=65)  # 0x41, an "A"
    asked = name("www.example") + b"\x00\x61\x00\x01"
    rig.receive(rig.last, octets.message(octets.query_id(rig.last.data), QR | RA, (asked,)))
    assert ("", {"question": 1}) == (lookup.status, drops(rig))


def test_M3_echo_of_our_query_is_dropped() -> None:
    rig = Rig()
    lookup = rig.ask()
    rig.receive(rig.last, rig.last.data)
    assert ("", {"not a reply": 1}) == (lookup.status, drops(rig))


def test_M4_wrong_opcode_is_dropped() -> None:
    rig = Rig()
    lookup = rig.ask()
    rig.receive(rig.last, rig.address_reply(rig.last, flags=QR | 0x2000))
    assert ("", {"opcode": 1}) == (lookup.status, drops(rig))


def test_M5_another_channel_is_another_source() -> None:
    rig = Rig(TWO)
    lookup = rig.ask()
    here = rig.last
    rig.ask("other.example")
    there = rig.last
    assert here.channel is not there.channel
    rig.receive(there, rig.address_reply(here))
    assert "" == lookup.status


def test_M6_duplicate_completes_nothing() -> None:
    rig = Rig()
    rig.ask()
    first = rig.address_reply(rig.last)
    rig.receive(rig.last, first)
    rig.receive(rig.last, first)
    assert 1 == len(rig.done)
    assert {"duplicate": 1} == drops(rig)


def test_M7_late_reply_to_an_earlier_try_counts_and_saves_the_retry() -> None:
    rig = Rig(timeout=1.0)
    lookup = rig.ask()
    first = rig.last
    rig.advance(1.5)
    assert 2 == len(rig.sent)
    rig.receive(first, rig.address_reply(first))
    assert ("NOERROR", 2) == (lookup.status, lookup.tries)
    assert abs(lookup.rtt - 1.5) < 0.01  # of the try that answered
    rig.advance(20)
    assert 2 == len(rig.sent)


def test_M7_of_replies_that_come_in_one_go_each_lookup_takes_one() -> None:
    rig = Rig(timeout=1.0)
    twice = rig.ask()
    first = rig.last
    rig.advance(1.01)
    again = rig.last
    once = rig.ask("other.example")
    assert {first.channel} == {sent.channel for sent in rig.sent}
    replies = [rig.address_reply(sent) for sent in (again, rig.last, again, rig.last, first)]
    rig.exchange.datagrams_received(first.channel, replies, rig.now)
    rig.step()
    assert [twice, once] == rig.done
    assert [("NOERROR", 2), ("NOERROR", 1)] == [(lookup.status, lookup.tries) for lookup in rig.done]
    assert {"duplicate": 3} == drops(rig)
    assert (0, 0) == (first.channel.in_flight, rig.exchange.open_lookups)


def test_M9_question_in_another_letter_case_matches() -> None:
    rig = Rig()
    lookup = rig.ask("www.example")
    shouted = octets.message(
        octets.query_id(rig.last.data),
        QR | RA,
        (question("WWW.EXAMPLE", A),),
        (rr(b"\xc0\x0c", A, b"\x01\x02\x03\x04"),),
    )
    rig.receive(rig.last, shouted)
    assert ("NOERROR", [b"\x01\x02\x03\x04"]) == (lookup.status, [r.rdata for r in lookup.records])


def test_M9_with_random_case_a_mismatch_is_a_near_miss_but_not_for_ptr() -> None:
    rig = Rig(randomize_case=True)
    long_name = "abcdefghijklmnopqrstuvwxyz.example"
    lookup = rig.ask(long_name)
    assert octets.asked(rig.last.data) != octets.asked(rig.last.data).lower()
    plain = octets.message(octets.query_id(rig.last.data), QR | RA, (question(long_name, A),), ())
    rig.receive(rig.last, plain)
    assert ("", {"letter case": 1}) == (lookup.status, drops(rig))
    rig.receive(rig.last, rig.address_reply(rig.last))
    assert "NOERROR" == lookup.status
    rig.ask("1.2.0.192.in-addr.arpa", octets.PTR)
    assert name("1.2.0.192.in-addr.arpa") == octets.asked(rig.last.data)[:-4]


def test_M10_refused_port_fails_that_try_and_the_next_server_is_asked() -> None:
    rig = Rig(TWO)
    lookup = rig.ask()
    other = rig.ask("other.example")
    first = next(sent for sent in rig.sent if octets.asked(sent.data).startswith(b"\x03www"))
    rig.exchange.datagram_failed(first.channel, first.data, "ECONNREFUSED: connection refused", rig.now)
    sent = rig.step()
    assert 1 == len(sent)
    assert first.server != sent[0].server
    assert "" == other.status
    rig.receive(sent[0], rig.address_reply(sent[0]))
    assert ("NOERROR", 2) == (lookup.status, lookup.tries)


def test_M10_neterror_only_if_every_try_failed() -> None:
    rig = Rig(TWO)
    lookup = rig.ask()
    failed = 0
    while not lookup.status:
        for sent in rig.sent[failed:]:
            rig.exchange.datagram_failed(sent.channel, sent.data, f"ECONNREFUSED: refused by {sent.server}", rig.now)
            failed += 1
        rig.advance(0.01)
    assert ("NETERROR", 6) == (lookup.status, lookup.tries)  # three at each
    assert (lookup.error or "").startswith("ECONNREFUSED: refused by 127.0.0.")


def test_M11_truncated_reply_is_asked_again_over_tcp_at_the_same_server() -> None:
    rig = Rig(TWO)
    lookup = rig.ask()
    query = rig.last
    rig.receive(query, octets.reply(query.data, flags=QR | RA | TC))
    assert rig.last.tcp
    assert query.server == rig.last.server
    rig.receive(rig.last, rig.address_reply(rig.last))
    assert ("NOERROR", 2) == (lookup.status, lookup.tries)


def test_P7_truncated_reply_whose_records_are_cut_goes_to_tcp_too() -> None:
    rig = Rig()
    rig.ask()
    rig.receive(rig.last, rig.address_reply(rig.last, flags=QR | RA | TC)[:-3])
    assert rig.last.tcp


def test_M11_many_truncated_share_few_connections() -> None:
    rig = Rig()
    for number in range(60):
        rig.now += 0.002
        rig.ask(f"n{number}.example")
    for sent in list(rig.sent):
        rig.receive(sent, octets.reply(sent.data, flags=QR | RA | TC))
    streams = [sent for sent in rig.sent if sent.tcp]
    assert 60 == len(streams)
    assert len({id(sent.channel) for sent in streams}) <= 2


def test_M11_truncation_over_tcp_is_a_failure() -> None:
    rig = Rig(tcp=True)
    lookup = rig.ask()
    while not lookup.status:
        rig.receive(rig.last, octets.reply(rig.last.data, flags=QR | RA | TC))
        rig.advance(1.1)
    assert ("SERVFAIL", "truncated over TCP") == (lookup.status, lookup.error)


def test_M12_junk_is_counted_and_the_deadline_kept() -> None:
    rig = Rig(lifetime=2.0)
    lookup = rig.ask()
    for junk in (b"", b"\0" * 11, b"\xff" * 600, rig.last.data[:2] + b"\x80\0\0\1\0\1\0\0\0\0\xff"):
        rig.receive(rig.last, junk)
    rig.advance(2.1)
    assert "TIMEOUT" == lookup.status
    assert 4 <= sum(drops(rig).values())


def test_malformed_reply_is_dropped_and_the_right_one_still_counts() -> None:
    rig = Rig()
    lookup = rig.ask()
    rig.receive(rig.last, rig.address_reply(rig.last)[:-1])
    assert ("", {"malformed": 1}) == (lookup.status, drops(rig))
    rig.receive(rig.last, rig.address_reply(rig.last))
    assert "NOERROR" == lookup.status


def cookie_of(query: bytes) -> bytes:
    at = query.index(b"\x00\x0a\x00\x08", 12)
    return query[at + 4 : at + 12]


def test_M13_cookie_once_seen_must_be_there_and_be_ours() -> None:
    rig = Rig()
    first = rig.ask("first.example")
    client = cookie_of(rig.last.data)
    good = (opt(options=option(10, client + b"serverck")),)
    rig.receive(rig.last, rig.address_reply(rig.last, additional=good))
    assert "NOERROR" == first.status
    second = rig.ask("second.example")
    assert client + b"serverck" in rig.last.data  # sent back from now on
    rig.receive(rig.last, rig.address_reply(rig.last))
    rig.receive(rig.last, rig.address_reply(rig.last, additional=(opt(options=option(10, b"12345678serverck")),)))
    assert ("", {"cookie": 2}) == (second.status, drops(rig))
    rig.receive(rig.last, rig.address_reply(rig.last, additional=good))
    assert "NOERROR" == second.status


def test_badcookie_is_asked_again_with_the_cookie_it_brought() -> None:
    rig = Rig()
    lookup = rig.ask()
    brought = option(10, cookie_of(rig.last.data) + b"brandnew")
    rig.receive(rig.last, octets.reply(rig.last.data, additional=(opt(rcode_high=1, options=brought),), rcode=7))
    assert b"brandnew" in rig.last.data
    rig.receive(rig.last, rig.address_reply(rig.last, additional=(opt(options=brought),)))
    assert "NOERROR" == lookup.status


def test_M14_bare_header_is_a_failure_and_the_next_server_is_asked() -> None:
    rig = Rig(TWO)
    rig.ask()
    first = rig.last
    rig.receive(first, octets.message(octets.query_id(first.data), QR))
    assert 2 == len(rig.sent)
    assert first.server != rig.last.server


def test_M15_referral_is_asked_elsewhere_and_is_servfail_if_all_refer() -> None:
    rig = Rig(TWO)
    lookup = rig.ask()
    while not lookup.status:
        delegation = (rr("example", octets.NS, name("ns.example")),)
        rig.receive(rig.last, octets.reply(rig.last.data, (), delegation, flags=QR))
        rig.advance(1.1)
    assert ("SERVFAIL", "referral", 6) == (lookup.status, lookup.error, lookup.tries)
    assert set(TWO) == {sent.server for sent in rig.sent}


def test_P14_reply_without_question_counts_only_as_a_failure() -> None:
    rig = Rig(TWO)
    lookup = rig.ask()
    first = rig.last
    rig.receive(first, octets.message(octets.query_id(first.data), QR | RA, (), (rr("www.example", A, b"\1\2\3\4"),)))
    assert ("", {"question": 1}) == (lookup.status, drops(rig))
    rig.receive(first, octets.message(octets.query_id(first.data), QR | RA | 2))
    assert first.server != rig.last.server


# -- tries, servers, times ------------------------------------------------------------------------------------------


def test_silence_is_three_tries_three_over_tcp_and_timeout_at_the_lifetime() -> None:
    rig = Rig(lifetime=10.0)
    lookup = rig.ask()
    rig.advance(9.9)
    assert [False, False, False, True, True, True] == [sent.tcp for sent in rig.sent]
    assert "" == lookup.status
    rig.advance(0.2)
    assert ("TIMEOUT", "no answer from 127.0.0.1:53") == (lookup.status, lookup.error)


def test_waits_grow_from_try_to_try() -> None:
    rig = Rig()
    rig.ask()
    rig.advance(9.9)
    waits = [later.at - earlier.at for earlier, later in zip(rig.sent, rig.sent[1:], strict=False)]
    # Those over TCP share the time there is left: equal but for what each timer comes late.
    assert all(wait < longer + 2 * TICK for wait, longer in pairwise(waits))


def test_silence_over_tcp_does_not_put_aside_a_server_that_answers_over_udp() -> None:
    rig = Rig(lifetime=10.0)
    for number in range(20):
        rig.ask(f"{number}.example")
    lost, *others = rig.sent
    for sent in others:
        rig.receive(sent, octets.reply(sent.data, (octets.rr(b"\xc0\x0c", octets.A, bytes(4)),)))
    for _ in range(30):
        rig.exchange.nameservers[0].failures += 1  # as if as many had met silence since
        rig.advance(0.3)
    assert any(sent.tcp for sent in rig.sent)
    assert not rig.exchange.nameservers[0].down
    assert lost is rig.sent[0]


def test_timeout_given_is_each_trys_time_and_ends_the_lookup() -> None:
    rig = Rig(timeout=0.5, tries=2)
    lookup = rig.ask()
    rig.advance(0.49)
    assert 1 == len(rig.sent)
    rig.advance(0.6)
    assert ("TIMEOUT", 2) == (lookup.status, lookup.tries)


def test_one_try_is_one_query() -> None:
    rig = Rig(timeout=0.5, tries=1)
    lookup = rig.ask()
    rig.advance(0.6)
    assert ("TIMEOUT", 1, 1) == (lookup.status, lookup.tries, len(rig.sent))


def test_lifetime_is_a_hard_bound_also_for_what_is_never_sent() -> None:
    rig = Rig(rate=1.0, lifetime=3.0)
    lookups = [rig.ask(f"n{number}.example") for number in range(20)]
    rig.advance(3.01)
    assert {"TIMEOUT"} == {lookup.status for lookup in lookups}
    assert len(rig.sent) <= 5


def test_eight_tries_over_all_servers_and_three_at_each() -> None:
    rig = Rig(("127.0.0.1:53", "127.0.0.2:53", "127.0.0.3:53", "127.0.0.4:53"), lifetime=60.0)
    rig.ask()
    rig.advance(59)
    assert 8 == len(rig.sent)
    assert 7 == len([sent for sent in rig.sent if not sent.tcp])
    for server in {sent.server for sent in rig.sent}:
        assert len([sent for sent in rig.sent if sent.server == server and not sent.tcp]) <= 3


def test_S12_servfail_is_asked_elsewhere_then_given_with_its_extended_error() -> None:
    rig = Rig(TWO)
    lookup = rig.ask()
    while not lookup.status:
        extended = opt(options=option(15, b"\x00\x16all \x1bdead"))
        rig.receive(rig.last, octets.reply(rig.last.data, additional=(extended,), rcode=2))
        rig.advance(1.1)
    assert ("SERVFAIL", 6) == (lookup.status, lookup.tries)
    assert "EDE 22 (No Reachable Authority): all \\027dead" == lookup.error


def test_servfail_then_an_answer_elsewhere_is_the_answer() -> None:
    rig = Rig(TWO)
    lookup = rig.ask()
    first = rig.last
    rig.receive(first, octets.reply(first.data, rcode=2))
    assert first.server != rig.last.server
    rig.receive(rig.last, rig.address_reply(rig.last))
    assert ("NOERROR", None) == (lookup.status, lookup.error)


def test_late_error_to_a_try_that_is_made_up_for_already_costs_no_second_one() -> None:
    rig = Rig()
    rig.ask()
    query = rig.last
    rig.now += 0.6
    rig.exchange.expire(rig.now)  # silence: it is to be asked again
    rig.exchange.datagrams_received(query.channel, [octets.reply(query.data, rcode=2)], rig.now)
    rig.step()
    rig.advance(0.2)
    assert 2 == len(rig.sent)


def test_formerr_is_asked_again_without_edns_and_remembered() -> None:
    rig = Rig()
    lookup = rig.ask()
    assert octets.asked(rig.last.data) != rig.last.data[12:]
    rig.receive(rig.last, octets.reply(rig.last.data, rcode=1))
    assert octets.asked(rig.last.data) == rig.last.data[12:]
    rig.receive(rig.last, rig.address_reply(rig.last))
    assert "NOERROR" == lookup.status
    rig.ask("next.example")
    assert octets.asked(rig.last.data) == rig.last.data[12:]


def test_nxdomain_and_nodata_are_final() -> None:
    rig = Rig(TWO)
    gone = rig.ask("gone.example")
    rig.receive(rig.last, octets.reply(rig.last.data, (), SOA, rcode=3))
    empty = rig.ask("empty.example")
    rig.receive(rig.last, octets.reply(rig.last.data, (), SOA))
    assert ("NXDOMAIN", "NODATA", 2) == (gone.status, empty.status, len(rig.sent))
    assert (60, 60) == (gone.ttl, empty.ttl)


def test_tcp_connection_that_fails_fails_only_what_it_carried_and_that_is_retried() -> None:
    rig = Rig(tcp=True)
    lookup = rig.ask()
    first = rig.last
    rig.exchange.channel_failed(first.channel, "ECONNRESET: connection reset", rig.now)
    rig.advance(1.1)
    assert first.channel is not rig.last.channel
    rig.receive(rig.last, rig.address_reply(rig.last))
    assert ("NOERROR", 2) == (lookup.status, lookup.tries)


def test_queries_queued_on_a_slow_connection_are_waited_for_and_one_passed_over_is_not() -> None:
    rig = Rig(tcp=True)
    first, second, third, late = [rig.ask(f"{number}.example") for number in range(4)]
    one, two, _, four = rig.sent
    for sent in (one, two):  # 1.5 s each: the third is queued for 3 s
        rig.advance(1.5)
        rig.receive(sent, octets.reply(sent.data, (octets.rr(b"\xc0\x0c", octets.A, bytes(4)),)))
    rig.advance(1.4)
    assert [first.status, second.status] == ["NOERROR"] * 2
    assert len(rig.sent) == 4
    rig.now += 0.5
    rig.receive(four, octets.reply(four.data, (octets.rr(b"\xc0\x0c", octets.A, bytes(4)),)))
    assert late.status == "NOERROR"
    assert (third.status, third.tries) == ("", 1)
    rig.advance(2.5)
    assert third.tries > 1


def test_tcp_refused_after_truncation_is_a_network_error() -> None:
    rig = Rig()
    rig.refuse_tcp = "ECONNREFUSED: connection refused by 127.0.0.1:53"
    lookup = rig.ask()
    rig.receive(rig.last, octets.reply(rig.last.data, flags=QR | RA | TC))
    rig.advance(9)
    assert ("NETERROR", rig.refuse_tcp) == (lookup.status, lookup.error)


def test_dead_server_is_put_aside_probed_and_comes_back() -> None:
    rig = Rig(lifetime=60.0)
    for number in range(40):
        rig.ask(f"n{number}.example")
    rig.advance(3)
    server = rig.exchange.nameservers[0]
    assert server.down
    before = server.sent
    fresh = [rig.ask(f"m{number}.example") for number in range(5)]
    rig.advance(2)
    assert server.sent - before <= 8  # probes, not five lookups' worth of tries
    answered = [sent for sent in rig.sent if not sent.tcp][-1]
    rig.receive(answered, rig.address_reply(answered))
    assert not server.down
    for _ in range(1000):
        for sent in rig.advance(0.02):
            rig.receive(sent, rig.address_reply(sent))
    assert {"NOERROR"} == {lookup.status for lookup in fresh}


def test_all_dead_is_said_and_names_the_servers() -> None:
    rig = Rig(TWO)
    assert no_server_answers(rig.exchange.nameservers, rig.now) is None
    for number in range(60):
        rig.ask(f"n{number}.example")
    rig.advance(6)
    assert "127.0.0.1:53 (no answer); 127.0.0.2:53 (no answer)" == no_server_answers(rig.exchange.nameservers, rig.now)


def test_the_deadline_of_what_no_cap_lets_out_is_known() -> None:
    rig = Rig(rate=0.1, lifetime=1.0)
    rig.ask("one.example")
    rig.now += 0.1
    waiting = rig.ask("two.example")
    assert 0 == waiting.tries
    assert waiting.deadline >= rig.exchange.next_wakeup(rig.now)
    assert not rig.exchange.is_overdue(rig.now)
    assert rig.exchange.is_overdue(waiting.deadline)


def test_rate_caps_what_is_sent() -> None:
    rig = Rig(rate=100.0)
    for number in range(500):
        rig.ask(f"n{number}.example")
    for _ in range(200):
        for sent in rig.advance(0.01):
            rig.receive(sent, rig.address_reply(sent))
    assert 195 <= len(rig.sent) <= 205


def test_in_flight_caps_what_is_open() -> None:
    rig = Rig(in_flight=7)
    for number in range(50):
        rig.ask(f"n{number}.example")
    assert 7 == len(rig.sent) == rig.exchange.in_flight
    rig.receive(rig.last, rig.address_reply(rig.last))
    assert 8 == len(rig.sent)


def test_cancelled_lookup_leaves_nothing_but_its_id_until_the_deadline() -> None:
    rig = Rig(timeout=1.0)
    lookup = rig.ask(tag="mine")
    rig.exchange.cancel(lookup, "mine")
    assert 0 == rig.exchange.open_lookups
    rig.advance(1.1)
    assert (0, 0) == (rig.exchange.in_flight, rig.last.channel.pending.count)
    assert ([], 1) == (rig.done, len(rig.sent))


def test_any_of_many_who_wait_is_taken_out_without_a_look_at_the_others() -> None:
    rig = Rig()
    tags = [object() for _ in range(1_000)]
    lookups = {rig.ask(tag=tag) for tag in tags}
    (lookup,) = lookups
    others = lookup.others
    for tag in tags[1:-1]:
        rig.exchange.cancel(lookup, tag)
        rig.exchange.cancel(lookup, tag)
    assert others is lookup.others  # not copied each time
    assert [tags[0], tags[-1]] == lookup.take_tags()


def test_lookup_cancelled_by_one_of_two_goes_on() -> None:
    rig = Rig()
    one, two = object(), object()
    lookup = rig.ask(tag=one)
    rig.ask(tag=two)
    rig.exchange.cancel(lookup, one)
    rig.receive(rig.last, rig.address_reply(rig.last))
    assert [[two]] == [done.take_tags() for done in rig.done]


def test_ids_are_spread_over_the_whole_range() -> None:
    rig = Rig()
    for number in range(400):
        rig.now += 0.01
        rig.ask(f"n{number}.example")
        rig.receive(rig.last, rig.address_reply(rig.last))
    ids = {octets.query_id(sent.data) for sent in rig.sent}
    assert len(ids) > 380
    assert max(ids) - min(ids) > 50000


def test_several_ports_are_used_once_there_is_traffic() -> None:
    rig = Rig()
    for number in range(200):
        rig.now += 0.01
        rig.ask(f"n{number}.example")
        rig.receive(rig.last, rig.address_reply(rig.last))
    assert 4 <= len({id(sent.channel) for sent in rig.sent})
