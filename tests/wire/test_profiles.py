"""Contract, sections 7 and 8: profiles are created and updated by unique_id, and the user types are listed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.registry.find import find_people
from curbledger.registry.models import Person, Province, UserType
from curbledger.wire.profiles import DETAILS
from tests.wire.pushing import SAMPLES, Integrator, integrator

PATH = "profiles/push"
NEW: dict[str, Any] = {
    "unique_id": "u-1",
    "login_source": "OPSCOM",
    "first_name": "Robin",
    "last_name": "Okafor",
    "email": "robin@example.org",
}
KNOWN = {"unique_id": "u-1", "login_source": "OPSCOM"}


@pytest.fixture
def gate(town: Client) -> Integrator:
    return integrator(town, "profile-push")


def person(client: Client, unique_id: str = "u-1") -> Person:
    with client_scope(client.pk):
        return Person.objects.select_related(
            "province", "province2", "licence_province", "user_type", "locker_user_type"
        ).get(unique_id=unique_id)


@pytest.mark.parametrize("attribute", ["first_name", "last_name"])
@pytest.mark.parametrize("letter", ["\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}", "\N{LATIN SMALL LETTER E}"])
def test_a_name_is_kept_whose_letters_are_many_once_they_are_compared(
    town: Client, gate: Integrator, attribute: str, letter: str
) -> None:
    assert gate.push(PATH, **{**NEW, attribute: letter * 50})[0] == 200
    assert getattr(person(town), attribute) == letter * 50
    with client_scope(town.pk):
        assert [found.unique_id for found in find_people(person(town).last_name or "").people] == ["u-1"]


def test_the_documented_sample_word_for_word(town: Client, gate: Integrator) -> None:
    sample = SAMPLES["profiles/push"]
    assert sample["path"].endswith("/v1/profiles/push")
    status, answer = gate.call(PATH, {**sample["body"], "apiToken": gate.secret})
    found = person(town, "tester23")
    assert (status, answer) == (
        200,
        {"status": "success", "unique_id": "tester23", "UserID": found.pk, "created": True},
    )
    assert list(answer) == ["status", "unique_id", "UserID", "created"]
    # Of each pair that the sample sends twice, the first.
    assert (found.province.code, found.province2.code, found.licence_province.code) == ("BC", "AB", "BC")
    assert (found.postal, found.postal2, found.licence_number) == ("HOHOHO", "A9A9A9", "QC 99999999")
    assert (found.first_name, found.last_name, found.user_name) == ("firstname", "lastname", "username")
    assert (found.email, found.city, found.city2) == ("test@test.com", "Everywhere", "Somewhere")
    assert found.street == sample["body"]["street"]
    assert (found.street2, found.phone_cell) == ("123 General Street", "613-555-1212")
    assert (found.user_type.number, found.locker_user_type.number) == (6, 3)
    assert (found.employ_no, found.employee_phone) == ("employee number: default", "emp ph. klondike 555")
    assert (found.student_no, found.student_phone) == ("SN 543209854", "999")
    assert (found.date_of_birth, found.login_source) == (date(1901, 1, 31), "OPSCOM")


def test_the_same_again_updates(town: Client, gate: Integrator) -> None:
    body = {**SAMPLES["profiles/push"]["body"], "apiToken": gate.secret}
    first = gate.call(PATH, body)[1]
    status, again = gate.call(PATH, {**body, "city": "Elsewhere"})
    assert status == 200
    assert again == {**first, "created": False}
    assert person(town, "tester23").city == "Elsewhere"


def test_the_second_of_each_pair_counts_where_it_is_alone(town: Client, gate: Integrator) -> None:
    pairs = {
        "state": "ny",
        "state2": "MA",
        "zip": "1",
        "zip2": "2",
        "driver_license_num": "NYNY",
        "driver_license_state": "Ca",
    }
    assert gate.push(PATH, **NEW, **pairs)[0] == 200
    found = person(town)
    assert (found.province.code, found.province2.code, found.licence_province.code) == ("NY", "MA", "CA")
    assert (found.postal, found.postal2, found.licence_number) == ("1", "2", "NYNY")


def test_an_absent_key_keeps_and_an_empty_one_clears(town: Client, gate: Integrator) -> None:
    body = {**SAMPLES["profiles/push"]["body"], "apiToken": gate.secret}
    gate.call(PATH, body)
    key = {"unique_id": "tester23", "login_source": "OPSCOM"}
    before = person(town, "tester23")
    assert gate.push(PATH, **key, city=None)[0] == 200
    kept = person(town, "tester23")
    for field in DETAILS:
        assert getattr(kept, field.attribute) == getattr(before, field.attribute) is not None
    assert kept.modified > before.modified
    emptied = {field.names[0]: "" for field in DETAILS}
    assert gate.push(PATH, **key, **emptied)[0] == 200
    cleared = person(town, "tester23")
    assert {getattr(cleared, field.attribute) for field in DETAILS} == {None}
    assert cleared.unique_id == "tester23"


def test_a_number_may_come_as_a_number(town: Client, gate: Integrator) -> None:
    assert gate.push(PATH, **{**NEW, "unique_id": 73}, user_type_id=6, student_no=4711)[1]["unique_id"] == "73"
    found = person(town, "73")
    assert (found.user_type.number, found.student_no) == (6, "4711")


def test_a_birthday_is_handed_out_as_midnight_of_the_clients_zone(town: Client, gate: Integrator) -> None:
    # The sample's own: 2020-10-14T04:00:00.000000Z.
    gate.push(PATH, **NEW, date_of_birth="2020-10-14")
    with client_scope(town.pk), connection.cursor() as cursor:
        cursor.execute(
            "SELECT wire_time(p.date_of_birth::timestamp AT TIME ZONE c.timezone)"
            " FROM person p JOIN client c ON c.id = p.client_id"
        )
        assert cursor.fetchone() == ("2020-10-14T04:00:00.000000Z",)


def test_one_push_asks_the_database_little(gate: Integrator, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(25):
        gate.call(PATH, {**SAMPLES["profiles/push"]["body"], "apiToken": gate.secret})


def test_user_types_are_listed_by_id(town: Client, gate: Integrator) -> None:
    sample = SAMPLES["profiles/types/list"]
    status, answer = gate.call("profiles/types/list", {**sample["body"], "apiToken": gate.secret})
    assert status == 200
    assert list(answer) == ["status", "user_types"]
    assert answer["status"] == "success"
    assert answer["user_types"][0] == {"id": "1", "type_name": "Full Time Student", "ext_info": "Student"}
    with client_scope(town.pk):
        count = UserType.objects.count()
    assert [entry["id"] for entry in answer["user_types"]] == [str(number) for number in range(1, count + 1)]


def test_an_id_of_the_list_is_taken_by_a_push(town: Client, gate: Integrator) -> None:
    last = gate.push("profiles/types/list")[1]["user_types"][-1]["id"]
    assert gate.push(PATH, **NEW, user_type_id=last)[0] == 200
    assert str(person(town).user_type.number) == last


def test_every_state_is_taken(town: Client, gate: Integrator) -> None:
    with client_scope(town.pk):
        codes = list(Province.objects.values_list("code", flat=True))
    assert len(codes) > 60
    for code in codes:
        assert gate.push(PATH, **NEW, province=code.lower())[0] == 200
    assert person(town).province.code == codes[-1]


def test_times_are_those_of_the_call(town: Client, gate: Integrator) -> None:
    before = datetime.now(UTC)
    gate.push(PATH, **NEW)
    created = person(town)
    assert before <= created.created_at == created.modified == created.last_updated <= datetime.now(UTC)
    gate.push(PATH, **KNOWN)
    updated = person(town)
    assert updated.created_at == created.created_at < updated.modified == updated.last_updated
