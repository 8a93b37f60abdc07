"""The errors that the reference lists are those that the package can print."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from snippets import DOCS, ROOT

TEXT = (DOCS / "reference" / "troubleshooting.md").read_text(encoding="utf-8")
ERRORS = re.findall(r"^`(.+)`\n: ", TEXT.partition("## Pages of the site")[0], re.M)


@pytest.fixture(scope="module")
def texts() -> str:
    """All string literals of the package, one a line, with … for what is filled in."""
    return "\n".join(
        text.replace("\n", " ")
        for path in sorted((ROOT / "sphinx_scrapbox").rglob("*.py"))
        for text in literals(ast.parse(path.read_text(encoding="utf-8")))
    )


def literals(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.JoinedStr(values=values):
                yield "".join(
                    part.value if isinstance(part, ast.Constant) else "…" for part in values
                )
            case ast.Constant(value=str(text)):
                yield text


@pytest.mark.parametrize("error", ERRORS)
def test_errors_exist(error: str, texts: str) -> None:
    pattern = ".*".join(re.escape(part) for part in error.split("…"))
    assert re.search(pattern, texts), error


def test_there_are_errors() -> None:
    assert len(ERRORS) > 15
