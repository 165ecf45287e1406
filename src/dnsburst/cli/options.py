"""The options several commands share, and the checks behind them.

What a user typed wrong is a ``click.BadParameter``: one line, exit status 2.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar

import click

from ..errors import DNSError

_Command = TypeVar("_Command", bound=Callable[..., Any])


def server(text: str) -> str:
    """``ADDR``, ``ADDR:PORT`` or ``[V6]:PORT`` as ``ADDR:PORT`` or ``[V6]:PORT``."""
    from .._engine.address import ServerAddress

    try:
        return str(ServerAddress.from_text(text.strip()))
    except DNSError as error:
        raise click.BadParameter(str(error)) from None


def rdtype(text: str) -> str:
    """A record type by name in any letter case, or as ``TYPE65280``, as its mnemonic."""
    from .._wire.codes import type_from_text, type_to_text

    try:
        return type_to_text(type_from_text(text.strip()))
    except DNSError as error:
        raise click.BadParameter(str(error)) from None


def positive(text: str) -> float:
    """A finite number over 0, such as a time: 0 never means for ever."""
    number = _finite(text)
    if number <= 0:
        raise click.BadParameter(f"{text} is not over 0.")
    return number


def not_negative(text: str) -> float:
    """A finite number, 0 or more."""
    number = _finite(text)
    if number < 0:
        raise click.BadParameter(f"{text} is less than 0.")
    return number


def server_option(command: _Command) -> _Command:
    """``-s/--server``, repeatable: ``servers``, a tuple of str, empty for the system's."""
    return click.option(
        "-s",
        "--server",
        "servers",
        type=server,
        multiple=True,
        metavar="SERVER",
        help="DNS server to ask: ADDR, ADDR:PORT or [V6]:PORT. May be repeated.  [default: the system's]",
    )(command)


def type_option(default: str) -> Callable[[_Command], _Command]:
    """``-t/--type``, repeatable: ``rdtypes``, a tuple of mnemonics; ``default`` is for the help only."""
    return click.option(
        "-t",
        "--type",
        "rdtypes",
        type=rdtype,
        multiple=True,
        metavar="TYPE",
        help=f"Record type, such as MX or TYPE65280. May be repeated.  [default: {default}]",
    )


def timing_options(command: _Command) -> _Command:
    """``--timeout``, ``--lifetime`` (seconds, float) and ``--tries`` (int), as the Resolver takes them."""
    for option in (
        click.option(
            "--tries",
            type=click.IntRange(min=1),
            default=8,
            show_default=True,
            metavar="N",
            help="Most queries sent for one lookup, over all servers.",
        ),
        click.option(
            "--lifetime",
            type=positive,
            default=10.0,
            show_default=True,
            metavar="S",
            help="Seconds until a lookup is given up, whatever its tries.",
        ),
        click.option(
            "--timeout",
            type=positive,
            default=None,
            metavar="S",
            help="Seconds to wait for the answer to one try.  [default: adapts to each server]",
        ),
    ):
        command = option(command)
    return command


def case_option(command: _Command) -> _Command:
    """``--randomize-case``: ``randomize_case``, as the Resolver takes it."""
    return click.option(
        "--randomize-case",
        is_flag=True,
        help="Random letter case in questions, so that a reply is harder to forge; reverse lookups are exempt.",
    )(command)


def _finite(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise click.BadParameter(f"{text!r} is not a number.")
    return number
