"""kdig and dig as the oracle: what a question gets, as (status, records, ttl, canonical name).

kdig is asked for JSON (RFC 8427), which holds each RDATA as octets too; dig is there to check kdig. Both only print
the message: the alias chain is followed here, by owner name (RFC 1034, 3.6.2), as far as the message goes.
"""

from __future__ import annotations

import ipaddress
import json
import re
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

Question = tuple[str, str]

_SECONDS = 60
_ESCAPE = re.compile(r"\\(\d{3}|.)", re.DOTALL)
_HEX_AT_THE_END = {"DS", "TLSA", "SSHFP"}


@dataclass(frozen=True, slots=True)
class Expected:
    """What dnsburst must say; ``records`` are sorted and in normal form, ``octets`` their RDATA in hex, in that order."""

    status: str
    records: tuple[str, ...] = ()
    ttl: int | None = None
    canonical_name: str = ""
    octets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _RR:
    owner: str
    rdtype: str
    ttl: int
    text: str
    octets: str


def ask_kdig(server: str, questions: Iterable[Question], *, tcp: bool = False) -> list[Expected]:
    """One kdig process for all the questions; its answers in their order."""
    questions = list(questions)
    host, port = _split(server)
    command = ["kdig", f"@{host}", "-p", port, "+json", "+noidn", "+bufsize=1232", "+retry=2", "+timeout=3"]
    command += ["+tcp"] if tcp else []
    output = _run([*command, *_arguments(questions)])
    decoder = json.JSONDecoder()
    messages = []
    position = 0
    while (position := _skip_to_brace(output, position)) < len(output):
        message, position = decoder.raw_decode(output, position)
        messages.append(message)
    assert len(messages) == len(questions), (
        f"kdig answered {len(messages)} of {len(questions)} questions: {output[-2000:]}"
    )
    expected = []
    for (name, rdtype), message in zip(questions, messages, strict=True):
        rrs = [
            _RR(
                owner=rr["NAME"],
                rdtype=rr.get("TYPEname", f"TYPE{rr['TYPE']}"),
                ttl=rr["TTL"],
                text=next((rr[key] for key in rr if key.startswith("rdata")), None) or _text(rr),
                octets=rr.get("RDATAHEX", ""),
            )
            for rr in message.get("answerRRs", [])
        ]
        expected.append(follow(name, rdtype, _RCODES[message["RCODE"]], rrs))
    return expected


def ask_dig(server: str, questions: Iterable[Question], *, tcp: bool = False) -> list[Expected]:
    """The same with dig; its text holds no octets."""
    questions = list(questions)
    host, port = _split(server)
    command = ["dig", f"@{host}", "-p", port, "+noidnin", "+noidnout", "+bufsize=1232", "+tries=3", "+time=3"]
    command += ["+nosplit", "+noall", "+comments", "+answer"] + (["+tcp"] if tcp else [])
    output = _run([*command, *_arguments(questions)])
    messages = output.split(";; ->>HEADER<<- ")[1:]
    # A truncated reply is printed before the one that came over TCP.
    messages = [m for m in messages if " tc" not in m.split(";; flags:")[1].split(";")[0]]
    assert len(messages) == len(questions), (
        f"dig answered {len(messages)} of {len(questions)} questions: {output[-2000:]}"
    )
    expected = []
    for (name, rdtype), message in zip(questions, messages, strict=True):
        status = re.search(r"status: (\w+)", message)
        assert status, message
        rrs = []
        for line in message.splitlines()[1:]:
            fields = line.split(None, 4)
            if line and not line.startswith(";") and len(fields) > 3:
                rrs.append(_RR(fields[0], fields[3], int(fields[1]), fields[4] if len(fields) > 4 else "", ""))
        expected.append(follow(name, rdtype, status[1], rrs))
    return expected


def follow(name: str, rdtype: str, rcode: str, rrs: Sequence[_RR]) -> Expected:
    """What the answer section of a message says about the question, by RFC 1034, 3.6.2, and RFC 2308, 2."""
    owner = name_key(name)
    seen = {owner}
    ttls: list[int] = []
    while rdtype != "CNAME":
        alias = next((rr for rr in rrs if rr.rdtype == "CNAME" and name_key(rr.owner) == owner), None)
        if alias is None:
            break
        owner = name_key(alias.text)
        ttls.append(alias.ttl)
        if owner in seen:
            return Expected("SERVFAIL", canonical_name=owner)
        seen.add(owner)
    found = [rr for rr in rrs if rr.rdtype == rdtype and name_key(rr.owner) == owner]
    if rcode != "NOERROR":
        return Expected(rcode, canonical_name=owner)
    if not found:
        return Expected("NODATA", canonical_name=owner)
    pairs = sorted((normal_text(rdtype, rr.text), rr.octets) for rr in found)
    return Expected(
        "NOERROR",
        records=tuple(text for text, _ in pairs),
        ttl=min(86_400, *ttls, *(rr.ttl for rr in found)),
        canonical_name=owner,
        octets=tuple(octets for _, octets in pairs),
    )


@lru_cache(maxsize=4096)
def name_key(text: str) -> str:
    """The same string for every spelling of the same name: trailing dot, escapes and letter case do not count."""
    return _normal_token(text).lower()


def normal_text(rdtype: str, text: str) -> str:
    """One spelling for all that mean the same RDATA. The tools differ, and each of these is allowed:

    - the trailing dot of names: kdig and dig write it, dnsburst does not (contract, 1.2);
    - which octets are escaped and how, ``\\@`` or ``@``, ``\\032`` or a space in quotes (RFC 1035, 5.1);
    - quotes around character strings and SVCB values;
    - letter case and spaces of hex digits (RFC 4034, 5.3; RFC 3597, 5; RFC 7043, 3.2);
    - ``0.00m`` for ``0m`` in LOC (RFC 1876, 3);
    - IPv6 text other than RFC 5952.
    """
    tokens = _tokens(text)
    if tokens[:1] == ["\\#"]:
        return " ".join(["\\#", tokens[1], "".join(tokens[2:]).upper()]).rstrip()
    if rdtype in _HEX_AT_THE_END:
        fixed = 2 if rdtype == "SSHFP" else 3
        tokens = [*tokens[:fixed], "".join(tokens[fixed:]).upper()]
    elif rdtype == "LOC":
        tokens = [f"{float(token.rstrip('m')):g}" if token[0] in "-0123456789" else token for token in tokens]
    elif rdtype == "EUI48":
        return text.upper()
    elif rdtype == "AAAA":
        return ipaddress.IPv6Address(text).compressed
    if rdtype in ("TXT", "HINFO", "CAA", "URI"):
        return " ".join(f"<{_octets(token)}>" for token in tokens)
    if rdtype == "NAPTR":
        return " ".join([*(f"<{_octets(token)}>" for token in tokens[:-1]), _normal_token(tokens[-1])])
    return " ".join(_normal_token(token) for token in tokens)


def generic_text(octets: str) -> str:
    """RDATA in hex as RFC 3597 writes it."""
    return f"\\# {len(octets) // 2} {octets}".rstrip()


def _text(rr: dict[str, Any]) -> str:
    """The text of a record that kdig prints none for: one of a type it does not know, or longer than its buffer."""
    octets = rr.get("RDATAHEX", "")
    if rr.get("TYPEname") != "TXT":
        return generic_text(octets)
    data = bytes.fromhex(octets)
    strings = []
    while data:
        strings.append('"' + "".join(f"\\{octet:03d}" for octet in data[1 : data[0] + 1]) + '"')
        data = data[data[0] + 1 :]
    return " ".join(strings)


def _tokens(text: str) -> list[str]:
    """The words of presentation text, without their quotes, escapes left as they are."""
    tokens: list[str] = []
    current: str | None = None
    quoted = False
    position = 0
    while position < len(text):
        char = text[position]
        if char == "\\" and text[position + 1 : position + 2] == "#" and current is None:
            current, position = "\\#", position + 2
        elif char == "\\":
            size = 4 if text[position + 1 : position + 4].isdigit() else 2
            current = (current or "") + text[position : position + size]
            position += size
        elif char == '"':
            current = current or ""
            quoted = not quoted
            position += 1
        elif char in " \t" and not quoted:
            if current is not None:
                tokens.append(current)
            current = None
            position += 1
        else:
            # A dot between quotes is no separator of labels; escaped, it stays one octet of a string.
            current = (current or "") + char
            position += 1
    if current is not None:
        tokens.append(current)
    return tokens


def _octets(token: str) -> str:
    """Every escape resolved: what a character string holds, one character for each octet."""
    return _ESCAPE.sub(lambda match: chr(int(match[1])) if len(match[1]) == 3 else match[1], token)


def _normal_token(token: str) -> str:
    """A name or word with its escapes in one form: ``\\.`` and ``\\\\`` stay, other octets are as they are."""

    def plain(match: re.Match[str]) -> str:
        char = chr(int(match[1])) if len(match[1]) == 3 else match[1]
        return "\\" + char if char in ".\\" else char

    text = _ESCAPE.sub(plain, token)
    if text.endswith(".") and len(text) > 1 and not re.search(r"(?<!\\)(\\\\)*\\\.$", text):
        text = text[:-1]
    return text


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=_SECONDS, check=False)
    assert done.stdout, f"{command[0]} said nothing: {done.stderr}"
    return done.stdout


def _arguments(questions: list[Question]) -> list[str]:
    return [word for name, rdtype in questions for word in ("-q", name.rstrip(".") + ".", "-t", rdtype)]


def _split(server: str) -> tuple[str, str]:
    host, _, port = server.rpartition(":")
    return host.strip("[]"), port


def _skip_to_brace(text: str, position: int) -> int:
    found = text.find("{", position)
    return len(text) if found < 0 else found


_RCODES = {0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED", 6: "YXDOMAIN"}
