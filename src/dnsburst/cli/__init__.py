"""The ``dnsburst`` command: one file per subcommand, each imported only when it is called."""

from __future__ import annotations


def run() -> int:
    """The entry point of the ``dnsburst`` script: runs the command line, gives back the exit status."""
    try:
        from .main import main

        return main()
    except KeyboardInterrupt:
        # Ctrl-C while the modules are still being loaded.
        return 130
