"""Datagrams through real sockets, a batch at a time: each of the ways there are does the same."""

from __future__ import annotations

import errno
import os
import random
import socket
import sys
from collections.abc import Iterator
from typing import Any

import pytest

import dnsburst
from dnsburst._io.portable import BATCH, PortableBatch
from dnsburst._io.udp import Batch

# asm-generic/socket.h: datagrams without checksums, which the kernel refuses to cut out of a longer one.
SO_NO_CHECK = 11


@pytest.fixture(params=["portable.PortableBatch", "vectored.VectoredBatch", "batch.Batch"])
def batch(request: pytest.FixtureRequest) -> PortableBatch:
    module, _, kind = request.param.partition(".")
    made: PortableBatch = getattr(pytest.importorskip(f"dnsburst._io.{module}", exc_type=ImportError), kind)()
    return made


@pytest.fixture(params=[socket.AF_INET, socket.AF_INET6], ids=["ipv4", "ipv6"])
def pair(request: pytest.FixtureRequest) -> Iterator[tuple[socket.socket, socket.socket]]:
    """One who sends and one who receives."""
    host = "127.0.0.1" if request.param == socket.AF_INET else "::1"
    with (
        socket.socket(request.param, socket.SOCK_DGRAM) as here,
        socket.socket(request.param, socket.SOCK_DGRAM) as there,
    ):
        there.bind((host, 0))
        here.connect(there.getsockname())
        there.connect((host, here.getsockname()[1]))
        here.setblocking(False)
        there.setblocking(False)
        yield here, there


def everything(batch: PortableBatch, sock: socket.socket) -> list[bytes]:
    datagrams = []
    while more := batch.receive(sock):
        assert len(more) <= BATCH
        datagrams += more
    return datagrams


@pytest.mark.parametrize(
    "sizes",
    [
        [50] * 40,
        [50] * 200,
        [50, 51, 52, 50, 51, 50, 49] * 10,
        list(range(1, 100)),
        [17],
        [0, 12, 0, 0, 12],
        [3000, 40, 3000, 40, 9000, 9000],
        [511, 512, 513, 2047, 2048, 2049, 60_000, 60_000],
        [60_000, 60_000, 5],
    ],
    ids=str,
)
def test_each_datagram_arrives_once_as_it_was(
    batch: PortableBatch, pair: tuple[socket.socket, socket.socket], sizes: list[int]
) -> None:
    here, there = pair
    datagrams = [number.to_bytes(2, "big")[:size] + b"." * (size - 2) for number, size in enumerate(sizes)]
    expected = sorted(datagrams)
    arrived = []
    for start in range(0, len(datagrams), 50):
        part = datagrams[start : start + 50]
        assert batch.send(here, part) == len(part)
        arrived += everything(batch, there)
    assert expected == sorted(arrived)


def test_nothing_to_send_and_nothing_there(batch: PortableBatch, pair: tuple[socket.socket, socket.socket]) -> None:
    here, there = pair
    assert 0 == batch.send(here, [])
    assert [] == batch.receive(there)


def test_what_the_full_buffer_left_is_the_end_of_the_list(batch: PortableBatch) -> None:
    """Neither lost nor sent twice, whatever order they went out in."""
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with here, there:
        here.setblocking(False)
        there.setblocking(False)
        datagrams = [b"%d" % number for number in range(3000)]
        expected = sorted(datagrams)
        sent = batch.send(here, datagrams)
        assert 0 < sent < 3000
        assert 0 == batch.send(here, datagrams[sent:])
        assert expected == sorted(everything(batch, there) + datagrams[sent:])


def test_one_datagram_too_long_is_an_error_and_leaves_the_others(
    batch: PortableBatch, pair: tuple[socket.socket, socket.socket]
) -> None:
    here, there = pair
    datagrams = [b"a", b"b", b"x" * 70_000]
    sent = 0
    failed = []
    while datagrams[sent:]:
        datagrams = datagrams[sent:]
        try:
            sent = batch.send(here, datagrams)
        except OSError as error:
            failed.append((error.errno, len(datagrams[0])))
            sent = 1
    assert [(errno.EMSGSIZE, 70_000)] == failed
    assert [b"a", b"b"] == everything(batch, there)


def test_datagrams_that_cannot_be_cut_apart_go_one_by_one(
    batch: PortableBatch, pair: tuple[socket.socket, socket.socket]
) -> None:
    here, there = pair
    here.setsockopt(socket.SOL_SOCKET, SO_NO_CHECK, 1)
    datagrams = [b"%03d" % number for number in range(100)]
    assert 100 == batch.send(here, datagrams)
    assert sorted(datagrams) == sorted(everything(batch, there))


def test_nobody_listens(batch: PortableBatch, pair: tuple[socket.socket, socket.socket]) -> None:
    here, there = pair
    there.close()
    assert 1 == batch.send(here, [b"one"])
    with pytest.raises(ConnectionRefusedError):
        batch.receive(here)


@pytest.mark.parametrize("count", [1, 40])
def test_an_error_that_waits_is_raised_once(
    batch: PortableBatch, pair: tuple[socket.socket, socket.socket], count: int
) -> None:
    here, there = pair
    there.close()
    here.send(b"")  # what comes back is that nobody listens
    with pytest.raises(ConnectionRefusedError):
        batch.send(here, [b"\0" * 40] * count)
    assert [] == batch.receive(here)


@pytest.mark.parametrize("count", [1, 40])
def test_a_closed_socket_is_an_error(
    batch: PortableBatch, pair: tuple[socket.socket, socket.socket], count: int
) -> None:
    here, _ = pair
    here.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        batch.send(here, [b"\0" * 40] * count)
    with pytest.raises(OSError, match="Bad file descriptor"):
        batch.receive(here)


def test_what_was_received_stays_as_it_was(
    batch: PortableBatch, pair: tuple[socket.socket, socket.socket], rng: random.Random
) -> None:
    here, there = pair
    rounds = [[rng.randbytes(rng.choice((0, 50, 700, 5000))) for _ in range(9)] for _ in range(20)]
    received = []
    for datagrams in rounds:
        assert 9 == batch.send(here, datagrams.copy())
        received.append(batch.receive(there))
    assert [sorted(datagrams) for datagrams in rounds] == [sorted(datagrams) for datagrams in received]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is one way")
def test_each_build_takes_the_quickest_way_it_has() -> None:
    kind: Any = Batch
    if dnsburst.is_compiled():
        assert "dnsburst._io.batch" == kind.__module__
    elif "CS_GNU_LIBC_VERSION" in os.confstr_names and os.confstr("CS_GNU_LIBC_VERSION"):
        assert "dnsburst._io.vectored" == kind.__module__
    else:
        assert PortableBatch is kind
