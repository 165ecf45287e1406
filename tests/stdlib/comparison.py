"""Run as a program: the system's C library and dnsburst, call by call, in a private network.

usage: comparison.py DIRECTORY SEED

Prints JSON: {"unavailable": reason}, or {"worlds": {name: {"calls", "values", "seconds", "differences": [[call, accepted,
theirs, ours], …]}}, "unfixed": whether this C library returns names that are no host names}.
"""

from __future__ import annotations

import ctypes
import json
import os
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from worlds import UNSAFE_ADDRESS, Case, World, worlds, zones

from dnsburst import _namespace

_REAL = {
    name: getattr(socket, name)
    for name in ("gethostbyname", "gethostbyname_ex", "gethostbyaddr", "getaddrinfo", "getnameinfo")
}
_C_LIBRARY = ctypes.CDLL(None)
#: Given to the loopback interface, so that there is something to choose a source address from.
_INTERFACE_ADDRESSES = [
    ("192.0.2.1", 24),
    ("10.9.0.1", 16),
    ("2001:db8::1", 64),
    ("fd00::99", 8),
    ("2002:c000:201::99", 48),
]


def main(directory: Path, seed: str) -> dict[str, Any]:
    places = {
        f"/etc/{name}": str(directory / name)
        for name in ("resolv.conf", "hosts", "nsswitch.conf", "host.conf", "gai.conf")
    }
    for path in places.values():
        Path(path).write_text("")
    reason = _namespace.enter(places)
    if reason is not None:
        return {"unavailable": reason}
    with ExitStack() as stack:
        texts = zones(seed)
        _start_knot(directory / "all", "127.0.0.1", texts, stack)
        _start_knot(directory / "few", "127.0.0.4", {"test.": texts["test."]}, stack)
        silent = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        silent.bind(("127.0.0.2", 53))
        report = {}
        to_add = list(_INTERFACE_ADDRESSES)
        # The worlds without addresses come first: addresses are not taken away again.
        for name, world in sorted(worlds(seed).items(), key=lambda item: item[1].addresses):
            while world.addresses and to_add:
                _add_address(*to_add.pop())
            for path, text in world.files.items():
                Path(places[path]).write_text(text)
            report[name] = _in_child(world)
        Path(places["/etc/resolv.conf"]).write_text("nameserver 127.0.0.1\n")
        unsafe = _outcome(_REAL["gethostbyaddr"], (UNSAFE_ADDRESS,))
    return {"worlds": report, "unfixed": unsafe[0] == "value"}


def _in_child(world: World) -> Any:
    """Compare in a fork: the C library reads some of its files once in a process."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reader)
            os.environ.update(world.environ)
            with open(writer, "w") as pipe:
                json.dump(_compare(world.cases), pipe)
            status = 0
        finally:
            sys.stderr.flush()
            os._exit(status)
    os.close(writer)
    with open(reader) as pipe:
        text = pipe.read()
    _, status = os.waitpid(child, 0)
    if status:
        raise SystemExit(f"the comparing process ended with status {status}")
    return json.loads(text)


def _compare(cases: list[Case]) -> dict[str, Any]:
    from dnsburst import stdlib

    differences = []
    values = 0
    seconds = [0.0, 0.0]
    for case in cases:
        _clear_errno()
        started = time.perf_counter()
        theirs = _outcome(_REAL[case.function], case.args)
        between = time.perf_counter()
        ours = _outcome(getattr(stdlib, case.function), case.args)
        seconds[0] += between - started
        seconds[1] += time.perf_counter() - between
        values += theirs[0] == "value"
        if theirs != ours:
            differences.append([f"{case.function}{case.args!r}", case.accepted, theirs, ours])
    return {"calls": len(cases), "values": values, "seconds": seconds, "differences": differences}


def _clear_errno() -> None:
    """Let no call see the errno of the call before.

    glibc's resolver takes an ECONNREFUSED that it finds there for the outcome of its own query: where a server of the
    call before has refused, a name that does not exist is then EAI_NODATA instead of EAI_NONAME.
    """
    location = _C_LIBRARY["__errno_location"]
    location.restype = ctypes.POINTER(ctypes.c_int)
    location()[0] = 0


def _outcome(function: Callable[..., Any], args: tuple[Any, ...]) -> tuple[str, str]:
    try:
        return "value", repr(function(*args))
    except Exception as error:
        return f"{type(error).__module__}.{type(error).__qualname__}", str(error)


def _start_knot(directory: Path, host: str, zone_texts: dict[str, str], stack: ExitStack) -> None:
    """Run knotd on port 53 of ``host`` until the stack unwinds. It also has a zone ``broken.`` that does not load."""
    directory.mkdir()
    lines = [
        "server:",
        f"  rundir: {directory}",
        f"  listen: {host}@53",
        "  udp-workers: 1",
        "  tcp-workers: 1",
        "  background-workers: 1",
        "log:",
        "  - target: stderr",
        "    any: warning",
        "database:",
        f"  storage: {directory}",
        "zone:",
        "  - domain: broken.",
        f"    file: {directory / 'there-is-no-such.zone'}",
    ]
    for origin, text in zone_texts.items():
        path = directory / f"{origin}zone"
        path.write_text(text)
        lines += [
            f"  - domain: {origin}",
            f"    file: {path}",
            "    zonefile-sync: -1",
            "    journal-content: none",
            "    semantic-checks: off",
        ]
    config = directory / "knot.conf"
    config.write_text("\n".join(lines) + "\n")
    log = stack.enter_context((directory / "knot.log").open("wb"))
    process = subprocess.Popen(["knotd", "-c", str(config)], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    stack.callback(process.wait)
    stack.callback(process.terminate)
    deadline = time.monotonic() + 15
    for origin in zone_texts:
        while not _answers(host, origin):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("knotd does not answer:\n" + (directory / "knot.log").read_text())


def _answers(host: str, origin: str) -> bool:
    """Whether the server answers for the SOA of the zone; waits up to 0.1 s."""
    labels = b"".join(bytes((len(label),)) + label.encode() for label in origin.split(".") if label)
    question = bytes.fromhex("123400000001000000000000") + labels + b"\0\x00\x06\x00\x01"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(0.1)
        client.connect((host, 53))
        try:
            client.send(question)
            return client.recv(512)[3] & 15 == 0
        except OSError:
            time.sleep(0.01)
            return False


def _add_address(address: str, prefix_length: int) -> None:
    """Give the loopback interface one more address (rtnetlink(7): RTM_NEWADDR)."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    octets = socket.inet_pton(family, address)
    attributes = b"".join(struct.pack("=HH", 4 + len(octets), kind) + octets for kind in (1, 2))
    body = struct.pack("=BBBBI", family, prefix_length, 0x02, 0, socket.if_nametoindex("lo")) + attributes
    # NLM_F_REQUEST, ACK, CREATE, EXCL; the address flag 0x02 is IFA_F_NODAD.
    header = struct.pack("=IHHII", 16 + len(body), 20, 0x1 | 0x4 | 0x400 | 0x200, 1, 0)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as channel:
        channel.settimeout(2.0)
        channel.bind((0, 0))
        channel.send(header + body)
        (number,) = struct.unpack_from("=i", channel.recv(4096), 16)
    if number:
        raise OSError(-number, f"cannot add {address}: {os.strerror(-number)}")


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2])))
