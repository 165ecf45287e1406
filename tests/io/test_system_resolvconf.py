"""resolv.conf is read as glibc reads it."""

from __future__ import annotations

from typing import Any

import pytest

from dnsburst._engine.address import ServerAddress
from dnsburst._io.resolvconf import ResolvConf, parse
from dnsburst.errors import ConfigurationError

LOCAL = ServerAddress("127.0.0.1")


@pytest.fixture(autouse=True)
def _host_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "machine.own.example")


def servers(*hosts: str) -> tuple[ServerAddress, ...]:
    return tuple(map(ServerAddress, hosts))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {"nameservers": (LOCAL,), "search": ("own.example",)}),
        ("nameserver 192.0.2.1\n", {"nameservers": servers("192.0.2.1")}),
        ("nameserver\t192.0.2.1 trailing\n", {"nameservers": servers("192.0.2.1")}),
        ("nameserver 192.0.2.1", {"nameservers": servers("192.0.2.1")}),
        ("nameserver 192.0.2.1\r\n", {"nameservers": servers("192.0.2.1")}),
        ("nameserver 127.1\n", {"nameservers": (LOCAL,)}),
        ("nameserver 2001:db8::1\n", {"nameservers": servers("2001:db8::1")}),
        ("nameserver fe80::1%eth0\n", {"nameservers": servers("fe80::1%eth0")}),
        ("nameserver fe80::1%\n", {"nameservers": servers("fe80::1")}),
        (" nameserver 192.0.2.1\n", {"nameservers": (LOCAL,)}),
        ("nameserver192.0.2.1\n", {"nameservers": (LOCAL,)}),
        ("nameserver\n", {"nameservers": (LOCAL,)}),
        ("#nameserver 192.0.2.1\n;nameserver 192.0.2.2\n", {"nameservers": (LOCAL,)}),
        ("nameserver bad\nnameserver 192.0.2.1\n", {"nameservers": servers("192.0.2.1")}),
        (
            "".join(f"nameserver 192.0.2.{number}\n" for number in range(1, 6)),
            {"nameservers": servers("192.0.2.1", "192.0.2.2", "192.0.2.3")},
        ),
        ("domain one.example two.example\n", {"search": ("one.example",)}),
        ("search one.example  two.example\t.\n", {"search": ("one.example", "two.example", "")}),
        ("search one.example\ndomain two.example\n", {"search": ("two.example",)}),
        ("domain two.example\nsearch one.example\nsearch \n", {"search": ("one.example",)}),
        ("search .one.example\n", {"search": ("one.example",)}),
        ("options ndots:3 timeout:2 attempts:4\n", {"ndots": 3, "timeout": 2, "attempts": 4}),
        ("options ndots:99 timeout:99 attempts:99\n", {"ndots": 15, "timeout": 30, "attempts": 5}),
        ("options ndots:x timeout: attempts:2x\n", {"ndots": 0, "timeout": 0, "attempts": 2}),
        ("options ndots:-1\n", {"ndots": 0}),
        (
            "options rotate edns0\noptions use-vc no-aaaa\n",
            {"rotate": True, "edns0": True, "use_vc": True, "no_aaaa": True},
        ),
        ("options no_tld_query\n", {"no_tld_query": True}),
        ("options no-tld-query\n", {"no_tld_query": True}),
        ("options rotate\noptions -rotate\n", {"rotate": False}),
        ("options inet6 debug trust-ad single-request unknown:3\n", {}),
        ("sortlist 192.0.2.0/24\nlookup file bind\n", {}),
    ],
)
def test_lines(text: str, expected: dict[str, Any]) -> None:
    conf = parse(text, "resolv.conf", {})
    assert {name: getattr(conf, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"LOCALDOMAIN": "a.example b.example"}, {"search": ("a.example", "b.example"), "ndots": 2}),
        ({"LOCALDOMAIN": "a.example \nb.example"}, {"search": ("a.example",)}),
        ({"LOCALDOMAIN": ""}, {"search": ("",)}),
        ({"RES_OPTIONS": "ndots:4 rotate"}, {"search": ("c.example",), "ndots": 4, "rotate": True}),
        ({"RES_OPTIONS": "-edns0"}, {"edns0": False}),
    ],
)
def test_environment(environ: dict[str, str], expected: dict[str, Any]) -> None:
    conf = parse("search c.example\noptions ndots:2 edns0\n", "resolv.conf", environ)
    assert {name: getattr(conf, name) for name in expected} == expected


def test_no_domain_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "machine")
    assert parse("", environ={}).search == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nameserver 192.0.2.1\0", "conf: not a text file"),
        ("\nnameserver dns.example\nnameserver 1.2.3.4.5\n", "conf, line 2: the nameserver is not an address"),
    ],
)
def test_broken(text: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse(text, "conf", {})
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("conf", "seconds"),
    [
        (ResolvConf(), 10.0),
        (ResolvConf(timeout=1, attempts=1), 1.0),
        (ResolvConf(timeout=0, attempts=0), 1.0),
        (ResolvConf(nameservers=servers("192.0.2.1", "192.0.2.2"), attempts=1), 5.0 + 5.0),
        (ResolvConf(nameservers=servers("192.0.2.1", "192.0.2.2", "192.0.2.3")), 2 * (5.0 + 3.0 + 6.0)),
    ],
)
def test_lifetime_is_that_of_glibc(conf: ResolvConf, seconds: float) -> None:
    assert conf.lifetime == seconds
