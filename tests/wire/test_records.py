"""The records of the handoff against the contract's sample: every key, its order, its nesting and its type."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from importlib.resources import files
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.registry.models import Driver, Make, Person, Province, UserType, Vehicle
from curbledger.violations.models import Attachment, Category, Detail, Location, Offence, Violation
from curbledger.wire.records import print_chunk
from tests import cast
from tests.cast import NOON, issue
from tests.placements.filled import Number, exact, fill
from tests.placements.handing import body, call, records

SAMPLE: dict[str, Any] = json.loads(
    files("curbledger.wire").joinpath("contract/overdue-response.json").read_text(encoding="utf-8")
)["records"][0]
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\Z")
NUMBER = re.compile(r"(0|[1-9]\d*)(\.\d*[1-9])?\Z")
# Nobody outside learns these (contract, section 1). The two others are always null in a record that goes out.
SECRETS = {"salt", "encid", "register_token", "api_token"}
ALWAYS_NULL = {*SECRETS, "SentToCollections", "ProcessedByCollection"}
# Of what kind a value is where the sample has none. Everywhere else the sample's own value says it.
KINDS_OF_ABSENT = {
    "time": "convNotice TicketAppeal AppealProcessDate externallookupdate lastSelfUpdated lastpasswordchange archived",
    "text": "Comment appealFormat ActionedPer AppealComment AppealAdminComment PrivateComments VioNotice pin "
    "AdjustmentReason vehicleAlert vin middleName street2 city2 postal2 ePhone studentNo sPhone sPhone2 privateComment "
    "publicComment ExtendedID CampusBox newEmail StuCampusLocation EmpCampusLocation preferredname taxexemption "
    "account_number kais_employer kais_building kais_supervisor_name kais_supervisor_title bambora_customer_code "
    "preferred_communication_method ColourKey violationkey",
    "number": "latitude longitude userid incidentID Warning failToIdentify duplicate externallookupRequestID enabled "
    "prov2 deptNameID ReadOnlyUserID studentNo_int employNo_int isCloudAccount emailConsent T2P_reminders reminderTime "
    "lockerUserTypeID company_id company_manager receives_invoice company_bill_recipient",
}
KIND_OF_ABSENT = {key: kind for kind, keys in KINDS_OF_ABSENT.items() for key in keys.split()}


def _kind(value: Any) -> str:
    """What an integrator's code sees: null, flag, number, time, text, or something nested."""
    if isinstance(value, str):
        return "time" if TIME.match(value) else "text"
    kinds = ((bool, "flag"), (Number, "number"), (int, "number"), (dict, "object"), (list, "list"))
    return next((name for kind, name in kinds if isinstance(value, kind)), "null")


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every key of a record with where it stands, lists by their first element, nested ones too."""
    if isinstance(value, list):
        yield from _leaves(value[0], f"{path}[]") if value else ()
    elif isinstance(value, dict):
        for key, one in value.items():
            yield f"{path}.{key}", one
            yield from _leaves(one, f"{path}.{key}")


def _shape(value: Any) -> list[str]:
    return [path for path, _ in _leaves(value)]


@pytest.fixture
def full(town: Client) -> Violation:
    """A violation of which no column is empty, on a vehicle with a driver, with an offence and a file."""
    kept = {"sent_at": None, "cancelled_at": None, "spoiled": False, "warning": False, "cycle": 1}
    counted = {"hold_count": 0, "appeal_count": 0, "fees_total": 0, "discounts_total": 0, "paid_total": 0}
    with client_scope(town.pk):
        violation: Violation = fill(
            town, Violation, **kept, **counted, discount_until=None, adjusted_fine=Decimal("40.25"), tax=Decimal("0.1")
        )
        fill(town, Driver, vehicle=violation.vehicle)
        fill(town, Detail, violation=violation, discount_flag=False)
        fill(town, Attachment, violation=violation)
    return violation


@pytest.fixture
def empty(town: Client) -> Violation:
    """A violation of which only what must be is there."""
    with client_scope(town.pk):
        violation = issue(town)
        Detail.objects.all().delete()
    return violation


def _record(town: Client) -> Any:
    (record,) = exact(body(call(town)))["records"]
    return record


def test_a_full_record_has_every_key_in_the_samples_order_and_nesting(town: Client, full: Violation) -> None:
    record = _record(town)
    # The sample's violation names nobody: who is named stands there as a driver does, without the vehicle's own key.
    user = record.pop("user")
    assert _shape(record) == [path for path in _shape(SAMPLE) if path != ".user"]
    driver = record["vehicle"]["drivers"][0]
    assert [*user, "laravel_through_key"] == list(driver)
    assert driver["laravel_through_key"] == Number(str(full.vehicle_id))


def test_an_empty_record_has_every_key_too(town: Client, empty: Violation) -> None:
    record = _record(town)
    assert list(record) == list(SAMPLE)
    assert [record[key] for key in ("user", "vehicle", "location", "category")] == [None] * 4
    assert (record["details"], record["attachments"]) == ([], [])


def test_a_bare_vehicle_has_every_key_too(town: Client) -> None:
    with client_scope(town.pk):
        bare = Vehicle.objects.create(client_id=town.pk, plate="BARE", plate_key="BARE")
        issue(town, vehicle=bare)
    vehicle = _record(town)["vehicle"]
    assert list(vehicle) == list(SAMPLE["vehicle"])
    assert vehicle["drivers"] == []
    lists = ("make", "colour", "vehicle_type", "plate_type", "province")
    assert [vehicle[key] for key in (*lists, "MakeID", "ColourID", "TypeID", "PlateTypeID", "ProvID")] == [None] * 10


def test_every_value_of_a_full_record_is_of_the_samples_kind(town: Client, full: Violation) -> None:
    record = _record(town)
    kinds = dict(_leaves(SAMPLE))
    wrong = {}
    for path, value in _leaves(record):
        key = path.rpartition(".")[2]
        in_sample = kinds.get(path, kinds.get(path.replace(".user.", ".vehicle.drivers[].")))
        expected = KIND_OF_ABSENT[key] if in_sample is None and key in KIND_OF_ABSENT else _kind(in_sample)
        if key in ALWAYS_NULL:
            expected = "null"
        if path in {".user", ".Warning"}:
            # The sample has no user; a warning never goes out.
            expected = {".user": "object", ".Warning": "null"}[path]
        if _kind(value) != expected:
            wrong[path] = (_kind(value), expected)
    assert wrong == {}


def test_what_may_be_absent_is_null_and_what_may_not_is_of_the_samples_kind(town: Client, empty: Violation) -> None:
    record = _record(town)
    absent = [key for key, value in record.items() if value is None]
    assert {key for key in absent if _kind(SAMPLE[key]) == "null"} == {
        key for key, value in SAMPLE.items() if value is None
    }
    assert set(absent) - {key for key, value in SAMPLE.items() if value is None} == {
        *("TicketType", "Writer", "LocationID", "AccessAdminID", "VehicleID"),
        *("vehicle", "location", "category"),
    }
    present = {key: _kind(value) for key, value in record.items() if value is not None}
    assert present == {key: _kind(SAMPLE[key]) for key in present}


def test_no_secret_of_a_person_is_handed_out(town: Client, full: Violation) -> None:
    found = [(path, value) for path, value in _leaves(_record(town)) if path.rpartition(".")[2] in SECRETS]
    assert len(found) == 2 * len(SECRETS)
    assert {value for _, value in found} == {None}


def test_every_number_is_written_without_idle_zeros(town: Client, full: Violation) -> None:
    numbers = {path: value.text for path, value in _leaves(_record(town)) if isinstance(value, Number)}
    assert {path: text for path, text in numbers.items() if not NUMBER.match(text)} == {}
    assert (numbers[".Fine"], numbers[".AdjustedFine"], numbers[".latitude"]) == ("12.5", "40.25", "12.5")


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        ("2016-05-03T16:00:00-04:00", "2016-05-03T20:00:00.000000Z"),
        ("2025-12-31T23:59:59.999999+00:00", "2025-12-31T23:59:59.999999Z"),
        ("2025-12-31T23:30:00.5-01:00", "2026-01-01T00:30:00.500000Z"),
        ("2024-02-29T00:00:00+05:45", "2024-02-28T18:15:00.000000Z"),
        ("1901-01-01T00:00:00+00:00", "1901-01-01T00:00:00.000000Z"),
    ],
)
def test_times_are_in_utc_with_six_decimals(town: Client, moment: str, written: str) -> None:
    with client_scope(town.pk):
        issue(town, issued_at=datetime.fromisoformat(moment))
    assert _record(town)["Issued"] == written


@pytest.mark.parametrize(
    ("born", "zone", "written"),
    [
        ("2020-10-14", "America/Toronto", "2020-10-14T04:00:00.000000Z"),
        ("1990-01-15", "America/Toronto", "1990-01-15T05:00:00.000000Z"),
        ("1990-07-01", "Asia/Kathmandu", "1990-06-30T18:15:00.000000Z"),
        ("1960-02-29", "UTC", "1960-02-29T00:00:00.000000Z"),
    ],
)
def test_a_date_of_birth_is_midnight_where_the_client_is(town: Client, born: str, zone: str, written: str) -> None:
    Client.objects.filter(pk=town.pk).update(timezone=zone)
    with client_scope(town.pk):
        issue(town, person=cast.person(town, date_of_birth=date.fromisoformat(born)))
    assert _record(town)["user"]["DOB"] == written


def test_flags_are_numbers_but_for_those_of_the_offence(town: Client) -> None:
    with client_scope(town.pk):
        issue(town, drive_away=True, vehicle=cast.vehicle(town))
    record = _record(town)
    assert [record[key] for key in ("Spoiled", "DriveAway")] == [Number("0"), Number("1")]
    assert [record[key] for key in ("Warning", "failToIdentify", "duplicate")] == [None] * 3
    assert record["details"][0]["discountFlag"] == Number("0")
    assert record["details"][0]["type"]["discountFlag"] is False
    assert record["vehicle"]["Active"] == Number("1")


def test_lists_are_named_by_their_numbers_and_not_by_their_ids(town: Client) -> None:
    with client_scope(town.pk):
        category, location = fill(town, Category), fill(town, Location)
        make, ontario = Make.objects.order_by("-number")[0], Province.objects.get(code="ON")
        kind = UserType.objects.order_by("-number")[0]
        driver = cast.person(town, province=ontario, licence_province=ontario, user_type=kind, locker_user_type=kind)
        car = cast.vehicle(town, None, driver)
        Vehicle.objects.update(make=make)
        issue(town, category=category, location=location, vehicle=car)
        Detail.objects.update(location=location)
        Offence.objects.update(category=category)
        offence = Offence.objects.get()
    (record,) = records(call(town))
    (profile,) = record["vehicle"]["drivers"]
    assert record["TicketType"] == record["category"]["TicketTypeID"] == category.number
    assert record["LocationID"] == record["location"]["LocationID"] == location.number
    assert record["details"][0]["LocationID"] == location.number
    assert record["details"][0]["ViolationTypeID"] == record["details"][0]["type"]["ViolationTypeID"] == offence.number
    assert record["details"][0]["type"]["category_id"] == category.number
    assert record["vehicle"]["MakeID"] == record["vehicle"]["make"]["MakeID"] == make.number
    assert record["vehicle"]["ProvID"] == profile["prov"] == profile["DLprov"] == ontario.number
    assert profile["UserTypeID"] == profile["lockerUserTypeID"] == kind.number


def test_what_is_nested_stands_in_the_order_of_its_ids(town: Client) -> None:
    numbers = (7_000_003, 7_000_001, 7_000_002)
    with client_scope(town.pk):
        people = [cast.person(town, id=number) for number in numbers]
        issued = issue(town, vehicle=cast.vehicle(town, None, *people))
        for number in numbers:
            fill(town, Detail, id=number, violation=issued, offence=cast.offence(town), discount_flag=False)
            fill(town, Attachment, id=number, violation=issued)
    (record,) = records(call(town))
    assert [one["ViolationsDetailID"] for one in record["details"]][1:] == sorted(numbers)
    assert [one["attachID"] for one in record["attachments"]] == sorted(numbers)
    assert [one["UserID"] for one in record["vehicle"]["drivers"]] == sorted(numbers)


def test_each_record_has_its_own_offences_and_files(town: Client) -> None:
    with client_scope(town.pk):
        issued = [issue(town) for _ in range(3)]
        fill(town, Attachment, violation=issued[1])
        Detail.objects.filter(violation=issued[2]).delete()
    found = records(call(town))
    assert [len(one["details"]) for one in found] == [1, 1, 0]
    assert [len(one["attachments"]) for one in found] == [0, 1, 0]
    assert found[1]["attachments"][0]["relatedID"] == issued[1].pk
    assert found[1]["attachments"][0]["relatedNote"] == found[1]["Ticket"] == issued[1].ticket
    assert [detail["ViolationID"] for one in found for detail in one["details"]] == [one.pk for one in issued[:2]]


def test_one_vehicle_of_many_tickets_stands_in_each(town: Client) -> None:
    with client_scope(town.pk):
        robin, kim = cast.person(town), cast.person(town, first_name="Kim")
        car = cast.vehicle(town, "ABC 123", robin, kim)
        other = cast.vehicle(town, "XYZ 789", kim)
        for one in (car, car, other, car):
            issue(town, vehicle=one)
    vehicles = [record["vehicle"] for record in records(call(town))]
    assert [vehicle["Plate"] for vehicle in vehicles] == ["ABC 123", "ABC 123", "XYZ 789", "ABC 123"]
    assert vehicles[0] == vehicles[1] == vehicles[3]
    drivers = [[one["UserID"] for one in vehicle["drivers"]] for vehicle in vehicles[1:3]]
    assert drivers == [[robin.pk, kim.pk], [kim.pk]]
    assert vehicles[2]["drivers"][0]["laravel_through_key"] == other.pk


def test_a_person_who_is_named_is_the_user_and_drives_nothing_by_that(town: Client) -> None:
    with client_scope(town.pk):
        robin = cast.person(town)
        issue(town, person=robin, vehicle=cast.vehicle(town))
    (record,) = records(call(town))
    assert record["userid"] == record["user"]["UserID"] == robin.pk
    assert "laravel_through_key" not in record["user"]
    assert record["vehicle"]["drivers"] == []


@pytest.mark.parametrize(
    "text",
    [
        'O\'Brien "Bo" \\ Sons',
        "Élodie Gagné-Łoś",
        "日本語 🚗",
        "line\r\nbreak\ttab\x01",
        "</script><!--",
        "\u2028\u2029",
        "",
    ],
    ids=["quotes", "accents", "far away", "control", "markup", "separators", "nothing"],
)
def test_any_text_comes_out_as_it_was_put_in(town: Client, text: str) -> None:
    with client_scope(town.pk):
        issue(town, comment=text, person=cast.person(town, last_name=text), vehicle=cast.vehicle(town))
        Make.objects.filter(number=1).update(name=text or "x")
        Vehicle.objects.update(make=Make.objects.get(number=1))
    (record,) = records(call(town))
    assert (record["Comment"], record["user"]["lastName"]) == (text, text)
    assert record["vehicle"]["make"]["MakeName"] == (text or "x")


def test_a_violation_that_is_not_placed_there_is_no_record(town: Client) -> None:
    with client_scope(town.pk):
        issue(town)
    handoff = call(town)
    with client_scope(town.pk):
        stranger = issue(town)
        with pytest.raises(LookupError):
            print_chunk(handoff.revision.pk, [stranger.pk])


def test_a_neighbours_rows_cannot_be_printed(town: Client, campus: Client) -> None:
    with client_scope(campus.pk):
        theirs = issue(campus)
    handoff = call(campus)
    with client_scope(town.pk), pytest.raises(LookupError):
        print_chunk(handoff.revision.pk, [theirs.pk])


def test_more_records_cost_no_more_statements(town: Client) -> None:
    with client_scope(town.pk):
        for number in range(30):
            robin = cast.person(town)
            issue(town, person=robin, vehicle=cast.vehicle(town, f"MANY {number}", robin))
    handoff = call(town)
    with client_scope(town.pk):
        ids = list(Violation.objects.order_by("id").values_list("pk", flat=True))
        with CaptureQueriesContext(connection) as one:
            print_chunk(handoff.revision.pk, ids[:1])
        with CaptureQueriesContext(connection) as all_of_them:
            assert len(json.loads(b"[%b]" % print_chunk(handoff.revision.pk, ids))) == 30
    assert len(all_of_them) == len(one)


def test_records_come_in_the_order_they_are_asked_for(town: Client) -> None:
    with client_scope(town.pk):
        issued = [issue(town, at=NOON - timedelta(days=day)).pk for day in range(4)]
    handoff = call(town)
    with client_scope(town.pk):
        printed = print_chunk(handoff.revision.pk, issued[::-1])
    assert [one["ViolationID"] for one in json.loads(b"[%b]" % printed)] == issued[::-1]


def test_the_sample_says_what_people_and_their_profiles_are_called() -> None:
    # Guards the table above: it names only keys that the sample has without a value.
    absent = {path.rpartition(".")[2] for path, value in _leaves(SAMPLE) if value is None}
    assert set(KIND_OF_ABSENT) | ALWAYS_NULL >= absent - {"user"} - {"encid", "salt"}
    assert set(KIND_OF_ABSENT) <= absent
    assert isinstance(Person._meta.db_table, str)
