"""Which of its channels a server's next query goes to."""

from __future__ import annotations

from dnsburst._engine.address import ServerAddress
from dnsburst._engine.nameserver import BURST, Channel, Nameserver
from dnsburst._engine.pace import Pace
from dnsburst._engine.pending import Pending


def server_with(channels: int, capacity: int = 200) -> Nameserver:
    server = Nameserver(ServerAddress("192.0.2.1"), Pace(0.0))
    for _ in range(channels):
        server.channels.append(Channel(server, False, capacity, Pending(), None))
    return server


def test_what_leaves_together_leaves_on_one_channel_up_to_a_burst() -> None:
    server = server_with(4)
    used = []
    for _ in range(4 * BURST):
        channel = server.free_channel()
        assert channel is not None
        channel.outbox.append(b"query")
        used.append(server.channels.index(channel))
    assert all(used[at] == used[at - at % BURST] for at in range(len(used)))
    assert [0, 1, 2, 3] == sorted(used[::BURST])


def test_each_go_takes_another_channel() -> None:
    server = server_with(4)
    used = []
    for _ in range(8):
        channel = server.free_channel()
        assert channel is not None
        used.append(server.channels.index(channel))
    assert [0, 0, 1, 1, 2, 2, 3, 3] == sorted(used)


def test_a_full_channel_is_left_out() -> None:
    server = server_with(2, capacity=16)
    first = server.free_channel()
    assert first is not None
    first.outbox.append(b"query")
    first.in_flight = 16
    second = server.free_channel()
    assert second is not None
    assert second is not first
    second.in_flight = 16
    assert server.free_channel() is None


def test_channels_that_went_away_are_not_missed() -> None:
    server = server_with(4)
    for _ in range(3):
        server.free_channel()
    del server.channels[1:]
    assert server.free_channel() is server.channels[0]
