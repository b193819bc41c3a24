"""Every permission there is, as scope:resource:action, and the words the wire uses for those of a token."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """What a token or a member of staff may do."""

    VIOLATIONS_COLLECT = "api:violations:collect"
    PERMITS_WRITE = "api:permits:write"
    PERMITS_STATS = "api:permits:stats"
    LOTS_VALUES = "api:lots:values"
    PROFILES_PUSH = "api:profiles:push"
    VEHICLES_PUSH = "api:vehicles:push"
    PLATES_VALIDATE = "api:plates:validate"


# The names integrators and the command line know (contract: "Common to every call"). Stored tokens carry these.
TOKEN_PERMISSIONS: dict[str, Permission] = {
    "violations-collect": Permission.VIOLATIONS_COLLECT,
    "permit-create": Permission.PERMITS_WRITE,
    "permit-stats": Permission.PERMITS_STATS,
    "lot-values": Permission.LOTS_VALUES,
    "profile-push": Permission.PROFILES_PUSH,
    "vehicle-push": Permission.VEHICLES_PUSH,
    "plate-validate": Permission.PLATES_VALIDATE,
}
