"""What a person sends twice happens once: each form carries a key, and the database lets each key in once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection, models

from curbledger.database.owned import ClientOwned
from curbledger.errors import Conflict
from curbledger.kit import sql

if TYPE_CHECKING:
    import uuid
    from datetime import datetime

    from curbledger.clients.client import Client

# Longer than any form is good for, or a key could come again after nobody remembers it.
REMEMBERED = timedelta(days=3)
_QUERIES = sql.load("curbledger.clients", "once.sql")


class DoneAlready(Conflict):
    """This was done already; it was not done again."""

    code = "done_already"


class SpentKey(ClientOwned):
    """The key of a form that was acted upon."""

    key = models.UUIDField()
    spent_at = models.DateTimeField()
    spent_by = models.CharField(max_length=254)

    class Meta:
        db_table = "spent_key"
        constraints = (models.UniqueConstraint("client", "key", name="spent_key_is_unique"),)
        indexes = (models.Index("client", "spent_at", name="spent_key_by_age"),)

    def __str__(self) -> str:
        return str(self.key)


def spend(client: Client, key: uuid.UUID, *, at: datetime, by: str) -> None:
    """Use up the key, in the transaction of what it is for. In the client's scope. Raises DoneAlready.

    A second click waits here for the first one's transaction: it is refused if that commits, and does the work if
    that fails.
    """
    with connection.cursor() as cursor:
        cursor.execute(_QUERIES["forget"], {"before": at - REMEMBERED})
        cursor.execute(_QUERIES["spend"], {"client": client.pk, "key": key, "at": at, "by": by})
        if cursor.rowcount == 0:
            raise DoneAlready
