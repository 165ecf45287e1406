"""Sends forged replies from the server's own address and port: all is right about them but the ID and the cookie.

    python -m tests.adversary.forger UDP_FD RATE NAMES

It has the server's socket, so nothing but ID and cookie tells its datagrams from the server's; the ports to aim at it
reads from /proc/net/udp, and the NAMES that are asked it knows. Runs until it is stopped; says when it starts, and in the end how many
it sent in how many seconds.
"""

from __future__ import annotations

import random
import signal
import socket
import sys
import time
from pathlib import Path

from ..octets import QR, RA, RD, A, message, question, rr
from .server import WRONG

#: Datagrams between two looks at the clock.
BURST = 50


def ports_connected_to(port: int) -> list[int]:
    """The local ports of all UDP sockets of 127.0.0.1 that are connected to ``port``."""
    ports = []
    for line in Path("/proc/net/udp").read_text().splitlines()[1:]:
        _, local, remote, *_ = line.split()
        if remote == f"0100007F:{port:04X}":
            ports.append(int(local.rpartition(":")[2], 16))
    return ports


def main() -> None:
    sock = socket.socket(fileno=int(sys.argv[1]))
    rate, names = float(sys.argv[2]), int(sys.argv[3])
    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
    port = sock.getsockname()[1]
    rng = random.Random(1)
    answer = rr(b"\xc0\x0c", A, WRONG)
    forged = [
        message(0, QR | RD | RA, (question(f"h{number}.example", A),), (answer,))[2:]
        for number in rng.sample(range(names), min(names, 5000))
    ]
    ports: list[int] = []
    sent = total = 0
    seconds = 0.0
    print("ready", flush=True)
    start = looked = time.monotonic()
    while not stopped:
        now = time.monotonic()
        if not ports or now - looked > 0.2:
            ports = ports_connected_to(port)
            looked = now
        if not ports:
            # Nobody to aim at: what was sent so far is booked.
            total, seconds = total + sent, seconds + (now - start if sent else 0.0)
            time.sleep(0.01)
            start, sent = time.monotonic(), 0
            continue
        ahead = sent / rate - (now - start)
        if ahead > 0:
            time.sleep(ahead)
        for _ in range(BURST):
            data = rng.getrandbits(16).to_bytes(2, "big") + forged[int(rng.random() * len(forged))]
            try:
                sock.sendto(data, ("127.0.0.1", ports[sent % len(ports)]))
            except OSError:
                ports = []
                break
            sent += 1
    print(total + sent, seconds + (time.monotonic() - start if sent else 0.0))


if __name__ == "__main__":
    main()
