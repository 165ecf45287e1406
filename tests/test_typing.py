"""The public face is typed, and strictly: type checkers read typing_face.py and find nothing wrong."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import dnsburst

FACE = Path(__file__).with_name("typing_face.py")
SOURCES = Path(dnsburst.__file__).parents[1]


def check(command: list[str], directory: Path) -> None:
    """The command, run on the file, finds nothing."""
    environment = os.environ | {
        "MYPYPATH": str(SOURCES) if SOURCES.name == "src" else "",
        "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1",  # or it asks the network whether there is a newer one
    }
    done = subprocess.run(
        [*command, str(FACE)],
        cwd=directory,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    assert 0 == done.returncode, done.stdout


def test_it_says_that_it_is_typed() -> None:
    assert (SOURCES / "dnsburst" / "py.typed").exists()


@pytest.mark.timeout(300)
def test_mypy_strict(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    check([sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "--cache-dir", str(tmp_path)], tmp_path)


@pytest.mark.timeout(300)
def test_pyright(tmp_path: Path) -> None:
    program = shutil.which("pyright", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if program is None:
        pytest.skip("pyright is not installed")
    (tmp_path / "pyrightconfig.json").write_text(
        json.dumps({"extraPaths": [str(SOURCES)], "typeCheckingMode": "strict"}), encoding="utf-8"
    )
    check([program, "--pythonpath", sys.executable], tmp_path)
