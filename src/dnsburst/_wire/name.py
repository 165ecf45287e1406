"""Domain names: octets inside, text at the edges.

A wire name is RFC 1035 uncompressed: length-prefixed labels and the root octet, letter case kept.
Its text is printable ASCII in the conventions of BIND and dig: within a label ``. ; \\ ( ) @ $ "`` follow a
backslash, octets outside 0x21-0x7E are ``\\DDD``; no trailing dot, and ``.`` is the root.
"""

from __future__ import annotations

import re
from typing import Final

from ..errors import InvalidName, MalformedMessage
from .address import IPV4_MAPPED, ipv4_octets, ipv4_text, ipv6_octets, ipv6_text
from .address import is_address as is_address  # what may be asked is decided here: a name or an address

_bytes = bytes
_int = int
_str = str

_COMPILED = not __file__.endswith(".py")
if _COMPILED:
    from .scan import ipv4_reverse, lower, plain_wire, usual_text

ROOT: Final = b"\0"
MAX_NAME: Final = 255  # RFC 1035, 3.1: with the length octets and the root
MAX_LABEL: Final = 63

_IN_ADDR = b"\x07in-addr\x04arpa\0"
_IP6 = b"\x03ip6\x04arpa\0"

_SPECIAL = b'.;\\()@$"'
_ESCAPED = tuple(
    f"\\{octet:c}" if octet in _SPECIAL else chr(octet) if 0x20 < octet < 0x7F else f"\\{octet:03d}"
    for octet in range(256)
)
_PLAIN = bytes(octet for octet in range(256) if len(_ESCAPED[octet]) == 1)
# Whole plain names become text at once, a length octet turned into a dot. None of the lengths up to 0x20 is plain.
_AS_DOTTED = bytes(0x2E if octet not in _PLAIN else octet for octet in range(256))
# From the length octet of a label to the next, beyond the end of any name where it is not one of those.
_STEPS = tuple(octet + 1 if 0 < octet <= 0x20 else MAX_NAME for octet in range(256))
_HOSTNAME = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

_LENGTHS = tuple(bytes((length,)) for length in range(MAX_LABEL + 1))
_DECIMAL_LABELS: dict[str, bytes] = {str(octet): b"%c%d" % (len(str(octet)), octet) for octet in range(256)}
_IP6_LENGTHS = b"\1" * 32
_DIGITS = "0123456789"
_UNWRITABLE = frozenset([*map(chr, range(0x21)), "\x7f"])
_LABEL = r"(?s:[^\\.\u3002\uff0e\uff61]|\\.)*"  # the dots are those of RFC 3490, 3.1

# Four characters of text for each octet; what UTS 46 would still shorten from here on is refused with the rest.
_MAX_TEXT = 1024


def from_text(text: str | bytes) -> bytes:
    r"""The wire name for presentation text, letter case kept.

    Escapes are those of RFC 1035, 5.1 (``\DDD``, ``\X``); one trailing dot is allowed and ``"."`` is the root. Labels
    with non-ASCII characters become A-labels by UTS 46, non-transitional, and IDNA 2008. Octets given as bytes are
    presentation form too, where 0x80-0xFF stand for themselves. Spaces and control octets must be written ``\DDD``.
    Raises InvalidName.
    """
    if _COMPILED and type(text) is str:
        scanned = plain_wire(text)
        if scanned is not None:
            return scanned
    if type(text) is str and text.isascii() and text.isprintable() and "\\" not in text and " " not in text:
        if text.endswith("."):
            text = text[:-1]
            if not text:
                return ROOT
        parts = []
        for plain in text.encode("ascii").split(b"."):
            length = len(plain)
            if not 0 < length <= MAX_LABEL:
                raise _bad_label(length, text)
            parts.append(_LENGTHS[length])
            parts.append(plain)
        parts.append(ROOT)
        wire = b"".join(parts)
        if len(wire) > MAX_NAME:
            raise InvalidName("name over 255 octets")
        return wire
    return _from_odd_text(text)


def to_text(wire: _bytes) -> str:
    """Presentation form: printable ASCII, no trailing dot; ``"."`` for the root. Raises MalformedMessage."""
    text = plain_text(wire)
    return _to_escaped_text(wire) if text is None else text


def plain_text(wire: _bytes) -> str | None:
    """The same at less cost, None where escapes may be needed, for the root, and for octets that are no wire name."""
    if _COMPILED:
        return usual_text(wire)
    end = len(wire) - 1
    pos = 0
    lengths = 1
    while pos < end:
        pos += _STEPS[wire[pos]]
        lengths += 1
    dotted = wire.translate(_AS_DOTTED)
    if 0 < pos == end < MAX_NAME and wire[end] == 0 and dotted.count(b".") == lengths:
        return dotted[1:end].decode("ascii")
    return None


def reverse_name(address: _str) -> bytes:
    """The wire name whose PTR records name this address: below in-addr.arpa (RFC 1035) or ip6.arpa (RFC 3596).

    Strict: no leading zeros, zone ids, prefix lengths or spaces. IPv4-mapped IPv6 gives the name of the IPv4 address.
    Raises InvalidName.
    """
    if _COMPILED:
        wire = ipv4_reverse(address)
        if wire is not None:
            return wire
    else:
        try:
            a, b, c, d = address.split(".")
            return b"".join((_DECIMAL_LABELS[d], _DECIMAL_LABELS[c], _DECIMAL_LABELS[b], _DECIMAL_LABELS[a], _IN_ADDR))
        except (KeyError, ValueError):
            pass
    octets = ipv6_octets(address) if ":" in address else ipv4_octets(address)
    if len(octets) == 16:
        if not octets.startswith(IPV4_MAPPED):
            return ("\1" + "\1".join(octets.hex()[::-1])).encode("ascii") + _IP6
        octets = octets[12:]
    return reverse_name(ipv4_text(octets))


def address_from_reverse(wire: bytes) -> str | None:
    """The address whose reverse_name this is, None for any other name."""
    name = wire.lower()
    if name.endswith(_IN_ADDR):
        labels = _labels(name)[:-2]
        text = b".".join(labels[::-1]).decode("latin-1")
        return text if len(labels) == 4 and is_address(text) else None
    if name.endswith(_IP6) and len(name) == 64 + len(_IP6) and name[0:64:2] == _IP6_LENGTHS:
        try:
            return ipv6_text(bytes.fromhex(name[63:0:-2].decode("latin-1")))
        except ValueError:
            return None
    return None


def fold(wire: bytes) -> bytes:
    """The name with ASCII letters in lower case, itself if it is so: what is the same folds to the same (RFC 4343)."""
    # A length octet is below 0x40, so never a letter.
    if _COMPILED:
        return lower(wire)
    folded = wire.lower()
    return wire if folded == wire else folded


def is_hostname(wire: bytes) -> bool:
    """True where the name is not the root and holds letters, digits, ``-`` and ``_`` only."""
    labels = _labels(wire)
    return bool(labels) and not b"".join(labels).translate(None, _HOSTNAME)


def name_end(octets: _bytes, pos: _int) -> int:
    """The offset behind the uncompressed name at ``pos``. Raises MalformedMessage."""
    start = pos
    size = len(octets)
    while pos < size:
        length = octets[pos]
        pos += 1 + length
        if length == 0:
            if pos - start > MAX_NAME:
                break
            return pos
        if length > MAX_LABEL:
            break
    raise MalformedMessage("not a name")


def escaped_label(label: bytes) -> str:
    """Presentation form of one label."""
    if label.translate(None, _PLAIN):
        return "".join([_ESCAPED[octet] for octet in label])
    return label.decode("ascii")


def _labels(wire: bytes) -> list[bytes]:
    """The labels without the root. Raises MalformedMessage where the octets are not exactly one wire name."""
    labels = []
    pos = 0
    end = len(wire) - 1
    while pos < end:
        length = wire[pos]
        if not 0 < length <= MAX_LABEL:
            break
        labels.append(wire[pos + 1 : pos + 1 + length])
        pos += 1 + length
    if pos != end or wire[end] != 0 or len(wire) > MAX_NAME:
        raise MalformedMessage("not a wire name")
    return labels


def _to_escaped_text(wire: bytes) -> str:
    """Presentation form of any wire name."""
    return ".".join([escaped_label(label) for label in _labels(wire)]) or "."


def _bad_label(length: int, text: object) -> InvalidName:
    if not text:
        return InvalidName("empty name")
    return InvalidName("label over 63 octets" if length else "empty label")


def _from_odd_text(text: str | bytes) -> bytes:
    """from_text for text with escapes, spaces, control octets or non-ASCII characters, and for bytes."""
    if isinstance(text, bytes):
        text = text.decode("latin-1")
        international = False
    else:
        international = not text.isascii()
    if len(text) > _MAX_TEXT:
        raise InvalidName("name over 255 octets")
    labels: list[bytes] = []
    label_at = re.compile(_LABEL).match
    pos = 0
    end = len(text)
    while pos < end:
        match = label_at(text, pos)
        assert match is not None  # it can match nothing at all
        label = match.group()
        pos = match.end() + 1
        if match.end() < end and text[match.end()] == "\\":
            raise InvalidName("backslash at the end of the name")
        if international and not label.isascii():
            labels.extend(_a_labels(label))
        else:
            labels.append(_unescaped(label))
    if labels == [b""]:
        return ROOT
    if not labels:
        raise _bad_label(0, text)
    wire = bytearray()
    for octets in labels:
        length = len(octets)
        if not 0 < length <= MAX_LABEL:
            raise _bad_label(length, text)
        wire.append(length)
        wire += octets
    wire.append(0)
    if len(wire) > MAX_NAME:
        raise InvalidName("name over 255 octets")
    return bytes(wire)


def _unescaped(label: str) -> bytes:
    """The octets of a label in presentation form, each character standing for one octet."""
    octets = bytearray()
    pos = 0
    end = len(label)
    while pos < end:
        char = label[pos]
        if char != "\\":
            if char in _UNWRITABLE:
                raise _unwritable(char)
            octets.append(ord(char))
            pos += 1
            continue
        char = label[pos + 1]
        if char not in _DIGITS:
            octets.append(ord(char))
            pos += 2
            continue
        digits = label[pos + 1 : pos + 4]
        if len(digits) != 3 or digits.strip(_DIGITS):
            raise InvalidName("an escape of fewer than three digits")
        value = int(digits)
        if value > 255:
            raise InvalidName(f"escape \\{digits} over 255")
        octets.append(value)
        pos += 4
    return bytes(octets)


def _unwritable(char: str) -> InvalidName:
    return InvalidName("space in the name" if char == " " else f"control octet \\{ord(char):03d} in the name")


def _a_labels(label: str) -> list[bytes]:
    """The A-label for text with non-ASCII characters; several where UTS 46 maps one of them to a dot."""
    import idna  # its tables are large, and most runs never meet a name that needs them

    if "\\" in label:
        raise InvalidName("an escape beside non-ASCII characters")
    if any("\ud800" <= char <= "\udfff" for char in label):
        raise InvalidName("octets that are not UTF-8")
    labels = []
    try:
        for mapped in idna.uts46_remap(label, std3_rules=False).split("."):
            if mapped.isascii():
                for char in mapped:
                    if char in _UNWRITABLE:
                        raise _unwritable(char)
                labels.append(mapped.encode("ascii"))
            else:
                labels.append(idna.alabel(mapped))
    except UnicodeError as error:
        reason = str(error).encode("ascii", "backslashreplace").decode("ascii")
        raise InvalidName("label over 63 octets" if "too long" in reason else f"no IDN label: {reason}") from None
    return labels
