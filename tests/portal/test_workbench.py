"""The workbench: what would go and what stays, held back and handed over, with a second person and past a guard."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from django.http import HttpResponse
from django.test import Client as Browser

from curbledger.clients.client import Client
from curbledger.clients.policy import change_policy
from curbledger.database.scope import client_scope
from curbledger.kit import clock
from curbledger.placements.agency import Agency
from curbledger.placements.batch import Batch, BatchState, Revision
from curbledger.placements.cycle import resting, start_new_cycle
from curbledger.placements.guards import Override
from curbledger.placements.proposal import Proposal
from curbledger.placements.recall import recall
from curbledger.placements.selection import Selection
from curbledger.portal.forms import new_key
from curbledger.violations.hold import hold_violation
from curbledger.violations.models import Hold, Violation
from curbledger.violations.payment import record_payment
from tests import cast
from tests.cast import Caller, issue
from tests.placements.handing import arrived, broken, call
from tests.portal.staff import signed_in


@pytest.fixture
def agency(town: Client) -> Caller:
    return cast.caller(town)


@pytest.fixture
def tickets(town: Client) -> list[Violation]:
    """A and B go, C is held back."""
    with client_scope(town.pk):
        made = [issue(town, ticket, at=clock.now()) for ticket in ("TICKET-A", "TICKET-B", "TICKET-C")]
        hold_violation(town, "TICKET-C", kind="court", reason="Trial.", at=clock.now(), by="maud")
    return made


def text(browser: Browser, path: str, status: int = 200) -> str:
    answer = browser.get(f"/portal/{path}")
    assert answer.status_code == status
    return answer.content.decode()


def send(browser: Browser, path: str, **said: Any) -> HttpResponse:
    answer = browser.post(f"/portal/{path}", {"form_key": new_key(), **said})
    assert isinstance(answer, HttpResponse)
    return answer


def policy(town: Client, **changes: Any) -> None:
    with client_scope(town.pk):
        change_policy(client_id=town.pk, at=clock.now(), by="maud", **changes)


def states(town: Client) -> list[str]:
    with client_scope(town.pk):
        return list(Batch.objects.order_by("pk").values_list("state", flat=True))


def path(who: Caller) -> str:
    assert who.agency is not None
    return f"workbench/agencies/{who.agency.pk}"


class TestFigures:
    def test_it_opens_at_once_and_counts_afterwards(
        self, officer: Browser, agency: Caller, tickets: list[Violation]
    ) -> None:
        shell = text(officer, "workbench")
        assert 'hx-get="/portal/workbench" hx-trigger="load"' in shell
        assert "100.00" not in shell
        part = officer.get("/portal/workbench", headers={"HX-Request": "true"}).content.decode()
        assert "100.00" in part
        assert "<html" not in part

    def test_what_goes_and_what_stays_are_one_click_from_their_tickets(
        self, officer: Browser, agency: Caller, tickets: list[Violation]
    ) -> None:
        page = text(officer, "workbench?count=1")
        assert agency.agency is not None
        for link in ("?reason=goes", f"?reason=goes&amp;agency={agency.agency.pk}", "?reason=on_hold"):
            assert f'href="/portal/violations{link}"' in page
        assert "31-60" in page
        goes, held = text(officer, "violations?reason=goes"), text(officer, "violations?reason=on_hold")
        assert ("TICKET-A" in goes, "TICKET-B" in goes, "TICKET-C" in goes) == (True, True, False)
        assert ("TICKET-A" in held, "TICKET-C" in held) == (False, True)

    def test_a_client_that_is_switched_off_is_told_so(self, agency: Caller) -> None:
        off = cast.town("OFF", collecting=False)
        assert "switched off" in text(signed_in(off, "manager"), "workbench")

    def test_a_clerk_is_not_let_in(self, clerk: Browser) -> None:
        assert clerk.get("/portal/workbench").status_code == 403


class TestHoldingSomeBack:
    def hold(self, browser: Browser, picked: list[Violation], **said: Any) -> HttpResponse:
        asked = urlencode([("ticket", one.pk) for one in picked])
        return send(browser, f"violations/hold?{asked}", **{"kind": "dispute", "reason": "Look again.", **said})

    def held(self, town: Client) -> list[str]:
        with client_scope(town.pk):
            holds = Hold.objects.filter(kind="dispute").order_by("violation_id")
            return list(holds.values_list("violation__ticket", flat=True))

    def test_the_list_offers_it_to_those_who_may(
        self, officer: Browser, clerk: Browser, tickets: list[Violation]
    ) -> None:
        assert f'name="ticket" value="{tickets[0].pk}"' in text(officer, "violations?reason=goes")
        assert 'name="ticket"' not in text(clerk, "violations?reason=goes")
        assert clerk.get("/portal/violations/hold").status_code == 403

    def test_what_was_picked_is_held_back_with_one_reason(
        self, town: Client, officer: Browser, tickets: list[Violation]
    ) -> None:
        page = text(officer, f"violations/hold?ticket={tickets[0].pk}&ticket={tickets[1].pk}")
        assert "TICKET-A" in page
        assert self.hold(officer, tickets[:2]).status_code == 302
        assert self.held(town) == ["TICKET-A", "TICKET-B"]
        assert "TICKET-A" not in text(officer, "violations?reason=goes")

    @pytest.mark.parametrize(
        ("asked", "there"),
        [("reason=goes&category=7", "reason=goes&category=7"), ("", "state=held"), ("x=1", "state=held")],
    )
    def test_the_list_goes_on_where_they_were_picked(
        self, officer: Browser, tickets: list[Violation], asked: str, there: str
    ) -> None:
        picked = urlencode({"list": asked, "ticket": tickets[0].pk})
        answer = send(officer, f"violations/hold?{picked}", kind="dispute", reason="Look again.")
        back = answer["Location"]
        assert back.startswith("/portal/violations?")
        assert set(parse_qsl(back.partition("?")[2])) == set(parse_qsl(there))
        assert "1 ticket is held back." in text(officer, back.removeprefix("/portal/"))

    def test_a_double_click_holds_once(self, town: Client, officer: Browser, tickets: list[Violation]) -> None:
        key = new_key()
        for _ in range(2):
            assert self.hold(officer, tickets[:1], form_key=key).status_code == 302
        assert self.held(town) == ["TICKET-A"]

    @pytest.mark.parametrize("said", [{"reason": " "}, {"kind": "unprintable"}, {"kind": "x"}, {"until": "2020-01-01"}])
    def test_what_cannot_be_holds_nothing(
        self, town: Client, officer: Browser, tickets: list[Violation], said: dict[str, str]
    ) -> None:
        assert self.hold(officer, tickets, **said).status_code == 422
        assert self.held(town) == []

    def test_anothers_tickets_are_not_there(self, town: Client, campus: Client, tickets: list[Violation]) -> None:
        stranger = signed_in(campus, "manager")
        assert self.hold(stranger, tickets).status_code == 422
        assert self.held(town) == []


class TestHandingOver:
    def test_it_is_left_for_the_agencys_call(
        self, town: Client, officer: Browser, agency: Caller, tickets: list[Violation]
    ) -> None:
        assert "100.00" in text(officer, path(agency))
        answer = send(officer, path(agency), way="call")
        assert answer.status_code == 302
        page = officer.get(answer["Location"]).content.decode()
        assert "2 tickets, 100.00 CAD, are handed over." in page
        assert "collections-officer-" in page
        taken = call(town, agency, at=clock.now())
        assert (taken.count, taken.revision.number) == (2, 2)

    def test_a_file_waits_for_somebodys_word(
        self, town: Client, officer: Browser, agency: Caller, tickets: list[Violation]
    ) -> None:
        batch = send(officer, path(agency), way="file")["Location"]
        page = officer.get(batch).content.decode()
        assert "Did the file arrive?" in page
        assert "waits for your word" in text(officer, "workbench")
        assert b"TICKET-A" in b"".join(officer.get(f"{batch}/1/records.csv"))
        answer = send(officer, f"{batch.removeprefix('/portal/')}/1/word", word="arrived")
        assert answer["Location"] == batch
        assert states(town) == [BatchState.DELIVERED]
        assert "Did the file arrive?" not in officer.get(batch).content.decode()
        with client_scope(town.pk):
            ended_by = Revision.objects.get().ended_by
        assert ended_by is not None
        assert ended_by.startswith("collections-officer-")

    def test_one_that_did_not_arrive_goes_out_again(
        self, town: Client, officer: Browser, agency: Caller, tickets: list[Violation]
    ) -> None:
        batch = send(officer, path(agency), way="file")["Location"].removeprefix("/portal/")
        send(officer, f"{batch}/1/word", word="lost")
        assert states(town) == [BatchState.UNDELIVERED]
        # Too late: a page that lay open.
        send(officer, f"{batch}/1/word", word="arrived")
        assert states(town) == [BatchState.UNDELIVERED]
        assert "goes out again with them" in text(officer, path(agency))

    def test_a_double_click_hands_over_once(
        self, town: Client, officer: Browser, agency: Caller, tickets: list[Violation]
    ) -> None:
        key = new_key()
        for _ in range(2):
            assert send(officer, path(agency), way="file", form_key=key).status_code == 302
        assert states(town) == [BatchState.AWAITING]

    def test_nothing_to_hand_over_is_said(self, town: Client, officer: Browser, agency: Caller) -> None:
        assert "Nothing would go now." in text(officer, path(agency))
        answer = send(officer, path(agency), way="call")
        assert answer.status_code == 422
        assert states(town) == []

    def test_a_way_that_is_none_changes_nothing(
        self, town: Client, officer: Browser, agency: Caller, tickets: list[Violation]
    ) -> None:
        assert send(officer, path(agency), way="pigeon").status_code == 422
        assert states(town) == []


class TestDeliverAgain:
    def test_it_asks_why_and_opens_the_batch(
        self, town: Client, officer: Browser, agency: Caller, tickets: list[Violation]
    ) -> None:
        handed = arrived(town, agency, at=clock.now())
        batch = f"batches/{handed.batch_uuid}"
        assert f"/portal/{batch}/again" in text(officer, batch)
        assert send(officer, f"{batch}/again", reason=" ").status_code == 422
        assert send(officer, f"{batch}/again", reason="Their disk failed.").status_code == 302
        page = text(officer, batch)
        assert "Their disk failed." in page
        assert f"/portal/{batch}/again" not in page
        assert states(town) == [BatchState.UNDELIVERED]

    def test_one_that_waits_anyway_is_refused(
        self, town: Client, officer: Browser, agency: Caller, tickets: list[Violation]
    ) -> None:
        handed = broken(town, agency, at=clock.now())
        assert send(officer, f"batches/{handed.batch_uuid}/again", reason="x").status_code == 422


class TestSecondPerson:
    @pytest.fixture(autouse=True)
    def two_people(self, town: Client, agency: Caller, tickets: list[Violation]) -> None:
        policy(town, second_person=True)

    def propose(self, browser: Browser, agency: Caller, way: str = "call") -> str:
        location: str = send(browser, path(agency), way=way)["Location"]
        return location.removeprefix("/portal/")

    def decide(
        self, browser: Browser, proposal: str, page: str, decision: str = "approve", **said: Any
    ) -> HttpResponse:
        seen = dict(re.findall(r'name="(count|total)" value="([^"]*)"', page))
        return send(browser, proposal, decision=decision, **seen, **said)

    def test_another_person_sees_what_changed_and_approves(
        self, town: Client, officer: Browser, manager: Browser, agency: Caller
    ) -> None:
        proposal = self.propose(officer, agency)
        with client_scope(town.pk):
            record_payment(town, "TICKET-A", amount=Decimal("50.00"), at=clock.now(), by="clerk")
            issue(town, "TICKET-D", at=clock.now())
        assert "waits for its second person" in text(manager, "workbench")
        page = text(manager, proposal)
        for said in ("Came since", "TICKET-D", "Would not go any more", "TICKET-A"):
            assert said in page
        answer = self.decide(manager, proposal, page)
        assert answer.status_code == 302
        assert states(town) == [BatchState.UNDELIVERED]
        with client_scope(town.pk):
            one = Proposal.objects.get()
        assert one.decided_by is not None
        assert (one.proposed_by[:11], one.decided_by[:7]) == ("collections", "manager")
        assert "Its batch" in text(officer, proposal)

    def test_the_same_person_cannot(self, town: Client, officer: Browser, agency: Caller) -> None:
        proposal = self.propose(officer, agency)
        page = text(officer, proposal)
        assert "somebody else has to approve it" in page
        assert self.decide(officer, proposal, page).status_code == 422
        assert states(town) == []

    def test_more_than_was_seen_is_shown_again(
        self, town: Client, officer: Browser, manager: Browser, agency: Caller
    ) -> None:
        proposal = self.propose(officer, agency)
        page = text(manager, proposal)
        with client_scope(town.pk):
            issue(town, "TICKET-D", at=clock.now())
        answer = self.decide(manager, proposal, page)
        assert answer.status_code == 422
        assert states(town) == []
        assert self.decide(manager, proposal, answer.content.decode()).status_code == 302
        assert states(town) == [BatchState.UNDELIVERED]

    def test_a_double_click_approves_once(
        self, town: Client, officer: Browser, manager: Browser, agency: Caller
    ) -> None:
        proposal = self.propose(officer, agency, way="file")
        page, key = text(manager, proposal), new_key()
        for _ in range(2):
            assert self.decide(manager, proposal, page, form_key=key).status_code == 302
        assert states(town) == [BatchState.AWAITING]

    def test_it_is_dropped_by_anybody(self, town: Client, officer: Browser, manager: Browser, agency: Caller) -> None:
        proposal = self.propose(officer, agency)
        assert self.decide(officer, proposal, text(officer, proposal), "drop").status_code == 302
        assert self.decide(manager, proposal, text(manager, proposal), count=2, total=100).status_code == 422
        assert states(town) == []


class TestGuards:
    @pytest.fixture(autouse=True)
    def stale(self, town: Client, agency: Caller, tickets: list[Violation]) -> None:
        # No payment was ever recorded, and the client is months old.
        policy(town, guard_payment_hours=24)

    def test_a_guard_asks_why_and_keeps_the_answer(self, town: Client, officer: Browser, agency: Caller) -> None:
        assert 'name="override"' not in text(officer, path(agency))
        answer = send(officer, path(agency), way="call")
        assert answer.status_code == 422
        assert 'name="override"' in answer.content.decode()
        assert states(town) == []
        assert send(officer, path(agency), way="call", override="The bank is closed.").status_code == 302
        with client_scope(town.pk):
            kept = Override.objects.get()
        assert (kept.reason, kept.batch_id is not None) == ("The bank is closed.", True)

    def test_a_refused_call_is_seen_and_let_through(self, town: Client, officer: Browser, agency: Caller) -> None:
        with pytest.raises(Exception, match="guard allows"):
            call(town, agency, at=clock.now())
        assert agency.agency is not None
        allow = f"{path(agency)}/allow/payments"
        assert f"/portal/{allow}" in text(officer, "workbench")
        assert send(officer, allow, reason="The bank is closed.").status_code == 302
        assert f"/portal/{allow}" not in text(officer, "workbench")
        assert arrived(town, agency, at=clock.now()).count == 2

    def test_a_guard_that_is_none_is_not_there(self, officer: Browser, agency: Caller) -> None:
        assert officer.get(f"/portal/{path(agency)}/allow/dog").status_code == 404


def test_what_is_kept_for_an_agency_goes_to_no_other(town: Client, officer: Browser, agency: Caller) -> None:
    with client_scope(town.pk):
        other = Agency.objects.create(client_id=town.pk, name="Strict", assigned_only=True, created_at=clock.now())
        issue(town, "TICKET-A", at=clock.now())
    assert "TICKET-A" in text(officer, f"violations?reason=goes&agency={agency.agency and agency.agency.pk}")
    assert "TICKET-A" not in text(officer, f"violations?reason=goes&agency={other.pk}")


def test_what_was_recalled_is_not_forgotten(town: Client, officer: Browser, manager: Browser, agency: Caller) -> None:
    """Today counts it as the office's, and neither heap of the workbench does: so it is said beside them."""
    with client_scope(town.pk):
        for ticket in ("TICKET-A", "TICKET-B", "TICKET-C"):
            issue(town, ticket, at=clock.now())
    assert "Look at what was recalled" not in text(officer, "workbench?count=1")
    arrived(town, agency, at=clock.now())
    with client_scope(town.pk):
        recall(town, Selection(tickets=("TICKET-A", "TICKET-B")), reason="Wrong signs.", at=clock.now(), by="maud")
        record_payment(town, "TICKET-A", amount=Decimal("20.00"), at=clock.now(), by="maud")
        record_payment(town, "TICKET-B", amount=Decimal("50.00"), at=clock.now(), by="maud")
        assert (resting().count, resting().total) == (1, Decimal("30.00"))
    shown = text(officer, "workbench?count=1")
    assert "Look at what was recalled" in shown
    assert "batches/new-cycles" not in shown
    assert "batches/new-cycles" in text(manager, "workbench?count=1")
    with client_scope(town.pk):
        start_new_cycle(town, "TICKET-A", reason="Signs are right.", at=clock.now(), by="maud")
        assert resting().count == 0
