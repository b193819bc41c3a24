"""Where people sign in: the client's own list of sources. OPSCOM is always one, and stands in no list."""

from __future__ import annotations

from django.db import models
from django.db.models import Value
from django.db.models.functions import Lower

from curbledger.database.constraints import Taken, named_errors
from curbledger.database.owned import ClientOwned
from curbledger.errors import Invalid

OPSCOM = "OPSCOM"
_LIMIT = 20


class LoginSource(ClientOwned):
    """One source of a client: a directory, a single sign-on."""

    name = models.CharField(max_length=_LIMIT)

    class Meta:
        db_table = "login_source"
        constraints = (models.UniqueConstraint("client", Lower("name"), name="login_source_name_is_unique"),)

    def __str__(self) -> str:
        return self.name


def add_login_source(client_id: int, name: str) -> LoginSource:
    """Configure one more source. In the client's scope. Raises Invalid, or Taken where it is configured already."""
    if not name.strip() or len(name) > _LIMIT:
        raise Invalid(f"A login source needs a name, of at most {_LIMIT} characters.", field="login_source")
    if name.upper() == OPSCOM:
        raise Taken(f"{OPSCOM} is always configured.", field="login_source")
    with named_errors():
        return LoginSource.objects.create(client_id=client_id, name=name)


def configured_source(name: str) -> str:
    """The source of that name, any case, as the client spells it. In the client's scope. Raises Invalid."""
    if name.upper() == OPSCOM:
        return OPSCOM
    lower = LoginSource.objects.annotate(lower=Lower("name"))
    found = lower.filter(lower=Lower(Value(name))).values_list("name", flat=True).first()
    if found is None:
        raise Invalid(f"There is no login source {name!r}.", field="login_source")
    return found
