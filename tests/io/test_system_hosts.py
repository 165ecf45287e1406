"""hosts, nsswitch.conf and host.conf are read as glibc reads them."""

from __future__ import annotations

import pytest

from dnsburst._io import hosts, nsswitch


def octets(text: str) -> bytes:
    import ipaddress

    return ipaddress.ip_address(text).packed


TEXT = """
# comment
127.0.0.1 localhost loop # trailing
  192.0.2.1\tOne.Example  uno\v\teins
192.0.2.2 two.example
192.0.2.3 two.example zwei
2001:db8::1 one.example
::1 localhost ip6-localhost
::ffff:192.0.2.9 mapped
192.0.2.4
300.0.0.1 bad
010.0.0.1 octal
fe80::1%eth0 zone
name.only
192.0.2.5 caf\udce9 \xc9cole
"""


@pytest.mark.parametrize(
    ("name", "ipv4", "ipv6"),
    [
        ("localhost", ["127.0.0.1", "127.0.0.1"], ["::1"]),
        ("LOCALHOST", ["127.0.0.1", "127.0.0.1"], ["::1"]),
        ("one.example", ["192.0.2.1"], ["2001:db8::1"]),
        ("eins", ["192.0.2.1"], []),
        ("two.example", ["192.0.2.2", "192.0.2.3"], []),
        ("ip6-localhost", ["127.0.0.1"], ["::1"]),
        ("mapped", ["192.0.2.9"], ["::ffff:192.0.2.9"]),
        ("caf\udce9", ["192.0.2.5"], []),
        ("\xc9COLE", ["192.0.2.5"], []),
        ("\xe9cole", [], []),
        *[(name, [], []) for name in ("bad", "octal", "zone", "comment", "trailing", "#", "name.only", "absent")],
    ],
)
def test_by_name(name: str, ipv4: list[str], ipv6: list[str]) -> None:
    found = hosts.parse(TEXT).named(name)
    assert [line.as_ipv4() for line in found if line.as_ipv4()] == [octets(address) for address in ipv4]
    assert [line.as_ipv6() for line in found if line.as_ipv6()] == [octets(address) for address in ipv6]


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("127.0.0.1", "localhost"),
        ("192.0.2.3", "two.example"),
        ("::1", "localhost"),
        ("192.0.2.9", "mapped"),
        ("::ffff:192.0.2.9", "mapped"),
        ("192.0.2.4", ""),
        ("192.0.2.99", None),
    ],
)
def test_by_address(address: str, name: str | None) -> None:
    line = hosts.parse(TEXT).at(octets(address))
    assert (None if line is None else line.name) == name


def test_loopback_of_ipv6_answers_for_ipv4_where_it_comes_first() -> None:
    line = hosts.parse("::1 six\n127.0.0.1 four\n").at(octets("127.0.0.1"))
    assert line is not None
    assert line.name == "six"


FILES, DNS = "files", "dns"
ALL = {"SUCCESS", "NOTFOUND", "UNAVAIL", "TRYAGAIN"}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", [(FILES, {"SUCCESS"}), (DNS, {"SUCCESS"})]),
        ("hosts: dns files\n", [(DNS, {"SUCCESS"}), (FILES, {"SUCCESS"})]),
        ("hosts:\tfiles\n", [(FILES, {"SUCCESS"})]),
        ("#hosts: dns\n", [(FILES, {"SUCCESS"}), (DNS, {"SUCCESS"})]),
        ("passwd: dns\nhosts: dns # files\n", [(DNS, {"SUCCESS"})]),
        ("hosts: files mdns4_minimal [NOTFOUND=return] dns\n", [(FILES, {"SUCCESS"}), (DNS, {"SUCCESS"})]),
        (
            "hosts: mymachines resolve [!UNAVAIL=return] files myhostname dns",
            [(FILES, {"SUCCESS"}), (DNS, {"SUCCESS"})],
        ),
        ("hosts: dns [!UNAVAIL=return] files", [(DNS, ALL - {"UNAVAIL"}), (FILES, {"SUCCESS"})]),
        (
            "hosts: dns[ notfound = return  tryagain=RETURN ]files",
            [(DNS, {"SUCCESS", "NOTFOUND", "TRYAGAIN"}), (FILES, {"SUCCESS"})],
        ),
        ("hosts: files [SUCCESS=continue] dns", [(FILES, set()), (DNS, {"SUCCESS"})]),
        ("hosts: files [SUCCESS=merge] dns", [(FILES, set()), (DNS, {"SUCCESS"})]),
        ("hosts: dns [WHAT=return] files", [(FILES, {"SUCCESS"}), (DNS, {"SUCCESS"})]),
        ("hosts: dns [NOTFOUND] files", [(FILES, {"SUCCESS"}), (DNS, {"SUCCESS"})]),
        ("hosts: nis wins\n", [(FILES, {"SUCCESS"}), (DNS, {"SUCCESS"})]),
    ],
)
def test_services(line: str, expected: list[tuple[str, set[str]]]) -> None:
    assert [(service.name, set(service.stops)) for service in nsswitch.parse_services(line)] == expected


@pytest.mark.parametrize(
    ("text", "environ", "expected"),
    [
        ("", {}, False),
        ("multi on\n", {}, True),
        ("order hosts,bind\n  MULTI\tOn # all\n", {}, True),
        ("multi on\nmulti off\n", {}, False),
        ("# multi on\n", {}, False),
        ("multi\n", {}, False),
        ("multi maybe\n", {}, False),
        ("multi on\n", {"RESOLV_MULTI": "off"}, False),
        ("", {"RESOLV_MULTI": "on"}, True),
    ],
)
def test_multi(text: str, environ: dict[str, str], expected: bool) -> None:
    assert nsswitch.parse_multi(text, environ=environ) is expected
