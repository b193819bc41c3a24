"""What happened to a ticket, and who did it: as its rows say, as the audit says, or plainly that nobody knows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from curbledger.clients.audit_entry import AuditEntry
from curbledger.clients.client import Client
from curbledger.database.actor import Actor, acting
from curbledger.database.scope import client_scope
from curbledger.kit import clock
from curbledger.registry.models import Driver
from curbledger.violations.appeal import decide_appeal, open_appeal
from curbledger.violations.hold import hold_person, release_hold
from curbledger.violations.models import Notice, Violation
from curbledger.violations.notice import record_notice
from curbledger.violations.timeline import Moment, timeline
from curbledger.violations.void import cancel
from tests import cast
from tests.cast import NOON, issue


def told(client: Client, ticket: str, **options: Any) -> dict[str, Moment]:
    """What happened to a ticket, by what it was."""
    return {one.kind: one for one in timeline(client, Violation.objects.get(ticket=ticket), **options)}


class TestWho:
    @pytest.mark.parametrize(
        ("kind", "said"),
        [(Actor.STAFF, ""), (Actor.TOKEN, "token"), (Actor.COMMAND, "command"), (Actor.QUEUE, "queue")],
    )
    def test_what_was_brought_in_says_by_whom_and_by_what_kind(self, town: Client, kind: Actor, said: str) -> None:
        with acting(kind, "maud"), client_scope(town.pk):
            issue(town, "T-1")
            record_notice(town, "T-1", kind=Notice.LETTER, sent_at=clock.now() - timedelta(hours=20))
            open_appeal(town, "T-1", text="", at=clock.now())
            past = told(town, "T-1")
        for what in ("brought_in", "noticed", "appealed"):
            assert (past[what].by, past[what].by_kind) == ("maud", said)
        assert (past["issued"].by, past["issued"].officer) == ("", None)

    def test_who_wrote_a_row_down_long_after_did_not_do_what_it_tells(self, town: Client) -> None:
        long_ago = clock.now() - timedelta(days=2)
        with acting(Actor.COMMAND, "importer"), client_scope(town.pk):
            issue(town, "T-1", issued_at=long_ago)
            record_notice(town, "T-1", kind=Notice.LETTER, sent_at=long_ago)
            open_appeal(town, "T-1", text="", at=long_ago)
            past = told(town, "T-1")
        assert [past[what].by for what in ("brought_in", "issued", "noticed", "appealed")] == ["importer", "", "", ""]

    def test_an_appeal_that_was_dismissed_cancels_by_whoever_decided(self, inside: Client) -> None:
        for ticket in ("FELL", "STANDS"):
            issue(inside, ticket)
            open_appeal(inside, ticket, text="", at=NOON)
        decide_appeal(inside, "FELL", decision="dismissed", reason="r", at=NOON, by="maud")
        decide_appeal(inside, "STANDS", decision="upheld", reason="r", at=NOON, by="maud")
        cancel(inside, "STANDS", reason="r", at=NOON, by="kim")
        issue(inside, "ELSEWHERE", cancelled_at=NOON)
        by = {ticket: told(inside, ticket)["cancelled"].by for ticket in ("FELL", "STANDS", "ELSEWHERE")}
        assert by == {"FELL": "maud", "STANDS": "kim", "ELSEWHERE": ""}

    def test_the_officer_is_the_number_that_came_with_the_ticket(self, inside: Client) -> None:
        issue(inside, "T-1", writer=7)
        assert told(inside, "T-1")["issued"].officer == 7

    def test_of_many_rows_that_came_at_once_each_knows_by_whom(self, town: Client) -> None:
        rows = [
            Violation(client_id=town.pk, ticket=f"T-{number}", issued_at=NOON, due_at=NOON, created_at=NOON, fine=5)
            for number in range(600)
        ]
        with acting(Actor.COMMAND, "kim"), client_scope(town.pk):
            Violation.objects.bulk_create(rows)
        with client_scope(town.pk):
            assert AuditEntry.objects.filter(about="violation").count() == 1
            for ticket in ("T-0", "T-599"):
                assert told(town, ticket)["brought_in"].by == "kim"
            issue(town, "LATER")
            assert told(town, "LATER")["brought_in"].by == "Curbledger"


class TestHoldsOnThePerson:
    def test_one_stands_on_their_ticket_with_its_reason_for_who_may_know(self, inside: Client) -> None:
        robin, car = cast.person(inside), cast.vehicle(inside)
        Driver.objects.create(client_id=inside.pk, vehicle=car, person=robin)
        for ticket, whose in (("OWN", {"person": robin}), ("DRIVEN", {"vehicle": car}), ("STRANGE", {})):
            issue(inside, ticket, **whose)
        placed = hold_person(inside, robin.pk, kind="deceased", reason="Told by her son", at=NOON, by="maud")
        release_hold(placed.pk, reason="Another Robin", at=NOON + timedelta(hours=1), by="kim")
        for ticket in ("OWN", "DRIVEN"):
            past = told(inside, ticket)
            held, released = past["person_held"], past["person_released"]
            assert (held.by, held.why, held.detail) == ("maud", "Told by her son", "deceased")
            assert (released.by, released.why) == ("kim", "Another Robin")
            blind = told(inside, ticket, with_people=False)
            assert (blind["person_held"].why, blind["person_released"].why) == ("", "")
        assert "person_held" not in told(inside, "STRANGE")

    def test_a_petition_is_no_event_of_a_ticket_that_came_after_it(self, inside: Client) -> None:
        robin = cast.person(inside)
        issue(inside, "BEFORE", person=robin, issued_at=NOON - timedelta(days=9))
        issue(inside, "AFTER", person=robin, issued_at=NOON - timedelta(days=8))
        petition = date(2026, 5, 11)
        hold_person(inside, robin.pk, kind="bankruptcy", reason="r", at=NOON, by="maud", petition_on=petition)
        assert "person_held" in told(inside, "BEFORE")
        assert "person_held" not in told(inside, "AFTER")
