"""The built-in server with faults that change while it runs, and some that depend on the name.

    python faulty.py ZONEFILE

The first line on stdout is ``listening on ADDR:PORT``. Then each line on stdin is a JSON object, the faults from now on,
and is answered by a line with the counts since the start. The end of stdin ends the server.
Keys: those of dnsburst.server.Faults (seconds), and
dead: it answers nothing, over TCP neither; late: seconds that one name in twenty takes more; broken: one name in twenty
gets SERVFAIL
"""

from __future__ import annotations

import dataclasses
import json
import sys

from dnsburst.server import Faults, Server, Zones

ONE_IN = 20
_SERVFAIL = 2


class OddFaults(Faults):
    """Faults that hold the replies of some names back for ``late`` seconds more."""

    __slots__ = ("chosen", "late")

    def __init__(self, *, late: float = 0.0, **common: float | str) -> None:
        super().__init__(**common)  # type: ignore[arg-type]
        self.late = late
        self.chosen = False
        self.holds = self.holds or late > 0
        self.active = self.active or late > 0

    def due(self, now: float) -> float:
        return super().due(now) + (self.late if self.chosen else 0.0)


class OddResponder:
    """What the server asks for its replies; in front of the real one."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._usual = server.responder
        self.dead = False
        self.broken = False
        self.brief = self._usual.brief

    def reply(self, query: bytes, tcp: bool = False) -> bytes | None:
        if self.dead:
            return None
        chosen = is_odd(query)
        faults = self._server.faults
        if isinstance(faults, OddFaults):
            faults.chosen = chosen
        return self.brief(query, _SERVFAIL) if chosen and self.broken else self._usual.reply(query, tcp)


def is_odd(query: bytes) -> bool:
    """Whether the name asked for is one of the twentieth: by the last octet of the address, its first label."""
    label = query[13 : 13 + query[12]]
    return label.isdigit() and int(label) % ONE_IN == 0


def main(zone: str) -> None:
    """Serve until stdin ends."""
    zones = Zones()
    zones.add_file(zone)
    server = Server(zones, ("127.0.0.1", 0))
    responder = OddResponder(server)
    server.responder = responder  # type: ignore[assignment]
    with server:
        host, port = server.address
        print(f"listening on {host}:{port}", flush=True)
        for line in sys.stdin:
            wanted = json.loads(line)
            responder.dead = wanted.pop("dead", False)
            responder.broken = wanted.pop("broken", False)
            server.faults = OddFaults(**wanted)
            print(json.dumps(dataclasses.asdict(server.stats)), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
