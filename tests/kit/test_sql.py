"""The loader of SQL files takes what is well formed and says what is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.resources import files
from itertools import count
from pathlib import Path

import pytest

import curbledger
from curbledger.kit import sql

Loader = Callable[[str], "dict[str, str]"]
_numbers = count()


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Loader]:
    """Writes a text into a package of its own and loads it."""
    package = f"sql_of_a_test_{next(_numbers)}"
    (tmp_path / package).mkdir()
    (tmp_path / package / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))

    def from_text(text: str) -> dict[str, str]:
        (tmp_path / package / "queries.sql").write_text(text, encoding="utf-8")
        sql.load.cache_clear()
        return dict(sql.load(package, "queries.sql"))

    yield from_text
    sql.load.cache_clear()


def test_queries_come_by_name_without_their_comments(load: Loader) -> None:
    queries = load(
        "-- What this file is about.\n"
        "\n"
        "-- name: first\n"
        "-- Why it is there.\n"
        "SELECT 1\n"
        "    -- a remark\n"
        "    + 2; -- stays\n"
        "\n"
        "--  name:  second  \n"
        "-- The other one.\n"
        "SELECT 'a\n"
        "\n"
        "b';\n"
    )

    assert queries == {"first": "SELECT 1\n    + 2; -- stays", "second": "SELECT 'a\n\nb';"}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "names no query"),
        ("SELECT 1;\n", "names no query"),
        ("SELECT 1;\n-- name: a\n-- Why.\nSELECT 2;\n", "SQL before the first name"),
        ("-- name: a\nSELECT 1;\n", "query a has no description"),
        ("-- name: a\n", "query a has no description"),
        ("-- name: a\n-- Why.\n", "query a has no statement"),
        ("-- name: a\n-- Why.\nSELECT 1;\n-- name: a\n-- Why.\nSELECT 2;\n", "query a is there twice"),
        # Without this check, `b-c` would be a comment of `a`, which would be both statements.
        ("-- name: a\n-- Why.\nSELECT 1;\n-- name: b-c\n-- Why.\nSELECT 2;\n", "'b-c' is not a name"),
        ("-- name:\n-- Why.\nSELECT 1;\n", "'' is not a name"),
    ],
)
def test_a_malformed_file_is_refused(load: Loader, text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        load(text)


def test_queries_cannot_be_changed_by_who_reads_them() -> None:
    queries = sql.load("curbledger.registry", "registry.sql")

    with pytest.raises(TypeError):
        queries["x"] = "SELECT 1"  # type: ignore[index]  # the point


def test_every_sql_file_of_the_package_is_well_formed() -> None:
    root = Path(str(files(curbledger)))
    faults: list[str] = []
    for path in sorted(root.rglob("*.sql")):
        package = ".".join(("curbledger", *path.parent.relative_to(root).parts))
        try:
            sql.load(package, path.name)
        except ValueError as error:
            faults.append(str(error))

    assert faults == []
