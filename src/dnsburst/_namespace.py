"""A private network for this process (Linux namespaces): a loopback of its own, and its own resolver files.

With it a DNS server of ours can have port 53 and be the system's server, for this process and its children only.
Root needs nothing else; other users get it where the system allows user namespaces.
"""

from __future__ import annotations

import os
import socket
import struct
import sys
from collections.abc import Mapping
from pathlib import Path

# sched.h, sys/mount.h, sys/prctl.h, linux/sockios.h, net/if.h
_CLONE_NEWNS = 0x00020000
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_MS_BIND = 0x1000
_MS_REC = 0x4000
_MS_PRIVATE = 0x40000
_SIOCGIFFLAGS = 0x8913
_SIOCSIFFLAGS = 0x8914
_IFF_UP = 0x1


def enter(files: Mapping[str, str]) -> str | None:
    """Move this process into a private network for good; None if that was done, else why it cannot be.

    files: path of a system file -> path of the file that takes its place. One that is not there is left out.
    Nothing has changed where a reason comes back.
    """
    if sys.platform != "linux":
        return "only Linux has network namespaces"
    reason = "not permitted"
    for as_user in (False, True):
        # Some systems let the namespace be made and then forbid its use, so a child tries it first.
        reason = _try_in_child(files, as_user)
        if not reason:
            _enter(files, as_user)
            return None
    return reason


def _try_in_child(files: Mapping[str, str], as_user: bool) -> str:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            _enter(files, as_user)
            os.write(writer, b"+")
        except BaseException as error:  # the child must not run on as a second program
            os.write(writer, str(getattr(error, "strerror", None) or error).encode("ascii", "replace")[:500])
        finally:
            os._exit(0)
    os.close(writer)
    with open(reader, "rb") as pipe:
        answer = pipe.read().decode("ascii")
    os.waitpid(child, 0)
    return "" if answer == "+" else answer or "the attempt failed"


def _enter(files: Mapping[str, str], as_user: bool) -> None:
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)

    def check(result: int, what: str) -> None:
        if result != 0:
            number = ctypes.get_errno()
            raise OSError(number, f"{what}: {os.strerror(number)}")

    uid, gid = os.geteuid(), os.getegid()
    flags = _CLONE_NEWNS | _CLONE_NEWNET | (_CLONE_NEWUSER if as_user else 0)
    check(libc.unshare(flags), "unshare")
    if as_user:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
        Path("/proc/self/gid_map").write_text(f"0 {gid} 1")
    check(libc.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None), "mount /")
    for place, source in files.items():
        target = os.path.realpath(place)
        if os.path.exists(target):
            check(libc.mount(os.fsencode(source), os.fsencode(target), None, _MS_BIND, None), f"mount {place}")
    _bring_up("lo")


def _bring_up(interface: str) -> None:
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sH14x", interface.encode(), 0)
        name, flags = struct.unpack("16sH14x", fcntl.ioctl(control, _SIOCGIFFLAGS, request))
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sH14x", name, flags | _IFF_UP))
