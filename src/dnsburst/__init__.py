"""Bulk DNS from Python: thousands of lookups in flight, each answered once and exactly.

``Resolver`` is the asynchronous face, ``resolve reverse query lookup_many`` the blocking one, and ``gethostbyname`` and
its kin are drop-ins for the socket module's. Modules are loaded when a name of theirs is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

_HOME = {
    "Resolver": "resolver",
    "resolve": "blocking",
    "reverse": "blocking",
    "query": "blocking",
    "query_many": "blocking",
    "resolve_host": "blocking",
    "lookup_many": "blocking",
    "CacheInfo": "cache",
    "Record": "result",
    "Result": "result",
    "gethostbyname": "stdlib",
    "gethostbyname_ex": "stdlib",
    "gethostbyaddr": "stdlib",
    "getaddrinfo": "stdlib",
    "getnameinfo": "stdlib",
    "install": "stdlib",
    "uninstall": "stdlib",
    "DNSError": "errors",
    "InvalidName": "errors",
    "UnknownType": "errors",
    "NXDomain": "errors",
    "NoData": "errors",
    "Timeout": "errors",
    "NetworkError": "errors",
    "ServerFailure": "errors",
    "Refused": "errors",
    "FormatError": "errors",
    "NotImplementedByServer": "errors",
    "MalformedMessage": "errors",
    "ConfigurationError": "errors",
    "ResolverClosed": "errors",
}

#: Modules that are there without an import of their own, as ``dnsburst.aiohttp.Resolver``.
_MODULES = ("aiohttp", "blocking", "errors", "frame", "rdata", "resolver", "result", "server", "stdlib")

if TYPE_CHECKING:
    from . import aiohttp as aiohttp
    from . import blocking as blocking
    from . import errors as errors
    from . import frame as frame
    from . import rdata as rdata
    from . import resolver as resolver
    from . import result as result
    from . import server as server
    from . import stdlib as stdlib
    from .blocking import lookup_many as lookup_many
    from .blocking import query as query
    from .blocking import query_many as query_many
    from .blocking import resolve as resolve
    from .blocking import resolve_host as resolve_host
    from .blocking import reverse as reverse
    from .cache import CacheInfo as CacheInfo
    from .errors import ConfigurationError as ConfigurationError
    from .errors import DNSError as DNSError
    from .errors import FormatError as FormatError
    from .errors import InvalidName as InvalidName
    from .errors import MalformedMessage as MalformedMessage
    from .errors import NetworkError as NetworkError
    from .errors import NoData as NoData
    from .errors import NotImplementedByServer as NotImplementedByServer
    from .errors import NXDomain as NXDomain
    from .errors import Refused as Refused
    from .errors import ResolverClosed as ResolverClosed
    from .errors import ServerFailure as ServerFailure
    from .errors import Timeout as Timeout
    from .errors import UnknownType as UnknownType
    from .resolver import Resolver as Resolver
    from .result import Record as Record
    from .result import Result as Result
    from .stdlib import getaddrinfo as getaddrinfo
    from .stdlib import gethostbyaddr as gethostbyaddr
    from .stdlib import gethostbyname as gethostbyname
    from .stdlib import gethostbyname_ex as gethostbyname_ex
    from .stdlib import getnameinfo as getnameinfo
    from .stdlib import install as install
    from .stdlib import uninstall as uninstall

__all__ = [
    "CacheInfo",
    "ConfigurationError",
    "DNSError",
    "FormatError",
    "InvalidName",
    "MalformedMessage",
    "NXDomain",
    "NetworkError",
    "NoData",
    "NotImplementedByServer",
    "Record",
    "Refused",
    "Resolver",
    "ResolverClosed",
    "Result",
    "ServerFailure",
    "Timeout",
    "UnknownType",
    "getaddrinfo",
    "gethostbyaddr",
    "gethostbyname",
    "gethostbyname_ex",
    "getnameinfo",
    "install",
    "is_compiled",
    "lookup_many",
    "query",
    "query_many",
    "resolve",
    "resolve_host",
    "reverse",
    "uninstall",
]


def is_compiled() -> bool:
    """Whether the hot modules run compiled; the results are the same either way.

    >>> dnsburst.is_compiled() in (True, False)
    True
    """
    from ._engine import exchange

    return not exchange.__file__.endswith(".py")


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return import_module(f".{name}", __name__)
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
