"""The octets of the input: a file, compressed or not, or a pipe that must not be waited for."""

# Rules.
# 1. A regular file is read when asked. Anything else (pipe, terminal, device) is read by a thread, a few blocks ahead,
#    so that lookups in flight go on while the input is slow.
# 2. Compression is known by its first octets, not by the name. Several members are one stream (RFC 1952, 2.2).
# 3. UTF-16 is refused: what follows treats octets below 0x80 as ASCII.

from __future__ import annotations

import os
import select
import stat
import sys
import threading
import time
import zlib
from collections import deque
from collections.abc import Callable

from .._text import printable
from .errors import TableError

#: Octets read at once. The rows in them are taken up, and later written, in less time than a near server needs for what
#: it has been sent: it never stands still meanwhile.
BLOCK = 1 << 14
#: Octets looked at to find out what the input is.
SAMPLE = 1 << 16
#: Seconds to wait for more of a slow input than its first two lines before deciding what it is.
PATIENCE = 0.5
#: Blocks that a thread reads ahead.
AHEAD = 64

_GZIP = b"\x1f\x8b"


class Source:
    """An input by its path, ``-`` for stdin. Raises TableError when it cannot be opened or read.

    on_ready: called from another thread when ``read`` may give something again
    consumed, size: octets taken from the file so far, and in all if that is known (for progress)
    """

    __slots__ = (
        "_buffered",
        "_ended",
        "_failure",
        "_fd",
        "_feeder",
        "_gz",
        "_sampled",
        "consumed",
        "name",
        "on_ready",
        "path",
        "regular",
        "size",
    )

    def __init__(self, path: str) -> None:
        self.path = path
        self.name = "stdin" if path == "-" else printable(path)
        self.on_ready: Callable[[], None] = _nothing
        self.consumed = 0
        self.size: int | None = None
        try:
            self._fd = os.dup(sys.__stdin__.fileno()) if path == "-" and sys.__stdin__ else os.open(path, _flags(path))
            about = os.fstat(self._fd)
        except (OSError, ValueError) as error:
            raise TableError(f"{self.name}: {_reason(error)}") from None
        if stat.S_ISDIR(about.st_mode):
            os.close(self._fd)
            raise TableError(f"{self.name}: is a directory")
        self.regular = stat.S_ISREG(about.st_mode)
        if self.regular:
            self.size = about.st_size
        self._ended = False
        self._gz: _Gunzip | None = None
        self._buffered: deque[bytes] = deque()
        self._sampled = False
        self._failure: TableError | None = None
        self._feeder = None if self.regular else _Feeder(self._fd, self.name, self._ready)

    def sample(self) -> bytes:
        """The beginning, up to SAMPLE octets or what a slow input gives at first; ``read`` gives it again."""
        size = 0
        deadline = 0.0
        while size < SAMPLE:
            try:
                block = self.read()
            except TableError as error:
                self._failure = error  # what came before it is still good
                break
            if block == b"":
                break
            if block is not None:
                self._buffered.append(block)
                size += len(block)
                continue
            # One line may be a header, which says nothing about the column.
            lines = sum(known.count(b"\n") or known.count(b"\r") for known in self._buffered)
            if lines > 1 and not deadline:
                deadline = time.monotonic() + PATIENCE
            if deadline and time.monotonic() >= deadline:
                break
            time.sleep(0.01)
        self._sampled = True
        text = b"".join(self._buffered)
        self._buffered = deque([text] if text else [])
        _refuse_utf16(self.name, text)
        return text[:SAMPLE]

    def read(self) -> bytes | None:
        """The next octets; b"" at the end; None where there is nothing yet, and ``on_ready`` will be called."""
        if self._sampled and self._buffered:
            return self._buffered.popleft()
        if self._failure is not None:
            raise self._failure
        if self._ended:
            return b""
        gz = self._gz
        if gz is not None:
            data = gz.more()
            if data:
                return data
        while True:
            block = self._read_file()
            if block is None:
                return None
            if not self.consumed and block[:2] == _GZIP:
                gz = self._gz = _Gunzip(self.name)
            self.consumed += len(block)
            if not block:
                self._ended = True
                if gz is not None:
                    gz.end()
                return b""
            if gz is None:
                return block
            data = gz.take(block)
            if data:
                return data

    def close(self) -> None:
        """Give the descriptor back."""
        if self._feeder is not None:
            self._feeder.stop()
        else:
            os.close(self._fd)

    @property
    def waiting(self) -> bool:
        """Whether ``read`` would give None now."""
        return self._feeder is not None and not self._ended and not self._buffered and self._feeder.empty()

    @property
    def identity(self) -> tuple[int, int]:
        """Device and inode: equal for the same file under two names."""
        about = os.fstat(self._fd)
        return about.st_dev, about.st_ino

    def _ready(self) -> None:
        self.on_ready()

    def _read_file(self) -> bytes | None:
        if self._feeder is not None:
            return self._feeder.take()
        try:
            return os.read(self._fd, BLOCK)
        except OSError as error:
            raise TableError(f"{self.name}: {_reason(error)}") from None


class _Feeder:
    """A thread that reads a few blocks ahead; it owns the descriptor."""

    def __init__(self, fd: int, name: str, on_ready: Callable[[], None]) -> None:
        self._fd = fd
        self._name = name
        self._on_ready = on_ready
        self._blocks: deque[bytes | OSError] = deque()
        self._room = threading.Semaphore(AHEAD)
        self._stopped = False
        # Closing the one end wakes a thread that waits for input.
        self._stop_read, self._stop_write = os.pipe()
        self._thread = threading.Thread(target=self._run, name="dnsburst input", daemon=True)
        self._thread.start()

    def take(self) -> bytes | None:
        if not self._blocks:
            return None
        block = self._blocks.popleft()
        self._room.release()
        if isinstance(block, OSError):
            raise TableError(f"{self._name}: {_reason(block)}")
        return block

    def empty(self) -> bool:
        return not self._blocks

    def stop(self) -> None:
        self._stopped = True
        os.close(self._stop_write)
        self._room.release()
        self._thread.join(1.0)

    def _run(self) -> None:
        block: bytes | OSError = b"-"
        while block and not isinstance(block, OSError):
            self._room.acquire()
            if not self._stopped:
                self._wait()
            if self._stopped:
                break
            try:
                block = os.read(self._fd, BLOCK)
            except OSError as error:
                block = error
            self._blocks.append(block)
            self._on_ready()
        os.close(self._fd)
        os.close(self._stop_read)

    def _wait(self) -> None:
        """Return when there is input, or no more of it is wanted."""
        if hasattr(select, "poll"):  # on Windows only sockets can be waited for
            waiting = select.poll()
            waiting.register(self._fd, select.POLLIN)
            waiting.register(self._stop_read, select.POLLIN)
            waiting.poll()


class _Gunzip:
    """Members of a gzip stream, one after the other, a bounded piece at a time."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._member = zlib.decompressobj(31)
        self._rest = b""
        self._between = True

    def take(self, block: bytes) -> bytes:
        self._rest += block
        return self.more()

    def more(self) -> bytes:
        """What can be had of the blocks so far, up to a bound; b"" when another block is needed."""
        while self._rest:
            if self._between and not self._rest.strip(b"\0"):
                self._rest = b""  # padding, as tape drives left it and gzip(1) ignores it
                break
            self._between = False
            try:
                data = self._member.decompress(self._rest, BLOCK)
            except zlib.error as error:
                raise TableError(f"{self._name}: damaged gzip data ({error})") from None
            if self._member.eof:
                self._rest = self._member.unused_data
                self._member = zlib.decompressobj(31)
                self._between = True
            else:
                self._rest = self._member.unconsumed_tail
            if data:
                return data
        return b""

    def end(self) -> None:
        if not self._between:
            raise TableError(f"{self._name}: the gzip data ends in the middle")


def _refuse_utf16(name: str, sample: bytes) -> None:
    head = sample[:64]
    halves = head[::2], head[1::2]
    every_other = len(head) > 7 and any(not any(one) and all(other) for one, other in (halves, halves[::-1]))
    if every_other or head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise TableError(f"{name}: this is UTF-16: convert it to UTF-8 first, e.g. with iconv -f UTF-16 -t UTF-8")


def _flags(path: str) -> int:
    return os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def _nothing() -> None:
    pass
