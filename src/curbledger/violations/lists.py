"""What a violation is picked from: categories, places, offences. Numbered within the client, like every list."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext

from curbledger.database.fields import ClientForeignKey, MoneyField
from curbledger.errors import Invalid
from curbledger.kit import money
from curbledger.registry.lookups import Lookup


class Category(Lookup):
    """The kind of ticket: municipal, private, campus. The original calls it the ticket type."""

    handheld_visible = models.BooleanField(default=False)
    applies_to = models.PositiveSmallIntegerField(default=1)
    enable_fail_to_identify = models.BooleanField(default=False)

    class Meta(Lookup.Meta):
        db_table = "category"


class Location(Lookup):
    """A place where tickets are written."""

    writer_visible = models.BooleanField(default=True)
    gis_number = models.IntegerField(default=0)

    class Meta(Lookup.Meta):
        db_table = "location"


class Offence(Lookup):
    """What was done, and what it costs. The original calls it the violation type; `name` is its description."""

    default_cost = MoneyField()
    discount_flag = models.BooleanField(default=False)
    discount_amount = MoneyField(default=0)
    discount_hours = models.PositiveIntegerField(default=0)
    admin_only = models.BooleanField(default=False)
    violation_key = models.CharField(max_length=50, null=True)
    category = ClientForeignKey("violations.Category", null=True)
    adjustable = models.BooleanField(default=False)
    bylaw_code = models.CharField(max_length=50, null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta(Lookup.Meta):
        db_table = "offence"

    @classmethod
    def checked(cls, values: dict[str, Any]) -> dict[str, Any]:
        """As for every list; amounts are money, and a discount is not more than the fine."""
        values = super().checked(values)
        cost = money.check(values["default_cost"], gettext("The fine"), field="default_cost", zero=True)
        discount = money.check(values["discount_amount"], gettext("The discount"), field="discount_amount", zero=True)
        if discount > cost:
            raise Invalid(gettext("A discount is at most the fine."), field="discount_amount")
        if values["discount_flag"] and not (discount and values["discount_hours"]):
            raise Invalid(gettext("A discount needs an amount and a number of hours."), field="discount_flag")
        return {**values, "default_cost": cost, "discount_amount": discount}
