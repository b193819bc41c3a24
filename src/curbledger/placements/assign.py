"""Who gets what: agencies, and the categories that are kept for one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext

from curbledger.database.constraints import named_errors
from curbledger.errors import Conflict, Invalid, NotFound
from curbledger.placements.agency import Agency, AgencyCategory
from curbledger.violations.lists import Category

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_LIMIT = 200


def add_agency(client_id: int, *, name: str, at: datetime, assigned_only: bool = False) -> Agency:
    """One more agency. In the client's scope. Raises Invalid, or Taken for a name that is there."""
    with named_errors():
        return Agency.objects.create(
            client_id=client_id, name=_checked(name), assigned_only=assigned_only, created_at=at
        )


def change_agency(agency_id: int, *, name: str | None = None, assigned_only: bool | None = None) -> Agency:
    """Call an agency something else, or say whether it takes only what is kept for it; what is None stays.

    In the client's scope. Raises NotFound, Invalid, or Taken.
    """
    agency = Agency.objects.select_for_update(no_key=True).filter(pk=agency_id).first()
    if agency is None:
        raise NotFound(gettext("There is no such agency."))
    agency.name = agency.name if name is None else _checked(name)
    agency.assigned_only = agency.assigned_only if assigned_only is None else assigned_only
    with named_errors():
        agency.save(update_fields=["name", "assigned_only"])
    return agency


def assign_categories(client_id: int, *, seen: Mapping[int, int | None], wanted: Mapping[int, int | None]) -> int:
    """Keep categories for agencies, or (None) for none. In the client's scope. Returns how many changed.

    `seen` is what whoever decides had before them. Raises Conflict where somebody else decided meanwhile.
    """
    changed = 0
    for category_id in sorted(wanted):
        if wanted[category_id] == seen.get(category_id):
            continue
        # Who decides on it at the same time waits here, or at the constraint where it is kept for nobody yet.
        kept = AgencyCategory.objects.select_for_update().filter(category_id=category_id).first()
        if (None if kept is None else kept.agency_id) != seen.get(category_id):
            raise Conflict(gettext("Somebody else changed this meanwhile. Open it again to see what it is now."))
        _keep(client_id, kept, category_id, wanted[category_id])
        changed += 1
    return changed


def nobodys() -> list[str]:
    """The categories whose tickets no agency would take, by name; `` for tickets of no category. In the client's scope.

    There are some where every agency takes only what is kept for it (preview.py: NO_AGENCY).
    """
    if not Agency.objects.exists() or Agency.objects.filter(assigned_only=False).exists():
        return []
    kept = AgencyCategory.objects.values("category_id")
    return ["", *Category.objects.exclude(pk__in=kept).order_by("name").values_list("name", flat=True)]


def _keep(client_id: int, kept: AgencyCategory | None, category_id: int, agency_id: int | None) -> None:
    if agency_id is None:
        if kept is not None:
            kept.delete()
    elif kept is None:
        with named_errors():
            AgencyCategory.objects.create(client_id=client_id, category_id=category_id, agency_id=agency_id)
    else:
        kept.agency_id = agency_id
        kept.save(update_fields=["agency_id"])


def _checked(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > _LIMIT:
        raise Invalid(gettext("It needs a name, of at most {limit} characters.").format(limit=_LIMIT), field="name")
    return name
