"""The mapping: a TOML file that says what each column of a file means. `docs/importing.md` explains every key."""

from __future__ import annotations

import codecs
import re
import tomllib
from datetime import date
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Literal

from django.utils.translation import gettext_noop as _
from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError, field_validator, model_validator

from curbledger.importing.fault import BadFile, BadKey
from curbledger.importing.mapping_rules import faults_of
from curbledger.importing.said import Said
from curbledger.importing.schema import LISTS, Kind

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic_core import ErrorDetails

    from curbledger.importing.said import Value

SOURCES = ("column", "columns", "constant", "made_from", "days_after_issue")


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Source(_Table):
    """Where a field's value comes from (one of SOURCES), and how it is read."""

    column: str | None = None
    columns: list[str] | None = Field(default=None, min_length=1)
    join: str = " "
    constant: str | None = None
    made_from: list[str] | None = Field(default=None, min_length=1)
    days_after_issue: int | None = Field(default=None, ge=0, le=3650)
    default: str | None = None
    blank: list[str] = []
    prefix: str = ""
    format: list[str] = Field(default=[], min_length=1)
    decimal: Literal[".", ","] = "."
    am_pm: str | None = None
    values: dict[str, list[str]] = {}

    @model_validator(mode="before")
    @classmethod
    def _expand(cls, given: object) -> object:
        """A column's name alone stands for `{ column = … }`; one format for a list of one; a number for its text."""
        if isinstance(given, str):
            return {"column": given}
        if not isinstance(given, dict):
            return given
        given = dict(given)
        if isinstance(given.get("format"), str):
            given["format"] = [given["format"]]
        for key in ("constant", "default"):
            if isinstance(given.get(key), int | float | date) and not isinstance(given[key], bool):
                given[key] = str(given[key])
        return given

    @model_validator(mode="after")
    def _one_source(self) -> Source:
        named = [name for name in SOURCES if getattr(self, name) is not None]
        if not named:
            known = ", ".join(SOURCES)
            raise BadKey(_("does not say where its value comes from; give one of {known}"), known=known)
        if len(named) > 1:
            raise BadKey(_("says {one} and {other}; one of them is enough"), one=named[0], other=named[1])
        return self

    @property
    def named_columns(self) -> list[str]:
        """Every column of the file that this field reads."""
        return [
            *([self.column] if self.column is not None else []),
            *(self.columns or []),
            *(self.made_from or []),
            *([self.am_pm] if self.am_pm is not None else []),
        ]


class ListRules(_Table):
    """How the values of a list are found, and what becomes of those that are not."""

    unknown: Literal["add", "blank", "reject"] | None = None
    blank: list[str] | None = None
    # The entry's name, and every other way in which the file spells it.
    aliases: dict[str, list[str]] = {}
    # A value of exactly so many characters may be the beginning of a longer name.
    clipped: PositiveInt | None = None
    # What an offence costs that is added.
    cost: str = "0.00"


class FileRules(_Table):
    """How the file is written."""

    # None: UTF-8, or Windows-1252 where the file shows that it is not.
    encoding: str | None = None
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    quote: str = Field(default='"', max_length=1)
    # Names for the columns of a file without a header.
    header: list[str] | None = Field(default=None, min_length=1)
    # No row of the file can be older than this day.
    earliest: str = "1970-01-01"

    @model_validator(mode="before")
    @classmethod
    def _day_as_text(cls, given: object) -> object:
        if isinstance(given, dict) and isinstance(given.get("earliest"), date):
            return {**given, "earliest": given["earliest"].isoformat()[:10]}
        return given

    @field_validator("encoding")
    @classmethod
    def _known(cls, encoding: str | None) -> str | None:
        if encoding is None:
            return None
        try:
            name = codecs.lookup(encoding).name
        except LookupError:
            text = _("names no encoding: {encoding}; there are utf-8, latin-1, cp1252")
            raise BadKey(text, encoding=repr(encoding)) from None
        if name.startswith(("utf-16", "utf-32", "utf-7")):
            raise BadKey(_("{encoding} is not read here; save the file as UTF-8"), encoding=encoding)
        return "utf-8" if name == "utf-8-sig" else name

    @field_validator("earliest")
    @classmethod
    def _a_day(cls, day: str) -> str:
        try:
            return date.fromisoformat(day).isoformat()
        except ValueError:
            raise BadKey(_("{text} is not a day such as 1970-01-01"), text=repr(day)) from None


class ImportMapping(_Table):
    """A whole mapping."""

    kind: Kind | None = None
    file: FileRules = FileRules()
    fields: dict[str, Source]
    lists: dict[str, ListRules] = {}

    @field_validator("kind", mode="before")
    @classmethod
    def _kind(cls, kind: object) -> Kind | None:
        if kind not in {None, *Kind}:
            raise BadKey(_("is one of {known}, not {text}"), known=", ".join(Kind), text=repr(kind))
        return None if kind is None else Kind(str(kind))

    @field_validator("lists")
    @classmethod
    def _lists(cls, lists: dict[str, ListRules]) -> dict[str, ListRules]:
        for name in lists:
            if name not in LISTS:
                raise BadKey(_("there is no list {name}; there are {known}"), name=name, known=", ".join(LISTS))
        return lists


def load_mapping(path: Path, kind: Kind) -> ImportMapping:
    """Read a mapping for that kind of rows. Raises BadFile with every key that is wrong, by its name."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        why = str(error.strerror or error)
        raise BadFile(Said(_("The mapping {file} cannot be read: {why}."), {"file": str(path), "why": why})) from None
    except UnicodeDecodeError as error:
        raise _not_toml(_named(path), error) from None
    return read_mapping(text, kind, called=_named(path))


def _named(path: Path) -> Said:
    return Said(_("The mapping {file}"), {"file": str(path)})


_UNNAMED = Said(_("The mapping"))


def read_mapping(text: str, kind: Kind, *, called: Said = _UNNAMED) -> ImportMapping:
    """The mapping that a text is. Raises BadFile with every key that is wrong, by its name."""
    try:
        mapping = ImportMapping.model_validate(read_tree(text, called=called))
    except ValidationError as error:
        faults = [_describe(one) for one in error.errors()]
        raise _unusable(called, faults) from None
    if faults := faults_of(mapping, kind):
        raise _unusable(called, faults)
    return mapping


def read_tree(text: str, *, called: Said = _UNNAMED) -> dict[str, Any]:
    """What a text says as TOML, unchecked. Raises BadFile."""
    try:
        # As a file is read: TOML knows two ends of a line, and no third.
        return tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        raise _not_toml(called, error) from None


def _not_toml(called: Said, error: ValueError) -> BadFile:
    # The parser's own words are English, and say less than where it stopped.
    found = re.search(r"line (\d+), column (\d+)", str(error))
    if found is None:
        return BadFile(Said(_("{mapping} is not TOML: it breaks off, or is not UTF-8."), {"mapping": called}))
    values: dict[str, Value] = {"mapping": called, "line": found[1], "column": found[2]}
    return BadFile(Said(_("{mapping} is not TOML: look at line {line}, column {column}."), values))


def _unusable(called: Said, faults: list[Said]) -> BadFile:
    return BadFile(Said(_("{mapping} cannot be used:\n{faults}"), {"mapping": called, "faults": faults}))


# What pydantic calls faults that the types alone find. A type that is not here keeps pydantic's own words.
_WORDS = {
    "missing": _("is missing."),
    "model_type": _("is a table of keys."),
    "dict_type": _("is a table of keys."),
    "string_type": _("is a text in quotes."),
    "list_type": _("is a list in brackets."),
    "int_type": _("is a whole number."),
    "literal_error": _("is one of these: {expected}."),
    "string_too_short": _("has at least {min_length} characters."),
    "string_too_long": _("has at most {max_length} characters."),
    "too_short": _("holds at least {min_length}."),
    "greater_than": _("is more than {gt}."),
    "greater_than_equal": _("is at least {ge}."),
    "less_than_equal": _("is at most {le}."),
}


def _describe(error: ErrorDetails) -> Said:
    location, context = error["loc"], error.get("ctx", {})
    key = ".".join(map(str, location))
    if error["type"] == "extra_forbidden":
        return _unknown(location, key)
    if error["type"] == "value_error" and isinstance(ours := context.get("error"), BadKey):
        return Said("{fault}.", {"fault": ours.said}, key)
    words = _WORDS.get(error["type"])
    if words is None:
        return Said("{message}.", {"message": error["msg"]}, key)
    return Said(words, {name: str(value).replace(" or ", ", ") for name, value in context.items()}, key)


def _unknown(location: tuple[int | str, ...], key: str) -> Said:
    tables: dict[str, type[BaseModel]] = {"fields": Source, "lists": ListRules, "file": FileRules}
    table = tables.get(str(location[0]), ImportMapping) if len(location) > 1 else ImportMapping
    names = list(table.model_fields)
    near = get_close_matches(str(location[-1]), names, n=1)
    if near:
        return Said(_("there is no such key here; did you mean {near}?"), {"near": near[0]}, key)
    return Said(_("there is no such key here; there are {known}."), {"known": ", ".join(names)}, key)
