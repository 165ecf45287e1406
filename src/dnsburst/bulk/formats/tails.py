"""What is put behind a row of a CSV, for the answers that need no quotes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..columns import answer_text

_COMPILED = not __file__.endswith(".py")
if _COMPILED:
    from .scan import tail

if TYPE_CHECKING:
    from ..._engine.lookup import Lookup


class QuickTails:
    """Writes all columns of the contract for lookups with one answer or none, where no cell needs quotes.

    mark, quote, end: what sets apart cells, wraps one, and ends a row
    careful: gets every other lookup, and gives its tail
    """

    __slots__ = ("_careful", "_end", "_mark", "_quote")

    def __init__(self, mark: str, quote: str, end: str, careful: Callable[[Lookup], str]) -> None:
        self._mark = mark
        self._quote = quote
        self._end = end
        self._careful = careful

    def tails(self, lookups: list[Lookup]) -> list[str]:
        """The cells of each lookup, from the mark before the first to the end of the row."""
        mark = self._mark
        quote = self._quote
        end = self._end
        tails = []
        # What most often is as in the lookup before.
        status = server = ""
        tries = ttl = -1
        start = middle = rest = last = ""
        known = -1.0
        nothing = mark + mark
        special = f"{mark}{quote};"
        for lookup in lookups:
            records = lookup.records
            rtt = lookup.rtt
            if lookup.error is None and rtt >= 0 and len(records) < 2:
                if lookup.status != status:
                    status = lookup.status
                    start = f"{mark}{status}{mark}"
                if lookup.tries != tries or lookup.server != server:
                    server = lookup.server
                    tries = lookup.tries
                    rest = f"{mark}{server}{mark}{tries}{mark}{end}"
                    known = -1.0
                if not records:
                    answer = ""
                    middle = nothing
                    ttl = -1
                else:
                    record = records[0]
                    answer = record.text or answer_text(record)
                    if lookup.ttl != ttl:
                        ttl = lookup.ttl
                        middle = f"{mark}{ttl}{mark}"
                # Printable ASCII without these needs no quotes; everything else is csv.writer's.
                if _COMPILED:
                    micro = int(rtt * 1e6 + 0.5)
                    text = tail(start, answer, middle, micro, rest, special)
                    if text is not None:
                        tails.append(text)
                        continue
                elif mark not in answer and quote not in answer and ";" not in answer:
                    if rtt != known:
                        known = rtt
                        micro = int(rtt * 1e6 + 0.5)
                        last = f"{micro // 1000}.{micro % 1000:03d}{rest}"
                    tails.append(f"{start}{answer}{middle}{last}")
                    continue
            tails.append(self._careful(lookup))
        return tails
