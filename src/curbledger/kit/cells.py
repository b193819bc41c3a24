"""Cells of tables that a program such as a spreadsheet will show."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")
# A program that shows a table would run what begins with one of these as a formula. The quote says that it is text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def harmless(cell: T) -> T | str:
    """The cell as it stays text wherever it is opened. Numbers are what they are."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
