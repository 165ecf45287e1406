"""What a lookup gives back: a Result with its Records."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Any, cast


@dataclass(frozen=True, slots=True)
class Record:
    """One resource record of an answer.

    name: owner, presentation form without the trailing dot (RFC 1035, 5.1 escapes)
    rdtype: type mnemonic, ``"MX"``, or ``"TYPE65280"`` (RFC 3597)
    ttl: seconds, 0 to 86,400
    data: the value as Python users want it: str for addresses and names, a named tuple for MX, SRV, SOA, CAA …,
        a tuple of bytes for TXT, bytes for a type not known
    text: presentation form, printable ASCII only

    >>> record = dnsburst.resolve("example.com", "MX").records[0]
    >>> record.data.preference, record.data.exchange, record.text
    (10, 'mail.example.com', '10 mail.example.com')
    """

    name: str
    rdtype: str
    ttl: int
    data: Any
    text: str

    @property
    def address(self) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
        """The address of an A or AAAA record as an object of the ipaddress module; None for other types.

        >>> dnsburst.resolve("www.example.com", "AAAA").records[0].address
        IPv6Address('2001:db8::80')
        """
        return ipaddress.ip_address(self.data) if self.rdtype in ("A", "AAAA") else None

    @property
    def hostname_safe(self) -> bool:
        """True where the target of this PTR or CNAME holds nothing but letters, digits, ``-``, ``_`` and dots.

        >>> dnsburst.resolve("unsafe.example.com", "CNAME").records[0].hostname_safe
        False
        """
        return self.text.isascii() and self.text.translate(_HOSTNAME_MARKS).isalnum()


#: What a host name may hold beside letters and digits (``_``: behaviour of every resolver library).
_HOSTNAME_MARKS = str.maketrans("", "", "-_.")


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of one lookup; it is always truthy, ``status`` says what came of it.

    name: the name or address as it was asked for
    rdtype: type mnemonic
    status: ``NOERROR NODATA NXDOMAIN SERVFAIL REFUSED FORMERR NOTIMP … TIMEOUT NETERROR INVALID``
    records: those of the type asked, at the end of the alias chain
    ttl: seconds, the smallest on the chain; None without an answer
    server: ``ADDR:PORT`` that gave the answer, or None
    rtt: seconds from the try that was answered to its answer, or None
    tries: queries sent, over UDP and TCP; 0 for an answer out of the resolver's cache
    canonical_name: the last name of the alias chain
    error: what went wrong or is worth knowing, or None

    >>> result = dnsburst.query("missing.example.com", "A")
    >>> result.status, result.records, result.tries
    ('NXDOMAIN', (), 1)
    """

    name: str
    rdtype: str
    status: str
    records: tuple[Record, ...] = ()
    ttl: int | None = None
    server: str | None = None
    rtt: float | None = None
    tries: int = 0
    canonical_name: str | None = None
    error: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The result as plain values that json.dumps takes; octets become their presentation text.

        >>> dnsburst.resolve("www.example.com").to_dict()["records"]
        [{'name': 'www.example.com', 'rdtype': 'A', 'ttl': 300, 'text': '192.0.2.80'}]
        """
        return {
            "name": self.name,
            "rdtype": self.rdtype,
            "status": self.status,
            "records": [{"name": r.name, "rdtype": r.rdtype, "ttl": r.ttl, "text": r.text} for r in self.records],
            "ttl": self.ttl,
            "server": self.server,
            "rtt": self.rtt,
            "tries": self.tries,
            "canonical_name": self.canonical_name,
            "error": self.error,
        }


# A frozen dataclass sets each field through object.__setattr__, which for ten of them costs eight times what plain
# assignment does. So each object is filled while it is a draft, of the same slots, and then takes its class. The
# compiled build has functions of its own for it, in _frozen.pyx.


class _RecordDraft:
    __slots__ = Record.__slots__

    def __init__(self, name: str, rdtype: str, ttl: int, data: Any, text: str) -> None:
        self.name = name
        self.rdtype = rdtype
        self.ttl = ttl
        self.data = data
        self.text = text


class _ResultDraft:
    __slots__ = Result.__slots__

    def __init__(
        self,
        name: str,
        rdtype: str,
        status: str,
        records: tuple[Record, ...],
        ttl: int | None,
        server: str | None,
        rtt: float | None,
        tries: int,
        canonical_name: str | None,
        error: str | None,
    ) -> None:
        self.name = name
        self.rdtype = rdtype
        self.status = status
        self.records = records
        self.ttl = ttl
        self.server = server
        self.rtt = rtt
        self.tries = tries
        self.canonical_name = canonical_name
        self.error = error


def new_record(name: str, rdtype: str, ttl: int, data: Any, text: str) -> Record:
    """``Record(…)``, at the speed of a class that is not frozen."""
    draft: Any = _RecordDraft(name, rdtype, ttl, data, text)
    draft.__class__ = Record
    return cast(Record, draft)


def new_result(
    name: str,
    rdtype: str,
    status: str,
    records: tuple[Record, ...],
    ttl: int | None,
    server: str | None,
    rtt: float | None,
    tries: int,
    canonical_name: str | None,
    error: str | None,
) -> Result:
    """``Result(…)``, at the speed of a class that is not frozen."""
    draft: Any = _ResultDraft(name, rdtype, status, records, ttl, server, rtt, tries, canonical_name, error)
    draft.__class__ = Result
    return cast(Result, draft)
