"""The group: which command is meant, what a user sees when something goes wrong, what is imported for it."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest

from dnsburst import errors
from dnsburst.cli import main as main_module

from .made_up import Invoke, Library

COMMANDS = ("lookup", "bulk", "serve", "compare", "demo")


def run_dnsburst(*arguments: str, **settings: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dnsburst", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False, **settings)  # type: ignore[call-overload,no-any-return]


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        (["a.example"], [("a.example", "A")]),
        (["lookup", "a.example"], [("a.example", "A")]),
        (["lookup", "lookup"], [("lookup", "A")]),
        (["192.0.2.1"], [("192.0.2.1", "PTR")]),
        (["-t", "mx", "a.example"], [("a.example", "MX")]),
        (["--short", "serve."], [("serve.", "A")]),
        (["@192.0.2.53", "a.example"], [("a.example", "A")]),
    ],
)
def test_without_a_command_it_is_lookup(
    invoke: Invoke, library: Library, arguments: list[str], asked: list[tuple[str, str]]
) -> None:
    assert invoke(*arguments).exit_code == 0
    assert asked == library.asked


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_names_every_command(invoke: Invoke, flag: str) -> None:
    result = invoke(flag)
    assert result.exit_code == 0
    listed = [line.split()[0] for line in result.stdout.partition("Commands:")[2].splitlines() if line.strip()]
    assert set(COMMANDS) <= set(listed)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_its_help_and_each_flag_a_line(invoke: Invoke, command: str) -> None:
    result = invoke(command, "--help")
    assert (result.exit_code, result.stderr) == (0, "")
    context = click.Context(main_module.cli)
    loaded = main_module.cli.get_command(context, command)
    assert loaded is not None
    for option in loaded.params:
        if isinstance(option, click.Option) and not option.hidden:
            record = option.get_help_record(click.Context(loaded))
            assert record is not None
            assert record[1], option.name
            if not option.is_flag and not option.multiple and option.metavar != "FILE":
                assert "default" in record[1].lower(), option.name


def test_version(invoke: Invoke) -> None:
    result = invoke("--version")
    assert result.exit_code == 0
    assert result.stdout.startswith("dnsburst")


def test_nothing_at_all_shows_the_help_and_is_a_usage_error(invoke: Invoke) -> None:
    result = invoke()
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Usage:" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["lookup"], "NAME|ADDRESS"),
        (["a.example", "--nonsense"], "--nonsense"),
        (["a.example", "--timeout", "nan"], "'nan' is not a number"),
        (["a.example", "--lifetime", "0"], "0 is not over 0"),
        (["a.example", "--tries", "0"], "--tries"),
        (["a.example", "-t", "nonsense"], "nonsense"),
        (["a.example", "-s", "dns.example"], "dns.example"),
        (["a.example", "-s", "192.0.2.1:0"], "192.0.2.1:0"),
        (["a.example", "@nonsense"], "@nonsense"),
        (["@192.0.2.1"], "Nothing to look up"),
        (["a.example", "--short", "--json"], "--short and --json"),
        (["demo", "--rows", "-1"], "--rows"),
    ],
)
def test_usage_errors_are_one_line_and_status_2(
    invoke: Invoke, library: Library, arguments: list[str], words: str
) -> None:
    result = invoke(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("dnsburst: ")
    assert words in result.stderr
    assert result.stderr.count("\n") == 1
    assert library.asked == []


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (errors.ConfigurationError("/etc/resolv.conf: no server"), 1, "/etc/resolv.conf: no server"),
        (errors.InvalidName("label over 63 octets"), 1, "label over 63 octets"),
        (OSError(errno.EMFILE, "Too many open files"), 1, "Too many open files"),
        (FileNotFoundError(errno.ENOENT, "No such file", "in.csv"), 1, "in.csv: No such file"),
        (click.ClickException("no such column"), 1, "no such column"),
        (ZeroDivisionError("two\nlines \x1b[31m"), 1, r"ZeroDivisionError: two lines \027[31m"),
        (SystemExit("the reason"), 1, "the reason"),
        (SystemExit(7), 7, None),
        (KeyboardInterrupt(), 130, None),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), 1, None),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_what_goes_wrong_is_one_line_and_a_status(
    invoke: Invoke, library: Library, error: BaseException, status: int, line: str | None
) -> None:
    library.error = error
    result = invoke("a.example")
    assert result.exit_code == status
    if line is None:
        assert result.stderr == ""
    else:
        assert result.stderr.startswith(f"dnsburst: {line}")
        assert result.stderr.count("\n") == 1


def test_debug_shows_where(invoke: Invoke, library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DNSBURST_DEBUG", "1")
    library.error = ZeroDivisionError("boom")
    result = invoke("a.example")
    assert result.exit_code == 1
    assert "Traceback" in result.stderr
    assert "dnsburst: ZeroDivisionError: boom" in result.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_disk_is_one_line() -> None:
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-m", "dnsburst", "--version"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=30, check=False)
    assert (done.returncode, done.stderr) == (1, "dnsburst: No space left on device\n")


def test_a_reader_that_has_gone_is_not_told() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "dnsburst", "--help"]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, timeout=30, check=False)
    os.close(writer)
    assert done.stderr == ""


def test_closed_streams_are_no_error() -> None:
    done = subprocess.run(
        f"{sys.executable} -m dnsburst --version >&- 2>&-", shell=True, capture_output=True, timeout=30, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_ctrl_c_while_waiting_is_quiet() -> None:
    import socket
    import time

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        silent.settimeout(20)
        server = f"127.0.0.1:{silent.getsockname()[1]}"
        command = [sys.executable, "-m", "dnsburst", "a.example", "-s", server]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            silent.recv(512)
            time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=20)
        finally:
            process.kill()
            process.communicate()
    assert (process.returncode, out, err) == (130, "", "")


def test_help_and_import_load_only_what_they_use() -> None:
    heavy = ["asyncio", "aiodns", "tqdm", "dnslib", "csv", "idna", "ssl", "concurrent.futures", "dnsburst.bulk"]
    check = f"print([name for name in {heavy!r} if name in sys.modules])"
    for code in (
        "import sys, dnsburst",
        "import sys; from dnsburst.cli.main import main; main(['--help'])",
        "import sys; from dnsburst.cli.main import main; main(['lookup', '--help'])",
    ):
        done = subprocess.run(
            [sys.executable, "-c", f"{code}; {check}"], capture_output=True, text=True, timeout=30, check=False
        )
        assert (done.stdout.splitlines()[-1], done.stderr) == ("[]", ""), code


def test_one_lookup_loads_only_what_it_uses() -> None:
    heavy = ["asyncio", "aiodns", "tqdm", "dnslib", "csv", "idna", "ssl", "json", "dnsburst.bulk", "dnsburst.compare"]
    code = (
        "import sys; from dnsburst.cli.main import main; main(['a.example', '--lifetime', '0.01', '-s', '127.0.0.1:9']);"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False)
    assert done.stdout.splitlines()[-1] == "[]"
