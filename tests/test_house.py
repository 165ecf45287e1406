"""The house: which modules may import which, what is compiled, what is installed, what setup.py does when it cannot."""

from __future__ import annotations

import ast
import importlib
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

import dnsburst

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "src" / "dnsburst"
MODULES = sorted(SOURCES.rglob("*.py"))

# Lowest first: a module imports from its own layer and those before it.
LAYERS = (
    ("errors", "result", "_text"),
    ("_wire",),
    ("_engine",),
    ("_io",),
    (
        "resolver",
        "_awaits",
        "blocking",
        "stdlib",
        "cache",
        "configuration",
        "questions",
        "result_stream",
        "stream",
        "frame",
        "aiohttp",
        "rdata",
    ),
    ("bulk", "compare", "demo", "server", "_namespace"),
    ("cli", "__main__"),
)
SANS_IO = ("_wire", "_engine")
NEVER_SANS_IO = {"socket", "asyncio", "time", "select", "selectors", "ssl", "threading"}


def layer_of(top: str) -> int:
    for height, members in enumerate(LAYERS):
        if top in members:
            return height
    pytest.fail(f"dnsburst/{top} belongs to no layer: name it in LAYERS")


def runtime_imports(tree: ast.Module) -> Iterator[ast.Import | ast.ImportFrom]:
    """Every import statement but those for the type checker alone."""
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        todo.extend(ast.iter_child_nodes(node))


def imported(module: Path) -> Iterator[str]:
    """Dotted names of what a module imports; those of this package start with ``dnsburst.``."""
    package = ("dnsburst", *module.relative_to(SOURCES).parts[:-1])
    for node in runtime_imports(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif node.level == 0:
            yield node.module or ""
        else:
            base = package[: len(package) - node.level + 1]
            if node.module:
                yield ".".join((*base, node.module))
            else:
                yield from (".".join((*base, alias.name)) for alias in node.names)


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.relative_to(SOURCES).as_posix())
def test_arrows_go_down_only(module: Path) -> None:
    top = module.relative_to(SOURCES).parts[0].removesuffix(".py")
    if top == "__init__":
        return
    for name in imported(module):
        if name.startswith("dnsburst."):
            below = name.split(".")[1]
            if (SOURCES / below).is_dir() or (SOURCES / f"{below}.py").exists():  # else a name of the package itself
                assert layer_of(below) <= layer_of(top), f"{module} imports {name}"
        elif top in SANS_IO:
            assert name.split(".")[0] not in NEVER_SANS_IO, f"{module} imports {name}"


def compiled_sources() -> list[Path]:
    """What setup.py compiles on this system."""
    sources = [path.with_suffix(".py") for path in SOURCES.rglob("*.pxd") if path.with_suffix(".py").exists()]
    for pyx in SOURCES.rglob("*.pyx"):
        if sys.platform == "linux" or pyx.with_suffix(".pxd").exists():
            sources.append(pyx)
    return sorted(sources)


def test_all_or_none_is_compiled(build: str) -> None:
    if Path(dnsburst.__file__).is_relative_to(SOURCES):
        pytest.skip("run on the source tree, not on an installed build")
    for source in compiled_sources():
        name = ".".join(source.relative_to(SOURCES.parent).with_suffix("").parts)
        if build == "compiled":
            assert not (importlib.import_module(name).__file__ or "").endswith(".py"), name
        elif source.suffix == ".py":
            assert (importlib.import_module(name).__file__ or "").endswith(".py"), name
        else:
            with pytest.raises(ModuleNotFoundError):
                importlib.import_module(name)


def test_every_pxd_has_its_module() -> None:
    for pxd in SOURCES.rglob("*.pxd"):
        assert pxd.with_suffix(".py").exists() or pxd.with_suffix(".pyx").exists(), pxd


def test_every_package_is_installed() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found = {".".join(path.parent.relative_to(SOURCES.parent).parts) for path in MODULES}
    assert sorted(found | {"dnsburst.data"}) == settings["tool"]["setuptools"]["packages"]


def test_version_is_said_once_more_and_the_same() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert dnsburst.__version__ == settings["project"]["version"]
    if not Path(dnsburst.__file__).is_relative_to(SOURCES):
        assert version("dnsburst") == dnsburst.__version__


def test_what_an_installed_package_holds() -> None:
    home = Path(dnsburst.__file__).parent
    if home.is_relative_to(SOURCES):
        pytest.skip("run on the source tree, not on an installed build")
    assert (home / "py.typed").exists()
    assert sorted(path.name for path in (home / "data").iterdir()) == ["demo.zone", "visitors.csv"]
    assert not [path for suffix in ("pxd", "pyx", "c") for path in home.rglob(f"*.{suffix}")]


# ---- setup.py, on a package of two modules


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A source tree with this project's setup.py and one module to compile."""
    package = tmp_path / "src" / "dnsburst"
    package.mkdir(parents=True)
    (tmp_path / "setup.py").write_text((ROOT / "setup.py").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "dnsburst"\nversion = "0"\n', encoding="utf-8")
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "one.py").write_text("_int = int\n\ndef one(x: _int) -> _int:\n    return x\n", encoding="utf-8")
    (package / "one.pxd").write_text("cpdef unsigned int one(unsigned int x)\n", encoding="utf-8")
    return tmp_path


def run_setup(tree: Path, **environment: str) -> tuple[int, str, list[str]]:
    """Exit status, what was printed, and the compiled modules that ``setup.py build`` left."""
    kept = {key: value for key, value in os.environ.items() if key not in ("SKIP_CYTHON", "REQUIRE_CYTHON", "CC")}
    done = subprocess.run(
        [sys.executable, "setup.py", "build"],
        cwd=tree,
        env=kept | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    built = [path.name.split(".")[0] for path in (tree / "build").glob("lib*/**/*") if path.suffix in (".so", ".pyd")]
    return done.returncode, done.stdout, built


def test_skip_cython_compiles_nothing(tiny: Path) -> None:
    assert (0, []) == run_setup(tiny, SKIP_CYTHON="1")[::2]


def test_without_a_compiler_plain_python_is_built_and_nothing_compiled_is_left(tiny: Path) -> None:
    status, output, built = run_setup(tiny, CC="/nonexistent/cc")
    assert (0, []) == (status, built)
    assert 1 == output.count("dnsburst: not compiled, plain Python is installed")


def test_require_cython_fails_where_the_c_compiler_does(tiny: Path) -> None:
    status, _, built = run_setup(tiny, CC="/nonexistent/cc", REQUIRE_CYTHON="1")
    assert (True, []) == (status != 0, built)


def test_require_cython_fails_where_cython_does(tiny: Path) -> None:
    (tiny / "src" / "dnsburst" / "two.py").write_text("def two(x):\n    return x\n", encoding="utf-8")
    (tiny / "src" / "dnsburst" / "two.pxd").write_text("cpdef int two(int x, int y)\n", encoding="utf-8")
    status, _, built = run_setup(tiny, REQUIRE_CYTHON="1")
    assert (True, []) == (status != 0, built)


def test_one_module_that_fails_takes_the_others_with_it(tiny: Path, build: str) -> None:
    if build == "pure":
        pytest.skip("needs a C compiler; runs with the compiled build")
    assert (0, ["one"]) == run_setup(tiny)[::2]
    (tiny / "src" / "dnsburst" / "two.py").write_text("def two(x):\n    return x\n", encoding="utf-8")
    (tiny / "src" / "dnsburst" / "two.pxd").write_text("cpdef int two(int x, int y)\n", encoding="utf-8")
    assert (0, []) == run_setup(tiny)[::2]
