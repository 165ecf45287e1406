"""Why a run of bulk cannot start or go on."""

from __future__ import annotations

from ..errors import DNSError


class TableError(DNSError):
    """The input or the output cannot be used; the message names it, and the line where there is one."""


class ChoiceError(DNSError, ValueError):
    """What was asked for does not fit the input or the output: another option is needed."""
