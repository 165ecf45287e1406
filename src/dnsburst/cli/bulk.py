"""``dnsburst bulk``: a column of a table looked up, the table written with the answers beside it."""

from __future__ import annotations

from typing import Any

import click

from . import options
from .output import complain, note

_FORMATS = ("csv", "tsv", "jsonl", "lines", "log", "parquet")
_MOST_WORKERS = 256
_ADDED = "status,answer,ttl,rtt_ms,server,tries,error"


@click.command(short_help="Look up a column of a table; write the table with the answers beside it.")
@click.argument("source", metavar="INPUT")
@click.option(
    "-o", "--output", default="-", metavar="FILE", help="File to write, or - for stdout; .gz compresses.  [default: -]"
)
@click.option(
    "--input-format",
    type=click.Choice(_FORMATS),
    help="Format of INPUT.  [default: by extension; by content where that says nothing]",
)
@click.option(
    "--output-format",
    type=click.Choice(_FORMATS),
    help="Format to write; log replaces each address in a log by its name.  [default: that of the input; csv for"
    " lines and logs]",
)
@click.option(
    "-c",
    "--column",
    metavar="COLUMN",
    help="Column to look up: its name or 1-based number, or the key in JSON lines.  [default: by content]",
)
@click.option(
    "--header/--no-header", default=None, help="Whether the first row of a CSV is a header.  [default: by content]"
)
@options.type_option("PTR for addresses, A for names")
@options.server_option
@click.option("--servers-file", metavar="FILE", help="File with servers to ask, one a line; # starts a comment.")
@click.option("--add", default=_ADDED, metavar="LIST", help=f"Columns to add, in this order.  [default: {_ADDED}]")
@click.option("--prefix", default="dns_", show_default=True, metavar="TEXT", help="What added columns start with.")
@click.option(
    "--in-flight", type=click.IntRange(min=1), metavar="N", help="Most lookups under way at once.  [default: adapts]"
)
@click.option(
    "--rate", type=options.positive, metavar="QPS", help="Most queries a second, to all servers.  [default: no cap]"
)
@click.option(
    "--rate-per-server",
    type=options.positive,
    metavar="QPS",
    help="Most queries a second to each server.  [default: 500 for public addresses unless a limit is documented,"
    " none for private ones]",
)
@options.timing_options
@options.case_option
@click.option(
    "--max-time",
    type=options.positive,
    metavar="S",
    help="Seconds for the whole run; what is done by then is written, the exit status is 1.  [default: no limit]",
)
@click.option("--resume", is_flag=True, help="Go on with an output that an earlier run did not finish.")
@click.option("--overwrite", is_flag=True, help="Replace an output that exists.")
@click.option(
    "--ordered/--unordered",
    default=True,
    help="Keep the order of the input, or write rows as they finish, with their number.  [default: ordered]",
)
@click.option(
    "--confirm",
    is_flag=True,
    help="Ask for the addresses of each name found, and say whether the one asked is among them: yes, no, partial.",
)
@click.option("--safe-csv", is_flag=True, help="Put ' before cells of ours that a spreadsheet would run as a formula.")
@click.option("--cache", metavar="FILE", help="SQLite file that keeps answers from run to run, for their TTL.")
@click.option(
    "--workers",
    type=click.IntRange(0, _MOST_WORKERS),
    default=1,
    show_default=True,
    metavar="N",
    help="Processes that do the lookups, this one among them; 0 is one for each core. They share every cap.",
)
@click.option("--dry-run", is_flag=True, help="Ask nothing; say what would be done, and how long it would take.")
@click.option(
    "--progress/--no-progress", default=None, help="Show a progress bar on stderr.  [default: if that is a terminal]"
)
@click.option("--summary", metavar="FILE", help="Write the figures of the run to FILE as JSON.")
@click.pass_context
def bulk(
    ctx: click.Context,
    /,
    source: str,
    rdtypes: tuple[str, ...],
    servers: tuple[str, ...],
    servers_file: str | None,
    add: str,
    timeout: float | None,
    lifetime: float,
    tries: int,
    randomize_case: bool,
    in_flight: int | None,
    rate: float | None,
    rate_per_server: float | None,
    safe_csv: bool,
    dry_run: bool,
    **others: Any,
) -> None:
    """Look up a column of INPUT, a file or - for stdin, and write the same rows with the answers beside them.

    INPUT is a CSV, TSV, JSON lines, plain lines (also networks and ranges of addresses), a log, or Parquet; the text
    forms may be compressed (.gz). Rows out are rows in, each with exactly one status; a key that comes again is asked
    once. The output is the checkpoint: after any end, also a kill, --resume goes on where it stopped.

    Exit status: 0 done, 1 not completed (I/O error, no server answers, --max-time), 2 usage, 130 interrupted.
    """
    from .._wire.codes import type_from_text
    from ..bulk.errors import ChoiceError
    from ..bulk.run import Settings, run

    if servers_file is not None:
        servers += _read_servers(servers_file)
    lookups = {
        "timeout": timeout,
        "lifetime": lifetime,
        "tries": tries,
        "randomize_case": randomize_case,
        "in_flight": in_flight,
        "rate": rate,
        "rate_per_server": rate_per_server,
    }
    settings = Settings(
        input=source,
        types=tuple(dict.fromkeys(map(type_from_text, rdtypes))),
        servers=servers,
        lookups=lookups,
        add=tuple(name.strip() for name in add.split(",")),
        safe=safe_csv,
        **others,
    )
    try:
        if dry_run:
            from ..bulk.dry import describe

            for line in describe(settings):
                note(line)
            return
        report = run(settings, complain)
    except ChoiceError as error:
        raise click.UsageError(str(error), ctx) from None
    if not report.quiet:
        for line in report.summary.lines():
            note(line)
    if report.problem is not None:
        complain(report.problem)
    ctx.exit(report.status)


def _read_servers(path: str) -> tuple[str, ...]:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = [line.partition("#")[0].strip() for line in file]
    except OSError as error:
        raise click.FileError(path, error.strerror) from None
    servers = tuple(options.server(line) for line in lines if line)
    if not servers:
        raise click.BadParameter("there is no server in it.", param_hint="--servers-file")
    return servers
