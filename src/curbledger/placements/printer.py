"""Who prints the records. The wire does, which stands above this package and is therefore named in the settings."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from collections.abc import Sequence


class Printer(Protocol):
    """Prints placed violations as an answer's records."""

    def __call__(self, revision_id: int, violation_ids: Sequence[int]) -> bytes:
        """One JSON object for each violation, in the order of the ids, with commas between. In the client's scope."""


@cache
def printer() -> Printer:
    """The printer of this installation."""
    return cast("Printer", import_string(settings.RECORD_PRINTER))
