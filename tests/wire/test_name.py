"""Names: text to octets and back (RFC 1035 5.1, RFC 4343, UTS 46), and the names of addresses."""

from __future__ import annotations

import ipaddress

import dns.name
import dnslib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dnsburst._wire import name
from dnsburst.errors import InvalidName, MalformedMessage

from .strategies import WIRE_NAMES, wire_name

# text, wire; each text is also what to_text prints
PLAIN = [
    (".", b"\0"),
    ("example", b"\7example\0"),
    ("www.example.com", b"\3www\7example\3com\0"),
    ("WwW.ExAmPlE", b"\3WwW\7ExAmPlE\0"),
    ("_dmarc.example", b"\6_dmarc\7example\0"),
    ("*.example", b"\1*\7example\0"),
    ("-", b"\1-\0"),
    ("a/b.c:d=e", b"\3a/b\5c:d=e\0"),
    ("!#%&'*+,-/", b"\x0a!#%&'*+,-/\0"),
    (":<=>?[]^_`{|}~", b"\x0e:<=>?[]^_`{|}~\0"),
    ("0.1.2", b"\0010\0011\0012\0"),
    (r"a\.b.c", b"\3a.b\1c\0"),
    (r"\.", b"\1.\0"),
    (r"a\\b", b"\3a\\b\0"),
    (r"\"\(\)\;\@\$", b'\6"();@$\0'),
    (r"a\032b", b"\3a b\0"),
    (r"\000\001\031\127\128\255", b"\6\0\1\x1f\x7f\x80\xff\0"),
    (r"new\010line.esc\027", b"\x08new\nline\4esc\x1b\0"),
    (r"\005.\001\001", b"\1\5\2\1\1\0"),
    ("x" * 63, b"?" + b"x" * 63 + b"\0"),
    ("x" * 33 + ".y", b"!" + b"x" * 33 + b"\1y\0"),
    # A length that is a printable octet, beside an octet that could be a length.
    ("x" * 45 + r".\005", b"-" + b"x" * 45 + b"\1\5\0"),
    (".".join(["a"] * 127), b"\1a" * 127 + b"\0"),
]

# text that to_text prints otherwise
ACCEPTED: list[tuple[str | bytes, bytes]] = [
    ("example.", b"\7example\0"),
    ("www.example.com.", b"\3www\7example\3com\0"),
    (r"a\046b", b"\3a.b\0"),
    (r"\097\098\099", b"\3abc\0"),
    (r"\a\b\c", b"\3abc\0"),
    (r"a\ b", b"\3a b\0"),
    (r"a\..", b"\2a.\0"),
    (r"a\\.", b"\2a\\\0"),
    ('@$();"', b'\6@$();"\0'),
    (b"www.example.", b"\3www\7example\0"),
    (b"caf\xc3\xa9", b"\5caf\xc3\xa9\0"),
    (b"\\195\\169\xff.x", b"\3\xc3\xa9\xff\1x\0"),
    (b".", b"\0"),
    (".".join(["a"] * 127) + ".", b"\1a" * 127 + b"\0"),
]

INTERNATIONAL: list[tuple[str | bytes, bytes]] = [
    ("bücher.example", b"\x0dxn--bcher-kva\7example\0"),
    ("BÜCHER.Example", b"\x0dxn--bcher-kva\7Example\0"),
    ("bu\u0308cher.example", b"\x0dxn--bcher-kva\7example\0"),
    ("faß.de", b"\x0axn--fa-hia\2de\0"),
    ("ΒΌΛΟΣ.gr", b"\x0cxn--nxasmq6b\2gr\0"),
    ("βόλος.gr", b"\x0cxn--nxasmm1c\2gr\0"),
    ("例え.テスト", b"\x0bxn--r8jz45g\x0axn--zckzah\0"),
    ("例え。テスト", b"\x0bxn--r8jz45g\x0axn--zckzah\0"),
    ("例え．テスト｡", b"\x0bxn--r8jz45g\x0axn--zckzah\0"),
    ("ｗｗｗ．ｅｘａｍｐｌｅ．ｃｏｍ", b"\3www\7example\3com\0"),
    ("bü\u00adcher.de", b"\x0dxn--bcher-kva\2de\0"),
    ("_dmarc.bücher.de", b"\6_dmarc\x0dxn--bcher-kva\2de\0"),
    ("*.bücher.de", b"\1*\x0dxn--bcher-kva\2de\0"),
    (r"a\.b.bücher.de", b"\3a.b\x0dxn--bcher-kva\2de\0"),
    ("xn--bcher-kva.example", b"\x0dxn--bcher-kva\7example\0"),
    ("。", b"\0"),
]

REFUSED: list[tuple[str | bytes, str]] = [
    ("", "empty name"),
    (b"", "empty name"),
    ("..", "empty label"),
    (".example", "empty label"),
    ("a..b", "empty label"),
    ("example..", "empty label"),
    (r"\097..b", "empty label"),
    (b"..", "empty label"),
    ("ü..de", "empty label"),
    ("\u00ad.de", "empty label"),
    ("x" * 64, "label over 63 octets"),
    ("x" * 64 + ".example", "label over 63 octets"),
    (r"\120" * 64, "label over 63 octets"),
    (b"x" * 64, "label over 63 octets"),
    ("é" * 60, "label over 63 octets"),
    ("x" * 5000, "label over 63 octets"),
    (".".join(["a"] * 128), "name over 255 octets"),
    (".".join(["a"] * 128) + ".", "name over 255 octets"),
    ("aa." + ".".join(["a"] * 126), "name over 255 octets"),
    (".".join([r"\097"] * 128), "name over 255 octets"),
    (".".join([r"\097"] * 3000), "name over 255 octets"),
    ("ü." + ".".join(["a"] * 125), "name over 255 octets"),
    (r"\256", r"escape \256 over 255"),
    (r"a\999.b", r"escape \999 over 255"),
    (r"\1", "an escape of fewer than three digits"),
    (r"\12", "an escape of fewer than three digits"),
    (r"\12a", "an escape of fewer than three digits"),
    (r"\1.2", "an escape of fewer than three digits"),
    ("\\\u0661\u0662\u0663", "an escape beside non-ASCII characters"),
    ("a\\", "backslash at the end of the name"),
    (r"a.b\\" + "\\", "backslash at the end of the name"),
    ("a b", "space in the name"),
    (" example", "space in the name"),
    ("example ", "space in the name"),
    (b"a b", "space in the name"),
    ("a\u00a0b.de", "space in the name"),
    ("a\tb", r"control octet \009 in the name"),
    ("a\nb", r"control octet \010 in the name"),
    ("a\0b", r"control octet \000 in the name"),
    ("a\x7fb", r"control octet \127 in the name"),
    (b"\x1b[2J", r"control octet \027 in the name"),
    ("b\\.ü", "an escape beside non-ASCII characters"),
    ("\udcff.example", "octets that are not UTF-8"),
    ("caf\udcc3\udca9", "octets that are not UTF-8"),
]


@pytest.mark.parametrize(("text", "wire"), PLAIN)
def test_text_and_wire(text: str, wire: bytes) -> None:
    assert wire == name.from_text(text)
    assert text == name.to_text(wire)
    assert wire == name.from_text(text.encode("ascii"))


@pytest.mark.parametrize(("text", "wire"), ACCEPTED + INTERNATIONAL)
def test_other_text_for_the_same_wire(text: str | bytes, wire: bytes) -> None:
    assert wire == name.from_text(text)
    assert wire == name.from_text(name.to_text(wire))


@pytest.mark.parametrize(("text", "reason"), REFUSED)
def test_refused_with_its_reason(text: str | bytes, reason: str) -> None:
    with pytest.raises(InvalidName) as caught:
        name.from_text(text)
    assert reason == str(caught.value)


@pytest.mark.parametrize(
    "text", ["i❤.ws", "-ü.de", "ü-.de", "a\u202eb.de", "\u0300a.de", "a\u2024b.de", "ab--ü.de", "\u0661a\u05d0.x"]
)
def test_no_idn_label(text: str) -> None:
    with pytest.raises(InvalidName, match=r"^no IDN label: ") as caught:
        name.from_text(text)
    assert str(caught.value).isascii()
    assert str(caught.value).isprintable()


class Text(str):
    """What numpy and others hand out as a string."""

    __slots__ = ()


def test_str_subclass_is_text() -> None:
    assert name.from_text(Text("www.example.com")) == b"\3www\7example\3com\0"
    assert name.from_text(Text("bücher.de")) == b"\x0dxn--bcher-kva\2de\0"


@pytest.mark.parametrize(("before", "after"), [(b"", b""), (b"a", b"z"), (b"x" * 40, b"y" * 22)])
def test_every_octet_alone_and_among_others(before: bytes, after: bytes) -> None:
    for octet in range(256):
        if octet in b'.;\\()@$"':
            expected = "\\" + chr(octet)
        elif 0x21 <= octet <= 0x7E:
            expected = chr(octet)
        else:
            expected = f"\\{octet:03d}"
        wire = wire_name([before + bytes([octet]) + after, b"example"])
        text = f"{before.decode()}{expected}{after.decode()}.example"
        assert text == name.to_text(wire)
        assert wire == name.from_text(text)


@given(WIRE_NAMES)
def test_any_octets_round_trip(wire: bytes) -> None:
    text = name.to_text(wire)
    assert text.isascii()
    assert text.isprintable()
    assert " " not in text
    assert wire == name.from_text(text)
    assert wire == name.from_text(text.encode())
    assert wire == name.from_text(text if text == "." else text + ".")


@given(st.one_of(st.text(), st.text("ab.\\0129ü。 \t@\u00ad\udc80", max_size=30), st.binary()))
def test_any_text_is_a_name_or_refused_in_printable_ascii(text: str | bytes) -> None:
    reason = ""
    try:
        wire = name.from_text(text)
    except InvalidName as error:
        reason = str(error)
    else:
        assert len(wire) == name.name_end(wire, 0)
        assert wire == name.from_text(name.to_text(wire))
    assert reason.isascii()
    assert reason.isprintable()


@given(WIRE_NAMES)
def test_dnspython_agrees(wire: bytes) -> None:
    theirs = dns.name.from_wire(wire, 0)[0]
    assert theirs == dns.name.from_text(name.to_text(wire))
    assert wire == name.from_text(theirs.to_text())
    # Their text leaves ( and ) alone; ours is that of dig. The rest is the same.
    ours = name.to_text(wire)
    assert ours.replace(r"\(", "(").replace(r"\)", ")") == theirs.to_text(omit_final_dot=True).replace(
        r"\(", "("
    ).replace(r"\)", ")")


@given(st.lists(st.text("abcdefXYZ0189-_", min_size=1, max_size=20), min_size=1, max_size=8))
def test_dnslib_agrees_on_plain_names(labels: list[str]) -> None:
    text = ".".join(labels)
    theirs = dnslib.DNSLabel(text)
    buffer = dnslib.DNSBuffer()
    buffer.encode_name_nocompress(theirs)
    assert bytes(buffer.data) == name.from_text(text)
    assert str(theirs).rstrip(".") == name.to_text(name.from_text(text))


MALFORMED = [
    b"",
    b"\1",
    b"\1a",
    b"\0\0",
    b"\1a\0\0",
    b"\1a\0\1b\0",
    b"\2a\0",
    b"\xc0\x0c",
    b"\1a\xc0\x0c",
    b"\x40" + b"a" * 64 + b"\0",
    b"\x80a\0",
    b"\1a\x80",
    b"\1a\xff",
    b"\7example",
    b"\1a" * 128 + b"\0",
    b"\1\xff" * 128 + b"\0",
]


@pytest.mark.parametrize("octets", MALFORMED)
def test_octets_that_are_no_name(octets: bytes) -> None:
    with pytest.raises(MalformedMessage):
        name.to_text(octets)
    with pytest.raises(MalformedMessage):
        name.is_hostname(octets)


@given(WIRE_NAMES, st.data())
def test_cut_or_lengthened_names_are_no_names(wire: bytes, data: st.DataObject) -> None:
    cut = wire[: data.draw(st.integers(0, len(wire) - 1))]
    for octets in (cut, wire + b"\0"):
        with pytest.raises(MalformedMessage):
            name.to_text(octets)
    with pytest.raises(MalformedMessage):
        name.name_end(cut, 0)


@given(WIRE_NAMES, st.binary(max_size=5), st.binary(max_size=5))
def test_name_end(wire: bytes, before: bytes, after: bytes) -> None:
    assert len(before) + len(wire) == name.name_end(before + wire + after, len(before))


@pytest.mark.parametrize(
    "octets", [octets for octets in MALFORMED if octets not in (b"\0\0", b"\1a\0\0", b"\1a\0\1b\0")]
)
def test_name_end_refuses(octets: bytes) -> None:
    with pytest.raises(MalformedMessage):
        name.name_end(octets, 0)
    with pytest.raises(MalformedMessage):
        name.name_end(octets, len(octets))


def test_fold_is_ascii_only() -> None:
    every = bytes(range(256))
    folded = bytes(octet + 32 if 0x41 <= octet <= 0x5A else octet for octet in range(256))
    assert folded == name.fold(every)
    assert name.fold(b"?" + b"A" * 63 + b"\0") == b"?" + b"a" * 63 + b"\0"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("www.example.com", True),
        ("WWW-1.EXAMPLE", True),
        ("_sip._tcp.example", True),
        ("1.2.3.4", True),
        ("-", True),
        (".", False),
        ("*.example", False),
        ("a/b.example", False),
        (r"a\.b.example", False),
        (r"a\032b", False),
        (r"a\000", False),
        (r"\255", False),
        (r"\$\(reboot\)", False),
        ("x" * 63 + ".example", True),
        ("x" * 62 + "!.example", False),
    ],
)
def test_is_hostname(text: str, expected: bool) -> None:
    assert expected is bool(name.is_hostname(name.from_text(text)))


REVERSE = [
    ("192.0.2.1", "1.2.0.192.in-addr.arpa"),
    ("0.0.0.0", "0.0.0.0.in-addr.arpa"),
    ("255.255.255.255", "255.255.255.255.in-addr.arpa"),
    ("10.20.30.40", "40.30.20.10.in-addr.arpa"),
    ("2001:db8::1", "1." + "0." * 23 + "8.b.d.0.1.0.0.2.ip6.arpa"),
    ("2001:DB8::1", "1." + "0." * 23 + "8.b.d.0.1.0.0.2.ip6.arpa"),
    ("::", "0." * 32 + "ip6.arpa"),
    ("::1", "1." + "0." * 31 + "ip6.arpa"),
    ("fe80::", "0." * 28 + "0.8.e.f.ip6.arpa"),
    (
        "4321:0:1:2:3:4:567:89ab",
        "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa",
    ),  # RFC 3596, 2.5
    ("64:ff9b::192.0.2.33", "1.2.2.0.0.0.0.c." + "0." * 16 + "b.9.f.f.4.6.0.0.ip6.arpa"),
    ("::192.0.2.1", "1.0.2.0.0.0.0.c." + "0." * 24 + "ip6.arpa"),
    ("::ffff:192.0.2.1", "1.2.0.192.in-addr.arpa"),
    ("::ffff:c000:201", "1.2.0.192.in-addr.arpa"),
    ("0:0:0:0:0:FFFF:1.2.3.4", "4.3.2.1.in-addr.arpa"),
]


@pytest.mark.parametrize(("address", "expected"), REVERSE)
def test_reverse_name(address: str, expected: str) -> None:
    wire = name.reverse_name(address)
    assert expected == name.to_text(wire)
    assert wire == name.from_text(expected)
    assert name.is_address(address)


@given(st.ip_addresses())
def test_reverse_name_as_ipaddress_has_it(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    asked = getattr(address, "ipv4_mapped", None) or address
    wire = name.reverse_name(str(address))
    assert asked.reverse_pointer == name.to_text(wire)
    back = name.address_from_reverse(wire)
    assert back is not None
    assert asked == ipaddress.ip_address(back)
    assert wire == name.reverse_name(address.exploded)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("010.1.1.1", "IPv4 address with a leading zero"),
        ("1.2.3.00", "IPv4 address with a leading zero"),
        ("1.2.3.256", "IPv4 address with a number over 255"),
        ("1.2.3.4294967297", "IPv4 address with a number over 255"),
        ("192.0.2.0/24", "a network, not an address"),
        ("2001:db8::/32", "a network, not an address"),
        ("fe80::1%eth0", "IPv6 address with a zone id"),
        ("fe80::1%", "IPv6 address with a zone id"),
        ("1.2.3", "not an address"),
        ("1.2.3.4.5", "not an address"),
        ("1.2.3.4.", "not an address"),
        (".1.2.3.4", "not an address"),
        ("1..3.4", "not an address"),
        ("1.2.3.-4", "not an address"),
        ("1.2.3.+4", "not an address"),
        ("1.2.3.0x4", "not an address"),
        ("1.2.3.4 ", "not an address"),
        ("1.2.3.1_0", "not an address"),
        ("1.2.3.٤", "not an address"),
        ("１.2.3.4", "not an address"),
        ("16909060", "not an address"),
        ("www.example.com", "not an address"),
        ("", "not an address"),
        (":", "not an address"),
        (":::", "not an address"),
        ("1::2::3", "not an address"),
        (":1::2", "not an address"),
        ("1:2:3:4:5:6:7:", "not an address"),
        ("1:2:3:4:5:6:7", "not an address"),
        ("1:2:3:4:5:6:7:8:9", "not an address"),
        ("1:2:3:4:5:6:7::8", "not an address"),
        ("12345::", "not an address"),
        ("::-1", "not an address"),
        ("::g", "not an address"),
        ("::1 ", "not an address"),
        ("[::1]", "not an address"),
        ("::1.2.3", "not an address"),
        ("::01.2.3.4", "not an address"),
        ("1.2.3.4::", "not an address"),
        ("1:2:3:4:5:6:7:1.2.3.4", "not an address"),
        ("1::2/x%y", "IPv6 address with a zone id"),
    ],
)
def test_no_reverse_name(text: str, reason: str) -> None:
    assert not name.is_address(text)
    with pytest.raises(InvalidName) as caught:
        name.reverse_name(text)
    assert reason == str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        ".",
        "arpa",
        "in-addr.arpa",
        "ip6.arpa",
        "1.0.0.in-addr.arpa",
        "5.1.2.0.192.in-addr.arpa",
        "256.2.0.192.in-addr.arpa",
        "01.2.0.192.in-addr.arpa",
        "a.2.0.192.in-addr.arpa",
        r"1\.2.2.0.192.in-addr.arpa",
        r"1\.2.0.192.in-addr.arpa",
        r"\255.2.0.192.in-addr.arpa",
        "0-15.2.0.192.in-addr.arpa",
        "1.2.0.192.in-addr.arpa.example",
        "1.2.0.192.xin-addr.arpa",
        "0." * 31 + "ip6.arpa",
        "0." * 33 + "ip6.arpa",
        "g." + "0." * 31 + "ip6.arpa",
        r"\032." + "0." * 31 + "ip6.arpa",
        r"\255." + "0." * 31 + "ip6.arpa",
        "00." + "0." * 30 + "ip6.arpa",
    ],
)
def test_address_from_another_name(text: str) -> None:
    assert name.address_from_reverse(name.from_text(text)) is None


def test_address_from_reverse_in_any_letter_case() -> None:
    assert name.address_from_reverse(name.from_text("1.2.0.192.IN-Addr.ARPA")) == "192.0.2.1"
    assert name.address_from_reverse(name.from_text("F." + "0." * 31 + "IP6.arpa")) == "::f"
