"""Who looked at whose personal data, when and for what. Rows are added, and never changed or taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from curbledger.database.fields import ClientForeignKey
from curbledger.database.owned import ClientOwned

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from curbledger.clients.client import Client

# A profile; a line in a list; a ticket with its person; a notice; letters that were printed; a batch's records; an
# entry of the audit.
LOOKS = ("profile", "list", "ticket", "notice", "letters", "batch", "audit")


class PersonalDataAccess(ClientOwned):
    """One look of one member of staff at one person. The database refuses to change it (registry.sql)."""

    person = ClientForeignKey("registry.Person")
    seen_by = models.CharField(max_length=254)
    # What was shown, as in LOOKS.
    what = models.CharField(max_length=20)
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "personal_data_access"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(what__in=LOOKS),
                name="personal_data_access_is_of_something",
            ),
        )
        indexes = (models.Index("client", "person", "id", name="personal_data_access_by_person"),)

    def __str__(self) -> str:
        return f"{self.seen_by}: {self.what} of person {self.person_id}"


def note_looks(client: Client, person_ids: Iterable[int | None], *, what: str, by: str, at: datetime) -> None:
    """Write down that somebody is shown these people. In the client's scope, which also shows them: both or neither."""
    people = dict.fromkeys(one for one in person_ids if one is not None)
    PersonalDataAccess.objects.bulk_create(
        [PersonalDataAccess(client_id=client.pk, person_id=one, what=what, seen_by=by, seen_at=at) for one in people],
        batch_size=1000,
    )
