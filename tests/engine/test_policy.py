"""What a lookup's tries say, and what is chosen by that."""

from __future__ import annotations

from dnsburst._engine.address import ServerAddress
from dnsburst._engine.lookup import ANSWERED, SILENT, Lookup, Try, new_lookup, new_try
from dnsburst._engine.nameserver import Nameserver
from dnsburst._engine.pace import Pace
from dnsburst._engine.policy import errors_of, says_much, silences
from dnsburst._engine.tally import Epoch

SERVER = Nameserver(ServerAddress("127.0.0.1", 53), Pace(0.0))


def lookup_of(*states: int) -> tuple[Lookup, list[Try]]:
    """A lookup, and a try in each of these states, in an epoch of its own."""
    lookup = new_lookup(b"\x01a\x00", 1, b"", b"", None, 10.0)
    tries = []
    for state in states:
        attempt = new_try(lookup, SERVER, None, False, 0.0)
        attempt.state = state
        attempt.epoch = Epoch(0.0, 0, Epoch(0.0, 0, None))
        tries.append(attempt)
    return lookup, tries


def test_silence_is_explained_where_most_was_lost_and_an_error_where_most_was_refused() -> None:
    lookup, (silent, error) = lookup_of(SILENT, ANSWERED)
    assert (1, 1) == (silences(lookup), errors_of(lookup))
    silent.epoch.swept = error.epoch.swept = True
    assert (0, 1) == (silences(lookup), errors_of(lookup))
    error.epoch.refused = True
    assert (0, 0) == (silences(lookup), errors_of(lookup))


def test_name_says_nothing_about_servers_after_an_error_of_its_own_or_two_of_any_kind() -> None:
    lookup, (error,) = lookup_of(ANSWERED)
    assert not says_much(lookup)
    error.excused = True
    assert says_much(lookup)
    lookup, tries = lookup_of(ANSWERED, SILENT, ANSWERED)
    for error in tries:
        error.excused = True
    assert not says_much(lookup)
    assert says_much(lookup_of(SILENT, SILENT)[0])
