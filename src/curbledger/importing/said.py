"""Words that are written down where nobody reads them yet, and read later in whichever language: text and values apart.

As `str` they are English, as lists of rejected rows and the command have them; `translated` is for a page.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from django.utils import translation
from django.utils.translation import gettext

from curbledger.kit import money

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Value: TypeAlias = "str | int | Decimal | Said | list[Said]"


@dataclass(frozen=True, slots=True)
class Said:
    """A text of the catalogue (`gettext_noop`), what stands in its braces, and the field or key that it is about."""

    text: str
    values: Mapping[str, Value] = field(default_factory=dict)
    about: str = ""

    def __str__(self) -> str:
        # Amounts follow the active language, too.
        with translation.override("en"):
            return self.spoken(str)

    def translated(self) -> str:
        """In the language that is active."""
        return self.spoken(gettext)

    def without_about(self) -> Said:
        """The words alone, for a page that names the field in its own."""
        return replace(self, about="")

    def mapped(self, change: Callable[[str], str]) -> Said:
        """The same with its own texts changed: a path that goes nowhere."""
        return replace(self, values={name: _mapped(value, change) for name, value in self.values.items()})

    def kept(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "text": self.text,
            "values": {name: _kept(value) for name, value in self.values.items()},
            "about": self.about,
        }

    def spoken(self, words: Callable[[str], str]) -> str:
        """With its texts as `words` has them."""
        values = {name: _shown(value, words) for name, value in self.values.items()}
        said = words(self.text).format(**values)
        return f"{self.about}: {said}" if self.about else said


def read_said(kept: Mapping[str, Any]) -> Said:
    """What `kept` made."""
    values = {name: _read(value) for name, value in kept["values"].items()}
    return Said(kept["text"], values, kept["about"])


def _shown(value: Value, words: Callable[[str], str]) -> str:
    if isinstance(value, Decimal):
        return money.show(value)
    if isinstance(value, Said):
        return value.spoken(words)
    if isinstance(value, list):
        return "\n".join(f"  {one.spoken(words)}" for one in value)
    return str(value)


def _mapped(value: Value, change: Callable[[str], str]) -> Value:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Said):
        return value.mapped(change)
    return [one.mapped(change) for one in value] if isinstance(value, list) else value


def _kept(value: Value) -> Any:  # noqa: ANN401  # as JSON has it
    if isinstance(value, Decimal):
        return {"amount": str(value)}
    if isinstance(value, Said):
        return {"said": value.kept()}
    return [one.kept() for one in value] if isinstance(value, list) else value


def _read(value: Any) -> Value:  # noqa: ANN401  # as JSON has it
    if isinstance(value, dict):
        return Decimal(value["amount"]) if "amount" in value else read_said(value["said"])
    if isinstance(value, list):
        return [read_said(one) for one in value]
    return value if isinstance(value, int) else str(value)
