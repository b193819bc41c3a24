"""Settings from the environment: what cannot be used is named, and nothing secret is repeated."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from curbledger.environment import Environment, load, misspelt, setting_names
from curbledger.errors import Misconfigured


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in setting_names():
        monkeypatch.delenv(name, raising=False)


def fault(monkeypatch: pytest.MonkeyPatch, **settings: str) -> str:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(Misconfigured) as caught:
        load.__wrapped__()
    return caught.value.message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CURBLEDGER_WORKERS", "0"),
        ("CURBLEDGER_THREADS", "many"),
        ("CURBLEDGER_CHUNK_RECORDS", "-1"),
        ("CURBLEDGER_DELIVERY_TIMEOUT", "soon"),
        ("CURBLEDGER_STALL_TIMEOUT", "0"),
        ("CURBLEDGER_TRUSTED_PROXIES", "127.0.0.1, localhost"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    assert f" {name}: " in fault(monkeypatch, **{name: value})


def test_all_that_are_wrong_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    said = fault(monkeypatch, CURBLEDGER_WORKERS="x", CURBLEDGER_THREADS="y")
    assert "CURBLEDGER_WORKERS: " in said
    assert "CURBLEDGER_THREADS: " in said


def test_an_empty_setting_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "")
    monkeypatch.setenv("CURBLEDGER_WORKERS", "")
    assert Environment().database_url is None
    assert Environment().workers == 2


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://user:hush@db.example.org:5432/name",
        "postgres://user:hush%40hush@db.example.org/name?sslmode=verify-full",
        "postgresql://user@/name?host=/run/postgresql",
        "host=/run/postgresql dbname=name user=user",
        "postgresql://user@a:5432,b:5433/name",
        "service=curbledger",
    ],
)
def test_what_libpq_reads_is_an_address(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    assert Environment().database_url == url


@pytest.mark.parametrize(
    "url",
    [
        "postgres:/user:hush@host/name",
        "mysql://user:hush@host/name",
        "user:hush@host/name",
        "postgresql://user:hush@host",
        "postgresql://user:hush@host:5432/",
        "postgresql://user:pa@hush@host/name",
        "postgresql://user:pa/hush@host/name",
        "postgresql://user:pa:hush@host:port/name",
        "postgresql://user:%hush@host/name",
        "password=hush",
    ],
)
def test_an_address_that_cannot_be_read_is_refused_without_its_password(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    said = fault(monkeypatch, DATABASE_URL=url)
    assert "DATABASE_URL: " in said
    assert "postgresql://user:password@host:5432/name" in said
    assert "hush" not in said
    assert "\n" not in said


def test_a_misspelt_setting_is_found_with_what_it_may_mean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CURBLEDGER_WORKER", "CURBLEDGER_DATABASE_URL", "CURBLEDGER_ZZZ"):
        monkeypatch.setenv(name, "1")
    assert misspelt() == {
        "CURBLEDGER_DATABASE_URL": "DATABASE_URL",
        "CURBLEDGER_WORKER": "CURBLEDGER_WORKERS",
        "CURBLEDGER_ZZZ": None,
    }


def test_the_secret_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    home = tmp_path / "deep" / "home"
    first = Environment(home=home).make_secret_key()
    assert len(first) >= 50
    assert Environment(home=home).make_secret_key() == first
    assert [path.name for path in home.iterdir()] == ["secret.key"]
    assert (home / "secret.key").stat().st_mode & 0o777 == 0o600


def test_two_that_make_the_secret_key_at_once_agree(tmp_path: Path) -> None:
    keys: list[str] = []
    threads = [
        threading.Thread(target=lambda: keys.append(Environment(home=tmp_path).make_secret_key())) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert len(set(keys)) == 1


def test_a_key_that_is_set_goes_before_its_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(" from the file \n")
    assert Environment(secret_key_file=tmp_path / "key").make_secret_key() == "from the file"
    assert Environment(secret_key="set", secret_key_file=tmp_path / "key").make_secret_key() == "set"


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "there is no such file"), (b"", "is empty"), (b" \n", "is empty"), (b"\xff\xfe", "holds no text")],
)
def test_a_key_file_that_holds_no_key_is_named(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "key"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Misconfigured, match=said) as caught:
        Environment(secret_key_file=path).make_secret_key()
    assert str(path) in caught.value.message


def test_a_home_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").touch()
    with pytest.raises(Misconfigured, match="The secret key cannot be kept in "):
        Environment(home=tmp_path / "home").make_secret_key()
