"""The audit's page: found by who, what, ticket, person and days; read in words; exported whole; never slow."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from curbledger.clients import audit_search as module
from curbledger.clients.audit_entry import AuditEntry
from curbledger.clients.audit_search import Place, Wanted, find_actors, find_entries
from curbledger.clients.client import Client
from curbledger.database.actor import Actor, acting
from curbledger.database.audit import wanted_triggers
from curbledger.database.scope import client_scope
from curbledger.kit import clock
from curbledger.permissions import ROLE_PERMISSIONS, Permission, Role
from curbledger.portal.audit_words import TABLE_NAMES
from curbledger.registry.access import PersonalDataAccess
from curbledger.registry.person import Person
from curbledger.violations.adjust import adjust_fine
from curbledger.violations.models import Location, Violation
from curbledger.violations.payment import record_payment
from tests import cast
from tests.cast import NOON
from tests.portal.staff import signed_in
from tests.portal.test_notices import looks


@pytest.fixture
def robin(town: Client) -> int:
    """Robin Okafor with a ticket, which Ada changed."""
    with acting(Actor.STAFF, "ada@example.org"), client_scope(town.pk):
        person = cast.person(town, email="robin@example.org")
        cast.issue(town, "1-OWN", person=person)
        cast.issue(town, "1-OTHER")
        adjust_fine(town, "1-OWN", amount=Decimal("1234.50"), reason="=1+1", at=NOON, by="ada@example.org")
    with acting(Actor.TOKEN, "kiosk"), client_scope(town.pk):
        Person.objects.filter(pk=person.pk).update(street="2 Side Street")
    return person.pk


def text(browser: Browser, **asked: Any) -> str:
    answer = browser.get("/portal/audit", asked)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def rows(page: str) -> list[str]:
    """What each line of the table says, without its tags."""
    return [
        " ".join(re.sub(r"<[^>]*>", " ", one).split())
        for one in re.findall(r"(?s)<tr>(.*?)</tr>", page.partition("<tbody>")[2])
    ]


def exported(browser: Browser, **asked: Any) -> list[dict[str, str]]:
    answer = browser.get("/portal/audit/export", asked)
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))


def test_a_change_is_shown_with_old_and_new_value_in_words(town: Client, robin: int, manager: Browser) -> None:
    (line,) = [one for one in rows(text(manager, ticket="1-OWN", what="violation")) if "changed" in one]
    assert "ada@example.org staff changed Ticket 1-OWN" in line
    assert "Adjusted fine 1,234.50 CAD" in line
    assert "Balance 50.00 CAD → 1,234.50 CAD" in line


def test_a_new_row_says_what_it_has_and_nothing_of_what_it_has_not(town: Client, robin: int, manager: Browser) -> None:
    line = rows(text(manager, ticket="1-OTHER", what="violation"))[-1]
    assert "added" in line
    assert "Fine 50.00 CAD" in line
    assert "0.00 CAD" not in line.replace("50.00", "")
    assert "Towing" in {one["Field"] for one in exported(manager, ticket="1-OTHER", what="violation")}


def test_codes_and_the_command_line_are_said_in_the_readers_language(town: Client, robin: int) -> None:
    with acting(Actor.COMMAND, "kim (command line)"), client_scope(town.pk):
        record_payment(town, "1-OWN", amount=Decimal(5), at=NOON, by="kim (command line)", method="cash")
    french = signed_in(town, "manager", language="fr")
    (line,) = [row for row in rows(text(french)) if "kim (" in row and "Paiement" in row]
    assert "Inscrit par kim (ligne de commande)" in line
    assert "kim (ligne de commande) ajouté" in line
    assert "comptant" in line
    assert "command line" not in line
    assert '<option value="kim (command line)">kim (ligne de commande)' in text(french)
    changes = exported(french, ticket="1-OWN")
    assert {one["Nouveau"] for one in changes if one["Champ"] == "Mode"} == {"cash"}


def test_names_stand_where_rows_are_pointed_at(town: Client, robin: int, manager: Browser) -> None:
    with client_scope(town.pk):
        place = Location.objects.create(client_id=town.pk, name="Market Square")
        Violation.objects.filter(ticket="1-OTHER").update(location_id=place.pk, person_id=robin)
    line = rows(text(manager, ticket="1-OTHER", what="violation"))[0]
    assert "Place Market Square" in line
    assert "Person Robin Okafor" in line


def test_times_are_those_of_the_client(town: Client, robin: int, manager: Browser) -> None:
    with client_scope(town.pk):
        Violation.objects.filter(ticket="1-OTHER").update(due_at=NOON)
    local = NOON.astimezone(town.zone)
    assert f"{local:%Y-%m-%d %H:%M:%S}" in rows(text(manager, ticket="1-OTHER", what="violation"))[0]
    assert local.utcoffset()


@pytest.mark.parametrize(
    ("asked", "there", "not_there"),
    [
        ({"who": "kiosk"}, "2 Side Street", "1-OWN"),
        ({"who": "ada@example.org"}, "1-OWN", "2 Side Street"),
        ({"what": "adjustment"}, "Fine set", "2 Side Street"),
        ({"ticket": "1-OTHER"}, "1-OTHER", "1-OWN"),
        ({"who": "ada@example.org", "what": "person"}, "Okafor", "1-OWN"),
        ({"until": "2001-01-01"}, "Nothing fits", "1-OWN"),
        ({"since": "2001-01-01"}, "1-OWN", "Nothing fits"),
        ({"ticket": "no such"}, "There is no such ticket.", "Okafor"),
        ({"since": "yesterday"}, "This cannot be looked for", "Okafor"),
        ({"since": "2026-05-02", "until": "2026-05-01"}, "The first day is after the last.", "Nothing fits"),
        ({"what": "pg_class"}, "This cannot be looked for", "Okafor"),
        ({"who": "nobody@example.org"}, "Nothing fits", "1-OWN"),
        ({"person": "x"}, "This cannot be looked for", "Okafor"),
    ],
)
@pytest.mark.usefixtures("town", "robin")
def test_filters_leave_what_they_say(manager: Browser, asked: dict[str, str], there: str, not_there: str) -> None:
    # The filters themselves name everybody and everything.
    found = text(manager, **asked).partition('<div id="found"')[2]
    assert there in found
    assert not_there not in found


def test_a_person_and_a_ticket_lead_to_their_entries(town: Client, robin: int, manager: Browser) -> None:
    for path in (f"/portal/people/{robin}", f"/portal/violations/{ticket(town, '1-OWN')}"):
        link = re.search(r'href="(/portal/audit\?[^"]+)"', manager.get(path).content.decode())
        assert link
        found = unescape(manager.get(unescape(link[1])).content.decode()).partition('<div id="found"')[2]
        assert "Okafor" in found
        assert "1-OTHER" not in found
    assert "/portal/audit" not in signed_in(town, "collections-officer").get(f"/portal/people/{robin}").content.decode()


def ticket(town: Client, number: str) -> int:
    with client_scope(town.pk):
        return Violation.objects.get(ticket=number).pk


def test_whoever_is_named_in_an_entry_was_looked_at(town: Client, robin: int, manager: Browser) -> None:
    text(manager, ticket="1-OTHER")
    assert looks(town) == []
    text(manager, who="kiosk")
    assert looks(town) == [("audit", 1)]
    exported(manager, ticket="1-OWN")
    with client_scope(town.pk):
        assert set(PersonalDataAccess.objects.values_list("person_id", "what")) == {(robin, "audit")}


def test_who_may_not_see_people_reads_no_personal_value(
    town: Client, robin: int, manager: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ROLE_PERMISSIONS, Role.MANAGER, ROLE_PERMISSIONS[Role.MANAGER] - {Permission.PEOPLE_READ})
    for said in (text(manager), str(exported(manager))):
        assert "•••" in said
        for personal in ("Okafor", "2 Side Street", "robin@example.org"):
            assert personal not in said
    assert looks(town) == []


def test_what_is_secret_stays_so(town: Client, robin: int, manager: Browser) -> None:
    with client_scope(town.pk):
        Violation.objects.filter(ticket="1-OWN").update(pin="4711-0815-2342")
    assert "4711-0815-2342" not in text(manager) + str(exported(manager))


def test_an_export_is_what_the_page_shows_and_starts_no_formula(town: Client, robin: int, manager: Browser) -> None:
    found = exported(manager, what="adjustment")
    assert {one["Who"] for one in found} == {"ada@example.org"}
    values = {one["Field"]: one["New"] for one in found}
    assert values["Reason"] == "'=1+1"
    assert values["Amount"] == "1234.50"
    assert {one["Ticket"] for one in found} == {"1-OWN"}
    assert exported(manager, until="2001-01-01") == []
    assert manager.get("/portal/audit/export", {"ticket": "no such"}).status_code == 422


def test_an_export_has_every_entry_once_however_many(
    town: Client, manager: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("curbledger.portal.audit._CHUNK", 7)
    names = {f"Place {number:02}" for number in range(30)}
    with client_scope(town.pk):
        for name in names:
            Location.objects.create(client_id=town.pk, name=name)
    found = [one["New"] for one in exported(manager, what="location") if one["Field"] == "Name"]
    assert len(found) == len(names)
    assert set(found) == names


def test_pages_go_on_where_the_last_one_ended(town: Client, manager: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"Place {number:02}" for number in range(2 * module.PAGE + 3)]
    with client_scope(town.pk):
        for name in names:
            Location.objects.create(client_id=town.pk, name=name)
    seen: list[str] = []
    address = "?what=location&who="
    while address:
        page = manager.get(f"/portal/audit{address}").content.decode()
        seen += re.findall(r"</strong> (Place \d+)", page)
        more = re.search(r'rel="next" href="([^"]+)"', page)
        address = unescape(more[1]) if more else ""
        assert not more or "what=location" in address
    assert seen == names[::-1]


def test_a_page_that_gives_up_says_where_it_goes_on(town: Client) -> None:
    with client_scope(town.pk):
        for number in range(6):
            Location.objects.create(client_id=town.pk, name=f"P{number}")
    wanted = Wanted(by_name="Curbledger", about="client")
    found, reads = [], 0
    after: Place | None = None
    with client_scope(town.pk):
        while True:
            page = find_entries(town, wanted, after=after, reach=3)
            found += page.entries
            reads += 1
            if page.next is None:
                break
            assert page.cut
            after = page.next
        assert [one.pk for one in found] == [one.pk for one in find_entries(town, wanted).entries]
        assert reads > 1


def test_days_are_those_of_the_client(town: Client, robin: int) -> None:
    with client_scope(town.pk):
        day = clock.local_day(AuditEntry.objects.earliest("at").at, town.zone)
        assert find_entries(town, Wanted(since=day, until=day)).entries
        assert not find_entries(town, Wanted(until=day - timedelta(days=1))).entries
        assert not find_entries(town, Wanted(since=day + timedelta(days=1))).entries


def test_nobody_reads_another_clients_entries(town: Client, campus: Client, robin: int) -> None:
    stranger = signed_in(campus, "administrator")
    assert "2 Side Street" not in text(stranger)
    assert "1-OWN" not in text(stranger, person=robin)
    assert "There is no such ticket." in text(stranger, ticket="1-OWN")


def test_every_audited_table_has_a_name_that_an_office_understands() -> None:
    audited = {table for table, name in wanted_triggers() if name != "audit_emptied"}
    assert audited == set(TABLE_NAMES), "a new table is named in portal/audit_words.py"


def test_the_number_of_questions_does_not_grow_with_the_page(
    town: Client, robin: int, manager: Browser, django_assert_max_num_queries: Any
) -> None:
    with client_scope(town.pk):
        for number in range(module.PAGE):
            cast.issue(town, f"2-{number}", person_id=robin)
    with django_assert_max_num_queries(30):
        text(manager)


class TestAmongVeryManyEntries:
    """What the planner does with so many that it may not read all of them."""

    @pytest.fixture
    def crowd(self, town: Client) -> Client:
        with client_scope(town.pk), connection.cursor() as cursor:
            # They stand for what others wrote down; as the tables' owner can.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER only_by_triggers")
            cursor.execute(
                """
                INSERT INTO audit_entry (client_id, at, by_kind, by_name, about, act, about_row, about_violation,
                                         about_person, rows, label, changes)
                SELECT %s, now() - k * interval '1 minute', 'staff', 'clerk-' || k %% 40,
                       (ARRAY['violation', 'payment', 'hold', 'person'])[1 + k %% 4], 'changed', k,
                       CASE WHEN k %% 4 < 3 THEN k / 3 END, CASE WHEN k %% 4 = 3 THEN k / 4 END, 1, '', '{}'
                FROM generate_series(1, 30000) k
                """,
                [town.pk],
            )
            cursor.execute("ANALYZE audit_entry")
            cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER only_by_triggers")
        return town

    def test_no_page_reads_a_whole_table_or_sorts_it(self, crowd: Client) -> None:
        everything = (
            Wanted(),
            Wanted(by_name="clerk-7"),
            Wanted(about="hold"),
            Wanted(violation_id=4711),
            Wanted(person_id=4711),
            Wanted(by_name="clerk-7", about="person"),
            Wanted(by_name="clerk-7", about="no such table"),
            Wanted(since=NOON.date(), about="payment"),
        )
        with client_scope(crowd.pk), CaptureQueriesContext(connection) as asked:
            for wanted in everything:
                find_entries(crowd, wanted, reach=500)
            assert find_actors() == sorted({*(f"clerk-{number}" for number in range(40)), "Curbledger"})
        statements = [one["sql"] for one in asked.captured_queries if "audit_entry" in one["sql"]]
        assert len(statements) > len(everything)
        for statement in statements:
            plan = self.plan(crowd, statement)
            assert "Seq Scan on audit_entry" not in plan, plan
            assert "Bitmap" not in plan, plan

    def plan(self, client: Client, statement: str) -> str:
        with client_scope(client.pk), connection.cursor() as cursor:
            cursor.execute("EXPLAIN " + statement.replace("%", "%%"), [])
            return "\n".join(row[0] for row in cursor.fetchall())
