"""Names asked again after an error: whose trouble it is."""

from __future__ import annotations

import pytest

from dnsburst._engine.pace import Pace


def pace_after(again: int, answered_again: int, others: int, limited: int, refused: bool) -> Pace:
    """A pace whose server had such replies, each for a datagram of one epoch."""
    pace = Pace(0.0)
    epoch = pace.sent_all(others)
    beside = pace.sent_all(again, False)
    pace.answered(epoch, 0.0, 0.02, others)
    pace.answered(beside, 0.0, 0.02, again)
    for _ in range(limited):
        pace.limited(epoch, 0.0, 0.02)
    for number in range(again):
        pace.asked_again(beside, refused, number < answered_again)
    pace.allowance(0.6)
    pace.allowance(1.2)
    return pace


@pytest.mark.parametrize("refused", [False, True])
@pytest.mark.parametrize(
    ("again", "answered_again", "others", "limited", "own"),
    [
        (30, 0, 30, 12, True),
        (30, 1, 30, 12, True),
        (30, 18, 30, 12, False),  # a limit answers them as often as any
        (20, 0, 30, 12, False),  # it would have answered twelve: too few
        (30, 0, 30, 30, False),  # nobody is answered: nothing is known
    ],
)
def test_names_that_are_refused_again_while_others_are_answered(
    again: int, answered_again: int, others: int, limited: int, own: bool, refused: bool
) -> None:
    pace = pace_after(again, answered_again, others, limited, refused)
    assert own == pace.refuses_names(refused)
    # What one RCODE means says nothing about the other.
    assert not pace.refuses_names(not refused)
