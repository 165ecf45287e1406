"""SVCB and HTTPS: service bindings and their parameters (RFC 9460)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ..errors import MalformedMessage
from . import address
from .fields import Field, counted, from_base64, to_base64
from .presentation import Tokens, as_str, escaped, number, octets_of, printable

MANDATORY = 0
ALPN = 1
NO_DEFAULT_ALPN = 2
PORT = 3
IPV4HINT = 4
ECH = 5
IPV6HINT = 6
DOHPATH = 7  # RFC 9461
OHTTP = 8  # RFC 9540

_KEYS = {
    MANDATORY: "mandatory",
    ALPN: "alpn",
    NO_DEFAULT_ALPN: "no-default-alpn",
    PORT: "port",
    IPV4HINT: "ipv4hint",
    ECH: "ech",
    IPV6HINT: "ipv6hint",
    DOHPATH: "dohpath",
    OHTTP: "ohttp",
}
_KEY_NUMBERS = {key: value for value, key in _KEYS.items()}


class SvcParams(Mapping[str, Any]):
    """The parameters by key, in the order of their numbers; not to be changed, and hashable.

    ``mandatory`` and ``alpn`` are tuples of str, ``port`` an int, the hints tuples of addresses, ``dohpath`` a str,
    ``no-default-alpn`` and ``ohttp`` True; ``ech`` and keys not known (``key667``) are bytes.
    """

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[str, Any] | Iterable[tuple[str, Any]] = ()) -> None:
        self._items = tuple(items.items() if isinstance(items, Mapping) else items)

    def __getitem__(self, key: str) -> Any:
        for found, value in self._items:
            if found == key:
                return value
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter([key for key, _ in self._items])

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(frozenset(self._items))

    def __repr__(self) -> str:
        return f"SvcParams({dict(self._items)!r})"


class SVCB(NamedTuple):
    """RFC 9460, 2.2; HTTPS too."""

    priority: int
    target: str
    params: SvcParams


class Params(Field):
    """SvcParams up to the end. Out of order or not in the format of their key, they are malformed (RFC 9460, 2.2)."""

    __slots__ = ()

    def read(self, rdata: bytes, pos: int) -> tuple[Any, int]:
        params = []
        last = -1
        while pos < len(rdata):
            if pos + 4 > len(rdata):
                raise MalformedMessage("parameter cut off")
            key = rdata[pos] << 8 | rdata[pos + 1]
            end = pos + 4 + (rdata[pos + 2] << 8 | rdata[pos + 3])
            if key <= last or end > len(rdata):
                raise MalformedMessage("parameters out of order" if key <= last else "parameter cut off")
            params.append((key, _read_value(key, rdata[pos + 4 : end])))
            last = key
            pos = end
        return params, pos

    def text(self, value: Any) -> str:
        texts = [_param_text(key, param) for key, param in value]
        if value and value[0][0] == MANDATORY and not {key for key, _ in value}.issuperset(value[0][1]):
            # By name it could not be read again: what is mandatory has to be there (RFC 9460, 8).
            texts[0] = f'key0="{escaped(b"".join([key.to_bytes(2, "big") for key in value[0][1]]))}"'
        return " ".join(texts)

    def data(self, value: Any) -> SvcParams:
        return SvcParams(tuple([(_key_text(key), _param_data(key, param)) for key, param in value]))

    def write(self, tokens: Tokens) -> bytes:
        params: dict[int, bytes] = {}
        mandatory: list[int] = []
        for token in tokens.take_rest():
            text, _, value = token.partition("=")
            key = _key_number(text)
            if key in params:
                raise ValueError(f"{printable(text)} twice")
            if value.startswith('"'):
                value = value[1:-1]
            # Spelled by number, a value is its octets, whatever the key (RFC 9460, 2.1).
            params[key] = octets_of(value) if text.startswith("key") else _param_octets(key, value)
            if text == "mandatory":
                mandatory = [_key_number(item) for item in value.split(",")]
        for key in mandatory:
            if key not in params:
                raise ValueError(f"{_key_text(key)} is mandatory and missing")
        return b"".join(
            [key.to_bytes(2, "big") + len(value).to_bytes(2, "big") + value for key, value in sorted(params.items())]
        )


def _read_value(key: int, octets: bytes) -> Any:
    """The value of one parameter: numbers, addresses, lists; octets where there is no format to check."""
    size = len(octets)
    if key == MANDATORY:
        keys = [octets[at] << 8 | octets[at + 1] for at in range(0, size - size % 2, 2)]
        if size % 2 == 0 and keys and keys[0] != MANDATORY and keys == sorted(set(keys)):
            return keys
    elif key == ALPN:
        ids = []
        pos = 0
        while pos < size:
            end = pos + 1 + octets[pos]
            ids.append(octets[pos + 1 : end])
            pos = end
        if pos == size and ids and b"" not in ids:
            return ids
    elif key == PORT:
        if size == 2:
            return octets[0] << 8 | octets[1]
    elif key == IPV4HINT:
        if size and size % 4 == 0:
            return [address.ipv4_text(octets[at : at + 4]) for at in range(0, size, 4)]
    elif key == IPV6HINT:
        if size and size % 16 == 0:
            return [address.ipv6_text(octets[at : at + 16]) for at in range(0, size, 16)]
    elif key in (NO_DEFAULT_ALPN, OHTTP):
        if size == 0:
            return True
    else:
        return octets
    raise MalformedMessage("parameter not in its format")


def _param_text(key: int, value: Any) -> str:
    name = _key_text(key)
    if value is True or value == b"":
        return name
    if key == MANDATORY:
        return f"{name}={','.join([_key_text(item) for item in value])}"
    if key == ALPN:
        listed = b",".join([item.replace(b"\\", b"\\\\").replace(b",", b"\\,") for item in value])
        return f'{name}="{escaped(listed)}"'
    if key == PORT:
        return f"{name}={value}"
    if key in (IPV4HINT, IPV6HINT):
        return f"{name}={','.join(value)}"
    if key == ECH:
        return f"{name}={to_base64(value)}"
    return f'{name}="{escaped(value)}"'


def _param_data(key: int, value: Any) -> Any:
    if key == MANDATORY:
        return tuple([_key_text(item) for item in value])
    if key == ALPN:
        return tuple([as_str(item) for item in value])
    if key == DOHPATH:
        return as_str(value)
    return tuple(value) if isinstance(value, list) else value


def _param_octets(key: int, value: str) -> bytes:
    """The octets for a value in the presentation form of its key."""
    octets = octets_of(value)
    if key == MANDATORY:
        keys = sorted([_key_number(item) for item in value.split(",")])
        return b"".join([item.to_bytes(2, "big") for item in keys])
    if key == ALPN:
        ids = _listed(octets)
        if b"" in ids:
            raise ValueError("empty ALPN id")
        return b"".join([counted(item) for item in ids])
    if key == PORT:
        return number(value, 0xFFFF).to_bytes(2, "big")
    if key == IPV4HINT:
        return b"".join([address.ipv4_octets(item) for item in value.split(",")])
    if key == IPV6HINT:
        return b"".join([address.ipv6_octets(item) for item in value.split(",")])
    if key == ECH:
        return from_base64(value)
    return octets


def _listed(octets: bytes) -> list[bytes]:
    """The items of a comma-separated list, where ``\\,`` and ``\\\\`` are not the end of one (RFC 9460, A.1)."""
    items = [bytearray()]
    pos = 0
    while pos < len(octets):
        octet = octets[pos]
        if octet == 0x5C and pos + 1 < len(octets):
            pos += 1
            items[-1].append(octets[pos])
        elif octet == 0x2C:
            items.append(bytearray())
        else:
            items[-1].append(octet)
        pos += 1
    return [bytes(item) for item in items]


def _key_text(key: int) -> str:
    return _KEYS.get(key) or f"key{key}"


def _key_number(text: str) -> int:
    key = _KEY_NUMBERS.get(text)
    if key is None:
        digits = text.removeprefix("key")
        if not text.startswith("key") or (len(digits) > 1 and digits[0] == "0"):
            raise ValueError(f"{printable(text)} is no parameter")
        key = number(digits, 0xFFFF)
    return key


SVC_PARAMS = Params()
