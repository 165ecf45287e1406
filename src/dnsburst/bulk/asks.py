"""From the keys of rows to lookups, and from what came of those to outcomes of rows."""

# Rules.
# 1. A key under way or known is not asked again; each row that holds it gets the same outcome.
# 2. A row has its outcome when all its lookups have ended: one for each type, with ``--confirm`` also those of names.
# 3. Nothing here costs a Future, a Task or a closure per row; ``Single`` is the path that has to be fast.

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from .._engine.lookup import Lookup, new_lookup, to_ask
from .._wire.codes import TYPE_A, TYPE_AAAA, TYPE_PTR
from .._wire.message import question
from .._wire.name import address_from_reverse, reverse_name
from ..errors import InvalidName
from . import keys
from .columns import Values, invalid, values
from .known import ALWAYS, Known, lifetime
from .rows import Outcome, new_outcome, settle

if TYPE_CHECKING:
    from .formats import Writer
    from .rows import Batch

#: Sets lookups going.
Start = Callable[[list[Lookup]], object]

#: Reasons why a cell cannot be asked, of which the outcome is kept: most have no part that differs from cell to cell.
MOST_REASONS = 1000

_PTR = TYPE_PTR


class Asker(Protocol):
    """Asks for rows.

    start: how lookups are set going; they come back through ``finish``
    asked: lookups so far; known: what need not be asked again
    """

    start: Start
    asked: int
    known: Known

    def feed(self, batch: Batch, room: int, now: float) -> int:
        """Ask for rows of the batch from ``batch.fed`` on, with about ``room`` lookups; returns what is left of it."""

    def finish(self, lookups: list[Lookup], now: float) -> None:
        """Take lookups that have ended."""


def asker(types: Sequence[int], confirm: bool, writer: Writer) -> Asker:
    """The one for these record types; none means PTR for addresses and A for names."""
    if len(types) > 1 or confirm:
        return Several(types, confirm, writer)
    return Single(types[0] if types else None, writer)


class Single:
    """One lookup for each key: of ``rdtype``, or PTR for addresses and A for names if that is None."""

    __slots__ = ("_addresses", "_question", "_reasons", "_writer", "asked", "known", "start")

    def __init__(self, rdtype: int | None, writer: Writer) -> None:
        self._question = keys.by_content if rdtype is None else keys.of_type(rdtype)
        # Whether the next key is likely to be an address: that spares most rows a call.
        self._addresses = rdtype is None or rdtype == TYPE_PTR
        self._writer = writer
        self.start: Start = _nowhere
        # Each entry is the tag of its lookup.
        self.known = Known()
        self._reasons: dict[str, Outcome] = {}
        self.asked = 0

    def feed(self, batch: Batch, room: int, now: float) -> int:
        """See Asker."""
        texts = batch.rows.keys
        outcomes = batch.outcomes
        lookups: list[Lookup] = []
        known = self.known
        young = known.young
        old = known.old
        index = batch.fed
        end = len(texts)
        left = room
        shared = 0
        rdtype = _PTR
        while index < end and left > 0:
            at = index
            index += 1
            text = texts[at]
            try:
                if self._addresses:
                    name = reverse_name(text)
                else:
                    name, rdtype = self._question(text)
            except InvalidName:
                try:
                    name, rdtype = self._question(text)
                except InvalidName as error:
                    outcomes[at] = self._invalid(str(error))
                    continue
                self._addresses = rdtype == _PTR
            key = question(name, rdtype)
            outcome = new_outcome()
            entry = young.setdefault(key, outcome)
            if entry is outcome and key in old:
                entry = young[key] = old[key]
            if entry is not outcome:
                if entry.tail is None or entry.expires > now:
                    outcomes[at] = entry
                    shared += 1
                    continue
                young[key] = outcome
            outcomes[at] = outcome
            lookups.append(new_lookup(name, rdtype, key, key, outcome))
            left -= 1
        self.start(lookups)
        known.turn()
        self.asked += room - left
        known.hits += shared
        batch.fed = index
        if index == end:
            batch.rows.keys = []
        return left

    def finish(self, lookups: list[Lookup], now: float) -> None:
        """See Asker."""
        tails = self._writer.tails(lookups)
        for at, lookup in enumerate(lookups):
            outcome: Outcome = lookup.tag
            outcome.tail = tails[at]
            outcome.status = status = lookup.status
            # As lifetime says, which most need not be asked for: in plain Python each call counts here.
            outcome.expires = now + (lookup.ttl if status == "NOERROR" else lifetime(lookup))
            if lookup.others is not None:
                for other in lookup.others:
                    settle(other, outcome.tail, status, outcome.expires)

    def _invalid(self, reason: str) -> Outcome:
        outcome = self._reasons.get(reason)
        if outcome is None:
            outcome = new_outcome()
            settle(outcome, self._writer.tail([invalid(reason)], ""), "INVALID", ALWAYS)
            if len(self._reasons) < MOST_REASONS:
                self._reasons[reason] = outcome
        return outcome


class _Ask:
    """What is being found out for one key."""

    __slots__ = ("address", "confirmed", "expires", "key", "left", "names", "outcome", "parts")

    def __init__(self, key: keys.Question, parts: list[Values | None]) -> None:
        self.key = key
        self.outcome = new_outcome()
        #: What each type gave, None where it is not known yet.
        self.parts = parts
        #: Lookups that have not ended, and one for the ask itself while it is being set up.
        self.left = 1
        self.expires = ALWAYS
        #: Octets of the address that the names must have.
        self.address = b""
        self.names = 0
        self.confirmed = 0


class _Forward:
    """The addresses of a name, for those who want their own confirmed; ``expires`` is until when they count."""

    __slots__ = ("addresses", "asks", "expires", "key")

    def __init__(self, key: tuple[bytes, int]) -> None:
        self.key = key
        self.asks: list[_Ask] = []
        self.addresses: frozenset[bytes] = frozenset()
        self.expires = 0.0


class Several:
    """Several types for each key, or reverse lookups whose names are confirmed."""

    def __init__(self, types: Sequence[int], confirm: bool, writer: Writer) -> None:
        self._questions = [keys.of_type(rdtype) for rdtype in types] or [keys.by_content]
        self._confirm = confirm
        self._writer = writer
        self.start: Start = _nowhere
        self._open: dict[keys.Question, _Ask] = {}
        self._open_forward: dict[tuple[bytes, int], _Forward] = {}
        # Each entry is a _Forward.
        self._known_forward = Known()
        self._now = 0.0
        self.known = Known()
        self.asked = 0

    def feed(self, batch: Batch, room: int, now: float) -> int:
        """See Asker."""
        self._now = now
        start = self.asked
        texts = batch.rows.keys
        index = batch.fed
        while index < len(texts) and self.asked - start < room:
            self._ask(texts[index], batch.outcomes, index)
            index += 1
        batch.fed = index
        if index == len(texts):
            batch.rows.keys = []
        return max(0, room - (self.asked - start))

    def finish(self, lookups: list[Lookup], now: float) -> None:
        """See Asker."""
        self._now = now
        for lookup in lookups:
            for tag in lookup.take_tags():
                if type(tag) is _Forward:
                    self._forward_done(tag, lookup)
                else:
                    self._part_done(tag[0], tag[1], lookup)

    def _ask(self, text: str, outcomes: list[Outcome], index: int) -> None:
        try:
            key = keys.by_content(text)
        except InvalidName as error:
            outcome = outcomes[index] = new_outcome()
            self._settle(outcome, [invalid(str(error))] * len(self._questions), "", ALWAYS)
            return
        outcome = self.known.get(key, self._now)
        if outcome is not None:
            self.known.hits += 1
            outcomes[index] = outcome
            return
        ask = self._open.get(key)
        if ask is not None:
            self.known.hits += 1
            outcomes[index] = ask.outcome
            return
        ask = self._open[key] = _Ask(key, [None] * len(self._questions))
        outcomes[index] = ask.outcome
        for part, question_of in enumerate(self._questions):
            try:
                name, rdtype = question_of(text)
            except InvalidName as error:
                ask.parts[part] = invalid(str(error))
            else:
                ask.left += 1
                self.asked += 1
                self.start([to_ask(name, rdtype, (ask, part))])
        self._one_less(ask)

    def _part_done(self, ask: _Ask, part: int, lookup: Lookup) -> None:
        ask.parts[part] = values(lookup)
        ask.expires = min(ask.expires, self._now + lifetime(lookup))
        if self._confirm and lookup.rdtype == TYPE_PTR and lookup.status == "NOERROR":
            self._ask_forward(ask, lookup)
        self._one_less(ask)

    def _ask_forward(self, ask: _Ask, lookup: Lookup) -> None:
        address = address_from_reverse(lookup.name)
        if address is None:
            return
        ask.address = keys.octets(address)
        rdtype = TYPE_A if len(ask.address) == 4 else TYPE_AAAA
        for name in dict.fromkeys(rr.rdata.lower() for rr in lookup.records if rr.rdtype == TYPE_PTR):
            ask.names += 1
            key = name, rdtype
            entry = self._known_forward.get(key, self._now)
            if entry is not None:
                ask.confirmed += ask.address in entry.addresses
                continue
            ask.left += 1
            forward = self._open_forward.get(key)
            if forward is None:
                forward = self._open_forward[key] = _Forward(key)
                forward.asks.append(ask)
                self.asked += 1
                self.start([to_ask(name, rdtype, forward)])
            else:
                forward.asks.append(ask)

    def _forward_done(self, forward: _Forward, lookup: Lookup) -> None:
        del self._open_forward[forward.key]
        forward.addresses = frozenset(rr.rdata for rr in lookup.records if rr.rdtype == lookup.rdtype)
        forward.expires = self._now + lifetime(lookup)
        self._known_forward.put(forward.key, forward)
        for ask in forward.asks:
            ask.confirmed += ask.address in forward.addresses
            self._one_less(ask)
        forward.asks.clear()

    def _one_less(self, ask: _Ask) -> None:
        ask.left -= 1
        if ask.left:
            return
        del self._open[ask.key]
        confirmed = ""
        if ask.names:
            confirmed = "yes" if ask.confirmed == ask.names else "partial" if ask.confirmed else "no"
        parts = [part for part in ask.parts if part is not None]
        self._settle(ask.outcome, parts, confirmed, ask.expires)
        if ask.expires > self._now:
            self.known.put(ask.key, ask.outcome)

    def _settle(self, outcome: Outcome, parts: list[Values], confirmed: str, expires: float) -> None:
        settle(outcome, self._writer.tail(parts, confirmed), " ".join([part[0] for part in parts]), expires)


def _nowhere(lookups: list[Lookup]) -> object:
    raise RuntimeError("no pump")
