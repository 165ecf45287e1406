"""The dnsburst command as a child process."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .zones import bulk_address, has_name, host_name

HEADER = ["visit", "address", "note"]


@dataclass(frozen=True, slots=True)
class Done:
    """What a command left: exit status, stdout, stderr."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


@dataclass(slots=True)
class BulkRun:
    """A ``dnsburst bulk`` on the way or done: where its files are, and its process."""

    numbers: list[int]
    output: Path
    summary_path: Path
    process: subprocess.Popen[str]
    summary: dict[str, Any] = field(default_factory=dict)

    def rows_written(self) -> int:
        """Rows that are in the output file by now, about: the header counts as one."""
        try:
            return self.output.read_bytes().count(b"\n")
        except FileNotFoundError:
            return 0

    def finish(self, timeout: float = 60) -> BulkRun:
        """Wait for the end, which must be a good one."""
        try:
            _, err = self.process.communicate(timeout=timeout)
        except BaseException:
            self.process.kill()
            self.process.communicate()
            raise
        assert self.process.returncode == 0, err
        assert "Traceback" not in err
        self.summary = json.loads(self.summary_path.read_text())
        return self


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "dnsburst", *arguments]


def run(*arguments: str, timeout: float = 30, stdin: str | None = None) -> Done:
    done = subprocess.run(
        command(*arguments), capture_output=True, text=True, timeout=timeout, input=stdin or "", check=False
    )
    return Done(done.returncode, done.stdout, done.stderr)


def start_bulk(directory: Path, numbers: Sequence[int], servers: Iterable[str], *arguments: str) -> BulkRun:
    """Start ``dnsburst bulk`` over a CSV that has the address of each number, between two other columns."""
    source, output, summary = directory / "in.csv", directory / "out.csv", directory / "summary.json"
    with source.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows([row, bulk_address(number), _note(row)] for row, number in enumerate(numbers))
    words = ["bulk", str(source), "-o", str(output), "--summary", str(summary), "--no-progress"]
    for server in servers:
        words += ["-s", server]
    process = subprocess.Popen(
        command(*words, *arguments),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ,
    )
    return BulkRun(list(numbers), output, summary, process)


def wrong_rows(run: BulkRun, most: int = 5) -> list[str]:
    """The first rows of the output that are not what the zone and the input say; in order, none lost, none twice."""
    wrong: list[str] = []
    with run.output.open(newline="") as file:
        rows = csv.reader(file)
        header = next(rows)
        if header[:3] != HEADER:
            return [f"header {header}"]
        status, answer, tries = (header.index(f"dns_{name}") for name in ("status", "answer", "tries"))
        count = 0
        for row, number in zip(rows, run.numbers, strict=False):
            right = ("NOERROR", host_name(number)) if has_name(number) else ("NXDOMAIN", "")
            if row[:3] != [str(count), bulk_address(number), _note(count)]:
                wrong.append(f"row {count}: {row[:3]}")
            elif (row[status], row[answer]) != right:
                wrong.append(f"row {count}: {bulk_address(number)}: {row[3:]}, expected {right}")
            elif int(row[tries]) < 1:
                wrong.append(f"row {count}: {row[tries]} tries")
            count += 1
            if len(wrong) == most:
                return wrong
        left = len(list(rows))
    if count != len(run.numbers) or left:
        wrong.append(f"{count + left} rows out, {len(run.numbers)} in")
    return wrong


def _note(row: int) -> str:
    return f'note "{row}", with a comma' if row % 7 == 0 else f"note {row}"
