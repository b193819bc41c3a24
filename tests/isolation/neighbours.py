"""Two clients who must never see each other, and a connection without Django in between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

if TYPE_CHECKING:
    from curbledger.clients.client import Client


@dataclass(frozen=True)
class Neighbours:
    """Us and them, and the id of a row of each in every table."""

    us: Client
    them: Client
    ours: dict[str, int]
    theirs: dict[str, int]


class Bound:
    """A connection as the role that row-level security binds, without Django in between."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection

    def enter(self, client: Client | None) -> None:
        """Say whose rows this transaction is about."""
        value = "" if client is None else str(client.pk)
        self.connection.execute("SELECT set_config('curbledger.client_id', %s, true)", [value])

    def rows(self, statement: str, *parameters: Any) -> list[Any]:
        """What a statement finds."""
        return self.connection.execute(statement, parameters).fetchall()

    def count(self, statement: str, *parameters: Any) -> int:
        """How many rows a statement touches."""
        return self.connection.execute(statement, parameters).rowcount

    def refuses(self, error: type[psycopg.Error], statement: str, *parameters: Any) -> psycopg.Error:
        """Assert that a statement fails, and how; the transaction goes on."""
        with pytest.raises(error) as refused, self.connection.transaction():
            self.connection.execute(statement, parameters)
        return refused.value
