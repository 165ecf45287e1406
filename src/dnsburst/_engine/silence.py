"""Whether any server answers at all, and what is wrong with each where none does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

#: Seconds all servers must have been silent until it is said that none answers.
GRACE = 3.0


class Heard(Protocol):
    """A nameserver, or one as several see it together; ``down_since`` counts where it is ``down``."""

    @property
    def text(self) -> str: ...
    @property
    def down(self) -> bool: ...
    @property
    def down_since(self) -> float: ...
    @property
    def socket_error(self) -> str: ...


def no_server_answers(servers: Sequence[Heard], now: float) -> str | None:
    """Why nothing can be had: every server is put aside, and has been for a while. None while any answers."""
    if all(server.down and now - server.down_since >= GRACE for server in servers):
        return silence(servers)
    return None


def silence(servers: Sequence[Heard]) -> str:
    """Each server with what is wrong with it, on one line."""
    return "; ".join(f"{server.text} ({server.socket_error or 'no answer'})" for server in servers)
