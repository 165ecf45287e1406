"""What ``Record.data`` holds, by type of record.

    A AAAA                                      str, the address; ``Record.address`` has it as an ipaddress object
    NS CNAME PTR DNAME                          str, a name without its trailing dot
    TXT SPF                                     tuple of bytes, the strings
    MX SRV SOA CAA NAPTR HTTPS SVCB TLSA …      a named tuple of this module
    a type not known, or what it cannot be      bytes, the RDATA

CDS is a DS, CDNSKEY a DNSKEY, HTTPS an SVCB and SMIMEA a TLSA. Names and texts inside are presentation forms: printable
ASCII, other octets written ``\\DDD`` (RFC 1035, 5.1).

>>> from dnsburst.rdata import MX
>>> record = dnsburst.resolve("example.com", "MX").records[0]
>>> isinstance(record.data, MX), record.data
(True, MX(preference=10, exchange='mail.example.com'))
"""

from __future__ import annotations

from ._wire.loc import LOC
from ._wire.rdata import CAA, MX, SOA, SRV
from ._wire.svcb import SVCB, SvcParams
from ._wire.uncommon import (
    AFSDB,
    CERT,
    CSYNC,
    DNSKEY,
    DS,
    DSYNC,
    GPOS,
    HINFO,
    HIP,
    ILNP,
    IPSECKEY,
    ISDN,
    KX,
    MINFO,
    NAPTR,
    NSEC,
    NSEC3,
    NSEC3PARAM,
    PX,
    RP,
    RRSIG,
    RT,
    SSHFP,
    TALINK,
    TLSA,
    URI,
    WKS,
    ZONEMD,
    AddressPrefix,
)

__all__ = [
    "AFSDB",
    "CAA",
    "CERT",
    "CSYNC",
    "DNSKEY",
    "DS",
    "DSYNC",
    "GPOS",
    "HINFO",
    "HIP",
    "ILNP",
    "IPSECKEY",
    "ISDN",
    "KX",
    "LOC",
    "MINFO",
    "MX",
    "NAPTR",
    "NSEC",
    "NSEC3",
    "NSEC3PARAM",
    "PX",
    "RP",
    "RRSIG",
    "RT",
    "SOA",
    "SRV",
    "SSHFP",
    "SVCB",
    "TALINK",
    "TLSA",
    "URI",
    "WKS",
    "ZONEMD",
    "AddressPrefix",
    "SvcParams",
]
