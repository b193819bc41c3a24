"""Client codes: OC_TOMA, OC-TOMA and oc-toma name one client (contract: "Common to every call")."""

from __future__ import annotations

import re

from curbledger.errors import Invalid

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,49}\Z", re.ASCII)


def code_key(code: str) -> str:
    """What the spellings of one code have in common."""
    return code.replace("_", "-").lower()


def check_code(code: str) -> str:
    """The code as it is to be kept. Raises Invalid for one that could not stand in a path."""
    if not _CODE.match(code):
        raise Invalid(
            f"{code!r} is no client code. Take up to 50 letters, digits, dashes and underscores, such as OC_TOMA.",
            field="code",
        )
    return code
