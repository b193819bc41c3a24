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

    VIOLATIONS_READ = "portal:violations:read"
    VIOLATIONS_ISSUE = "portal:violations:issue"
    VIOLATIONS_ADJUST = "portal:violations:adjust"
    VIOLATIONS_CANCEL = "portal:violations:cancel"
    VIOLATIONS_SPOIL = "portal:violations:spoil"
    PAYMENTS_RECORD = "portal:payments:record"
    PAYMENTS_REVERSE = "portal:payments:reverse"
    HOLDS_WRITE = "portal:holds:write"
    APPEALS_OPEN = "portal:appeals:open"
    APPEALS_DECIDE = "portal:appeals:decide"
    NOTICES_SEND = "portal:notices:send"
    PEOPLE_READ = "portal:people:read"
    PEOPLE_LINK = "portal:people:link"
    BATCHES_HAND_OVER = "portal:batches:hand-over"
    BATCHES_RECALL = "portal:batches:recall"
    REPORTS_READ = "portal:reports:read"
    LISTS_WRITE = "portal:lists:write"
    AUDIT_READ = "portal:audit:read"
    IMPORTS_RUN = "portal:imports:run"
    POLICY_WRITE = "portal:policy:write"
    COLLECTIONS_SWITCH = "portal:collections:switch"
    AGENCIES_WRITE = "portal:agencies:write"
    RETENTION_WRITE = "portal:retention:write"
    TOKENS_WRITE = "portal:tokens:write"
    MEMBERS_WRITE = "portal:members:write"
    CLIENT_WRITE = "portal:client:write"


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


class Role(StrEnum):
    """What a member of staff is at their client. Each may do what the one before may, and more."""

    CLERK = "clerk"
    COLLECTIONS_OFFICER = "collections-officer"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"


# At the counter: find, write, take money, accept an appeal. No personal data is needed for that.
_CLERK = frozenset(
    {
        Permission.VIOLATIONS_READ,
        Permission.VIOLATIONS_ISSUE,
        Permission.PAYMENTS_RECORD,
        Permission.APPEALS_OPEN,
    }
)
_COLLECTIONS_OFFICER = _CLERK | {
    Permission.PEOPLE_READ,
    Permission.PEOPLE_LINK,
    Permission.HOLDS_WRITE,
    Permission.PAYMENTS_REVERSE,
    Permission.NOTICES_SEND,
    Permission.BATCHES_HAND_OVER,
    Permission.REPORTS_READ,
}
# Whatever takes a debt away, back from an agency, or brings very many in; and what everybody did.
_MANAGER = _COLLECTIONS_OFFICER | {
    Permission.VIOLATIONS_ADJUST,
    Permission.VIOLATIONS_CANCEL,
    Permission.VIOLATIONS_SPOIL,
    Permission.APPEALS_DECIDE,
    Permission.BATCHES_RECALL,
    Permission.LISTS_WRITE,
    Permission.AUDIT_READ,
    Permission.IMPORTS_RUN,
    Permission.POLICY_WRITE,
}
_ADMINISTRATOR = _MANAGER | {
    Permission.COLLECTIONS_SWITCH,
    Permission.AGENCIES_WRITE,
    Permission.RETENTION_WRITE,
    Permission.TOKENS_WRITE,
    Permission.MEMBERS_WRITE,
    Permission.CLIENT_WRITE,
}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.CLERK: _CLERK,
    Role.COLLECTIONS_OFFICER: _COLLECTIONS_OFFICER,
    Role.MANAGER: _MANAGER,
    Role.ADMINISTRATOR: _ADMINISTRATOR,
}
