"""Find people by whatever somebody at the counter has: a name, an e-mail address, a phone number, a plate."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.db import connection

from curbledger.kit import sql
from curbledger.kit.plates import plate_key
from curbledger.registry.person import NAME_KEY, PHONE_DIGITS, Person
from curbledger.registry.vehicle import Vehicle

QUERIES = sql.load("curbledger.registry", "find.sql")
PAGE = 50
# Sorts after every character that a key has, byte by byte.
AFTER_ALL = "\U0010ffff"
_KEY = f"SELECT {NAME_KEY.format('%s')}"
_LONGEST = 100
# As people write a number; seven digits are the least that one has.
_PHONE = re.compile(r"[0-9 ()+./-]{7,}", re.ASCII)
_SHORTEST_PHONE = 7


@dataclass(frozen=True, slots=True)
class FoundPeople:
    """A page of people. `next` is the person after whom the next page begins; None: there are no more."""

    people: list[Person]
    next: int | None


def find_people(text: str, *, after: int | None = None, limit: int = PAGE) -> FoundPeople:
    """Who that can be, a page at a time. In the client's scope.

    An address with an `@` is looked for by its beginning, a mobile number by its last ten digits. All else may be a
    plate, whose drivers come first, and a name.
    """
    text = _tidy(text)
    if "@" in text:
        key = text.casefold()
        return _page("mailed", {"email": key, "email_end": key + AFTER_ALL}, after, limit)
    named = people_named(text, after=after, limit=limit)
    if after is not None:
        return named
    first = {one.pk: one for one in (*_of_phone(text, limit), *_of_plate(text, limit), *named.people)}
    return FoundPeople(list(first.values()), named.next)


def _of_phone(text: str, limit: int) -> list[Person]:
    digits = re.sub("[^0-9]", "", text)
    if len(digits) < _SHORTEST_PHONE or not _PHONE.fullmatch(text):
        return []
    return list(Person.objects.filter(phone_key=digits[-PHONE_DIGITS:]).order_by("pk")[:limit])


def _of_plate(text: str, limit: int) -> list[Person]:
    key = plate_key(text)
    return _page("driving", {"plate": key}, None, limit).people if key else []


def people_named(text: str, *, after: int | None = None, limit: int = PAGE) -> FoundPeople:
    """People whose last name begins like that, in any case and with or without accents. In the client's scope.

    `Okafor`, `Okafor, Robin` and `Robin Okafor` mean the same person.
    """
    last, first = split_name(_tidy(text))
    last_key, first_key = name_key(last), name_key(first)
    if not last_key:
        return FoundPeople([], None)
    place = Person.objects.filter(pk=after or 0).values_list("last_key", "first_key").first() or ("", "")
    asked = {
        "last": last_key,
        "last_end": last_key + AFTER_ALL,
        "first": first_key,
        "first_end": first_key + AFTER_ALL,
        "after_last": place[0],
        "after_first": place[1],
    }
    return _page("named", asked, after, limit)


def vehicles_of_plate(text: str, *, limit: int = PAGE) -> list[Vehicle]:
    """Vehicles of that plate, in whatever province, however it is spelt. In a client's scope."""
    key = plate_key(text[:_LONGEST])
    if not key:
        return []
    return list(Vehicle.objects.select_related("province").filter(plate_key=key).order_by("pk")[:limit])


def name_key(text: str) -> str:
    """A name without accents, signs and case, as the database makes it."""
    with connection.cursor() as cursor:
        cursor.execute(_KEY, [text])
        return str(cursor.fetchone()[0])


def split_name(text: str) -> tuple[str, str]:
    """Last name and first."""
    if "," in text:
        last, _, first = text.partition(",")
        return last, first
    first, _, last = text.rpartition(" ")
    return last, first


def _tidy(text: str) -> str:
    return " ".join(text.replace("\0", "").split())[:_LONGEST]


def _page(query: str, asked: dict[str, Any], after: int | None, limit: int) -> FoundPeople:
    with connection.cursor() as cursor:
        cursor.execute(QUERIES[query], {**asked, "after_id": after or 0, "limit": limit + 1})
        ids = [row[0] for row in cursor.fetchall()]
    people = Person.objects.in_bulk(ids[:limit])
    return FoundPeople([people[pk] for pk in ids[:limit]], ids[limit - 1] if len(ids) > limit else None)
