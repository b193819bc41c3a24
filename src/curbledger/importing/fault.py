"""What is wrong with one row, in words for the person who has to mend it."""

from __future__ import annotations


class BadRow(ValueError):
    """This row cannot be imported; the message is the reason that the list of rejected rows gives."""

    @property
    def reason(self) -> str:
        return str(self)
