"""Contract, section 7: which profiles are refused, in which order, and that a refusal changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.registry.login_source import add_login_source
from curbledger.registry.models import Person
from curbledger.wire.profiles import FIELDS
from tests.wire.pushing import Integrator, everything, integrator, told

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


@pytest.mark.parametrize(
    ("missing", "code"),
    [
        (["unique_id", "login_source", "first_name", "last_name", "email"], 9013),
        (["login_source", "first_name", "last_name", "email"], 9014),
        (["first_name", "last_name", "email"], 9017),
        (["last_name", "email"], 9018),
        (["email"], 9016),
    ],
)
@pytest.mark.parametrize("absent", [{}, None, "", " \t"], ids=repr)
def test_what_is_required_is_complained_of_first_and_in_order(
    town: Client, gate: Integrator, missing: list[str], code: int, absent: Any
) -> None:
    body = {key: value for key, value in NEW.items() if key not in missing}
    if absent != {}:
        body.update(dict.fromkeys(missing, absent))
    # A format that is wrong too comes later, also that of the key itself.
    if "unique_id" not in missing:
        body["unique_id"] = "u" * 51
    assert told(gate.push(PATH, **body, city="x" * 51)) == (422, code, None)


@pytest.mark.parametrize("name", ["first_name", "last_name", "email"])
def test_to_update_only_the_key_and_the_source_are_required(town: Client, gate: Integrator, name: str) -> None:
    gate.push(PATH, **NEW)
    assert gate.push(PATH, **KNOWN)[0] == 200
    assert told(gate.push(PATH, unique_id="u-1")) == (422, 9014, None)
    assert gate.push(PATH, **KNOWN, **{name: ""})[1]["created"] is False
    assert getattr(person(town), name) is None


LIMITS = {field.names[0]: field.limit for field in FIELDS if field.limit is not None}
# The contract's table.
DOCUMENTED_LIMITS = {
    "unique_id": 50,
    "login_source": 20,
    "first_name": 50,
    "last_name": 50,
    "email": 100,
    "user_name": 50,
    "street": 255,
    "city": 50,
    "city2": 50,
    "postal_code": 20,
    "postal_code2": 20,
    "street2": 255,
    "phone_cell": 20,
    "employ_no": 50,
    "employee_phone": 50,
    "student_no": 50,
    "student_phone": 50,
    "driver_licence_num": 255,
}


def test_the_limits_are_those_of_the_contract() -> None:
    assert LIMITS == DOCUMENTED_LIMITS


@pytest.mark.parametrize(("name", "limit"), list(DOCUMENTED_LIMITS.items()))
def test_a_value_over_its_limit_is_named(town: Client, gate: Integrator, name: str, limit: int) -> None:
    before = everything(town)
    assert told(gate.push(PATH, **{**NEW, name: "x" * (limit + 1)})) == (422, 9030, name)
    assert everything(town) == before


@pytest.mark.parametrize("name", [n for n in DOCUMENTED_LIMITS if n not in {"login_source", "email"}])
def test_a_value_at_its_limit_is_kept(town: Client, gate: Integrator, name: str) -> None:
    assert gate.push(PATH, **{**NEW, name: "é" * DOCUMENTED_LIMITS[name]})[0] == 200


def test_the_other_name_is_named_too(gate: Integrator) -> None:
    assert told(gate.push(PATH, **NEW, zip="x" * 21)) == (422, 9030, "zip")
    assert told(gate.push(PATH, **NEW, driver_license_state="XX")) == (422, 9033, "driver_license_state")


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        *((name, value, 9033) for name in ("province", "state", "province2", "state2") for value in ("XX", "B", "BCD")),
        ("driver_licence_prov", "Ontario", 9033),
        ("province", "ß1", 9033),
        *((name, v, 9033) for name in ("user_type_id", "locker_user_type_id") for v in ("99", "0", "six", 2**40, "-1")),
        ("user_name", "ab", 9032),
        ("user_name", "    ", 9032),
        ("user_name", 7, 9032),
        ("date_of_birth", "1901-02-29", 9033),
        ("date_of_birth", "31/01/1901", 9033),
        *(
            ("email", v, 9033)
            for v in ("x", "x@", "@x", "a b@c.org", "a@b@c.org", "a@b..c", "a@b.c ", "a\n@b.c", "a@-b")
        ),
        ("city", True, 9033),
        ("city", ["x"], 9033),
        ("city", "a\0b", 9033),
        ("unique_id", {}, 9033),
    ],
)
def test_a_value_that_cannot_be_is_named(town: Client, gate: Integrator, name: str, value: Any, code: int) -> None:
    before = everything(town)
    assert told(gate.push(PATH, **{**NEW, name: value})) == (422, code, name)
    assert everything(town) == before


@pytest.mark.parametrize("email", ["a@b", "robin+tag@example.org", "rené@exämple.org", "o'neil@a-b.example.museum"])
def test_an_address_may_be_odd(town: Client, gate: Integrator, email: str) -> None:
    assert gate.push(PATH, **{**NEW, "email": email})[0] == 200
    assert person(town).email == email


@pytest.mark.parametrize("source", ["LDAP", "opscomm", " OPSCOM", "\0", True, "ÖPSCOM"], ids=repr)
def test_a_source_that_is_not_configured_is_refused(gate: Integrator, source: Any) -> None:
    assert told(gate.push(PATH, **{**NEW, "login_source": source})) == (422, 9015, None)


def test_a_client_may_have_more_sources(town: Client, campus: Client, gate: Integrator) -> None:
    with client_scope(town.pk):
        add_login_source(town.pk, "Shibboleth")
    assert gate.push(PATH, **{**NEW, "login_source": "shibboleth"})[0] == 200
    assert person(town).login_source == "Shibboleth"
    assert gate.push(PATH, **{**NEW, "login_source": "opscom"})[0] == 200
    assert person(town).login_source == "OPSCOM"
    stranger = integrator(campus, "profile-push")
    assert told(stranger.push(PATH, **{**NEW, "login_source": "Shibboleth"})) == (422, 9015, None)


@pytest.mark.parametrize(
    ("name", "theirs", "code"), [("email", "ROBIN@example.ORG", 9019), ("user_name", "Robin", 9020)]
)
def test_what_is_unique_is_refused_to_others_in_any_case(
    campus: Client, gate: Integrator, name: str, theirs: str, code: int
) -> None:
    town = gate.client
    gate.push(PATH, **NEW, user_name="robin")
    other = {**NEW, "unique_id": "u-2", "email": "other@example.org", "user_name": "other"}
    before = everything(town)
    # To create, and to update.
    assert told(gate.push(PATH, **{**other, name: theirs})) == (409, code, None)
    assert everything(town) == before
    assert gate.push(PATH, **other)[0] == 200
    before = everything(town)
    assert told(gate.push(PATH, **{**other, name: theirs})) == (409, code, None)
    assert everything(town) == before
    # Their own, in another case, is theirs.
    assert gate.push(PATH, **{**NEW, name: theirs})[0] == 200
    # Another client has people of its own.
    assert integrator(campus, "profile-push").push(PATH, **{**other, name: theirs})[0] == 200


def test_what_was_cleared_is_free(gate: Integrator) -> None:
    gate.push(PATH, **NEW)
    gate.push(PATH, **KNOWN, email="")
    assert gate.push(PATH, **{**NEW, "unique_id": "u-2"})[0] == 200


def test_formats_come_before_uniqueness(gate: Integrator) -> None:
    gate.push(PATH, **NEW)
    assert told(gate.push(PATH, **{**NEW, "unique_id": "u-2"}, locker_user_type_id="99")) == (
        422,
        9033,
        "locker_user_type_id",
    )


NAMES = st.sampled_from([name for field in FIELDS for name in field.names])
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=300),
    st.sampled_from(
        ["OPSCOM", "BC", "ny", "1901-01-31", "6", "", "u-1", "robin@example.org", "a@b.org", "robin", "\0"]
    ),
    st.lists(st.text(), max_size=1),
    st.dictionaries(st.text(), st.text(), max_size=1),
)
KEYS = st.fixed_dictionaries({"unique_id": st.sampled_from(["u-1", "u-2", "u-3"]), "login_source": st.just("OPSCOM")})


@settings(max_examples=150)
@given(body=st.builds(lambda a, b: {**a, **b}, st.just({}) | st.just(NEW) | KEYS, st.dictionaries(NAMES, VALUES)))
def test_whatever_is_sent_is_answered_by_the_contract_and_a_refusal_changes_nothing(
    town: Client, gate: Integrator, body: dict[str, Any]
) -> None:
    with client_scope(town.pk):
        known = Person.objects.filter(unique_id="u-1").exists()
    if not known:
        gate.push(PATH, **NEW, user_name="robin")
    before = everything(town)
    status, answer = gate.push(PATH, **body)
    if status == 200:
        assert list(answer) == ["status", "unique_id", "UserID", "created"]
        assert answer["unique_id"] == str(body["unique_id"])
    else:
        assert answer["ErrorCode"] in {9013, 9014, 9015, 9016, 9017, 9018, 9019, 9020, 9030, 9032, 9033}
        assert answer.get("ErrorField", "city") in {*body, "city"}
        assert everything(town) == before
