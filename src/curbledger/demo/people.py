"""Residents: people with the profile that a campus or a town would have of them."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import BigIntegerField, Max
from django.db.models.functions import Cast, Substr

from curbledger.demo.names import Name, name_somebody, pick_origin
from curbledger.demo.places import HOMES, Address, find_home
from curbledger.demo.rows import Batch, Ids
from curbledger.registry.person import Person

if TYPE_CHECKING:
    from curbledger.demo.dice import Dice
    from curbledger.demo.town import Town

_STUDENTS = ("Full Time Student", "Part Time Student", "Residence Student")
_EMPLOYEES = ("Faculty", "Full Time Staff", "Part Time Staff")
_OTHERS = ("Resident", "Resident", "Visitor", "Visitor", "Contractor", "Business", "Alumni")
_BUILDINGS = ("Ashgrove Hall", "Bellwether Building", "Larkspur Centre", "Old Foundry", "Tamarack House")
_TITLES = ("Dean", "Director", "Manager", "Supervisor", "Team Lead")
_EMPLOYERS = ("Northbank College", "Town of Northbank", "Riverside Medical Arts")
_MAIL_DOMAINS = ("example.org", "example.com", "example.net", "mail.example.org", "campus.example.org")
_FIRST_NUMBER = 100_001
# In minutes.
_DAY = 24 * 60


class Resident(NamedTuple):
    """What a ticket needs to know of a person."""

    id: int
    name: str
    address: str
    province: str | None


def resident(person: Person) -> Resident:
    """The same of a person who was there before."""
    province = person.province.code if person.province else None
    address = " ".join(filter(None, (person.city, province, person.postal)))
    return Resident(person.pk, str(person), ", ".join(filter(None, (person.street, address))), province)


class People:
    """Makes people, whose numbers go on from those there are."""

    def __init__(self, town: Town, dice: Dice, batch: Batch) -> None:
        self._town = town
        self._dice = dice
        self._batch = batch
        self._ids = Ids(Person)
        self._cities = HOMES[town.currency]
        self._number = _last_number()

    def settle(self, count: int, *, before: datetime) -> tuple[Resident, ...]:
        """So many people who share a car, on record since some time before that moment. Mostly a family."""
        dice = self._dice
        home = self._find_home()
        residents = []
        origin = pick_origin(dice)
        family = dice.choice(origin.families)
        for _ in range(count):
            related = dice.happens(0.75)
            name = name_somebody(dice, origin if related else pick_origin(dice))
            if related:
                name = name._replace(last=family)
            address = home if dice.happens(0.85) else self._find_home()
            residents.append(self._add(name, address, before - timedelta(minutes=dice.randint(_DAY, 900 * _DAY))))
        return tuple(residents)

    def home_province(self) -> str:
        """Where a car comes from whose driver nobody knows."""
        return self._find_home().city.province

    def _find_home(self) -> Address:
        return find_home(self._dice, self._cities)

    def _add(self, name: Name, home: Address, created: datetime) -> Resident:
        self._number += 1
        person = Person(
            id=self._ids.take(),
            client_id=self._town.client_id,
            unique_id=f"P{self._number}",
            salutation=name.salutation,
            first_name=name.first,
            middle_name=name.middle,
            last_name=name.last,
            user_name=f"{_plain(name.first)[0]}{_plain(name.last)}{self._number}",
            email=self._email(name),
            street=home.street,
            city=home.city.name,
            province_id=self._town.provinces.get(home.city.province),
            postal=home.postal,
            uuid=self._dice.uuid(),
            created_at=created,
        )
        self._describe(person, home, created)
        self._employ(person)
        self._sign_up(person, created)
        self._batch.add(person)
        address = f"{home.street}, {home.city.name} {home.city.province} {home.postal}"
        return Resident(person.pk, str(person), address, home.city.province)

    def _email(self, name: Name) -> str:
        # The number makes it unique: no two forms differ in nothing but digits at the end.
        dice = self._dice
        first, last = _plain(name.first), _plain(name.last)
        local = dice.one_of((f"{first}.{last}", f"{first[0]}.{last}", f"{last}.{first}", f"{first}_{last}"))
        return f"{local}{self._number}@{dice.early_in(_MAIL_DOMAINS)}"

    def _describe(self, person: Person, home: Address, created: datetime) -> None:
        dice, town = self._dice, self._town
        # 555-01xx is kept for fiction.
        person.phone_cell = f"{dice.choice(home.city.area_codes)}55501{dice.digits(2)}" if dice.happens(0.85) else None
        born = date(created.year - int(dice.between(18, 85)), 1, 1) + timedelta(days=dice.randrange(365))
        person.date_of_birth = born if dice.happens(0.7) else None
        if dice.happens(0.65):
            person.licence_number = _licence(dice, home.city.province, _plain(person.last_name or "x"))
            person.licence_province_id = town.provinces.get(home.city.province)
        if dice.happens(0.2):
            other = self._find_home()
            person.street2, person.city2, person.postal2 = other.street, other.city.name, other.postal
            person.province2_id = town.provinces.get(other.city.province)
            person.mail_permit_to = dice.one_of(("Permanent Mailing Address", "Local Mailing Address"))
        french = home.city.province == "QC" or dice.happens(0.08)
        person.language = "fr" if french else dice.one_of(("en", "en", "en", None))
        person.preferred_communication_method = dice.one_of(("email", "email", "mail", "text", None))

    def _employ(self, person: Person) -> None:
        dice = self._dice
        kind = dice.one_of((*_STUDENTS, *_EMPLOYEES, *_OTHERS))
        person.user_type_id = self._town.user_types.get(kind)
        if kind in _STUDENTS:
            person.student_no_int = 300_000_000 + self._number
            person.student_no = str(person.student_no_int)
            person.student_phone = person.phone_cell
            person.student_campus_location = dice.one_of((*_BUILDINGS, None))
            person.campus_box = f"Box {dice.randint(100, 980)}" if dice.happens(0.4) else None
        elif kind in _EMPLOYEES:
            person.employ_no_int = self._number
            person.employ_no = f"E{self._number}"
            person.employee_phone = f"61355501{dice.digits(2)}"
            person.employee_campus_location = dice.choice(_BUILDINGS)
            person.department = dice.randint(1, 24)
            person.staff_faculty = kind == "Faculty"
            person.staff_mail_permit = dice.happens(0.5)
            person.kais_employer = dice.choice(_EMPLOYERS)
            person.kais_building = dice.choice(_BUILDINGS)
            boss = name_somebody(dice, pick_origin(dice))
            person.kais_supervisor_name = f"{boss.first} {boss.last}"
            person.kais_supervisor_title = dice.choice(_TITLES)
        elif kind == "Business":
            person.company_id = self._number
            person.account_number = f"AC-{self._number}"
            person.company_manager = int(dice.happens(0.3))
            person.receives_invoice = 1
            person.company_bill_recipient = int(dice.happens(0.5))

    def _sign_up(self, person: Person, created: datetime) -> None:
        dice = self._dice
        # Nothing on record lies ahead of the ticket that comes next, a day after `created` at the earliest.
        changed = created + timedelta(minutes=dice.randrange(_DAY))
        person.last_updated = person.modified = changed
        person.enabled = dice.one_of((1, 1, None))
        person.is_cloud_account = dice.one_of((0, 1, None))
        person.preferred_name = person.first_name if dice.happens(0.15) else None
        person.email_consent = dice.one_of((0, 1, 1, None))
        if dice.happens(0.3):
            person.text_reminders, person.reminder_time = 1, dice.one_of((15, 30, 60))
        if dice.happens(0.4):
            person.force_password_change = False
            person.last_password_change = person.last_self_updated = changed
        if dice.happens(0.03):
            person.public_comment = dice.one_of(
                ("Prefers to be called in the afternoon.", "Moved; second address is old.")
            )
        if dice.happens(0.03):
            person.private_comment = dice.one_of(("Identity checked at the counter.", "Pays at the end of the month."))


def _licence(dice: Dice, province: str, last: str) -> str:
    initial = last[0].upper()
    if province == "ON":
        return f"{initial}{dice.digits(4)}-{dice.digits(5)}-{dice.digits(5)}"
    if province == "QC":
        return f"{initial}{dice.digits(4)}-{dice.digits(6)}-{dice.digits(2)}"
    return dice.digits(9)


def _plain(text: str) -> str:
    """Letters that any mail server takes; of a name without one, an x."""
    unlike = str.maketrans({"Ł": "l", "ł": "l", "Đ": "d", "đ": "d", "Ø": "o", "ø": "o"})
    folded = unicodedata.normalize("NFKD", text.translate(unlike)).lower()
    return "".join(sign for sign in folded if sign.isascii() and sign.isalpha()) or "x"


def _last_number() -> int:
    demo = Person.objects.filter(unique_id__regex=r"^P[0-9]{6,12}$")
    last = demo.aggregate(last=Max(Cast(Substr("unique_id", 2), BigIntegerField())))["last"]
    return last or _FIRST_NUMBER - 1
