"""Files and functions are short, and named after what they hold."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tools.lint.size import FILE_LINES, FUNCTION_LINES, empty_name, file_size, function_size

Lines = Callable[..., list[int]]


@pytest.mark.parametrize("path", ["src/curbledger/wire/views.sql", "tests/wire/test_collect.py", "tools/demo.py"])
def test_a_file_may_have_so_many_lines_and_no_more(lines_found: Lines, path: str) -> None:
    assert lines_found(file_size, path, "x\n" * FILE_LINES) == []
    assert lines_found(file_size, path, "x\n" * (FILE_LINES + 1)) == [FILE_LINES + 1]


def test_a_migration_is_as_long_as_what_it_moves(lines_found: Lines) -> None:
    path = "src/curbledger/clients/migrations/0001_initial.py"
    text = "def forwards():\n" + "    pass\n" * FILE_LINES

    assert lines_found(file_size, path, text) == []
    assert lines_found(function_size, path, text) == []


def test_a_function_may_have_so_many_lines_and_no_more(lines_found: Lines) -> None:
    path = "src/curbledger/placements/claim.py"
    body = "    pass\n"

    assert lines_found(function_size, path, "def f():\n" + body * (FUNCTION_LINES - 1)) == []
    assert lines_found(function_size, path, "def f():\n" + body * FUNCTION_LINES) == [1]
    assert lines_found(function_size, path, "class C:\n  async def f():\n" + body * FUNCTION_LINES) == [2]


def test_functions_outside_the_package_are_as_long_as_they_need(lines_found: Lines) -> None:
    text = "def f():\n" + "    pass\n" * FUNCTION_LINES

    assert lines_found(function_size, "tests/stories/test_a_year.py", text) == []


@pytest.mark.parametrize(
    "path",
    ["src/curbledger/wire/utils.py", "src/curbledger/misc/plate.py", "tests/helpers.py", "tools/services/run.py"],
)
def test_a_name_that_says_nothing_is_found(lines_found: Lines, path: str) -> None:
    assert lines_found(empty_name, path, "") == [1]


@pytest.mark.parametrize("path", ["src/curbledger/kit/plates.py", "tests/wire/test_service_date.py"])
def test_a_name_that_says_something_is_fine(lines_found: Lines, path: str) -> None:
    assert lines_found(empty_name, path, "") == []
