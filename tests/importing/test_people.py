"""People come once, and reach the vehicles they drive or own."""

from __future__ import annotations

from curbledger.database.scope import client_scope
from curbledger.registry.models import Driver, Person, Vehicle
from tests.importing.conftest import EXAMPLES, PEOPLE, TICKETS, Desk

HEADER = "id,first,last,email,plate,state,type\n"
CARS = TICKETS + '\nplate = "plate"\nprovince = "state"\nplate_type = "type"\n'


def drives(desk: Desk) -> set[tuple[str | None, str]]:
    with client_scope(desk.client.pk):
        return set(Driver.objects.values_list("person__unique_id", "vehicle__plate"))


def test_a_driver_reaches_the_vehicle_of_a_ticket(desk: Desk) -> None:
    desk.bring("number,issued,fine,plate,state,type\n1,2026-03-01,50,abc-123,ON,Passenger\n", CARS)

    assert desk.register(f"{HEADER}P1,Robin,Okafor,r@example.org,ABC 123,Ontario,passenger\n").imported == 1

    vehicle = desk.ticket("1").vehicle
    assert vehicle is not None
    with client_scope(desk.client.pk):
        assert Driver.objects.get().vehicle_id == vehicle.pk
        assert Vehicle.objects.count() == 1


def test_what_a_row_does_not_say_is_no_obstacle_while_one_vehicle_fits(desk: Desk) -> None:
    desk.bring("number,issued,fine,plate,state,type\n1,2026-03-01,50,ABC 123,ON,Passenger\n", CARS)

    assert desk.register(f"{HEADER}P1,Robin,Okafor,,ABC123,,\n").imported == 1

    with client_scope(desk.client.pk):
        assert Vehicle.objects.count() == 1


def test_a_plate_that_could_be_two_vehicles_is_rejected(desk: Desk) -> None:
    desk.bring("number,issued,fine,plate,state,type\n1,2026-03-01,50,ABC,ON,\n2,2026-03-01,50,ABC,QC,\n", CARS)

    assert desk.register(f"{HEADER}P1,Robin,Okafor,,ABC,,\nP2,Sam,Roy,,ABC,QC,\n").line.endswith("rejected 1")

    assert [one["reason"] for one in desk.rejected("people.rejected.csv")] == [
        "plate: ABC is on 2 vehicles. The province or the plate type must say which"
    ]
    assert drives(desk) == {("P2", "ABC")}
    with client_scope(desk.client.pk):
        assert not Person.objects.filter(unique_id="P1").exists()


def test_somebody_else_in_another_province_is_not_linked(desk: Desk) -> None:
    desk.bring("number,issued,fine,plate,state,type\n1,2026-03-01,50,ABC,ON,\n", CARS)

    desk.register(f"{HEADER}P1,Robin,Okafor,,ABC,QC,\n")

    vehicle = desk.ticket("1").vehicle
    assert vehicle is not None
    with client_scope(desk.client.pk):
        assert not Driver.objects.filter(vehicle=vehicle).exists()
        assert Vehicle.objects.count() == 2


def test_people_come_once_and_a_second_vehicle_is_new(desk: Desk) -> None:
    rows = f"{HEADER}P1,Robin,Okafor,r@example.org,ABC,ON,\nP1,Robin,Okafor,r@example.org,XYZ,ON,\nP2,Sam,Roy,,,,\n"

    assert desk.register(rows).line == "imported 3, already there 0, rejected 0"
    assert desk.register(rows).line == "imported 0, already there 3, rejected 0"
    assert desk.register(f"{HEADER}P1,Robin,Okafor,r@example.org,NEW,ON,\n").imported == 1

    assert drives(desk) == {("P1", "ABC"), ("P1", "XYZ"), ("P1", "NEW")}
    with client_scope(desk.client.pk):
        assert Person.objects.count() == 2


def test_what_staff_changed_stays(desk: Desk) -> None:
    desk.register(f"{HEADER}P1,Robin,Okafor,,,,\n")
    with client_scope(desk.client.pk):
        Person.objects.update(last_name="Roy")

    assert desk.register(f"{HEADER}P1,Robin,Okafor,,,,\n").already_there == 1

    with client_scope(desk.client.pk):
        assert Person.objects.get().last_name == "Roy"


def test_an_address_belongs_to_one_person(desk: Desk) -> None:
    rows = f"{HEADER}P1,Robin,Okafor,R@example.org,,,\nP2,Sam,Roy,r@EXAMPLE.org,,,\n"

    assert desk.register(rows).line == "imported 1, already there 0, rejected 1"
    assert desk.register(rows).line == "imported 0, already there 1, rejected 1"

    assert [one["reason"] for one in desk.rejected("people.rejected.csv")] == [
        "email: r@EXAMPLE.org belongs to person P1"
    ]


def test_a_name_that_is_too_long_or_a_blank_id_is_rejected(desk: Desk) -> None:
    desk.register(f"{HEADER}P1,{'x' * 51},Okafor,,,,\n,Sam,Roy,,,,\n")

    assert [one["reason"] for one in desk.rejected("people.rejected.csv")] == [
        "first_name: is 51 characters long, and 50 are kept",
        "unique_id: is blank",
    ]


def test_an_id_can_be_made(desk: Desk) -> None:
    mapping = PEOPLE.replace(
        'unique_id = "id"', 'unique_id = { made_from = ["first", "last", "email"], prefix = "M-" }'
    )
    rows = f"{HEADER},Robin,Okafor,r@example.org,ABC,ON,\n,Robin,Okafor,r@example.org,XYZ,ON,\n"

    assert desk.register(rows, mapping).imported == 2
    assert desk.register(rows, mapping).already_there == 2

    with client_scope(desk.client.pk):
        assert Person.objects.count() == 1
        assert Driver.objects.count() == 2


def test_a_ticket_may_name_a_person(desk: Desk) -> None:
    desk.register(f"{HEADER}P1,Robin,Okafor,,,,\n")

    desk.bring("number,issued,fine,who\n1,2026-03-01,50,P1\n2,2026-03-01,50,P2\n", TICKETS + '\nperson = "who"\n')

    assert str(desk.ticket("1").person) == "Robin Okafor"
    assert [one["reason"] for one in desk.rejected()] == ["person: there is no person P2. Import the people first"]


def test_the_example_for_people_holds(desk: Desk) -> None:
    rows = (
        "id,last,first,born,email,phone,street,city,province,postal,kind,plate,plate_province\n"
        "7,Tremblay,Zoé,31/05/1990,zoe@example.org,613 555 0100,1 Main,Ottawa,Ont.,K1A 0A1,Faculty,ABCD 123,\n"
        "8,Roy,Sam,,,,,,PQ,,Astronaut,,\n"
    )

    assert desk.register(rows, (EXAMPLES / "people.toml").read_text()).imported == 2

    with client_scope(desk.client.pk):
        zoe = Person.objects.select_related("province", "user_type").get(unique_id="7")
        assert (zoe.first_name, f"{zoe.date_of_birth}", str(zoe.province), str(zoe.user_type)) == (
            "Zoé",
            "1990-05-31",
            "Ontario",
            "Faculty",
        )
    assert drives(desk) == {("7", "ABCD 123")}
