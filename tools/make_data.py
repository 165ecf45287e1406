"""Write data/visitors.csv and data/demo.zone: python3 tools/make_data.py [DIRECTORY]

The same files come out of every run and every Python: chance is a seeded random.random(), and nothing else.

Rules of the data.
1. Names that exist in the world stand only beside the addresses they have there: root servers, public resolvers.
   All else lives in ranges and domains kept for documentation and tests (RFC 5737, 2544, 3849, 2606).
2. Every distinct address is one of: named, unnamed (NXDOMAIN), empty (NODATA).
3. What a name's forward records say is decided per name: this address, another one, or nothing.
4. One zone with its apex at the root holds it all, so that any server loads the one file and answers any question.
"""

from __future__ import annotations

import csv
import io
import ipaddress
import random
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import NamedTuple, TypeVar

ROWS = 5000
IPV4_VISITORS = 1840
IPV6_VISITORS = 800
NOT_ADDRESSES = 110
SEED = 1035

T = TypeVar("T")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Provider(NamedTuple):
    """Who gives visitors their addresses. label() makes the host part of a name from an address."""

    domain: str
    network: str
    network6: str
    ttl: int
    share: float
    label: Callable[[Address], str]


def dashed(prefix: str) -> Callable[[Address], str]:
    """Labels as ip-198-18-4-27, and for IPv6 ip-4b1c-9e02-77f0-31aa from the interface identifier."""

    def label(address: Address) -> str:
        groups = str(address).split(".") if address.version == 4 else address.exploded.split(":")[4:]
        return "-".join((prefix, *groups))

    return label


def dotted(prefix: str, area: str) -> Callable[[Address], str]:
    """Labels as host27.4.area, and for IPv6 host31aa.77f0.area."""

    def label(address: Address) -> str:
        groups = str(address).split(".") if address.version == 4 else address.exploded.split(":")
        return f"{prefix}{groups[-1]}.{groups[-2]}.{area}"

    return label


def hexed(prefix: str) -> Callable[[Address], str]:
    """Labels as cpe-c612041b, the octets of the address (of the interface identifier, for IPv6) in hex."""
    return lambda address: f"{prefix}{address.packed[-8:].hex()}"


PROVIDERS = (
    Provider("fjordnett.example", "198.18.0.0/19", "2001:db8:1000::/36", 3600, 0.24, dashed("ip")),
    Provider("kestrel-broadband.example", "198.18.64.0/19", "2001:db8:2000::/36", 86400, 0.20, dotted("host", "cust")),
    Provider("tidewater-cable.test", "198.18.128.0/19", "2001:db8:3000::/36", 7200, 0.16, hexed("cpe-")),
    Provider("mobil.bergfunk.example", "198.18.224.0/19", "2001:db8:4000::/36", 600, 0.16, dashed("m")),
    Provider("solis-fibra.example", "198.19.0.0/19", "2001:db8:5000::/36", 43200, 0.12, dotted("static", "fibra")),
    Provider("uni-lindenau.example", "203.0.113.0/24", "2001:db8:6000::/36", 3600, 0.04, dotted("ws", "campus")),
    Provider("hostwerk.example", "198.51.100.0/24", "2001:db8:7000::/36", 1800, 0.05, hexed("vm-")),
    Provider("lantern-office.test", "192.0.2.0/24", "2001:db8:8000::/36", 14400, 0.03, dashed("office")),
)

ROOT_SERVERS = {
    "a": ("198.41.0.4", "2001:503:ba3e::2:30"),
    "b": ("170.247.170.2", "2801:1b8:10::b"),
    "c": ("192.33.4.12", "2001:500:2::c"),
    "d": ("199.7.91.13", "2001:500:2d::d"),
    "e": ("192.203.230.10", "2001:500:a8::e"),
    "f": ("192.5.5.241", "2001:500:2f::f"),
    "g": ("192.112.36.4", "2001:500:12::d0d"),
    "h": ("198.97.190.53", "2001:500:1::53"),
    "i": ("192.36.148.17", "2001:7fe::53"),
    "j": ("192.58.128.30", "2001:503:c27::2:30"),
    "k": ("193.0.14.129", "2001:7fd::1"),
    "l": ("199.7.83.42", "2001:500:9f::42"),
    "m": ("202.12.27.33", "2001:dc3::35"),
}

PUBLIC_RESOLVERS = {
    "dns.google": ("8.8.8.8", "8.8.4.4", "2001:4860:4860::8888", "2001:4860:4860::8844"),
    "one.one.one.one": ("1.1.1.1", "1.0.0.1", "2606:4700:4700::1111", "2606:4700:4700::1001"),
    "dns9.quad9.net": ("9.9.9.9", "2620:fe::9"),
    "dns.quad9.net": ("149.112.112.112", "2620:fe::fe"),
    "dns10.quad9.net": ("9.9.9.10", "2620:fe::10"),
    "dns11.quad9.net": ("9.9.9.11", "2620:fe::11"),
    "resolver1.opendns.com": ("208.67.222.222", "2620:119:35::35"),
    "resolver2.opendns.com": ("208.67.220.220", "2620:119:53::53"),
    "a.resolvers.level3.net": ("4.2.2.1",),
    "b.resolvers.level3.net": ("4.2.2.2",),
    "c.resolvers.level3.net": ("4.2.2.3",),
    "d.resolvers.level3.net": ("4.2.2.4",),
    "e.resolvers.level3.net": ("4.2.2.5",),
    "f.resolvers.level3.net": ("4.2.2.6",),
    "ordns.he.net": ("74.82.42.42", "2001:470:20::2"),
    "resolver1.dns.watch": ("84.200.69.80", "2001:1608:10:25::1c04:b12f"),
    "resolver2.dns.watch": ("84.200.70.40", "2001:1608:10:25::9249:d69b"),
}

# What these names say forward beyond the addresses whose reverse name they are.
ALSO = {"dns.quad9.net": ("9.9.9.9", "2620:fe::9")}

# Addresses that nobody names in the world's DNS, from behind a proxy that tells too much.
PRIVATE = ("10.0.0.7", "10.11.12.13", "172.16.4.2", "192.168.1.20", "192.168.178.31", "fd00:1:2::5", "100.64.3.9")

NOT_AN_ADDRESS = (
    ("", 30),
    ("unknown", 22),
    ("-", 18),
    ("10.0.0.300", 10),
    ("fe80::1%eth0", 8),
    ("203.0.113.5, 198.51.100.7", 8),
    ("192.168.1", 5),
    ("010.0.0.8", 3),
    ("198.51.100.0/24", 3),
    ("2001:db8::1::2", 3),
)

CUSTOMERS = (
    ("NO", "Ingrid Åsheim", "Bjørn Ødegård", "Kari Nordmann"),
    ("DE", "Müller, Jürgen", "Anja Weiß", "Familie Köhler-Strauß", "Ute Lange"),
    ("PL", "Łukasz Wiśniewski", "Żaneta Źrebięcka", "Agnieszka Dąbrowska"),
    ("IE", "O'Brien, Siobhán", "Pádraig Ó Conghaile", "Tom Walsh"),
    ("ES", "Íñigo Peña", "María José Núñez", "Lucía Ibáñez"),
    ("FR", "Zoé Lefèvre", "François d'Aubigné", "Chloé Benoît"),
    ("IS", "Þóra Jónsdóttir", "Ægir Önnuson"),
    ("CZ", "Jiří Dvořák", "Kateřina Říhová"),
    ("TR", "Şule Yıldız", "İbrahim Çelik"),
    ("GR", "Ελένη Παπαδοπούλου", "Γιώργος Νικολάου"),
    ("UA", "Олена Ковальчук", "Андрій Шевченко"),
    ("IL", "נועה לוי"),
    ("EG", "ليلى حسن"),
    ("JP", "山田 太郎", "佐藤 花子"),
    ("KR", "김민준", "이서연"),
    ("CN", "王芳", "李伟"),
    ("VN", "Nguyễn Thị Hằng"),
    ("US", "Pat Smith", 'Robert "Bob" Jones', "Ann Lee", "Walker, Ruth"),
    ("GB", "Amelia Wright", "J. R. Hartley"),
)

NOTES = (
    "Leave with the neighbour, not at the door",
    'Gift card: "Alles Gute, Oma!"',
    "Ring twice.\nSecond floor, left.",
    "Deliver after 17:00; before that nobody is in",
    'Says "as discussed", see ticket 4711',
    "c/o Studio Öresund,\nBackyard,\n3rd bell",
    "Size 42 → 43",
    "invoice to accounting@lantern-office.test",
    '"',
    "repeat order",
    "¿Factura con IVA?",
    "  keep the two spaces in front",
    "tab\there",
    "50 % off, code SPRING",
)


class Chance(random.Random):
    """Choices drawn from random() alone, whose sequence is the same in every version of Python."""

    def below(self, n: int) -> int:
        return int(self.random() * n)

    def one(self, items: Sequence[T]) -> T:
        return items[self.below(len(items))]

    def happens(self, probability: float) -> bool:
        return self.random() < probability

    def mix(self, items: list[T]) -> None:
        for i in range(len(items) - 1, 0, -1):
            j = self.below(i + 1)
            items[i], items[j] = items[j], items[i]


class Zone:
    """The records of the zone, by the origin they are written under."""

    def __init__(self) -> None:
        self.sections: dict[str, list[str]] = defaultdict(list)
        self.ttls: dict[str, int] = {}

    def add(self, origin: str, label: str, rdtype: str, rdata: str, ttl: int = 3600) -> None:
        self.ttls.setdefault(origin, ttl)
        self.sections[origin].append(f"{label}\t{rdtype}\t{rdata}")

    def add_reverse(self, address: Address, rdtype: str, rdata: str, ttl: int, below: str = "") -> None:
        """A record at the reverse name of the address, or at a label below it."""
        labels = address.reverse_pointer.split(".")
        cut = 1 if address.version == 4 else 23
        label = ".".join(labels[:cut])
        self.add(".".join(labels[cut:]) + ".", f"{below}.{label}" if below else label, rdtype, rdata, ttl)

    def add_forward(self, domain: str, label: str, address: Address, ttl: int) -> None:
        self.add(f"{domain}.", label, "A" if address.version == 4 else "AAAA", str(address), ttl)

    def text(self) -> str:
        out = [HEAD]
        for origin, lines in self.sections.items():
            out += [f"\n$ORIGIN {origin}\n$TTL {self.ttls[origin]}\n", *(f"{line}\n" for line in lines)]
        return "".join(out)


HEAD = """\
; What data/visitors.csv is answered from, written by tools/make_data.py.
; One zone with its apex at the root: it stands for the whole DNS as the demo sees it, and is no copy of the real root.
$ORIGIN .
$TTL 3600
@\tSOA\tns.demo.example. hostmaster.demo.example. ( 2026010100 7200 900 1209600 300 )
@\tNS\tns.demo.example.
ns.demo.example.\tA\t127.0.0.1
ns.demo.example.\tAAAA\t::1
"""


def add_true_names(zone: Zone) -> list[Address]:
    """Root servers and public resolvers; gives back their addresses."""
    addresses = []
    names = {f"{letter}.root-servers.net": found for letter, found in ROOT_SERVERS.items()} | PUBLIC_RESOLVERS
    for name, found in names.items():
        label, _, domain = name.partition(".")
        for address in map(ipaddress.ip_address, found):
            zone.add_forward(domain, label, address, 86400)
            zone.add_reverse(address, "PTR", f"{name}.", 86400)
            addresses.append(address)
        for address in map(ipaddress.ip_address, ALSO.get(name, ())):
            zone.add_forward(domain, label, address, 86400)
    return addresses


def pick_addresses(chance: Chance) -> list[tuple[Address, Provider]]:
    """The distinct addresses of the visitors, in no order."""
    picked: dict[Address, Provider] = {}
    for version, count in ((4, IPV4_VISITORS), (6, IPV6_VISITORS)):
        for provider in PROVIDERS:
            network = ipaddress.ip_network(provider.network if version == 4 else provider.network6)
            wanted = min(round(count * provider.share), network.num_addresses - 40)
            found = 0
            while found < wanted:
                offset = 1 + chance.below(network.num_addresses - 2 if version == 4 else 2**28)
                if version == 6:  # a /64 of the provider's, and an interface identifier in it
                    offset = offset << 64 | chance.below(2**32) << 32 | chance.below(2**32)
                address = network[offset]
                if address not in picked and address not in CLASSLESS:
                    picked[address] = provider
                    found += 1
    return list(picked.items())


def add_visitor(zone: Zone, chance: Chance, address: Address, provider: Provider, other: Address) -> None:
    """Decide what the world's DNS says of this address."""
    if chance.happens(0.064):
        return  # NXDOMAIN
    if chance.happens(0.04):  # NODATA: another type at the name, or only a name below it
        if chance.happens(0.5):
            zone.add_reverse(address, "TXT", f'"assigned by {provider.domain}"', provider.ttl)
        else:
            zone.add_reverse(address, "TXT", '"kept for later use"', provider.ttl, below="_info")
        return
    label = provider.label(address)
    zone.add_reverse(address, "PTR", f"{label}.{provider.domain}.", provider.ttl)
    if chance.happens(0.93):
        zone.add_forward(provider.domain, label, address, provider.ttl)
    elif chance.happens(0.4):
        zone.add_forward(provider.domain, label, other, provider.ttl)


# 192.0.2.64/28 belongs to a customer that keeps its own reverse names (RFC 2317, section 4).
CLASSLESS: tuple[Address, ...] = tuple(ipaddress.IPv4Network("192.0.2.64/28").hosts())


def add_classless(zone: Zone) -> list[Address]:
    for address in CLASSLESS:
        last = address.packed[-1]
        zone.add_reverse(address, "CNAME", f"{last}.64/28.2.0.192.in-addr.arpa.", 14400)
        zone.add("64/28.2.0.192.in-addr.arpa.", str(last), "PTR", f"desk{last}.atelier.test.", 14400)
        zone.add_forward("atelier.test", f"desk{last}", address, 14400)
    return list(CLASSLESS)


def add_shared(zone: Zone) -> list[Address]:
    """Web hosts with several names each; of every third host one name points elsewhere."""
    addresses: list[Address] = []
    for host in range(9):
        address = ipaddress.ip_address(f"2001:db8:7fff::{host + 1:x}" if host % 3 == 2 else f"198.19.255.{host + 1}")
        for shop in range(2 + host if host < 8 else 24):
            label = f"shop{shop + 1}-{host + 1}"
            zone.add_reverse(address, "PTR", f"{label}.hostwerk.example.", 1800)
            target = ipaddress.ip_address("198.19.255.200") if host % 3 == 0 and shop == 0 else address
            zone.add_forward("hostwerk.example", label, target, 1800)
        addresses.append(address)
    return addresses


def spelled(chance: Chance, address: Address) -> str:
    """The address as a shop's log may hold it; now and then in another of its spellings."""
    if not chance.happens(0.03):
        return str(address)
    if address.version == 4:
        return chance.one((f" {address}", f"{address} ", f"::ffff:{address}"))
    return chance.one((address.exploded, str(address).upper(), f" {address}"))


def visits(chance: Chance, addresses: list[Address]) -> list[str]:
    """ROWS cells: every address at least once, the further visits by Zipf's law, and cells that are no address."""
    order = list(addresses)
    chance.mix(order)
    reach: list[float] = []
    for rank in range(1, len(order) + 1):
        reach.append((reach[-1] if reach else 0.0) + 1 / rank)
    chosen = list(order)
    while len(chosen) < ROWS - NOT_ADDRESSES:
        drawn = chance.random() * reach[-1]
        chosen.append(order[next(i for i, edge in enumerate(reach) if edge >= drawn)])
    cells = [spelled(chance, address) for address in chosen]
    cells += [cell for cell, count in NOT_AN_ADDRESS for _ in range(count)]
    chance.mix(cells)
    return cells


def orders(chance: Chance, cells: list[str]) -> str:
    """The shop's export, as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("order_id", "when", "customer", "ip", "country", "total", "note"))
    when = datetime(2026, 2, 2, 6, 0, 11, tzinfo=timezone(timedelta(hours=1)))
    for number, cell in enumerate(cells, 100_001):
        when += timedelta(seconds=1 + chance.below(960))
        country, *names = CUSTOMERS[chance.below(len(CUSTOMERS))]
        total = 4.9 + 20 / (0.05 + chance.random())
        note = chance.one(NOTES) if chance.happens(0.18) else ""
        writer.writerow((f"WS-{number}", when.isoformat(), chance.one(names), cell, country, f"{total:.2f}", note))
    return out.getvalue()


def main() -> None:
    directory = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "data"
    chance = Chance(SEED)
    zone = Zone()
    addresses = add_true_names(zone)
    picked = pick_addresses(chance)
    for index, (address, provider) in enumerate(picked):
        add_visitor(zone, chance, address, provider, other=picked[index - 1][0])
    addresses += [address for address, _ in picked]
    addresses += add_classless(zone) + add_shared(zone) + [ipaddress.ip_address(text) for text in PRIVATE]
    (directory / "demo.zone").write_bytes(zone.text().encode("ascii"))
    (directory / "visitors.csv").write_bytes(orders(chance, visits(chance, addresses)).encode())


if __name__ == "__main__":
    main()
