"""The policy on its page: every column, what a change would do, who was faster, and every version."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client as Browser

from curbledger.clients.client import Client
from curbledger.clients.policy import CHANGEABLE, CollectionsPolicy, change_policy, current_policy
from curbledger.database.scope import client_scope
from curbledger.portal.set_up.policy_form import PolicyForm
from curbledger.violations.models import Category, Location
from tests import cast
from tests.cast import NOON, issue
from tests.portal.filling_in import fields, hidden, send, text
from tests.portal.staff import signed_in

URL = "/portal/set-up/policy"


def save(browser: Browser, known: dict[str, Any] | None = None, **typed: Any) -> Any:
    return browser.post(URL, {**(known or fields(browser, URL)), "action": "save", **typed})


def policy(town: Client) -> CollectionsPolicy:
    with client_scope(town.pk):
        return current_policy()


def test_every_column_stands_on_the_form(town: Client) -> None:
    with client_scope(town.pk):
        form = PolicyForm(None, policy=current_policy())
    assert CHANGEABLE - {"notice_schedule"} <= set(form.fields)
    assert {"days_1", "by_9"} <= set(form.fields)


def test_a_change_is_a_new_version_with_who_and_why(town: Client, manager: Browser) -> None:
    typed: dict[str, Any] = {
        "days_past_due": "30",
        "minimum_balance": "20.00",
        "oldest_age_days": "730",
        "notice_required": "on",
        "days_1": "14",
        "by_1": "either",
        "days_2": "30",
        "by_2": "letter",
        "reason": "Council of May",
    }
    assert save(manager, **typed).status_code == 302
    now = policy(town)
    assert (now.version, now.reason, now.created_by.partition("-")[0]) == (2, "Council of May", "manager")
    assert (now.days_past_due, now.minimum_balance, now.oldest_age_days) == (30, Decimal("20.00"), 730)
    assert now.notice_required
    assert now.notice_schedule == [{"days": 14, "by": "either"}, {"days": 30, "by": "letter"}]
    page = text(manager.get(f"{URL}/versions"))
    assert "Council of May" in page
    assert "Days past due: 0 → 30" in page
    assert "Smallest balance: 0.01 CAD → 20.00 CAD" in page
    assert "14 days by e-mail, or letter without an address, 30 days by letter" in page


def test_what_is_saved_as_it_was_is_no_version(town: Client, manager: Browser) -> None:
    answer = save(manager)
    assert (answer.status_code, "Nothing was changed." in text(answer)) == (422, True)
    assert policy(town).version == 1


def test_the_whole_form_as_it_stands_changes_nothing(town: Client, manager: Browser) -> None:
    """With every column away from its default: none is lost on the way through the form."""
    with client_scope(town.pk):
        place = Location.objects.create(client_id=town.pk, name="Gone", archived=NOON)
        kind = Category.objects.create(client_id=town.pk, name="Old", archived=NOON)
        change_policy(
            client_id=town.pk, at=NOON, by="x", days_past_due=3, minimum_balance=Decimal("7.50"), notice_required=True,
            notice_age_days=4, oldest_age_days=900, hold_kinds=["court", "unprintable"], notice_language="fr",
            excluded_categories=[kind.pk], excluded_locations=[place.pk], fees_after_stage=2, fees_notice_age_days=6,
            notice_schedule=[{"days": 10, "by": "letter"}], payments_stale_hours=5, unsent_days=8, missed_call_days=9,
            second_person=True, guard_payment_hours=7, guard_factor=Decimal("2.50"),
        )  # fmt: skip
    assert "Nothing was changed." in text(save(manager))


def test_the_second_person_and_the_guards_are_set_and_taken_away(town: Client, manager: Browser) -> None:
    typed: dict[str, Any] = {"second_person": "on", "guard_payment_hours": "48", "guard_factor": "3"}
    assert save(manager, None, **typed).status_code == 302
    now = policy(town)
    assert (now.second_person, now.guard_payment_hours, now.guard_factor) == (True, 48, Decimal(3))
    assert save(manager, None, guard_payment_hours="", guard_factor="").status_code == 302
    assert (policy(town).guard_payment_hours, policy(town).guard_factor) == (None, None)
    page = text(manager.get(f"{URL}/versions"))
    assert "Nothing goes that is so many times the usual: none → 3.00" in page
    assert save(manager, None, guard_factor="0.5").status_code == 422


def test_categories_and_places_are_left_out(town: Client, manager: Browser) -> None:
    with client_scope(town.pk):
        place = Location.objects.create(client_id=town.pk, name="North")
        kind = Category.objects.create(client_id=town.pk, name="Private")
    assert save(manager, excluded_categories=[kind.pk], excluded_locations=[place.pk]).status_code == 302
    assert (policy(town).excluded_categories, policy(town).excluded_locations) == ([kind.pk], [place.pk])
    assert "Categories that never go: none → Private" in text(manager.get(f"{URL}/versions"))


def test_of_very_many_places_others_are_named(town: Client, manager: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curbledger.portal.set_up.policy_form._MOST_PLACES", 1)
    with client_scope(town.pk):
        places = [Location.objects.create(client_id=town.pk, name=name) for name in ("A", "B", "C")]
    assert "There is no place D." in text(save(manager, other_locations="D"))
    assert save(manager, other_locations=" c \n\n").status_code == 302
    assert policy(town).excluded_locations == [places[2].pk]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"days_past_due": "-1"}, "greater than or equal to 0"),
        ({"minimum_balance": "0"}, "greater than or equal to 0.01"),
        ({"oldest_age_days": "0"}, "greater than or equal to 1"),
        ({"days_1": "14", "days_2": "14"}, "take a number from 15"),
        ({"by_1": "pigeon", "days_1": "14"}, "not one of the available choices"),
        ({"base": "77"}, "Nothing was changed."),
        ({"base": "x"}, "Enter a whole number."),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(
    town: Client, manager: Browser, typed: dict[str, Any], said: str
) -> None:
    answer = save(manager, **typed)
    assert (answer.status_code, said in text(answer)) == (422, True)
    assert policy(town).version == 1


def test_who_was_slower_sees_what_others_changed_and_keeps_what_they_typed(town: Client, manager: Browser) -> None:
    known = fields(manager, URL)
    with client_scope(town.pk):
        change_policy(client_id=town.pk, at=NOON, by="ada", notice_age_days=9)
    answer = save(manager, known, days_past_due="30", reason="Council")
    page = text(answer)
    assert answer.status_code == 422
    assert "Days since the notice: 0 → 9" in page
    assert policy(town).version == 2
    # The page that came is good to be sent again: with both.
    again = {name: value for name, value in known.items() if name not in {"form_key", "base"}}
    key = hidden(manager, URL)
    assert 'name="notice_age_days" value="9"' in page
    assert 'name="days_past_due" value="30"' in page
    assert save(manager, {**again, **key}, days_past_due="30", notice_age_days="9", base="2").status_code == 302
    assert (policy(town).version, policy(town).days_past_due, policy(town).notice_age_days) == (3, 30, 9)


def test_a_double_click_makes_one_version(town: Client, manager: Browser) -> None:
    known = fields(manager, URL)
    assert save(manager, known, days_past_due="30").status_code == 302
    save(manager, known, days_past_due="30")
    assert policy(town).version == 2


@pytest.mark.parametrize("action", ["look", "part"])
def test_what_a_change_would_do_is_shown_and_nothing_is_changed(town: Client, manager: Browser, action: str) -> None:
    with client_scope(town.pk):
        for fine in ("50.00", "10.00"):
            issue(town, fine=fine)
        issue(town, fine="90.00", due_at=NOON + timedelta(days=9000), issued_at=NOON)
    known = fields(manager, URL)
    typed = {**known, "minimum_balance": "20.00", "action": action}
    page = text(manager.post(URL if action == "look" else f"{URL}/preview", typed))
    assert [found for found in ("60.00", "Below the minimum", "10.00", "Would go") if found not in page] == []
    assert "Smallest balance: 0.01 CAD → 20.00 CAD" in page
    assert policy(town).version == 1


def test_the_look_at_a_form_that_cannot_be_says_so(manager: Browser, town: Client) -> None:
    answer = manager.post(f"{URL}/preview", {**fields(manager, URL), "minimum_balance": "x"})
    assert (answer.status_code, "Something in the form cannot be" in text(answer)) == (200, True)


def test_versions_come_twenty_at_a_time(town: Client, manager: Browser) -> None:
    with client_scope(town.pk):
        for days in range(25):
            change_policy(client_id=town.pk, at=NOON, by="x", days_past_due=days)
    first, second = text(manager.get(f"{URL}/versions")), text(manager.get(f"{URL}/versions?before=7"))
    assert ("Version 7<" in first, "Version 6<" in first, "before=7" in first) == (True, False, True)
    assert ("Version 6<" in second, "As it came along." in second) == (True, True)


def test_the_switch_says_count_and_total_and_is_for_administrators(db: None) -> None:
    town = cast.town(collecting=False)
    with client_scope(town.pk):
        issue(town, fine="52.00")
    boss, url = signed_in(town, "administrator"), "/portal/set-up/collections"
    assert signed_in(town, "manager").get(url).status_code == 403
    assert "1 violation waits for the next call: 52.00\N{NO-BREAK SPACE}CAD." in text(boss.get(url))
    assert send(boss, url, to="on").status_code == 302
    assert Client.objects.get(pk=town.pk).collecting
    assert send(boss, url, to="off").status_code == 302
    assert not Client.objects.get(pk=town.pk).collecting
    assert send(boss, url, to="maybe").status_code == 422


def test_the_page_is_french_for_who_reads_french(town: Client) -> None:
    page = text(signed_in(town, "manager", language="fr").get(URL))
    assert "Jours après l" in page
    assert "Mettre en vigueur" in page
