"""The zones a server holds, and what they say to a question (RFC 1034, 4.3.2; RFC 4592; RFC 6672; RFC 2308)."""

# Rules of the zones.
# 1. Names are wire names; those used as keys are folded, those that go out keep their letter case.
# 2. A question belongs to the deepest zone whose apex is at or above it. Below a cut it gets a referral.
# 3. Every name above one that holds records exists, be it empty (RFC 4592, 2.2.2).
# 4. A name with a CNAME holds nothing else but what DNSSEC adds; a chain is followed as far as the zones held here go.

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from .._wire import address as addresses
from .._wire import codes, name
from ..errors import ConfigurationError, DNSError
from . import zonefile

#: Seconds that records made from pairs of address and name live.
PAIRS_TTL = 3600
_NEGATIVE_TTL = 300

#: What a chain of aliases may count before the rest is left to the client.
LONGEST_CHAIN = 64

_SEARCHED = 16
_YXDOMAIN = 6  # RFC 6672, 2.2
_ROOT = name.ROOT
_WILDCARD = b"\x01*"
_SINGLE = frozenset((codes.TYPE_SOA, codes.TYPE_CNAME, codes.TYPE_DNAME))
_BESIDE_CNAME = frozenset((codes.TYPE_CNAME, codes.TYPE_RRSIG, codes.TYPE_NSEC))
_IN_ADDR = name.from_text("in-addr.arpa")
_IP6 = name.from_text("ip6.arpa")
_MADE_SOA = (
    name.from_text("localhost")
    + name.from_text("hostmaster.localhost")
    + b"".join(seconds.to_bytes(4, "big") for seconds in (1, 3600, 900, 604800, _NEGATIVE_TTL))
)


class RRset:
    """The records of one type at one name: ``rdatas`` uncompressed and distinct, ``ttl`` in seconds."""

    __slots__ = ("_known", "rdatas", "rdtype", "ttl")

    def __init__(self, rdtype: int, ttl: int, rdata: bytes) -> None:
        self.rdtype = rdtype
        self.ttl = ttl
        self.rdatas = [rdata]
        self._known: set[bytes] | None = None

    def add(self, rdata: bytes) -> bool:
        """Add a record; False where it is there already."""
        if self._known is None:
            if rdata in self.rdatas:
                return False
            # One name may have a hundred thousand addresses: no search through a list that long for each.
            if len(self.rdatas) == _SEARCHED:
                self._known = {*self.rdatas, rdata}
        elif rdata in self._known:
            return False
        else:
            self._known.add(rdata)
        self.rdatas.append(rdata)
        return True


class Answer(NamedTuple):
    """What the zones say to a question; the sections hold (owner, RRset)."""

    rcode: int
    authoritative: bool
    answers: list[tuple[bytes, RRset]]
    authority: list[tuple[bytes, RRset]]
    additional: list[tuple[bytes, RRset]]


_Node = dict[int, RRset]
_TOO_LONG: _Node = {}
_REFUSED = Answer(codes.RCODE_REFUSED, False, [], [], [])


class Zone:
    """One zone: a SOA at its apex, and the names at and below it."""

    __slots__ = ("apex", "cuts", "dnames", "nodes", "soa")

    def __init__(self, apex: bytes, ttl: int, soa: bytes) -> None:
        self.apex = apex
        self.nodes: dict[bytes, _Node] = {name.fold(apex): {}}
        self.cuts: set[bytes] = set()
        self.dnames: set[bytes] = set()
        #: What goes with negative answers: the SOA with the TTL of RFC 2308, section 3.
        self.soa = RRset(codes.TYPE_SOA, min(ttl, int.from_bytes(soa[-4:], "big")), soa)
        self.add(apex, ttl, codes.TYPE_SOA, soa)

    def add(self, owner: bytes, ttl: int, rdtype: int, rdata: bytes) -> None:
        """Add a record; one that is there already is no error. Raises ConfigurationError (rules 2 and 4)."""
        key = name.fold(owner)
        apex = name.fold(self.apex)
        if not _is_within(key, apex):
            raise ConfigurationError(f"{name.to_text(owner)} is not in the zone {name.to_text(self.apex)}")
        node = self.nodes.get(key)
        if node is None:
            node = self.nodes[key] = {}
            self._add_above(key)
        rrset = node.get(rdtype)
        if rrset is not None:
            if rrset.add(rdata) and rdtype in _SINGLE:
                raise ConfigurationError(f"{name.to_text(owner)} has another {codes.type_to_text(rdtype)} record")
            return
        if (rdtype == codes.TYPE_CNAME and node.keys() - _BESIDE_CNAME) or (
            codes.TYPE_CNAME in node and rdtype not in _BESIDE_CNAME
        ):
            raise ConfigurationError(f"{name.to_text(owner)} has a CNAME record beside others")
        node[rdtype] = RRset(rdtype, ttl, rdata)
        if rdtype == codes.TYPE_NS and key != apex:
            self.cuts.add(key)
        elif rdtype == codes.TYPE_DNAME:
            self.dnames.add(key)

    def _add_above(self, key: bytes) -> None:
        nodes = self.nodes
        while True:
            key = key[key[0] + 1 :]
            if key in nodes:
                return
            nodes[key] = {}


class Zones:
    r"""All zones of a server.

    Built by the class methods or, piece by piece, by the methods ``add_…``; those raise ConfigurationError, which names
    file and line where there are any, and OSError.

    >>> zones = dnsburst.server.Zones.from_text("example. 300 IN SOA ns hostmaster 1 2 3 4 5\nexample. IN A 192.0.2.9")
    >>> with dnsburst.server.Server(zones) as server:
    ...     dnsburst.resolve("example", servers=[server.address]).records[0].data
    '192.0.2.9'
    """

    __slots__ = ("_zones",)

    def __init__(self) -> None:
        self._zones: dict[bytes, Zone] = {}

    @classmethod
    def from_files(cls, paths: Iterable[str | Path]) -> Zones:
        """The zones of these zone files; each file holds one or more, each beginning with its SOA record."""
        zones = cls()
        for path in paths:
            zones.add_file(path)
        return zones

    @classmethod
    def from_text(cls, text: str) -> Zones:
        """The zones of one zone file given as text."""
        zones = cls()
        zones.add_text(text)
        return zones

    @classmethod
    def from_pairs(cls, pairs: Iterable[tuple[str, str]]) -> Zones:
        """Reverse and forward zones for pairs of address and name."""
        zones = cls()
        for address, host in pairs:
            zones.add_pair(address, host)
        return zones

    def __iter__(self) -> Iterator[Zone]:
        return iter(self._zones.values())

    def __len__(self) -> int:
        return len(self._zones)

    def add_file(self, path: str | Path) -> None:
        """Add the zones of a zone file in UTF-8."""
        self.add_text(_text_of(Path(path)), str(path))

    def add_text(self, text: str, source: str = "zone") -> None:
        """Add the zones of a zone file's text; ``source`` is what errors call it."""
        zone: Zone | None = None
        for record in zonefile.read(text, source):
            try:
                begins = record.rdtype == codes.TYPE_SOA
                if begins and (zone is None or name.fold(record.owner) != name.fold(zone.apex)):
                    zone = self._begin(record.owner, record.ttl, record.rdata)
                elif zone is None:
                    raise ConfigurationError("a zone begins with its SOA record")
                else:
                    zone.add(record.owner, record.ttl, record.rdtype, record.rdata)
            except ConfigurationError as error:
                raise ConfigurationError(f"{source}:{record.line}: {error}") from None
        if zone is None:
            raise ConfigurationError(f"{source}: no zone in it: a zone begins with its SOA record")

    def add_pair(self, address: str, host: str) -> None:
        """Add a PTR record for the address and an A or AAAA record for the name.

        Each goes into the deepest zone held that covers it. Where none does, one is made: ``in-addr.arpa`` or
        ``ip6.arpa``, and the last two labels of the name.
        """
        reverse = name.reverse_name(address)
        target = name.from_text(host)
        if target == _ROOT:
            raise ConfigurationError("the root is no name of a host")
        octets = addresses.ipv6_octets(address) if ":" in address else addresses.ipv4_octets(address)
        if octets.startswith(addresses.IPV4_MAPPED):
            octets = octets[-4:]
        version4 = len(octets) == 4
        self._put(reverse, _IN_ADDR if version4 else _IP6, codes.TYPE_PTR, target)
        self._put(target, _last_labels(target, 2), codes.TYPE_A if version4 else codes.TYPE_AAAA, octets)

    def add_csv(self, path: str | Path) -> None:
        """Add the pairs of a CSV file in UTF-8 with rows of ``address,name``; further columns are ignored.

        A first row whose first cell is no address is a header. A row without a name, or an empty one, adds nothing.
        """
        rows = csv.reader(io.StringIO(_text_of(Path(path)), newline=""))
        first = True
        while True:
            try:
                row = next(rows)
                address, host = (cell.strip() for cell in row[:2]) if len(row) > 1 else ("", "")
                if address and host and not (first and not addresses.is_address(address)):
                    self.add_pair(address, host)
            except StopIteration:
                return
            except (csv.Error, DNSError) as error:
                raise ConfigurationError(f"{path}:{rows.line_num}: {error}") from None
            first = False

    def enclosing(self) -> set[bytes]:
        """The apexes of zones that have another zone below them, letter case as ``Zone.apex`` has it."""
        found = set()
        for key in self._zones:
            above = self._zone_of(key[key[0] + 1 :], 0) if key != _ROOT else None
            if above is not None:
                found.add(above.apex)
        return found

    def find(self, asked: bytes, rdtype: int) -> Answer:
        """The answer to a question of class IN; ``asked`` is a wire name in any letter case."""
        answers: list[tuple[bytes, RRset]] = []
        owner = asked
        seen: set[bytes] = set()
        while True:
            key = name.fold(owner)
            zone = self._zone_of(key, rdtype)
            if zone is None:
                return Answer(codes.RCODE_NOERROR, True, answers, [], []) if answers else _REFUSED
            if zone.cuts:
                cut = _highest(zone, zone.cuts, key)
                if cut is not None and not (cut == key and rdtype == codes.TYPE_DS):
                    return self._referral(zone, cut, answers)
            node = zone.nodes.get(key)
            if node is None and zone.dnames:
                node = _renamed(zone, owner, key, answers)
                if node is _TOO_LONG:
                    return Answer(_YXDOMAIN, True, answers, [], [])
            if node is None:
                node = _wildcard(zone, key)
            if node is None:
                return Answer(codes.RCODE_NXDOMAIN, True, answers, [(zone.apex, zone.soa)], [])
            if rdtype == codes.TYPE_ANY and node:
                answers += [(owner, rrset) for rrset in node.values()]
                return Answer(codes.RCODE_NOERROR, True, answers, [], [])
            if rdtype in node:
                answers.append((owner, node[rdtype]))
                return Answer(codes.RCODE_NOERROR, True, answers, [], [])
            if codes.TYPE_CNAME not in node:
                return Answer(codes.RCODE_NOERROR, True, answers, [(zone.apex, zone.soa)], [])
            answers.append((owner, node[codes.TYPE_CNAME]))
            alias = node[codes.TYPE_CNAME].rdatas[0]
            seen.add(key)
            if name.fold(alias) in seen or len(seen) >= LONGEST_CHAIN:
                return Answer(codes.RCODE_NOERROR, True, answers, [], [])
            owner = alias

    def _begin(self, apex: bytes, ttl: int, soa: bytes) -> Zone:
        key = name.fold(apex)
        if key in self._zones:
            raise ConfigurationError(f"the zone {name.to_text(apex)} is given twice")
        zone = self._zones[key] = Zone(apex, ttl, soa)
        return zone

    def _put(self, owner: bytes, apex: bytes, rdtype: int, rdata: bytes) -> None:
        zone = self._zone_of(name.fold(owner), rdtype) or self._begin(apex, PAIRS_TTL, _MADE_SOA)
        zone.add(owner, PAIRS_TTL, rdtype, rdata)

    def _zone_of(self, key: bytes, rdtype: int) -> Zone | None:
        """The deepest zone that holds the folded name; DS at an apex belongs to the parent (RFC 4035, 3.1.4.1)."""
        zones = self._zones
        found: Zone | None = None
        offset = 0
        while True:
            zone = zones.get(key[offset:])
            if zone is not None:
                if rdtype != codes.TYPE_DS or offset or found is not None:
                    return zone
                found = zone
            length = key[offset]
            if not length:
                return found
            offset += length + 1

    def _referral(self, zone: Zone, cut: bytes, answers: list[tuple[bytes, RRset]]) -> Answer:
        ns = zone.nodes[cut][codes.TYPE_NS]
        additional = []
        for target in ns.rdatas:
            glue = zone.nodes.get(name.fold(target), {})
            additional += [(target, glue[rdtype]) for rdtype in (codes.TYPE_A, codes.TYPE_AAAA) if rdtype in glue]
        return Answer(codes.RCODE_NOERROR, bool(answers), answers, [(cut, ns)], additional)


def _is_within(key: bytes, apex: bytes) -> bool:
    """True where the folded name is the apex or below it."""
    if not key.endswith(apex):
        return False
    offset = 0
    end = len(key) - len(apex)
    while offset < end:
        offset += key[offset] + 1
    return offset == end


def _highest(zone: Zone, names: set[bytes], key: bytes) -> bytes | None:
    """Of ``names``, that which is at or above the folded name and nearest to the apex."""
    highest: bytes | None = None
    offset = 0
    end = len(key) - len(zone.apex)
    while offset <= end:
        above = key[offset:]
        if above in names:
            highest = above
        offset += key[offset] + 1
    return highest


def _renamed(zone: Zone, owner: bytes, key: bytes, answers: list[tuple[bytes, RRset]]) -> _Node | None:
    """The CNAME made for a name below a DNAME, which is added to the answers (RFC 6672, 3.1); else None."""
    dname = _highest(zone, zone.dnames, key)
    if dname is None:
        return None
    rrset = zone.nodes[dname][codes.TYPE_DNAME]
    end = len(owner) - len(dname)
    answers.append((owner[end:], rrset))
    alias = owner[:end] + rrset.rdatas[0]
    if len(alias) > name.MAX_NAME:
        return _TOO_LONG
    return {codes.TYPE_CNAME: RRset(codes.TYPE_CNAME, rrset.ttl, alias)}


def _wildcard(zone: Zone, key: bytes) -> _Node | None:
    """What stands for a name that does not exist: the wildcard at its closest encloser (RFC 4592, 3.3.1)."""
    nodes = zone.nodes
    while True:
        key = key[key[0] + 1 :]
        if key in nodes:
            return nodes.get(_WILDCARD + key)


def _last_labels(wire: bytes, count: int) -> bytes:
    """The last labels of a name, or all of it."""
    offsets = [0]
    while wire[offsets[-1]]:
        offsets.append(offsets[-1] + wire[offsets[-1]] + 1)
    return wire[offsets[max(0, len(offsets) - 1 - count)] :]


def _text_of(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(f"{path}:{line}: not UTF-8; write other octets as \\DDD") from None
