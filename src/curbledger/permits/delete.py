"""Delete a pushed permit. Its row stays, as a record; its number and its push may come again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curbledger.errors import NotFound
from curbledger.permits.permit import Permit

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


def delete_permit(reference: UUID, *, at: datetime) -> None:
    """Delete a permit. In the client's scope. Raises NotFound, also for one that was deleted already."""
    # The row count decides between two who delete it at once.
    deleted = Permit.objects.live().filter(reference=reference).update(deleted_at=at, modified_at=at)
    if not deleted:
        raise NotFound(f"There is no permit {reference}.")
