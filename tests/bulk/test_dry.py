"""``--dry-run``: what would be done."""

from __future__ import annotations

from typing import Any

import pytest

from dnsburst.bulk.dry import describe
from dnsburst.bulk.errors import ChoiceError
from dnsburst.bulk.run import Settings

from .fake import Bulk


def said(path: str, **settings: Any) -> list[str]:
    return list(describe(Settings(input=path, servers=("192.0.2.53", "[::1]:5300"), **settings)))


def test_what_would_be_done(bulk: Bulk) -> None:
    path = bulk.write('n;"ip";x\r\n1;192.0.2.1;"a\nb"\r\n2;..;\r\n\r\n3;192.0.2.1;\r\n')
    lines = said(path, lookups={"rate_per_server": 10.0})
    assert [
        f"input: {path}, csv",
        'dialect: semicolon-separated, quotes ", line ends CRLF',
        "header: yes",
        "column: 2 'ip' (the only column of addresses)",
        "output: -, csv",
        "rows: 4",
        "distinct keys: 1",
        "types: PTR for addresses, A for names",
        "bad cells: 2",
        "  row 2, line 4: '..': empty label",
        "  row 3, line 5: '': nothing to look up",
        "server: 192.0.2.53:53, at most 10 queries/s",
        "server: [::1]:5300, at most 10 queries/s",
        "time: 0.1 s or more, 1 lookups at 20 queries/s",
    ] == lines


def test_nothing_is_written_or_asked(bulk: Bulk) -> None:
    said(bulk.write("ip\n192.0.2.1\n"), output=str(bulk.directory / "out.csv"))
    assert not (bulk.directory / "out.csv").exists()
    assert [] == bulk.pump.asked


def test_without_a_cap(bulk: Bulk) -> None:
    assert "time: as fast as the servers answer, 1 lookups" == said(bulk.write("ip\n192.0.2.1\n"))[-1]


def test_bad_cells_are_listed_up_to_a_number(bulk: Bulk) -> None:
    lines = said(bulk.write("ip\n192.0.2.1\n" + "..\n" * 30), column="ip")
    assert "bad cells: 30" in lines
    assert "  and 20 more" in lines


def test_what_would_stop_a_run_stops_it(bulk: Bulk) -> None:
    with pytest.raises(ChoiceError):
        said(bulk.write("a,b\n1,2\n"))
