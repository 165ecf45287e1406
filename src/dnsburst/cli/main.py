"""The ``dnsburst`` command group.

Rules of this module:
1. A subcommand's module is imported when that subcommand is called, never for ``dnsburst --help``.
2. A first word that is no subcommand is a name to look up: ``dnsburst NAME …`` is ``dnsburst lookup NAME …``.
3. Whatever goes wrong, the user gets one line, ``dnsburst: …``, and the exit status of the contract:
   0 done, 1 could not be completed, 2 usage, 130 interrupted. ``DNSBURST_DEBUG=1`` adds the traceback.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn

import click

from ..errors import DNSError
from .output import complain, note, out

# name -> (attribute of dnsburst.cli.<name>, its line in `dnsburst --help`)
_COMMANDS = {
    "lookup": ("lookup", "Look up names and addresses."),
    "bulk": ("bulk", "Look up a column of a table; write the table with the answers beside it."),
    "serve": ("serve", "Run the built-in DNS server, with faults on purpose if asked for."),
    "compare": ("compare", "Measure dnsburst against the standard library and aiodns on your own names."),
    "demo": ("demo", "See all of it at work on this machine, without a network."),
}
_OWN_OPTIONS = ("--help", "-h", "--version")


class _Group(click.Group):
    """A group that knows its commands by name and imports them when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command = getattr(import_module(f"{__package__}.{cmd_name}"), _COMMANDS[cmd_name][0])
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in _COMMANDS.items()])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in _COMMANDS and args[0] not in _OWN_OPTIONS:
            args = ["lookup", *args]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise click.exceptions.Exit(130) from None

    def main(self, args: Sequence[str] | None = None, *unused: Any, **settings: Any) -> NoReturn:
        # The way in that click's test runner takes; the script's is `main` below.
        sys.exit(main(args))


def _print_version(ctx: click.Context, param: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from .. import __version__, is_compiled

        out(f"dnsburst {__version__} ({'compiled' if is_compiled() else 'pure Python'})")
        ctx.exit()


@click.group(
    cls=_Group,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="`dnsburst NAME ...` is short for `dnsburst lookup NAME ...`. `dnsburst COMMAND --help` tells more.",
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Show the version."
)
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Bulk DNS from Python: many lookups at once, each with a definite answer."""
    if ctx.invoked_subcommand is None:
        note(ctx.get_help())
        ctx.exit(2)


def main(args: Sequence[str] | None = None) -> int:
    """Run the command line (default: that of the process) and give back its exit status; never raises."""
    status = _run(args)
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        _discard_stdout()
        if not isinstance(error, BrokenPipeError):
            complain(_os_error_text(error))
        return status or 1
    return status


def _run(args: Sequence[str] | None) -> int:
    try:
        status = click.Group.main(cli, args, prog_name="dnsburst", standalone_mode=False)
        return status if isinstance(status, int) else 0
    except SystemExit as error:
        if error.code is None or isinstance(error.code, int):
            return error.code or 0
        complain(error.code)
        return 1
    except click.UsageError as error:
        path = error.ctx.command_path if error.ctx is not None else "dnsburst"
        complain(f"{error.format_message().rstrip('.')} (see `{path} --help`)")
        return 2
    except click.ClickException as error:
        complain(error.format_message())
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        # The reader of our output has gone (`| head`): nobody is left to tell.
        _discard_stdout()
        return 1
    except OSError as error:
        _debug()
        complain(str(error) if isinstance(error, DNSError) else _os_error_text(error))
        return 1
    except DNSError as error:
        _debug()
        complain(str(error) or type(error).__name__)
        return 1
    except Exception as error:  # rule 3
        _debug()
        complain(f"{type(error).__name__}: {error} (DNSBURST_DEBUG=1 shows where)")
        return 1


def _os_error_text(error: OSError) -> str:
    text = error.strerror or str(error) or type(error).__name__
    return f"{os.fsdecode(error.filename)}: {text}" if isinstance(error.filename, (str, bytes)) else text


def _debug() -> None:
    if os.environ.get("DNSBURST_DEBUG", "0") not in ("", "0"):
        import traceback

        traceback.print_exc()


def _discard_stdout() -> None:
    # What is still buffered would be tried again at exit, and complained about there.
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError, AttributeError):
        pass
