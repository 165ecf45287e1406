"""What a run would do, without asking anything."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from math import inf, isinf
from typing import TYPE_CHECKING

from .._engine.address import polite_rate
from .._text import printable
from .._wire.codes import type_to_text
from ..configuration import configure
from ..errors import InvalidName
from . import keys
from .source import Source

if TYPE_CHECKING:
    from .._engine.options import Options
    from .formats import Reader
    from .run import Settings

#: Bad cells that are listed.
LISTED = 10
#: Distinct keys that are counted exactly.
MOST_DISTINCT = 2_000_000
#: Seconds to count rows, at most.
PATIENCE = 30.0


class _Count:
    """The rows of an input, looked at one by one."""

    def __init__(self, reader: Reader, question: Callable[[str], keys.Question]) -> None:
        self.rows = 0
        self.bad: list[str] = []
        self.bad_count = 0
        self.exact = True
        self._distinct: set[int] = set()
        self._question = question
        self._line = 1
        self._read(reader)

    @property
    def distinct(self) -> int:
        return len(self._distinct)

    def _read(self, reader: Reader) -> None:
        self._line = 1 + _breaks(getattr(reader, "header", ""))
        self._line += 1 if getattr(reader, "has_header", False) else 0
        give_up = time.monotonic() + PATIENCE
        while (rows := reader.read()) is not None:
            if not rows.keys:
                time.sleep(0.01)
            for raw, text in zip(rows.raws, rows.keys, strict=True):
                self._look(raw, text)
            if time.monotonic() > give_up:
                self.exact = False
                return

    def _look(self, raw: object, text: str) -> None:
        self.rows += 1
        try:
            question = self._question(text)
        except InvalidName as error:
            self.bad_count += 1
            if len(self.bad) < LISTED:
                self.bad.append(f"row {self.rows}, line {self._line}: {_shown(text)}: {error}")
        else:
            if len(self._distinct) < MOST_DISTINCT:
                self._distinct.add(hash(question))
        self._line += 1 + (_breaks(raw) if isinstance(raw, str) else 0)


def describe(settings: Settings) -> Iterator[str]:
    """Lines of printable ASCII. Raises as ``run`` does for what would stop a run."""
    from .run import Table, check_settings

    check_settings(settings)
    options = configure(settings.servers or None, **settings.lookups)
    source = Source(settings.input)
    try:
        table = Table(settings, source)
        facts = {"input": f"{source.name}, {table.input_format}", **table.reader.describe()}
        facts["output"] = f"{printable(settings.output)}, {table.output_format}"
        question = keys.of_type(settings.types[0]) if len(settings.types) == 1 else keys.by_content
        count = _Count(table.reader, question)
    finally:
        source.close()
    at_least = "" if count.exact else "more than "
    facts["rows"] = f"{at_least}{count.rows:,}"
    facts["distinct keys"] = f"{'more than ' if count.distinct >= MOST_DISTINCT else at_least}{count.distinct:,}"
    if settings.workers != 1:
        from .workers import how_many

        facts["workers"] = str(how_many(settings.workers, options))
    facts["types"] = " ".join(map(type_to_text, settings.types)) or "PTR for addresses, A for names"
    facts["bad cells"] = f"{count.bad_count:,}"
    for name, value in facts.items():
        yield f"{name}: {printable(value)}"
    for bad in count.bad:
        yield f"  {printable(bad)}"
    if count.bad_count > len(count.bad):
        yield f"  and {count.bad_count - len(count.bad):,} more"
    yield from _servers(options, count.distinct * max(1, len(settings.types)))


def _servers(options: Options, lookups: int) -> Iterator[str]:
    total = 0.0
    for server in options.servers:
        rate = options.rate_per_server or polite_rate(server.host)
        total += rate
        yield f"server: {server}, " + ("no cap" if isinf(rate) else f"at most {rate:,.0f} queries/s")
    total = min(total, options.rate or inf)
    if isinf(total):
        yield f"time: as fast as the servers answer, {lookups:,} lookups"
    else:
        yield f"time: {lookups / total:,.1f} s or more, {lookups:,} lookups at {total:,.0f} queries/s"


def _breaks(raw: str) -> int:
    """Line breaks in the text of a record."""
    return raw.count("\n") + raw.count("\r") - raw.count("\r\n")


def _shown(text: str) -> str:
    return repr(text if len(text) < 40 else text[:37] + "...")
