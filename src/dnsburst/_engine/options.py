"""What a caller can set, checked once."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from numbers import Integral, Real

from ..errors import ConfigurationError
from .address import ServerAddress


@dataclass(frozen=True, slots=True)
class Options:
    """How lookups are made.

    servers: asked by spare capacity and health, not in fixed order
    timeout: seconds per try; None adapts to each server's round-trip time
    lifetime: seconds per lookup, a hard bound
    tries: queries per lookup at most, over all servers (RFC 9520, 3.1 asks for few)
    in_flight: lookups open at once at most; None adapts
    rate: queries per second over all servers; None for no cap
    rate_per_server: queries per second to each; None for none on private addresses, polite on public ones
    tcp: ask over TCP only
    edns: offer EDNS(0), 1232 octets
    cookies: send DNS cookies (RFC 7873); needs edns
    randomize_case: 0x20 letter case in questions, PTR exempt
    share: of each server's cap, where others ask the same servers beside us; over 0, at most 1

    Raises ConfigurationError for values that mean nothing; zero never means for ever.
    """

    servers: tuple[ServerAddress, ...]
    timeout: float | None = None
    lifetime: float = 10.0
    tries: int = 8
    in_flight: int | None = None
    rate: float | None = None
    rate_per_server: float | None = None
    tcp: bool = False
    edns: bool = True
    cookies: bool = True
    randomize_case: bool = False
    share: float = 1.0

    def __post_init__(self) -> None:
        if not self.servers:
            raise ConfigurationError("no server to ask: give one with servers=")
        for label in ("timeout", "lifetime", "rate", "rate_per_server", "share"):
            value = getattr(self, label)
            if value is None and label not in ("lifetime", "share"):
                continue
            if not (isinstance(value, Real) and isfinite(value) and float(value) > 0):
                raise ConfigurationError(f"{label} must be a positive number, not {value!r}")
        for label in ("tries", "in_flight"):
            value = getattr(self, label)
            if value is None and label != "tries":
                continue
            if not (isinstance(value, Integral) and int(value) >= 1):
                raise ConfigurationError(f"{label} must be a whole number, at least 1, not {value!r}")
