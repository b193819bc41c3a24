"""An office that moves in brings along what happened before: it is kept, and what was sent never goes out again."""

from __future__ import annotations

from decimal import Decimal

import pytest

from curbledger.database.scope import client_scope
from curbledger.importing.moved import OUTCOME
from curbledger.placements.manifest import NeverHere, batches, every_placement, find_revision, records
from curbledger.placements.models import Agency, Batch, Placement, Revision
from curbledger.placements.retention import change_retention, erase_old
from curbledger.placements.switch import foresee
from curbledger.violations.explain import explain
from curbledger.violations.models import Fee, Payment
from tests.importing.conftest import AT, EXAMPLES, TICKETS, Desk

MOVING = (
    TICKETS
    + """
fees = "fees"
paid = "paid"
sent_on = "sent"
agency = { column = "agency", default = "Harbour" }
status.column = "status"
status.values = { open = ["O"], paid = ["P"], spoiled = ["V"], cancelled = ["D"], appeal = ["A"], warning = ["W"] }
"""
)
HEADER = "number,issued,fine,fees,paid,status,sent,agency\n"


def codes(desk: Desk, ticket: str) -> list[str]:
    with client_scope(desk.client.pk):
        return [code for code, _ in explain(desk.client, ticket, at=AT).reasons]


@pytest.mark.parametrize(
    ("row", "reasons"),
    [
        ("50,,,O,,", []),
        ("50,20,10,O,,", []),
        ("50,,,P,,", ["nothing_owed"]),
        ("50,20,70,P,,", ["nothing_owed"]),
        ("50,,80,O,,", ["nothing_owed"]),
        ("50,,,V,,", ["spoiled"]),
        ("50,,,D,,", ["cancelled"]),
        ("50,,,A,,", ["appeal_open"]),
        ("50,,,W,,", ["warning"]),
        ("50,,,O,2026-04-02,", ["already_sent"]),
    ],
)
def test_what_became_of_a_ticket_decides_whether_it_goes(desk: Desk, row: str, reasons: list[str]) -> None:
    assert desk.bring(f"{HEADER}1,2026-03-01,{row}\n", MOVING).imported == 1

    assert codes(desk, "1") == reasons


def test_fees_and_payments_make_the_balance(desk: Desk) -> None:
    desk.bring(f"{HEADER}1,2026-03-01,50,20.50,10,O,,\n", MOVING)

    assert desk.ticket("1").balance == Decimal("60.50")
    with client_scope(desk.client.pk):
        assert Fee.objects.get().amount == Decimal("20.50")
        assert Payment.objects.get().amount == 10


def test_a_ticket_that_is_called_paid_and_was_not_is_rejected(desk: Desk) -> None:
    desk.bring(f"{HEADER}1,2026-03-01,50,20,40,P,,\n2,2026-03-01,50,,,Z,,\n", MOVING)

    assert [one["reason"] for one in desk.rejected()] == [
        "status: the file calls the ticket paid, and 30.00 of 70.00 were not",
        "status: 'Z' stands for no status in the mapping",
    ]


def test_what_was_sent_is_a_placement_of_a_closed_batch(desk: Desk) -> None:
    rows = (
        "1,2026-01-01,50,,,O,2026-03-02,\n"
        "2,2026-01-01,60,20,10,O,2026-03-02,\n"
        "3,2026-01-01,70,,,P,2026-03-02,\n"
        "4,2026-01-01,80,,,O,2026-03-09,\n"
        "5,2026-01-01,90,,,D,2026-03-02,Other\n"
        "6,2026-01-01,0,,,O,2026-03-02,\n"
        "7,2026-01-01,40,,,O,,\n"
    )

    assert desk.bring(HEADER + rows, MOVING).imported == 7

    with client_scope(desk.client.pk):
        assert set(Agency.objects.values_list("name", flat=True)) == {"Harbour", "Other"}
        sent = Batch.objects.order_by("created_at", "pk").values_list("agency__name", "state", "delivered_at__date")
        assert [(name, state, f"{day}") for name, state, day in sent] == [
            ("Harbour", "delivered", "2026-03-02"),
            ("Other", "delivered", "2026-03-02"),
            ("Harbour", "delivered", "2026-03-09"),
        ]
        revisions = Revision.objects.order_by("batch__created_at", "pk").values_list(
            "record_count", "total", "outcome", "digest"
        )
        assert list(revisions) == [
            (3, Decimal("190.00"), OUTCOME, None),
            (1, Decimal("90.00"), OUTCOME, None),
            (1, Decimal("80.00"), OUTCOME, None),
        ]
        placed = Placement.objects.order_by("violation__ticket").values_list("violation__ticket", "state", "balance")
        assert list(placed) == [
            ("1", "open", Decimal("50.00")),
            ("2", "open", Decimal("70.00")),
            ("3", "paid", Decimal("70.00")),
            ("4", "open", Decimal("80.00")),
            ("5", "closed", Decimal("90.00")),
        ]
        foreseen = foresee(desk.client, at=AT)
        assert (foreseen.count, foreseen.total) == (1, Decimal(40))
    assert desk.bring(HEADER + rows, MOVING).line == "imported 0, already there 7, rejected 0"
    with client_scope(desk.client.pk):
        assert Placement.objects.count() == 5
        assert Batch.objects.count() == 3


def test_the_placed_amount_may_stand_in_the_file(desk: Desk) -> None:
    mapping = MOVING + 'placed = "placed"\n'

    desk.bring(HEADER.replace("\n", ",placed\n") + "1,2026-01-01,50,20,10,O,2026-03-02,,55.00\n", mapping)

    with client_scope(desk.client.pk):
        placed = Placement.objects.get()
    assert placed.balance == Decimal("55.00")
    assert placed.paid == Decimal("15.00")


@pytest.mark.parametrize(
    ("sent", "paid_on", "placed"),
    [
        ("2026-03-02", "2026-03-20", "60.00"),
        ("2026-03-02", "2026-02-20", "40.00"),
        ("2026-03-02", "", "40.00"),
    ],
)
def test_what_was_paid_later_was_placed_with_the_rest(desk: Desk, sent: str, paid_on: str, placed: str) -> None:
    mapping = MOVING + 'paid_on = "paid_on"\n'

    desk.bring(HEADER.replace("\n", ",paid_on\n") + f"1,2026-01-01,60,,20,O,{sent},,{paid_on}\n", mapping)

    with client_scope(desk.client.pk):
        assert Placement.objects.get().balance == Decimal(placed)
        assert Revision.objects.get().total == Decimal(placed)
        assert desk.ticket("1").balance == Decimal(40)


def test_records_that_were_never_here_are_not_made_up(desk: Desk) -> None:
    desk.bring(HEADER + "1,2026-01-01,50,,,O,2026-03-02,\n", MOVING)
    with client_scope(desk.client.pk):
        (batch,) = batches()
        revision = find_revision(batch)

    with pytest.raises(NeverHere, match="sent by another system, before the office moved in"):
        records(revision)

    assert [one.ticket for one in every_placement(revision)] == ["1"]
    with client_scope(desk.client.pk):
        assert Revision.objects.get().digest is None


def test_what_was_never_here_is_not_erased(desk: Desk) -> None:
    desk.bring(HEADER + "1,2026-01-01,50,,,O,2026-03-02,\n", MOVING)
    with client_scope(desk.client.pk):
        change_retention(desk.client.pk, days=1, at=AT, by="clerk")

    assert erase_old(desk.client.pk, at=AT) == 0


def test_batches_are_listed_by_the_day_they_went_out(desk: Desk) -> None:
    rows = "1,2026-01-01,50,,,O,2026-03-02,\n2,2026-01-01,50,,,O,2026-04-02,\n3,2026-01-01,50,,,O,2026-02-02,\n"
    desk.bring(HEADER + rows, MOVING)

    with client_scope(desk.client.pk):
        newest, middle = batches(limit=2)
        (oldest,) = batches(before=middle.uuid, limit=2)

    assert [f"{one.created_at:%m-%d}" for one in (newest, middle, oldest)] == ["04-02", "03-02", "02-02"]


def test_sent_without_saying_to_whom_is_rejected(desk: Desk) -> None:
    mapping = MOVING.replace(', default = "Harbour"', "")

    desk.bring(HEADER + "1,2026-01-01,50,,,O,2026-03-02,\n", mapping)

    assert [one["reason"] for one in desk.rejected()] == [
        "agency: the ticket was sent on 2026-03-02, and the row does not say to whom"
    ]


@pytest.mark.parametrize(
    ("issued", "sent", "noticed", "reason"),
    [
        ("2026-03-02", "2026-03-01", "", "sent_on: 2026-03-01 lies before the issue, 2026-03-02"),
        ("2026-03-02", "", "2026-03-01", "noticed_on: 2026-03-01 lies before the issue, 2026-03-02"),
        ("2026-03-01", "2026-03-01", "2026-03-01", None),
    ],
)
def test_nothing_is_sent_and_nobody_told_before_the_issue(
    desk: Desk, issued: str, sent: str, noticed: str, reason: str | None
) -> None:
    """A notice of another ticket would open the gate that the law asks for."""
    mapping = MOVING.replace("sent_on", 'issued_time = "time"\nnoticed_on = "noticed"\nsent_on')
    header = "number,issued,time,fine,fees,paid,status,sent,agency,noticed\n"

    done = desk.bring(f"{header}1,{issued},10:00,50,,,O,{sent},,{noticed}\n", mapping)

    assert done.rejected == (reason is not None)
    if reason is not None:
        assert [one["reason"] for one in desk.rejected()] == [reason]


def test_the_example_for_moving_in_holds(desk: Desk) -> None:
    header = (
        "number;date;time;due;plate;state;plate_type;make;place;offence;"
        "fine;late_fees;paid;paid_on;status;agency;sent\r\n"
    )
    rows = (
        "1;2026-01-02;0905;2026-01-22;ABCD 123;ON;PAS;TOYOTA;Château Lot;FIRE RTE;$95.00;;;0000-00-00;O;;\r\n"
        "2;1/3/2026;1;1/23/2026;ABCD 124;ON;PAS;;Château Lot;PARKED IN A FIRE ROU;$95.00;$20.00;;;HEARING;;\r\n"
        "3;1/3/2026;;1/23/2026;ABCD 125;ON;XX;;;Fire route;$95.00;;$95.00;2/1/2026;;;\r\n"
        "4;1/3/2026;;1/23/2026;ABCD 126;ON;COM;;;Fire route;$95.00;;;;O;;4/1/2026\r\n"
    )
    mapping = (EXAMPLES / "moving-in.toml").read_text()

    assert desk.bring((header + rows).encode("cp1252"), mapping).line == "imported 4, already there 0, rejected 0"

    assert [codes(desk, f"OLD-{n}") for n in range(1, 5)] == [[], ["appeal_open"], ["nothing_owed"], ["already_sent"]]
