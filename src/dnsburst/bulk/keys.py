"""From the text of a cell to the question that is asked for it."""

# Rules.
# 1. The cell is never changed; what is asked is the cell without surrounding space and one trailing dot.
# 2. An address is asked in reverse. An IPv4-mapped IPv6 address is asked as IPv4.
# 3. What ends in a number is an address or nothing (WHATWG URL, 3.5): ``010.1.1.1`` and ``1.2.3`` are no names.
# 4. Letter case makes no other key (RFC 4343), nor does another spelling of the same address.

from __future__ import annotations

from collections.abc import Callable

from .._wire.address import ipv4_octets, ipv6_octets, is_address
from .._wire.codes import TYPE_A, TYPE_PTR, type_to_text
from .._wire.name import from_text, reverse_name
from ..errors import InvalidName

#: (wire name in lower case, record type); what is the same question is equal.
Question = tuple[bytes, int]

_DIGITS = frozenset("0123456789")


def decoded(text: str) -> str:
    """The cell as text: files are read as Latin-1, one character for each octet, and are UTF-8 at heart.

    Raises InvalidName.
    """
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidName("octets that are not UTF-8") from None


def plain(text: str) -> str:
    """The cell without surrounding space and one trailing dot. Raises InvalidName where nothing is left."""
    text = decoded(text).strip()
    if text[-1:] == "." and text[-2:-1] not in ("", ".", "\\"):
        text = text[:-1]
    if not text:
        raise InvalidName("nothing to look up")
    return text


def looks_like_address(text: str) -> bool:
    """Whether this is an address, or something that can only be meant as one."""
    return ":" in text or (text[-1:] in _DIGITS and _ends_in_number(text))


def octets(address: str) -> bytes:
    """The 4 or 16 octets of an address. Raises InvalidName."""
    return ipv6_octets(address) if ":" in address else ipv4_octets(address)


def by_content(text: str) -> Question:
    """PTR for an address, A for a name. Raises InvalidName."""
    if text[-1:] in _DIGITS:  # an address as it should be, first
        try:
            name = reverse_name(text)
        except InvalidName:
            pass
        else:
            return name, TYPE_PTR
    text = plain(text)
    if looks_like_address(text):
        return _reversed(text), TYPE_PTR
    return from_text(text).lower(), TYPE_A


def of_type(rdtype: int) -> Callable[[str], Question]:
    """A function from the text of a cell to its question of this type."""
    if rdtype == TYPE_PTR:
        return _pointer
    mnemonic = type_to_text(rdtype)

    def forward(text: str) -> Question:
        text = plain(text)
        if looks_like_address(text):
            _reversed(text)  # if it is no address either, that is the better reason
            raise InvalidName(f"an address has no {mnemonic} records of its own (it can be looked up with type PTR)")
        return from_text(text).lower(), rdtype

    return forward


def _pointer(text: str) -> Question:
    try:
        name = reverse_name(text)
    except InvalidName:
        text = plain(text)
        name = _reversed(text) if looks_like_address(text) else from_text(text).lower()
    return name, TYPE_PTR


def _reversed(text: str) -> bytes:
    try:
        return reverse_name(text)
    except InvalidName as error:
        if str(error) == "not an address":
            raise InvalidName("neither an address nor a name") from None
        raise


def _ends_in_number(text: str) -> bool:
    last = text.rpartition(".")[2]
    number, slash, _ = last.partition("/")  # a network is no name either
    return number.isascii() and number.isdigit() and (not slash or is_address(text.partition("/")[0]))
