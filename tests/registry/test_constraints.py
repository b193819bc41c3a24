"""The table from constraints to errors names constraints that exist, and every refusal by one of them is its error."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from curbledger.clients.client import Client
from curbledger.database.constraints import ERRORS, Taken, named_errors
from curbledger.database.scope import client_scope
from curbledger.errors import Invalid
from curbledger.registry.login_source import OPSCOM, add_login_source, configured_source
from curbledger.registry.models import Person
from curbledger.registry.push_person import TO_CREATE, Details, push_person
from tests import cast


@pytest.mark.django_db
def test_every_name_is_a_unique_index_or_a_constraint() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.indexrelid::regclass::text FROM pg_index i WHERE i.indisunique"
            " UNION SELECT conname FROM pg_constraint"
        )
        known = {name for (name,) in cursor.fetchall()}
    assert set(ERRORS) <= known


def test_an_error_that_no_line_names_is_passed_on(town: Client) -> None:
    with client_scope(town.pk), pytest.raises(IntegrityError), named_errors(), transaction.atomic():
        Person.objects.create(client_id=town.pk, province_id=-1)


def test_each_refusal_is_an_error_of_its_own(town: Client) -> None:
    caught = []
    with client_scope(town.pk):
        cast.person(town, email="a@b")
        for _ in range(2):
            with pytest.raises(Taken) as refused, named_errors(), transaction.atomic():
                cast.person(town, email="A@B")
            caught.append(refused.value)
    assert caught[0] is not caught[1]
    assert [error.field for error in caught] == ["email", "email"]


def test_a_source_is_configured_once(town: Client) -> None:
    with client_scope(town.pk):
        add_login_source(town.pk, "LDAP")
        assert configured_source("ldap") == "LDAP"
        for again in ("ldap", OPSCOM, "opscom"):
            with pytest.raises(Taken), transaction.atomic():
                add_login_source(town.pk, again)
        for wrong in ("", " ", "x" * 21):
            with pytest.raises(Invalid):
                add_login_source(town.pk, wrong)


@pytest.mark.parametrize("missing", TO_CREATE)
def test_a_new_person_needs_names_and_an_address(town: Client, missing: str) -> None:
    details = Details(first_name="Robin", last_name="Okafor", email="robin@example.org")
    del details[missing]  # type: ignore[misc]  # any of the three
    with client_scope(town.pk):
        with pytest.raises(Invalid) as refused:
            push_person(town.pk, "u-1", login_source=OPSCOM, details=details, at=cast.NOON)
        assert not Person.objects.exists()
    assert refused.value.field == missing
