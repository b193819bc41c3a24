"""The documents, and what is read out of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typer.main import get_command

from curbledger.cli.app import app

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PAPERS = sorted([*ROOT.glob("*.md"), *ROOT.glob("benchmarks/*.md"), *(ROOT / "docs").rglob("*.md")])
_FENCE = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_HEADING = re.compile(r"^(#{1,6}) +(.+?) *$", re.MULTILINE)
_LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^)\s]+)\)")


def read(name: str) -> str:
    """The text of one document, by its path from the root."""
    return (ROOT / name).read_text(encoding="utf-8")


def everything() -> str:
    """All that users read, in one text."""
    return "\n".join(paper.read_text(encoding="utf-8") for paper in PAPERS if paper.name != "CHANGELOG.md")


def without_code(text: str) -> str:
    """The text without its code blocks, in which a # is no heading and a bracket no link."""
    return _FENCE.sub("", text)


def sections(text: str) -> dict[str, str]:
    """Each second-level section's text, by its heading."""
    parts = re.split(r"^## +(.+?) *$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def anchors(text: str) -> set[str]:
    """What a link may point at: the headings, as they are written in an address."""
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for _, heading in _HEADING.findall(without_code(text))
    }


def links(text: str) -> list[str]:
    """Where the text's links lead that stay in the house."""
    found: list[str] = _LINK.findall(_SPAN.sub("", without_code(text)))
    return [link for link in found if not re.match(r"[a-z]+:", link)]


def command_lines(text: str) -> Iterator[str]:
    """Every call of the command line that a document shows, without the program's name."""
    shown = [line for block in _FENCE.findall(text) for line in block.splitlines()]
    for line in (*shown, *_SPAN.findall(without_code(text))):
        found = re.match(r"(?:\$ +)?(?:[A-Z_]+=\S* +)*(?:\S*/)?curbledger +([a-z-].*)", line.strip())
        if found:
            yield found[1]


def commands() -> dict[str, Any]:
    """Every command by its words, `client add`; with "" for the program itself."""
    found: dict[str, Any] = {}

    def walk(command: Any, words: tuple[str, ...]) -> None:
        children = getattr(command, "commands", None)
        if children is None or not words:
            found[" ".join(words)] = command
        for name, child in (children or {}).items():
            walk(child, (*words, name))

    walk(get_command(app), ())
    return found


def options(command: Any) -> list[str]:
    """A command's own options, in every spelling."""
    return [
        spelling
        for parameter in command.params
        if parameter.param_type_name == "option"
        for spelling in (*parameter.opts, *parameter.secondary_opts)
    ]
