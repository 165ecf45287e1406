"""The system's resolver files, read when they are needed and again when they change."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from .._engine.address import ServerAddress
from ..errors import ConfigurationError
from . import hosts, nsswitch, resolvconf, windows
from .hosts import Hosts
from .nsswitch import Service
from .resolvconf import ResolvConf

#: Seconds between two looks at a file's status.
CHECK_INTERVAL = 1.0

_T = TypeVar("_T")


class WatchedFile(Generic[_T]):
    """The meaning of one text file: parsed at first use, and anew when its mtime, size or inode has changed.

    The file's status is looked at once a second at most; no watch is put on it. A missing file means what the empty
    text means. Safe from several threads.
    """

    __slots__ = ("_checked", "_clock", "_lock", "_parse", "_stamp", "_value", "path")

    def __init__(self, path: str, parse: Callable[[str, str], _T], clock: Callable[[], float] = time.monotonic) -> None:
        self.path = path
        self._parse = parse
        self._clock = clock
        self._lock = threading.Lock()
        self._checked: float | None = None
        self._stamp: tuple[int, int, int] | None = None
        self._value: _T | None = None

    def get(self) -> _T:
        """What the file says now. Raises ConfigurationError, naming the file, if it cannot be read or understood."""
        with self._lock:
            now = self._clock()
            value = self._value
            if value is not None and self._checked is not None and now - self._checked < CHECK_INTERVAL:
                return value
            stamp = self._look()
            if value is None or stamp != self._stamp:
                value = self._parse("" if stamp is None else self._read(), self.path)
                self._value = value
                self._stamp = stamp
            self._checked = now
            return value

    def forget(self) -> None:
        """Read the file again at the next use."""
        with self._lock:
            self._value = None

    def _look(self) -> tuple[int, int, int] | None:
        try:
            status = os.stat(self.path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise self._unreadable(error) from error
        return status.st_mtime_ns, status.st_size, status.st_ino

    def _read(self) -> str:
        try:
            with open(self.path, encoding="utf-8", errors="surrogateescape", newline="") as file:
                return file.read()
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: OSError) -> ConfigurationError:
        return ConfigurationError(f"{self.path}: {error.strerror or error}")


class SystemFiles:
    """Where the system says how host names are resolved. Other paths than the system's own are for tests."""

    __slots__ = ("_hosts", "_multi", "_resolv_conf", "_services", "_windows", "gai_conf")

    def __init__(
        self,
        resolv_conf: str = "/etc/resolv.conf",
        hosts_file: str | None = None,
        nsswitch_conf: str = "/etc/nsswitch.conf",
        host_conf: str = "/etc/host.conf",
        gai_conf: str = "/etc/gai.conf",
    ) -> None:
        self._windows = os.name == "nt" and resolv_conf == "/etc/resolv.conf"
        self._resolv_conf = WatchedFile(resolv_conf, resolvconf.parse)
        self._hosts = WatchedFile(hosts_file or windows.hosts_path() or "/etc/hosts", hosts.parse)
        self._services = WatchedFile(nsswitch_conf, nsswitch.parse_services)
        self._multi = WatchedFile(host_conf, nsswitch.parse_multi)
        self.gai_conf = gai_conf

    def resolv_conf(self) -> ResolvConf:
        """The servers and options to use. Raises ConfigurationError."""
        return windows.resolv_conf() if self._windows else self._resolv_conf.get()

    def hosts(self) -> Hosts:
        """The machine's own names. Raises ConfigurationError."""
        return self._hosts.get()

    def services(self) -> tuple[Service, ...]:
        """The hosts file and DNS in the order they are asked. Raises ConfigurationError."""
        return self._services.get()

    def multi(self) -> bool:
        """Whether all matching lines of the hosts file count, or only the first. Raises ConfigurationError."""
        return self._multi.get()

    def forget(self) -> None:
        """Read all files again at the next use."""
        for file in (self._resolv_conf, self._hosts, self._services, self._multi):
            file.forget()


SYSTEM = SystemFiles()
"""The files of this system."""


def resolv_conf() -> ResolvConf:
    """The servers and options this system is set up with. Raises ConfigurationError."""
    return SYSTEM.resolv_conf()


def system_servers() -> tuple[ServerAddress, ...]:
    """The servers this system asks. Raises ConfigurationError."""
    return SYSTEM.resolv_conf().nameservers
