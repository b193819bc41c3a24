"""Commands as a person types them, in this process."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from typer.testing import CliRunner

from curbledger.cli.app import app

if TYPE_CHECKING:
    from typer.testing import Result

_DECORATION = re.compile(r"\x1b\[[0-9;]*m|[│╭╮╰╯─]")


def typed(*arguments: str, expect: int = 0, **options: Any) -> Result:
    """Run a command. Its exit code is asserted; an error that no person could read is raised."""
    result = CliRunner().invoke(app, list(arguments), catch_exceptions=False, **options)
    assert result.exit_code == expect, result.output
    return result


def refused(*arguments: str, expect: int = 1) -> str:
    """What a command says when it is refused: one clear line for 1, the usage for 2, and nothing on standard output."""
    result = typed(*arguments, expect=expect)
    assert result.stdout == ""
    said = result.stderr.strip()
    assert "Traceback" not in said
    if expect == 1:
        assert said.startswith("Error: ")
        assert "\n" not in said
        return said.removeprefix("Error: ")
    return one_line(said)


def one_line(text: str) -> str:
    """A framed and wrapped message as one line."""
    return " ".join(_DECORATION.sub(" ", text).split())
