"""From what a caller asks to what is sent, and from a finished lookup to a Result."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from ipaddress import IPv4Address, IPv6Address

from ._engine.lookup import Lookup
from ._wire.address import is_address
from ._wire.codes import TYPE_A, TYPE_PTR, type_to_text
from ._wire.message import RR
from ._wire.name import from_text, reverse_name, to_text
from ._wire.rdata import to_data
from ._wire.rdata import to_text as rdata_to_text
from .errors import (
    DNSError,
    FormatError,
    InvalidName,
    NetworkError,
    NoData,
    NotImplementedByServer,
    NXDomain,
    Refused,
    ServerFailure,
    Timeout,
)
from .result import Record, Result, new_record, new_result

#: What may be looked up; octets stand for a name in presentation form.
Name = str | bytes | IPv4Address | IPv6Address

#: A record type: mnemonic in any letter case, ``TYPE65280``, number, or an Enum with such a value.
Type = str | int | Enum

_int = int
_str = str

_COMPILED = not __file__.endswith(".py")
if _COMPILED:
    from ._wire.scan import ipv4_reverse

#: Statuses that say what there is, or that there is nothing.
ANSWERS = frozenset(("NOERROR", "NODATA", "NXDOMAIN"))

#: Seconds: no record is believed for longer (as unbound and BIND have it).
MAX_TTL = 86400
_MAX_TTL = MAX_TTL

#: Mnemonics of the types below 256.
_MNEMONICS = [type_to_text(rdtype) for rdtype in range(256)]

_RAISED: dict[str, type[DNSError]] = {
    "NXDOMAIN": NXDomain,
    "NODATA": NoData,
    "TIMEOUT": Timeout,
    "INVALID": InvalidName,
    "REFUSED": Refused,
    "FORMERR": FormatError,
    "NOTIMP": NotImplementedByServer,
}


def wire_question(name: Name, rdtype: _int | None = None) -> tuple[bytes, int]:
    """The wire name and type number to ask for ``name``; ``rdtype`` is a number already.

    An address is asked in reverse when no type is given or the type is PTR; a name without a type is asked for A.
    What ends in a number is an address or nothing (WHATWG URL, 3.5). Raises InvalidName.
    """
    if _COMPILED and type(name) is str and (rdtype is None or rdtype == TYPE_PTR):
        scanned = ipv4_reverse(name)
        if scanned is not None:
            return scanned, TYPE_PTR
    text = name if type(name) is str else _text(name)
    text = text.strip()
    if text and (text[-1] in "0123456789" or ":" in text):
        try:
            wire = reverse_name(text)
        except InvalidName:
            if _is_meant_as_address(text):
                raise
        else:
            if rdtype is not None and rdtype != TYPE_PTR:
                raise InvalidName(f"{text} is an address: it can be asked for PTR, not for {type_to_text(rdtype)}")
            return wire, TYPE_PTR
    return from_text(name if isinstance(name, bytes) else text), TYPE_A if rdtype is None else rdtype


def to_result(lookup: Lookup, name: Name, age: _int = -1) -> Result:
    """The Result of a lookup that has ended, for ``name`` as it was asked; out of a cache: ``age`` seconds ago."""
    fresh = age < 0
    older = 0 if fresh else age
    end = lookup.canonical_name
    canonical = to_text(end) if end is not None and lookup.status in ANSWERS else None
    found = lookup.records
    records: tuple[Record, ...]
    if len(found) == 1:
        records = (_to_record(found[0], lookup, canonical, older),)
    else:
        records = tuple([_to_record(rr, lookup, canonical, older) for rr in found])
    return new_result(
        name if type(name) is str else _label(name),
        _mnemonic(lookup.rdtype),
        lookup.status,
        records,
        lookup.ttl - older if records else None,
        lookup.server or None,
        lookup.rtt if fresh and lookup.rtt >= 0 else None,
        lookup.tries if fresh else 0,
        canonical,
        lookup.error,
    )


def _to_record(rr: RR, lookup: Lookup, canonical: str | None, older: _int) -> Record:
    """One of the records of ``lookup``; ``canonical`` is the last name of its chain, ``older`` its age in seconds."""
    rdtype = rr.rdtype
    text = rdata_to_text(rdtype, rr.rdata) if rr.text is None else rr.text
    ttl = min(rr.ttl, _MAX_TTL) - older
    return new_record(
        canonical if canonical is not None and rr.name == lookup.canonical_name else to_text(rr.name),
        _mnemonic(rdtype),
        max(0, ttl),
        text if rdtype in {1, 2, 5, 12, 28, 39} else to_data(rdtype, rr.rdata),  # A NS CNAME PTR AAAA DNAME
        text,
    )


def invalid_result(name: Name, rdtype: int | None, error: Exception) -> Result:
    """The Result for what cannot be asked."""
    return Result(_label(name), "" if rdtype is None else type_to_text(rdtype), "INVALID", error=str(error))


def both_families(v4: Result, v6: Result) -> Result:
    """The results for A and AAAA of one name as one; records of one family are enough for an answer."""
    records = v4.records + v6.records
    both = (v4, v6)
    if records:
        failed = [f"{r.rdtype}: {r.status}" for r in both if r.status not in ANSWERS]
        first = v4 if v4.records else v6
        error = "; ".join(failed) or first.error
        ttl = min(r.ttl for r in both if r.ttl is not None)
    else:
        # What is said of the name counts for both families; a failure leaves it open whether there is an address.
        first = min(both, key=lambda r: {"NXDOMAIN": 0, "NODATA": 2}.get(r.status, 1))
        error, ttl = first.error, None
    tries = v4.tries + v6.tries
    return replace(first, rdtype="A+AAAA", records=records, ttl=ttl, tries=tries, error=error)


def raise_unless_address(address: Name) -> None:
    """Raises InvalidName where this is no address that can be asked in reverse."""
    reverse_name(_text(address).strip())


def raise_for_status(result: Result) -> Result:
    """``result`` itself if it holds records, else the exception that its status stands for."""
    if result.status == "NOERROR":
        return result
    label = f"{printable(result.name)} {result.rdtype}"
    message = f"{label}: {result.status}" + (f" ({result.error})" if result.error else "")
    if result.status == "NETERROR":
        raise NetworkError(_errno(result.error or ""), message, result=result)
    raise _RAISED.get(result.status, ServerFailure)(message, result=result)


def printable(text: str) -> str:
    """``text`` with everything that is not printable ASCII escaped, fit for a terminal or a log."""
    if text.isascii() and text.isprintable():
        return text
    return text.encode("unicode_escape").decode("ascii")


def _errno(error: str) -> int:
    import errno

    return int(getattr(errno, error.partition(":")[0], 0))


def _text(name: object) -> str:
    """What is not a str, as one. Raises InvalidName for what is neither a name nor an address."""
    if isinstance(name, str):
        return str.strip(name)
    if isinstance(name, bytes):
        return name.decode("latin-1")
    if isinstance(name, IPv4Address | IPv6Address):
        return str(name)
    raise InvalidName(f"a name is str or bytes, not {type(name).__name__}")


def _label(name: object) -> str:
    """The name as it was asked, for a Result."""
    return name.decode("latin-1") if isinstance(name, bytes) else str(name)


def _is_meant_as_address(text: _str) -> bool:
    """Whether ``text``, which ends in a digit or holds a colon, is an address or can only be meant as one."""
    if ":" in text:
        return True
    last = text[text.rfind(".") + 1 :]
    if last.isdigit():
        return last.isascii()
    number, slash, _ = last.partition("/")  # a network is no name either
    return bool(slash) and number.isascii() and number.isdigit() and is_address(text.partition("/")[0])


def _mnemonic(rdtype: _int) -> str:
    return _MNEMONICS[rdtype] if rdtype < 256 else type_to_text(rdtype)
