"""One run: rows from the reader, lookups through the pump, rows to the output, and the ways in which it can end."""

# Rules.
# 1. Rows are read when the pump has room for lookups and the window for rows, never before.
# 2. A lookup that got no answer while no server answers at all is held back: if none comes back, its row is not
#    written, so that ``--resume`` asks again; as soon as one does, or nothing else is under way, it counts.
# 3. Damaged input ends the run when the rows before the damage are written.
# 4. Whatever ends a run, what is written is whole rows without a gap (in order, that is: a prefix), and the figures
#    are told.

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import TYPE_CHECKING

from .._engine.silence import no_server_answers
from .asks import Asker
from .errors import TableError
from .output import OutputClosed
from .summary import Summary, Timeline

if TYPE_CHECKING:
    from .._engine.lookup import Lookup
    from .._io.pump import Pump
    from .._io.reactor import Reactor
    from .formats import Reader
    from .output import Sink
    from .progress import Progress
    from .rows import Batch, Rows, Window
    from .source import Source
    from .workers import Workers

#: Seconds between two looks at everything that is not driven by answers.
TICK = 0.1
#: Seconds between two checkpoints.
CHECKPOINT = 1.0

#: Seconds to count the rows that are left, at most.
COUNTING = 0.5
#: Rows taken up in one go: answers that arrive meanwhile wait in the sockets' buffers.
MOST_AT_ONCE = 8192

_NO_ANSWER = frozenset(("TIMEOUT", "NETERROR"))


class End(enum.Enum):
    """How a run ended."""

    COMPLETE = "complete"
    INTERRUPTED = "interrupted"
    TIME_OVER = "max-time reached"
    NO_SERVER = "no server answers"
    OUTPUT_CLOSED = "output closed"
    FAILED = "failed"


class Job:
    """Looks up the rows of a reader.

    rest: rows already taken from the reader; max_time: seconds; progress: told ten times a second
    ``end`` and ``reason`` say how it went once ``run`` is back.
    """

    def __init__(
        self,
        source: Source,
        reader: Reader,
        window: Window,
        output: Sink,
        asker: Asker,
        loop: Reactor,
        rest: Rows | None = None,
        max_time: float | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.summary = Summary()
        self.end: End | None = None
        self.reason = ""
        self._source = source
        self._reader = reader
        self._window = window
        self._output = output
        self._asker = asker
        self._max_time = max_time
        self._progress = progress
        self._batch: Batch | None = window.add(rest) if rest is not None else None
        self._resumed = window.written
        self._all_read = False
        self._starved = False
        self._held: list[Lookup] = []
        self._damage = ""
        self._pump: Pump | Workers
        self._loop = loop
        self._next_checkpoint = 0.0
        self._next_moment = 0.0
        #: Called before the figures are taken: they may be elsewhere.
        self.settle: Callable[[], None] = _nothing

    def run(self, pump: Pump | Workers) -> None:
        """Do it all; ``pump`` calls ``feed`` and ``on_finished`` of this job."""
        self._pump = pump
        loop = self._loop
        start = loop.time()
        self._timeline = Timeline(start)
        self._deadline = None if self._max_time is None else start + self._max_time
        self._next_checkpoint = start + CHECKPOINT
        self._next_moment = start + 1.0
        self._source.on_ready = self._output.on_ready = loop.wake
        loop.call_at(start + TICK, self._tick)
        pump.kick()
        try:
            loop.run_until(self._done)
            self._guard(self._write_out)
        finally:
            elapsed = loop.time() - start
            self.settle()
            self._sum_up(elapsed)

    def interrupt(self) -> None:
        """End soon; may be called from a signal handler."""
        self._stop(End.INTERRUPTED, "interrupted")
        self._loop.wake()

    def left(self) -> str:
        """How many rows are not written, in words: counted, if that can be done soon, or estimated."""
        give_up = self._loop.time() + COUNTING
        rows = self._window.read
        try:
            while not self._all_read and self._source.regular and self._loop.time() < give_up:
                more = self._reader.read()
                if more is None:
                    self._all_read = True
                else:
                    rows += len(more.keys)
        except TableError:
            self._all_read = True
        left = rows - self._window.written
        if self._all_read:
            return f"{left} rows"
        total = self._total()
        if total is None or total < rows:
            return f"more than {left} rows"
        return f"about {total - self._window.written} rows"

    # -- what the pump calls ------------------------------------------------------------------------------------------

    def feed(self, room: int) -> None:
        """Submit up to about ``room`` lookups."""
        if self.end is None:
            self._guard(self._feed, room)

    def on_finished(self, lookups: list[Lookup]) -> None:
        """Take lookups that have ended."""
        if self.end is None:
            self._guard(self._take, lookups)

    def _feed(self, room: int) -> None:
        now = self._loop.time()
        self._starved = False
        enough = self._window.read + MOST_AT_ONCE
        while room > 0:
            batch = self._batch
            if batch is None and self._window.read >= enough:
                self._starved = True
                break
            if batch is None:
                batch = self._batch = self._next_batch()
                if batch is None:
                    break
            room = self._asker.feed(batch, room, now)
            if not batch.rows.keys:
                self._batch = None
        self._window.write_finished()

    def _next_batch(self) -> Batch | None:
        """The next rows to ask for; None if there are none now."""
        if self._all_read or self._window.full or self._output.full:
            self._starved = not self._all_read
            return None
        try:
            rows = self._reader.read()
        except TableError as error:
            self._damage = str(error)
            rows = None
        if rows is None:
            self._all_read = True
            return None
        if not rows.keys:
            self._starved = True
            return None
        return self._window.add(rows)

    def _take(self, lookups: list[Lookup]) -> None:
        if self._silent():
            self._held += [lookup for lookup in lookups if lookup.status in _NO_ANSWER]
            lookups = [lookup for lookup in lookups if lookup.status not in _NO_ANSWER]
            if not lookups:
                return
        self._asker.finish(lookups, self._loop.time())
        self._window.write_finished()

    def _silent(self) -> bool:
        """Whether every server is put aside."""
        return all(server.down for server in self._pump.exchange.nameservers)

    # -- what goes by the clock ---------------------------------------------------------------------------------------

    def _done(self) -> bool:
        """Looked at in every turn of the loop."""
        if self.end is not None:
            return True
        if self._all_read and self._window.empty:
            self._stop(End.FAILED if self._damage else End.COMPLETE, self._damage)
            return True
        if self._starved and not self._window.full and not self._output.full and not self._source.waiting:
            self._starved = False
            self._pump.kick()
        return False

    def _tick(self) -> None:
        if self.end is not None:
            return
        now = self._loop.time()
        self._guard(self._look_around, now)
        self._loop.call_at(now + TICK, self._tick)

    def _look_around(self, now: float) -> None:
        exchange = self._pump.exchange
        reason = no_server_answers(exchange.nameservers, now)
        if reason is not None:
            self._stop(End.NO_SERVER, reason)
        else:
            self._release()
        if self._deadline is not None and now >= self._deadline:
            self._stop(End.TIME_OVER, "")
        self._window.write_all_finished()
        if now >= self._next_checkpoint:
            self._next_checkpoint = now + CHECKPOINT
            self._output.checkpoint()
        if now >= self._next_moment:
            self._next_moment += 1.0
            self._timeline.add(exchange.nameservers, exchange.in_flight, now)
        if self._progress is not None:
            self._progress.update(
                self._window.written, self._total(), exchange.in_flight, self._window.statuses, exchange.nameservers
            )

    def _release(self) -> None:
        """Let what was held back count, if an answer came since or nothing more can come."""
        nothing_else = self._all_read and not self._pump.exchange.open_lookups
        if self._held and (nothing_else or not self._silent()):
            held, self._held = self._held, []
            self._asker.finish(held, self._loop.time())

    def _total(self) -> int | None:
        """Rows in all: known at the end of the input, before that by how much of it was read."""
        if self._all_read:
            return self._window.read
        if self._reader.total is not None:
            return self._reader.total
        source = self._source
        if source.size is None or not 0 < source.consumed < source.size:
            return None
        return max(self._window.read, int(self._window.read * source.size / source.consumed))

    # -- the end ------------------------------------------------------------------------------------------------------

    def _stop(self, end: End, reason: str) -> None:
        if self.end is None:
            self.end = end
            self.reason = reason

    def _guard(self, work: Callable[..., None], *args: object) -> None:
        """Run what may find the input damaged, the disk full or the reader gone: that ends the run."""
        try:
            work(*args)
        except OutputClosed:
            self._fail(End.OUTPUT_CLOSED, "")
        except TableError as error:
            self._fail(End.FAILED, str(error))

    def _fail(self, end: End, reason: str) -> None:
        # A failure weighs more than an interrupt that came with it.
        self.end = end
        self.reason = reason

    def _write_out(self) -> None:
        if self.end is not End.OUTPUT_CLOSED:
            self._window.write_all_finished()

    def _sum_up(self, elapsed: float) -> None:
        summary = self.summary
        exchange = self._pump.exchange
        self._timeline.add(exchange.nameservers, exchange.in_flight, self._loop.time())
        summary.rows_in = self._window.read
        summary.rows_out = self._window.written
        summary.rows_resumed = self._resumed
        summary.unique_lookups = self._asker.asked
        summary.repeats = self._asker.known.hits
        summary.elapsed = elapsed
        summary.statuses = self._window.statuses
        summary.servers = exchange.nameservers
        summary.timeline = self._timeline.rows()
        summary.ended = self.end.value if self.end is not None else End.FAILED.value

    @property
    def unanswered(self) -> bool:
        """Whether servers were asked and none ever answered."""
        summary = self.summary
        return summary.unique_lookups > summary.cached and not any(server.answered for server in summary.servers)


def _nothing() -> None:
    pass
