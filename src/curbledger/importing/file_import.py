"""One file that somebody brought to the pages, and how far it is."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from curbledger.database.owned import ClientOwned
from curbledger.importing.rejected import beside
from curbledger.importing.schema import Kind

if TYPE_CHECKING:
    from pathlib import Path


class State(models.TextChoices):
    """How far it is. `dry` on the row says whether the wait and the work are for a check or for the import itself."""

    UPLOADED = "uploaded"
    WAITING = "waiting"
    WORKING = "working"
    CHECKED = "checked"
    FAILED = "failed"
    DONE = "done"
    DROPPED = "dropped"


# What the queue has to do with.
UNDER_WAY = (State.WAITING, State.WORKING)
# What can be mapped anew.
OPEN = (State.UPLOADED, State.CHECKED, State.FAILED)


class FileImport(ClientOwned):
    """A file, its mapping, and what became of its rows.

    `attempt` is drawn anew by whoever works on it: who finds another one there was taken over, and undoes all it did.
    """

    uuid = models.UUIDField(default=uuid.uuid4)
    kind = models.CharField(max_length=20)
    file_name = models.CharField(max_length=255)
    size = models.BigIntegerField()
    uploaded_at = models.DateTimeField()
    uploaded_by = models.CharField(max_length=254)
    # TOML, as the command takes it; empty before anybody saved one.
    mapping = models.TextField(default="")
    state = models.CharField(max_length=10, default=State.UPLOADED)
    dry = models.BooleanField(default=True)
    asked_at = models.DateTimeField(null=True)
    asked_by = models.CharField(max_length=254, default="")
    attempt = models.UUIDField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    # Bytes of the file that were read.
    position = models.BigIntegerField(default=0)
    # The worker's last sign of life, on the database's clock.
    beat_at = models.DateTimeField(null=True)
    imported = models.PositiveIntegerField(null=True)
    already_there = models.PositiveIntegerField(null=True)
    rejected = models.PositiveIntegerField(null=True)
    not_utf8_from = models.PositiveIntegerField(null=True)
    fault = models.TextField(default="")
    ended_at = models.DateTimeField(null=True)
    file_erased_at = models.DateTimeField(null=True)
    rejected_erased_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "file_import"
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in Kind]), name="file_import_kind_is_known"
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="file_import_state_is_known"),
        )
        indexes = (
            models.Index("client", "id", name="file_import_under_way", condition=Q(state__in=UNDER_WAY)),
            # What still lies on the disk.
            models.Index("client", "id", name="file_import_with_files", condition=Q(rejected_erased_at__isnull=True)),
        )

    def __str__(self) -> str:
        return self.file_name

    @property
    def folder(self) -> Path:
        """Where its files lie."""
        return imports_folder(self.client.key) / self.uuid.hex

    @property
    def path(self) -> Path:
        """The file itself."""
        return self.folder / self.file_name

    @property
    def rejected_path(self) -> Path:
        """The list of its rejected rows, where there are any."""
        return beside(self.path)


def imports_folder(client_key: str) -> Path:
    """Where the files of a client's imports lie."""
    home: Path = settings.CURBLEDGER.home
    return home / "imports" / client_key
