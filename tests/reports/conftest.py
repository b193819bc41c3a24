"""Rows that others see."""

from __future__ import annotations

from tests.violations.races import committed, committed_database, committed_town

__all__ = ["committed", "committed_database", "committed_town"]
