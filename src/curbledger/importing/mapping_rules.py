"""What a mapping must keep to beyond its form: fields that exist, keys that fit their shape, nothing said twice."""

from __future__ import annotations

from datetime import UTC, datetime
from difflib import get_close_matches
from itertools import chain
from typing import TYPE_CHECKING

from django.utils.translation import gettext_noop as _

from curbledger.importing.fault import BadRow
from curbledger.importing.reading import fold, read_amount
from curbledger.importing.said import Said
from curbledger.importing.schema import FIELDS, OPTIONS, STATUSES, Field, Kind, Shape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from curbledger.importing.mapping import ImportMapping, ListRules, Source

_OPTIONS = frozenset(chain.from_iterable(OPTIONS.values()))


def faults_of(mapping: ImportMapping, kind: Kind) -> list[Said]:
    """Everything that is wrong, each with the key that it is about."""
    if mapping.kind is not None and mapping.kind is not kind:
        text = _("this mapping is for {kind}, and {wanted} are to be imported.")
        return [Said(text, {"kind": mapping.kind.value, "wanted": kind.value}, "kind")]
    return [*_field_faults(mapping, kind), *_combination_faults(mapping), *_list_faults(mapping)]


def _field_faults(mapping: ImportMapping, kind: Kind) -> Iterator[Said]:
    known = FIELDS[kind]
    for name, source in mapping.fields.items():
        if name not in known:
            yield _no_field(name, kind)
        else:
            yield from _source_faults(name, known[name], source)
    for name, field in known.items():
        if field.required and name not in mapping.fields:
            text = _("is missing; {kind} cannot be imported without it.")
            yield Said(text, {"kind": kind.value}, f"fields.{name}")


def _no_field(name: str, kind: Kind) -> Said:
    known = FIELDS[kind]
    near = get_close_matches(name, known, n=1)
    if near:
        text, other = _("there is no such field of {kind}; did you mean {near}?"), near[0]
    else:
        text, other = _("there is no such field of {kind}; there are {near}."), ", ".join(known)
    return Said(text, {"kind": kind.value, "near": other}, f"fields.{name}")


def _source_faults(name: str, field: Field, source: Source) -> Iterator[Said]:
    key = f"fields.{name}"
    said = source.model_fields_set
    for option in sorted(said & _OPTIONS - OPTIONS[field.shape]):
        yield Said(
            _("does not fit; this field is read as: {shape}."), {"shape": Said(field.shape.value)}, f"{key}.{option}"
        )
    if source.made_from is not None and field.shape is not Shape.NUMBER:
        yield Said(_("only ticket, reference and unique_id can be made."), about=f"{key}.made_from")
    if source.days_after_issue is not None and name != "due":
        yield Said(_("only due is counted from the issue."), about=f"{key}.days_after_issue")
    if field.shape is Shape.NUMBER and source.constant is not None:
        yield Said(_("every row would have the same number."), about=f"{key}.constant")
    if "join" in said and source.columns is None:
        yield Said(_("joins nothing; it belongs with columns."), about=f"{key}.join")
    if field.shape is Shape.NUMBER and field.limit and len(source.prefix) > field.limit // 3:
        yield Said(_("is longer than {most} characters."), {"most": field.limit // 3}, f"{key}.prefix")
    yield from _reading_faults(key, source)


def _reading_faults(key: str, source: Source) -> Iterator[Said]:
    for status in source.values:
        if status not in STATUSES:
            known = _("there is no such status; there are {known}.")
            yield Said(known, {"known": ", ".join(STATUSES)}, f"{key}.values.{status}")
    yield from _double(f"{key}.values", source.values)
    for form in source.format:
        if not _is_format(form):
            text = _("{format} names no day, month and year; write it such as %m/%d/%Y.")
            yield Said(text, {"format": repr(form)}, f"{key}.format")


def _is_format(form: str) -> bool:
    try:
        written = datetime(2003, 11, 28, tzinfo=UTC).strftime(form)
        return datetime.strptime(written, form).date() == datetime(2003, 11, 28, tzinfo=UTC).date()  # noqa: DTZ007
    except ValueError:
        return False


def _combination_faults(mapping: ImportMapping) -> Iterator[Said]:
    fields = mapping.fields
    for name, needed in (("issued_time", "issued"), ("paid_time", "paid_on"), ("sent_on", "agency")):
        if name in fields and needed not in fields:
            yield Said(_("needs fields.{needed} beside it."), {"needed": needed}, f"fields.{name}")
    if "agency" in fields and "sent_on" not in fields:
        text = _("needs fields.sent_on beside it: the day on which the ticket went there.")
        yield Said(text, about="fields.agency")
    if "placed" in fields and "sent_on" not in fields:
        yield Said(_("needs fields.{needed} beside it."), {"needed": "sent_on"}, "fields.placed")
    if {"plate_province", "plate_type"} & fields.keys() and not {"plate", "vin"} & fields.keys():
        yield Said(_("is missing, and there is a province or type of plate."), about="fields.plate")


def _list_faults(mapping: ImportMapping) -> Iterator[Said]:
    for name, rules in mapping.lists.items():
        yield from _rule_faults(f"lists.{name}", name, rules)


def _rule_faults(key: str, name: str, rules: ListRules) -> Iterator[Said]:
    if name == "province" and rules.unknown == "add":
        text = _("a province is not added by a file; take reject or blank, and name others as aliases.")
        yield Said(text, about=f"{key}.unknown")
    if name != "offence" and "cost" in rules.model_fields_set:
        yield Said(_("only an offence costs something."), about=f"{key}.cost")
    try:
        read_amount(rules.cost)
    except BadRow as fault:
        yield Said("{fault}.", {"fault": fault.said}, f"{key}.cost")
    yield from _double(f"{key}.aliases", rules.aliases)


def _double(key: str, spellings: dict[str, list[str]]) -> Iterator[Said]:
    owners: dict[str, str] = {}
    for name, others in spellings.items():
        for other in others:
            before = owners.setdefault(fold(other), name)
            if before != name:
                text = _("{text} stands for {one} and for {other}.")
                yield Said(text, {"text": repr(other), "one": before, "other": name}, key)
