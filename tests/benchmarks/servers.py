"""The servers that are asked: a real one where there is one, the same one far away, and the network they are in."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..servers.real import RealServer, start_builtin, start_knot, start_nsd
from ..servers.zones import Zone
from .names import ORIGIN
from .process import cores, keep_on_core

HERE = Path(__file__).parent
DNS_PORT = 53
_FAR_HOST = "127.0.0.2"
_SOA = 6


class Network:
    """A private network where the system allows it: port 53 is ours, and what the system's resolver asks.

    private: whether it is; reason: why it is not, else empty
    """

    def __init__(self, scratch: Path, wanted: bool = True) -> None:
        self._resolv_conf = scratch / "resolv.conf"
        texts = {
            "/etc/resolv.conf": (self._resolv_conf, ""),
            "/etc/nsswitch.conf": (scratch / "nsswitch.conf", "hosts: files dns\n"),
            "/etc/hosts": (scratch / "hosts", "127.0.0.1 localhost\n"),
        }
        self.reason = "not asked for"
        if wanted:
            from dnsburst._namespace import enter

            for path, text in texts.values():
                path.write_text(text)
            self.reason = enter({place: str(path) for place, (path, _) in texts.items()}) or ""
        self.private = not self.reason

    def ask(self, server: str) -> None:
        """Make the server (ADDR:53) the system's, for programs that start after this."""
        if self.private:
            self._resolv_conf.write_text(f"nameserver {server.rpartition(':')[0]}\n")


@contextmanager
def authority(directory: Path, zone: Zone, network: Network) -> Iterator[RealServer]:
    """knotd, nsd, or the built-in server, whichever is there first; it answers for ``zone``."""
    if shutil.which("knotd"):
        server = start_knot(directory, [zone])
    elif shutil.which("nsd"):
        server = start_nsd(directory, [zone])
    else:
        directory.mkdir(parents=True)
        server = start_builtin(directory, str(zone.write(directory)), probe=(ORIGIN, _SOA))
    with server:
        if network.private:
            server.port = DNS_PORT
            server.restart()
        server.wait_ready()
        assert server.process is not None
        keep_on_core(server.process.pid, cores()[1])  # knot puts its workers on the first ones by itself
        yield server


@contextmanager
def far_away(
    directory: Path, near: RealServer, network: Network, delay: float = 20, jitter: float = 20
) -> Iterator[str]:
    """The server ``near`` as it is from ``delay`` to ``delay + jitter`` ms away: ADDR:PORT.

    A relay in C stands between; without a C compiler, the built-in server stands for both.
    """
    relay = compiled("away", directory.parent)
    times = [f"{delay:g}", f"{jitter:g}"]

    def command(_: Path, port: int) -> list[str]:
        if relay is not None:
            return [str(relay), _FAR_HOST, str(port), "127.0.0.1", str(near.port), *times]
        zone = near.directory / f"{ORIGIN.strip('.')}.zone"
        faults = ["--delay", times[0], "--jitter", times[1]]
        return [sys.executable, "-m", "dnsburst", "serve", str(zone), "--listen", f"{_FAR_HOST}:{port}", *faults]

    directory.mkdir(parents=True)
    with RealServer("away", directory, command, (ORIGIN, _SOA), [_FAR_HOST]) as server:
        if network.private:
            server.port = DNS_PORT
            server.restart()
        server.wait_ready()
        yield f"{_FAR_HOST}:{server.port}"


def compiled(name: str, directory: Path) -> Path | None:
    """The program of ``name``.c in this directory; None without a C compiler, or where it does not compile (Linux)."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    program = directory / name
    if compiler is None or sys.platform != "linux":
        return None
    if not program.exists():
        built = subprocess.run(
            [compiler, "-O2", "-o", str(program), str(HERE / f"{name}.c")], capture_output=True, check=False
        )
        if built.returncode != 0:
            return None
    return program
