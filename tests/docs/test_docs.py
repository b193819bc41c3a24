"""What the code has, the documents say; and what the documents say, the code has."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

import pytest

from curbledger.agency_api.api import routes
from curbledger.agency_api.refusals import CODES as AGENCY_CODES
from curbledger.clients.policy import HOLD_KINDS
from curbledger.environment import Environment, setting_names
from curbledger.permissions import ROLE_PERMISSIONS, TOKEN_PERMISSIONS, Permission, Role
from curbledger.refusal import MEANINGS
from curbledger.violations.explain import WORDS
from curbledger.wire import collections, cors
from tests.docs.papers import (
    PAPERS,
    ROOT,
    anchors,
    command_lines,
    commands,
    everything,
    links,
    options,
    read,
    sections,
    without_code,
)

COMMANDS = commands()
SOURCE = ROOT / "src" / "curbledger"
# A misspelt setting, shown to say what becomes of one.
WRONG_ON_PURPOSE = {"CURBLEDGER_WORKER"}
each_paper = pytest.mark.parametrize("paper", PAPERS, ids=[str(paper.relative_to(ROOT)) for paper in PAPERS])


@pytest.mark.parametrize(("setting", "field"), list(zip(setting_names(), Environment.model_fields, strict=True)))
def test_every_setting_is_explained_with_its_default(setting: str, field: str) -> None:
    rows = [line for line in read("docs/settings.md").splitlines() if line.startswith(f"| `{setting}` |")]
    assert len(rows) == 1, f"docs/settings.md has no row for {setting}"
    default = Environment.model_fields[field].default
    if default is not None:
        shown = f"{default:g}" if isinstance(default, float | int) else str(default)
        assert rows[0].split("|")[2].strip().strip("`") == shown


def test_every_setting_that_is_named_exists() -> None:
    named = set(re.findall(r"\bCURBLEDGER_[A-Z_]+\b", everything()))
    assert named - WRONG_ON_PURPOSE <= set(setting_names())


@pytest.mark.parametrize("command", [name for name in COMMANDS if name])
def test_every_command_has_a_section_with_every_option(command: str) -> None:
    text = sections(read("docs/commands.md")).get(command)
    assert text is not None, f"docs/commands.md has no section `## {command}`"
    for option in options(COMMANDS[command]):
        assert re.search(rf"`{option}\b", text), f"docs/commands.md does not explain {command} {option}"


def test_every_option_of_the_program_itself_is_explained() -> None:
    text = read("docs/commands.md")
    for option in (*options(COMMANDS[""]), "--help", "-h"):
        assert f"`{option}`" in text


@each_paper
def test_every_command_that_is_shown_exists(paper: Path) -> None:
    for line in command_lines(paper.read_text(encoding="utf-8")):
        words = line.split()
        length = next((n for n in (2, 1) if " ".join(words[:n]) in COMMANDS), 0)
        group = any(name.startswith(f"{words[0]} ") for name in COMMANDS)
        assert length or words[0].startswith("-") or (group and len(words) == 1), f"there is no `curbledger {line}`"
        known = {*options(COMMANDS[" ".join(words[:length])]), "--help", "-h"}
        shown = re.findall(r"(?<!\S)\[?(--[a-z-]+)", line)
        assert set(shown) <= known, f"`curbledger {line}` has an option that does not exist"


@pytest.mark.parametrize("permission", list(TOKEN_PERMISSIONS))
def test_every_permission_is_explained(permission: str) -> None:
    assert f"| `{permission}` |" in read("docs/commands.md")


@pytest.mark.parametrize("permission", sorted(ROLE_PERMISSIONS[Role.ADMINISTRATOR]))
def test_every_permission_of_staff_stands_with_the_roles_that_have_it(permission: Permission) -> None:
    cells = " | ".join("yes" if permission in ROLE_PERMISSIONS[role] else "" for role in Role)
    assert f"| `{permission}` | {cells} |".replace("|  |", "| |").replace("|  |", "| |") in read("docs/portal.md")


@pytest.mark.parametrize("role", Role)
def test_every_role_is_explained(role: Role) -> None:
    assert f"| `{role}` |" in read("docs/portal.md")


@pytest.mark.parametrize("code", list(MEANINGS))
def test_every_error_code_stands_with_its_status_and_message(code: int) -> None:
    meaning = MEANINGS[code]
    assert f"| {code} | {meaning.status} | {meaning.message} |" in read("docs/handoff.md")


def _headers_of_the_handoff() -> set[str]:
    """What `_respond` sets, by its source: the keys of its dictionaries, and what it adds to `headers`."""
    found = {"Connection"}  # by force_close
    for node in ast.walk(ast.parse(inspect.getsource(collections._respond))):
        if isinstance(node, ast.Dict):
            found.update(key.value for key in node.keys if isinstance(key, ast.Constant) and isinstance(key.value, str))
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            found.add(str(node.slice.value))
    return found


def test_the_headers_are_found_in_the_source() -> None:
    assert {"X-Batch-Id", "Idempotent-Replayed", "Cache-Control"} <= _headers_of_the_handoff()


@pytest.mark.parametrize("header", sorted(_headers_of_the_handoff() | set(cors._ANSWER_HEADERS.split(", "))))
def test_every_header_of_an_answer_is_explained(header: str) -> None:
    assert f"| `{header}` |" in read("docs/handoff.md")


def _headers_in_the_source() -> set[str]:
    """Every header that the two edges name anywhere: what is written as one, alone or in a list with commas."""
    written = re.compile(r"[A-Z][A-Za-z]*(?:-[A-Z][A-Za-z0-9]*)+|ETag|Allow")
    return {
        part
        for module in (*(SOURCE / "wire").glob("*.py"), *(SOURCE / "agency_api").glob("*.py"))
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for part in node.value.split(", ")
        if written.fullmatch(part)
    }


def test_headers_are_found_wherever_they_are_written() -> None:
    assert {"X-Batch-Id", "Repr-Digest", "ETag", "Allow", "Retry-After"} <= _headers_in_the_source()


@pytest.mark.parametrize("header", sorted(_headers_in_the_source()))
def test_every_header_that_the_code_names_is_in_a_document(header: str) -> None:
    assert re.search(rf"(?<![\w-]){header}(?![\w-])", everything())


@pytest.mark.parametrize("code", AGENCY_CODES)
def test_every_error_code_of_the_agencys_paths_is_explained(code: int) -> None:
    assert re.search(rf"^\| {code} \| \d{{3}}", read("docs/collections.md"), re.MULTILINE)


@pytest.mark.parametrize("path", [str(route.pattern) for route in routes()])
def test_every_path_of_the_agencys_is_in_its_document(path: str) -> None:
    said = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path).replace("{batch}", "{id}").replace("{unique_id}", "{uniqueid}")
    assert re.search(rf"^\| `{re.escape(said)}[?`]", read("docs/collections.md"), re.MULTILINE)


def test_the_readme_has_a_picture_of_the_handoff() -> None:
    (picture,) = re.findall(r"^```mermaid\n(.*?)^```", read("README.md"), re.MULTILINE | re.DOTALL)
    for part in ("Claim", "store", "send", "delivered", "undelivered", "Reopen", "next revision"):
        assert part in picture


@pytest.mark.parametrize("reason", list(WORDS))
def test_every_reason_why_a_ticket_stays_is_explained(reason: str) -> None:
    assert f"| `{reason}` |" in read("docs/handoff.md")


@pytest.mark.parametrize("kind", HOLD_KINDS)
def test_every_kind_of_hold_is_named(kind: str) -> None:
    assert f"`{kind}`" in read("docs/handoff.md")
    assert f"`{kind}`" in sections(read("docs/commands.md"))["hold add"]


@each_paper
def test_links_lead_somewhere(paper: Path) -> None:
    for link in links(paper.read_text(encoding="utf-8")):
        name, _, anchor = link.partition("#")
        target = (paper.parent / name).resolve() if name else paper
        assert target.exists(), f"{link} leads nowhere"
        if anchor:
            assert anchor in anchors(target.read_text(encoding="utf-8")), f"{link}: no such heading"


def test_every_document_can_be_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        paper = waiting.pop()
        if paper in reached:
            continue
        reached.add(paper)
        for link in links(paper.read_text(encoding="utf-8")):
            target = (paper.parent / link.partition("#")[0]).resolve()
            waiting += sorted(target.glob("*.md")) if target.is_dir() else [target] * (target.suffix == ".md")
    assert reached == set(PAPERS)


@each_paper
def test_no_document_names_the_machine_it_was_written_on(paper: Path) -> None:
    text = paper.read_text(encoding="utf-8")
    assert not re.search(r"(?<![\w.])/(work|root|tmp|home|Users|mnt)/\w", text)
    assert not re.search(r"\b(file|https?)://(?!127\.0\.0\.1|localhost)[^\s/)>`]*:\d+", text)


@each_paper
def test_decisions_have_their_parts_and_all_documents_a_title(paper: Path) -> None:
    text = without_code(paper.read_text(encoding="utf-8"))
    assert text.startswith("# ")
    if paper.parent.name == "decisions":
        assert re.fullmatch(r"\d{4}-[a-z0-9-]+", paper.stem)
        assert text.startswith(f"# {paper.stem[:4]} ")
        for part in ("## The question", "## The decision", "## What else was considered", "## What follows"):
            assert part in text
