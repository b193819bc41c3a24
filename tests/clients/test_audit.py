"""The audit: who changed what, from what to what. The database writes it; nothing here asks for it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, models

from curbledger.clients.audit_entry import AuditEntry
from curbledger.clients.client import Client
from curbledger.clients.membership import join
from curbledger.clients.models import ApiToken
from curbledger.clients.user import make_user, set_password
from curbledger.database.actor import Actor, acting, identify
from curbledger.database.audit import MANY, drop_triggers, install_triggers, missing_triggers
from curbledger.database.scope import all_or_nothing, client_scope
from curbledger.permissions import Role
from curbledger.violations.hold import hold_violation
from curbledger.violations.models import Category
from curbledger.violations.payment import record_payment
from tests import cast
from tests.placements.handing import call

LATER = cast.NOON + timedelta(days=60)


def execute(statement: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def entries(**about: Any) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(**about).order_by("id"))


def newest() -> int:
    found: int = AuditEntry.objects.aggregate(last=models.Max("id"))["last"] or 0
    return found


def test_it_names_whoever_acts_on_whatever_way(town: Client) -> None:
    with client_scope(town.pk):
        ticket = cast.issue(town)
    with acting(Actor.STAFF, "ada@example.org"):
        with client_scope(town.pk):
            execute("UPDATE violation SET comment = 'one' WHERE id = %s", ticket.pk)
        with acting(Actor.TOKEN, "kiosk: north"), client_scope(town.pk):
            execute("UPDATE violation SET comment = 'two' WHERE id = %s", ticket.pk)
        identify(Actor.QUEUE, "queue")
        with client_scope(town.pk):
            execute("UPDATE violation SET comment = 'three' WHERE id = %s", ticket.pk)
    with client_scope(town.pk):
        execute("UPDATE violation SET comment = 'four' WHERE id = %s", ticket.pk)
        found = [
            (one.by_kind, one.by_name, one.label, one.changes)
            for one in entries(about_violation=ticket.pk, act="changed")
        ]
    assert found == [
        ("staff", "ada@example.org", ticket.ticket, {"comment": [None, "one"]}),
        ("token", "kiosk: north", ticket.ticket, {"comment": ["one", "two"]}),
        ("queue", "queue", ticket.ticket, {"comment": ["two", "three"]}),
        ("system", "Curbledger", ticket.ticket, {"comment": ["three", "four"]}),
    ]


def test_who_nobody_named_is_the_role_of_the_database(town: Client) -> None:
    with client_scope(town.pk):
        ticket = cast.issue(town)
        execute("SELECT set_config('curbledger.actor', '', true)")
        execute("UPDATE violation SET comment = 'by hand' WHERE id = %s", ticket.pk)
        (found,) = entries(about_violation=ticket.pk, act="changed")
    assert (found.by_kind, found.by_name) == ("database", "curbledger")


def test_a_payment_is_one_entry_and_what_it_does_to_the_ticket_none(town: Client) -> None:
    with client_scope(town.pk):
        ticket = cast.issue(town)
        before = newest()
        record_payment(town, ticket.ticket, amount=Decimal("5.00"), at=cast.NOON, by="ada@example.org")
        found = [(one.about, one.act, one.about_violation) for one in entries(id__gt=before)]
    assert found == [("payment", "added", ticket.pk)]


def test_a_total_that_somebody_sets_by_hand_does_not_escape(town: Client) -> None:
    with client_scope(town.pk):
        ticket = cast.issue(town)
        before = newest()
        execute("UPDATE violation SET paid_total = 12 WHERE id = %s", ticket.pk)
        found = [one.changes for one in entries(id__gt=before)]
    assert found == [{"paid_total": [0, 12]}]


def test_what_follows_from_a_column_stands_with_it(town: Client) -> None:
    with client_scope(town.pk):
        ticket = cast.issue(town)
        before = newest()
        execute("UPDATE violation SET fine = fine + 10 WHERE id = %s", ticket.pk)
        (found,) = entries(id__gt=before)
    assert {name: new - old for name, (old, new) in found.changes.items()} == {"fine": 10, "balance": 10}


def test_a_handoff_leaves_no_entry_for_its_tickets(committed_town: Client) -> None:
    """Their placements say what went, and are rows of their own."""
    with client_scope(committed_town.pk):
        tickets = [cast.issue(committed_town) for _ in range(3)]
    caller = cast.caller(committed_town)
    with client_scope(committed_town.pk):
        before = newest()
    assert call(committed_town, caller, at=LATER).count == len(tickets)
    with client_scope(committed_town.pk):
        assert [one.about for one in entries(id__gt=before)] == []


def test_a_placement_that_had_ended_is_not_changed_unseen(committed_town: Client) -> None:
    with client_scope(committed_town.pk):
        cast.issue(committed_town)
    call(committed_town, cast.caller(committed_town), at=LATER)
    with client_scope(committed_town.pk):
        before = newest()
        execute("UPDATE placement SET state = 'recalled', ended_at = now(), ended_reason = 'wrong'")
        assert entries(id__gt=before) == [], "the end stands in the row"
        execute("UPDATE placement SET state = 'open', ended_at = NULL, ended_reason = NULL")
        (found,) = entries(id__gt=before)
        assert found.changes["state"] == ["recalled", "open"]
        execute("UPDATE placement SET balance = balance + 1")
        assert [sorted(one.changes) for one in entries(id__gt=found.pk)] == [["balance"]]


@pytest.mark.parametrize(("many", "lines"), [(MANY, MANY), (MANY + 1, 1)])
def test_many_rows_of_one_statement_are_one_entry(town: Client, many: int, lines: int) -> None:
    with client_scope(town.pk):
        before = newest()
        Category.objects.bulk_create([Category(client_id=town.pk, name=f"c{number}") for number in range(many)])
        found = entries(id__gt=before)
        assert len(found) == lines
        assert sum(one.rows for one in found) == many
        if lines == 1:
            assert found[0].about_last == found[0].about_row + many - 1


def test_a_password_and_a_pin_are_secret(town: Client) -> None:
    user = make_user(email="ada@example.org", password="correct horse battery", at=cast.NOON)
    join(user, town, role=Role.CLERK, at=cast.NOON)
    with client_scope(town.pk):
        ticket = cast.issue(town)
        execute("UPDATE violation SET pin = '1234' WHERE id = %s", ticket.pk)
        before = newest()
    set_password(user, "another horse battery")
    with acting(Actor.STAFF, user.email), all_or_nothing():
        user.save()
    with client_scope(town.pk):
        (found,) = entries(id__gt=before)
        assert (found.about, found.label, found.by_name) == ("staff_user", user.email, user.email)
        assert found.changes == {"password": ["•••", "•••"]}
        (pin,) = entries(about_violation=ticket.pk, act="changed")
        assert pin.changes == {"pin": [None, "•••"]}


def test_who_belongs_to_whom_is_written_down_at_that_client_alone(town: Client, campus: Client) -> None:
    user = make_user(email="ada@example.org", password="correct horse battery", at=cast.NOON)
    member = join(user, town, role=Role.CLERK, at=cast.NOON)
    # In whoever's scope: it is that client's, and the scope stays what it was.
    with client_scope(campus.pk):
        member.role = Role.MANAGER
        member.save()
        assert entries(about="membership") == []
        assert Client.objects.filter(pk=campus.pk).exists()
        cast.issue(campus)
    with client_scope(town.pk):
        found = [(one.act, one.label, one.changes.get("role")) for one in entries(about="membership")]
    assert found == [
        ("added", "ada@example.org", [None, "clerk"]),
        ("changed", "ada@example.org", ["clerk", "manager"]),
    ]


def test_signing_in_and_using_a_token_leave_nothing(town: Client) -> None:
    user = make_user(email="ada@example.org", password="correct horse battery", at=cast.NOON)
    join(user, town, role=Role.CLERK, at=cast.NOON)
    caller = cast.caller(town)
    with client_scope(town.pk):
        before = newest()
        ApiToken.objects.filter(pk=caller.token_id).update(last_used_at=LATER, last_used_from="::1")
        user.last_login = LATER
        user.save(update_fields=["last_login"])
        assert entries(id__gt=before) == []


def test_a_hold_is_found_by_its_ticket_and_by_its_person(town: Client) -> None:
    with client_scope(town.pk):
        ticket = cast.issue(town)
        hold_violation(town, ticket.ticket, kind="court", reason="Hearing", at=cast.NOON, by="ada")
        assert [one.about for one in entries(about_violation=ticket.pk)] == ["violation", "violation_detail", "hold"]


def test_triggers_follow_the_tables(committed_town: Client) -> None:
    """A migration that makes a table or a column says nothing of the audit; `migrate` does."""
    try:
        execute("CREATE TABLE newcomer (id bigint PRIMARY KEY, client_id bigint, text text)")
        execute("ALTER TABLE newcomer ENABLE ROW LEVEL SECURITY")
        execute("ALTER TABLE newcomer FORCE ROW LEVEL SECURITY")
        execute("CREATE POLICY own_rows ON newcomer USING (true)")
        execute("ALTER TABLE violation ADD COLUMN novelty text")
        assert missing_triggers() == ["newcomer", "violation"]
        call_command("migrate", verbosity=0, interactive=False)
        assert missing_triggers() == []
        with client_scope(committed_town.pk):
            ticket = cast.issue(committed_town)
            execute("UPDATE violation SET novelty = 'x' WHERE id = %s", ticket.pk)
            execute("INSERT INTO newcomer VALUES (1, %s, 'new')", committed_town.pk)
            assert [one.changes for one in entries(act="changed", about="violation")] == [{"novelty": [None, "x"]}]
            assert [one.changes for one in entries(about="newcomer")] == [{"text": [None, "new"]}]
        drop_triggers()
        execute("ALTER TABLE violation ALTER COLUMN comment TYPE varchar(5000)")
        execute("ALTER TABLE violation ALTER COLUMN comment TYPE text")
    finally:
        drop_triggers()
        execute("ALTER TABLE violation DROP COLUMN IF EXISTS novelty")
        execute("DROP TABLE IF EXISTS newcomer")
        install_triggers()
    assert missing_triggers() == []
