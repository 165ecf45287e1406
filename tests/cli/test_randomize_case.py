"""``--randomize-case``: what goes over the wire, in both commands that have it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .. import example_zone, scripted

LETTERS = "x" * 60  # all in lower case by chance: once in 2**60
NAME = bytes((60,)) + LETTERS.encode() + b"\x07example\x03com\0"


def names_asked(*arguments: str) -> list[bytes]:
    """The wire names that arrive at a server when dnsburst runs with these arguments."""
    seen: list[bytes] = []
    with example_zone.server() as answers:

        def reply(query: bytes) -> list[bytes]:
            seen.append(query[12 : query.index(b"\0", 12) + 1])
            return [answers.responder.reply(query) or b""]

        with scripted.Scripted(reply) as server:
            host, port = server.address
            command = [sys.executable, "-m", "dnsburst", *arguments, "-s", f"{host}:{port}"]
            subprocess.run(command, check=False, capture_output=True)
    return seen


@pytest.mark.parametrize("command", ["lookup", "bulk"])
def test_names_are_asked_in_random_case_and_addresses_are_not(command: str, tmp_path: Path) -> None:
    names = [f"{LETTERS}.example.com"] * 2 + ["192.0.2.80"]
    arguments = names
    if command == "bulk":
        (tmp_path / "in.txt").write_text("".join(f"{name}\n" for name in names))
        arguments = [str(tmp_path / "in.txt")]
    plain = names_asked(command, *arguments)
    mixed = names_asked(command, *arguments, "--randomize-case")
    reverse = b"\x0280\x012\x010\x03192\x07in-addr\x04arpa\0"
    assert {NAME, reverse} == set(plain)
    assert {NAME, reverse} == {name.lower() for name in mixed}
    assert reverse in mixed
    assert NAME not in mixed
