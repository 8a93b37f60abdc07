"""Titles survive the inventory, and another Sphinx project finds pages in it."""

from __future__ import annotations

import pytest
from sites import Built, Site, Tag, icon, language_links, page
from sphinx.util.inventory import InventoryFile

HERE = {"scrapbox_project": "garden-en"}
TITLES = (
    "Soil temperature",
    "word word 20 word",
    "a 1 b -1 c",
    "std:label 1",
    "$ dollar $",
    "20",
    "ends in a dot.",
    "堆肥の話（下書き）",
    "🤖 2026-03-02 07:15",
    "tab\there",
    "# comment",
    "100% & <b>",
    "mulch",
    "hana",
)


@pytest.fixture(scope="module", params=["html", "dirhtml"])
def wiki(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    files = {f"wiki/{n}.md": page(title, "Words.") for n, title in enumerate(TITLES)}
    files |= {
        "index.rst": "Index\n=====\n",
        "wiki/talk.md": page("Talk", "On #mulch and #unwritten", "", icon("hana") + "Hello."),
    }
    site = Site(tmp_path_factory.mktemp("wiki") / "src", files)
    return site.build(request.param, **HERE)


@pytest.fixture(scope="module")
def inventory(wiki: Built) -> dict[str, dict[str, str]]:
    """Address by name, by type."""
    content = (wiki.out / "objects.inv").read_bytes()
    loaded = InventoryFile.loads(content, uri="https://docs.example.org").data
    return {
        kind: {
            name if item.display_name == "-" else item.display_name: item.uri
            for name, item in items.items()
        }
        for kind, items in loaded.items()
        if kind.startswith("scrapbox:")
    }


def test_no_title_is_lost(wiki: Built, inventory: dict[str, dict[str, str]]) -> None:
    assert wiki.warnings == []
    shown = {title.replace("\t", " ") for title in inventory["scrapbox:page"]}
    assert shown == {title.replace("\t", " ") for title in (*TITLES, "Talk")}
    suffix = "/" if wiki.app.builder.name == "dirhtml" else ".html"
    assert inventory["scrapbox:page"]["word word 20 word"] == (
        f"https://docs.example.org/wiki/1{suffix}"
    )


def test_tags_and_people_that_have_a_page(inventory: dict[str, dict[str, str]]) -> None:
    assert set(inventory["scrapbox:tag"]) == {"mulch"}
    assert set(inventory["scrapbox:person"]) == {"hana"}


@pytest.fixture(scope="module")
def other(wiki: Built, tmp_path_factory: pytest.TempPathFactory) -> Tag:
    """A page of another project, which knows the wiki by its inventory."""
    site = Site(
        tmp_path_factory.mktemp("other") / "src",
        {
            "index.md": """# Other

[[Soil temperature]] [[soil_TEMPERATURE|how warm]] [[word word 20 word]] [[Nowhere]]
[[堆肥の話（下書き）]]
{scrapbox:page}`soil temperature` {scrapbox:tag}`mulch` {scrapbox:icon}`hana` {scrapbox}`20`
{scrapbox:page}`/garden-en/Soil temperature` #mulch [[Soil temperature#5ae4aae4aff09e00009a6337]]
{scrapbox:page}`/zoo/Soil temperature`
""",
            "rest.rst": ":orphan:\n\nRest\n====\n\n:scrapbox:page:`Soil temperature` "
            ":external+garden-en:scrapbox:page:`soil_temperature`\n",
            "wiki/page.md": page(
                "Page", "[[Soil temperature]] #mulch", "", icon("hana") + "Hello."
            ),
        },
    )
    built = site.build(
        extensions=["sphinx.ext.intersphinx", "sphinx_scrapbox"],
        intersphinx_mapping={
            "garden-en": ("https://docs.example.org/", str(wiki.out / "objects.inv"))
        },
        scrapbox_myst_tags=True,
        scrapbox_project="elsewhere",
        scrapbox_missing="wiki",
    )
    assert built.warnings == []
    tag = Tag("all", {})
    tag.children = [built.html(f"{name}.html").body for name in ("index", "rest", "wiki/page")]
    return tag


def test_another_project_finds_pages(wiki: Built, other: Tag) -> None:
    suffix = "/" if wiki.app.builder.name == "dirhtml" else ".html"

    def at(title: str) -> str:
        return f"https://docs.example.org/wiki/{TITLES.index(title)}{suffix}"

    index, rest, talk = other.children
    assert isinstance(index, Tag)
    assert isinstance(rest, Tag)
    assert isinstance(talk, Tag)
    soil = at("Soil temperature")
    assert [link["href"] for link in index.all("a", "reference")] == [
        soil,
        soil,
        at("word word 20 word"),
        "https://scrapbox.io/elsewhere/Nowhere",
        at("堆肥の話（下書き）"),
        soil,
        at("mulch"),
        at("hana"),
        at("20"),
        soil,
        at("mulch"),
        soil,
        "https://scrapbox.io/zoo/Soil_temperature",
    ]
    assert [link["href"] for link in rest.all("a", "reference")] == [soil, soil]
    assert [link["href"] for link in talk.all("a", "reference")][:3] == [
        soil,
        at("mulch"),
        at("hana"),
    ]


# -- two wikis, two sites, as the guide sets them up -----------------------------------

BASE = "https://garden.readthedocs.io/"
SITES = {"garden-en": f"{BASE}en/latest/", "garden": f"{BASE}projects/ja/ja/latest/"}
FOOTER = "This page is auto-translated from [/garden/堆肥](https://scrapbox.io/garden/堆肥)."
CONF = """
extensions = ["sphinx_scrapbox", "sphinx.ext.intersphinx"]
scrapbox_project = {own!r}
html_baseurl = {base!r}
intersphinx_mapping = {mapping!r}
intersphinx_cache_limit = 0
"""
PAGES = {
    "garden-en": {
        "compost.md": f'---\ntitle: "Compost"\n---\n\n[[/garden/畝]] [[畝]] #畝\n\n---\n{FOOTER}',
        "spade.md": page("Spade", icon("hana", "garden") + "Dig."),
    },
    "garden": {
        "taihi.md": page("堆肥", "葉", "[[/garden-en/Spade]] [[Spade]] #spade"),
        "une.md": page("畝", icon("hana", "garden-en") + "土"),
        "hana.md": page("hana", "人"),
    },
}


@pytest.fixture(scope="module")
def two_sites(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Built]:
    """Each of two sites knows the other: the one that was built first was built again."""
    folder = tmp_path_factory.mktemp("sites")
    built: dict[str, Built] = {}
    for own in ("garden", "garden-en", "garden"):
        (other,) = SITES.keys() - {own}
        mapping = {}
        if other in built:
            mapping = {other: (SITES[other], str(built[other].out / "objects.inv"))}
        conf = CONF.format(own=own, base=SITES[own], mapping=mapping)
        files = {name: text.replace("pages/garden-en/en", f"pages/{own}/en")
                 for name, text in PAGES[own].items()}  # fmt: skip
        site = Site(folder / own, {"index.rst": "Index\n=====\n", "conf.py": conf, **files})
        site.write({"conf.py": conf})
        built[own] = site.build()
        assert built[own].warnings == []
    return built


def test_links_and_icons_lead_across_if_they_say_so(two_sites: dict[str, Built]) -> None:
    # The first link of each page is that to its other language.
    une, spade = f"{SITES['garden']}une.html", f"{SITES['garden-en']}spade.html"
    compost = two_sites["garden-en"].html("compost.html").body
    own = "https://scrapbox.io/garden-en/畝"
    assert [link["href"] for link in compost.all("a", "external")[1:4]] == [une, own, own]
    taihi = two_sites["garden"].html("taihi.html").body
    own = "https://scrapbox.io/garden/"
    assert [link["href"] for link in taihi.all("a", "external")[1:4]] == [
        spade,
        f"{own}Spade",
        f"{own}spade",
    ]
    dig = two_sites["garden-en"].html("spade.html").body
    assert dig.all("a", "external")[0]["href"] == f"{SITES['garden']}hana.html"


def test_the_two_languages_of_a_page_lead_to_each_other(two_sites: dict[str, Built]) -> None:
    wanted = {"ja": f"{SITES['garden']}taihi.html", "en": f"{SITES['garden-en']}compost.html"}
    for project, name in (("garden", "taihi"), ("garden-en", "compost")):
        html = two_sites[project].html(f"{name}.html")
        assert language_links(html.root) == wanted
        (link,) = html.body.one("p", "scrapbox-languages").all("a")
        assert link["href"] in wanted.values()
        assert link["href"] != html.root.one("link", rel="canonical")["href"]
    notice = two_sites["garden-en"].html("compost.html").body.one("div", "scrapbox-translation")
    assert notice.all("a")[0]["href"] == wanted["ja"]
