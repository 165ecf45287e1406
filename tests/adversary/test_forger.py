"""An off-path forger that knows everything but IDs and cookies, against lookups at an honest server.

DNSBURST_FORGED_LOOKUPS=20000 DNSBURST_FORGED_RATE=50000 is the full run; the suite makes a short one.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import dnsburst
from dnsburst.result import Result

from ..octets import name
from .server import address_of, bound_sockets

LOOKUPS = int(os.environ.get("DNSBURST_FORGED_LOOKUPS", "3000"))
RATE = int(os.environ.get("DNSBURST_FORGED_RATE", "20000"))
ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(not Path("/proc/net/udp").exists(), reason="the forger reads ports from /proc/net/udp")


@contextmanager
def program(module: str, *arguments: object, fds: tuple[int, ...]) -> Iterator[subprocess.Popen[str]]:
    """A module of the tests run by itself until the block ends."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    command = [sys.executable, "-m", module, *map(str, arguments)]
    with subprocess.Popen(
        command, env=environment, cwd=ROOT, pass_fds=fds, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(10)


@pytest.fixture
def sockets() -> Iterator[tuple[socket.socket, socket.socket]]:
    udp, listener = bound_sockets()
    with udp, listener:
        yield udp, listener


def timed(port: int) -> tuple[float, list[Result]]:
    start = time.perf_counter()
    names = [f"h{number}.example" for number in range(LOOKUPS)]
    results = list(dnsburst.lookup_many(names, "A", servers=[f"127.0.0.1:{port}"]))
    return time.perf_counter() - start, results


def wrong(results: list[Result]) -> list[Result]:
    def expected(result: Result) -> str:
        return socket.inet_ntoa(address_of(name(result.name)))

    return [r for r in results if r.status != "NOERROR" or [expected(r)] != [record.data for record in r.records]]


@pytest.mark.timeout(180)
def test_M1_forged_replies_by_the_thousand_change_no_answer_and_cost_little(
    sockets: tuple[socket.socket, socket.socket],
) -> None:
    udp, listener = sockets
    port = udp.getsockname()[1]
    fds = (udp.fileno(), listener.fileno())
    with program("tests.adversary.server", *fds, fds=fds):
        alone, results = timed(port)
        assert [] == wrong(results)
        with program("tests.adversary.forger", fds[0], RATE, LOOKUPS, fds=fds) as forger:
            assert forger.stdout is not None
            assert "ready\n" == forger.stdout.readline()
            attacked, results = timed(port)
            forger.send_signal(signal.SIGTERM)
            sent, seconds = forger.stdout.readline().split()
    print(
        f"{LOOKUPS} lookups: {alone:.2f} s alone, {attacked:.2f} s with {sent} forged replies in {float(seconds):.2f} s"
    )
    assert [] == wrong(results)
    assert int(sent) > 0
    assert attacked < 3 * alone + 0.5
