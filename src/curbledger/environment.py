"""Settings from the environment, typed. Every name, meaning and default stands here once."""

from __future__ import annotations

import os
import secrets
from functools import cache
from pathlib import Path

from pydantic import Field, PositiveFloat, PositiveInt, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from curbledger.errors import Misconfigured


class Environment(BaseSettings):
    """What an operator may set. `docs/settings.md` explains each in words."""

    model_config = SettingsConfigDict(env_prefix="CURBLEDGER_", env_ignore_empty=True, frozen=True)

    home: Path = Field(default=Path("var"), description="The embedded database and stored files.")
    database_url: str | None = Field(
        default=None,
        validation_alias="DATABASE_URL",
        description="Another PostgreSQL, 15 or newer. Without it the embedded one in CURBLEDGER_HOME is used.",
    )
    secret_key: str | None = Field(
        default=None, description="Django's secret key. Without it one is made once, in CURBLEDGER_HOME."
    )
    secret_key_file: Path | None = Field(default=None, description="A file that holds the secret key.")
    allowed_hosts: str = Field(
        default="localhost,127.0.0.1,[::1]", description="Host names the pages answer to, with commas between."
    )
    workers: PositiveInt = Field(default=2, description="Server processes.")
    threads: PositiveInt = Field(default=16, description="Calls that one server process answers at a time.")
    chunk_records: PositiveInt = Field(default=1000, description="Records in one stored chunk of a handoff.")
    delivery_timeout: PositiveFloat = Field(
        default=30.0, description="Seconds to wait, after the last byte, for the agency to close the connection."
    )
    stall_timeout: PositiveFloat = Field(
        default=60.0, description="Seconds without progress after which a handoff that nobody reads is broken off."
    )
    deliverer_beat: PositiveFloat = Field(
        default=2.0, description="Seconds between two signs of life of a server process."
    )
    deliverer_stale: PositiveFloat = Field(
        default=10.0, description="Seconds without a sign of life after which a server process counts as dead."
    )
    database_patience: PositiveFloat = Field(
        default=60.0, description="Seconds for which a handoff waits for a database that restarts."
    )

    def make_secret_key(self) -> str:
        """The secret key: as set, from its file, or made once in the home folder.

        Two processes that start at once agree: each writes a file of its own and links it to the name; the first
        link wins, and everybody reads what lies there then.
        """
        if self.secret_key:
            return self.secret_key
        path = self.secret_key_file or self.home / "secret.key"
        if not path.exists():
            if self.secret_key_file:
                raise Misconfigured(f"CURBLEDGER_SECRET_KEY_FILE names {path}, and there is no such file.")
            self.home.mkdir(parents=True, exist_ok=True)
            own = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
            own.touch(mode=0o600)
            own.write_text(secrets.token_urlsafe(50), encoding="ascii")
            try:
                path.hardlink_to(own)
            except FileExistsError:
                pass  # The other process was first; its key is the key.
            finally:
                own.unlink()
        return path.read_text(encoding="utf-8").strip()


@cache
def load() -> Environment:
    """Read the environment once a process. Raises Misconfigured with every setting that is wrong."""
    try:
        return Environment()
    except ValidationError as error:
        faults = "; ".join(f"{_name(fault['loc'])}: {fault['msg']}" for fault in error.errors())
        raise Misconfigured(f"The environment holds settings that cannot be used. {faults}.") from None


def _name(location: tuple[int | str, ...]) -> str:
    name = str(location[0])
    return name if name.isupper() else f"CURBLEDGER_{name.upper()}"
