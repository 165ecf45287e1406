"""The benchmark still runs: its smallest piece, a few hundred names. Nothing here asserts a speed."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree
from pathlib import Path

import pytest

from .chart import chart
from .contenders import COMPILED, PURE, QUERY, STREAM
from .process import keep_on_core
from .report import Report
from .run import Plan, run

NAMES = 300


@pytest.fixture
def report(tmp_path: Path, build: str) -> Report:
    """dnsburst's own contenders, as the build under test has them; this process stays in its network."""
    here = Path(sys.executable)
    nowhere = tmp_path / "nowhere"
    plan = Plan(
        names=NAMES,
        runs=1,
        beside=False,
        private=False,
        only=(COMPILED, PURE, STREAM, QUERY, "aiodns"),
        fast=here if build == "compiled" else nowhere,
        pure=here if build == "pure" else nowhere,
    )
    return run(plan, tmp_path, lambda _: None)


def test_every_answer_is_right_and_everything_has_its_figures(report: Report, build: str) -> None:
    expected = {COMPILED, STREAM, QUERY, "aiodns"} if build == "compiled" else {PURE, "aiodns"}
    assert expected == {contender.key for contender in report.measured}
    for contender in report.measured:
        (figures,) = contender.runs
        assert figures.right == figures.lookups > 0, contender.title
        assert figures.cpu > 0 < figures.wall, contender.title


def test_table_json_and_chart_hold_all_contenders(report: Report) -> None:
    for contender in report.measured:
        assert any(contender.title in line for line in report.table()) or report.base is None
        assert contender.key in report.as_dict()["contenders"]
        assert contender.title in chart(report)
    xml.etree.ElementTree.fromstring(chart(report))


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system cannot do that")
def test_a_server_is_kept_on_its_core() -> None:
    *_, core = sorted(os.sched_getaffinity(0))
    threads = "import threading; threading.Thread(target=input).start(); print(); input()"
    with subprocess.Popen([sys.executable, "-c", threads], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        keep_on_core(process.pid, core)
        found = [os.sched_getaffinity(int(thread)) for thread in os.listdir(f"/proc/{process.pid}/task")]
        process.communicate(b"\n\n")
    assert [{core}, {core}] == found
