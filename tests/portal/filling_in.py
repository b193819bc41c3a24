"""Forms as a browser sends them: with the key of the page, and what stood in its hidden fields."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client as Browser


def hidden(browser: Browser, url: str) -> dict[str, str]:
    """The hidden fields of the page; of several forms, the last one's."""
    page = browser.get(url).content.decode()
    return {
        name: unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)
        if name != "csrfmiddlewaretoken"
    }


def send(browser: Browser, url: str, known: dict[str, str] | None = None, **typed: Any) -> HttpResponse:
    """Send the page's form with what is typed."""
    return browser.post(url, {**(hidden(browser, url) if known is None else known), **typed})  # type: ignore[return-value]


def text(answer: Any) -> str:
    """What the page says, with its entities read."""
    return unescape(answer.content.decode())


def fields(browser: Browser, url: str) -> dict[str, Any]:
    """Everything that the page's fields say, as a browser would send it."""
    page = browser.get(url).content.decode()
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input [^>]*>", page):
        said = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if "name" not in said or said["name"] == "csrfmiddlewaretoken":
            continue
        if said.get("type") in {"checkbox", "radio"}:
            if re.search(r"\bchecked\b", tag):
                found.setdefault(said["name"], []).append(unescape(said.get("value", "on")))
        else:
            found[said["name"]] = unescape(said.get("value", ""))
    for name, inner in re.findall(r'<select name="(\w+)".*?>(.*?)</select>', page, re.DOTALL):
        options = re.findall(r'<option value="([^"]*)"( selected)?', inner)
        chosen = [value for value, selected in options if selected] or [value for value, _ in options[:1]]
        found[name] = chosen[0] if chosen else ""
    for name, inner in re.findall(r'<textarea name="(\w+)".*?>\s?(.*?)</textarea>', page, re.DOTALL):
        found[name] = unescape(inner)
    return found
