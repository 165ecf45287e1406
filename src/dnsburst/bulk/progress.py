"""The bar on stderr while a run goes on."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from .._engine.nameserver import quantile

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence

    from .summary import Server

#: Seconds between two updates, at least.
INTERVAL = 0.1
#: Servers whose figures are shown; of more, they are in the summary only.
MOST_SERVERS = 4


class Progress:
    """A tqdm bar: rows done of all, rate, in flight, answered/absent/failed, the servers, time left.

    ``total`` is known once the input has been read; before that it is estimated from the share of the file that was.
    """

    def __init__(self, done: int) -> None:
        from tqdm import tqdm

        # Never more than ten updates a second, and never one without being told: the run has its own clock.
        self._bar = tqdm(
            initial=done,
            unit=" rows",
            unit_scale=True,
            file=sys.stderr,
            dynamic_ncols=True,
            mininterval=INTERVAL,
            miniters=1,
            ascii=True,
            leave=False,
        )

    def update(
        self,
        done: int,
        total: int | None,
        in_flight: int,
        statuses: Counter[str],
        servers: Sequence[Server],
    ) -> None:
        """Show these figures."""
        bar = self._bar
        bar.total = total
        good = absent = failed = 0
        for status, count in statuses.items():
            if "NOERROR" in status:
                good += count
            elif "NXDOMAIN" in status or "NODATA" in status:
                absent += count
            else:
                failed += count
        text = f"in flight {in_flight} | ok {good} nx {absent} failed {failed}"
        if len(servers) <= MOST_SERVERS:
            text += "".join(f" | {_figures(server)}" for server in servers)
        bar.set_postfix_str(text, refresh=False)
        bar.update(done - bar.n)

    def close(self) -> None:
        """Take the bar off the screen."""
        self._bar.close()


def _figures(server: Server) -> str:
    rtt = quantile(server.rtt_bins, 0.5)
    time = "-" if rtt is None else f"{rtt * 1000:.3g} ms"
    return f"{server.text} {server.rate:,.0f}/s loss {server.loss:.1%} {time}"


def wanted(choice: bool | None) -> bool:
    """Whether to show the bar: what was asked for, else if somebody can see it."""
    if choice is not None:
        return choice
    return sys.stderr is not None and sys.stderr.isatty()
