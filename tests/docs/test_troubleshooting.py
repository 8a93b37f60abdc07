"""The errors that the reference lists are those that the package can print."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sites import ROOT
from snippets import DOCS

from sphinx_scrapbox.cli import main
from sphinx_scrapbox.cli.output import EXPLAINED_ERRORS, entry_id
from sphinx_scrapbox.snapshot.reports.wording import HOME

TEXT = (DOCS / "reference" / "troubleshooting.md").read_text(encoding="utf-8")
ENTRIES = re.findall(
    r"^\(([\w-]+)\)=\n`(.+)`\n: ", TEXT.partition("## Pages of the site")[0], re.M
)


@pytest.fixture(scope="module")
def texts() -> str:
    """All string literals of the package, one a line, with … for what is filled in.

    Without those of the module that lists the errors.
    """
    return "\n".join(
        text.replace("\n", " ")
        for path in sorted((ROOT / "sphinx_scrapbox").rglob("*.py"))
        if path.name != "output.py"
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


@pytest.mark.parametrize("error", EXPLAINED_ERRORS)
def test_errors_exist(error: str, texts: str) -> None:
    pattern = ".*".join(re.escape(part) for part in error.split("…"))
    assert re.search(pattern, texts), error


def test_entries_are_those_that_messages_name() -> None:
    assert [(entry_id(error), error) for error in EXPLAINED_ERRORS] == ENTRIES


def test_a_message_names_its_entry(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["init", str(tmp_path / "none.md"), str(tmp_path / "docs")])
    assert result.exit_code == 2
    message, see = result.stderr.splitlines()
    assert message == f"Error: there is no file or folder {tmp_path / 'none.md'}"
    assert see == f"See {HOME}/en/latest/reference/troubleshooting.html#error-there-is-no-file"
    failure = CliRunner().invoke(main, ["diff", str(tmp_path), "nowhere"])
    assert failure.exit_code == 2
    assert "See " not in failure.stderr
