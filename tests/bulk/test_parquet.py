"""Parquet in and out."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from dnsburst.bulk.errors import ChoiceError, TableError

from .fake import Bulk, reverse

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")
from dnsburst.bulk import parquet_output  # noqa: E402  needs pyarrow


def write(directory: Path, rows: int, group: int = 50, **columns: Any) -> str:
    path = directory / "in.parquet"
    addresses = [f"192.0.2.{number % 256}" if number % 10 else None for number in range(rows)]
    data = {
        "n": pa.array(range(rows), pa.int16()),
        "ip": pa.array(addresses),
        "f": pa.array([float("nan")] * rows),
        **columns,
    }
    table = pa.table(data).replace_schema_metadata({"made": "by hand"})
    pq.write_table(table, path, row_group_size=group, compression="zstd")
    return str(path)


def test_schema_and_row_groups_are_kept_and_our_columns_typed(bulk: Bulk, tmp_path: Path) -> None:
    path = write(tmp_path, 120)
    assert 0 == bulk.run(path, "out.parquet").status
    file = pq.ParquetFile(tmp_path / "out.parquet")
    assert [50, 50, 20] == [file.metadata.row_group(number).num_rows for number in range(file.metadata.num_row_groups)]
    assert "ZSTD" == file.metadata.row_group(0).column(0).compression
    schema = file.schema_arrow
    assert ["int16", "string", "double"] == [str(kind) for kind in schema.types[:3]]
    assert b"by hand" == schema.metadata[b"made"]
    kinds = dict(zip(schema.names[3:], map(str, schema.types[3:]), strict=True))
    assert {
        "dns_status": "string",
        "dns_ttl": "int32",
        "dns_rtt_ms": "double",
        "dns_tries": "int32",
    }.items() <= kinds.items()
    assert kinds["dns_answer"].startswith("list<")
    rows = file.read().to_pylist()
    assert list(range(120)) == [row["n"] for row in rows]
    assert ("INVALID", None, []) == (rows[0]["dns_status"], rows[0]["dns_ttl"], rows[0]["dns_answer"])
    assert ("NOERROR", 300, ["host-192-0-2-1.example"]) == (
        rows[1]["dns_status"],
        rows[1]["dns_ttl"],
        rows[1]["dns_answer"],
    )
    assert not (tmp_path / "out.parquet.parts").exists()


@pytest.mark.parametrize("stop", [1, 61, 119])
def test_resume_by_parts(bulk: Bulk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: int) -> None:
    monkeypatch.setattr("dnsburst.bulk.formats.parquet.AT_ONCE", 7)
    path = write(tmp_path, 120, 30)
    bulk.run(path, "whole.parquet")
    key = f"192.0.2.{stop}"
    answer = bulk.pump.world[reverse(key), "PTR"]
    bulk.pump.world[reverse(key), "PTR"] = "NEVER"
    report = bulk.run(path, "out.parquet", max_time=0.2)
    assert (1, stop) == (report.status, report.summary.rows_out)
    assert not (tmp_path / "out.parquet").exists()
    bulk.pump.world[reverse(key), "PTR"] = answer
    with pytest.raises(ChoiceError, match="exists: --resume"):
        bulk.run(path, "out.parquet")
    report = bulk.run(path, "out.parquet", resume=True)
    assert (0, stop, 120) == (report.status, report.summary.rows_resumed, report.summary.rows_out)
    same = ["n", "ip", "dns_status", "dns_answer"]
    assert pq.read_table(tmp_path / "whole.parquet", columns=same) == pq.read_table(
        tmp_path / "out.parquet", columns=same
    )


def test_resume_of_parts_cut_short(bulk: Bulk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, 120, 30)
    monkeypatch.setattr(parquet_output.ParquetOutput, "_join", lambda self: None)
    bulk.run(path, "out.parquet")
    monkeypatch.undo()
    parts = tmp_path / "out.parquet.parts"
    assert ["000000.parquet", "000001.parquet", "000002.parquet", "000003.parquet", "lock"] == sorted(os.listdir(parts))
    (parts / "000002.parquet").rename(parts / "000002.parquet.tmp")
    bulk = Bulk(tmp_path, monkeypatch)
    report = bulk.run(path, "out.parquet", resume=True)
    assert (0, 60) == (report.status, report.summary.rows_resumed)
    assert list(range(120)) == pq.read_table(tmp_path / "out.parquet")["n"].to_pylist()


def test_resume_of_a_complete_file(bulk: Bulk, tmp_path: Path) -> None:
    path = write(tmp_path, 20)
    bulk.run(path, "out.parquet")
    assert 0 == bulk.run(path, "out.parquet", resume=True).status
    write(tmp_path, 21)
    with pytest.raises(TableError, match="the input has more rows"):
        bulk.run(path, "out.parquet", resume=True)
    write(tmp_path, 20, ip=pa.array(["192.0.2.9"] * 20))
    with pytest.raises(TableError, match="the input has changed"):
        bulk.run(path, "out.parquet", resume=True)
    assert not (tmp_path / "out.parquet.parts").exists()


def test_overwrite_replaces_the_file_only_at_the_end(bulk: Bulk, tmp_path: Path) -> None:
    path = write(tmp_path, 20)
    (tmp_path / "out.parquet").write_bytes(b"precious")
    bulk.pump.world[reverse("192.0.2.9"), "PTR"] = "NEVER"
    bulk.run(path, "out.parquet", overwrite=True, max_time=0.2)
    assert b"precious" == bulk.out("out.parquet")
    bulk.pump.world[reverse("192.0.2.9"), "PTR"] = "NXDOMAIN"
    assert 0 == bulk.run(path, "out.parquet", overwrite=True).status
    assert 20 == pq.read_table(tmp_path / "out.parquet").num_rows


def test_parquet_to_csv_and_back(bulk: Bulk, tmp_path: Path) -> None:
    path = write(tmp_path, 3, s=pa.array(["ü", 'a,"b"', None]))
    bulk.run(path, "out.csv", add=("status",))
    assert (
        'n,ip,f,s,dns_status\n0,,nan,ü,INVALID\n1,192.0.2.1,nan,"a,""b""",NOERROR\n2,192.0.2.2,nan,,NOERROR\n'
        == bulk.out().decode()
    )
    bulk.run(str(tmp_path / "out.csv"), "back.parquet", add=("answer",), column="ip")
    rows = pq.read_table(tmp_path / "back.parquet").to_pylist()
    assert {"n": "1", "ip": "192.0.2.1", "f": "nan", "s": 'a,"b"', "dns_status": "NOERROR"}.items() <= rows[1].items()
    assert ["host-192-0-2-1.example"] == rows[1]["dns_answer"]
    assert "ü" == rows[0]["s"]


def test_no_parquet_at_all(bulk: Bulk, tmp_path: Path) -> None:
    with pytest.raises(TableError):
        bulk.run(bulk.write("no parquet", "in.parquet"), "out.parquet")
    with pytest.raises(ChoiceError, match="only a column of strings"):
        bulk.run(write(tmp_path, 5), "out.parquet", column="n")
    shutil.rmtree(tmp_path / "out.parquet.parts", ignore_errors=True)
