"""The list and the page of one violation, as members of each role see them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.importing.file_import import FileImport
from curbledger.portal import violations
from curbledger.portal.places import read_place, write_place
from curbledger.violations.adjust import add_fee, adjust_fine
from curbledger.violations.attach import NewFile, attached
from curbledger.violations.explain import explain
from curbledger.violations.hold import hold_person, hold_violation
from curbledger.violations.models import Attachment, Violation
from curbledger.violations.payment import record_payment
from curbledger.violations.search import Place, search
from curbledger.violations.sums import parts_of
from tests import cast
from tests.cast import NOON, issue
from tests.portal.staff import signed_in

PNG = b"\x89PNG\r\n\x1a\n" + b"picture"


def text(browser: Browser, path: str, status: int = 200, **options: object) -> str:
    answer = browser.get(f"/portal/{path}", **options)  # type: ignore[arg-type]
    assert answer.status_code == status
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.fixture
def eventful(town: Client) -> Violation:
    """A ticket on which much happened."""
    with client_scope(town.pk):
        robin = cast.person(town, first_name="Robin", last_name="Okafor", email="robin@example.org", street="1 Main")
        made = issue(town, "T-1", person=robin, vehicle=cast.vehicle(town, "ABC 123"), towing=Decimal("10.00"))
        adjust_fine(town, "T-1", amount=Decimal(40), reason="First offence", at=NOON, by="maud")
        add_fee(town, "T-1", amount=Decimal(20), kind="late", reason="Late", at=NOON, by="policy")
        record_payment(town, "T-1", amount=Decimal("7.50"), at=NOON, by="kim", method="cash", reference="R-9")
        hold_violation(town, "T-1", kind="court", reason="A hearing", at=NOON, by="maud")
        made.refresh_from_db()
    return made


class TestList:
    def test_it_shows_what_a_clerk_needs_and_no_person(
        self, eventful: Violation, clerk: Browser, officer: Browser
    ) -> None:
        seen = text(clerk, "violations")
        assert all(word in seen for word in ("T-1", "ABC 123", "On hold", "62.50 CAD"))
        assert "Okafor" not in seen
        assert "Robin Okafor" in text(officer, "violations")
        assert "T-1" in text(officer, "violations?q=okafor")
        assert "Nothing fits" in text(clerk, "violations?q=okafor")

    def test_filters_stay_in_the_address_of_the_next_page(self, town: Client, clerk: Browser) -> None:
        with client_scope(town.pk):
            for number in range(51):
                issue(town, f"N-{number:02}", issued_at=NOON - timedelta(hours=number))
        first = clerk.get("/portal/violations?state=owing&q=").content.decode()
        following = re.search(r'rel="next" href="\?([^"]+)"', first)
        assert following is not None
        assert following[1].startswith("state=owing&amp;after=")
        assert "N-50" in text(clerk, f"violations?{following[1].replace('&amp;', '&')}")
        assert "N-50" not in first

    @pytest.mark.parametrize(("old", "found"), [(3, True), (9, True), (10, False)])
    def test_a_page_that_finds_nothing_looks_on_by_itself_for_a_while(
        self, town: Client, clerk: Browser, monkeypatch: pytest.MonkeyPatch, old: int, found: bool
    ) -> None:
        monkeypatch.setattr(violations, "search", partial(search, reach=2))
        with client_scope(town.pk):
            for number in range(12):
                issue(town, f"NUMBER-{number:02}", issued_at=NOON - timedelta(hours=number), warning=number == old)
        shown = text(clerk, "violations?state=warning")
        assert (f"NUMBER-{old:02}" in shown) == found
        assert "Looked back to" in shown
        assert "Look further back" in shown

    def test_a_part_comes_without_the_frame(self, eventful: Violation, clerk: Browser) -> None:
        part = clerk.get("/portal/violations?q=T-1", headers={"HX-Request": "true"}).content.decode()
        assert "T-1" in part
        assert "<html" not in part

    @pytest.mark.parametrize(
        "query",
        ["since=yesterday", "state=lost", "category=x", "location=99999", "since=2026-05-02&until=2026-05-01"],
    )
    def test_what_cannot_be_looked_for_is_said(self, eventful: Violation, clerk: Browser, query: str) -> None:
        seen = text(clerk, f"violations?{query}")
        assert "This cannot be looked for" in seen
        assert "T-1" not in seen

    @pytest.mark.parametrize("after", ["x", "1.", ".1", "9" * 30 + ".1", "9" * 18 + ".1", "-1.1", "\u0663.1"])
    def test_a_page_that_is_none_is_the_first_or_empty(self, eventful: Violation, clerk: Browser, after: str) -> None:
        assert clerk.get("/portal/violations", {"after": after}).status_code == 200

    @pytest.mark.parametrize("moment", [NOON, NOON.replace(year=1905, microsecond=1), NOON.replace(microsecond=999999)])
    def test_a_place_survives_its_address(self, moment: datetime) -> None:
        assert read_place(write_place(Place(moment, 7))) == Place(moment, 7)

    def test_the_number_of_questions_is_bounded(self, town: Client, officer: Browser) -> None:
        asked = []
        for count in (1, 30):
            with client_scope(town.pk):
                for _ in range(count):
                    issue(town, person=cast.person(town), vehicle=cast.vehicle(town))
            with CaptureQueriesContext(connection) as queries:
                officer.get("/portal/violations")
            asked.append(len(queries))
        assert asked[0] == asked[1] <= 14


class TestOne:
    def test_the_sum_adds_up_to_what_is_owed(self, town: Client, eventful: Violation) -> None:
        with client_scope(town.pk):
            owed = explain(town, "T-1", at=NOON).owed
        parts = parts_of(eventful, open_discount=eventful.balance - owed)
        assert [(part.kind, part.amount) for part in parts] == [
            ("fine", Decimal("50.00")),
            ("adjustment", Decimal("-10.00")),
            ("towing", Decimal("10.00")),
            ("fees", Decimal("20.00")),
            ("paid", Decimal("-7.50")),
        ]
        assert sum(part.amount for part in parts) == owed

    def test_it_tells_all_that_happened_by_whom_and_why(self, eventful: Violation, manager: Browser) -> None:
        seen = text(manager, f"violations/{eventful.pk}")
        for word in ("First offence", "maud", "kim", "R-9", "A hearing", "court", "Parked in Loading Zone", "62.50"):
            assert word in seen, word
        assert "A hold keeps it back (court): A hearing." in seen

    def test_money_and_explanation_come_before_what_can_be_done(self, eventful: Violation, manager: Browser) -> None:
        page = manager.get(f"/portal/violations/{eventful.pk}").content.decode()
        order = [page.index(part) for part in ('class="badge large', 'id="money"', 'id="goes"', 'class="acts"')]
        assert order == sorted(order)

    def test_who_wrote_a_ticket_that_was_brought_in_is_said_or_that_it_is_not_known(
        self, town: Client, eventful: Violation, clerk: Browser
    ) -> None:
        assert "by whom is not known" in text(clerk, f"violations/{eventful.pk}")
        with client_scope(town.pk):
            Violation.objects.filter(pk=eventful.pk).update(writer=1234)
            FileImport.objects.create(
                client_id=town.pk,
                kind="violations",
                state="done",
                file_name="old-tickets.csv",
                size=1,
                uploaded_at=NOON,
                ended_at=eventful.created_at,
            )
        seen = text(clerk, f"violations/{eventful.pk}")
        assert "officer 1234" in seen
        assert "Brought in old-tickets.csv" in seen

    def test_how_it_was_paid_is_said_in_the_readers_language(self, town: Client, eventful: Violation) -> None:
        seen = text(signed_in(town, "manager", language="fr"), f"violations/{eventful.pk}")
        assert "7,50 CAD comptant R-9" in seen

    def test_it_leads_to_its_vehicle_and_person(self, eventful: Violation, clerk: Browser, officer: Browser) -> None:
        car, person = f'href="/portal/vehicles/{eventful.vehicle_id}"', f'href="/portal/people/{eventful.person_id}"'
        pages = [one.get(f"/portal/violations/{eventful.pk}").content.decode() for one in (clerk, officer)]
        assert [(car in page, person in page) for page in pages] == [(True, False), (True, True)]

    def test_every_page_has_a_search_and_no_page_has_two(self, eventful: Violation, officer: Browser) -> None:
        for path in (f"violations/{eventful.pk}", f"vehicles/{eventful.vehicle_id}", "violations", "issue"):
            assert officer.get(f"/portal/{path}").content.decode().count('role="search"') == 1

    def test_personal_data_are_for_those_who_may_see_them(
        self, eventful: Violation, clerk: Browser, officer: Browser
    ) -> None:
        path = f"violations/{eventful.pk}"
        assert "robin@example.org" in text(officer, path)
        seen = text(clerk, path)
        assert "Your role does not see personal data." in seen
        assert not [word for word in ("robin@", "Okafor", "1 Main") if word in seen]

    def test_a_role_is_offered_what_it_may_do_and_no_more(
        self, eventful: Violation, clerk: Browser, manager: Browser
    ) -> None:
        seen = text(clerk, f"violations/{eventful.pk}")
        assert "Record a payment" in seen
        assert not [act for act in ("Cancel the ticket", "Set the fine", "Hold it back") if act in seen]
        assert "Cancel the ticket" in text(manager, f"violations/{eventful.pk}")
        # Money was paid on it.
        assert "Spoil the form" not in text(manager, f"violations/{eventful.pk}")

    def test_a_hold_on_the_person_shows_everywhere_and_its_reason_only_to_who_may_see_people(
        self, town: Client, clerk: Browser, officer: Browser
    ) -> None:
        with client_scope(town.pk):
            robin = cast.person(town)
            made = issue(town, "T-1", person=robin, vehicle=cast.vehicle(town))
            hold_person(town, robin.pk, kind="bankruptcy", reason="Petition 31-1234", at=NOON, by="maud")
        for path in ("violations", "violations?state=held", f"violations/{made.pk}", f"vehicles/{made.vehicle_id}"):
            assert "On hold" in clerk.get(f"/portal/{path}").content.decode().split("<h1>", 1)[1].split("</select>")[-1]
        assert "T-1" not in text(clerk, "violations?state=overdue")
        seen = text(clerk, f"violations/{made.pk}")
        assert "The person is held back: bankruptcy" in seen
        assert "Petition 31-1234" not in seen
        assert text(officer, f"violations/{made.pk}").count("Petition 31-1234") == 3

    @pytest.mark.parametrize("number", ["0", "1", str(2**31), str(2**63), "9" * 40])
    def test_a_ticket_that_is_not_there_is_said(self, clerk: Browser, number: str) -> None:
        assert "There is no such ticket." in text(clerk, f"violations/{number}", status=404)

    def test_the_number_of_questions_is_bounded(self, eventful: Violation, officer: Browser) -> None:
        with CaptureQueriesContext(connection) as queries:
            officer.get(f"/portal/violations/{eventful.pk}")
        assert len(queries) <= 28

    def test_what_a_person_wrote_is_text_on_the_page(self, town: Client, clerk: Browser) -> None:
        with client_scope(town.pk):
            made = issue(town, "<b>X</b>", comment="<script>alert(1)</script>")
        answer = clerk.get(f"/portal/violations/{made.pk}").content.decode()
        assert "<script>alert" not in answer
        assert "<b>X" not in answer


class TestFiles:
    @pytest.fixture
    def photo(self, town: Client, eventful: Violation) -> Attachment:
        with client_scope(town.pk):
            with attached(town, eventful, [NewFile("street.png", PNG)], at=NOON):
                pass
            return Attachment.objects.get()

    def test_a_member_sees_a_photo_and_nobody_else(self, photo: Attachment, clerk: Browser, campus: Client) -> None:
        path = f"/portal/files/{photo.unique_id}"
        answer = clerk.get(path)
        assert b"".join(answer) == PNG
        assert answer["Content-Type"] == "image/png"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer["Content-Security-Policy"]
        assert signed_in(campus, "administrator").get(path).status_code == 404
        assert Browser().get(path).status_code == 302

    @pytest.mark.parametrize("place", ["../secret.key", "/etc/passwd", "oc-toma/none.png"])
    def test_a_row_that_leads_elsewhere_leads_nowhere(
        self, town: Client, photo: Attachment, clerk: Browser, place: str
    ) -> None:
        (Path(settings.CURBLEDGER.home) / "secret.key").touch()
        with client_scope(town.pk):
            Attachment.objects.update(storage_location=place)
        assert clerk.get(f"/portal/files/{photo.unique_id}").status_code == 404
