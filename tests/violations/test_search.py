"""Finding tickets: by number, plate, name, place and standing; a page at a time; by index, however many there are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.kit.clock import day_start
from curbledger.registry.models import Driver, Person
from curbledger.violations import search as module
from curbledger.violations.hold import hold_person
from curbledger.violations.models import Location, Violation
from curbledger.violations.payment import record_payment
from curbledger.violations.search import Found, Wanted, search
from curbledger.violations.void import cancel, spoil
from tests import cast
from tests.cast import NOON, issue


@pytest.fixture
def inside(town: Client) -> Iterator[Client]:
    with client_scope(town.pk):
        yield town


def find(client: Client, text: str = "", *, with_people: bool = True, **wanted: Any) -> list[str]:
    found = search(client, Wanted(text=text, **wanted), at=NOON, with_people=with_people)
    return [line.ticket for line in found.lines]


def every_page(client: Client, wanted: Wanted, **options: Any) -> tuple[list[str], int]:
    tickets: list[str] = []
    after, pages = None, 0
    while True:
        found: Found = search(client, wanted, at=NOON, after=after, **options)
        tickets += [line.ticket for line in found.lines]
        pages += 1
        if found.next is None:
            return tickets, pages
        after = found.next


class TestText:
    @pytest.mark.parametrize("typed", ["W-100", "w-100", " W-100 ", "W - 100"])
    def test_a_number_finds_its_ticket(self, inside: Client, typed: str) -> None:
        issue(inside, "W-100")
        issue(inside, "W-1000")
        assert find(inside, typed) == ["W-100"]

    @pytest.mark.parametrize("typed", ["ABC 123", "abc123", "a-b-c-1-2-3", "\uff21bc123"])
    def test_a_plate_finds_its_tickets_with_or_without_spaces_and_dashes(self, inside: Client, typed: str) -> None:
        car = cast.vehicle(inside, "ABC-123")
        issue(inside, "OLD", vehicle=car, issued_at=NOON - timedelta(days=9))
        issue(inside, "NEW", vehicle=car, issued_at=NOON - timedelta(days=1))
        issue(inside, "OTHER", vehicle=cast.vehicle(inside, "ABC-1234"))
        assert find(inside, typed) == ["NEW", "OLD"]

    def test_plates_without_a_sign_are_not_one_plate(self, inside: Client) -> None:
        issue(inside, "BLANK", vehicle=cast.vehicle(inside, "- -"))
        assert find(inside, "--") == []

    @pytest.mark.parametrize(
        "typed", ["Gélinas", "gelinas", "GELI", "Gélinas, Mathieu", "gelinas, m", "Mathieu Gélinas", "mathieu geli"]
    )
    def test_a_name_finds_the_persons_tickets_without_accents_and_case(self, inside: Client, typed: str) -> None:
        issue(inside, "HIS", person=cast.person(inside, first_name="Mathieu", last_name="Gélinas"))
        issue(inside, "HERS", person=cast.person(inside, first_name="Anna", last_name="Melnyk"))
        assert find(inside, typed) == ["HIS"]

    def test_a_first_name_that_does_not_fit_finds_nobody(self, inside: Client) -> None:
        issue(inside, "HIS", person=cast.person(inside, first_name="Mathieu", last_name="Gélinas"))
        assert find(inside, "Anna Gélinas") == []

    def test_a_driver_is_found_by_the_vehicles_tickets_that_name_nobody(self, inside: Client) -> None:
        driver, other = cast.person(inside, last_name="Nair"), cast.person(inside, last_name="Melnyk")
        car = cast.vehicle(inside)
        Driver.objects.create(client_id=inside.pk, vehicle=car, person=driver)
        issue(inside, "THEIRS", vehicle=car)
        issue(inside, "NOT", vehicle=car, person=other)
        assert find(inside, "nair") == ["THEIRS"]

    def test_who_may_not_see_people_neither_finds_nor_sees_them(self, inside: Client) -> None:
        issue(inside, "HIS", person=cast.person(inside, last_name="Gélinas"))
        assert find(inside, "Gélinas", with_people=False) == []
        (line,) = search(inside, Wanted(text="HIS"), at=NOON).lines
        assert line.person is None

    def test_a_place_is_found_by_a_part_of_its_name(self, inside: Client) -> None:
        lot = Location.objects.create(client_id=inside.pk, name="Canal Street Garage")
        issue(inside, "THERE", location=lot)
        issue(inside, "ELSEWHERE")
        assert find(inside, "canal st") == ["THERE"]

    @pytest.mark.parametrize("typed", ["%", "_", "'; --", "\0", "\U0010ffff", "x" * 500, "́"])
    def test_nothing_typed_breaks_it_or_finds_everything(self, inside: Client, typed: str) -> None:
        issue(inside)
        assert find(inside, typed) == ([] if typed != "\0" else find(inside))


class TestFilters:
    def test_a_void_ticket_owes_nothing_in_a_list_and_what_was_paid_too_much_stays(self, inside: Client) -> None:
        issue(inside, "WARNING", warning=True)
        issue(inside, "OPEN")
        for ticket, verb in (("CANCELLED", cancel), ("SPOILED", spoil)):
            issue(inside, ticket)
            verb(inside, ticket, reason="r", at=NOON, by="clerk")
        issue(inside, "REFUND")
        record_payment(inside, "REFUND", amount=Decimal("60.00"), at=NOON, by="clerk")
        cancel(inside, "REFUND", reason="r", at=NOON, by="clerk")
        assert {line.ticket: line.owed for line in search(inside, Wanted(), at=NOON).lines} == {
            "WARNING": 0,
            "OPEN": Decimal("50.00"),
            "CANCELLED": 0,
            "SPOILED": 0,
            "REFUND": Decimal("-10.00"),
        }

    @pytest.mark.parametrize(("hours", "state"), [(-13, "overdue"), (-12, "due"), (11, "due"), (12, "due")])
    def test_due_today_is_not_overdue(self, inside: Client, hours: int, state: str) -> None:
        noon = day_start(date(2026, 5, 20), inside.zone) + timedelta(hours=12)
        issue(inside, due_at=noon + timedelta(hours=hours), issued_at=noon - timedelta(days=3))
        (line,) = search(inside, Wanted(), at=noon).lines
        assert line.state == state

    def test_days_are_those_of_the_client_and_both_count(self, inside: Client) -> None:
        for ticket, hour in (("BEFORE", -1), ("FIRST", 0), ("LAST", 47), ("AFTER", 48)):
            # Midnight in Toronto, in winter, is five in the morning.
            issue(inside, ticket, issued_at=NOON.replace(month=1, day=10, hour=5) + timedelta(hours=hour))
        assert set(find(inside, since=date(2026, 1, 10), until=date(2026, 1, 11))) == {"FIRST", "LAST"}

    @pytest.mark.parametrize("day", [date(1, 1, 1), date(9999, 12, 31)])
    def test_a_day_at_the_end_of_the_calendar_is_a_day(self, inside: Client, day: date) -> None:
        issue(inside, "ONE")
        assert find(inside, since=day if day.year == 1 else None, until=day if day.year > 1 else None) == ["ONE"]

    def test_a_filter_narrows_what_a_text_found(self, inside: Client) -> None:
        car = cast.vehicle(inside, "ABC 123")
        issue(inside, "OWES", vehicle=car)
        issue(inside, "PAID", vehicle=car)
        record_payment(inside, "PAID", amount=Decimal(50), at=NOON, by="clerk")
        assert find(inside, "abc123", state="paid") == ["PAID"]


class TestPages:
    def test_pages_show_each_ticket_once_and_in_order_also_of_one_moment(self, inside: Client) -> None:
        for number in range(23):
            issue(inside, f"P-{number:02}", issued_at=NOON - timedelta(hours=number // 5))
        tickets, pages = every_page(inside, Wanted(), limit=7)
        assert (len(tickets), len(set(tickets)), pages) == (23, 23, 4)
        times = dict(Violation.objects.values_list("ticket", "issued_at"))
        assert [times[ticket] for ticket in tickets] == sorted(times.values(), reverse=True)

    def test_a_ticket_that_comes_meanwhile_moves_no_page(self, inside: Client) -> None:
        for number in range(4):
            issue(inside, f"P-{number}", issued_at=NOON - timedelta(hours=number))
        first = search(inside, Wanted(), at=NOON, limit=2)
        issue(inside, "NEWER", issued_at=NOON + timedelta(hours=1))
        second = search(inside, Wanted(), at=NOON, limit=2, after=first.next)
        assert [line.ticket for line in second.lines] == ["P-2", "P-3"]

    def test_a_page_looks_through_so_many_and_says_where_it_stopped(self, inside: Client) -> None:
        for number in range(10):
            issue(inside, f"P-{number}", issued_at=NOON - timedelta(hours=number), warning=number == 8)
        wanted = Wanted(state="warning")
        first = search(inside, wanted, at=NOON, reach=4)
        assert (first.lines, first.cut) == ([], True)
        assert first.next is not None
        assert first.next.issued_at == NOON - timedelta(hours=3)
        assert every_page(inside, wanted, reach=4) == (["P-8"], 3)

    def test_the_end_is_the_end(self, inside: Client) -> None:
        issue(inside)
        found = search(inside, Wanted(state="owing"), at=NOON, reach=1, limit=1)
        assert (len(found.lines), found.cut) == (1, True)
        last = search(inside, Wanted(state="owing"), at=NOON, reach=1, limit=1, after=found.next)
        assert (last.lines, last.next, last.cut) == ([], None, False)


class TestAtVolume:
    """What the planner does with many rows: with a few it reads them all, and is right."""

    @pytest.fixture
    def crowd(self, inside: Client) -> Client:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO person (client_id, uuid, first_name, last_name, status, staff_faculty, staff_mail_permit, "
                "mail_permit_to, plate_alert, people_alert, force_password_change) "
                "SELECT %s, gen_random_uuid(), 'F' || n, 'Name' || n, 1, false, false, '', false, false, true "
                "FROM generate_series(1, 5000) n",
                [inside.pk],
            )
            cursor.execute(
                "INSERT INTO vehicle (client_id, active, plate, plate_key, total_violations, total_unpaid, "
                "total_warnings) SELECT %s, true, 'P' || n, 'P' || n, 0, 0, 0 FROM generate_series(1, 5000) n",
                [inside.pk],
            )
            cursor.execute(
                """
                INSERT INTO violation (client_id, ticket, issued_at, due_at, fine, towing, tax, fees_total,
                    discounts_total, paid_total, permit_number, spoiled, warning, hold_count, appeal_count, cycle,
                    offence_number, appeal_type, appeal_person, appeal_admin, auto_notice, drive_away, uuid,
                    fail_to_identify, duplicate, vehicle_id, person_id)
                SELECT v.client_id, 'T' || row_number() OVER (), timestamptz '2026-01-01' + v.id * interval '1 minute',
                    timestamptz '2026-02-01', 50, 0, 0, 0, 0, 0, 0, false, false, 0, 0, 1, -1, 0, 0, 0, 0, false,
                    gen_random_uuid(), false, false, v.id, p.id
                FROM vehicle v CROSS JOIN generate_series(1, 6) n
                LEFT JOIN person p ON p.last_name = 'Name' || substr(v.plate, 2) AND n = 1
                """
            )
            held = Person.objects.get(last_name="Name4711")
            hold_person(inside, held.pk, kind="deceased", reason="r", at=NOON, by="maud")
            cursor.execute("ANALYZE violation")
            cursor.execute("ANALYZE vehicle")
            cursor.execute("ANALYZE person")
        return inside

    @pytest.mark.parametrize(
        "wanted",
        [
            Wanted(),
            *(Wanted(state=state) for state in ("owing", "overdue", "held")),
            *(Wanted(text=text) for text in ("T17", "p 4711", "Name4711")),
        ],
    )
    def test_no_page_reads_a_whole_table(self, crowd: Client, wanted: Wanted) -> None:
        found = search(crowd, wanted, at=NOON, with_people=True)
        assert found.lines
        with CaptureQueriesContext(connection) as asked:
            search(crowd, wanted, at=NOON, with_people=True)
        plans = [self.plan(one["sql"]) for one in asked.captured_queries if "violation" in one["sql"]]
        assert plans
        for plan in plans:
            for table in ("violation", "vehicle", "person", "driver"):
                assert f"Seq Scan on {table}" not in plan or table == "driver", plan

    @pytest.mark.parametrize("wanted", [Wanted(), Wanted(state="owing"), Wanted(state="overdue")])
    def test_a_page_stops_reading_when_it_is_full(self, crowd: Client, wanted: Wanted) -> None:
        with CaptureQueriesContext(connection) as asked:
            search(crowd, wanted, at=NOON, with_people=True)
        (statement,) = [one["sql"] for one in asked.captured_queries if "stands" in one["sql"]]
        plan = self.plan(statement, "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF)")
        read = [int(float(rows)) for rows in re.findall(r"violation_by_issue on violation .*rows=([\d.]+)", plan)]
        assert read, plan
        assert max(read) <= 2 * module.PAGE, plan

    def test_the_number_of_questions_does_not_grow_with_the_page(self, crowd: Client) -> None:
        counts = []
        for limit in (5, 100):
            with CaptureQueriesContext(connection) as asked:
                search(crowd, Wanted(state="owing"), at=NOON, with_people=True, limit=limit)
            counts.append(len(asked))
        assert counts == [2, 2]

    def plan(self, statement: str, explain: str = "EXPLAIN") -> str:
        with connection.cursor() as cursor:
            cursor.execute(f"{explain} " + statement.replace("%", "%%"), [])
            return "\n".join(row[0] for row in cursor.fetchall())


def test_the_reach_is_what_the_page_promises() -> None:
    assert module.PAGE < module.REACH
