"""Datagrams sent and received in batches: each of the ways does the same."""

from __future__ import annotations

import errno
import os
import random
import socket
import sys
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

import dnsburst
from dnsburst._io.portable import BATCH, PortableBatch
from dnsburst._io.udp import Batch

LONGEST = 65507  # what IPv4 leaves of 65,535


@pytest.fixture(params=["portable", "vectored", "compiled"])
def batch(request: pytest.FixtureRequest) -> Any:
    if request.param == "portable":
        return PortableBatch()
    if request.param == "vectored":
        return pytest.importorskip("dnsburst._io.vectored", exc_type=ImportError).VectoredBatch()
    return pytest.importorskip("dnsburst._io.batch").Batch()


@pytest.fixture(params=[socket.AF_INET, socket.AF_INET6])
def pair(request: pytest.FixtureRequest) -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two sockets connected to each other."""
    host = "127.0.0.1" if request.param == socket.AF_INET else "::1"
    with (
        socket.socket(request.param, socket.SOCK_DGRAM) as one,
        socket.socket(request.param, socket.SOCK_DGRAM) as other,
    ):
        for sock in one, other:
            sock.setblocking(False)
            try:
                sock.bind((host, 0))
            except OSError:
                pytest.skip(f"there is no {host} here")
        one.connect(other.getsockname())
        other.connect(one.getsockname())
        yield one, other


def send_all(batch: Any, sock: socket.socket, datagrams: list[bytes]) -> None:
    sent = 0
    while sent < len(datagrams):
        count = batch.send(sock, datagrams[sent:])
        assert count > 0
        sent += count


@pytest.mark.parametrize(
    "sizes",
    [
        [40],
        [40, 41, 42],
        [40, 41, 42, 43],
        [0] * 5,
        [0, 1, 511, 512, 513, 0, 2047, 2048, 2049],
        [60] * BATCH,
        [60] * (BATCH + 1),
        [1232] * 40,
        [LONGEST],
        [60, 60, LONGEST, 60],
        [*range(3 * BATCH)],
    ],
    ids=lambda sizes: f"{len(sizes)}-of-{min(sizes)}-to-{max(sizes)}",
)
def test_what_is_sent_is_received_octet_for_octet_and_in_order(
    batch: Any, pair: tuple[socket.socket, socket.socket], sizes: list[int]
) -> None:
    sender, receiver = pair
    datagrams = [os.urandom(size) for size in sizes]
    send_all(batch, sender, datagrams)
    received: list[bytes] = []
    while some := batch.receive(receiver):
        assert len(some) <= BATCH
        received += some
    assert datagrams == received
    assert {bytes} == {type(datagram) for datagram in received}


def test_what_was_received_stays_as_it_was(
    batch: Any, pair: tuple[socket.socket, socket.socket], rng: random.Random
) -> None:
    sender, receiver = pair
    rounds = [[rng.randbytes(rng.choice((0, 50, 700, 5000))) for _ in range(9)] for _ in range(20)]
    received = []
    for datagrams in rounds:
        send_all(batch, sender, datagrams)
        received.append(batch.receive(receiver))
    assert rounds == received


def test_nothing_is_received_where_nothing_has_come(batch: Any, pair: tuple[socket.socket, socket.socket]) -> None:
    assert [] == batch.receive(pair[1])


@pytest.mark.parametrize("count", [1, 40])
def test_sends_what_there_is_room_for(batch: Any, count: int) -> None:
    one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)  # those wait for their reader
    with closing(one), closing(other):
        one.setblocking(False)
        other.setblocking(False)
        datagrams = [b"%d" % number for number in range(count)]
        sent: list[bytes] = []
        while done := batch.send(one, datagrams):
            sent += datagrams[:done]
        assert 0 == batch.send(one, datagrams)
        received: list[bytes] = []
        while some := batch.receive(other):
            received += some
        assert sent == received


@pytest.mark.parametrize("count", [1, 40])
def test_an_error_that_waits_is_raised_once(batch: Any, pair: tuple[socket.socket, socket.socket], count: int) -> None:
    sender, receiver = pair
    receiver.close()
    sender.send(b"")  # the reply to it is that nobody is there
    with pytest.raises(ConnectionRefusedError) as raised:
        batch.send(sender, [b"\0" * 40] * count)
    assert errno.ECONNREFUSED == raised.value.errno
    assert [] == batch.receive(sender)
    sender.send(b"")
    with pytest.raises(ConnectionRefusedError):
        batch.receive(sender)
    assert [] == batch.receive(sender)


def test_a_socket_that_is_closed_is_an_error(batch: Any, pair: tuple[socket.socket, socket.socket]) -> None:
    sender, _ = pair
    sender.close()
    for count in 1, 40:
        with pytest.raises(OSError, match="Bad file descriptor"):
            batch.send(sender, [b"\0" * 40] * count)
    with pytest.raises(OSError, match="Bad file descriptor"):
        batch.receive(sender)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is one way")
def test_each_build_takes_the_quickest_way_it_has() -> None:
    if dnsburst.is_compiled():
        assert "dnsburst._io.batch" == Batch.__module__
    elif "CS_GNU_LIBC_VERSION" in os.confstr_names and os.confstr("CS_GNU_LIBC_VERSION"):
        assert "dnsburst._io.vectored" == Batch.__module__
    else:
        assert PortableBatch is Batch
