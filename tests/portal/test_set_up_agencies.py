"""The pages of agencies, and of settings that are one row."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client as Browser

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.notices.letterhead import letterhead_of
from curbledger.permits.lot_tax import LotTax
from curbledger.placements.agency import Agency, AgencyCategory
from curbledger.placements.assign import add_agency, assign_categories
from curbledger.placements.retention import Retention, retention_days
from curbledger.violations.models import Category
from curbledger.violations.numbering import IssueRule
from tests.cast import NOON, issue
from tests.portal.filling_in import fields, send, text
from tests.portal.staff import signed_in

URL = "/portal/set-up/agencies"


@pytest.fixture
def boss(town: Client) -> Browser:
    return signed_in(town, "administrator")


def test_an_agency_is_added_renamed_and_told_what_to_take(town: Client, boss: Browser) -> None:
    assert send(boss, f"{URL}/add", name="Alpha").status_code == 302
    answer = send(boss, f"{URL}/add", name="ALPHA")
    assert (answer.status_code, "There is an agency of this name." in text(answer)) == (422, True)
    with client_scope(town.pk):
        number = Agency.objects.get().pk
    assert send(boss, f"{URL}/{number}", name="Beta", assigned_only="on", sure="on").status_code == 302
    with client_scope(town.pk):
        agency = Agency.objects.get()
    assert (agency.name, agency.assigned_only) == ("Beta", True)
    assert "tickets of no category" in text(boss.get(URL))


def test_who_gets_what_is_saved_and_what_would_be_nobodys_is_named(town: Client, boss: Browser) -> None:
    with client_scope(town.pk):
        ours, theirs = (Category.objects.create(client_id=town.pk, name=name).pk for name in ("Ours", "Theirs"))
        agency = add_agency(town.pk, name="Alpha", at=NOON, assigned_only=True).pk
    answer = boss.post(URL, {**fields(boss, URL), f"category_{ours}": str(agency)})
    assert answer.status_code == 302
    with client_scope(town.pk):
        assert dict(AgencyCategory.objects.values_list("category_id", "agency_id")) == {ours: agency}
    page = text(boss.get(URL))
    assert "<li>Theirs</li>" in page
    assert "<li>Ours</li>" not in page
    # Somebody else decides while the form lies open.
    known = fields(boss, URL)
    with client_scope(town.pk):
        assign_categories(town.pk, seen={ours: agency}, wanted={ours: None})
    answer = boss.post(URL, {**known, f"category_{theirs}": str(agency)})
    assert answer.status_code == 302
    answer = boss.post(URL, {**known, "form_key": fields(boss, URL)["form_key"], f"category_{ours}": "0"})
    assert (answer.status_code, "Somebody else changed this" in text(answer)) == (422, True)


def test_a_category_becomes_nobodys_only_where_that_is_meant(town: Client, boss: Browser) -> None:
    with client_scope(town.pk):
        ours = Category.objects.create(client_id=town.pk, name="Harbour").pk
        agency = add_agency(town.pk, name="Alpha", at=NOON).pk
        for _ in range(2):
            issue(town, category_id=ours)
        issue(town, category_id=ours, spoiled=True)
    typed = {"name": "Alpha", "assigned_only": "on"}
    answer = send(boss, f"{URL}/{agency}", None, **typed)
    assert answer.status_code == 422
    assert "would wait for ever: tickets of no category (0 tickets); " in text(answer)
    assert "Harbour (2 tickets)" in text(answer)
    with client_scope(town.pk):
        assert not Agency.objects.get().assigned_only
    # What leaves nobody's anything is not asked about.
    boss.post(URL, {**fields(boss, URL), f"category_{ours}": str(agency)})
    assert "Harbour" not in text(send(boss, f"{URL}/{agency}", None, **typed))
    assert send(boss, f"{URL}/{agency}", None, **typed, sure="on").status_code == 302
    # Now only what is kept for it is taken.
    known = {**fields(boss, URL), f"category_{ours}": "0"}
    asked = boss.post(URL, known)
    assert (asked.status_code, "Harbour (2 tickets)" in text(asked)) == (422, True)
    with client_scope(town.pk):
        assert AgencyCategory.objects.count() == 1
    assert boss.post(URL, {**known, "sure": "on"}).status_code == 302
    with client_scope(town.pk):
        assert not AgencyCategory.objects.exists()


def test_an_agency_that_is_none_is_refused(town: Client, boss: Browser) -> None:
    with client_scope(town.pk):
        kind = Category.objects.create(client_id=town.pk, name="Ours").pk
        add_agency(town.pk, name="Alpha", at=NOON)
    assert boss.post(URL, {**fields(boss, URL), f"category_{kind}": "99999"}).status_code == 422


def test_settings_are_saved_and_shown(town: Client, boss: Browser) -> None:
    base = "/portal/set-up"
    assert send(boss, f"{base}/issuing", pattern="P{number:5}", due_days="21").status_code == 302
    assert "The next ticket is P00001." in text(boss.get(f"{base}/issuing"))
    assert send(boss, f"{base}/retention", days="400").status_code == 302
    assert (
        send(boss, f"{base}/letterhead", address="Town\n1 Main", phone="555", website="", email="").status_code == 302
    )
    assert send(boss, f"{base}/lot-taxes", rate1="5", rate2="9.975").status_code == 302
    with client_scope(town.pk):
        rule, tax = IssueRule.objects.get(), LotTax.objects.get()
        assert (rule.pattern, rule.due_days, retention_days()) == ("P{number:5}", 21, 400)
        assert Retention.objects.get().changed_by.startswith("administrator")
        assert letterhead_of(town).address == "Town\n1 Main"
        assert (tax.rate1, tax.rate2) == (Decimal("5.000"), Decimal("9.975"))
    assert send(boss, f"{base}/retention", days="").status_code == 302
    with client_scope(town.pk):
        assert retention_days() is None


def test_the_office_is_renamed_and_what_rests_on_something_says_why(town: Client, boss: Browser) -> None:
    url = "/portal/set-up/office"
    typed = {"name": "City of Toma", "timezone": "America/Halifax", "currency": "usd"}
    assert send(boss, url, None, **typed).status_code == 302
    changed = Client.objects.get(pk=town.pk)
    assert (changed.name, changed.timezone, changed.currency) == ("City of Toma", "America/Halifax", "USD")
    assert "America/Toronto" in text(send(boss, url, None, **{**typed, "timezone": "Toronto"}))
    with client_scope(town.pk):
        issue(town)
    shown = text(boss.get(url))
    assert "There are tickets: their due days" in shown
    assert "They would not be converted." in shown
    assert send(boss, url, None, **{**typed, "name": "Toma", "timezone": "America/Toronto"}).status_code == 302
    changed = Client.objects.get(pk=town.pk)
    assert (changed.name, changed.timezone) == ("Toma", "America/Halifax")
    assert signed_in(town, "manager").get(url).status_code == 403


@pytest.mark.parametrize(
    ("page", "typed", "said"),
    [
        ("issuing", {"pattern": "no number", "due_days": "5"}, "is no pattern such as"),
        ("issuing", {"pattern": "{number}", "due_days": "-1"}, "greater than or equal to 0"),
        ("retention", {"days": "0"}, "greater than or equal to 1"),
        ("letterhead", {"email": "nobody"}, "is no e-mail address"),
        ("lot-taxes", {"rate1": "101", "rate2": "0"}, "less than or equal to 100"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(
    town: Client, boss: Browser, page: str, typed: dict[str, str], said: str
) -> None:
    answer = send(boss, f"/portal/set-up/{page}", None, **typed)
    assert (answer.status_code, said in text(answer)) == (422, True)


def test_cards_lead_where_each_role_may_go(town: Client) -> None:
    manager, boss = (text(signed_in(town, role).get("/portal/set-up/")) for role in ("manager", "administrator"))
    for name in ("agencies", "office", "retention", "tokens", "members", "collections"):
        assert (f"/set-up/{name}" in manager, f"/set-up/{name}" in boss) == (False, True)
    for name in ("policy", "lists/offences", "issuing", "letterhead", "lot-taxes"):
        assert f"/set-up/{name}" in manager
