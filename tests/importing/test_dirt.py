"""Every kind of dirt that real files carry, and what becomes of it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from curbledger.database.scope import client_scope
from curbledger.errors import Invalid
from curbledger.importing.mapping import load_mapping
from curbledger.importing.schema import Kind
from curbledger.placements.switch import foresee
from curbledger.registry.models import Make, Vehicle
from curbledger.violations.models import Detail, Offence, Violation
from tests.importing.conftest import AT, TICKETS, Desk

COMMENTS = TICKETS + 'comment = "comment"\n'
PLATES = TICKETS + '\nplate = "plate"\nprovince = "state"\n'


def reasons(desk: Desk) -> list[str]:
    return [one["reason"] for one in desk.rejected()]


@pytest.mark.parametrize("state", ["", "99", " 99 "])
def test_a_missing_state_leaves_the_vehicle_without_a_province(desk: Desk, state: str) -> None:
    done = desk.bring(f"number,issued,fine,plate,state\n1,2026-03-01,50,ABC 123,{state}\n", PLATES)

    assert done.line == "imported 1, already there 0, rejected 0"
    vehicle = desk.ticket("1").vehicle
    assert vehicle is not None
    assert vehicle.province is None


def test_a_state_that_there_is_not_is_rejected_until_the_mapping_names_it(desk: Desk) -> None:
    rows = "number,issued,fine,plate,state\n1,2026-03-01,50,ABC 123,PQ\n"

    assert desk.bring(rows, PLATES).rejected == 1
    assert reasons(desk) == ["province: the list has no 'PQ'. Name it under [lists.province] in the mapping"]

    named = PLATES + '[lists.province.aliases]\nQuebec = ["PQ"]\n'
    assert desk.bring(rows, named).line == "imported 1, already there 0, rejected 0"
    vehicle = desk.ticket("1").vehicle
    assert vehicle is not None
    assert str(vehicle.province) == "Quebec"
    assert not (desk.folder / "file.rejected.csv").exists()


def test_plates_are_compared_without_case_spaces_and_dashes(desk: Desk) -> None:
    rows = "number,issued,fine,plate,state\n1,2026-03-01,50,abc-123,ON\n"
    rows += "2,2026-03-02,50,ABC 123,on\n3,2026-03-02,50,ABC123,Ontario\n"

    desk.bring(rows, PLATES)

    with client_scope(desk.client.pk):
        assert [(one.plate, one.plate_key) for one in Vehicle.objects.all()] == [("abc-123", "ABC123")]


@pytest.mark.parametrize("plate", ["", "BLANKPLATE", "no plate", "---"])
def test_a_blank_plate_is_no_vehicle_and_the_debt_stays(desk: Desk, plate: str) -> None:
    desk.bring(f"number,issued,fine,plate,state\n1,2026-03-01,50,{plate},ON\n2,2026-03-02,50,{plate},ON\n", PLATES)

    assert desk.ticket("1").vehicle is None
    with client_scope(desk.client.pk):
        assert foresee(desk.client, at=AT).count == 2


def test_a_vin_where_a_plate_should_be_is_kept_as_both(desk: Desk) -> None:
    desk.bring("number,issued,fine,plate,state\n1,2026-03-01,50,1hgcm82633a004352,\n", PLATES)

    vehicle = desk.ticket("1").vehicle
    assert vehicle is not None
    assert (vehicle.plate, vehicle.vin) == ("1hgcm82633a004352", "1HGCM82633A004352")


def test_a_vin_stands_in_for_a_plate_that_is_not_there(desk: Desk) -> None:
    mapping = PLATES + 'vin = "vin"\n'
    desk.bring("number,issued,fine,plate,state,vin\n1,2026-03-01,50,BLANKPLATE,ON,1HGCM82633A004352\n", mapping)

    vehicle = desk.ticket("1").vehicle
    assert vehicle is not None
    assert (vehicle.plate, vehicle.vin) == ("1HGCM82633A004352", "1HGCM82633A004352")


@pytest.mark.parametrize(
    ("amount", "fine"),
    [
        ("$52.00", "52.00"),
        ('"22,304.00"', "22304.00"),
        ('"$22,304.00"', "22304.00"),
        ("0.01", "0.01"),
        ("53.0", "53.00"),
        (".5", "0.50"),
        ("52.0000", "52.00"),
        ("CAD 52", "52.00"),
        ("-0.00", "0.00"),
    ],
)
def test_amounts_are_read_as_people_write_them(desk: Desk, amount: str, fine: str) -> None:
    assert desk.bring(f"number,issued,fine\n1,2026-03-01,{amount}\n").imported == 1

    assert desk.ticket("1").fine == Decimal(fine)


def test_an_amount_of_zero_is_a_ticket_that_owes_nothing(desk: Desk) -> None:
    desk.bring("number,issued,fine\n1,2026-03-01,0.00\n2,2026-03-01,0.01\n")

    with client_scope(desk.client.pk):
        foreseen = foresee(desk.client, at=AT)
        assert Violation.objects.count() == 2
    assert (foreseen.count, foreseen.total) == (1, Decimal("0.01"))


@pytest.mark.parametrize(
    ("amount", "reason"),
    [
        ("-5.00", "fine: -5.00 is less than nothing"),
        ("(5.00)", "fine: -5.00 is less than nothing"),
        ("", "fine: is blank"),
        ("52.005", "fine: '52.005' is not an amount such as 52.00"),
        ('"22,30"', "fine: '22,30' is not an amount such as 52.00"),
        ("fifty", "fine: 'fifty' is not an amount such as 52.00"),
        ("99999999999", "fine: '99999999999' is more than 9,999,999,999.99"),
        ("9" * 40, f"fine: '{'9' * 40}' is more than 9,999,999,999.99"),
        ("1e3", "fine: '1e3' is not an amount such as 52.00"),
    ],
)
def test_an_amount_that_is_none_is_rejected(desk: Desk, amount: str, reason: str) -> None:
    assert desk.bring(f"number,issued,fine\n1,2026-03-01,{amount}\n").line == "imported 0, already there 0, rejected 1"

    assert reasons(desk) == [reason]


def test_decimal_commas_are_said_in_the_mapping(desk: Desk) -> None:
    mapping = TICKETS.replace('fine = "fine"', 'fine = { column = "fine", decimal = "," }')

    desk.bring('number,issued,fine\n1,2026-03-01,"22.304,50"\n2,2026-03-01,"1 052,00"\n', mapping)

    assert (desk.ticket("1").fine, desk.ticket("2").fine) == (Decimal("22304.50"), Decimal("1052.00"))


@pytest.mark.parametrize(
    ("time", "utc"),
    [
        ("1", "05:01"),
        ("45", "05:45"),
        ("130", "06:30"),
        ("0130P", "18:30"),
        ("0130A", "06:30"),
        ("1:30 pm", "18:30"),
        ("12:05 a.m.", "05:05"),
        ("1:30", "06:30"),
        ("13:30:59", "18:30"),
        ("1260", "18:00"),
        ("12:60", "18:00"),
        ("", "05:00"),
    ],
)
def test_times_are_read_as_they_come(desk: Desk, time: str, utc: str) -> None:
    # 1 is what a spreadsheet leaves of 00:01; minute 60 is the next hour; without am or pm the day has 24 hours.
    mapping = TICKETS + '\nissued_time = "time"\n'

    assert desk.bring(f"number,issued,fine,time\n1,2026-03-01,50,{time}\n", mapping).imported == 1

    assert f"{desk.ticket('1').issued_at:%H:%M}" == utc


@pytest.mark.parametrize("time", ["2561", "25:00", "12:61", "noon", "-5"])
def test_a_time_that_is_none_is_rejected(desk: Desk, time: str) -> None:
    mapping = TICKETS + '\nissued_time = "time"\n'

    desk.bring(f"number,issued,fine,time\n1,2026-03-01,50,{time}\n", mapping)

    assert reasons(desk)[0].startswith(f"issued_time: '{time}' is not a time of day")


def test_am_and_pm_may_stand_in_a_column_of_their_own(desk: Desk) -> None:
    mapping = TICKETS + '\nissued_time = { column = "time", am_pm = "half" }\n'

    desk.bring("number,issued,fine,time,half\n1,2026-03-01,50,0130,P\n2,2026-03-01,50,0130,\n", mapping)

    assert desk.ticket("1").issued_at == datetime(2026, 3, 1, 18, 30, tzinfo=UTC)
    assert desk.ticket("2").issued_at == datetime(2026, 3, 1, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("2026-05-21", "issued: 2026-05-21 lies in the future"),
        ("1901-01-01", "issued: 1901-01-01 lies before 1970-01-01, the earliest day in the mapping"),
        ("2026-02-30", "issued: '2026-02-30' is no day as %Y-%m-%d writes it"),
        ("", "issued: is blank"),
    ],
)
def test_days_that_cannot_be_are_rejected(desk: Desk, day: str, reason: str) -> None:
    desk.bring(f"number,issued,fine\n1,{day},50\n")

    assert reasons(desk) == [reason]


def test_the_first_format_that_fits_reads_a_day(desk: Desk) -> None:
    mapping = TICKETS.replace(
        'issued = "issued"', 'issued = { column = "issued", format = ["%Y-%m-%d", "%m/%d/%Y", "%d %b %Y %H:%M"] }'
    )

    desk.bring("number,issued,fine\n1,2026-03-01,50\n2,3/9/2026,50\n3,7 Mar 2026 13:05,50\n", mapping)

    assert [f"{desk.ticket(one).issued_at:%m-%d %H:%M}" for one in "123"] == [
        "03-01 05:00",
        "03-09 04:00",
        "03-07 18:05",
    ]


@pytest.mark.parametrize(
    ("due", "reason"),
    [
        ("2026-02-01", "due: 2026-02-01 lies before the issue, 2026-03-01"),
        ("2206-03-21", "due: 2206-03-21 lies more than ten years after the issue"),
    ],
)
def test_a_due_day_must_follow_the_issue(desk: Desk, due: str, reason: str) -> None:
    mapping = TICKETS.replace("due = { days_after_issue = 20 }", 'due = "due"')

    desk.bring(f"number,issued,fine,due\n1,2026-03-01,50,{due}\n", mapping)

    assert reasons(desk) == [reason]


def test_what_is_due_today_is_not_overdue_yet(desk: Desk) -> None:
    mapping = TICKETS.replace("due = { days_after_issue = 20 }", 'due = "due"')

    desk.bring("number,issued,fine,due\n1,2026-03-01,50,2026-05-20\n2,2026-03-01,50,2026-05-19\n", mapping)

    with client_scope(desk.client.pk):
        assert foresee(desk.client, at=AT).count == 1


def test_a_number_that_two_vendors_gave_is_two_tickets_and_the_second_is_rejected(desk: Desk) -> None:
    rows = "number,issued,fine,plate,state\n1001,2019-03-01,50,ABC 123,ON\n1001,2025-04-01,60,XYZ 999,ON\n"

    assert desk.bring(rows, PLATES).line == "imported 1, already there 0, rejected 1"
    expected = (
        "ticket: 1001 is the number of another ticket, issued on 2019-03-01 on the vehicle ABC123; this one was issued "
        "on 2025-04-01 on the vehicle XYZ999. A prefix in the mapping keeps the numbers of two systems apart"
    )
    assert reasons(desk) == [expected]

    again = desk.bring(rows, PLATES)
    assert again.line == "imported 0, already there 1, rejected 1"
    prefixed = PLATES.replace('ticket = "number"', 'ticket = { column = "number", prefix = "NEW-" }')
    assert desk.bring(rows.replace("1001,2019-03-01,50,ABC 123,ON\n", ""), prefixed).imported == 1


def test_the_same_ticket_twice_in_a_file_is_one_ticket(desk: Desk) -> None:
    done = desk.bring("number,issued,fine\n1,2026-03-01,50\n1,2026-03-01,70\n1,2026-03-01,50\n")

    assert done.line == "imported 1, already there 2, rejected 0"
    assert desk.ticket("1").fine == 50


def test_blank_and_unknown_makes_are_no_make(desk: Desk) -> None:
    mapping = PLATES + 'make = "make"\n[lists.make.aliases]\nChevrolet = ["CHEV", "CHEVY"]\n'
    rows = "number,issued,fine,plate,state,make\n"
    rows += "".join(
        f"{n},2026-03-01,50,AB {n},ON,{make}\n" for n, make in enumerate(["", "UNKN", "chev", "Chevrolet", "Tuk Tuk"])
    )

    assert desk.bring(rows, mapping).imported == 5

    makes = [desk.ticket(str(n)).vehicle.make for n in range(5)]
    assert [make and make.name for make in makes] == [None, None, "Chevrolet", "Chevrolet", "Tuk Tuk"]


def test_an_offence_spelt_five_ways_is_one_offence(desk: Desk) -> None:
    mapping = TICKETS + 'offence = "offence"\n[lists.offence]\ncost = "35.00"\n'
    mapping += '[lists.offence.aliases]\n"Meter expired" = ["METER EXPIRED CC", "MTR EXPIRED", "EXPIRED METER"]\n'
    spelt = ["METER EXPIRED", "METER EXPIRED CC", "Meter  Expired", "mtr expired", "EXPIRED METER"]
    rows = "number,issued,fine,offence\n" + "".join(f"{n},2026-03-01,50,{one}\n" for n, one in enumerate(spelt))

    assert desk.bring(rows, mapping).imported == 5

    with client_scope(desk.client.pk):
        assert list(Offence.objects.values_list("name", "default_cost")) == [("Meter expired", Decimal("35.00"))]
        assert Detail.objects.count() == 5


def test_a_clipped_description_is_the_only_one_that_begins_so(desk: Desk) -> None:
    mapping = TICKETS + 'offence = "offence"\n[lists.offence]\nclipped = 20\nunknown = "reject"\n'
    mapping += '[lists.offence.aliases]\n"Parked in a fire route" = ["FIRE"]\n"Parked in a loading zone" = []\n'
    with client_scope(desk.client.pk):
        for name in ("Parked in a fire route", "Parked in a loading zone", "Parked in a loading dock"):
            Offence.objects.create(client_id=desk.client.pk, name=name, default_cost=50)
    rows = "number,issued,fine,offence\n1,2026-03-01,50,PARKED IN A FIRE ROU\n2,2026-03-01,50,PARKED IN A LOADING \n"
    rows += "3,2026-03-01,50,PARKED IN A LOADING Z\n4,2026-03-01,50,PARKED IN A FIRE\n"

    assert desk.bring(rows, mapping).imported == 1

    assert [one["number"] for one in desk.rejected()] == ["2", "3", "4"]


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("name", ["file.csv", "file.csv.gz"])
def test_accents_boms_and_line_ends_are_read(desk: Desk, ending: str, name: str) -> None:
    mapping = TICKETS + 'comment = "comment"\n'
    text = ending.join(["number,issued,fine,comment", '1,2026-03-01,50,"Près du château', 'Größe 3"', ""])

    assert (
        desk.bring(b"\xef\xbb\xbf" + text.encode(), mapping, name=name).line
        == "imported 1, already there 0, rejected 0"
    )

    assert desk.ticket("1").comment == f"Près du château{ending}Größe 3"


def test_latin_1_is_told_by_its_first_accent(desk: Desk) -> None:
    rows = "number,issued,fine,comment\n1,2026-03-01,50,Near\n2,2026-03-01,50,Près\n3,never,50,Größe\n"

    done = desk.bring(rows.encode("latin-1"), COMMENTS)

    assert (done.line, done.not_utf8_from) == ("imported 2, already there 0, rejected 1", 3)
    assert desk.ticket("2").comment == "Près"
    # The list can be mended and imported by the same mapping.
    assert [one["comment"] for one in desk.rejected()] == ["Größe"]


def test_latin_1_may_be_said_in_the_mapping(desk: Desk) -> None:
    rows = "number,issued,fine,comment\n1,2026-03-01,50,Prè\n".encode("latin-1")

    done = desk.bring(rows, '[file]\nencoding = "latin-1"\n' + COMMENTS)

    assert (desk.ticket("1").comment, done.not_utf8_from) == ("Prè", None)


@pytest.mark.parametrize(
    ("first", "said"),
    [
        (b"Ch\xc3\xa2teau", ""),
        (b"\xc3\xa9", '[file]\nencoding = "utf-8"\n'),
        (b"plain", '[file]\nencoding = "utf-8"\n'),
    ],
)
def test_a_byte_that_is_not_of_the_encoding_costs_its_row(desk: Desk, first: bytes, said: str) -> None:
    rows = b"number,issued,fine,comment\n1,2026-03-01,50," + first + b'\n2,2026-03-01,50,"two\nPr\xe8s"\n'
    rows += b"3,2026-03-01,50,fine\n"

    done = desk.bring(rows, said + COMMENTS)

    assert (done.line, done.not_utf8_from) == ("imported 2, already there 0, rejected 1", None)
    (bad,) = desk.rejected()
    assert (bad["line"], bad["number"]) == ("3", '2,2026-03-01,50,"two\nPr\\xe8s"')
    assert bad["reason"].startswith("byte 3 of the line is 0xe8, which utf-8 has not")


def test_a_byte_order_mark_says_utf_8(desk: Desk) -> None:
    rows = b"\xef\xbb\xbfnumber,issued,fine,comment\n1,2026-03-01,50,Pr\xe8s\n"

    assert desk.bring(rows, COMMENTS).line == "imported 0, already there 0, rejected 1"


def test_a_header_that_cannot_be_read_stops_the_import(desk: Desk) -> None:
    with pytest.raises(Invalid, match=r"the header cannot be read: byte 20 of the line is 0x81"):
        desk.bring(b"number,issued,fine,\x81\n1,2026-03-01,50,x\n", COMMENTS)


def test_a_row_of_blank_cells_is_rejected_and_a_blank_line_is_none(desk: Desk) -> None:
    assert desk.bring("number,issued,fine\n1,2026-03-01,50\n\n   \n,,\n , ,\n").line == (
        "imported 1, already there 0, rejected 2"
    )

    assert reasons(desk) == ["every cell of the row is blank"] * 2


def test_a_zero_byte_is_rejected(desk: Desk) -> None:
    desk.bring("number,issued,fine\n1\x00,2026-03-01,50\n")

    assert reasons(desk) == ["a cell holds a zero byte, which no text has"]


def test_a_mapping_for_other_rows_is_refused(desk: Desk) -> None:
    path = desk.write('kind = "people"\n' + TICKETS, "mapping.toml")

    with pytest.raises(Invalid, match="this mapping is for people"):
        load_mapping(path, Kind.VIOLATIONS)


def test_makes_of_the_default_lists_are_found_in_any_case(desk: Desk) -> None:
    mapping = PLATES + 'make = "make"\n'
    with client_scope(desk.client.pk):
        before = Make.objects.count()

    desk.bring("number,issued,fine,plate,state,make\n1,2026-03-01,50,A 1,ON,TOYOTA\n", mapping)

    with client_scope(desk.client.pk):
        assert Make.objects.count() == before
