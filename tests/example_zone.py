"""The zone that the library's tests and the examples in its docstrings ask for, on the built-in server."""

from __future__ import annotations

from dnsburst.server import Faults, Server, Zones

ZONE = r"""
$ORIGIN example.com.
$TTL 300
@            IN SOA    ns hostmaster 1 3600 900 604800 60
             IN NS     ns
             IN MX     10 mail
             IN TXT    "v=spf1 -all" "caf\195\169"
             IN CAA    0 issue "ca.example.net"
             IN SRV    1 2 53 ns
ns           IN A      192.0.2.53
mail         IN A      192.0.2.25
www          IN A      192.0.2.80
             IN AAAA   2001:db8::80
v4           IN A      192.0.2.4
v6           IN AAAA   2001:db8::6
alias        IN CNAME  www
dangling     IN CNAME  missing
loop         IN CNAME  loop
brief        0 IN TXT  "x"
second       1 IN A    192.0.2.1
xn--bcher-kva IN A     192.0.2.66
odd          IN TYPE65280 \# 4 0A000001
unsafe       IN CNAME  a\032b
safe         IN CNAME  under_score-1
text         IN TXT    "q\"uote" "\000\255"
https        IN HTTPS  1 . alpn=h2
sshfp        IN SSHFP  4 2 aabb
tlsa         IN TLSA   3 1 1 aabb
ds           IN DS     1 13 2 aabb
dnskey       IN DNSKEY 257 3 13 qrs=
naptr        IN NAPTR  100 10 "u" "E2U+sip" "!^.*$!sip:x@example.com!" .
loc          IN LOC    52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m

$ORIGIN 2.0.192.in-addr.arpa.
@            IN SOA    ns.example.com. hostmaster.example.com. 1 3600 900 604800 60
80           IN PTR    www.example.com.

$ORIGIN 8.b.d.0.1.0.0.2.ip6.arpa.
@            IN SOA    ns.example.com. hostmaster.example.com. 1 3600 900 604800 60
0.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0 IN PTR www.example.com.
"""

PAIRS = [(f"10.0.{n >> 8}.{n & 255}", f"host{n}.example.net") for n in range(5_000)]


def address(n: int) -> str:
    """The address of ``host<n>.example.net``."""
    return f"10.0.{n >> 8}.{n & 255}"


def zones() -> Zones:
    """All of it."""
    made = Zones.from_pairs(PAIRS)
    made.add_text(ZONE)
    return made


def server(faults: Faults | None = None) -> Server:
    """A server for it, to be entered."""
    return Server(zones(), faults=faults)
