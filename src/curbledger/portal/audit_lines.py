"""Entries of the audit as people read them: who, what, and each old and new value in words."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import QuerySet
from django.utils import formats
from django.utils.translation import gettext as _

from curbledger.clients.user import User
from curbledger.database.fields import ClientForeignKey
from curbledger.kit import money
from curbledger.permissions import Permission
from curbledger.portal.audit_words import ACT_NAMES, ACT_TONES, ACTOR_NAMES, COLUMN_NAMES, column_name, table_name
from curbledger.portal.templatetags.portal import who_name
from curbledger.portal.words import DETAIL_NAMES, ROLE_NAMES
from curbledger.registry.access import note_looks
from curbledger.registry.person import Person
from curbledger.registry.vehicle import Vehicle
from curbledger.violations.violation import Violation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from django.utils.functional import _StrPromise as Lazy

    from curbledger.clients.audit_entry import AuditEntry
    from curbledger.clients.client import Client
    from curbledger.portal.visit import Visit

# What is shown only to those who may see people: all of these tables, and these columns of any.
PERSONAL_TABLES = frozenset({"person", "driver", "notice", "notice_message", "do_not_ticket", "alarm"})
PERSONAL_COLUMNS = frozenset({"person_id", "address", "appeal_person", "petition_on"})
_HIDDEN = "•••"
# Of a longer value, such as a letter's text, a page shows the beginning; the export has all of it.
_LONGEST = 400
_CENTS = 2
# Columns that only programs read. The export has them.
_FOR_PROGRAMS = ("_key", "uuid", "fingerprint")
# Columns that hold a code of the domain. The export has the code.
_CODES: dict[str, Mapping[Any, Lazy]] = {
    "method": DETAIL_NAMES,
    "kind": DETAIL_NAMES,
    "decision": DETAIL_NAMES,
    "role": ROLE_NAMES,
}


@dataclass(frozen=True, slots=True)
class Change:
    """One column: its name, what it was and what it is; None for nothing."""

    name: str
    old: str | Decimal | None
    new: str | Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One entry. `ticket` and `person` are what it belongs to, with the ids that pages have; None where it is gone."""

    id: int
    at: datetime
    by: str
    by_kind: str
    act: str
    tone: str
    what: str
    label: str
    rows: int
    first: int
    last: int | None
    ticket: tuple[int, str] | None
    person: tuple[int, str] | None
    changes: Sequence[Change]


def read_entries(visit: Visit, entries: Sequence[AuditEntry], *, plain: bool = False) -> list[Line]:
    """Entries in words; each person who is named in them is a look. In the client's scope.

    `plain` is for programs: amounts are numbers, and nothing is shortened.
    """
    names = _Names(entries, with_people=visit.may(Permission.PEOPLE_READ))
    note_looks(visit.client, names.people, what="audit", by=visit.by, at=visit.at)
    return [_line(entry, names, visit.client, plain=plain) for entry in entries]


def _line(entry: AuditEntry, names: _Names, client: Client, *, plain: bool) -> Line:
    hidden = entry.about in PERSONAL_TABLES and not names.with_people
    return Line(
        id=entry.pk,
        at=entry.at,
        by=entry.by_name,
        by_kind=str(ACTOR_NAMES.get(entry.by_kind, entry.by_kind)),
        act=str(ACT_NAMES.get(entry.act, entry.act)),
        tone=ACT_TONES.get(entry.act, "none"),
        what=table_name(entry.about),
        label="" if hidden else entry.label,
        rows=entry.rows,
        first=entry.about_row,
        last=entry.about_last,
        ticket=names.link(Violation, entry.about_violation),
        person=names.link(Person, entry.about_person) if names.with_people else None,
        changes=list(_changes(entry, names, client, hidden=hidden, plain=plain)),
    )


def _changes(entry: AuditEntry, names: _Names, client: Client, *, hidden: bool, plain: bool) -> Iterator[Change]:
    for column, (old, new) in sorted(entry.changes.items(), key=_by_name):
        secret = hidden or (column in PERSONAL_COLUMNS and not names.with_people)
        if not plain and column.endswith(_FOR_PROGRAMS):
            continue
        # A new row says what it has; that it has no comment, and no appeals, is no news. The export has the numbers.
        if entry.act != "changed" and (new if old is None else old) in (("",) if plain else ("", 0, [])):
            continue
        before, after = (_shown(entry.about, column, value, names, client, plain=plain) for value in (old, new))
        yield Change(
            column_name(column),
            _HIDDEN if secret and before is not None else before,
            _HIDDEN if secret and after is not None else after,
        )


def _by_name(change: tuple[str, Any]) -> tuple[bool, str]:
    """What an office has words for comes first."""
    return change[0] not in COLUMN_NAMES, column_name(change[0]).casefold()


def _shown(table: str, column: str, value: Any, names: _Names, client: Client, *, plain: bool) -> str | Decimal | None:  # noqa: ANN401  # a JSON value
    field = field_of(table, column)
    if value is None:
        return None
    if isinstance(value, bool):
        text = _("yes") if value else _("no")
    elif isinstance(field, models.DecimalField) and field.decimal_places == _CENTS:
        return _amount(value, client, plain=plain)
    elif isinstance(field, models.DateTimeField):
        text = _moment(str(value), client)
    elif (target := _target(field)) is not None:
        text = names.name(target, value) or f"#{value}"
    elif not plain and isinstance(value, str) and column in _CODES:
        text = str(_CODES[column].get(value, value))
    elif not plain and isinstance(value, str) and column.endswith("_by"):
        text = who_name(value)
    else:
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if plain or len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _amount(value: Any, client: Client, *, plain: bool) -> str | Decimal:  # noqa: ANN401  # a JSON value
    try:
        amount = Decimal(str(value)).quantize(money.CENT)
    except InvalidOperation:
        return str(value)
    if plain:
        return amount
    sign = "\N{MINUS SIGN}" if amount < 0 else ""
    return f"{sign}{formats.number_format(abs(amount), 2, use_l10n=True, force_grouping=True)} {client.currency}"


def _moment(value: str, client: Client) -> str:
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return value
    return (at.astimezone(client.zone) if at.tzinfo else at).strftime("%Y-%m-%d %H:%M:%S")


class _Names:
    """What the rows are called that some entries point at: one question for each kind of row, by their ids."""

    def __init__(self, entries: Iterable[AuditEntry], *, with_people: bool) -> None:
        self.with_people = with_people
        wanted: dict[type[models.Model], set[int]] = defaultdict(set)
        for entry in entries:
            wanted[Violation].add(entry.about_violation or 0)
            wanted[Person].add(entry.about_person or 0)
            for column, values in entry.changes.items():
                if (target := _target(field_of(entry.about, column))) is not None:
                    wanted[target].update(value for value in values if isinstance(value, int))
        if not with_people:
            wanted.pop(Person, None)
        self._names = {model: _names_of(model, ids - {0}) for model, ids in wanted.items()}
        self.people = sorted(self._names.get(Person, {}))

    def name(self, model: type[models.Model], row: int) -> str | None:
        """What a row is called; None for one that is gone, or that the reader may not know."""
        return self._names.get(model, {}).get(row)

    def link(self, model: type[models.Model], row: int | None) -> tuple[int, str] | None:
        """A row's id and name, for a link to its page."""
        name = None if row is None else self.name(model, row)
        return None if row is None or name is None else (row, name)


def _names_of(model: type[models.Model], ids: set[int]) -> dict[int, str]:
    if not ids:
        return {}
    rows: QuerySet[Any] = QuerySet(model).filter(pk__in=ids)
    if model is Person:
        return {row.pk: str(row) for row in rows.only("first_name", "last_name")}
    return dict(rows.values_list("pk", _CALLED.get(model, "name")))


# Rows whose name stands in another column than `name`.
_CALLED: dict[type[models.Model], str] = {Violation: "ticket", Vehicle: "plate", User: "email"}


@cache
def field_of(table: str, column: str) -> models.Field[Any, Any] | None:
    """The field of a column; None for one that only the database knows, or that is gone."""
    for model in apps.get_models():
        if model._meta.db_table == table:
            found = next((field for field in model._meta.concrete_fields if field.column == column), None)
            return found.output_field if isinstance(found, models.GeneratedField) else found
    return None


def _target(field: models.Field[Any, Any] | None) -> type[models.Model] | None:
    """The rows that a field points at, where they have names."""
    if not isinstance(field, ClientForeignKey | models.ForeignKey):
        return None
    target: type[models.Model] = field.remote_field.model
    if target is Person or target in _CALLED or any(one.name == "name" for one in target._meta.concrete_fields):
        return target
    return None
