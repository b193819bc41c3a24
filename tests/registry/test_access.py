"""Looks at personal data: written down, and there for good."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.registry.access import LOOKS, PersonalDataAccess, note_looks
from tests import cast
from tests.cast import NOON


def look(client: Client, what: str = "profile") -> PersonalDataAccess:
    note_looks(client, [cast.person(client).pk], what=what, by="maud@example.org", at=NOON)
    return PersonalDataAccess.objects.get()


@pytest.mark.parametrize("what", LOOKS)
def test_a_look_says_who_saw_whom_when_and_what(town: Client, what: str) -> None:
    with client_scope(town.pk):
        seen = look(town, what)
        assert (seen.seen_by, seen.what, seen.seen_at) == ("maud@example.org", what, NOON)


def test_each_person_of_a_list_is_seen_once_and_nobody_is_no_person(town: Client) -> None:
    with client_scope(town.pk):
        first, second = cast.person(town).pk, cast.person(town).pk
        note_looks(town, [first, None, second, first], what="list", by="maud@example.org", at=NOON)
        assert sorted(PersonalDataAccess.objects.values_list("person_id", flat=True)) == [first, second]


def test_a_look_cannot_be_changed(town: Client) -> None:
    with client_scope(town.pk):
        look(town)
    with pytest.raises(IntegrityError, match="only ever added"), client_scope(town.pk):
        PersonalDataAccess.objects.update(seen_by="nobody")


def test_a_look_cannot_be_taken_away(town: Client) -> None:
    with client_scope(town.pk):
        look(town)
    with pytest.raises(IntegrityError, match="only ever added"), client_scope(town.pk):
        PersonalDataAccess.objects.all().delete()


def test_a_look_is_of_something_known(town: Client) -> None:
    with pytest.raises(IntegrityError, match="is_of_something"), client_scope(town.pk):
        look(town, "curiosity")
