"""Hostile records in output, line by line: whatever a server sends, the table stays a table and the terminal calm."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import subprocess
from pathlib import Path

import pytest

from dnsburst._wire.codes import TYPE_PTR, TYPE_TXT
from dnsburst.bulk.columns import harmless, joined

from .fake import Bulk, FakePump, rdata, record, reverse

HOSTILE = [
    "a,b",
    'say "x"',
    "two\nlines",
    "lone\rcr",
    "esc\x1b[31m",
    "nul\0",
    "bidi\u202e",
    "bell\x07",
    "c1\x9b",
    "tab\t",
]
NASTY = [text.encode("utf-8", "surrogateescape") for text in HOSTILE] + [
    b"not \xff utf-8 \xfe",
    b"semi;colon",
    b"back\\slash",
]


@pytest.fixture
def nasty(bulk: Bulk, monkeypatch: pytest.MonkeyPatch) -> Bulk:
    """Each of NASTY as the label of a PTR and as a TXT string, for txt0.example and 192.0.2.0 and so on."""
    finish = FakePump._finish

    def answer(self: FakePump, lookup: object) -> bool:
        done = finish(self, lookup)  # type: ignore[arg-type]
        number = numbers.get((lookup.name, lookup.rdtype))  # type: ignore[attr-defined]
        if number is not None:
            octets = bytes([len(NASTY[number])]) + NASTY[number]
            data = octets if lookup.rdtype == TYPE_TXT else octets + b"\7example\0"  # type: ignore[attr-defined]
            lookup.status = "NOERROR"  # type: ignore[attr-defined]
            lookup.records = (record(lookup.rdtype, data),)  # type: ignore[attr-defined]
        return done

    numbers = {}
    for number in range(len(NASTY)):
        numbers[rdata(TYPE_PTR, f"txt{number}.example"), TYPE_TXT] = number
        numbers[rdata(TYPE_PTR, reverse(f"192.0.2.{number}")), TYPE_PTR] = number
    monkeypatch.setattr(FakePump, "_finish", answer)
    return bulk


def inputs(kind: str) -> list[str]:
    return [f"txt{number}.example" if kind == "TXT" else f"192.0.2.{number}" for number in range(len(NASTY))]


@pytest.mark.parametrize("kind", ["TXT", "PTR"])
def test_O2_O3_O4_hostile_octets_leave_as_printable_ascii_in_one_cell(nasty: Bulk, kind: str) -> None:
    keys = inputs(kind)
    out = nasty.table("k,n\n" + "".join(f"{key},x\n" for key in keys), types=[kind], column="k")
    assert all(0x20 <= octet < 0x7F or octet == 0x0A for octet in out)
    rows = list(csv.reader(io.StringIO(out.decode(), newline="")))
    assert [*keys] == [row[0] for row in rows[1:]]
    assert {9} == {len(row) for row in rows}
    assert {"NOERROR"} == {row[2] for row in rows[1:]}
    answers = [row[3] for row in rows[1:]]
    assert r"\010" in answers[2]
    assert r"\013" in answers[3]
    assert r"\027" in answers[4]
    assert r"\059" in answers[-2]
    assert ";" not in "".join(answers)


def test_other_readers_see_the_same_cells(nasty: Bulk, tmp_path: Path) -> None:
    out = nasty.table("k,n\n" + "".join(f"{key},x\n" for key in inputs("TXT")), types=["TXT"], column="k")
    ours = list(csv.reader(io.StringIO(out.decode(), newline="")))
    path = tmp_path / "out.csv"
    with sqlite3.connect(":memory:") as connection:
        columns = ", ".join(f"c{number}" for number in range(9))
        connection.execute(f"CREATE TABLE t ({columns})")
        connection.executemany(f"INSERT INTO t VALUES ({', '.join('?' * 9)})", ours)
    connection.close()
    try:
        imported = subprocess.run(
            ["sqlite3", ":memory:", ".mode json", f'.import --csv "{path}" t', "SELECT * FROM t"],
            capture_output=True,
            check=True,
        ).stdout
    except FileNotFoundError:
        pytest.skip("not installed: sqlite3")
    assert [list(row.values()) for row in json.loads(imported)] == ours[1:]


def test_pyarrow_sees_the_same_cells(nasty: Bulk, tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow.csv")
    out = nasty.table("k,n\n" + "".join(f"{key},x\n" for key in inputs("PTR")), column="k")
    ours = list(csv.reader(io.StringIO(out.decode(), newline="")))
    strings = arrow.ConvertOptions(column_types=dict.fromkeys(ours[0], "string"), strings_can_be_null=False)
    table = arrow.read_csv(tmp_path / "out.csv", convert_options=strings)
    assert [list(row.values()) for row in table.to_pylist()] == ours[1:]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@sum"])
def test_O1_formulas(bulk: Bulk, name: str) -> None:
    bulk.pump.world[reverse("192.0.2.1"), "PTR"] = [f"{name}.example"]
    answer = f"{name.replace('@', chr(92) + '@')}.example"
    plain = bulk.table("ip\n192.0.2.1\n").decode()
    assert f"NOERROR,{answer},300" in plain
    safe = bulk.table("ip,n\n192.0.2.1,=1+1\n", safe=True).decode()
    assert f",=1+1,NOERROR,{harmless(answer)},300" in safe
    assert answer == json.loads(bulk.table('{"ip": "192.0.2.1"}\n', "in.jsonl", safe=True))["dns_answer"][0]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_O1_every_start_of_a_formula(start: str) -> None:
    assert f"'{start}x" == harmless(start + "x")
    assert "x" + start == harmless("x" + start)
    assert "" == harmless("")


def test_O5_a_dot_inside_a_label(bulk: Bulk) -> None:
    bulk.pump.world[reverse("192.0.2.1"), "PTR"] = [r"a\.b.example"]
    assert rb"NOERROR,a\.b.example,300" in bulk.table("ip\n192.0.2.1\n")


def test_O6_hundreds_of_records(bulk: Bulk) -> None:
    names = [f"host-{number:03}.example" for number in range(500)]
    bulk.pump.world[reverse("192.0.2.1"), "PTR"] = names[250:] + names[:250]
    rows = list(csv.reader(io.StringIO(bulk.table("ip\n192.0.2.1\n").decode())))
    assert names == rows[1][2].split(";")


def test_O7_a_labels_stay(bulk: Bulk) -> None:
    bulk.pump.world[reverse("192.0.2.1"), "PTR"] = ["xn--80ak6aa92e.com"]
    assert b",xn--80ak6aa92e.com," in bulk.table("ip\n192.0.2.1\n")


def test_O8_file_names_that_are_no_text(bulk: Bulk) -> None:
    report = bulk.run(bulk.write('ip\n"192', "\udcff\x1b[31m.csv"))
    assert report.problem is not None
    assert report.problem.isascii()
    assert report.problem.isprintable()
    assert r"\255\027[31m.csv: line 2: a quote opens" in report.problem


@pytest.mark.parametrize(
    ("answers", "cell"),
    [
        ([], ""),
        (["a.example"], "a.example"),
        (["a", "b"], "a;b"),
        (['"x; y"'], r'"x\059 y"'),
        ([r"a\;b", "c"], r"a\059b;c"),
        ([r"a\\;b"], r"a\\\059b"),
        ([r"a\059b", "c;"], r"a\059b;c\059"),
    ],
)
def test_several_answers_in_one_cell(answers: list[str], cell: str) -> None:
    assert cell == joined(answers)
