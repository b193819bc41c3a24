"""What it means when a constraint refuses a row: one table, from the constraint's name to the domain's error.

A verb that looks before it writes loses the race against whoever writes in between. So verbs write, the constraint
decides, and this says what it decided.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg
from django.db import DataError, IntegrityError
from django.utils.translation import gettext, gettext_noop

from curbledger.errors import Conflict, CurbledgerError, Invalid
from curbledger.kit import money

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


class Taken(Conflict):
    """Another record has this already."""

    code = "taken"

    def __init__(self, message: str | None = None, *, field: str) -> None:
        super().__init__(message)
        self.field = field


# The lists that staff keep, by their models.
_LISTS = (
    *("make", "colour", "vehicletype", "platetype", "province", "usertype", "login_source"),
    *("category", "location", "offence", "zone", "lot"),
)


def _name_is_taken() -> CurbledgerError:
    return Taken(gettext("This list has an entry of this name; it may be archived."), field="name")


ERRORS: Mapping[str, Callable[[], CurbledgerError]] = {
    "person_email_is_unique": lambda: Taken(gettext("Another person has this e-mail address."), field="email"),
    "person_user_name_is_unique": lambda: Taken(gettext("Another person has this user name."), field="user_name"),
    "vehicle_is_unique": lambda: Taken(
        gettext("There is a vehicle of this plate, province and plate type."), field="plate"
    ),
    "violation_ticket_is_unique": lambda: Taken(gettext("There is a ticket of this number."), field="ticket"),
    "staff_user_email_key": lambda: Taken(
        gettext("Somebody signs in with this e-mail address already."), field="email"
    ),
    "province_code_is_unique": lambda: Taken(gettext("Another entry of this list has this code."), field="code"),
    "zone_name_key_is_unique": lambda: Taken(gettext("There is a zone of this name."), field="name"),
    "collections_policy_version_is_unique": lambda: Conflict(gettext("Somebody else changed the policy meanwhile.")),
    "import_mapping_name_is_unique": lambda: Taken(gettext("Another mapping has this name."), field="name"),
    "agency_name_is_unique": lambda: Taken(gettext("There is an agency of this name."), field="name"),
    "agency_category_has_one_agency": lambda: Conflict(
        gettext("Somebody else changed this meanwhile. Open it again to see what it is now.")
    ),
    **{f"{model}_name_is_unique": _name_is_taken for model in _LISTS},
}


@contextmanager
def named_errors() -> Iterator[None]:
    """Raise the error of the table where one of its constraints refuses a statement.

    The transaction is spent then, as after any error of the database: the client's scope must be left.
    """
    try:
        yield
    except IntegrityError as error:
        known = ERRORS.get(constraint_of(error) or "")
        if known is None:
            raise
        raise known() from error


@contextmanager
def sums_that_fit(*, field: str, said: str = gettext_noop("A ticket comes to {most} at most.")) -> Iterator[None]:
    """Raise Invalid for `field` where each amount can be, and what a row comes to with them cannot.

    The database adds them up, so that it alone knows. `said` is a text of the catalogue, with `most` in it.
    """
    try:
        yield
    except DataError as error:
        if not isinstance(error.__cause__, psycopg.errors.NumericValueOutOfRange):
            raise
        most = money.show(money.LARGEST)
        raise Invalid(gettext(said).format(most=most), field=field) from error


def constraint_of(error: IntegrityError) -> str | None:
    """The name of the constraint that refused a statement."""
    cause = error.__cause__
    return cause.diag.constraint_name if isinstance(cause, psycopg.Error) else None
