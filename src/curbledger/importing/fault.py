"""What is wrong with one row, a key of a mapping, or a whole file, in words for the person who has to mend it."""

from __future__ import annotations

from dataclasses import replace

from curbledger.errors import Invalid
from curbledger.importing.said import Said, Value


class Fault(ValueError):
    """Something is not as it must be, and what it says names it."""

    def __init__(self, text: str | Said, about: str = "", /, **values: Value) -> None:
        said = Said(text, values) if isinstance(text, str) else text
        self.said = replace(said, about=about) if about else said
        super().__init__(self.said)

    def __str__(self) -> str:
        return str(self.said)


class BadRow(Fault):
    """This row cannot be imported; what it says is the reason that the list of rejected rows gives."""


class BadKey(Fault):
    """A key of a mapping does not fit."""


class BadFile(Invalid):
    """This file, or its mapping, cannot be used. Its message is in the language that was active."""

    def __init__(self, said: Said, *, field: str | None = None) -> None:
        self.said = said
        super().__init__(said.translated(), field=field)
