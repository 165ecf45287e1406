"""A server that plays a script: what it does with each query is for a function of the test to say."""

from __future__ import annotations

import selectors
import socket
import threading
import time
from collections.abc import Callable

#: The datagrams to send back to a query.
OnDatagram = Callable[[bytes], list[bytes]]
#: The octets to send on a connection, after what has come on it so far; None closes it. Called every 10 ms.
OnStream = Callable[[bytes], bytes | None]


def silent(_: bytes) -> list[bytes]:
    """No reply."""
    return []


def truncated(query: bytes) -> list[bytes]:
    """An empty reply with TC set."""
    return [query[:2] + b"\x82\x00" + query[4:6] + bytes(6) + query[12:]]


def rcode(number: int) -> OnDatagram:
    """Replies with an RCODE and nothing else."""

    def reply(query: bytes) -> list[bytes]:
        question = query[12 : query.index(b"\0", 12) + 5]
        return [query[:2] + b"\x81" + bytes((0x80 | number,)) + query[4:6] + bytes(6) + question]

    return reply


class Scripted:
    """UDP and TCP on one port of 127.0.0.1, in a thread, for as long as a ``with`` statement lasts."""

    def __init__(self, on_datagram: OnDatagram = silent, on_stream: OnStream | None = None) -> None:
        self.on_datagram = on_datagram
        self.on_stream = on_stream
        self.queries = 0
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        while True:
            self._udp.bind(("127.0.0.1", 0))
            self.address: tuple[str, int] = self._udp.getsockname()
            try:
                self._tcp.bind(self.address)
                break
            except OSError:
                self._udp.close()
                self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        if on_stream is not None:
            self._tcp.listen()
        self._stop = False
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Scripted:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop = True
        self._thread.join()

    def _run(self) -> None:
        streams: dict[socket.socket, bytes] = {}
        with selectors.DefaultSelector() as selector, self._udp, self._tcp:
            selector.register(self._udp, selectors.EVENT_READ)
            if self.on_stream is not None:
                selector.register(self._tcp, selectors.EVENT_READ)
            played = 0.0
            while not self._stop:
                for key, _ in selector.select(0.01):
                    sock = key.fileobj
                    assert isinstance(sock, socket.socket)
                    if sock is self._udp:
                        query, peer = sock.recvfrom(4096)
                        self.queries += 1
                        for reply in self.on_datagram(query):
                            sock.sendto(reply, peer)
                    elif sock is self._tcp:
                        stream, _ = sock.accept()
                        streams[stream] = b""
                        selector.register(stream, selectors.EVENT_READ)
                    else:
                        try:
                            chunk = sock.recv(4096)
                        except OSError:
                            chunk = b""
                        streams[sock] += chunk
                        if not chunk:
                            selector.unregister(sock)
                now = time.monotonic()
                if self.on_stream is not None and now - played >= 0.01:
                    played = now
                    for stream, seen in list(streams.items()):
                        self._play(stream, seen, streams, selector)
            for stream in streams:
                stream.close()

    def _play(
        self,
        stream: socket.socket,
        seen: bytes,
        streams: dict[socket.socket, bytes],
        selector: selectors.BaseSelector,
    ) -> None:
        assert self.on_stream is not None
        octets = self.on_stream(seen)
        try:
            if octets is not None:
                stream.sendall(octets)
                return
        except OSError:
            pass
        if stream in selector.get_map():
            selector.unregister(stream)
        stream.close()
        del streams[stream]
