"""The pump between the engine and real sockets, by a clock of the test's own."""

from __future__ import annotations

import socket

import pytest

from dnsburst._io.pump import LATE, Pump
from dnsburst._io.reactor import Reactor
from dnsburst._wire.codes import TYPE_A
from dnsburst._wire.name import from_text
from dnsburst.configuration import configure


@pytest.mark.parametrize(("pause", "at_once"), [(LATE / 2, False), (2 * LATE, True), (0.1, True)])
def test_what_came_while_this_process_was_busy_is_read_before_anything_is_judged(pause: float, at_once: bool) -> None:
    now = 1000.0
    turn = 0
    finished: list[int] = []
    loop = Reactor()
    loop.time = lambda: now
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(5.0)

        def answer(count: int) -> None:
            for _ in range(count):
                query, client = server.recvfrom(512)
                server.sendto(query[:2] + b"\x85\x83" + query[4:], client)  # NXDOMAIN

        def on_finished(lookups: list[object]) -> None:
            nonlocal now
            finished.extend([turn] * len(lookups))
            if len(finished) == 10:
                answer(10)
                now += pause

        def done() -> bool:
            nonlocal turn
            turn += 1
            if turn == 2:
                answer(10)
            return len(finished) == 20

        options = configure([f"127.0.0.1:{server.getsockname()[1]}"], edns=False)
        pump = Pump(options, loop, on_finished)
        try:
            for number in range(20):
                pump.submit(from_text(f"h{number}.example"), TYPE_A, number)
            assert loop.run_until(done)
        finally:
            pump.close()
            loop.close()
    assert (finished[0] == finished[-1]) == at_once
