"""Reads the fields of a row by the mapping: each field becomes one function of the row's cells."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from django.utils.translation import gettext_noop as _

from curbledger.importing.fault import BadFile, BadRow
from curbledger.importing.reading import ISO_DAY, fold, read_amount, read_day, read_time
from curbledger.importing.said import Said
from curbledger.importing.schema import FIELDS, STATUSES, Field, Kind, Shape

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from curbledger.importing.mapping import ImportMapping, Source
    from curbledger.importing.reader import Row
    from curbledger.importing.said import Value

# What else separates columns in files that are called CSV.
_DELIMITERS = (";", "\t", "|", ",")

Cells: TypeAlias = "Sequence[str]"
Values = dict[str, Any]
Getter: TypeAlias = "Callable[[Cells], Any]"


class Form:
    """What a row says, by field. Fields that the mapping leaves out, and blank ones, are None."""

    def __init__(self, mapping: ImportMapping, kind: Kind, header: Sequence[str], path: Path) -> None:
        places = _places(mapping, header, path)
        known = FIELDS[kind]
        self._getters = {
            name: _getter(known[name], source, places)
            for name, source in mapping.fields.items()
            if source.made_from is None and source.days_after_issue is None
        }
        self._required = tuple(name for name in self._getters if known[name].required)

    def read(self, row: Row) -> Values:
        """Every field's value. Raises BadRow with the field's name."""
        if row.fault is not None:
            raise BadRow(row.fault)
        cells, values, name = row.cells, Values(), ""
        try:
            for name, get in self._getters.items():
                values[name] = get(cells)
        except BadRow as fault:
            raise BadRow(fault.said, name) from None
        for name in self._required:
            if values[name] is None:
                raise BadRow(_("is blank"), name)
        return values

    def read_text(self, name: str, row: Row) -> str | None:
        """A field of text alone. Raises BadRow."""
        if row.fault is not None:
            raise BadRow(row.fault)
        text: str | None = self._getters[name](row.cells)
        return text


def columns_at(mapping: ImportMapping, field: str, header: Sequence[str]) -> list[int]:
    """Where the columns stand that a number is made from. They are in the header: the form has looked."""
    return [list(header).index(column) for column in mapping.fields[field].made_from or ()]


def _places(mapping: ImportMapping, header: Sequence[str], path: Path) -> dict[str, int]:
    places = {column: place for place, column in enumerate(header)}
    faults: list[Said] = []
    for name, source in mapping.fields.items():
        for column in source.named_columns:
            if column not in places:
                faults.append(_no_column(name, column, places, path))
            elif list(header).count(column) > 1:
                several: dict[str, Value] = {"file": path.name, "column": repr(column)}
                faults.append(Said(_("{file} has several columns {column}."), several, f"fields.{name}"))
    if faults:
        columns: dict[str, Value] = {"file": path.name, "columns": ", ".join(header)}
        faults.append(Said(_("The columns of {file} are: {columns}."), columns))
        if len(header) == 1 and (other := next((one for one in _DELIMITERS if one in header[0]), None)):
            said = _("If {sign} separates them, say `delimiter = {written}` under [file].")
            faults.append(Said(said, {"sign": repr(other), "written": json.dumps(other)}))
        raise BadFile(Said(_("The mapping does not fit the file:\n{faults}"), {"faults": faults}))
    return places


def _no_column(field: str, column: str, places: dict[str, int], path: Path) -> Said:
    folded = {fold(place): place for place in places}
    near = get_close_matches(fold(column), folded, n=1, cutoff=0.6)
    values: dict[str, Value] = {"file": path.name, "column": repr(column)}
    if not near:
        return Said(_("{file} has no column {column}."), values, f"fields.{field}")
    values["near"] = repr(folded[near[0]])
    return Said(_("{file} has no column {column}; did you mean {near}?"), values, f"fields.{field}")


def _getter(field: Field, source: Source, places: dict[str, int]) -> Getter:
    convert = _converter(field, source)
    text = _text_of(source, places)
    blank = frozenset(map(fold, source.blank))
    half = None if source.am_pm is None else places[source.am_pm]

    def get(cells: Cells) -> object:
        value = text(cells)
        if not value or (blank and fold(value) in blank):
            if source.default is None:
                return None
            value = source.default
        if half is not None:
            return read_time(value, cells[half])
        return convert(value)

    return get


def _text_of(source: Source, places: dict[str, int]) -> Callable[[Cells], str]:
    if source.constant is not None:
        constant = source.constant
        return lambda _cells: constant
    if source.column is not None:
        place = places[source.column]
        return lambda cells: cells[place].strip()
    several = [places[column] for column in source.columns or ()]

    def joined(cells: Cells) -> str:
        parts = [part for place in several if (part := cells[place].strip())]
        return source.join.join(parts)

    return joined


def _converter(field: Field, source: Source) -> Callable[[str], Any]:
    if field.shape is Shape.AMOUNT:
        return partial(read_amount, decimal=source.decimal)
    if field.shape is Shape.DAY:
        formats = ISO_DAY if source.constant is not None or not source.format else tuple(source.format)
        return partial(_day, formats=formats, default=source.default)
    if field.shape is Shape.STATUS:
        return _status_reader(source)
    if field.shape in {Shape.TEXT, Shape.NUMBER, Shape.LIST}:
        return partial(_text, limit=field.limit, prefix=source.prefix)
    return _READERS[field.shape]


def _day(text: str, *, formats: tuple[str, ...], default: str | None) -> datetime:
    # A default is the mapping's own word, and mappings write days as 2021-05-31.
    return read_day(text, ISO_DAY if text == default else formats)


def _text(text: str, *, limit: int | None, prefix: str) -> str:
    text = prefix + text
    if limit is not None and len(text) > limit:
        raise BadRow(_("is {length} characters long, and {most} are kept"), length=len(text), most=limit)
    return text


def _whole(text: str) -> int:
    try:
        number = Decimal(text)
        if number == number.to_integral_value() and abs(number) < 2**31:
            return int(number)
    except (InvalidOperation, ValueError, OverflowError):
        pass
    raise BadRow(_("{text} is not a whole number"), text=repr(text))


def _degrees(text: str) -> Decimal:
    try:
        degrees = Decimal(text)
        if abs(degrees) <= 180:  # noqa: PLR2004 - half the way around.
            return degrees.quantize(Decimal("0.000001"))
    except InvalidOperation:
        pass
    raise BadRow(_("{text} is not a position in degrees"), text=repr(text))


def _status_reader(source: Source) -> Callable[[str], str]:
    known = {fold(spelling): status for status, spellings in source.values.items() for spelling in spellings}
    if not source.values:
        known = {status: status for status in STATUSES}

    def read(text: str) -> str:
        status = known.get(fold(text))
        if status is None:
            raise BadRow(_("{text} stands for no status in the mapping"), text=repr(text))
        return status

    return read


_READERS: dict[Shape, Callable[[str], Any]] = {
    Shape.TIME: read_time,
    Shape.WHOLE: _whole,
    Shape.DEGREES: _degrees,
}
