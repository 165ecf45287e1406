"""``dnsburst lookup`` against real servers."""

from __future__ import annotations

import json
import re

import pytest

from .command import run
from .real import RealServer, free_port
from .zones import MANY_PTR

pytestmark = pytest.mark.servers


def test_a_name_and_an_address_with_a_server_as_in_dig(knot: RealServer) -> None:
    done = run("lookup", "host.zone.example", "192.0.2.1", f"@{knot.address}", "--short")
    assert (done.status, sorted(done.lines)) == (0, ["192.0.2.1", "192.0.2.2", "host.zone.example"])


def test_lookup_is_the_command_where_none_is_named(knot: RealServer) -> None:
    done = run("192.0.2.1", "-s", knot.address, "--short")
    assert (done.status, done.lines) == (0, ["host.zone.example"])


@pytest.mark.parametrize("form", ["address", "address6"])
def test_servers_of_both_families(knot: RealServer, form: str) -> None:
    server = getattr(knot, form)
    done = run("lookup", "192.0.2.1", "-s", server, "--json")
    result = json.loads(done.out)
    assert (done.status, result["server"]) == (0, server)


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["host.zone.example"], 0),
        (["missing.zone.example"], 3),
        (["host.zone.example", "-t", "MX"], 3),
        (["host.zone.example", "-t", "A", "-t", "AAAA"], 0),
        (["host.zone.example", "missing.zone.example"], 3),
        (["loop1.zone.example"], 4),
        (["elsewhere.invalid"], 4),
        (["host.zone.example", "elsewhere.invalid", "missing.zone.example"], 4),
        (["two..dots"], 4),
        (["host.zone.example", "-t", "NONSENSE"], 2),
        (["host.zone.example", "--timeout", "0"], 2),
    ],
)
def test_exit_status(nsd: RealServer, arguments: list[str], status: int) -> None:
    done = run("lookup", *arguments, "-s", nsd.address)
    assert done.status == status, done
    assert "Traceback" not in done.err


@pytest.mark.parametrize("form", ["--short", "--json"])
def test_exit_status_in_every_form(nsd: RealServer, form: str) -> None:
    assert run("lookup", "host.zone.example", form, "-s", nsd.address).status == 0
    assert run("lookup", "host.zone.example", "missing.zone.example", form, "-s", nsd.address).status == 3
    assert run("lookup", "missing.zone.example", "loop1.zone.example", form, "-s", nsd.address).status == 4


def test_a_closed_port_is_exit_status_4_with_its_reason() -> None:
    address = f"127.0.0.1:{free_port()}"
    done = run("lookup", "host.zone.example", "-s", address)
    assert done.status == 4
    assert f"ECONNREFUSED: connection refused by {address}" in done.out + done.err


def test_plain_output_names_type_ttl_and_data(knot: RealServer) -> None:
    done = run("lookup", "zone.example", "-t", "MX", "-s", knot.address)
    assert done.status == 0
    assert sorted(line.split() for line in done.lines) == [
        ["zone.example", "3600", "MX", "10", "mail.zone.example"],
        ["zone.example", "3600", "MX", "20", "mail.other.example"],
    ]
    assert knot.address in done.err


def test_json_is_one_object_a_line(knot: RealServer) -> None:
    done = run("lookup", "alias.zone.example", "missing.zone.example", "192.0.2.200", "--json", "-s", knot.address)
    alias, missing, many = map(json.loads, done.lines)
    assert (alias["status"], alias["canonical_name"], alias["ttl"], alias["tries"]) == (
        "NOERROR",
        "host.zone.example",
        3600,
        1,
    )
    assert sorted(record["text"] for record in alias["records"]) == ["192.0.2.1", "192.0.2.2"]
    assert (missing["status"], missing["records"]) == ("NXDOMAIN", [])
    assert (many["rdtype"], len(many["records"]), many["tries"]) == ("PTR", MANY_PTR, 2)


def test_octets_that_would_reach_the_terminal_are_escaped(knot: RealServer) -> None:
    done = run("lookup", "192.0.2.4", "--short", "-s", knot.address)
    assert done.lines == [r"a\.b\000\032\255.zone.example"]
    done = run("lookup", "bytes.zone.example", "-t", "TXT", "--short", "-s", knot.address)
    assert done.out.isascii()
    assert done.out.rstrip("\n").isprintable()


@pytest.mark.parametrize("tcp", [False, True], ids=["udp", "tcp"])
def test_trace_shows_each_datagram(knot: RealServer, tcp: bool) -> None:
    done = run("lookup", "host.zone.example", "--trace", "-s", knot.address, *(["--tcp"] if tcp else []))
    assert done.status == 0
    shown = traced_octets(done.err)
    assert len(shown) == 2
    query, reply = shown
    question = b"\x04host\x04zone\x07example\x00\x00\x01\x00\x01"
    assert question in query[12:]
    assert question in reply[12:]
    assert query[:2] == reply[:2]
    assert bytes([192, 0, 2, 1]) in reply
    assert bytes([192, 0, 2, 2]) in reply
    assert knot.address in done.err
    assert ("tcp" in done.err.lower()) is tcp
    assert "NOERROR" in done.err


def test_trace_shows_the_truncated_reply_and_what_came_over_tcp(knot: RealServer) -> None:
    done = run("lookup", "long.zone.example", "-t", "TXT", "--trace", "-s", knot.address)
    assert done.status == 0
    shown = traced_octets(done.err)
    assert len(shown) == 4
    assert [message[2] & 0x82 for message in shown] == [0, 0x82, 0, 0x80]
    assert len(shown[3]) > 1232


def traced_octets(text: str) -> list[bytes]:
    """The messages of a trace from their hex dumps: offset, octets, characters, sixteen a line."""
    messages: list[bytes] = []
    for line in text.splitlines():
        match = re.match(r"\s*([0-9a-f]{4})  ((?:[0-9a-f]{2} {1,2}){1,16})", line)
        if match is None:
            continue
        octets = bytes.fromhex(match[2])
        if int(match[1], 16) == 0:
            messages.append(octets)
        else:
            messages[-1] += octets
    return messages
