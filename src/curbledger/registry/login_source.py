"""Where people sign in: the client's own list of sources. OPSCOM is always one, and stands in no list."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Value
from django.db.models.functions import Lower
from django.utils.translation import gettext

from curbledger.database.constraints import Taken, named_errors
from curbledger.errors import Invalid
from curbledger.registry.entry import Entry, offered

OPSCOM = "OPSCOM"
_LIMIT = 20


class LoginSource(Entry):
    """One source of a client: a directory, a single sign-on. An archived one is not configured any more."""

    name = models.CharField(max_length=_LIMIT)

    class Meta:
        db_table = "login_source"
        constraints = (models.UniqueConstraint("client", Lower("name"), name="login_source_name_is_unique"),)

    @classmethod
    def checked(cls, values: dict[str, Any]) -> dict[str, Any]:
        """As for every list; OPSCOM is none of its entries."""
        values = super().checked(values)
        if values["name"].upper() == OPSCOM:
            raise Taken(gettext("{name} is always configured.").format(name=OPSCOM), field="name")
        return values


def add_login_source(client_id: int, name: str) -> LoginSource:
    """Configure one more source. In the client's scope. Raises Invalid, or Taken where it is configured already."""
    with named_errors():
        return LoginSource.objects.create(client_id=client_id, **LoginSource.checked({"name": name}))


def configured_source(name: str) -> str:
    """The source of that name, any case, as the client spells it. In the client's scope. Raises Invalid."""
    if name.upper() == OPSCOM:
        return OPSCOM
    lower = offered(LoginSource).annotate(lower=Lower("name"))
    found = lower.filter(lower=Lower(Value(name))).values_list("name", flat=True).first()
    if found is None:
        raise Invalid(f"There is no login source {name!r}.", field="login_source")
    return found
