"""Where Django looks for the tables of this app."""

from curbledger.clients.attempt import FailedAttempt
from curbledger.clients.audit_entry import AuditEntry
from curbledger.clients.client import Client
from curbledger.clients.membership import Membership
from curbledger.clients.once import SpentKey
from curbledger.clients.policy import CollectionsPolicy
from curbledger.clients.token import ApiToken, TokenDigest
from curbledger.clients.user import User

__all__ = [
    "ApiToken",
    "AuditEntry",
    "Client",
    "CollectionsPolicy",
    "FailedAttempt",
    "Membership",
    "SpentKey",
    "TokenDigest",
    "User",
]
