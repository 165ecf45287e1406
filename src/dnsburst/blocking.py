"""The blocking face: the resolver's methods as functions, each with a small event loop of its own.

Nothing is shared between calls, so they are safe from any thread, in the executor of a running loop, and after fork.
They keep no cache. Options are those of ``dnsburst.Resolver``, but for ``cache_size``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Unpack

from ._io.pump import Pump, Trace
from ._io.reactor import Reactor
from ._wire.codes import TYPE_A, TYPE_AAAA, TYPE_PTR, type_from_text
from .configuration import Settings, configure
from .errors import InvalidName
from .questions import (
    Name,
    Type,
    both_families,
    invalid_result,
    raise_for_status,
    raise_unless_address,
    to_result,
    wire_question,
)
from .result import Result
from .stream import Stream, deliver, names_of

if TYPE_CHECKING:
    from ._engine.lookup import Lookup
    from ._engine.options import Options


def resolve(name: Name, rdtype: Type = "A", **options: Unpack[Settings]) -> Result:
    """The answer for ``name``; its status is ``NOERROR``.

    Raises NXDomain, NoData, ServerFailure and its kin, Timeout, NetworkError, InvalidName, UnknownType,
    ConfigurationError.

    >>> dnsburst.resolve("example.com", "MX", lifetime=5.0).records[0].data.exchange
    'mail.example.com'
    """
    return raise_for_status(query(name, rdtype, **options))


def reverse(address: Name, **options: Unpack[Settings]) -> Result:
    """The names of an IPv4 or IPv6 address (PTR; RFC 1035, 3.5 and RFC 3596, 2.5). Raises as ``resolve`` does.

    >>> dnsburst.reverse("2001:db8::80").records[0].data
    'www.example.com'
    """
    raise_unless_address(address)
    return raise_for_status(query(address, TYPE_PTR, **options))


def resolve_host(name: Name, **options: Unpack[Settings]) -> Result:
    """The IPv4 and IPv6 addresses of a host, asked for at once: A records, then AAAA records, in one Result.

    Its rdtype is ``"A+AAAA"``. One family is enough for an answer; ``error`` says where the other failed. Raises as
    ``resolve`` does where there is no address of either.

    >>> [record.data for record in dnsburst.resolve_host("www.example.com").records]
    ['192.0.2.80', '2001:db8::80']
    """
    v4, v6 = query_many([(name, TYPE_A), (name, TYPE_AAAA)], **options)
    return raise_for_status(both_families(v4, v6))


def query(name: Name, rdtype: Type | None = None, **options: Unpack[Settings]) -> Result:
    """What comes of asking: never raises for it, ``status`` says. An address without a type is asked for PTR.

    Raises UnknownType, ConfigurationError.

    >>> dnsburst.query("missing.example.com", "A").status
    'NXDOMAIN'
    """
    return query_many([(name, rdtype)], **options)[0]


def query_many(questions: Iterable[tuple[Name, Type | None]], **options: Unpack[Settings]) -> list[Result]:
    """The results of several questions asked at once, in their order. Raises UnknownType, ConfigurationError.

    >>> results = dnsburst.query_many([("example.com", "MX"), ("192.0.2.80", None)])
    >>> [result.records[0].text for result in results]
    ['10 mail.example.com', 'www.example.com']
    """
    results: list[Result | None] = []
    asked: list[tuple[int, bytes, int]] = []
    names: list[Name] = []
    for index, (name, rdtype) in enumerate(questions):
        names.append(name)
        number = None if rdtype is None else type_from_text(rdtype)
        try:
            asked.append((index, *wire_question(name, number)))
            results.append(None)
        except InvalidName as error:
            results.append(invalid_result(name, number, error))
    session = _Session(**options)
    left = len(asked)

    def finished(lookups: list[Lookup]) -> None:
        nonlocal left
        for lookup in lookups:
            for index in lookup.take_tags():
                results[index] = to_result(lookup, names[index])
                left -= 1

    if asked:
        with session.started(finished):
            for index, wire, number in asked:
                session.pump.submit(wire, number, index)
            session.reactor.run_until(lambda: not left)
    return [result for result in results if result is not None]


def lookup_many(
    names: Iterable[Name], rdtype: Type | None = None, *, ordered: bool = True, **options: Unpack[Settings]
) -> Iterator[Result]:
    """Results for names and addresses, thousands under way at once; names are pulled as there is room for them.

    In order, or as they finish with ``ordered=False``. Never raises for the outcome of a lookup. Raises UnknownType and
    ConfigurationError at once, TypeError for a single name, and whatever ``names`` raises after all before it.

    >>> for result in dnsburst.lookup_many(["www.example.com", "192.0.2.80", "no..name"]):
    ...     print(result.name, result.status, [record.text for record in result.records])
    www.example.com NOERROR ['192.0.2.80']
    192.0.2.80 NOERROR ['www.example.com']
    no..name INVALID []
    """
    number = None if rdtype is None else type_from_text(rdtype)
    return _run(Stream(names_of(names), number, ordered), _Session(**options))


def _run(stream: Stream, session: _Session) -> Iterator[Result]:
    def feed(room: int) -> None:
        stream.feed(session.pump, room)

    with session.started(deliver, feed):
        while not stream.finished:
            result = stream.pop(session.pump)
            if result is not None:
                yield result
            else:
                session.pump.kick()
                session.reactor.run_until(stream.has_results)
        stream.raise_error()


class _Session:
    """A Reactor with a Pump on it, for as long as a ``with`` statement lasts."""

    __slots__ = ("_options", "_trace", "pump", "reactor")

    _options: Options
    _trace: Trace | None
    pump: Pump
    reactor: Reactor

    def __init__(self, **options: Unpack[Settings]) -> None:
        self._trace = options.pop("trace", None)
        self._options = configure(**options)

    def started(
        self, on_finished: Callable[[list[Lookup]], object], feed: Callable[[int], None] | None = None
    ) -> _Session:
        """Ready to be entered."""
        self.reactor = Reactor()
        self.pump = Pump(self._options, self.reactor, on_finished, feed, self._trace)
        return self

    def __enter__(self) -> _Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.pump.close()
        self.reactor.close()
