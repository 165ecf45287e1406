"""Servers that flood, trickle, repeat themselves and fall silent: deadlines are kept, memory is bounded, others unharmed."""

from __future__ import annotations

import gc
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import dnsburst
from dnsburst._io import pump as pump_module
from dnsburst._io.pump import Pump
from dnsburst._io.reactor import Reactor
from dnsburst.configuration import configure
from dnsburst.result import Result

from ..octets import PTR, TC, TXT, A, name, rr
from .server import FLAGS, POINTER, WRONG, AdversaryServer, Query, address_of

#: Seconds by which a lookup may overrun its lifetime: 0.05, and what a busy machine adds.
OVERRUN = 0.05 + float(os.environ.get("DNSBURST_SLACK", "0.25"))
#: Octets that a test may add to the process.
GROWTH = 48 << 20

Chunk = bytes | None


def truncated(query: Query) -> None:
    """Over UDP: come back over TCP."""
    query.send(query.reply(flags=FLAGS | TC))


class BadStream:
    """UDP that truncates everything, and TCP connections each served by ``serve`` in a thread of its own."""

    def __init__(self, serve: Callable[[socket.socket, BadStream], None]) -> None:
        self._server = AdversaryServer({}, truncated)
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._server.listener.close()
        self._listener.bind(("127.0.0.1", self._server.port))
        self._listener.listen(16)
        # The server wants something to watch that nobody connects to.
        self._server.listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._server.listener.bind(("127.0.0.1", 0))
        self._server.listener.listen(1)
        self._serve = serve
        self._threads: list[threading.Thread] = []
        self.stopped = threading.Event()
        self.connections = 0
        self.address = self._server.address

    def __enter__(self) -> BadStream:
        self._server.__enter__()
        self._threads.append(threading.Thread(target=self._accept))
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._listener.close()
        self._server.__exit__(None, None, None)

    def _accept(self) -> None:
        while not self.stopped.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._one, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _one(self, connection: socket.socket) -> None:
        with connection:
            connection.settimeout(0.2)
            try:
                self._serve(connection, self)
            except OSError:
                pass


def trickle(connection: socket.socket, server: BadStream) -> None:
    """A message that never gets whole, an octet at a time."""
    connection.sendall(b"\xff\xff")
    while not server.stopped.wait(0.02):
        connection.sendall(b"\0")


def zeros(connection: socket.socket, server: BadStream) -> None:
    """Messages of no octets, without end."""
    _flood(connection, server, b"\0" * 65536)


def junk(connection: socket.socket, server: BadStream) -> None:
    """Replies to nothing, without end."""
    _flood(connection, server, (b"\0\x0c\x12\x34\x81\x80" + bytes(8)) * 4000)


def large_junk(connection: socket.socket, server: BadStream) -> None:
    """64 KB replies to nothing, without end."""
    _flood(connection, server, b"\xff\xff\x12\x34\x81\x80" + bytes(65531))


def silence(connection: socket.socket, server: BadStream) -> None:
    """Never read, never write."""
    server.stopped.wait()


def _flood(connection: socket.socket, server: BadStream, octets: bytes) -> None:
    while not server.stopped.is_set():
        try:
            connection.sendall(octets)
        except TimeoutError:
            continue


def timed(names: list[str], servers: list[str], rdtype: str = "A", **options: object) -> tuple[list[Result], float]:
    start = time.monotonic()
    results = list(dnsburst.lookup_many(names, rdtype, servers=servers, **options))
    return results, time.monotonic() - start


def honest(result: Result) -> bool:
    return [socket.inet_ntoa(address_of(name(result.name)))] == [record.data for record in result.records]


def resident() -> int:
    """Octets of memory that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def bounded_memory(octets: int = GROWTH) -> Iterator[None]:
    if not Path("/proc/self/statm").exists():
        yield
        return
    gc.collect()
    before = resident()
    yield
    assert resident() - before < octets


@pytest.mark.parametrize("serve", [trickle, zeros, junk, large_junk, silence])
def test_a_bad_connection_keeps_no_lookup_beyond_its_lifetime_and_memory_is_bounded(
    serve: Callable[[socket.socket, BadStream], None],
) -> None:
    with BadStream(serve) as server, bounded_memory():
        results, seconds = timed([f"h{number}.example" for number in range(60)], [server.address], lifetime=1.2)
        assert seconds < 1.2 + OVERRUN
        assert server.connections <= 3 * 60
    assert 60 == len(results)
    assert {"TIMEOUT", "NETERROR", "SERVFAIL"} >= {result.status for result in results}


@pytest.mark.parametrize("serve", [trickle, junk])
def test_lookups_at_other_servers_are_unharmed(serve: Callable[[socket.socket, BadStream], None]) -> None:
    with BadStream(serve) as bad, AdversaryServer() as good, Loops() as loops:
        # Two pumps on one loop: the flood at one must not hold up the other.
        victim = loops.pump([good.address], lifetime=5.0)
        target = loops.pump([bad.address], lifetime=1.0)
        loops.submit(target, 30)
        loops.submit(victim, 300)
        assert loops.run(6.0)
        assert {"NOERROR"} == {lookup.status for lookup in loops.finished[victim]}
        assert max(loops.took[victim]) < 1.0
        assert max(loops.took[target]) < 1.0 + OVERRUN


class Loops:
    """Several pumps on one loop, with the time each lookup took."""

    def __init__(self) -> None:
        self.reactor = Reactor()
        self.finished: dict[Pump, list[object]] = {}
        self.took: dict[Pump, list[float]] = {}
        self._left = 0

    def __enter__(self) -> Loops:
        return self

    def __exit__(self, *_: object) -> None:
        for pump in self.finished:
            pump.close()
        self.reactor.close()

    def pump(self, servers: list[str], **options: object) -> Pump:
        def on_finished(lookups: list[object]) -> None:
            self._left -= len(lookups)
            self.finished[pump] += lookups
            self.took[pump] += [self.reactor.time() - self._start] * len(lookups)

        pump = Pump(configure(servers, **options), self.reactor, on_finished)
        self.finished[pump] = []
        self.took[pump] = []
        self._start = self.reactor.time()
        return pump

    def submit(self, pump: Pump, count: int) -> None:
        self._left += count
        for number in range(count):
            pump.submit(name(f"h{number}.example"), A, number)

    def run(self, seconds: float) -> bool:
        return self.reactor.run_until(lambda: not self._left, self.reactor.time() + seconds)


def test_a_port_whose_connections_never_stand_costs_only_their_time() -> None:
    """The listener's queue is full, so the kernel answers no SYN."""
    server = AdversaryServer({}, truncated)
    server.listener.listen(0)
    waiting = []
    for _ in range(4):
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setblocking(False)
        sock.connect_ex(("127.0.0.1", server.port))
        waiting.append(sock)
    real, server.listener = server.listener, socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    server.listener.bind(("127.0.0.1", 0))
    server.listener.listen(1)
    try:
        with server:
            results, seconds = timed([f"h{n}.example" for n in range(40)], [server.address], lifetime=1.5)
    finally:
        for sock in (real, *waiting):
            sock.close()
    assert seconds < 1.5 + OVERRUN
    assert {"TIMEOUT"} == {result.status for result in results}


def test_M6_a_server_that_answers_ten_times_over_udp_and_tcp() -> None:
    def ten_times(query: Query) -> None:
        for number in range(10):
            query.send(query.wrong() if number else query.right())

    for tcp in (False, True):
        with AdversaryServer({}, ten_times) as server:
            results, _ = timed([f"h{number}.example" for number in range(500)], [server.address], tcp=tcp)
        assert 500 == len(results)
        assert [] == [result for result in results if not honest(result)]


def test_answers_of_64_kb_by_the_hundred_do_not_pile_up() -> None:
    strings = b"".join(b"\xff" + b"a" * 255 for _ in range(250))

    def huge(query: Query) -> None:
        if query.tcp:
            query.send(query.reply(rr(POINTER, TXT, strings)))
        else:
            truncated(query)

    count = 0
    with AdversaryServer({}, huge) as server, bounded_memory(96 << 20):
        names = (f"h{number}.example" for number in range(1500))  # 96 MB of answers
        for result in dnsburst.lookup_many(names, "TXT", servers=[server.address], ordered=False, in_flight=64):
            assert 250 == len(result.records[0].data)
            count += 1
    assert 1500 == count


def test_M12_a_flood_of_junk_to_our_ports_keeps_nobody_waiting() -> None:
    stop = threading.Event()
    peers: set[object] = set()

    def every(query: Query) -> None:
        peers.add(query.peer)
        query.send(query.right())

    def flood(server: AdversaryServer) -> None:
        shapes = [b"", b"\xff" * 12, bytes(600), b"\x12\x34\x81\x80\0\1" + b"\x01a" * 700]
        while not stop.is_set():
            for peer in list(peers):
                if not isinstance(peer, socket.socket):
                    for shape in shapes * 8:
                        server.udp.sendto(shape, peer)
            time.sleep(0.0005)

    with AdversaryServer({}, every) as server, bounded_memory():
        thread = threading.Thread(target=flood, args=(server,))
        thread.start()
        try:
            results, seconds = timed([f"h{n}.example" for n in range(500)], [server.address], lifetime=4.0)
        finally:
            stop.set()
            thread.join()
    assert [] == [result for result in results if not honest(result)]
    assert seconds < 4.0 + OVERRUN


def test_a_silent_server_under_a_flood_of_junk_still_times_out_in_time() -> None:
    def only_junk(query: Query) -> None:
        for _ in range(400):
            query.send(b"\x12\x34\x81\x80" + bytes(500))

    with AdversaryServer({}, only_junk) as server:
        results, seconds = timed([f"h{n}.example" for n in range(100)], [server.address], lifetime=1.0, tries=3)
    assert {"TIMEOUT"} == {result.status for result in results}
    assert seconds < 1.0 + OVERRUN


def test_an_idle_connection_is_closed_and_the_next_query_opens_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pump_module, "TCP_IDLE", 0.1)
    with AdversaryServer() as server, Loops() as loops:
        pump = loops.pump([server.address], tcp=True)
        for expected in (1, 2):
            loops.submit(pump, 1)
            assert loops.run(5.0)
            assert expected == server.connections
            loops.reactor.run_until(lambda: False, loops.reactor.time() + 0.35)
            assert [] == pump.exchange.nameservers[0].tcp_channels


def test_one_try_per_name_never_answers_with_what_was_asked_before() -> None:
    """Stale answers, right in all but the ID, to every name of a thousand."""
    before: list[bytes] = []

    def stale(query: Query) -> None:
        for octets in before[-3:]:
            query.send(query.data[:2] + octets[2:])
        before.append(query.reply(rr(POINTER, A, WRONG)))
        query.send(query.right())

    with AdversaryServer({}, stale) as server:
        results, _ = timed([f"h{number}.example" for number in range(1000)], [server.address])
    assert [] == [result for result in results if not honest(result)]


def test_S9_ptr_answers_with_every_target_at_most_as_long_as_udp_carries() -> None:
    targets = [rr(POINTER, PTR, name(f"h{number}." + "a" * 40 + ".example")) for number in range(900)]
    with AdversaryServer({}, lambda query: query.send(query.reply(*targets))) as server:
        result = dnsburst.reverse("192.0.2.1", servers=[server.address])
    assert 900 == len(result.records)
