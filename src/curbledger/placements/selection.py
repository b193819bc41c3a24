"""Which placements: one, some, or all that fit. A recall and a new cycle choose by the same words."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext as _

from curbledger.errors import Invalid
from curbledger.kit import clock, sql
from curbledger.placements.slices import slices

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterator, Sequence
    from datetime import date
    from decimal import Decimal

    from curbledger.clients.client import Client

_QUERIES = sql.load("curbledger.placements", "selection.sql")
# A condition for statements about placements `p` and their violations `v`.
SELECTED = _QUERIES["selected"]
_CHOSEN = _QUERIES["chosen"].format(selected=SELECTED)
_SUM = _QUERIES["sum"].format(selected=SELECTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which placements: those that fit everything that is given here.

    Days are the client's, of the ticket's issue, both included. `policy_version` is the version of the policy that let
    it go; `outdated` leaves only what the rule as it is today would keep back.
    """

    tickets: tuple[str, ...] | None = None
    batch: uuid.UUID | None = None
    agency_id: int | None = None
    offence_id: int | None = None
    location_id: int | None = None
    category_id: int | None = None
    issued_from: date | None = None
    issued_to: date | None = None
    policy_version: int | None = None
    outdated: bool = False


def as_asked(client: Client, selection: Selection, *, state: str) -> dict[str, Any]:
    """What the queries ask for: of the placements that stand so. Raises Invalid for an empty selection."""
    if selection == Selection():
        raise Invalid(_("Say which tickets are meant."))
    given = asdict(selection)
    first, end = clock.span(selection.issued_from, selection.issued_to, client.zone)
    return {
        **{name: value for name, value in given.items() if name not in {"issued_from", "issued_to", "outdated"}},
        "state": state,
        "tickets": None if selection.tickets is None else list(selection.tickets),
        "since": first,
        "before": end,
    }


def chosen(asked: dict[str, Any]) -> Iterator[list[int]]:
    """The violations whose placements fit, in id order, a slice at a time. In the client's scope; locks nothing."""
    return slices(_CHOSEN, asked)


def sum_of(asked: dict[str, Any], ids: Sequence[int]) -> tuple[int, Decimal]:
    """How many of these fit, and what they were placed with together. In the client's scope."""
    with connection.cursor() as cursor:
        cursor.execute(_SUM, {**asked, "ids": sql.array(ids)})
        count, total = cursor.fetchone()
    return count, total
