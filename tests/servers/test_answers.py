"""dnsburst and kdig on the same questions, to the same servers: status, records, TTL and canonical name are the same."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

import dnsburst

from .conftest import require_ipv6
from .oracle import Expected, Question, ask_kdig, generic_text, name_key, normal_text
from .questions import AGREED, LONG_ANSWERS, LOOPS, RARE_TYPES, REFUSED, ROOT, SPELLINGS
from .real import RealServer, free_port, loopback
from .zones import MANY_PTR, NEGATIVE_TTL

pytestmark = pytest.mark.servers

# A cache counts TTLs down between our question and the oracle's.
_SECONDS_BETWEEN = 5

_KINDS = ["knot", "nsd", "unbound"]


def ask(server: str, questions: Iterable[Question], **options: Any) -> list[dnsburst.Result]:
    """All the questions at once through one Resolver."""

    async def run() -> list[dnsburst.Result]:
        async with dnsburst.Resolver(servers=[server], **options) as resolver:
            return await asyncio.gather(*(resolver.query(name, rdtype) for name, rdtype in questions))

    return asyncio.run(run())


def records_of(result: dnsburst.Result) -> tuple[str, ...]:
    return tuple(sorted(normal_text(result.rdtype, record.text) for record in result.records))


def differences(questions: list[Question], results: list[dnsburst.Result], expected: list[Expected]) -> list[str]:
    """One line for each point on which dnsburst and the oracle differ."""
    found = []
    for question, result, right in zip(questions, results, expected, strict=True):
        asked = " ".join(question)
        if result.status != right.status:
            found.append(f"{asked}: status {result.status} ({result.error}), expected {right.status}")
            continue
        if records_of(result) != right.records:
            found.append(f"{asked}: records {records_of(result)}, expected {right.records}")
        if right.status == "NOERROR" and abs((result.ttl or 0) - (right.ttl or 0)) > _SECONDS_BETWEEN:
            found.append(f"{asked}: ttl {result.ttl}, expected {right.ttl}")
        if (
            right.status in ("NOERROR", "NODATA", "NXDOMAIN")
            and name_key(result.canonical_name or "") != right.canonical_name
        ):
            found.append(f"{asked}: canonical name {result.canonical_name}, expected {right.canonical_name}")
        if any(not (record.text.isascii() and record.text.isprintable()) for record in result.records):
            found.append(f"{asked}: text that is not printable")
    return found


@pytest.mark.parametrize("kind", _KINDS)
@pytest.mark.parametrize("tcp", [False, True], ids=["udp", "tcp"])
@pytest.mark.parametrize("version", [4, 6], ids=["ipv4", "ipv6"])
def test_the_whole_table(real_servers: dict[str, RealServer], kind: str, tcp: bool, version: int) -> None:
    if version == 6:
        require_ipv6()
    server = real_servers[kind]
    address = server.address6 if version == 6 else server.address
    expected = ask_kdig(address, AGREED, tcp=tcp)
    results = ask(address, AGREED, tcp=tcp)
    assert differences(AGREED, results, expected) == []
    assert {result.server for result in results} == {address}


@pytest.mark.parametrize("kind", _KINDS)
def test_rare_types_in_their_own_form_or_by_octets(real_servers: dict[str, RealServer], kind: str) -> None:
    address = real_servers[kind].address
    for question, result, right in zip(
        RARE_TYPES, ask(address, RARE_TYPES), ask_kdig(address, RARE_TYPES), strict=True
    ):
        by_octets = tuple(sorted(generic_text(octets) for octets in right.octets))
        assert result.status == "NOERROR", question
        assert records_of(result) in (right.records, by_octets), question


@pytest.mark.parametrize("kind", ["knot", "unbound"])
def test_the_root(real_servers: dict[str, RealServer], kind: str) -> None:
    address = real_servers[kind].address
    assert differences(ROOT, ask(address, ROOT), ask_kdig(address, ROOT)) == []


def test_the_root_by_name(knot: RealServer) -> None:
    (result,) = ask(knot.address, [(".", "NS")])
    assert [record.text for record in result.records] == ["ns.zone.example"]
    assert [record.name for record in result.records] == ["."]


@pytest.mark.parametrize("kind", _KINDS)
@pytest.mark.parametrize("tcp", [False, True], ids=["udp", "tcp"])
def test_an_alias_loop_is_a_failure(real_servers: dict[str, RealServer], kind: str, tcp: bool) -> None:
    for result in ask(real_servers[kind].address, LOOPS, tcp=tcp):
        assert result.status == "SERVFAIL"
        assert result.records == ()


def test_an_alias_loop_is_named(knot: RealServer) -> None:
    assert [result.error for result in ask(knot.address, LOOPS)] == ["CNAME loop", "CNAME loop"]


@pytest.mark.parametrize("tcp", [False, True], ids=["udp", "tcp"])
def test_a_zone_that_is_refused(nsd: RealServer, tcp: bool) -> None:
    for result in ask(nsd.address, REFUSED, tcp=tcp):
        assert (result.status, result.records, result.server) == ("REFUSED", (), nsd.address)
        # RFC 9520, 3.1: few tries for a name that fails.
        assert 1 <= result.tries <= 8


def test_a_zone_that_is_refused_by_one_and_known_to_the_other(nsd: RealServer, knot: RealServer) -> None:
    async def run() -> list[dnsburst.Result]:
        async with dnsburst.Resolver(servers=[nsd.address, knot.address]) as resolver:
            return await asyncio.gather(*(resolver.query(".", "SOA") for _ in range(3)), resolver.query(".", "NS"))

    for result in asyncio.run(run()):
        assert (result.status, result.server) == ("NOERROR", knot.address)


@pytest.mark.parametrize("kind", ["knot", "nsd"])
def test_a_referral_is_no_answer(real_servers: dict[str, RealServer], kind: str) -> None:
    (result,) = ask(real_servers[kind].address, [("www.cut.zone.example", "A")])
    assert (result.status, result.records) == ("SERVFAIL", ())
    assert result.error is not None
    assert "referral" in result.error


@pytest.mark.parametrize("host", loopback())
@pytest.mark.parametrize("tcp", [False, True], ids=["udp", "tcp"])
def test_a_closed_port(host: str, tcp: bool) -> None:
    port = free_port()
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    (result,) = ask(address, [("host.zone.example", "A")], tcp=tcp)
    assert result.status == "NETERROR"
    assert result.error == f"ECONNREFUSED: connection refused by {address}"
    assert result.records == ()


def test_a_closed_port_beside_a_server(knot: RealServer) -> None:
    async def run() -> list[dnsburst.Result]:
        async with dnsburst.Resolver(servers=[f"127.0.0.1:{free_port()}", knot.address]) as resolver:
            return await asyncio.gather(*(resolver.query(name, rdtype) for name, rdtype in SPELLINGS))

    results = asyncio.run(run())
    assert differences(SPELLINGS, results, ask_kdig(knot.address, SPELLINGS)) == []
    assert {result.server for result in results} == {knot.address}


def test_an_answer_takes_one_query(knot: RealServer) -> None:
    for result in ask(
        knot.address, [("host.zone.example", "A"), ("missing.zone.example", "A"), ("host.zone.example", "MX")]
    ):
        assert result.tries == 1
        assert result.rtt is not None
        assert 0 < result.rtt < 1


@pytest.mark.parametrize("kind", _KINDS)
def test_a_truncated_answer_takes_one_query_more_over_tcp(real_servers: dict[str, RealServer], kind: str) -> None:
    server = real_servers[kind]
    by_udp = ask(server.address, LONG_ANSWERS)
    assert [result.tries for result in by_udp] == [2] * len(LONG_ANSWERS)
    by_tcp = ask(server.address, LONG_ANSWERS, tcp=True)
    assert [result.tries for result in by_tcp] == [1] * len(LONG_ANSWERS)
    assert [records_of(result) for result in by_udp] == [records_of(result) for result in by_tcp]


def test_hundreds_of_names_at_one_address_in_a_stable_order(knot: RealServer) -> None:
    first, second = (ask(knot.address, [("200.2.0.192.in-addr.arpa", "PTR")])[0] for _ in range(2))
    assert len(first.records) == MANY_PTR
    assert [record.text for record in first.records] == [record.text for record in second.records]


def test_absence_lives_no_longer_than_the_zone_says(knot: RealServer) -> None:
    for result in ask(knot.address, [("missing.zone.example", "A"), ("host.zone.example", "MX")]):
        assert result.ttl is None or result.ttl <= NEGATIVE_TTL


def test_the_same_question_twice_in_flight_is_one_query(knot: RealServer) -> None:
    results = ask(knot.address, [("host.zone.example", "A")] * 100)
    assert {result.status for result in results} == {"NOERROR"}
    assert {result.rtt for result in results} == {results[0].rtt}
