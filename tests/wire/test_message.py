"""The decoder, line by line of what malformed messages get; each whole message is also cut at every octet."""

from __future__ import annotations

import struct

import pytest

from dnsburst._wire import rdata
from dnsburst._wire.message import EDNS_SIZE, build_opt, build_query, decode, question, sole_answer, sole_error
from dnsburst._wire.name import from_text, to_text
from dnsburst.errors import InvalidName, MalformedMessage

from ..octets import (
    AA,
    AAAA,
    CNAME,
    MX,
    NS,
    OPT,
    PTR,
    QR,
    RA,
    RD,
    SOA,
    TC,
    TXT,
    A,
    message,
    name,
    opt,
    option,
    rr,
    soa,
)
from ..octets import question as asked

WWW = asked("www.example", A)
POINTER = b"\xc0\x0c"
ADDRESS = b"\xc0\x00\x02\x01"


def with_answer(*answers: bytes, **sections: tuple[bytes, ...]) -> bytes:
    return message(1, QR, (WWW,), answers, **sections)


def test_query_is_built_as_rfc_1035_has_it() -> None:
    query = build_query(0xABCD, question(name("www.example"), A), b"")
    assert b"\xab\xcd\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03www\x07example\x00\x00\x01\x00\x01" == query


def test_query_with_edns_advertises_1232_octets_and_a_cookie() -> None:
    query = build_query(1, question(name("a"), PTR), build_opt(b"12345678"))
    assert b"\x00\x01" == query[10:12]
    assert b"\0" + struct.pack("!HHIH", OPT, EDNS_SIZE, 0, 12) + option(10, b"12345678") == query[12 + 7 :]


def test_reply_is_decoded_into_its_sections() -> None:
    decoded = decode(
        message(
            0x1234,
            QR | 0x0580,
            (WWW,),
            (rr(POINTER, CNAME, name("a.example"), 60), rr("a.example", A, ADDRESS, 30)),
            (rr("example", NS, name("ns.example")),),
            (rr("ns.example", AAAA, bytes(16)), opt()),
        )
    )
    assert (0x1234, QR | 0x0580, 0) == (decoded.id, decoded.flags, decoded.rcode)
    assert WWW == decoded.question
    assert [(name("www.example"), CNAME, 1, 60, name("a.example")), (name("a.example"), A, 1, 30, ADDRESS)] == [
        (r.name, r.rdtype, r.rdclass, r.ttl, r.rdata) for r in decoded.answers
    ]
    assert [NS] == [r.rdtype for r in decoded.authority]
    assert [AAAA, OPT] == [r.rdtype for r in decoded.additional]
    assert (0, 1232) == (decoded.edns_version, decoded.edns_size)


WHOLE = [
    with_answer(rr(POINTER, A, ADDRESS)),
    with_answer(rr(POINTER, MX, b"\0\x0a" + POINTER)),
    with_answer(rr(POINTER, SOA, POINTER + POINTER + bytes(20))),
    with_answer(rr(POINTER, TXT, b"\x03abc\x00")),
    with_answer(rr(POINTER, CNAME, b"\x01a" + POINTER), rr("a.www.example", A, ADDRESS)),
]


@pytest.mark.parametrize("whole", WHOLE, ids=("A", "MX", "SOA", "TXT", "CNAME"))
def test_P7_cut_at_every_octet_is_malformed(whole: bytes) -> None:
    for size in range(len(whole)):
        with pytest.raises(MalformedMessage):
            decode(whole[:size])


@pytest.mark.parametrize("whole", WHOLE, ids=("A", "MX", "SOA", "TXT", "CNAME"))
@pytest.mark.parametrize("junk", [b"\0", b"\xff" * 40])
def test_P11_octets_after_the_last_record_are_ignored(whole: bytes, junk: bytes) -> None:
    answers = [r.rdata for r in decode(whole).answers]
    decoded = decode(whole + junk)
    assert (answers, None) == ([r.rdata for r in decoded.answers], decoded.note)


HERE = 12 + len(WWW)


def owned_by(owner: bytes) -> bytes:
    """A message with one answer, whose owner stands at HERE."""
    return with_answer(rr(owner, A, ADDRESS))


@pytest.mark.parametrize("owner", [struct.pack("!H", 0xC000 | HERE), b"\x01a" + struct.pack("!H", 0xC000 | HERE)])
def test_P1_pointer_to_itself_or_to_its_own_label_is_refused(owner: bytes) -> None:
    with pytest.raises(MalformedMessage, match="does not point back"):
        decode(owned_by(owner))


@pytest.mark.parametrize(
    ("case", "owner"),
    [
        ("forward", struct.pack("!H", 0xC000 | HERE + 2)),
        ("past the end", b"\xff\xff"),
        ("into the header", b"\xc0\x00"),
        ("to the last octet of the header", b"\xc0\x0b"),
    ],
)
def test_P2_pointer_forward_into_the_header_or_past_the_end_is_refused(case: str, owner: bytes) -> None:
    with pytest.raises(MalformedMessage, match="pointer"):
        decode(owned_by(owner))


@pytest.mark.parametrize("kind", [0x40, 0x41, 0x7F, 0x80, 0x81, 0xBF])
def test_P4_label_types_01_and_10_are_refused(kind: int) -> None:
    with pytest.raises(MalformedMessage, match="unknown kind"):
        decode(owned_by(bytes((kind,)) + b"a\0"))


@pytest.mark.parametrize(
    ("case", "owner"),
    [
        ("in one piece", (b"\x3f" + b"a" * 63) * 3 + b"\x3e" + b"a" * 62 + b"\0"),
        ("by its last pointer", (b"\x3f" + b"a" * 63) * 3 + b"\x32" + b"a" * 50 + POINTER),
    ],
)
def test_P5_name_over_255_octets_is_refused(case: str, owner: bytes) -> None:
    with pytest.raises(MalformedMessage, match="255"):
        decode(owned_by(owner))


def test_P5_label_over_63_octets_is_refused_as_text() -> None:
    assert 65 == len(from_text("a" * 63))
    with pytest.raises(InvalidName, match="63"):
        from_text("a" * 64)


def test_P1_two_pointers_at_each_other_are_refused() -> None:
    start = 12 + len(WWW)
    one = rr(struct.pack("!H", 0xC000 | start + 16), A, ADDRESS)
    with pytest.raises(MalformedMessage):
        decode(with_answer(one, rr(struct.pack("!H", 0xC000 | start), A, ADDRESS)))


def chain(hops: int) -> bytes:
    """An answer whose RDATA is a ladder of pointers, each to the one before, and one whose owner is its top."""
    base = 12 + len(WWW) + 12
    ladder = b"\0" + b"".join(
        struct.pack("!H", 0xC000 | (base if i == 0 else base + 1 + 2 * (i - 1))) for i in range(hops)
    )
    top = struct.pack("!H", 0xC000 | base + 1 + 2 * (hops - 1))
    return with_answer(rr(POINTER, 65280, ladder), rr(top, A, ADDRESS))


def test_P3_pointer_chains_are_capped_at_128() -> None:
    assert b"\0" == decode(chain(127)).answers[1].name
    with pytest.raises(MalformedMessage):
        decode(chain(128))


def test_P3_chain_followed_from_many_records_is_refused_before_it_costs_much() -> None:
    base = 12 + len(WWW) + 12
    ladder = b"\0" + b"".join(struct.pack("!H", 0xC000 | (base if i == 0 else base + 2 * i - 1)) for i in range(100))
    top = struct.pack("!H", 0xC000 | base + 199)
    few, many = ((rr(POINTER, 65280, ladder), *[rr(top, 65280, b"")] * count) for count in (2, 1000))
    assert b"\0" == decode(with_answer(*few)).answers[2].name
    with pytest.raises(MalformedMessage, match="too many compression pointers"):
        decode(with_answer(*many))


def test_P5_name_of_255_octets_is_accepted() -> None:
    longest = (b"\x3f" + b"a" * 63) * 3 + b"\x3d" + b"a" * 61 + b"\0"
    assert 255 == len(longest)
    assert longest == decode(with_answer(rr(longest, A, ADDRESS))).answers[0].name


@pytest.mark.parametrize("size", range(12))
def test_P6_shorter_than_a_header_is_refused(size: int) -> None:
    with pytest.raises(MalformedMessage):
        decode(bytes(size))


@pytest.mark.parametrize(
    ("case", "record"),
    [
        ("RDLENGTH past the end", rr(POINTER, A, ADDRESS, length=5)),
        ("A of 3", rr(POINTER, A, ADDRESS[:3])),
        ("A of 5", rr(POINTER, A, ADDRESS + b"\0")),
        ("AAAA of 15", rr(POINTER, AAAA, bytes(15))),
        ("AAAA of 17", rr(POINTER, AAAA, bytes(17))),
        ("PTR shorter than RDLENGTH", rr(POINTER, PTR, name("a.b") + b"\0")),
        ("PTR that runs over RDLENGTH", rr(POINTER, PTR, name("a.b")[:-1]) + b"\0"),
        ("MX with an octet more", rr(POINTER, MX, b"\0\0" + name("a") + b"\0")),
        ("MX without its name", rr(POINTER, MX, b"\0\0")),
        ("SOA too short", rr(POINTER, SOA, name("a") + name("b") + bytes(19))),
        ("TXT whose string runs over", rr(POINTER, TXT, b"\x05abc")),
        ("TXT without a string", rr(POINTER, TXT, b"")),
    ],
)
def test_P8_rdata_must_fill_rdlength_exactly(case: str, record: bytes) -> None:
    with pytest.raises(MalformedMessage):
        decode(with_answer(record))


@pytest.mark.parametrize("section", range(1, 4))
def test_P9_counts_that_cannot_be_are_refused_at_once(section: int) -> None:
    counts = [1, 0, 0, 0]
    counts[section] = 65535
    with pytest.raises(MalformedMessage):
        decode(message(1, QR, (WWW,), counts=(counts[0], counts[1], counts[2], counts[3])))


def test_P9_count_of_answers_that_the_octets_cannot_hold_is_refused_before_any_is_read() -> None:
    with pytest.raises(MalformedMessage, match="counts exceed"):
        decode(message(1, QR, (WWW,), counts=(1, 5000, 0, 0)) + rr(POINTER, A, ADDRESS))


def test_P10_missing_opt_is_noted_and_the_answer_stands() -> None:
    decoded = decode(message(1, QR, (WWW,), (rr(POINTER, A, ADDRESS),), counts=(1, 1, 0, 1)))
    assert [ADDRESS] == [r.rdata for r in decoded.answers]
    assert "cut off" in (decoded.note or "")


def test_P10_authority_cut_off_at_every_octet_leaves_the_answer() -> None:
    whole = with_answer(rr(POINTER, A, ADDRESS), authority=(soa(),), additional=(opt(),))
    answer_end = 12 + len(WWW) + 16
    for size in range(answer_end, len(whole)):
        decoded = decode(whole[:size])
        assert [ADDRESS] == [r.rdata for r in decoded.answers]
        assert "cut off" in (decoded.note or "")


@pytest.mark.parametrize(
    ("case", "sections"),
    [
        ("two", {"additional": (opt(rcode_high=1), opt(rcode_high=1))}),
        ("in the authority section", {"authority": (opt(rcode_high=1),)}),
        ("owner not the root", {"additional": (b"\x01a" + opt(rcode_high=1),)}),
    ],
)
def test_P12_odd_opt_is_ignored_and_the_answer_stands(case: str, sections: dict[str, tuple[bytes, ...]]) -> None:
    decoded = decode(with_answer(rr(POINTER, A, ADDRESS), **sections))
    assert (-1, 0) == (decoded.edns_version, decoded.rcode)
    assert [ADDRESS] == [r.rdata for r in decoded.answers]


def test_P13_extended_rcode_and_version() -> None:
    decoded = decode(message(1, QR, (WWW,), additional=(opt(rcode_high=1, version=1),)))
    assert (16, 1) == (decoded.rcode, decoded.edns_version)


def test_P14_more_than_one_question_is_refused() -> None:
    with pytest.raises(MalformedMessage):
        decode(message(1, QR, (WWW, WWW)))


def test_P15_message_of_65535_octets_is_read() -> None:
    records = tuple(rr(POINTER, 65280, bytes(1000)) for _ in range(64))
    whole = with_answer(*records)
    assert 64 == len(decode(whole + bytes(65535 - len(whole))).answers)


def test_P16_ttl_with_the_top_bit_is_zero() -> None:
    decoded = decode(with_answer(rr(POINTER, A, ADDRESS, 0x80000001), rr(POINTER, A, ADDRESS, 0x7FFFFFFF)))
    assert [0, 0x7FFFFFFF] == [r.ttl for r in decoded.answers]


def test_P17_odd_octets_in_names_are_kept() -> None:
    odd = b"\x08\x00.\\\x80\xff\n\x1b \x00"
    assert odd == decode(with_answer(rr(odd, PTR, odd))).answers[0].rdata


@pytest.mark.parametrize(
    ("octets", "strings", "text"),
    [
        (b"\x03a\0b", (b"a\0b",), '"a\\000b"'),
        (b"\x04\xff\xfe\xc3(", (b"\xff\xfe\xc3(",), '"\\255\\254\\195("'),
        (b"\0" * 300, (b"",) * 300, " ".join(['""'] * 300)),
        (b'\x04"\\;\n', (b'"\\;\n',), '"\\"\\\\;\\010"'),
    ],
)
def test_P18_txt_with_any_octets_is_bytes_in_the_api_and_escaped_in_text(
    octets: bytes, strings: tuple[bytes, ...], text: str
) -> None:
    record = decode(with_answer(rr(POINTER, TXT, octets))).answers[0]
    assert (strings, text) == (rdata.to_data(TXT, record.rdata), rdata.to_text(TXT, record.rdata))


def test_P17_odd_octets_in_names_are_escaped_in_text_and_never_read_as_utf_8() -> None:
    assert r"\000\.\\\128\255\010\027\032" == to_text(b"\x08\x00.\\\x80\xff\n\x1b \x00")
    assert to_text(b"\x02\xc3\xa9\0") != to_text(b"\x02\xc3\x89\0")
    assert r"\195\169" == to_text(b"\x02\xc3\xa9\0")


def test_P8_unknown_type_is_printed_as_rfc_3597_has_it() -> None:
    record = decode(with_answer(rr(POINTER, 65280, b"\x0a\0\0\x01"))).answers[0]
    assert r"\# 4 0A000001" == rdata.to_text(record.rdtype, record.rdata)


def test_P19_unknown_type_and_class_are_kept_raw() -> None:
    decoded = decode(with_answer(rr(POINTER, 65280, b"\0\1\2", rdclass=77)))
    assert [(65280, 77, b"\0\1\2")] == [(r.rdtype, r.rdclass, r.rdata) for r in decoded.answers]


def test_extended_errors_and_cookie_are_read_from_the_opt() -> None:
    options = option(15, b"\0\x16no luck") + option(10, b"abcdefgh12345678") + option(99, b"x")
    decoded = decode(message(1, QR, (WWW,), additional=(opt(options=options),)))
    assert [(22, b"no luck")] == decoded.errors
    assert b"abcdefgh12345678" == decoded.cookie


def test_edns_option_that_runs_over_is_noted() -> None:
    decoded = decode(message(1, QR, (WWW,), additional=(opt(options=b"\0\x0a\0\x09short"),)))
    assert "cut off" in (decoded.note or "")
    assert b"" == decoded.cookie


# -- the quick way ----------------------------------------------------------------------------------------------------

REVERSE = name("5.2.0.192.in-addr.arpa")
HOST = name("host.example")


def found(data: bytes, qname: bytes = REVERSE, rdtype: int = PTR) -> tuple[int, bytes, str | None] | None:
    """What ``sole_answer`` takes out of a reply."""
    record = sole_answer(data, question(qname, rdtype), qname, rdtype)
    return None if record is None else (record.ttl, record.rdata, record.text)


def usual(flags: int = QR, *answers: bytes, additional: tuple[bytes, ...] = (opt(),), query_id: int = 7) -> bytes:
    answers = answers or (rr(POINTER, PTR, HOST),)
    return message(query_id, flags, (asked(REVERSE, PTR),), answers, (), additional)


@pytest.mark.parametrize("flags", [QR, QR | AA, QR | RD | RA, QR | RD | RA | AA | 0x0030])
def test_the_usual_reply_is_read_the_quick_way_whatever_its_id(flags: int) -> None:
    assert (300, HOST, "host.example") == found(usual(flags, query_id=0))
    assert (300, HOST, "host.example") == found(usual(flags, additional=(), query_id=65535))


def test_addresses_are_read_the_quick_way_without_text() -> None:
    data = message(1, QR, (WWW,), (rr(POINTER, A, ADDRESS, 0x7FFFFFFF),))
    assert (0x7FFFFFFF, ADDRESS, None) == found(data, name("www.example"), A)


@pytest.mark.parametrize(
    "data",
    [
        usual(0),
        usual(QR | 0x0800),
        usual(QR | TC),
        usual(QR | 3),
        usual(QR, rr(POINTER, PTR, HOST), rr(POINTER, PTR, HOST)),
        usual(QR, rr(POINTER, CNAME, HOST)),
        usual(QR, rr(POINTER, PTR, HOST, rdclass=3)),
        usual(QR, rr(POINTER, PTR, HOST, ttl=1 << 31)),
        usual(QR, rr(POINTER, PTR, HOST, length=len(HOST) - 1)),
        usual(QR, rr(POINTER, PTR, HOST, length=len(HOST) + 1)),
        usual(QR, rr(POINTER, PTR, b"\x04host" + POINTER)),
        usual(QR, rr(POINTER, PTR, b"\0")),
        usual(QR, rr(POINTER, PTR, HOST + b"\0")),
        usual(QR, rr(b"\xc0\x0e", PTR, HOST)),
        usual(QR, rr(REVERSE, PTR, HOST)),
        usual(additional=(opt(), opt())),
        usual(additional=(opt(rcode_high=1),)),
        usual(additional=(opt(version=1),)),
        usual(additional=(opt(options=option(10, b"12345678")),)),
        usual(additional=(rr("example", A, ADDRESS),)),
        usual() + b"\0",
        message(1, QR, (asked(REVERSE, PTR), asked(REVERSE, PTR)), (rr(POINTER, PTR, HOST),)),
        message(1, QR, (asked(REVERSE.upper(), PTR),), (rr(POINTER, PTR, HOST),)),
        message(1, QR, (asked(REVERSE, PTR, 3),), (rr(POINTER, PTR, HOST),)),
        message(1, QR, (asked(REVERSE, CNAME),), (rr(POINTER, PTR, HOST),)),
    ],
)
def test_every_other_reply_is_left_to_the_thorough_way(data: bytes) -> None:
    assert found(data) is None


def test_what_is_cut_off_is_left_to_the_thorough_way() -> None:
    whole = usual()
    assert [None] * len(whole) == [found(whole[:end]) for end in range(len(whole))]


def error(flags: int = QR, additional: tuple[bytes, ...] = (opt(),), answers: tuple[bytes, ...] = ()) -> bytes:
    return message(7, flags, (asked(REVERSE, PTR),), answers, (), additional)


@pytest.mark.parametrize("rcode", [1, 2, 4, 5, 15])
def test_error_alone_is_read_the_quick_way(rcode: int) -> None:
    assert rcode == sole_error(error(QR | RD | RA | rcode), question(REVERSE, PTR))
    assert rcode == sole_error(error(QR | AA | rcode, ()), question(REVERSE, PTR))


@pytest.mark.parametrize(
    "data",
    [
        error(QR),
        error(QR | 3),
        error(2),
        error(QR | 0x0800 | 2),
        error(QR | TC | 2),
        error(QR | 2, answers=(rr(POINTER, PTR, HOST),)),
        error(QR | 2, (opt(), opt())),
        error(QR | 2, (opt(rcode_high=1),)),
        error(QR | 2, (opt(version=1),)),
        error(QR | 2, (opt(options=option(15, b"\0\x16")),)),
        error(QR | 2, (rr("example", A, ADDRESS),)),
        error(QR | 2) + b"\0",
        error(QR | 2, ()) + b"\0",
        message(7, QR | 2, (), (), (), ()),
        message(7, QR | 2, (asked(REVERSE, PTR), asked(REVERSE, PTR))),
        message(7, QR | 2, (asked(REVERSE.upper(), PTR),)),
        message(7, QR | 2, (asked(REVERSE, CNAME),)),
        *(error(QR | 2)[:end] for end in range(len(error()))),
    ],
)
def test_every_other_error_is_left_to_the_thorough_way(data: bytes) -> None:
    assert 0 == sole_error(data, question(REVERSE, PTR))
