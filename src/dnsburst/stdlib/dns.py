"""DNS as a source of host names: the search list, what a name must look like, and what the answers mean (nss_dns)."""

# Rules, those of glibc's res_query.c and dns-host.c.
# 1. Names with at least `ndots` dots are asked as they are first, then with each domain of the search list; others the
#    other way round. A trailing dot means: as it is, only.
# 2. The search goes on after "no such name", "no such data" and SERVFAIL, and ends with any other failure.
#    What the name as it is came to counts most, then no data, then SERVFAIL.
# 3. SERVFAIL, REFUSED, NOTIMP and silence are no answer; over TCP alone (use-vc) only silence is none. Of two questions
#    asked at once, one without an answer does not matter.
# 4. An answer that holds aliases only ends the search like one with data; it is found out to be empty afterwards.
# 5. Names that are no host names are not asked, not taken as canonical name or alias, and not returned for an address
#    (CVE-2026-4438).

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

from .._io.nsswitch import NOTFOUND, SUCCESS, TRYAGAIN, UNAVAIL
from .._io.resolvconf import DEFAULT_TIMEOUT, ResolvConf
from .._wire import name as wire_name
from .._wire.address import IPV4_MAPPED
from ..errors import InvalidName
from ..result import Result
from .outcome import (
    HOST_NOT_FOUND,
    NO_DATA,
    NO_RECOVERY,
    NOT_FOUND,
    TRY_AGAIN,
    Outcome,
)

Ask = Callable[[Sequence[tuple[str, str]], ResolvConf], Sequence[Result]]
"""Ask (name, type) questions, all at once, and give one Result for each."""

_TYPES = {int(socket.AF_INET): "A", int(socket.AF_INET6): "AAAA"}
_SILENCE = frozenset(("TIMEOUT", "NETERROR"))
_UNANSWERED = _SILENCE.union(("SERVFAIL", "REFUSED", "NOTIMP"))
_MAX_CHAIN = 16
_HOST_NAME_CHARACTERS = dict.fromkeys(map(ord, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."))

_turns = count()


def ask(questions: Sequence[tuple[str, str]], conf: ResolvConf) -> Sequence[Result]:
    """Ask the servers of ``conf`` the way it says; the one place where the stdlib face meets DNS."""
    from .. import blocking

    servers = list(conf.nameservers)
    if conf.rotate:
        turn = next(_turns) % len(servers)
        servers = servers[turn:] + servers[:turn]
    options: dict[str, Any] = {}
    if conf.timeout is not None or conf.attempts is not None:
        options["timeout"] = float(max(conf.timeout or DEFAULT_TIMEOUT, 1))
        options["tries"] = conf.rounds * len(servers)
    return blocking.query_many(questions, servers=servers, lifetime=conf.lifetime, tcp=conf.use_vc, **options)


class _Reply:
    """What became of one name: the Results that answer it (empty where it failed) and why it failed."""

    __slots__ = ("asked", "h_errno", "results", "servfail", "silent")

    def __init__(self, asked: str, results: dict[str, Result], h_errno: int) -> None:
        self.asked = asked
        self.results = results
        self.h_errno = h_errno
        self.silent = False
        self.servfail = False

    @property
    def failure(self) -> Outcome:
        """The outcome of a search that ends with this reply."""
        return Outcome(UNAVAIL if self.silent else NOTFOUND, self.h_errno)


class DnsSource:
    """Answers from DNS."""

    __slots__ = ("_ask", "_conf")

    def __init__(self, conf: Callable[[], ResolvConf], ask: Ask = ask) -> None:
        self._conf = conf
        self._ask = ask

    def by_name(self, name: str, family: int, aliases: bool = False, any_name: bool = False) -> Outcome:
        """The addresses of one family.

        aliases: tell the names between too, which may cost a question for each
        any_name: ask for a name that is no host name too, to tell how it fails
        """
        is_host_name = _is_host_name(name)
        if not is_host_name and not any_name:
            return NOT_FOUND
        conf = self._conf()
        rdtype = _TYPES[family]
        reply = self._search(name, [rdtype], conf)
        if not reply.results:
            return reply.failure
        if not is_host_name:
            return NOT_FOUND
        result = reply.results[rdtype]
        if not result.records:
            return Outcome(TRYAGAIN, NO_RECOVERY)
        names = self._host_names(reply.asked, result, conf, walk=aliases)
        return Outcome(SUCCESS, 0, names[-1], tuple(names[:-1]), _addresses(result, family))

    def by_name_any(self, name: str) -> Outcome:
        """The addresses of both families, IPv4 first."""
        if not _is_host_name(name):
            return NOT_FOUND
        conf = self._conf()
        reply = self._search(name, ["A"] if conf.no_aaaa else ["A", "AAAA"], conf)
        if not reply.results:
            return reply.failure
        addresses: list[tuple[int, str]] = []
        official = ""
        for family, rdtype in _TYPES.items():
            result = reply.results.get(rdtype)
            if result is not None and result.records:
                addresses += _addresses(result, family)
                official = official or self._host_names(reply.asked, result, conf, walk=False)[-1]
        if not addresses:
            return NOT_FOUND
        return Outcome(SUCCESS, 0, official, (), tuple(addresses))

    def by_address(self, family: int, octets: bytes) -> Outcome:
        """The name of an address: the first PTR record. IPv4 inside IPv6 is asked, and returned, as IPv4."""
        if len(octets) == 16:
            if octets == bytes(16):
                return NOT_FOUND
            compatible = octets.startswith(bytes(12)) and octets[12:] != b"\0\0\0\x01"
            if compatible or octets.startswith(IPV4_MAPPED):
                family, octets = socket.AF_INET, octets[12:]
        address = socket.inet_ntop(family, octets)
        reply = self._query(wire_name.to_text(wire_name.reverse_name(address)), ["PTR"], self._conf())
        if not reply.results:
            return Outcome(NOTFOUND, reply.h_errno)
        records = reply.results["PTR"].records
        if not records:
            return Outcome(TRYAGAIN, NO_RECOVERY)
        target = records[0].text
        if not _is_safe(target):
            return Outcome(UNAVAIL, NO_RECOVERY)
        return Outcome(SUCCESS, 0, target, (), ((family, address),))

    def _search(self, name: str, rdtypes: list[str], conf: ResolvConf) -> _Reply:
        """Ask for the name as it is and with the search list, in the order rule 1 gives."""
        dots = name.count(".")
        rooted = name.endswith(".")
        as_is: _Reply | None = None
        if dots >= conf.ndots or rooted:
            as_is = self._query(name, rdtypes, conf)
            if as_is.results or rooted:
                return as_is
        last = as_is
        no_data = servfail = root_tried = False
        for domain in conf.search:
            root_tried = root_tried or not domain
            last = self._query(f"{name}.{domain}", rdtypes, conf)
            if last.results:
                return last
            no_data = no_data or last.h_errno == NO_DATA
            servfail = servfail or last.servfail
            if last.h_errno not in (NO_DATA, HOST_NOT_FOUND) and not last.servfail:
                break
        if as_is is None and not root_tried and (dots or not conf.search or not conf.no_tld_query):
            last = self._query(name, rdtypes, conf)
            if last.results:
                return last
        if last is None:
            last = _Reply(name, {}, HOST_NOT_FOUND)
        if as_is is not None:
            last.h_errno = as_is.h_errno
        elif no_data:
            last.h_errno = NO_DATA
        elif servfail:
            last.h_errno = TRY_AGAIN
        return last

    def _query(self, name: str, rdtypes: list[str], conf: ResolvConf) -> _Reply:
        """Ask for one name, all types at once."""
        try:
            asked = wire_name.to_text(wire_name.from_text(name))
        except InvalidName:
            return _Reply(name, {}, NO_RECOVERY)
        if conf.no_aaaa and "AAAA" in rdtypes:
            # A tells whether the name exists; what it holds is not looked at.
            results: Sequence[Result] = [_without_data(self._ask([(_rooted(asked), "A")], conf)[0])]
        else:
            results = self._ask([(_rooted(asked), rdtype) for rdtype in rdtypes], conf)
        no_answer = _SILENCE if conf.use_vc else _UNANSWERED
        answered = {
            rdtype: result
            for rdtype, result in zip(rdtypes, results, strict=True)
            if result.status not in no_answer or _is_endless_chain(result)
        }
        if any(_has_answer_section(asked, result) for result in answered.values()):
            return _Reply(asked, answered, 0)
        if answered:
            reply = _Reply(asked, {}, _why_nothing([result.status for result in answered.values()]))
        else:
            reply = _Reply(asked, {}, TRY_AGAIN)
            reply.silent = True
        reply.servfail = results[-1].status == "SERVFAIL"
        return reply

    def _host_names(self, asked: str, result: Result, conf: ResolvConf, walk: bool) -> list[str]:
        """The names from the one asked to the official one, those left out that are no host names."""
        chain = [asked]
        canonical = result.canonical_name or asked
        if canonical.lower() != asked.lower():
            while walk and len(chain) < _MAX_CHAIN:
                step = self._ask([(_rooted(chain[-1]), "CNAME")], conf)[0]
                if step.status != "NOERROR" or step.records[0].text.lower() == canonical.lower():
                    break
                chain.append(step.records[0].text)
            chain.append(canonical)
        return [name for name in chain if _is_safe(name)]


def _is_endless_chain(result: Result) -> bool:
    """Aliases that lead nowhere are an answer to the C library, which does not follow them."""
    return result.status == "SERVFAIL" and (result.error or "").startswith("CNAME ")


def _without_data(result: Result) -> Result:
    return Result(result.name, "AAAA", "NODATA") if result.status == "NOERROR" else replace(result, canonical_name=None)


def _rooted(name: str) -> str:
    """A name as it is asked for: with the trailing dot and without a colon, so that nothing takes it for an address."""
    return name if name == "." else name.replace(":", "\\058") + "."


def _has_answer_section(asked: str, result: Result) -> bool:
    if result.status == "NODATA":
        return result.canonical_name is not None and result.canonical_name.lower() != asked.lower()
    return result.status == "NOERROR" or _is_endless_chain(result)


def _why_nothing(statuses: Sequence[str]) -> int:
    """The h_errno for answers without any record: the first that is an error decides."""
    status = next((status for status in statuses if status != "NODATA"), "NODATA")
    return {"NODATA": NO_DATA, "NXDOMAIN": HOST_NOT_FOUND, "SERVFAIL": TRY_AGAIN}.get(status, NO_RECOVERY)


def _addresses(result: Result, family: int) -> tuple[tuple[int, str], ...]:
    return tuple((family, record.text) for record in result.records)


def _is_host_name(name: str) -> bool:
    """Whether a name given by the caller is asked at all (res_hnok)."""
    if not name.isascii():
        return False
    try:
        wire = wire_name.from_text(name) if name else wire_name.ROOT
    except InvalidName:
        return False
    return wire == wire_name.ROOT or (wire_name.is_hostname(wire) and wire[1:2] != b"-")


def _is_safe(text: str) -> bool:
    """Whether a name out of DNS, in presentation form, is a host name; the root is one to the C library."""
    return text == "." or (bool(text) and text[0] != "-" and not text.translate(_HOST_NAME_CHARACTERS))
