"""What the checker finds on invented pages, and what it proposes."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sphinx_scrapbox.check.brackets import DamageKind, find_damage, find_native_damage
from sphinx_scrapbox.check.checker import Checker
from sphinx_scrapbox.check.repair import propose_repair
from sphinx_scrapbox.check.rules import RULES, Finding, Report, Rule, Severity
from sphinx_scrapbox.formats.evidence.page_globs import PageGlobs
from sphinx_scrapbox.formats.markdown.inlines import read_markdown_inline
from sphinx_scrapbox.snapshot.lockfile import Lock, LockedPage, LockedPicture, dump_lock
from sphinx_scrapbox.wiki.titles import key

SOURCE = "[/garden/雨](https://scrapbox.io/garden/雨)"
FOOTER = f"---\nThis page is auto-translated from {SOURCE} using DeepL."
ROW = "5ae4aae4aff09e00009a6337"
OTHER_ROW = "5ae4aae4aff09e00009a6338"
GONE = "5ae4aae4aff09e00009a6339"


def icon(name: str, project: str = "garden") -> str:
    alt = name if project == "garden" else f"/{project}/{name}"
    address = f"https://scrapbox.io/api/pages/{project}/{name}/icon"
    return f"<img src='{address}' alt='{alt}.icon' height=\"19.5\"/>"


def page(title: str, *lines: str) -> bytes:
    return "\n".join(["---", f'title: "{title}"', "---", "", *lines]).encode()


def check(
    files: dict[str, bytes], *, locks: dict[str, bytes] | None = None, icons: tuple[str, ...] = ()
) -> Report:
    """The report on files in a folder of a wiki, where their names need not be their titles."""
    checker = Checker(locks, icons, below_lock=True)
    for path, data in files.items():
        checker.read(path, data)
    return checker.finish()


def found(report: Report) -> list[tuple[str, str, int, int]]:
    return [(one.rule.id, one.path, one.line, one.column) for one in report.findings]


def only(report: Report) -> Finding:
    assert len(report.findings) == 1, found(report)
    return report.findings[0]


def body(*lines: str, **others: bytes) -> Report:
    return check({"Moss.md": page("Moss", *lines), **others})


# -- the rules themselves --------------------------------------------------------------


def test_rules_explain_themselves() -> None:
    assert len(RULES) == len(Rule)
    for rule in Rule:
        assert rule.id == rule.id.lower().replace("_", "-")
        assert rule.name.lower().replace("_", "-") == rule.id
        assert rule.description.endswith(".")
        assert rule.description.count(". ") == 0
        assert rule.help.endswith(".")


def test_severities_compare() -> None:
    assert Severity.NOTE < Severity.WARNING < Severity.ERROR
    assert Severity.ERROR.label == "error"


def test_a_sound_page_has_no_findings() -> None:
    report = body(
        "# A heading with [[Stone]]",
        " 2024-05-01 " + icon("Moss"),
        "- [a label [with] brackets](https://example.org/a_(b))",
        "    - `[` and $[0, 1)$ and [0, 1) and (0, 1] and [ ]",
        "> ![image](https://example.org/a.png) [https://example.org/](https://example.org/)",
        FOOTER,
    )
    assert report.findings == ()
    assert report.pages == 1
    assert report.worst is None


def test_brackets_in_code_formulas_and_tables_are_none() -> None:
    report = body(
        "list.py", "", "```py", "a[0", "]]", "```", "", "`[`", "$x \\in [0, \\infty)$", "_",
        "| a [b | c |", "| -- | -- |", "| ] | [[Moss]] |",
    )  # fmt: skip
    assert report.findings == ()


@pytest.mark.parametrize(
    ("tex", "why"),
    [
        ("\\fracc{a}{b}", "\\fracc is not known or not allowed in formulas"),
        ("x^2^3", "a second ^ follows one part of it"),
        ("\\frac{a}", "a group or an argument is missing its end"),
    ],
)
def test_formulas_that_cannot_be_typeset(tex: str, why: str) -> None:
    (finding,) = body("First.", f"It is ${tex}$ and $a^2$.").findings
    assert (finding.rule, finding.message) == (Rule.REFUSED_FORMULA, f"the formula: {why}")
    assert (finding.line, finding.column) == (6, 8)


# -- which files are pages -------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "# Hand-written\n\nSee [this][ref.\n",
        "---\ntitle: Guide\ntags: [a]\n---\nA [bracket\n",
        f"---\ntitle: Guide\norphan: true\n---\n{FOOTER}\n",
        f"# How to\n\n```\n{FOOTER}\n```\n",
        "",
    ],
)
def test_other_markdown_is_passed_over(text: str) -> None:
    assert check({"guide.md": text.encode()}) == Report()


RAW = "```{raw} html\n```"


@pytest.mark.parametrize(
    ("files", "doubtful"),
    [
        ({"Moss.md": page("Moss", RAW)}, ["Moss.md"]),
        ({"Moss.md": page("Moss", RAW), "Fern.md": page("Fern", RAW)}, ["Fern.md", "Moss.md"]),
        ({"Moss.md": page("Moss", RAW), "Fern.md": page("Fern")}, []),
        ({"Moss.md": page("Moss", RAW), "Fern.scrapbox": b"Fern\n"}, []),
        ({"Moss.md": page("Moss", RAW), "sub/Fern.md": page("Fern")}, ["Moss.md"]),
        ({"Moss.md": f"\ntext{icon('Moss')}".encode()}, ["Moss.md"]),
        ({"Moss.md": f"---\ntitle: Moss\ntags: []\n---\n{icon('Moss')}".encode()}, ["Moss.md"]),
        ({"moss.md": page("Moss", RAW)}, []),
    ],
)
def test_files_in_doubt_are_named(files: dict[str, bytes], doubtful: list[str]) -> None:
    checker = Checker()
    for path, data in files.items():
        checker.read(path, data)
    findings = checker.finish().only([Rule.UNRECOGNISED_PAGE]).findings
    assert [one.path for one in findings] == doubtful
    assert all(one.message for one in findings)


def test_a_lock_decides_about_files_in_doubt() -> None:
    lock = dump_lock(Lock("garden")).encode()
    for path in ("Moss.md", "sub/Moss.md"):
        checker = Checker({"scrapbox.lock": lock})
        checker.read(path, page("Moss", RAW))
        report = checker.finish()
        assert (report.pages, report.only([Rule.UNRECOGNISED_PAGE]).findings) == (1, ())


def test_bytes_that_are_no_text() -> None:
    report = check(
        {
            "a.md": b'---\ntitle: "a"\n---\n\nok\n\xff\xfe\n',
            "b.scrapbox": b"\x80\n",
            "hand-written.md": b"\xff",
        }
    )
    assert found(report) == [
        ("unreadable-page", "a.md", 6, 0),
        ("unreadable-page", "b.scrapbox", 1, 0),
    ]
    assert report.pages == 2


def test_line_ends_and_marks_of_other_systems() -> None:
    data = b"\xef\xbb\xbf" + page("Moss", "- see [the wall").replace(b"\n", b"\r\n")
    one = only(check({"Moss.md": data}))
    assert (one.line, one.column, one.source, one.repair) == (
        5,
        7,
        "- see [the wall",
        "- see [[the wall]]",
    )


# -- titles ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('---\ntitle: ""\n---\n\ntext\n', 2),
        ("---\ntitle:\n---\n\ntext\n", 2),
        ('---\ntitle: "half\n---\n\ntext\n', 1),
        (f'---\ntitle: "open"\n\ntext\n{FOOTER}\n', 1),
        (f"text\n{FOOTER}\n", 1),
        (f"{icon('Moss')} says so\n", 1),
    ],
)
def test_missing_title(text: str, line: int) -> None:
    findings = check({"a.md": text.encode()}).only([Rule.MISSING_TITLE]).findings
    assert [(one.path, one.line) for one in findings] == [("a.md", line)]


def test_files_without_front_matter_are_their_titles() -> None:
    checker = Checker(globs=PageGlobs(pages=("*",)))
    checker.read("w/2024-03-09.md", b"See [[Log]] and [[Nowhere]].")
    checker.read("w/Log.md", b"See [[2024/03/09]].")
    report = checker.finish()
    assert found(report) == []
    assert (report.links, [wanted.title for wanted in report.wanted]) == (3, ["Nowhere"])


def test_missing_title_in_native_notation() -> None:
    assert found(check({"a.scrapbox": b"\ntext\n"})) == [("missing-title", "a.scrapbox", 1, 0)]


def test_ambiguous_titles_name_both_files() -> None:
    one = only(check({"b/x.md": page("Wet_leaves", "a"), "a/y.md": page("wet Leaves", "b")}))
    assert one.rule is Rule.AMBIGUOUS_TITLE
    assert (one.path, one.line, one.related, one.related_line) == ("b/x.md", 2, "a/y.md", 2)
    assert one.message == "'Wet_leaves' is the same title as 'wet Leaves' of a/y.md"


def test_titles_of_two_wikis_are_not_ambiguous() -> None:
    locks = {
        f"{name}/scrapbox.lock": dump_lock(
            Lock(name, pages=(LockedPage("1", "Moss", "Moss.scrapbox"),))
        ).encode()
        for name in ("garden", "tools")
    }
    files = {f"{name}/Moss.scrapbox": b"Moss\ntext\n" for name in ("garden", "tools")}
    assert check(files, locks=locks).findings == ()
    files["garden/again.scrapbox"] = b"moss\ntext\n"
    again = check(files, locks=locks)
    assert found(again) == [
        ("unlisted-file", "garden/again.scrapbox", 0, 0),
        ("ambiguous-title", "garden/again.scrapbox", 1, 0),
    ]


# -- names of files --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ("a/MOSS.md", "a/moss.md", "some file systems treat both as one file"),
        ("A/moss.md", "a/moss.md", "some file systems treat both as one file"),
        ("caf\u00e9.md", "cafe\u0301.md", "some file systems treat both as one file"),
        ("STRASSE.md", "straße.md", "some file systems treat both as one file"),
        ("moss.md", "moss.scrapbox", "both become the same document"),
    ],
)
def test_collisions(first: str, second: str, message: str) -> None:
    texts = {"md": page("One", "a"), "scrapbox": b"Two\na\n"}
    files = {
        first: texts[first.rpartition(".")[2]],
        second: texts[second.rpartition(".")[2]].replace(b"One", b"Other"),
    }
    # Sphinx does not find the second "é", which is reported as well.
    findings = [one for one in check(files).findings if one.rule is not Rule.UNSAFE_FILE_NAME]
    assert [one.rule for one in findings] == [Rule.CASE_COLLISION]
    assert message in findings[0].message
    assert {findings[0].path, findings[0].related} == {first, second}


def test_same_name_in_two_folders_is_no_collision() -> None:
    assert check({"a/m.md": page("A", "x"), "b/m.md": page("B", "x")}).findings == ()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("What is it?.md", "Windows allows no ? in a name"),
        ('a "b": c.md', 'Windows allows no " : in a name'),
        ("a\x01b.md", "U+0001"),
        ("CON.md", "name of a device"),
        ("aux.d.md", "name of a device"),
        ("com1 .md", "name of a device"),
        ("lpt².md", "name of a device"),
        ("a\udcff.md", "not UTF-8"),
        ("長" * 81 + ".md", "246 bytes"),
    ],
)
def test_unsafe_file_names(name: str, reason: str) -> None:
    one = only(check({name: page("a", "text")}))
    assert one.rule is Rule.UNSAFE_FILE_NAME
    assert reason in one.message


@pytest.mark.parametrize(
    "name",
    ["..hidden.md", "a..md", "CONTENT.md", "com10.md", "a.con.md", "-a.md", "長" * 30 + ".md"],
)
def test_safe_file_names(name: str) -> None:
    assert check({name: page("a", "text")}).findings == ()


def test_a_folder_is_named_once() -> None:
    files = {f"talks./sub/{name}.md": page(name, "text") for name in "ab"}
    one = only(check(files))
    assert (one.path, one.message) == ("talks.", "Windows removes the dot at the end of a name")


def test_long_file_names() -> None:
    one = only(check({"長" * 40 + ".md": page("a", "text")}))
    assert (one.rule, one.message) == (Rule.LONG_FILE_NAME, "a name of 123 bytes")


# -- pages -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("a.md", page("a")),
        ("a.md", page("a", "", " ")),
        ("a.md", page("a", "", FOOTER)),
        ("a.scrapbox", b"a"),
        ("a.scrapbox", b"a\n\n \n"),
    ],
)
def test_empty_pages(path: str, data: bytes) -> None:
    assert only(check({path: data})).rule is Rule.EMPTY_PAGE


def test_second_footer_without_title() -> None:
    merged = body("first", FOOTER, "second", FOOTER)
    assert found(merged) == [("duplicate-footer", "Moss.md", 10, 0)]
    assert body("first", FOOTER, "moss", "second", FOOTER).findings == ()
    assert body("first", FOOTER, "an afterthought").findings == ()


def test_control_characters() -> None:
    one = only(body("fine", "a\x01b\x02[c]"))
    assert (one.rule, one.line, one.column) == (Rule.CONTROL_CHARACTER, 6, 2)
    assert "U+0001, U+0002" in one.message
    assert (one.source, one.repair) == ("a\x01b\x02[c]", "ab[c]")
    assert only(check({"a.scrapbox": b"a\nb\x7fc\n"})).repair == "bc"


# -- icons and links -------------------------------------------------------------------


def test_unknown_icons() -> None:
    report = body(
        "said " + icon("Mio"),
        icon("moss") + icon("Mio") + icon("en") + icon("x", "elsewhere"),
        "- " + icon("Ren"),
    )
    assert found(report) == [
        ("unknown-icon", "Moss.md", 5, 6),
        ("unknown-icon", "Moss.md", 7, 3),
    ]


def test_icons_that_need_no_page() -> None:
    files = {
        "Moss.md": page("Moss", icon("Old Mio")),
        "a.scrapbox": b"a\n[old_mio.icon][b.icon]\n",
    }
    one = only(check(files, icons=("old mio",)))
    assert (one.path, one.line, one.column, one.message) == (
        "a.scrapbox",
        2,
        15,
        "no page 'b' for this icon",
    )


def test_icons_of_the_own_project_by_its_name() -> None:
    rows = (LockedPage("1", "a", "a.scrapbox"),)
    lock = dump_lock(
        Lock("garden", pages=rows, pictures=(LockedPicture("icon", "/garden/b", ""),))
    )
    text = b"a\n[/garden/a.icon] [/garden/b.icon] [/tools/b.icon]\n"
    one = only(check({"a.scrapbox": text}, locks={"scrapbox.lock": lock.encode()}))
    assert one.message == "no page 'b' for this icon"


def test_links_are_only_counted() -> None:
    report = check(
        {
            "a.md": page("a", "[[b]] [[B]] [[lost one]] #lost_One [[b#section]]"),
            "b.md": page("b", "[[Lost One]] [[other]] [/tools/x](https://scrapbox.io/tools/x)"),
        }
    )
    assert report.findings == ()
    assert (report.links, report.unresolved) == (5, 3)
    assert report.wanted == (("lost one", 2, ""), ("other", 1, ""))


def locked(*pages: tuple[str, str, bytes, tuple[str, ...]]) -> dict[str, bytes]:
    rows = tuple(
        LockedPage(str(number), title, file, hash=sha256(data).hexdigest(), line_ids=ids)
        for number, (title, file, data, ids) in enumerate(pages)
    )
    return {"scrapbox.lock": dump_lock(Lock("garden", pages=rows)).encode()}


def test_earlier_titles() -> None:
    rows = (
        LockedPage(
            "1", "Moss", "Moss.scrapbox", line_ids=(OTHER_ROW, ROW), earlier_titles=("Lichen",)
        ),
        LockedPage("2", "Gone", "Gone.scrapbox", earlier_titles=("Fern",)),
    )
    text = f"Moss\n[lichen] [Fern] [Lichen.icon] [Lichen#{ROW}]\n".encode()
    locks = {"scrapbox.lock": dump_lock(Lock("garden", pages=rows)).encode()}
    report = check({"Moss.scrapbox": text}, locks=locks)
    assert [one.rule for one in report.findings] == [Rule.LOST_FILE]
    assert report.wanted == (("Fern", 1, "garden"),)


def test_dead_line_anchors() -> None:
    moss = b"Moss\nwet\n"
    stone = (
        f"Stone\n[Moss#{ROW}] [Moss#{GONE}] [Moss#{GONE}]\n"
        f"[Nowhere#{GONE}] [Moss#part] [/garden/moss#{GONE}] [Stone#{ROW}]\n"
    ).encode()
    locks = locked(
        ("Moss", "Moss.scrapbox", moss, (OTHER_ROW, ROW)), ("Stone", "Stone.scrapbox", stone, ())
    )
    files = {
        "Moss.scrapbox": moss,
        "Stone.scrapbox": stone,
        "c.md": page("c", f"[[moss#{GONE}]]"),
    }
    assert found(check(files, locks=locks)) == [
        ("dead-line-anchor", "Stone.scrapbox", 2, 33),
        ("dead-line-anchor", "Stone.scrapbox", 3, 48),
        ("dead-line-anchor", "c.md", 5, 1),
    ]
    assert check(files).findings == ()  # without a lock nobody knows


# -- lock files ------------------------------------------------------------------------


def test_lock_problems() -> None:
    good, changed = b"Good\nx\n", b"Changed\nx\n"
    locks = locked(
        ("Good", "Good.scrapbox", good, ()),
        ("Changed", "deep/Changed.scrapbox", b"before", ()),
        ("Lost", "Lost.scrapbox", b"", ()),
        ("Good_2", "Good_2.scrapbox", good, ()),
    )
    files = {
        "Good.scrapbox": good.replace(b"\n", b"\r\n"),
        "deep/Changed.scrapbox": changed,
        "Good_2.scrapbox": good,
        "deep/New.scrapbox": b"New\nx\n",
        "exported.md": page("exported", "x"),
    }
    report = check(files, locks=locks)
    assert found(report) == [
        ("title-row", "Good_2.scrapbox", 1, 0),
        ("changed-file", "deep/Changed.scrapbox", 0, 0),
        ("unlisted-file", "deep/New.scrapbox", 0, 0),
        ("lost-file", "scrapbox.lock", 4, 0),
    ]
    assert "Lost.scrapbox" in report.findings[-1].message


def test_an_untitled_page_has_the_title_of_its_lock() -> None:
    data = b"\ntext\n"
    locks = locked(("Untitled", "a.scrapbox", data, ()))
    assert [one.rule for one in check({"a.scrapbox": data}, locks=locks).findings] == [
        Rule.TITLE_ROW
    ]


def test_the_nearest_lock_counts() -> None:
    data = b"a\nx\n"
    lock = locked(("a", "a.scrapbox", data, ()))["scrapbox.lock"]
    outer = locked()["scrapbox.lock"]
    locks = {"in/scrapbox.lock": lock, "scrapbox.lock": outer}
    assert check({"in/a.scrapbox": data}, locks=locks).findings == ()


@pytest.mark.parametrize("data", [b"", b"{}", b"\xff", b"[1]\n"])
def test_broken_lock(data: bytes) -> None:
    report = check({"a.scrapbox": b"a\nx\n"}, locks={"scrapbox.lock": data})
    assert found(report) == [("broken-lock", "scrapbox.lock", 0, 0)]


# -- brackets --------------------------------------------------------------------------

KNOWN = {key(title) for title in ("Wet leaves", "leaf", "Leaf mould", "Rain?", "a [b", "stone.")}


def mended(line: str) -> str | None:
    damage = find_damage([line])
    assert damage, "nothing was found"
    repaired = propose_repair([line], damage, KNOWN)
    return repaired[0] if repaired else None


def url(address: str) -> str:
    return f"[{address}]({address})"


@pytest.mark.parametrize(
    ("line", "repaired"),
    [
        # to the end of the line
        ("see [the wall", "see [[the wall]]"),
        ("    - > see [the wall ", "    - > see [[the wall]]"),
        ("[[Moss]] and [the wall", "[[Moss]] and [[the wall]]"),
        # to the end of a title that is known, the longest that fits
        ("see [wet_leaves, and more", "see [[wet_leaves]], and more"),
        ("see [leaf mould and so on", "see [[leaf mould]] and so on"),
        ("see [rain? Then. Or not", "see [[rain?]] Then. Or not"),
        ("see [leafy green", "see [[leafy green]]"),
        ("as [stone. [[Moss]]", "as [[stone.]] [[Moss]]"),
        # from the start of the line, or of a known title
        ("The wall] is wet", "[[The wall]] is wet"),
        ("    - The wall] is wet", "    - [[The wall]] is wet"),
        ("12. > The wall] is wet", "12. > [[The wall]] is wet"),
        ("Ask about leaf mould] today", "Ask about [[leaf mould]] today"),
        ("[[Moss]] and leaf] today", "[[Moss]] and [[leaf]] today"),
        # a bracket too many at a link
        ("[[[Moss]] is wet", "[[Moss]] is wet"),
        ("[[Moss]]] is wet", "[[Moss]] is wet"),
        # nobody can tell
        ("[[Moss]] and so on] today", None),
        ("see [the wall with [[Moss]]", None),
        ("First. Then [one thing. And another.", None),
        ("[" + "long " * 40, None),
        ("[ [ [ [ [ [ [ [ [ [ [ [ [ [", None),
    ],
)
def test_lone_brackets(line: str, repaired: str | None) -> None:
    assert mended(line) == repaired


CUT = "https://example.org/a"


@pytest.mark.parametrize(
    ("line", "repaired"),
    [
        (f"[Notes {url(CUT)}]", f"[Notes]({CUT})"),
        (f"- x [Notes #1 {url(CUT + '-')} b/c.html] y", f"- x [Notes #1]({CUT}-b/c.html) y"),
        (f"[Notes {url(CUT)} on moss]", f"[Notes on moss]({CUT})"),
        (f"[Notes {url(CUT)} on] moss]", None),
        (f"[Notes {url(CUT)} and more.", f"[Notes]({CUT}) and more."),
        (f"[Notes {url(CUT + '/')} e.g. this]", f"[Notes e.g. this]({CUT}/)"),
        (f"[Notes {url(CUT + '/')} b_c d]", f"[Notes d]({CUT}/b_c)"),
        (f"[Notes {url(CUT + '/')} b]", f"[Notes]({CUT}/b)"),
        (f"[Notes {url(CUT)} utm_source=x]", f"[Notes]({CUT}?utm_source=x)"),
        (f"[Notes {url(CUT + '?utm')} _source=x]", f"[Notes]({CUT}?utm_source=x)"),
        (f"[雨 {url(CUT + '/%E9%9')} B%A8]", f"[雨]({CUT}/%E9%9B%A8)"),
        (f"[雨 {url(CUT + '/%E9%')} 9B%A8]", f"[雨]({CUT}/%E9%9B%A8)"),
        (f"[雨 {url(CUT + '/%E9')} %9B A8%E9]", f"[雨]({CUT}/%E9%9B%A8%E9)"),
        (f"({url(CUT)} [N {url(CUT)} https://example.org/b])", f"({url(CUT)} [N https://example.org/b]({CUT}))"),
        (
            f"[One {url(CUT)}] and [two {url(CUT + '-')} b]",
            f"[One]({CUT}) and [two]({CUT}-b)",
        ),
        (f"[{url(CUT)} x]", None),
    ],
)  # fmt: skip
def test_addresses_cut_in_two(line: str, repaired: str | None) -> None:
    damage = find_damage([line])
    if repaired is None:
        assert not damage or not propose_repair([line], damage, KNOWN)
    else:
        assert mended(line) == repaired


@pytest.mark.parametrize(
    ("line", "repaired"),
    [
        (f"- see [Rain and []]({CUT}) today", f"- see [Rain and]({CUT}) today"),
        (f"x [[[News]] of moss []]({CUT})", f"x [[News] of moss]({CUT})"),
        (f"see []]({CUT})", None),
    ],
)
def test_lost_labels(line: str, repaired: str | None) -> None:
    assert [one.kind for one in find_damage([line])] == [DamageKind.LABEL]
    assert mended(line) == repaired


@pytest.mark.parametrize(
    ("line", "repaired"),
    [
        ("[* Wet stones", "### Wet stones"),
        ("[** Wet [[leaf]] stones]", "## Wet [[leaf]] stones"),
        ("[***** Wet", "# Wet"),
        ("- a [*/ wet", "- a wet"),
        ("[### Wet [[leaf]]", "### Wet [[leaf]]"),
        ("the set [$ \\alpha \\in B", "the set $\\alpha \\in B$"),
        ("the set [$ and then some more words", None),
    ],
)
def test_lost_ends(line: str, repaired: str | None) -> None:
    assert mended(line) == repaired


def test_rules_of_brackets() -> None:
    report = body("- a [* b", "- c [d", "[* e [[f]] g] and h] too")
    assert found(report) == [
        ("stray-decoration", "Moss.md", 5, 5),
        ("damaged-bracket", "Moss.md", 6, 5),
        ("stray-decoration", "Moss.md", 7, 1),
        ("damaged-bracket", "Moss.md", 7, 20),
    ]
    assert [one.repair for one in report.findings] == ["- a b", "- c [[d]]", None, None]


def test_a_proposal_knows_the_other_pages() -> None:
    files = {"a.md": page("a", "Mind the [wet wall today"), "b.md": page("Wet wall", "x")}
    assert only(check(files)).repair == "Mind the [[wet wall]] today"


def test_a_line_that_the_export_broke() -> None:
    lost = body("### Wet [stones", " and more")
    assert [(one.line, one.column, one.repair) for one in lost.findings] == [
        (5, 9, "### Wet [[stones]]")
    ]
    second = body("### Wet stones", " and [more")
    assert [(one.line, one.column, one.repair) for one in second.findings] == [
        (6, 6, " and [[more]]")
    ]
    assert body("### Wet (see [stones", " and more)]").findings == ()


def test_brackets_of_a_footer_are_its_own() -> None:
    footer = FOOTER.replace("雨", "![image](https://example.org/a.png").replace("DeepL", "[x")
    assert body("text", footer).findings == ()


def test_native_brackets() -> None:
    text = b"a\n[* open\nlone ] one\n[b] `[` [c\n[$ [0, 1) ]\ncode:x\n [\n[d] fine [0, 1)\n"
    assert found(check({"a.scrapbox": text})) == [
        ("stray-decoration", "a.scrapbox", 2, 0),
        ("damaged-bracket", "a.scrapbox", 3, 0),
        ("damaged-bracket", "a.scrapbox", 4, 0),
    ]
    assert list(find_native_damage("] [* [")) == [
        DamageKind.STRAY,
        DamageKind.CLOSE,
        DamageKind.OPEN,
    ]


@given(st.text("[]()`*$# -/ahtps:.!]x\u3042", max_size=60))
def test_any_line(line: str) -> None:
    line = line.strip() or "x"
    damage = find_damage([line])
    for one in damage:
        assert 0 <= one.at < len(line)
    repaired = propose_repair([line], damage, KNOWN)
    if damage and repaired:
        assert repaired[0] != line
        assert find_damage(repaired) == []
    read_markdown_inline(line)


@given(st.binary(max_size=80))
def test_any_bytes(data: bytes) -> None:
    for name in ("a.md", "a.scrapbox"):
        check(
            {name: b"---\ntitle: x\n---\n" + data, f"b{name}": data}, locks={"scrapbox.lock": data}
        )


# -- real pages ------------------------------------------------------------------------


def test_real_exported_pages(shared: Path) -> None:
    checker = Checker()
    for path in sorted((shared / "exported").glob("*.md")):
        checker.read(path.name, path.read_bytes())
    report = checker.finish()
    assert report.pages == 280
    count = Counter(one.rule for one in report.findings)
    assert report.worst is Severity.WARNING
    assert count.keys() == {
        Rule.DAMAGED_BRACKET,
        Rule.STRAY_DECORATION,
        Rule.UNKNOWN_ICON,
        Rule.UNSAFE_FILE_NAME,
    }
    # Most damage is of the kinds that can be told, and what is proposed is another line.
    damaged = [one for one in report.findings if one.rule is Rule.DAMAGED_BRACKET]
    assert 80 < len(damaged) < 110
    assert all(one.line and one.column for one in damaged)
    assert sum(one.repair is not None for one in damaged) > 0.9 * len(damaged)
    assert all(one.repair != one.source for one in damaged)
