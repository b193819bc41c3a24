"""Push a person: create or update by the integrator's own key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict, cast

from curbledger.database.constraints import named_errors
from curbledger.errors import Invalid
from curbledger.registry.login_source import configured_source
from curbledger.registry.lookups import UserType
from curbledger.registry.person import Person
from curbledger.registry.pick import pick, pick_province

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

# In the order in which a missing one is complained of.
TO_CREATE = ("first_name", "last_name", "email")


class Details(TypedDict, total=False):
    """What may be said of a person. What is left out stays as it is; None takes it away."""

    first_name: str | None
    last_name: str | None
    email: str | None
    user_name: str | None
    street: str | None
    city: str | None
    # Postal abbreviations.
    province: str | None
    postal: str | None
    street2: str | None
    city2: str | None
    province2: str | None
    postal2: str | None
    phone_cell: str | None
    # Numbers from the client's list of user types.
    user_type: int | None
    employ_no: str | None
    employee_phone: str | None
    student_no: str | None
    student_phone: str | None
    licence_number: str | None
    licence_province: str | None
    date_of_birth: date | None
    locker_user_type: int | None


@dataclass(frozen=True, slots=True)
class Pushed:
    """Whom a push left behind."""

    person_id: int
    unique_id: str
    created: bool


def lock_person(unique_id: str) -> int | None:
    """The person of that key, who stays as they are until the scope ends. In the client's scope.

    A hold on them, or a vehicle of theirs, does not wait for this lock.
    """
    row = _locked(unique_id)
    return row and row[0]


def push_person(client_id: int, unique_id: str, *, login_source: str, details: Details, at: datetime) -> Pushed:
    """Create the person of that key, or change what the details say. In the client's scope.

    Raises Invalid for a login source, province or user type that the client does not have, and for a new person
    without what they need; Taken where the e-mail address or the user name is another person's.
    """
    columns = {**_columns(login_source, details), "last_updated": at, "modified": at}
    row = _locked(unique_id)
    created = False
    if row is None:
        for name in TO_CREATE:
            if not details.get(name):
                raise Invalid(f"A new person needs {name}.", field=name)
        person = Person(client_id=client_id, unique_id=unique_id, created_at=at, **columns)
        row = _insert(person, unique_id)
        created = row[1] == person.uuid
    if not created:
        with named_errors():
            Person.objects.filter(pk=row[0]).update(**columns)
    return Pushed(row[0], unique_id, created=created)


def _locked(unique_id: str) -> tuple[int, UUID] | None:
    locked = Person.objects.select_for_update(no_key=True).filter(unique_id=unique_id)
    return locked.values_list("pk", "uuid").first()


def _insert(person: Person, unique_id: str) -> tuple[int, UUID]:
    """The row of that key: the one inserted here, or the one of somebody who pushed the same key just before."""
    # Waits for whoever inserts the same key, e-mail address or user name, and inserts nothing once they have.
    Person.objects.bulk_create([person], ignore_conflicts=True)
    row = _locked(unique_id)
    if row is None:
        # It was not the key, but the address or the name: once more, so that the constraint says which.
        with named_errors():
            person.save(force_insert=True)
        row = person.pk, person.uuid
    return row


def _columns(login_source: str, details: Details) -> dict[str, Any]:
    """The columns that the details fill, in the order in which a bad one is complained of."""
    columns: dict[str, Any] = {"login_source": configured_source(login_source)}
    for name, value in details.items():
        if name in _PROVINCES:
            columns[f"{name}_id"] = None if value is None else pick_province(cast("str", value), field=name)
        elif name in _USER_TYPES:
            columns[f"{name}_id"] = None if value is None else pick(UserType, cast("int", value), field=name)
        else:
            columns[name] = value
    return columns


_PROVINCES = frozenset({"province", "province2", "licence_province"})
_USER_TYPES = frozenset({"user_type", "locker_user_type"})
