"""Octets nobody meant: compiled and plain Python read them alike, dnspython and dnslib agree where they read them at all."""

from __future__ import annotations

import itertools
import random
import time
from pathlib import Path

import dns.exception
import dns.message
import dnslib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dnsburst._wire.message import decode, sole_answer
from dnsburst.errors import MalformedMessage

from .. import octets
from ..fuzz.builds import INSTALLED, PURE
from ..fuzz.messages import SEEDS, hostile, mutated
from ..fuzz.mutate import BATCH, run_batch
from .strategies import WIRE_NAMES

FINDS = Path(__file__).parents[1] / "fuzz" / "finds"
HOSTILE = hostile()

# -- hypothesis -----------------------------------------------------------------------------------------------------

TYPES = st.sampled_from([1, 2, 5, 6, 12, 15, 16, 28, 33, 35, 39, 41, 46, 47, 64, 257, 255, 65280]) | st.integers(
    0, 65535
)
#: Names as they can stand in a message: whole, by pointer, with a pointer behind a label, and none at all.
POINTERS = st.integers(0, 600).map(lambda target: (0xC000 | target).to_bytes(2, "big"))
NAMES = st.one_of(
    WIRE_NAMES, POINTERS, st.just(b"\xc0\x0c"), st.builds(lambda p: b"\x01a" + p, POINTERS), st.binary(max_size=4)
)
RDATA = st.one_of(
    st.binary(max_size=40),
    NAMES,
    st.builds(lambda number, one: number + one, st.binary(min_size=2, max_size=6), NAMES),
    st.builds(lambda one, other, rest: one + other + rest, NAMES, NAMES, st.binary(min_size=20, max_size=20)),
    st.lists(st.binary(max_size=20), max_size=5).map(lambda parts: b"".join(bytes((len(p),)) + p for p in parts)),
)
RECORDS = st.builds(
    octets.rr, NAMES, TYPES, RDATA, st.integers(0, 2**32 - 1), st.sampled_from([1, 1, 1, 3, 255]),
    st.none() | st.none() | st.integers(0, 80),
)  # fmt: skip
SECTIONS = st.lists(RECORDS, max_size=4).map(tuple)
MESSAGES = st.builds(
    octets.message,
    st.integers(0, 65535),
    st.integers(0, 65535),
    st.lists(st.builds(octets.question, WIRE_NAMES, TYPES), max_size=2).map(tuple),
    SECTIONS,
    SECTIONS,
    SECTIONS,
    st.none() | st.tuples(*[st.integers(0, 5)] * 4),
)


@settings(max_examples=150)
@given(MESSAGES)
def test_structured_messages_are_read_alike_by_both_builds(data: bytes) -> None:
    assert PURE.outcome(data) == INSTALLED.outcome(data)


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_any_octets_are_read_alike_by_both_builds(data: bytes) -> None:
    assert PURE.outcome(data) == INSTALLED.outcome(data)


@settings(max_examples=60)
@given(WIRE_NAMES, st.lists(st.tuples(WIRE_NAMES, st.binary(max_size=30), st.integers(0, 2**31 - 1)), max_size=6))
def test_what_is_written_is_read(qname: bytes, records: list[tuple[bytes, bytes, int]]) -> None:
    answers = tuple(octets.rr(owner, 65280, rdata, ttl) for owner, rdata, ttl in records)
    data = octets.message(7, octets.QR, (octets.question(qname, 65280),), answers)
    decoded = decode(data)
    assert qname + b"\xff\0\0\1" == decoded.question
    assert records == [(r.name, r.rdata, r.ttl) for r in decoded.answers]
    for size in range(12 + len(decoded.question), len(data)):
        with pytest.raises(MalformedMessage):
            decode(data[:size])


# -- many, by chance ------------------------------------------------------------------------------------------------


def test_mutated_datagrams_are_read_alike_by_both_builds(seed: str) -> None:
    """A few seconds of tests/fuzz/mutate.py."""
    end = time.monotonic() + 2.0
    number = 0
    while number == 0 or time.monotonic() < end:
        assert [] == run_batch(seed, number, 0.0), f"batch {number} of {BATCH}"
        number += 1


def test_every_seed_is_read() -> None:
    assert [] == [seed.hex() for seed in SEEDS if INSTALLED.outcome(seed)[0] == "malformed"]


def test_the_quick_way_is_taken_where_it_can_be() -> None:
    """What it gives is held against the thorough way with every message that the tests above read."""
    taken = 0
    for data in SEEDS:
        asked = decode(data).question
        taken += sole_answer(data, asked, asked[:-4], int.from_bytes(asked[-4:-2], "big")) is not None
    assert taken >= 4


def test_what_fuzzing_found_stays_mended() -> None:
    for find in FINDS.glob("fuzz_decode-*"):
        data = find.read_bytes()
        assert PURE.outcome(data) == INSTALLED.outcome(data)


# -- work that is bounded -------------------------------------------------------------------------------------------

#: Seconds for the largest message there can be, in plain Python on a busy machine; a tenth of it compiled.
LONGEST = 0.5


@pytest.mark.parametrize("case", HOSTILE)
def test_P3_P9_hostile_message_costs_no_more_than_its_size(case: str, build: str) -> None:
    data = HOSTILE[case]
    took = []
    for _ in range(3):
        start = time.perf_counter()
        try:
            decode(data)
        except MalformedMessage:
            pass
        took.append(time.perf_counter() - start)
    assert min(took) < (LONGEST / 10 if build == "compiled" else LONGEST)


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_message_is_read_alike_by_both_builds(case: str) -> None:
    assert PURE.outcome(HOSTILE[case]) == INSTALLED.outcome(HOSTILE[case])


# -- against dnspython ----------------------------------------------------------------------------------------------

#: Why we refuse what dnspython reads: the reason given, and the rule behind it.
WE_REFUSE = {
    "compression pointer into the header": "P2; dnspython follows it and reads the ID and the counts as a name",
    "more than one question": "P14; dnspython reads any number of them",
    "RDATA that does not fill RDLENGTH": "P8; dnspython does not look into RDATA of a class it does not know",
    "address of the wrong length": "P8; the same",
    "message cut off": "P7; the same, where the RDATA holds a name that runs on",
    "label of an unknown kind": "P4; the same, and MD, MF, MB, MG, MR, MINFO, which dnspython takes as octets",
    "compression pointer that does not point back": "P1; the same",
    "too many compression pointers": "P3; dnspython follows any number of them",
    "name over 255 octets": "P5; the same",
}
#: Why dnspython refuses what we read, by the exception or one it is a kind of.
THEY_REFUSE = {
    "BadEDNS": "P12: an OPT in another section, or two of them, is ignored",
    "BadTSIG": "TSIG is a type like any other to who has no keys",
    "DecompressionForbidden": "P19: of a class other than IN; the record is skipped",
    "FormError": "the authority or additional section is cut off or holds what cannot be read: P10 keeps the answer; "
    "and RDATA of types rarely met, which we keep as octets (P8), and all of an UPDATE, which is no reply (M4)",
}
#: Types whose RDATA the two give in different octets.
READ_DIFFERENTLY = {
    3: "MD; dnspython takes it as octets and leaves its pointers compressed, which nobody can read afterwards",
    4: "MF; the same",
    7: "MB; the same",
    8: "MG; the same",
    9: "MR; the same",
    14: "MINFO; the same",
    20: "ISDN; dnspython leaves out a second string that is empty",
}


def _dnspython(data: bytes) -> list[tuple[bytes, int, int, int, bytes]]:
    parsed = dns.message.from_wire(data, ignore_trailing=True, one_rr_per_rrset=True)
    return [
        (rrset.name.to_wire() or b"", int(rrset.rdtype), int(rrset.rdclass), rrset.ttl, rdata.to_wire() or b"")
        for rrset in parsed.answer
        for rdata in rrset
    ]


def test_dnspython_reads_the_same_answers_or_the_difference_is_listed(rng: random.Random) -> None:
    for number in range(3000):
        data = SEEDS[number] if number < len(SEEDS) else mutated(rng)
        ours: str | list[tuple[bytes, int, int, int, bytes]]
        theirs: str | list[tuple[bytes, int, int, int, bytes]]
        try:
            ours = [(r.name, r.rdtype, r.rdclass, r.ttl, r.rdata) for r in decode(data).answers]
        except MalformedMessage as error:
            ours = str(error)
        try:
            theirs = _dnspython(data)
        except (dns.exception.DNSException, ValueError) as error:
            kinds = [kind.__name__ for kind in type(error).__mro__]
            theirs = next((kind for kind in kinds if kind in THEY_REFUSE), kinds[0])
        if isinstance(ours, str):
            assert isinstance(theirs, str) or ours in WE_REFUSE, data.hex()
        elif isinstance(theirs, str):
            assert theirs in THEY_REFUSE, data.hex()
        else:
            assert isinstance(theirs, list)
            differ = [one for one, other in itertools.zip_longest(ours, theirs) if one != other]
            assert all(one and one[1] in READ_DIFFERENTLY for one in differ), data.hex()


# -- against dnslib -------------------------------------------------------------------------------------------------

#: dnslib refuses much that is only odd: A of another class, names that are not ASCII where its types want text, cut-off
#: sections (P10). What it reads it must read as we do; what it reads and we refuse is not compared, as it checks neither
#: that pointers point back behind the header nor that RDATA fills RDLENGTH.
DNSLIB_READS = (1, 2, 5, 12, 28, 65280)


def _dnslib(data: bytes) -> list[tuple[int, bytes]]:
    found = []
    for record in dnslib.DNSRecord.parse(data).rr:
        if record.rtype in (2, 5, 12):
            labels = record.rdata.label.label
            found.append((record.rtype, b"".join(bytes((len(label),)) + bytes(label) for label in labels) + b"\0"))
        elif record.rtype in DNSLIB_READS:
            found.append((record.rtype, bytes(record.rdata.data)))
    return found


def test_dnslib_reads_the_same_answers(rng: random.Random) -> None:
    read = 0
    for _ in range(2000):
        data = mutated(rng)
        try:
            ours = [(r.rdtype, r.rdata) for r in decode(data).answers if r.rdtype in DNSLIB_READS]
        except MalformedMessage:
            continue
        try:
            theirs = _dnslib(data)
        except (dnslib.DNSError, dnslib.buffer.BufferError, UnicodeDecodeError, ValueError):
            continue
        assert theirs == ours, data.hex()
        read += 1
    assert read > 50
