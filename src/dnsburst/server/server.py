"""The sockets of the built-in server: UDP and TCP on the same port, all in one thread."""

# Rules of the server.
# 1. One pass of the loop: take what has come, a batch per socket; send what is due; sleep until more comes or is due.
# 2. Datagrams go in and out through `receive` and `send` and nowhere else.
# 3. The faults of loss and truncation are those of datagrams. A TCP query counts towards the limit, unless its mode is
#    truncate: then TCP is what the client is sent to, and it is answered. The delay is for both.
# 4. Connections are bounded in number and in the time they may idle; what one may hold is for connection.py to say.

from __future__ import annotations

import contextlib
import select
import selectors
import socket
import sys
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, cast

from .._wire import codes
from ..errors import ConfigurationError
from .connection import Connection
from .faults import Faults, Held
from .responder import Responder
from .zone import Zones

#: Datagrams read per pass and socket, so that replies that are due never wait for more than these.
BATCH = 128
#: What the system is asked to hold for us; it may give less.
RECEIVE_BUFFER = 8 << 20
_LARGEST_QUERY = 4096

#: Connections at once; when one more comes, the one that was idle longest is closed.
MAX_CONNECTIONS = 1024
#: Seconds without a query after which a connection is closed (RFC 7766, 6.2.3: on the order of seconds).
IDLE_SECONDS = 20.0
SWEEP_SECONDS = 1.0

_LIMIT_RCODES = {"refuse": codes.RCODE_REFUSED, "servfail": codes.RCODE_SERVFAIL, "truncate": codes.RCODE_NOERROR}
_PORT_TRIES = 20

# Linux: beyond the system's limit for who may (CAP_NET_ADMIN); SO_RCVBUF is cut to the limit.
_SO_RCVBUFFORCE = 33 if sys.platform == "linux" else None
_SELECT_LIMIT = 1024  # FD_SETSIZE
_WITH_FILENO = tuple([vars(selectors)[kind] for kind in ("EpollSelector", "KqueueSelector") if kind in vars(selectors)])

# What the socket module takes as the address of a peer, IPv4 or IPv6.
_Peer = Any
_Datagram = tuple[bytes, _Peer]


def receive(sock: socket.socket) -> list[_Datagram]:
    """What has come, at most BATCH datagrams."""
    batch: list[_Datagram] = []
    recvfrom = sock.recvfrom
    try:
        for _ in range(BATCH):
            batch.append(recvfrom(_LARGEST_QUERY))
    except OSError:
        # Nothing more, or the ICMP answer to an earlier reply (Windows).
        pass
    return batch


def send(sock: socket.socket, batch: list[_Datagram]) -> int:
    """Send the datagrams; gives back how many the system took."""
    sent = 0
    sendto = sock.sendto
    for data, peer in batch:
        try:
            sendto(data, peer)
        except BlockingIOError:
            select.select((), (sock,), (), 0.05)
            try:
                sendto(data, peer)
            except OSError:
                continue
        except OSError:
            continue
        sent += 1
    return sent


@dataclass(slots=True)
class Stats:
    """Counts since the start.

    queries: over UDP and TCP, lost ones included; tcp_queries: those over TCP; connections: accepted over TCP
    replies: sent; lost_queries, lost_replies, limited, truncated: by the faults
    ignored: what deserves no reply, such as a reply; unsent: replies the system did not take

    >>> dnsburst.server.Stats(queries=3, replies=2, lost_replies=1).replies
    2
    """

    queries: int = 0
    replies: int = 0
    tcp_queries: int = 0
    connections: int = 0
    lost_queries: int = 0
    lost_replies: int = 0
    limited: int = 0
    truncated: int = 0
    ignored: int = 0
    unsent: int = 0


class Server:
    """A DNS server for ``zones``, in a thread of its own as a context manager, or in the caller's by ``run``.

    listen: (address, port) or several of them; port 0 picks one. ``faults`` may be replaced while it runs.
    Raises ConfigurationError for a listen address that is none, and OSError where it cannot be had.

    >>> zones = dnsburst.server.Zones.from_pairs([("192.0.2.7", "seven.example.com")])
    >>> with dnsburst.server.Server(zones) as server:
    ...     dnsburst.reverse("192.0.2.7", servers=[server.address]).records[0].data, server.stats.queries
    ('seven.example.com', 1)
    """

    def __init__(
        self,
        zones: Zones,
        listen: tuple[str, int] | Iterable[tuple[str, int]] = ("127.0.0.1", 0),
        faults: Faults | None = None,
    ) -> None:
        self.faults = faults if faults is not None else Faults()
        self.stats = Stats()
        self.addresses: list[tuple[str, int]] = []
        self.responder = Responder(zones)
        self.selector = selectors.DefaultSelector()
        self._endpoints: list[_Endpoint] = []
        self._listeners: list[_Listener] = []
        self._connections: set[Connection] = set()
        self._held: Held[tuple[Connection, bytes]] = Held()
        self._sweep_at = 0.0
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._failure: BaseException | None = None
        self._wakes, self._wakened = socket.socketpair()
        self._wakes.setblocking(False)
        self._wakened.setblocking(False)
        self.selector.register(self._wakened, selectors.EVENT_READ, None)
        try:
            for host, port in _pairs(listen):
                self._listen(host, port)
        except BaseException:
            self.close()
            raise

    @property
    def address(self) -> tuple[str, int]:
        """The first address listened on, with the port it got."""
        return self.addresses[0]

    def __enter__(self) -> Server:
        self._thread = threading.Thread(target=self._run_in_thread, name="dnsburst server", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()
        if self._thread is not None:
            self._thread.join()
        self.close()
        if self._failure is not None:
            raise self._failure

    def run(self) -> None:
        """Serve until ``stop`` is called."""
        clock = time.monotonic
        while not self._stopping:
            for key, events in self._wait(clock()):
                if key.data is None:
                    self._drain_wakeups()
                else:
                    key.data.ready(events)
            now = clock()
            self._send_due(now)
            if now >= self._sweep_at:
                self._sweep_at = now + SWEEP_SECONDS
                self._sweep(now)

    def stop(self) -> None:
        """Make ``run`` return soon; from any thread or signal handler."""
        self._stopping = True
        with contextlib.suppress(OSError):
            self._wakes.send(b"\0")

    def close(self) -> None:
        """Close every socket; not while ``run`` is running."""
        for connection in list(self._connections):
            connection.close()
        for sock in [endpoint.sock for endpoint in self._endpoints] + [listener.sock for listener in self._listeners]:
            sock.close()
        self._wakes.close()
        self._wakened.close()
        self.selector.close()

    def answer_over_tcp(self, connection: Connection, query: bytes, now: float) -> None:
        """Put the reply to a query, if it gets one, into its connection, now or when it is due."""
        faults = self.faults
        stats = self.stats
        stats.queries += 1
        stats.tcp_queries += 1
        mode = faults.limit_mode
        if mode == "truncate" or faults.admits(now):
            reply = self.responder.reply(query, True)
        else:
            stats.limited += 1
            if mode == "drop":
                return
            reply = self.responder.brief(query, _LIMIT_RCODES[mode])
        if reply is None:
            stats.ignored += 1
        elif faults.holds:
            connection.held += 1
            self._held.add(faults.due(now), (connection, reply))
        else:
            connection.put(reply)

    def accept(self, listener: socket.socket) -> None:
        """Take the connections that wait at the listener."""
        for _ in range(BATCH):
            try:
                sock, _peer = listener.accept()
            except BlockingIOError:
                return
            except OSError:
                # Out of descriptors, most likely. Without room made, this would come again at once and for ever.
                if not self._close_idlest():
                    time.sleep(0.01)
                return
            if len(self._connections) >= MAX_CONNECTIONS:
                self._close_idlest()
            sock.setblocking(False)
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.stats.connections += 1
            self._connections.add(Connection(self, sock))

    def forget(self, connection: Connection) -> None:
        """The connection is closed."""
        self._connections.discard(connection)

    def _run_in_thread(self) -> None:
        try:
            self.run()
        except BaseException as error:
            self._failure = error  # raised where the thread is joined

    def _listen(self, host: str, port: int) -> None:
        """Listen on UDP and TCP at that address, on the same port."""
        where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        try:
            family = socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST)[0][0]
        except (OSError, UnicodeError):
            raise ConfigurationError(f"cannot listen on {where!a}: {host!a} is not an address") from None
        if not 0 <= port <= 0xFFFF:
            raise ConfigurationError(f"cannot listen on {where}: a port is 0 to 65535")
        for tries_left in reversed(range(_PORT_TRIES)):
            try:
                stream, datagrams = _bind(family, host, port)
                break
            except OSError as error:
                # Of a port picked for TCP, the UDP twin may be taken.
                if port or not tries_left:
                    raise OSError(error.errno, f"cannot listen on {where}: {error.strerror}") from None
        endpoint = _Endpoint(self, datagrams)
        listener = _Listener(self, stream)
        self._endpoints.append(endpoint)
        self._listeners.append(listener)
        self.selector.register(datagrams, selectors.EVENT_READ, endpoint)
        self.selector.register(stream, selectors.EVENT_READ, listener)
        self.addresses.append((host, int(stream.getsockname()[1])))

    def _wait(self, now: float) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready, as soon as something is or a reply is due."""
        due = self._held.next_due()
        for endpoint in self._endpoints:
            next_due = endpoint.held.next_due()
            if next_due is not None and (due is None or next_due < due):
                due = next_due
        if due is None:
            return self.selector.select(SWEEP_SECONDS if self._connections else None)
        if due > now:
            # epoll counts in milliseconds; a select on the epoll itself in microseconds.
            number = self.selector.fileno() if isinstance(self.selector, _WITH_FILENO) else -1
            if not 0 <= number < _SELECT_LIMIT:
                return self.selector.select(due - now)
            select.select((number,), (), (), due - now)
        return self.selector.select(0)

    def _drain_wakeups(self) -> None:
        with contextlib.suppress(OSError):
            self._wakened.recv(64)

    def _send_due(self, now: float) -> None:
        for endpoint in self._endpoints:
            endpoint.send_due(now)
        due = self._held.take(now)
        for connection, reply in due:
            connection.held -= 1
            if not connection.closed:
                connection.put(reply)
        for connection in {connection for connection, _ in due}:
            connection.work()

    def _close_idlest(self) -> bool:
        if not self._connections:
            return False
        min(self._connections, key=lambda connection: connection.used_at).close()
        return True

    def _sweep(self, now: float) -> None:
        for connection in list(self._connections):
            if not connection.held and now - connection.used_at > IDLE_SECONDS:
                connection.close()


class _Endpoint:
    """One UDP socket, and the replies it holds back."""

    __slots__ = ("_server", "held", "sock")

    def __init__(self, server: Server, sock: socket.socket) -> None:
        self._server = server
        self.sock = sock
        self.held: Held[_Datagram] = Held()

    def ready(self, _events: int) -> None:
        batch = receive(self.sock)
        # Not before: a reply would go out too early by the time that this process had to wait in between.
        now = time.monotonic()
        server = self._server
        server.stats.queries += len(batch)
        replies = self._faulty(batch, now) if server.faults.active else self._faultless(batch)
        if replies:
            self._send(replies)

    def send_due(self, now: float) -> None:
        due = self.held.take(now)
        if due:
            self._send(due)

    def _send(self, replies: list[_Datagram]) -> None:
        stats = self._server.stats
        sent = send(self.sock, replies)
        stats.replies += sent
        stats.unsent += len(replies) - sent

    def _faultless(self, batch: list[_Datagram]) -> list[_Datagram]:
        reply_to = self._server.responder.reply
        replies: list[_Datagram] = []
        for query, peer in batch:
            reply = reply_to(query)
            if reply is not None:
                replies.append((reply, peer))
        self._server.stats.ignored += len(batch) - len(replies)
        return replies

    def _faulty(self, batch: list[_Datagram], now: float) -> list[_Datagram]:
        """What is to be sent now; what is held back is put there."""
        responder = self._server.responder
        stats = self._server.stats
        faults = self._server.faults
        held = self.held if faults.holds else None
        replies: list[_Datagram] = []
        for query, peer in batch:
            if faults.loses():
                stats.lost_queries += 1
                continue
            if not faults.admits(now):
                stats.limited += 1
                mode = faults.limit_mode
                if mode == "drop":
                    continue
                reply = responder.brief(query, _LIMIT_RCODES[mode], mode == "truncate")
            elif faults.truncates():
                stats.truncated += 1
                reply = responder.brief(query, truncated=True)
            else:
                reply = responder.reply(query)
            if reply is None:
                stats.ignored += 1
            elif faults.loses():
                stats.lost_replies += 1
            elif held is not None:
                held.add(faults.due(now), (reply, peer))
            else:
                replies.append((reply, peer))
        return replies


class _Listener:
    """One TCP socket that accepts connections."""

    __slots__ = ("_server", "sock")

    def __init__(self, server: Server, sock: socket.socket) -> None:
        self._server = server
        self.sock = sock

    def ready(self, _events: int) -> None:
        self._server.accept(self.sock)


def _pairs(listen: tuple[str, int] | Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """One (address, port), or several, as a list."""
    if isinstance(listen, tuple) and isinstance(listen[0], str):
        return [cast("tuple[str, int]", listen)]
    return list(cast("Iterable[tuple[str, int]]", listen))


def _bind(family: int, host: str, port: int) -> tuple[socket.socket, socket.socket]:
    """A TCP listener and a UDP socket on the same port."""
    with contextlib.ExitStack() as on_error:
        stream = on_error.enter_context(socket.socket(family, socket.SOCK_STREAM))
        datagrams = on_error.enter_context(socket.socket(family, socket.SOCK_DGRAM))
        if sys.platform != "win32":
            # There it would let two servers have the port; elsewhere it only forgets the connections of the last one.
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        for sock in (stream, datagrams):
            if family == socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            sock.setblocking(False)
        stream.bind((host, port))
        datagrams.bind((host, stream.getsockname()[1]))
        stream.listen(MAX_CONNECTIONS)
        _enlarge_receive_buffer(datagrams)
        on_error.pop_all()
        return stream, datagrams


def _enlarge_receive_buffer(sock: socket.socket) -> None:
    """A burst should wait, not be lost: as large as the system allows."""
    for option in (_SO_RCVBUFFORCE, socket.SO_RCVBUF):
        if option is not None:
            try:
                sock.setsockopt(socket.SOL_SOCKET, option, RECEIVE_BUFFER)
                return
            except OSError:
                continue
