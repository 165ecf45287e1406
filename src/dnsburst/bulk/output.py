"""Where the rows go: a file that is its own checkpoint, or a pipe whose reader may be slow, or gone."""

# Rules.
# 1. A file that is there is not touched before the first row is written; what a failed start created is removed again.
# 2. ``write`` gets whole rows. After each checkpoint (every second) what is in the file is whole rows, for gzip whole
#    members; only a kill in the middle of a write leaves a partial row or member, which ``--resume`` cuts off.
# 3. What would hold up the lookups in flight runs in a thread: compression, fsync, and the reader of a pipe.
# 4. A failed write is cut off again as far as the system lets us.

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
import threading
import zlib
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from .._text import printable
from .errors import ChoiceError, TableError

#: Octets waiting for the thread, at most (one write more may be added).
MOST_WAITING = 8 << 20
#: Octets after which a gzip member is ended before its second is over.
MEMBER = 16 << 20
#: zlib's default trades too much time for little space.
LEVEL = 4


class OutputClosed(Exception):
    """Whoever read the output has gone."""


class Sink(Protocol):
    """What a run needs of its output.

    on_ready: called from another thread when ``full`` may have changed or a write has failed
    full: so much waits to be written that no more should be asked for
    """

    on_ready: Callable[[], None]

    @property
    def full(self) -> bool:
        """See above."""

    def write(self, data: Any) -> None:
        """Take whole rows as the writer made them. Raises TableError, OutputClosed."""

    def checkpoint(self) -> None:
        """See that what was written is in the file, and soon on the disk. Does not wait."""


class Output:
    """An output by its path, ``-`` for stdout; a name that ends in ``.gz`` is compressed.

    preface: written before the first row, unless there is something to go on from
    A file that is there needs ``resume`` or ``overwrite``.
    ``on_ready`` is called from another thread when ``full`` may have changed or a write has failed.
    Raises ChoiceError if it exists and must not, TableError if it cannot be written, OutputClosed for a broken pipe.
    """

    def __init__(self, path: str, resume: bool = False, overwrite: bool = False) -> None:
        self.path = path
        self.name = "stdout" if path == "-" else printable(path)
        self.on_ready: Callable[[], None] = _nothing
        self.preface = b""
        self._created = False
        self._begun = False
        self._start = 0
        self._end = 0
        self._fd = self._open(resume or overwrite)
        self.regular = stat.S_ISREG(os.fstat(self._fd).st_mode)
        self._gz = path.lower().endswith(".gz")
        self._writer = _Worker(self) if self._gz or not self.regular else None
        self._syncer: threading.Thread | None = None
        self._error: OSError | None = None

    @property
    def size(self) -> int:
        """Octets that are there."""
        return os.fstat(self._fd).st_size

    @property
    def identity(self) -> tuple[int, int]:
        """Device and inode: equal for the same file under two names."""
        about = os.fstat(self._fd)
        return about.st_dev, about.st_ino

    @property
    def full(self) -> bool:
        """So much waits to be written that no more should be asked for."""
        return self._writer is not None and self._writer.waiting > MOST_WAITING

    def read_back(self) -> int:
        """A descriptor to read what is there; whoever asks closes it."""
        return os.open(self.path, os.O_RDONLY | getattr(os, "O_BINARY", 0))

    def start_at(self, offset: int) -> None:
        """Keep so many octets of what is there, and go on behind them."""
        self._start = offset

    def write(self, data: bytes) -> None:
        """Take whole rows."""
        if not data:
            return
        self._check()
        self._begin()
        self._pass_on(data)

    def checkpoint(self) -> None:
        """See that what was written is in the file, and soon on the disk. Does not wait."""
        self._check()
        if self._writer is not None:
            self._writer.put(None)
        if self.regular and self._begun and (self._syncer is None or not self._syncer.is_alive()):
            self._syncer = threading.Thread(target=self._sync, name="dnsburst fsync", daemon=True)
            self._syncer.start()

    def close(self, complete: bool = True) -> None:
        """Write out what waits, sync, close. ``complete``: an output without rows is to be there, too."""
        try:
            if complete:
                self._begin()
            if self._writer is not None:
                self._writer.stop()
            self._check()
            if self._syncer is not None:
                self._syncer.join()
            if self.regular and self._begun:
                self._sync()
                self._check()
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Close at once, whatever waits. May be called again."""
        if self._writer is not None:
            self._writer.abandon()
        if self._syncer is not None:
            self._syncer.join()
        if self._fd < 0:
            return
        fd, self._fd = self._fd, -1
        with contextlib.suppress(OSError):
            os.close(fd)
        if self._created and not self._begun:
            with contextlib.suppress(OSError):
                os.unlink(self.path)

    def _open(self, may_exist: bool) -> int:
        if self.path == "-":
            try:
                if sys.__stdout__ is None:
                    raise OSError(errno.EBADF, "is closed")
                sys.__stdout__.flush()
                return os.dup(sys.__stdout__.fileno())
            except OSError as error:
                raise TableError(f"stdout: {error.strerror}") from None
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
        try:
            try:
                fd = os.open(self.path, flags | os.O_EXCL, 0o666)
                self._created = True
            except FileExistsError:
                about = os.stat(self.path)
                if stat.S_ISREG(about.st_mode):
                    if not may_exist:
                        raise ChoiceError(f"{self.name} exists: --resume goes on, --overwrite starts afresh") from None
                    fd = os.open(self.path, flags)
                else:
                    fd = os.open(self.path, os.O_WRONLY)  # a device or a named pipe is no file to protect
        except OSError as error:
            raise TableError(f"{self.name}: {error.strerror}") from None
        if stat.S_ISREG(os.fstat(fd).st_mode) and not lock(fd):
            os.close(fd)
            raise TableError(f"{self.name}: another run is writing to it")
        return fd

    def _begin(self) -> None:
        """Now rows are known to come: what is there goes."""
        if self._begun:
            return
        self._begun = True
        self._end = self._start
        if self.regular and self.path != "-":
            try:
                os.ftruncate(self._fd, self._start)
                os.lseek(self._fd, self._start, os.SEEK_SET)
            except OSError as error:
                raise self._failure(error) from None
        if self.preface and not self._start:
            self._pass_on(self.preface)

    def _pass_on(self, data: bytes) -> None:
        if self._writer is not None:
            self._writer.put(data)
        else:
            self._write_now(data)

    def _write_now(self, data: bytes) -> None:
        try:
            _write_all(self._fd, data)
        except OSError as error:
            self._error = error  # rows are missing from here on: nothing may follow
            self._cut()
            raise self._failure(error) from None
        self._end += len(data)

    def _cut(self) -> None:
        if self.regular and self.path != "-":
            with contextlib.suppress(OSError):
                os.ftruncate(self._fd, self._end)

    def _sync(self) -> None:
        try:
            os.fsync(self._fd)
        except OSError as error:
            # Some file systems and devices have no fsync.
            if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EROFS):
                self._error = error

    def _check(self) -> None:
        if self._error is not None:
            raise self._failure(self._error)

    def _failure(self, error: OSError) -> Exception:
        if error.errno == errno.EPIPE:
            return OutputClosed()
        return TableError(f"{self.name}: {error.strerror or error}")


class _Worker:
    """The thread that compresses, or waits for the reader of a pipe."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._queue: deque[bytes | None] = deque()
        self._there = threading.Semaphore(0)
        self._stopping = False
        self._abandoned = False
        self._thread: threading.Thread | None = None
        self._member: zlib._Compress | None = None
        self._taken = 0
        self._compressed: list[bytes] = []
        # Each has one thread that writes it.
        self._put = 0
        self._done = 0

    @property
    def waiting(self) -> int:
        """Octets of rows not written yet."""
        return self._put - self._done

    def put(self, data: bytes | None) -> None:
        """Rows, or None for a checkpoint."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="dnsburst output", daemon=True)
            self._thread.start()
        self._queue.append(data)
        if data is not None:
            self._put += len(data)
        self._there.release()

    def stop(self) -> None:
        """Return when all is written, or a write has failed."""
        if self._thread is not None:
            self._stopping = True
            self._there.release()
            self._thread.join()

    def abandon(self) -> None:
        self._abandoned = True
        if self._thread is not None:
            self._stopping = True
            self._there.release()
            self._thread.join(0.2)  # it may be waiting for the reader of a pipe

    def _run(self) -> None:
        output = self._output
        try:
            while True:
                self._there.acquire()
                if self._abandoned:
                    return
                if not self._queue:
                    if self._stopping:
                        break
                    continue
                data = self._queue.popleft()
                if data is None:
                    self._end_member()
                    continue
                was_full = output.full
                self._write(data)
                self._done += len(data)
                if was_full and not output.full:
                    output.on_ready()
            self._end_member()
        except OSError as error:
            output._error = error
            output._cut()
            output.on_ready()

    def _write(self, data: bytes) -> None:
        output = self._output
        if not output._gz:
            _write_all(output._fd, data)
            output._end += len(data)
            return
        if self._member is None:
            self._member = zlib.compressobj(LEVEL, zlib.DEFLATED, 31)
        self._compressed.append(self._member.compress(data))
        self._taken += len(data)
        if self._taken >= MEMBER:
            self._end_member()

    def _end_member(self) -> None:
        """Write the member that is under way, whole."""
        if self._member is None:
            return
        data = b"".join([*self._compressed, self._member.flush()])
        self._member = None
        self._compressed = []
        self._taken = 0
        _write_all(self._output._fd, data)
        self._output._end += len(data)


def _write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(fd, view) :]
        except BlockingIOError:
            import select

            select.select([], [fd], [])


def lock(fd: int) -> bool:
    """Keep other runs off this file while it is open, where the system and the file system can."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EWOULDBLOCK, errno.EAGAIN)
    return True


def _nothing() -> None:
    pass
