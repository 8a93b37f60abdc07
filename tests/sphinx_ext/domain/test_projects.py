"""Each page knows its project: two wikis beside each other, with no configuration at all."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from outputs import stale_files
from sites import EPUB, ROOT, Built, Site, icon, page

from sphinx_scrapbox.snapshot.lockfile import Lock, LockedPage, dump_lock
from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of

WIKI = "https://scrapbox.io"
INDEX = "# Index\n\n```{toctree}\n:glob:\n\nen/*\nja/*\n```\n"


def exported(title: str, *lines: str, sources: tuple[str, ...] = ()) -> str:
    """An exported page that says nothing of its project."""
    footers = (
        f"\n---\nThis page is auto-translated from [/garden/{source}]"
        f"({WIKI}/garden/{source}) using DeepL."
        for source in sources
    )
    return "\n".join(["---", f'title: "{title}"', "---", "", *lines, *footers])


ENGLISH = {
    "en/Leaf mould.md": exported(
        "Leaf mould", "[[Tools]] [[水]] [[Unwritten]] #rain", sources=("腐葉土",)
    ),
    "en/Tools.md": exported("Tools", "[[Leaf mould]] #rain", sources=("Tools",)),
    "en/Rain.md": exported("Rain", "[[Tools]]"),
    "en/Pruning.md": exported("Pruning", "Cut it.", sources=("剪定の本",)),
    "en/Moss.md": exported("Moss", "It grows.", sources=("苔",)),
    "en/Beds.md": exported("Beds", "Dig them.", sources=("土", "水")),
    "en/Says.md": exported("Says", "[[/garden/水]]", icon("mio") + "Hello."),
}
JAPANESE = {
    "ja/腐葉土.md": exported("腐葉土", "[[Tools]] [[水]] [[未定]] #rain"),
    "ja/Tools.md": exported("Tools", "[[腐葉土]]"),
    "ja/Rain.md": exported("Rain", "雨の話です。"),
    "ja/剪定.md": exported("剪定", "切ります。"),  # of which the title was another one
    "ja/土.md": exported("土", "掘ります。"),
    "ja/水.md": exported("水", "まきます。"),
}
ICON = icon("mio").replace("garden-en", "garden")
CONFIG: dict[str, Any] = {"latex_engine": "xelatex", **EPUB}


def native() -> dict[str, str]:
    """The Japanese wiki as a snapshot."""
    files, rows = {}, []
    for name, text in JAPANESE.items():
        title = name[3:-3]
        body = text.split("---\n\n")[1].replace("[[", "[").replace("]]", "]")
        files[f"ja/{title}.scrapbox"] = f"{title}\n{body}\n"
        rows.append(LockedPage(title, title, f"{title}.scrapbox"))
    return {**files, "ja/scrapbox.lock": dump_lock(Lock("garden", pages=tuple(rows)))}


@pytest.fixture(scope="module", params=["icons", "footers", "native"])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The source wiki says by icons what it is, or says nothing, or is a snapshot."""
    others = native() if request.param == "native" else JAPANESE
    if request.param == "icons":
        others = {**JAPANESE, "ja/道具.md": exported("道具", "話す。", ICON)}
    site = Site(tmp_path_factory.mktemp("two") / "src", {"index.md": INDEX, **ENGLISH, **others})
    return site.build(**CONFIG)


def links(built: Built, docname: str) -> set[str]:
    """Where the words of a page lead, without its notices and related pages."""
    body = built.html(f"{docname}.html").body
    return {
        link["href"]
        for paragraph in body.all("p")
        for link in paragraph.all("a", "reference")
        if not paragraph.attributes.get("class")
    }


def alternates(built: Built, docname: str) -> set[str]:
    head = built.html(f"{docname}.html").root
    return {
        link["href"] for link in head.all("link", rel="alternate") if "hreflang" in link.attributes
    }


def test_every_page_has_its_project(built: Built) -> None:
    assert built.warnings == []
    domain = domain_of(built.app.env)
    for docname, facts in domain.facts.items():
        if facts.is_page:
            expected = "garden-en" if docname.startswith("en/") else "garden"
            assert (facts.project, domain.project_of(docname)) == (expected, expected), docname


def test_links_stay_in_their_wiki(built: Built) -> None:
    assert {"Tools.html", "Rain.html", f"{WIKI}/garden-en/水", f"{WIKI}/garden-en/Unwritten"} <= (
        links(built, "en/Leaf mould")
    )
    assert not {link for link in links(built, "en/Leaf mould") if "/ja/" in link}
    own = links(built, "ja/腐葉土")
    assert {"Tools.html", "Rain.html", f"{WIKI}/garden/未定"} <= own
    assert "../ja/%E6%B0%B4.html" in links(built, "en/Says")  # which says so


def test_pairs_are_joined_both_ways(built: Built) -> None:
    pairs = {"Leaf mould": "腐葉土", "Tools": "Tools", "Beds": "土"}
    versions = domain_of(built.app.env)
    for english, japanese in pairs.items():
        assert len(alternates(built, f"en/{english}")) >= 2, english
        assert alternates(built, f"ja/{japanese}") & {f"../en/{english.replace(' ', '%20')}.html"}
        notice = built.html(f"en/{english}.html").body.all("div", "scrapbox-translation")
        assert notice
        assert not [
            link for div in notice for link in div.all("a") if link["href"].startswith(WIKI)
        ]
    assert versions.find_page("/garden/Tools", "en/Tools") == "ja/Tools"


def test_a_source_that_is_not_here_is_on_the_live_wiki(built: Built) -> None:
    for english, source in (("Pruning", "剪定の本"), ("Moss", "苔")):
        (notice,) = built.html(f"en/{english}.html").body.all("div", "scrapbox-translation")
        assert notice.one("a", "scrapbox-wiki")["href"] == f"{WIKI}/garden/{source}"


def test_indices_tell_two_wikis_apart(built: Built) -> None:
    titles = built.text("scrapbox-pages.html")
    assert titles.count("<small>garden</small>") == titles.count("<small>garden-en</small>") == 2
    tags = built.text("scrapbox-tags.html")
    assert "<small>garden: 1</small>" in tags
    assert "<small>garden-en: 2</small>" in tags


def test_tags_are_of_their_wiki(built: Built) -> None:
    graph = domain_of(built.app.env).graph
    assert set(graph.links_to("en/Rain")) == {"en/Leaf mould", "en/Tools"}
    assert set(graph.links_to("ja/Rain")) == {"ja/腐葉土"}


@pytest.mark.parametrize("builder", ["text", "latex", "epub"])
def test_other_formats_do_not_warn(built: Built, builder: str) -> None:
    site = Site(Path(built.app.srcdir))
    assert site.build(builder, **CONFIG).warnings == []


def test_processes_decide_the_same(tmp_path: Path) -> None:
    site = Site(tmp_path / "src", {"index.md": INDEX, **ENGLISH, **JAPANESE})
    serial, parallel = site.build("dummy"), site.build("dummy", target="_4", parallel=4)
    assert (
        serial.app.env.domaindata["scrapbox"]["facts"]
        == (parallel.app.env.domaindata["scrapbox"]["facts"])
    )


@pytest.mark.parametrize(
    ("edit", "read"),
    [
        # the one page that named the wiki of the folder does so no longer
        ({"en/Says.md": exported("Says", "Nothing.")}, len(ENGLISH)),
        # another wiki
        ({"en/Says.md": exported("Says", icon("mio").replace("garden-en", "barn"))}, len(ENGLISH)),
        # it says the same in other words
        ({"en/Says.md": exported("Says", "More.", icon("ren"))}, 1),
        ({"ja/水.md": exported("水", "まきます。", ICON)}, 1),
        # the footers name another wiki: what remains of the sources is unknown
        (
            {name: text.replace("garden/", "barn/") for name, text in ENGLISH.items()},
            len(ENGLISH) + len(JAPANESE),
        ),
    ],
)
def test_an_edit_gives_what_a_fresh_build_gives(
    tmp_path: Path, edit: dict[str, str], read: int
) -> None:
    site = Site(tmp_path / "src", {"index.md": INDEX, **ENGLISH, **JAPANESE})
    site.build()
    site.write(edit)
    kept = site.build()
    assert len([name for name in kept.read if name != "index"]) == read
    assert stale_files(site, kept) == []


def test_globs_decide_where_nothing_does(tmp_path: Path) -> None:
    files = {
        "a/one.md": exported("One", "[[Two]] [[None]]"),
        "b/two.md": exported("Two", "Words."),
    }
    site = Site(tmp_path / "src", {"index.md": "# I\n\n[[Two]]\n", **files})
    pages = ["a/*", "b/*"]
    config: dict[str, Any] = {"scrapbox_pages": pages}
    assert site.build(**config).facts("a/one").project == ""
    built = site.build(scrapbox_project={"a/**": "garden", "**": "barn"}, **config)
    assert built.warnings == []
    assert [built.facts(name).project for name in ("a/one", "b/two")] == ["garden", "barn"]
    assert links(built, "a/one") == {f"{WIKI}/garden/Two", f"{WIKI}/garden/None"}
    assert links(built, "index") == {"b/two.html"}


def test_the_guide_as_printed(tmp_path: Path) -> None:
    guide = (ROOT / "example_docs/how-to/two-languages.md").read_text(encoding="utf-8")
    files = {"index.md": INDEX, **ENGLISH, **JAPANESE}
    built = Site(tmp_path / "docs", files).build()
    assert built.warnings == []
    assert "../ja/Tools.html" in alternates(built, "en/Tools")
    assert "../en/Tools.html" in alternates(built, "ja/Tools")
    (setting,) = re.findall(r"```python\n(scrapbox_project = .*?)```", guide, re.DOTALL)
    values: dict[str, Any] = {}
    exec(setting, values)
    built = Site(tmp_path / "other", files).build(scrapbox_project=values["scrapbox_project"])
    assert built.facts("en/Rain").project == "example-garden-en"
    assert built.facts("ja/Rain").project == "example-garden"


def test_a_bad_glob_is_left_out(tmp_path: Path) -> None:
    site = Site(tmp_path / "src", {"index.md": "# I\n", "a.md": page("A", "Words.")})
    (warning,) = site.build(scrapbox_project={"a": 1, "b": "garden"}).warnings
    assert "scrapbox_project entry 'a': 1 must map a glob pattern" in warning


def test_a_title_of_two_wikis_in_a_page_written_by_hand(tmp_path: Path) -> None:
    by_hand = "# {}\n\n[[Tools]]\n\n[[/garden/Tools]]\n\n[[水]]\n"
    site = Site(
        tmp_path / "src",
        {
            "index.md": by_hand.format("Index") + INDEX.partition("\n")[2],
            "ja/intro.md": by_hand.format("Intro"),
            **ENGLISH,
            **JAPANESE,
        },
    )
    built = site.build()
    (warning,) = built.warnings
    assert warning == (
        "SRC/index.md:3: WARNING: pages of several wikis are called 'Tools' (/garden-en, /garden),"
        " and this link leads to 'en/Tools'; write [[/project/Tools]], or set scrapbox_project "
        "[scrapbox.ambiguous_title]"
    )
    assert {"en/Tools.html", "ja/Tools.html"} < links(built, "index")
    assert {"Tools.html", "%E6%B0%B4.html"} == links(built, "ja/intro")
    built = site.build(scrapbox_project="garden")
    assert built.warnings == []
    assert "en/Tools.html" not in {
        paragraph.one("a")["href"] for paragraph in built.html("index.html").body.all("p")[:1]
    }


def test_an_include_of_a_title_of_two_wikis(tmp_path: Path) -> None:
    include = "```{scrapbox:include} Tools\n:no-title:\n```\n"
    by_name = include.replace("Tools", "/garden/Tools")
    site = Site(
        tmp_path / "src",
        {
            "index.md": f"# Index\n\n{include}\n{by_name}" + INDEX.partition("\n")[2],
            "ja/intro.md": f"# Intro\n\n{include}",
            **ENGLISH,
            **JAPANESE,
        },
    )
    assert site.build().warnings == [
        "SRC/index.md:3: WARNING: scrapbox:include: pages of several wikis are called 'Tools' "
        "(/garden-en, /garden), and 'en/Tools.md' is included; write /project/Tools, or set "
        "scrapbox_project [scrapbox.ambiguous_title]"
    ]
    assert site.build(scrapbox_project="garden").warnings == []


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A site of two wikis."""
    files = {"index.md": INDEX, **ENGLISH, **JAPANESE}
    return Site(tmp_path_factory.mktemp("both") / "src", files).build()


def beside(tmp_path: Path, other: Built, mapped: str, files: dict[str, str]) -> Built:
    """A site that knows another one by its inventory, under the name *mapped*."""
    return Site(
        tmp_path / "src", {"index.md": "# I\n\n```{toctree}\n:glob:\n\n*/*\n```\n", **files}
    ).build(
        extensions=["sphinx_scrapbox", "sphinx.ext.intersphinx"],
        intersphinx_mapping={
            mapped: ("https://docs.example.org/", str(other.out / "objects.inv"))
        },
    )


def test_an_inventory_of_two_wikis(both: Built, tmp_path: Path) -> None:
    """Its pages are found by title and wiki, under whatever name the site is mapped."""
    site = "https://docs.example.org"
    english = exported("Says", "[[Tools]] [[水]] [[Unwritten]] [[/garden/Tools]]", icon("mio"))
    japanese = exported("述べる", "[[Tools]] [[Leaf mould]]", ICON)
    barn = exported("Hay", "[[Tools]]", icon("mio").replace("garden-en", "barn"))
    built = beside(
        tmp_path, both, "others", {"en/s.md": english, "ja/s.md": japanese, "barn/s.md": barn}
    )
    assert built.warnings == []
    assert links(built, "en/s") == {
        f"{site}/en/Tools.html",
        f"{site}/ja/Tools.html",
        f"{WIKI}/garden-en/水",
        f"{WIKI}/garden-en/Unwritten",
        f"{WIKI}/garden-en/mio",
    }
    own = {f"{WIKI}/garden/Leaf_mould", f"{WIKI}/garden/mio"}
    assert links(built, "ja/s") == {f"{site}/ja/Tools.html", *own}
    assert links(built, "barn/s") == {f"{WIKI}/barn/Tools", f"{WIKI}/barn/mio"}


@pytest.mark.parametrize("mapped", ["garden", "sources"])
def test_two_sites_join_their_pairs(tmp_path: Path, mapped: str) -> None:
    """Translations on one site, sources on another, whatever the inventories are called."""
    (tmp_path / "ja").mkdir()
    (tmp_path / "en").mkdir()
    other = "[/garden-en/Rain](https://scrapbox.io/garden-en/Rain)"
    japanese = {**JAPANESE, "ja/道具.md": exported("道具", f"話す。{other}", ICON)}
    alone = Site(tmp_path / "ja/src", {"index.md": INDEX, **japanese}).build(
        suppress_warnings=["toc.glob"]
    )
    english = beside(tmp_path / "en", alone, mapped, ENGLISH)
    assert english.warnings == []
    site = "https://docs.example.org"
    tools = f"{site}/ja/Tools.html"
    assert tools in alternates(english, "en/Tools")
    assert links(english, "en/Leaf mould") == {
        "Tools.html",
        "Rain.html",
        f"{WIKI}/garden-en/水",
        f"{WIKI}/garden-en/Unwritten",
    }
    (tmp_path / "back").mkdir()
    back = beside(tmp_path / "back", english, "translations", japanese)
    assert back.warnings == []
    assert f"{site}/en/Tools.html" in alternates(back, "ja/Tools")
    (link,) = back.html("ja/道具.html").body.all("a", href=f"{site}/en/Rain.html")
    assert link.one("abbr", "scrapbox-language-mark").text == "en"
    assert links(back, "ja/Tools") == {"%E8%85%90%E8%91%89%E5%9C%9F.html"}
