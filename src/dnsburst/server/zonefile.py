"""Zone files: text to resource records (RFC 1035, section 5; RFC 2308, section 4 for $TTL)."""

# Rules of the reader.
# 1. A record is one line, or several held together by parentheses; an error names the line that the record begins on.
# 2. A SOA record begins a zone; every record after it belongs to that zone, until the next SOA.
# 3. Without $ORIGIN, names are relative to the zone that the last SOA began.
# 4. A record without a TTL takes that of $TTL, else the last one given, else the MINIMUM of the SOA.

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import NamedTuple

from .._wire import codes, name, rdata
from ..errors import ConfigurationError, DNSError

LARGEST_TTL = 0x7FFFFFFF  # RFC 2181, section 8

_TOKEN = re.compile(
    r"(?P<space>[ \t\f\v\r]+)|(?P<comment>;.*)|(?P<mark>[()])"
    r'|(?P<quoted>"(?:[^"\\]|\\.)*")|(?P<word>(?:[^\s();"\\]|\\.)+)'
)
_NOT_PLAIN = re.compile(r'[();"\\]')
_TTL = re.compile(r"[0-9]+|(?:[0-9]+[smhdw])+", re.IGNORECASE)
_TTL_PART = re.compile(r"([0-9]+)([smhdw])", re.IGNORECASE)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_SINGLE_NAME = (codes.TYPE_PTR, codes.TYPE_CNAME, codes.TYPE_NS)


class ZoneRecord(NamedTuple):
    """owner: wire name; ttl: seconds; rdata: uncompressed; line: where it begins, counted from 1."""

    owner: bytes
    ttl: int
    rdtype: int
    rdata: bytes
    line: int


def read(text: str, source: str) -> Iterator[ZoneRecord]:
    """The records of a zone file in order; all of class IN.

    Raises ConfigurationError whose message begins with ``source:line:``.
    """
    reader = _Reader()
    for line, fields in _logical_lines(text, source):
        try:
            record = reader.record(fields, line)
        except (DNSError, ValueError) as error:
            raise ConfigurationError(f"{source}:{line}: {error}") from None
        if record is not None:
            yield record


class _Reader:
    """What one line leaves behind for the next: origin, owner, TTL."""

    __slots__ = ("_default_ttl", "_last_ttl", "_origin", "_origin_given", "_owner")

    def __init__(self) -> None:
        self._origin: bytes | None = None
        self._origin_given = False
        self._owner: bytes | None = None
        self._default_ttl: int | None = None
        self._last_ttl: int | None = None

    def record(self, fields: list[str], line: int) -> ZoneRecord | None:
        """The record in the fields of a logical line; None for a directive. The first field is the owner, or empty."""
        owner_text = fields[0]
        if owner_text.startswith("$"):
            self._directive(fields)
            return None
        ttl, rdtype, rest = self._type(fields)
        if owner_text:
            self._owner = self._name(owner_text, self._origin)
        if self._owner is None:
            raise ConfigurationError("the first record has no owner name")
        if rdtype == codes.TYPE_SOA and not self._origin_given:
            self._origin = self._owner
        data = self._rdata(rdtype, rest)
        if ttl is None:
            ttl = self._default_ttl if self._default_ttl is not None else self._last_ttl
            if ttl is None:
                ttl = int.from_bytes(data[-4:], "big") if rdtype == codes.TYPE_SOA else 0
        self._last_ttl = ttl
        return ZoneRecord(self._owner, ttl, rdtype, data, line)

    def _directive(self, fields: list[str]) -> None:
        directive = fields[0].upper()
        if directive not in ("$ORIGIN", "$TTL"):
            raise ConfigurationError(f"the directive {fields[0]!a} is not supported")
        if len(fields) != 2:
            raise ConfigurationError(f"{directive} takes one value")
        if directive == "$ORIGIN":
            self._origin = self._name(fields[1], self._origin)
            self._origin_given = True
        else:
            self._default_ttl = _seconds(fields[1])

    def _type(self, fields: list[str]) -> tuple[int | None, int, list[str]]:
        """TTL (or None), type and RDATA fields; TTL and class come in either order (RFC 1035, 5.1)."""
        ttl: int | None = None
        at = 1
        while at < len(fields):
            field = fields[at]
            at += 1
            if field[0] in "0123456789":
                if ttl is not None:
                    raise ConfigurationError("two TTLs in one record")
                ttl = _seconds(field)
                continue
            rdtype = _type_or_class_in(field)
            if rdtype:
                return ttl, rdtype, fields[at:]
        raise ConfigurationError("a record needs a type and a value")

    def _rdata(self, rdtype: int, fields: list[str]) -> bytes:
        if not fields:
            raise ConfigurationError("a record needs a value")
        if rdtype in _SINGLE_NAME and len(fields) == 1:
            return self._name(fields[0], self._origin)
        return rdata.from_text(rdtype, " ".join(fields), self._origin or name.ROOT)

    def _name(self, text: str, origin: bytes | None) -> bytes:
        """The wire name for a field: relative to the origin unless it ends in a dot."""
        if text == "@":
            if origin is None:
                raise ConfigurationError("@ stands for the origin, and no $ORIGIN is given")
            return origin
        wire = name.from_text(text)
        if _is_absolute(text):
            return wire
        if origin is None:
            raise ConfigurationError(f"the name {text!a} has no dot at its end and no $ORIGIN is given")
        wire = wire[:-1] + origin
        if len(wire) > name.MAX_NAME:
            raise ConfigurationError(f"{text!a} and its origin: name over {name.MAX_NAME} octets")
        return wire


def _logical_lines(text: str, source: str) -> Iterator[tuple[int, list[str]]]:
    """Line number and fields of each line that holds any, lines in parentheses joined.

    The first field is the owner, empty where the line begins with space. Quoted fields keep their quotes.
    """
    fields: list[str] = []
    first = 0
    depth = 0
    for number, line in enumerate(text.split("\n"), 1):
        if not depth:
            fields = []
            first = number
        if not depth and not _NOT_PLAIN.search(line):
            # Nearly every line of a large zone.
            fields = line.split()
            if fields:
                if line[0].isspace():
                    fields.insert(0, "")
                yield first, fields
            continue
        at = 0
        joined = False
        while at < len(line):
            match = _TOKEN.match(line, at)
            if match is None:
                what = "a quote that is not closed" if line[at] == '"' else f"unexpected {line[at]!a}"
                raise ConfigurationError(f"{source}:{number}: {what}")
            kind = match.lastgroup
            token = match.group()
            if kind == "space":
                if at == 0 and not depth and not fields:
                    fields.append("")
            elif kind == "mark":
                depth += 1 if token == "(" else -1
                if depth not in (0, 1):
                    raise ConfigurationError(f"{source}:{number}: unbalanced parenthesis")
            elif kind != "comment":
                if joined:
                    fields[-1] += token  # key="value"
                else:
                    fields.append(token)
            joined = kind == "word"
            at = match.end()
        if not depth and fields not in ([], [""]):
            yield first, fields
    if depth:
        raise ConfigurationError(f"{source}:{first}: a parenthesis that is not closed")


def _is_absolute(text: str) -> bool:
    """True where the name ends in a dot that no backslash escapes."""
    if not text.endswith("."):
        return False
    before = text[:-1]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 0


@functools.cache
def _type_or_class_in(field: str) -> int:
    """The number of a record type; 0 for the class IN. Raises ConfigurationError for other classes and meta-types."""
    rdclass = codes.class_from_text(field)
    if rdclass == codes.CLASS_IN:
        return 0
    if rdclass is not None:
        raise ConfigurationError(f"{field.upper()} is not served, only records of class IN")
    rdtype = codes.type_from_text(field)
    if rdtype in (0, codes.TYPE_OPT) or 128 <= rdtype <= 255:  # RFC 6895, 3.1
        raise ConfigurationError(f"no zone holds records of type {field.upper()}")
    return rdtype


def _seconds(text: str) -> int:
    """A TTL in seconds, also as BIND writes it: ``1h30m``."""
    if not _TTL.fullmatch(text):
        raise ConfigurationError(f"{text!a} is no TTL")
    if text.isdigit():
        ttl = int(text)
    else:
        ttl = sum(int(count) * _SECONDS[unit.lower()] for count, unit in _TTL_PART.findall(text))
    if ttl > LARGEST_TTL:
        raise ConfigurationError(f"the TTL {text} is over {LARGEST_TTL}")
    return ttl
