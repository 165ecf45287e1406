"""From what callers give to what is asked, and from a finished lookup to a Result."""

from __future__ import annotations

import asyncio
import copy
import dataclasses
import gc
import json
import pickle
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

import pytest

import dnsburst
from dnsburst._engine.lookup import Lookup
from dnsburst._wire.name import from_text
from dnsburst.questions import both_families, printable, raise_for_status, wire_question
from dnsburst.result import new_record, new_result
from dnsburst.server import Server

from . import example_zone

_A, _PTR, _MX = 1, 12, 15


@pytest.mark.parametrize(
    ("name", "rdtype", "asked", "number"),
    [
        ("example.com", None, "example.com", _A),
        ("Example.COM.", _MX, "Example.COM", _MX),
        (" example.com\n", _A, "example.com", _A),
        (b"example.com", _A, "example.com", _A),
        ("192.0.2.1", None, "1.2.0.192.in-addr.arpa", _PTR),
        ("192.0.2.1", _PTR, "1.2.0.192.in-addr.arpa", _PTR),
        (b"192.0.2.1", _PTR, "1.2.0.192.in-addr.arpa", _PTR),
        (ip_address("192.0.2.1"), None, "1.2.0.192.in-addr.arpa", _PTR),
        ("::ffff:192.0.2.1", None, "1.2.0.192.in-addr.arpa", _PTR),
        ("1.2.0.192.in-addr.arpa", _PTR, "1.2.0.192.in-addr.arpa", _PTR),
        ("host1", None, "host1", _A),
        ("a.b2", None, "a.b2", _A),
        ("faß.example", None, "xn--fa-hia.example", _A),
    ],
)
def test_wire_question(name: Any, rdtype: int | None, asked: str, number: int) -> None:
    assert (from_text(asked), number) == wire_question(name, rdtype)


def test_an_ipv6_address_is_asked_below_ip6_arpa() -> None:
    wire, number = wire_question("2001:db8::1", None)
    assert (_PTR, b"\x011\x010\x010", b"\x03ip6\x04arpa\0") == (number, wire[:6], wire[-10:])


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "a..b",
        "x" * 64,
        "a b",
        "010.1.1.1",
        "256.1.1.1",
        "1.2.3",
        "192.0.2.0/24",
        "fe80::1%eth0",
        "::1/64",
        "a:b",
        None,
        7,
    ],
)
@pytest.mark.parametrize("rdtype", [None, _A, _PTR])
def test_what_cannot_be_asked(name: Any, rdtype: int | None) -> None:
    with pytest.raises(dnsburst.InvalidName) as caught:
        wire_question(name, rdtype)
    assert str(caught.value)


def test_an_address_has_no_records_of_its_own() -> None:
    with pytest.raises(dnsburst.InvalidName, match="PTR"):
        wire_question("192.0.2.1", _A)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with example_zone.server() as running:
        yield running


@pytest.fixture
def answer(server: Server) -> dnsburst.Result:
    return dnsburst.resolve("www.example.com", "A", servers=[server.address])


def test_results_and_records_are_frozen_and_slotted(answer: dnsburst.Result) -> None:
    for value, field in ((answer, "status"), (answer.records[0], "text")):
        with pytest.raises(AttributeError):
            setattr(value, field, "other")
        with pytest.raises((AttributeError, TypeError)):
            value.other = 1  # type: ignore[attr-defined]
        with pytest.raises(AttributeError):
            delattr(value, field)
        assert not hasattr(value, "__dict__")
        assert dataclasses.is_dataclass(value)


def test_results_are_like_any_made_by_hand(answer: dnsburst.Result) -> None:
    record = answer.records[0]
    twin = dnsburst.Record("www.example.com", "A", 300, "192.0.2.80", "192.0.2.80")
    assert (twin, hash(twin), repr(twin), type(twin)) == (record, hash(record), repr(record), type(record))
    fields = {field.name: getattr(answer, field.name) for field in dataclasses.fields(answer)}
    assert answer == dnsburst.Result(**fields) == new_result(**fields)
    assert record == new_record("www.example.com", "A", 300, "192.0.2.80", "192.0.2.80")
    assert answer == copy.copy(answer) == copy.deepcopy(answer) == pickle.loads(pickle.dumps(answer))
    assert "NODATA" == dataclasses.replace(answer, status="NODATA").status


def test_truth_is_never_about_records(server: Server, answer: dnsburst.Result) -> None:
    empty = dnsburst.query("missing.example.com", "A", servers=[server.address])
    assert bool(answer)
    assert bool(empty)
    assert () == empty.records


@pytest.mark.parametrize(
    ("name", "rdtype"),
    [
        ("www.example.com", "A"),
        ("www.example.com", "AAAA"),
        ("example.com", "MX"),
        ("example.com", "SOA"),
        ("example.com", "NS"),
        ("example.com", "CAA"),
        ("example.com", "SRV"),
        ("text.example.com", "TXT"),
        ("https.example.com", "HTTPS"),
        ("sshfp.example.com", "SSHFP"),
        ("tlsa.example.com", "TLSA"),
        ("ds.example.com", "DS"),
        ("dnskey.example.com", "DNSKEY"),
        ("naptr.example.com", "NAPTR"),
        ("loc.example.com", "LOC"),
        ("odd.example.com", "TYPE65280"),
        ("missing.example.com", "A"),
        ("two..dots", "A"),
        (b"\xff.example.com", "A"),
    ],
)
def test_to_dict_is_ready_for_json(server: Server, name: str | bytes, rdtype: str) -> None:
    result = dnsburst.query(name, rdtype, servers=[server.address])
    back = json.loads(json.dumps(result.to_dict()))
    assert result.to_dict() == back
    assert [field.name for field in dataclasses.fields(result)] == list(back)
    assert [record.text for record in result.records] == [record["text"] for record in back["records"]]
    assert all(record.text.isascii() and record.text.isprintable() for record in result.records)


@pytest.mark.parametrize(
    ("name", "rdtype", "fields"),
    [
        ("example.com", "MX", {"preference": 10, "exchange": "mail.example.com"}),
        ("example.com", "SRV", {"priority": 1, "weight": 2, "port": 53, "target": "ns.example.com"}),
        ("example.com", "SOA", {"mname": "ns.example.com", "serial": 1, "minimum": 60}),
        ("example.com", "CAA", {"flags": 0, "tag": "issue"}),
        ("https.example.com", "HTTPS", {"priority": 1, "target": "."}),
        ("tlsa.example.com", "TLSA", {}),
        ("naptr.example.com", "NAPTR", {"order": 100, "preference": 10}),
        ("ds.example.com", "DS", {}),
        ("dnskey.example.com", "DNSKEY", {"flags": 257}),
    ],
)
def test_data_has_names_for_its_fields(server: Server, name: str, rdtype: str, fields: dict[str, object]) -> None:
    data = dnsburst.resolve(name, rdtype, servers=[server.address]).records[0].data
    assert isinstance(data, tuple)
    assert hasattr(data, "_fields")
    assert fields == {field: getattr(data, field) for field in fields}


def test_addresses_are_text_by_default_and_objects_on_request(answer: dnsburst.Result, server: Server) -> None:
    assert ("192.0.2.80", ip_address("192.0.2.80")) == (answer.records[0].data, answer.records[0].address)
    assert dnsburst.resolve("example.com", "MX", servers=[server.address]).records[0].address is None


def test_octets_stay_octets(server: Server) -> None:
    assert (b'q"uote', b"\0\xff") == dnsburst.resolve("text.example.com", "TXT", servers=[server.address]).records[
        0
    ].data
    assert b"\x0a\0\0\x01" == dnsburst.resolve("odd.example.com", 65280, servers=[server.address]).records[0].data


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("host.example.com", True),
        ("under_score-1.example", True),
        ("a\\.b.example", False),
        ("a\\032b.example", False),
        (".", False),
        ("", False),
        ("*.example", False),
        ("é.example", False),
    ],
)
def test_hostname_safe(text: str, safe: bool) -> None:
    assert safe is dnsburst.Record("x", "PTR", 0, text, text).hostname_safe


def test_messages_are_printable() -> None:
    assert "a\\x1b[0m" == printable("a\x1b[0m")
    with pytest.raises(dnsburst.InvalidName) as caught:
        raise_for_status(dnsburst.Result("a\x1b[31m\n\u202e", "A", "INVALID", error="why"))
    assert str(caught.value).isascii()
    assert str(caught.value).isprintable()


def test_network_errors_carry_their_errno() -> None:
    import errno

    with pytest.raises(dnsburst.NetworkError) as caught:
        raise_for_status(
            dnsburst.Result("a", "A", "NETERROR", error="ENETUNREACH: network is unreachable for 192.0.2.1")
        )
    assert errno.ENETUNREACH == caught.value.errno
    assert isinstance(caught.value, OSError)


@pytest.mark.parametrize(
    ("v4", "v6", "both"),
    [
        ("NXDOMAIN", "NXDOMAIN", "NXDOMAIN"),
        ("NODATA", "NODATA", "NODATA"),
        ("NODATA", "TIMEOUT", "TIMEOUT"),
        ("SERVFAIL", "NODATA", "SERVFAIL"),
        ("TIMEOUT", "NXDOMAIN", "NXDOMAIN"),
        ("INVALID", "INVALID", "INVALID"),
    ],
)
def test_two_families_without_an_address(v4: str, v6: str, both: str) -> None:
    result = both_families(dnsburst.Result("a", "A", v4, tries=1), dnsburst.Result("a", "AAAA", v6, tries=2))
    assert (both, "A+AAAA", (), 3) == (result.status, result.rdtype, result.records, result.tries)


def test_what_callers_keep_is_spared_the_search_for_circles(answer: dnsburst.Result) -> None:
    pytest.importorskip("dnsburst._garbage", reason="nothing is compiled in the pure build")
    for kept in (answer, answer.records, answer.records[0]):
        assert not gc.is_tracked(kept)


def test_what_a_resolver_keeps_is_spared_it_too(server: Server) -> None:
    pytest.importorskip("dnsburst._garbage", reason="nothing is compiled in the pure build")

    async def main() -> None:
        async with dnsburst.Resolver([server.address]) as resolver:
            await resolver.query("www.example.com")
            assert resolver.cache_info().currsize == 1
            name = from_text("www.example.com")
            assert not [seen for seen in gc.get_objects() if type(seen) is Lookup and seen.name == name]

    asyncio.run(main())
