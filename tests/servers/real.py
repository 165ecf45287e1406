"""Real DNS servers as child processes: knot, nsd, unbound, and the built-in one.

1. A server listens on one port that is free on 127.0.0.1 and ::1, for UDP and TCP.
2. It is ready when it answers a question; nothing sleeps in the hope that it is.
3. It never outlives the test run: it is in a session of its own that stop() ends as a whole, and the kernel kills it
   when the process that started it dies, however that comes.
4. When it does not start, the error shows its command and its log.
"""

from __future__ import annotations

import os
import random
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from .zones import Zone

START_SECONDS = 30.0
STOP_SECONDS = 3.0

# Below the range that Linux takes client ports from: a client's socket cannot get the port between our look and the start.
_FIRST_PORT, _LAST_PORT = 20_000, 32_000

_SOA = 6

# From util-linux: the kernel sends the signal when the thread that started the process ends (prctl(2), PR_SET_PDEATHSIG).
_DIES_WITH_US = ["setpriv", "--pdeathsig", "KILL", "--"] if shutil.which("setpriv") else []

Commander = Callable[[Path, int], list[str]]


class StartError(Exception):
    """The message holds the command and the log."""


class RealServer:
    """A running DNS server: ``address`` and ``address6`` are written as dnsburst's ``--server`` takes them."""

    def __init__(
        self, kind: str, directory: Path, commander: Commander, probe: tuple[str, int], hosts: list[str] | None = None
    ) -> None:
        """probe: the name and the number of the type of a question that has an answer here."""
        self.kind = kind
        self.directory = directory
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None
        self.log = directory / f"{kind}.log"
        self._commander = commander
        self._probe = probe
        self._hosts = hosts or loopback()
        self._fixed_port: int | None = None
        self._launch()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def address6(self) -> str:
        return f"[::1]:{self.port}"

    @property
    def addresses(self) -> list[str]:
        return [self.address6 if ":" in host else self.address for host in self._hosts]

    def wait_ready(self) -> RealServer:
        """Return once the server answers for its probe name on every address; StartError after 30 s."""
        deadline = time.monotonic() + START_SECONDS
        launches = 1
        waiting = list(self._hosts)
        while waiting:
            assert self.process is not None
            if answers(waiting[0], self.port, *self._probe):
                waiting.pop(0)
                continue
            if time.monotonic() > deadline:
                self.stop()
                raise StartError(self._report("does not answer"))
            try:
                self.process.wait(timeout=0.01)
            except subprocess.TimeoutExpired:
                continue
            if launches == 3 or self._fixed_port is not None:
                raise StartError(self._report(f"ended with status {self.process.returncode}"))
            launches += 1
            self._launch()
            waiting = list(self._hosts)
        return self

    def stop(self) -> None:
        """End the server and whatever it forked; calling it again does nothing."""
        process = self.process
        if process is None:
            return
        self.process = None
        for number, seconds in ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, None)):
            _signal_session(process.pid, number)
            _signal_session(process.pid, signal.SIGCONT)
            try:
                process.wait(timeout=seconds)
            except subprocess.TimeoutExpired:
                continue
            break
        _signal_session(process.pid, signal.SIGKILL)

    def kill(self) -> None:
        """End the server at once, as a crash would: its port refuses from now on."""
        if self.process is not None:
            _signal_session(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def restart(self) -> RealServer:
        """Start it again on the port it had."""
        self.stop()
        self._fixed_port = self.port
        self._launch()
        return self.wait_ready()

    def suspend(self) -> None:
        """Stop it from answering while its sockets stay open: what is sent to it waits, then is lost."""
        assert self.process is not None
        _signal_session(self.process.pid, signal.SIGSTOP)

    def resume(self) -> None:
        assert self.process is not None
        _signal_session(self.process.pid, signal.SIGCONT)

    def __enter__(self) -> RealServer:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<{self.kind} at {self.address}>"

    def _launch(self) -> None:
        self.port = self._fixed_port or free_port()
        command = [*_DIES_WITH_US, *self._commander(self.directory, self.port)]
        with self.log.open("ab") as log:
            log.write((" ".join(command) + "\n").encode())
            log.flush()
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.directory,
                start_new_session=True,
            )

    def _report(self, what: str) -> str:
        return f"{self.kind} on port {self.port} {what}; its log:\n{self.log.read_text(errors='backslashreplace')}"


def start_knot(directory: Path, zones: Iterable[Zone], *, extra: str = "", template: str = "") -> RealServer:
    """Start knotd as the authority of ``zones``; call wait_ready() before use.

    extra: more of knot.conf, sections of their own; template: more lines for the section of every zone.
    """
    zones = list(zones)
    directory.mkdir(parents=True, exist_ok=True)

    def command(directory: Path, port: int) -> list[str]:
        listen = ", ".join(f"{host}@{port}" for host in loopback())
        lines = [
            "server:",
            f"  rundir: {directory}",
            f"  listen: [{listen}]",
            "  udp-workers: 1",
            "  tcp-workers: 1",
            "  background-workers: 1",
            "log:",
            "  - target: stderr",
            "    any: info",
            "database:",
            f"  storage: {directory}",
            extra.rstrip("\n"),
            "zone:",
        ]
        for zone in zones:
            lines += [
                f"  - domain: {zone.origin}",
                f"    file: {zone.write(directory)}",
                "    zonefile-sync: -1",
                "    journal-content: none",
                "    semantic-checks: off",
                template.rstrip("\n"),
            ]
        config = directory / "knot.conf"
        config.write_text("\n".join(line for line in lines if line) + "\n")
        return ["knotd", "-c", str(config)]

    return RealServer("knot", directory, command, (zones[0].origin, _SOA))


def start_nsd(directory: Path, zones: Iterable[Zone], *, server: str = "", zone_lines: str = "") -> RealServer:
    """Start nsd as the authority of ``zones``; ``server`` holds more lines of nsd.conf's section of that name."""
    zones = list(zones)
    directory.mkdir(parents=True, exist_ok=True)

    def command(directory: Path, port: int) -> list[str]:
        lines = [
            "server:",
            *[f"  ip-address: {host}@{port}" for host in loopback()],
            "  server-count: 1",
            '  username: ""',
            '  chroot: ""',
            '  database: ""',
            f'  zonesdir: "{directory}"',
            f'  pidfile: "{directory}/nsd.pid"',
            f'  xfrdfile: "{directory}/xfrd.state"',
            f'  xfrdir: "{directory}"',
            f'  zonelistfile: "{directory}/zone.list"',
            "  rrl-ratelimit: 0" if "rrl-ratelimit" not in server else "",
            "  verbosity: 1",
            server.rstrip("\n"),
            "remote-control:",
            "  control-enable: no",
        ]
        for zone in zones:
            name = zone.origin.rstrip(".") or "."
            lines += ["zone:", f'  name: "{name}"', f'  zonefile: "{zone.write(directory)}"', zone_lines.rstrip("\n")]
        config = directory / "nsd.conf"
        config.write_text("\n".join(line for line in lines if line) + "\n")
        return ["nsd", "-d", "-c", str(config)]

    return RealServer("nsd", directory, command, (zones[0].origin, _SOA))


def start_unbound(
    directory: Path,
    zones: Iterable[Zone],
    authority: RealServer,
    *,
    server: str = "",
    probe: tuple[str, int] | None = None,
) -> RealServer:
    """Start unbound as a resolver that asks ``authority`` for everything, so it can reach no other server.

    server: more lines of unbound.conf's section of that name.
    """
    zones = list(zones)
    directory.mkdir(parents=True, exist_ok=True)

    def command(directory: Path, port: int) -> list[str]:
        origins = dict.fromkeys([*(zone.origin for zone in zones), "."])
        lines = [
            "server:",
            *[f"  interface: {host}@{port}" for host in loopback()],
            f"  port: {port}",
            f'  directory: "{directory}"',
            '  chroot: ""',
            '  username: ""',
            '  pidfile: ""',
            '  logfile: ""',
            "  use-syslog: no",
            "  do-daemonize: no",
            "  verbosity: 1",
            "  num-threads: 1",
            "  outgoing-range: 4096",
            "  num-queries-per-thread: 2048",
            '  module-config: "iterator"',
            "  do-not-query-localhost: no",
            "  access-control: 127.0.0.0/8 allow",
            "  access-control: ::1 allow",
            "  qname-minimisation: no",
            "  minimal-responses: yes",
            # The reverse zones of the documentation addresses are empty by default (RFC 6303).
            "  unblock-lan-zones: yes",
            *[f'  local-zone: "{origin}" nodefault' for origin in origins if origin != "."],
            server.rstrip("\n"),
            "remote-control:",
            "  control-enable: no",
        ]
        for origin in origins:
            lines += [
                "stub-zone:",
                f'  name: "{origin}"',
                f"  stub-addr: 127.0.0.1@{authority.port}",
                "  stub-prime: no",
            ]
        config = directory / "unbound.conf"
        config.write_text("\n".join(line for line in lines if line) + "\n")
        return ["unbound", "-d", "-p", "-c", str(config)]

    return RealServer("unbound", directory, command, probe or (zones[0].origin, _SOA))


def start_builtin(directory: Path, *arguments: str, probe: tuple[str, int]) -> RealServer:
    """Start ``dnsburst serve`` with ``arguments``; ``probe`` is a question it answers."""
    directory.mkdir(parents=True, exist_ok=True)

    def command(directory: Path, port: int) -> list[str]:
        return [sys.executable, "-m", "dnsburst", "serve", *arguments, "--listen", f"127.0.0.1:{port}"]

    return RealServer("builtin", directory, command, probe, ["127.0.0.1"])


def has_ipv6() -> bool:
    """True if ::1 can be bound."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
            sock.bind(("::1", 0))
    except OSError:
        return False
    return True


def loopback() -> list[str]:
    return ["127.0.0.1", "::1"] if has_ipv6() else ["127.0.0.1"]


def free_port() -> int:
    """A port that nobody has on 127.0.0.1 and ::1, neither UDP nor TCP."""
    while True:
        port = random.randrange(_FIRST_PORT, _LAST_PORT)
        sockets: list[socket.socket] = []
        try:
            for host in loopback():
                family = socket.AF_INET6 if ":" in host else socket.AF_INET
                for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                    sock = socket.socket(family, kind)
                    sockets.append(sock)
                    sock.bind((host, port))
            return port
        except OSError:
            continue
        finally:
            for sock in sockets:
                sock.close()


def answers(host: str, port: int, name: str, rdtype: int) -> bool:
    """True if the server gives records for the question within 0.2 s and takes a TCP connection."""
    labels = [label.encode() for label in name.strip(".").split(".") if label]
    question = b"".join(bytes([len(label)]) + label for label in labels) + b"\0" + struct.pack("!HH", rdtype, 1)
    identifier = random.randrange(1 << 16)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        try:
            sock.connect((host, port))
            sock.send(struct.pack("!HHHHHH", identifier, 0x0100, 1, 0, 0, 0) + question)
            if not select.select([sock], [], [], 0.2)[0]:
                return False
            reply = sock.recv(4096)
        except OSError:
            return False
    if len(reply) < 12:
        return False
    got, flags, _, count, _, _ = struct.unpack_from("!HHHHHH", reply)
    if got != identifier or flags & 15 or not count:
        return False
    with socket.socket(family, socket.SOCK_STREAM) as sock:
        sock.settimeout(1.0)
        return sock.connect_ex((host, port)) == 0


def _signal_session(pid: int, number: int) -> None:
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        pass
