"""Finds the entries of lists (makes, offences, provinces) by name, code or alias, and adds those that are missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_noop as _

from curbledger.importing.fault import BadRow
from curbledger.importing.mapping import ListRules
from curbledger.importing.reading import fold, read_amount
from curbledger.placements.agency import Agency
from curbledger.registry.lookups import Colour, Make, PlateType, Province, UserType, VehicleType
from curbledger.violations.lists import Category, Location, Offence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from curbledger.database.owned import ClientOwned

_MODELS: dict[str, type[ClientOwned]] = {
    "agency": Agency,
    "category": Category,
    "colour": Colour,
    "location": Location,
    "make": Make,
    "offence": Offence,
    "plate_type": PlateType,
    "province": Province,
    "user_type": UserType,
    "vehicle_type": VehicleType,
}
# A second way to name an entry.
_CODES = {"province": "code", "plate_type": "type_code"}
_REJECT = frozenset({"province", "plate_type", "user_type"})
# What stands for nothing where the mapping says nothing else.
_BLANK = {"province": ("99",), "make": ("unkn", "unknown", "unk"), "colour": ("unkn", "unknown", "unk")}


class Lists:
    """The lists of a client, as an import sees them. In the client's scope, for one transaction."""

    def __init__(self, client_id: int, rules: Mapping[str, ListRules], *, at: datetime) -> None:
        self._client_id = client_id
        self._rules = rules
        self._at = at
        self._lists: dict[str, _List] = {}

    def forget(self) -> None:
        """Read everything again: what was added is gone with its savepoint, or somebody else added more."""
        self._lists.clear()

    def name(self, list_name: str, text: str | None) -> str | None:
        """The entry that `text` stands for; None where that is none. Raises BadRow where the mapping forbids it."""
        return None if text is None else self._list(list_name).name(text)

    def id_of(self, list_name: str, name: str | None) -> int | None:
        """The id of an entry, once `add_missing` has seen its name."""
        return None if name is None else self._list(list_name).ids[fold(name)]

    def add_missing(self, list_name: str, names: Iterable[str | None]) -> None:
        """Add the entries that are not there yet."""
        entries = self._list(list_name)
        missing = {fold(name): name for name in names if name is not None and fold(name) not in entries.ids}
        if not missing:
            return
        model: Any = _MODELS[list_name]
        # Somebody else may add the same name at the same time: the constraint lets one in, and both read it.
        model.objects.bulk_create([self._entry(model, name) for name in missing.values()], ignore_conflicts=True)
        entries.load()

    def _list(self, list_name: str) -> _List:
        found = self._lists.get(list_name)
        if found is None:
            rules = self._rules.get(list_name, ListRules())
            found = self._lists[list_name] = _List(list_name, rules)
        return found

    def _entry(self, model: type[ClientOwned], name: str) -> ClientOwned:
        columns: dict[str, Any] = {"client_id": self._client_id, "name": name}
        if model is Agency:
            columns["created_at"] = self._at
        if model is PlateType:
            columns["type_code"] = name[:50]
        if model is Offence:
            columns["default_cost"] = read_amount(self._rules.get("offence", ListRules()).cost)
        return model(**columns)


class _List:
    """One list, by every spelling of its entries."""

    def __init__(self, list_name: str, rules: ListRules) -> None:
        self._name = list_name
        self._unknown = rules.unknown or ("reject" if list_name in _REJECT else "add")
        self._blank = frozenset(map(fold, _BLANK.get(list_name, ()) if rules.blank is None else rules.blank))
        self._clipped = rules.clipped
        self._aliases = {fold(spelling): name for name, others in rules.aliases.items() for spelling in others}
        self._targets = {fold(name): name for name in rules.aliases}
        self._found: dict[str, str | None] = {}
        self.ids: dict[str, int] = {}
        self.load()

    def load(self) -> None:
        """Read the entries there are."""
        model: Any = _MODELS[self._name]
        code = _CODES.get(self._name)
        self.ids = {}
        for pk, name, *codes in model.objects.order_by("pk").values_list("pk", "name", *([code] if code else [])):
            self.ids[fold(name)] = pk
            for other in codes:
                self.ids.setdefault(fold(other), pk)

    def name(self, text: str) -> str | None:
        """The name that a spelling stands for. Raises BadRow."""
        if text not in self._found:
            self._found[text] = self._look_up(text)
            if len(self._found) > 100_000:  # noqa: PLR2004 - free text, then: a memory of it is none.
                return self._found.pop(text)
        return self._found[text]

    def _look_up(self, text: str) -> str | None:
        key = fold(text)
        if not key or key in self._blank:
            return None
        if key in self._aliases:
            return self._known(self._aliases[key], text)
        if key in self.ids or key in self._targets:
            return " ".join(text.split()) if key in self.ids else self._targets[key]
        if self._clipped is not None and len(text) == self._clipped:
            begun = [name for name in self.ids.keys() | self._targets.keys() if name.startswith(key)]
            if len(begun) == 1:
                return self._targets.get(begun[0], begun[0])
        return self._known(" ".join(text.split()), text)

    def _known(self, name: str, text: str) -> str | None:
        if fold(name) in self.ids or self._unknown == "add":
            return name
        if self._unknown == "blank":
            return None
        raise BadRow(
            _("the list has no {text}. Name it under [lists.{list}] in the mapping"),
            self._name,
            text=repr(text),
            list=self._name,
        )
