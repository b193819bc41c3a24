"""Licence plates in the form of their province or state, none of which is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curbledger.kit.plates import plate_key
from curbledger.registry.vehicle import Vehicle

if TYPE_CHECKING:
    from curbledger.demo.dice import Dice

_PASSENGER = {
    "AB": "AAA-9999",
    "BC": "AA9 99A",
    "MB": "AAA 999",
    "NB": "AAA 999",
    "NL": "AAA 999",
    "NS": "AAA 999",
    "ON": "CAAA 999",
    "PE": "99A AA",
    "QC": "A99 AAA",
    "SK": "999 AAA",
    "YT": "AAA99",
    "CT": "AA-99999",
    "FL": "AAA A99",
    "IL": "AA 99999",
    "MA": "9AAA 99",
    "ME": "9999 AA",
    "MI": "AAA 9999",
    "NJ": "A99-AAA",
    "NY": "AAA-9999",
    "OH": "AAA 9999",
    "PA": "AAA-9999",
    "VT": "AAA 999",
}
_OTHER_KINDS = {"commercial": "AA 99999", "motorcycle": "A9A9A", "taxi": "AA99 TXA", "veteran": "9999 VTA"}
_AT_A_TIME = 200


class Plates:
    """Gives plates out once each."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._free: dict[str, list[str]] = {}
        self._given: set[str] = set()

    def take(self, province: str, plate_type: str) -> str:
        """A plate that no vehicle of the client has, in any province."""
        pattern = _OTHER_KINDS.get(plate_type) or _PASSENGER.get(province, "AAA 999")
        free = self._free.setdefault(pattern, [])
        while not free:
            free.extend(self._draw(pattern))
        plate = free.pop()
        # Kept as it was sent: handhelds leave the space out, people type it.
        return plate if self._dice.happens(0.2) else plate.replace(" ", "")

    def _draw(self, pattern: str) -> list[str]:
        drawn = {plate_key(plate): plate for plate in (self._dice.fill_in(pattern) for _ in range(_AT_A_TIME))}
        taken = self._given.union(Vehicle.objects.filter(plate_key__in=list(drawn)).values_list("plate_key", flat=True))
        self._given.update(drawn)
        return [plate for key, plate in drawn.items() if key not in taken]
