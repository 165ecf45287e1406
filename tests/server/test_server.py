"""The server on live sockets of the loopback, over UDP and TCP."""

from __future__ import annotations

import errno
import random
import socket
import threading
import time
from collections.abc import Iterator

import dns.query
import pytest

from dnsburst.errors import ConfigurationError
from dnsburst.server import Faults, Server, Zones, connection
from dnsburst.server import server as server_module

from .client import answers, flags, framed, parsed, query, rcode, read_framed, tcp, udp, udp_silence

ZONE = "$ORIGIN zone.example.\n@ 60 SOA a b 1 2 3 4 5\nlarge TXT " + " ".join(['"' + "x" * 250 + '"'] * 80) + "\n"
ZONE += "".join(f"h{n} A 192.0.2.{n}\n" for n in range(256))


@pytest.fixture(scope="module")
def zones() -> Zones:
    return Zones.from_text(ZONE)


@pytest.fixture
def server(zones: Zones) -> Iterator[Server]:
    with Server(zones) as running:
        yield running


def host_query(number: int) -> bytes:
    """A query whose ID is its number."""
    message = query(f"h{number % 256}.zone.example")
    message.id = number
    return message.to_wire()


def settle(server: Server, **counts: int) -> None:
    """Wait until the server has counted so much; names joined by ``_and_`` are added up."""
    deadline = time.monotonic() + 20
    while any(
        sum(getattr(server.stats, part) for part in names.split("_and_")) != count for names, count in counts.items()
    ):
        assert time.monotonic() < deadline, (server.stats, counts)
        time.sleep(0.001)


def test_udp_and_tcp_on_the_same_port(server: Server) -> None:
    host, port = server.address
    assert host == "127.0.0.1"
    for ask in (dns.query.udp, dns.query.tcp):
        reply = ask(query("h7.zone.example", use_edns=0), host, port=port, timeout=5)
        assert [str(rrset) for rrset in reply.answer] == ["h7.zone.example. 60 IN A 192.0.2.7"]
    settle(server, queries=2, replies=2, tcp_queries=1, connections=1)


def test_ipv6_and_several_addresses(zones: Zones) -> None:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
            sock.bind(("::1", 0))
    except OSError:
        pytest.skip("no IPv6 here")
    with Server(zones, [("127.0.0.1", 0), ("::1", 0), ("127.0.0.1", 0)]) as server:
        assert len(set(server.addresses)) == 3
        for host, port in server.addresses:
            for ask in (dns.query.udp, dns.query.tcp):
                assert len(ask(query("h1.zone.example"), host, port=port, timeout=5).answer) == 1


def test_ipv6_wildcard_leaves_ipv4_alone(zones: Zones) -> None:
    try:
        with Server(zones, ("::", 0)) as six, Server(zones, ("0.0.0.0", six.address[1])) as four:
            assert six.address[1] == four.address[1]
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise
        pytest.skip("no IPv6 here")


def test_a_burst_is_answered_in_full(server: Server) -> None:
    # Not more at once than the smallest default receive buffer holds.
    replies = [
        reply
        for first in range(0, 200, 100)
        for reply in udp(server.address, *map(host_query, range(first, first + 100)))
    ]
    assert sorted(parsed(reply).id for reply in replies) == list(range(200))
    for reply in replies:
        assert answers(reply) == [f"h{parsed(reply).id % 256}.zone.example. 60 A 192.0.2.{parsed(reply).id % 256}"]


def test_many_clients_at_once(server: Server) -> None:
    wrong: list[object] = []

    def client(first: int) -> None:
        try:
            with tcp(server.address) as stream:
                for number in range(first, first + 20):
                    [reply] = udp(server.address, host_query(number))
                    stream.sendall(framed(host_query(number)))
                    for octets in (reply, read_framed(stream)):
                        assert parsed(octets).id == number
                        assert answers(octets)[0].endswith(f" 192.0.2.{number % 256}")
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=client, args=(first,)) for first in range(0, 200, 20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    settle(server, queries=400, replies=400, connections=10)


def test_truncated_over_udp_and_whole_over_tcp(server: Server) -> None:
    reply, used_tcp = dns.query.udp_with_fallback(
        query("large.zone.example", "TXT"), server.address[0], port=server.address[1], timeout=5
    )
    assert used_tcp
    assert len(reply.answer[0][0].strings) == 80


def test_datagrams_without_reply_are_counted(server: Server) -> None:
    udp_silence(server.address, b"\0" * 11, host_query(1))
    udp_silence(server.address, b"", host_query(1))
    udp_silence(server.address, b"\xab\xcd\x80" + host_query(1)[3:], host_query(1))
    settle(server, queries=6, replies=3, ignored=3)


# ---- TCP


def test_tcp_takes_octets_as_they_come(server: Server) -> None:
    with tcp(server.address) as stream:
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for number in range(3):
            for octet in framed(host_query(number)):
                stream.send(bytes([octet]))
            assert parsed(read_framed(stream)).id == number


def test_tcp_pipelining(server: Server) -> None:
    with tcp(server.address) as stream:
        stream.sendall(framed(*map(host_query, range(500))))
        assert [parsed(read_framed(stream)).id for _ in range(500)] == list(range(500))


def test_tcp_client_that_ends_its_side_gets_all_replies(zones: Zones) -> None:
    for faults in (Faults(), Faults(delay=0.02)):
        with Server(zones, faults=faults) as server, tcp(server.address) as stream:
            stream.sendall(framed(*map(host_query, range(100))))
            stream.shutdown(socket.SHUT_WR)
            assert [parsed(read_framed(stream)).id for _ in range(100)] == list(range(100))
            assert read_framed(stream) == b""


def test_tcp_client_that_does_not_read_is_not_read_either(zones: Zones, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "MAX_UNSENT", 100_000)
    count = 1000
    with Server(zones) as server, tcp(server.address) as stream:
        wire = framed(query("large.zone.example", "TXT").to_wire())
        sender = threading.Thread(target=stream.sendall, args=(wire * count,))
        sender.start()
        udp(server.address, host_query(1))  # others are served meanwhile
        time.sleep(0.05)
        assert server.stats.tcp_queries < count
        assert all(len(each._unsent) < 200_000 for each in server._connections)
        for _ in range(count):
            assert len(read_framed(stream)) > 20_000
        sender.join()


def test_tcp_replies_held_back_are_bounded(zones: Zones, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "MAX_HELD", 10)
    with Server(zones, faults=Faults(delay=0.002)) as server, tcp(server.address) as stream:
        stream.sendall(framed(*map(host_query, range(100))))
        assert [parsed(read_framed(stream)).id for _ in range(100)] == list(range(100))


def test_tcp_idle_clients_are_closed(zones: Zones, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "IDLE_SECONDS", 0.05)
    monkeypatch.setattr(server_module, "SWEEP_SECONDS", 0.02)
    with Server(zones) as server, tcp(server.address) as idle, tcp(server.address) as slow:
        slow.sendall(framed(host_query(1))[:-1])
        assert read_framed(idle) == b""
        assert read_framed(slow) == b""
        assert server._connections == set()


def test_tcp_clients_are_bounded_in_number(zones: Zones, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "MAX_CONNECTIONS", 3)
    with Server(zones) as server:
        streams = []
        try:
            for number in range(4):
                streams.append(tcp(server.address))
                streams[-1].sendall(framed(host_query(number)))
                assert parsed(read_framed(streams[-1])).id == number
            assert read_framed(streams[0]) == b""  # the one idle longest
            for number, stream in enumerate(streams[1:]):
                stream.sendall(framed(host_query(number)))
                assert parsed(read_framed(stream)).id == number
        finally:
            for stream in streams:
                stream.close()


def test_tcp_connections_that_come_and_go_leave_nothing(server: Server) -> None:
    for number in range(50):
        with tcp(server.address) as stream:
            if number % 3 == 1:
                stream.sendall(framed(host_query(number)))
            elif number % 3 == 2:
                stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # ends with a reset
                stream.sendall(framed(host_query(number)) + b"\0")
    settle(server, connections=50)
    deadline = time.monotonic() + 5
    while server._connections and time.monotonic() < deadline:
        time.sleep(0.001)
    assert server._connections == set()


# ---- faults


def test_loss_takes_its_share_each_way(zones: Zones, rng: random.Random) -> None:
    count = 200
    with Server(zones, faults=Faults(loss=0.2, random=random.Random(5))) as server:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.connect(server.address)
            for number in range(count):
                sock.send(host_query(number))
            settle(server, queries=count, replies_and_lost_queries_and_lost_replies=count)
        stats = server.stats
        # What the same source of chance gives when asked in the same order.
        chance = random.Random(5)
        arrived = lost_replies = 0
        for _ in range(count):
            if chance.random() >= 0.2:
                arrived += 1
                lost_replies += chance.random() < 0.2
        assert (stats.lost_queries, stats.lost_replies) == (count - arrived, lost_replies)
        with tcp(server.address) as stream:
            stream.sendall(framed(*map(host_query, range(50))))
            assert [parsed(read_framed(stream)).id for _ in range(50)] == list(range(50))


@pytest.mark.parametrize("settings", [{"delay": 0.03}, {"delay": 0.02, "jitter": 0.02}])
def test_delay_is_never_shorter_and_hardly_longer(zones: Zones, settings: dict[str, float]) -> None:
    shortest = settings["delay"]
    longest = shortest + settings.get("jitter", 0.0)
    with Server(zones, faults=Faults(**settings)) as server:  # type: ignore[arg-type]
        took = []
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock, tcp(server.address) as stream:
            sock.settimeout(5)
            sock.connect(server.address)
            for number in range(10):
                began = time.monotonic()
                sock.send(host_query(number))
                stream.sendall(framed(host_query(number)))
                sock.recv(512)
                took.append(time.monotonic() - began)
                read_framed(stream)
                took.append(time.monotonic() - began)
        assert min(took) >= shortest
        # The machine may be busy: not all of them need to be.
        assert sorted(took)[len(took) // 4] <= longest + 0.005


def test_a_delay_does_not_hold_up_the_server(zones: Zones) -> None:
    with Server(zones, faults=Faults(delay=0.05, jitter=0.02)) as server:
        began = time.monotonic()
        replies = udp(server.address, *map(host_query, range(100)))
        assert time.monotonic() - began < 0.05 * 20
        assert {parsed(reply).id for reply in replies} == set(range(100))


@pytest.mark.parametrize(
    ("mode", "status", "expected_flags"),
    [
        ("refuse", "REFUSED", {"QR", "RD"}),
        ("servfail", "SERVFAIL", {"QR", "RD"}),
        ("truncate", "NOERROR", {"QR", "RD", "TC"}),
    ],
)
def test_over_the_limit(zones: Zones, mode: str, status: str, expected_flags: set[str]) -> None:
    with Server(zones, faults=Faults(limit=0.001, limit_mode=mode)) as server:
        assert rcode(udp(server.address, host_query(0))[0]) == "NOERROR"
        for reply in udp(server.address, *map(host_query, range(20))):
            assert (rcode(reply), flags(reply), answers(reply)) == (status, expected_flags, [])
        settle(server, limited=20, replies=21)
        with tcp(server.address) as stream:
            stream.sendall(framed(host_query(1)))
            reply = read_framed(stream)
            if mode == "truncate":
                assert len(answers(reply)) == 1
            else:
                assert rcode(reply) == status


def test_over_the_limit_dropped(zones: Zones) -> None:
    with Server(zones, faults=Faults(limit=0.001)) as server:
        udp(server.address, host_query(0))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock, tcp(server.address) as stream:
            sock.connect(server.address)
            for number in range(20):
                sock.send(host_query(number))
            stream.sendall(framed(host_query(1)))
            settle(server, queries=22, limited=21, replies=1)
            server.faults = Faults()  # lifted while it runs
            sock.settimeout(5)
            sock.send(host_query(99))
            assert parsed(sock.recv(512)).id == 99


def test_truncation_on_purpose(zones: Zones) -> None:
    with Server(zones, faults=Faults(truncate=1.0)) as server:
        for reply in udp(server.address, *map(host_query, range(10))):
            assert "TC" in flags(reply)
            assert answers(reply) == []
        settle(server, truncated=10)
        with tcp(server.address) as stream:
            stream.sendall(framed(host_query(3)))
            assert len(answers(read_framed(stream))) == 1


# ---- start and end


def test_port_in_use(server: Server, zones: Zones) -> None:
    host, port = server.address
    with pytest.raises(OSError, match=rf"cannot listen on {host}:{port}: ") as caught:
        Server(zones, server.address)
    assert caught.value.errno == errno.EADDRINUSE


def test_port_in_use_for_udp_alone(zones: Zones) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        with pytest.raises(OSError, match="cannot listen on"):
            Server(zones, sock.getsockname())


@pytest.mark.parametrize(
    "listen", [("localhost", 0), ("192.0.2.256", 0), ("", 0), ("127.0.0.1", 65536), ("127.0.0.1", -1)]
)
def test_addresses_that_are_none(zones: Zones, listen: tuple[str, int]) -> None:
    with pytest.raises(ConfigurationError, match="cannot listen on"):
        Server(zones, listen)


def test_an_address_that_is_not_ours(zones: Zones) -> None:
    with pytest.raises(OSError, match=r"cannot listen on 192\.0\.2\.1:0: "):
        Server(zones, ("192.0.2.1", 0))


def test_stop_is_prompt_and_the_port_is_free_again(zones: Zones) -> None:
    with Server(zones) as server:
        udp(server.address, host_query(1))
        stream = tcp(server.address)
        stream.sendall(framed(host_query(1)))
        read_framed(stream)
        began = time.monotonic()
    assert time.monotonic() - began < 0.5
    with stream, Server(zones, server.address) as again:
        assert again.address == server.address
        assert read_framed(stream) == b""


def test_an_error_in_the_thread_comes_out(zones: Zones, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("from the thread")

    monkeypatch.setattr(server_module, "receive", fail)
    with pytest.raises(RuntimeError, match="from the thread"), Server(zones) as server:  # noqa: PT012
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.sendto(host_query(1), server.address)
        assert server._thread is not None
        server._thread.join()
