"""``dnsburst lookup``: what it asks, what it prints, how it ends."""

from __future__ import annotations

import json

import pytest

from dnsburst.cli.lookup import exit_status

from .made_up import Invoke, Library, lookup_of


def test_every_type_of_every_name_in_one_call(invoke: Invoke, library: Library) -> None:
    invoke("a.example", "192.0.2.1", "2001:db8::1", "-t", "aaaa", "-t", "TYPE15")
    names = ("a.example", "192.0.2.1", "2001:db8::1")
    assert [(name, rdtype) for name in names for rdtype in ("AAAA", "MX")] == library.asked


def test_an_address_is_reversed_without_being_told(invoke: Invoke, library: Library) -> None:
    invoke("a.example", "192.0.2.1", "2001:DB8::1", "::ffff:192.0.2.1", "010.1.1.1")
    assert [rdtype for _, rdtype in library.asked] == ["A", "PTR", "PTR", "PTR", "A"]


def test_settings_reach_the_resolver(invoke: Invoke, library: Library) -> None:
    invoke(
        *("a.example", "--timeout", "0.5", "--lifetime", "2", "--tries", "3", "--tcp", "--randomize-case"),
        *("-s", "192.0.2.1", "@[::1]:5300"),
    )
    assert dict(library.settings) == {
        "timeout": 0.5,
        "lifetime": 2.0,
        "tries": 3,
        "tcp": True,
        "randomize_case": True,
        "servers": ("192.0.2.1:53", "[::1]:5300"),
    }


def test_without_a_server_the_system_is_asked(invoke: Invoke, library: Library) -> None:
    invoke("a.example")
    assert "servers" not in library.settings


@pytest.mark.parametrize(
    ("word", "server"),
    [
        ("192.0.2.1", "192.0.2.1:53"),
        ("192.0.2.1:5300", "192.0.2.1:5300"),
        ("::1", "[::1]:53"),
        ("[2001:db8::1]:5300", "[2001:db8::1]:5300"),
    ],
)
def test_server_forms(invoke: Invoke, library: Library, word: str, server: str) -> None:
    invoke("a.example", "-s", word)
    assert (server,) == library.settings["servers"]
    invoke("a.example", f"@{word}")
    assert (server,) == library.settings["servers"]


def test_the_table_is_aligned_and_in_the_order_asked(invoke: Invoke, library: Library) -> None:
    library.answers = {
        "b.example": lookup_of("b.example", "A", "NOERROR", "192.0.2.1", "192.0.2.2"),
        "www.example": lookup_of("www.example", "A", "NOERROR", "192.0.2.3", canonical_name="web.example.net"),
        "none.example": lookup_of("none.example", "A", "NXDOMAIN"),
        "empty.example": lookup_of("empty.example", "A", "NODATA", canonical_name="empty.example"),
        "slow.example": lookup_of("slow.example", "A", "TIMEOUT", error="no answer within 10 s", server=None, rtt=None),
    }
    result = invoke(*library.answers)
    assert result.stdout.splitlines() == [
        "b.example        300  A         192.0.2.1",
        "b.example        300  A         192.0.2.2",
        "www.example           alias     web.example.net",
        "web.example.net  300  A         192.0.2.3",
        "none.example          NXDOMAIN  the name does not exist",
        "empty.example         NODATA    the name exists, without a record of type A",
        "slow.example          TIMEOUT   no answer within 10 s",
    ]
    assert result.stderr.startswith("; 5 lookups in ")
    assert result.stderr.endswith("ms, 5 queries, answers by 127.0.0.1:53\n")


def test_one_lookup_says_who_answered_and_how_fast(invoke: Invoke, library: Library) -> None:
    assert invoke("a.example").stderr == "; 1 query, answered in 12.5 ms, by 127.0.0.1:53\n"


def test_an_address_stands_for_its_reverse_name(invoke: Invoke, library: Library) -> None:
    library.answers = {
        "192.0.2.1": lookup_of("192.0.2.1", "PTR", "NOERROR", "a.example", canonical_name="1.2.0.192.IN-ADDR.arpa"),
        "192.0.2.2": lookup_of(
            "192.0.2.2", "PTR", "NOERROR", "b.example", canonical_name="2.0-63.2.0.192.in-addr.arpa"
        ),
    }
    lines = invoke("192.0.2.1", "192.0.2.2").stdout.splitlines()
    assert [line.split() for line in lines] == [
        ["192.0.2.1", "300", "PTR", "a.example"],
        ["192.0.2.2", "alias", "2.0-63.2.0.192.in-addr.arpa"],
        ["2.0-63.2.0.192.in-addr.arpa", "300", "PTR", "b.example"],
    ]


def test_what_is_odd_about_an_answer_is_told_on_stderr(invoke: Invoke, library: Library) -> None:
    library.answers = {"a.example": lookup_of("a.example", "A", "NOERROR", "192.0.2.1", error="cut \x1b off")}
    result = invoke("a.example")
    assert "cut" not in result.stdout
    assert result.stderr.splitlines()[0] == r"; a.example: cut \027 off"


def test_short_is_the_data_alone(invoke: Invoke, library: Library) -> None:
    library.answers = {
        "a.example": lookup_of("a.example", "A", "NOERROR", "192.0.2.1", "192.0.2.2"),
        "none.example": lookup_of("none.example", "A", "NXDOMAIN"),
    }
    result = invoke("a.example", "none.example", "--short")
    assert (result.exit_code, result.stdout) == (3, "192.0.2.1\n192.0.2.2\n")
    assert result.stderr == "dnsburst: none.example A: NXDOMAIN: the name does not exist\n"


def test_json_is_one_result_a_line(invoke: Invoke, library: Library) -> None:
    library.answers = {"b\x7f\u00fc.example": lookup_of("b\x7f\u00fc.example", "A", "INVALID", error="\x7f")}
    result = invoke("a.example", "b\x7f\u00fc.example", "--json")
    first, second = result.stdout.splitlines()
    assert json.loads(first) == lookup_of("a.example", "A", "NOERROR", "192.0.2.1").to_dict()
    assert json.loads(second)["name"] == "b\x7f\u00fc.example"
    assert second.isascii()
    assert second.isprintable()
    assert result.stderr == ""


@pytest.mark.parametrize("form", [[], ["--short"], ["--json"]], ids=["table", "short", "json"])
def test_only_printable_ascii_goes_out(invoke: Invoke, library: Library, form: list[str]) -> None:
    nasty = "\x1b]52;c;x\x07 \u202e \x9b \udcff"
    library.answers = {
        "a.example": lookup_of("a.example", "TXT", "NOERROR", nasty, canonical_name=nasty, error=nasty, server=nasty),
        nasty: lookup_of(nasty, "A", "SERVFAIL", error=nasty),
    }
    result = invoke("a.example", nasty, *form)
    for text in (result.stdout, result.stderr):
        assert text.isascii()
        assert text.replace("\n", "").isprintable()


def test_an_international_name_is_shown_as_asked_on_the_wire(invoke: Invoke, library: Library) -> None:
    assert invoke("b\u00fccher.example").stdout.startswith("xn--bcher-kva.example  300  A")


@pytest.mark.parametrize(
    ("statuses", "status"),
    [
        (["NOERROR"], 0),
        (["NOERROR", "NXDOMAIN"], 3),
        (["NODATA", "NOERROR"], 3),
        (["NXDOMAIN", "TIMEOUT", "NOERROR"], 4),
        (["SERVFAIL", "NODATA"], 4),
        (["NETERROR"], 4),
        (["INVALID"], 4),
        (["REFUSED"], 4),
    ],
)
def test_exit_status_is_that_of_the_worst(statuses: list[str], status: int) -> None:
    assert exit_status(statuses) == status


def test_trace_goes_to_stderr(invoke: Invoke, library: Library) -> None:
    result = invoke("a.example", "--json", "--trace")
    library.settings["trace"]
    assert len(result.stdout.splitlines()) == 1
