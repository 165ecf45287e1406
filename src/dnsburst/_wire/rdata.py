"""RDATA: presentation text and Python values of what is inside a record, and back.

Text is what dig prints, in one piece (``+nosplit``) and with names without their trailing dot. Types that are not known
here, and RDATA that its type cannot be, are printed as RFC 3597 has it: ``\\# 4 0A000001``.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from ..errors import MalformedMessage
from . import fields, presentation
from .address import ipv4_text, ipv6_text
from .fields import IPV4, IPV6, NAME, SECONDS, STRINGS, TAG, TEXT, U8, U16, U32, Layout
from .name import ROOT, name_end
from .name import to_text as name_to_text

_bytes = bytes
_int = int

_A = 1
_AAAA = 28


class MX(NamedTuple):
    """RFC 1035, 3.3.9."""

    preference: int
    exchange: str


class SRV(NamedTuple):
    """RFC 2782."""

    priority: int
    weight: int
    port: int
    target: str


class SOA(NamedTuple):
    """RFC 1035, 3.3.13; times in seconds."""

    mname: str
    rname: str
    serial: int
    refresh: int
    retry: int
    expire: int
    minimum: int


class CAA(NamedTuple):
    """RFC 8659, 4.1."""

    flags: int
    tag: str
    value: str


#: Types whose RDATA may hold compressed names in a message (RFC 1035 types and RFC 3597, section 4), as
#: (octets before the names, names, octets after them). NAPTR is one more: see ``naptr_head``.
NAME_LAYOUT: Final[dict[int, tuple[int, int, int]]] = {
    2: (0, 1, 0),  # NS
    3: (0, 1, 0),  # MD
    4: (0, 1, 0),  # MF
    5: (0, 1, 0),  # CNAME
    6: (0, 2, 20),  # SOA
    7: (0, 1, 0),  # MB
    8: (0, 1, 0),  # MG
    9: (0, 1, 0),  # MR
    12: (0, 1, 0),  # PTR
    14: (0, 2, 0),  # MINFO
    15: (2, 1, 0),  # MX
    17: (0, 2, 0),  # RP
    18: (2, 1, 0),  # AFSDB
    21: (2, 1, 0),  # RT
    26: (2, 2, 0),  # PX
    33: (6, 1, 0),  # SRV
    36: (2, 1, 0),  # KX
    39: (0, 1, 0),  # DNAME
}

_LAYOUTS: dict[int, Layout] = {
    1: Layout((IPV4,)),
    2: Layout((NAME,)),
    5: Layout((NAME,)),
    6: Layout((NAME, NAME, U32, SECONDS, SECONDS, SECONDS, SECONDS), SOA),
    12: Layout((NAME,)),
    15: Layout((U16, NAME), MX),
    16: Layout((STRINGS,)),
    28: Layout((IPV6,)),
    33: Layout((U16, U16, U16, NAME), SRV),
    39: Layout((NAME,)),
    99: Layout((STRINGS,)),
    257: Layout((U8, TAG, TEXT), CAA),
}
_all_loaded = False


def to_text(rdtype: _int, rdata: _bytes) -> str:
    """Presentation form, printable ASCII; any octets have one."""
    try:
        if rdtype in {1, 2, 5, 12, 28, 39}:  # A NS CNAME PTR AAAA DNAME
            return _single_text(rdtype, rdata)
        layout = _layout(rdtype)
        if layout is not None:
            return layout.text(rdata)
    except MalformedMessage:
        pass
    return fields.generic_text(rdata)


def to_data(rdtype: _int, rdata: _bytes) -> Any:
    """What Record.data holds: str for addresses and single names, a named tuple where the type has several fields, a
    tuple of bytes for TXT, and the octets themselves for a type not known or RDATA that its type cannot be.
    """
    try:
        if rdtype in {1, 2, 5, 12, 28, 39}:  # A NS CNAME PTR AAAA DNAME
            return _single_text(rdtype, rdata)
        layout = _layout(rdtype)
        return rdata if layout is None else layout.data(rdata)
    except MalformedMessage:
        return rdata


def well_formed(rdtype: _int, rdata: _bytes) -> bool:
    """True where the fields of the type fill the RDATA exactly, names written out; always for a type not known."""
    try:
        if rdtype == _A:
            return len(rdata) == 4
        if rdtype == _AAAA:
            return len(rdata) == 16
        if rdtype in {16, 99}:  # TXT SPF
            return _fills_strings(rdata)
        names = NAME_LAYOUT.get(rdtype)
        if names is not None:
            before, count, after = names
            return _fills_names(rdata, before, count, after)
        layout = _layout(rdtype)
        if layout is not None:
            layout.read(rdata)
        return True
    except MalformedMessage:
        return False


def from_text(rdtype: int, text: str, origin: bytes = ROOT) -> bytes:
    r"""The RDATA for presentation text: what to_text prints, and all that RFC 1035, 5.1 allows inside a record
    (parentheses, comments, ``@``, names relative to the wire name ``origin``); ``\# 4 0A000001`` for any type.

    Raises ValueError, of which InvalidName and UnknownType are kinds.
    """
    tokens = presentation.Tokens(text)
    layout = _layout(rdtype)
    if tokens.starts_generic():
        tokens.take()
        length = tokens.take_number(0xFFFF, "the length")
        rdata = fields.from_hex("".join(tokens.take_rest()))
        if len(rdata) != length:
            raise ValueError(f"{length} octets announced, {len(rdata)} there")
    elif layout is None:
        raise ValueError("a type not known is written as \\# LENGTH HEX")
    else:
        rdata = layout.write(text, origin)
    if not well_formed(rdtype, rdata):
        raise ValueError("not what the type can hold")
    if len(rdata) > 0xFFFF:
        raise ValueError("RDATA over 65535 octets")
    return rdata


def naptr_head(message: _bytes, pos: _int) -> int:
    """The number of octets before the name in NAPTR RDATA at ``pos`` (RFC 3403, 4.1). Raises IndexError if cut off."""
    end = pos + 4
    for _ in range(3):
        end += 1 + message[end]
    return end - pos


def _single_text(rdtype: _int, rdata: _bytes) -> str:
    """The address or the name that is all there is. Raises MalformedMessage."""
    if rdtype == _A:
        if len(rdata) == 4:
            return ipv4_text(rdata)
    elif rdtype == _AAAA:
        if len(rdata) == 16:
            return ipv6_text(rdata)
    else:
        return name_to_text(rdata)
    raise MalformedMessage("address of the wrong length")


def _fills_strings(rdata: _bytes) -> bool:
    pos = 0
    end = len(rdata)
    while pos < end:
        pos += 1 + rdata[pos]
    return pos == end and end > 0


def _fills_names(rdata: _bytes, before: _int, count: _int, after: _int) -> bool:
    pos = before
    while count:
        pos = name_end(rdata, pos)
        count -= 1
    return pos + after == len(rdata)


def _layout(rdtype: _int) -> Layout | None:
    global _all_loaded
    layout = _LAYOUTS.get(rdtype)
    if layout is None and not _all_loaded:
        from . import uncommon

        for number, other in uncommon.LAYOUTS.items():
            _LAYOUTS.setdefault(number, other)
        _all_loaded = True
        layout = _LAYOUTS.get(rdtype)
    return layout
