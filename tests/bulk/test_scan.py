"""What the compiled build does character by character says what cells.py and tails.py say in plain Python."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

scan: Any = pytest.importorskip("dnsburst.bulk.formats.scan", reason="nothing is compiled in the pure build")

TEXTS = st.text('ab,;"\té€', max_size=30)


@given(TEXTS, st.sampled_from(",;\té€"), st.integers(0, 6), st.integers(1, 6))
@example("", ",", 0, 1)
@example(",", ",", 1, 2)
def test_cell(line: str, delimiter: str, column: int, width: int) -> None:
    cells = line.split(delimiter)
    latin = all(ord(char) < 256 for char in line)
    expected = cells[column] if latin and len(cells) == width and column < width else None
    if column < width:
        assert expected == scan.cell(line, delimiter, column, width)


@given(st.text(max_size=3), TEXTS, st.text(max_size=3), st.integers(0, 10**15), st.text(max_size=3), TEXTS)
@example("a", "b", "c", 0, "d", "")
@example("a", "b", "c", 999_999, "d", "")
@example("a", "b", "c", 1_000_000, "d", "")
def test_tail(start: str, answer: str, middle: str, micro: int, rest: str, special: str) -> None:
    expected = f"{start}{answer}{middle}{micro // 1000}.{micro % 1000:03d}{rest}"
    if not expected.isascii() or any(char in answer for char in special):
        expected = None
    assert expected == scan.tail(start, answer, middle, micro, rest, special)
