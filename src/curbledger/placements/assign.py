"""Who gets what: agencies, and the categories that are kept for one of them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connection
from django.utils.translation import gettext, ngettext

from curbledger.database.constraints import named_errors
from curbledger.database.scope import client_scope
from curbledger.errors import Conflict, Invalid, NotFound
from curbledger.kit import sql
from curbledger.placements.agency import Agency, AgencyCategory
from curbledger.violations.lists import Category
from curbledger.violations.overdue import OPEN_DEBT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

_LIMIT = 200
_WAITING = sql.load("curbledger.placements", "assign.sql")["waiting"].format(open_debt=OPEN_DEBT)


class LeftToNobody(Conflict):
    """Some categories would be nobody's from then on; whoever means it says so."""

    code = "left_to_nobody"


def add_agency(client_id: int, *, name: str, at: datetime, assigned_only: bool = False, sure: bool = True) -> Agency:
    """One more agency. In the client's scope. Raises Invalid; Taken for a name that is there; LeftToNobody."""
    with _asking(client_id, sure=sure), named_errors():
        return Agency.objects.create(
            client_id=client_id, name=_checked(name), assigned_only=assigned_only, created_at=at
        )


def change_agency(
    agency_id: int, *, name: str | None = None, assigned_only: bool | None = None, sure: bool = True
) -> Agency:
    """Call an agency something else, or say whether it takes only what is kept for it; what is None stays.

    In the client's scope. Raises NotFound, Invalid, Taken, or LeftToNobody.
    """
    agency = Agency.objects.select_for_update(no_key=True).filter(pk=agency_id).first()
    if agency is None:
        raise NotFound(gettext("There is no such agency."))
    agency.name = agency.name if name is None else _checked(name)
    agency.assigned_only = agency.assigned_only if assigned_only is None else assigned_only
    with _asking(agency.client_id, sure=sure), named_errors():
        agency.save(update_fields=["name", "assigned_only"])
    return agency


def assign_categories(
    client_id: int, *, seen: Mapping[int, int | None], wanted: Mapping[int, int | None], sure: bool = True
) -> int:
    """Keep categories for agencies, or (None) for none. In the client's scope. Returns how many changed.

    `seen` is what whoever decides had before them. Raises Conflict where somebody else decided meanwhile;
    LeftToNobody.
    """
    changed = {key: agency for key, agency in sorted(wanted.items()) if agency != seen.get(key)}
    with _asking(client_id, sure=sure):
        for category_id, agency_id in changed.items():
            # Who decides on it at the same time waits here, or at the constraint where it is kept for nobody yet.
            kept = AgencyCategory.objects.select_for_update().filter(category_id=category_id).first()
            if (None if kept is None else kept.agency_id) != seen.get(category_id):
                raise Conflict(gettext("Somebody else changed this meanwhile. Open it again to see what it is now."))
            _keep(client_id, kept, category_id, agency_id)
    return len(changed)


def nobodys() -> list[str]:
    """The categories whose tickets no agency would take, by name; `` for tickets of no category. In the client's scope.

    There are some where every agency takes only what is kept for it (preview.py: NO_AGENCY).
    """
    return list(_nobodys().values())


def _nobodys() -> dict[int | None, str]:
    if not Agency.objects.exists() or Agency.objects.filter(assigned_only=False).exists():
        return {}
    kept = AgencyCategory.objects.values("category_id")
    return {None: "", **dict(Category.objects.exclude(pk__in=kept).order_by("name").values_list("pk", "name"))}


@contextmanager
def _asking(client_id: int, *, sure: bool) -> Iterator[None]:
    """Undo what leaves further categories to nobody, unless whoever does it is sure. Raises LeftToNobody."""
    with client_scope(client_id):
        before = set() if sure else _nobodys().keys()
        yield
        left = {} if sure else {key: name for key, name in _nobodys().items() if key not in before}
        if left:
            raise LeftToNobody(_question(left))


def _question(left: Mapping[int | None, str]) -> str:
    """Which, and how many open debts that concerns."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, {"categories": sql.array(key for key in left if key is not None)})
        waiting = dict(cursor.fetchall())
    named = "; ".join(
        ngettext("{name} ({count} ticket)", "{name} ({count} tickets)", waiting.get(key, 0)).format(
            name=name or gettext("tickets of no category"), count=waiting.get(key, 0)
        )
        for key, name in left.items()
    )
    return gettext("No agency would take these any more, and they would wait for ever: {named}.").format(named=named)


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
