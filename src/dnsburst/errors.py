"""The exceptions a caller can meet, in one tree.

    DNSError
    ├── InvalidName          (also ValueError)    the text is no name or address that can be asked; nothing was sent
    ├── UnknownType          (also ValueError)    no record type is called that
    ├── NXDomain                                  the name does not exist (RFC 8020)
    ├── NoData                                    the name exists, without a record of this type (RFC 2308, 2.2)
    ├── Timeout              (also TimeoutError)  no server answered within the lifetime
    ├── NetworkError         (also OSError)       the socket failed on every try; errno and strerror are set
    ├── ServerFailure                             the servers answered with an error and with no data
    │   ├── Refused                               RCODE 5
    │   ├── FormatError                           RCODE 1
    │   └── NotImplementedByServer                RCODE 4
    ├── MalformedMessage     (also ValueError)    octets that are no DNS message
    ├── ConfigurationError   (also ValueError)    the system's resolver files, or options that contradict each other
    └── ResolverClosed       (also RuntimeError)  used after close, or from another event loop

Those that stand for the outcome of a lookup carry it as ``result``; on the others ``result`` is None.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .result import Result


class DNSError(Exception):
    """The root of every exception of this library; ``result`` is the Result it stands for, or None.

    >>> try:
    ...     dnsburst.resolve("missing.example.com")
    ... except dnsburst.DNSError as error:
    ...     print(error, error.result.status, sep="; ")
    missing.example.com A: NXDOMAIN; NXDOMAIN
    """

    def __init__(self, *args: object, result: Result | None = None) -> None:
        super().__init__(*args)
        self.result = result


class InvalidName(DNSError, ValueError):
    """The text is neither an address nor a name that can be asked; the message says why.

    >>> dnsburst.resolve("two..dots")
    Traceback (most recent call last):
    dnsburst.errors.InvalidName: two..dots A: INVALID (empty label)
    """


class UnknownType(DNSError, ValueError):
    """No record type has this name or number.

    >>> dnsburst.resolve("example.com", "NONSENSE")
    Traceback (most recent call last):
    dnsburst.errors.UnknownType: unknown record type 'NONSENSE'
    """


class NXDomain(DNSError):
    """The name does not exist (RFC 8020).

    >>> dnsburst.resolve("missing.example.com")
    Traceback (most recent call last):
    dnsburst.errors.NXDomain: missing.example.com A: NXDOMAIN
    """


class NoData(DNSError):
    """The name exists and has no record of the type asked (RFC 2308, section 2.2).

    >>> dnsburst.resolve("www.example.com", "MX")
    Traceback (most recent call last):
    dnsburst.errors.NoData: www.example.com MX: NODATA
    """


class Timeout(DNSError, TimeoutError):
    """No server answered within the lifetime of the lookup.

    >>> dnsburst.resolve("example.com", servers=[silent], lifetime=0.1)
    Traceback (most recent call last):
    dnsburst.errors.Timeout: example.com A: TIMEOUT (no answer from ...)
    """


class NetworkError(DNSError, OSError):
    """The socket failed on every try. ``errno`` and ``strerror`` are those of the last failure.

    >>> dnsburst.resolve("example.com", servers=[refusing], lifetime=1.0)
    Traceback (most recent call last):
    dnsburst.errors.NetworkError: [Errno 111] example.com A: NETERROR (ECONNREFUSED: connection refused by ...)
    """

    def __init__(self, errno: int, strerror: str, result: Result | None = None) -> None:
        OSError.__init__(self, errno, strerror)
        self.result = result


class ServerFailure(DNSError):
    """The servers answered with an error RCODE (SERVFAIL and all that have no class of their own).

    >>> dnsburst.resolve("loop.example.com")
    Traceback (most recent call last):
    dnsburst.errors.ServerFailure: loop.example.com A: SERVFAIL (CNAME loop)
    """


class Refused(ServerFailure):
    """RCODE 5: the servers refuse to answer this question.

    >>> dnsburst.resolve("www.elsewhere.example")
    Traceback (most recent call last):
    dnsburst.errors.Refused: www.elsewhere.example A: REFUSED
    """


class FormatError(ServerFailure):
    """RCODE 1: the servers could not read the question.

    >>> issubclass(dnsburst.FormatError, dnsburst.ServerFailure)
    True
    """


class NotImplementedByServer(ServerFailure):
    """RCODE 4: the servers do not do this kind of question.

    >>> issubclass(dnsburst.NotImplementedByServer, dnsburst.ServerFailure)
    True
    """


class MalformedMessage(DNSError, ValueError):
    """The octets are not a DNS message that can be read (RFC 1035, section 4).

    >>> from dnsburst._wire.message import decode
    >>> decode(b"junk")
    Traceback (most recent call last):
    dnsburst.errors.MalformedMessage: shorter than a header
    """


class ConfigurationError(DNSError, ValueError):
    """A resolver file of the system cannot be used, or options contradict each other.

    >>> dnsburst.resolve("example.com", lifetime=0)
    Traceback (most recent call last):
    dnsburst.errors.ConfigurationError: lifetime must be a positive number, not 0
    """


class ResolverClosed(DNSError, RuntimeError):
    """The resolver was closed, or belongs to another event loop.

    >>> async def main():
    ...     resolver = dnsburst.Resolver()
    ...     await resolver.aclose()
    ...     await resolver.query("example.com")
    >>> asyncio.run(main())
    Traceback (most recent call last):
    dnsburst.errors.ResolverClosed: the resolver is closed
    """
