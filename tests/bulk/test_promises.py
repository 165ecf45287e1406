"""What bulk must not lose, line by line: rows, order, memory, the output of an earlier run, its manners at an end."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import random
import signal
import threading
from collections.abc import Callable
from math import inf
from pathlib import Path
from typing import Any

import pytest

from dnsburst.bulk import output as outputs
from dnsburst.bulk import rows
from dnsburst.bulk.errors import ChoiceError, TableError

from .fake import Bulk, FakePump, feed_slowly, pointers, reverse


def addresses(count: int) -> list[str]:
    return [f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}" for number in range(count)]


def table(keys: list[str], end: str = "\n") -> str:
    return f"n,ip{end}" + "".join(f"{number},{key}{end}" for number, key in enumerate(keys))


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The input comes in blocks of a few rows."""
    monkeypatch.setattr("dnsburst.bulk.source.BLOCK", 200)
    monkeypatch.setattr("dnsburst.bulk.source.SAMPLE", 200)


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline="")))


def stop_after(pump: type[FakePump], rows_seen: int, act: Callable[[], None]) -> None:
    """Do something when so many lookups were asked."""
    done: list[bool] = []

    def on_step(self: FakePump) -> None:
        if len(self.asked) >= rows_seen and not done:
            done.append(True)
            act()

    pump.on_step = on_step


def fail_writes(monkeypatch: pytest.MonkeyPatch, after: int, error: OSError) -> None:
    """os.write takes so many octets of output, a part of the next ones, and then no more."""
    left = [after]
    write = os.write

    def limited(fd: int, data: Any) -> int:
        if left[0] <= 0:
            raise error
        taken = write(fd, bytes(data)[: left[0]])
        left[0] -= taken
        return taken

    monkeypatch.setattr(outputs.os, "write", limited)


# ---- B1, B2: every row, one status, counted


def test_B1_rows_out_are_rows_in_each_with_one_status(bulk: Bulk) -> None:
    statuses = ["NXDOMAIN", "NODATA", "SERVFAIL", "REFUSED", "FORMERR", "NOTIMP", "TIMEOUT", "NETERROR", ["a.example"]]
    keys = addresses(len(statuses))
    bulk.pump.world = {(reverse(key), "PTR"): answer for key, answer in zip(keys, statuses, strict=True)}
    out = read(bulk.table(table([*keys, "nonsense.."])))
    expected = [status if isinstance(status, str) else "NOERROR" for status in statuses]
    assert [*expected, "INVALID"] == [row[2] for row in out[1:]]


def test_B2_each_row_without_an_answer_says_so_and_is_counted(bulk: Bulk, tmp_path: Path) -> None:
    keys = addresses(30)
    bulk.pump.world = pointers(keys)
    for key in keys[::3]:
        bulk.pump.world[reverse(key), "PTR"] = "TIMEOUT"
    summary = tmp_path / "summary.json"
    out = read(bulk.table(table(keys * 2), summary=str(summary)))
    assert 20 == [row[2] for row in out].count("TIMEOUT")
    assert all("no answer from" in row[8] for row in out if row[2] == "TIMEOUT")
    facts = json.loads(summary.read_text())
    assert {"NOERROR": 40, "TIMEOUT": 20} == facts["status"]
    assert (60, 60, 30) == (facts["rows_in"], facts["rows_out"], facts["unique_lookups"])


def test_the_summary_has_the_keys_of_the_contract(bulk: Bulk, tmp_path: Path) -> None:
    summary = tmp_path / "summary.json"
    bulk.table(table(["192.0.2.1", "192.0.2.1"]), summary=str(summary))
    facts = json.loads(summary.read_text())
    wanted = {"rows_in", "rows_out", "unique_lookups", "queries_sent", "elapsed_s", "lookups_per_s", "status"}
    assert wanted | {"servers", "latency_ms"} <= set(facts)
    of_a_server = {"server", "sent", "answered", "timeouts", "rtt_ms_p50", "rtt_ms_p95", "rate"}
    assert of_a_server <= set(facts["servers"][0])
    assert {"p50", "p95", "p99"} == set(facts["latency_ms"])
    assert pytest.approx(1.0, rel=0.05) == facts["latency_ms"]["p50"]
    assert {"t", "sent", "answered", "timeouts", "rate", "in_flight"} == set(facts["timeline"][0])
    assert 0.5 == facts["hit_rate"]


# ---- B3: the output is the checkpoint


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_B3_resume_goes_on_from_every_octet(bulk: Bulk, tmp_path: Path, end: str) -> None:
    data = f'n,ip,x{end}1,192.0.2.1,"a{end}b"{end}2,198.51.100.1{end}{end}3,192.0.2.3,"",more{end}4,nonsense..,'
    path = bulk.write(data)
    bulk.run(path)
    whole = bulk.out()
    for cut in range(0, len(whole) + 1, 1 if end == "\r\n" else 5):
        (tmp_path / "out.csv").write_bytes(whole[:cut])
        report = bulk.run(path, resume=True)
        assert (0, whole) == (report.status, bulk.out()), f"cut at {cut}"
        assert 5 == report.summary.rows_out


@pytest.mark.parametrize("name", ["in.jsonl", "in.txt", "in.log"])
def test_B3_resume_of_other_formats(bulk: Bulk, tmp_path: Path, name: str) -> None:
    data = {
        "in.jsonl": '{"ip": "192.0.2.1"}\n{}\nnot json\n{"a": [1], "ip": "192.0.2.2", "b": "\u00fc"}\n',
        "in.txt": "192.0.2.1\n\n192.0.2.4/31\nx y\n192.0.2.2",
        "in.log": '192.0.2.1 - - [x] "GET /"\nnothing here\n[192.0.2.2]:80\n',
    }[name]
    path = bulk.write(data, name)
    for form in {"in.log": ("log", "csv")}.get(name, (None,)):
        out = tmp_path / "out.any"
        bulk.run(path, "out.any", output_format=form, overwrite=True)
        whole = out.read_bytes()
        for cut in range(0, len(whole) + 1, 3):
            out.write_bytes(whole[:cut])
            bulk.run(path, "out.any", output_format=form, resume=True)
            assert whole == out.read_bytes(), f"{form} cut at {cut}"


@pytest.mark.usefixtures("small_blocks")
def test_B3_resume_of_a_compressed_output(bulk: Bulk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outputs, "MEMBER", 300)
    monkeypatch.setattr(FakePump, "room", 3)
    path = bulk.write(table(addresses(200)))
    bulk.run(path, "out.csv.gz")
    whole = bulk.out("out.csv.gz")
    assert whole.count(b"\x1f\x8b\x08") > 3
    text = gzip.decompress(whole)
    for cut in range(0, len(whole) + 1, 29):
        (tmp_path / "out.csv.gz").write_bytes(whole[:cut])
        bulk.run(path, "out.csv.gz", resume=True)
        assert text == gzip.decompress(bulk.out("out.csv.gz")), f"cut at {cut}"


def test_B3_resume_asks_only_for_what_is_left(bulk: Bulk, tmp_path: Path) -> None:
    keys = addresses(100)
    path = bulk.write(table(keys))
    bulk.run(path)
    lines = bulk.out().splitlines(keepends=True)
    (tmp_path / "out.csv").write_bytes(b"".join(lines[:61]))
    bulk.pump.asked.clear()
    report = bulk.run(path, resume=True)
    assert [reverse(key) for key in keys[60:]] == [name for name, _ in bulk.pump.asked]
    assert (60, 100) == (report.summary.rows_resumed, report.summary.rows_out)


def test_B3_resume_of_an_output_that_is_complete(bulk: Bulk) -> None:
    path = bulk.write(table(addresses(5)))
    bulk.run(path)
    before = bulk.out()
    assert 0 == bulk.run(path, resume=True).status
    assert before == bulk.out()


def test_B3_resume_without_an_output_starts_one(bulk: Bulk) -> None:
    assert 0 == bulk.run(bulk.write(table(addresses(5))), resume=True).status
    assert 6 == len(bulk.out().splitlines())


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ("n,ip\n0,10.0.0.0\n1,10.0.0.9\n2,10.0.0.2\n", "row 2 is not the one in the input"),
        ("n,ip\n0,10.0.0.0\nx,10.0.0.1\n2,10.0.0.2\n", "row 2 is not the one in the input"),
        ("n,address\n0,10.0.0.0\n1,10.0.0.1\n2,10.0.0.2\n", "its header is not the one"),
        ("n,ip\n0,10.0.0.0\n", "it has more rows than the input"),
    ],
)
def test_B3_resume_with_another_input_is_an_error(bulk: Bulk, changed: str, problem: str) -> None:
    bulk.run(bulk.write(table(addresses(3))))
    before = bulk.out()
    with pytest.raises(TableError, match=problem):
        bulk.run(bulk.write(changed), resume=True)
    assert before == bulk.out()


def test_B3_resume_with_other_columns_is_an_error(bulk: Bulk) -> None:
    path = bulk.write(table(addresses(3)))
    bulk.run(path)
    with pytest.raises(TableError, match="its header is not the one"):
        bulk.run(path, resume=True, add=("status",))


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_B3_resume_of_rows_in_any_order(bulk: Bulk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    monkeypatch.setattr("dnsburst.bulk.job.TICK", 0.0)
    bulk.pump.shuffle = random.Random(5)
    bulk.pump.slow = frozenset(map(reverse, addresses(50)[::7]))
    data = table(addresses(50)) if form == "csv" else "".join(f'{{"ip": "{a}"}}\n' for a in addresses(50))
    path = bulk.write(data, f"in.{form}")
    name = f"out.{form}"
    bulk.run(path, name, ordered=False)
    whole = bulk.out(name)
    assert whole.splitlines() != sorted(whole.splitlines())
    for cut in range(0, len(whole) + 1, 131):
        (tmp_path / name).write_bytes(whole[:cut])
        report = bulk.run(path, name, ordered=False, resume=True)
        assert 0 == report.status
        assert sorted(whole.splitlines()) == sorted(bulk.out(name).splitlines()), f"cut at {cut}"


def test_B3_two_runs_do_not_write_the_same_output(bulk: Bulk) -> None:
    path = bulk.write(table(addresses(3)))
    other = outputs.Output(str(bulk.directory / "out.csv"))
    try:
        with pytest.raises(TableError, match="another run is writing to it"):
            bulk.run(path, resume=True)
    finally:
        other.abandon()


# ---- B4: interrupts and time limits


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_B4_a_signal_leaves_a_clean_prefix(bulk: Bulk, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    keys = addresses(1000)
    bulk.pump.world = pointers(keys)
    path = bulk.write(table(keys))
    bulk.pump.room = 20
    bulk.pump.shuffle = random.Random(1)
    stop_after(bulk.pump, 500, lambda: os.kill(os.getpid(), number))
    report = bulk.run(path)
    assert (128 + number, None) == (report.status, report.problem)
    interrupted = bulk.out()
    assert 400 < report.summary.rows_out < 600
    assert report.summary.rows_out == interrupted.count(b"\n") - 1
    bulk.pump.on_step = None
    assert 0 == bulk.run(path, resume=True).status
    assert bulk.out().startswith(interrupted)
    assert [key for _, key, *_ in read(bulk.out())[1:]] == keys


def test_B4_max_time_leaves_a_clean_prefix_and_says_what_is_left(bulk: Bulk) -> None:
    keys = addresses(100)
    bulk.pump.world = pointers(keys)
    bulk.pump.world[reverse(keys[30]), "PTR"] = "NEVER"
    report = bulk.run(bulk.write(table(keys)), max_time=0.3)
    assert 1 == report.status
    assert "--max-time 0.3 s is over: 70 rows are left; --resume goes on with them" == report.problem
    assert 31 == bulk.out().count(b"\n")


# ---- B5, B6: what happens to outputs


@pytest.mark.parametrize("name", ["out.csv", "out.csv.gz"])
def test_B5_a_full_disk_is_one_line_and_resume_goes_on(bulk: Bulk, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    keys = addresses(3000)
    bulk.pump.world = pointers(keys)
    path = bulk.write(table(keys))
    monkeypatch.setattr(outputs, "MEMBER", 1000)
    with monkeypatch.context() as patch:
        fail_writes(patch, 5000, OSError(28, "No space left on device"))
        report = bulk.run(path, name)
    assert (1, f"{bulk.directory / name}: No space left on device") == (report.status, report.problem)
    assert 0 == bulk.run(path, name, resume=True).status
    out = bulk.out(name)
    out = gzip.decompress(out) if name.endswith(".gz") else out
    assert keys == [row[1] for row in read(out)[1:]]
    assert all(row[2] == "NOERROR" for row in read(out)[1:])


def test_B6_a_reader_that_has_gone_is_no_news(bulk: Bulk, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = os.pipe()
    monkeypatch.setattr(outputs.sys, "__stdout__", os.fdopen(theirs, "w"))
    os.close(ours)
    report = bulk.run(bulk.write(table(addresses(1000))), "-")
    assert (1, None, True) == (report.status, report.problem, report.quiet)
    outputs.sys.__stdout__.close()  # type: ignore[union-attr]


# ---- B7, B8, B9


def test_B7_bad_rows_do_not_end_the_run(bulk: Bulk) -> None:
    out = read(bulk.table("ip,n\n192.0.2.1,1\n..,2\n\n\0,3\n192.0.2.2,4\n"))
    assert ["NOERROR", "INVALID", "INVALID", "INVALID", "NOERROR"] == [row[2] for row in out[1:]]
    assert all(row[8] for row in out[1:] if row[2] == "INVALID")


def test_B8_each_key_is_asked_once(bulk: Bulk) -> None:
    keys = [f"192.0.2.{number % 50}" for number in range(5000)]
    random.Random(3).shuffle(keys)
    bulk.pump.room = 7
    out = read(bulk.table(table(keys)))
    assert 50 == len(bulk.pump.asked) == len(set(bulk.pump.asked))
    assert [f"host-{key.replace('.', '-')}.example" for key in keys] == [row[3] for row in out[1:]]


@pytest.mark.parametrize("status", ["TIMEOUT", "SERVFAIL", "NXDOMAIN"])
def test_B8_failures_and_absence_are_asked_once_too(bulk: Bulk, status: str) -> None:
    bulk.pump.world = {(reverse("192.0.2.1"), "PTR"): status}
    bulk.pump.room = 1
    out = read(bulk.table(table(["192.0.2.1", "192.0.2.2"] * 100)))
    assert 2 == len(bulk.pump.asked)
    assert 100 == [row[2] for row in out].count(status) or status == "NXDOMAIN"


@pytest.mark.usefixtures("small_blocks")
def test_B8_what_has_no_ttl_is_asked_again(bulk: Bulk) -> None:
    bulk.pump.room = 1
    bulk.pump.ttl = 0
    bulk.table(table(["192.0.2.1", "192.0.2.2"] * 5))
    assert 10 == len(bulk.pump.asked)


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("seed", range(5))
def test_B9_input_order_whatever_order_answers_come_in(bulk: Bulk, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    keys = addresses(2000)
    bulk.pump.world = pointers(keys)
    bulk.pump.shuffle = random.Random(seed)
    out = read(bulk.table(table(keys)))
    assert [str(number) for number in range(2000)] == [row[0] for row in out[1:]]
    assert [f"host-{key.replace('.', '-')}.example" for key in keys] == [row[3] for row in out[1:]]


@pytest.mark.usefixtures("small_blocks")
def test_B9_a_slow_lookup_holds_back_a_bounded_window(bulk: Bulk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MOST_ROWS", 200)
    keys = addresses(2000)
    bulk.pump.slow = frozenset([reverse(keys[10])])
    seen: list[int] = []
    feed = rows.Window.add

    def add(self: rows.Window, more: rows.Rows) -> rows.Batch:
        batch = feed(self, more)
        seen.append(self.read - self.written)
        return batch

    monkeypatch.setattr(rows.Window, "add", add)
    monkeypatch.setattr(rows.Window, "_pack", lambda self: None)
    out = read(bulk.table(table(keys)))
    assert keys == [row[1] for row in out[1:]]
    assert max(seen) < 250


@pytest.mark.usefixtures("small_blocks")
def test_B9_rows_that_only_wait_are_packed(bulk: Bulk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MOST_ROWS", 200)
    monkeypatch.setattr("dnsburst.bulk.job.TICK", 0.0)
    keys = addresses(3000)
    bulk.pump.world = pointers(keys)
    bulk.pump.world[reverse(keys[10]), "PTR"] = "NEVER"
    path = bulk.write(table(keys))
    most = 0
    add = rows.Window.add

    def count(self: rows.Window, more: rows.Rows) -> rows.Batch:
        nonlocal most
        batch = add(self, more)
        most = max(most, self.read - self.written)
        return batch

    monkeypatch.setattr(rows.Window, "add", count)
    report = bulk.run(path, max_time=0.5)
    assert (1, 10) == (report.status, report.summary.rows_out)
    assert most > 2900
    bulk.pump.world[reverse(keys[10]), "PTR"] = "NXDOMAIN"
    bulk.pump.slow = frozenset([reverse(keys[10])])
    report = bulk.run(path, overwrite=True)
    assert {"NOERROR": 2999, "NXDOMAIN": 1} == report.summary.statuses
    assert keys == [row[1] for row in read(bulk.out())[1:]]


@pytest.mark.usefixtures("small_blocks")
def test_B9_unordered_rows_carry_their_number(bulk: Bulk, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = addresses(500)
    bulk.pump.slow = frozenset([reverse(keys[0])])
    monkeypatch.setattr("dnsburst.bulk.job.TICK", 0.0)
    out = read(bulk.table(table(keys), ordered=False))
    assert ["n", "ip", "dns_row", "dns_status"] == out[0][:4]
    assert keys[0] == out[-1][1]
    assert all(int(row[2]) == int(row[0]) + 1 for row in out[1:])
    assert sorted(keys) == sorted(row[1] for row in out[1:])


# ---- B10: nothing is lost to a run that could not start


def test_B10_an_output_that_exists_is_an_error(bulk: Bulk, tmp_path: Path) -> None:
    (tmp_path / "out.csv").write_bytes(b"precious")
    with pytest.raises(ChoiceError, match=r"out\.csv exists: --resume goes on, --overwrite starts afresh"):
        bulk.run(bulk.write(table(addresses(3))))
    assert b"precious" == bulk.out()


@pytest.mark.parametrize(
    ("data", "settings"),
    [
        ("a,b\n1,2\n", {}),
        ("a,b\n1,192.0.2.1\n", {"column": "c"}),
        ("a,dns_status\n1,192.0.2.1\n", {}),
        (b"\xff\xfea\0", {}),
        ("a,b\n1,192.0.2.1\n", {"confirm": True, "types": ["MX"]}),
        ("a,b\n1,192.0.2.1\n", {"add": ("nothing",)}),
    ],
)
def test_B10_overwrite_touches_nothing_before_the_run_can_start(
    bulk: Bulk, tmp_path: Path, data: str, settings: dict[str, Any]
) -> None:
    path = bulk.write(data)
    (tmp_path / "out.csv").write_bytes(b"precious")
    with pytest.raises((ChoiceError, TableError)):
        bulk.run(path, overwrite=True, **settings)
    assert b"precious" == bulk.out()
    (tmp_path / "out.csv").unlink()
    with pytest.raises((ChoiceError, TableError)):
        bulk.run(path, **settings)
    assert not (tmp_path / "out.csv").exists()


def test_B10_overwrite_touches_nothing_while_no_server_answers(bulk: Bulk, tmp_path: Path) -> None:
    (tmp_path / "out.csv").write_bytes(b"precious")
    keys = addresses(3000)
    bulk.pump.world = {(reverse(key), "PTR"): "TIMEOUT" for key in keys}

    def on_step(self: FakePump) -> None:
        self.exchange.nameservers[0].down = True
        self.exchange.nameservers[0].down_since = -inf

    bulk.pump.on_step = on_step
    report = bulk.run(bulk.write(table(keys)), overwrite=True)
    assert (1, "no server answers: 192.0.2.53:53 (no answer)") == (report.status, report.problem)
    assert b"precious" == bulk.out()


def test_B10_the_output_may_not_be_the_input(bulk: Bulk, tmp_path: Path) -> None:
    path = bulk.write(table(addresses(3)))
    os.link(path, tmp_path / "out.csv")
    with pytest.raises(ChoiceError, match="the output is the input"):
        bulk.run(path, overwrite=True)
    assert table(addresses(3)).encode() == bulk.out()


def test_rows_that_failed_while_no_server_answered_are_left_to_resume(bulk: Bulk) -> None:
    keys = addresses(100)
    bulk.pump.world = pointers(keys)
    for key in keys[50:]:
        bulk.pump.world[reverse(key), "PTR"] = "TIMEOUT"
    bulk.pump.room = 10
    bulk.pump.world[reverse(keys[99]), "PTR"] = "NEVER"

    def on_step(self: FakePump) -> None:
        if len(self.asked) > 50:
            self.exchange.nameservers[0].down = True
        if len(self.asked) == 100:
            self.exchange.nameservers[0].down_since = -inf

    bulk.pump.on_step = on_step
    path = bulk.write(table(keys))
    report = bulk.run(path)
    assert (1, "no server answers: 192.0.2.53:53 (no answer)") == (report.status, report.problem)
    assert ["NOERROR"] * 50 == [row[2] for row in read(bulk.out())[1:]]


def test_failures_count_when_nothing_else_is_under_way(bulk: Bulk) -> None:
    bulk.pump.world = {(reverse("192.0.2.1"), "PTR"): "NETERROR"}

    def on_step(self: FakePump) -> None:
        self.exchange.nameservers[0].down = True

    bulk.pump.on_step = on_step
    report = bulk.run(bulk.write("ip\n192.0.2.1\n"))
    assert (1, "no server answers: 192.0.2.53:53 (no answer)") == (report.status, report.problem)
    assert b"192.0.2.1,NETERROR" in bulk.out()


# ---- B11: memory


def test_B11_what_is_remembered_is_bounded(bulk: Bulk, monkeypatch: pytest.MonkeyPatch) -> None:
    from dnsburst.bulk import known, run

    monkeypatch.setattr(known, "GENERATION", 100)
    made: list[known.Known] = []
    asker = run.asker

    def remember(*args: Any) -> Any:
        ask = asker(*args)
        made.append(ask.known)
        return ask

    monkeypatch.setattr(run, "asker", remember)
    bulk.table(table(addresses(2000)))
    assert made
    assert all(len(one.young) + len(one.old) <= 600 for one in made)


def test_B11_the_time_line_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    from dnsburst.bulk import summary

    from .fake import FakeServer

    monkeypatch.setattr(summary, "MOST_MOMENTS", 10)
    timeline = summary.Timeline(0.0)
    server = FakeServer()
    for second in range(1, 101):
        server.sent += 3
        timeline.add([server], 1, float(second))  # type: ignore[list-item]
    assert len(timeline.rows()) <= 10
    assert 300 == sum(row["sent"] for row in timeline.rows())


# ---- pipes


def test_a_slow_input_does_not_hold_up_what_is_there(bulk: Bulk, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = os.pipe()
    stdin = os.fdopen(ours)
    monkeypatch.setattr("dnsburst.bulk.source.sys.__stdin__", stdin)
    written = threading.Event()

    def wait_for_first_rows() -> None:
        if first:
            first.clear()
            return
        assert written.wait(10)

    first = [True]
    pieces = [b"n,ip\n0,192.0.2.1\n1,192.0.2.2\n2,192.", b"0.2.3\n"]
    thread = feed_slowly(theirs, pieces, wait_for_first_rows)
    write = outputs.Output.write

    def note(self: outputs.Output, data: bytes) -> None:
        write(self, data)
        written.set()

    monkeypatch.setattr(outputs.Output, "write", note)
    assert 0 == bulk.run("-").status
    thread.join()
    stdin.close()
    assert ["0", "1", "2"] == [row[0] for row in read(bulk.out())[1:]]


def test_output_to_a_pipe(bulk: Bulk, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = os.pipe()
    stdout = os.fdopen(theirs, "w")
    monkeypatch.setattr(outputs.sys, "__stdout__", stdout)
    got: list[bytes] = []

    def collect() -> None:
        with open(ours, "rb", buffering=0) as file:
            got.extend(iter(lambda: file.read(1000), b""))

    thread = threading.Thread(target=collect)
    thread.start()
    keys = addresses(5000)
    assert 0 == bulk.run(bulk.write(table(keys)), "-").status
    stdout.close()
    thread.join()
    assert keys == [row[1] for row in read(b"".join(got))[1:]]


def test_a_device_is_no_file_to_protect(bulk: Bulk) -> None:
    report = bulk.run(bulk.write(table(addresses(3))), "/dev/null")
    assert 0 == report.status


@pytest.mark.parametrize("name", ["in.csv.gz", "in.csv"])
def test_compressed_input_by_content(bulk: Bulk, name: str) -> None:
    keys = addresses(3000)
    data = table(keys).encode()
    packed = gzip.compress(data[:5000]) + gzip.compress(data[5000:]) + b"\0" * 100
    bulk.run(bulk.write(packed, name))
    assert keys == [row[1] for row in read(bulk.out())[1:]]


def test_compressed_input_that_ends_in_the_middle(bulk: Bulk) -> None:
    packed = gzip.compress(os.urandom(10_000).hex().encode() + b"\n" + table(addresses(1000)).encode())
    report = bulk.run(bulk.write(b"".join([gzip.compress(table(addresses(10)).encode()), packed[:-2000]]), "in.csv.gz"))
    assert 1 == report.status
    assert report.problem is not None
    assert "the gzip data ends in the middle" in report.problem
    assert 10 <= report.summary.rows_out


def test_an_input_that_is_not_there(bulk: Bulk) -> None:
    with pytest.raises(TableError, match="No such file or directory"):
        bulk.run(str(bulk.directory / "nothing.csv"))
    with pytest.raises(TableError, match="is a directory"):
        bulk.run(str(bulk.directory))
    assert not (bulk.directory / "out.csv").exists()


def test_an_output_that_cannot_be_written(bulk: Bulk) -> None:
    with pytest.raises(TableError, match="No such file or directory"):
        bulk.run(bulk.write(table(addresses(3))), "nowhere/out.csv")
