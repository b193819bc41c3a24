"""Where Django looks for the tables of this app."""

from curbledger.clients.attempt import FailedAttempt
from curbledger.clients.client import Client
from curbledger.clients.policy import CollectionsPolicy
from curbledger.clients.token import ApiToken, TokenDigest

__all__ = ["ApiToken", "Client", "CollectionsPolicy", "FailedAttempt", "TokenDigest"]
