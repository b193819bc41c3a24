"""What a call may carry, declared in one place, and read from its body by that declaration.

    PLATE = Field("plate", ("plate", "LicencePlate"), TEXT, limit=25, required=True, required_code=9006)

    values = decode((PLATE, ...), body)
    values[PLATE]

The declaration is data: documentation is made from the same fields.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from curbledger.refusal import Refusal
from curbledger.wire.body import Number
from curbledger.wire.kinds import EMAIL, LISTED, TEXT, TooLong, TooShort, as_written

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping
    from typing import TypeAlias

    from curbledger.wire.body import Json
    from curbledger.wire.kinds import Kind

    # A field, the name it came under, and its value.
    _Found: TypeAlias = "tuple[Field[Any], str, Json]"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Field(Generic[T]):
    """One row of a table in the contract. Of several names that were sent, the first in `names` wins."""

    attribute: str
    names: tuple[str, ...]
    kind: Kind[T]
    limit: int | None = None
    required: bool = False
    required_code: int = 9031
    limit_code: int = 9030
    value_code: int = 9033
    # Where an empty string takes the value away, instead of being refused. A text may always be empty.
    clearable: bool = False
    description: str = ""
    # Those of the names that stand for an id: a name is taken there too, but only one that the list holds.
    id_names: tuple[str, ...] = ()
    # Read by the view (decode_late), once it knows what else this very call requires.
    late: bool = False

    def given(self, body: Mapping[str, Json]) -> tuple[str, Json]:
        """The name that counts, as the caller spelt it, and its value: null where there is none."""
        spelt = [name for name in self.names if name in body]
        chosen = next((name for name in spelt if body[name] is not None), None)
        if chosen is None:
            return (spelt or self.names)[0], None
        return chosen, body[chosen]

    def is_missing(self, value: Json) -> bool:
        """Whether a required field has nothing in it. Blanks are no name and no key; of a plate they are too few."""
        return value in (None, "") or (self.kind in (TEXT, EMAIL) and isinstance(value, str) and not value.strip())

    def read(self, name: str, value: Json) -> T | None:
        """The value, or None for one that is taken away. Raises Refusal."""
        # PostgreSQL stores no NUL.
        if not isinstance(value, str | Number) or "\0" in as_written(value):
            raise Refusal(self.value_code, field=name)
        if value == "" and self.clearable:
            return None
        if self.limit is not None and len(as_written(value)) > self.limit:
            raise Refusal(self.limit_code, field=name)
        kind = cast("Kind[T]", LISTED) if name in self.id_names else self.kind
        try:
            return kind.read(value)
        except TooShort:
            raise Refusal(9032, field=name) from None
        except TooLong:
            raise Refusal(self.limit_code, field=name) from None
        except ValueError:
            raise Refusal(self.value_code, field=name) from None


@dataclass(frozen=True, slots=True)
class Values:
    """What a call carried, by field."""

    read: Mapping[str, object]
    # How the caller spelt each attribute; the first accepted name for what was not sent.
    spellings: Mapping[str, str]

    def __contains__(self, field: Field[Any]) -> bool:
        """Whether it was sent, be it as an empty string. Null is not sent."""
        return field.attribute in self.read

    def __getitem__(self, field: Field[T]) -> T:
        """The value of a required field. Raises KeyError where it was not sent."""
        return cast("T", self.read[field.attribute])

    def get(self, field: Field[T]) -> T | None:
        """The value, or None where it was not sent or is taken away."""
        return cast("T | None", self.read.get(field.attribute))

    def emptied(self, field: Field[Any]) -> bool:
        """Whether it was sent as an empty string."""
        return field in self and self.read[field.attribute] in (None, "")

    def spelling(self, field: Field[Any]) -> str:
        """The name as the caller spelt it."""
        return self.spellings[field.attribute]


NOTHING = Values({}, {})


def decode(fields: Iterable[Field[Any]], body: Mapping[str, Json]) -> Values:
    """Read the fields from a body.

    Raises Refusal: first for required fields that are missing or empty, then for formats, each in the order of
    declaration. Keys that no field names are ignored. Of late fields only those that are always required are looked
    at, and none is read.
    """
    found = _required(fields, body)
    return _read(found, [row for row in found if not row[0].late])


def decode_late(
    fields: Iterable[Field[Any]], body: Mapping[str, Json], *, required: Container[Field[Any]] = ()
) -> Values:
    """Read the late fields too, of which this call requires some more. Raises as `decode` does."""
    found = _required(fields, body, required)
    return _read(found, found)


def _required(fields: Iterable[Field[Any]], body: Mapping[str, Json], more: Container[Field[Any]] = ()) -> list[_Found]:
    found = [(field, *field.given(body)) for field in fields]
    for field, name, value in found:
        if (field.required or field in more) and field.is_missing(value):
            raise Refusal(field.required_code, field=name)
    return found


def _read(found: list[_Found], wanted: list[_Found]) -> Values:
    return Values(
        read={field.attribute: field.read(name, value) for field, name, value in wanted if value is not None},
        spellings={field.attribute: name for field, name, _ in found},
    )
