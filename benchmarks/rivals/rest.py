"""Django REST framework: nested serializers over the product's models, and everything nested fetched beforehand.

The models keep no way back from a ticket to its offences, so `prefetch_related` serves only the references. What
points the other way is fetched just as `Prefetch` with `to_attr` would: one query for all, spread in Python.
"""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db.models import Model, prefetch_related_objects
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer

from benchmarks.rivals import words
from benchmarks.rivals.keys import DRIVER, VEHICLE, VIOLATION, Entity, Key, Kind
from curbledger.registry.models import Driver
from curbledger.violations.models import Attachment, Detail, Violation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from zoneinfo import ZoneInfo


class _Fixed(serializers.Field):
    """A key that always has one value."""

    def __init__(self, value: str | None) -> None:
        super().__init__(allow_null=True)
        self._value = value

    def get_attribute(self, instance: object) -> str | None:  # noqa: ARG002  # the same for every row.
        """The value, whatever the row."""
        return self._value

    def to_representation(self, value: object) -> object:
        return value


class _Number(serializers.Field):
    """An amount, as a JSON number."""

    def to_representation(self, value: Any) -> float:  # noqa: ANN401  # the framework's own signature.
        return float(value)


class _NumberOrNothing(serializers.Field):
    """An amount; 0 where there is none."""

    def get_attribute(self, instance: object) -> object:
        return super().get_attribute(instance) or 0

    def to_representation(self, value: Any) -> float:  # noqa: ANN401  # the framework's own signature.
        return float(value)


class _Written(serializers.Field):
    """A value in the wire's own spelling."""

    def __init__(self, write: Callable[[Any], object], **options: object) -> None:
        super().__init__(**options)
        self._write = write

    def to_representation(self, value: object) -> object:
        return self._write(value)


class Rest:
    """The serializers, and the fetching."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._fields: dict[Kind, Any] = {
            Kind.PLAIN: serializers.CharField,
            Kind.NUMBER: serializers.IntegerField,
            Kind.FLAG: serializers.IntegerField,
            Kind.TRUTH: serializers.BooleanField,
            Kind.MONEY: _Number,
            Kind.MONEY_OR_NOTHING: _NumberOrNothing,
            Kind.TAX: partial(_Written, words.tax),
            Kind.TIME: partial(_Written, words.moment),
            Kind.DAY: partial(_Written, words.midnight(zone)),
            Kind.MARK: partial(_Written, words.mark),
        }
        self._records = self._serializer(VIOLATION)
        self._renderer = JSONRenderer()

    def __call__(self, ids: Sequence[int]) -> bytes:
        """The records of these violations, as one JSON list. In the client's scope."""
        rows = _fetch(ids)
        rendered: bytes = self._renderer.render(self._records(rows, many=True).data)
        return rendered

    def _serializer(self, entity: Entity) -> Any:  # noqa: ANN401  # a class of the framework, which has no types.
        fields = {key.name: self._field(key) for key in entity.keys}
        for nested in entity.nested:
            source = nested.name if nested.many else nested.path
            fields[nested.name] = self._serializer(nested.entity)(
                many=nested.many, **({} if source == nested.name else {"source": source})
            )
        return type(f"{entity.model.__name__}Serializer", (serializers.Serializer,), fields)

    def _field(self, key: Key) -> Any:  # noqa: ANN401  # a field of the framework, which has no types.
        options: dict[str, Any] = {"allow_null": True}
        if key.path not in {"", key.name}:
            options["source"] = key.path
        if key.kind is Kind.NOTHING:
            return _Fixed(None)
        if key.kind is Kind.WORD:
            return _Fixed(key.path)
        return self._fields[key.kind](**options)


def _fetch(ids: Sequence[int]) -> list[Violation]:
    rows = list(Violation.objects.filter(pk__in=ids).order_by("pk"))
    prefetch_related_objects(rows, *_references(VIOLATION), *(f"vehicle__{one}" for one in _references(VEHICLE)))
    details = Detail.objects.filter(violation_id__in=ids).order_by("pk").prefetch_related("offence__category")
    _spread(rows, "details", details.prefetch_related("location"), "violation_id")
    _spread(rows, "attachments", Attachment.objects.filter(violation_id__in=ids).order_by("pk"), "violation_id")
    for row in rows:
        for child in (*vars(row)["details"], *vars(row)["attachments"]):
            child.violation = row
    vehicles = [row.vehicle for row in rows if row.vehicle is not None]
    drivers = Driver.objects.filter(vehicle_id__in={vehicle.pk for vehicle in vehicles}).order_by("person_id")
    _spread(vehicles, "drivers", drivers.prefetch_related(*_references(DRIVER)), "vehicle_id")
    return rows


def _references(entity: Entity) -> list[str]:
    """What the keys of an entity look at beside its own row, as `prefetch_related` names it."""
    paths = [key.path.rpartition(".")[0] for key in entity.keys if "." in key.path]
    nested = [one.path for one in entity.nested if not one.many]
    beyond = [f"{one.path}__{path}" for one in entity.nested if not one.many for path in _references(one.entity)]
    return list(dict.fromkeys(path.replace(".", "__") for path in (*paths, *nested, *beyond) if path))


def _spread(rows: Iterable[Model], name: str, children: Iterable[Model], by: str) -> None:
    found: dict[int, list[Model]] = defaultdict(list)
    for child in children:
        found[vars(child)[by]].append(child)
    for row in rows:
        setattr(row, name, found[row.pk])
