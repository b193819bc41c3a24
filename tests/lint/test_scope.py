"""The client is set, and transactions are opened, in one place."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tools.lint.scope import scope

Lines = Callable[..., list[int]]
DOMAIN = "src/curbledger/placements/claim.py"


@pytest.mark.parametrize(
    "text",
    [
        "from django.db import transaction\nwith transaction.atomic(): pass",
        "from django.db import transaction\n@transaction.atomic\ndef claim(): pass",
        "from django.db.transaction import atomic as together\nwith together(): pass",
        "from django.db import transaction\ntransaction.set_autocommit(False)",
        "sql = (\n    \"SELECT set_config('curbledger.client_id', '1', true)\")",
        "name = f'{x}' \\\n  'SET LOCAL curbledger.client_id = 1'",
    ],
)
def test_a_scope_of_ones_own_is_found(lines_found: Lines, text: str) -> None:
    found = lines_found(scope, DOMAIN, text)

    assert len(found) == 1
    assert found[0] in {1, 2}


@pytest.mark.parametrize(
    "text",
    [
        "from curbledger.database.scope import client_scope\nwith client_scope(1): pass",
        '"""Runs where curbledger.client_id is set."""',
        "from django.db import transaction\ntransaction.on_commit(done)",
        "from curbledger.clients.client import Client\nClient.client_id",
    ],
)
def test_what_takes_the_scope_is_fine(lines_found: Lines, text: str) -> None:
    assert lines_found(scope, DOMAIN, text) == []


def test_a_reason_on_the_line_allows_it(lines_found: Lines) -> None:
    text = """
        from django.db import transaction

        with transaction.atomic():  # scope: global tables only
            pass
        with transaction.atomic():
            pass
    """

    assert lines_found(scope, DOMAIN, text) == [5]


def test_sql_files_are_read_too(lines_found: Lines) -> None:
    text = """
        -- name: a
        -- Says set_config(...) in a remark.
        SELECT set_config('x', 'y', true);
        SELECT current_setting('curbledger.client_id');
        SELECT current_setting('curbledger.client_id'); -- scope: a trigger has no other way
    """

    assert lines_found(scope, "src/curbledger/violations/triggers.sql", text) == [3, 4]


@pytest.mark.parametrize("path", ["src/curbledger/database/scope.py", "tests/isolation/test_scope.py"])
def test_the_database_package_and_tests_may(lines_found: Lines, path: str) -> None:
    assert lines_found(scope, path, "sql = \"SELECT set_config('curbledger.client_id', '', true)\"") == []
