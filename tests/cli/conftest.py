"""The command run inside the test process, with the library's answers made up."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result

from dnsburst.cli.main import cli

from .made_up import Invoke, Library


@pytest.fixture
def invoke() -> Invoke:
    """``invoke("lookup", "a.example")`` runs the command line: exit_code, stdout, stderr."""

    def run(*arguments: str) -> Result:
        result = CliRunner().invoke(cli, arguments)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return run


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Library:
    made_up = Library()
    monkeypatch.setattr("dnsburst.blocking.query_many", made_up.query_many)
    return made_up
