"""The RDATA of the types beside the everyday ones, loaded when the first of them is met."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..errors import MalformedMessage
from . import address, name
from .fields import (
    ANY_BASE64,
    BASE64,
    DATE,
    EUI48,
    EUI64,
    HASHED_NAME,
    HEX,
    IPV4,
    LOCATOR64,
    NAME,
    SALT,
    STRING,
    STRINGS,
    TEXT,
    TYPE,
    TYPE_BITMAP,
    U8,
    U16,
    U32,
    Field,
    Keyword,
    Layout,
    cut_off,
    from_base64,
    from_hex,
    generic_text,
    to_base64,
)
from .loc import LOCATION
from .presentation import Tokens, number, printable
from .svcb import SVC_PARAMS, SVCB

# DNSSEC Algorithm Numbers (IANA); read from text, printed by number as dig does.
_ALGORITHMS = {
    1: "RSAMD5", 2: "DH", 3: "DSA", 4: "ECC", 5: "RSASHA1", 6: "NSEC3DSA", 7: "NSEC3RSASHA1", 8: "RSASHA256",
    10: "RSASHA512", 12: "ECCGOST", 13: "ECDSAP256SHA256", 14: "ECDSAP384SHA384", 15: "ED25519", 16: "ED448",
    252: "INDIRECT", 253: "PRIVATEDNS", 254: "PRIVATEOID",
}  # fmt: skip
_CERTIFICATE_TYPES = {
    1: "PKIX", 2: "SPKI", 3: "PGP", 4: "IPKIX", 5: "ISPKI", 6: "IPGP", 7: "ACPKIX", 8: "IACPKIX", 253: "URI",
    254: "OID",
}  # fmt: skip
_ALGORITHM = Keyword(1, _ALGORITHMS, printed=False)


class NAPTR(NamedTuple):
    """RFC 3403, 4.1."""

    order: int
    preference: int
    flags: str
    services: str
    regexp: str
    replacement: str


class DS(NamedTuple):
    """RFC 4034, 5.1; CDS too (RFC 7344)."""

    key_tag: int
    algorithm: int
    digest_type: int
    digest: bytes


class DNSKEY(NamedTuple):
    """RFC 4034, 2.1; CDNSKEY too (RFC 7344)."""

    flags: int
    protocol: int
    algorithm: int
    public_key: bytes


class RRSIG(NamedTuple):
    """RFC 4034, 3.1; times in seconds since 1970, modulo 2**32."""

    type_covered: str
    algorithm: int
    labels: int
    original_ttl: int
    signature_expiration: int
    signature_inception: int
    key_tag: int
    signers_name: str
    signature: bytes


class NSEC(NamedTuple):
    """RFC 4034, 4.1."""

    next_domain_name: str
    types: tuple[str, ...]


class NSEC3(NamedTuple):
    """RFC 5155, 3.1."""

    hash_algorithm: int
    flags: int
    iterations: int
    salt: bytes
    next_hashed_owner_name: bytes
    types: tuple[str, ...]


class NSEC3PARAM(NamedTuple):
    """RFC 5155, 4.1."""

    hash_algorithm: int
    flags: int
    iterations: int
    salt: bytes


class TLSA(NamedTuple):
    """RFC 6698, 2.1; SMIMEA too (RFC 8162)."""

    certificate_usage: int
    selector: int
    matching_type: int
    certificate_association_data: bytes


class SSHFP(NamedTuple):
    """RFC 4255, 3.1."""

    algorithm: int
    fingerprint_type: int
    fingerprint: bytes


class HINFO(NamedTuple):
    """RFC 1035, 3.3.2."""

    cpu: str
    os: str


class URI(NamedTuple):
    """RFC 7553, 4."""

    priority: int
    weight: int
    target: str


class RP(NamedTuple):
    """RFC 1183, 2.2."""

    mbox_dname: str
    txt_dname: str


class MINFO(NamedTuple):
    """RFC 1035, 3.3.7."""

    rmailbx: str
    emailbx: str


class AFSDB(NamedTuple):
    """RFC 1183, 1."""

    subtype: int
    hostname: str


class RT(NamedTuple):
    """RFC 1183, 3.3."""

    preference: int
    intermediate_host: str


class PX(NamedTuple):
    """RFC 2163, 4."""

    preference: int
    map822: str
    mapx400: str


class GPOS(NamedTuple):
    """RFC 1712, 3; decimal numbers, degrees and metres."""

    longitude: str
    latitude: str
    altitude: str


class KX(NamedTuple):
    """RFC 2230, 3."""

    preference: int
    exchanger: str


class CERT(NamedTuple):
    """RFC 4398, 2."""

    type: int
    key_tag: int
    algorithm: int
    certificate: bytes


class CSYNC(NamedTuple):
    """RFC 7477, 2.1."""

    soa_serial: int
    flags: int
    types: tuple[str, ...]


class ZONEMD(NamedTuple):
    """RFC 8976, 2.2."""

    serial: int
    scheme: int
    hash_algorithm: int
    digest: bytes


class ILNP(NamedTuple):
    """NID, L32, L64 and LP (RFC 6742, 2)."""

    preference: int
    value: str


class IPSECKEY(NamedTuple):
    """RFC 4025, 2.1; ``gateway`` is an address, a name, or ``.`` for none."""

    precedence: int
    gateway_type: int
    algorithm: int
    gateway: str
    public_key: bytes


class AddressPrefix(NamedTuple):
    """One item of APL (RFC 3123, 4)."""

    negated: bool
    family: int
    address: str
    prefix: int


class WKS(NamedTuple):
    """RFC 1035, 3.4.2; the protocol by number (6 is TCP, 17 is UDP)."""

    address: str
    protocol: int
    ports: tuple[int, ...]


class HIP(NamedTuple):
    """RFC 8005, 5."""

    algorithm: int
    hit: bytes
    public_key: bytes
    servers: tuple[str, ...]


class TALINK(NamedTuple):
    """The names before and after this one in a chain of trust anchors."""

    previous: str
    next: str


class DSYNC(NamedTuple):
    """RFC 9859, 2.1."""

    type: str
    scheme: int
    port: int
    target: str


class _SubAddress(Field):
    """The second string of ISDN, which may be left out (RFC 1183, 3.2)."""

    __slots__ = ()

    def read(self, rdata: bytes, pos: int) -> tuple[bytes | None, int]:
        return (None, pos) if pos == len(rdata) else STRING.read(rdata, pos)

    def text(self, value: bytes | None) -> str:
        return "" if value is None else STRING.text(value)

    def data(self, value: bytes | None) -> Any:
        return None if value is None else STRING.data(value)

    def write(self, tokens: Tokens) -> bytes:
        return STRING.write(tokens) if tokens.left else b""


class ISDN(NamedTuple):
    """RFC 1183, 3.2."""

    address: str
    subaddress: str | None


class _Nsap(Field):
    """An NSAP address, ``0x47.0005.80`` (RFC 1706)."""

    __slots__ = ()

    def read(self, rdata: bytes, pos: int) -> tuple[bytes, int]:
        if pos == len(rdata):
            raise cut_off()
        return rdata[pos:], len(rdata)

    def text(self, value: bytes) -> str:
        return "0x" + value.hex().upper()

    def data(self, value: bytes) -> str:
        return self.text(value)

    def write(self, tokens: Tokens) -> bytes:
        token = tokens.take("an NSAP address")
        if token[:2].lower() != "0x" or len(token) == 2:
            raise ValueError(f"{printable(token)} is no NSAP address")
        return from_hex(token[2:].replace(".", ""))


class _Prefixes(Field):
    """The items of APL: ``1:192.0.2.0/24 !2:2001:db8::/32``; with another family of addresses all of it is octets."""

    __slots__ = ()

    def read(self, rdata: bytes, pos: int) -> tuple[Any, int]:
        items: list[AddressPrefix] | None = []
        while pos < len(rdata):
            if pos + 4 > len(rdata):
                raise cut_off()
            family = rdata[pos] << 8 | rdata[pos + 1]
            prefix = rdata[pos + 2]
            negated = rdata[pos + 3] > 0x7F
            length = rdata[pos + 3] & 0x7F
            octets = rdata[pos + 4 : pos + 4 + length]
            if len(octets) != length:
                raise cut_off()
            pos += 4 + length
            size = {1: 4, 2: 16}.get(family)
            if size is None:
                items = None
                continue
            # RFC 3123, 4: no zero octets at the end.
            if length > size or prefix > 8 * size or octets.endswith(b"\0"):
                raise MalformedMessage("not an address prefix")
            octets = octets.ljust(size, b"\0")
            text = address.ipv4_text(octets) if size == 4 else address.ipv6_text(octets)
            if items is not None:
                items.append(AddressPrefix(negated, family, text, prefix))
        return rdata if items is None else tuple(items), pos

    def text(self, value: Any) -> str:
        if isinstance(value, bytes):
            return generic_text(value)
        return " ".join([f"{'!' * item.negated}{item.family}:{item.address}/{item.prefix}" for item in value])

    def write(self, tokens: Tokens) -> bytes:
        rdata = b""
        for token in tokens.take_rest():
            family, _, rest = token.removeprefix("!").partition(":")
            text, _, prefix = rest.partition("/")
            if family == "1":
                octets = address.ipv4_octets(text)
            elif family == "2":
                octets = address.ipv6_octets(text)
            else:
                raise ValueError(f"{printable(token)} is no address prefix")
            bits = number(prefix, 8 * len(octets))
            octets = octets.rstrip(b"\0")
            rdata += bytes((0, int(family), bits, len(octets) | 0x80 * token.startswith("!"))) + octets
        return rdata


class _IpsecKey(Field):
    """The whole of IPSECKEY: the kind of the gateway stands two fields before it."""

    __slots__ = ()

    def read(self, rdata: bytes, pos: int) -> tuple[IPSECKEY, int]:
        if pos + 3 > len(rdata):
            raise cut_off()
        kind = rdata[pos + 1]
        start = pos + 3
        end = start + {1: 4, 2: 16}.get(kind, 0)
        if kind == 3:
            end = name.name_end(rdata, start)
        if kind > 3 or end > len(rdata):
            raise MalformedMessage("not a gateway")
        if kind == 0:
            gateway = "."
        elif kind == 3:
            gateway = name.to_text(rdata[start:end])
        else:
            gateway = address.ipv4_text(rdata[start:end]) if kind == 1 else address.ipv6_text(rdata[start:end])
        return IPSECKEY(rdata[pos], kind, rdata[pos + 2], gateway, rdata[end:]), len(rdata)

    def text(self, value: IPSECKEY) -> str:
        return f"{value[0]} {value[1]} {value[2]} {value[3]} {to_base64(value[4])}".rstrip()

    def write(self, tokens: Tokens) -> bytes:
        head = bytes((tokens.take_number(255), tokens.take_number(3), tokens.take_number(255)))
        if head[1] == 3:
            gateway = tokens.take_name()
        elif head[1] == 0:
            if tokens.take("a gateway") != ".":
                raise ValueError("gateway type 0 has the gateway .")
            gateway = b""
        else:
            token = tokens.take("a gateway")
            gateway = address.ipv4_octets(token) if head[1] == 1 else address.ipv6_octets(token)
        return head + gateway + (BASE64.write(tokens) if tokens.left else b"")


class _Ports(Field):
    """The ports of WKS, one bit for each from 0 on."""

    __slots__ = ()

    def read(self, rdata: bytes, pos: int) -> tuple[Any, int]:
        ports: list[int] = []
        for at in range(pos, len(rdata)):
            octet = rdata[at]
            if octet:
                first = (at - pos) << 3
                ports += [first + bit for bit in range(8) if octet & 0x80 >> bit]
        if len(rdata) - pos > 8192 or (pos < len(rdata) and not rdata[-1]):
            raise MalformedMessage("not a set of ports")
        return ports, len(rdata)

    def text(self, value: Any) -> str:
        return " ".join([str(port) for port in value])

    def data(self, value: Any) -> tuple[int, ...]:
        return tuple(value)

    def write(self, tokens: Tokens) -> bytes:
        bitmap = bytearray()
        for token in tokens.take_rest():
            port = number(token, 0xFFFF)
            bitmap.extend(bytes(max(0, (port >> 3) + 1 - len(bitmap))))
            bitmap[port >> 3] |= 0x80 >> (port & 7)
        return bytes(bitmap)


class _Hip(Field):
    """The whole of HIP: the lengths of its parts stand before them."""

    __slots__ = ()

    def read(self, rdata: bytes, pos: int) -> tuple[Any, int]:
        if pos + 4 > len(rdata):
            raise cut_off()
        start = pos + 4
        middle = start + rdata[pos]
        end = middle + (rdata[pos + 2] << 8 | rdata[pos + 3])
        if end > len(rdata) or start == middle or middle == end:
            raise cut_off()
        servers: list[str] = []
        at = end
        while at < len(rdata):
            after = name.name_end(rdata, at)
            servers.append(name.to_text(rdata[at:after]))
            at = after
        return HIP(rdata[pos + 1], rdata[start:middle], rdata[middle:end], tuple(servers)), at

    def text(self, value: HIP) -> str:
        return " ".join([str(value[0]), value[1].hex().upper(), to_base64(value[2]), *value[3]])

    def write(self, tokens: Tokens) -> bytes:
        algorithm = tokens.take_number(255)
        hit = from_hex(tokens.take("a tag"))
        key = from_base64(tokens.take("a key"))
        if not 0 < len(hit) < 256 or not 0 < len(key) < 65536:
            raise ValueError("a tag or a key of no length or too long")
        head = bytes((len(hit), algorithm)) + len(key).to_bytes(2, "big") + hit + key
        while tokens.left:
            head += tokens.take_name()
        return head


_DS = Layout((U16, _ALGORITHM, U8, HEX), DS)
_DNSKEY = Layout((U16, U8, _ALGORITHM, BASE64), DNSKEY)
_TLSA = Layout((U8, U8, U8, HEX), TLSA)
_ONE_NAME = Layout((NAME,))
_TEXTS = Layout((STRINGS,))
_SVCB = Layout((U16, NAME, SVC_PARAMS), SVCB, pairs=True)

LAYOUTS: dict[int, Layout] = {
    3: _ONE_NAME,  # MD
    4: _ONE_NAME,  # MF
    7: _ONE_NAME,  # MB
    8: _ONE_NAME,  # MG
    9: _ONE_NAME,  # MR
    11: Layout((IPV4, U8, _Ports()), WKS),
    13: Layout((STRING, STRING), HINFO),
    14: Layout((NAME, NAME), MINFO),
    17: Layout((NAME, NAME), RP),
    18: Layout((U16, NAME), AFSDB),
    19: Layout((STRING,)),  # X25
    20: Layout((STRING, _SubAddress()), ISDN),
    21: Layout((U16, NAME), RT),
    22: Layout((_Nsap(),)),
    25: Layout((U16, U8, _ALGORITHM, ANY_BASE64), DNSKEY),  # KEY, which may be without one (RFC 2535, 3.1.2)
    26: Layout((U16, NAME, NAME), PX),
    27: Layout((STRING, STRING, STRING), GPOS),
    29: Layout((LOCATION,)),
    35: Layout((U16, U16, STRING, STRING, STRING, NAME), NAPTR),
    36: Layout((U16, NAME), KX),
    37: Layout((Keyword(2, _CERTIFICATE_TYPES), U16, Keyword(1, _ALGORITHMS), BASE64), CERT),
    42: Layout((_Prefixes(),)),
    43: _DS,
    44: Layout((U8, U8, HEX), SSHFP),
    45: Layout((_IpsecKey(),)),
    46: Layout((TYPE, _ALGORITHM, U8, U32, DATE, DATE, U16, NAME, BASE64), RRSIG),
    47: Layout((NAME, TYPE_BITMAP), NSEC),
    48: _DNSKEY,
    49: Layout((BASE64,)),  # DHCID
    50: Layout((U8, U8, U16, SALT, HASHED_NAME, TYPE_BITMAP), NSEC3),
    51: Layout((U8, U8, U16, SALT), NSEC3PARAM),
    52: _TLSA,
    53: _TLSA,  # SMIMEA
    55: Layout((_Hip(),)),
    56: _TEXTS,  # NINFO
    57: _DNSKEY,  # RKEY
    58: Layout((NAME, NAME), TALINK),
    59: _DS,  # CDS
    60: _DNSKEY,  # CDNSKEY
    61: Layout((BASE64,)),  # OPENPGPKEY
    62: Layout((U32, U16, TYPE_BITMAP), CSYNC),
    63: Layout((U32, U8, U8, HEX), ZONEMD),
    64: _SVCB,
    65: _SVCB,  # HTTPS
    66: Layout((TYPE, Keyword(1, {1: "NOTIFY"}), U16, NAME), DSYNC),
    104: Layout((U16, LOCATOR64), ILNP),  # NID
    105: Layout((U16, IPV4), ILNP),  # L32
    106: Layout((U16, LOCATOR64), ILNP),  # L64
    107: Layout((U16, NAME), ILNP),  # LP
    108: Layout((EUI48,)),
    109: Layout((EUI64,)),
    256: Layout((U16, U16, TEXT), URI),
    258: _TEXTS,  # AVC
    261: _TEXTS,  # RESINFO
    262: _TEXTS,  # WALLET
    32768: _DS,  # TA
    32769: _DS,  # DLV
}
