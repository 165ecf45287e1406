"""The compiled modules; everything else about the package is in pyproject.toml.

A module under src/ with a .pxd of its own name beside it is compiled, from its .py or its .pyx. A .pyx without one
calls Linux itself and is compiled there only.
All of them or none: they call each other in C.

    SKIP_CYTHON=1      compile nothing
    REQUIRE_CYTHON=1   fail where a module does not compile, be it Cython's step or the C compiler's
    neither            compile; where that fails, say so in one line and install the plain Python modules
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Set
from pathlib import Path
from textwrap import shorten

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

JOBS = min(os.cpu_count() or 1, 8)
# The .pxd decides what is typed in C; an annotation is for the reader and for mypy.
DIRECTIVES = {"language_level": "3", "freethreading_compatible": True, "annotation_typing": False}
FLAGS = [] if os.name == "nt" else ["-O3", "-g0"]


def compiled_modules() -> Iterator[Extension]:
    """One Extension for each module to compile."""
    sources = [pxd.with_suffix(".py") for pxd in Path("src").rglob("*.pxd") if pxd.with_suffix(".py").exists()]
    for pyx in Path("src").rglob("*.pyx"):
        if sys.platform == "linux" or pyx.with_suffix(".pxd").exists():
            sources.append(pyx)
    for source in sorted(sources):
        name = ".".join(source.relative_to("src").with_suffix("").parts)
        yield Extension(name, [source.as_posix()], extra_compile_args=FLAGS)


def asked(variable: str) -> bool:
    """True where the environment variable is set to anything but 0."""
    return os.environ.get(variable, "0") not in ("", "0")


class BuildAllOrNone(build_ext):
    """build_ext whose Cython step runs when the modules are built, and which leaves nothing behind when one fails."""

    def finalize_options(self) -> None:
        super().finalize_options()
        self.parallel = self.parallel or JOBS

    def run(self) -> None:
        in_place = self.inplace
        try:
            self.remove(keep={self.built_file(extension) for extension in self.extensions})
            self.translate()
            super().run()
        except Exception as error:
            self.remove()
            if in_place:
                for extension in self.extensions:
                    Path("src", self.get_ext_filename(extension.name)).unlink(missing_ok=True)
            if asked("REQUIRE_CYTHON"):
                raise
            self.extensions = []
            reason = shorten(f"{type(error).__name__}: {error}", 120, placeholder=" …")
            print(f"dnsburst: not compiled, plain Python is installed ({reason})", file=sys.stderr)
        else:
            print(f"dnsburst: compiled {len(self.extensions)} modules", file=sys.stderr)

    def translate(self) -> None:
        """Let Cython write the C source of every module, under build/, and make that its source."""
        from Cython.Build import cythonize

        translated = cythonize(self.extensions, nthreads=JOBS, build_dir="build/cython", compiler_directives=DIRECTIVES)
        sources = {extension.name: extension.sources for extension in translated}
        for extension in self.extensions:
            extension.sources = sources[extension.name]

    def built_file(self, extension: Extension) -> Path:
        """Where the compiled module goes under build_lib."""
        return Path(self.build_lib, self.get_ext_filename(extension.name))

    def remove(self, keep: Set[Path] = frozenset()) -> None:
        """Remove the compiled modules that this build or an earlier one left in build_lib, except those named."""
        for pattern in ("*.so", "*.pyd"):
            for built in Path(self.build_lib).rglob(pattern):
                if built not in keep:
                    built.unlink()


if __name__ == "__main__":
    setup(
        ext_modules=[] if asked("SKIP_CYTHON") else list(compiled_modules()),
        cmdclass={"build_ext": BuildAllOrNone},
    )
