"""The built-in authoritative server: for demos, tests, and for trying a run out before it meets the world."""

from __future__ import annotations

from .faults import LIMIT_MODES, Faults
from .server import Server, Stats
from .zone import Zones

__all__ = ["LIMIT_MODES", "Faults", "Server", "Stats", "Zones"]
