"""The addresses of this machine's interfaces, as the kernel lists them (Linux, rtnetlink(7))."""

from __future__ import annotations

import os
import socket
import struct
from dataclasses import dataclass

from .._wire.address import IPV4_MAPPED

_RTM_NEWADDR = 20
_RTM_GETADDR = 22
_NLMSG_ERROR = 2
_NLMSG_DONE = 3
_NLM_F_REQUEST = 0x1
_NLM_F_DUMP = 0x300
_IFA_ADDRESS = 1
_IFA_LOCAL = 2
_IFA_F_HOMEADDRESS = 0x10
_IFA_F_DEPRECATED = 0x20
_IFA_F_OPTIMISTIC = 0x04

_HEADER = struct.Struct("=IHHII")  # nlmsghdr
_IFADDRMSG = struct.Struct("=BBBBI")
_RTATTR = struct.Struct("=HH")

#: Link types that carry IP in IP (linux/if_arp.h: TUNNEL, TUNNEL6, SIT).
_TUNNELS = frozenset(("768", "769", "776"))


@dataclass(frozen=True, slots=True)
class InterfaceAddress:
    """What the ordering of destinations wants to know of a source address (RFC 6724)."""

    prefix_length: int
    interface: int
    deprecated: bool
    home: bool


def interface_addresses() -> dict[bytes, InterfaceAddress]:
    """Every address of every interface by its sixteen octets, IPv4 as IPv4-mapped; empty where none but IPv4 or
    loopback addresses are there (glibc looks no closer then), and on systems without rtnetlink."""
    netlink = getattr(socket, "AF_NETLINK", None)
    if netlink is None:
        return {}
    try:
        with socket.socket(netlink, socket.SOCK_RAW, 0) as channel:
            channel.settimeout(1.0)
            channel.bind((0, 0))
            payload = bytes((socket.AF_UNSPEC, 0, 0, 0))
            length = _HEADER.size + len(payload)
            channel.send(_HEADER.pack(length, _RTM_GETADDR, _NLM_F_REQUEST | _NLM_F_DUMP, os.getpid(), 0) + payload)
            found: dict[bytes, InterfaceAddress] = {}
            while _read_messages(channel.recv(1 << 16), found):
                pass
    except OSError:
        return {}
    loopback = bytes(15) + b"\x01"
    if any(not octets.startswith(IPV4_MAPPED) and octets != loopback for octets in found):
        return found
    return {}


def is_native(interface: int) -> bool:
    """False for interfaces that tunnel IP in IP (rule 7 prefers those that do not)."""
    try:
        with open(f"/sys/class/net/{socket.if_indextoname(interface)}/type", encoding="ascii") as file:
            return file.read().strip() not in _TUNNELS
    except OSError:
        return True


def _read_messages(data: bytes, found: dict[bytes, InterfaceAddress]) -> bool:
    """Take the addresses from one datagram of the kernel; False after the last."""
    pos = 0
    while pos + _HEADER.size <= len(data):
        length, kind, _, _, _ = _HEADER.unpack_from(data, pos)
        if kind in (_NLMSG_DONE, _NLMSG_ERROR) or length < _HEADER.size:
            return False
        if kind == _RTM_NEWADDR:
            _read_address(data[pos + _HEADER.size : pos + length], found)
        pos += (length + 3) & ~3
    return True


def _read_address(message: bytes, found: dict[bytes, InterfaceAddress]) -> None:
    family, prefix_length, flags, _, interface = _IFADDRMSG.unpack_from(message)
    if family not in (socket.AF_INET, socket.AF_INET6):
        return
    attributes: dict[int, bytes] = {}
    pos = _IFADDRMSG.size
    while pos + _RTATTR.size <= len(message):
        length, kind = _RTATTR.unpack_from(message, pos)
        if length < _RTATTR.size:
            break
        attributes[kind] = message[pos + _RTATTR.size : pos + length]
        pos += (length + 3) & ~3
    octets = attributes.get(_IFA_ADDRESS) or attributes.get(_IFA_LOCAL)
    if octets is None:
        return
    if len(octets) == 4:
        octets = IPV4_MAPPED + octets
    found[octets] = InterfaceAddress(
        prefix_length=prefix_length,
        interface=interface,
        deprecated=bool(flags & (_IFA_F_DEPRECATED | _IFA_F_OPTIMISTIC)),
        home=bool(flags & _IFA_F_HOMEADDRESS),
    )
