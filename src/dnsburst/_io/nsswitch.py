"""nsswitch.conf(5) and host.conf(5), as far as they concern host names: the hosts file, DNS, and in which order."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

SUCCESS = "SUCCESS"
NOTFOUND = "NOTFOUND"
UNAVAIL = "UNAVAIL"
TRYAGAIN = "TRYAGAIN"

_STATUSES = (SUCCESS, NOTFOUND, UNAVAIL, TRYAGAIN)
_SERVICE = re.compile(r"([^\s\[]+)\s*(?:\[([^]]*)\])?")
_CRITERION = re.compile(r"(!?)([A-Za-z]+)\s*=\s*(return|continue|merge)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Service:
    """One source of names: ``files`` or ``dns``, and the outcomes after which no other is asked."""

    name: str
    stops: frozenset[str] = frozenset((SUCCESS,))


DEFAULT_SERVICES = (Service("files"), Service("dns"))


def parse_services(text: str, path: str = "nsswitch.conf") -> tuple[Service, ...]:
    """The services of the ``hosts:`` line. Others than files and dns (mdns, resolve, myhostname …) are left out.

    A line that cannot be read, or that leaves neither, is as good as none: files, then dns.
    """
    del path
    line = None
    for raw in text.split("\n"):
        database, colon, rest = raw.partition("#")[0].partition(":")
        if colon and database.strip() == "hosts":
            line = rest.strip()
    if line is None:
        return DEFAULT_SERVICES
    services = []
    while line:
        found = _SERVICE.match(line)
        if found is None:
            return DEFAULT_SERVICES
        line = line[found.end() :].lstrip()
        stops = _stops(found[2] or "")
        if stops is None:
            return DEFAULT_SERVICES
        if found[1] in ("files", "dns"):
            services.append(Service(found[1], stops))
    return tuple(services) or DEFAULT_SERVICES


def parse_multi(text: str, path: str = "host.conf", environ: Mapping[str, str] | None = None) -> bool:
    """Whether all lines of the hosts file that match are returned: ``multi on`` in host.conf, or RESOLV_MULTI."""
    del path
    multi = False
    for raw in text.split("\n"):
        words = raw.partition("#")[0].split(None, 1)
        if len(words) == 2 and words[0].lower() == "multi":
            multi = _on(words[1], multi)
    return _on((os.environ if environ is None else environ).get("RESOLV_MULTI", ""), multi)


def _stops(criteria: str) -> frozenset[str] | None:
    """The outcomes that end the search, from ``NOTFOUND=return !UNAVAIL=continue``; None for what is no such list."""
    stops = {SUCCESS}
    rest = criteria.strip()
    while rest:
        found = _CRITERION.match(rest)
        if found is None or found[2].upper() not in _STATUSES:
            return None
        rest = rest[found.end() :]
        status = found[2].upper()
        # Merging is for group databases; for hosts glibc reads on, and so does "continue".
        stop = found[3].lower() == "return"
        chosen = [one for one in _STATUSES if one != status] if found[1] else [status]
        stops = stops.union(chosen) if stop else stops.difference(chosen)
    return frozenset(stops)


def _on(text: str, default: bool) -> bool:
    word = text.lower()
    return True if word.startswith("on") else False if word.startswith("off") else default
