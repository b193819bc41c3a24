"""What the records keep in English or in code is said in the reader's language; what people wrote stays."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.portal.templatetags.portal import plain_count, state_name, who_name, why_words
from curbledger.portal.words import SOUGHT_NAMES, STATE_NAMES
from curbledger.violations.appeal import decide_appeal, open_appeal
from curbledger.violations.late_fee_rule import add_late_fee_rule
from curbledger.violations.late_fees import accrue_late_fees
from curbledger.violations.models import Discount, Fee, Notice, Violation
from curbledger.violations.notice import record_notice
from curbledger.violations.payment import record_payment
from curbledger.violations.state import SOUGHT, STATES
from tests import cast
from tests.cast import NOON, issue


def test_every_standing_and_every_filter_has_its_word() -> None:
    assert set(STATE_NAMES) == set(STATES)
    assert set(SOUGHT_NAMES) == set(SOUGHT)
    with translation.override("fr"):
        assert (state_name("due"), state_name("overdue")) == ("À payer", "En retard")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("maud@example.org", "maud@example.org"),
        ("root (command line)", "root (ligne de commande)"),
        ("command line", "ligne de commande"),
        ("queue", "file d\N{RIGHT SINGLE QUOTATION MARK}attente"),
        ("", ""),
    ],
)
def test_a_part_of_curbledger_is_named_in_the_readers_language_and_a_person_as_they_are(name: str, said: str) -> None:
    with translation.override("fr"):
        assert who_name(name) == said


def test_reasons_that_the_domain_writes_itself_are_told_in_french(town: Client) -> None:
    day = timedelta(days=1)
    with client_scope(town.pk):
        issue(town, "EARLY", issued_at=NOON, due_at=NOON, discount="5")
        record_payment(town, "EARLY", amount=Decimal("45.00"), at=NOON, by="kim")
        issue(town, "FELL")
        open_appeal(town, "FELL", text="", at=NOON)
        decide_appeal(town, "FELL", decision="dismissed", reason="The sign was hidden", at=NOON, by="maud")
        since = NOON - 400 * day
        add_late_fee_rule(
            cast.offence(town), days_after_due=14, issued_from=since, amount=Decimal("20.00"), at=NOON, by="maud"
        )
        issue(town, "LATE")
        record_notice(town, "LATE", kind=Notice.LETTER, sent_at=NOON - 40 * day)
        accrue_late_fees(town, at=NOON, by="queue")
        written = [
            Discount.objects.get().reason,
            Violation.objects.get(ticket="FELL").cancel_reason or "",
            Fee.objects.get().reason,
        ]
    with translation.override("fr"):
        assert [why_words(reason) for reason in written] == [
            "Payé pendant que le rabais pour paiement rapide tenait.",
            "Contestation\N{NO-BREAK SPACE}: The sign was hidden",
            "Frais de retard 1, dus après 14 jours",
        ]
        assert why_words("Whatever a person writes") == "Whatever a person writes"


@pytest.mark.parametrize(("language", "said"), [("en", "40,000"), ("fr", "40\N{NO-BREAK SPACE}000")])
def test_a_count_has_the_groups_of_the_language(language: str, said: str) -> None:
    with translation.override(language):
        assert plain_count(40000) == said
        assert plain_count(7) == "7"
