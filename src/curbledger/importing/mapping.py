"""The mapping: a TOML file that says what each column of a file means. `docs/importing.md` explains every key."""

from __future__ import annotations

import codecs
import tomllib
from datetime import date
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError, field_validator, model_validator

from curbledger.errors import Invalid
from curbledger.importing.mapping_rules import faults_of
from curbledger.importing.schema import LISTS, Kind

if TYPE_CHECKING:
    from pathlib import Path

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
        if len(named) != 1:
            raise ValueError(
                f"says {' and '.join(named)}; one of them is enough"
                if named
                else f"does not say where its value comes from; give one of {', '.join(SOURCES)}"
            )
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
            raise ValueError(f"names no encoding: {encoding!r}; there are utf-8, latin-1, cp1252") from None
        if name.startswith(("utf-16", "utf-32", "utf-7")):
            raise ValueError(f"{encoding} is not read here; save the file as UTF-8")
        return "utf-8" if name == "utf-8-sig" else name

    @field_validator("earliest")
    @classmethod
    def _a_day(cls, day: str) -> str:
        try:
            return date.fromisoformat(day).isoformat()
        except ValueError:
            raise ValueError(f"{day!r} is not a day such as 1970-01-01") from None


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
            raise ValueError(f"is one of {', '.join(Kind)}, not {kind!r}")
        return None if kind is None else Kind(str(kind))

    @field_validator("lists")
    @classmethod
    def _lists(cls, lists: dict[str, ListRules]) -> dict[str, ListRules]:
        for name in lists:
            if name not in LISTS:
                raise ValueError(f"there is no list {name}; there are {', '.join(LISTS)}")
        return lists


def load_mapping(path: Path, kind: Kind) -> ImportMapping:
    """Read a mapping for that kind of rows. Raises Invalid with every key that is wrong, by its name."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise Invalid(f"The mapping {path} cannot be read: {error.strerror or error}.") from None
    except UnicodeDecodeError as error:
        raise Invalid(f"The mapping {path} is not TOML: {error}.") from None
    return read_mapping(text, kind, called=f"The mapping {path}")


def read_mapping(text: str, kind: Kind, *, called: str = "The mapping") -> ImportMapping:
    """The mapping that a text is. Raises Invalid with every key that is wrong, by its name."""
    try:
        mapping = ImportMapping.model_validate(read_tree(text, called=called))
    except ValidationError as error:
        faults = [_describe(one["loc"], one["type"], one["msg"]) for one in error.errors()]
        raise _unusable(called, faults) from None
    if faults := faults_of(mapping, kind):
        raise _unusable(called, faults)
    return mapping


def read_tree(text: str, *, called: str = "The mapping") -> dict[str, Any]:
    """What a text says as TOML, unchecked. Raises Invalid."""
    try:
        # As a file is read: TOML knows two ends of a line, and no third.
        return tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        raise Invalid(f"{called} is not TOML: {error}.") from None


def _unusable(called: str, faults: list[str]) -> Invalid:
    return Invalid(f"{called} cannot be used:\n" + "\n".join(f"  {fault}" for fault in faults))


def _describe(location: tuple[int | str, ...], type_: str, message: str) -> str:
    key = ".".join(map(str, location)) or "the file"
    if type_ == "extra_forbidden":
        return f"{key}: there is no such key here{_near(location)}."
    if type_ == "missing":
        return f"{key}: is missing."
    return f"{key}: {message.removeprefix('Value error, ')}."


def _near(location: tuple[int | str, ...]) -> str:
    tables: dict[str, type[BaseModel]] = {"fields": Source, "lists": ListRules, "file": FileRules}
    table = tables.get(str(location[0]), ImportMapping) if len(location) > 1 else ImportMapping
    names = list(table.model_fields)
    near = get_close_matches(str(location[-1]), names, n=1)
    return f"; did you mean {near[0]}?" if near else f"; there are {', '.join(names)}"
