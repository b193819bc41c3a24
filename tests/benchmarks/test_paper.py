"""The tables that the document keeps."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.__main__ import NAMES
from benchmarks.paper import README, NoPlace, keep
from benchmarks.table import Table


def test_a_table_takes_the_place_of_the_last_one_and_leaves_the_rest(tmp_path: Path) -> None:
    paper = tmp_path / "README.md"
    paper.write_text("# Before\n<!-- one -->\nold\n<!-- end of one -->\n<!-- two -->\n<!-- end of two -->\nafter\n")
    keep("one", "new", paper=paper)
    assert paper.read_text() == (
        "# Before\n<!-- one -->\n\nnew\n\n<!-- end of one -->\n<!-- two -->\n<!-- end of two -->\nafter\n"
    )
    written = paper.read_text()
    keep("one", "new", paper=paper)
    assert paper.read_text() == written


def test_a_document_without_the_place_is_left_alone(tmp_path: Path) -> None:
    paper = tmp_path / "README.md"
    paper.write_text("<!-- one -->\n")
    with pytest.raises(NoPlace, match="end of one"):
        keep("one", "new", paper=paper)
    assert paper.read_text() == "<!-- one -->\n"


@pytest.mark.parametrize("name", NAMES)
def test_every_benchmark_is_described_and_has_a_place_for_its_table(name: str) -> None:
    text = README.read_text(encoding="utf-8")
    assert f"| `{name}` |" in text
    assert text.index(f"<!-- {name} -->\n") < text.index(f"<!-- end of {name} -->")


def test_a_table_is_markdown() -> None:
    table = Table("Speed", ("way", "time"), [("ours", "1 s")], ("As hoped.",))
    assert str(table) == "### Speed\n\n| way | time |\n| --- | ---: |\n| ours | 1 s |\n\n- As hoped."
