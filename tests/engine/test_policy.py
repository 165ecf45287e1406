"""What a lookup's tries say, and what is chosen by that."""

from __future__ import annotations

from collections import deque

from dnsburst._engine.address import ServerAddress
from dnsburst._engine.lookup import ANSWERED, SILENT, Lookup, Try, new_try, to_ask
from dnsburst._engine.nameserver import Nameserver
from dnsburst._engine.options import Options
from dnsburst._engine.pace import Pace
from dnsburst._engine.policy import MOST_AHEAD, Policy, errors_of, says_much, silences
from dnsburst._engine.tally import Epoch

SERVER = Nameserver(ServerAddress("127.0.0.1", 53), Pace(0.0))


def lookup_of(*states: int) -> tuple[Lookup, list[Try]]:
    """A lookup, and a try in each of these states, in an epoch of its own."""
    lookup = to_ask(b"\x01a\x00", 1, None)
    lookup.deadline = 10.0
    tries = []
    for state in states:
        attempt = new_try(lookup, SERVER, None, False, 0.0)
        attempt.state = state
        attempt.epoch = Epoch(0.0, 0, Epoch(0.0, 0, None))
        tries.append(attempt)
    return lookup, tries


def used_server(port: int, path: float, rate: float) -> Nameserver:
    """A server that has answered so many per second for two seconds, each after ``path`` seconds."""
    server = Nameserver(ServerAddress("127.0.0.1", port), Pace(0.0))
    pace = server.pace
    out: deque[tuple[float, Epoch]] = deque()
    for number in range(2000):
        now = number * 0.001
        while out and out[0][0] + path <= now:
            sent_at, epoch = out.popleft()
            pace.answered(epoch, sent_at, now)
            server.count_answers(path, now, 1)
        pace.allowance(now)
        out.extend((now, pace.sent(now)) for _ in range(round(rate / 1000)))
    return server


def policy_of(*servers: Nameserver) -> Policy:
    return Policy(Options(tuple(server.address for server in servers)), list(servers))


def test_far_server_is_left_out_while_nearer_ones_answer_all_that_wait_before_it_could() -> None:
    near = used_server(53, 0.02, 5000)
    far = used_server(54, 0.32, 1000)
    policy = policy_of(near, far)
    assert 0 == policy.ahead(near, 2.0)
    ahead = policy.ahead(far, 2.0)
    assert 0.9 * 5000 * 0.3 <= ahead <= 1.1 * 5000 * 0.3
    assert policy.roomiest([near], ahead, 2.0) is far
    assert policy.roomiest([near], ahead - 1, 2.0) is None
    assert policy.roomiest([far], 0, 2.0) is near
    # What met silence at the near one is asked there again, until it may not be.
    lookup = to_ask(b"\x01a\x00", 1, None)
    lookup.deadline = 12.0
    for expected in (near, near, far):
        new_try(lookup, near, None, False, 2.0).state = SILENT
        assert policy.server_again(lookup, False, policy.far(ahead, 2.0), 2.0) is far
        assert policy.server_again(lookup, False, policy.far(0, 2.0), 2.0) is expected


def test_server_put_aside_is_no_reason_to_leave_another_one_out() -> None:
    near = used_server(53, 0.02, 5000)
    far = used_server(54, 0.32, 1000)
    near.down = True
    assert 0 == policy_of(near, far).ahead(far, 2.0)


def test_what_waits_for_a_far_server_is_bounded() -> None:
    near = [used_server(port, 0.02, 10_000) for port in range(53, 57)]
    far = used_server(57, 0.42, 1000)
    assert MOST_AHEAD == policy_of(*near, far).ahead(far, 2.0)


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
