"""Who writes: the sender that stands on a client's letters and mails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.utils.translation import gettext

from curbledger.database.owned import ClientOwned
from curbledger.errors import Invalid

if TYPE_CHECKING:
    from curbledger.clients.client import Client

_LONGEST = 200
_MOST_LINES = 6


class Letterhead(ClientOwned):
    """One client's sender. What is empty is left out."""

    # Below the name, one line each: the return address of a letter.
    address = models.TextField(default="")
    phone = models.CharField(max_length=50, default="")
    website = models.CharField(max_length=_LONGEST, default="")
    # Whom people answer. Mails themselves come from the operator's address (CURBLEDGER_MAIL_FROM).
    email = models.CharField(max_length=_LONGEST, default="")

    class Meta:
        db_table = "letterhead"
        constraints = (models.UniqueConstraint("client", name="letterhead_is_the_clients_only"),)

    def __str__(self) -> str:
        return self.address.partition("\n")[0]


def letterhead_of(client: Client) -> Letterhead:
    """The client's letterhead; an empty one where none was saved. In the client's scope."""
    return Letterhead.objects.first() or Letterhead(client_id=client.pk)


def save_letterhead(client: Client, *, address: str, phone: str, website: str, email: str) -> Letterhead:
    """Keep what stands on the client's letters. In the client's scope.

    Raises Invalid for an address of more lines than a letter has room for, or an e-mail address that is none.
    """
    lines = [line.strip() for line in address.splitlines() if line.strip()]
    if len(lines) > _MOST_LINES:
        raise Invalid(
            gettext("A letter has room for {most} lines of address, and these are {count}.").format(
                most=_MOST_LINES, count=len(lines)
            ),
            field="address",
        )
    values = {"phone": phone, "website": website, "email": email}
    for name, value in values.items():
        values[name] = " ".join(value.split())
        if len(values[name]) > (50 if name == "phone" else _LONGEST):
            raise Invalid(gettext("This is too long."), field=name)
    if values["email"]:
        try:
            validate_email(values["email"])
        except ValidationError:
            said = gettext("{text} is no e-mail address.").format(text=repr(email))
            raise Invalid(said, field="email") from None
    kept, _ = Letterhead.objects.update_or_create(client_id=client.pk, defaults={"address": "\n".join(lines), **values})
    return kept
