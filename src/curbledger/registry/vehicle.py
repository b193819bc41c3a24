"""A vehicle is plate + province + plate type; and the people who drive it."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from curbledger.database.fields import ClientForeignKey
from curbledger.database.owned import ClientOwned


class Vehicle(ClientOwned):
    """One vehicle. The plate is kept as it was sent and compared by `plate_key` (kit.plates)."""

    active = models.BooleanField(default=True)
    last_update = models.DateTimeField(db_default=Now())
    plate = models.CharField(max_length=50)
    plate_key = models.CharField(max_length=50)
    plate_type = ClientForeignKey("registry.PlateType", null=True)
    province = ClientForeignKey("registry.Province", null=True)
    make = ClientForeignKey("registry.Make", null=True)
    vehicle_type = ClientForeignKey("registry.VehicleType", null=True)
    colour = ClientForeignKey("registry.Colour", null=True)
    year = models.PositiveSmallIntegerField(null=True)
    total_violations = models.PositiveIntegerField(default=0)
    total_unpaid = models.PositiveIntegerField(default=0)
    total_warnings = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    external_lookup_at = models.DateTimeField(null=True)
    external_lookup_request = models.BigIntegerField(null=True)
    modified = models.DateTimeField(db_default=Now())
    alert = models.TextField(null=True)
    vin = models.CharField(max_length=17, null=True)

    class Meta:
        db_table = "vehicle"
        constraints = (
            # Plates without a letter or digit (blank, unreadable) name no vehicle, so they may repeat.
            models.UniqueConstraint(
                fields=("client", "plate_key", "province", "plate_type"),
                condition=~models.Q(plate_key=""),
                nulls_distinct=False,
                name="vehicle_is_unique",
            ),
        )

    def __str__(self) -> str:
        return self.plate


class Driver(ClientOwned):
    """One person drives, or owns, one vehicle."""

    vehicle = ClientForeignKey("registry.Vehicle")
    person = ClientForeignKey("registry.Person")

    class Meta:
        db_table = "driver"
        constraints = (models.UniqueConstraint("client", "vehicle", "person", name="driver_is_unique"),)
        indexes = (models.Index("client", "person", name="driver_by_person"),)

    def __str__(self) -> str:
        return f"{self.person_id} drives {self.vehicle_id}"
