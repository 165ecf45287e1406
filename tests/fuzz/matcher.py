"""Plays octets as a script of what may happen to an Exchange: shared by the fuzz target and the suite."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from .. import octets

if TYPE_CHECKING:
    from .builds import Build

LIFETIME = 4.0
SERVERS = ("127.0.0.1:53", "127.0.0.2:53")
NAMES = (b"\x03www\x07example\0", b"\x01a\x01b\0", b"\x011\x012\x01c\x07in-addr\x04arpa\0", b"\0")
TYPES = (octets.A, octets.PTR, octets.TXT, octets.ANY)

# What an octet of the script stands for; what it needs follows it.
RAW, REPLY, WRONG_ID, WAIT, FAIL, ASK, BREAK, ECHO = range(8)

_ANSWER = octets.rr(b"\xc0\x0c", octets.A, b"\xc0\x00\x02\x01")


def _reply(kind: int, number: int, flags: int, counts: bytes, rest: bytes) -> bytes:
    return bytes((kind, number)) + flags.to_bytes(2, "big") + counts + bytes((len(rest),)) + rest


#: Scripts to start from.
SCRIPTS: tuple[bytes, ...] = (
    bytes((ASK, 0)) + _reply(REPLY, 0, 0x8180, b"\1\1\0\0", _ANSWER),
    bytes((ASK, 0)) + _reply(REPLY, 0, 0x8380, b"\1\0\0\0", b"") + _reply(REPLY, 0, 0x8180, b"\1\1\0\0", _ANSWER),
    bytes((ASK, 1)) + _reply(WRONG_ID, 0, 0x8180, b"\1\1\0\0", _ANSWER) * 3 + bytes((WAIT, 200, WAIT, 200)),
    bytes((ASK, 2)) + _reply(REPLY, 0, 0x8182, b"\0\0\0\0", b"") + bytes((WAIT, 50, FAIL, 0, WAIT, 100)),
    bytes((ASK, 0, ASK, 1)) + _reply(REPLY, 0, 0x8181, b"\1\0\0\0", b"") + bytes((ECHO, 0, BREAK, 0, WAIT, 255)),
    bytes((RAW, 0, 12)) + bytes(12),
)


class _Randomness:
    """What os.urandom is while a script is played, so that both builds draw the same."""

    def __init__(self) -> None:
        self._state = 1

    def __call__(self, count: int) -> bytes:
        drawn = bytearray()
        for _ in range(count):
            self._state = (self._state * 1103515245 + 12345) & 0x7FFFFFFF
            drawn.append(self._state >> 16 & 255)
        return bytes(drawn)


def play(build: Build, script: bytes) -> tuple[Any, ...]:
    """What comes of each lookup, and what was dropped why. Fails where a rule of the matcher is broken."""
    system, os.urandom = os.urandom, _Randomness()
    try:
        return _Play(build, script).run()
    finally:
        os.urandom = system


class _Play:
    def __init__(self, build: Build, script: bytes) -> None:
        self.script = script
        self.at = 0
        self.now = 1000.0
        servers = tuple(build.address.ServerAddress.from_text(text) for text in SERVERS)
        options = build.options.Options(
            servers, lifetime=LIFETIME, randomize_case=bool(script[:1] and script[0] & 0x80)
        )
        self.exchange = build.exchange.Exchange(options, self.now)
        self.sent: list[tuple[Any, bytes]] = []
        self.lookups: list[Any] = []

    def run(self) -> tuple[Any, ...]:
        while self.at < len(self.script):
            self._action(self._octet() & 7)
        self._wait(LIFETIME + 0.05)
        assert not [lookup for lookup in self.lookups if not lookup.status], "open after its deadline"
        assert 0 == self.exchange.open_lookups
        assert 0 == self.exchange.in_flight
        ended = tuple((lo.status, lo.tries, lo.error, lo.ttl, [rr.rdata for rr in lo.records]) for lo in self.lookups)
        return ended, self.exchange.drops, self.exchange.sent

    def _action(self, kind: int) -> None:
        number = self._octet()
        if kind == WAIT:
            self._wait(number * 0.01)
        elif kind == ASK:
            if len(self.lookups) < 16:
                name = NAMES[number & 3]
                lookup = self.exchange.submit(name, TYPES[number >> 2 & 3], None, self.now)
                if lookup not in self.lookups:
                    self.lookups.append(lookup)
                self._step()
        elif not self.sent:
            return
        else:
            channel, query = self.sent[-1 - number % min(len(self.sent), 16)]
            if kind == RAW:
                self._receive(channel, self._some())
            elif kind == ECHO:
                self._receive(channel, query)
            elif kind == FAIL:
                self.exchange.datagram_failed(channel, query, "ECONNREFUSED: refused", self.now)
                self._step()
            elif kind == BREAK:
                if not channel.closed:
                    self.exchange.channel_failed(channel, "ECONNRESET: reset", self.now)
                    self._step()
            else:
                flags = bytes((self._octet(), self._octet()))
                counts = b"".join(bytes((0, self._octet() & 3)) for _ in range(4))
                query_id = query[:2] if kind == REPLY else bytes((query[0], query[1] ^ 1))
                self._receive(channel, query_id + flags + counts + octets.asked(query) + self._some())

    def _octet(self) -> int:
        self.at += 1
        return self.script[self.at - 1] if self.at <= len(self.script) else 0

    def _some(self) -> bytes:
        size = self._octet()
        self.at += size
        return self.script[self.at - size : self.at]

    def _receive(self, channel: Any, data: bytes) -> None:
        before = [lookup for lookup in self.lookups if not lookup.status]
        tries = {id(lookup): lookup.tries for lookup in before}
        self.exchange.datagrams_received(channel, [data], self.now)
        for lookup in before:
            if lookup.status and not self._carries(channel, data, lookup):
                raise AssertionError(f"{data.hex()} ended a lookup it was no reply to, after {tries[id(lookup)]} tries")
        self._step()

    def _carries(self, channel: Any, data: bytes, lookup: Any) -> bool:
        """Whether ``data`` came where a query for ``lookup`` went, with its ID, and with its question or none."""
        for other, query in self.sent:
            asked = octets.asked(query)
            if other is channel and query[:2] == data[:2] and asked.lower() == lookup.key[:-4] + asked[-4:].lower():
                return data[4:6] == b"\0\0" or data[12:].lower().startswith(asked.lower())
        return False

    def _wait(self, seconds: float) -> None:
        end = self.now + seconds
        while True:
            wakeup = self.exchange.next_wakeup(self.now)
            if wakeup >= end:
                break
            self.now = max(wakeup, self.now + 1e-3)
            self._step()
        self.now = end
        self._step()

    def _step(self) -> None:
        exchange = self.exchange
        exchange.expire(self.now)
        for _ in range(50):
            for channel in exchange.datagrams_to_send(self.now):
                self.sent += [(channel, data) for data in channel.outbox]
                channel.outbox = []
            wanted, exchange.wanted = exchange.wanted, []
            for server, is_tcp in wanted:
                exchange.channel_opened(server, is_tcp, 200, None)
            if not wanted:
                break
        exchange.take_finished()
