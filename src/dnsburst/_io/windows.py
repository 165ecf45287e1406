"""What the other systems keep in files and Windows in its registry."""

from __future__ import annotations

import os
import re
from importlib import import_module
from typing import Any

from .._engine.address import ServerAddress
from ..errors import ConfigurationError
from .resolvconf import MAX_NAMESERVERS, ResolvConf

_PARAMETERS = r"SYSTEM\CurrentControlSet\Services\{}\Parameters"
_SEPARATORS = re.compile(r"[\s,;]+")


def hosts_path() -> str | None:
    """The hosts file of a Windows system, None elsewhere."""
    if os.name != "nt":
        return None
    root = os.environ.get("SystemRoot", r"C:\Windows")
    return os.path.join(root, "System32", "drivers", "etc", "hosts")


def resolv_conf(registry: Any = None) -> ResolvConf:
    """The servers and suffixes of the interfaces that have an address. Raises ConfigurationError where there are none.

    registry: the module winreg, or what stands in for it
    """
    if registry is None:
        registry = import_module("winreg")
    nameservers: list[ServerAddress] = []
    for family in ("Tcpip", "Tcpip6"):
        for interface in _subkeys(registry, _PARAMETERS.format(family) + r"\Interfaces"):
            values = _values(registry, interface)
            if family == "Tcpip" and not _has_address(values):
                continue
            for text in _words(values.get("NameServer")) or _words(values.get("DhcpNameServer")):
                try:
                    address = ServerAddress.from_text(text)
                except ConfigurationError:
                    continue
                if address not in nameservers:
                    nameservers.append(address)
    if not nameservers:
        raise ConfigurationError("the registry names no DNS server: pass servers=")
    values = _values(registry, _PARAMETERS.format("Tcpip"))
    search = _words(values.get("SearchList")) or _words(values.get("Domain")) or _words(values.get("DhcpDomain"))
    return ResolvConf(nameservers=tuple(nameservers[:MAX_NAMESERVERS]), search=tuple(search))


def _has_address(values: dict[str, Any]) -> bool:
    addresses = _words(values.get("DhcpIPAddress")) + _words(values.get("IPAddress"))
    return any(address != "0.0.0.0" for address in addresses)


def _words(value: Any) -> list[str]:
    """The words of a string value, or of a list of strings."""
    text = " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")
    return [word for word in _SEPARATORS.split(text) if word]


def _subkeys(registry: Any, path: str) -> list[str]:
    try:
        with registry.OpenKey(registry.HKEY_LOCAL_MACHINE, path) as key:
            count = registry.QueryInfoKey(key)[0]
            return [path + "\\" + registry.EnumKey(key, number) for number in range(count)]
    except OSError:
        return []


def _values(registry: Any, path: str) -> dict[str, Any]:
    try:
        with registry.OpenKey(registry.HKEY_LOCAL_MACHINE, path) as key:
            count = registry.QueryInfoKey(key)[1]
            return {name: value for name, value, _ in (registry.EnumValue(key, number) for number in range(count))}
    except OSError:
        return {}
