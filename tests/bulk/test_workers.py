"""A run spread over processes gives what one process gives, keeps to the same caps, and leaves nobody behind."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import time
from array import array
from collections.abc import Callable, Iterator
from math import inf
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dnsburst._engine.address import ServerAddress
from dnsburst._engine.lookup import Lookup, to_ask
from dnsburst._engine.options import Options
from dnsburst._engine.silence import no_server_answers, silence
from dnsburst._io.reactor import Reactor
from dnsburst._wire.codes import TYPE_A, TYPE_MX, TYPE_PTR
from dnsburst._wire.name import from_text
from dnsburst.bulk import parcels
from dnsburst.bulk.link import AT_ONCE, Link, pair
from dnsburst.bulk.run import Settings, run
from dnsburst.bulk.worker import Figures
from dnsburst.bulk.workers import Together, cores, divided, how_many
from dnsburst.server import Faults, Server, Zones

from .fake import record
from .test_command import address, bulk, command, complaint

KNOWN = 3000
#: Columns that are the same in every run.
SAME = ("--add", "status,answer,ttl,server,error")
SOA = "300 IN SOA ns.example. hostmaster.example. 1 3600 600 86400 300\n"

posix = pytest.mark.skipif(os.name == "nt", reason="signals and process groups")


@pytest.fixture(scope="module")
def zones() -> Zones:
    """Names for 10.0.0.0 and on, but for each tenth; of those each seventh leads elsewhere; each third has MX records."""
    reverse, forward = "10.in-addr.arpa. " + SOA, "example. " + SOA
    for n in range(KNOWN):
        if n % 10:
            reverse += f"{'.'.join(address(n).split('.')[::-1])}.in-addr.arpa. 300 IN PTR host-{n}.example.\n"
            forward += f"host-{n}.example. {n + 1} IN A {address(n if n % 7 else n + 1)}\n"
        if n % 3 == 0:
            forward += f"host-{n}.example. 60 IN MX 10 mail.example.\nhost-{n}.example. 90 IN MX 20 other.example.\n"
    zones = Zones.from_text(reverse)
    zones.add_text(forward)
    return zones


@pytest.fixture
def running(zones: Zones) -> Iterator[Server]:
    """Each answer takes 20 ms, so that a run lasts a while."""
    with Server(zones, faults=Faults(delay=0.02)) as running:
        yield running


@pytest.fixture
def server(running: Server) -> str:
    return f"127.0.0.1:{running.address[1]}"


@pytest.fixture
def table(tmp_path: Path) -> str:
    """Each tenth row has come before; some cells cannot be asked."""
    path = tmp_path / "in.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["n", "ip", "note"])
        for n in range(KNOWN):
            key = "nonsense.." if n % 97 == 5 else address(n // 20 if n % 10 == 1 else n)
            writer.writerow([n, key, f'"{n}", a note'])
    return str(path)


class Run:
    """A run of the command in a process group of its own."""

    def __init__(self, *words: str, **settings: Any) -> None:
        self.process = subprocess.Popen(
            command(*words, "--no-progress"), stderr=subprocess.PIPE, start_new_session=True, **settings
        )
        self.pid = self.process.pid

    def children(self) -> list[int]:
        """Its workers but for itself."""
        return [int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]

    def until(self, met: Callable[[], bool]) -> None:
        while not met():
            assert self.process.poll() is None
            time.sleep(0.005)

    def end(self) -> tuple[int, list[str]]:
        """The exit status and the lines on stderr; nobody of the group is left then."""
        _, stderr = self.process.communicate(timeout=20)
        assert b"Traceback" not in stderr
        self.check_gone()
        return self.process.returncode, stderr.decode("ascii").splitlines()

    def check_gone(self) -> None:
        """Nobody of the group is left, or will be in a moment."""
        deadline = time.monotonic() + 3
        while time.monotonic() < deadline:
            try:
                os.killpg(self.pid, 0)
            except ProcessLookupError:
                return
            time.sleep(0.01)
        pytest.fail("processes are left")


def written(path: Path) -> Callable[[], bool]:
    """Whether there are some rows in it."""
    return lambda: path.exists() and path.stat().st_size > 5000


def whole(table: str, server: str, tmp_path: Path, *words: str) -> bytes:
    """What one process makes of the table."""
    output = tmp_path / "one.csv"
    assert 0 == bulk(table, "-s", server, "-o", str(output), *SAME, *words).returncode
    return output.read_bytes()


# ---- the same as with one


@pytest.mark.parametrize("words", [[], ["--confirm"], ["-t", "PTR", "-t", "A"], ["--unordered"]], ids=" ".join)
def test_the_output_is_that_of_one_worker(server: str, table: str, tmp_path: Path, words: list[str]) -> None:
    one = whole(table, server, tmp_path, *words)
    for count in ("2", "3"):
        output = tmp_path / f"{count}.csv"
        done = bulk(table, "-s", server, "-o", str(output), *SAME, "--workers", count, *words)
        assert 0 == done.returncode, done.stderr
        several = output.read_bytes()
        if words == ["--unordered"]:
            assert sorted(one.splitlines()) == sorted(several.splitlines())
        else:
            assert one == several


def test_other_formats_and_types(server: str, tmp_path: Path) -> None:
    table = tmp_path / "in.jsonl"
    table.write_text("".join(f'{{"host": "host-{n % 700}.example", "n": {n}}}\n' for n in range(1000)))
    words = [str(table), "-s", server, *SAME, "-t", "MX", "-t", "A"]
    one, two = bulk(*words), bulk(*words, "--workers", "2")
    assert (0, 0) == (one.returncode, two.returncode)
    assert 1000 == one.stdout.count(b"\n")
    assert one.stdout == two.stdout


def test_each_key_is_asked_once(running: Server, server: str, table: str, tmp_path: Path) -> None:
    summary = tmp_path / "summary.json"
    assert 0 == bulk(table, "-s", server, "--workers", "3", "--summary", str(summary)).returncode
    facts = json.loads(summary.read_text())
    with open(table, newline="") as file:
        keys = {row["ip"] for row in csv.DictReader(file)} - {"nonsense.."}
    assert len(keys) == facts["unique_lookups"]
    assert facts["queries_sent"] == running.stats.queries == facts["servers"][0]["sent"]
    assert facts["servers"][0]["answered"] >= len(keys)


def test_the_summary_is_that_of_all(server: str, table: str, tmp_path: Path) -> None:
    summary = tmp_path / "summary.json"
    done = bulk(table, "-s", server, "--workers", "2", "--summary", str(summary), "-o", str(tmp_path / "out.csv"))
    facts = json.loads(summary.read_text())
    assert (KNOWN, KNOWN) == (facts["rows_in"], facts["rows_out"])
    assert {"NOERROR", "NXDOMAIN", "INVALID"} == set(facts["status"])
    assert 20 <= facts["latency_ms"]["p50"] < 200
    assert 20 <= facts["servers"][0]["rtt_ms_p50"] < 200
    assert facts["servers"][0]["rate"] > 0
    assert facts["servers"][0]["sent"] == sum(moment["sent"] for moment in facts["timeline"])
    assert b"3,000 rows in" in done.stderr


def test_a_cache_is_used_by_all(server: str, table: str, tmp_path: Path) -> None:
    one = whole(table, server, tmp_path, "--add", "status,answer,error")
    words = [table, "-s", server, *SAME, "--cache", str(tmp_path / "cache"), "--workers", "2"]
    words += ["--add", "status,answer,error"]
    assert one == bulk(*words).stdout
    summary = tmp_path / "summary.json"
    assert one == bulk(*words, "--summary", str(summary)).stdout
    assert json.loads(summary.read_text())["queries_sent"] == 0


def test_a_new_python_where_a_fork_is_not_safe(server: str, table: str, tmp_path: Path) -> None:
    """This process has threads: the server's for one."""
    output = tmp_path / "out.csv"
    host, _, port = server.partition(":")
    settings = Settings(
        input=table, output=str(output), servers=(f"{host}:{port}",), progress=False, workers=2,
        add=tuple(SAME[1].split(",")),
    )  # fmt: skip
    report = run(settings, pytest.fail)
    assert (0, None) == (report.status, report.problem)
    assert whole(table, server, tmp_path) == output.read_bytes()


def test_progress(server: str, table: str, tmp_path: Path) -> None:
    done = bulk(table, "-s", server, "-o", str(tmp_path / "o.csv"), "--progress", "--workers", "2", "--rate", "4000")
    assert 0 == done.returncode
    assert b"in flight" in done.stderr
    assert server.encode() in done.stderr


# ---- ends


@posix
def test_nobody_is_left_afterwards(server: str, table: str, tmp_path: Path) -> None:
    run = Run(table, "-s", server, "-o", str(tmp_path / "out.csv"), "--workers", "3")
    run.until(lambda: len(run.children()) == 2)
    assert 0 == run.end()[0]


@posix
def test_killed_and_resumed(server: str, table: str, tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    words = [table, "-s", server, "-o", str(output), *SAME, "--workers", "2"]
    for _ in range(3):
        run = Run(*words, "--resume", "--rate", "3000")
        size = output.stat().st_size if output.exists() else 0
        run.until(lambda: output.exists() and output.stat().st_size > size + 5000)  # noqa: B023
        run.process.kill()
        assert -signal.SIGKILL == run.end()[0]
    assert 0 == bulk(*words, "--resume").returncode
    assert whole(table, server, tmp_path) == output.read_bytes()


@posix
def test_what_a_dead_worker_had_to_do_is_done_by_the_others(server: str, table: str, tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    run = Run(table, "-s", server, "-o", str(output), *SAME, "--workers", "3", "--rate", "3000")
    run.until(written(output))
    os.kill(run.children()[0], signal.SIGKILL)
    status, lines = run.end()
    assert (0, "dnsburst: a worker has died (signal 9): the others go on") == (status, lines[0])
    assert whole(table, server, tmp_path) == output.read_bytes()


@posix
def test_when_all_others_have_died_the_run_goes_on(server: str, table: str, tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    run = Run(table, "-s", server, "-o", str(output), *SAME, "--workers", "3", "--rate", "3000")
    run.until(written(output))
    for pid in run.children():
        os.kill(pid, signal.SIGKILL)
    status, lines = run.end()
    assert (0, 2) == (status, lines.count("dnsburst: a worker has died (signal 9): the others go on")), "\n".join(lines)
    assert whole(table, server, tmp_path) == output.read_bytes()


@posix
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_to_all_of_them(server: str, table: str, tmp_path: Path, number: int, status: int) -> None:
    output = tmp_path / "out.csv"
    words = [table, "-s", server, "-o", str(output), *SAME, "--workers", "2"]
    run = Run(*words, "--rate", "1500")
    run.until(written(output))
    os.killpg(run.pid, number)
    ended, lines = run.end()
    assert status == ended
    assert " rows in " in lines[0]
    right = whole(table, server, tmp_path)
    data = output.read_bytes()
    assert right.startswith(data)
    assert data.endswith(b"\n")
    assert 0 == bulk(*words, "--resume").returncode
    assert right == output.read_bytes()


@posix
def test_a_signal_at_the_very_start(server: str, table: str, tmp_path: Path) -> None:
    for wait in (0.05, 0.1, 0.15, 0.2, 0.25, 0.3):
        run = Run(table, "-s", server, "-o", str(tmp_path / "out.csv"), "--workers", "2", "--resume")
        time.sleep(wait)
        os.killpg(run.pid, signal.SIGTERM)
        run.process.communicate(timeout=20)
        assert run.process.returncode in (143, -signal.SIGTERM, 0)  # 0: it was done before
        run.check_gone()


@posix
def test_max_time(server: str, table: str, tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    words = [table, "-s", server, "-o", str(output), *SAME, "--workers", "2"]
    status, lines = Run(*words, "--max-time", "0.7", "--rate", "1500").end()
    assert 1 == status
    assert lines[-1].startswith("dnsburst: --max-time 0.7 s is over: ")
    right = whole(table, server, tmp_path)
    assert right.startswith(output.read_bytes())
    assert 0 == bulk(*words, "--resume").returncode
    assert right == output.read_bytes()


@posix
def test_no_server_answers(table: str, tmp_path: Path) -> None:
    status, lines = Run(table, "-s", "127.0.0.1:9", "-o", str(tmp_path / "out.csv"), "--workers", "2").end()
    assert 1 == status
    assert lines[-1].startswith("dnsburst: no server answers: 127.0.0.1:9 (ECONNREFUSED: ")
    assert not (tmp_path / "out.csv").exists()


@posix
def test_an_error_before_the_first_row_leaves_nobody(tmp_path: Path) -> None:
    path = tmp_path / "nothing.csv"
    assert (1, [f"dnsburst: {path}: No such file or directory"]) == Run(str(path), "--workers", "2").end()


# ---- caps and counts


@pytest.mark.parametrize(
    ("words", "most"),
    [(["--rate", "400"], 400), (["--rate-per-server", "400"], 400), (["--in-flight", "10"], 10 / 0.02)],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_cap_is_kept_by_all_together(
    running: Server, server: str, table: str, tmp_path: Path, words: list[str], most: float
) -> None:
    bulk(table, "-s", server, "-o", str(tmp_path / "out.csv"), "--workers", "2", "--max-time", "1.5", *words)
    # Each worker may send what 20 ms allow at once.
    assert 0.4 * 1.5 * most < running.stats.queries <= 1.6 * most + 0.04 * most + 2


@pytest.mark.parametrize(
    ("wanted", "caps", "count"),
    [
        (3, {}, 3),
        (4, {"in_flight": 2}, 2),
        (4, {"rate": 3.9}, 3),
        (4, {"rate_per_server": 1.0}, 1),
        (2, {"rate": 0.5}, 1),
        (0, {}, cores()),
    ],
)
def test_how_many(wanted: int, caps: dict[str, Any], count: int) -> None:
    assert count == how_many(wanted, Options((ServerAddress("192.0.2.53"),), **caps))


def test_cores() -> None:
    assert 1 <= cores() <= (os.cpu_count() or 1)


def test_what_is_divided() -> None:
    options = Options((ServerAddress("192.0.2.53"),), rate=100.0, in_flight=11, rate_per_server=50.0)
    parts = divided(options, 3)
    assert [4, 4, 3] == [part.in_flight for part in parts]
    assert pytest.approx(100.0) == sum(part.rate or 0.0 for part in parts)
    assert pytest.approx(1.0) == sum(part.share for part in parts)


def test_the_share_of_a_polite_cap() -> None:
    from dnsburst._engine.exchange import Exchange

    options = Options((ServerAddress("192.88.99.1"), ServerAddress("8.8.8.8"), ServerAddress("127.0.0.1")), share=0.5)
    assert [250.0, 500.0, inf] == [server.pace.rate_cap for server in Exchange(options, 0.0).nameservers]


@pytest.mark.parametrize("number", ["-1", "two", "257"])
def test_what_is_no_number_of_workers(table: str, number: str) -> None:
    done = bulk(table, "--workers", number)
    assert 2 == done.returncode
    assert "--workers" in complaint(done)


def test_dry_run(server: str, table: str) -> None:
    assert b"workers: 2\n" in bulk(table, "-s", server, "--dry-run", "--workers", "2", "--in-flight", "2").stderr
    assert b"workers" not in bulk(table, "-s", server, "--dry-run").stderr


# ---- what goes over


def ended(rdtype: int, tags: list[Any], **of: Any) -> Lookup:
    lookup = to_ask(from_text("a.example"), rdtype, tags[0])
    lookup.others = dict.fromkeys(tags[1:])
    usual = {"status": "NOERROR", "tries": 1, "server": "one", "ttl": 300, "rtt": 0.25, "canonical_name": lookup.name}
    for field, value in {**usual, **of}.items():
        setattr(lookup, field, value)
    return lookup


FIELDS = ("name", "rdtype", "status", "ttl", "rtt", "server", "tries", "error", "canonical_name")


#: Ways in which a lookup can end.
KINDS: list[dict[str, Any]] = [
    {"records": (record(TYPE_A, b"abcd", 300),)},
    {"records": (record(TYPE_A, b"abcd", 299),)},
    {"records": (record(TYPE_A, b"abcd", 300), record(TYPE_MX, b"\0\1\0", 5))},
    {"records": (record(TYPE_A, b"\1a\2bc\0", 300, "a.bc"),)},
    {"records": (record(TYPE_A, b"\1d\0", 300, "d"),)},
    {"status": "NXDOMAIN", "ttl": -1, "server": "two", "tries": 7},
    {"status": "NODATA", "ttl": 86400, "tries": 8},
    {"status": "NODATA", "canonical_name": b"\1b\0"},
    {"status": "NXDOMAIN", "canonical_name": None},
    {"status": "SERVFAIL", "ttl": -1, "error": "EDE 22 (No Reachable Authority)"},
    {"status": "TIMEOUT", "ttl": -1, "rtt": -1.0, "server": "", "tries": 300, "error": "no answer"},
    {"status": "NOERROR", "ttl": 1 << 31, "error": "noted", "records": (record(TYPE_A, b"", 1 << 31),)},
]


def contents(lookup: Lookup) -> list[tuple[Any, ...]]:
    return [(rr.rdtype, rr.ttl, rr.rdata, rr.text) for rr in lookup.records]


@pytest.mark.parametrize("of", KINDS, ids=str)
def test_a_lookup_comes_back_as_it_ended(of: dict[str, Any]) -> None:
    outbox = parcels.Outbox(["one", "two"])
    other = to_ask(b"\0", TYPE_PTR, "other")
    outbox.start([other, to_ask(from_text("a.example"), TYPE_A, "tag")])
    wanted = ended(TYPE_A, [1], **of)
    [found] = outbox.take_answers(parcels.pack([wanted], {"one": 0, "two": 1}))
    assert ["tag"] == found.take_tags()
    assert [getattr(wanted, field) for field in FIELDS] == [getattr(found, field) for field in FIELDS]
    assert contents(wanted) == contents(found)
    assert [other] == outbox.take_open()


def test_lookups_of_all_kinds_in_one_parcel() -> None:
    """Each keeps what is its own, whatever went before it."""
    outbox = parcels.Outbox(["one", "two"])
    kinds = [*KINDS, *reversed(KINDS)]
    wanted = [ended(TYPE_A, [number], **of) for number, of in enumerate(kinds)]
    outbox.start([to_ask(from_text("a.example"), TYPE_A, number) for number in range(len(kinds))])
    found = outbox.take_answers(parcels.pack(wanted[::-1], {"one": 0, "two": 1}))[::-1]
    assert list(range(len(kinds))) == [lookup.tag for lookup in found]
    for one, other in zip(wanted, found, strict=True):
        assert [getattr(one, field) for field in FIELDS] == [getattr(other, field) for field in FIELDS]
        assert contents(one) == contents(other)


def test_what_went_as_most_do_is_told_in_columns() -> None:
    lookups = [
        ended(TYPE_A, [7], records=(record(TYPE_A, b"abcd", 300),)),
        ended(TYPE_A, [9], status="NXDOMAIN", ttl=-1, rtt=0.5),
    ]
    numbers, codes, rtts, sizes, records, texts, unusual = parcels.pack(lookups, {"one": 0})
    assert ([7, 9], [0.25, 0.5]) == (array("Q", numbers).tolist(), array("d", rtts).tolist())
    assert ([4, 0], b"abcd") == (array("I", sizes).tolist(), records)
    assert (8, "", []) == (len(codes), texts, unusual)


@pytest.mark.parametrize("text", ["abc", "a.b.c", ""])
def test_a_text_of_another_size_is_found_again(text: str) -> None:
    """Only what is as long as that of a plain name goes along."""
    lookup = ended(TYPE_A, [0], records=(record(TYPE_A, b"abcdef", 300, text),))
    outbox = parcels.Outbox(["one"])
    outbox.start([to_ask(from_text("a.example"), TYPE_A, None)])
    [found] = outbox.take_answers(parcels.pack([lookup], {"one": 0}))
    assert [(TYPE_A, 300, b"abcdef", None)] == contents(found)


def test_a_question_has_the_key_it_had() -> None:
    for names in (["a.example", "b.example"], ["a.example", "B.example"]):
        outbox, inbox = parcels.Outbox(["one"]), parcels.Inbox()
        asked = [to_ask(from_text(name), TYPE_A, None) for name in names]
        outbox.start(asked)
        inbox.add(outbox.take_questions())
        taken = inbox.take(2)
        assert [(one.question, one.key) for one in asked] == [(one.question, one.key) for one in taken]


def test_who_is_not_answered_is_known_whatever_the_order() -> None:
    outbox = parcels.Outbox(["one"])
    answered = [1, 0, 5, 2, 9, 3, 8]
    for step, number in enumerate(answered):
        outbox.start([to_ask(from_text("a.example"), TYPE_A, tag) for tag in range(10 * step, 10 * step + 10)])
        [found] = outbox.take_answers(parcels.pack([ended(TYPE_A, [number])], {"one": 0}))
        assert (number, 9 * (step + 1)) == (found.tag, outbox.left)
    left = [tag for tag in range(10 * len(answered)) if tag not in answered]
    assert left == [lookup.tag for lookup in outbox.take_open()]
    assert 0 == outbox.left
    assert not outbox.waiting
    # Numbers go on where they were.
    outbox.start([to_ask(from_text("a.example"), TYPE_A, "next")])
    [found] = outbox.take_answers(parcels.pack([ended(TYPE_A, [70])], {"one": 0}))
    assert "next" == found.tag


def test_questions_are_taken_as_there_is_room() -> None:
    outbox, inbox = parcels.Outbox(["one"]), parcels.Inbox()
    asked = [(bytes([n, n]), (TYPE_PTR, TYPE_A)[n // 4 % 2]) for n in range(20)]
    taken: list[Lookup] = []
    for name, rdtype in asked:
        outbox.start([to_ask(name, rdtype, None)])
        if outbox.count % 5 == 0:
            inbox.add(outbox.take_questions())
            taken += inbox.take(3)
            assert inbox.waiting
            assert not outbox.waiting
    taken += inbox.take(100)
    assert not inbox.waiting
    assert [(*asked[n], n) for n in range(20)] == [(lookup.name, lookup.rdtype, lookup.tag) for lookup in taken]
    assert 20 == inbox.begun == outbox.count


def test_questions_in_one_process_that_are_one() -> None:
    outbox = parcels.Outbox(["one"])
    outbox.start([to_ask(from_text("a.example"), TYPE_A, tag) for tag in "ab"])
    parcel = parcels.pack([ended(TYPE_A, [0, 1], status="SERVFAIL", error="why")], {"one": 0})
    assert [["a"], ["b"]] == [lookup.take_tags() for lookup in outbox.take_answers(parcel)]


def test_messages_of_every_size() -> None:
    loop = Reactor()
    ours, theirs = pair()
    got: list[Any] = []
    lost: list[bool] = []
    one = Link(ours, loop, pytest.fail, pytest.fail)
    other = Link(theirs, loop, got.extend, lambda: lost.append(True))
    sent: list[Any] = [None, [], ["a" * size for size in (0, 1, 70_000)], b"x" * (3 * AT_ONCE), 1.5]
    sent += [b"y" * size for size in range(0, AT_ONCE, 9999)]
    for message in sent:
        one.send(message)
    assert loop.run_until(lambda: len(got) == len(sent), loop.time() + 10)
    assert sent == got
    one.close()
    one.send("too late")
    assert loop.run_until(lambda: bool(lost), loop.time() + 10)
    assert other.closed
    loop.close()


# ---- one server, seen by several


def seen_by(*views: dict[str, Any]) -> Together:
    """A server as the run, and then its workers, see it."""
    own, *others = [Figures(**view) for view in views]
    exchange: Any = SimpleNamespace(
        nameservers=[SimpleNamespace(text="one", **own._asdict())], in_flight=1, open_lookups=0
    )
    workers: list[Any] = [
        SimpleNamespace(figures=[figures], dead=False, in_flight=1, outbox=parcels.Outbox([])) for figures in others
    ]
    return Together(exchange, workers)


def down(since: float) -> dict[str, Any]:
    return {"down": True, "down_since": since}


@pytest.mark.parametrize(
    ("views", "down_since"),
    [
        ([{}, {}], inf),
        ([down(5.0), {}], 5.0),
        ([{}, down(5.0)], 5.0),
        ([down(5.0), {"last_answer": 6.0}], inf),
        ([{"last_answer": 6.0}, down(5.0)], inf),
        ([down(5.0), {"last_answer": 4.0}], 5.0),
        ([down(5.0), {**down(7.0), "last_answer": 6.0}], 7.0),
    ],
)
def test_a_server_is_down_if_no_worker_hears_it(views: list[dict[str, Any]], down_since: float) -> None:
    together = seen_by(*views)
    assert down_since == together.nameservers[0].down_since
    assert (down_since < inf) == together.nameservers[0].down
    assert no_server_answers(together.nameservers, down_since + 2.9 if down_since < inf else 100.0) is None
    if down_since < inf:
        assert "one (no answer)" == no_server_answers(together.nameservers, down_since + 3.0)


def test_figures_are_added_up() -> None:
    together = seen_by(
        {"sent": 10, "rate": 90.0, "loss": 0.1}, {"sent": 5, "rate": 100.0, "socket_error": "ENOBUFS: why"}
    )
    server = together.nameservers[0]
    assert (15, 190.0, 2, 0) == (server.sent, server.rate, together.in_flight, together.open_lookups)
    assert pytest.approx(0.05) == server.loss
    assert "one (ENOBUFS: why)" == silence(together.nameservers)
    assert [] == server.rtt_bins
