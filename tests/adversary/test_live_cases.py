"""Each case of the tables played on real sockets, all at once, while honest lookups run beside them."""

from __future__ import annotations

import asyncio
import itertools
import socket
import struct
import time
from collections.abc import Callable

import pytest

import dnsburst
from dnsburst.result import Result

from ..octets import (
    AA,
    AAAA,
    CNAME,
    DNAME,
    NS,
    PTR,
    QR,
    RA,
    RD,
    TC,
    TXT,
    A,
    message,
    name,
    opt,
    option,
    question,
    rr,
    soa,
)  # fmt: skip
from .server import FLAGS, POINTER, WRONG, AdversaryServer, Case, Query, address_of

HONEST = 400
EVIL = question("evil.example", A)


def first_try(react: Callable[[Query], None]) -> Case:
    """``react`` to the first query of a name over UDP; answer the others honestly."""

    def case(query: Query) -> None:
        if query.tcp or query.number > 1:
            query.send(query.right())
        else:
            react(query)

    return case


def then_right(*wrong: Callable[[Query], bytes]) -> Case:
    """Over UDP what is wrong first, then the right answer; over TCP the right answer."""

    def case(query: Query) -> None:
        if not query.tcp:
            for make in wrong:
                query.send(make(query))
        query.send(query.right())

    return case


def always(make: Callable[[Query], bytes]) -> Case:
    return lambda query: query.send(make(query))


def only_tcp(make: Callable[[Query], bytes]) -> Case:
    """Over UDP what ``make`` gives, over TCP the right answer."""
    return lambda query: query.send(query.right() if query.tcp else make(query))


def wrong_ids(query: Query) -> None:
    if query.tcp:
        query.send(query.right())
        return
    for number in (1, 2, 0x8000):
        query.send(query.wrong(qid=query.id ^ number))


def other_port(query: Query) -> None:
    query.send_from_elsewhere(query.wrong())
    query.send(query.right(), 0.01)


def late(query: Query) -> None:
    """The answer to the first try comes once the second has been sent; the second gets none."""
    if query.number == 1:
        query.server.first = query  # type: ignore[attr-defined]
    elif query.number == 2 and not query.tcp:
        first: Query = query.server.first  # type: ignore[attr-defined]
        first.send(first.right())


def stale(query: Query) -> bytes:
    """An answer to a question that had this ID before."""
    return query.reply(rr(POINTER, A, WRONG), question=question("h0.example", A))


def junk(query: Query) -> None:
    for size in range(60):
        query.send(bytes(size))
        query.send(query.data[:2] + b"\x81\x80" + b"\xff" * size)
    query.send(query.right())


def chain(length: int) -> Case:
    def case(query: Query) -> None:
        owners = [query.asked[:-4], *(name(f"c{n}.example") for n in range(length))]
        records = [rr(one, CNAME, other) for one, other in itertools.pairwise(owners)]
        query.send(query.reply(rr(owners[-1], A, address_of(query.asked[:-4])), *reversed(records), *records[:3]))

    return case


def referral(query: Query) -> bytes:
    return query.reply(authority=(rr("example", NS, name("ns.example")),), flags=QR | RD)


def bad_pointer(query: Query) -> bytes:
    return query.reply(rr(b"\xff\xff", A, WRONG))


CASES: dict[str, Case] = {
    "p1": then_right(lambda q: q.reply(rr(struct.pack("!H", 0xC000 | 12 + len(q.asked)), A, WRONG))),
    "p2": then_right(bad_pointer),
    "p4": then_right(lambda q: q.reply(rr(b"\x41a\0", A, WRONG))),
    "p6": then_right(lambda q: b"", lambda q: q.data[:2], lambda q: q.wrong()[:11]),
    "p7": then_right(lambda q: q.wrong(cookie=False)[: len(q.data)], lambda q: q.reply(rr(POINTER, A, WRONG))[:40]),
    "p8": then_right(lambda q: q.reply(rr(POINTER, A, WRONG[:3])), lambda q: q.reply(rr(POINTER, A, WRONG, length=4000))),
    "p9": then_right(lambda q: q.reply(rr(POINTER, A, WRONG), counts=(1, 65535, 65535, 65535))),
    "p10": always(lambda q: q.right(counts=(1, 1, 9, 9))),
    "p11": always(lambda q: q.right() + b"\xff" * 100),
    "p12": always(lambda q: q.right(additional=(opt(),), cookie=False) if q.data[-4:] != b"none" else b""),
    "p14": then_right(lambda q: message(q.id, FLAGS, (q.asked, q.asked), (rr(POINTER, A, WRONG),))),
    "p15": always(lambda q: q.right() + bytes(50_000)),
    "m1": wrong_ids,
    "m2": then_right(
        lambda q: q.wrong(question=EVIL),
        lambda q: q.wrong(question=q.asked[:-4] + struct.pack("!HH", AAAA, 1)),
        lambda q: q.wrong(question=q.asked[:-4] + struct.pack("!HH", A, 3)),
    ),
    "m3": then_right(lambda q: q.data, lambda q: q.wrong(flags=RD | RA)),
    "m4": then_right(lambda q: q.wrong(flags=FLAGS | 0x2000)),
    "m5": other_port,
    "m6": lambda q: [q.send(q.right()) for _ in range(10)] and None,
    "m7": late,
    "m8": then_right(stale),
    "m9": always(lambda q: q.reply(rr(POINTER, A, address_of(q.asked[:-4])), question=q.asked[:-4].upper() + q.asked[-4:])),
    "m11": only_tcp(lambda q: q.wrong(flags=FLAGS | TC)),
    "m12": junk,
    "m14": first_try(lambda q: q.send(message(q.id, QR))),
    "m15": first_try(lambda q: q.send(referral(q))),
    "s1": always(lambda q: q.reply(authority=(soa(),))),
    "s1x": always(lambda q: q.reply(authority=(soa(),), flags=FLAGS | 3)),
    "s2": always(lambda q: q.reply(rr(POINTER, CNAME, name("gone.example")), authority=(soa(),), flags=FLAGS | 3)),
    "s3": chain(16),
    "s3x": chain(17),
    "s4": always(lambda q: q.reply(rr(POINTER, CNAME, name("loop.example")), rr("loop.example", CNAME, POINTER))),
    "s5": always(
        lambda q: q.reply(
            rr("example", DNAME, name("other.test")), rr(POINTER, CNAME, name("x.other.test")),
            rr("x.other.test", A, address_of(q.asked[:-4])),
        )
    ),
    "s6": always(lambda q: q.reply(rr("evil.example", A, WRONG), rr(POINTER, A, address_of(q.asked[:-4])))),
    "s7": always(lambda q: q.reply(authority=(rr(POINTER, A, WRONG), soa()), additional=(rr(POINTER, A, WRONG),))),
    "s11": always(lambda q: q.reply(rr(POINTER, A, address_of(q.asked[:-4]), ttl=0x7FFFFFFF))),
    "s12": always(lambda q: q.reply(flags=FLAGS | 2, edns=option(15, b"\0\x16\x1b[2Jgone"))),
}  # fmt: skip

#: What does not end with the honest answer: the status, and what ``error`` holds.
OTHERWISE = {
    "s1": ("NODATA", None),
    "s1x": ("NXDOMAIN", None),
    "s2": ("NXDOMAIN", None),
    "s3x": ("SERVFAIL", "CNAME chain too long"),
    "s4": ("SERVFAIL", "CNAME loop"),
    "s7": ("NODATA", None),
    "s12": ("SERVFAIL", r"EDE 22 (No Reachable Authority): \027[2Jgone"),
}


def honest(result: Result) -> bool:
    return result.status == "NOERROR" and [socket.inet_ntoa(address_of(name(result.name)))] == [
        record.data for record in result.records
    ]


async def all_at_once(server: AdversaryServer) -> tuple[dict[str, Result], list[Result]]:
    async with dnsburst.Resolver([server.address], lifetime=8.0) as resolver:
        # The server is known first, cookie and all: nothing depends on which reply comes before which.
        assert honest(await resolver.query("first.example", "A"))
        names = [f"h{number}.example" for number in range(HONEST)]

        async def beside() -> list[Result]:
            return [result async for result in resolver.stream(names, "A")]

        lookups = [resolver.query(f"{label}-x.example", "A") for label in CASES]
        others, *found = await asyncio.gather(beside(), *lookups)
        return dict(zip(CASES, found, strict=True)), others


@pytest.fixture(scope="module")
def played() -> tuple[dict[str, Result], list[Result], dict[tuple[bytes, bool], int], float]:
    start = time.monotonic()
    with AdversaryServer(CASES) as server:
        found, others = asyncio.run(all_at_once(server))
        return found, others, server.seen, time.monotonic() - start


@pytest.mark.parametrize("label", CASES)
def test_case_on_a_live_socket(label: str, played: tuple[dict[str, Result], ...]) -> None:
    result = played[0][label]
    if label in OTHERWISE:
        assert OTHERWISE[label] == (result.status, result.error)
        assert () == result.records
    else:
        assert honest(result), result


def test_honest_lookups_beside_them_are_all_answered(played: tuple[dict[str, Result], list[Result]]) -> None:
    others = played[1]
    assert HONEST == len(others)
    assert [] == [result for result in others if not honest(result)]


def test_M1_M11_M13_went_over_tcp_and_the_others_did_not(played: tuple[dict[str, Result], ...]) -> None:
    seen = played[2]
    over_tcp = {key[1 : 1 + key[0]].decode() for key, tcp in seen if tcp}  # type: ignore[index]
    # Where the OPT is lost so is the cookie, and after one was seen only TCP is believed without it.
    assert over_tcp == {"m1-x", "m11-x", "p10-x", "p12-x"}


def test_S13_names_are_asked_as_they_are_and_never_with_a_search_list(played: tuple[dict[str, Result], ...]) -> None:
    assert all(key[:-4].endswith(b"\x07example\0") for key, _ in played[2])  # type: ignore[index]
    assert HONEST + len(CASES) + 1 == len({key for key, _ in played[2]})


def test_M10_a_refused_port_fails_its_own_tries_only() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as closed:
        closed.bind(("127.0.0.1", 0))
        dead = "{}:{}".format(*closed.getsockname())
    with AdversaryServer() as server:
        names = [f"h{number}.example" for number in range(100)]
        results = list(dnsburst.lookup_many(names, "A", servers=[dead, server.address]))
        assert [] == [result for result in results if not honest(result)]
    result = dnsburst.blocking.query("www.example", "A", servers=[dead], lifetime=2.0)
    assert ("NETERROR", f"ECONNREFUSED: connection refused by {dead}") == (result.status, result.error)


def test_M13_once_a_cookie_was_seen_replies_without_it_are_dropped() -> None:
    cases = {
        "m13": then_right(lambda q: q.wrong(cookie=False), lambda q: q.wrong(cookie=False, edns=option(10, b"x" * 16)))
    }
    with AdversaryServer(cases) as server:
        with_cookie = dnsburst.blocking.query_many([("h1.example", "A")], servers=[server.address])
        assert honest(with_cookie[0])
        results = list(
            dnsburst.lookup_many(["h1.example", "m13-x.example"], "A", servers=[server.address], in_flight=1)
        )
        assert [] == [result for result in results if not honest(result)]


def test_P13_badvers_is_asked_again_without_edns_once() -> None:
    def old(query: Query) -> None:
        query.send(query.right() if len(query.data) == 12 + len(query.asked) else query.reply(rcode_high=1))

    with AdversaryServer({}, old) as server:
        results = dnsburst.blocking.query_many([("one.example", "A")], servers=[server.address])
        assert honest(results[0])
        assert [2] == list(server.seen.values())


def test_M9_letter_case_that_differs_sends_the_lookup_over_tcp() -> None:
    def folded(query: Query) -> None:
        query.send(query.right() if query.tcp else query.wrong(question=query.asked.lower()))

    label = "abcdefghijklmnopqrstuvwxyz"
    with AdversaryServer({label: folded}) as server:
        result = dnsburst.blocking.query(
            f"{label}.example", "A", servers=[server.address], randomize_case=True, timeout=5.0
        )
        assert honest(result), result
        assert 2 == result.tries  # at once, not when the try's time is up
        assert (name(f"{label}.example") + b"\0\1\0\1", True) in server.seen


TARGETS = {
    name("host.example"): True, name("_sip._tcp.example"): True, b"\0": False, name("a b.example"): False,
    name("a\x1b.example"): False, b"\x02\xc3\xa9\0": False, name("a'.example"): False,
}  # fmt: skip


def test_S8_S9_S10_ptr_targets_are_all_kept_and_the_odd_ones_marked() -> None:
    def odd(query: Query) -> None:
        query.send(query.reply(*[rr(POINTER, PTR, target) for target in TARGETS]))

    def many(query: Query) -> None:
        alias = name("1.0-63.2.0.192.in-addr.arpa")
        targets = [rr(alias, PTR, name(f"host{number}.example")) for number in range(500)]
        query.send(query.reply(rr(POINTER, CNAME, alias), *targets))

    with AdversaryServer({"1": odd, "2": many}) as server:
        one, two = dnsburst.lookup_many(["192.0.2.1", "192.0.2.2"], servers=[server.address])
    assert list(TARGETS.values()) == [record.hostname_safe for record in one.records]
    assert all(record.text.isascii() and record.text.isprintable() for record in one.records)
    assert "." == one.records[2].data
    assert [f"host{number}.example" for number in range(500)] == [record.data for record in two.records]
    assert "1.0-63.2.0.192.in-addr.arpa" == two.canonical_name


def test_P18_a_txt_record_of_odd_octets_never_leaves_a_lookup_hanging() -> None:
    odd = b"\x04\0\xff\n\x1b" + b"\0" * 50
    with AdversaryServer({}, lambda q: q.send(q.reply(rr(POINTER, TXT, odd)))) as server:
        result = dnsburst.resolve("txt.example", "TXT", servers=[server.address], lifetime=3.0)
    assert (b"\0\xff\n\x1b", *[b""] * 50) == result.records[0].data


def test_M14_M15_when_every_server_does_it_the_status_says_so() -> None:
    assert AA & FLAGS
    for make, error in ((referral, "referral"), (lambda q: message(q.id, QR), None)):
        with AdversaryServer({}, always(make)) as server:
            result = dnsburst.blocking.query("www.example", "A", servers=[server.address], tries=2)
        assert "SERVFAIL" == result.status or error is None
        assert error == result.error or error is None
        assert () == result.records
