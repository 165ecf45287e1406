"""Answers kept from run to run."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from dnsburst.bulk import cache as caching

from .fake import Bulk, reverse

TABLE = "ip\n192.0.2.1\n198.51.100.1\n2001:db8::1\n"


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "answers.db")


def test_the_second_run_asks_nothing(bulk: Bulk, path: str) -> None:
    first = bulk.table(TABLE, cache=path).decode().splitlines()
    bulk.pump.asked.clear()
    second = bulk.table(TABLE, cache=path).decode().splitlines()
    assert [] == bulk.pump.asked
    assert [line.split(",")[1:3] for line in first] == [line.split(",")[1:3] for line in second]
    assert ["", "192.0.2.53:53", "0"] == second[1].split(",")[4:7]
    assert [] == bulk.warnings


def test_ttls_are_honoured(bulk: Bulk, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1e9
    monkeypatch.setattr(caching.time, "time", lambda: now)
    bulk.table(TABLE, cache=path)
    now += 200
    assert ",100," in bulk.table(TABLE, cache=path).decode()
    bulk.pump.asked.clear()
    now += 101
    bulk.table(TABLE, cache=path)
    assert 3 == len(bulk.pump.asked)


def test_failures_are_not_kept(bulk: Bulk, path: str) -> None:
    bulk.pump.world[reverse("192.0.2.1"), "PTR"] = "SERVFAIL"
    bulk.table(TABLE, cache=path)
    bulk.pump.asked.clear()
    bulk.table(TABLE, cache=path)
    assert [(reverse("192.0.2.1"), "PTR")] == bulk.pump.asked


@pytest.mark.parametrize("damage", [b"no database at all" * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_is_set_aside(bulk: Bulk, path: str, damage: bytes) -> None:
    Path(path).write_bytes(damage)
    bulk.table(TABLE, cache=path)
    assert 1 == len(bulk.warnings)
    assert f"set aside as {path}.damaged-1" in bulk.warnings[0]
    assert damage == Path(path + ".damaged-1").read_bytes()
    bulk.pump.asked.clear()
    bulk.table(TABLE, cache=path)
    assert [] == bulk.pump.asked


def test_damage_found_in_mid_run(bulk: Bulk, path: str) -> None:
    bulk.table("ip\n" + "".join(f"10.0.{n >> 8}.{n & 255}\n" for n in range(5000)), cache=path)
    data = bytearray(Path(path).read_bytes())
    assert len(data) > 100_000
    data[8192:] = b"\xa5" * (len(data) - 8192)
    Path(path).write_bytes(data)
    out = bulk.table("ip\n192.0.2.1\n10.0.3.3\n", cache=path)
    assert b"192.0.2.1,NOERROR" in out
    assert 1 == len(bulk.warnings)


def test_two_runs_share_a_file(bulk: Bulk, path: str) -> None:
    bulk.table("ip\n192.0.2.9\n", cache=path)
    with sqlite3.connect(path) as other:
        other.execute("SELECT * FROM answers").fetchall()
        bulk.table(TABLE, cache=path)
    other.close()
    bulk.pump.asked.clear()
    bulk.table("ip\n192.0.2.9\n192.0.2.1\n", cache=path)
    assert [] == bulk.pump.asked
    assert [] == bulk.warnings


def test_confirmation_is_kept_too(bulk: Bulk, path: str) -> None:
    bulk.pump.world["host-192-0-2-1.example", "A"] = ["192.0.2.1"]
    for _ in range(2):
        bulk.pump.asked.clear()
        assert b",yes\n" in bulk.table("ip\n192.0.2.1\n", cache=path, confirm=True)
    assert [] == bulk.pump.asked
