"""Clients of the tests: raw octets in and out, read by dnspython."""

from __future__ import annotations

import socket
import struct

import dns.flags
import dns.message
import dns.rcode

SECONDS = 5.0


def query(name: str, rdtype: str = "A", **settings: object) -> dns.message.Message:
    """A query of dnspython's; without EDNS unless ``use_edns`` or ``payload`` says so."""
    return dns.message.make_query(name, rdtype, **settings)  # type: ignore[arg-type]


def udp(address: tuple[str, int], *queries: bytes) -> list[bytes]:
    """Send the datagrams from one socket and wait for as many replies."""
    with _socket(address, socket.SOCK_DGRAM) as sock:
        for octets in queries:
            sock.send(octets)
        return [sock.recv(65535) for _ in queries]


def udp_silence(address: tuple[str, int], unanswered: bytes, answered: bytes) -> None:
    """Fail if the first of two datagrams gets a reply, as the second does."""
    with _socket(address, socket.SOCK_DGRAM) as sock:
        sock.send(unanswered)
        sock.send(answered)
        assert answered[:2] == sock.recv(65535)[:2]


def tcp(address: tuple[str, int]) -> socket.socket:
    """A connection to the server."""
    return _socket(address, socket.SOCK_STREAM)


def framed(*messages: bytes) -> bytes:
    """The messages as TCP carries them."""
    return b"".join(struct.pack("!H", len(octets)) + octets for octets in messages)


def read_framed(sock: socket.socket) -> bytes:
    """The next message; ``b""`` if the server has closed."""
    head = _exactly(sock, 2)
    return _exactly(sock, int.from_bytes(head, "big")) if head else b""


def parsed(octets: bytes | None) -> dns.message.Message:
    assert octets is not None
    return dns.message.from_wire(octets)


def rcode(octets: bytes | None) -> str:
    return dns.rcode.to_text(parsed(octets).rcode())


def flags(octets: bytes | None) -> set[str]:
    return set(dns.flags.to_text(parsed(octets).flags).split())


def answers(octets: bytes | None) -> list[str]:
    """The records of the answer section as text, in order."""
    return [
        f"{rrset.name} {rrset.ttl} {dns.rdatatype.to_text(rrset.rdtype)} {rdata}"
        for rrset in parsed(octets).answer
        for rdata in rrset
    ]


def _socket(address: tuple[str, int], kind: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    sock = socket.socket(family, kind)
    sock.settimeout(SECONDS)
    sock.connect(address)
    return sock


def _exactly(sock: socket.socket, size: int) -> bytes:
    octets = b""
    while len(octets) < size:
        more = sock.recv(size - len(octets))
        if not more:
            return octets
        octets += more
    return octets
