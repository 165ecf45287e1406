"""``dnsburst lookup``: a few names or addresses, for people to read."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

import click

from .. import blocking
from .._text import columns, json_line, printable
from .._wire.address import is_address
from .._wire.name import from_text, reverse_name, to_text
from ..errors import DNSError
from ..result import Result
from . import options
from .output import complain, note, out

_ABSENT = ("NODATA", "NXDOMAIN")


@click.command(short_help="Look up names and addresses.")
@click.argument("names", nargs=-1, required=True, metavar="NAME|ADDRESS|@SERVER...")
@options.type_option("PTR for addresses, A for names")
@options.server_option
@options.timing_options
@click.option("--tcp", is_flag=True, help="Ask over TCP from the start.")
@options.case_option
@click.option("--short", is_flag=True, help="Print the data only, one record a line.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line for each lookup; times in seconds.")
@click.option("--trace", is_flag=True, help="Show each datagram sent and received on stderr, decoded and in hex.")
@click.pass_context
def lookup(
    ctx: click.Context,
    names: tuple[str, ...],
    rdtypes: tuple[str, ...],
    servers: tuple[str, ...],
    timeout: float | None,
    lifetime: float,
    tries: int,
    tcp: bool,
    randomize_case: bool,
    short: bool,
    as_json: bool,
    trace: bool,
) -> None:
    """Look up names and addresses, all at once; the answers come in the order asked.

    An address is looked up in reverse without being told. @SERVER among the names works as in dig.

    Exit status: 0 all answered, 3 a name does not exist or has no such record, 4 no answer to be had.
    """
    if short and as_json:
        raise click.UsageError("--short and --json exclude each other.")
    servers += tuple(_server(name, ctx) for name in names if name.startswith("@"))
    asked = [name.strip() for name in names if not name.startswith("@")]
    if not asked:
        raise click.UsageError("Nothing to look up: give a name or an address.")
    questions = [(name, rdtype) for name in asked for rdtype in rdtypes or (_default_type(name),)]

    settings: dict[str, Any] = {"lifetime": lifetime, "tries": tries, "tcp": tcp, "randomize_case": randomize_case}
    if servers:
        settings["servers"] = servers
    if timeout is not None:
        settings["timeout"] = timeout
    if trace:
        from .trace import Tracer

        settings["trace"] = Tracer(note)

    start = time.monotonic()
    results = blocking.query_many(questions, **settings)
    elapsed = time.monotonic() - start

    if as_json:
        for result in results:
            out(json_line(result.to_dict()))
    elif short:
        print_short(results)
    else:
        print_table(results, elapsed)
    ctx.exit(exit_status(result.status for result in results))


def exit_status(statuses: Iterable[str]) -> int:
    """0 if all are NOERROR, 3 if the worst is absence, 4 if there is one without an answer."""
    worst = 0
    for status in statuses:
        if status in _ABSENT:
            worst = max(worst, 3)
        elif status != "NOERROR":
            worst = 4
    return worst


def print_short(results: Iterable[Result]) -> None:
    """The data, one record a line; what has none is named on stderr."""
    for result in results:
        for record in result.records:
            out(printable(record.text))
        if result.status != "NOERROR":
            complain(f"{shown_name(result.name)} {result.rdtype}: {_failure(result)}")


def print_table(results: list[Result], elapsed: float) -> None:
    """Name, TTL, type and data of each record, or the status; who answered, and how fast, on stderr."""
    rows: list[tuple[str, ...]] = []
    for result in results:
        rows.extend(_rows(result))
    for line in columns(rows, "lrll"):
        out(line)
    for result in results:
        if result.error and result.status in ("NOERROR", *_ABSENT):
            note(f"; {shown_name(result.name)}: {printable(result.error)}")
    note(printable(_footer(results, elapsed)))


def shown_name(name: str) -> str:
    """The name as it was asked for; one that is not printable ASCII as what goes over the wire."""
    if name.isascii() and name.isprintable():
        return name
    try:
        return to_text(from_text(name))
    except DNSError:
        return printable(name)


def _server(word: str, ctx: click.Context) -> str:
    try:
        return options.server(word[1:])
    except click.BadParameter as error:
        raise click.UsageError(f"Invalid value for '{word}': {error.message}", ctx) from None


def _default_type(name: str) -> str:
    return "PTR" if is_address(name) else "A"


def _rows(result: Result) -> list[tuple[str, ...]]:
    owner = shown_name(result.name)
    rows: list[tuple[str, ...]] = []
    if _is_alias(result):
        target = printable(result.canonical_name)
        rows.append((owner, "", "alias", target))
        owner = target
    if result.status != "NOERROR":
        rows.append((owner, "", result.status, _reason(result)))
    for record in result.records:
        rows.append((owner, str(record.ttl), record.rdtype, printable(record.text)))
    return rows


def _is_alias(result: Result) -> bool:
    """Whether the answer was found under another name than the one asked."""
    if result.canonical_name is None:
        return False
    try:
        name = reverse_name(result.name) if is_address(result.name) else from_text(result.name)
        return to_text(name).lower() != result.canonical_name.lower()
    except DNSError:
        return False


def _reason(result: Result) -> str:
    """Why there is no record, in words."""
    if result.status == "NXDOMAIN":
        return "the name does not exist"
    if result.status == "NODATA":
        return f"the name exists, without a record of type {result.rdtype}"
    return printable(result.error) if result.error else ""


def _failure(result: Result) -> str:
    return ": ".join(filter(None, (result.status, _reason(result))))


def _footer(results: list[Result], elapsed: float) -> str:
    servers = list(dict.fromkeys(result.server for result in results if result.server))
    queries = sum(result.tries for result in results)
    parts = [f"{queries} {'query' if queries == 1 else 'queries'}"]
    if len(results) == 1:
        if results[0].rtt is not None:
            parts.append(f"answered in {results[0].rtt * 1000:.1f} ms")
    else:
        parts.insert(0, f"{len(results)} lookups in {elapsed * 1000:.0f} ms")
    if servers:
        parts.append(f"by {', '.join(servers)}" if len(results) == 1 else f"answers by {', '.join(servers)}")
    return "; " + ", ".join(parts)
