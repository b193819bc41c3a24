"""Where people live: streets that are made up, in cities whose postal codes and area codes fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from curbledger.demo.dice import Odds

if TYPE_CHECKING:
    from curbledger.demo.dice import Dice

# Canada Post uses neither D, F, I, O, Q nor U.
_POSTAL_LETTERS = "ABCEGHJKLMNPRSTVWXYZ"


class City(NamedTuple):
    """A city, with how postal codes and telephone numbers begin there."""

    weight: float
    name: str
    province: str
    postal: tuple[str, ...]
    area_codes: tuple[str, ...]


class Address(NamedTuple):
    """Where somebody gets letters."""

    street: str
    city: City
    postal: str


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_ONTARIO = (
    City(30, "Ottawa", "ON", ("K1", "K2", "K4"), ("613", "343")),
    City(7, "Toronto", "ON", ("M4", "M5", "M6"), ("416", "647")),
    City(5, "Kingston", "ON", ("K7",), ("613",)),
    City(3, "Cornwall", "ON", ("K6",), ("613",)),
    City(3, "Brockville", "ON", ("K6",), ("613",)),
    City(3, "Mississauga", "ON", ("L5",), ("905", "289")),
    City(3, "Hamilton", "ON", ("L8",), ("905",)),
    City(3, "London", "ON", ("N6",), ("519",)),
    City(2, "Barrie", "ON", ("L4",), ("705",)),
    City(2, "Peterborough", "ON", ("K9",), ("705",)),
    City(2, "Guelph", "ON", ("N1",), ("519", "226")),
    City(2, "Sudbury", "ON", ("P3",), ("705",)),
    City(1, "Thunder Bay", "ON", ("P7",), ("807",)),
)
_ELSEWHERE_IN_CANADA = (
    City(5, "Gatineau", "QC", ("J8", "J9"), ("819", "873")),
    City(3, "Montréal", "QC", ("H2", "H3"), ("514", "438")),
    City(1, "Québec", "QC", ("G1",), ("418",)),
    City(1, "Trois-Rivières", "QC", ("G8",), ("819",)),
    City(1, "Vancouver", "BC", ("V5", "V6"), ("604", "778")),
    City(1, "Calgary", "AB", ("T2", "T3"), ("403",)),
    City(0.8, "Winnipeg", "MB", ("R3",), ("204",)),
    City(0.6, "Saskatoon", "SK", ("S7",), ("306",)),
    City(0.8, "Halifax", "NS", ("B3",), ("902",)),
    City(0.6, "Moncton", "NB", ("E1",), ("506",)),
    City(0.3, "Charlottetown", "PE", ("C1",), ("902",)),
    City(0.3, "St. John's", "NL", ("A1",), ("709",)),
    City(0.1, "Whitehorse", "YT", ("Y1",), ("867",)),
)
_NEW_YORK = (
    City(22, "Albany", "NY", ("122",), ("518",)),
    City(12, "Syracuse", "NY", ("132",), ("315",)),
    City(10, "Rochester", "NY", ("146",), ("585",)),
    City(8, "Buffalo", "NY", ("142",), ("716",)),
    City(6, "Ithaca", "NY", ("148",), ("607",)),
    City(5, "Schenectady", "NY", ("123",), ("518",)),
    City(3, "Watertown", "NY", ("136",), ("315",)),
)
_ELSEWHERE_IN_THE_STATES = (
    City(2, "Burlington", "VT", ("054",), ("802",)),
    City(2, "Springfield", "MA", ("011",), ("413",)),
    City(2, "Newark", "NJ", ("071",), ("973",)),
    City(2, "Scranton", "PA", ("185",), ("570",)),
    City(1, "Hartford", "CT", ("061",), ("860",)),
    City(1, "Ann Arbor", "MI", ("481",), ("734",)),
    City(1, "Cleveland", "OH", ("441",), ("216",)),
    City(0.6, "Portland", "ME", ("041",), ("207",)),
    City(0.6, "Tampa", "FL", ("336",), ("813",)),
    City(0.4, "Naperville", "IL", ("605",), ("630",)),
)


def _odds(home: tuple[City, ...], abroad: tuple[City, ...]) -> Odds[City]:
    """People from abroad are a quarter as many as their cities' weights say."""
    return Odds.of((*home, *(city._replace(weight=city.weight / 4) for city in abroad)), lambda city: city.weight)


HOMES = {
    "CAD": _odds((*_ONTARIO, *_ELSEWHERE_IN_CANADA), _ELSEWHERE_IN_THE_STATES),
    "USD": _odds((*_NEW_YORK, *_ELSEWHERE_IN_THE_STATES), _ELSEWHERE_IN_CANADA),
}

_STREETS = _words(
    """Alder Amberwood Bayfield Bellwether Birchmount Blackthorn Bramble Canal Cedarcroft Chapel Clearwater Copperfield
    Cranberry Driftwood Elderberry Fairhaven Ferry Foundry Foxglove Glenmore Granary Harvest Hawthorne Heron Hillcrest
    Ironwood Juniper Kestrel Lakeview Lantern Larkspur Linden Lockmaster Maplegrove Marigold Meadowlark Millrace
    Nightingale Old-Orchard Osprey Partridge Pinecrest Quarry Ravenswood Redstone Ridgeway Rosewood Sandpiper Sawmill
    Shoreline Silverbirch Stonebridge Summit Tamarack Tannery Thistle Timberline Valleyview Wexham Willowdale Windward
    Woodbine Yarrow"""
)
_RUES = (
    "de l'Érablière",
    "des Bouleaux",
    "des Cèdres",
    "de la Fonderie",
    "du Moulin",
    "de la Montagne-Verte",
    "des Peupliers",
    "du Quai",
    "de la Rivière",
    "du Verger",
)
_KINDS = ("Street", "Street", "St.", "Avenue", "Ave", "Road", "Drive", "Crescent", "Lane", "Court", "Way", "Blvd.")


def find_home(dice: Dice, cities: Odds[City]) -> Address:
    """An address in one of the cities."""
    city = dice.draw(cities)
    return Address(street=_street(dice, city), city=city, postal=_postal(dice, city))


def _street(dice: Dice, city: City) -> str:
    number = int(10 ** dice.between(0.7, 3.6))
    if city.province == "QC":
        street = f"{number}, rue {dice.choice(_RUES)}"
        return f"{street}, app. {dice.randint(1, 40)}" if dice.happens(0.3) else street
    street = f"{number} {dice.choice(_STREETS).replace('-', ' ')} {dice.choice(_KINDS)}"
    return f"{street}, Unit {dice.randint(1, 1800)}" if dice.happens(0.25) else street


def _postal(dice: Dice, city: City) -> str:
    start = dice.choice(city.postal)
    if start.isdigit():
        return start + dice.digits(2)
    # Written with the space or without it, as people do.
    return start + dice.fill_in("A 9A9" if dice.happens(0.7) else "A9A9", _POSTAL_LETTERS)
