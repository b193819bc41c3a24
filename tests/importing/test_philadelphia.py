"""The real file: every row of it, to the cent, once."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.db.models import Sum

from curbledger.database.scope import client_scope
from curbledger.importing.import_file import Imported, import_file
from curbledger.importing.mapping import load_mapping
from curbledger.importing.schema import Kind
from curbledger.placements.switch import foresee
from curbledger.registry.models import Make, Vehicle
from curbledger.registry.opening import open_client
from curbledger.violations.models import Detail, Offence, Violation
from tests.importing.conftest import AT, EXAMPLES, Desk

if TYPE_CHECKING:
    from pathlib import Path

    from curbledger.clients.client import Client

HEADER = "car_id,year,month,day,amount,violation,vehicle_make\n"
MAPPING = EXAMPLES / "philadelphia.toml"


@pytest.fixture
def city(db: None) -> Client:
    """Philadelphia."""
    return open_client(code="PHL", name="Philadelphia", timezone="America/New_York", currency="USD", at=AT)


def move_in(city: Client, path: Path, **options: object) -> Imported:
    mapping = load_mapping(MAPPING, Kind.VIOLATIONS)
    return import_file(city, path, kind=Kind.VIOLATIONS, mapping=mapping, at=AT, by="clerk", **options)  # type: ignore[arg-type]  # Options of the same names.


def test_the_whole_file_is_there_to_the_cent_and_once(city: Client, real_file: Path, tmp_path: Path) -> None:
    path = tmp_path / real_file.name
    path.write_bytes(real_file.read_bytes())

    assert move_in(city, path).line == "imported 40000, already there 0, rejected 0"
    assert move_in(city, path).line == "imported 0, already there 40000, rejected 0"

    assert sorted(one.name for one in tmp_path.iterdir()) == [path.name]
    with client_scope(city.pk):
        assert Violation.objects.count() == 40000
        assert Violation.objects.aggregate(total=Sum("balance"))["total"] == Decimal("3130946.77")
        foreseen = foresee(city, at=AT)
        assert (foreseen.count, foreseen.total) == (40000, Decimal("3130946.77"))
        assert Vehicle.objects.count() == 11979
        assert Detail.objects.count() == 40000
        assert not Violation.objects.filter(vehicle=None).exists()
        numbers = Counter(re.sub(r"-\d+$", "", one) for one in Violation.objects.values_list("ticket", flat=True))
        # So many rows equal one that stands above them.
        assert sum(count - 1 for count in numbers.values()) == 16176
        assert not Offence.objects.filter(name__endswith=" CC").exists()
        assert not Make.objects.filter(name__in=["CHEV", "CHEVY", "UNKN"]).exists()


def test_a_later_longer_export_adds_only_what_is_new(city: Client, real_file: Path, tmp_path: Path) -> None:
    with gzip.open(real_file, "rt", encoding="utf-8") as file:
        header, *rows = file.read().splitlines(keepends=True)[:3001]
    earlier, later = tmp_path / "earlier.csv", tmp_path / "later.csv"
    earlier.write_text(header + "".join(rows[:1700]))
    # In another order, too: nothing hangs on a line's place.
    later.write_text(header + "".join(sorted(rows, reverse=True)))

    assert move_in(city, earlier).line == "imported 1700, already there 0, rejected 0"
    assert move_in(city, later).line == "imported 1300, already there 1700, rejected 0"

    with client_scope(city.pk):
        whole = sum(Decimal(row.split(",")[4]) for row in rows)
        assert Violation.objects.aggregate(total=Sum("balance"))["total"] == whole


def test_one_car_is_one_vehicle_whose_make_may_come_later(city: Client, tmp_path: Path) -> None:
    path = tmp_path / "cars.csv"
    path.write_text(
        HEADER
        + "7,2020,1,2,51.0,METER EXPIRED,\n"
        + "7,2020,1,3,51.0,METER EXPIRED CC,CHEV\n"
        + "7,2020,1,4,51.0,METER  EXPIRED,FORD\n"
        + "8,2020,1,4,51.0,METER EXPIRED,\n"
    )

    move_in(city, path)

    with client_scope(city.pk):
        assert list(Vehicle.objects.order_by("plate").values_list("plate", "make__name")) == [
            ("CAR-7", "Chevrolet"),
            ("CAR-8", None),
        ]
        assert list(Offence.objects.values_list("name", flat=True)) == ["METER EXPIRED"]


def test_what_cannot_be_a_ticket_is_rejected_for_a_reason(city: Client, tmp_path: Path) -> None:
    desk = Desk(city, tmp_path)
    path = desk.write(
        HEADER
        + "1,2020,2,30,51.0,METER EXPIRED,FORD\n"
        + "2,2020,1,2,-5.0,METER EXPIRED,FORD\n"
        + "3,2020,1,2,,METER EXPIRED,FORD\n"
        + "4,2099,1,2,51.0,METER EXPIRED,FORD\n"
        + "5,1901,1,2,51.0,METER EXPIRED,FORD\n"
        + "6,2020,1,2,0.0,METER EXPIRED,FORD\n"
        + "7,2020,1,2,51.0,,FORD\n"
        + "8,2020,1,2,51.0\n"
    )

    assert move_in(city, path).line == "imported 2, already there 0, rejected 6"

    assert [(one["line"], one["car_id"], one["reason"]) for one in desk.rejected()] == [
        ("2", "1", "issued: '2020-2-30' is no day as %Y-%m-%d writes it"),
        ("3", "2", "fine: -5.00 is less than nothing"),
        ("4", "3", "fine: is blank"),
        ("5", "4", "issued: 2099-01-02 lies in the future"),
        ("6", "5", "issued: 1901-01-02 lies before 1980-01-01, the earliest day in the mapping"),
        ("9", "8", "the row has 5 columns, and the header has 7"),
    ]
    with client_scope(city.pk):
        assert foresee(city, at=AT).count == 1


def test_loading_looks_at_each_table_a_few_times_whatever_the_rows(
    city: Client, real_file: Path, tmp_path: Path
) -> None:
    with gzip.open(real_file, "rt", encoding="utf-8") as file:
        rows = file.read().splitlines(keepends=True)[:2001]
    path = tmp_path / "some.csv"
    path.write_text("".join(rows))
    statements = []

    def note(execute: object, statement: object, *rest: object) -> object:
        statements.append(statement)
        return execute(statement, *rest)  # type: ignore[operator]  # Django's own.

    with connection.execute_wrapper(note):
        move_in(city, path)

    assert len(statements) < 60
