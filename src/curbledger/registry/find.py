"""Find people by name."""

from __future__ import annotations

from django.db import connection
from django.db.models import Value
from django.db.models.functions import Coalesce

from curbledger.registry.person import NameKey, Person

# Sorts after every character that a name has, byte by byte.
_AFTER_ALL = "\U0010ffff"
_KEY = "SELECT lower(regexp_replace(normalize(%s, NFKD), '[^[:alnum:]]', '', 'g'))"


def people_named(text: str, *, limit: int = 20) -> list[Person]:
    """People whose last name begins like that, in any case and with or without accents. In the client's scope.

    `Okafor`, `Okafor, Robin` and `Robin Okafor` mean the same person.
    """
    last, first = split_name(" ".join(text.replace("\0", "").split())[:100])
    last_key, first_key = name_key(last), name_key(first)
    if not last_key:
        return []
    found = Person.objects.filter(last_key__gte=last_key, last_key__lt=last_key + _AFTER_ALL)
    if first_key:
        found = found.alias(first_key=NameKey(Coalesce("first_name", Value("")))).filter(
            first_key__startswith=first_key
        )
    return list(found.order_by("last_key", "first_name", "pk")[:limit])


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
