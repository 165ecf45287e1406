"""The ``dnsburst`` command: one file per subcommand, each imported only when it is called."""

from __future__ import annotations

import gc
import os
import sys
from typing import NoReturn


def run() -> NoReturn:
    """The entry point of the ``dnsburst`` script: runs the command line and ends the process with its exit status."""
    # A run makes many objects and few cycles: look for those less often.
    gc.set_threshold(200_000, 20, 50)
    try:
        from .main import main

        status = main()
    except KeyboardInterrupt:
        # Ctrl-C while the modules are still being loaded.
        status = 130
    try:
        if sys.stderr is not None:
            sys.stderr.flush()
    except OSError:
        pass  # nobody is left to tell
    # Taking apart all that a run remembers, object by object, would take longer than many a run.
    os._exit(status)
