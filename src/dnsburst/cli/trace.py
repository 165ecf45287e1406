"""``lookup --trace``: each datagram sent and received, decoded and in hex, in the order it happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .._text import printable
from .._wire import rdata
from .._wire.codes import class_to_text, ede_to_text, rcode_to_text, type_to_text
from .._wire.message import HEADER_SIZE, RR, Message, decode
from .._wire.name import to_text
from ..errors import MalformedMessage

_EVENTS = {"send": "sent", "recv": "received", "drop": "dropped", "error": "error"}
_FLAGS = ((0x0400, "aa"), (0x0200, "tc"), (0x0100, "rd"), (0x0080, "ra"), (0x0020, "ad"), (0x0010, "cd"))
_OPCODES = {0: "query", 1: "iquery", 2: "status", 4: "notify", 5: "update", 6: "dso"}
_OPT = 41
_INDENT = "    "


class Tracer:
    """What the Resolver calls as ``trace``; ``write`` gets each event as printable lines."""

    __slots__ = ("_received", "_start", "_write")

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._start: float | None = None
        self._received: tuple[str, bytes, str] | None = None

    def __call__(self, event: str, time: float, server: str, data: bytes, note: str) -> None:
        if self._start is None:
            self._start = time
        words = [f"{(time - self._start) * 1000:9.3f} ms ", f"{_EVENTS.get(event, event):8} "]
        shown = False
        if event in ("send", "recv"):
            words.append("tcp " if note == "tcp" else "udp ")
            note = "" if note == "tcp" else note
        elif self._received == ("recv", data, server):
            shown = True  # just above, when it came in
        if event == "recv":
            self._received = (event, data, server)
        words.append(server)
        if data and not shown:
            words.append(f" {len(data)} octets")
        if note:
            words.append(f" {note}")
        lines = [printable(" ".join(words))]
        if data and not shown:
            lines.extend(_INDENT + line for line in describe(data))
            lines.extend(_INDENT + line for line in hexdump(data))
        self._write("\n".join(lines))


def describe(data: bytes) -> Iterator[str]:
    """The message as lines of text: header, question, records. What cannot be read is said, never raised."""
    if len(data) >= HEADER_SIZE:
        yield from _header(data)
    try:
        message = decode(data)
    except MalformedMessage as error:
        yield f"cannot be read: {printable(error)}"
        return
    if message.question:
        name, rdtype, rdclass = message.question[:-4], message.question[-4:-2], message.question[-2:]
        yield (
            f"question    {to_text(name)} {class_to_text(int.from_bytes(rdclass, 'big'))} "
            f"{type_to_text(int.from_bytes(rdtype, 'big'))}"
        )
    for section in ("answer", "authority", "additional"):
        records = {"answer": message.answers, "authority": message.authority}.get(section, message.additional)
        for rr in records:
            yield f"{section:10}  {_record(rr, message)}"
    for code, text in message.errors or ():
        yield f"extended error {code} {ede_to_text(code)}{': ' if text else ''}{printable(text)}"
    if message.note:
        yield printable(message.note)


def hexdump(data: bytes) -> Iterator[str]:
    """Sixteen octets a line: offset, hex, and the printable ones as characters."""
    for start in range(0, len(data), 16):
        row = data[start : start + 16]
        left, right = row[:8].hex(" "), row[8:].hex(" ")
        text = "".join(chr(octet) if 0x20 <= octet < 0x7F else "." for octet in row)
        yield f"{start:04x}  {left:23}  {right:23}  {text}"


def _header(data: bytes) -> Iterator[str]:
    flags = int.from_bytes(data[2:4], "big")
    opcode = flags >> 11 & 15
    kind = _OPCODES.get(opcode, f"opcode {opcode}")
    if flags & 0x8000:
        kind = f"reply {rcode_to_text(flags & 15)}" + (f" to {kind}" if opcode else "")
    names = " ".join(name for bit, name in _FLAGS if flags & bit)
    yield f"header      id {int.from_bytes(data[:2], 'big')}, {kind}, flags {names or 'none'}"
    counts = [int.from_bytes(data[at : at + 2], "big") for at in (4, 6, 8, 10)]
    yield "counts      question {}, answer {}, authority {}, additional {}".format(*counts)


def _record(rr: RR, message: Message) -> str:
    if rr.rdtype == _OPT:
        extended = f", rcode {rcode_to_text(message.rcode)}" if message.rcode > 15 else ""
        options = f", options {rr.rdata.hex(' ')}" if rr.rdata else ""
        return f"OPT version {rr.ttl >> 16 & 255}, {rr.rdclass} octets{extended}{options}"
    return (
        f"{to_text(rr.name)} {rr.ttl} {class_to_text(rr.rdclass)} {type_to_text(rr.rdtype)} "
        f"{rdata.to_text(rr.rdtype, rr.rdata)}"
    )
