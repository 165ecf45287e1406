"""Master-file text (RFC 1035, 5.1; RFC 9460, appendix A): tokens and character-strings.

Errors are ValueError with a reason in plain words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from . import name

_bytes = bytes

# Between quotes only the quote and the backslash need an escape; ``;`` does not.
_QUOTED_ESCAPED = tuple(
    f"\\{octet:c}" if octet in b'"\\' else chr(octet) if 0x20 <= octet < 0x7F else f"\\{octet:03d}"
    for octet in range(256)
)
_QUOTED_PLAIN = bytes(octet for octet in range(256) if len(_QUOTED_ESCAPED[octet]) == 1)

# Patterns are compiled when the first text is read, which a run that only looks things up never does.
_QUOTED = r'"(?P<quoted>(?:[^"\\]|\\.)*)"'
_BARE = r'(?:[^\s"();\\]|\\.)+'
_TOKEN = rf"(?s:\s+|;[^\n]*|[()]|{_QUOTED}|(?P<bare>{_BARE}))"
# The same, where key="value" is one token.
_PAIR_TOKEN = rf"""(?s:\s+|;[^\n]*|[()]|{_QUOTED}|(?P<bare>{_BARE}(?:(?<==)"(?:[^"\\]|\\.)*")?))"""
_ESCAPE = r"(?s:\\([0-9]{3}|[^0-9]))"
_ESCAPE_OR_SPACE = r"(?s:\\.| )"

MAX_STRING: Final = 255


class Tokens:
    """The tokens of one record's data, taken one after the other; ``origin`` is what relative names end in."""

    __slots__ = ("_at", "_tokens", "origin")

    def __init__(self, text: str, origin: bytes = name.ROOT, pairs: bool = False) -> None:
        self.origin = origin
        self._at = 0
        self._tokens: list[tuple[str, bool]] = []
        pattern = re.compile(_PAIR_TOKEN if pairs else _TOKEN)
        pos = 0
        while pos < len(text):
            match = pattern.match(text, pos)
            if match is None:
                raise ValueError("quote without its end" if text[pos] == '"' else "backslash at the end of the text")
            pos = match.end()
            if match.lastgroup is not None:
                self._tokens.append((match.group(match.lastgroup), match.lastgroup == "quoted"))

    @property
    def left(self) -> int:
        """The number of tokens not taken yet."""
        return len(self._tokens) - self._at

    def take(self, what: str = "a value") -> str:
        """The next token, escapes left in, quotes off."""
        if self._at == len(self._tokens):
            raise ValueError(f"{what} is missing")
        self._at += 1
        return self._tokens[self._at - 1][0]

    def take_rest(self) -> list[str]:
        """All tokens that are left."""
        rest = [token for token, _ in self._tokens[self._at :]]
        self._at = len(self._tokens)
        return rest

    def starts_generic(self) -> bool:
        r"""True where the data is in the form for types not known, ``\# 4 0A000001`` (RFC 3597, 5)."""
        return self._tokens[:1] == [("\\#", False)]

    def take_number(self, limit: int, what: str = "a number") -> int:
        """The next token as a decimal number from 0 to ``limit``."""
        return number(self.take(what), limit)

    def take_name(self) -> bytes:
        """The next token as a wire name; one without a trailing dot is below the origin."""
        token = self.take("a name")
        if " " in token:
            token = re.sub(_ESCAPE_OR_SPACE, _escaped_space, token)  # between quotes it may stand without an escape
        if token == "@":
            return self.origin
        wire = name.from_text(token)
        if token.endswith(".") and (len(token) - len(token[:-1].rstrip("\\"))) % 2:
            return wire
        wire = wire[:-1] + self.origin
        if len(wire) > name.MAX_NAME:
            raise ValueError("name over 255 octets")
        return wire


def number(text: str, limit: int) -> int:
    """A decimal number from 0 to ``limit``, nothing but digits."""
    if not text.isascii() or not text.isdigit() or len(text) > 20 or int(text) > limit:
        raise ValueError(f"{printable(text)} is no number from 0 to {limit}")
    return int(text)


def _escaped_space(match: re.Match[str]) -> str:
    return "\\032" if match.group() == " " else match.group()


def printable(text: str) -> str:
    """A piece of input for a message: quoted, printable ASCII, cut where it is long."""
    return ascii(text if len(text) <= 40 else text[:40] + "...")


def quoted(octets: _bytes) -> str:
    r"""A character-string between quotes: ``"`` and ``\`` escaped, octets outside 0x20-0x7E as ``\DDD``."""
    return '"' + escaped(octets) + '"'


def all_quoted(strings: Sequence[_bytes]) -> str:
    """Character-strings, each as ``quoted`` has it; there may be tens of thousands in a record."""
    if b"".join(strings).translate(None, _QUOTED_PLAIN):
        texts = ["".join([_QUOTED_ESCAPED[octet] for octet in octets]) for octets in strings]
        return '"' + '" "'.join(texts) + '"'
    return '"' + b'" "'.join(strings).decode("ascii") + '"'


def escaped(octets: _bytes) -> str:
    """What ``quoted`` puts between the quotes."""
    if octets.translate(None, _QUOTED_PLAIN):
        return "".join([_QUOTED_ESCAPED[octet] for octet in octets])
    return octets.decode("ascii")


def octets_of(token: str) -> bytes:
    """The octets a token stands for: escapes resolved, other characters as UTF-8."""
    if "\\" not in token:
        return token.encode("utf-8", "surrogateescape")
    parts = []
    escape_at = re.compile(_ESCAPE).match
    pos = 0
    while pos < len(token):
        at = token.find("\\", pos)
        if at < 0:
            at = len(token)
        parts.append(token[pos:at].encode("utf-8", "surrogateescape"))
        if at == len(token):
            break
        match = escape_at(token, at)
        if match is None:
            raise ValueError("an escape of fewer than three digits" if at + 1 < len(token) else "backslash at the end")
        escape = match.group(1)
        if len(escape) == 3:
            if int(escape) > 255:
                raise ValueError(f"escape \\{escape} over 255")
            parts.append(bytes((int(escape),)))
        else:
            parts.append(escape.encode("utf-8", "surrogateescape"))
        pos = match.end()
    return b"".join(parts)


def as_str(octets: bytes) -> str:
    r"""Octets that their RFC calls text, as Python users want them: UTF-8, other octets as ``\xNN``."""
    return octets.decode("utf-8", "backslashreplace")
