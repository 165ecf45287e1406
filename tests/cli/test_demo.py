"""``dnsburst demo``: its parts, and the whole in small."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from dnsburst import _namespace, demo
from dnsburst.compare import ONE_BY_ONE, Comparison, Measured, Outcome
from dnsburst.demo import DemoError, Settings

from .made_up import Invoke, lookup_of

ROOT = Path(__file__).resolve().parents[2]


def test_the_address_list_has_no_name_twice() -> None:
    pairs = list(demo.address_list(demo.MOST_ROWS))
    assert pairs[0] == ("10.128.0.0", "host-128-0-0.bench.example")
    assert pairs[-1] == ("10.129.255.255", "host-129-255-255.bench.example")
    assert len({name for _, name in pairs}) == len({address for address, _ in pairs}) == demo.MOST_ROWS


def test_the_address_list_is_not_in_the_table() -> None:
    text = (ROOT / "data" / demo.TABLE).read_text(encoding="utf-8")
    assert not any(f",{part}." in text for part in ("10.128", "10.129"))


def test_data_is_found_in_the_repository_and_where_told(tmp_path: Path) -> None:
    assert (demo.find_data(None) / demo.TABLE).is_file()
    (tmp_path / demo.TABLE).touch()
    (tmp_path / demo.ZONE).touch()
    assert demo.find_data(tmp_path) == tmp_path


def test_no_data_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DemoError, match=r"visitors\.csv.*--data"):
        demo.find_data(tmp_path)


def test_commands_are_shown_as_they_can_be_typed() -> None:
    lines = demo.command_lines(["dnsburst", "bulk", "a b.csv", *(f"--option-{number}" for number in range(12))])
    assert max(map(len, lines)) <= demo.WIDTH
    assert "".join(line.removeprefix("  $").removesuffix("\\").strip() + " " for line in lines).split() == [
        "dnsburst", "bulk", "'a", "b.csv'", *(f"--option-{number}" for number in range(12)),
    ]  # fmt: skip


def test_the_rows_shown_fit_the_screen(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["order", "ip", "note", "dns_status", "dns_answer", "dns_rtt_ms", "dns_error"])
        writer.writerow(["1", "192.0.2.1", "a long note " * 9, "NOERROR", "a.example", "21.5", ""])
        writer.writerow(["2", "192.0.2.2", "", "NOERROR", "long." * 20, "33.25", ""])
        writer.writerow(["3", "\u202e\x1b[31m", "two\nlines", "INVALID", "", "", "not a name"])
    assert demo.some_rows(path) == [
        "ip                    dns_status  dns_answer  dns_rtt_ms",
        "192.0.2.1             NOERROR     a.example         21.5",
        r"\226\128\174\027[31m  INVALID",
    ]


@pytest.mark.parametrize("rate", [0.0, 100.0])
def test_the_verdict_is_what_was_measured(rate: float) -> None:
    names = [f"10.128.0.{number}" for number in range(10)]
    reference = {name: lookup_of(name, "PTR", "NOERROR", "a.example") for name in names}
    outcomes: dict[str, Outcome] = dict.fromkeys(names, frozenset(("a.example",)))
    rows = [Measured("dnsburst bulk", outcomes, 0.01)]
    if rate:
        rows.insert(0, Measured(ONE_BY_ONE, outcomes, 10 / rate))
    text = "\n".join(demo.verdict(Comparison(rows, reference), Settings(rows=30_000)))
    if rate:
        assert "1,000 lookups/s, 10 times socket one by one" in text
        assert "5 minutes" in text
    else:
        assert "socket was not measured" in text
    assert "the same" in text


def test_an_output_that_exists_is_not_touched(invoke: Invoke, tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    output.write_text("mine")
    result = invoke("demo", "-o", str(output))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"dnsburst: {output} exists already: name another --output, or remove it\n"
    assert output.read_text() == "mine"


@pytest.mark.timeout(120)
def test_the_whole_demo_in_small(tmp_path: Path) -> None:
    """In a private network where the system allows it, as ``make demo`` runs it."""
    command = [sys.executable, "-m", "dnsburst", "demo", "--rows", "1000", "--delay", "1", "--jitter", "1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.isascii()
    lines = [line for line in done.stdout.splitlines() if len(max(line.split(), key=len, default="")) < 60]
    assert max(map(len, lines)) <= 80  # but for paths that are long themselves
    assert "dnsburst.lookup_many" in done.stdout
    assert "Every answer of every method is the same." in done.stdout
    with (tmp_path / "out" / "visitors.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 5000
    assert all(row["dns_status"] for row in rows)
    assert sum(row["dns_status"] == "NOERROR" for row in rows) > 3000


@pytest.mark.leftovers  # pycares keeps a thread for the channels it closes
def test_without_a_private_network_socket_is_left_out(
    tmp_path: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = invoke("demo", "--rows", "1000", "--delay", "0", "--jitter", "0", "--no-private-network")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "socket, one by one" not in result.stdout
    assert "socket was not measured" in result.stdout


ENTER = """
import pathlib, socket, sys
from dnsburst import _namespace
resolv = pathlib.Path("/etc/resolv.conf")
before = resolv.read_text() if resolv.exists() else None
reason = _namespace.enter({"/etc/resolv.conf": sys.argv[1], "/etc/no-such-file": sys.argv[1]})
if reason is None:
    assert before is None or resolv.read_text() == "nameserver 127.0.0.1\\n"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 53))
        server.sendto(b"x", server.getsockname())
        server.settimeout(5)
        assert server.recv(9) == b"x"
else:
    assert reason and (before is None or resolv.read_text() == before)
print("well")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Linux namespaces")
def test_a_private_network_has_port_53_and_its_own_resolv_conf_or_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "resolv.conf").write_text("nameserver 127.0.0.1\n")
    command = [sys.executable, "-c", ENTER, str(tmp_path / "resolv.conf")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert (done.stdout, done.stderr) == ("well\n", "")


def test_other_systems_have_no_private_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert _namespace.enter({}) == "only Linux has network namespaces"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_system_that_forbids_it_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbid(files: Mapping[str, str], as_user: bool) -> None:
        raise PermissionError(1, "not for you")

    monkeypatch.setattr(_namespace, "_enter", forbid)
    monkeypatch.setattr(sys, "platform", "linux")
    assert _namespace.enter({}) == "not for you"
