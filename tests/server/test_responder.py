"""Queries to replies, octets to octets; read back by dnspython."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from typing import Any

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import hypothesis.strategies as st
import pytest
from hypothesis import example, given

from dnsburst.server.responder import SMALL_ENOUGH, Responder
from dnsburst.server.zone import Zones

from .client import answers, flags, parsed, query, rcode

ZONE = (
    r"""
$ORIGIN zone.example.
$TTL 3600
@ SOA ns hostmaster 1 7200 900 1209600 300
@ NS ns
@ MX 10 mail
@ MX 20 mail.other.test.
ns A 192.0.2.53
mail A 192.0.2.25
host A 192.0.2.1
MiXeD CNAME host
*.wild A 192.0.2.7
https HTTPS 1 .
\000\001nul A 192.0.2.13
cut NS ns.cut
ns.cut A 192.0.2.9
"""
    + "".join(
        f"{owner} TXT " + " ".join([f'"{"x" * 99}"'] * count) + "\n"
        for owner, count in (("t400", 4), ("t600", 6), ("t1300", 13), ("t40000", 400))
    )
    + "".join(f"over A \\# 4 {n:08x}\n" for n in range(5000))
)


@pytest.fixture(scope="module")
def responder() -> Responder:
    return Responder(Zones.from_text(ZONE))


def test_reply_repeats_id_question_and_rd(responder: Responder) -> None:
    for asked in ("host.zone.example", "HOST.zone.EXAMPLE", "missing.ZONE.example", "x.WILD.zone.example", "out.TEST"):
        for recursion in (0, dns.flags.RD):
            message = query(asked)
            message.flags = dns.flags.from_text("") | recursion
            wire = message.to_wire()
            for _ in range(2):  # the first time, and when it is remembered
                reply = responder.reply(wire)
                assert reply is not None
                assert wire[:2] == reply[:2]
                assert wire[12:] == reply[12 : len(wire)]
                assert bool(recursion) == ("RD" in flags(reply))
                assert "RA" not in flags(reply)


def test_answers_carry_aa_and_point_at_the_question(responder: Responder) -> None:
    reply = responder.reply(query("HOST.zone.example").to_wire())
    assert flags(reply) == {"QR", "AA", "RD"}
    assert answers(reply) == ["HOST.zone.example. 3600 A 192.0.2.1"]
    assert reply is not None
    assert reply.endswith(b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 3600, 4) + bytes([192, 0, 2, 1]))


def test_names_are_compressed(responder: Responder) -> None:
    reply = responder.reply(query("zone.example", "MX").to_wire())
    assert answers(reply) == [
        "zone.example. 3600 MX 10 mail.zone.example.",
        "zone.example. 3600 MX 20 mail.other.test.",
    ]
    assert reply is not None
    assert b"\x04mail\xc0\x0c" in reply
    reply = responder.reply(query("missing.zone.example").to_wire())
    assert reply is not None
    assert len(reply) == len(query("missing.zone.example").to_wire()) + 2 + 10 + (2 + 3) + (2 + 11) + 20


def test_a_negative_answer_is_not_mixed_up_with_another_of_its_length(responder: Responder) -> None:
    """The SOA of ``ns.zone.example`` NODATA could point at the whole question; that of ``xy`` must not."""
    for _ in range(2):
        for asked, status in (
            ("ns", "NOERROR"),
            ("xy", "NXDOMAIN"),
            ("zz", "NXDOMAIN"),
            ("hostmaster", "NXDOMAIN"),
            ("hostmastex", "NXDOMAIN"),
        ):
            reply = responder.reply(query(f"{asked}.zone.example", "MX").to_wire())
            assert rcode(reply) == status
            [soa] = parsed(reply).authority
            assert str(soa.name) == "zone.example."
            assert str(soa[0]).split()[:2] == ["ns.zone.example.", "hostmaster.zone.example."]


def test_a_type_whose_number_is_a_letter(responder: Responder) -> None:
    """HTTPS is 65, ``A``: folding must not turn it into 97."""
    assert len(answers(responder.reply(query("HTTPS.zone.example", "HTTPS").to_wire()))) == 1
    assert answers(responder.reply(query("https.zone.example", "TYPE97").to_wire())) == []


def test_names_with_nul(responder: Responder) -> None:
    wire = query("host.zone.example").to_wire()
    asked = dns.name.Name([b"\0\1NUL", b"zone", b"example", b""])
    message = query("host.zone.example")
    message.question[0].name = asked
    assert [text.split()[-1] for text in answers(responder.reply(message.to_wire()))] == ["192.0.2.13"]
    # A NUL in the place where another name would end.
    odd = wire[:12] + b"\x06host\0\0" + wire[17:]
    assert rcode(responder.reply(odd)) == "NXDOMAIN"


def test_refused_outside_the_zones_and_outside_class_in(responder: Responder) -> None:
    for message in (
        query("host.other.test"),
        query("host.zone.example", rdclass="CH"),
        query("zone.example", "AXFR"),
        query(".", "NS"),
    ):
        reply = responder.reply(message.to_wire())
        assert rcode(reply) == "REFUSED"
        assert flags(reply) == {"QR", "RD"}


def test_referral(responder: Responder) -> None:
    reply = responder.reply(query("www.cut.zone.example").to_wire())
    assert flags(reply) == {"QR", "RD"}
    message = parsed(reply)
    assert [str(rrset) for rrset in message.authority] == ["cut.zone.example. 3600 IN NS ns.cut.zone.example."]
    assert [str(rrset) for rrset in message.additional] == ["ns.cut.zone.example. 3600 IN A 192.0.2.9"]


@pytest.mark.parametrize(
    "asked", ["host.zone.example", "missing.zone.example", "host.other.test", "www.cut.zone.example"]
)
def test_edns_is_answered_by_edns_and_by_nothing_else(responder: Responder, asked: str) -> None:
    for _ in range(2):
        assert parsed(responder.reply(query(asked).to_wire())).edns == -1
        plain = parsed(responder.reply(query(asked, use_edns=0).to_wire()))
        assert (plain.edns, plain.payload, plain.ednsflags) == (0, SMALL_ENOUGH, 0)
        assert parsed(responder.reply(query(asked, want_dnssec=True).to_wire())).ednsflags == dns.flags.DO
        cookie = dns.edns.GenericOption(dns.edns.OptionType.COOKIE, b"12345678")
        assert parsed(responder.reply(query(asked, options=[cookie]).to_wire())).options == ()


def test_unknown_edns_version(responder: Responder) -> None:
    for _ in range(2):
        reply = responder.reply(query("host.zone.example", use_edns=1).to_wire())
        assert rcode(reply) == "BADVERS"
        assert (answers(reply), parsed(reply).edns) == ([], 0)


@pytest.mark.parametrize(
    ("asked", "settings", "whole"),
    [
        ("t400", {}, True),
        ("t600", {}, False),
        ("t600", {"payload": 512}, False),
        ("t600", {"payload": 100}, False),
        ("t400", {"payload": 100}, True),
        ("t600", {"payload": 700}, True),
        ("t1300", {"payload": 1232}, False),
        ("t1300", {"payload": 4096}, False),
        ("t40000", {"payload": 65535}, False),
    ],
)
def test_what_does_not_fit_comes_empty_with_tc(
    responder: Responder, asked: str, settings: dict[str, int], whole: bool
) -> None:
    wire = query(f"{asked}.zone.example", "TXT", **settings).to_wire()
    reply = responder.reply(wire)
    assert ("TC" not in flags(reply), len(answers(reply)) == 1) == (whole, whole)
    assert parsed(reply).edns == (0 if settings else -1)
    over_tcp = responder.reply(wire, True)
    assert ("TC" not in flags(over_tcp), len(answers(over_tcp))) == (True, 1)


def test_what_does_not_fit_tcp_either_is_a_failure(responder: Responder) -> None:
    wire = query("over.zone.example").to_wire()
    assert "TC" in flags(responder.reply(wire))
    over_tcp = responder.reply(wire, True)
    assert (rcode(over_tcp), answers(over_tcp)) == ("SERVFAIL", [])


def _edit(position: int, octets: bytes) -> Callable[[bytes], bytes]:
    return lambda wire: wire[:position] + octets + wire[position + len(octets) :]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (_edit(2, b"\x09"), "NOTIMP"),  # opcode 1
        (_edit(2, b"\x29"), "NOTIMP"),  # UPDATE
        (_edit(4, b"\0\0"), "FORMERR"),  # no question counted
        (_edit(4, b"\0\2"), "FORMERR"),
        (_edit(6, b"\0\1"), "FORMERR"),  # an answer counted
        (_edit(8, b"\0\1"), "FORMERR"),
        (_edit(10, b"\0\1"), "FORMERR"),  # an additional record counted
        (_edit(10, b"\xff\xff"), "FORMERR"),
        (_edit(12, b"\xc0\x0c"), "FORMERR"),  # a name that points at itself
        (_edit(12, b"\x40"), "FORMERR"),
        (_edit(12, b"\x3f"), "FORMERR"),  # a label past the end
        (lambda wire: wire[:-1], "FORMERR"),
        (lambda wire: wire[:-4], "FORMERR"),
        (lambda wire: wire[:12], "FORMERR"),
        (lambda wire: wire + b"\0", "FORMERR"),
        (lambda wire: wire[:12] + b"\x01x" * 127 + b"\x01x\0" + wire[-4:], "FORMERR"),  # a name of 257 octets
    ],
)
def test_broken_queries(responder: Responder, change: Callable[[bytes], bytes], expected: str) -> None:
    wire = change(query("host.zone.example").to_wire())
    for reply in (responder.reply(wire), responder.reply(wire, True), responder.brief(wire, 5)):
        assert reply is not None
        assert reply[:2] == wire[:2]
        assert reply[2] & 0xF8 == 0x80 | wire[2] & 0x78
        assert dns.rcode.to_text(dns.rcode.Rcode(reply[3] & 15)) == expected
        assert reply[4:] in (b"\0" * 8, b"\0\1" + b"\0" * 6 + wire[12:])


@pytest.mark.parametrize(
    "opt",
    [
        b"\0\0\x29\x04\xd0\0\0\0\0\0\0" * 2,  # two of them
        b"\x01x\0\0\x29\x04\xd0\0\0\0\0\0\0",  # not at the root
        b"\0\0\x29\x04\xd0\0\0\0\0\0\x01",  # cut off
        b"\0\0\x29\x04\xd0\0\0\0\0\0\x03\0\x0a\0",  # half an option
        b"\0\0\x29\x04\xd0\0\0\0\0\0\x05\0\x0a\0\x02x",  # an option past the end
    ],
)
def test_broken_edns(responder: Responder, opt: bytes) -> None:
    wire = query("host.zone.example").to_wire()
    wire = wire[:11] + bytes([2 if len(opt) == 22 else 1]) + wire[12:] + opt
    assert rcode(responder.reply(wire)) == "FORMERR"
    assert rcode(responder.brief(wire, 5)) == "FORMERR"


def test_other_additional_records_are_ignored(responder: Responder) -> None:
    wire = query("host.zone.example").to_wire()
    wire = wire[:11] + b"\x02" + wire[12:] + b"\x01x\0\0\x01\0\x01\0\0\0\0\0\x04abcd" + b"\0\0\x29\x04\xd0\0\0\0\0\0\0"
    reply = responder.reply(wire)
    assert (len(answers(reply)), parsed(reply).edns) == (1, 0)


def test_no_reply_to_a_reply_or_to_less_than_a_header(responder: Responder) -> None:
    wire = query("host.zone.example").to_wire()
    reply = responder.reply(wire)
    assert reply is not None
    for silent in (reply, _edit(2, b"\x81")(wire), wire[:11], b"", b"\0" * 11):
        assert responder.reply(silent) is None
        assert responder.reply(silent, True) is None
        assert responder.brief(silent, 5) is None


@pytest.mark.parametrize("settings", [{}, {"use_edns": 0}, {"want_dnssec": True}])
@pytest.mark.parametrize("asked", ["host.zone.example", "HOST.zone.example", "missing.zone.example", "host.other.test"])
def test_brief_replies(responder: Responder, asked: str, settings: dict[str, Any]) -> None:
    wire = query(asked, **settings).to_wire()
    for _ in range(2):
        for reply, status, expected in (
            (responder.brief(wire, 5), "REFUSED", {"QR", "RD"}),
            (responder.brief(wire, 2), "SERVFAIL", {"QR", "RD"}),
            (responder.brief(wire, truncated=True), "NOERROR", {"QR", "RD", "TC"}),
        ):
            message = parsed(reply)
            assert (rcode(reply), flags(reply), message.sections[1:3]) == (status, expected, [[], []])
            assert message.question == query(asked).question
            assert reply is not None
            assert reply[:2] == wire[:2]
            assert message.edns == (0 if settings else -1)


def test_brief_reply_to_an_unknown_edns_version(responder: Responder) -> None:
    assert rcode(responder.brief(query("host.zone.example", use_edns=1).to_wire(), 5)) == "BADVERS"


def test_memory_of_answers_and_of_edns_is_bounded(
    responder: Responder, monkeypatch: pytest.MonkeyPatch, rng: random.Random
) -> None:
    monkeypatch.setattr("dnsburst.server.responder._LEARNED", 50)
    monkeypatch.setattr("dnsburst.server.responder._OPTS", 5)
    small = Responder(Zones.from_text("zone. SOA a b 1 2 3 4 5\n*.w A 192.0.2.1\n"))
    for _ in range(200):
        cookie = dns.edns.GenericOption(dns.edns.OptionType.COOKIE, rng.randbytes(8))
        for asked, status in ((f"{rng.random()}.zone", "NXDOMAIN"), (f"{rng.random()}.w.zone", "NOERROR")):
            assert rcode(small.reply(query(asked, options=[cookie]).to_wire())) == status
    assert len(small._learned) <= 50
    assert len(small._negatives) <= 50
    assert all(len(form) <= 5 for form in small._forms.values())


@given(data=st.binary(max_size=100), seed=st.integers(0, 2**32))
@example(data=bytes.fromhex("0a4d2c00000100000000000104686f7374047a6f6e650000010001"), seed=0)
def test_any_octets_get_a_reply_that_reads_or_none(data: bytes, seed: int) -> None:
    """Invariant: no exception; a reply has our ID, QR set, and dnspython reads it."""
    chance = random.Random(seed)
    mutated = bytearray(query("host.zone.example", use_edns=0).to_wire())
    for _ in range(chance.randrange(1, 4)):
        mutated[chance.randrange(len(mutated))] = chance.randrange(256)
    for octets in (data, bytes(mutated), bytes(mutated)[: chance.randrange(len(mutated))]):
        for reply in (_FUZZED.reply(octets), _FUZZED.reply(octets, True), _FUZZED.brief(octets, 5)):
            if reply is not None:
                assert reply[:2] == octets[:2]
                assert reply[2] & 0x80
                # The opcode aside: an UPDATE (RFC 2136) dnspython reads only where it asks for an SOA record.
                dns.message.from_wire(reply[:2] + bytes((reply[2] & 0x87,)) + reply[3:])


_FUZZED = Responder(Zones.from_text("zone.example. SOA a b 1 2 3 4 5\nhost A 192.0.2.1\n*.w CNAME host\n"))
