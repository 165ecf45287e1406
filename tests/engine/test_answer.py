"""What a reply means: each line of the table by its name."""

from __future__ import annotations

import pytest

from dnsburst._engine.answer import Answer, interpret
from dnsburst._wire.message import decode

from ..octets import AA, CNAME, DNAME, NS, PTR, QR, RA, A, message, name, opt, question, rr, soa

ADDRESS = b"\xc0\x00\x02\x01"
OTHER = b"\xc0\x00\x02\x02"


def meaning(
    answers: tuple[bytes, ...] = (),
    authority: tuple[bytes, ...] = (),
    additional: tuple[bytes, ...] = (),
    *,
    qname: str = "www.example",
    rdtype: int = A,
    rcode: int = 0,
    flags: int = QR | RA,
) -> Answer:
    data = message(1, flags | rcode, (question(qname, rdtype),), answers, authority, additional)
    return interpret(decode(data), name(qname), rdtype)


def alias(number: int) -> bytes:
    return rr(f"a{number}.example", CNAME, name(f"a{number + 1}.example"), ttl=100 + number)


def test_S1_nodata_and_nxdomain_are_two_things() -> None:
    assert "NODATA" == meaning(authority=(soa(),)).status
    assert "NXDOMAIN" == meaning(authority=(soa(),), rcode=3).status


def test_negative_ttl_is_the_smaller_of_soa_ttl_and_minimum() -> None:
    assert 60 == meaning(authority=(soa(ttl=300, minimum=60),)).ttl
    assert 30 == meaning(authority=(soa(ttl=30, minimum=60),), rcode=3).ttl
    assert -1 == meaning(rcode=3).ttl


def test_S2_nxdomain_at_the_end_of_an_alias_keeps_its_name() -> None:
    answer = meaning((rr("www.example", CNAME, name("gone.example")),), (soa(),), rcode=3)
    assert ("NXDOMAIN", name("gone.example"), []) == (answer.status, answer.canonical_name, answer.records)


def test_S3_chain_is_followed_by_owner_in_any_order_and_with_repeats() -> None:
    first = rr("www.example", CNAME, name("A1.example"), 50)
    records = (rr("a3.example", A, ADDRESS, 70), alias(2), first, alias(1), first, alias(2))
    answer = meaning(records)
    assert [ADDRESS] == [r.rdata for r in answer.records]
    assert (name("a3.example"), 50) == (answer.canonical_name, answer.ttl)


@pytest.mark.parametrize(("length", "status"), [(16, "NOERROR"), (17, "SERVFAIL")])
def test_S3_chain_longer_than_16(length: int, status: str) -> None:
    records = (*(alias(n) for n in range(length)), rr(f"a{length}.example", A, ADDRESS))
    answer = meaning(records, qname="a0.example")
    assert status == answer.status
    assert (None if status == "NOERROR" else "CNAME chain too long") == answer.error


def test_S4_loop() -> None:
    records = (rr("www.example", CNAME, name("b.example")), rr("b.example", CNAME, name("WWW.example")))
    answer = meaning(records)
    assert ("SERVFAIL", "CNAME loop") == (answer.status, answer.error)


def test_S5_dname_is_left_and_its_cname_followed() -> None:
    records = (
        rr("example", DNAME, name("other.test")),
        rr("www.example", CNAME, name("www.other.test")),
        rr("www.other.test", A, ADDRESS),
    )
    assert [ADDRESS] == [r.rdata for r in meaning(records).records]


def test_S6_owner_off_the_chain_is_ignored() -> None:
    answer = meaning((rr("www.example", A, ADDRESS), rr("bank.example", A, OTHER)))
    assert [ADDRESS] == [r.rdata for r in answer.records]
    assert "NODATA" == meaning((rr("bank.example", A, OTHER),)).status


def test_S7_other_sections_never_answer() -> None:
    stray = rr("www.example", A, OTHER)
    assert [] == meaning((), (stray, soa()), (stray,)).records


def test_S9_hundreds_are_kept_in_order() -> None:
    names = [name(f"h{number}.example") for number in range(500)]
    answer = meaning(tuple(rr("www.example", PTR, target) for target in names), rdtype=PTR)
    assert names == [r.rdata for r in answer.records]


def test_S10_root_target_is_kept_and_classless_alias_followed() -> None:
    assert [b"\0"] == [r.rdata for r in meaning((rr("www.example", PTR, b"\0"),), rdtype=PTR).records]
    records = (
        rr("5.2.0.192.in-addr.arpa", CNAME, name("5.0-63.2.0.192.in-addr.arpa")),
        rr("5.0-63.2.0.192.in-addr.arpa", PTR, name("host.example")),
    )
    answer = meaning(records, qname="5.2.0.192.in-addr.arpa", rdtype=PTR)
    assert [name("host.example")] == [r.rdata for r in answer.records]


def test_S11_ttl_is_capped_at_a_day() -> None:
    assert 86400 == meaning((rr("www.example", A, ADDRESS, 0x7FFFFFFF),)).ttl
    assert 0 == meaning((rr("www.example", A, ADDRESS, 0),)).ttl


def test_P19_class_mismatch_in_the_answer_is_skipped() -> None:
    answer = meaning((rr("www.example", A, OTHER, rdclass=3), rr("www.example", A, ADDRESS)))
    assert [ADDRESS] == [r.rdata for r in answer.records]


def test_M15_referral_is_not_nodata() -> None:
    delegation = (rr("example", NS, name("ns.example")),)
    answer = meaning((), delegation, flags=QR)
    assert (False, "SERVFAIL", "referral") == (answer.settled, answer.status, answer.error)
    assert (True, "NODATA") == (
        meaning((), delegation, flags=QR | AA).settled,
        meaning((), delegation, flags=QR | AA).status,
    )


def test_M15_empty_answer_of_a_lame_server_is_not_nodata() -> None:
    assert not meaning(flags=QR).settled
    assert meaning(flags=QR | AA).settled
    assert meaning(flags=QR | RA).settled
    assert meaning(additional=(opt(),), flags=QR).settled  # as glibc has it
