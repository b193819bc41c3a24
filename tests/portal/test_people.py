"""People and vehicles: found, shown with what is theirs, held back; and each look written down."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client as Browser

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.kit import clock
from curbledger.registry.access import PersonalDataAccess
from curbledger.registry.find import PAGE
from curbledger.registry.vehicle import Vehicle
from curbledger.violations.explain import explain
from curbledger.violations.hold import hold_person
from curbledger.violations.models import Hold
from tests import cast
from tests.cast import NOON
from tests.portal.test_notices import form_key, looks, send


@pytest.fixture
def robin(town: Client) -> int:
    """Robin Okafor, who drives ABC 123, with a ticket of their own and one on the vehicle."""
    with client_scope(town.pk):
        person = cast.person(
            town, email="Robin@Example.org", street="1 Main Street", city="Toma", phone_cell="+1 (519) 555-0142"
        )
        vehicle = cast.vehicle(town, "ABC 123", person)
        cast.issue(town, "1-OWN", person=person)
        cast.issue(town, "1-DRIVEN", vehicle=vehicle)
        cast.issue(town, "1-STRANGER")
        return person.pk


@pytest.mark.parametrize(
    "q",
    [
        *("okafor", "Robin Okafor", "Okafor, R", "robin@example.org", "ROBIN@ex", "abc-123", " ABC123 "),
        *("519 555 0142", "5195550142", "1-519-555-0142", "+1 (519) 555-0142"),
    ],
)
def test_a_person_is_found_by_name_mail_phone_or_plate(town: Client, robin: int, officer: Browser, q: str) -> None:
    page = officer.get("/portal/people", {"q": q}).content.decode()
    assert f'href="/portal/people/{robin}"' in page
    assert looks(town) == [("list", 1)]


@pytest.mark.parametrize(
    "q", ["okafors", "Robina Okafor", "obin@example.org", "555-0142", "5195550143", "@", "", " , "]
)
def test_what_only_resembles_a_person_finds_nobody(town: Client, robin: int, officer: Browser, q: str) -> None:
    assert "/portal/people/" not in officer.get("/portal/people", {"q": q}).content.decode()
    assert looks(town) == []


def test_a_name_in_a_list_of_tickets_is_a_look_and_a_clerk_gets_none(
    town: Client, robin: int, clerk: Browser, officer: Browser
) -> None:
    assert "Okafor" not in clerk.get("/portal/violations").content.decode()
    assert looks(town) == []
    assert "Okafor" in officer.get("/portal/violations", {"q": "1-OWN"}).content.decode()
    with client_scope(town.pk):
        assert list(PersonalDataAccess.objects.values_list("person_id", "what")) == [(robin, "list")]
    officer.get("/portal/violations", {"q": "1-STRANGER"})
    assert looks(town) == [("list", 1)]


def test_many_of_a_name_come_a_page_at_a_time_each_once_in_their_order(town: Client, officer: Browser) -> None:
    names = sorted(f"A{number:03}" for number in range(2 * PAGE + 1))
    with client_scope(town.pk):
        for name in reversed(names):
            cast.person(town, first_name=name, last_name="Smith")
        cast.person(town, first_name="Aaa", last_name="Smythe")
    seen: list[str] = []
    address = "/portal/people?q=smith"
    while address:
        page = officer.get(address).content.decode()
        seen += re.findall(r">(A\d+) Smith<", page)
        more = re.search(r'rel="next" href="([^"]+)"', page)
        address = "/portal/people" + unescape(more[1]) if more else ""
    assert seen == names


def test_people_are_found_in_as_many_questions_however_many_there_are(
    town: Client, robin: int, officer: Browser, django_assert_max_num_queries: Any
) -> None:
    with client_scope(town.pk):
        for number in range(PAGE):
            cast.person(town, first_name=f"R{number}", last_name="Okafor")
    with django_assert_max_num_queries(25):
        officer.get("/portal/people", {"q": "okafor"})


def test_a_vehicle_is_found_by_its_plate(robin: int, officer: Browser) -> None:
    assert "/portal/vehicles/" in officer.get("/portal/people", {"q": "abc123"}).content.decode()
    assert "Nobody, and no vehicle, fits." in officer.get("/portal/people", {"q": "XYZ 999"}).content.decode()


def test_tickets_of_a_person_and_of_a_vehicle_come_a_page_at_a_time(town: Client, robin: int, officer: Browser) -> None:
    with client_scope(town.pk):
        vehicle = Vehicle.objects.get()
        for number in range(PAGE):
            cast.issue(town, f"2-{number:03}", person_id=robin, issued_at=NOON - timedelta(days=number))
            cast.issue(town, f"3-{number:03}", vehicle=vehicle, issued_at=NOON - timedelta(days=number, hours=1))
    theirs = {"1-OWN", "1-DRIVEN", *(f"{kind}-{number:03}" for kind in (2, 3) for number in range(PAGE))}
    on_it = {ticket for ticket in theirs if ticket.startswith(("3", "1-D"))}
    for path, wanted in ((f"/portal/people/{robin}", theirs), (f"/portal/vehicles/{vehicle.pk}", on_it)):
        seen: list[str] = []
        address = path
        while address:
            page = officer.get(address).content.decode()
            seen += re.findall(r">([123]-\w+)</a>", page)
            more = re.search(r'rel="next" href="([^"]+)"', page)
            address = path + unescape(more[1]) if more else ""
        assert sorted(seen) == sorted(wanted)


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


def test_a_profile_says_since_when_until_when_and_by_whom_a_hold_is_and_that_it_ended(
    town: Client, robin: int, officer: Browser
) -> None:
    today = clock.local_day(clock.now(), town.zone)
    with client_scope(town.pk):
        for kind, until in (("court", today), ("dispute", today - timedelta(days=1))):
            hold_person(town, robin, kind=kind, reason="A file", at=NOON, by="maud (command line)", until=until)
    shown = " ".join(re.sub(r"<[^>]+>", " ", officer.get(f"/portal/people/{robin}").content.decode()).split())
    assert f"Court : A file 2026-05-20 · maud (command line) · until {today}" in shown
    assert f"Dispute : A file 2026-05-20 · maud (command line) · ended after {today - timedelta(days=1)}" in shown


def test_a_hold_needs_a_reason_and_a_double_click_makes_one(town: Client, robin: int, officer: Browser) -> None:
    url = f"/portal/people/{robin}/hold"
    assert send(officer, url, kind="court", reason="").status_code == 422
    key = form_key(officer, url)
    for _ in range(2):
        assert send(officer, url, key, kind="court", reason="Trial").status_code == 302
    with client_scope(town.pk):
        assert Hold.objects.count() == 1
