"""Each line of the tables of what malformed, forged and odd messages get has a test that bears its number."""

from __future__ import annotations

import re
from pathlib import Path

LINES = {"P": 19, "M": 15, "S": 13}
TESTS = Path(__file__).parents[1]


def test_each_line_has_a_test_by_its_number() -> None:
    named: set[str] = set()
    for file in TESTS.rglob("test_*.py"):
        for title in re.findall(r"def test_((?:[PMS]\d+_)+)", file.read_text()):
            named.update(title.strip("_").split("_"))
    assert [] == [
        f"{table}{n}" for table, last in LINES.items() for n in range(1, last + 1) if f"{table}{n}" not in named
    ]
