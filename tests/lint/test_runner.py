"""The runner: what it reads, prints and returns."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tools.lint import __main__ as runner

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with one file that is fine, and a folder that is nobody's concern."""
    (tmp_path / "src/curbledger/kit").mkdir(parents=True)
    (tmp_path / "src/curbledger/kit/clock.py").write_text("import time\n\ntime.time()\n")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/utils.py").write_text("import time\n\ntime.time()\n")
    return tmp_path


def test_nothing_is_printed_where_all_is_well(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert runner.main(root) == 0
    assert not capsys.readouterr().out


def test_each_finding_is_a_line_with_its_place(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "src/curbledger/kit/misc.py").write_text("import time\n\ntime.time()\n")

    assert runner.main(root) == 1

    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("src/curbledger/kit/misc.py:1: 'misc' names nothing")
    assert second.startswith("src/curbledger/kit/misc.py:3: time.time reads the clock")


def test_a_file_that_cannot_be_parsed_is_a_finding(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "src/curbledger/kit/odd.py").write_text("def f(:\n")

    assert runner.main(root) == 1
    assert capsys.readouterr().out.startswith("src/curbledger/kit/odd.py:1: cannot be read: ")


def test_every_rule_of_the_package_is_run() -> None:
    folder = REPOSITORY / "tools/lint"
    defined = {
        node.name
        for path in folder.glob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and path.stem != "__main__" and not node.name.startswith("_")
    }

    assert defined == {rule.__name__ for rule in runner.RULES}
