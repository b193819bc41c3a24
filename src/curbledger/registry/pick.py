"""Pick an entry from one of the client's lists, by its number or by its name in any case."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, TypeVar

from django.db.models import QuerySet, Value
from django.db.models.functions import Lower

from curbledger.errors import Invalid
from curbledger.registry.lookups import Colour, LookupCounter, Make, Province, VehicleType

if TYPE_CHECKING:
    from curbledger.registry.lookups import Lookup

    # Numbers are ids on the wire; anything else is a name.
    Pick: TypeAlias = int | str
    Growing = TypeVar("Growing", Make, Colour, VehicleType)


class Listed(str):
    """A name that stands where an id is expected: it is looked up, and never added to a list."""

    __slots__ = ()


_LARGEST = 2**31 - 1


def pick(model: type[Lookup], wanted: Pick, *, field: str) -> int:
    """The key of an entry. In the client's scope. Raises Invalid, naming the field, where there is none."""
    found = _numbered(model, wanted) if isinstance(wanted, int) else _named(model, wanted)
    if found is None:
        raise Invalid(f"There is no {model._meta.verbose_name} {wanted!r}.", field=field)
    return found


def pick_province(wanted: Pick, *, field: str) -> int:
    """The key of a province or state, by its postal abbreviation too. In the client's scope. Raises Invalid."""
    if isinstance(wanted, str):
        coded = Province.objects.filter(code=wanted.upper()).values_list("pk", flat=True).first()
        if coded is not None:
            return coded
    return pick(Province, wanted, field=field)


def pick_or_add(model: type[Growing], wanted: Pick, *, client_id: int, field: str) -> int:
    """The key of an entry; a name that the list does not hold is added. In the client's scope.

    Raises Invalid for a number that the list does not hold, and for such a name where it is Listed.
    """
    if isinstance(wanted, int | Listed):
        return pick(model, wanted, field=field)
    found = _named(model, wanted)
    if found is not None:
        return found
    # Additions to a list wait for each other at its counter (registry.sql), so the second look sees what the one
    # before has added, and no number is drawn for a name that is there.
    LookupCounter.objects.select_for_update().filter(list_name=model._meta.db_table).first()
    found = _named(model, wanted)
    if found is None:
        # Where the list had no counter yet, two can still come here: the second one inserts nothing.
        model.objects.bulk_create([model(client_id=client_id, name=wanted)], ignore_conflicts=True)
        found = pick(model, wanted, field=field)
    return found


def _numbered(model: type[Lookup], number: int) -> int | None:
    # The column is an integer: a number beyond it is in no list, and the database would not even compare it.
    if number > _LARGEST:
        return None
    return QuerySet(model).filter(number=number).values_list("pk", flat=True).first()


def _named(model: type[Lookup], name: str) -> int | None:
    # Both sides by the database's own rule, which is that of the constraint.
    lower = QuerySet(model).annotate(lower=Lower("name"))
    found: int | None = lower.filter(lower=Lower(Value(name))).values_list("pk", flat=True).first()
    return found
