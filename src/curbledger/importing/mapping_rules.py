"""What a mapping must keep to beyond its form: fields that exist, keys that fit their shape, nothing said twice."""

from __future__ import annotations

from datetime import UTC, datetime
from difflib import get_close_matches
from itertools import chain
from typing import TYPE_CHECKING

from curbledger.importing.fault import BadRow
from curbledger.importing.reading import fold, read_amount
from curbledger.importing.schema import FIELDS, OPTIONS, STATUSES, Field, Kind, Shape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from curbledger.importing.mapping import ImportMapping, ListRules, Source

_OPTIONS = frozenset(chain.from_iterable(OPTIONS.values()))


def faults_of(mapping: ImportMapping, kind: Kind) -> list[str]:
    """Everything that is wrong, each with the key that it is about."""
    if mapping.kind is not None and mapping.kind is not kind:
        return [f"kind: this mapping is for {mapping.kind.value}, and {kind.value} are to be imported."]
    return [*_field_faults(mapping, kind), *_combination_faults(mapping), *_list_faults(mapping)]


def _field_faults(mapping: ImportMapping, kind: Kind) -> Iterator[str]:
    known = FIELDS[kind]
    for name, source in mapping.fields.items():
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(known)}"
            yield f"fields.{name}: there is no such field of {kind.value}{hint}."
        else:
            yield from _source_faults(name, known[name], source)
    for name, field in known.items():
        if field.required and name not in mapping.fields:
            yield f"fields.{name}: is missing; {kind.value} cannot be imported without it."


def _source_faults(name: str, field: Field, source: Source) -> Iterator[str]:
    key = f"fields.{name}"
    said = source.model_fields_set
    for option in sorted(said & _OPTIONS - OPTIONS[field.shape]):
        yield f"{key}.{option}: does not fit; this field is read as: {field.shape.value}."
    if source.made_from is not None and field.shape is not Shape.NUMBER:
        yield f"{key}.made_from: only ticket, reference and unique_id can be made."
    if source.days_after_issue is not None and name != "due":
        yield f"{key}.days_after_issue: only due is counted from the issue."
    if field.shape is Shape.NUMBER and source.constant is not None:
        yield f"{key}.constant: every row would have the same number."
    if "join" in said and source.columns is None:
        yield f"{key}.join: joins nothing; it belongs with columns."
    if field.shape is Shape.NUMBER and field.limit and len(source.prefix) > field.limit // 3:
        yield f"{key}.prefix: is longer than {field.limit // 3} characters."
    yield from _reading_faults(key, source)


def _reading_faults(key: str, source: Source) -> Iterator[str]:
    for status in source.values:
        if status not in STATUSES:
            yield f"{key}.values.{status}: there is no such status; there are {', '.join(STATUSES)}."
    yield from _double(f"{key}.values", source.values)
    for form in source.format:
        if not _is_format(form):
            yield f"{key}.format: {form!r} names no day, month and year; write it such as %m/%d/%Y."


def _is_format(form: str) -> bool:
    try:
        written = datetime(2003, 11, 28, tzinfo=UTC).strftime(form)
        return datetime.strptime(written, form).date() == datetime(2003, 11, 28, tzinfo=UTC).date()  # noqa: DTZ007
    except ValueError:
        return False


def _combination_faults(mapping: ImportMapping) -> Iterator[str]:
    fields = mapping.fields
    for name, needed in (("issued_time", "issued"), ("paid_time", "paid_on"), ("sent_on", "agency")):
        if name in fields and needed not in fields:
            yield f"fields.{name}: needs fields.{needed} beside it."
    if "agency" in fields and "sent_on" not in fields:
        yield "fields.agency: needs fields.sent_on beside it: the day on which the ticket went there."
    if "placed" in fields and "sent_on" not in fields:
        yield "fields.placed: needs fields.sent_on beside it."
    if {"plate_province", "plate_type"} & fields.keys() and not {"plate", "vin"} & fields.keys():
        yield "fields.plate: is missing, and there is a province or type of plate."


def _list_faults(mapping: ImportMapping) -> Iterator[str]:
    for name, rules in mapping.lists.items():
        yield from _rule_faults(f"lists.{name}", name, rules)


def _rule_faults(key: str, name: str, rules: ListRules) -> Iterator[str]:
    if name == "province" and rules.unknown == "add":
        yield f"{key}.unknown: a province is not added by a file; take reject or blank, and name others as aliases."
    if name != "offence" and "cost" in rules.model_fields_set:
        yield f"{key}.cost: only an offence costs something."
    try:
        read_amount(rules.cost)
    except BadRow as fault:
        yield f"{key}.cost: {fault.reason}."
    yield from _double(f"{key}.aliases", rules.aliases)


def _double(key: str, spellings: dict[str, list[str]]) -> Iterator[str]:
    owners: dict[str, str] = {}
    for name, others in spellings.items():
        for other in others:
            before = owners.setdefault(fold(other), name)
            if before != name:
                yield f"{key}: {other!r} stands for {before} and for {name}."
