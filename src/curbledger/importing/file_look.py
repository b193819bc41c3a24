"""Who looked at the rows of which file, and when. Rows are added, and never changed or taken away.

The people in a file are nobody's yet, or are known by another number: such a look names the file, and not a person as
registry/access.py does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from curbledger.database.fields import ClientForeignKey
from curbledger.database.owned import ClientOwned

if TYPE_CHECKING:
    from datetime import datetime

    from curbledger.importing.file_import import FileImport

# The file's first rows; its first rejected rows; the list of all of those.
FILE_LOOKS = ("rows", "rejected", "list")


class FileLook(ClientOwned):
    """One look of one member of staff at rows of one file. The database refuses to change it."""

    file = ClientForeignKey("importing.FileImport")
    # What was shown, as in FILE_LOOKS.
    what = models.CharField(max_length=20)
    seen_by = models.CharField(max_length=254)
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "file_look"
        constraints = (
            models.CheckConstraint(condition=models.Q(what__in=FILE_LOOKS), name="file_look_is_of_something"),
        )
        indexes = (models.Index("client", "file", "id", name="file_look_by_file"),)

    def __str__(self) -> str:
        return f"{self.seen_by}: {self.what} of file {self.file_id}"


def note_file_look(one: FileImport, *, what: str, by: str, at: datetime) -> None:
    """Write down that somebody is shown rows of a file. In the client's scope, which also shows them."""
    FileLook.objects.create(client_id=one.client_id, file_id=one.pk, what=what, seen_by=by, seen_at=at)
