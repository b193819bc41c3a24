"""What a notice's text may leave open, and what is put there: checked when it is saved, so that none breaks later."""

from __future__ import annotations

from string import Formatter
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from curbledger.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# In words for whoever writes a text; the keys are what stands between the braces.
PLACEHOLDERS: dict[str, str] = {
    "name": "the person's name",
    "tickets": "the tickets, one a line; a table in a letter",
    "numbers": "the tickets' numbers",
    "count": "how many tickets there are",
    "total": "what is owed in all, with the currency",
    "today": "the day on which it is written",
    "client": "the client's name",
    "phone": "the letterhead's phone number",
    "website": "the letterhead's website",
    "email": "the letterhead's e-mail address",
}
# Where a letter draws its table. A character that no text holds.
TABLE = "\ufffc"
_FORMATTER = Formatter()


def check(text: str, *, field: str) -> set[str]:
    """The placeholders of a text. Raises Invalid, naming the one that does not exist or the brace that stands alone."""
    return {name for _, name in _pieces(text, field) if name is not None}


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with the values put in. A line that only a value without content was for is left out.

    Values are put in as they are: a brace in a name is no placeholder.
    """
    lines = []
    for line in text.split("\n"):
        pieces = list(_pieces(line, "body"))
        if any(name is not None and not values[name] for _, name in pieces):
            continue
        lines.append("".join(literal + (values[name] if name is not None else "") for literal, name in pieces))
    return "\n".join(lines)


def _pieces(text: str, field: str) -> Iterator[tuple[str, str | None]]:
    try:
        pieces = list(_FORMATTER.parse(text))
    except ValueError:
        raise Invalid(
            gettext(
                "A brace stands alone. A placeholder is written {name}; a brace itself is written twice, {{ or }}."
            ),
            field=field,
        ) from None
    for literal, name, form, conversion in pieces:
        if name is not None and (name not in PLACEHOLDERS or form or conversion):
            shown = name + (f"!{conversion}" if conversion else "") + (f":{form}" if form else "")
            known = ", ".join(f"{{{one}}}" for one in PLACEHOLDERS)
            raise Invalid(
                gettext("There is no placeholder {unknown}. There are: {known}.").format(
                    unknown=f"{{{shown}}}", known=known
                ),
                field=field,
            )
        yield literal, name
