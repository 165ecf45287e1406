"""CSV input, line by line of the behaviour: what is odd about a file is kept, and each row gets its status."""

from __future__ import annotations

import csv
import io
import itertools
import random

import pytest

from dnsburst.bulk.errors import ChoiceError, TableError
from dnsburst.bulk.formats import text
from dnsburst.bulk.formats.csv import CsvReader
from dnsburst.bulk.rows import Rows

from .fake import Bulk, reverse

OURS = "dns_status,dns_answer,dns_ttl,dns_rtt_ms,dns_server,dns_tries,dns_error"


def found(number: int, mark: str = ",") -> str:
    cells = ("NOERROR", f"host-192-0-2-{number}.example", "300", "1.000", "192.0.2.53:53", "1", "")
    return mark + mark.join(cells)


def invalid(reason: str) -> str:
    return f",INVALID,,,,,0,{reason}"


EMPTY = invalid("nothing to look up")


def statuses(output: bytes, column: int) -> list[str]:
    return [row[column] for row in csv.reader(io.StringIO(output.decode("latin-1"), newline=""))][1:]


def test_I1_a_byte_order_mark_is_kept_out_of_the_first_cell(bulk: Bulk) -> None:
    out = bulk.table(b"\xef\xbb\xbfip,n\n192.0.2.1,1\n", column="ip")
    assert f"\ufeffip,n,{OURS}\n192.0.2.1,1{found(1)}\n".encode() == out


def test_I1_a_byte_order_mark_before_a_row(bulk: Bulk) -> None:
    out = bulk.table(b"\xef\xbb\xbf192.0.2.1,1\n")
    assert f"\ufeff192.0.2.1,1{found(1)}\n".encode() == out


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_I1_utf_16_is_refused(bulk: Bulk, encoding: str) -> None:
    with pytest.raises(TableError, match="UTF-16"):
        bulk.table("ip,name\n192.0.2.1,x\n".encode(encoding))


def test_I2_a_newline_inside_a_quoted_cell(bulk: Bulk) -> None:
    rows = ["ip,note\n", '192.0.2.1,"one\ntwo"\n', '192.0.2.2,"three\r\nfour, five ""six"""\n']
    out = bulk.table("".join(rows))
    assert (
        f'ip,note,{OURS}\n192.0.2.1,"one\ntwo"{found(1)}\n192.0.2.2,"three\r\nfour, five ""six"""{found(2)}\n'.encode()
        == out
    )


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_I3_line_ends_are_kept(bulk: Bulk, end: str) -> None:
    out = bulk.table(f"ip,n{end}192.0.2.1,1{end}192.0.2.2,2{end}")
    assert f"ip,n,{OURS}{end}192.0.2.1,1{found(1)}{end}192.0.2.2,2{found(2)}{end}".encode() == out


def test_I3_mixed_line_ends_stay_with_their_rows(bulk: Bulk) -> None:
    out = bulk.table('ip,n\r\n192.0.2.1,1\n192.0.2.2,"2"\r192.0.2.3,3\r\n192.0.2.4,4')
    expected = f'ip,n,{OURS}\r\n192.0.2.1,1{found(1)}\n192.0.2.2,"2"{found(2)}\r192.0.2.3,3{found(3)}\r\n192.0.2.4,4{found(4)}\r\n'
    assert expected.encode() == out


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_I3_no_final_newline(bulk: Bulk, end: str) -> None:
    out = bulk.table(f"ip,n{end}192.0.2.1,1")
    assert f"ip,n,{OURS}{end}192.0.2.1,1{found(1)}{end}".encode() == out


@pytest.mark.parametrize("size", range(1, 40))
def test_I3_blocks_may_end_anywhere(bulk: Bulk, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    data = 'ip,n\r\n192.0.2.1,"1\r\n\r\n,"\r\n192.0.2.2,2\r192.0.2.3,"3"\n\n192.0.2.4,""""'
    whole = bulk.table(data)
    monkeypatch.setattr("dnsburst.bulk.source.BLOCK", size)
    assert whole == bulk.table(data)


def test_I4_nul_bytes(bulk: Bulk) -> None:
    out = bulk.table(b'ip,n\n192.0.2.1,a\0b\n192.0.2.\x002,x\n192.0.2.3,"\0"\n')
    assert out.splitlines()[1] == b"192.0.2.1,a\0b" + found(1).encode()
    assert out.splitlines()[2] == b"192.0.2.\x002,x" + invalid(r"control octet \000 in the name").encode()
    assert out.splitlines()[3] == b'192.0.2.3,"\0"' + found(3).encode()


@pytest.mark.parametrize("quote", ["", '"'])
def test_I5_a_cell_over_the_csv_modules_limit(bulk: Bulk, quote: str) -> None:
    big = quote + "x" * 200_000 + quote
    out = bulk.table(f"ip,n\n192.0.2.1,{big}\n192.0.2.2,y\n")
    assert f"ip,n,{OURS}\n192.0.2.1,{big}{found(1)}\n192.0.2.2,y{found(2)}\n".encode() == out


def test_I5_a_long_record_full_of_quotes_is_not_read_again_with_every_block(
    bulk: Bulk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dnsburst.bulk.source.BLOCK", 1000)
    monkeypatch.setattr(text, "LONG", 4000)
    looked_at: list[int] = []
    cut = CsvReader._cut_quoted

    def counted(self: CsvReader, block: str) -> Rows:
        looked_at.append(len(block))
        return cut(self, block)

    monkeypatch.setattr(CsvReader, "_cut_quoted", counted)
    big = '"' + 'a ""word"" and\n' * 20_000 + '"'
    out = bulk.table(f"ip,n\n192.0.2.1,{big}\n192.0.2.2,y\n")
    assert f"ip,n,{OURS}\n192.0.2.1,{big}{found(1)}\n192.0.2.2,y{found(2)}\n".encode() == out
    assert sum(looked_at) < 6 * len(big)


def test_I5_the_short_end_of_a_short_record_is_not_waited_on() -> None:
    cutter = text.Cutter("\n")
    assert cutter.take('192.0.2.1,"a note of some\n') == '192.0.2.1,"a note of some\n'
    cutter.put_back('192.0.2.1,"a note of some\n')
    assert cutter.take("x\n", wanted='"') == ""
    assert cutter.take('"\n', wanted='"') == '192.0.2.1,"a note of some\nx\n"\n'


def test_I5_a_record_almost_as_long_as_the_cap(bulk: Bulk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "MOST_IN_RECORD", 300_000)
    monkeypatch.setattr(text, "LONG", 4000)
    monkeypatch.setattr("dnsburst.bulk.source.BLOCK", 1000)
    big = '"' + 'a ""word"" and\n' * 19_000 + '"'
    rows = "".join(f"192.0.2.2,{number}\n" for number in range(20_000))
    out = bulk.table(f"ip,n\n192.0.2.1,{big}\n{rows}")
    assert out.startswith(f"ip,n,{OURS}\n192.0.2.1,{big}{found(1)}\n192.0.2.2,0{found(2)}\n".encode())
    assert 20_000 == out.count(b"\n192.0.2.2,")


@pytest.mark.parametrize("quote", ["", '"'])
def test_I5_a_record_over_the_cap_is_named_by_its_line(bulk: Bulk, monkeypatch: pytest.MonkeyPatch, quote: str) -> None:
    monkeypatch.setattr(text, "MOST_IN_RECORD", 300_000)
    report = bulk.run(bulk.write(f"ip,n\n192.0.2.1,y\n192.0.2.2,{quote}{'x' * 400_000}{quote}\n192.0.2.3,z\n"))
    assert 1 == report.status
    assert report.problem is not None
    assert "in.csv: line 3: a record of over" in report.problem
    assert f"ip,n,{OURS}\n192.0.2.1,y{found(1)}\n".encode() == bulk.out()


def test_I6_bytes_that_are_not_utf_8(bulk: Bulk) -> None:
    other = bytes(octet for octet in range(1, 256) if octet not in b'\r\n",')
    out = bulk.table(b"ip,n\n192.0.2.1," + other + b"\n")
    assert f"ip,n,{OURS}\n192.0.2.1,".encode() + other + found(1).encode() + b"\n" == out


def test_I6_a_key_that_is_not_utf_8(bulk: Bulk) -> None:
    out = bulk.table(b"ip,n\n192.0.2.1,1\nm\xfcnchen.example,2\n")
    assert b"m\xfcnchen.example,2" + invalid("octets that are not UTF-8").encode() == out.splitlines()[2]


def test_I7_unmatched_quote_at_the_end_is_an_error_with_its_line(bulk: Bulk) -> None:
    report = bulk.run(bulk.write('ip,n\n192.0.2.1,1\n192.0.2.2,"2\n192.0.2.3,3\n192.0.2.4,4\n'))
    assert 1 == report.status
    assert report.problem is not None
    assert "in.csv: line 3: a quote opens" in report.problem
    assert f"ip,n,{OURS}\n192.0.2.1,1{found(1)}\n".encode() == bulk.out()


def test_I7_unmatched_quote_swallows_no_rows_up_to_the_next_one(bulk: Bulk) -> None:
    report = bulk.run(bulk.write('ip,n\n192.0.2.1,1\n192.0.2.2,"2\n192.0.2.3,3\n192.0.2.4,"4"\n'))
    assert report.problem is not None
    assert "in.csv: line 3: a quote opens" in report.problem
    assert f"ip,n,{OURS}\n192.0.2.1,1{found(1)}\n".encode() == bulk.out()


def test_I7_a_large_file_is_not_read_to_its_end_for_a_quote(bulk: Bulk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "MOST_IN_RECORD", 200_000)
    path = bulk.write('ip,n\n192.0.2.1,"1\n' + "192.0.2.2,2\n" * 100_000)
    report = bulk.run(path)
    assert report.problem is not None
    assert "line 2: a record of over" in report.problem


def test_I8_missing_and_extra_cells(bulk: Bulk) -> None:
    out = bulk.table("a,ip,b\n1,192.0.2.1,x\n2\n3,192.0.2.3\n4,192.0.2.4,y,z,\n")
    assert (
        f"a,ip,b,{OURS}\n1,192.0.2.1,x{found(1)}\n2,,{EMPTY}\n3,192.0.2.3,{found(3)}\n4,192.0.2.4,y,z,{found(4)}\n".encode()
        == out
    )


def test_I8_missing_cells_beside_quotes(bulk: Bulk) -> None:
    out = bulk.table('a,ip,b\n"1",192.0.2.1,x\n"2"\n\n"3",192.0.2.3\n')
    assert (
        f'a,ip,b,{OURS}\n"1",192.0.2.1,x{found(1)}\n"2",,{EMPTY}\n,,{EMPTY}\n"3",192.0.2.3,{found(3)}\n'.encode() == out
    )


def test_I8_empty_rows_are_rows(bulk: Bulk) -> None:
    out = bulk.table("ip\n192.0.2.1\n\n192.0.2.2\n\n", header=True)
    assert f"ip,{OURS}\n192.0.2.1{found(1)}\n{EMPTY}\n192.0.2.2{found(2)}\n{EMPTY}\n".encode() == out


@pytest.mark.parametrize("data", ["a,ip,b\n", "a,ip,b"])
def test_I8_header_only(bulk: Bulk, data: str) -> None:
    assert f"a,ip,b,{OURS}\n".encode() == bulk.table(data)


def test_I8_nothing_at_all(bulk: Bulk) -> None:
    assert b"" == bulk.table("")


def test_I8_duplicate_header_names(bulk: Bulk) -> None:
    path = bulk.write("ip,ip\nx,192.0.2.1\n")
    with pytest.raises(ChoiceError, match=r"more than once \(1 and 2\): choose by number"):
        bulk.run(path, column="ip")
    assert f"ip,ip,{OURS}\nx,192.0.2.1{found(1)}\n".encode() == bulk.table("ip,ip\nx,192.0.2.1\n", column="2")


LONG = ".".join(["x" * 60] * 5)
KEYS = [
    (" 192.0.2.1 ", "NOERROR", ""),
    ("\t192.0.2.1", "NOERROR", ""),
    ("192.0.2.1.", "NOERROR", ""),
    ("WWW.Example.COM.", "NOERROR", ""),
    ("bücher.example", "NOERROR", ""),
    ("_sip._tcp.example", "NOERROR", ""),
    ("*.example", "NOERROR", ""),
    (LONG, "INVALID", "name over 255 octets"),
    ("x" * 64 + ".example", "INVALID", "label over 63 octets"),
    ("a.example..", "INVALID", "empty label"),
    ("a..example", "INVALID", "empty label"),
    (".example", "INVALID", "empty label"),
    ("a b.example", "INVALID", "space in the name"),
    ("fe80::1%eth0", "INVALID", "IPv6 address with a zone id"),
    ("::ffff:192.0.2.1", "NOERROR", ""),
    ("010.1.1.1", "INVALID", "IPv4 address with a leading zero"),
    ("192.0.2.256", "INVALID", "IPv4 address with a number over 255"),
    ("192.0.2", "INVALID", "neither an address nor a name"),
    ("192.0.2.1:80", "INVALID", "neither an address nor a name"),
    ("https://example.com/", "INVALID", "neither an address nor a name"),
    ("192.0.2.0/24", "INVALID", "a network, not an address"),
    ("2001:db8::/32", "INVALID", "a network, not an address"),
    ("", "INVALID", "nothing to look up"),
    ("   ", "INVALID", "nothing to look up"),
]


@pytest.mark.parametrize(("key", "status", "error"), KEYS)
def test_I9_keys(bulk: Bulk, key: str, status: str, error: str) -> None:
    for name in ("www.example.com", "xn--bcher-kva.example", "_sip._tcp.example", "*.example"):
        bulk.pump.world[name, "A"] = ["192.0.2.80"]
    rows = list(csv.reader(io.StringIO(bulk.table(f'key,n\n"{key}",1\n', column="key").decode(), newline="")))
    assert [key, "1", status] == rows[1][:3]
    assert error == rows[1][8]


def test_I9_an_address_in_forward_mode(bulk: Bulk) -> None:
    out = bulk.table("name\n192.0.2.1\n2001:db8::1\n", types=["A"], header=True)
    reason = "an address has no A records of its own (it can be looked up with type PTR)"
    assert out.splitlines()[1:] == [f"{key}{invalid(reason)}".encode() for key in ("192.0.2.1", "2001:db8::1")]
    assert [] == bulk.pump.asked


def test_I9_a_name_of_the_reverse_tree_with_type_ptr(bulk: Bulk) -> None:
    out = bulk.table("name\n1.2.0.192.in-addr.arpa\n", types=["PTR"], header=True)
    assert f"1.2.0.192.in-addr.arpa{found(1)}".encode() == out.splitlines()[1]


def test_I9_one_key_in_several_spellings_is_asked_once(bulk: Bulk) -> None:
    keys = ["192.0.2.1", " 192.0.2.1", "192.0.2.1.", "::ffff:192.0.2.1", "::FFFF:c000:201"]
    keys += ["2001:db8::1", "2001:DB8:0:0::1"]
    out = bulk.table("ip\n" + "\n".join(keys) + "\n")
    assert ["NOERROR"] * 7 == statuses(out, 1)
    assert sorted([(reverse("192.0.2.1"), "PTR"), (reverse("2001:db8::1"), "PTR")]) == sorted(bulk.pump.asked)


def test_I10_idn_is_an_a_label_on_the_wire_and_in_the_output(bulk: Bulk) -> None:
    bulk.pump.world["xn--bcher-kva.example", "A"] = ["192.0.2.80"]
    bulk.pump.world[reverse("192.0.2.1"), "PTR"] = ["bücher.example"]
    out = bulk.table("k\nBücher.example\n192.0.2.1\n", header=True).decode()
    assert ("xn--bcher-kva.example", "A") in bulk.pump.asked
    assert "192.0.2.1,NOERROR,xn--bcher-kva.example," in out
    assert "Bücher.example,NOERROR,192.0.2.80," in out


# ---- dialects


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_and_written_back(bulk: Bulk, mark: str) -> None:
    price = "1.5" if mark == "," else "1,5"
    out = bulk.table(f"n{mark}ip{mark}x\n1{mark}192.0.2.1{mark}{price}\n")
    ours = OURS.replace(",", mark)
    assert f"n{mark}ip{mark}x{mark}{ours}\n1{mark}192.0.2.1{mark}{price}{found(1, mark)}\n".encode() == out


def test_where_every_cell_is_quoted_ours_are_too(bulk: Bulk) -> None:
    out = bulk.table('"ip","n"\r\n"192.0.2.1","1"\r\n').decode()
    assert '"ip","n",' + ",".join(f'"{name}"' for name in OURS.split(",")) + "\r\n" == out.splitlines(keepends=True)[0]
    assert (
        '"192.0.2.1","1","NOERROR","host-192-0-2-1.example","300","1.000","192.0.2.53:53","1",""\r\n'
        == out.splitlines(keepends=True)[1]
    )


def test_a_semicolon_file_quotes_answers_with_semicolons(bulk: Bulk) -> None:
    bulk.pump.world[reverse("192.0.2.1"), "PTR"] = ["a.example", "b.example"]
    out = bulk.table("ip;n\n192.0.2.1;1\n").decode()
    assert '192.0.2.1;1;NOERROR;"a.example;b.example";300' in out


def test_quotes_escaped_with_a_backslash(bulk: Bulk) -> None:
    out = bulk.table('n,ip\n"a \\", b",192.0.2.1\n"c",192.0.2.2\n').decode()
    assert f'"a \\", b",192.0.2.1{found(1)}\n' in out


def test_spaces_after_delimiters(bulk: Bulk) -> None:
    out = bulk.table('n, ip, x\n1, "192.0.2.1", "a, b"\n2, 192.0.2.2, c\n').decode()
    assert f'1, "192.0.2.1", "a, b"{found(1)}\n2, 192.0.2.2, c{found(2)}\n' in out


def test_single_quotes(bulk: Bulk) -> None:
    out = bulk.table("ip,n\n192.0.2.1,'a, b'\n192.0.2.2,'c'\n").decode()
    assert f"192.0.2.1,'a, b'{found(1)}\n" in out


def test_a_quote_in_mid_cell_is_a_character(bulk: Bulk) -> None:
    out = bulk.table('ip,n\n192.0.2.1,5" disk\n192.0.2.2,3.5" disk\n').decode()
    assert f'192.0.2.1,5" disk{found(1)}\n192.0.2.2,3.5" disk{found(2)}\n' in out


def test_tsv_with_quotes_that_mean_nothing(bulk: Bulk) -> None:
    out = bulk.table('ip\tn\n192.0.2.1\t"open\n192.0.2.2\tx\n192.0.2.3\ty\n', "in.tsv").decode()
    assert f'192.0.2.1\t"open{found(1, chr(9))}\n192.0.2.2' in out


# ---- columns and headers


def test_the_column_of_addresses_is_found(bulk: Bulk) -> None:
    out = bulk.table("when,who,where\n2026-01-01,a.example,192.0.2.1\n2026-01-02,b.example,192.0.2.2\n")
    assert ["NOERROR", "NOERROR"] == statuses(out, 3)


def test_a_column_of_names_is_found_where_there_are_no_addresses(bulk: Bulk) -> None:
    bulk.pump.world["a.example", "A"] = ["192.0.2.80"]
    assert ["NOERROR"] == statuses(bulk.table("n,host\n1.5,a.example\n"), 2)


def test_names_are_preferred_in_forward_mode(bulk: Bulk) -> None:
    bulk.pump.world["a.example", "AAAA"] = ["2001:db8::80"]
    assert ["NOERROR"] == statuses(bulk.table("ip,host\n192.0.2.1,a.example\n", types=["AAAA"]), 2)


def test_two_columns_of_addresses_are_an_error_that_lists_the_columns(bulk: Bulk) -> None:
    with pytest.raises(ChoiceError) as caught:
        bulk.run(bulk.write("n,src,dst\n1,192.0.2.1,192.0.2.2\n"))
    assert (
        "columns 2 and 3 hold addresses, choose one with --column: the columns are"
        " 1 'n' (such as '1'), 2 'src' (such as '192.0.2.1'), 3 'dst' (such as '192.0.2.2')" == str(caught.value)
    )


def test_no_column_of_keys_is_an_error_that_lists_the_columns(bulk: Bulk) -> None:
    with pytest.raises(
        ChoiceError, match="no column holds addresses or names, choose one with --column: the columns are 1"
    ):
        bulk.run(bulk.write("n,x\n1,two\n"))


@pytest.mark.parametrize("column", ["nothere", "4", "0"])
def test_a_column_that_is_not_there(bulk: Bulk, column: str) -> None:
    with pytest.raises(ChoiceError, match=f"there is no column '?{column}'?: the columns are 1 'n'"):
        bulk.run(bulk.write("n,ip,x\n1,192.0.2.1,\n"), column=column)


@pytest.mark.parametrize("column", ["ip", "IP", "2"])
def test_a_column_by_name_or_number(bulk: Bulk, column: str) -> None:
    assert ["NOERROR"] == statuses(bulk.table("n,ip,dst\n1,192.0.2.1,192.0.2.2\n", column=column), 3)


def test_a_column_with_a_name_that_is_not_ascii(bulk: Bulk) -> None:
    assert ["NOERROR"] == statuses(bulk.table("n,Größe\n1,192.0.2.1\n", column="größe"), 2)


def test_no_header_is_found_by_content(bulk: Bulk) -> None:
    assert f"1,192.0.2.1{found(1)}\n2,192.0.2.2{found(2)}\n".encode() == bulk.table("1,192.0.2.1\n2,192.0.2.2\n")


def test_a_bad_first_row_of_a_table_without_header(bulk: Bulk) -> None:
    assert bulk.table("1,?..\n2,192.0.2.2\n").startswith(b"1,?..,INVALID")


def test_header_and_no_header_are_obeyed(bulk: Bulk) -> None:
    assert f"192.0.2.1,{OURS}\n192.0.2.2{found(2)}\n".encode() == bulk.table("192.0.2.1\n192.0.2.2\n", header=True)
    assert bulk.table("ip\n192.0.2.2\n", header=False).startswith(b"ip,NXDOMAIN")


def test_a_column_of_ours_that_is_there_already(bulk: Bulk) -> None:
    path = bulk.write("ip,dns_status\n192.0.2.1,x\n")
    with pytest.raises(ChoiceError, match="'dns_status' already: choose another --prefix"):
        bulk.run(path)
    assert bulk.table("ip,dns_status\n192.0.2.1,x\n", prefix="p_").startswith(b"ip,dns_status,p_status,p_answer")


# ---- everything at once

CELLS = ["x", "", '"a,b"', '"say ""so"""', '"two\nlines"', '"cr\rlf\r\n"', "\xe9\xff", "a\0b", "'", "=1+1", " ", "ü"]


@pytest.mark.parametrize("number", range(60))
def test_torture_files_round_trip(bulk: Bulk, number: int) -> None:
    rng = random.Random(number)
    mark = rng.choice(",;\t|")
    ends = rng.choice([["\n"], ["\r\n"], ["\r"], ["\n", "\r\n", "\r"]])
    mixed = len(ends) > 1
    rows = []
    for _ in range(rng.randrange(1, 120)):
        key = rng.choice([f"192.0.2.{rng.randrange(256)}", "nonsense..", "", "198.51.100.1"])
        cells = [rng.choice(CELLS).replace(",", mark), key, rng.choice([*CELLS, "1.5" if mark == "," else "1,5"])]
        if rng.random() < 0.1:
            cells.append("extra")
        if rng.random() < 0.1:
            del cells[rng.randrange(1, 3) :]
        rows.append((cells, rng.choice(ends)))
    data = f"a{mark}ip{mark}c{ends[0]}" + "".join(mark.join(cells) + end for cells, end in rows)
    if rng.random() < 0.3 and not mixed:
        data = data[: -len(ends[0])]
    octets = data.encode("latin-1", "replace")
    out = bulk.table(octets, column="ip", header=True)
    at = out.index(ends[0].encode()) + len(ends[0])
    for (cells, end), last in zip(rows, itertools.chain([False] * (len(rows) - 1), [True]), strict=True):
        raw = (mark.join(cells) + mark * (3 - max(len(cells), 1))).encode("latin-1", "replace")
        assert raw == out[at : at + len(raw)]
        end = ends[0] if last and not data.endswith(("\r", "\n")) else end
        stop = out.index(end.encode(), at + len(raw))
        ours = next(csv.reader([out[at + len(raw) + 1 : stop].decode()], delimiter=mark))
        key = cells[1] if len(cells) > 1 else ""
        status = {"": "INVALID", "nonsense..": "INVALID", "198.51.100.1": "NXDOMAIN"}.get(key, "NOERROR")
        assert (status, 7) == (ours[0], len(ours))
        at = stop + len(end)
    assert at == len(out)
