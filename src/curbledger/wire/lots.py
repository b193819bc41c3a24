"""Lot values (contract, section 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import JsonResponse

from curbledger.database.scope import client_scope
from curbledger.permissions import Permission
from curbledger.permits.lot_values import LotValues, value_lots
from curbledger.wire.endpoint import Call, endpoint

if TYPE_CHECKING:
    from decimal import Decimal

    from django.http import HttpResponse


# The original takes the token in the body of a GET, which not every caller, and no browser, can send: so POST too.
@endpoint(permission=Permission.LOTS_VALUES, methods=("GET", "POST"))
def lot_values(call: Call) -> HttpResponse:
    """What each lot has room for, what is rented in it now, and what that brought in."""
    with client_scope(call.access.client_id):
        lots = value_lots(zone=call.access.timezone, at=call.at)
    return JsonResponse([_lot(lot) for lot in lots], safe=False)


def _lot(lot: LotValues) -> dict[str, Any]:
    """One lot, its keys in the contract's order: the number comes last."""
    return {
        "lot_type": lot.lot_type,
        "lot_name": lot.name,
        "default_cost": _number(lot.default_cost),
        "total_permits": lot.total_permits,
        "rented_permits": lot.rented_permits,
        "utilized_pct": _number(lot.utilized),
        "amount_projected": _number(lot.projected),
        "amount": _number(lot.amount),
        "tax_amount": _number(lot.tax),
        "tax_amount1": _number(lot.tax1),
        "tax_amount2": _number(lot.tax2),
        "total": _number(lot.total),
        "lot_id": lot.number,
    }


def _number(amount: Decimal) -> int | float:
    """50, or 50.25, never 50.00. Two decimals below 10^13 survive in a float, and no lot is worth that much."""
    return int(amount) if amount == amount.to_integral_value() else float(amount)
