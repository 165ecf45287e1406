"""The kinds of fields that RDATA is made of: each is read from octets, printed, and read from text.

``read`` gives the field's raw value and the offset behind it, and raises MalformedMessage; ``text`` prints a raw value
and ``data`` turns it into what Record.data holds; ``write`` makes the octets from tokens and raises ValueError.
"""

from __future__ import annotations

import binascii
from collections.abc import Callable
from typing import Any

from ..errors import MalformedMessage
from . import address, name
from .codes import type_from_text, type_to_text
from .presentation import MAX_STRING, Tokens, all_quoted, as_str, number, octets_of, printable, quoted

_TIME_UNITS = {"S": 1, "M": 60, "H": 3600, "D": 86400, "W": 604800}


def cut_off() -> MalformedMessage:
    return MalformedMessage("RDATA cut off")


class Field:
    """One field; the base is for values that are their own data."""

    __slots__ = ()

    def read(self, rdata: bytes, pos: int) -> tuple[Any, int]:
        raise NotImplementedError

    def text(self, value: Any) -> str:
        return str(value)

    def data(self, value: Any) -> Any:
        return value

    def write(self, tokens: Tokens) -> bytes:
        raise NotImplementedError


class Number(Field):
    """An unsigned number of ``size`` octets, in network order."""

    __slots__ = ("_size",)

    def __init__(self, size: int) -> None:
        self._size = size

    def read(self, rdata: bytes, pos: int) -> tuple[int, int]:
        end = pos + self._size
        if end > len(rdata):
            raise cut_off()
        return int.from_bytes(rdata[pos:end], "big"), end

    def write(self, tokens: Tokens) -> bytes:
        return self.parse(tokens.take("a number")).to_bytes(self._size, "big")

    def parse(self, token: str) -> int:
        return number(token, (1 << 8 * self._size) - 1)


class Keyword(Number):
    """A number that is printed as its mnemonic where ``mnemonics`` has one; both are read."""

    __slots__ = ("_mnemonics", "_numbers", "_printed")

    def __init__(self, size: int, mnemonics: dict[int, str], printed: bool = True) -> None:
        super().__init__(size)
        self._mnemonics = mnemonics
        self._numbers = {mnemonic: value for value, mnemonic in mnemonics.items()}
        self._printed = printed

    def text(self, value: int) -> str:
        return self._mnemonics.get(value, str(value)) if self._printed else str(value)

    def parse(self, token: str) -> int:
        value = self._numbers.get(token.upper())
        return super().parse(token) if value is None else value


class TypeNumber(Number):
    """The number of a record type, spelled by mnemonic."""

    __slots__ = ()

    def text(self, value: int) -> str:
        return type_to_text(value)

    def data(self, value: int) -> str:
        return type_to_text(value)

    def parse(self, token: str) -> int:
        return type_from_text(token)


class Seconds(Number):
    """A span of time of 32 bits; text may have units, ``1h30m``."""

    __slots__ = ()

    def parse(self, token: str) -> int:
        if token.isdigit():
            return super().parse(token)
        seconds = 0
        digits = ""
        for char in token.upper():
            if char.isdigit():
                digits += char
            elif char in _TIME_UNITS and digits:
                seconds += number(digits, 0xFFFFFFFF) * _TIME_UNITS[char]
                digits = ""
            else:
                digits = "?"
                break
        if digits or seconds > 0xFFFFFFFF:
            raise ValueError(f"{printable(token)} is no time in seconds")
        return seconds


class Date(Number):
    """A point in time of RRSIG, ``YYYYMMDDHHmmSS`` (RFC 4034, 3.2), read as seconds since 1970 without wrapping."""

    __slots__ = ()

    def text(self, value: int) -> str:
        from datetime import datetime, timedelta

        return (datetime(1970, 1, 1) + timedelta(seconds=value)).strftime("%Y%m%d%H%M%S")

    def parse(self, token: str) -> int:
        if len(token) != 14 or not token.isascii() or not token.isdigit():
            return super().parse(token)
        from datetime import datetime, timedelta

        fields = [int(token[:4]), *(int(token[at : at + 2]) for at in range(4, 14, 2))]
        try:
            date = datetime(*fields)  # type: ignore[arg-type]
        except ValueError:
            raise ValueError(f"{printable(token)} is no date") from None
        return (date - datetime(1970, 1, 1)) // timedelta(seconds=1) & 0xFFFFFFFF


class Name(Field):
    """A domain name, not compressed."""

    __slots__ = ()

    def read(self, rdata: bytes, pos: int) -> tuple[bytes, int]:
        end = name.name_end(rdata, pos)
        return rdata[pos:end], end

    def text(self, value: bytes) -> str:
        return name.to_text(value)

    def data(self, value: bytes) -> str:
        return name.to_text(value)

    def write(self, tokens: Tokens) -> bytes:
        return tokens.take_name()


class Address(Field):
    """An IPv4 address (4 octets) or an IPv6 address (16 octets)."""

    __slots__ = ("_size",)

    def __init__(self, size: int) -> None:
        self._size = size

    def read(self, rdata: bytes, pos: int) -> tuple[str, int]:
        end = pos + self._size
        if end > len(rdata):
            raise cut_off()
        octets = rdata[pos:end]
        return address.ipv4_text(octets) if self._size == 4 else address.ipv6_text(octets), end

    def write(self, tokens: Tokens) -> bytes:
        token = tokens.take("an address")
        return address.ipv4_octets(token) if self._size == 4 else address.ipv6_octets(token)


class String(Field):
    """A character-string: a length octet and up to 255 octets."""

    __slots__ = ()

    def read(self, rdata: bytes, pos: int) -> tuple[bytes, int]:
        if pos >= len(rdata):
            raise cut_off()
        end = pos + 1 + rdata[pos]
        if end > len(rdata):
            raise cut_off()
        return rdata[pos + 1 : end], end

    def text(self, value: bytes) -> str:
        return quoted(value)

    def data(self, value: bytes) -> Any:
        return as_str(value)

    def write(self, tokens: Tokens) -> bytes:
        return counted(octets_of(tokens.take("a string")))


class Strings(String):
    """Character-strings up to the end, at least one."""

    __slots__ = ()

    def read(self, rdata: bytes, pos: int) -> tuple[Any, int]:
        strings: list[bytes] = []
        size = len(rdata)
        while pos < size:
            end = pos + 1 + rdata[pos]
            strings.append(rdata[pos + 1 : end])
            pos = end
        if pos != size or not strings:
            raise cut_off()
        return tuple(strings), pos

    def text(self, value: Any) -> str:
        return all_quoted(value)

    def data(self, value: Any) -> tuple[bytes, ...]:
        return value  # type: ignore[no-any-return]

    def write(self, tokens: Tokens) -> bytes:
        octets = super().write(tokens)
        while tokens.left:
            octets += super().write(tokens)
        return octets


class Tag(String):
    """The tag of CAA: a character-string of at least one octet, printed without quotes (RFC 8659, 4.1)."""

    __slots__ = ()

    def read(self, rdata: bytes, pos: int) -> tuple[bytes, int]:
        value, pos = super().read(rdata, pos)
        if not value:
            raise MalformedMessage("empty tag")
        return value, pos

    def text(self, value: bytes) -> str:
        # The escapes of a label are those of any token without quotes, and the dot's does no harm.
        return name.escaped_label(value)

    def write(self, tokens: Tokens) -> bytes:
        value = octets_of(tokens.take("a tag"))
        if not value:
            raise ValueError("empty tag")
        return counted(value)


class Text(Field):
    """Octets up to the end, printed as one quoted string of any length."""

    __slots__ = ()

    def read(self, rdata: bytes, pos: int) -> tuple[bytes, int]:
        return rdata[pos:], len(rdata)

    def text(self, value: bytes) -> str:
        return quoted(value)

    def data(self, value: bytes) -> str:
        return as_str(value)

    def write(self, tokens: Tokens) -> bytes:
        return octets_of(tokens.take("a string"))


class Blob(Field):
    """Octets up to the end, at least one unless said otherwise, in upper-case hex or in base64, in one piece."""

    __slots__ = ("_decode", "_encode", "_may_be_empty")

    def __init__(
        self, encode: Callable[[bytes], str], decode: Callable[[str], bytes], may_be_empty: bool = False
    ) -> None:
        self._encode = encode
        self._decode = decode
        self._may_be_empty = may_be_empty

    def read(self, rdata: bytes, pos: int) -> tuple[bytes, int]:
        if pos >= len(rdata) and not self._may_be_empty:
            raise cut_off()
        return rdata[pos:], len(rdata)

    def text(self, value: bytes) -> str:
        return self._encode(value)

    def write(self, tokens: Tokens) -> bytes:
        octets = self._decode("".join(tokens.take_rest()))
        if not octets and not self._may_be_empty:
            raise ValueError("octets are missing")
        return octets


class Counted(Blob):
    """Octets behind a length octet; ``-`` where there are none and that is allowed."""

    __slots__ = ()

    def read(self, rdata: bytes, pos: int) -> tuple[bytes, int]:
        value, pos = STRING.read(rdata, pos)
        if not value and not self._may_be_empty:
            raise MalformedMessage("empty field")
        return value, pos

    def text(self, value: bytes) -> str:
        return self._encode(value) if value else "-"

    def write(self, tokens: Tokens) -> bytes:
        token = tokens.take()
        if token == "-" and self._may_be_empty:
            return b"\0"
        octets = self._decode(token)
        if not octets:
            raise ValueError("octets are missing")
        return counted(octets)


class Groups(Field):
    """``size`` octets in hex, ``step`` of them to a group: ``00-00-5e-00-53-2a``, ``14:4fff:ff20:ee64``."""

    __slots__ = ("_separator", "_size", "_step")

    def __init__(self, size: int, step: int, separator: str) -> None:
        self._size = size
        self._step = step
        self._separator = separator

    def read(self, rdata: bytes, pos: int) -> tuple[str, int]:
        end = pos + self._size
        if end > len(rdata):
            raise cut_off()
        groups = [rdata[at : at + self._step].hex() for at in range(pos, end, self._step)]
        if self._step > 1:
            groups = [group.lstrip("0") or "0" for group in groups]
        return self._separator.join(groups), end

    def write(self, tokens: Tokens) -> bytes:
        token = tokens.take()
        groups = token.split(self._separator)
        width = 2 * self._step
        # The groups of RFC 6742 may leave out leading zeros, those of RFC 7043 may not.
        if len(groups) != self._size // self._step or not all(
            (0 if self._step > 1 else width - 1) < len(group) <= width for group in groups
        ):
            raise ValueError(f"{printable(token)} is no identifier of {self._size} octets")
        return from_hex("".join([group.zfill(width) for group in groups]))


class TypeBitmap(Field):
    """The set of types of NSEC, NSEC3 and CSYNC (RFC 4034, 4.1.2)."""

    __slots__ = ()

    def read(self, rdata: bytes, pos: int) -> tuple[Any, int]:
        types: list[int] = []
        last_window = -1
        while pos < len(rdata):
            bitmap_end = pos + 2 + (rdata[pos + 1] if pos + 1 < len(rdata) else len(rdata))
            if bitmap_end > len(rdata):
                raise cut_off()
            window = rdata[pos]
            # RFC 4034, 4.1.2: windows in order, none of them empty, no zero octets at their ends.
            if window <= last_window or not 1 <= rdata[pos + 1] <= 32 or rdata[bitmap_end - 1] == 0:
                raise MalformedMessage("type bitmap out of order")
            last_window = window
            for at in range(pos + 2, bitmap_end):
                octet = rdata[at]
                if octet:
                    first = window << 8 | (at - pos - 2) << 3
                    types += [first + bit for bit in range(8) if octet & 0x80 >> bit]
            pos = bitmap_end
        return types, pos

    def text(self, value: Any) -> str:
        return " ".join([type_to_text(rdtype) for rdtype in value])

    def data(self, value: Any) -> tuple[str, ...]:
        return tuple([type_to_text(rdtype) for rdtype in value])

    def write(self, tokens: Tokens) -> bytes:
        windows: dict[int, bytearray] = {}
        for rdtype in sorted({type_from_text(token) for token in tokens.take_rest()}):
            bitmap = windows.setdefault(rdtype >> 8, bytearray())
            bitmap.extend(bytes((rdtype >> 3 & 31) + 1 - len(bitmap)))
            bitmap[rdtype >> 3 & 31] |= 0x80 >> (rdtype & 7)
        return b"".join([bytes((window, len(bitmap))) + bitmap for window, bitmap in windows.items()])


def generic_text(rdata: bytes) -> str:
    r"""The form for types not known (RFC 3597, 5): ``\# 4 0A000001``."""
    return f"\\# {len(rdata)} {rdata.hex().upper()}" if rdata else "\\# 0"


def counted(octets: bytes) -> bytes:
    """The octets behind their length octet."""
    if len(octets) > MAX_STRING:
        raise ValueError("string over 255 octets")
    return bytes((len(octets),)) + octets


def to_hex(octets: bytes) -> str:
    return octets.hex().upper()


def from_hex(text: str) -> bytes:
    try:
        return binascii.unhexlify(text)
    except ValueError:
        raise ValueError(f"{printable(text)} is not hexadecimal") from None


def to_base64(octets: bytes) -> str:
    return binascii.b2a_base64(octets, newline=False).decode("ascii")


def from_base64(text: str) -> bytes:
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except ValueError:
        raise ValueError(f"{printable(text)} is not base64") from None


def to_base32(octets: bytes) -> str:
    """Base32 with the extended hex alphabet, no padding (RFC 4648, 7; RFC 5155, 3.3)."""
    import base64

    return base64.b32hexencode(octets).decode("ascii").rstrip("=")


def from_base32(text: str) -> bytes:
    import base64

    try:
        return base64.b32hexdecode(text.upper() + "=" * (-len(text) % 8))
    except ValueError:
        raise ValueError(f"{printable(text)} is not base32hex") from None


U8 = Number(1)
U16 = Number(2)
U32 = Number(4)
TYPE = TypeNumber(2)
SECONDS = Seconds(4)
DATE = Date(4)
NAME = Name()
IPV4 = Address(4)
IPV6 = Address(16)
STRING = String()
STRINGS = Strings()
TAG = Tag()
TEXT = Text()
HEX = Blob(to_hex, from_hex)
BASE64 = Blob(to_base64, from_base64)
ANY_BASE64 = Blob(to_base64, from_base64, may_be_empty=True)
SALT = Counted(to_hex, from_hex, may_be_empty=True)
HASHED_NAME = Counted(to_base32, from_base32)
TYPE_BITMAP = TypeBitmap()
EUI48 = Groups(6, 1, "-")
EUI64 = Groups(8, 1, "-")
LOCATOR64 = Groups(8, 2, ":")


class Layout:
    """What the RDATA of one type is made of, and the named tuple its data becomes (None: the only field's data)."""

    __slots__ = ("_fields", "_make", "_pairs")

    def __init__(self, fields: tuple[Field, ...], make: Callable[..., Any] | None = None, pairs: bool = False) -> None:
        self._fields = fields
        self._make = make
        self._pairs = pairs

    def read(self, rdata: bytes) -> list[Any]:
        """The raw values. Raises MalformedMessage where the fields do not fill the RDATA exactly."""
        values = []
        pos = 0
        for field in self._fields:
            value, pos = field.read(rdata, pos)
            values.append(value)
        if pos != len(rdata):
            raise MalformedMessage("octets after the RDATA")
        return values

    def text(self, rdata: bytes) -> str:
        values = self.read(rdata)
        texts = [field.text(value) for field, value in zip(self._fields, values, strict=True)]
        return " ".join([text for text in texts if text])

    def data(self, rdata: bytes) -> Any:
        values = self.read(rdata)
        data = [field.data(value) for field, value in zip(self._fields, values, strict=True)]
        return data[0] if self._make is None else self._make(*data)

    def write(self, text: str, origin: bytes) -> bytes:
        """The RDATA for presentation text. Raises ValueError."""
        tokens = Tokens(text, origin, self._pairs)
        rdata = b"".join([field.write(tokens) for field in self._fields])
        if tokens.left:
            raise ValueError(f"more than the type takes: {printable(tokens.take())}")
        return rdata
