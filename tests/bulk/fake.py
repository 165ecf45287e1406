"""A pump without sockets: it answers from a dict, in any order asked for, at once or never."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterable
from math import inf
from pathlib import Path
from typing import Any, ClassVar

from dnsburst._engine.lookup import Lookup
from dnsburst._io.reactor import Reactor
from dnsburst._wire.codes import TYPE_A, TYPE_AAAA, TYPE_PTR, TYPE_TXT, type_from_text
from dnsburst._wire.message import RR
from dnsburst._wire.name import from_text, reverse_name, to_text
from dnsburst.bulk import run as running
from dnsburst.bulk.keys import octets
from dnsburst.bulk.run import Report, Settings, run

#: What a name has: a list of texts, or a status such as ``"SERVFAIL"``.
Answer = list[str] | str
World = dict[tuple[str, str], Answer]


class FakeServer:
    """The figures of a server."""

    def __init__(self) -> None:
        self.text = "192.0.2.53:53"
        self.sent = self.answered = self.timeouts = 0
        self.down = False
        self.down_since = inf
        self.socket_error = ""
        self.rate = 1000.0
        self.loss = 0.0

    @property
    def rtt_bins(self) -> list[int]:
        bins = [0] * 320
        bins[87] = self.answered  # 1 ms
        return bins


class FakeExchange:
    def __init__(self) -> None:
        self.nameservers = [FakeServer()]
        self.open_lookups = 0

    @property
    def in_flight(self) -> int:
        return self.open_lookups


class FakePump:
    """Takes lookups, gives them back finished. Set up by class attributes, since bulk makes its own."""

    world: ClassVar[World] = {}
    #: The order in which lookups finish; None: as asked.
    shuffle: random.Random | None = None
    #: Names whose lookups finish only when nothing else is open.
    slow: frozenset[str] = frozenset()
    room = 256
    ttl = 300
    #: Called in each step, with the pump.
    on_step: Callable[[FakePump], None] | None = None
    asked: ClassVar[list[tuple[str, str]]] = []

    def __init__(self, options: Any, loop: Reactor, on_finished: Any, feed: Any, trace: Any = None) -> None:
        self.exchange: Any = FakeExchange()
        self._loop = loop
        self._on_finished = on_finished
        self._feed = feed
        self._open: list[Lookup] = []
        self._kicked = False
        self.closed = False

    def start(self, lookups: list[Lookup]) -> None:
        for lookup in lookups:
            self._open.append(lookup)
            self.exchange.open_lookups += 1
            self.exchange.nameservers[0].sent += 1
            self.asked.append((to_text(lookup.name), _type(lookup.rdtype)))
        self.kick()

    def kick(self) -> None:
        if not self._kicked:
            self._kicked = True
            self._loop.call_soon(self._step)

    def close(self) -> None:
        self.closed = True

    def _step(self) -> None:
        self._kicked = False
        if self.closed:
            return
        if self.on_step is not None:
            type(self).on_step(self)  # type: ignore[misc]
        ready = [lookup for lookup in self._open if to_text(lookup.name) not in self.slow] or self._open
        if self.shuffle is not None:
            self.shuffle.shuffle(ready)
            ready = ready[: len(ready) // 2 + 1]
        self._open = [lookup for lookup in self._open if lookup not in ready]
        finished = [lookup for lookup in ready if self._finish(lookup)]
        if finished:
            self._on_finished(finished)
        room = self.room - len(self._open)
        if room > 0:
            self._feed(room)
        if self._open:
            self.kick()

    def _finish(self, lookup: Lookup) -> bool:
        answer = self.world.get((to_text(lookup.name), _type(lookup.rdtype)), "NXDOMAIN")
        if answer == "NEVER":
            return False
        self.exchange.open_lookups -= 1
        lookup.tries = 1
        lookup.ttl = self.ttl
        server = self.exchange.nameservers[0]
        if answer in ("TIMEOUT", "NETERROR"):
            server.timeouts += 1
            lookup.ttl = -1
            lookup.status = str(answer)
            lookup.error = "no answer from 192.0.2.53:53"
            return True
        server.answered += 1
        lookup.rtt = 0.001
        lookup.server = server.text
        if isinstance(answer, str):
            lookup.status = answer
            return True
        lookup.status = "NOERROR"
        lookup.records = tuple(record(lookup.rdtype, rdata(lookup.rdtype, text), self.ttl) for text in answer)
        return True


def record(rdtype: int, data: bytes, ttl: int = 300, text: str | None = None) -> RR:
    """A record of an answer; bulk does not look at its name and class."""
    rr = RR.__new__(RR)
    rr.name = b"\0"
    rr.rdtype = rdtype
    rr.rdclass = 1
    rr.ttl = ttl
    rr.rdata = data
    rr.text = text
    return rr


def rdata(rdtype: int, text: str) -> bytes:
    """The octets of a PTR, A, AAAA or TXT (Latin-1)."""
    if rdtype in (TYPE_A, TYPE_AAAA):
        return octets(text)
    if rdtype == TYPE_TXT:
        raw = text.encode("latin-1")
        return bytes([len(raw)]) + raw
    return from_text(text)


def names(**of: Answer) -> World:
    """PTR answers by address, with ``_`` for dots: ``names(a192_0_2_1=["one.example"])``."""
    return {(reverse(address[1:].replace("_", ".")), "PTR"): answer for address, answer in of.items()}


def reverse(address: str) -> str:
    return to_text(reverse_name(address))


def pointers(addresses: Iterable[str]) -> World:
    """A PTR for each address: 192.0.2.1 is host-192-0-2-1.example."""
    return {(reverse(a), "PTR"): [f"host-{a.replace('.', '-').replace(':', '-')}.example"] for a in addresses}


class Bulk:
    """Runs bulk over the FakePump, in this process."""

    def __init__(self, directory: Path, monkeypatch: Any) -> None:
        self.directory = directory
        self.warnings: list[str] = []

        class Pump(FakePump):
            asked: ClassVar[list[tuple[str, str]]] = []

        self.pump = Pump
        monkeypatch.setattr(running, "Pump", Pump)
        monkeypatch.setattr("dnsburst.bulk.output.os.fsync", lambda fd: None)

    def write(self, data: str | bytes, name: str = "in.csv") -> str:
        path = self.directory / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return str(path)

    def run(self, path: str, output: str = "out.csv", **settings: Any) -> Report:
        types = tuple(type_from_text(rdtype) for rdtype in settings.pop("types", ()))
        return run(
            Settings(
                input=path,
                output=output if output == "-" else str(self.directory / output),
                types=types,
                servers=("192.0.2.53",),
                progress=False,
                **settings,
            ),
            self.warnings.append,
        )

    def out(self, name: str = "out.csv") -> bytes:
        return (self.directory / name).read_bytes()

    def table(self, data: str | bytes, name: str = "in.csv", **settings: Any) -> bytes:
        """The output for an input."""
        output = "out" + name[name.index(".") :]
        report = self.run(self.write(data, name), output, overwrite=True, **settings)
        assert report.problem is None
        assert 0 == report.status
        return self.out(output)


def feed_slowly(fd: int, pieces: Iterable[bytes], wait: Callable[[], None]) -> threading.Thread:
    """Write the pieces into a pipe from a thread, waiting before each."""

    def work() -> None:
        with open(fd, "wb", buffering=0) as file:
            for piece in pieces:
                wait()
                file.write(piece)

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def _type(rdtype: int) -> str:
    return {TYPE_PTR: "PTR", TYPE_A: "A", TYPE_AAAA: "AAAA", TYPE_TXT: "TXT", 15: "MX"}[rdtype]
