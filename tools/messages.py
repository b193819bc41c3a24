"""The words of the pages, and their translations: `python -m tools.messages` brings locale/ up to date.

It reads every text out of the source, adds new ones to the catalogue of each language with an empty translation,
drops those that are gone, and compiles. `--check` changes nothing, and names what is untranslated or out of date.
The compiled files are kept in the repository: a fresh clone needs no tool for them.
"""

from __future__ import annotations

import io
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(__file__).parents[1] / "src" / "curbledger"
LANGUAGES = ("fr",)
_KEYWORDS: dict[str, Any] = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "pgettext": ((1, "c"), 2),
}
# Not the moment of the run: two people who add texts would change the same line.
_SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def used() -> Catalog:
    """Every text of the source."""
    catalog = _empty()
    for path in sorted(PACKAGE.rglob("*")):
        if path.suffix in {".py", ".html"}:
            for _line, text, _comments, context in _texts(path):
                catalog.add(text, context=context)
    return catalog


def _texts(path: Path) -> Iterator[tuple[Any, ...]]:
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        yield from extract("python", io.BytesIO(source.encode()), keywords=_KEYWORDS)
        return
    # Django turns a template into calls with nonsense between; the reader of JavaScript does not mind that.
    calls = re.sub(r"\bu(?=['\"])", "", templatize(source, origin=path.name))
    yield from extract("javascript", io.BytesIO(calls.encode()), keywords=_KEYWORDS)


def _empty(language: str | None = None) -> Catalog:
    catalog = Catalog(locale=language, charset="utf-8", creation_date=_SOME_DAY, revision_date=_SOME_DAY, fuzzy=False)
    catalog.header_comment = "# The staff pages. `python -m tools.messages` adds texts here: translate, run it again."
    catalog.project, catalog.version = "Curbledger", ""
    catalog.msgid_bugs_address = catalog.last_translator = catalog.language_team = "the Curbledger authors"
    return catalog


def translated(language: str) -> Catalog:
    """The texts of the source with the translations that are there."""
    known = {(message.id, message.context): message for message in read(language)}
    catalog = _empty(language)
    for message in used():
        if message.id:
            there = known.get((message.id, message.context))
            catalog.add(message.id, there.string if there else None, context=message.context)
    return catalog


def read(language: str) -> Catalog:
    """The catalogue as it lies there."""
    path = file(language, "po")
    if not path.exists():
        return _empty(language)
    with path.open("rb") as opened:
        return read_po(opened, locale=language)


def file(language: str, kind: str) -> Path:
    """Where a catalogue lies, as text (`po`) or compiled (`mo`)."""
    return PACKAGE / "locale" / language / "LC_MESSAGES" / f"django.{kind}"


def as_text(catalog: Catalog) -> bytes:
    """A catalogue as it is kept: in the order of its texts, without lines of the source, so that few lines change."""
    written = io.BytesIO()
    write_po(written, catalog, width=0, no_location=True, sort_output=True)
    return written.getvalue()


def compiled(catalog: Catalog) -> bytes:
    """A catalogue as programs read it."""
    written = io.BytesIO()
    write_mo(written, catalog)
    return written.getvalue()


def untranslated(catalog: Catalog) -> list[Message]:
    """The texts that have no translation, or none that takes the same names."""
    return [message for message in catalog if message.id and not _is_translated(message)]


def _is_translated(message: Message) -> bool:
    sources = message.id if isinstance(message.id, tuple | list) else (message.id,)
    strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
    names = {name for source in sources for name in _names(source)}
    return all(string and _names(string) <= names for string in strings) and names == {
        name for string in strings for name in _names(string or "")
    }


def _names(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[sd]|\{\w+\}", text))


def main(*, check: bool) -> int:
    """Write what changed, or say what would."""
    faults = 0
    for language in LANGUAGES:
        catalog = translated(language)
        for kind, content in (("po", as_text(catalog)), ("mo", compiled(catalog))):
            path = file(language, kind)
            if path.exists() and path.read_bytes() == content:
                continue
            if check:
                print(f"{path.relative_to(PACKAGE)} is out of date: run `python -m tools.messages`")
                faults += 1
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        for message in untranslated(catalog):
            print(f"{language}: {message.id!r} is not translated")
            faults += 1
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
