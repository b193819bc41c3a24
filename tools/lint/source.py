"""One file as the rules see it: text, tree, comments, and names resolved through the imports."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = PurePosixPath("src/curbledger")


@dataclass(frozen=True, order=True)
class Finding:
    """What is wrong, and where."""

    path: PurePosixPath
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


@dataclass(frozen=True)
class Source:
    """A file of Python or SQL; `path` is relative to the root of the repository."""

    path: PurePosixPath
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree; an empty one for a file that is not Python."""
        return ast.parse(self.text if self.path.suffix == ".py" else "", filename=str(self.path))

    @cached_property
    def lines(self) -> list[str]:
        """The lines, without their ends."""
        return self.text.splitlines()

    @cached_property
    def _comments(self) -> dict[int, str]:
        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        return {token.start[0]: token.string for token in tokens if token.type == tokenize.COMMENT}

    def is_under(self, *folders: str) -> bool:
        """Whether the file is one of these, or inside one of these."""
        return any(self.path.is_relative_to(folder) for folder in folders)

    def find(self, node: ast.stmt | ast.expr, message: str) -> Finding:
        """A finding where `node` begins."""
        return Finding(self.path, node.lineno, message)

    def has_marker(self, node: ast.stmt | ast.expr, marker: str) -> bool:
        """Whether a comment on one of the node's lines is `# marker: a reason`."""
        pattern = re.compile(rf"#\s*{marker}:\s*\w")
        last = node.end_lineno or node.lineno
        return any(pattern.search(self._comments.get(line, "")) for line in range(node.lineno, last + 1))

    def uses(self) -> Iterator[tuple[ast.expr, str]]:
        """Every use of something imported, with its full name: `dt.now` is `datetime.datetime.now`."""
        imported = dict(self._imported_names())
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Name | ast.Attribute):
                first, *rest = _dotted(node)
                if first in imported:
                    yield node, ".".join((imported[first], *rest))

    def imports(self) -> Iterator[tuple[ast.stmt, str]]:
        """Every module that is imported; `from a import b` gives `a.b`, for b may be a module."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)

    def strings(self) -> Iterator[tuple[ast.Constant, str]]:
        """Every piece of text that the program can use: docstrings are not among them."""
        prose = {id(node.value) for node in ast.walk(self.tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
                yield node, node.value

    def _imported_names(self) -> Iterator[tuple[str, str]]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    # `import a.b` binds a, `import a.b as c` binds c to a.b.
                    bound = alias.asname or alias.name.partition(".")[0]
                    yield bound, alias.name if alias.asname else bound
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _dotted(node: ast.expr) -> list[str]:
    """`["a", "b", "c"]` for a.b.c, and an empty name first where the chain does not start with a name."""
    if isinstance(node, ast.Attribute):
        return [*_dotted(node.value), node.attr]
    return [node.id] if isinstance(node, ast.Name) else [""]
