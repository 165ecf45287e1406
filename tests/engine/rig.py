"""An Exchange with fake time and no sockets: what it wants to send is a list, what comes is a call."""

from __future__ import annotations

from typing import Any

from dnsburst._engine.address import ServerAddress
from dnsburst._engine.exchange import Exchange
from dnsburst._engine.lookup import Lookup
from dnsburst._engine.nameserver import Channel
from dnsburst._engine.options import Options

from .. import octets


class Sent:
    """One query that left, and on which channel."""

    def __init__(self, channel: Channel, data: bytes, at: float) -> None:
        self.channel = channel
        self.data = data
        self.at = at
        self.server = channel.nameserver.text
        self.tcp = channel.is_tcp


class Rig:
    """Drives an exchange by hand. ``now`` is the time; ``advance`` lets it pass, step by step."""

    def __init__(self, servers: tuple[str, ...] = ("127.0.0.1:53",), **options: Any) -> None:
        self.now = 1000.0
        addresses = tuple(ServerAddress.from_text(text) for text in servers)
        self.exchange = Exchange(Options(addresses, **options), self.now)
        self.sent: list[Sent] = []
        self.done: list[Lookup] = []
        self.refuse_udp = ""
        self.refuse_tcp = ""

    def ask(self, name: str = "www.example", rdtype: int = octets.A, tag: object = None) -> Lookup:
        lookup = self.exchange.submit(octets.name(name), rdtype, tag, self.now)
        self.step()
        return lookup

    def step(self) -> list[Sent]:
        """Send what is to be sent now; returns it."""
        before = len(self.sent)
        self.exchange.expire(self.now)
        for _ in range(50):
            for channel in self.exchange.datagrams_to_send(self.now):
                self.sent += [Sent(channel, data, self.now) for data in channel.outbox]
                channel.outbox = []
            wanted, self.exchange.wanted = self.exchange.wanted, []
            for server, is_tcp in wanted:
                refused = self.refuse_tcp if is_tcp else self.refuse_udp
                if refused:
                    self.exchange.channel_refused(server, is_tcp, refused, self.now)
                else:
                    self.exchange.channel_opened(server, is_tcp, 200, None)
            if not wanted:
                break
        self.done += self.exchange.take_finished()
        return self.sent[before:]

    def receive(self, sent: Sent, data: bytes) -> None:
        """``data`` comes on the channel of ``sent``."""
        self.exchange.datagrams_received(sent.channel, [data], self.now)
        self.step()

    def advance(self, seconds: float) -> list[Sent]:
        """Let time pass; returns what was sent meanwhile."""
        before = len(self.sent)
        end = self.now + seconds
        while True:
            wakeup = self.exchange.next_wakeup(self.now)
            if wakeup >= end:
                break
            self.now = max(wakeup, self.now + 1e-4)
            self.step()
        self.now = end
        self.step()
        return self.sent[before:]

    @property
    def last(self) -> Sent:
        return self.sent[-1]

    def address_reply(self, sent: Sent, address: bytes = b"\xc0\x00\x02\x01", **options: Any) -> bytes:
        """The reply to ``sent`` with one A record at the name asked."""
        return octets.reply(sent.data, (octets.rr(b"\xc0\x0c", octets.A, address),), **options)
