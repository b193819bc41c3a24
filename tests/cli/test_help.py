"""Whoever types a command wrongly, or not at all, is told what there is."""

from __future__ import annotations

import re

import pytest

from curbledger import __version__
from tests.cli.typing_in import one_line, refused, typed
from tests.docs.papers import commands

COMMANDS = {name: command for name, command in commands().items() if name}
GROUPS = sorted({name.split()[0] for name in COMMANDS if " " in name})


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_what_it_does(name: str) -> None:
    help_text = one_line(typed(*name.split(), "--help").stdout)
    assert one_line(COMMANDS[name].help.split("\n\n")[0]) in help_text


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_and_argument_says_what_it_is(name: str) -> None:
    shown = one_line(typed(*name.split(), "-h").stdout)
    for parameter in COMMANDS[name].params:
        assert parameter.help, f"{name}: {parameter.name} has no help"
        assert parameter.help.split()[0] in shown


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_alone_lists_its_commands(group: str) -> None:
    result = typed(group, expect=2)
    for name in COMMANDS:
        if name.startswith(f"{group} "):
            assert name.split()[1] in result.output


def test_the_program_alone_lists_its_commands() -> None:
    result = typed(expect=2)
    assert all(name.split()[0] in result.output for name in COMMANDS)


@pytest.mark.parametrize("arguments", [["nonsense"], ["client", "nonsense"], ["serve", "--nonsense"], ["explain"]])
def test_wrong_usage_ends_with_2(arguments: list[str]) -> None:
    assert refused(*arguments, expect=2).startswith("Usage: ")


@pytest.mark.parametrize("name", [name for name in COMMANDS if any(p.required for p in COMMANDS[name].params)])
def test_what_is_missing_is_named(name: str) -> None:
    assert re.search(r"Missing (argument|option) '[^']+'", refused(*name.split(), expect=2))


def test_the_version_is_shown() -> None:
    assert typed("--version").stdout == f"curbledger {__version__}\n"
