"""Licence plates: kept as they were sent, compared without case, spaces and dashes (contract, section 9)."""

from __future__ import annotations

import unicodedata


def plate_key(plate: str) -> str:
    """What two spellings of one plate have in common: letters and digits, upper case.

    Empty where the plate carries no letter or digit.
    """
    folded = unicodedata.normalize("NFKC", plate).upper()
    return "".join(character for character in folded if character.isalnum())
