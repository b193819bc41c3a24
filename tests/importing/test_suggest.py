"""What the columns of a file probably mean, by their names and by what stands in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import tomli_w

from curbledger.importing.mapping import read_mapping
from curbledger.importing.schema import Kind
from curbledger.importing.suggest import suggest, two_orders
from curbledger.importing.upload import look
from tests.importing.conftest import REAL_FILE


def guess(folder: Path, text: str, kind: Kind = Kind.VIOLATIONS) -> dict[str, Any]:
    path = folder / "file.csv"
    path.write_text(text, encoding="utf-8")
    tree = suggest(kind, look(path))
    read_mapping(tomli_w.dumps(tree), kind)
    return tree


def fields(folder: Path, text: str, kind: Kind = Kind.VIOLATIONS) -> dict[str, Any]:
    found: dict[str, Any] = guess(folder, text, kind)["fields"]
    return found


def test_columns_are_known_by_their_names_however_they_are_spelt(tmp_path: Path) -> None:
    found = fields(
        tmp_path, "Ticket No.,ISSUE DATE,Due-Date,Montant,Plate Number,Prov\n1,2026-03-01,2026-03-20,5,ABC,ON\n"
    )
    assert found == {
        "ticket": "Ticket No.",
        "issued": "ISSUE DATE",
        "due": "Due-Date",
        "fine": "Montant",
        "plate": "Plate Number",
        "province": "Prov",
    }


@pytest.mark.parametrize(
    ("states", "meant"),
    [
        (["ON", "99", ""], {"province": "State"}),
        (["NY", "N.Y"], {"province": "State"}),
        (["open", "paid"], {"status": "State"}),
        (["", ""], {"status": "State"}),
    ],
)
def test_a_column_of_states_is_the_plates_where_it_abbreviates_and_else_the_tickets(
    tmp_path: Path, states: list[str], meant: dict[str, str]
) -> None:
    rows = "".join(f"{number},2026-03-25,5,{state}\n" for number, state in enumerate(states))
    found = fields(tmp_path, f"Number,Issued,Fine,State\n{rows}")
    assert {name: column for name, column in found.items() if column == "State"} == meant


@pytest.mark.parametrize(
    ("day", "written"),
    [
        ("03/25/2026", "%m/%d/%Y"),
        ("25/03/2026", "%d/%m/%Y"),
        ("20260325", "%Y%m%d"),
        ("03/25/2026 14:05", "%m/%d/%Y %H:%M"),
    ],
)
def test_the_way_days_are_written_is_seen(tmp_path: Path, day: str, written: str) -> None:
    found = fields(tmp_path, f"ticket,issued,due,fine\n1,{day},{day},5\n2,{day},,5\n3,?,{day},5\n")
    assert found["issued"] == {"column": "issued", "format": written}
    assert found["due"] == {"column": "due", "format": written}


@pytest.mark.parametrize(
    ("days", "orders"),
    [
        (["07/08/2026", "01/02/2026"], {"%m/%d/%Y", "%d/%m/%Y"}),
        (["7-8-2026"], {"%m-%d-%Y", "%d-%m-%Y"}),
        (["07/08/2026 14:05", ""], {"%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M"}),
        # One that fits no other order decides, and so does what is the same day in both.
        (["07/08/2026", "25/08/2026"], None),
        (["07/07/2026", "08/08/2026"], None),
        (["2026-08-07"], None),
        (["soon"], None),
        ([], None),
    ],
)
def test_two_orders_between_which_nothing_decides_are_seen(days: list[str], orders: set[str] | None) -> None:
    found = two_orders([day for day in days if day])
    assert (None if found is None else set(found.days)) == orders


def test_such_a_column_is_mapped_without_a_format(tmp_path: Path) -> None:
    found = fields(tmp_path, "ticket,issued,due,fine\n1,07/08/2026,2026-08-20,5\n")
    assert found["issued"] == "issued"


def test_a_comma_before_the_cents_is_seen_and_so_is_another_delimiter(tmp_path: Path) -> None:
    tree = guess(tmp_path, "ticket;issued;fine\n1;2026-03-01;1.234,50\n2;2026-03-01;12,00\n")
    assert tree["file"] == {"delimiter": ";"}
    assert tree["fields"]["fine"] == {"column": "fine", "decimal": ","}


def test_a_column_whose_values_do_not_fit_is_not_taken(tmp_path: Path) -> None:
    found = fields(tmp_path, "ticket,date,issue date,fine,amount\n1,monday,2026-03-01,high,5\n")
    assert found["issued"] == "issue date"
    assert found["fine"] == "amount"


def test_what_has_to_be_there_is_made(tmp_path: Path) -> None:
    found = fields(tmp_path, "year,month,day,amount\n2026,3,1,5\n")
    assert found["ticket"] == {"made_from": ["year", "month", "day", "amount"], "prefix": "OLD-"}
    assert found["issued"] == {"columns": ["year", "month", "day"], "join": "-", "format": "%Y-%m-%d"}
    assert found["due"] == {"days_after_issue": 30}


def test_people_and_payments_are_known_too(tmp_path: Path) -> None:
    people = fields(tmp_path, "id,last,first,born,Courriel,plate\n1,O,R,1990-01-01,r@example.org,ABC\n", Kind.PEOPLE)
    assert people["unique_id"] == "id"
    assert people["email"] == "Courriel"
    assert people["date_of_birth"] == "born"
    payments = fields(tmp_path, "receipt,ticket,date,amount,how\n1,A,2026-03-01,5.00,cash\n", Kind.PAYMENTS)
    assert payments == {
        "ticket": "ticket",
        "amount": "amount",
        "reference": "receipt",
        "paid_on": "date",
        "method": "how",
    }


@pytest.mark.skipif(not REAL_FILE.exists(), reason="the file lies beside the repository")
def test_the_real_file_is_understood_but_for_its_numbers() -> None:
    found = suggest(Kind.VIOLATIONS, look(REAL_FILE))["fields"]
    assert found["issued"] == {"columns": ["year", "month", "day"], "join": "-", "format": "%Y-%m-%d"}
    assert (found["fine"], found["make"], found["offence"]) == ("amount", "vehicle_make", "violation")
