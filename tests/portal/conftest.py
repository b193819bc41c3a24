"""Browsers of people who have signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client as Browser

from tests.portal.staff import signed_in
from tests.violations.races import committed, committed_database, committed_town

if TYPE_CHECKING:
    from curbledger.clients.client import Client

__all__ = ["committed", "committed_database", "committed_town"]


@pytest.fixture
def clerk(town: Client) -> Browser:
    return signed_in(town, "clerk")


@pytest.fixture
def officer(town: Client) -> Browser:
    return signed_in(town, "collections-officer")


@pytest.fixture
def manager(town: Client) -> Browser:
    return signed_in(town, "manager")
