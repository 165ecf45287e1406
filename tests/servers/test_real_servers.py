"""The fixtures by themselves: real servers start, answer everywhere, and never outlive the run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .conftest import require
from .real import RealServer, StartError, answers, start_knot, start_nsd
from .zones import Zone, long_name, make_zone, question_zones

pytestmark = pytest.mark.servers

_SOA = 6
_PRINTER = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from servers.real import start_knot, start_nsd, start_unbound
from servers.zones import make_zone
zones = [make_zone("zone.example.", [])]
directory = Path(sys.argv[2])
knot = start_knot(directory / "knot", zones).wait_ready()
nsd = start_nsd(directory / "nsd", zones).wait_ready()
unbound = start_unbound(directory / "unbound", zones, knot).wait_ready()
print(knot.port, nsd.port, unbound.port, flush=True)
time.sleep(60)
"""


def test_every_server_answers_on_every_address(real_servers: dict[str, RealServer]) -> None:
    for server in real_servers.values():
        for host in ("127.0.0.1", "::1"):
            assert answers(host, server.port, "zone.example", _SOA), (server, host)


def test_a_server_that_cannot_start_shows_its_log(tmp_path: Path) -> None:
    require("nsd")
    server = start_nsd(tmp_path, [Zone("zone.example.", "@ NONSENSE\n")], server="no-such-option: yes")
    with pytest.raises(StartError, match="no-such-option"):
        server.wait_ready()


def test_kill_and_restart(tmp_path: Path) -> None:
    require("knotd")
    with start_knot(tmp_path, [make_zone("zone.example.", [])]) as server:
        server.wait_ready()
        port = server.port
        server.kill()
        assert not answers("127.0.0.1", port, "zone.example", _SOA)
        server.restart()
        assert server.port == port
        assert answers("127.0.0.1", port, "zone.example", _SOA)


def test_suspend_and_resume(tmp_path: Path) -> None:
    require("nsd")
    with start_nsd(tmp_path, [make_zone("zone.example.", [])]) as server:
        server.wait_ready()
        server.suspend()
        assert not answers("127.0.0.1", server.port, "zone.example", _SOA)
        server.resume()
        server.wait_ready()
        server.suspend()


def test_servers_die_with_a_run_that_is_killed(tmp_path: Path) -> None:
    require("knotd", "nsd", "unbound", "setpriv")
    tests = Path(__file__).parent.parent
    with subprocess.Popen(
        [sys.executable, "-c", _PRINTER, str(tests), str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        ports = [int(word) for word in run.stdout.readline().split()]
        assert len(ports) == 3
        assert all(answers("127.0.0.1", port, "zone.example", _SOA) for port in ports)
        os.kill(run.pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while any(answers("127.0.0.1", port, "zone.example", _SOA) for port in ports):
        assert time.monotonic() < deadline, "a server lives on"


def test_zones_have_names_of_every_length() -> None:
    for octets in range(30, 256):
        labels = long_name(octets, "zone.example").split(".")
        assert sum(len(label) + 1 for label in labels) + 1 == octets
        assert all(1 <= len(label) <= 63 for label in labels)


def test_question_zones_are_distinct() -> None:
    origins = [zone.origin for zone in question_zones()]
    assert len(set(origins)) == len(origins)
