"""``dnsburst compare``: what counts as the same answer, and how it is told."""

from __future__ import annotations

import json
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from dnsburst import compare
from dnsburst.compare import Comparison, Measured, Outcome, agree, ask_socket, outcome_of
from dnsburst.result import Result as Lookup

from .made_up import Invoke, lookup_of

ABSENT: Outcome = frozenset()


def names(*texts: str) -> Outcome:
    return frozenset(texts)


@pytest.mark.parametrize(
    ("theirs", "ours", "same"),
    [
        (names("a.example"), lookup_of("192.0.2.1", "PTR", "NOERROR", "A.example"), True),
        (names("a.example"), lookup_of("192.0.2.1", "PTR", "NOERROR", "b.example"), False),
        (names("a.example"), lookup_of("192.0.2.1", "PTR", "NOERROR", "a.example", "b.example"), True),
        (names("a.example", "c.example"), lookup_of("192.0.2.1", "PTR", "NOERROR", "a.example", "b.example"), False),
        (names("192.0.2.2"), lookup_of("a.example", "A", "NOERROR", "192.0.2.1", "192.0.2.2"), True),
        (ABSENT, lookup_of("192.0.2.1", "PTR", "NXDOMAIN"), True),
        (ABSENT, lookup_of("192.0.2.1", "PTR", "NODATA"), True),
        (ABSENT, lookup_of("192.0.2.1", "PTR", "NOERROR", "a.example"), False),
        (ABSENT, lookup_of("192.0.2.1", "PTR", "NOERROR", r"no\032host"), True),
        (ABSENT, lookup_of("a.example", "A", "NOERROR", "192.0.2.1"), False),
        (names("a.example"), lookup_of("192.0.2.1", "PTR", "NXDOMAIN"), False),
        (names("a.example"), lookup_of("192.0.2.1", "PTR", "TIMEOUT"), False),
        ("timed out", lookup_of("192.0.2.1", "PTR", "NOERROR", "a.example"), False),
        ("timed out", lookup_of("192.0.2.1", "PTR", "NXDOMAIN"), False),
        ("timed out", lookup_of("192.0.2.1", "PTR", "TIMEOUT"), True),
        ("try again", lookup_of("192.0.2.1", "PTR", "SERVFAIL"), True),
        (ABSENT, lookup_of("192.0.2.1", "PTR", "SERVFAIL"), False),
    ],
)
def test_when_answers_agree(theirs: Outcome, ours: Lookup, same: bool) -> None:
    assert agree(theirs, ours) is same


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (socket.herror(1, "Unknown host"), ABSENT),
        (socket.herror(4, "No address associated with name"), ABSENT),
        (socket.herror(2, "Host name lookup failure"), "Host name lookup failure"),
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), ABSENT),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), "Temporary failure"),
        (OSError(24, "Too many open files"), "Too many open files"),
    ],
)
@pytest.mark.parametrize("name", ["192.0.2.1", "a.example"])
def test_what_the_socket_module_raises(
    monkeypatch: pytest.MonkeyPatch, error: OSError, outcome: Outcome, name: str
) -> None:
    def fail(_: str) -> Any:
        raise error

    monkeypatch.setattr(socket, "gethostbyaddr", fail)
    monkeypatch.setattr(socket, "gethostbyname", fail)
    assert ask_socket(name) == outcome


def test_what_the_socket_module_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def by_address(name: str) -> tuple[str, list[str], list[str]]:
        asked.append(name)
        return "A.Example.", ["b.example", "1.2.0.192.in-addr.arpa"], [name]

    def by_name(name: str) -> str:
        asked.append(name)
        return "192.0.2.1"

    monkeypatch.setattr(socket, "gethostbyaddr", by_address)
    monkeypatch.setattr(socket, "gethostbyname", by_name)
    assert ask_socket("192.0.2.1") == names("a.example", "b.example")
    assert ask_socket("b\u00fccher.example") == names("192.0.2.1")
    assert asked == ["192.0.2.1", "xn--bcher-kva.example."]


def compared() -> Comparison:
    reference = {
        "192.0.2.1": lookup_of("192.0.2.1", "PTR", "NOERROR", "a.example"),
        "192.0.2.2": lookup_of("192.0.2.2", "PTR", "NXDOMAIN"),
    }
    ours = {name: outcome_of(result) for name, result in reference.items()}
    rows = [
        Measured(compare.ONE_BY_ONE, {"192.0.2.1": names("a.example")}, 0.5),
        Measured("aiodns, 100 at once", {"192.0.2.1": names("x.example"), "192.0.2.2": "timed \x1b out"}, 0.5),
        Measured("dnsburst.lookup_many", ours, 0.001),
    ]
    return Comparison(rows, reference, ["a note"])


def test_the_table() -> None:
    assert compared().table() == [
        "method                names  answered  seconds  lookups/s  speed-up  agree",
        "socket, one by one        1         1     0.50          2     1.0 x    all",
        "aiodns, 100 at once       2         1     0.50          2     1.0 x      0",
        "dnsburst.lookup_many      2         2     0.00      2,000   1,000 x    all",
    ]


def test_each_difference_is_listed() -> None:
    comparison = compared()
    found = [(each.name, each.theirs, each.ours) for row in comparison.rows for each in comparison.differences(row)]
    assert found == [
        ("192.0.2.1", "x.example", "a.example"),
        ("192.0.2.2", r"no answer (timed \027 out)", "does not exist"),
    ]


def test_without_a_baseline_there_is_no_speed_up() -> None:
    comparison = Comparison(compared().rows[1:], compared().reference)
    assert [comparison.speed_up(row) for row in comparison.rows] == [None, None]
    assert all(" - " in line for line in comparison.table()[1:])


def test_one_by_one_stops_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter(range(100))
    monkeypatch.setattr("time.monotonic", lambda: float(next(now)))
    monkeypatch.setattr(compare, "ask_socket", lambda _: ABSENT)
    row = compare.measure_socket([f"192.0.2.{number}" for number in range(50)], 3.0)
    assert list(row.outcomes) == ["192.0.2.0", "192.0.2.1", "192.0.2.2", "192.0.2.3"]


def test_threads_ask_every_name_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "ask_socket", lambda name: names(name))
    asked = [f"192.0.2.{number}" for number in range(200)]
    row = compare.measure_threads(asked, 30.0, threads=4)
    assert row.outcomes == {name: names(name) for name in asked}


def made_up_methods(monkeypatch: pytest.MonkeyPatch, system: Sequence[str]) -> None:
    def ask(wanted: Sequence[str], _: Sequence[str]) -> list[Lookup]:
        return [
            lookup_of(name, "A", "INVALID", error="empty label")
            if ".." in name
            else lookup_of(name, "PTR", "NOERROR", "a.example")
            for name in wanted
        ]

    def aiodns(wanted: Sequence[str], _: Sequence[str], __: float) -> Measured:
        return Measured("aiodns, 100 at once", dict.fromkeys(wanted, names("b.example")), 0.1)

    monkeypatch.setattr(compare, "ask_socket", lambda _: names("a.example"))
    monkeypatch.setattr(compare, "ask_dnsburst", ask)
    monkeypatch.setattr(compare, "measure_aiodns", aiodns)
    monkeypatch.setattr(compare, "_system_servers", lambda: list(system))


@pytest.mark.parametrize(
    ("servers", "measured"),
    [((), True), (("127.0.0.1:53",), True), (("127.0.0.1:5300",), False), (("127.0.0.1:53", "127.0.0.2:53"), False)],
)
def test_socket_is_measured_where_it_asks_the_same_servers(
    monkeypatch: pytest.MonkeyPatch, servers: Sequence[str], measured: bool
) -> None:
    made_up_methods(monkeypatch, ["127.0.0.1:53"])
    comparison = compare.compare(["192.0.2.1", "192.0.2.1", "a..b"], servers)
    assert (comparison.baseline is not None) is measured
    assert any("socket is left out" in note for note in comparison.notes) is not measured
    assert [list(row.outcomes) for row in comparison.rows] == [["192.0.2.1"]] * (4 if measured else 2)


def test_the_limit_for_servers_on_the_internet_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    made_up_methods(monkeypatch, ["8.8.8.8:53"])
    assert any("at most 1,000 times a second" in note for note in compare.compare(["192.0.2.1"]).notes)
    assert not any("times a second" in note for note in compare.compare(["192.0.2.1"], ["127.0.0.1:53"]).notes)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "in.csv"
    path.write_text("who,ip\nA,192.0.2.1\nB,192.0.2.2\nC,192.0.2.1\nD,not an address\nE,192.0.2.3\n", encoding="utf-8")
    return path


def test_the_command_prints_a_table_and_each_difference(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch, table: Path
) -> None:
    made_up_methods(monkeypatch, ["127.0.0.1:53"])
    result = invoke("compare", str(table), "-n", "2")
    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert [line.split("  ")[0] for line in lines[:5]] == [
        "method",
        "socket, one by one",
        "socket, 32 threads",
        "aiodns, 100 at once",
        "dnsburst.lookup_many",
    ]
    assert lines[6:] == [
        "192.0.2.1: aiodns, 100 at once: b.example; dnsburst: a.example",
        "192.0.2.2: aiodns, 100 at once: b.example; dnsburst: a.example",
    ]
    assert "measuring aiodns" in result.stderr


def test_the_command_as_json(invoke: Invoke, monkeypatch: pytest.MonkeyPatch, table: Path) -> None:
    made_up_methods(monkeypatch, [])
    figures = json.loads(invoke("compare", str(table), "--json").stdout)
    assert [method["names"] for method in figures["methods"]] == [3, 3, 3, 3]
    assert [len(method["differences"]) for method in figures["methods"]] == [0, 0, 3, 0]
    assert figures["methods"][0]["speed_up"] == 1


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["no-such-file.csv"], 1, "no-such-file.csv"),
        (["{table}", "-c", "nonsense"], 2, "nonsense"),
        (["{table}", "-n", "0"], 2, "-n"),
        (["{empty}"], 1, "nothing to look up"),
    ],
)
def test_bad_input_is_one_line(
    invoke: Invoke, table: Path, tmp_path: Path, arguments: list[str], status: int, words: str
) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    result = invoke("compare", *(argument.format(table=table, empty=empty) for argument in arguments))
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (status, "", 1)
    assert words in result.stderr
