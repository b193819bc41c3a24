"""The way to several databases stays open (docs/scaling.md): nothing of a client is decided across clients."""

from __future__ import annotations

import pytest

from tests.isolation.catalog import client_tables
from tests.isolation.neighbours import Bound

# A unique index may stand without a constraint, and a constraint never without an index.
UNIQUE = """
SELECT i.indexrelid::regclass::text,
       EXISTS (SELECT 1 FROM pg_attribute a
               WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey) AND a.attname = 'client_id')
FROM pg_index i
WHERE i.indrelid = %s::regclass AND i.indisunique
"""


@pytest.mark.parametrize("table", client_tables())
def test_every_unique_constraint_of_a_clients_table_contains_the_client(bound: Bound, table: str) -> None:
    found = dict(bound.rows(UNIQUE, table))
    assert found, "not even a primary key"
    assert all(found.values()), found
