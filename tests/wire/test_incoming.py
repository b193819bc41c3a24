"""Bodies are read whole or not at all, however they come; tokens and keys are read strictly."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from curbledger.refusal import Refusal
from curbledger.wire.incoming import LARGEST_BODY, read_body, read_idempotency_key


class Broken(io.BytesIO):
    """A server's input that breaks off where it should end."""

    def __init__(self, content: bytes, error: Exception) -> None:
        super().__init__(content)
        self.error = error

    def read(self, size: int | None = -1, /) -> bytes:
        if piece := super().read(size):
            return piece
        raise self.error


class Endless(io.BytesIO):
    """A caller that never stops sending."""

    given = 0

    def read(self, size: int | None = -1, /) -> bytes:
        assert size is not None
        assert 0 < size <= LARGEST_BODY
        self.given += size
        return b" " * size


def posted(body: bytes) -> HttpRequest:
    return RequestFactory().generic("POST", "/", body)


def streamed(stream: io.BytesIO, **headers: str) -> HttpRequest:
    """A request from a server that ends the body itself."""
    server: dict[str, Any] = {"wsgi.input": stream, "wsgi.input_terminated": True, "CONTENT_LENGTH": "", **headers}
    return RequestFactory().generic("POST", "/", b"", **server)


def test_a_body_is_read_as_it_is() -> None:
    assert read_body(posted(b" {}\r\n")) == b" {}\r\n"
    assert read_body(posted(b"")) == b""


def test_a_chunked_body_has_no_length_and_is_read() -> None:
    assert read_body(streamed(io.BytesIO(b"{}"), HTTP_TRANSFER_ENCODING="chunked")) == b"{}"


def test_a_length_beside_chunks_does_not_count() -> None:
    request = streamed(io.BytesIO(b"{}"), HTTP_TRANSFER_ENCODING="chunked", CONTENT_LENGTH="500")
    assert read_body(request) == b"{}"


def test_a_body_may_have_one_megabyte_and_no_byte_more() -> None:
    assert read_body(posted(b" " * LARGEST_BODY)) == b" " * LARGEST_BODY
    assert read_body(posted(b" " * (LARGEST_BODY + 1))) is None
    assert read_body(streamed(io.BytesIO(b" " * (LARGEST_BODY + 1)))) is None


def test_a_body_without_end_is_given_up() -> None:
    endless = Endless()
    assert read_body(streamed(endless)) is None
    assert endless.given < 64 * LARGEST_BODY


def test_a_body_that_is_declared_as_huge_is_not_touched() -> None:
    untouchable = Broken(b"", AssertionError("read"))
    assert read_body(streamed(untouchable, CONTENT_LENGTH=str(10**12))) is None


@pytest.mark.parametrize("length", ["x", "-5", "9" * 5000, "1e3", ""])
def test_a_length_that_is_none_does_not_count(length: str) -> None:
    assert read_body(streamed(io.BytesIO(b"{}"), CONTENT_LENGTH=length)) == b"{}"


@pytest.mark.parametrize("error", [OSError("reset"), ValueError("bad chunk")], ids=repr)
def test_whatever_breaks_a_body_off_it_is_9003(error: Exception) -> None:
    with pytest.raises(Refusal, match=r"^9003: .* The body broke off\.$"):
        read_body(streamed(Broken(b"{}", error)))


def test_a_body_that_ends_before_its_length_broke_off() -> None:
    with pytest.raises(Refusal, match=r"^9003: .* The body broke off\.$"):
        read_body(streamed(io.BytesIO(b"{}"), CONTENT_LENGTH="3"))


@pytest.mark.parametrize("key", ["k", "!" * 255, "~{}\"'"])
def test_an_idempotency_key_is_visible_ascii(key: str) -> None:
    assert read_idempotency_key(RequestFactory().post("/", HTTP_IDEMPOTENCY_KEY=key)) == key


def test_a_call_needs_no_idempotency_key() -> None:
    assert read_idempotency_key(RequestFactory().post("/")) is None


@pytest.mark.parametrize("key", ["", "a b", "é", "x" * 256, "a\t", "a\n"])
def test_another_idempotency_key_is_refused(key: str) -> None:
    with pytest.raises(Refusal) as caught:
        read_idempotency_key(RequestFactory().post("/", HTTP_IDEMPOTENCY_KEY=key))
    assert (caught.value.code, caught.value.field) == (9033, "Idempotency-Key")
