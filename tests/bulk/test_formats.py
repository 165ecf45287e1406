"""The forms a table can have, other than CSV."""

from __future__ import annotations

import csv
import io
import itertools
import json
import time

import pytest

from dnsburst.bulk.errors import ChoiceError
from dnsburst.bulk.formats import by_content, by_name, output_format
from dnsburst.bulk.formats.lines import AT_ONCE, LinesReader, span
from dnsburst.bulk.formats.log import cut_address
from dnsburst.bulk.source import Source

from .fake import Bulk, reverse

FOUND = '"dns_status": "NOERROR", "dns_answer": ["host-192-0-2-1.example"], "dns_ttl": 300, "dns_rtt_ms": 1.0, "dns_server": "192.0.2.53:53", "dns_tries": 1, "dns_error": null}'
EMPTY = '"dns_status": "INVALID", "dns_answer": [], "dns_ttl": null, "dns_rtt_ms": null, "dns_server": null, "dns_tries": 0, "dns_error": "nothing to look up"}'
HEADER = "dns_status,dns_answer,dns_ttl,dns_rtt_ms,dns_server,dns_tries,dns_error"
CELLS = "NOERROR,host-192-0-2-1.example,300,1.000,192.0.2.53:53,1,"


# ---- JSON lines


def test_jsonl_keeps_the_text_of_other_members(bulk: Bulk) -> None:
    out = bulk.table('{ "b":1.50,"ip" : "192.0.2.1" , "a":{"x":[1, 2]} }\r\n{"ip": "192.0.2.1"}\n', "in.jsonl").decode()
    assert [
        '{ "b":1.50,"ip" : "192.0.2.1" , "a":{"x":[1, 2]}, ' + FOUND + "\r\n",
        '{"ip": "192.0.2.1", ' + FOUND + "\n",
    ] == out.splitlines(keepends=True)


def test_jsonl_rows_that_cannot_be_asked(bulk: Bulk) -> None:
    rows = [
        '{"ip": "192.0.2.1"}',
        "{}",
        '{"ip": null}',
        '{"ip": 7}',
        '{"ip": ["192.0.2.1"]}',
        "not json",
        "",
        "[1]",
        '{"x": 1',
    ]
    out = bulk.table("\n".join(rows) + "\n", "in.jsonl").decode().splitlines()
    values = [json.loads(line) for line in out]
    assert ["NOERROR", *["INVALID"] * 8] == [value["dns_status"] for value in values]
    assert "{" + EMPTY == out[1]
    assert "not json" == values[5]["dns_line"]
    assert '{"x": 1' == values[8]["dns_line"]


def test_jsonl_answers_are_a_list_and_lossless(bulk: Bulk) -> None:
    bulk.pump.world["t.example", "TXT"] = ['a;b"c', "ü"]
    value = json.loads(bulk.table('{"host": "t.example"}\n', "in.jsonl", types=["TXT"]))
    assert ['"\\252"', '"a;b\\"c"'] == value["dns_answer"]


def test_jsonl_compact_style_is_kept(bulk: Bulk) -> None:
    out = bulk.table('{"ip":"192.0.2.1","n":1}\n', "in.ndjson").decode()
    assert out.startswith('{"ip":"192.0.2.1","n":1,"dns_status":"NOERROR","dns_answer":["host')


def test_jsonl_the_key_by_column(bulk: Bulk) -> None:
    data = '{"src": "192.0.2.1", "dst": "192.0.2.2"}\n'
    with pytest.raises(ChoiceError, match="choose one with --column"):
        bulk.table(data, "in.jsonl")
    assert ["host-192-0-2-2.example"] == json.loads(bulk.table(data, "in.jsonl", column="dst"))["dns_answer"]
    with pytest.raises(ChoiceError, match="has a key 'nothere'"):
        bulk.table(data, "in.jsonl", column="nothere")


def test_jsonl_that_is_not_utf_8(bulk: Bulk) -> None:
    data = b'{"ip": "192.0.2.1", "n": "\xff\xe9"}\n{"ip": "m\xc3\xbcnchen.example"}\n'
    bulk.pump.world["xn--mnchen-3ya.example", "A"] = ["192.0.2.9"]
    out = bulk.table(data, "in.jsonl", column="ip").splitlines()
    assert out[0].startswith(b'{"ip": "192.0.2.1", "n": "\xff\xe9", "dns_status": "NOERROR"')
    assert out[1].startswith(b'{"ip": "m\xc3\xbcnchen.example", "dns_status": "NOERROR", "dns_answer": ["192.0.2.9"]')


# ---- plain lines


def test_lines_become_a_table(bulk: Bulk) -> None:
    out = bulk.table("192.0.2.1\r\n\r\n 192.0.2.1 \r\n", "in.txt", output_format="csv").decode()
    empty = ",INVALID,,,,,0,nothing to look up"
    assert f"input,{HEADER}\r\n192.0.2.1,{CELLS}\r\n{empty}\r\n 192.0.2.1 ,{CELLS}\r\n" == out


@pytest.mark.parametrize("odd", ["", "a,b", 'say "x"', '"', ",", " x ", "a\tb", "x;y", "\xfc"])
@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_lines_are_cells_whatever_is_in_them(bulk: Bulk, odd: str, form: str) -> None:
    lines = ["192.0.2.1", odd, "198.51.100.1"]
    out = bulk.table("\n".join(lines) + "\n", "in.txt", output_format=form).decode()
    rows = list(csv.reader(io.StringIO(out, newline=""), delimiter="\t" if form == "tsv" else ","))
    assert [["input"], *[[line] for line in lines]] == [row[:1] for row in rows]
    assert {8} == {len(row) for row in rows}


def test_lines_in_answers_out(bulk: Bulk) -> None:
    out = bulk.table("192.0.2.1\n198.51.100.1\n192.0.2.2\n", "in.txt", output_format="lines")
    assert b"host-192-0-2-1.example\n\nhost-192-0-2-2.example\n" == out


def test_networks_and_ranges_are_expanded_in_place(bulk: Bulk) -> None:
    data = "192.0.2.1\n192.0.2.4/30\nx-y.example\n192.0.2.9 - 192.0.2.10\n2001:db8::/127\n192.0.2.1\n"
    out = bulk.table(data, "in.txt").decode().splitlines()
    assert [
        "192.0.2.1",
        *[f"192.0.2.{number}" for number in (4, 5, 6, 7)],
        "x-y.example",
        "192.0.2.9",
        "192.0.2.10",
        "2001:db8::",
        "2001:db8::1",
        "192.0.2.1",
    ] == [line.partition(",")[0] for line in out[1:]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.0.2.0/31", (0xC0000200, 0xC0000201, False)),
        ("192.0.2.7/24", (0xC0000200, 0xC00002FF, False)),
        ("192.0.2.7/32", (0xC0000207, 0xC0000207, False)),
        ("0.0.0.0/0", (0, 0xFFFFFFFF, False)),
        ("::ffff:192.0.2.0-::ffff:192.0.2.1", (0xC0000200, 0xC0000201, False)),
        ("2001:db8::/64", (0x20010DB8 << 96, (0x20010DB8 << 96) + (1 << 64) - 1, True)),
        ("192.0.2.2-192.0.2.1", None),
        ("192.0.2.1-2001:db8::1", None),
        ("192.0.2.1/33", None),
        ("192.0.2.1/", None),
        ("a-b.example", None),
        ("192.0.2.1-", None),
        ("010.0.0.0/8", None),
    ],
)
def test_what_a_range_is(text: str, expected: tuple[int, int, bool] | None) -> None:
    assert expected == span(text)


@pytest.mark.parametrize("network", ["10.0.0.0/8", "2001:db8::/32"])
def test_a_huge_network_starts_at_once_and_takes_no_memory(bulk: Bulk, network: str) -> None:
    source = Source(bulk.write(network, "in.txt"))
    try:
        start = time.monotonic()
        reader = LinesReader(source)
        batches = list(itertools.islice(iter(reader.read, None), 5))
        assert time.monotonic() - start < 1.0
    finally:
        source.close()
    assert [AT_ONCE] * 5 == [len(rows.keys) for rows in batches if rows is not None]


# ---- logs


@pytest.mark.parametrize(
    ("line", "address"),
    [
        ('192.0.2.1 - - [10/Oct/2025:13:55:36 +0000] "GET /a.gif HTTP/1.0" 200 2326', "192.0.2.1"),
        ('2001:db8::1 - bob [10/Oct/2025:13:55:36 +0000] "GET / HTTP/1.1" 200 1 "-" "x/1.2.3.4"', "2001:db8::1"),
        ("Nov 21 02:30:12 host sshd[123]: Failed password for root from 192.0.2.1 port 22 ssh2", "192.0.2.1"),
        ("2025-11-21T02:30:12Z client [2001:db8::1]:5353 query", "2001:db8::1"),
        ("connect to 192.0.2.1:443 failed", "192.0.2.1"),
        ("SRC=192.0.2.1 DST=192.0.2.2", "192.0.2.1"),
        ("from 192.0.2.1.", "192.0.2.1"),
        ("from 192.0.2.1, again", "192.0.2.1"),
        ("ip=::1;", "::1"),
        ("x ::ffff:192.0.2.1 y", "::ffff:192.0.2.1"),
        ("version 1.2.3.4.5 at 12:34:56", ""),
        ("v1.2.3.4 and 1.2.3.4-beta and 300.1.1.1 and 01.2.3.4", ""),
        ("2001:db8::1::2 fe80::1%eth0x", ""),
        ("00:11:22:33:44:55", ""),
        ("", ""),
    ],
)
def test_the_first_address_of_a_line(line: str, address: str) -> None:
    before, found, after = cut_address(line)
    assert address == found
    assert line == before + found + after


LOG = '192.0.2.1 - - "GET / 192.0.2.2"\r\nnothing\n[198.51.100.1] "x"\nfrom 192.0.2.2:80'


def test_a_log_becomes_a_table(bulk: Bulk) -> None:
    out = bulk.table(LOG, "in.log", output_format="csv").decode().splitlines()
    assert f"line,address,{HEADER}" == out[0]
    assert f'"192.0.2.1 - - ""GET / 192.0.2.2""",192.0.2.1,{CELLS}' == out[1]
    assert "nothing,,INVALID,,,,,0,nothing to look up" == out[2]


def test_a_log_with_names_for_addresses(bulk: Bulk) -> None:
    out = bulk.table(LOG, "in.log", output_format="log").decode()
    expected = 'host-192-0-2-1.example - - "GET / 192.0.2.2"\r\nnothing\n[198.51.100.1] "x"\nfrom host-192-0-2-2.example:80\r\n'
    assert expected == out


def test_only_a_log_becomes_a_log(bulk: Bulk) -> None:
    with pytest.raises(ChoiceError, match="only a log"):
        bulk.run(bulk.write("ip\n192.0.2.1\n"), output_format="log")


# ---- from one to another


def test_csv_to_jsonl(bulk: Bulk) -> None:
    data = 'n,ip,"x, y"\n"1\n2",192.0.2.1,ü\n3,,\n'
    out = bulk.table(data, output_format="jsonl").decode().splitlines()
    assert '{"n": "1\\n2", "ip": "192.0.2.1", "x, y": "\\u00fc", ' + FOUND == out[0]
    assert '{"n": "3", "ip": "", "x, y": "", ' + EMPTY == out[1]


def test_csv_to_tsv(bulk: Bulk) -> None:
    out = bulk.table('n,ip\n"1\t2",192.0.2.1\n', output_format="tsv").decode()
    assert "n\tip\t" + HEADER.replace(",", "\t") + '\n"1\t2"\t192.0.2.1\t' + CELLS.replace(",", "\t") + "\n" == out


def test_jsonl_to_csv(bulk: Bulk) -> None:
    data = '{"ip": "192.0.2.1", "x": [1, "\u00fc"]}\n{"x": "a,b\\r", "y": 1}\n'
    out = bulk.table(data, "in.jsonl", output_format="csv").decode()
    assert (
        f'ip,x,y,{HEADER}\n192.0.2.1,"[1, ""\\u00fc""]",,{CELLS}\n"","a,b\r","1",INVALID,,,,,0,nothing to look up\n'
        == out
    )


def test_csv_to_lines(bulk: Bulk) -> None:
    assert b"host-192-0-2-1.example\n" == bulk.table("n,ip\n1,192.0.2.1\n", output_format="lines")


# ---- several types, chosen columns, confirmation


def test_several_types_have_a_set_of_columns_each(bulk: Bulk) -> None:
    bulk.pump.world["a.example", "A"] = ["192.0.2.80", "192.0.2.7"]
    bulk.pump.world["a.example", "AAAA"] = "NODATA"
    out = bulk.table(
        "name\na.example\n192.0.2.1\na.example\n", types=["A", "AAAA"], add=("status", "answer"), header=True
    )
    assert [
        "name,dns_a_status,dns_a_answer,dns_aaaa_status,dns_aaaa_answer",
        "a.example,NOERROR,192.0.2.7;192.0.2.80,NODATA,",
        "192.0.2.1,INVALID,,INVALID,",
        "a.example,NOERROR,192.0.2.7;192.0.2.80,NODATA,",
    ] == out.decode().splitlines()
    assert 2 == len(bulk.pump.asked)


def test_columns_in_the_order_asked_for_with_a_prefix(bulk: Bulk) -> None:
    out = bulk.table("ip\n192.0.2.1\n", add=("tries", "answer"), prefix="x_").decode()
    assert "ip,x_tries,x_answer\n192.0.2.1,1,host-192-0-2-1.example\n" == out


@pytest.mark.parametrize("add", [("nothing",), (), ("status", "status")])
def test_columns_that_cannot_be_added(bulk: Bulk, add: tuple[str, ...]) -> None:
    with pytest.raises(ChoiceError):
        bulk.run(bulk.write("ip\n192.0.2.1\n"), add=add)


def test_names_are_confirmed_each_asked_once(bulk: Bulk) -> None:
    world = bulk.pump.world
    world[reverse("192.0.2.1"), "PTR"] = ["good.example"]
    world[reverse("192.0.2.2"), "PTR"] = ["good.example", "Bad.example"]
    world[reverse("192.0.2.3"), "PTR"] = ["bad.example"]
    world[reverse("192.0.2.4"), "PTR"] = ["gone.example"]
    world[reverse("2001:db8::1"), "PTR"] = ["six.example"]
    world["good.example", "A"] = ["192.0.2.1", "192.0.2.2"]
    world["bad.example", "A"] = ["192.0.2.99"]
    world["six.example", "AAAA"] = ["2001:db8::1"]
    world["name.example", "A"] = ["192.0.2.5"]
    keys = [
        "192.0.2.1",
        "192.0.2.2",
        "192.0.2.3",
        "192.0.2.4",
        "2001:db8::1",
        "198.51.100.1",
        "name.example",
        "..",
        "192.0.2.1",
    ]
    out = bulk.table("key\n" + "".join(f"{key}\n" for key in keys), add=("status",), confirm=True, header=True).decode()
    assert ["key,dns_status,dns_confirmed"] == out.splitlines()[:1]
    assert ["yes", "partial", "no", "no", "yes", "", "", "", "yes"] == [
        line.split(",")[2] for line in out.splitlines()[1:]
    ]
    assert len(set(bulk.pump.asked)) == len(bulk.pump.asked)
    assert 1 == bulk.pump.asked.count(("good.example", "A"))


def test_confirmation_with_several_types_and_json(bulk: Bulk) -> None:
    bulk.pump.world["host-192-0-2-1.example", "A"] = ["192.0.2.1"]
    out = bulk.table('{"ip": "192.0.2.1"}\n', "in.jsonl", types=["PTR", "TXT"], add=("status",), confirm=True)
    value = json.loads(out)
    assert ("NOERROR", "INVALID", "yes") == (value["dns_ptr_status"], value["dns_txt_status"], value["dns_confirmed"])


# ---- which format


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("a.csv", "csv"),
        ("a.CSV.gz", "csv"),
        ("a.tsv", "tsv"),
        ("a.jsonl", "jsonl"),
        ("a.ndjson.gz", "jsonl"),
        ("a.txt", "lines"),
        ("access.log", "log"),
        ("a.parquet", "parquet"),
        ("a", None),
        ("-", None),
        ("a.gz", None),
    ],
)
def test_the_format_by_name(name: str, form: str | None) -> None:
    assert form == by_name(name)


@pytest.mark.parametrize(
    ("sample", "form"),
    [
        ('{"a": 1}\n', "jsonl"),
        ("a,b\n", "csv"),
        ("a;b\n", "csv"),
        ("a\tb\n", "tsv"),
        ("192.0.2.1\n192.0.2.2\n", "lines"),
        ("", "lines"),
    ],
)
def test_the_format_by_content(sample: str, form: str) -> None:
    assert form == by_content(sample)


@pytest.mark.parametrize(
    ("read", "path", "chosen", "form"),
    [
        ("csv", "-", None, "csv"),
        ("lines", "-", None, "csv"),
        ("log", "out.log", None, "csv"),
        ("log", "-", "log", "log"),
        ("csv", "out.jsonl.gz", None, "jsonl"),
        ("csv", "out.jsonl", "tsv", "tsv"),
        ("tsv", "out.txt", None, "tsv"),
    ],
)
def test_the_format_to_write(read: str, path: str, chosen: str | None, form: str) -> None:
    assert form == output_format(read, path, chosen)
