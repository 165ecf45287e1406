"""resolv.conf(5): which servers to ask, and how, as glibc reads it."""

# Rules, those of glibc's res_init.c.
# 1. A keyword counts at the start of a line and before a space or tab; lines that start with ; or # are comments.
# 2. What cannot be understood is passed over: an unknown option, a nameserver that is no address.
# 3. Of `domain` and `search` the last one counts; LOCALDOMAIN goes before both; without all three the search list is
#    the domain part of the machine's own name.
# 4. RES_OPTIONS comes after the file's options.
# 5. Without a file, or without a nameserver in it, the server is 127.0.0.1.

from __future__ import annotations

import os
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass

from .._engine.address import ServerAddress
from ..errors import ConfigurationError

MAX_NAMESERVERS = 3  # MAXNS
MAX_NDOTS = 15  # RES_MAXNDOTS
MAX_TIMEOUT = 30  # RES_MAXRETRANS
MAX_ATTEMPTS = 5  # RES_MAXRETRY
DEFAULT_TIMEOUT = 5  # RES_TIMEOUT
DEFAULT_ATTEMPTS = 2  # RES_DFLRETRY

_LEADING_NUMBER = re.compile(r"[ \t]*([+-]?[0-9]+)")
_FLAGS = {
    "rotate": "rotate",
    "edns0": "edns0",
    "use-vc": "use_vc",
    "no-aaaa": "no_aaaa",
    "no_tld_query": "no_tld_query",
    "no-tld-query": "no_tld_query",
}


@dataclass(frozen=True, slots=True)
class ResolvConf:
    """What resolv.conf and the environment say.

    nameservers: at most 3, in the file's order
    search: domains to complete names with; "" is the root
    ndots: a name with at least so many dots is asked as it is first
    timeout: seconds for the first try at the first server; None where nothing is said (glibc: 5)
    attempts: rounds over the servers; None where nothing is said (glibc: 2)
    rotate, edns0, use_vc, no_aaaa, no_tld_query: the options of these names
    """

    nameservers: tuple[ServerAddress, ...] = (ServerAddress("127.0.0.1"),)
    search: tuple[str, ...] = ()
    ndots: int = 1
    timeout: int | None = None
    attempts: int | None = None
    rotate: bool = False
    edns0: bool = False
    use_vc: bool = False
    no_aaaa: bool = False
    no_tld_query: bool = False

    @property
    def lifetime(self) -> float:
        """Seconds after which glibc gives a question up: all its attempts at all servers with nobody answering."""
        first = max(self.timeout if self.timeout is not None else DEFAULT_TIMEOUT, 1)
        servers = len(self.nameservers)
        one_round = first + sum(max((first << number) // servers, 1) for number in range(1, servers))
        return float(one_round * self.rounds)

    @property
    def rounds(self) -> int:
        """How often each server has its turn."""
        return max(self.attempts if self.attempts is not None else DEFAULT_ATTEMPTS, 1)


def parse(text: str, path: str = "resolv.conf", environ: Mapping[str, str] | None = None) -> ResolvConf:
    """Read the text of a resolv.conf, with the environment's LOCALDOMAIN and RES_OPTIONS.

    Raises ConfigurationError for text that no system writes: NUL characters, or nameserver lines of which none names
    an address.
    """
    if environ is None:
        environ = os.environ
    if "\0" in text:
        raise ConfigurationError(f"{path}: not a text file")
    nameservers: list[ServerAddress] = []
    unusable = 0
    search: list[str] = []
    options: dict[str, int] = {}
    local_domain = environ.get("LOCALDOMAIN")
    # Only a newline ends a line here; str.splitlines knows more.
    for number, line in enumerate(text.split("\n"), 1):
        if line[:1] in (";", "#"):
            continue
        keyword = re.match(r"(domain|search|nameserver|options)[ \t]", line)
        if keyword is None:
            continue
        rest = line[keyword.end() :].strip(" \t")
        kind = keyword[1]
        if kind == "options":
            _read_options(rest, options)
        elif not rest:
            continue
        elif kind == "nameserver":
            address = _nameserver(re.split("[ \t]", rest, maxsplit=1)[0])
            if address is not None:
                nameservers.append(address)
            elif not unusable:
                unusable = number
        elif kind == "domain":
            search = re.split("[ \t]+", rest)[:1]
        else:
            search = re.split("[ \t]+", rest)
    if unusable and not nameservers:
        raise ConfigurationError(f"{path}, line {unusable}: the nameserver is not an address")
    if local_domain is not None:
        search = re.split("[ \t]+", local_domain.partition("\n")[0].rstrip(" \t"))
    elif not search:
        own_domain = socket.gethostname().partition(".")[2]
        search = [own_domain] if own_domain else []
    _read_options(environ.get("RES_OPTIONS", ""), options)
    return ResolvConf(
        nameservers=tuple(nameservers[:MAX_NAMESERVERS]) or ResolvConf().nameservers,
        search=tuple(domain.removeprefix(".") for domain in search),
        ndots=max(options.get("ndots", 1), 0),
        timeout=options.get("timeout"),
        attempts=options.get("attempts"),
        rotate="rotate" in options,
        edns0="edns0" in options,
        use_vc="use_vc" in options,
        no_aaaa="no_aaaa" in options,
        no_tld_query="no_tld_query" in options,
    )


def _read_options(text: str, options: dict[str, int]) -> None:
    """Add what an ``options`` line says.

    As in glibc, options count by how they begin (``rotated`` is ``rotate``), and a minus before one takes it back.
    """
    for word in re.split("[ \t]+", text):
        for label, most in (("ndots", MAX_NDOTS), ("timeout", MAX_TIMEOUT), ("attempts", MAX_ATTEMPTS)):
            if word.startswith(label + ":"):
                found = _LEADING_NUMBER.match(word, len(label) + 1)
                options[label] = min(int(found[1]) if found else 0, most)
                break
        else:
            for label, option in _FLAGS.items():
                if word.startswith(label):
                    options[option] = 1
                    break
                if word.startswith("-" + label):
                    options.pop(option, None)
                    break


def _nameserver(text: str) -> ServerAddress | None:
    """The server a nameserver line names, None where it names none. IPv4 in all the forms inet_aton takes."""
    try:
        return ServerAddress(socket.inet_ntoa(socket.inet_aton(text)))
    except (OSError, ValueError):
        pass
    if ":" not in text:
        return None
    try:
        return ServerAddress.from_text(f"[{text}]")
    except ConfigurationError:
        # A zone id that cannot be read costs the zone, not the server.
        host, percent, _ = text.partition("%")
        return _nameserver(host) if percent else None
