"""On Windows the registry takes the place of resolv.conf."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from dnsburst._engine.address import ServerAddress
from dnsburst._io import windows
from dnsburst.errors import ConfigurationError

PARAMETERS = r"SYSTEM\CurrentControlSet\Services\Tcpip\Parameters"
PARAMETERS6 = r"SYSTEM\CurrentControlSet\Services\Tcpip6\Parameters"


class Registry:
    """As much of winreg as is used, over a dict of keys."""

    HKEY_LOCAL_MACHINE = "HKLM"

    def __init__(self, keys: dict[str, dict[str, Any]]) -> None:
        self.keys = keys

    @contextmanager
    def OpenKey(self, root: str, path: str) -> Iterator[str]:
        assert root == self.HKEY_LOCAL_MACHINE
        if not any(key == path or key.startswith(path + "\\") for key in self.keys):
            raise FileNotFoundError(path)
        yield path

    def children(self, path: str) -> list[str]:
        below = [key[len(path) + 1 :] for key in self.keys if key.startswith(path + "\\")]
        return sorted({name.split("\\")[0] for name in below})

    def QueryInfoKey(self, key: str) -> tuple[int, int, int]:
        return len(self.children(key)), len(self.keys.get(key, {})), 0

    def EnumKey(self, key: str, number: int) -> str:
        return self.children(key)[number]

    def EnumValue(self, key: str, number: int) -> tuple[str, Any, int]:
        return (*list(self.keys[key].items())[number], 1)


def test_servers_of_the_interfaces_that_have_an_address() -> None:
    registry = Registry(
        {
            PARAMETERS: {"SearchList": "one.example,two.example", "Domain": "three.example"},
            PARAMETERS + r"\Interfaces\{1}": {"DhcpIPAddress": "192.0.2.9", "DhcpNameServer": "192.0.2.1 192.0.2.2"},
            PARAMETERS + r"\Interfaces\{2}": {"DhcpIPAddress": "0.0.0.0", "NameServer": "192.0.2.66"},
            PARAMETERS + r"\Interfaces\{3}": {
                "IPAddress": ["192.0.2.8"],
                "NameServer": "192.0.2.3, 192.0.2.1",
                "DhcpNameServer": "192.0.2.77",
            },
            PARAMETERS + r"\Interfaces\{4}": {"IPAddress": ["192.0.2.7"], "NameServer": "not-an-address"},
            PARAMETERS6 + r"\Interfaces\{1}": {"NameServer": "2001:db8::1"},
        }
    )
    conf = windows.resolv_conf(registry)
    assert conf.nameservers == tuple(map(ServerAddress, ("192.0.2.1", "192.0.2.2", "192.0.2.3")))
    assert conf.search == ("one.example", "two.example")


def test_ipv6_alone() -> None:
    registry = Registry({PARAMETERS6 + r"\Interfaces\{1}": {"NameServer": "2001:db8::1"}})
    assert windows.resolv_conf(registry).nameservers == (ServerAddress("2001:db8::1"),)


def test_no_server_says_what_to_do() -> None:
    with pytest.raises(ConfigurationError, match="pass servers="):
        windows.resolv_conf(Registry({PARAMETERS: {}}))


def test_hosts_path_is_for_windows_only() -> None:
    assert (windows.hosts_path() is None) == (os.name != "nt")
