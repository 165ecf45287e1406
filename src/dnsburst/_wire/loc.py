"""LOC: a place on earth (RFC 1876)."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from ..errors import MalformedMessage
from .fields import Field, cut_off, generic_text
from .presentation import Tokens, printable

_EQUATOR = 1 << 31  # thousandths of a second of arc count from here
_SEA_LEVEL = 10_000_000  # centimetres above the deepest altitude there is
_DEGREE = 3_600_000
_MAX_LATITUDE = 90 * _DEGREE
_MAX_LONGITUDE = 180 * _DEGREE
_METRES = r"(-?)([0-9]{1,8})(?:\.([0-9]{1,2}))?m?"
_SECONDS = r"([0-9]{1,2})(?:\.([0-9]{1,3}))?"
# RFC 1876, 3: 1 m, 10,000 m, 10 m.
_DEFAULTS = (0x12, 0x16, 0x13)


class LOC(NamedTuple):
    """RFC 1876, 2: degrees, north and east positive; metres: the altitude over the WGS 84 ellipsoid, and diameters."""

    latitude: float
    longitude: float
    altitude: float
    size: float
    horizontal_precision: float
    vertical_precision: float


class Location(Field):
    """The whole of LOC; a version other than 0 keeps its octets."""

    __slots__ = ()

    def read(self, rdata: bytes, pos: int) -> tuple[Any, int]:
        if pos == len(rdata):
            raise cut_off()
        if rdata[pos] != 0:
            return rdata[pos:], len(rdata)
        if len(rdata) != pos + 16:
            raise cut_off()
        latitude = int.from_bytes(rdata[pos + 4 : pos + 8], "big") - _EQUATOR
        longitude = int.from_bytes(rdata[pos + 8 : pos + 12], "big") - _EQUATOR
        if abs(latitude) > _MAX_LATITUDE or abs(longitude) > _MAX_LONGITUDE:
            raise MalformedMessage("not on this earth")
        altitude = int.from_bytes(rdata[pos + 12 : pos + 16], "big") - _SEA_LEVEL
        sizes = [_centimetres(rdata[pos + at]) for at in (1, 2, 3)]
        return (latitude, longitude, altitude, *sizes), len(rdata)

    def text(self, value: Any) -> str:
        if isinstance(value, bytes):
            return generic_text(value)
        latitude, longitude, altitude, *sizes = value
        return " ".join(
            [
                _arc(latitude, "NS"),
                _arc(longitude, "EW"),
                f"{'-' * (altitude < 0)}{abs(altitude) // 100}.{abs(altitude) % 100:02d}m",
                *[f"{size // 100}m" if size >= 100 else f"0.{size:02d}m" for size in sizes],
            ]
        )

    def data(self, value: Any) -> Any:
        if isinstance(value, bytes):
            return value
        latitude, longitude, *metres = value
        return LOC(latitude / _DEGREE, longitude / _DEGREE, *[metre / 100 for metre in metres])

    def write(self, tokens: Tokens) -> bytes:
        latitude = _read_arc(tokens, "NS", _MAX_LATITUDE)
        longitude = _read_arc(tokens, "EW", _MAX_LONGITUDE)
        altitude = _read_metres(tokens.take("an altitude")) + _SEA_LEVEL
        if not 0 <= altitude <= 0xFFFFFFFF:
            raise ValueError("altitude out of range")
        sizes = bytes([_size_octet(_read_metres(tokens.take())) if tokens.left else octet for octet in _DEFAULTS])
        return b"\0" + sizes + b"".join([value.to_bytes(4, "big") for value in (latitude, longitude, altitude)])


def _centimetres(octet: int) -> int:
    """Mantissa in the upper four bits, power of ten in the lower; 0 has power 0 only."""
    mantissa = octet >> 4
    exponent = octet & 15
    if mantissa > 9 or exponent > 9 or (mantissa == 0 and exponent):
        raise MalformedMessage("not a size")
    return int(mantissa * 10**exponent)


def _size_octet(centimetres: int) -> int:
    exponent = 0
    while centimetres > 9:
        centimetres //= 10
        exponent += 1
    if centimetres < 0 or exponent > 9:
        raise ValueError("size out of range")
    return centimetres << 4 | exponent


def _arc(value: int, signs: str) -> str:
    sign = signs[value < 0]
    seconds, thousandths = divmod(abs(value), 1000)
    minutes, seconds = divmod(seconds, 60)
    degrees, minutes = divmod(minutes, 60)
    return f"{degrees} {minutes} {seconds}.{thousandths:03d} {sign}"


def _read_arc(tokens: Tokens, signs: str, limit: int) -> int:
    degrees = tokens.take_number(limit // _DEGREE, "degrees")
    token = tokens.take("a direction")
    minutes = seconds = 0
    if token.upper() not in signs:
        minutes = int(token) if token.isascii() and token.isdigit() and len(token) < 3 else 60
        token_or_seconds = tokens.take("a direction")
        match = re.fullmatch(_SECONDS, token_or_seconds)
        if match is not None:
            seconds = int(match.group(1)) * 1000 + int((match.group(2) or "").ljust(3, "0"))
            token_or_seconds = tokens.take("a direction")
        token = token_or_seconds
    value = (degrees * 60 + minutes) * 60_000 + seconds
    if minutes > 59 or seconds > 59_999 or value > limit or len(token) != 1 or token.upper() not in signs:
        raise ValueError(f"no angle before {printable(token)}")
    return _EQUATOR + (value if token.upper() == signs[0] else -value)


def _read_metres(token: str) -> int:
    """Centimetres."""
    match = re.fullmatch(_METRES, token)
    if match is None:
        raise ValueError(f"{printable(token)} is no length in metres")
    value = int(match.group(2)) * 100 + int((match.group(3) or "").ljust(2, "0"))
    return -value if match.group(1) else value


LOCATION = Location()
