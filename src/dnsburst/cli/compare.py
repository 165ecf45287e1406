"""``dnsburst compare``: the same names by the standard library, aiodns and dnsburst."""

from __future__ import annotations

import click

from . import options
from .output import note, out

_LISTED = 50


@click.command(short_help="Measure dnsburst against the standard library and aiodns on your own names.")
@click.argument("source", metavar="INPUT")
@click.option(
    "-n",
    "--names",
    "count",
    type=click.IntRange(min=1),
    default=1000,
    show_default=True,
    metavar="N",
    help="How many distinct names of the input, from its start.",
)
@click.option("-c", "--column", metavar="COLUMN", help="Column to look up, by name or number.  [default: by content]")
@options.server_option
@click.option(
    "--budget",
    type=options.positive,
    default=20.0,
    metavar="S",
    help="Seconds for each method; one that needs more does the first part of the names.  [default: 20]",
)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one JSON object; times in seconds.")
def compare(
    source: str, count: int, column: str | None, servers: tuple[str, ...], budget: float, as_json: bool
) -> None:
    """Look up the first N distinct names of INPUT in four ways and print their speeds side by side.

    INPUT is any table that `dnsburst bulk` reads. The ways: socket.gethostbyaddr and gethostbyname one by one,
    the same in 32 threads, aiodns with its best concurrency, and dnsburst. Answers that differ are listed.
    """
    from .. import compare as measuring
    from .._text import json_line, printable
    from ..bulk.errors import ChoiceError

    try:
        names = measuring.read_names(source, column, count)
    except ChoiceError as error:
        raise click.UsageError(str(error)) from None
    if not names:
        raise click.ClickException(f"{source}: there is nothing to look up")
    comparison = measuring.compare(names, servers, budget, note)
    if as_json:
        out(json_line(comparison.to_dict()))
        return
    for line in comparison.table():
        out(line)
    differences = [each for row in comparison.rows for each in comparison.differences(row)]
    if differences:
        out()
    for each in differences[:_LISTED]:
        out(f"{printable(each.name)}: {each.method}: {each.theirs}; dnsburst: {each.ours}")
    if len(differences) > _LISTED:
        out(f"... and {len(differences) - _LISTED:,} more differ (--json lists all)")
    for remark in comparison.notes:
        note(printable(remark))
