"""What is put behind a row of a CSV: much of it is that of the row before, and must not be where it differs."""

from __future__ import annotations

import itertools
import random

from dnsburst._engine.lookup import Lookup, to_ask
from dnsburst._wire.codes import TYPE_PTR
from dnsburst.bulk.formats.tails import QuickTails

from .fake import rdata, record


def answered(rtt: float, server: str, tries: int, ttl: int, answer: str) -> Lookup:
    lookup = to_ask(b"\0", TYPE_PTR, None)
    lookup.status = "NOERROR" if answer else "NXDOMAIN"
    lookup.records = (record(TYPE_PTR, rdata(TYPE_PTR, answer), ttl),) if answer else ()
    lookup.rtt, lookup.server, lookup.tries, lookup.ttl = rtt, server, tries, ttl
    return lookup


def careful(lookup: Lookup) -> str:
    raise AssertionError(f"not a plain answer: {lookup.records}")


def test_each_tail_is_its_own_lookups(rng: random.Random) -> None:
    cases = list(
        itertools.product(
            ((0.0, "0.000"), (0.0012344, "1.234"), (0.25, "250.000"), (12.0, "12000.000")),
            ("192.0.2.1:53", "192.0.2.2:53"),
            (1, 2),
            (60, 300),
            ("one.example", "two.example", ""),
        )
    )
    cases = rng.choices(cases, k=2000)
    lookups = [answered(rtt, *others) for (rtt, _), *others in cases]
    expected = [
        f",{'NOERROR' if answer else 'NXDOMAIN'},{answer},{ttl if answer else ''},{milliseconds},{server},{tries},\n"
        for (_, milliseconds), server, tries, ttl, answer in cases
    ]
    assert expected == QuickTails(",", '"', "\n", careful).tails(lookups)
