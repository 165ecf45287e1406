"""Rows on their way from the input to the output, a batch at a time."""

from __future__ import annotations

import zlib
from collections import Counter, deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .formats import Writer
    from .output import Sink

# Which of the two ways to make an empty object is the quicker one differs.
_COMPILED = not __file__.endswith(".py")

#: Rows read and not yet written, at most, as long as they are lists of objects …
MOST_ROWS = 65_536
#: … and octets of text and of rows that are packed, waiting for one before them (one batch more may be read).
MOST_TEXT = 32 << 20
#: Batches of which some row is not written. With ``--unordered`` what is left of each costs 16 octets a row.
MOST_BATCHES = 16_384


class Outcome:
    """What became of a key, for every row that holds it.

    tail: our columns as the writer made them, None as long as nobody knows; from then on there are the others as well
    status: of its lookups; expires: until when it may be used again, in seconds of the loop
    """

    __slots__ = ("expires", "status", "tail")

    tail: Any
    status: str
    expires: float


def new_outcome() -> Outcome:
    """One that is not known yet."""
    outcome = Outcome.__new__(Outcome) if _COMPILED else Outcome()
    outcome.tail = None
    return outcome


def settle(outcome: Outcome, tail: Any, status: str, expires: float) -> None:
    """Make it known."""
    outcome.tail = tail
    outcome.status = status
    outcome.expires = expires


#: The outcome of a row that was not asked for yet.
PENDING = new_outcome()


class Rows:
    """A batch as read: ``raws`` is what the writer needs of each row, ``keys`` the cell to look up.

    ends: line ends of the rows whose line end is not that of the file, by index
    size: characters, about
    numbers: which rows of the input these are, from 1, where some between them are left out
    """

    __slots__ = ("ends", "keys", "numbers", "raws", "size")

    def __init__(
        self,
        raws: Any,
        keys: list[str],
        size: int,
        ends: dict[int, str] | None = None,
        numbers: list[int] | None = None,
    ) -> None:
        self.raws = raws
        self.keys = keys
        self.size = size
        self.ends = ends
        self.numbers = numbers


class Batch:
    """Rows with their outcomes.

    first: how many rows stand before; fed: rows asked for; written: rows that have left; ready: rows before the first
    that has no outcome, as far as was looked; left: indices of what has not left, where rows leave in any order;
    size: octets it takes, about; packed: what is to be written, compressed, of a batch that has only to wait
    """

    __slots__ = ("fed", "first", "left", "outcomes", "packed", "ready", "rows", "size", "statuses", "written")

    def __init__(self, rows: Rows, first: int) -> None:
        self.rows = rows
        self.first = first
        self.outcomes: list[Outcome] = [PENDING] * len(rows.keys)
        self.fed = 0
        self.written = 0
        self.ready = 0
        self.left: Sequence[int] = range(len(rows.keys))
        self.size = rows.size
        self.packed: bytes | None = None
        self.statuses: Counter[str] | None = None

    def look(self) -> int:
        """How many rows at the start have outcomes."""
        outcomes = self.outcomes
        ready = self.ready
        count = len(outcomes)
        while ready < count:
            outcome = outcomes[ready]
            if outcome.tail is None:
                break
            ready += 1
        self.ready = ready
        return ready


class Window:
    """The rows between input and output, bounded; they leave in input order, or as they finish with ``ordered=False``.

    read, written: rows so far; statuses: of those written
    """

    __slots__ = ("_batches", "_held", "_ordered", "_output", "_text", "_writer", "read", "statuses", "written")

    def __init__(self, writer: Writer, output: Sink, ordered: bool = True, done: int = 0) -> None:
        self._writer = writer
        self._output = output
        self._ordered = ordered
        self._batches: deque[Batch] = deque()
        self._held = 0
        self._text = 0
        self.read = done
        self.written = done
        self.statuses: Counter[str] = Counter()

    @property
    def full(self) -> bool:
        """No more rows should be read for now."""
        return self._held >= MOST_ROWS or self._text >= MOST_TEXT or len(self._batches) >= MOST_BATCHES

    @property
    def empty(self) -> bool:
        """All rows that were read are written."""
        return not self._batches

    def add(self, rows: Rows) -> Batch:
        """Take in a batch of at least one row."""
        batch = Batch(rows, self.read)
        self.read += len(rows.keys)
        self._held += len(rows.keys)
        self._text += rows.size
        self._batches.append(batch)
        return batch

    def write_finished(self) -> None:
        """Write the batches that are finished. Cheap when there are none."""
        batches = self._batches
        if self._ordered:
            while batches:
                batch = batches[0]
                if batch.packed is not None:
                    self._write_packed(batch.packed, batch)
                elif batch.look() == len(batch.outcomes):
                    self._write_up_to(batch, batch.ready)
                else:
                    return
                batches.popleft()

    def write_all_finished(self) -> None:
        """Write every row that may leave, also from batches that are not finished."""
        self.write_finished()
        batches = self._batches
        if self._ordered:
            if batches:
                self._write_up_to(batches[0], batches[0].ready)
            if self._held > MOST_ROWS // 2:
                self._pack()
            return
        for _ in range(len(batches)):
            batch = batches.popleft()
            self._write_scattered(batch)
            if batch.left:
                batches.append(batch)

    def _pack(self) -> None:
        """Make small what is finished and has to wait for a row before it."""
        for batch in self._batches:
            if batch.packed is not None or batch.written or batch.look() < len(batch.outcomes):
                continue
            data, statuses = self._rendered(batch, batch.left, batch.outcomes, None)
            if not isinstance(data, bytes):
                return
            batch.packed = zlib.compress(data, 1)
            batch.statuses = statuses
            self._held -= len(batch.outcomes)
            self._text += len(batch.packed) - batch.size
            batch.size = len(batch.packed)
            batch.rows = _NO_ROWS
            batch.outcomes = []

    def _write_packed(self, packed: bytes, batch: Batch) -> None:
        assert batch.statuses is not None
        self._output.write(zlib.decompress(packed))
        self.statuses.update(batch.statuses)
        self.written += batch.statuses.total()
        self._text -= batch.size

    def _write_up_to(self, batch: Batch, stop: int) -> None:
        start = batch.written
        if stop > start:
            batch.written = stop
            self._write(batch, range(start, stop), batch.outcomes[start:stop], None)

    def _write_scattered(self, batch: Batch) -> None:
        outcomes = batch.outcomes
        ready = [index for index in batch.left if outcomes[index].tail is not None]
        if not ready:
            return
        batch.left = [index for index in batch.left if outcomes[index].tail is None]
        numbers = batch.rows.numbers
        if numbers is not None:
            numbers = [numbers[index] for index in ready]
        else:
            numbers = [batch.first + 1 + index for index in ready]
        self._write(batch, ready, [outcomes[index] for index in ready], numbers)
        raws = batch.rows.raws
        for index in ready:
            raws[index] = ""

    def _write(self, batch: Batch, indices: Sequence[int], outcomes: list[Outcome], numbers: list[int] | None) -> None:
        data, statuses = self._rendered(batch, indices, outcomes, numbers)
        self._output.write(data)
        count = len(outcomes)
        self.statuses.update(statuses)
        self.written += count
        self._held -= count
        # What is left over by the division goes with the last rows.
        size = min(batch.size, batch.rows.size * count // len(batch.outcomes) + 1)
        batch.size -= size
        self._text -= size

    def _rendered(
        self, batch: Batch, indices: Sequence[int], outcomes: list[Outcome], numbers: list[int] | None
    ) -> tuple[Any, Counter[str]]:
        tails, statuses = _parts(outcomes)
        # As quick as Counter's own way is slow: there are few statuses, and the strings are the same objects.
        counts = Counter({status: statuses.count(status) for status in set(statuses)})
        return self._writer.render(batch.rows, indices, tails, numbers), counts


def _parts(outcomes: list[Outcome]) -> tuple[list[Any], list[str]]:
    """What the writer made of each, and the statuses."""
    return [outcome.tail for outcome in outcomes], [outcome.status for outcome in outcomes]


_NO_ROWS = Rows([], [], 0)
