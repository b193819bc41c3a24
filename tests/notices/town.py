"""People who owe: with a mail address, with a street, with neither; and a town that writes to them."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from curbledger.clients.policy import change_policy
from curbledger.clients.schedule import check_schedule
from curbledger.notices.mail import Taken, settle_mail, take_mail
from curbledger.notices.plan import Planned, plan_notices
from curbledger.registry.models import Person
from tests import cast
from tests.cast import NOON

if TYPE_CHECKING:
    from curbledger.clients.client import Client

DAY = timedelta(days=1)
# Of every ticket of the cast.
DUE = NOON - DAY * 40
_numbers = itertools.count(1)


def schedule(client: Client, *steps: tuple[int, str], **changes: Any) -> None:
    """Notices so many days after due, by that way."""
    change_policy(client_id=client.pk, at=NOON, by="chief", notice_schedule=check_schedule(steps), **changes)


def by_mail(client: Client, **columns: Any) -> Person:
    """Somebody with an e-mail address."""
    return cast.person(client, **{"email": f"robin{next(_numbers)}@example.org", **columns})


def by_letter(client: Client, **columns: Any) -> Person:
    """Somebody with a street."""
    return cast.person(client, **{"street": "12 Rue Saint-Jean", "city": "Québec", "postal": "G1R 1S1", **columns})


def plan(client: Client, at: datetime = NOON) -> Planned:
    return plan_notices(client, at=at)


def take(client: Client, at: datetime = NOON) -> Taken | None:
    return take_mail(client, at=at)


def send_all(client: Client, at: datetime = NOON) -> list[Taken]:
    """Take and settle every mail that is due, as if the mail server took them all."""
    sent = []
    while (taken := take_mail(client, at=at)) is not None:
        assert settle_mail(client, taken, at=at, error=None) is not None
        sent.append(taken)
    return sent
