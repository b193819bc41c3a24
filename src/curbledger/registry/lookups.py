"""The lists that fields are picked from, numbered within a client from 1, since integrators store the numbers."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower

from curbledger.database.owned import ClientOwned
from curbledger.registry.entry import Entry


class Lookup(Entry):
    """One entry of a list. `number` is its id on the wire; the database gives the next one (registry.sql)."""

    number = models.PositiveIntegerField(editable=False)

    class Meta:
        abstract = True
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            models.UniqueConstraint("client", "number", name="%(class)s_number_is_unique"),
            models.UniqueConstraint("client", Lower("name"), name="%(class)s_name_is_unique"),
        )


class Make(Lookup):
    """Who built a vehicle."""

    class Meta(Lookup.Meta):
        db_table = "make"


class Colour(Lookup):
    """The colour of a vehicle."""

    colour_key = models.CharField(max_length=50, null=True)

    class Meta(Lookup.Meta):
        db_table = "colour"


class VehicleType(Lookup):
    """The shape of a vehicle: compact, truck, trailer."""

    class Meta(Lookup.Meta):
        db_table = "vehicle_type"


class PlateType(Lookup):
    """What a plate stands for: passenger, commercial, motorcycle."""

    type_code = models.CharField(max_length=50)

    class Meta(Lookup.Meta):
        db_table = "plate_type"


class Province(Lookup):
    """A province, territory or state."""

    # Canada 1, United States 2, as integrators of the original know them.
    country = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=2)
    payments = models.BooleanField(default=True)

    class Meta(Lookup.Meta):
        db_table = "province"
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            *Lookup.Meta.constraints,
            models.UniqueConstraint("client", "code", name="province_code_is_unique"),
        )


class UserType(Lookup):
    """What a person is to the client: student, staff, visitor."""

    external = models.CharField(max_length=100, null=True)

    class Meta(Lookup.Meta):
        db_table = "user_type"


class LookupCounter(ClientOwned):
    """The last number given in one list. A row of its own, so that two additions at once wait for each other."""

    list_name = models.CharField(max_length=50)
    last = models.PositiveIntegerField()

    class Meta:
        db_table = "lookup_counter"
        constraints = (models.UniqueConstraint("client", "list_name", name="lookup_counter_list_is_unique"),)

    def __str__(self) -> str:
        return f"{self.list_name} {self.last}"
