"""The command: one line on stdout, everything else on stderr, and records that a receiver gets whole."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.databases import drop_database, new_database, server, url_of
from tests.importing.conftest import EXAMPLES
from tests.stories.house import House

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEADER = "car_id,year,month,day,amount,violation,vehicle_make\n"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A migrated database with a client, and nothing else."""
    server()
    name = new_database()
    made = House(url_of(name), tmp_path)
    made.run("client", "add", "OC_TOMA", "--name", "Town of Toma")
    yield made
    made.close()
    drop_database(name)


def command(house: House, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "curbledger", "import", *arguments],
        env=house.variables(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_clerk_imports_and_the_agency_gets_it(house: House, tmp_path: Path) -> None:
    file = tmp_path / "tickets.csv"
    file.write_text(
        HEADER
        + "1,2020,1,2,51.0,METER EXPIRED,\n"
        + "1,2020,1,2,51.0,METER EXPIRED,\n"
        + "2,2020,1,3,36.25,DOUBLE PARKED  CC,CHEV\n"
        + "3,2020,1,3,0.0,,FORD\n"
        + "4,2020,1,32,51.0,METER EXPIRED,\n"
    )
    options = ["--client", "OC_TOMA", "--mapping", str(EXAMPLES / "philadelphia.toml")]

    dry = command(house, "violations", str(file), *options, "--dry-run")
    done = command(house, "violations", str(file), *options)
    again = command(house, "violations", str(file), *options, "--rejected", str(tmp_path / "bad.csv"))

    assert (dry.returncode, dry.stdout) == (0, "imported 4, already there 0, rejected 1\n")
    assert (done.returncode, done.stdout) == (0, "imported 4, already there 0, rejected 1\n")
    assert (again.returncode, again.stdout) == (0, "imported 0, already there 4, rejected 1\n")
    assert "line 6: issued: '2020-1-32' is no day as %Y-%m-%d writes it" in done.stderr
    assert f"Rejected rows are in {tmp_path / 'tickets.rejected.csv'}." in done.stderr
    assert (tmp_path / "bad.csv").exists()

    house.run("client", "collect", "OC_TOMA", "on")
    token = house.run("token", "add", "OC_TOMA", "--name", "agency", "--permission", "violations-collect")
    answer = house.serve().collect(token.splitlines()[-1])
    assert answer.headers["x-total-owing"] == "138.25"
    assert sorted(one["Fine"] for one in answer.records) == [Decimal("36.25"), Decimal(51), Decimal(51)]
    assert {one["vehicle"]["Plate"] for one in answer.records} == {"CAR-1", "CAR-2"}


def test_a_person_reaches_the_record_by_their_vehicle(house: House, tmp_path: Path) -> None:
    (tmp_path / "tickets.toml").write_text(
        '[fields]\nticket = "n"\nissued = "d"\ndue = { days_after_issue = 20 }\nfine = "f"\n'
        'plate = "p"\nprovince = "s"\n'
    )
    (tmp_path / "tickets.csv").write_text("n,d,f,p,s\nT1,2020-01-02,50,abcd 123,ON\nT2,2020-01-02,50,ZZZ,ON\n")
    (tmp_path / "people.csv").write_text(
        "id,last,first,born,email,phone,street,city,province,postal,kind,plate,plate_province\n"
        "7,Okafor,Robin,,,,,,,,,ABCD123,ON\n"
    )
    (tmp_path / "payments.csv").write_text("receipt,ticket,date,time,amount,how\n1,T2,2020-02-01,,50,\n")
    for kind, mapping in (
        ("violations", tmp_path / "tickets.toml"),
        ("people", EXAMPLES / "people.toml"),
        ("payments", EXAMPLES / "payments.toml"),
    ):
        file = tmp_path / ("tickets.csv" if kind == "violations" else f"{kind}.csv")
        done = command(house, kind, str(file), "--client", "oc-toma", "--mapping", str(mapping))
        assert done.returncode == 0, done.stderr
        assert done.stdout.endswith("rejected 0\n")

    house.run("client", "collect", "OC_TOMA", "on")
    token = house.run("token", "add", "OC_TOMA", "--name", "agency", "--permission", "violations-collect")
    (record,) = house.serve().collect(token.splitlines()[-1]).records
    assert record["Ticket"] == "T1"
    assert record["vehicle"]["drivers"][0]["lastName"] == "Okafor"


def test_a_fault_is_one_clear_word_and_exit_1(house: House, tmp_path: Path) -> None:
    mapping = str(EXAMPLES / "philadelphia.toml")

    missing = command(house, "violations", str(tmp_path / "no.csv"), "--client", "OC_TOMA", "--mapping", mapping)
    stranger = command(house, "violations", str(tmp_path / "no.csv"), "--client", "NOBODY", "--mapping", mapping)
    other = command(house, "people", str(tmp_path / "no.csv"), "--client", "OC_TOMA", "--mapping", mapping)

    assert [one.returncode for one in (missing, stranger, other)] == [1, 1, 1]
    assert [one.stdout for one in (missing, stranger, other)] == ["", "", ""]
    assert missing.stderr == f"Error: {tmp_path / 'no.csv'} cannot be read: No such file or directory.\n"
    assert stranger.stderr.startswith("Error: There is no client NOBODY.")
    assert "kind: this mapping is for violations, and people are to be imported." in other.stderr
