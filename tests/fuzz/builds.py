"""The plain .py sources beside the build under test, so that one process can compare the two.

The installed package is imported as ``dnsburst``, compiled or not; the .py files in its directory once more, under the
name ``pure_dnsburst``, where no extension module is looked for.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

import dnsburst
from dnsburst._wire.message import FLAG_QR, FLAG_TC, OPCODE_MASK

_PURE = "pure_dnsburst"
_SOURCES = Path(dnsburst.__file__).parent


class _SourceFinder(MetaPathFinder):
    """Finds ``pure_dnsburst`` and what is in it, as .py files and nothing else."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        package, *inside = fullname.split(".")
        if package != _PURE:
            return None
        directory = _SOURCES.joinpath(*inside)
        is_package = directory.is_dir()
        file = directory / "__init__.py" if is_package else directory.with_suffix(".py")
        if not file.exists():
            return None
        return importlib.util.spec_from_file_location(
            fullname,
            file,
            loader=SourceFileLoader(fullname, str(file)),
            submodule_search_locations=[str(directory)] if is_package else None,
        )


sys.meta_path.insert(0, _SourceFinder())


class Build:
    """The modules of one build that read what comes from the wire."""

    def __init__(self, package: str) -> None:
        self.package = package
        self.message: Any = importlib.import_module(f"{package}._wire.message")
        self.name: Any = importlib.import_module(f"{package}._wire.name")
        self.rdata: Any = importlib.import_module(f"{package}._wire.rdata")
        self.answer: Any = importlib.import_module(f"{package}._engine.answer")
        self.exchange: Any = importlib.import_module(f"{package}._engine.exchange")
        self.options: Any = importlib.import_module(f"{package}._engine.options")
        self.address: Any = importlib.import_module(f"{package}._engine.address")
        self.malformed: type[Exception] = importlib.import_module(f"{package}.errors").MalformedMessage

    def outcome(self, data: bytes) -> tuple[Any, ...]:
        """All that reading ``data`` gives: sections, text, meaning; or why it cannot be read."""
        try:
            message = self.message.decode(data)
        except self.malformed as error:
            return ("malformed", str(error))
        self._check_sole_answer(data, message)
        self._check_sole_error(data, message)
        sections = tuple(
            tuple([self._record(rr) for rr in section])
            for section in (message.answers, message.authority, message.additional)
        )
        return (
            message.id,
            message.flags,
            message.rcode,
            message.question,
            sections,
            message.edns_version,
            message.edns_size,
            message.cookie,
            message.errors,
            message.note,
            self._meaning(message),
        )

    def _check_sole_answer(self, data: bytes, message: Any) -> None:
        """The quick way to read a reply must not see anything else in it than the thorough one."""
        asked = message.question
        if not asked:
            return
        rr = self.message.sole_answer(data, asked, asked[:-4], int.from_bytes(asked[-4:-2], "big"))
        if rr is not None:
            assert data[12 : 12 + len(asked)] == asked
            assert message.flags & (FLAG_QR | OPCODE_MASK | FLAG_TC) == FLAG_QR
            assert rr.text in (None, self.rdata.to_text(rr.rdtype, rr.rdata))
            found = (rr.name, rr.rdtype, rr.rdclass, rr.ttl, rr.rdata)
            assert [found] == [(rr.name, rr.rdtype, rr.rdclass, rr.ttl, rr.rdata) for rr in message.answers]
            seen = (message.rcode, message.authority, message.cookie, message.errors, message.note)
            assert seen == (0, [], b"", None, None)
            meaning = ("NOERROR", min(rr.ttl, 86400), rr.name, None, True, (found[:2] + found[4:],))
            assert self._meaning(message) == meaning

    def _check_sole_error(self, data: bytes, message: Any) -> None:
        """Nor in an error."""
        asked = message.question
        rcode = self.message.sole_error(data, asked) if asked else 0
        if rcode:
            assert message.flags & (FLAG_QR | OPCODE_MASK | FLAG_TC) == FLAG_QR
            assert not message.answers
            assert rcode not in (0, 3)
            seen = (message.rcode, message.authority, message.cookie, message.errors, message.note)
            assert seen == (rcode, [], b"", None, None)

    def _record(self, rr: Any) -> tuple[Any, ...]:
        text = self.rdata.to_text(rr.rdtype, rr.rdata)
        assert text.isascii(), text
        assert text.isprintable(), text
        data = self.rdata.to_data(rr.rdtype, rr.rdata)
        return (self.name.to_text(rr.name), rr.name, rr.rdtype, rr.rdclass, rr.ttl, rr.rdata, text, repr(data))

    def _meaning(self, message: Any) -> tuple[Any, ...]:
        asked = message.question
        if not asked:
            return ()
        answer = self.answer.interpret(message, asked[:-4], int.from_bytes(asked[-4:-2], "big"))
        records = tuple([(rr.name, rr.rdtype, rr.rdata) for rr in answer.records])
        return (answer.status, answer.ttl, answer.canonical_name, answer.error, answer.settled, records)


INSTALLED = Build("dnsburst")
PURE = Build(_PURE)
