"""Where the database is, as Django's settings say it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from curbledger.database import embedded
from curbledger.errors import Misconfigured

if TYPE_CHECKING:
    from curbledger.environment import Environment

# A server that vanished without a word is noticed within half a minute, not after TCP's hours: until then a handoff
# would hang on it. DATABASE_URL may say otherwise.
_NOTICE_DEAD_PEERS = {
    "connect_timeout": "10",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}
_DJANGO_NAMES = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}


def django_database(environment: Environment) -> dict[str, Any]:
    """Django's entry for the database: DATABASE_URL as libpq reads it, or the embedded one's socket.

    Starts nothing. Raises Misconfigured for a DATABASE_URL that libpq cannot read.
    """
    if environment.database_url is None:
        parameters: dict[str, Any] = dict(embedded.of(environment.home).connection_parameters())
    else:
        try:
            parameters = dict(conninfo_to_dict(environment.database_url))
        except psycopg.ProgrammingError as error:
            raise Misconfigured(
                f"DATABASE_URL cannot be read: {error}. It looks like postgresql://user:password@host:5432/name."
            ) from None
    entry = {django: parameters.pop(libpq) for libpq, django in _DJANGO_NAMES.items() if libpq in parameters}
    return {
        "NAME": "",
        **entry,
        "ENGINE": "curbledger.database.backend",
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        # Both off, so that PgBouncer may hand every transaction to another server connection.
        "ATOMIC_REQUESTS": False,
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "OPTIONS": {"prepare_threshold": None, "application_name": "curbledger", **_NOTICE_DEAD_PEERS, **parameters},
    }
