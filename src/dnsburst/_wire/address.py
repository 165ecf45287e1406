"""IPv4 and IPv6 addresses, text to octets and back, without the socket module.

Text in is strict: no leading zeros in IPv4, no zone ids, no prefix lengths, no spaces (RFC 6943, 3.1.1 says what loose
readers cost). Text out is that of inet_ntop: RFC 5952, with the last 32 bits dotted in ``::ffff:192.0.2.1`` and
``::192.0.2.1``.
"""

from __future__ import annotations

import struct
from typing import Final

from ..errors import InvalidName

_bytes = bytes
_str = str

_COMPILED = not __file__.endswith(".py")
if _COMPILED:
    from .scan import ipv4_number

IPV4_MAPPED: Final = b"\0" * 10 + b"\xff\xff"  # RFC 4291, 2.5.5.2

_ZEROS = b"\0" * 12
_TEXTS = tuple([str(octet) for octet in range(256)])
_DECIMAL: dict[str, int] = {text: octet for octet, text in enumerate(_TEXTS)}
_groups = struct.Struct("!8H").unpack
_ZERO_RUNS = tuple(":" + "0:" * groups for groups in range(7, 1, -1))


def is_address(text: _str) -> bool:
    """True for an IPv4 or IPv6 address as reverse_name takes it."""
    if ":" in text:
        return not isinstance(_ipv6(text), str)
    if _COMPILED:
        return ipv4_number(text) >= 0
    return _ipv4(text) is not None


def ipv4_octets(text: _str) -> bytes:
    """The four octets of a dotted quad. Raises InvalidName with the reason."""
    octets = _ipv4(text)
    if octets is None:
        raise InvalidName(_why_not_ipv4(text))
    return octets


def ipv6_octets(text: _str) -> bytes:
    """The sixteen octets of an IPv6 address (RFC 4291, 2.2). Raises InvalidName with the reason."""
    octets = _ipv6(text)
    if isinstance(octets, str):
        raise InvalidName(octets)
    return octets


def ipv4_text(octets: _bytes) -> str:
    """``192.0.2.1`` for four octets."""
    return _TEXTS[octets[0]] + "." + _TEXTS[octets[1]] + "." + _TEXTS[octets[2]] + "." + _TEXTS[octets[3]]


def ipv6_text(octets: _bytes) -> str:
    """The shortest form (RFC 5952) of sixteen octets, lower case, the first of the longest runs of zeros left out."""
    head = octets[:12]
    if head == IPV4_MAPPED:
        return "::ffff:" + ipv4_text(octets[12:])
    if head == _ZEROS and octets[12:14] != _ZEROS[:2]:
        return "::" + ipv4_text(octets[12:])
    text = "%x:%x:%x:%x:%x:%x:%x:%x" % _groups(octets)  # noqa: UP031  (eight f-string fields cost five times as much)
    if "0:0" not in text:
        return text
    closed = ":" + text + ":"
    if closed == ":0:0:0:0:0:0:0:0:":
        return "::"
    for run in _ZERO_RUNS:
        at = closed.find(run)
        if at >= 0:
            return closed[1:at] + "::" + closed[at + len(run) : -1]
    return text


def _ipv4(text: str) -> bytes | None:
    """The octets of a dotted quad, None where the text is none."""
    parts = text.split(".")
    if len(parts) != 4:
        return None
    try:
        return bytes((_DECIMAL[parts[0]], _DECIMAL[parts[1]], _DECIMAL[parts[2]], _DECIMAL[parts[3]]))
    except KeyError:
        return None


def _why_not_ipv4(text: str) -> str:
    """The reason why this is no IPv4 address, in plain words."""
    address, slash, _ = text.partition("/")
    if slash and is_address(address):
        return "a network, not an address"
    parts = text.split(".")
    if len(parts) != 4 or not all(part.isascii() and part.isdigit() for part in parts):
        return "not an address"
    if any(len(part) > 1 and part[0] == "0" for part in parts):
        return "IPv4 address with a leading zero"
    return "IPv4 address with a number over 255"


def _ipv6(text: str) -> bytes | str:
    """The octets of an IPv6 address, or the reason why the text is none."""
    if "%" in text:
        return "IPv6 address with a zone id"
    if "/" in text:
        return "a network, not an address" if is_address(text.partition("/")[0]) else "not an address"
    if "." in text:
        start = text.rfind(":") + 1
        octets = _ipv4(text[start:])
        if octets is None:
            return "not an address"
        text = f"{text[:start]}{octets[:2].hex()}:{octets[2:].hex()}"
    head, gap, tail = text.partition("::")
    groups = head.split(":") if head else []
    if gap:
        low = tail.split(":") if tail else []
        missing = 8 - len(groups) - len(low)
        if missing < 1:
            return "not an address"
        groups += ["0"] * missing
        groups += low
    if len(groups) != 8 or "" in groups:
        return "not an address"
    digits = "".join([group.zfill(4) for group in groups])
    try:
        octets = bytes.fromhex(digits)  # skips spaces: then there are too few octets
    except ValueError:
        return "not an address"
    return octets if len(octets) == 16 and len(digits) == 32 else "not an address"
