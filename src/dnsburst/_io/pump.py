"""Between the engine and the sockets: what the exchange has to say goes out, what comes goes in, on any event loop."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Any

from .._engine.exchange import Exchange
from .._engine.lookup import to_ask
from .portable import BATCH
from .tcp import TcpConnection, unwatch
from .udp import Batch, UdpSocket, describe, describe_errno

if TYPE_CHECKING:
    from .._engine.lookup import Lookup
    from .._engine.nameserver import Channel, Nameserver
    from .._engine.options import Options
    from .reactor import Handle, Loop

#: ``trace(event, time, server, data, note)``; event is ``send recv drop error``, time is that of the loop in seconds.
Trace = Callable[[str, float, str, bytes, str], None]

#: Turns of receiving from one socket before the others are served.
READS = 4
#: Seconds: no timer is set closer than this, so that datagrams go out in batches.
GRAIN = 0.0005
#: Seconds after which answers may have come that the exchange would miss.
LATE = 0.001
#: A connection has flow control: the exchange's own bound on what is pipelined holds.
TCP_CAPACITY = 1 << 16
#: Seconds without a query after which a connection is closed (RFC 7766, 6.2.3: on the order of seconds).
TCP_IDLE = 10.0


class Pump:
    """Runs an Exchange over real sockets.

    After each batch of datagrams ``on_finished`` gets the lookups that have ended, then ``feed`` is told for how many
    more there is room; it submits at most so many. Both run inside the loop and must not block.
    """

    def __init__(
        self,
        options: Options,
        loop: Loop,
        on_finished: Callable[[list[Lookup]], object],
        feed: Callable[[int], None] | None = None,
        trace: Trace | None = None,
    ) -> None:
        self.exchange = Exchange(options, loop.time())
        self._loop = loop
        self._on_finished = on_finished
        self._feed = feed
        self._trace = trace
        self._closed = False
        self._step_due = False
        self._feeding = False
        self._timer: Handle | None = None
        self._timer_at = inf
        self._batch = Batch()
        self._now = 0.0
        self._sockets: set[UdpSocket | TcpConnection] = set()
        if trace is not None:
            self.exchange.on_drop = self._dropped

    def submit(self, name: bytes, rdtype: int, tag: Any) -> Lookup:
        """Have wire name ``name`` looked up; the lookup comes back through ``on_finished``, ``tag`` among its tags."""
        return self.start([to_ask(name, rdtype, tag)])[0]

    def start(self, lookups: list[Lookup]) -> list[Lookup]:
        """Set these going; returns, for each, itself or the lookup that it joins."""
        if self._feeding:
            return self.exchange.start(lookups, self._now)
        self.kick()
        return self.exchange.start(lookups, self._loop.time())

    def kick(self) -> None:
        """Take a step soon: something may have changed."""
        if not self._step_due:
            self._step_due = True
            self._loop.call_soon(self._step)

    def close(self) -> None:
        """Close all sockets; lookups that are open stay so."""
        for transport in list(self._sockets):
            self._close(transport)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._closed = self._step_due = True  # no further step

    # -- the step ---------------------------------------------------------------------------------------------------

    def _step(self) -> None:
        now = self._now = self._loop.time()
        is_done = False
        try:
            self._exchange_all(now)
            is_done = True
        finally:
            # Whatever a caller's callback raises goes to the loop; the lookups go on, with a step for what is left.
            self._feeding = False
            self._step_due = self._closed
            if not is_done:
                self.kick()
        if not self._closed:
            self._arm(now)

    def _exchange_all(self, now: float) -> None:
        exchange = self.exchange
        if exchange.is_overdue(now):
            self._drain(now)  # what is here already has not been silent, however late this process is
            exchange.expire(now)
        while not self._closed:
            finished = exchange.take_finished()
            if finished:
                self._on_finished(finished)
            if self._feed is not None:
                room = exchange.room(now)
                if room > 0:
                    self._feeding = True
                    self._feed(room)
                    self._feeding = False
            before = now
            now = self._loop.time()  # what was done meanwhile is no part of any round trip …
            if now - before > LATE:
                self._drain(now)  # … and what came meanwhile is no silence
            for channel in exchange.datagrams_to_send(now):
                self._send(channel, now)
            if exchange.wanted:
                self._open_wanted(now)
            elif not exchange.has_finished():
                break
        for channel in exchange.retired:
            if channel.closed:
                self._close(channel.transport)
        exchange.retired = [channel for channel in exchange.retired if not channel.closed]

    def _arm(self, now: float) -> None:
        """One timer, for the next thing the exchange has to do by itself."""
        when = self.exchange.next_wakeup(now)
        if when == inf:
            return
        when = max(when, now + GRAIN)
        if self._timer is not None:
            if self._timer_at <= when and self._timer_at > now:
                return  # it rings early enough; a step without work costs little
            self._timer.cancel()
        self._timer = self._loop.call_at(when, self._ring)
        self._timer_at = when

    def _ring(self) -> None:
        self._timer = None
        self.kick()

    # -- sockets ----------------------------------------------------------------------------------------------------

    def _open_wanted(self, now: float) -> None:
        wanted, self.exchange.wanted = self.exchange.wanted, []
        for server, is_tcp in wanted:
            try:
                if is_tcp:
                    self._open_tcp(server)
                else:
                    self._open_udp(server)
            except OSError as error:
                text = describe(error, server.address)
                self._note("error", server.text, b"", text)
                self.exchange.channel_refused(server, is_tcp, text, now)

    def _open_udp(self, server: Nameserver) -> None:
        transport = UdpSocket(server.address, self._batch)
        channel = self.exchange.channel_opened(server, False, transport.capacity, transport)
        self._sockets.add(transport)
        self._loop.add_reader(transport.fileno(), partial(self._readable, channel))

    def _open_tcp(self, server: Nameserver) -> None:
        channel: Channel

        def arrived(messages: list[bytes]) -> None:
            self._take(channel, messages, self._loop.time())
            self.kick()

        def lost(error: OSError) -> None:
            text = describe(error, server.address)
            self._note("error", server.text, b"", f"tcp: {text}")
            self._sockets.discard(transport)
            self.exchange.channel_failed(channel, text, self._loop.time())
            self.kick()

        transport = TcpConnection(server.address, self._loop, arrived, lost)
        self._sockets.add(transport)
        channel = self.exchange.channel_opened(server, True, TCP_CAPACITY, transport)
        self._loop.call_at(self._loop.time() + TCP_IDLE, self._close_idle, channel, 0)

    def _close_idle(self, channel: Channel, sent: int) -> None:
        """Close a connection that has had nothing to do since it had sent ``sent`` queries; else look again later."""
        if channel.transport not in self._sockets:
            return
        now = self._loop.time()
        if channel.pending.count or channel.sent != sent:
            self._loop.call_at(now + TCP_IDLE, self._close_idle, channel, channel.sent)
            return
        self.exchange.channel_failed(channel, "", now)
        self._close(channel.transport)

    def _close(self, transport: UdpSocket | TcpConnection) -> None:
        self._sockets.discard(transport)
        if isinstance(transport, UdpSocket):
            unwatch(self._loop, transport.fileno())
        transport.close()

    def _send(self, channel: Channel, now: float) -> None:
        outbox, channel.outbox = channel.outbox, []
        transport = channel.transport
        if self._trace is not None:
            note = "tcp" if channel.is_tcp else ""
            for data in outbox:
                self._note("send", channel.nameserver.text, data, note)
        if channel.is_tcp:
            transport.send(outbox)
            return
        while outbox:
            try:
                sent = transport.send(outbox)
            except OSError as error:
                if not self._take_failures(channel, now):
                    text = describe(error, transport.address)
                    self._note("error", channel.nameserver.text, outbox[0], text)
                    self.exchange.datagram_failed(channel, outbox[0], text, now)
                    del outbox[0]
                continue
            if sent == len(outbox):
                return
            if sent == 0:
                # The send buffer is full: the rest waits for room.
                channel.outbox = outbox + channel.outbox
                self._loop.add_writer(transport.fileno(), partial(self._writable, channel))
                return
            outbox = outbox[sent:]

    def _writable(self, channel: Channel) -> None:
        self._loop.remove_writer(channel.transport.fileno())
        self._send(channel, self._loop.time())

    def _readable(self, channel: Channel) -> None:
        self._read(channel, self._loop.time())
        self.kick()

    def _read(self, channel: Channel, now: float) -> None:
        for _ in range(READS):
            try:
                datagrams = channel.transport.receive()
            except OSError as error:
                if not self._take_failures(channel, now):
                    text = describe(error, channel.nameserver.address)
                    self._note("error", channel.nameserver.text, b"", text)
                    self.exchange.datagram_failed(channel, b"", text, now)
                continue
            if datagrams:
                self._take(channel, datagrams, now)
            if len(datagrams) < BATCH:
                return

    def _take(self, channel: Channel, messages: list[bytes], now: float) -> None:
        if self._trace is not None:
            note = "tcp" if channel.is_tcp else ""
            for data in messages:
                self._note("recv", channel.nameserver.text, data, note)
        self.exchange.datagrams_received(channel, messages, now)

    def _take_failures(self, channel: Channel, now: float) -> bool:
        """Report the queries that the system says could not be delivered; False if it says nothing."""
        failures = channel.transport.failures()
        for number, data in failures:
            text = describe_errno(number, channel.nameserver.address)
            self._note("error", channel.nameserver.text, data, text)
            self.exchange.datagram_failed(channel, data, text, now)
        return bool(failures)

    def _drain(self, now: float) -> None:
        for server in self.exchange.nameservers:
            for channel in server.channels:
                if channel.in_flight:
                    self._read(channel, now)

    def _dropped(self, channel: Channel, data: bytes, reason: str) -> None:
        self._note("drop", channel.nameserver.text, data, reason)

    def _note(self, event: str, server: str, data: bytes, note: str) -> None:
        if self._trace is not None:
            self._trace(event, self._loop.time(), server, data, note)
