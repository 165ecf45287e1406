"""``--trace``: datagrams as text."""

from __future__ import annotations

import pytest

from dnsburst.cli.trace import Tracer, describe, hexdump

QUESTION = b"\x01a\x07example\x00\x00\x0f\x00\x01"
OPT = b"\x00\x00\x29\x04\xd0\x00\x00\x00\x00\x00\x00"
QUERY = (4711).to_bytes(2, "big") + b"\x01\x00\x00\x01\x00\x00\x00\x00\x00\x01" + QUESTION + OPT
RECORD = b"\xc0\x0c\x00\x0f\x00\x01\x00\x00\x01\x2c\x00\x09\x00\x0a\x04mail\xc0\x0c"
REPLY = QUERY[:2] + b"\x85\x80\x00\x01\x00\x01\x00\x00\x00\x01" + QUESTION + RECORD + OPT


def test_a_query_described() -> None:
    assert list(describe(QUERY)) == [
        "header      id 4711, query, flags rd",
        "counts      question 1, answer 0, authority 0, additional 1",
        "question    a.example IN MX",
        "additional  OPT version 0, 1232 octets",
    ]


def test_a_reply_described() -> None:
    assert list(describe(REPLY)) == [
        "header      id 4711, reply NOERROR, flags aa rd ra",
        "counts      question 1, answer 1, authority 0, additional 1",
        "question    a.example IN MX",
        "answer      a.example 300 IN MX 10 mail.a.example",
        "additional  OPT version 0, 1232 octets",
    ]


def test_an_extended_error_described() -> None:
    option = b"\x00\x0f\x00\x06\x00\x16" + b"so\x1b."
    opt = b"\x00\x00\x29\x04\xd0\x00\x00\x00\x00" + len(option).to_bytes(2, "big") + option
    lines = list(describe(QUERY[:2] + b"\x81\x82\x00\x01\x00\x00\x00\x00\x00\x01" + QUESTION + opt))
    assert lines[0] == "header      id 4711, reply SERVFAIL, flags rd ra"
    assert lines[-1] == r"extended error 22 No Reachable Authority: so\027."


@pytest.mark.parametrize("size", range(len(REPLY)))
def test_a_message_cut_anywhere_is_described_without_an_error(size: int) -> None:
    for line in describe(REPLY[:size]):
        assert line.isascii()
        assert line.isprintable()


def test_hexdump_is_sixteen_octets_a_line() -> None:
    assert list(hexdump(bytes(range(0x3C, 0x50)))) == [
        "0000  3c 3d 3e 3f 40 41 42 43  44 45 46 47 48 49 4a 4b  <=>?@ABCDEFGHIJK",
        "0010  4c 4d 4e 4f                                       LMNO",
    ]
    assert next(iter(hexdump(b"\x00\x1b\x7f\xff"))).endswith("  ....")


def test_events_in_order_with_times_from_the_first() -> None:
    blocks: list[str] = []
    tracer = Tracer(blocks.append)
    tracer("send", 100.0, "127.0.0.1:53", QUERY, "")
    tracer("recv", 100.0125, "127.0.0.1:53", REPLY, "tcp")
    tracer("drop", 100.0126, "127.0.0.1:53", REPLY, "wrong\x1b ID")
    tracer("error", 100.5, "[::1]:53", b"", "ECONNREFUSED: connection refused by [::1]:53")
    assert [block.splitlines()[0] for block in blocks] == [
        f"    0.000 ms  sent      udp  127.0.0.1:53  {len(QUERY)} octets",
        f"   12.500 ms  received  tcp  127.0.0.1:53  {len(REPLY)} octets",
        r"   12.600 ms  dropped   127.0.0.1:53  wrong\027 ID",
        "  500.000 ms  error     [::1]:53  ECONNREFUSED: connection refused by [::1]:53",
    ]
    assert [len(block.splitlines()) for block in blocks] == [8, 10, 1, 1]
    for block in blocks:
        assert max(map(len, block.splitlines())) <= 80


def test_a_datagram_dropped_without_having_been_shown_is_shown() -> None:
    blocks: list[str] = []
    Tracer(blocks.append)("drop", 1.0, "127.0.0.1:53", REPLY, "wrong ID")
    assert "a.example 300 IN MX 10 mail.a.example" in blocks[0]
