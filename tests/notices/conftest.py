"""A town whose scope is open, and rows that others see."""

from __future__ import annotations

from tests.violations.conftest import committed, committed_database, committed_town, inside

__all__ = ["committed", "committed_database", "committed_town", "inside"]
