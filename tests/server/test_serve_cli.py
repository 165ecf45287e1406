"""``dnsburst serve`` as a user has it: a process, its two streams and its exit status."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import dns.query
import pytest

from dnsburst.cli.main import main
from dnsburst.cli.serve import serve
from dnsburst.server import LIMIT_MODES

from .client import answers, flags, query, udp

SOA = "@ 60 SOA a b 1 2 3 4 5\n"


@pytest.fixture
def zone(tmp_path: Path) -> Path:
    path = tmp_path / "one.zone"
    path.write_text(f"$ORIGIN one.example.\n{SOA}www A 192.0.2.1\n$ORIGIN two.example.\n{SOA}www A 192.0.2.2\n")
    return path


@contextmanager
def serving(*arguments: object, listens: int = 1) -> Iterator[tuple[subprocess.Popen[str], list[tuple[str, int]]]]:
    """A running ``dnsburst serve`` and where it says that it listens."""
    command = [sys.executable, "-m", "dnsburst", "serve", *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            addresses = []
            for _ in range(listens):
                line = process.stdout.readline()
                match = re.fullmatch(r"listening on (?:\[(.+)\]|(.+)):([0-9]+)\n", line)
                assert match, (line, process.stderr and process.stderr.read())
                addresses.append((match[1] or match[2], int(match[3])))
            yield process, addresses
        finally:
            process.kill()


def end(process: subprocess.Popen[str], number: signal.Signals) -> tuple[int, str, str]:
    """Exit status, the rest of stdout, and stderr after the signal."""
    process.send_signal(number)
    out, err = process.communicate(timeout=10)
    return process.returncode, out, err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serves_until_a_signal_and_says_what_it_did(zone: Path, number: signal.Signals) -> None:
    with serving(zone, "--listen", "127.0.0.1:0") as (process, [address]):
        host, port = address
        for asked, expected in (("www.one.example", "192.0.2.1"), ("www.two.example", "192.0.2.2")):
            for ask in (dns.query.udp, dns.query.tcp):
                reply = ask(query(asked), host, port=port, timeout=5)
                assert [str(rrset[0]) for rrset in reply.answer] == [expected]
        assert end(process, number) == (0, "", "served 4 queries (2 over TCP), 4 replies\n")


def test_csv_and_several_addresses(tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text("address,name\n192.0.2.9,nine.three.example\n")
    with serving("--csv", path, "--listen", "127.0.0.1:0", "--listen", "127.0.0.1:0", listens=2) as (_, addresses):
        for address in addresses:
            assert len(answers(udp(address, query("9.2.0.192.in-addr.arpa", "PTR").to_wire())[0])) == 1
            assert len(answers(udp(address, query("nine.three.example").to_wire())[0])) == 1


def test_one_seed_one_run(zone: Path) -> None:
    runs = []
    wires = [query("www.one.example").to_wire() for _ in range(60)]
    for seed in (1, 1, 2):
        with serving(zone, "--listen", "127.0.0.1:0", "--truncate", "0.5", "--seed", seed) as (_, [address]):
            by_id = {reply[:2]: "TC" in flags(reply) for wire in wires for reply in udp(address, wire)}
            runs.append([by_id[wire[:2]] for wire in wires])
    assert runs[0] == runs[1] != runs[2]


def test_faults_reach_the_server(zone: Path) -> None:
    faults = ["--delay", "1.5", "--jitter", "0.5", "--limit", "0.001", "--limit-mode", "refuse"]
    with serving(zone, "--listen", "127.0.0.1:0", *faults) as (process, [address]):
        udp(address, *[query("www.one.example").to_wire()] * 5)
        assert end(process, signal.SIGTERM)[2] == "served 5 queries (0 over TCP), 5 replies, 4 over the limit\n"


@pytest.mark.parametrize(
    ("arguments", "status", "what"),
    [
        ([], 2, "Nothing to serve"),
        (["{tmp}/missing.zone"], 1, "{tmp}/missing.zone: No such file"),
        (["--csv", "{tmp}/missing.csv"], 1, "{tmp}/missing.csv: No such file"),
        (["{tmp}"], 1, "{tmp}: Is a directory"),
        (["{tmp}/bad.zone"], 1, "{tmp}/bad.zone:2: "),
        (["--csv", "{tmp}/bad.csv"], 1, "{tmp}/bad.csv:1: "),
        (["{zone}", "{zone}"], 1, "{zone}:2: the zone one.example is given twice"),
        (["{zone}", "--listen", "127.0.0.1:{used}"], 1, "cannot listen on 127.0.0.1:{used}: Address already in use"),
        (["{zone}", "--listen", "here"], 1, "cannot listen on 'here:5300'"),
        (["{zone}", "--listen", "127.0.0.1:dns"], 2, "127.0.0.1:dns"),
        (["{zone}", "--listen", "127.0.0.1:65536"], 2, "65536"),
        (["{zone}", "--loss", "2"], 2, "--loss"),
        (["{zone}", "--loss", "nan"], 1, "loss"),
        (["{zone}", "--delay", "-1"], 2, "--delay"),
        (["{zone}", "--limit", "0"], 2, "--limit"),
        (["{zone}", "--limit-mode", "ignore"], 2, "--limit-mode"),
    ],
)
def test_bad_input_is_one_line(
    zone: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], status: int, what: str
) -> None:
    (tmp_path / "bad.zone").write_text(f"$ORIGIN x.\n{SOA.replace('SOA', 'A')}")
    (tmp_path / "bad.csv").write_text("192.0.2.1,a..b\n")
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        names = {"tmp": str(tmp_path), "zone": str(zone), "used": str(taken.getsockname()[1])}
        assert main(["serve", *(text.format(**names) for text in arguments)]) == status
    captured = capsys.readouterr()
    assert captured.out == ""
    assert what.format(**names) in captured.err
    assert captured.err.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1:5301", ("127.0.0.1", 5301)),
        ("127.0.0.1", ("127.0.0.1", 5300)),
        ("0.0.0.0:0", ("0.0.0.0", 0)),
        ("[::1]:5301", ("::1", 5301)),
        ("[::1]", ("::1", 5300)),
        ("::1", ("::1", 5300)),
    ],
)
def test_forms_of_listen(text: str, expected: tuple[str, int]) -> None:
    [option] = [each for each in serve.params if each.name == "listen"]
    assert option.type_cast_value(click.Context(serve), [text]) == (expected,)


def test_help_says_unit_and_default_of_each_flag(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--help"]) == 0
    text = re.sub(r"\s+", " ", capsys.readouterr().out)
    for flag, *said in (
        ("--csv FILE", "address,name"),
        ("--listen ADDR:PORT", "[default: 127.0.0.1:5300]"),
        ("--delay MS", "Milliseconds", "[default: 0;"),
        ("--jitter MS", "Milliseconds", "[default: 0;"),
        ("--loss P", "0 to 1", "[default: 0;"),
        ("--limit QPS", "Queries per second", "20 ms", "[default: no limit]"),
        ("--limit-mode", "[drop|refuse|servfail|truncate]", "[default: drop]"),
        ("--truncate P", "0 to 1", "[default: 0;"),
        ("--seed N", "[default: differs from run to run]"),
    ):
        about = text[text.index(flag) :]
        for words in said:
            assert words in about, flag


def test_limit_modes_are_those_of_the_faults() -> None:
    [option] = [each for each in serve.params if each.name == "limit_mode"]
    assert isinstance(option.type, click.Choice)
    assert tuple(option.type.choices) == LIMIT_MODES


@pytest.mark.skipif(not hasattr(os, "fork"), reason="closes a stream as a shell does")
def test_stdout_that_nobody_reads(zone: Path) -> None:
    """`dnsburst serve … >&-` serves all the same."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    command = [
        "sh",
        "-c",
        'exec "$@" >&-',
        "sh",
        sys.executable,
        "-m",
        "dnsburst",
        "serve",
        str(zone),
        "--listen",
        f"127.0.0.1:{port}",
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            for _ in range(500):
                with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream:
                    if stream.connect_ex(("127.0.0.1", port)) == 0:
                        break
                try:
                    process.wait(0.02)
                except subprocess.TimeoutExpired:
                    continue
            assert len(answers(udp(("127.0.0.1", port), query("www.one.example").to_wire())[0])) == 1
            process.send_signal(signal.SIGTERM)
            assert process.communicate(timeout=10)[1] == "served 1 queries (0 over TCP), 1 replies\n"
        finally:
            process.kill()
