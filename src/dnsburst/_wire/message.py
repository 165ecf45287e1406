"""DNS messages: queries built octet by octet, replies decoded with bounded work (RFC 1035, RFC 6891)."""

# Rules of the decoder.
# 1. Every octet is read by an index that is checked; running off the end is IndexError inside,
#    MalformedMessage outside.
# 2. A compression pointer must point before the fragment that holds it, so fragments strictly descend and no loop can
#    be written. At most 128 of them, and 255 octets in all (RFC 1035, 3.1 and 4.1.4; RFC 9267); in the whole message
#    at most as many as it has octets, so that no chain pays for being followed from thousands of records.
# 3. Counts are claims: nothing is allocated for them, and one that cannot fit is refused.
# 4. The answer section must be whole. An authority or additional section that is cut off is noted and left.

from __future__ import annotations

import struct

from ..errors import MalformedMessage
from .name import fold, plain_text
from .rdata import NAME_LAYOUT, naptr_head, well_formed

_COMPILED = not __file__.endswith(".py")
if _COMPILED:
    from .scan import asked_for, is_sole_answer, is_sole_error, query

HEADER_SIZE = 12
#: What one EDNS reply may weigh without fragments on any path (DNS Flag Day 2020).
EDNS_SIZE = 1232

FLAG_QR = 0x8000
FLAG_AA = 0x0400
FLAG_TC = 0x0200
FLAG_RD = 0x0100
FLAG_RA = 0x0080
OPCODE_MASK = 0x7800

OPTION_COOKIE = 10  # RFC 7873
OPTION_EDE = 15  # RFC 8914

CLASS_IN = 1

_IN = CLASS_IN
_NXDOMAIN = 3
_A = 1
_NS = 2
_CNAME = 5
_PTR = 12
_AAAA = 28
_NAPTR = 35
_OPT = 41

_HEADER = HEADER_SIZE
_MAX_HOPS = 128
_MAX_NAME = 255
_SMALLEST_RR = 11
_LARGEST_MESSAGE = 65535

#: The records of a section that has none; never added to.
_EMPTY: list[RR] = []

#: Type and class behind the name of a question, by type.
_TAILS: dict[int, bytes] = {}

# What stands in the replies of ``sole_answer``.
_ONE_ANSWER = b"\x00\x01\x00\x01\x00\x00\x00"  # the counts but for the last octet
_NO_RECORD = b"\x00\x01\x00\x00\x00\x00\x00"  # the same
# Flags and counts: QR, perhaps AA, RD, RA, Z, AD, CD; nothing else.
_USUAL_HEADS = frozenset(
    bytes((0x80 | high, low << 4)) + _ONE_ANSWER + bytes((additional,))
    for high in (0, 1, 4, 5)
    for low in range(16)
    for additional in (0, 1)
)
_TO_QUESTION = 0xC000 | HEADER_SIZE
_LARGEST_TTL = 0x7FFFFFFF  # RFC 2181, section 8
_SOLE_HEAD = 12  # octets of the record before its RDATA
_sole_head = struct.Struct("!HHHLH").unpack_from
_OPT_HEAD = b"\x00\x00\x29"
_OPT_REST = b"\x00\x00\x00\x00\x00\x00"  # no extended RCODE, version 0, no flags, no options
_OPT_SIZE = 11

_query_head = struct.Struct("!H10s").pack
_QUERY_PLAIN = b"\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"  # RD, one question
_QUERY_EDNS = b"\x01\x00\x00\x01\x00\x00\x00\x00\x00\x01"  # the same, one additional record


class RR:
    """One resource record; ``rdata`` stands alone: names inside it are written out.

    ``text`` is its presentation form where that has been found already, else None.
    """

    __slots__ = ("name", "rdata", "rdclass", "rdtype", "text", "ttl")

    name: bytes
    rdtype: int
    rdclass: int
    ttl: int
    rdata: bytes
    text: str | None

    def __repr__(self) -> str:
        return f"RR({self.name!r}, {self.rdtype}, {self.rdclass}, {self.ttl}, {self.rdata!r})"


class Message:
    """One decoded message.

    ``question`` is the first question as it came (name, type, class) or ``b""``; ``rcode`` includes the EDNS octet;
    ``edns_version`` is -1 without a usable OPT; ``errors`` are extended errors, (code, text octets) (RFC 8914);
    ``note`` says what was odd but accepted.
    """

    __slots__ = (
        "_data",
        "_hops",
        "_offset",
        "_qname",
        "additional",
        "answers",
        "authority",
        "cookie",
        "edns_size",
        "edns_version",
        "errors",
        "flags",
        "id",
        "note",
        "question",
        "rcode",
    )

    _data: bytes
    _offset: int
    _qname: bytes
    _hops: int
    id: int
    flags: int
    rcode: int
    question: bytes
    answers: list[RR]
    authority: list[RR]
    additional: list[RR]
    edns_version: int
    edns_size: int
    cookie: bytes
    errors: list[tuple[int, bytes]] | None
    note: str | None

    def _decode(self) -> None:
        data = self._data
        size = len(data)
        if size < _HEADER:
            raise MalformedMessage("shorter than a header")
        self.id = data[0] << 8 | data[1]
        self.flags = data[2] << 8 | data[3]
        self.rcode = self.flags & 15
        questions = data[4] << 8 | data[5]
        answers = data[6] << 8 | data[7]
        authority = data[8] << 8 | data[9]
        additional = data[10] << 8 | data[11]
        if questions > 1:
            raise MalformedMessage("more than one question")
        if self.question:
            self._offset = _HEADER + len(self.question)
        else:
            self._offset = _HEADER
            if questions:
                self._qname = self._name()
                offset = self._offset
                if offset + 4 > size:
                    raise MalformedMessage("the question is cut off")
                self.question = self._qname + data[offset : offset + 4]
                self._offset = offset + 4
        left = size - self._offset
        if answers * _SMALLEST_RR > left or (answers + authority + additional) * _SMALLEST_RR > _LARGEST_MESSAGE:
            raise MalformedMessage("the counts exceed what the message can hold")
        if answers:
            self.answers = []
            self._read_section(self.answers, answers)
        try:
            if authority:
                self.authority = []
                self._read_section(self.authority, authority)
            if additional:
                self.additional = []
                self._read_section(self.additional, additional)
        except IndexError:
            self.note = "message cut off after the answer section"
        if additional:
            self._read_edns()

    def _read_section(self, records: list[RR], count: int) -> None:
        while count:
            records.append(self._record())
            count -= 1

    def _name(self) -> bytes:
        """The name at the offset, written out; the offset goes behind it."""
        data = self._data
        view = data  # in C the octets themselves: where an offset was read without IndexError, so may be what is before
        offset = self._offset
        start = offset
        end = 0
        hops = 0
        wire = b""
        while True:
            length = data[offset]
            if length == 0:
                offset += 1
                wire = wire + view[start:offset] if hops else view[start:offset]
                if len(wire) > _MAX_NAME:
                    raise MalformedMessage("name over 255 octets")
                self._offset = end if hops else offset
                return wire
            if length < 64:
                offset += length + 1
                if offset - start >= _MAX_NAME:
                    raise MalformedMessage("name over 255 octets")
            elif length >= 192:
                target = (length & 63) << 8 | data[offset + 1]
                if target >= start:
                    raise MalformedMessage("compression pointer that does not point back")
                if target < _HEADER:
                    raise MalformedMessage("compression pointer into the header")
                if hops == 0:
                    end = offset + 2
                hops += 1
                self._hops += 1
                if hops > _MAX_HOPS or self._hops > len(data):
                    raise MalformedMessage("too many compression pointers")
                if offset > start:
                    wire = wire + view[start:offset] if wire else view[start:offset]
                if len(wire) > _MAX_NAME:
                    raise MalformedMessage("name over 255 octets")
                offset = target
                start = target
            else:
                raise MalformedMessage("label of an unknown kind")

    def _record(self) -> RR:
        rr = RR.__new__(RR)
        rr.text = None
        data = self._data
        offset = self._offset
        if offset + 1 < len(data) and data[offset] == 0xC0 and data[offset + 1] == _HEADER and self.question:
            # The owner is the question's name: by far the most frequent case.
            rr.name = self._qname
            offset += 2
        else:
            rr.name = self._name()
            offset = self._offset
        rdtype = data[offset] << 8 | data[offset + 1]
        rr.rdtype = rdtype
        rr.rdclass = data[offset + 2] << 8 | data[offset + 3]
        high = data[offset + 4]
        if high & 0x80 and rdtype != _OPT:
            rr.ttl = 0  # RFC 2181, section 8
        else:
            rr.ttl = high << 24 | data[offset + 5] << 16 | data[offset + 6] << 8 | data[offset + 7]
        start = offset + 10
        end = start + (data[offset + 8] << 8 | data[offset + 9])
        if end > len(data):
            raise IndexError("RDLENGTH past the end")
        if rdtype == _PTR or rdtype == _CNAME or rdtype == _NS:
            self._offset = start
            rr.rdata = self._name()
            if self._offset != end:
                raise MalformedMessage("RDATA that does not fill RDLENGTH")
        else:
            rr.rdata = self._rdata(rdtype, start, end)
        self._offset = end
        return rr

    def _rdata(self, rdtype: int, start: int, end: int) -> bytes:
        data = self._data
        if rdtype == _A or rdtype == _AAAA:
            if end - start != (4 if rdtype == _A else 16):
                raise MalformedMessage("address of the wrong length")
            return data[start:end]
        if rdtype == _OPT:
            return data[start:end]  # read as options, and only where it stands
        layout = NAME_LAYOUT.get(rdtype)
        if layout is not None:
            before, names, after = layout
        elif rdtype == _NAPTR:
            before, names, after = naptr_head(data, start), 1, 0
        else:
            rdata = data[start:end]
            if not well_formed(rdtype, rdata):
                raise MalformedMessage("RDATA that does not fill RDLENGTH")
            return rdata
        self._offset = start + before
        rdata = data[start : start + before]
        while names:
            rdata += self._name()
            names -= 1
        if self._offset + after != end:
            raise MalformedMessage("RDATA that does not fill RDLENGTH")
        return rdata + data[end - after : end]

    def _read_edns(self) -> None:
        """Take the one valid OPT (RFC 6891, 6.1.1); two of them, or one with a name, are as good as none."""
        opt: RR | None = None
        for rr in self.additional:
            if rr.rdtype == _OPT:
                if opt is not None or rr.name != b"\0":
                    self.note = "OPT record ignored: not the only one, or not at the root"
                    return
                opt = rr
        if opt is None:
            return
        self.edns_size = opt.rdclass
        self.edns_version = opt.ttl >> 16 & 255
        self.rcode |= (opt.ttl >> 24 & 255) << 4
        rdata = opt.rdata
        offset = 0
        while offset + 4 <= len(rdata):
            code = rdata[offset] << 8 | rdata[offset + 1]
            length = rdata[offset + 2] << 8 | rdata[offset + 3]
            offset += 4
            value = rdata[offset : offset + length]
            offset += length
            if len(value) != length:
                self.note = "EDNS option cut off"
                return
            if code == OPTION_COOKIE:
                self.cookie = value
            elif code == OPTION_EDE and length >= 2:
                if self.errors is None:
                    self.errors = []
                self.errors.append((value[0] << 8 | value[1], value[2:]))


def decode(data: bytes, asked: bytes = b"", name: bytes = b"") -> Message:
    """The message in ``data``; octets after its last record are ignored. Raises MalformedMessage.

    Who has seen that the question section is ``asked`` can say so, with its name, and save reading it again.
    """
    message = Message.__new__(Message)
    message._data = data
    message._hops = 0
    message._qname = name
    message._hops = 0
    message.question = asked
    message.answers = _EMPTY
    message.authority = _EMPTY
    message.additional = _EMPTY
    message.edns_version = -1
    message.edns_size = 0
    message.cookie = b""
    message.errors = None
    message.note = None
    try:
        message._decode()
    except IndexError:
        raise MalformedMessage("message cut off") from None
    return message


def sole_answer(data: bytes, asked: bytes, name: bytes, rdtype: int) -> RR | None:
    """The one record of a reply that answers ``asked`` with it and holds nothing else but an empty OPT.

    That is by far the most frequent reply to A, AAAA and PTR. None for any other, good or bad: the matcher and
    ``decode`` know. ``asked`` is the question for ``name`` and ``rdtype``; the ID is for the caller to look at.
    """
    at = _HEADER + len(asked) + _SOLE_HEAD
    view = data  # in C the octets themselves
    if _COMPILED:
        if not is_sole_answer(data, asked, rdtype):
            return None
        ttl = view[at - 6] << 24 | view[at - 5] << 16 | view[at - 4] << 8 | view[at - 3]
        end = at + (view[at - 2] << 8 | view[at - 1])
    else:
        size = len(data)
        if size < at or not data.startswith(asked, _HEADER) or data[2:12] not in _USUAL_HEADS:
            return None
        pointer, kind, rdclass, ttl, length = _sole_head(data, at - _SOLE_HEAD)
        end = at + length
        if pointer != _TO_QUESTION or kind != rdtype or rdclass != _IN or ttl > _LARGEST_TTL:
            return None
        if data[11]:
            if size != end + _OPT_SIZE or not (data.startswith(_OPT_HEAD, end) and data.startswith(_OPT_REST, end + 5)):
                return None
        elif size != end:
            return None
    rdata = view[at:end]
    text = None
    if rdtype == _PTR:
        text = plain_text(rdata)
        if text is None:
            return None
    elif end - at != (4 if rdtype == _A else 16) or (rdtype != _A and rdtype != _AAAA):
        return None
    rr = RR.__new__(RR) if _COMPILED else RR()
    rr.name = name
    rr.rdtype = rdtype
    rr.rdclass = _IN
    rr.ttl = ttl
    rr.rdata = rdata
    rr.text = text
    return rr


def sole_error(data: bytes, asked: bytes) -> int:
    """The RCODE of a reply to ``asked`` that is an error and holds nothing else but an empty OPT; 0 for any other."""
    view = data  # in C the octets themselves
    if _COMPILED:
        if not is_sole_error(data, asked):
            return 0
    else:
        end = _HEADER + len(asked)
        if len(data) < end or not data.startswith(asked, _HEADER) or not data.startswith(_NO_RECORD, 4):
            return 0
        if data[2] & 0xFA != 0x80 or data[11] > 1 or len(data) != (end + _OPT_SIZE if data[11] else end):
            return 0
        if data[11] and not (data.startswith(_OPT_HEAD, end) and data.startswith(_OPT_REST, end + 5)):
            return 0
    rcode = view[3] & 15
    return 0 if rcode == _NXDOMAIN else rcode


def question(name: bytes, rdtype: int) -> bytes:
    """The question section for wire name ``name``, class IN."""
    if _COMPILED:
        return asked_for(name, rdtype)
    tail = _TAILS.get(rdtype)
    if tail is None:
        tail = _TAILS[rdtype] = bytes((rdtype >> 8, rdtype & 255, 0, CLASS_IN))
    return name + tail


def question_key(name: bytes, rdtype: int, asked: bytes) -> bytes:
    """``asked``, the question for ``name``, in lower case: itself where it is so (RFC 4343)."""
    folded = fold(name)
    return asked if folded is name else question(folded, rdtype)


def build_query(query_id: int, asked: bytes, opt: bytes) -> bytes:
    """A query with one question (see ``question``) and RD set; ``opt`` is the OPT record or ``b""``."""
    middle = _QUERY_EDNS if opt else _QUERY_PLAIN
    if _COMPILED:
        return query(query_id, middle, asked, opt)
    return _query_head(query_id, middle) + asked + opt


def build_opt(cookie: bytes = b"") -> bytes:
    """An OPT record (RFC 6891) that offers 1232 octets, with a cookie option (RFC 7873) if given."""
    head = b"\x00\x00\x29" + EDNS_SIZE.to_bytes(2, "big") + b"\x00\x00\x00\x00"
    if not cookie:
        return head + b"\x00\x00"
    size = len(cookie)
    return head + (size + 4).to_bytes(2, "big") + OPTION_COOKIE.to_bytes(2, "big") + size.to_bytes(2, "big") + cookie
