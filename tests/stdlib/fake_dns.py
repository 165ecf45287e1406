"""DNS out of a table, for tests that need neither server nor network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dnsburst._io.resolvconf import ResolvConf
from dnsburst._io.system import SystemFiles
from dnsburst.result import Record, Result


class FakeDNS:
    """Answers from a table, and notes what it was asked.

    table: by (name, type) the texts of the records, or a status and perhaps, after a space, the error. What it does not
        hold is NODATA where it has the name, else NXDOMAIN.
    aliases: name -> target
    """

    def __init__(self, table: dict[tuple[str, str], list[str] | str], aliases: dict[str, str] | None = None) -> None:
        self.table = table
        self.aliases = aliases or {}
        self.asked: list[tuple[str, str]] = []
        self.confs: list[ResolvConf] = []

    def __call__(self, questions: Sequence[tuple[str, str]], conf: ResolvConf) -> list[Result]:
        self.confs.append(conf)
        return [self._answer(name, rdtype) for name, rdtype in questions]

    def _answer(self, name: str, rdtype: str) -> Result:
        self.asked.append((name, rdtype))
        owner = name.rstrip(".").lower()
        if rdtype == "CNAME":
            return self._result(name, rdtype, [self.aliases[owner]], owner)
        while owner in self.aliases:
            owner = self.aliases[owner].lower()
        found = self.table.get((owner, rdtype))
        if found is None:
            found = "NODATA" if any(known == owner for known, _ in self.table) else "NXDOMAIN"
        return self._result(name, rdtype, found, owner)

    def _result(self, name: str, rdtype: str, found: list[str] | str, owner: str) -> Result:
        if isinstance(found, str):
            status, _, error = found.partition(" ")
            return Result(name, rdtype, status, canonical_name=owner, error=error or None)
        records = tuple(Record(owner, rdtype, 60, text, text) for text in found)
        return Result(name, rdtype, "NOERROR", records, 60, canonical_name=owner)


def system_files(directory: Path, **texts: str) -> SystemFiles:
    """System files with these texts; those not given are not there."""
    paths = {}
    for name in ("resolv_conf", "hosts_file", "nsswitch_conf", "host_conf", "gai_conf"):
        path = directory / name
        paths[name] = str(path)
        if name in texts:
            path.write_text(texts[name])
    return SystemFiles(**paths)
