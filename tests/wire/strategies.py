"""Names for hypothesis: any octets, and octets that are hard to tell from lengths and dots."""

from __future__ import annotations

from hypothesis import strategies as st

_TRICKY = b'\x00\x01\x02\x05\x0a\x1f\x20!-.09:;\\()@$"?A~\x7f\x80\xff'

LABELS = st.one_of(
    st.binary(min_size=1, max_size=63),
    st.lists(st.sampled_from(_TRICKY), min_size=1, max_size=63).map(bytes),
    st.text("abcxyz-_0189", min_size=1, max_size=63).map(str.encode),
)


def wire_name(labels: list[bytes]) -> bytes:
    """The wire name of as many of the labels as fit."""
    wire = b""
    for label in labels:
        if len(wire) + len(label) > 253:
            break
        wire += bytes([len(label)]) + label
    return wire + b"\0"


WIRE_NAMES = st.lists(LABELS, max_size=12).map(wire_name)
