"""The base of every table that belongs to a client."""

from __future__ import annotations

from django.db import models


class ClientOwned(models.Model):
    """A row of one client. Outside that client's scope it does not exist."""

    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="+", db_index=False)

    class Meta:
        abstract = True
