"""Open a client: its row, the first version of its policy, and the lists that its fields are picked from."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from django.db import IntegrityError
from django.utils.translation import gettext as _

from curbledger.clients.client import Client, make_client
from curbledger.clients.codes import check_code, code_key
from curbledger.clients.policy import change_policy
from curbledger.database.bulk import draw_ids
from curbledger.database.scope import client_scope
from curbledger.errors import Conflict, Invalid
from curbledger.registry.defaults import seed_lists

if TYPE_CHECKING:
    from datetime import datetime

_CURRENCY = re.compile(r"[A-Za-z]{3}\Z", re.ASCII)
_NAME_LIMIT = 200


def open_client(
    *, code: str, name: str, timezone: str = "America/Toronto", currency: str = "CAD", at: datetime
) -> Client:
    """Make a client that is ready for data, and hands nothing over yet. One transaction, in its own scope.

    Raises Invalid for a code, name, time zone or currency that cannot be; Conflict where the code is taken, in
    whatever spelling.
    """
    client = make_client(
        code=check_code(code),
        name=check_name(name),
        timezone=check_zone(timezone),
        currency=check_currency(currency),
        at=at,
    )
    # The scope needs the id before there is a row to have one.
    (client.pk,) = draw_ids("client", 1)
    try:
        with client_scope(client.pk):
            client.save(force_insert=True)
            change_policy(client_id=client.pk, at=at, by="system")
            seed_lists(client.pk)
    except IntegrityError:
        # The constraint decides between two who open the same client at once; this only finds its words.
        taken = Client.objects.filter(key=code_key(code)).first()
        if taken is None:
            raise
        raise Conflict(_taken(taken, code)) from None
    return client


def _taken(taken: Client, code: str) -> str:
    if taken.code == code:
        return f"There is a client {code} already: {taken.name}."
    return (
        f"There is a client {taken.code} already: {taken.name}. {code} is the same code, "
        "for case does not count, and dashes are underscores."
    )


def check_name(name: str) -> str:
    """A client's name. Raises Invalid."""
    name = name.strip()
    if not name or len(name) > _NAME_LIMIT:
        raise Invalid(_("A client needs a name, of at most {most} characters.").format(most=_NAME_LIMIT), field="name")
    return name


def check_zone(timezone: str) -> str:
    """A time zone that there is. Raises Invalid with one that is near."""
    zones = available_timezones()
    if timezone in zones:
        return timezone
    folded = {zone.casefold(): zone for zone in zones}
    wanted = timezone.strip().replace(" ", "_").casefold()
    # A city alone is what people type.
    cities = {zone.rpartition("/")[2]: zone for zone in sorted(folded)}
    near = get_close_matches(wanted, folded, n=1) or [cities.get(wanted, "america/toronto")]
    said = _("There is no time zone {text}. Take one such as {near}.")
    raise Invalid(said.format(text=repr(timezone), near=folded[near[0]]), field="timezone")


def check_currency(currency: str) -> str:
    """Three letters, in capitals. Raises Invalid."""
    if not _CURRENCY.match(currency):
        said = _("{text} is no currency. Take its three letters, such as CAD or USD.")
        raise Invalid(said.format(text=repr(currency)), field="currency")
    return currency.upper()
