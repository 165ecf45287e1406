"""Text for terminals: printable ASCII only, whatever a server, a file name or an exception holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def printable(text: object) -> str:
    r"""``str(text)`` with each octet that is not printable ASCII (in UTF-8) written ``\DDD``, as RFC 1035, 5.1 does.

    Bytes go through as the octets they are; lone surrogates (file names that are not UTF-8) as the octets they hide.
    """
    if isinstance(text, bytes):
        octets = text
    else:
        text = str(text)
        if text.isascii() and text.isprintable():
            return text
        try:
            octets = text.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            octets = text.encode("utf-8", "surrogatepass")
    return "".join(chr(octet) if 0x20 <= octet < 0x7F else f"\\{octet:03d}" for octet in octets)


def json_line(value: Any) -> str:
    """``value`` as JSON on one line of printable ASCII."""
    import json

    # json leaves DEL as it is, and it can only stand inside a string there.
    return json.dumps(value).replace("\x7f", "\\u007f")


def columns(rows: Sequence[Sequence[str]], sides: str = "") -> list[str]:
    """The rows as lines of aligned columns two spaces apart; ``sides``: ``l`` or ``r`` for each column (default l)."""
    if not rows:
        return []
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if side == "r" else cell.ljust(width)
            for cell, width, side in zip(row, widths, sides.ljust(len(widths)), strict=True)
        ]
        lines.append("  ".join(cells).rstrip())
    return lines
