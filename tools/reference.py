"""The reference pages, one for each public module, out of its docstrings: ``python tools/reference.py DIRECTORY``.

Nothing is written, and the exit status is 1, where a public name has no docstring, or a docstring names what is not
there: ``dnsburst.…``, ``Class.attribute`` of one of ours, or a class behind "Raises". Needs pdoc to write.
"""

from __future__ import annotations

import builtins
import importlib
import inspect
import pkgutil
import re
import sys
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, get_type_hints

if __name__ == "__main__":  # compiled modules say less of themselves
    sys.path.insert(0, str(Path(__file__).parents[1] / "src"))

import dnsburst

#: Importable, and yet no library: the command, what it runs, and its data.
_NO_LIBRARY = {"bulk", "cli", "compare", "data", "demo"}

_QUOTED = re.compile(r"``([A-Za-z_][\w.]*)(?:\(\))?``")
_RAISES = re.compile(r"\bRaises? ([^.]*(?:\.\w[^.]*)*)")
_CLASS = re.compile(r"(?:^|[,;]\s+(?:and\s+|or\s+)?|and\s+|or\s+)((?:[a-z]\w*\.)*[A-Z][A-Za-z]*[a-z][A-Za-z]*)\b")
_PARAMETER = re.compile(r"([a-z_]+(?:, [a-z_]+)*): ")


def public_modules() -> list[str]:
    """The package, and every module in it that is for programs to import."""
    found = [module.name for module in pkgutil.iter_modules(dnsburst.__path__)]
    return ["dnsburst", *(f"dnsburst.{name}" for name in found if name[0] != "_" and name not in _NO_LIBRARY)]


def members(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """Dotted name and value of the module itself, its public functions and classes, and the public members of these."""
    yield module.__name__, module
    names = getattr(module, "__all__", None)
    for name in names if names is not None else vars(module):
        value = getattr(module, name)
        if not (inspect.isclass(value) or inspect.isroutine(value)) or name.startswith("_"):
            continue
        if names is None and value.__module__ != module.__name__:
            continue  # imported for use here
        yield f"{module.__name__}.{name}", value
        if inspect.isclass(value):
            for member, inside in vars(value).items():
                if not member.startswith("_") and _is_documented_by_hand(inside):
                    yield f"{module.__name__}.{name}.{member}", inside


def problems(modules: list[str]) -> list[str]:
    """A line for each docstring that is missing, and each that names what is not there."""
    found: list[str] = []
    for name in modules:
        module = importlib.import_module(name)
        for where, value in members(module):
            docstring = inspect.getdoc(value) if value is not module else module.__doc__
            if not docstring or not docstring.strip():
                found.append(f"{where}: no docstring")
                continue
            for reference in _references(docstring):
                if not _leads_somewhere(reference, (module, inspect.getmodule(value), dnsburst, builtins)):
                    found.append(f"{where}: there is no {reference}")
    return found


def main(directory: Path) -> int:
    """Write the pages; returns the exit status."""
    modules = public_modules()
    found = problems(modules)
    for line in found:
        print(line, file=sys.stderr)
    if found:
        return 1
    import pdoc
    import pdoc.docstrings

    for name in modules:
        for _, value in members(importlib.import_module(name)):
            if hasattr(value, "_fields"):  # pdoc looks for the names of its annotations in the wrong module
                value.__new__.__annotations__.update(get_type_hints(value))
    convert = pdoc.docstrings.convert
    pdoc.docstrings.convert = lambda text, *others: convert(_with_lists(text), *others)
    pdoc.render.configure(show_source=False, footer_text=f"dnsburst {dnsburst.__version__}")
    pdoc.pdoc(*modules, output_directory=directory)
    for name in modules:
        page = directory / (name.replace(".", "/") + ".html")
        if not page.exists():
            print(f"{page}: not written", file=sys.stderr)
            return 1
    print(f"{len(modules)} pages: {directory / 'index.html'}")
    return 0


def _is_documented_by_hand(member: object) -> bool:
    kinds = (property, cached_property, classmethod, staticmethod)
    return inspect.isroutine(member) or inspect.isclass(member) or isinstance(member, kinds)


def _references(docstring: str) -> Iterator[str]:
    """What a docstring says is there: dotted names in double backticks, and classes that are raised."""
    prose = "\n".join(line for line in docstring.splitlines() if not line.lstrip().startswith((">>>", "...")))
    for reference in _QUOTED.findall(prose):
        first, dot, _ = reference.partition(".")
        if dot and (first == "dnsburst" or first[0].isupper()):
            yield reference
    for sentence in _RAISES.findall(prose):
        yield from _CLASS.findall(sentence)


def _leads_somewhere(reference: str, starts: Iterable[ModuleType | None]) -> bool:
    """Whether a dotted name can be followed, from one of the modules or from the one it names."""
    parts = reference.split(".")
    for start in starts:
        value: Any = start
        for part in parts[1:] if parts[0] == "dnsburst" else parts:
            value = getattr(value, part, None) or _submodule(value, part)
        if value is not None:
            return True
    try:
        return hasattr(importlib.import_module(".".join(parts[:-1])), parts[-1])
    except (ImportError, ValueError):
        return False


def _submodule(parent: object, name: str) -> ModuleType | None:
    if not isinstance(parent, ModuleType):
        return None
    try:
        return importlib.import_module(f"{parent.__name__}.{name}")
    except ImportError:
        return None


def _with_lists(docstring: str) -> str:
    """``name: what it is`` lines as a Markdown list."""
    lines: list[str] = []
    for line in docstring.splitlines():
        match = _PARAMETER.match(line)
        if match:
            if lines and lines[-1].strip() and not lines[-1].startswith(("- ", " ")):
                lines.append("")
            line = f"- `{match[1]}`: {line[match.end() :]}"
        lines.append(line)
    return "\n".join(lines)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1])))
