"""Queries to replies, octets to octets, without a socket: the server's protocol (RFC 1035, RFC 6891, RFC 3597)."""

# Rules of the replies.
# 1. What the zones hold is encoded before the first query comes; what they do not hold, when it is first asked.
# 2. The question goes back as it came, letter case included. Nothing else of the query does but ID, opcode, RD and DO.
# 3. No reply to a reply, or to what has no whole header. Every other query gets one: FORMERR if nothing else.
# 4. An OPT in the query is answered by an OPT, and by nothing else (RFC 6891, 6.1.1).
# 5. Over UDP a reply fits what the client offered and SMALL_ENOUGH, or it is empty with TC set.

from __future__ import annotations

from typing import Final

from .._wire import codes, name
from .zone import Answer, RRset, Zones

#: Octets that go through any path unfragmented (DNS Flag Day 2020), and what a client without EDNS takes (RFC 1035).
SMALL_ENOUGH: Final = 1232
_WITHOUT_EDNS = 512
_LARGEST = 65535

#: Answers remembered beside those of the zones; all are forgotten when there are so many.
_LEARNED = 100_000
_OPTS = 4096

_HEADER = 12
_QUESTION_POINTER = b"\xc0\x0c"
_ONE_QUESTION = b"\0\1\0\0\0\0"
_NO_RECORDS = b"\0\0\0\0\0\0"
_POINTER_LIMIT = 0x4000

# Types whose RDATA goes out with its names compressed (those of RFC 3597, section 4, where it pays; a PTR record seldom
# shares a label with its owner): the octets before the first name, and how many names there are.
_COMPRESSED = {codes.TYPE_NS: (0, 1), codes.TYPE_CNAME: (0, 1), codes.TYPE_SOA: (0, 2), codes.TYPE_MX: (2, 1)}

# An answer as it is kept: the octets from the flags to the counts, for the four kinds of query that differ there (slot
# = RD + 2 with an OPT), then the records.
_Head = tuple[bytes, bytes, bytes, bytes]
_Entry = tuple[bytes, bytes, bytes, bytes, bytes]
# An OPT as it is kept: the slot, the octets the reply may have, the OPT that goes back.
_Opt = tuple[int, int, bytes]


class Responder:
    """Answers queries from the zones; those must not change any more."""

    __slots__ = ("_entries", "_forms", "_heads", "_learned", "_negatives", "_zones")

    def __init__(self, zones: Zones) -> None:
        self._zones = zones
        self._heads: dict[tuple[int, bool, int, int, int], _Head] = {}
        self._negatives: dict[tuple[bytes, int, int], _Entry] = {}
        self._learned: dict[bytes, _Entry] = {}
        # Header octets after the ID -> what may follow the question -> OPT. Only queries of the common kind are here.
        self._forms: dict[bytes, dict[bytes, _Opt]] = {}
        for recursion in (0, 1):
            plain: dict[bytes, _Opt] = {b"": (recursion, _WITHOUT_EDNS, b"")}
            edns: dict[bytes, _Opt] = {}
            for ad_cd in (0x00, 0x10, 0x20, 0x30):
                flags = bytes((recursion, ad_cd))
                self._forms[flags + b"\0\1\0\0\0\0\0\0"] = plain
                self._forms[flags + b"\0\1\0\0\0\0\0\1"] = edns
        self._entries = self._prepare()

    def reply(self, query: bytes, tcp: bool = False) -> bytes | None:
        """The reply to a query; None where it gets none (rule 3)."""
        # A name with a NUL inside a label makes `end` too small. Then the octets are no whole question, and match none.
        end = query.find(0, _HEADER) + 5
        question = query[_HEADER:end]
        entry = self._entries.get(question) or self._learned.get(question)
        form = self._forms.get(query[2:_HEADER])
        if entry is None or form is None:
            return self._reply_slowly(query, tcp)
        opt = form.get(query[end:])
        if opt is None:
            return self._reply_slowly(query, tcp)
        slot, limit, tail = opt
        reply = b"".join((query[:2], entry[slot], question, entry[4], tail))
        if len(reply) > limit and (not tcp or len(reply) > _LARGEST):
            return self._too_large(query, entry[slot], question, tail, tcp)
        return reply

    def brief(self, query: bytes, rcode: int = 0, truncated: bool = False) -> bytes | None:
        """A reply to the query without records: that RCODE, TC if ``truncated``; None as for ``reply``."""
        if len(query) < _HEADER or query[2] & 0x80:
            return None
        end = _question_end(query)
        form = self._forms.get(query[2:_HEADER])
        opt = form.get(query[end:]) if form is not None and end else None
        if opt is None:
            # Seldom. What is broken gets the error it always gets.
            opt = _read_opt(query, end) if end else None
            if opt is None or query[2] & 0x78 or query[4:10] != _ONE_QUESTION or opt[2][5:6] > b"\0":
                return self._reply_slowly(query, True)
        flags = 0x80 | (query[2] & 0x01) | (0x02 if truncated else 0)
        counts = b"\0\1\0\0\0\0\0\1" if opt[2] else b"\0\1\0\0\0\0\0\0"
        return b"".join((query[:2], bytes((flags, rcode)), counts, query[_HEADER:end], opt[2]))

    def _prepare(self) -> dict[bytes, _Entry]:
        """An entry for each record set of the zones."""
        entries: dict[bytes, _Entry] = {}
        enclosing = self._zones.enclosing()
        for zone in self._zones:
            direct = not zone.cuts and not zone.dnames and zone.apex not in enclosing
            for key, node in zone.nodes.items():
                for rdtype, rrset in node.items():
                    if direct and rdtype not in (codes.TYPE_CNAME, codes.TYPE_DS):
                        answer = Answer(codes.RCODE_NOERROR, True, [(key, rrset)], [], [])
                    else:
                        answer = self._zones.find(key, rdtype)
                    entries[key + rdtype.to_bytes(2, "big") + b"\0\1"] = self._entry(key, answer)
        return entries

    def _reply_slowly(self, query: bytes, tcp: bool) -> bytes | None:
        """The reply to any query: odd ones, and questions in another letter case or asked for the first time."""
        if len(query) < _HEADER or query[2] & 0x80:
            return None
        end = _question_end(query)
        if query[2] & 0x78:
            return _error(query, end, codes.RCODE_NOTIMP)
        if not end or query[4:10] != _ONE_QUESTION:
            return _error(query, 0, codes.RCODE_FORMERR)
        opt = self._opt(query, end)
        if opt is None:
            return _error(query, 0, codes.RCODE_FORMERR)
        slot, limit, tail = opt
        question = query[_HEADER:end]
        if tail and tail[5]:
            # The RCODE's upper octet: the version asked for is not ours, and nothing else is said (RFC 6891, 6.1.3).
            entry = self._bare(codes.RCODE_NOERROR)
        else:
            entry = self._find(question)
        reply = b"".join((query[:2], entry[slot], question, entry[4], tail))
        if len(reply) > limit and (not tcp or len(reply) > _LARGEST):
            return self._too_large(query, entry[slot], question, tail, tcp)
        return reply

    def _opt(self, query: bytes, end: int) -> _Opt | None:
        """What follows the question, remembered for the next query that ends the same way; None where it is broken."""
        opt = _read_opt(query, end)
        form = self._forms.get(query[2:_HEADER])
        if opt is not None and form is not None and opt[2] and not opt[2][5]:
            if len(form) >= _OPTS:
                form.clear()
            form[query[end:]] = opt
        return opt

    def _find(self, question: bytes) -> _Entry:
        key = question[:-4].lower()
        rdtype = question[-4] << 8 | question[-3]
        folded = key + question[-4:]
        entry = self._entries.get(folded) or self._learned.get(folded)
        if entry is not None:
            return entry
        if question[-2:] != b"\0\1" or rdtype in (codes.TYPE_AXFR, codes.TYPE_IXFR):
            return self._bare(codes.RCODE_REFUSED)
        answer = self._zones.find(key, rdtype)
        if answer.rcode == codes.RCODE_REFUSED:
            return self._bare(codes.RCODE_REFUSED)
        if answer.authoritative and not answer.answers:
            # No such name, or no such record: the same octets for every name of that length in the zone.
            apex = answer.authority[0][0]
            shared = (apex, len(key), answer.rcode)
            entry = self._negatives.get(shared)
            if entry is None:
                entry = self._negatives[shared] = self._entry(key, answer, apex)
        else:
            entry = self._entry(key, answer)
        if len(self._learned) >= _LEARNED:
            self._learned.clear()
            self._negatives.clear()
        if len(entry[4]) <= SMALL_ENOUGH:
            self._learned[folded] = entry
        return entry

    def _entry(self, key: bytes, answer: Answer, shared: bytes | None = None) -> _Entry:
        """The octets of an answer to a question for ``key``; pointers into it go to its end ``shared``, if given."""
        answers = answer.answers
        if len(answers) == 1 and not answer.authority and answers[0][1].rdtype not in _COMPRESSED:
            rrset = answers[0][1]
            body = _own_records(rrset)
            return (*self._head(answer.rcode, answer.authoritative, len(rrset.rdatas), 0, 0), body)
        encoder = _Encoder(len(key), shared or key)
        counts = [
            sum(encoder.add(owner, rrset) for owner, rrset in section)
            for section in (answers, answer.authority, answer.additional)
        ]
        head = self._head(answer.rcode, answer.authoritative, counts[0], counts[1], counts[2])
        return (*head, b"".join(encoder.parts))

    def _bare(self, rcode: int) -> _Entry:
        return (*self._head(rcode, False, 0, 0, 0), b"")

    def _head(self, rcode: int, authoritative: bool, answers: int, authority: int, additional: int) -> _Head:
        key = (rcode, authoritative, answers, authority, additional)
        heads = self._heads.get(key)
        if heads is None:
            made = []
            flags = 0x84 if authoritative else 0x80
            for opt in (0, 1):
                counts = (1, answers, authority, additional + opt)
                octets = b"".join([min(count, 0xFFFF).to_bytes(2, "big") for count in counts])
                made += [bytes((flags | recursion, rcode)) + octets for recursion in (0, 1)]
            heads = self._heads[key] = (made[0], made[1], made[2], made[3])
        return heads

    def _too_large(self, query: bytes, head: bytes, question: bytes, tail: bytes, tcp: bool) -> bytes:
        """TC and no records; over TCP, where nothing larger can be asked for, SERVFAIL."""
        if tcp:
            flags = bytes((head[0] & ~0x04, codes.RCODE_SERVFAIL))
        else:
            flags = bytes((head[0] | 0x02, head[1]))
        counts = b"\0\1\0\0\0\0" + (b"\0\1" if tail else b"\0\0")
        return b"".join((query[:2], flags, counts, question, tail))


class _Encoder:
    """Records to octets behind a question, names compressed (RFC 1035, 4.1.4)."""

    __slots__ = ("_offsets", "_size", "parts")

    def __init__(self, asked_size: int, asked_end: bytes) -> None:
        """The question is for a name of so many octets that ends in ``asked_end``."""
        self.parts: list[bytes] = []
        self._offsets: dict[bytes, int] = {}
        self._size = _HEADER + asked_size - len(asked_end)
        self._name(asked_end)
        self.parts.clear()
        self._size = _HEADER + asked_size + 4

    def add(self, owner: bytes, rrset: RRset) -> int:
        """Append the record set; gives back how many records that are."""
        fixed = rrset.rdtype.to_bytes(2, "big") + b"\0\1" + rrset.ttl.to_bytes(4, "big")
        before, names = _COMPRESSED.get(rrset.rdtype, (0, 0))
        for rdata in rrset.rdatas:
            self._name(owner)
            self._octets(fixed)
            at = len(self.parts)
            self._octets(b"\0\0")
            start = self._size
            self._octets(rdata[:before])
            offset = before
            for _ in range(names):
                end = _name_end(rdata, offset)
                self._name(rdata[offset:end])
                offset = end
            self._octets(rdata[offset:])
            self.parts[at] = (self._size - start).to_bytes(2, "big")
        return len(rrset.rdatas)

    def _octets(self, octets: bytes) -> None:
        self.parts.append(octets)
        self._size += len(octets)

    def _name(self, wire: bytes) -> None:
        """Append a name: the labels not seen yet, then a pointer to the rest."""
        folded = name.fold(wire)
        offset = 0
        while wire[offset]:
            target = self._offsets.get(folded[offset:])
            if target is not None:
                self._octets(wire[:offset] + (0xC000 | target).to_bytes(2, "big"))
                return
            if self._size + offset < _POINTER_LIMIT:
                self._offsets[folded[offset:]] = self._size + offset
            offset += wire[offset] + 1
        self._octets(wire)


def _own_records(rrset: RRset) -> bytes:
    """The records of a set that belongs to the name asked, without names to compress."""
    fixed = _QUESTION_POINTER + rrset.rdtype.to_bytes(2, "big") + b"\0\1" + rrset.ttl.to_bytes(4, "big")
    return b"".join([fixed + len(rdata).to_bytes(2, "big") + rdata for rdata in rrset.rdatas])


def _question_end(query: bytes) -> int:
    """Where the first question ends; 0 where there is none, it is cut off, or its name is compressed or too long."""
    if query[4:6] == b"\0\0":
        return 0
    end = _name_end(query, _HEADER)
    if not end or end - _HEADER > name.MAX_NAME or end + 4 > len(query):
        return 0
    return end + 4


def _name_end(octets: bytes, offset: int) -> int:
    """Where the uncompressed name at ``offset`` ends, 0 where it does not."""
    size = len(octets)
    while offset < size:
        length = octets[offset]
        if not length:
            return offset + 1
        if length > name.MAX_LABEL:
            return 0
        offset += length + 1
    return 0


def _read_opt(query: bytes, end: int) -> _Opt | None:
    """The OPT in the additional section, which must be whole and the end of the query; None where that is broken."""
    recursion = query[2] & 1
    found: _Opt | None = None
    offset = end
    for _ in range(query[10] << 8 | query[11]):
        at = _name_end(query, offset)
        if not at or at + 10 > len(query):
            return None
        rdtype = query[at] << 8 | query[at + 1]
        next_offset = at + 10 + (query[at + 8] << 8 | query[at + 9])
        if next_offset > len(query):
            return None
        if rdtype == codes.TYPE_OPT:
            if found is not None or at != offset + 1 or not _options_are_whole(query[at + 10 : next_offset]):
                return None
            size = max(query[at + 2] << 8 | query[at + 3], _WITHOUT_EDNS)
            upper_rcode = codes.RCODE_BADVERS >> 4 if query[at + 5] else 0
            rest = bytes((upper_rcode, 0, query[at + 6] & 0x80, 0, 0, 0))
            tail = b"\0\0\x29" + SMALL_ENOUGH.to_bytes(2, "big") + rest
            found = (2 + recursion, min(size, SMALL_ENOUGH), tail)
        offset = next_offset
    if offset != len(query):
        return None
    return found or (recursion, _WITHOUT_EDNS, b"")


def _options_are_whole(rdata: bytes) -> bool:
    offset = 0
    while offset + 4 <= len(rdata):
        offset += 4 + (rdata[offset + 2] << 8 | rdata[offset + 3])
    return offset == len(rdata)


def _error(query: bytes, end: int, rcode: int) -> bytes:
    """An error that says nothing of the zones: with the question if ``end`` is where that ends, else without."""
    flags = bytes((0x80 | (query[2] & 0x79), rcode))
    if not end:
        return query[:2] + flags + b"\0\0" + _NO_RECORDS
    return query[:2] + flags + b"\0\1" + _NO_RECORDS + query[_HEADER:end]
