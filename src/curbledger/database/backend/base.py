"""The connection: Django's PostgreSQL, and what to do when the embedded server does not answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
from django.conf import settings
from django.db.backends.postgresql import base, features

from curbledger.database import embedded

if TYPE_CHECKING:
    from psycopg import Connection


class DatabaseFeatures(features.DatabaseFeatures):
    """PostgreSQL's, with a primary key that is (client_id, id) for a client's tables (policies.py)."""

    # By the id alone the database does not know that the other columns follow.
    allows_group_by_selected_pks = False


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL by DATABASE_URL, or the embedded one of CURBLEDGER_HOME, which is started on demand."""

    features_class = DatabaseFeatures

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection[Any]:
        """Connect; where the embedded server does not run, start it (again) and connect then."""
        if settings.CURBLEDGER.database_url is not None:
            return self._connect(conn_params)
        server = embedded.of(settings.CURBLEDGER.home)
        server.hold()
        try:
            return self._connect(conn_params)
        except psycopg.OperationalError:
            server.ensure_running()
            return self._connect(conn_params)

    def _connect(self, conn_params: dict[str, Any]) -> Connection[Any]:
        connection: Connection[Any] = super().get_new_connection(conn_params)
        return connection
