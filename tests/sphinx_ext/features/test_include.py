"""``scrapbox:include``: what it shows of a page, how that is kept up to date, what it refuses."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from docutils import nodes
from sites import BUILDERS, EPUB, Built, Site, broken_links, icon, page, tree

from sphinx_scrapbox.snapshot.lockfile import Lock, LockedPage, dump_lock

# The JSON builder of sphinxcontrib-serializinghtml 2.0, on Sphinx 9.
pytestmark = pytest.mark.filterwarnings("ignore:'sphinxcontrib\\.serializinghtml")

HERE = {"scrapbox_project": "garden-en", "scrapbox_related": False}
SHED = """Tool shed
[* What hangs where]
Spades on the left [mio.icon]
 long handles "below" -- yes
  oil them in [Compost]
 short ones

[* Code]
code:rusty.py
 def rusty(spade):
     return spade.days > 3
In between
code:rusty.py
 print(rusty(spade))
code:../../x.HTML
 <script>
table:handles
 wood\tneeds oil
 ash\t[Compost]
 plastic
[$ V = \\pi r^2 h ]
#tools
"""
IDS = [f"{number:024x}" for number in range(1, SHED.count("\n") + 1)]
EXPORTED = 1767225600  # 2026-01-01


def lock(*pages: LockedPage, project: str = "garden-en", exported: int = EXPORTED) -> str:
    return dump_lock(Lock(project, exported, pages=pages))


SHED_ROW = LockedPage(IDS[0], "Tool shed", "shed.scrapbox", line_ids=tuple(IDS))
WIKI = {
    "wiki/shed.scrapbox": SHED,
    "wiki/scrapbox.lock": lock(SHED_ROW),
    "wiki/Compost.md": page("Compost", icon("eva") + "Warm.", "", "Turned [[often]]."),
}


def guide(argument: str, *options: str, after: str = "") -> str:
    lines = [f"```{{scrapbox:include}} {argument}", *options, "```", "", after]
    return "\n".join(["# Guide", "", "Before.", "", *lines])


def site_of(tmp_path: Path, text: str, **files: str) -> Site:
    index = "Index\n=====\n\n.. toctree::\n\n   guide\n"
    return Site(tmp_path / "src", {"index.rst": index, "guide.md": text, **WIKI, **files})


def shown(tmp_path: Path, argument: str, *options: str, **config: Any) -> str:
    """What the guide says, as text."""
    done = site_of(tmp_path, guide(argument, *options)).build("text", **{**HERE, **config})
    assert done.warnings == []
    text = done.text("guide.txt")
    head, _, body = text.partition("Before.\n")
    assert head == "Guide\n*****\n\n"
    return body.strip()


SECTION = """What hangs where
================

From Tool shed, as of 2026-01-01.

Spades on the left (mio)

* long handles "below" -- yes

  * oil them in Compost

* short ones"""
LINE = f"+{'-' * 52}+{'-' * 52}+\n"
CODE = """rusty.py

   def rusty(spade):
       return spade.days > 3
   print(rusty(spade))

From Tool shed, as of 2026-01-01."""


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ((":section: What hangs where",), SECTION),
        ((":section: what_hangs_WHERE",), SECTION),
        ((":section: 1",), SECTION),
        ((f":line: {IDS[1]}",), SECTION),  # the line of a heading stands for its section
        (
            (f":line: {IDS[3]}",),
            'long handles "below" -- yes\n\n* oil them in Compost\n\n'
            "From Tool shed, as of 2026-01-01.",
        ),
        ((f":line: {IDS[4]}", ":attribution: none"), "oil them in Compost"),
        (
            (":lines: 4-5", ":attribution: none"),
            'long handles "below" -- yes\n\n* oil them in Compost',
        ),
        (
            (":start-after: long", ":end-before: short", ":attribution: none"),
            "oil them in Compost",
        ),
        ((":code: rusty.py",), CODE),
        ((":code: rusty.py", ":download:"), CODE),
        (
            (":code: rusty.py", ":lines: 2", ":dedent:", ":no-title:", ":attribution: none"),
            "return spade.days > 3",
        ),
        (
            (":code: rusty.py", ":start-at: print", ":caption: The *end*", ":attribution: none"),
            "The *end*\n\n   print(rusty(spade))",
        ),
        (
            (":table: handles", ":attribution: none"),
            "handles\n^^^^^^^\n"
            f"{LINE}| wood | needs oil |\n{LINE.replace('-', '=').replace('+', '|')}"
            f"| ash | Compost |\n{LINE}| plastic | |\n{LINE}",
        ),
        (
            (f":line: {IDS[13]}", ":attribution: none"),
            "rusty.py\n\n   print(rusty(spade))",
        ),
    ],
)  # fmt: skip
def test_parts(tmp_path: Path, options: tuple[str, ...], text: str) -> None:
    said = shown(tmp_path, "Tool shed", *options)
    assert _squeezed(said) == _squeezed(text)


def _squeezed(text: str) -> list[str]:
    """Lines without what the text builder adds to links and lists."""
    lines = (" ".join(line.replace("*", "").split()) for line in text.split("\n"))
    return [line for line in lines if line]


def test_a_whole_page_is_a_section(tmp_path: Path) -> None:
    done = site_of(tmp_path, guide("tool_shed")).build(**HERE)
    assert done.warnings == []
    body = done.html("guide.html").body
    assert [tag.text.rstrip("¶") for tag in body.all("h1")] == ["Guide"]
    assert [tag.text.rstrip("¶") for tag in body.all("h2")] == ["Tool shed"]
    assert [tag.text.rstrip("¶") for tag in body.all("h3")] == ["What hangs where", "Code"]
    said = body.one("p", "scrapbox-attribution")
    assert said.text == "From Tool shed, as of 2026-01-01."
    assert said.one("a")["href"] == "wiki/shed.html"
    assert broken_links(done.out) == []
    assert "Tool shed" in [tag.text for tag in done.html("index.html").body.all("a")]


def test_the_line_of_the_title_stands_for_the_page(tmp_path: Path) -> None:
    done = site_of(tmp_path, guide(f"Tool shed#{IDS[0]}")).build(**HERE)
    assert done.warnings == []
    body = done.html("guide.html").body
    assert [tag.text.rstrip("¶") for tag in body.all("h2")] == ["Tool shed"]


def test_a_whole_exported_page_without_its_title(tmp_path: Path) -> None:
    said = shown(tmp_path, "Compost", ":no-title:")
    assert _squeezed(said) == ["eva:", "Warm.", "Turned often.", "en", "From Compost."]


def test_a_title_of_ones_own(tmp_path: Path) -> None:
    said = shown(tmp_path, "Tool shed", f":line: {IDS[5]}", ":title: Handles")
    assert _squeezed(said) == [
        "Handles", "=======", "From Tool shed, as of 2026-01-01.", "short ones"
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        guide("Tool shed", ":section: Code", after="After.\n"),
        "# Guide\n\n- item\n\n  ```{scrapbox:include} Tool shed\n  :section: Code\n  ```\n",
        "# Guide\n\n```{note}\n:::{scrapbox:include} Tool shed\n:section: Code\n:::\n```\n",
    ],
)
def test_headings_where_no_section_may_stand(tmp_path: Path, text: str) -> None:
    config = {**HERE, "myst_enable_extensions": ["colon_fence"]}
    done = site_of(tmp_path, text).build(**config)
    assert done.warnings == []
    assert [one.astext() for one in done.doctree("guide").findall(nodes.section)] != []
    assert len(list(done.doctree("guide").findall(nodes.section))) == 1
    heading = done.html("guide.html").body.one("h2", "rubric")
    assert heading.text == "Code"


def test_both_markups_give_one_doctree(tmp_path: Path) -> None:
    rest = "Guide\n=====\n\nBefore.\n\n.. scrapbox:include:: Tool shed\n"
    done = site_of(tmp_path, guide("Tool shed"), **{"rest.rst": f":orphan:\n\n{rest}"}).build(
        **HERE
    )
    assert done.warnings == []
    (by_rest,) = (one for one in done.doctree("rest").children if isinstance(one, nodes.section))
    (by_myst,) = done.doctree("guide").children
    assert tree(by_rest) == tree(by_myst)


def test_twice_in_a_document(tmp_path: Path) -> None:
    text = guide("Tool shed") + "\n" + guide("Tool shed").removeprefix("# Guide\n")
    done = site_of(tmp_path, text).build(**HERE)
    assert done.warnings == []
    ids = [one for node in done.doctree("guide").findall(nodes.Element) for one in node["ids"]]
    assert len(ids) == len(set(ids))


def test_what_has_an_address_has_it_on_its_page(tmp_path: Path) -> None:
    after = f"{{scrapbox:page}}`Tool shed#{IDS[3]}`\n"
    done = site_of(tmp_path, guide("Tool shed", after=after)).build(**HERE)
    assert done.warnings == []
    body = done.html("guide.html").body
    assert not [tag for tag in body.walk() if tag.attributes.get("id", "").startswith("L0")]
    assert body.all("a", "reference")[-1]["href"] == f"wiki/shed.html#L{IDS[3]}"
    # The guide's own headings keep their names.
    names = done.doctree("guide").nameids
    assert "tool shed" not in names
    assert "guide" in names


def test_quotes_stay_as_they_were_typed(tmp_path: Path) -> None:
    rest = 'Guide\n=====\n\n"Mine" -- yes.\n\n.. scrapbox:include:: Tool shed\n'
    site = site_of(tmp_path, "# Guide\n", **{"rest.rst": f":orphan:\n\n{rest}"})
    text = site.build(**HERE).html("rest.html").body.text
    assert "“Mine” – yes." in text
    assert 'long handles "below" -- yes' in text


def test_links_count_and_lead_where_they_do_on_the_page(tmp_path: Path) -> None:
    other = lock(SHED_ROW, project="sheds")
    done = site_of(
        tmp_path, guide("Tool shed", ":lines: 3-5"), **{"wiki/scrapbox.lock": other}
    ).build(**HERE)
    assert done.warnings == []
    facts = done.app.env.domains["scrapbox"].facts["guide"]  # type: ignore[attr-defined]
    assert [target for target, _ in facts.mentions] == ["/sheds/Compost", "/sheds/Tool shed"]
    links = [tag["href"] for tag in done.html("guide.html").body.all("a", "scrapbox-wiki")]
    # The site's own Compost is of another project.
    assert links == ["https://scrapbox.io/sheds/mio", "https://scrapbox.io/sheds/Compost"]


def test_a_page_of_another_project_is_named(tmp_path: Path) -> None:
    other = {
        "other/shed.scrapbox": "Tool shed\nOver there\n",
        "other/scrapbox.lock": lock(project="sheds"),
    }
    site = site_of(tmp_path, guide("/sheds/tool shed", ":no-title:"), **other)
    built = site.build("text", **HERE, suppress_warnings=["scrapbox.duplicate_title"])
    assert "Over there" in built.text("guide.txt")


def test_a_file(tmp_path: Path) -> None:
    site = site_of(tmp_path, guide("", ":file: /wiki/shed.scrapbox", ":code: rusty.py"))
    built = site.build("text", **HERE)
    assert built.warnings == []
    assert "print(rusty(spade))" in built.text("guide.txt")


def test_a_file_that_is_no_document(tmp_path: Path) -> None:
    site = site_of(tmp_path, guide("", ":file: wiki/shed.scrapbox", ":no-title:"))
    built = site.build("text", exclude_patterns=["_build", "wiki/shed*"], **HERE)
    assert built.warnings == []
    assert "Spades on the left" in built.text("guide.txt")


@pytest.mark.parametrize(
    ("argument", "options", "warning"),
    [
        ("Nowhere", (), "no wiki page 'Nowhere' [scrapbox.include]"),
        ("Guide", (), "no wiki page 'Guide' [scrapbox.include]"),
        ("", (), "name a page, or a file with :file: [scrapbox.directive]"),
        ("", (":file: none.md",), "file 'none.md' is not a wiki page [scrapbox.include]"),
        ("", (":file: guide.md",), "file 'guide.md' is not a wiki page [scrapbox.include]"),
        (
            "",
            (":file: wiki/scrapbox.lock",),
            "file 'wiki/scrapbox.lock' is not a wiki page [scrapbox.include]",
        ),
        (
            "Tool shed",
            (":section: Roof",),
            "'Tool shed': no section is called 'Roof' [scrapbox.include]",
        ),
        (
            "Tool shed",
            (f":line: {'f' * 24}",),
            f"'Tool shed': no line has the id {'f' * 24} [scrapbox.include]",
        ),
        (
            "Tool shed",
            (":code:",),
            "'Tool shed': there are several blocks of code, and none is named [scrapbox.include]",
        ),
        ("Compost", (":code:",), "'Compost': there is no code [scrapbox.include]"),
        ("Compost", (":table: x",), "'Compost': no table is called 'x' [scrapbox.include]"),
        (
            "Tool shed",
            (":line: 12",),
            "option 'line' must be the id of a line, 24 hexadecimal digits, not '12'; it is "
            "ignored [scrapbox.directive]",
        ),
        (
            "Tool shed",
            (":code: rusty.py", ":table: handles"),
            "options 'code' and 'table' exclude each other [scrapbox.directive]",
        ),
        (
            "Tool shed",
            (":code: rusty.py", ":lines: x"),
            "invalid line number spec: 'x' [scrapbox.directive]",
        ),
        (
            "Tool shed",
            (":code: rusty.py", ":start-after: nothing"),
            "start-after pattern not found: nothing [scrapbox.directive]",
        ),
        (
            "Tool shed",
            (":attribution: off", ":section: Code"),
            "option 'attribution' must be one of on, none, not 'off'; it is ignored "
            "[scrapbox.directive]",
        ),
        (
            "Tool shed",
            (":section: Code", ":linenos:"),
            "option 'linenos' does not fit what is included; it is ignored [scrapbox.directive]",
        ),
    ],
)
def test_mistakes_are_told(
    tmp_path: Path, argument: str, options: tuple[str, ...], warning: str
) -> None:
    site = site_of(tmp_path, guide(argument, *options))
    done = site.build(**HERE)
    assert done.warnings == [f"SRC/guide.md:5: WARNING: scrapbox:include: {warning}"]
    if argument:  # a reader finds the page anyway
        assert argument in [tag.text for tag in done.html("guide.html").body.all("a")]


# -- downloads -------------------------------------------------------------------------


def test_download(tmp_path: Path) -> None:
    text = guide("Tool shed", ":code: rusty.py", ":download:", ":lines: 1")
    done = site_of(tmp_path, text).build(**HERE)
    assert done.warnings == []
    link = done.html("guide.html").body.one("a", "download")
    assert link.text == "Download rusty.py"
    assert link["href"].endswith("/rusty.py")
    whole = "def rusty(spade):\n    return spade.days > 3\nprint(rusty(spade))\n"
    assert done.text(link["href"]) == whole
    assert broken_links(done.out) == []
    assert broken_links(site_of(tmp_path, text).build("dirhtml", **HERE).out) == []


def test_download_is_of_no_place_but_its_own(tmp_path: Path) -> None:
    options = (":code: ../../x.HTML", ":download:", ":attribution: none")
    done = site_of(tmp_path, guide("Tool shed", *options)).build(**HERE)
    link = done.html("guide.html").body.one("a", "download")
    assert link["href"].rpartition("/")[2] == "-.-..-x.HTML.txt"
    assert [path.name for path in done.out.rglob("*x.HTML*")] == ["-.-..-x.HTML.txt"]


@pytest.mark.parametrize(
    ("options", "name"), [((), "costs"), ((":caption: What *it* costs",), "What *it* costs")]
)
def test_a_table_that_is_too_wide_is_lines(
    tmp_path: Path, options: tuple[str, ...], name: str
) -> None:
    cells = "\t".join(f"c{at}" for at in range(300))
    text = guide("Costs", ":table: costs", ":header-rows: 1", ":attribution: none", *options)
    site = site_of(tmp_path, text, **{"Costs.scrapbox": f"Costs\ntable:costs\n {cells}\n last\n"})
    built = site.build("text", **HERE)
    assert [line.endswith("[scrapbox.size]") for line in built.warnings] == [True]
    shown = " ".join(built.text("guide.txt").split())
    assert f"-[ {name} ]- {cells} last".replace("\t", " | ") in shown


@pytest.mark.parametrize("builder", BUILDERS)
def test_every_builder(tmp_path: Path, builder: str) -> None:
    text = guide("Tool shed") + "".join(
        f"\n```{{scrapbox:include}} Tool shed\n{options}\n```\n"
        for options in (
            ":code: rusty.py\n:download:\n:linenos:",
            ":table: handles\n:header-rows: 0",
        )
    )
    done = site_of(tmp_path, text).build(builder, **HERE, **EPUB)
    assert done.warnings == []
    assert (len(list(done.out.rglob("rusty.py"))) == 1) == (
        builder in ("html", "dirhtml", "singlehtml", "json")
    )


# -- kept up to date -------------------------------------------------------------------


def _touched(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    later = path.stat().st_mtime + 10
    os.utime(path, (later, later))


def _same_as_new(site: Site, kept: Built, **config: Any) -> None:
    fresh = site.build(target="_fresh", **config)
    for name in ("guide.html", "searchindex.js", "objects.inv"):
        assert (kept.out / name).read_bytes() == (fresh.out / name).read_bytes()


def test_an_edit_is_followed(tmp_path: Path) -> None:
    site = site_of(tmp_path, guide("Tool shed", ":section: Code"))
    site.build(**HERE)
    _touched(site.src / "wiki/shed.scrapbox", SHED.replace("In between", "In between, here"))
    done = site.build(**HERE)
    assert done.read == ["guide", "wiki/shed"]
    assert "In between, here" in done.html("guide.html").body.text
    _same_as_new(site, done, **HERE)


@pytest.mark.parametrize("parallel", [0, 2])
def test_a_lock_is_followed_where_it_speaks_of_the_page(tmp_path: Path, parallel: int) -> None:
    site = site_of(tmp_path, guide("Tool shed", ":section: Code"))
    config = {**HERE, "parallel": parallel}
    site.build(**config)
    other = LockedPage("f" * 24, "Other", "other.scrapbox")
    site.write({"wiki/scrapbox.lock": lock(SHED_ROW, other)})
    assert site.build(**config).read == []
    site.write({"wiki/scrapbox.lock": lock(SHED_ROW, other, exported=EXPORTED + 86400)})
    done = site.build(**config)
    assert done.read == ["guide"]
    assert "as of 2026-01-02" in done.html("guide.html").body.text
    _same_as_new(site, done, **HERE)


@pytest.mark.parametrize("parallel", [0, 2])
def test_a_page_that_comes_moves_and_goes(tmp_path: Path, parallel: int) -> None:
    site = site_of(tmp_path, guide("Roof", ":no-title:"))
    config = {**HERE, "parallel": parallel}
    assert len(site.build(**config).warnings) == 1
    site.write({"wiki/a.md": page("Roof", "First.")})
    done = site.build(**config)
    assert done.warnings == []
    assert "First." in done.html("guide.html").body.text
    _same_as_new(site, done, **HERE)
    (site.src / "wiki/a.md").unlink()
    site.write({"wiki/b.scrapbox": "roof\nSecond.\n"})
    done = site.build(**config)
    assert done.warnings == []
    assert "Second." in done.html("guide.html").body.text
    _same_as_new(site, done, **HERE)
    (site.src / "wiki/b.scrapbox").unlink()
    done = site.build(**config)
    assert len(done.warnings) == 1
    _same_as_new(site, done, **HERE)


def test_a_line_is_found_where_it_moved(tmp_path: Path) -> None:
    moved = LockedPage("e" * 24, "Attic", "attic.scrapbox", line_ids=("e" * 24, "d" * 24))
    files = {
        "wiki/attic.scrapbox": "Attic\nAn old spade\n",
        "wiki/scrapbox.lock": lock(SHED_ROW, moved),
    }
    site = site_of(tmp_path, guide(f"Tool shed#{'d' * 24}"), **files)
    done = site.build("text", **HERE)
    assert done.warnings == []
    assert _squeezed(done.text("guide.txt"))[2:] == [
        "An old spade",
        "From Attic, as of 2026-01-01.",
    ]


def test_a_page_is_found_by_a_title_it_had(tmp_path: Path) -> None:
    row = replace(SHED_ROW, earlier_titles=("Garage",))
    files = {"wiki/scrapbox.lock": lock(row)}
    done = site_of(tmp_path, guide("garage", ":section: Code"), **files).build("text", **HERE)
    assert done.warnings == []
    assert "From *Tool shed*" in done.text("guide.txt")


def test_no_wiki_page_includes(tmp_path: Path) -> None:
    wiki = "Roof\ncode:x({scrapbox:include})\n Tool shed\n"
    config = {**HERE, "scrapbox_page_directives": ["scrapbox:include"]}
    done = site_of(tmp_path, "# Guide\n", **{"wiki/roof.scrapbox": wiki}).build(**config)
    (warning,) = done.warnings
    assert "cannot contain 'scrapbox:include'" in warning
    assert "Spades" not in done.html("wiki/roof.html").body.text


def test_translators_meet_a_page_once(tmp_path: Path) -> None:
    done = site_of(tmp_path, guide("Tool shed", ":title: Shed")).build("gettext", **HERE)
    assert done.warnings == []
    assert "Spades" not in done.text("guide.pot")
    assert 'msgid "Shed"' in done.text("guide.pot")
    assert "Spades" in done.text("wiki.pot")


GERMAN = {
    "What hangs where": "Was wo hängt",
    "Spades on the left [mio.icon]": "Spaten links, von [Compost] [mio.icon]",
    "short ones": "kurze",
}


def _translated(site: Site, messages: dict[str, str], *, compact: bool) -> None:
    catalogue = Catalog(locale="de")
    for message, text in messages.items():
        catalogue.add(message, text)
    path = site.src / "locale/de/LC_MESSAGES" / ("wiki.mo" if compact else "wiki/shed.mo")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_mo(file, catalogue)
    os.utime(path, (path.stat().st_mtime + len(messages),) * 2)


@pytest.mark.parametrize("compact", [True, False])
def test_translations_of_the_page_count(tmp_path: Path, compact: bool) -> None:
    site = site_of(tmp_path, guide("Tool shed", ":section: 1"))
    config = {
        **HERE,
        "language": "de",
        "locale_dirs": ["locale"],
        "gettext_compact": compact,
        "gettext_auto_build": False,
    }
    assert "Spades on the left" in site.build(**config).html("guide.html").body.text
    _translated(site, GERMAN, compact=compact)
    done = site.build(**config)
    assert done.warnings == []
    assert "guide" in done.read
    body = done.html("guide.html").body
    assert [tag.text.rstrip("¶") for tag in body.all("h2")] == ["Was wo hängt"]
    assert "Spaten links, von Compost" in body.text
    assert 'long handles "below" -- yes' in body.text
    assert "wiki/Compost.html" in [link["href"] for link in body.all("a", "reference")]
    _translated(site, {**GERMAN, 'long handles "below" -- yes': "lange"}, compact=compact)
    assert "guide" in site.build(**config).read  # one process keeps the catalogues that it read
