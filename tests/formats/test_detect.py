"""What a file is: one answer with a reason, which all tools ask for."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sphinx_scrapbox.formats import read
from sphinx_scrapbox.formats.detect import Recognition, Status, detect, recognise
from sphinx_scrapbox.formats.markdown import write_markdown
from sphinx_scrapbox.formats.markdown.title_names import is_named_after
from sphinx_scrapbox.formats.page_file import native_page
from sphinx_scrapbox.snapshot.filenames import file_stem
from sphinx_scrapbox.snapshot.lockfile import LockedPage
from sphinx_scrapbox.wiki.ast import Line, Page

HEAD = '---\ntitle: "Shed"\n---\n\n'
ICON = "<img src='https://scrapbox.io/api/pages/garden/ann/icon' alt='ann.icon' height=\"19.5\"/>"
OTHER_ICON = ICON.replace("scrapbox.io", "wiki.example")
FOOTER = "This page is auto-translated from [/garden/小屋](https://scrapbox.io/garden/小屋)"
RAW = "```{raw} html\n<b>raw</b>\n```\n"
PAGE, DOUBT, OTHER = Status.PAGE, Status.DOUBT, Status.OTHER


def statuses(recognition: Recognition) -> tuple[Status, Status]:
    return recognition.alone.status, recognition.among_pages.status


# The text of "Shed.md", what it is by itself, and among pages.
NAMED = [
    ("icon", HEAD + ICON, PAGE, PAGE),
    ("no mark", HEAD + "plain", PAGE, PAGE),
    ("no text", '---\ntitle: "Shed"\n---', PAGE, PAGE),
    ("CRLF", (HEAD + "plain").replace("\n", "\r\n"), PAGE, PAGE),
    ("byte order mark", "\ufeff" + HEAD, PAGE, PAGE),
    ("both", "\ufeff" + HEAD.replace("\n", "\r\n"), PAGE, PAGE),
    ("title on the next line", "---\ntitle:\n 'Shed'\n---\n\nx", PAGE, PAGE),
    ("title on the next line, CRLF", "---\r\ntitle:\r\n 'Shed'\r\n---\r\n\r\nx", PAGE, PAGE),
    ("folded", "---\ntitle: >-\n  Shed\n---\n\nx", PAGE, PAGE),
    ("not quoted", "---\ntitle: Shed\n---\n\nx", PAGE, PAGE),
    ("rules with blanks", "--- \ntitle: Shed\n---\t\n\nx", PAGE, PAGE),
    ("flow", "---\n{title: Shed}\n---\n\nx", PAGE, PAGE),
    ("project", '---\nproject: garden\ntitle: "Shed"\n---\n\nx', PAGE, PAGE),
    ("directive", HEAD + RAW, DOUBT, PAGE),
    ("nested directive", f"{HEAD}- x\n  - :::{{note}}\n    x\n    :::\n", DOUBT, PAGE),
    ("role", HEAD + "See {doc}`index`.", DOUBT, PAGE),
    ("target", HEAD + "(here)=\n# x", DOUBT, PAGE),
    ("local link", HEAD + "See [the guide](guide/start.md#here).", DOUBT, PAGE),
    ("local picture", HEAD + "![bed](../bed.png)", DOUBT, PAGE),
    ("directive and icon", HEAD + RAW + ICON, PAGE, PAGE),
    ("directive and footer", f"{HEAD}{RAW}\n---\n{FOOTER}", PAGE, PAGE),
    (
        "directive and project",
        HEAD.replace("\n---\n\n", "\nproject: g\n---\n\n") + RAW,
        PAGE,
        PAGE,
    ),
    ("icon behind an open fence", f"{HEAD}{RAW}x\n  ```\n{ICON}", PAGE, PAGE),
    ("icon in a longer fence", f"{HEAD}{RAW}````\n{ICON}\n````\n", PAGE, PAGE),
    ("icon in a tilde fence", f"{HEAD}{RAW}~~~\n{ICON}\n~~~\n", PAGE, PAGE),
    ("icon in a colon fence", f"{HEAD}{RAW}:::\n{ICON}\n:::\n", PAGE, PAGE),
    ("icon in a comment", f"{HEAD}{RAW}<!--\n{ICON}\n-->", PAGE, PAGE),
    ("icon behind an indent", f"{HEAD}{RAW}\n        {ICON}", PAGE, PAGE),
    ("icon in a table", f"{HEAD}{RAW}\nt\n| a |\n| -- |\n| {ICON} |\n", PAGE, PAGE),
    ("icon in a quote", f"{HEAD}{RAW}> {ICON}", PAGE, PAGE),
    ("icon in code of the wiki", f"{HEAD}{RAW}\na.md\n\n```md\n{ICON}\n```\n", DOUBT, PAGE),
    ("icon in a code span", f"{HEAD}{RAW}`{ICON}`", DOUBT, PAGE),
    ("icon of another host", HEAD + RAW + OTHER_ICON, DOUBT, PAGE),
    ("dates", f"---\ntitle: Shed\ncreated: 2024-01-01\n---\n{ICON}", PAGE, PAGE),
    ("dates, no mark", "---\ntitle: Shed\ndate: 2024-01-01\n---\nA post.", OTHER, PAGE),
    ("a field of Sphinx", f"---\ntitle: Shed\norphan: true\n---\n{ICON}", OTHER, OTHER),
    ("a field of others", f"---\ntitle: Shed\ntags: [a]\n---\n{ICON}", DOUBT, DOUBT),
    ("a field of others, no mark", "---\ntitle: Shed\ntags: [a]\n---\n", OTHER, OTHER),
    ("no title", f"---\ntags: [a]\n---\n{ICON}", DOUBT, DOUBT),
    ("title of another type", "---\ntitle: [Shed]\n---\nx", OTHER, PAGE),
    ("no front matter", f"\nText\n{ICON}", DOUBT, PAGE),
    ("no front matter, and a directive", f"\n{RAW}{ICON}", DOUBT, PAGE),
    ("front matter without an end", f'---\ntitle: "Shed"\n{ICON}', DOUBT, PAGE),
    ("by hand, with an icon", f"# Shed\n\n{RAW}\n{ICON}", OTHER, OTHER),
    ("by hand, about icons", f"\n~~~\n{ICON}\n~~~\n", OTHER, OTHER),
    ("by hand", "# Shed\n\nWords.", OTHER, OTHER),
    ("empty", "", OTHER, OTHER),
]

# The text of a file that is not named "Shed.md".
UNNAMED = [
    ("icon", HEAD + ICON, PAGE, PAGE),
    ("footer", f"{HEAD}a\n\n---\n{FOOTER}", PAGE, PAGE),
    ("footer behind an open fence", f"{HEAD}```\n\n{FOOTER}\n", PAGE, PAGE),
    ("footer in a list", f"{HEAD}- {FOOTER}\n", OTHER, PAGE),
    ("icon and directive", HEAD + RAW + ICON, PAGE, PAGE),
    ("project", '---\ntitle: "Shed"\nproject: garden\n---\n', PAGE, PAGE),
    ("empty title", f"---\ntitle:\n---\n{ICON}", PAGE, PAGE),
    ("title is no YAML", f"---\ntitle: a: b\n---\n{ICON}", PAGE, PAGE),
    ("no mark", HEAD + "plain", OTHER, PAGE),
    ("directive", HEAD + RAW, OTHER, PAGE),
    ("about exported pages", f"{HEAD}# How\n\n````\n{HEAD}{ICON}\n````\n", OTHER, PAGE),
    ("icons in fences, and a directive", f"{HEAD}{RAW}\n~~~\n{ICON}\n~~~\n", DOUBT, PAGE),
    ("table of contents", f"{HEAD}```{{toctree}}\na\n```\n", OTHER, DOUBT),
    ("table of contents and icon", f"{HEAD}```{{toctree}}\na\n```\n{ICON}", PAGE, PAGE),
]


@pytest.mark.parametrize(
    ("path", "text", "alone", "among"),
    [
        *(pytest.param("wiki/Shed.md", *case, id=name) for name, *case in NAMED),
        *(pytest.param("wiki/s-1.md", *case, id=f"unnamed: {name}") for name, *case in UNNAMED),
    ],
)
def test_what_a_file_is(path: str, text: str, alone: Status, among: Status) -> None:
    recognition = recognise(text, path)
    assert statuses(recognition) == (alone, among)
    assert recognition.depends_on_folder == (alone is not among)
    assert recognition.may_be_page == (PAGE in (alone, among))
    for has_pages in (False, True):
        answer = recognition.answer(has_pages=has_pages)
        assert answer.status is (among if has_pages else alone)
        assert answer.is_page == (answer.status is PAGE)
        assert answer.reason


def test_a_hand_written_name_has_another_case() -> None:
    text = "---\ntitle: {}\n---\n\n```{{glossary}}\nterm\n```\n"
    assert statuses(recognise(text.format("Glossary"), "glossary.md")) == (OTHER, PAGE)
    assert statuses(recognise(text.format("Installation"), "Installation.md")) == (DOUBT, PAGE)


def test_a_wiki_of_another_origin() -> None:
    text = HEAD + RAW + OTHER_ICON
    origin = "https://wiki.example"
    assert recognise(text, "Shed.md", origin=origin).alone.is_page
    assert recognise(text, "Shed.md", origin=f"{origin}/").alone.is_page
    text = HEAD + RAW + ICON
    assert not recognise(text, "Shed.md", origin=origin).alone.is_page


@pytest.mark.parametrize("text", [HEAD + ICON, HEAD, "# By hand", ""])
def test_a_choice_is_final(text: str) -> None:
    assert statuses(recognise(text, "Shed.md", chosen=True)) == (PAGE, PAGE)
    assert statuses(recognise(text, "Shed.md", chosen=False)) == (OTHER, OTHER)


TITLES = [
    "Shed", "Soil/water: a balance", "P/PC", "a/b/c", "/a", "a/", "What now?", "Wait...", ".env",
    "nul.txt", "con", "???", "/", "...", "C:\\temp", "\\o/ hooray", "It's \"open\"", "#1 [a]",
    "50% #tag", "a  b", "tail. ", " lead", "種まきの順番", "改善した/してない",
    "🌱2024/03/09 07:10",
    "👩‍🌾 farm", "e\u0301", "a\u200bb", "a\tb", "a\u3000b", "<b>", "a|b", "x" * 300, "種" * 100,
    "_", "-",
]  # fmt: skip


@pytest.mark.parametrize("title", TITLES)
def test_names_that_exporters_give(title: str) -> None:
    names = {
        title.replace("/", "-"),  # the wiki's own exporter
        file_stem(title),
        file_stem(title, salt="other"),
    }
    assert [name for name in names if not is_named_after(title, name)] == []


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("a: b?", "a： b？"),
        ("a: b?", "a b"),
        ("a: b?", "a_ b_"),
        ("a: b?", "a%3A b%3F"),
        ("a/b?", "a-b"),
        ("é", "e\u0301"),
        ("種" * 100, "種" * 80),
        ("種" * 100, "種" * 80 + "…"),
    ],
)
def test_names_that_other_exporters_give(title: str, name: str) -> None:
    assert is_named_after(title, name)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Glossary", "glossary"),
        ("glossary", "Glossary"),
        ("Welcome", "index"),
        ("API reference", "API-reference"),
        ("API reference", "API_reference"),
        ("API-reference", "API reference"),
        ("API", "API reference"),
        ("API reference", "API"),
        ("a/b", "ab c"),
        ("", ""),
        (" ", " "),
        ("", "-"),
        ("?", "a"),
        ("種" * 20, "種" * 19),
        ("種" * 100, "-" * 90),
    ],
)
def test_names_that_authors_give(title: str, name: str) -> None:
    assert not is_named_after(title, name)


@given(st.text())
@example("0\U000e0000")
@example("0\ue0001")
@example("0\ufff01")
def test_what_is_converted_is_recognised(title: str) -> None:
    text = write_markdown(Page(title, ()))
    title = read(text, "markdown").title
    if file_stem(title).strip("-_ ") and title.strip():
        assert recognise(text, f"{file_stem(title)}.md").alone.is_page


@pytest.mark.parametrize("sign", ["/", "?", ": ", "-", "a-", " ", "..", "%", "`{", "](", "\n(a"])
def test_time_is_linear(sign: str) -> None:
    text = sign * 100_000
    recognise(HEAD + text, "Shed.md")
    is_named_after(text, text.replace("/", "-"))
    is_named_after(text + "x", text)


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
