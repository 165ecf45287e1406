"""Where the commands' words go: data to stdout, everything else to stderr."""

from __future__ import annotations

import sys
from typing import IO

from .._text import printable


def out(text: str = "") -> None:
    """One or more lines to stdout; ``text`` is printable already."""
    _write(sys.stdout, text)


def note(text: str = "") -> None:
    """One or more lines to stderr; ``text`` is printable already."""
    _write(sys.stderr, text)


def complain(message: object) -> None:
    """``dnsburst: message`` as one line on stderr. A stderr that is gone is no second error."""
    try:
        note("dnsburst: " + printable(" ".join(str(message).split())))
        if sys.stderr is not None:
            sys.stderr.flush()
    except OSError:
        pass


def _write(stream: IO[str] | None, text: str) -> None:
    # A stream closed by the caller of the program (`>&-`) is None.
    if stream is not None:
        stream.write(text + "\n")
