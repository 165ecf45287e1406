"""Answers kept from run to run, in SQLite."""

# Rules.
# 1. What is kept is what RFC 2308 and the TTL of records allow: answers and absence, never failures.
# 2. The cache is a help, never a hindrance: whatever fails here is said once, and the run goes on without.
# 3. A file that is damaged, or no database, is set aside under another name and a new one begun.
# 4. Several runs may share a file (WAL); what one has found the other sees.

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from .._text import printable
from .errors import TableError
from .records import packed, unpacked

if TYPE_CHECKING:
    from .._engine.lookup import Lookup
    from .._io.pump import Pump
    from .._io.reactor import Reactor
    from .workers import Workers

#: Answers put into the file in one go, at most, and seconds between two times.
AT_ONCE = 2_000
INTERVAL = 1.0
#: Seconds to wait for another run that is writing.
PATIENCE = 5.0

_KEPT = frozenset(("NOERROR", "NXDOMAIN", "NODATA"))
_VERSION = 1
_SCHEMA = """
    CREATE TABLE IF NOT EXISTS answers (
        name BLOB NOT NULL, rdtype INTEGER NOT NULL, expires REAL NOT NULL, status TEXT NOT NULL,
        records BLOB NOT NULL, server TEXT NOT NULL, canonical BLOB, error TEXT,
        PRIMARY KEY (name, rdtype)
    ) WITHOUT ROWID
"""
_PUT = "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_COLUMNS = "expires, status, records, server, canonical, error"
_GET = f"SELECT {_COLUMNS} FROM answers WHERE name = ? AND rdtype = ? AND expires > ?"


class Cache:
    """The answers in one file. Raises TableError where it cannot be opened.

    warn: gets a line when something is wrong with the file; hits: answers found
    """

    def __init__(self, path: str, warn: Callable[[str], None]) -> None:
        self.hits = 0
        self._path = path
        self._warn = warn
        self._new: list[tuple[Any, ...]] = []
        self._written = time.monotonic()
        self._connection: sqlite3.Connection | None = None
        self._open()

    def get(self, name: bytes, rdtype: int) -> tuple[Any, ...] | None:
        """(expires, status, records, server, canonical name, error) for a question, if it is known."""
        if self._connection is None:
            return None
        try:
            row: tuple[Any, ...] | None = self._connection.execute(_GET, (name.lower(), rdtype, time.time())).fetchone()
        except sqlite3.Error as error:
            self._trouble(error)
            return None
        if row is not None:
            self.hits += 1
        return row

    def put(self, lookups: Sequence[Lookup]) -> None:
        """Keep what came of these lookups, as far as it may be kept."""
        if self._connection is None:
            return
        now = time.time()
        for lookup in lookups:
            if lookup.ttl > 0 and lookup.status in _KEPT:
                self._new.append(
                    (
                        lookup.name.lower(),
                        lookup.rdtype,
                        now + lookup.ttl,
                        lookup.status,
                        packed(lookup.records),
                        lookup.server,
                        lookup.canonical_name,
                        lookup.error,
                    )
                )
        if len(self._new) >= AT_ONCE or time.monotonic() - self._written > INTERVAL:
            self.write()

    def write(self) -> None:
        """Put what is new into the file."""
        new, self._new = self._new, []
        self._written = time.monotonic()
        if not new or self._connection is None:
            return
        try:
            with self._connection:
                self._connection.executemany(_PUT, new)
        except sqlite3.Error as error:
            self._trouble(error)

    def close(self) -> None:
        """Write what is new, and close."""
        self.write()
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _open(self) -> None:
        try:
            self._connect()
        except sqlite3.OperationalError as error:
            self._disconnect()
            raise TableError(f"{printable(self._path)}: {error}") from None
        except sqlite3.DatabaseError as error:
            self._set_aside(error)

    def _connect(self) -> None:
        self._connection = sqlite3.connect(self._path, timeout=PATIENCE)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        version = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, _VERSION):
            raise sqlite3.DatabaseError("it was written by another version")
        with self._connection:
            self._connection.execute(_SCHEMA)
            self._connection.execute(f"PRAGMA user_version = {_VERSION}")
            self._connection.execute(f"SELECT {_COLUMNS} FROM answers LIMIT 1")
            self._connection.execute("DELETE FROM answers WHERE expires <= ?", (time.time(),))

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _set_aside(self, error: sqlite3.Error) -> None:
        """Begin a new file; the one that is damaged gets another name."""
        self._disconnect()
        number = 1
        while os.path.exists(f"{self._path}.damaged-{number}"):
            number += 1
        aside = f"{self._path}.damaged-{number}"
        try:
            os.rename(self._path, aside)
            for ending in ("-wal", "-shm"):
                if os.path.exists(self._path + ending):
                    os.remove(self._path + ending)
            self._connect()
        except (OSError, sqlite3.Error) as second:
            self._disconnect()
            self._warn(f"{printable(self._path)}: the cache is damaged ({error}) and not used ({second})")
            return
        self._warn(f"{printable(self._path)}: the cache is damaged ({error}): set aside as {printable(aside)}")

    def _trouble(self, error: sqlite3.Error) -> None:
        if isinstance(error, sqlite3.OperationalError):
            self._disconnect()
            self._warn(f"{printable(self._path)}: the cache is not used any more: {error}")
        else:
            self._set_aside(error)


class CachedPump:
    """Between a job and its pump: what the cache knows comes back without being asked."""

    def __init__(self, cache: Cache, loop: Reactor, on_finished: Callable[[list[Lookup]], None]) -> None:
        self._cache = cache
        self._loop = loop
        self._on_finished = on_finished
        self._known: list[Lookup] = []
        self.pump: Pump | Workers

    def start(self, lookups: list[Lookup]) -> None:
        """As the pump's, but for what it returns."""
        unknown = []
        for lookup in lookups:
            row = self._cache.get(lookup.name, lookup.rdtype)
            if row is None:
                unknown.append(lookup)
                continue
            if not self._known:
                self._loop.call_soon(self._deliver)
            _end(lookup, row)
            self._known.append(lookup)
        self.pump.start(unknown)

    def on_finished(self, lookups: list[Lookup]) -> None:
        """What the pump is to call."""
        self._cache.put(lookups)
        self._on_finished(lookups)

    def _deliver(self) -> None:
        known, self._known = self._known, []
        self._on_finished(known)
        self.pump.kick()


def _end(lookup: Lookup, row: tuple[Any, ...]) -> None:
    """End a lookup with what the file holds; nothing was sent for it."""
    expires, lookup.status, records, lookup.server, lookup.canonical_name, lookup.error = row
    lookup.ttl = max(0, int(expires - time.time()))
    lookup.records = unpacked(lookup.name, records)
