"""README.md keeps the last tables: each benchmark's between two markers, with the day and the machine."""

from __future__ import annotations

from pathlib import Path

README = Path(__file__).with_name("README.md")


class NoPlace(Exception):
    """The document has no markers for this benchmark."""


def keep(name: str, text: str, *, paper: Path = README) -> None:
    """Put the text between the markers of that benchmark, in place of what stood there. Raises NoPlace."""
    before, begin, rest = paper.read_text(encoding="utf-8").partition(f"<!-- {name} -->\n")
    _, end, after = rest.partition(f"<!-- end of {name} -->")
    if not begin or not end:
        raise NoPlace(f"{paper.name} has no <!-- {name} --> and <!-- end of {name} -->.")
    paper.write_text(f"{before}{begin}\n{text}\n\n{end}{after}", encoding="utf-8")
