"""``dnsburst bulk`` as a program, against the built-in server: what users and scripts see."""

from __future__ import annotations

import csv
import gzip
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dnsburst.server import Faults, Server, Zones

KNOWN = 3000


def address(number: int) -> str:
    return f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"


@pytest.fixture(scope="module")
def zones() -> Zones:
    """Names for 10.0.0.0 and on, but for each tenth."""
    return Zones.from_pairs((address(n), f"host-{n}.example") for n in range(KNOWN) if n % 10)


@pytest.fixture
def server(zones: Zones) -> Iterator[str]:
    with Server(zones) as running:
        yield f"127.0.0.1:{running.address[1]}"


@pytest.fixture
def slow_server(zones: Zones) -> Iterator[str]:
    """Each answer takes 50 ms."""
    with Server(zones, faults=Faults(delay=0.05)) as running:
        yield f"127.0.0.1:{running.address[1]}"


@pytest.fixture
def table(tmp_path: Path) -> str:
    path = tmp_path / "in.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["n", "ip", "note"])
        writer.writerows([n, address(n), f'"{n}", a note'] for n in range(KNOWN))
    return str(path)


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "dnsburst", "bulk", *words]


def bulk(*words: str, **settings: Any) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command(*words), capture_output=True, timeout=50, check=False, **{"input": b"", **settings})


def complaint(done: subprocess.CompletedProcess[bytes]) -> str:
    """The one line on stderr."""
    lines = done.stderr.decode("ascii").splitlines()
    assert 1 == len(lines), lines
    assert lines[0].startswith("dnsburst: ")
    return lines[0]


def check(output: Path | str) -> None:
    opened = gzip.open if str(output).endswith(".gz") else open
    with opened(output, "rt", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [str(n) for n in range(KNOWN)] == [row["n"] for row in rows]
    for n, row in enumerate(rows):
        right = ("NOERROR", f"host-{n}.example") if n % 10 else ("NXDOMAIN", "")
        assert right == (row["dns_status"], row["dns_answer"])


def test_a_table_in_the_same_with_names_out(server: str, table: str, tmp_path: Path) -> None:
    summary = tmp_path / "summary.json"
    done = bulk(table, "-s", server, "-o", str(tmp_path / "out.csv"), "--summary", str(summary))
    assert (0, b"") == (done.returncode, done.stdout)
    assert b"3,000 rows" in done.stderr.splitlines()[0]
    check(tmp_path / "out.csv")
    facts = json.loads(summary.read_text())
    assert (KNOWN, KNOWN, KNOWN) == (facts["rows_in"], facts["rows_out"], facts["unique_lookups"])
    assert {"NOERROR": 2700, "NXDOMAIN": 300} == facts["status"]


def test_from_stdin_to_stdout(server: str, table: str, tmp_path: Path) -> None:
    done = bulk("-", "-s", server, input=Path(table).read_bytes())
    assert 0 == done.returncode
    (tmp_path / "out.csv").write_bytes(done.stdout)
    check(tmp_path / "out.csv")


@pytest.mark.parametrize("name", ["out.csv", "out.csv.gz"])
def test_B3_killed_again_and_again(slow_server: str, table: str, tmp_path: Path, name: str, seed: str) -> None:
    rng = random.Random(seed)
    output = tmp_path / name
    words = [table, "-s", slow_server, "-o", str(output), "--resume", "--no-progress", "--in-flight", "200"]
    for _ in range(4):
        process = subprocess.Popen(command(*words), stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + rng.uniform(0.4, 1.2)
        while time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.01)
        process.kill()
        process.wait()
    assert 0 == bulk(*words).returncode
    check(output)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_B4_signals(slow_server: str, table: str, tmp_path: Path, number: int, status: int) -> None:
    output = tmp_path / "out.csv"
    words = [table, "-s", slow_server, "-o", str(output), "--no-progress"]
    process = subprocess.Popen(command(*words, "--rate", "1000"), stderr=subprocess.PIPE)
    while not (output.exists() and output.stat().st_size > 5000):
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(number)
    _, stderr = process.communicate(timeout=10)
    assert status == process.returncode
    assert b" rows in " in stderr.splitlines()[0]
    assert b"Traceback" not in stderr
    data = output.read_bytes()
    assert data.endswith(b"\n")
    rows = data.count(b"\n") - 1
    assert 10 < rows < KNOWN
    assert 0 == bulk(*words, "--resume").returncode
    assert output.read_bytes().startswith(data)
    check(output)


def test_B4_a_second_signal_ends_at_once(server: str, table: str) -> None:
    process = subprocess.Popen(command(table, "-s", server), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.read(1)
    time.sleep(0.5)  # until the pipe is full and the run waits for its reader
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    assert 130 == process.wait(5)
    process.stdout.close()
    assert process.stderr is not None
    assert b"" == process.stderr.read()
    process.stderr.close()


def test_B4_max_time(slow_server: str, table: str, tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    words = [table, "-s", slow_server, "-o", str(output), "--no-progress"]
    done = bulk(*words, "--max-time", "0.7", "--rate", "1000")
    assert 1 == done.returncode
    last = done.stderr.decode().splitlines()[-1]
    rows = output.read_bytes().count(b"\n") - 1
    assert f"dnsburst: --max-time 0.7 s is over: {KNOWN - rows} rows are left; --resume goes on with them" == last
    assert 0 == bulk(*words, "--resume").returncode
    check(output)


def test_B6_head(server: str, table: str) -> None:
    process = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.readline()"], stdin=subprocess.PIPE)
    assert process.stdin is not None
    done = subprocess.run(
        command(table, "-s", server),
        stdout=process.stdin,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    process.stdin.close()
    process.wait()
    assert b"" == done.stderr
    assert done.returncode in (0, 1)


def test_no_server_answers(table: str, tmp_path: Path) -> None:
    done = bulk(table, "-s", "127.0.0.1:9", "-o", str(tmp_path / "out.csv"), "--no-progress")
    assert 1 == done.returncode
    last = done.stderr.decode().splitlines()[-1]
    assert last.startswith("dnsburst: no server answers: 127.0.0.1:9 (ECONNREFUSED: ")
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    ("words", "status", "text"),
    [
        (["nothing.csv"], 1, "nothing.csv: No such file or directory"),
        (["in.csv", "-c", "nothere"], 2, "there is no column 'nothere': the columns are 1 'n'"),
        (["in.csv", "-c", "9"], 2, "there is no column 9: the columns are"),
        (["in.csv", "-o", "in.csv"], 2, "in.csv exists: --resume goes on, --overwrite starts afresh"),
        (["in.csv", "-o", "in.csv", "--overwrite"], 2, "the output is the input"),
        (["in.csv", "-o", "nowhere/out.csv"], 1, "nowhere/out.csv: No such file or directory"),
        (["in.csv", "-s", "nonsense"], 2, "nonsense"),
        (["in.csv", "-t", "NOTYPE"], 2, "NOTYPE"),
        (["in.csv", "--add", "stat"], 2, "there is no column 'stat' to add: choose from status,answer"),
        (["in.csv", "--resume"], 2, "--resume needs an output file"),
        (["in.csv", "-o", "x", "--resume", "--overwrite"], 2, "exclude each other"),
        (["in.csv", "--confirm", "-t", "A"], 2, "it needs type PTR"),
        (["in.csv", "--max-time", "0"], 2, "0 is not over 0"),
        (["in.csv", "--servers-file", "none.txt"], 1, "none.txt"),
        (["in.csv", "--unordered", "--output-format", "log"], 2, "only a log can be written as a log"),
    ],
)
def test_what_a_user_got_wrong_is_one_line(
    table: str, tmp_path: Path, words: list[str], status: int, text: str
) -> None:
    done = bulk(*words, cwd=tmp_path, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
    assert text in complaint(done)
    assert (status, b"") == (done.returncode, done.stdout)


def test_a_servers_file(server: str, tmp_path: Path) -> None:
    (tmp_path / "servers.txt").write_text(f"# ours\n\n{server}  # the one\n")
    (tmp_path / "in.txt").write_text("10.0.0.1\n")
    done = bulk(str(tmp_path / "in.txt"), "--servers-file", str(tmp_path / "servers.txt"))
    assert b"10.0.0.1,NOERROR,host-1.example" in done.stdout


def test_progress_is_shown_when_asked_for(slow_server: str, table: str, tmp_path: Path) -> None:
    done = bulk(table, "-s", slow_server, "-o", str(tmp_path / "out.csv"), "--progress", "--rate", "3000")
    assert 0 == done.returncode
    assert b"in flight" in done.stderr
    assert b"Traceback" not in done.stderr
    assert done.stderr.isascii()


def test_dry_run(server: str, table: str) -> None:
    done = bulk(table, "-s", server, "--dry-run")
    assert (0, b"") == (done.returncode, done.stdout)
    assert "distinct keys: 3,000" in done.stderr.decode().splitlines()


def test_every_option_says_what_it_does() -> None:
    text = " ".join(bulk("--help").stdout.decode().split())
    for option in ("--max-time S", "--rate QPS", "--lifetime S", "--prefix TEXT", "--cache FILE"):
        assert option in text
    assert "[default: 10.0]" in text
