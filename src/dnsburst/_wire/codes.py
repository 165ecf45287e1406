"""The numbers of DNS and their mnemonics: record types, classes, RCODEs, Extended DNS Errors.

The registries are IANA's "Domain Name System (DNS) Parameters". A number without a mnemonic is spelled as RFC 3597,
section 5 has it: TYPE65280, CLASS32.
"""

from __future__ import annotations

from typing import Final

from ..errors import UnknownType

TYPE_A: Final = 1
TYPE_NS: Final = 2
TYPE_MD: Final = 3
TYPE_MF: Final = 4
TYPE_CNAME: Final = 5
TYPE_SOA: Final = 6
TYPE_MB: Final = 7
TYPE_MG: Final = 8
TYPE_MR: Final = 9
TYPE_NULL: Final = 10
TYPE_PTR: Final = 12
TYPE_HINFO: Final = 13
TYPE_MINFO: Final = 14
TYPE_MX: Final = 15
TYPE_TXT: Final = 16
TYPE_RP: Final = 17
TYPE_AFSDB: Final = 18
TYPE_X25: Final = 19
TYPE_ISDN: Final = 20
TYPE_RT: Final = 21
TYPE_SIG: Final = 24
TYPE_PX: Final = 26
TYPE_AAAA: Final = 28
TYPE_LOC: Final = 29
TYPE_NXT: Final = 30
TYPE_SRV: Final = 33
TYPE_NAPTR: Final = 35
TYPE_KX: Final = 36
TYPE_CERT: Final = 37
TYPE_DNAME: Final = 39
TYPE_OPT: Final = 41
TYPE_DS: Final = 43
TYPE_SSHFP: Final = 44
TYPE_RRSIG: Final = 46
TYPE_NSEC: Final = 47
TYPE_DNSKEY: Final = 48
TYPE_DHCID: Final = 49
TYPE_NSEC3: Final = 50
TYPE_NSEC3PARAM: Final = 51
TYPE_TLSA: Final = 52
TYPE_SMIMEA: Final = 53
TYPE_CDS: Final = 59
TYPE_CDNSKEY: Final = 60
TYPE_OPENPGPKEY: Final = 61
TYPE_CSYNC: Final = 62
TYPE_ZONEMD: Final = 63
TYPE_SVCB: Final = 64
TYPE_HTTPS: Final = 65
TYPE_SPF: Final = 99
TYPE_NID: Final = 104
TYPE_L32: Final = 105
TYPE_L64: Final = 106
TYPE_LP: Final = 107
TYPE_EUI48: Final = 108
TYPE_EUI64: Final = 109
TYPE_TSIG: Final = 250
TYPE_IXFR: Final = 251
TYPE_AXFR: Final = 252
TYPE_ANY: Final = 255
TYPE_URI: Final = 256
TYPE_CAA: Final = 257

CLASS_IN: Final = 1
CLASS_CH: Final = 3
CLASS_HS: Final = 4
CLASS_NONE: Final = 254
CLASS_ANY: Final = 255

RCODE_NOERROR: Final = 0
RCODE_FORMERR: Final = 1
RCODE_SERVFAIL: Final = 2
RCODE_NXDOMAIN: Final = 3
RCODE_NOTIMP: Final = 4
RCODE_REFUSED: Final = 5
RCODE_BADVERS: Final = 16
RCODE_BADCOOKIE: Final = 23

_TYPES: dict[int, str] = {
    1: "A", 2: "NS", 3: "MD", 4: "MF", 5: "CNAME", 6: "SOA", 7: "MB", 8: "MG", 9: "MR", 10: "NULL", 11: "WKS",
    12: "PTR", 13: "HINFO", 14: "MINFO", 15: "MX", 16: "TXT", 17: "RP", 18: "AFSDB", 19: "X25", 20: "ISDN", 21: "RT",
    22: "NSAP", 23: "NSAP-PTR", 24: "SIG", 25: "KEY", 26: "PX", 27: "GPOS", 28: "AAAA", 29: "LOC", 30: "NXT",
    31: "EID", 32: "NIMLOC", 33: "SRV", 34: "ATMA", 35: "NAPTR", 36: "KX", 37: "CERT", 38: "A6", 39: "DNAME",
    40: "SINK", 41: "OPT", 42: "APL", 43: "DS", 44: "SSHFP", 45: "IPSECKEY", 46: "RRSIG", 47: "NSEC", 48: "DNSKEY",
    49: "DHCID", 50: "NSEC3", 51: "NSEC3PARAM", 52: "TLSA", 53: "SMIMEA", 55: "HIP", 56: "NINFO", 57: "RKEY",
    58: "TALINK", 59: "CDS", 60: "CDNSKEY", 61: "OPENPGPKEY", 62: "CSYNC", 63: "ZONEMD", 64: "SVCB", 65: "HTTPS",
    66: "DSYNC", 67: "HHIT", 68: "BRID", 99: "SPF", 100: "UINFO", 101: "UID", 102: "GID", 103: "UNSPEC", 104: "NID",
    105: "L32", 106: "L64", 107: "LP", 108: "EUI48", 109: "EUI64", 128: "NXNAME", 249: "TKEY", 250: "TSIG",
    251: "IXFR", 252: "AXFR", 253: "MAILB", 254: "MAILA", 255: "ANY", 256: "URI", 257: "CAA", 258: "AVC", 259: "DOA",
    260: "AMTRELAY", 261: "RESINFO", 262: "WALLET", 263: "CLA", 264: "IPN", 32768: "TA", 32769: "DLV",
}  # fmt: skip
_TYPE_NUMBERS: dict[str, int] = {mnemonic: number for number, mnemonic in _TYPES.items()}
_TYPE_NUMBERS["*"] = TYPE_ANY

_CLASSES: dict[int, str] = {1: "IN", 3: "CH", 4: "HS", 254: "NONE", 255: "ANY"}

_RCODES: dict[int, str] = {
    0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED", 6: "YXDOMAIN", 7: "YXRRSET",
    8: "NXRRSET", 9: "NOTAUTH", 10: "NOTZONE", 11: "DSOTYPENI", 16: "BADVERS", 23: "BADCOOKIE",
}  # fmt: skip

# RFC 8914, 5.2, and the codes registered since.
_EDE: dict[int, str] = {
    0: "Other Error", 1: "Unsupported DNSKEY Algorithm", 2: "Unsupported DS Digest Type", 3: "Stale Answer",
    4: "Forged Answer", 5: "DNSSEC Indeterminate", 6: "DNSSEC Bogus", 7: "Signature Expired",
    8: "Signature Not Yet Valid", 9: "DNSKEY Missing", 10: "RRSIGs Missing", 11: "No Zone Key Bit Set",
    12: "NSEC Missing", 13: "Cached Error", 14: "Not Ready", 15: "Blocked", 16: "Censored", 17: "Filtered",
    18: "Prohibited", 19: "Stale NXDOMAIN Answer", 20: "Not Authoritative", 21: "Not Supported",
    22: "No Reachable Authority", 23: "Network Error", 24: "Invalid Data", 25: "Signature Expired before Valid",
    26: "Too Early", 27: "Unsupported NSEC3 Iterations Value", 28: "Unable to conform to policy", 29: "Synthesized",
    30: "Invalid Query Type", 31: "Rate Limited", 32: "Over Quota",
}  # fmt: skip


def type_from_text(rdtype: object) -> int:
    """The number of a record type given as mnemonic (any letter case), ``TYPE65280``, int or enum member.

    Raises UnknownType.
    """
    if isinstance(rdtype, str):
        mnemonic = str.upper(rdtype)
        number = _TYPE_NUMBERS.get(mnemonic)
        if number is None:
            number = _spelled(mnemonic, "TYPE")
    elif isinstance(rdtype, int):
        number = int(rdtype)
    elif isinstance(getattr(rdtype, "value", None), (str, int)):
        return type_from_text(rdtype.value)  # type: ignore[attr-defined]
    else:
        raise UnknownType(f"a record type is a str or an int, not {type(rdtype).__name__}")
    if number is None or not 0 <= number <= 0xFFFF:
        raise UnknownType(f"unknown record type {str(rdtype)!a}")
    return number


def type_to_text(rdtype: int) -> str:
    """``"PTR"`` for 12; ``"TYPE65280"`` for a number without a mnemonic (RFC 3597, 5)."""
    return _TYPES.get(rdtype) or f"TYPE{rdtype:d}"


def class_from_text(text: str) -> int | None:
    """The number of a class given as mnemonic or ``CLASS32``; None where it is neither."""
    mnemonic = text.upper()
    for number, name in _CLASSES.items():
        if name == mnemonic:
            return number
    return _spelled(mnemonic, "CLASS")


def class_to_text(rdclass: int) -> str:
    """``"IN"`` for 1; ``"CLASS32"`` for a number without a mnemonic (RFC 3597, 5)."""
    return _CLASSES.get(rdclass) or f"CLASS{rdclass:d}"


def rcode_to_text(rcode: int) -> str:
    """``"NXDOMAIN"`` for 3; ``"RCODE17"`` for a number without a mnemonic. Extended RCODEs (RFC 6891) included."""
    return _RCODES.get(rcode) or f"RCODE{rcode:d}"


def ede_to_text(code: int) -> str:
    """``"No Reachable Authority"`` for Extended DNS Error 22 (RFC 8914); ``"EDE4096"`` for one not registered."""
    return _EDE.get(code) or f"EDE{code:d}"


def _spelled(mnemonic: str, prefix: str) -> int | None:
    """The number in ``TYPE65280`` or ``CLASS32``, None where the text is no such thing."""
    digits = mnemonic[len(prefix) :]
    if not mnemonic.startswith(prefix) or not digits.isascii() or not digits.isdigit() or len(digits) > 5:
        return None
    number = int(digits)
    return number if number <= 0xFFFF else None
