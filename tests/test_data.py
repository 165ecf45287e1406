"""data/: what the files promise in data/README.md, with dnslib as the reader of the zone."""

from __future__ import annotations

import csv
import ipaddress
import runpy
import sys
from collections import Counter, defaultdict
from pathlib import Path

import dnslib
import pytest

ROOT = Path(__file__).parents[1]
Records = dict[tuple[str, str], list[str]]


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with open(ROOT / "data" / "visitors.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def zone() -> Records:
    found: Records = defaultdict(list)
    for record in dnslib.RR.fromZone((ROOT / "data" / "demo.zone").read_text(encoding="ascii")):
        found[str(record.rname), dnslib.QTYPE[record.rtype]].append(str(record.rdata))
    return dict(found)


@pytest.fixture(scope="module")
def exists(zone: Records) -> set[str]:
    """Every name of the zone, empty ones in between too (RFC 4592, 2.2.2)."""
    labels = [owner.split(".") for owner, _ in zone]
    return {".".join(parts[i:]) for parts in labels for i in range(len(parts))}


def address_of(cell: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(cell.strip())
    except ValueError:
        return None
    if address.version == 6 and address.scope_id:
        return None
    return (address.ipv4_mapped or address) if address.version == 6 else address


@pytest.fixture(scope="module")
def addresses(rows: list[dict[str, str]]) -> Counter[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    return Counter(address for row in rows if (address := address_of(row["ip"])) is not None)


def reverse_names(zone: Records, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> list[str]:
    owner = f"{address.reverse_pointer}."
    for target in zone.get((owner, "CNAME"), []):
        owner = target
    return zone.get((owner, "PTR"), [])


def test_the_generator_writes_these_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["make_data.py", str(tmp_path)])
    runpy.run_path(str(ROOT / "tools" / "make_data.py"), run_name="__main__")
    for name in ("visitors.csv", "demo.zone"):
        assert (tmp_path / name).read_bytes() == (ROOT / "data" / name).read_bytes(), name


def test_rows_are_a_shop_export(rows: list[dict[str, str]]) -> None:
    assert len(rows) == 5000
    assert list(rows[0]) == ["order_id", "when", "customer", "ip", "country", "total", "note"]
    assert len({row["order_id"] for row in rows}) == 5000
    for awkward in (",", '"', "\n"):
        assert any(awkward in row["note"] for row in rows)
        assert any(awkward in row["customer"] for row in rows) or awkward == "\n"
    assert sum(not row["customer"].isascii() for row in rows) > 2000


def test_visitors_come_back(addresses: Counter[ipaddress.IPv4Address | ipaddress.IPv6Address]) -> None:
    assert 2700 <= len(addresses) <= 2800
    assert sum(address.version == 6 for address in addresses) > 800
    most = [count for _, count in addresses.most_common()]
    assert most[0] > 100
    assert sum(most[:10]) > sum(addresses.values()) * 0.1
    assert sum(count == 1 for count in most) > len(most) / 2


def test_some_cells_are_no_address(rows: list[dict[str, str]]) -> None:
    cells = Counter(row["ip"] for row in rows if address_of(row["ip"]) is None)
    assert cells.total() == 110
    assert {"", "unknown", "-", "10.0.0.300", "fe80::1%eth0", "203.0.113.5, 198.51.100.7"} <= set(cells)


def test_some_addresses_are_spelled_otherwise(rows: list[dict[str, str]]) -> None:
    cells = [row["ip"] for row in rows if address_of(row["ip"]) is not None]
    assert any(cell.startswith("::ffff:") for cell in cells)
    assert any(cell != cell.strip() for cell in cells)
    assert any(cell != cell.lower() for cell in cells)
    assert any(cell == ipaddress.ip_address(cell.strip()).exploded and ":" in cell for cell in cells)


def test_nine_in_ten_have_a_name(
    addresses: Counter[ipaddress.IPv4Address | ipaddress.IPv6Address], zone: Records, exists: set[str]
) -> None:
    names = {address: reverse_names(zone, address) for address in addresses}
    unnamed = [f"{address.reverse_pointer}." for address, found in names.items() if not found]
    nodata = [owner for owner in unnamed if owner in exists]
    assert sum(map(bool, names.values())) / len(names) == pytest.approx(0.9, abs=0.01)
    assert len(nodata) > 80
    assert any((owner, "TXT") in zone for owner in nodata)
    assert any((owner, "TXT") not in zone for owner in nodata)
    assert len(unnamed) - len(nodata) > 150
    assert sum(len(found) > 1 for found in names.values()) == 9
    assert sum((f"{address.reverse_pointer}.", "CNAME") in zone for address in names) == 14


def test_most_names_confirm(addresses: Counter[ipaddress.IPv4Address | ipaddress.IPv6Address], zone: Records) -> None:
    confirmed: Counter[str] = Counter()
    for address in addresses:
        names = reverse_names(zone, address)
        rdtype = "A" if address.version == 4 else "AAAA"
        back = [str(address) in zone.get((name, rdtype), []) for name in names]
        if names:
            confirmed["yes" if all(back) else "partial" if any(back) else "no"] += 1
    assert confirmed["yes"] / confirmed.total() > 0.9
    assert confirmed["no"] > 100
    assert confirmed["partial"] == 3


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("8.8.8.8", "dns.google."),
        ("2001:4860:4860::8844", "dns.google."),
        ("1.1.1.1", "one.one.one.one."),
        ("9.9.9.9", "dns9.quad9.net."),
        ("149.112.112.112", "dns.quad9.net."),
        ("208.67.222.222", "resolver1.opendns.com."),
        ("198.41.0.4", "a.root-servers.net."),
        ("2001:dc3::35", "m.root-servers.net."),
    ],
)
def test_true_names(address: str, name: str, zone: Records, addresses: Counter[ipaddress.IPv4Address]) -> None:
    ip = ipaddress.ip_address(address)
    assert ip in addresses
    assert [name] == reverse_names(zone, ip)
    assert address in zone[name, "A" if ip.version == 4 else "AAAA"]


def test_invented_names_are_under_reserved_domains(zone: Records) -> None:
    true = (
        "root-servers.net",
        "dns.google",
        "one.one.one",
        "quad9.net",
        "opendns.com",
        "level3.net",
        "he.net",
        "dns.watch",
    )
    for (owner, rdtype), values in zone.items():
        for name in [owner] if rdtype in ("A", "AAAA") else values if rdtype == "PTR" else []:
            assert name.rstrip(".").endswith((".example", ".test", *true)), name
