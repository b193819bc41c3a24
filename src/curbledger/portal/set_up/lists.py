"""The lists that staff keep: what each is called, which columns it shows, and by which verbs it changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from curbledger.kit import money
from curbledger.permits.lot import Lot, change_lot, open_lot
from curbledger.permits.zone import Zone, open_zone, rename_zone
from curbledger.portal.set_up import list_forms as forms
from curbledger.registry.entry import add_entry, change_entry
from curbledger.registry.login_source import LoginSource
from curbledger.registry.lookups import Colour, Make, PlateType, Province, UserType, VehicleType
from curbledger.violations.lists import Category, Location, Offence

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.utils.functional import _StrPromise as Lazy

    from curbledger.portal.visit import Visit
    from curbledger.registry.entry import Entry

    Cell = Callable[[Visit, Any], str]


def _add(model: type[Entry]) -> Callable[[Visit, dict[str, Any]], Entry]:
    return lambda visit, values: add_entry(model, client_id=visit.client.pk, at=visit.at, **values)


def _change(visit: Visit, entry: Entry, seen: datetime, values: dict[str, Any]) -> Entry:
    return change_entry(type(entry), entry.pk, seen=seen, at=visit.at, **values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One list. `note` says what its entries are for; `more` leads to what belongs to an entry."""

    model: type[Entry]
    title: Lazy
    icon: str
    note: Lazy
    form: type[forms.EntryForm] = forms.EntryForm
    columns: tuple[tuple[Lazy, Cell], ...] = ()
    more: tuple[tuple[Lazy, str], ...] = ()
    adds: Callable[[Visit, dict[str, Any]], Entry] | None = None
    changes: Callable[[Visit, Entry, datetime, dict[str, Any]], Entry] = field(default=_change)

    @property
    def name(self) -> str:
        """As it stands in an address."""
        return next(name for name, listing in LISTINGS.items() if listing is self)

    @property
    def numbered(self) -> bool:
        """Whether its entries have numbers, which integrators keep."""
        return hasattr(self.model, "number")

    def url(self, entry_id: int) -> str:
        """The page of an entry."""
        return reverse("portal:set-up-entry", args=[self.name, entry_id])

    def cells(self, visit: Visit, entry: Entry) -> list[tuple[Lazy, str]]:
        """What stands beside a name."""
        return [(title, cell(visit, entry)) for title, cell in self.columns]

    def add(self, visit: Visit, values: dict[str, Any]) -> Entry:
        """By the list's own verb, or the one for every list."""
        return (self.adds or _add(self.model))(visit, values)

    def change(self, visit: Visit, entry: Entry, seen: datetime, values: dict[str, Any]) -> Entry:
        """By the list's own verb, or the one for every list."""
        return self.changes(visit, entry, seen, values)


def _text(name: str) -> Cell:
    return lambda _visit, entry: str(getattr(entry, name) or "")


def _money(name: str) -> Cell:
    return lambda visit, entry: money.show(getattr(entry, name), visit.client.currency)


def _discount(visit: Visit, entry: Offence) -> str:
    if not entry.discount_flag:
        return ""
    amount = money.show(entry.discount_amount, visit.client.currency)
    return gettext("{amount} off within {hours} hours").format(amount=amount, hours=entry.discount_hours)


LISTINGS: dict[str, Listing] = {
    "offences": Listing(
        model=Offence,
        title=_("Offences"),
        icon="gavel",
        note=_("What tickets are written for, and what it costs."),
        form=forms.OffenceForm,
        columns=(
            (_("Fine"), _money("default_cost")),
            (_("Discount"), _discount),
            (_("Bylaw code"), _text("bylaw_code")),
        ),
        more=((_("Late fees"), "portal:set-up-fees"),),
    ),
    "categories": Listing(
        model=Category,
        title=_("Categories"),
        icon="category",
        note=_("Kinds of tickets, such as municipal or private. Agencies are chosen by them."),
        form=forms.CategoryForm,
    ),
    "places": Listing(
        model=Location,
        title=_("Places"),
        icon="location_on",
        note=_("Where tickets are written."),
        form=forms.LocationForm,
    ),
    "lots": Listing(
        model=Lot,
        title=_("Lots"),
        icon="local_parking",
        note=_("Places with room for permits, and which zones they are when."),
        form=forms.LotForm,
        columns=(
            (_("Cost of a permit"), _money("default_cost")),
            (_("Room for permits"), _text("total_permits")),
        ),
        more=((_("Zones of the lot"), "portal:set-up-lot-zones"),),
        adds=lambda visit, values: open_lot(visit.client.pk, at=visit.at, **values),
        changes=lambda visit, entry, seen, values: change_lot(
            visit.client.pk, entry.pk, seen=seen, at=visit.at, **values
        ),
    ),
    "zones": Listing(
        model=Zone,
        title=_("Zones"),
        icon="grid_view",
        note=_("Where permits are good. Integrators name them: tell those who do before you rename one."),
        adds=lambda visit, values: open_zone(visit.client.pk, at=visit.at, **values),
        changes=lambda visit, entry, seen, values: rename_zone(
            visit.client.pk, entry.pk, seen=seen, at=visit.at, **values
        ),
    ),
    "makes": Listing(
        model=Make, title=_("Makes"), icon="directions_car", note=_("Who built a vehicle."), form=forms.EntryForm
    ),
    "colours": Listing(
        model=Colour,
        title=_("Colours"),
        icon="palette",
        note=_("Colours of vehicles."),
        form=forms.ColourForm,
        columns=((_("Key"), _text("colour_key")),),
    ),
    "vehicle-types": Listing(
        model=VehicleType, title=_("Vehicle types"), icon="airport_shuttle", note=_("Shapes of vehicles.")
    ),
    "plate-types": Listing(
        model=PlateType,
        title=_("Plate types"),
        icon="badge",
        note=_("What plates stand for."),
        form=forms.PlateTypeForm,
        columns=((_("Code"), _text("type_code")),),
    ),
    "provinces": Listing(
        model=Province,
        title=_("Provinces and states"),
        icon="map",
        note=_("Where plates and people are from."),
        form=forms.ProvinceForm,
        columns=((_("Code"), _text("code")),),
    ),
    "user-types": Listing(
        model=UserType,
        title=_("User types"),
        icon="group",
        note=_("What people are to you: student, staff, visitor."),
        form=forms.UserTypeForm,
        columns=((_("External name"), _text("external")),),
    ),
    "login-sources": Listing(
        model=LoginSource,
        title=_("Login sources"),
        icon="login",
        note=_("Directories that people sign in with. An archived one is refused in pushes."),
        form=forms.LoginSourceForm,
    ),
}
