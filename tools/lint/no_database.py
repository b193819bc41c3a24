"""The settings without a database, so that `makemigrations --check` compares models with migrations and starts none."""

from __future__ import annotations

from curbledger.settings import *  # noqa: F403  # all of them are wanted, whatever they are
from curbledger.settings import DATABASES

DATABASES.clear()
