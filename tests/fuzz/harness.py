"""Runs one fuzz target: the seeds as its first corpus, what it learns kept under build/, new finds beside the old ones."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from types import FunctionType

import atheris

from tests.fuzz.builds import PURE

ROOT = Path(__file__).parents[2]
FINDS = Path(__file__).parent / "finds"


def run(one_input: Callable[[bytes], None], seeds: Iterable[bytes]) -> None:
    """Fuzz with libFuzzer's options from the command line; a find is written to tests/fuzz/finds/TARGET-HASH."""
    _instrument(PURE.package)
    target = Path(sys.argv[0]).stem
    corpus = ROOT / "build" / "fuzz" / target
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        (corpus / sha256(seed).hexdigest()[:16]).write_bytes(seed)
    FINDS.mkdir(exist_ok=True)
    options = [f"-artifact_prefix={FINDS}/{target}-", "-max_len=4096", "-timeout=5", "-verbosity=1", str(corpus)]
    atheris.Setup([*sys.argv, *options], one_input)
    atheris.Fuzz()


def _instrument(package: str) -> None:
    """Have the plain Python of ``package`` report which branches it takes; its extension modules could not."""
    PURE.rdata.to_text(52, b"")  # imports the types rarely met
    for function in gc.get_objects():
        if type(function) is FunctionType and str(function.__module__).startswith(package + "."):
            atheris.instrument_func(function)
