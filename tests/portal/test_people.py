"""People and vehicles: found, shown with what is theirs, held back; and each look written down."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client as Browser

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.registry.access import PersonalDataAccess
from curbledger.violations.explain import explain
from curbledger.violations.models import Hold
from tests import cast
from tests.cast import NOON
from tests.portal.test_notices import form_key, looks, send


@pytest.fixture
def robin(town: Client) -> int:
    """Robin Okafor, who drives ABC 123, with a ticket of their own and one on the vehicle."""
    with client_scope(town.pk):
        person = cast.person(town, email="Robin@Example.org", street="1 Main Street", city="Toma")
        vehicle = cast.vehicle(town, "ABC 123", person)
        cast.issue(town, "1-OWN", person=person)
        cast.issue(town, "1-DRIVEN", vehicle=vehicle)
        cast.issue(town, "1-STRANGER")
        return person.pk


@pytest.mark.parametrize("q", ["okafor", "Robin Okafor", "robin@example.org", "abc-123", " ABC123 "])
def test_a_person_is_found_by_name_mail_or_plate(town: Client, robin: int, officer: Browser, q: str) -> None:
    page = officer.get("/portal/people", {"q": q}).content.decode()
    assert f'href="/portal/people/{robin}"' in page
    assert looks(town) == [("list", 1)]


def test_a_vehicle_is_found_by_its_plate(robin: int, officer: Browser) -> None:
    assert "/portal/vehicles/" in officer.get("/portal/people", {"q": "abc123"}).content.decode()
    assert "Nobody, and no vehicle, fits." in officer.get("/portal/people", {"q": "XYZ 999"}).content.decode()


def test_a_profile_shows_what_is_theirs_and_nothing_else_and_is_written_down(
    town: Client, robin: int, officer: Browser
) -> None:
    page = officer.get(f"/portal/people/{robin}").content.decode()
    for words in ("Robin Okafor", "1 Main Street", "ABC 123", "1-OWN", "1-DRIVEN"):
        assert words in page
    assert "1-STRANGER" not in page
    with client_scope(town.pk):
        seen = PersonalDataAccess.objects.get()
        assert (seen.person_id, seen.what) == (robin, "profile")


def test_a_clerk_sees_a_vehicle_but_nobody(town: Client, robin: int, clerk: Browser, officer: Browser) -> None:
    with client_scope(town.pk):
        number = cast.vehicle(town, "CLERK 1", cast.person(town, last_name="Hidden")).pk
    page = clerk.get(f"/portal/vehicles/{number}").content.decode()
    assert "CLERK 1" in page
    assert "Hidden" not in page
    assert looks(town) == []
    assert clerk.get(f"/portal/people/{robin}").status_code == 403
    assert "Hidden" in officer.get(f"/portal/vehicles/{number}").content.decode()


def test_a_bankruptcy_holds_the_tickets_of_before_the_petition(town: Client, robin: int, officer: Browser) -> None:
    with client_scope(town.pk):
        later = cast.issue(town, "1-LATER", person_id=robin, issued_at=NOON - timedelta(days=50)).ticket
    url = f"/portal/people/{robin}/hold"
    # The other ticket is of 21 March, this one of 31 March.
    data = {"kind": "bankruptcy", "reason": "Court file 7", "petition_on": "2026-03-25"}
    assert send(officer, url, **data).status_code == 302
    with client_scope(town.pk):
        held = {ticket: explain(town, ticket, at=NOON).reasons for ticket in ("1-OWN", "1-DRIVEN", later)}
        number = Hold.objects.get().pk
    assert [code for code, _ in held["1-OWN"]] == [code for code, _ in held["1-DRIVEN"]] == ["on_hold"]
    assert held[later] == ()
    assert "Court file 7" in officer.get(f"/portal/people/{robin}").content.decode()
    assert send(officer, f"/portal/people/{robin}/holds/{number}", reason="Discharged").status_code == 302
    with client_scope(town.pk):
        assert explain(town, "1-OWN", at=NOON).eligible


def test_a_hold_needs_a_reason_and_a_double_click_makes_one(town: Client, robin: int, officer: Browser) -> None:
    url = f"/portal/people/{robin}/hold"
    assert send(officer, url, kind="court", reason="").status_code == 422
    key = form_key(officer, url)
    for _ in range(2):
        assert send(officer, url, key, kind="court", reason="Trial").status_code == 302
    with client_scope(town.pk):
        assert Hold.objects.count() == 1
