"""The embedded database where Curbledger runs as root, which PostgreSQL refuses to do."""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from curbledger.database.embedded import EmbeddedDatabase, programs
from curbledger.errors import Misconfigured
from tests.database.embedded.conftest import USER, Connect

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or os.geteuid() != 0, reason="is about root on Linux"
)

PR_CAPBSET_DROP = 24
DAC_OVERRIDE = 1
DAC_READ_SEARCH = 2


def capabilities(database: EmbeddedDatabase) -> int:
    """Those that the server has, as a mask."""
    lines = Path(f"/proc/{database.postmaster_pid()}/status").read_text().splitlines()
    masks = {int(line.split()[1], 16) for line in lines if line.startswith(("CapInh", "CapPrm", "CapEff", "CapAmb"))}
    assert len(masks) == 1
    return masks.pop()


@pytest.fixture(scope="module")
def copied() -> Iterator[Path]:
    """A copy of PostgreSQL's programs with the libraries beside them, in a folder that everybody may enter."""
    package = programs.folder().parents[1]
    with TemporaryDirectory(prefix="curbledger-") as folder:
        site = Path(folder) / "site"
        part = Path(package.name, f"pginstall{programs.MAJOR}")
        unused = shutil.ignore_patterns("include", "*.a")
        shutil.copytree(package.parent / part, site / part, ignore=unused)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, site / libraries.name)
        Path(folder).chmod(0o755)
        yield site / part / "bin"


@pytest.fixture
def open_programs(copied: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The programs are where everybody may enter, wherever this environment lies."""
    monkeypatch.setattr(programs, "folder", lambda: copied)
    return copied


@pytest.fixture
def open_home(home: Path) -> Iterator[Path]:
    """Everybody may pass through the home, for once."""
    home.chmod(0o711)
    yield home
    home.chmod(0o700)


@pytest.fixture
def hidden(open_programs: Path) -> Iterator[Callable[[int], None]]:
    """Hides the programs below a folder that only root can enter; given a umask, as if installed under it."""
    top = open_programs.parents[3]
    before = {path: path.stat().st_mode for path in (top, *top.rglob("*")) if not path.is_symlink()}

    def hide(umask: int) -> None:
        for path, mode in before.items():
            path.chmod(stat.S_IMODE(mode) & ~umask)
        top.chmod(0o700)

    yield hide
    for path, mode in before.items():
        path.chmod(stat.S_IMODE(mode))


def test_the_server_runs_as_a_user_without_rights_and_the_data_is_that_users(
    database: EmbeddedDatabase, home: Path
) -> None:
    database.ensure_running()
    owner = (home / "database").stat()
    assert owner.st_uid != 0
    assert Path(f"/proc/{database.postmaster_pid()}").stat().st_uid == owner.st_uid


def test_a_home_below_a_folder_of_root_alone_works_and_no_mode_is_widened(
    new_database: EmbeddedDatabase, empty_home: Path, open_programs: Path, connect: Connect
) -> None:
    assert stat.S_IMODE(empty_home.stat().st_mode) == 0o700
    new_database.ensure_running()
    assert connect(new_database).execute("SELECT 1").fetchone() == (1,)
    assert stat.S_IMODE(empty_home.stat().st_mode) == 0o700
    assert empty_home.stat().st_uid == 0
    assert capabilities(new_database) == 1 << DAC_READ_SEARCH


def test_no_capability_is_given_where_none_is_needed(
    database: EmbeddedDatabase, open_home: Path, open_programs: Path
) -> None:
    database.ensure_running()
    assert capabilities(database) == 0


@pytest.mark.parametrize(("umask", "capability"), [(0, DAC_READ_SEARCH), (0o077, DAC_OVERRIDE)])
def test_programs_below_a_folder_of_root_alone_work(
    empty_home: Path,
    new_database: EmbeddedDatabase,
    hidden: Callable[[int], None],
    umask: int,
    capability: int,
) -> None:
    empty_home.chmod(0o711)
    hidden(umask)
    new_database.ensure_running()
    assert capabilities(new_database) == 1 << capability


def without(*withheld: int) -> Callable[[], None]:
    """What a container's runtime does: withhold capabilities, from root too."""
    libc = ctypes.CDLL(None)

    def withhold() -> None:
        for capability in withheld:
            assert libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0

    return withhold


def test_a_container_that_withholds_the_narrow_capability_gets_by_with_the_wide_one(
    database: EmbeddedDatabase, home: Path
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", USER, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        preexec_fn=without(DAC_READ_SEARCH),  # noqa: PLW1509  # no threads run here
    ) as user:
        assert user.stdout is not None
        assert user.stdout.readline()
        assert capabilities(database) == 1 << DAC_OVERRIDE
        user.communicate()


def test_a_container_that_withholds_both_is_told_what_to_do(empty_home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", USER, str(empty_home)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=without(DAC_READ_SEARCH, DAC_OVERRIDE),
    )
    assert done.returncode == 1
    assert "Misconfigured" in done.stderr
    assert "Run Curbledger as an ordinary user, or set DATABASE_URL" in done.stderr


@pytest.fixture
def somebody() -> pwd.struct_passwd:
    """An account that is not the server's."""
    ours = {"root", programs.SERVICE_USER, *programs._STAND_INS}
    return next(entry for entry in pwd.getpwall() if entry.pw_name not in ours and entry.pw_uid != 0)


def given_to(uid: int, data: Path) -> None:
    for path in (data, *data.rglob("*")):
        os.chown(path, uid, -1)


@pytest.fixture
def of_somebody(home: Path, somebody: pwd.struct_passwd) -> Iterator[int]:
    """The data belongs to somebody, until the end."""
    before = (home / "database").stat().st_uid
    given_to(somebody.pw_uid, home / "database")
    yield somebody.pw_uid
    given_to(before, home / "database")


def test_the_data_of_somebody_is_served_as_that_user(
    of_somebody: int, database: EmbeddedDatabase, open_home: Path, open_programs: Path
) -> None:
    database.ensure_running()
    assert Path(f"/proc/{database.postmaster_pid()}").stat().st_uid == of_somebody
    assert (open_home / "database").stat().st_uid == of_somebody


def test_somebody_who_could_write_the_servers_settings_gets_no_capability(
    of_somebody: int, database: EmbeddedDatabase, open_programs: Path
) -> None:
    with pytest.raises(Misconfigured, match="cannot reach"):
        database.ensure_running()


def test_data_of_a_number_that_nobody_here_has_is_taken_over(database: EmbeddedDatabase, home: Path) -> None:
    known = {entry.pw_uid for entry in pwd.getpwall()}
    given_to(next(uid for uid in range(50000, 60000) if uid not in known), home / "database")
    database.ensure_running()
    assert {path.stat().st_uid for path in (home / "database").rglob("*")} == {(home / "database").stat().st_uid}
    assert (home / "database").stat().st_uid in known - {0}


def test_a_stand_in_is_taken_where_no_user_can_be_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(programs, "SERVICE_USER", "curbledger-nobody-has-this")
    monkeypatch.setattr(programs, "_make_service_user", lambda: False)
    found = programs.account(tmp_path / "not there")
    assert found is not None
    assert found.name == "nobody"


def test_data_of_somebody_else_is_refused_to_an_ordinary_user(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 4242)
    with pytest.raises(Misconfigured, match=rf"belongs to {programs.SERVICE_USER}"):
        programs.account(home / "database")
