"""Text forms, and what must hold for any of them: shared by the fuzz target and the suite."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dnsburst._wire.codes import type_from_text

from ..wire.rdata_cases import CASES

if TYPE_CHECKING:
    from .builds import Build

#: Two octets of type, then the text; type 0 stands for a name.
TEXTS: tuple[bytes, ...] = (
    b"\0\0www.example.com",
    b"\0\0a\\.b\\032\\255.\\\\x.",
    b"\0\0" + "bücher.例え".encode(),
    b"\0\0.",
    *(type_from_text(mnemonic).to_bytes(2, "big") + text.encode() for mnemonic, text, *_ in CASES),
)


def check(data: bytes, *builds: Build) -> None:
    """Fail where the text in ``data`` breaks a rule of text forms, or one build reads it unlike the others."""
    rdtype = int.from_bytes(data[:2], "big")
    text = data[2:].decode("utf-8", "surrogateescape")
    outcomes = [_name(build, text) if rdtype == 0 else _rdata(build, rdtype, text) for build in builds]
    assert all(outcome == outcomes[0] for outcome in outcomes), outcomes
    octets = data[2:]
    forms = [_address(build, octets) for build in builds]
    assert all(form == forms[0] for form in forms), forms


def _name(build: Build, text: str) -> Any:
    try:
        wire = build.name.from_text(text)
    except ValueError as error:
        return type(error).__name__, str(error)
    assert 0 < len(wire) <= 255
    shown = build.name.to_text(wire)
    assert shown.isascii() and shown.isprintable() and " " not in shown  # noqa: PT018 - one rule
    assert wire == build.name.from_text(shown)
    return wire, shown


def _rdata(build: Build, rdtype: int, text: str) -> Any:
    try:
        octets = build.rdata.from_text(rdtype, text)
    except ValueError as error:
        return type(error).__name__, str(error)
    shown = build.rdata.to_text(rdtype, octets)
    assert shown.isascii() and shown.isprintable()  # noqa: PT018
    assert octets == build.rdata.from_text(rdtype, shown)
    return octets, shown


def _address(build: Build, octets: bytes) -> Any:
    """Any octets as wire name and as RDATA have one text, or are refused as no name."""
    try:
        name = build.name.to_text(octets)
        assert octets == build.name.from_text(name)
    except build.malformed as error:
        name = str(error)
    return name
