"""Results made up, and a library that answers with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from click.testing import Result

from dnsburst.result import Record
from dnsburst.result import Result as Lookup

Invoke = Callable[..., Result]


def lookup_of(name: str, rdtype: str = "A", status: str = "NOERROR", *texts: str, **more: Any) -> Lookup:
    """A result with a record for each of ``texts``."""
    owner = more.get("canonical_name") or name
    records = tuple(Record(owner, rdtype, 300, text, text) for text in texts)
    settings: dict[str, Any] = {"ttl": 300, "server": "127.0.0.1:53", "rtt": 0.0125, "tries": 1} | more
    return Lookup(name, rdtype, status, records, **settings)


@dataclass
class Library:
    """In place of dnsburst.blocking.query_many: what it was asked, and what it answers."""

    answers: Mapping[str, Lookup] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    error: BaseException | None = None

    def query_many(self, questions: Iterable[tuple[str, str]], **settings: Any) -> list[Lookup]:
        self.asked += questions
        self.settings = settings
        if self.error is not None:
            raise self.error
        return [
            self.answers.get(name) or lookup_of(name, rdtype, "NOERROR", "192.0.2.1") for name, rdtype in self.asked
        ]
