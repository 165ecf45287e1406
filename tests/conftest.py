"""Rules for every test: warnings are errors (pyproject.toml), nothing may be left behind, chance can be repeated.

DNSBURST_EXPECT=compiled|pure   which build must be under test; the Makefile says so
DNSBURST_SEED=N                 repeats the random choices of a run that printed N in its header
DNSBURST_REQUIRE_SERVERS=1      a test marked ``servers`` that is skipped has failed
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import random
import secrets
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

SEED = int(os.environ.get("DNSBURST_SEED") or secrets.randbelow(2**31))
EXPECTED_BUILD = os.environ.get("DNSBURST_EXPECT")
SERVERS_REQUIRED = os.environ.get("DNSBURST_REQUIRE_SERVERS", "0") not in ("", "0")

# Debian keeps the servers in sbin, which is not on everybody's PATH.
os.environ["PATH"] += os.pathsep + os.pathsep.join(("/usr/local/sbin", "/usr/sbin", "/sbin"))

# A machine shared with others may stall an example for a second; the time limit of the test itself stays.
hypothesis.settings.register_profile(
    "dnsburst", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow], print_blob=True
)
hypothesis.settings.load_profile("dnsburst")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("hypothesis_seed", None) is None:
        config.option.hypothesis_seed = str(SEED)


def pytest_report_header() -> str:
    import dnsburst

    where = Path(dnsburst.__path__[0])
    return f"dnsburst: {EXPECTED_BUILD or 'any'} build expected, in {where}; DNSBURST_SEED={SEED}"


def pytest_collection_finish() -> None:
    # What the imports made stays out of every later collection, which makes one after each test cheap.
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def build() -> str:
    """``"compiled"`` or ``"pure"``: the build under test."""
    import dnsburst

    return "compiled" if dnsburst.is_compiled() else "pure"


@pytest.fixture(scope="session", autouse=True)
def _the_build_expected(request: pytest.FixtureRequest) -> None:
    if EXPECTED_BUILD is None:
        return
    import dnsburst

    sources = Path(__file__).parents[1] / "src"
    build = request.getfixturevalue("build")
    if build != EXPECTED_BUILD or Path(dnsburst.__file__).is_relative_to(sources):
        pytest.exit(f"{EXPECTED_BUILD} build expected, but {dnsburst.__file__} is the {build} one", returncode=3)


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> str:
    """What chance in this test starts from: the run's number and the test's own name."""
    return f"{SEED} {request.node.nodeid}"


@pytest.fixture
def rng(seed: str) -> random.Random:
    """A source of chance that a run with the same DNSBURST_SEED repeats."""
    return random.Random(seed)


class _Complaints(logging.Handler):
    """Keeps what asyncio logs instead of raising: tasks destroyed while pending, exceptions nobody fetched."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


@pytest.fixture(autouse=True)
def _nothing_left_behind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A test fails that leaves a task, a thread, or (by ResourceWarning) a socket or file open."""
    if request.node.get_closest_marker("leftovers"):
        yield
        return
    complaints = _Complaints()
    left_at_close: list[str] = []
    cancel_all_tasks = asyncio.runners._cancel_all_tasks  # asyncio.run has no public hook for what it cancels

    def note_and_cancel(loop: asyncio.AbstractEventLoop) -> None:
        left_at_close.extend(map(repr, asyncio.all_tasks(loop)))
        cancel_all_tasks(loop)

    monkeypatch.setattr(asyncio.runners, "_cancel_all_tasks", note_and_cancel)
    threads = set(threading.enumerate())
    logger = logging.getLogger("asyncio")
    logger.addHandler(complaints)
    try:
        yield
        gc.collect()
    finally:
        logger.removeHandler(complaints)
    threads_left = [
        thread
        for thread in threading.enumerate()
        # pycares keeps one thread for the life of the process, from the first channel it closes.
        if thread not in threads and "_run_safe_shutdown_loop" not in thread.name
    ]
    for what, left in (
        ("tasks still running when asyncio.run ended", left_at_close),
        ("asyncio complained", complaints.texts),
        ("threads still running", threads_left),
    ):
        if left:
            pytest.fail(f"{what}: {left}", pytrace=False)


# ---- tests with real servers


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("servers"):
        missing = [program for program in mark.args if shutil.which(program) is None]
        if missing:
            pytest.skip(f"not installed: {', '.join(missing)}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    if SERVERS_REQUIRED and report.skipped and item.get_closest_marker("servers") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, and DNSBURST_REQUIRE_SERVERS is set: {report.longrepr[2]}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    report = yield
    if SERVERS_REQUIRED and report.skipped and "servers" in collector.path.parts:
        report.outcome = "failed"
        report.longrepr = f"skipped, and DNSBURST_REQUIRE_SERVERS is set: {report.longrepr[2]}"
    return report
