"""A server that does as it is told: honest answers by default, and for each case of the tables what that case is about.

What a name gets is found by its first label up to the first ``-``: ``m1-7.example`` gets case ``m1``, and a name without
a case an honest answer. Runs in a thread, or by itself:  python -m tests.adversary.server UDP_FD TCP_FD
"""

from __future__ import annotations

import heapq
import selectors
import socket
import sys
import threading
import time
import zlib
from collections.abc import Callable
from types import TracebackType
from typing import Any

from ..octets import AA, QR, RA, RD, A, asked, message, opt, option, query_id, rr

SERVER_COOKIE = b"serverck"
FLAGS = QR | RD | RA | AA
POINTER = b"\xc0\x0c"

#: One thing to send: octets, from the server's own port unless said otherwise, after a delay in seconds.
Case = Callable[["Query"], None]


class Query:
    """One query, and the ways to react to it. ``number`` counts those for the same name on the same transport."""

    def __init__(self, server: AdversaryServer, data: bytes, peer: Any, number: int) -> None:
        self.server = server
        self.data = data
        self.peer = peer
        self.number = number
        self.tcp = isinstance(peer, socket.socket)
        self.id = query_id(data)
        self.asked = asked(data)

    def send(self, data: bytes, delay: float = 0.0) -> None:
        """Send ``data`` back, framed where it goes over TCP."""
        if delay:
            self.server.later(delay, lambda: self.send(data))
        elif self.tcp:
            self.send_raw(len(data).to_bytes(2, "big") + data)
        else:
            self.server.udp.sendto(data, self.peer)

    def send_raw(self, octets: bytes) -> None:
        """Send octets on the connection as they are."""
        try:
            self.peer.sendall(octets)
        except OSError:
            self.server.forget(self.peer)

    def send_from_elsewhere(self, data: bytes) -> None:
        """Send a datagram from another port."""
        with socket.socket(self.server.udp.family, socket.SOCK_DGRAM) as other:
            other.sendto(data, self.peer)

    def reply(
        self, *answers: bytes, authority: tuple[bytes, ...] = (), additional: tuple[bytes, ...] = (), flags: int = FLAGS,
        qid: int | None = None, question: bytes | None = None, cookie: bool = True, counts: Any = None, edns: bytes = b"",
        rcode_high: int = 0,
    ) -> bytes:  # fmt: skip
        """A reply with all that an honest one has, except where said otherwise."""
        client = self._client_cookie() if cookie else b""
        options = edns + (option(10, client + SERVER_COOKIE) if client else b"")
        has_opt = len(self.data) > 12 + len(self.asked)
        extra = (*additional, opt(options=options, rcode_high=rcode_high)) if has_opt else additional
        return message(
            self.id if qid is None else qid, flags, (self.asked if question is None else question,), answers, authority,
            extra, counts,
        )  # fmt: skip

    def right(self, **settings: Any) -> bytes:
        """The honest answer: an address that follows from the name."""
        return self.reply(rr(POINTER, A, address_of(self.asked[:-4])), **settings)

    def wrong(self, **settings: Any) -> bytes:
        """What no lookup may ever end with."""
        return self.reply(rr(POINTER, A, WRONG), **settings)

    def _client_cookie(self) -> bytes:
        at = self.data.find(b"\0\x0a\0", 12 + len(self.asked))
        return self.data[at + 4 : at + 12] if at >= 0 else b""


WRONG = b"\x06\x06\x06\x06"


def address_of(name: bytes) -> bytes:
    """The address that ``name`` has in any letter case."""
    return b"\x0a" + zlib.crc32(name.lower()).to_bytes(4, "big")[1:]


class AdversaryServer:
    """UDP and TCP on one port of 127.0.0.1. ``cases`` by label; ``every`` for what has none; ``seen`` names asked."""

    def __init__(self, cases: dict[str, Case] | None = None, every: Case | None = None, sockets: Any = None) -> None:
        self._cases = cases or {}
        self._every = every or (lambda query: query.send(query.right()))
        self.udp, self.listener = sockets or bound_sockets()
        self.udp.setblocking(False)
        self.listener.setblocking(False)
        self.port: int = self.udp.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        self.seen: dict[tuple[bytes, bool], int] = {}
        self.connections = 0
        self.errors: list[BaseException] = []
        self._later: list[tuple[float, int, Callable[[], None]]] = []
        self._selector = selectors.DefaultSelector()
        self._unread: dict[socket.socket, bytearray] = {}
        self._woken, self._waker = socket.socketpair()
        self._stopped = False
        self._thread = threading.Thread(target=self._run_in_thread, name="adversary")

    def __enter__(self) -> AdversaryServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped = True
        self._waker.send(b"\0")
        self._thread.join()
        for sock in (self.udp, self.listener, self._woken, self._waker, *self._unread):
            sock.close()
        self._selector.close()
        if self.errors and error is None:
            raise self.errors[0]

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Run ``action`` after a while."""
        heapq.heappush(self._later, (time.monotonic() + seconds, id(action), action))

    def forget(self, connection: socket.socket) -> None:
        """Close a connection."""
        if self._unread.pop(connection, None) is not None:
            self._selector.unregister(connection)
            connection.close()

    def run(self) -> None:
        """Serve until told to stop."""
        register = self._selector.register
        register(self.udp, selectors.EVENT_READ)
        register(self.listener, selectors.EVENT_READ)
        register(self._woken, selectors.EVENT_READ)
        while not self._stopped:
            wait = max(0.0, self._later[0][0] - time.monotonic()) if self._later else None
            for key, _ in self._selector.select(wait):
                sock: Any = key.fileobj
                if sock is self.udp:
                    self._read_datagrams()
                elif sock is self.listener:
                    connection, _ = self.listener.accept()
                    connection.settimeout(2.0)
                    self.connections += 1
                    self._unread[connection] = bytearray()
                    register(connection, selectors.EVENT_READ)
                elif sock is not self._woken:
                    self._read_connection(sock)
            while self._later and self._later[0][0] <= time.monotonic():
                heapq.heappop(self._later)[2]()

    def _run_in_thread(self) -> None:
        try:
            self.run()
        except BaseException as error:
            self.errors.append(error)

    def _read_datagrams(self) -> None:
        for _ in range(256):
            try:
                data, peer = self.udp.recvfrom(4096)
            except OSError:
                return
            self._take(data, peer)

    def _read_connection(self, connection: socket.socket) -> None:
        try:
            chunk = connection.recv(65536)
        except OSError:
            chunk = b""
        if not chunk:
            self.forget(connection)
            return
        unread = self._unread[connection]
        unread += chunk
        while len(unread) >= 2 and len(unread) >= 2 + int.from_bytes(unread[:2], "big"):
            size = int.from_bytes(unread[:2], "big")
            data = bytes(unread[2 : 2 + size])
            del unread[: 2 + size]
            self._take(data, connection)

    def _take(self, data: bytes, peer: Any) -> None:
        key = (asked(data).lower(), isinstance(peer, socket.socket))
        number = self.seen[key] = self.seen.get(key, 0) + 1
        query = Query(self, data, peer, number)
        label = query.asked[1 : 1 + query.asked[0]].decode("latin-1").lower().partition("-")[0]
        self._cases.get(label, self._every)(query)


def bound_sockets() -> tuple[socket.socket, socket.socket]:
    """A UDP socket and a TCP listener on the same port of 127.0.0.1."""
    for _ in range(50):
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
            udp.bind(("127.0.0.1", 0))
            listener.bind(udp.getsockname())
            listener.listen(128)
            return udp, listener
        except OSError:
            udp.close()
            listener.close()
    raise OSError("no port that is free for both UDP and TCP")


if __name__ == "__main__":
    AdversaryServer(sockets=tuple(socket.socket(fileno=int(fd)) for fd in sys.argv[1:3])).run()
