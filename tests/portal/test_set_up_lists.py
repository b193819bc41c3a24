"""The lists that staff keep: added to, changed, archived; nothing is lost, and no number is given twice."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import QuerySet
from django.test import Client as Browser

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.errors import Conflict
from curbledger.permits.lot_values import value_lots
from curbledger.permits.models import LotZone, Permit, Zone
from curbledger.permits.zone import zone_key
from curbledger.portal.set_up.lists import LISTINGS
from curbledger.registry.entry import add_entry, archive_entry, change_entry
from curbledger.registry.login_source import configured_source
from curbledger.registry.models import LoginSource, Make
from curbledger.violations.late_fee_rule import LateFeeRule, add_late_fee_rule
from curbledger.violations.models import Category
from tests import cast
from tests.cast import NOON
from tests.portal.filling_in import hidden, send, text
from tests.portal.staff import signed_in

LISTS = "/portal/set-up/lists"
TYPED: dict[str, dict[str, Any]] = {
    "offences": {"default_cost": "60.00", "discount_amount": "0", "discount_hours": "0"},
    "places": {"gis_number": "7"},
    "lots": {"default_cost": "80", "total_permits": "12"},
    "plate-types": {"type_code": "X"},
    "provinces": {"code": "zz", "country": "1"},
}
each_list = pytest.mark.parametrize("name", LISTINGS)


def rows(town: Client, name: str) -> dict[str, Any]:
    with client_scope(town.pk):
        entries: QuerySet[Any] = QuerySet(LISTINGS[name].model)
        return {row.name: row for row in entries}


@each_list
def test_an_entry_is_added_found_changed_archived_and_offered_again(town: Client, manager: Browser, name: str) -> None:
    typed = TYPED.get(name, {})
    assert send(manager, f"{LISTS}/{name}/add", name="  Quite   new ", **typed).status_code == 302
    entry = rows(town, name)["Quite new"]
    assert f"/{name}/{entry.pk}" in text(manager.get(f"{LISTS}/{name}?q=ITE+N"))
    url = f"{LISTS}/{name}/{entry.pk}"
    assert send(manager, url, action="save", name="Another name", **typed).status_code == 302
    assert send(manager, url, action="archive").status_code == 302
    entry = rows(town, name)["Another name"]
    assert entry.archived is not None
    assert url not in text(manager.get(f"{LISTS}/{name}?q=another"))
    assert url in text(manager.get(f"{LISTS}/{name}?q=another&archived=1"))
    assert send(manager, url, action="restore").status_code == 302
    assert rows(town, name)["Another name"].archived is None


@each_list
def test_a_name_that_is_there_is_refused_in_any_case(town: Client, manager: Browser, name: str) -> None:
    typed = TYPED.get(name, {})
    send(manager, f"{LISTS}/{name}/add", name="Café", **typed)
    answer = send(manager, f"{LISTS}/{name}/add", name="CAFÉ", **{**typed, "code": "ZY"})
    assert answer.status_code == 422
    assert "There is a zone of this name." in text(answer) or "has an entry of this name" in text(answer)
    assert "CAFÉ" not in rows(town, name)


@each_list
def test_another_clients_entry_is_not_there(town: Client, campus: Client, name: str) -> None:
    ours = signed_in(town, "administrator")
    send(ours, f"{LISTS}/{name}/add", name="Ours", **TYPED.get(name, {}))
    entry, stranger = rows(town, name)["Ours"], signed_in(campus, "administrator")
    url = f"{LISTS}/{name}/{entry.pk}"
    assert stranger.get(url).status_code == 404
    key = hidden(stranger, f"{LISTS}/{name}/add")
    seen = entry.modified.isoformat()
    assert send(stranger, url, key, action="archive", seen=seen).status_code == 404
    assert rows(town, name)["Ours"].archived is None


def test_there_is_no_other_list(manager: Browser) -> None:
    assert manager.get(f"{LISTS}/people").status_code == 404


def test_who_saves_what_somebody_changed_meanwhile_is_told(town: Client, manager: Browser) -> None:
    with client_scope(town.pk):
        make = add_entry(Make, client_id=town.pk, at=NOON, name="Trabant")
    url = f"{LISTS}/makes/{make.pk}"
    seen = hidden(manager, url)
    assert send(manager, url, action="save", name="Trabbi").status_code == 302
    answer = send(manager, url, seen, action="save", name="Wartburg")
    assert (answer.status_code, "Somebody else changed this" in text(answer)) == (422, True)
    answer = send(manager, url, {**seen, "form_key": hidden(manager, url)["form_key"]}, action="archive")
    assert (answer.status_code, "Somebody else changed this" in text(answer)) == (422, True)
    assert rows(town, "makes")["Trabbi"].archived is None


def test_of_two_changes_at_once_the_second_is_refused(town: Client) -> None:
    with client_scope(town.pk):
        make = add_entry(Make, client_id=town.pk, at=NOON, name="Trabant")
        change_entry(Make, make.pk, seen=make.modified, at=cast.NOON.replace(hour=17), name="Trabbi")
        with pytest.raises(Conflict):
            archive_entry(Make, make.pk, seen=make.modified, at=NOON)


def test_a_number_is_given_once_whatever_becomes_of_its_entry(town: Client, manager: Browser) -> None:
    send(manager, f"{LISTS}/categories/add", name="First")
    first = rows(town, "categories")["First"]
    send(manager, f"{LISTS}/categories/{first.pk}", action="archive")
    send(manager, f"{LISTS}/categories/add", name="Second")
    assert rows(town, "categories")["Second"].number == first.number + 1


def test_a_double_click_adds_once(town: Client, manager: Browser) -> None:
    key = hidden(manager, f"{LISTS}/makes/add")
    for _ in range(2):
        assert send(manager, f"{LISTS}/makes/add", key, name="Once").status_code == 302
    assert "was not added again" not in text(manager.get(f"{LISTS}/makes"))
    assert [name for name in rows(town, "makes") if name == "Once"] == ["Once"]


def test_long_lists_come_a_page_at_a_time(town: Client, manager: Browser) -> None:
    with client_scope(town.pk):
        for number in range(60):
            add_entry(Category, client_id=town.pk, at=NOON, name=f"Kind {number:03}")
    first = text(manager.get(f"{LISTS}/categories"))
    assert ("Kind 049" in first, "Kind 050" in first) == (True, False)
    with client_scope(town.pk):
        last = Category.objects.get(name="Kind 049").pk
    second = text(manager.get(f"{LISTS}/categories?after={last}"))
    assert ("Kind 049" in second, "Kind 050" in second, "Kind 059" in second) == (False, True, True)


def test_what_no_name_can_hold_finds_what_is_left_of_it(manager: Browser) -> None:
    assert manager.get("/portal/set-up/lists/offences?q=%00").status_code == 200


@pytest.mark.parametrize("after", ["x", "-1", "9" * 30, "999999999"])
def test_a_place_that_is_none_is_the_beginning(town: Client, manager: Browser, after: str) -> None:
    assert manager.get(f"{LISTS}/makes?after={after}").status_code == 200


def test_what_is_archived_is_not_offered_to_who_writes_tickets(town: Client, manager: Browser) -> None:
    with client_scope(town.pk):
        offence = cast.offence(town, "Gone for good")
    assert "Gone for good" in text(manager.get("/portal/issue"))
    send(manager, f"{LISTS}/offences/{offence.pk}", action="archive")
    manager.get("/portal/violations")
    assert "Gone for good" not in text(manager.get("/portal/issue"))


def test_an_archived_login_source_is_configured_no_more_and_an_archived_lot_has_no_values(
    town: Client, manager: Browser
) -> None:
    send(manager, f"{LISTS}/login-sources/add", name="LDAP")
    send(manager, f"{LISTS}/lots/add", name="North", **TYPED["lots"])
    with client_scope(town.pk):
        assert configured_source("ldap") == "LDAP"
        assert [lot.name for lot in value_lots(zone=town.zone, at=NOON)] == ["North"]
    for name in ("login-sources", "lots"):
        (entry,) = rows(town, name).values()
        send(manager, f"{LISTS}/{name}/{entry.pk}", action="archive")
    with client_scope(town.pk):
        assert value_lots(zone=town.zone, at=NOON) == []
        assert LoginSource.objects.get().archived
        with pytest.raises(Exception, match="no login source"):
            configured_source("ldap")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"default_cost": "-1"}, "greater than or equal to 0"),
        ({"default_cost": "1.005"}, "2 decimal places"),
        ({"discount_amount": "61"}, "A discount is at most the fine."),
        ({"discount_flag": "on"}, "A discount needs an amount and a number of hours."),
        ({"name": " "}, "This field is required."),
    ],
)
def test_an_offence_that_cannot_be_is_refused_at_its_field(
    town: Client, manager: Browser, typed: dict[str, str], said: str
) -> None:
    answer = send(manager, f"{LISTS}/offences/add", **{"name": "Wrong", **TYPED["offences"], **typed})
    assert (answer.status_code, said in text(answer)) == (422, True)
    assert rows(town, "offences") == {}


def test_a_zone_keeps_its_permits_when_it_is_renamed(town: Client, manager: Browser) -> None:
    send(manager, f"{LISTS}/zones/add", name="Old Zone")
    zone = rows(town, "zones")["Old Zone"]
    with client_scope(town.pk):
        for number, (name, one) in enumerate((("Old Zone", zone), ("New Zone", None))):
            Permit.objects.create(
                client_id=town.pk, reference=f"00000000-0000-0000-0000-00000000000{number}", kind="temp", plate="A 1",
                plate_key="A1", zone_name=name, zone_key=zone_key(name), zone=one, currency="CAD",
                starts_at=NOON, ends_at=NOON.replace(hour=20),
            )  # fmt: skip
    send(manager, f"{LISTS}/zones/{zone.pk}", action="save", name="New zone")
    with client_scope(town.pk):
        assert Zone.objects.get().name_key == zone_key("new zone")
        assert set(Permit.objects.values_list("zone_id", "zone_key")) == {(zone.pk, zone_key("new zone"))}


def test_late_fees_are_added_and_ended_and_older_tickets_keep_them(town: Client, manager: Browser) -> None:
    with client_scope(town.pk):
        offence = cast.offence(town)
    url = f"/portal/set-up/offences/{offence.pk}/fees"
    assert send(manager, url, days="30", percent="12.5").status_code == 302
    answer = send(manager, url, days="30", amount="20", every="30")
    assert "needs a cap" in text(answer)
    answer = send(manager, url, days="30", amount="20", percent="5")
    assert "give one of the two" in text(answer)
    page = text(manager.get(url))
    assert "12.5 %, 30 days after due" in page
    with client_scope(town.pk):
        rule = LateFeeRule.objects.get()
    assert rule.created_by.startswith("manager")
    assert send(manager, url, action="end", row=rule.pk).status_code == 302
    answer = send(manager, url, action="end", row=rule.pk)
    assert (answer.status_code, "was ended already" in text(answer)) == (422, True)


def test_the_fee_of_another_offence_is_not_ended_from_here(town: Client, manager: Browser) -> None:
    with client_scope(town.pk):
        one, other = cast.offence(town), cast.offence(town, "Another")
        rule = add_late_fee_rule(other, days_after_due=5, amount=Decimal(5), at=NOON, by="x")
    url = f"/portal/set-up/offences/{one.pk}/fees"
    assert send(manager, url, action="end", row=rule.pk).status_code == 422
    with client_scope(town.pk):
        assert LateFeeRule.objects.get().issued_before is None


def test_a_lot_is_a_zone_on_its_days_and_hours_until_it_is_taken_out(town: Client, manager: Browser) -> None:
    send(manager, f"{LISTS}/lots/add", name="North", **TYPED["lots"])
    send(manager, f"{LISTS}/zones/add", name="Staff")
    lot, zone = rows(town, "lots")["North"], rows(town, "zones")["Staff"]
    url = f"/portal/set-up/lots/{lot.pk}/zones"
    typed = {"zone": zone.pk, "opens": "08:00", "closes": "17:30"}
    assert send(manager, url, weekdays=[0, 4], **typed).status_code == 302
    with client_scope(town.pk):
        row = LotZone.objects.get()
    assert (row.weekdays, row.opens, row.closes) == (0b10001, time(8), time(17, 30))
    page = text(manager.get(url))
    assert "Monday, Friday" in page
    assert "08:00-17:30" in page
    assert send(manager, url, weekdays=[], **typed).status_code == 422
    assert send(manager, url, action="end", row=row.pk).status_code == 302
    answer = send(manager, url, action="end", row=row.pk)
    assert (answer.status_code, "not that zone" in text(answer)) == (422, True)


def test_pages_are_french_for_who_reads_french(town: Client) -> None:
    browser = signed_in(town, "manager", language="fr")
    assert "Configuration" in text(browser.get("/portal/set-up/"))
    answer = send(browser, f"{LISTS}/offences/add", name="x", **{**TYPED["offences"], "discount_amount": "61"})
    assert "Un rabais est au plus égal à" in text(answer)


def test_a_clerk_is_not_shown_the_set_up(clerk: Browser, manager: Browser) -> None:
    assert "/portal/set-up/" not in text(clerk.get("/portal/violations"))
    assert "/portal/set-up/" in text(manager.get("/portal/violations"))
