"""Both languages say everything."""

from __future__ import annotations

import pytest

from tools import messages


@pytest.mark.parametrize("language", messages.LANGUAGES)
class TestCatalogue:
    def test_every_text_of_the_pages_is_translated_and_takes_the_same_names(self, language: str) -> None:
        assert [message.id for message in messages.untranslated(messages.translated(language))] == []

    def test_the_catalogue_is_that_of_the_source(self, language: str) -> None:
        """Mended by `python -m tools.messages`."""
        assert messages.file(language, "po").read_bytes() == messages.as_text(messages.translated(language))

    def test_the_compiled_catalogue_is_that_of_the_text(self, language: str) -> None:
        assert messages.file(language, "mo").read_bytes() == messages.compiled(messages.read(language))


def test_texts_are_found_in_templates_and_in_code() -> None:
    found = {message.id for message in messages.used()}
    assert {"Skip to the content", "Address and password do not belong together.", "Clerk"} <= found
