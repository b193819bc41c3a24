"""The two tax rates by which lot values are computed: a client's own, nothing until they are set."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext

from curbledger.database.owned import ClientOwned
from curbledger.errors import Invalid

_PLACES = Decimal("0.001")
_WHOLE = 100
NONE = Decimal("0.000")


class LotTax(ClientOwned):
    """Two rates in percent, 9.975 being 9.975 %. One row a client."""

    rate1 = models.DecimalField(max_digits=6, decimal_places=3, default=NONE)
    rate2 = models.DecimalField(max_digits=6, decimal_places=3, default=NONE)

    class Meta:
        db_table = "lot_tax"
        constraints = (
            models.UniqueConstraint(fields=("client",), name="lot_tax_is_one_row"),
            models.CheckConstraint(
                condition=Q(rate1__gte=0, rate1__lte=_WHOLE, rate2__gte=0, rate2__lte=_WHOLE),
                name="lot_tax_rates_are_percents",
            ),
        )

    def __str__(self) -> str:
        return f"{self.rate1} % and {self.rate2} %"


def set_lot_tax(client_id: int, rate1: Decimal, rate2: Decimal) -> None:
    """Set the client's two rates, in percent. In the client's scope. Raises Invalid."""
    for rate, field in ((rate1, "rate1"), (rate2, "rate2")):
        if not rate.is_finite() or not 0 <= rate <= _WHOLE or rate != rate.quantize(_PLACES):
            said = gettext("A tax rate is a percentage from 0 to 100, with up to three decimals.")
            raise Invalid(said, field=field)
    LotTax.objects.bulk_create(
        [LotTax(client_id=client_id, rate1=rate1, rate2=rate2)],
        update_conflicts=True,
        unique_fields=["client"],
        update_fields=["rate1", "rate2"],
    )
