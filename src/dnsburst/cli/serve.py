"""``dnsburst serve``: the built-in server in the foreground."""

from __future__ import annotations

import gc
import signal
import sys
from types import FrameType
from typing import TYPE_CHECKING

import click

from .output import note, out

if TYPE_CHECKING:
    from ..server import Server

_DEFAULT_PORT = 5300


def _listen(text: str) -> tuple[str, int]:
    """``ADDR:PORT``, ``[V6]:PORT``, or an address alone."""
    host, colon, port = text.strip().rpartition(":")
    if text.count(":") > 1 and not host.endswith("]"):
        host, colon, port = text.strip(), "", ""
    if not colon:
        host, port = text.strip(), str(_DEFAULT_PORT)
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 0xFFFF:
        raise click.BadParameter(f"{text!r} is not ADDR:PORT or [V6]:PORT with a port of 0 to 65535.")
    return host, int(port)


@click.command(
    short_help="Run the built-in DNS server.",
    epilog="The first line on stdout is `listening on ADDR:PORT`, one for each --listen. Ctrl-C or SIGTERM ends the "
    "server; it then says on stderr what it did.",
)
@click.argument("zonefiles", metavar="[ZONEFILE]...", nargs=-1, type=click.Path())
@click.option(
    "--csv",
    "csv_files",
    type=click.Path(),
    multiple=True,
    metavar="FILE",
    help="Rows of `address,name`: serves the PTR record of each address and the A or AAAA record of each name. "
    "May be repeated.",
)
@click.option(
    "--listen",
    type=_listen,
    multiple=True,
    default=[f"127.0.0.1:{_DEFAULT_PORT}"],
    show_default=True,
    metavar="ADDR:PORT",
    help="Where to answer, over UDP and TCP; IPv6 as [::1]:5300. Port 0 picks a free one. May be repeated.",
)
@click.option(
    "--delay",
    type=click.FloatRange(min=0),
    default=0,
    show_default=True,
    metavar="MS",
    help="Milliseconds that every reply is held back.",
)
@click.option(
    "--jitter",
    type=click.FloatRange(min=0),
    default=0,
    show_default=True,
    metavar="MS",
    help="Milliseconds that a reply is held back on top of --delay, at most; evenly spread from 0. "
    "A server 20 to 40 ms away is `--delay 20 --jitter 20`.",
)
@click.option(
    "--loss",
    type=click.FloatRange(min=0, max=1),
    default=0,
    show_default=True,
    metavar="P",
    help="Share of the datagrams lost, 0 to 1, each way: of the queries, and again of the replies. TCP loses none.",
)
@click.option(
    "--limit",
    type=click.FloatRange(min=0, min_open=True),
    default=None,
    metavar="QPS",
    help="Queries per second that are answered, over all clients; after a pause 20 ms' worth may come at once.  "
    "[default: no limit]",
)
@click.option(
    "--limit-mode",
    type=click.Choice(["drop", "refuse", "servfail", "truncate"]),
    default="drop",
    show_default=True,
    help="What queries over the --limit get: no reply, REFUSED, SERVFAIL, or an empty reply with TC set, which sends "
    "the client to TCP. Queries over TCP count too, but with truncate they are all answered.",
)
@click.option(
    "--truncate",
    type=click.FloatRange(min=0, max=1),
    default=0,
    show_default=True,
    metavar="P",
    help="Share of the replies over UDP, 0 to 1, that are empty with TC set.",
)
@click.option(
    "--seed",
    type=int,
    default=None,
    metavar="N",
    help="Whole number that makes the random faults the same in every run.  [default: differs from run to run]",
)
def serve(
    zonefiles: tuple[str, ...],
    csv_files: tuple[str, ...],
    listen: tuple[tuple[str, int], ...],
    delay: float,
    jitter: float,
    loss: float,
    limit: float | None,
    limit_mode: str,
    truncate: float,
    seed: int | None,
) -> None:
    """Answer for the zones in ZONEFILEs, with faults on purpose if asked for.

    A zone file holds one zone or several, each beginning with its SOA record. The server is authoritative for those
    and refuses what lies outside them.
    """
    import random

    from ..server import Faults, Server, Zones

    if not zonefiles and not csv_files:
        raise click.UsageError("Nothing to serve: give a ZONEFILE or --csv FILE.")
    faults = Faults(
        delay=delay / 1000,
        jitter=jitter / 1000,
        loss=loss,
        limit=limit,
        limit_mode=limit_mode,
        truncate=truncate,
        random=random.Random(seed),
    )
    # Nothing is to be collected while a zone of a million records is read, and the zones stay for good.
    gc.disable()
    try:
        zones = Zones()
        for path in zonefiles:
            zones.add_file(path)
        for path in csv_files:
            zones.add_csv(path)
        server = Server(zones, listen, faults)
        gc.freeze()
    finally:
        gc.enable()
    try:
        _run(server)
    finally:
        server.close()


def _run(server: Server) -> None:
    """Serve until SIGINT or SIGTERM, then say what was done."""

    def stop(signum: int, frame: FrameType | None) -> None:
        server.stop()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        for host, port in server.addresses:
            out(f"listening on [{host}]:{port}" if ":" in host else f"listening on {host}:{port}")
        if sys.stdout is not None:
            sys.stdout.flush()
        server.run()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    note(_summary(server))


def _summary(server: Server) -> str:
    stats = server.stats
    parts = [f"{stats.queries:,} queries ({stats.tcp_queries:,} over TCP)", f"{stats.replies:,} replies"]
    for count, what in (
        (stats.lost_queries, "queries lost"),
        (stats.lost_replies, "replies lost"),
        (stats.limited, "over the limit"),
        (stats.truncated, "truncated"),
        (stats.ignored, "ignored"),
        (stats.unsent, "not sent"),
    ):
        if count:
            parts.append(f"{count:,} {what}")
    return "served " + ", ".join(parts)
