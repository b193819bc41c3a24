"""Update a pushed permit: what is said changes, all else stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from curbledger.errors import NotFound
from curbledger.kit.plates import plate_key
from curbledger.permits.permit import Permit, check_period

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal
    from uuid import UUID


class Changes(TypedDict, total=False):
    """What may change. What is left out stays as it is."""

    ends_at: datetime
    plate: str
    # None takes it away.
    amount: Decimal | None
    currency: str


def update_permit(reference: UUID, changes: Changes, *, at: datetime) -> None:
    """Change a permit. In the client's scope.

    Raises NotFound, also for one that was deleted; Invalid where it would not end after its start.
    """
    # Locked, so that what two change at once is changed one after the other.
    permit = Permit.objects.live().select_for_update(no_key=True).filter(reference=reference).first()
    if permit is None:
        raise NotFound(f"There is no permit {reference}.")
    check_period(permit.starts_at, changes.get("ends_at", permit.ends_at))
    if not changes:
        return
    columns = {**changes, "modified_at": at}
    if "plate" in changes:
        columns["plate_key"] = plate_key(changes["plate"])
    Permit.objects.filter(pk=permit.pk).update(**columns)
