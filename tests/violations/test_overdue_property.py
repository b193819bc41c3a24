"""Made-up situations: the query, its explanation and a claim agree with the rule written once more (oracle.py)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import event, given, settings

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.placements.agency import name_agency
from curbledger.placements.batch import Batch, BatchState, Placement, Revision
from curbledger.placements.claim import claim
from curbledger.violations.explain import explain
from curbledger.violations.models import Violation
from curbledger.violations.overdue import rule_for
from tests.violations import oracle
from tests.violations.oracle import Situation
from tests.violations.situations import situations
from tests.violations.verdicts import judge
from tests.violations.writing import write

# Tickets in one situation: so many are judged in one round trip.
SIZE = 30


@contextmanager
def forgotten(client: Client) -> Iterator[None]:
    """The client's scope, of which nothing is left afterwards: the next situation begins anew."""
    with client_scope(client.pk), transaction.atomic():
        yield
        transaction.set_rollback(True)


def place(client: Client, situation: Situation) -> dict[int, Decimal]:
    """What a claim hands over, with the balance that it freezes."""
    agency = name_agency(client_id=client.pk, name=None, at=situation.at)
    batch = Batch.objects.create(client_id=client.pk, agency=agency, state=BatchState.DELIVERING, attempt=uuid.uuid4())
    revision = Revision.objects.create(
        client_id=client.pk,
        batch=batch,
        number=1,
        claimed_at=situation.at,
        record_count=0,
        total=0,
        bounds=[],
        tail=b"",
    )
    claimed = claim(rule_for(client, at=situation.at), agency, revision)
    placed = dict(Placement.objects.values_list("violation_id", "balance"))
    assert (claimed.count, claimed.total) == (len(placed), sum(placed.values(), Decimal(0)))
    return placed


@pytest.mark.django_db
@settings(max_examples=40)
@given(situation=situations(size=SIZE))
def test_query_explanation_and_claim_agree_with_the_domains_words(town: Client, situation: Situation) -> None:
    expected = [(oracle.owed(situation, one), oracle.reasons(situation, one)) for one in situation.tickets]
    with forgotten(town):
        violations = write(town, situation)
        judged = judge(town, [one.pk for one in violations], at=situation.at)
        told = [explain(town, one.ticket, at=situation.at) for one in violations]
        placed = place(town, situation)
        marked = set(Violation.objects.filter(sent_at__isnull=False).values_list("id", flat=True))
    for violation, told_of, (owed, reasons), ticket in zip(violations, told, expected, situation.tickets, strict=True):
        verdict = judged[violation.pk]
        assert (verdict.owed, sorted(verdict.reasons)) == (owed, sorted(reasons)), ticket
        codes = [code for code, _ in told_of.reasons]
        assert (told_of.owed, codes, told_of.eligible) == (owed, list(verdict.reasons), not reasons)
        event("overdue" if not reasons else "stays")
        for code in reasons:
            event(code)
    goes = {one.pk: owed for one, (owed, reasons) in zip(violations, expected, strict=True) if not reasons}
    assert placed == goes
    sent = {one.pk for one, ticket in zip(violations, situation.tickets, strict=True) if ticket.sent}
    assert marked == sent | set(goes)
