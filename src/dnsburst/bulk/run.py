"""From settings to a finished run: opens everything, runs the job, says how it went."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from .._engine.silence import silence
from .._io.pump import Pump
from .._io.reactor import Reactor
from .._text import printable
from .._wire.codes import TYPE_PTR
from ..configuration import configure
from . import formats, progress
from .asks import asker
from .columns import ADDED, Columns
from .errors import ChoiceError, TableError
from .formats import Choice, Reader, Writer
from .formats.open import open_reader, open_writer
from .job import End, Job
from .output import Output
from .resume import Resumed, check, check_numbered
from .rows import Window
from .source import Source
from .summary import Summary

if TYPE_CHECKING:
    from .._engine.lookup import Lookup
    from .._engine.options import Options
    from .cache import Cache
    from .parquet_output import ParquetOutput
    from .workers import Process, Workers

#: Sockets to one server, about: those of a busy UDP server and its TCP connections.
_SOCKETS_PER_SERVER = 72


class Settings(NamedTuple):
    """What the options of ``dnsburst bulk`` say; ``types`` are numbers, ``lookups`` are keywords of Options."""

    input: str
    output: str = "-"
    input_format: str | None = None
    output_format: str | None = None
    column: str | None = None
    header: bool | None = None
    types: tuple[int, ...] = ()
    servers: tuple[str, ...] = ()
    lookups: Mapping[str, Any] = MappingProxyType({})
    add: tuple[str, ...] = ADDED
    prefix: str = "dns_"
    max_time: float | None = None
    resume: bool = False
    overwrite: bool = False
    ordered: bool = True
    confirm: bool = False
    safe: bool = False
    progress: bool | None = None
    summary: str | None = None
    cache: str | None = None
    workers: int = 1


class Report(NamedTuple):
    """How a run went: the exit status of the contract, what is wrong (None: nothing to tell), the figures."""

    status: int
    problem: str | None
    summary: Summary
    quiet: bool = False


def run(settings: Settings, warn: Callable[[str], None]) -> Report:
    """Do one run. ``warn`` gets lines that do not end it.

    Raises ChoiceError for options that do not fit, TableError for what cannot be read or written, ConfigurationError.
    """
    check_settings(settings)
    options = configure(settings.servers or None, **settings.lookups)
    refuse_existing(settings)
    if settings.workers == 1:
        return _run(settings, options, [], warn)
    from .workers import how_many, started

    # They have to be there before anything is open or has a thread.
    with started(options, how_many(settings.workers, options), _sockets(options)) as processes:
        return _run(settings, options, processes, warn)


def _run(settings: Settings, options: Options, processes: list[Process], warn: Callable[[str], None]) -> Report:
    source = Source(settings.input)
    try:
        table = Table(settings, source)
        output = _open_output(settings, table)
        try:
            return _Run(settings, options, source, table, output, processes, warn).run()
        finally:
            output.abandon()
    finally:
        source.close()


class Table:
    """An input made ready to be read, and what its rows will be written as. Raises ChoiceError, TableError."""

    def __init__(self, settings: Settings, source: Source) -> None:
        forward = bool(settings.types) and TYPE_PTR not in settings.types
        choice = Choice(settings.column, settings.header, forward)
        self.input_format = settings.input_format or formats.by_name(settings.input)
        if self.input_format is None:
            self.input_format = formats.by_content(source.sample().decode("latin-1"))
        self.output_format = formats.output_format(self.input_format, settings.output, settings.output_format)
        if not settings.ordered and self.output_format in ("log", "parquet"):
            raise ChoiceError(f"{self.output_format} is always written in order: leave --unordered out")
        several = settings.types if len(settings.types) > 1 else ()
        columns = Columns(
            settings.add, settings.prefix, several, settings.confirm, settings.safe, numbered=not settings.ordered
        )
        self.reader: Reader = open_reader(self.input_format, source, choice)
        self.writer: Writer = open_writer(self.output_format, self.reader, columns)


class _Run:
    def __init__(
        self,
        settings: Settings,
        options: Options,
        source: Source,
        table: Table,
        output: Output | ParquetOutput,
        processes: list[Process],
        warn: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._options = options
        self._source = source
        self._table = table
        self._output = output
        self._processes = processes
        self._warn = warn

    def run(self) -> Report:
        settings = self._settings
        source, output = self._source, self._output
        if source.regular and output.regular and source.identity == output.identity:
            raise ChoiceError(f"{output.name}: the output is the input: it would be gone before it was read")
        reader, writer = self._table.reader, self._table.writer
        output.preface = writer.header()
        resumed = Resumed()
        if not isinstance(output, Output):
            if settings.resume:
                resumed = output.resume(reader)
        elif settings.resume and output.size:
            if settings.ordered:
                resumed = check(reader, writer, output)
            else:
                resumed.rows, resumed.offset, reader = check_numbered(reader, writer, output)
            output.start_at(resumed.offset)
        self._find_room()
        loop = Reactor()
        window = Window(writer, output, settings.ordered, resumed.rows)
        bar = progress.Progress(resumed.rows) if progress.wanted(settings.progress) else None
        pump: Pump | Workers | None = None
        cache: Cache | None = None
        try:
            ask = asker(settings.types, settings.confirm, writer)
            job = Job(source, reader, window, output, ask, loop, resumed.rest, settings.max_time, bar)
            if settings.cache is None:
                pump = self._pump(loop, job, job.on_finished)
                ask.start = pump.start
            else:
                from . import cache as caching

                cache = caching.Cache(settings.cache, self._warn)
                cached = caching.CachedPump(cache, loop, job.on_finished)
                pump = cached.pump = self._pump(loop, job, cached.on_finished)
                ask.start = cached.start
            with _signals(job.interrupt) as received:
                job.run(pump)
                end = self._close(job)
            unheard = silence(pump.exchange.nameservers)
            if cache is not None:
                job.summary.cached = cache.hits
        finally:
            if bar is not None:
                bar.close()
            if pump is not None:
                pump.close()
            if cache is not None:
                cache.close()
            loop.close()
        return self._report(job, end, unheard, received)

    def _pump(self, loop: Reactor, job: Job, on_finished: Callable[[list[Lookup]], None]) -> Pump | Workers:
        """What has the lookups done: in this process, or in those that were started."""
        if not self._processes:
            return Pump(self._options, loop, on_finished, job.feed)
        from .workers import Workers

        workers = Workers(self._options, self._processes, loop, on_finished, job.feed, self._warn)
        job.settle = workers.settle
        return workers

    def _find_room(self) -> None:
        """See that enough sockets can be opened."""
        from .._io.limits import raise_limit, shortage

        needed = _sockets(self._options)
        raise_limit(needed)
        warning = shortage(needed)
        if warning is not None:
            self._warn(warning)

    def _close(self, job: Job) -> End:
        """Close the output; what fails there is how the run ended."""
        from .output import OutputClosed

        end = job.end or End.FAILED
        try:
            self._output.close(complete=end is End.COMPLETE)
        except OutputClosed:
            return End.OUTPUT_CLOSED
        except TableError as error:
            job.reason = str(error)
            return End.FAILED
        return end

    def _report(self, job: Job, end: End, unheard: str, received: Sequence[int]) -> Report:
        summary = job.summary
        summary.ended = end.value
        self._save(summary)
        if end is End.INTERRUPTED:
            return Report(128 + received[0], None, summary)
        if end is End.OUTPUT_CLOSED:
            return Report(1, None, summary, quiet=True)
        if end is End.TIME_OVER:
            return Report(1, self._time_over(job), summary)
        if end is End.FAILED:
            return Report(1, job.reason, summary)
        if end is End.NO_SERVER:
            return Report(1, f"no server answers: {job.reason}", summary)
        if job.unanswered:
            return Report(1, f"no server answers: {unheard}", summary)
        return Report(0, None, summary)

    def _time_over(self, job: Job) -> str:
        resumes = "" if self._settings.output == "-" else "; --resume goes on with them"
        return f"--max-time {self._settings.max_time:g} s is over: {job.left()} are left{resumes}"

    def _save(self, summary: Summary) -> None:
        path = self._settings.summary
        if path is None:
            return
        import json

        text = json.dumps(summary.as_dict(), indent=2) + "\n"
        try:
            with open(path, "w", encoding="ascii") as file:
                file.write(text)
        except OSError as error:
            self._warn(f"{printable(path)}: {error.strerror}")


def _sockets(options: Options) -> int:
    """How many may be needed."""
    return _SOCKETS_PER_SERVER * len(options.servers)


def check_settings(settings: Settings) -> None:
    """Raise ChoiceError for options that exclude each other."""
    if settings.resume and settings.overwrite:
        raise ChoiceError("--resume and --overwrite exclude each other")
    if settings.resume and settings.output == "-":
        raise ChoiceError("--resume needs an output file: give one with -o")
    if settings.confirm and settings.types and TYPE_PTR not in settings.types:
        raise ChoiceError("--confirm is for reverse lookups: it needs type PTR")


def refuse_existing(settings: Settings) -> None:
    """Raise ChoiceError for an output that is there and must not be; soon, before a slow input is looked at."""
    if settings.output != "-" and not (settings.resume or settings.overwrite) and os.path.isfile(settings.output):
        raise ChoiceError(f"{printable(settings.output)} exists: --resume goes on, --overwrite starts afresh")


def _open_output(settings: Settings, table: Table) -> Output | ParquetOutput:
    if table.output_format != "parquet":
        return Output(settings.output, settings.resume, settings.overwrite)
    from .formats.parquet import ParquetWriter
    from .parquet_output import ParquetOutput

    assert isinstance(table.writer, ParquetWriter)
    return ParquetOutput(settings.output, settings.resume, settings.overwrite, table.writer)


@contextmanager
def _signals(interrupt: Callable[[], None]) -> Iterator[list[int]]:
    """Ctrl-C and SIGTERM end the run; a second one ends the program at once. Yields the signals received."""
    received: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield received
        return

    def handle(number: int, _: object) -> None:
        if received:
            os._exit(128 + number)
        received.append(number)
        interrupt()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
