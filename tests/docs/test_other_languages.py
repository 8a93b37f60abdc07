"""Style sheets, YAML and commands of the documentation that no other test runs."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator
from typing import Any

import click
import pytest
import yaml
from read_the_docs import unknown_keys
from sites import ROOT
from snippets import DOCS, blocks, commands

from sphinx_scrapbox.cli import main
from sphinx_scrapbox.cli.init import services

PAGES = [DOCS / "index.md", *sorted(DOCS.glob("[!_w]*/*.md"))]
_RULE = re.compile(r"[^{}]+\{(?:\s*[\w-]+:[^;{}]+;)+\s*\}\s*")
_INLINE_COMMAND = re.compile(r"`(sphinx-scrapbox [^`]+)`")


def snippets(language: str) -> Iterator[str]:
    """The snippets in a language."""
    for path in PAGES:
        for block in blocks(path.read_text(encoding="utf-8")):
            if language in (block.name, block.argument):
                yield block.text


# -- CSS -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def words() -> set[str]:
    """The words of all files that make or style HTML; what is filled in ends a word."""
    paths = sorted((ROOT / "sphinx_scrapbox").rglob("*.*"))
    kinds = (".py", ".css", ".js", ".html")
    texts = (path.read_text(encoding="utf-8") for path in paths if path.suffix in kinds)
    return {word for text in texts for word in re.findall(r"[\w-]+", text)}


def unknown(names: Iterable[str], words: set[str]) -> list[str]:
    """The names of classes and variables that are not among the words."""
    return [name for name in names if words.isdisjoint(_forms(name))]


def _forms(name: str) -> set[str]:
    """How the source can have a name: as it is, or without a number that it fills in."""
    start = re.sub(r"(?<=-)[\da-f]{1,2}$", "", name)
    return {name} if start == name else {start, start.removeprefix("scrapbox-")}


def test_style_sheets(words: set[str]) -> None:
    sheets = list(snippets("css"))
    assert len(sheets) > 3
    for text in sheets:
        assert re.sub(_RULE, "", re.sub(r"/\*.*?\*/", "", text, flags=re.S)).strip() == ""
        names = re.findall(r"--scrapbox-[\w-]+|(?<=\.)scrapbox-[\w-]+", text)
        assert names
        assert unknown(names, words) == []


def test_classes_and_variables_of_the_reference(words: set[str]) -> None:
    text = (DOCS / "reference" / "css.md").read_text(encoding="utf-8")
    names = re.findall(r"`((?:--)?scrapbox-[\w-]+)`", text)
    assert len(names) > 30
    assert unknown(names, words) == []


# -- YAML ------------------------------------------------------------------------------


def documents() -> list[Any]:
    """The YAML of the guides, but for tables of contents (``_toc.yml``)."""
    texts = (yaml.safe_load(text) for text in snippets("yaml"))
    return [value for value in texts if "chapters" not in value]


def steps_of(document: Any) -> list[dict[str, Any]]:
    """The steps of a workflow, or of a part of one; none of the file for Read the Docs."""
    if isinstance(document, list):
        return document
    jobs = document.get("jobs", {}) if True in document else {}  # YAML 1.1 reads "on" as true
    return [step for job in jobs.values() for step in job["steps"]]


def test_parts_of_the_file_for_read_the_docs() -> None:
    files = [value for value in documents() if not steps_of(value)]
    assert len(files) > 5
    assert unknown_keys(yaml.safe_load(services.read_the_docs_yaml("docs"))) == []
    assert [key for value in files for key in unknown_keys(value)] == []


def test_steps_of_workflows() -> None:
    ours = services.github_pages_yaml("docs", versions=True)
    kept = {line.partition("@")[0]: line for line in re.findall(r"uses: (.+)", ours)}
    files = [text for text in snippets("yaml") if steps_of(yaml.safe_load(text))]
    assert len(files) > 3
    for text in files:
        for step in steps_of(yaml.safe_load(text)):
            assert ("uses" in step) != ("run" in step), step
        for action in re.findall(r"uses: (.+)", text):
            assert re.fullmatch(r"[\w/-]+@[\da-f]{40} # v[\d.]+", action), action
            assert action == kept.get(action.partition("@")[0], action)


# -- commands --------------------------------------------------------------------------


def all_commands() -> Iterator[str]:
    """Commands in blocks, in the steps of workflows, and in the text."""
    for text in snippets("sh"):
        yield from re.sub(r"\\\n\s*", "", text).splitlines()
    for text in snippets("console"):
        yield from commands(text)
    for document in documents():
        for step in steps_of(document):
            yield from re.sub(r"\\\n\s*", "", step.get("run", "")).splitlines()
    for path in PAGES:
        text = re.sub(
            r"^(`{3,}|:{3,}).*?^\1", "", path.read_text(encoding="utf-8"), flags=re.M | re.S
        )
        yield from _INLINE_COMMAND.findall(text)


def test_commands_have_these_options() -> None:
    """Those of blocks are run where they can be; this holds for all."""
    own = re.compile(r" *(?:[A-Z_]+=\S+ )*sphinx-scrapbox (.+)")
    lines = [match[1] for line in all_commands() if (match := own.fullmatch(line))]
    assert len(lines) > 60
    for line in lines:
        name, *rest = shlex.split(line)
        command = main.get_command(click.Context(main), name)
        assert command is not None, line
        context = click.Context(command)
        values, _, _ = command.make_parser(context).parse_args(rest)
        for option in command.params:
            if isinstance(option.type, click.Choice) and (value := values.get(option.name)):
                option.type_cast_value(context, value)


@pytest.mark.parametrize("name", main.list_commands(click.Context(main)))
def test_usage(name: str) -> None:
    text = (DOCS / "reference" / "command-line.md").read_text(encoding="utf-8")
    section = text.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
    command = main.get_command(click.Context(main), name)
    assert command is not None
    pieces = command.collect_usage_pieces(click.Context(command))
    shown = next(block.text.strip() for block in blocks(section) if block.name in ("text", "sh"))
    words = shlex.split(shown) if "[" not in shown else shown.split()
    assert words[:2] == ["sphinx-scrapbox", name]
    if words[2:3] == ["[OPTIONS]"]:
        assert " ".join(words[2:]).startswith(" ".join(pieces))
