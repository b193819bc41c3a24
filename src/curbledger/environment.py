"""Settings from the environment, typed. Every name, meaning and default stands here once."""

from __future__ import annotations

import os
import re
import secrets
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Literal

import psycopg
from psycopg.conninfo import conninfo_to_dict
from pydantic import Field, PositiveFloat, PositiveInt, ValidationError, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from curbledger.errors import Misconfigured
from curbledger.kit.addresses import parse_networks

_PREFIX = "CURBLEDGER_"
_PORTS = re.compile(r"[0-9,]*\Z")
_LOOKS_LIKE = "It looks like postgresql://user:password@host:5432/name"


class Environment(BaseSettings):
    """What an operator may set. `docs/settings.md` explains each in words."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, env_ignore_empty=True, frozen=True)

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
    trusted_proxies: str | None = Field(
        default=None, description="Proxies whose X-Forwarded-For is believed: addresses, networks, with commas between."
    )
    https: bool = Field(
        default=True,
        description="The staff pages are reached by https alone, as are their cookies. Off for a trial over http.",
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
    import_largest_mb: PositiveInt = Field(
        default=200, description="Megabytes that a file may have which is brought to the pages for an import."
    )
    import_kept_days: PositiveInt = Field(
        default=30, description="Days for which rejected rows, and files that nobody imported, are kept."
    )

    mail_host: str | None = Field(default=None, description="The server that takes mails. Without it they wait.")
    mail_port: PositiveInt = Field(default=587, description="Its port.")
    mail_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="How the connection to it is kept secret."
    )
    mail_user: str = Field(default="", description="Who signs in there; nobody where it is empty.")
    mail_password: str | None = Field(default=None, description="With which password.")
    mail_password_file: Path | None = Field(default=None, description="A file that holds that password.")
    mail_from: str = Field(default="curbledger@localhost", description="The address that mails come from.")

    @field_validator("database_url")
    @classmethod
    def _can_be_read(cls, url: str | None) -> str | None:
        # What libpq says of an address that it cannot read repeats it, the password too. So that is not passed on.
        if url is None:
            return None
        try:
            parts = conninfo_to_dict(url)
        except psycopg.ProgrammingError:
            raise PydanticCustomError("unreadable", f"it cannot be read. {_LOOKS_LIKE}") from None
        if "@" in str(parts.get("host", "")) or not _PORTS.match(str(parts.get("port", ""))):
            why = "a password with @, :, / or the like in it writes them as %40, %3A, %2F"
            raise PydanticCustomError("unreadable", f"it cannot be read: {why}. {_LOOKS_LIKE}")
        if not (parts.get("dbname") or parts.get("service")):
            raise PydanticCustomError("no_database", f"it names no database. {_LOOKS_LIKE}")
        return url

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, text: str | None) -> str | None:
        parse_networks(text or "")
        return text

    def read_mail_password(self) -> str:
        """The mail server's password: as set, or from its file; empty without one. Raises Misconfigured."""
        path = self.mail_password_file
        if self.mail_password is not None or path is None:
            return self.mail_password or ""
        try:
            return path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise Misconfigured(f"CURBLEDGER_MAIL_PASSWORD_FILE names {path}, which cannot be read: {error}.") from None

    def make_secret_key(self) -> str:
        """The secret key: as set, from its file, or made once in the home folder. Raises Misconfigured."""
        if self.secret_key:
            return self.secret_key
        path = self.secret_key_file or self.home / "secret.key"
        try:
            if self.secret_key_file is None and not path.exists():
                _make_key(path)
            key = path.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            raise Misconfigured(f"CURBLEDGER_SECRET_KEY_FILE names {path}, and there is no such file.") from None
        except UnicodeDecodeError:
            raise Misconfigured(f"{path} should hold the secret key, and holds no text.") from None
        except OSError as error:
            raise Misconfigured(f"The secret key cannot be kept in {path}: {error.strerror}.") from None
        if not key:
            raise Misconfigured(f"{path} should hold the secret key, and is empty.")
        return key


def _make_key(path: Path) -> None:
    """Write a new key. Two processes that do so at once agree.

    Each writes a file of its own and links it to the name; the first link wins, and everybody reads what lies there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    own = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    own.touch(mode=0o600)
    own.write_text(secrets.token_urlsafe(50), encoding="ascii")
    try:
        path.hardlink_to(own)
    except FileExistsError:
        pass  # The other process was first; its key is the key.
    finally:
        own.unlink()


@cache
def load() -> Environment:
    """Read the environment once a process. Raises Misconfigured with every setting that is wrong."""
    try:
        return Environment()
    except ValidationError as error:
        faults = "; ".join(f"{_name(fault['loc'])}: {fault['msg']}" for fault in error.errors())
        raise Misconfigured(f"The environment holds settings that cannot be used. {faults}.") from None


def setting_names() -> list[str]:
    """The name of every setting, as it stands in the environment."""
    return [str(field.validation_alias or _name((name,))) for name, field in Environment.model_fields.items()]


def misspelt() -> dict[str, str | None]:
    """What the environment holds that looks like a setting and is none, and which one was probably meant."""
    known = {name.removeprefix(_PREFIX): name for name in setting_names()}
    unknown = sorted(name for name in os.environ if name.startswith(_PREFIX) and name not in known.values())
    near = {name: get_close_matches(name.removeprefix(_PREFIX), known, n=1, cutoff=0.7) for name in unknown}
    return {name: known[found[0]] if found else None for name, found in near.items()}


def _name(location: tuple[int | str, ...]) -> str:
    name = str(location[0])
    return name if name.isupper() else f"{_PREFIX}{name.upper()}"
