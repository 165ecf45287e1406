"""What the five functions make of answers; that they agree with the C library is test_glibc.py's to say."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

import dnsburst
from dnsburst import stdlib
from dnsburst.stdlib.hostlookup import HostLookup

from .fake_dns import FakeDNS, system_files

NONAME = (socket.EAI_NONAME, "Name or service not known")
NODATA = (socket.EAI_NODATA, "No address associated with hostname")
AGAIN = (socket.EAI_AGAIN, "Temporary failure in name resolution")

TABLE: dict[tuple[str, str], list[str] | str] = {
    ("v4.example", "A"): ["192.0.2.1"],
    ("both.example", "A"): ["192.0.2.2"],
    ("both.example", "AAAA"): ["2001:db8::2"],
    ("text.example", "TXT"): ["x"],
    ("half.example", "A"): ["192.0.2.3"],
    ("half.example", "AAAA"): "SERVFAIL",
    ("fail.example", "A"): "SERVFAIL",
    ("fail.example", "AAAA"): "TIMEOUT",
    ("loop.example", "A"): "SERVFAIL CNAME loop",
    ("loop.example", "AAAA"): "SERVFAIL CNAME loop",
    ("form.example", "A"): "FORMERR",
    ("in.search.example", "A"): ["192.0.2.4"],
    ("1.2.0.192.in-addr.arpa", "PTR"): ["v4.example"],
    ("2.2.0.192.in-addr.arpa", "PTR"): ["un\\/safe.example", "v4.example"],
    ("3.2.0.192.in-addr.arpa", "PTR"): ["tab\\009.example"],
    ("4.2.0.192.in-addr.arpa", "PTR"): ["-dash.example"],
    ("5.2.0.192.in-addr.arpa", "PTR"): ["under_score.example"],
    ("6.2.0.192.in-addr.arpa", "PTR"): ["."],
    ("7.2.0.192.in-addr.arpa", "PTR"): "NODATA",
    ("8.2.0.192.in-addr.arpa", "PTR"): "TIMEOUT",
    ("9.2.0.192.in-addr.arpa", "PTR"): "FORMERR",
    ("10.0/25.2.0.192.in-addr.arpa", "PTR"): ["classless.example"],
    ("12.2.0.192.in-addr.arpa", "PTR"): ["first.example", "second.example"],
}
ALIASES = {
    "alias.example": "middle.example",
    "middle.example": "un\\/safe.example",
    "un\\/safe.example": "v4.example",
    "toloop.example": "loop.example",
    "totext.example": "text.example",
    "10.2.0.192.in-addr.arpa": "10.0/25.2.0.192.in-addr.arpa",
}


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOCALDOMAIN", "RES_OPTIONS", "RESOLV_MULTI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("socket.gethostname", lambda: "machine")


@pytest.fixture
def dns() -> FakeDNS:
    return FakeDNS(TABLE, ALIASES)


@pytest.fixture
def lookup(tmp_path: Path, dns: FakeDNS) -> HostLookup:
    return HostLookup(files=system_files(tmp_path), ask=dns)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.1", ("v4.example", [], ["192.0.2.1"])),
        ("192.0.2.2", (3, "Unknown server error")),
        ("192.0.2.3", (3, "Unknown server error")),
        ("192.0.2.4", (3, "Unknown server error")),
        ("192.0.2.5", ("under_score.example", [], ["192.0.2.5"])),
        ("192.0.2.6", (".", [], ["192.0.2.6"])),
        ("192.0.2.7", (4, "No address associated with name")),
        ("192.0.2.8", (2, "Host name lookup failure")),
        ("192.0.2.9", (3, "Unknown server error")),
        ("192.0.2.10", ("classless.example", [], ["192.0.2.10"])),
        ("192.0.2.11", (1, "Unknown host")),
        ("192.0.2.12", ("first.example", [], ["192.0.2.12"])),
        ("v4.example", ("v4.example", [], ["192.0.2.1"])),
        ("2001:db8::1", (1, "Unknown host")),
    ],
)
def test_gethostbyaddr(lookup: HostLookup, address: str, expected: tuple[Any, ...]) -> None:
    if isinstance(expected[0], str):
        assert lookup.gethostbyaddr(address) == expected
    else:
        with pytest.raises(socket.herror) as caught:
            lookup.gethostbyaddr(address)
        assert caught.value.args == expected


def test_unsafe_names_are_not_returned_by_getnameinfo_either(lookup: HostLookup) -> None:
    assert lookup.getnameinfo(("192.0.2.2", 9), socket.NI_NUMERICSERV) == ("192.0.2.2", "9")
    with pytest.raises(socket.gaierror) as caught:
        lookup.getnameinfo(("192.0.2.2", 9), socket.NI_NAMEREQD)
    assert caught.value.args == NONAME


def test_ipv4_written_as_ipv6_is_refused_as_cpython_refuses_it(lookup: HostLookup) -> None:
    with pytest.raises(OSError, match="Address family not supported by protocol"):
        lookup.gethostbyaddr("::ffff:192.0.2.1")


@pytest.mark.parametrize(
    ("host", "ipv4", "both"),
    [
        ("text.example", NODATA, NODATA),
        ("missing.example", NONAME, NONAME),
        ("fail.example", AGAIN, AGAIN),
        ("loop.example", NODATA, NONAME),
        ("totext.example", NODATA, NONAME),
        ("form.example", NONAME, NONAME),
        ("sp ace.example", NONAME, NONAME),
        ("-dash.example", NONAME, NONAME),
        ("1.2.3.4.5", NONAME, NONAME),
        ("x." * 128 + "example", NONAME, NONAME),
    ],
)
def test_failures(lookup: HostLookup, host: str, ipv4: tuple[int, str], both: tuple[int, str]) -> None:
    for function, args, expected in (
        (lookup.gethostbyname, (host,), ipv4),
        (lookup.gethostbyname_ex, (host,), ipv4),
        (lookup.getaddrinfo, (host, 80), both),
    ):
        with pytest.raises(socket.gaierror) as caught:
            function(*args)
        assert caught.value.args == expected


def test_both_families_are_asked_at_once_and_one_failing_does_not_matter(lookup: HostLookup, dns: FakeDNS) -> None:
    assert [entry[4] for entry in lookup.getaddrinfo("half.example", 80, type=socket.SOCK_STREAM)] == [
        ("192.0.2.3", 80)
    ]
    assert dns.asked == [("half.example.", "A"), ("half.example.", "AAAA")]
    assert len(dns.confs) == 1


def test_aliases_are_the_host_names_between(lookup: HostLookup) -> None:
    expected = ("v4.example", ["alias.example", "middle.example"], ["192.0.2.1"])
    assert lookup.gethostbyname_ex("alias.example") == expected


def test_a_name_without_aliases_costs_one_question(lookup: HostLookup, dns: FakeDNS) -> None:
    assert lookup.gethostbyname("V4.example.") == "192.0.2.1"
    assert dns.asked == [("V4.example.", "A")]


def test_canonical_name(lookup: HostLookup) -> None:
    entries = lookup.getaddrinfo("alias.example", 80, flags=socket.AI_CANONNAME)
    assert [entry[3] for entry in entries] == ["v4.example", "", ""]


def test_a_colon_is_escaped_so_that_the_name_is_asked_and_not_read_as_an_address(
    lookup: HostLookup, dns: FakeDNS
) -> None:
    with pytest.raises(socket.gaierror) as caught:
        lookup.getaddrinfo("a:b", 80, socket.AF_INET6, flags=socket.AI_CANONNAME)
    assert caught.value.args == NONAME
    assert dns.asked == [("a\\058b.", "AAAA")]


def test_an_address_with_an_unknown_zone_is_not_asked_as_a_name(lookup: HostLookup, dns: FakeDNS) -> None:
    with pytest.raises(socket.gaierror) as caught:
        lookup.getaddrinfo("fe80::1%nowhere", 80, socket.AF_INET6, flags=socket.AI_CANONNAME)
    assert caught.value.args == NONAME
    assert dns.asked == []


def test_numeric_hosts_and_services_ask_nothing(lookup: HostLookup, dns: FakeDNS) -> None:
    assert lookup.gethostbyname("127.1") == "127.0.0.1"
    assert lookup.gethostbyname("0x7f.1") == "127.0.0.1"
    assert lookup.gethostbyname("") == "0.0.0.0"
    assert lookup.gethostbyname("<broadcast>") == "255.255.255.255"
    assert lookup.gethostbyname_ex("192.0.2.9") == ("192.0.2.9", [], ["192.0.2.9"])
    assert lookup.getaddrinfo("::1", 80, type=socket.SOCK_STREAM)[0][4] == ("::1", 80, 0, 0)
    assert lookup.getaddrinfo(None, 80) == socket.getaddrinfo(None, 80)
    assert lookup.getnameinfo(("192.0.2.1", 80), socket.NI_NUMERICHOST | socket.NI_NUMERICSERV) == ("192.0.2.1", "80")
    assert dns.asked == []


def test_results_have_the_types_of_the_socket_module(lookup: HostLookup) -> None:
    family, kind, *_ = lookup.getaddrinfo("v4.example", 80, type=socket.SOCK_DGRAM)[0]
    assert (family, kind) == (socket.AddressFamily.AF_INET, socket.SocketKind.SOCK_DGRAM)
    assert isinstance(family, socket.AddressFamily)
    assert isinstance(kind, socket.SocketKind)


@pytest.mark.parametrize(
    ("resolv_conf", "name", "asked"),
    [
        ("search search.example\n", "in", ["in.search.example."]),
        ("search a.example search.example\n", "in", ["in.a.example.", "in.search.example."]),
        ("search a.example\n", "in.search.example", ["in.search.example."]),
        ("search search.example\noptions ndots:2\n", "v4.example", ["v4.example.search.example.", "v4.example."]),
        ("search search.example\noptions ndots:0\n", "in", ["in.", "in.search.example."]),
    ],
)
def test_search_list(tmp_path: Path, dns: FakeDNS, resolv_conf: str, name: str, asked: list[str]) -> None:
    HostLookup(files=system_files(tmp_path, resolv_conf=resolv_conf), ask=dns).gethostbyname(name)
    assert [question for question, _ in dns.asked] == asked


def test_hosts_file_first_and_dns_not_asked(tmp_path: Path, dns: FakeDNS) -> None:
    files = system_files(tmp_path, hosts_file="198.51.100.1 v4.example vier\n")
    lookup = HostLookup(files=files, ask=dns)
    assert lookup.gethostbyname_ex("vier") == ("v4.example", ["vier"], ["198.51.100.1"])
    assert lookup.gethostbyaddr("198.51.100.1") == ("v4.example", ["vier"], ["198.51.100.1"])
    assert dns.asked == []


def test_nsswitch_order(tmp_path: Path, dns: FakeDNS) -> None:
    files = system_files(
        tmp_path,
        hosts_file="198.51.100.1 v4.example other.example\n",
        nsswitch_conf="hosts: dns [!UNAVAIL=return] files\n",
    )
    lookup = HostLookup(files=files, ask=dns)
    assert lookup.gethostbyname("v4.example") == "192.0.2.1"
    with pytest.raises(socket.gaierror):
        lookup.gethostbyname("other.example")


def test_unreadable_resolv_conf_means_the_local_server_as_in_glibc(tmp_path: Path, dns: FakeDNS) -> None:
    files = system_files(tmp_path, resolv_conf="nameserver nowhere\n")
    assert HostLookup(files=files, ask=dns).gethostbyname("v4.example") == "192.0.2.1"
    assert [str(server) for server in dns.confs[0].nameservers] == ["127.0.0.1:53"]


@pytest.mark.parametrize("name", ["resolv_conf", "hosts_file", "nsswitch_conf", "host_conf", "gai_conf"])
def test_an_unreadable_file_counts_as_missing(tmp_path: Path, dns: FakeDNS, name: str) -> None:
    texts = {"hosts_file": "198.51.100.1 near.example\n"}
    texts.pop(name, None)
    (tmp_path / name).mkdir()
    lookup = HostLookup(files=system_files(tmp_path, **texts), ask=dns)
    assert len(lookup.getaddrinfo("both.example", 80, type=socket.SOCK_STREAM)) == 2
    assert lookup.gethostbyname("v4.example") == "192.0.2.1"
    assert lookup.gethostbyaddr("192.0.2.1") == ("v4.example", [], ["192.0.2.1"])
    if name != "hosts_file":
        assert lookup.gethostbyname("near.example") == "198.51.100.1"


def test_servers_given_take_the_place_of_the_systems(tmp_path: Path, dns: FakeDNS) -> None:
    files = system_files(tmp_path, resolv_conf="nameserver 192.0.2.53\nsearch search.example\n")
    lookup = HostLookup(servers=["127.0.0.1:5300", "[::1]:5301"], files=files, ask=dns)
    assert lookup.gethostbyname("in") == "192.0.2.4"
    assert [str(server) for server in dns.confs[0].nameservers] == ["127.0.0.1:5300", "[::1]:5301"]
    with pytest.raises(dnsburst.ConfigurationError):
        HostLookup(servers=["dns.example"])


def test_follows_its_files_without_being_told(tmp_path: Path, dns: FakeDNS) -> None:
    files = system_files(tmp_path, hosts_file="198.51.100.1 changing.example\n")
    lookup = HostLookup(files=files, ask=dns)
    assert lookup.gethostbyname("changing.example") == "198.51.100.1"
    (tmp_path / "hosts_file").write_text("198.51.100.22 changing.example\n")
    files.forget()
    assert lookup.gethostbyname("changing.example") == "198.51.100.22"


@pytest.mark.parametrize("function", ["gethostbyname", "gethostbyname_ex", "gethostbyaddr"])
@pytest.mark.parametrize("host", [None, 4, 1.5, ["a"], memoryview(b"a"), "a\0b", b"a\0b", "x" * 64, "a..b", "\ud800"])
def test_arguments_are_refused_as_the_socket_module_refuses_them(lookup: HostLookup, function: str, host: Any) -> None:
    with pytest.raises((TypeError, ValueError)) as theirs:
        getattr(socket, function)(host)
    with pytest.raises((TypeError, ValueError)) as ours:
        getattr(lookup, function)(host)
    assert (type(ours.value), str(ours.value)) == (type(theirs.value), str(theirs.value))


def test_a_name_with_nul_is_not_cut_there(lookup: HostLookup, dns: FakeDNS) -> None:
    for host in ("v4.example\0.evil.example", b"127.0.0.1\0.evil.example"):
        with pytest.raises(socket.gaierror):
            lookup.getaddrinfo(host, 80)
    assert dns.asked == []


def test_the_public_functions_are_those_of_the_package() -> None:
    for name in (
        "gethostbyname",
        "gethostbyname_ex",
        "gethostbyaddr",
        "getaddrinfo",
        "getnameinfo",
        "install",
        "uninstall",
    ):
        assert getattr(dnsburst, name) is getattr(stdlib, name)
    assert dnsburst.gethostbyname("127.0.0.1") == "127.0.0.1"
    assert dnsburst.getnameinfo(("127.0.0.1", 80), socket.NI_NUMERICHOST | socket.NI_NUMERICSERV) == ("127.0.0.1", "80")
