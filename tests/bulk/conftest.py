"""Bulk without a network, and the addresses that its made-up world knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from .fake import Bulk, pointers


@pytest.fixture
def bulk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bulk:
    """Bulk over a pump that knows 192.0.2.0 to 192.0.2.255 and 2001:db8::1 by name."""
    made = Bulk(tmp_path, monkeypatch)
    made.pump.world = pointers([*(f"192.0.2.{number}" for number in range(256)), "2001:db8::1"])
    return made
