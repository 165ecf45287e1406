"""``dnsburst demo``: the main job without a network."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import click

from . import options
from .output import out


@click.command(short_help="See all of it at work on this machine, without a network.")
@click.option(
    "--rows",
    type=click.IntRange(1000, 131_072),
    default=50_000,
    show_default=True,
    metavar="N",
    help="Addresses in the list on which the methods are compared.",
)
@click.option(
    "--delay",
    type=options.not_negative,
    default=20.0,
    metavar="MS",
    help="How late the server answers, milliseconds.  [default: 20]",
)
@click.option(
    "--jitter",
    type=options.not_negative,
    default=20.0,
    metavar="MS",
    help="Up to how much later still, by chance, milliseconds.  [default: 20]",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    metavar="FILE",
    help="Where the table with the names goes.  [default: out/visitors.csv, written anew]",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=None,
    metavar="DIR",
    help="Directory with visitors.csv and its zones.  [default: the one that comes with dnsburst]",
)
@click.option(
    "--private-network/--no-private-network",
    default=True,
    help="Measure socket too, in Linux namespaces of its own, where the system allows it.  [default: yes]",
)
def demo(rows: int, delay: float, jitter: float, output: Path | None, data: Path | None, private_network: bool) -> None:
    """Show the main job on this machine, without a network.

    Starts the built-in server with a realistic delay, looks up a shop's table of visitors in bulk, then measures
    dnsburst beside socket.gethostbyaddr (one by one, in threads) and aiodns. Takes less than a minute.
    """
    from ..demo import DemoError, Settings, run

    def say(line: str) -> None:
        out(line)
        if sys.stdout is not None:
            sys.stdout.flush()

    # As an exception it ends the server too.
    before = signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        run(Settings(rows, delay, jitter, output, data, private_network), say)
    except DemoError as error:
        raise click.ClickException(str(error)) from None
    finally:
        signal.signal(signal.SIGTERM, before)
