"""What a file is: one answer, and how much evidence each tool needs."""

from __future__ import annotations

import pytest

from sphinx_scrapbox.check.checker import Checker
from sphinx_scrapbox.formats.detect import Evidence, detect, evidence_of, is_export
from sphinx_scrapbox.formats.page_file import native_page
from sphinx_scrapbox.snapshot.loader import SnapshotLoader
from sphinx_scrapbox.snapshot.lockfile import LockedPage
from sphinx_scrapbox.wiki.ast import Line

HEAD = '---\ntitle: "Shed"\n---\n\n'
ICON = "<img src='https://scrapbox.io/api/pages/garden/ann/icon' alt='ann.icon' height=\"19.5\"/>"
OTHER_ICON = ICON.replace("scrapbox.io", "wiki.example")
FOOTER = "This page is auto-translated from [/garden/小屋](https://scrapbox.io/garden/小屋)"

CASES = [
    ("icon", HEAD + ICON, Evidence.EXPORT),
    ("footer", f"{HEAD}a\n\n---\n{FOOTER}", Evidence.EXPORT),
    ("footer after an open fence", f"{HEAD}```\n\n{FOOTER}\n", Evidence.EXPORT),
    ("CRLF", (HEAD + ICON).replace("\n", "\r\n"), Evidence.EXPORT),
    ("byte order mark", "\ufeff" + HEAD + ICON, Evidence.EXPORT),
    ("project", HEAD.replace("\n---\n\n", "\nproject: garden\n---\n\n") + ICON, Evidence.EXPORT),
    ("title not quoted", f"---\ntitle: a: b\n---\n{ICON}", Evidence.EXPORT),
    ("no mark", HEAD + "plain", Evidence.TITLE),
    ("project, no mark", "---\ntitle: x\nproject: garden\n---\n", Evidence.TITLE),
    ("no text", '\ufeff---\r\ntitle: "x"\r\n---\r\n', Evidence.TITLE),
    ("empty title", f"---\ntitle:\n---\n{ICON}", Evidence.TITLE),
    ("mark in a fence", f"{HEAD}```md\n{FOOTER}\n```\n", Evidence.TITLE),
    ("mark in a longer fence", f"{HEAD}````\n```\n{ICON}\n```\n````\n", Evidence.TITLE),
    ("mark in a colon fence", f"{HEAD}:::{{note}}\n{ICON}\n:::\n", Evidence.TITLE),
    ("mark in a code span", f"{HEAD}The form is `{ICON}`.", Evidence.TITLE),
    ("icon of another wiki", HEAD + OTHER_ICON, Evidence.TITLE),
    ("no front matter", ICON, Evidence.MARKS),
    ("front matter without a title", f"---\ntags: [a]\n---\n{ICON}", Evidence.MARKS),
    ("front matter that does not end", f'---\ntitle: "x"\n{ICON}', Evidence.MARKS),
    ("other fields", f"---\ntitle: x\nmyst: {{}}\n---\n{ICON}", Evidence.NONE),
    ("other fields, no mark", "---\ntitle: x\nauthor: y\n---\n", Evidence.NONE),
    ("title not first", f"---\nproject: garden\ntitle: x\n---\n{ICON}", Evidence.NONE),
    ("plain", "# Heading\n", Evidence.NONE),
    ("empty", "", Evidence.NONE),
]
PARAMETERS = [pytest.param(text, evidence, id=name) for name, text, evidence in CASES]


@pytest.mark.parametrize(("text", "evidence"), PARAMETERS)
def test_evidence(text: str, evidence: Evidence) -> None:
    assert evidence_of(text) is evidence


@pytest.mark.parametrize(("text", "evidence"), PARAMETERS)
def test_each_tool_follows_the_evidence(text: str, evidence: Evidence) -> None:
    built = evidence is Evidence.EXPORT
    compared = converted = evidence in (Evidence.EXPORT, Evidence.TITLE)
    checked = evidence is not Evidence.NONE
    assert is_export(text) == built
    assert SnapshotLoader().is_page("a.md", text) == compared
    assert (detect(text) == "markdown") == converted
    assert Checker().read("a.md", text.encode()) == checked


def test_a_wiki_of_another_origin() -> None:
    assert evidence_of(HEAD + OTHER_ICON, origin="https://wiki.example") is Evidence.EXPORT
    assert evidence_of(HEAD + ICON, origin="https://wiki.example") is Evidence.TITLE


@pytest.mark.parametrize("text", ['{"pages": []}', '\ufeff { "name"', '{\n"a'])
def test_a_project_export_is_json(text: str) -> None:
    assert detect(text) == "json"
    assert detect(text.replace("{", "", 1)) is None


# -- native pages ----------------------------------------------------------------------

TEXT = "First line\n[Soil]\n"
IDS = ("a" * 24, "b" * 24)


def test_a_native_page_without_a_lock() -> None:
    page = native_page(TEXT, name="file")
    assert (page.title, page.project, page.created, page.id) == ("First line", "", 0, "")
    assert native_page(" \nx\n", name="file").title == "file"


def test_a_native_page_with_its_row() -> None:
    row = LockedPage("1", "Locked", "a.scrapbox", created=1, updated=2, line_ids=IDS)
    page = native_page(TEXT, name="file", row=row, project="garden")
    assert (page.id, page.title, page.project) == ("1", "Locked", "garden")
    assert (page.created, page.updated) == (1, 2)
    (line,) = page.blocks
    assert isinstance(line, Line)
    assert line.id == IDS[1]


def test_a_row_without_a_title_or_of_another_text() -> None:
    row = LockedPage("1", "", "a.scrapbox", hash="0" * 64, line_ids=IDS)
    page = native_page(TEXT, name="file", row=row)
    assert page.title == "First line"
    (line,) = page.blocks
    assert isinstance(line, Line)
    assert line.id == ""
