"""Links find pages: roles in reST and MyST, the rule of resolution, odd names, reserved names."""

from __future__ import annotations

from pathlib import Path

import pytest
from docutils import nodes
from sites import Built, Site, Tag, broken_links, icon, page, tree
from sphinx import addnodes

HERE = {"scrapbox_project": "garden-en"}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "src", {"index.rst": "Index\n=====\n"})


def _links_of(root: Tag) -> list[tuple[str, str]]:
    return [(tag.text, tag["href"]) for tag in root.all("a", "reference")]


# -- roles -----------------------------------------------------------------------------

ROLES = {
    "page": ("Soil", "soil_TEMPERATURE", "how warm <Soil temperature>", "/other/Some page"),
    "tag": ("mulch", "#mulch", "covered <mulch>"),
    "icon": ("hana", "/garden/hana", "she <hana>"),
    "project": ("other", "/other", "that wiki <other>"),
}
CASES = [(role, text) for role, texts in ROLES.items() for text in texts]


@pytest.fixture(scope="module")
def roles(tmp_path_factory: pytest.TempPathFactory) -> Built:
    rest = "\n\n".join(f":scrapbox:{role}:`{text}`" for role, text in CASES)
    myst = "\n\n".join(f"{{scrapbox:{role}}}`{text}`" for role, text in CASES)
    wiki = page(
        "Wiki",
        "[[Soil]]",
        "",
        "[/other/Some page](https://scrapbox.io/other/Some page)",
        "",
        "#mulch",
        "",
        "say " + icon("hana") + " and",
        "",
        "say " + icon("hana", "garden") + " and",
        "",
        "[/other](https://scrapbox.io/other)",
    )
    site = Site(
        tmp_path_factory.mktemp("roles") / "src",
        {
            "index.rst": f"Rest\n====\n\n{rest}\n\n:scrapbox:`Soil`\n\n:scrapbox:page:`!Soil`\n",
            "myst.md": f"# Myst\n\n{myst}\n\n{{scrapbox}}`Soil`\n\n{{scrapbox:page}}`!Soil`\n",
            "wiki.md": wiki,
        },
    )
    people = {"hana": {"name": "Hana Mori", "aliases": ["/garden/hana"]}}
    return site.build(scrapbox_people=people, suppress_warnings=["toc.not_included"], **HERE)


def _paragraphs(document: nodes.document) -> list[str]:
    # Typing errors in links are looked for where somebody wrote them by hand.
    trees = (tree(paragraph) for paragraph in document.findall(nodes.paragraph))
    return [text.replace(" scrapbox-by-hand=1", "") for text in trees]


def test_roles_give_one_doctree_in_both_markups(roles: Built) -> None:
    assert all("no wiki page" in warning for warning in roles.warnings)
    assert _paragraphs(roles.doctree("index")) == _paragraphs(roles.doctree("myst"))


def test_roles_give_what_a_wiki_page_gives(roles: Built) -> None:
    by_role = dict(zip(CASES, _paragraphs(roles.doctree("index")), strict=False))
    by_wiki = _paragraphs(roles.doctree("wiki"))
    wanted = [("page", "Soil"), ("page", "/other/Some page"), ("tag", "mulch")]
    assert by_wiki[:3] == [by_role[case] for case in wanted]
    for case, said in zip([("icon", "hana"), ("icon", "/garden/hana")], by_wiki[3:5], strict=True):
        assert by_role[case].split("\n", 1)[1] in said
    assert by_wiki[5] == by_role["project", "other"]


def test_role_short_form_and_disabled(roles: Built) -> None:
    *_, short, disabled = _paragraphs(roles.doctree("myst"))
    assert short == _paragraphs(roles.doctree("myst"))[0]
    assert disabled == "<paragraph>\n  'Soil'"


@pytest.mark.parametrize("document", ["index", "myst"])
def test_roles_show_and_lead(roles: Built, document: str) -> None:
    wiki = "https://scrapbox.io/garden-en"
    assert _links_of(roles.html(f"{document}.html").body)[: len(CASES)] == [
        ("Soil", f"{wiki}/Soil"),
        ("soil_TEMPERATURE", f"{wiki}/soil_TEMPERATURE"),
        ("how warm", f"{wiki}/Soil_temperature"),
        ("/other/Some page", "https://scrapbox.io/other/Some_page"),
        ("#mulch", f"{wiki}/mulch"),
        ("#mulch", f"{wiki}/mulch"),
        ("covered", f"{wiki}/mulch"),
        ("HMHana Mori", f"{wiki}/hana"),
        ("HMHana Mori", "https://scrapbox.io/garden/hana"),
        ("Sshe", f"{wiki}/hana"),  # a drawn face shows the first letter
        ("/other", "https://scrapbox.io/other"),
        ("/other", "https://scrapbox.io/other"),
        ("that wiki", "https://scrapbox.io/other"),
    ]


# -- the rule of resolution ------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "found"),
    [
        ("Cold frame", "Cold frame.html"),
        ("cold frame", "Cold frame.html"),
        ("COLD_FRAME", "Cold frame.html"),
        ("/garden-en/Cold frame", "Cold frame.html"),
        ("Cold frame#5ae4aae4aff09e00009a6337", "Cold frame.html"),
        ("Cold frame#a", "Cold frame.html"),
        ("C#", "C#.html"),
        ("c# and f#", "C# and F#.html"),
        ("/elsewhere/Cold frame", None),
        ("Cold  frame", None),
        ("Ｃold frame", None),
        ("Cold frame.", None),
    ],
)
def test_resolution(site: Site, target: str, found: str | None) -> None:
    site.write(
        {
            "index.rst": f"Index\n=====\n\n:scrapbox:page:`{target}`\n",
            "Cold frame.md": page("Cold frame"),
            "C#.md": page("C#"),
            "C# and F#.md": page("C# and F#"),
        }
    )
    built = site.build(scrapbox_missing="wiki", **HERE)
    assert built.warnings == []
    ((_, address),) = _links_of(built.html("index.html").body)
    if found is None:
        assert address.startswith("https://scrapbox.io/")
    else:
        assert address == found.replace(" ", "%20").replace("#", "%23")


def test_full_title_comes_before_the_one_without_fragment(site: Site) -> None:
    site.write(
        {
            "index.rst": "Index\n=====\n\n:scrapbox:page:`A#b` :scrapbox:page:`A#c`\n",
            "1.md": page("A"),
            "2.md": page("A#b"),
        }
    )
    assert [link for _, link in _links_of(site.build(**HERE).html("index.html").body)] == [
        "2.html",
        "1.html",
    ]


def test_the_id_of_a_line_is_not_shown_but_kept_on_the_way_to_the_wiki(site: Site) -> None:
    line = "5ae4aae4aff09e00009a6337"
    site.write({"page.md": page("Page", f"[[Nowhere#{line}]] [[Nowhere#end]]")})
    assert _links_of(site.build(**HERE).html("page.html").body)[:2] == [
        ("Nowhere", f"https://scrapbox.io/garden-en/Nowhere#{line}"),
        ("Nowhere#end", "https://scrapbox.io/garden-en/Nowhere%23end"),
    ]


def test_a_page_of_the_same_project_comes_first(site: Site) -> None:
    other = page("Twin").replace("garden-en", "zoo")
    one = page("From zoo", "[[Twin]] [/garden-en/Twin](https://scrapbox.io/garden-en/Twin)")
    site.write(
        {
            "a.md": page("Twin"),
            "z.md": other,
            "one.md": one.replace("pages/garden-en", "pages/zoo"),
        }
    )
    built = site.build(**HERE)
    assert built.warnings == []  # one title in two projects is no clash
    assert [link for _, link in _links_of(built.html("one.html").body)][:2] == ["z.html", "a.html"]


@pytest.mark.parametrize(
    ("link_documents", "found"),
    [(False, set()), (True, {"guide.html", "ref/api.html"}), (["ref/**"], {"ref/api.html"})],
)
def test_link_documents(site: Site, link_documents: object, found: set[str]) -> None:
    site.write(
        {
            "index.rst": "Index\n=====\n\n.. toctree::\n\n   guide\n   ref/api\n\n"
            ":scrapbox:page:`the_GUIDE` :scrapbox:page:`api reference`\n",
            "guide.md": "# The guide\n",
            "ref/api.rst": "API *reference*\n===============\n",
        }
    )
    built = site.build(scrapbox_link_documents=link_documents, **HERE)
    paragraph = built.html("index.html").body.all("p")[-1]
    assert built.warnings == []
    local = {address for _, address in _links_of(paragraph) if "://" not in address}
    assert local == found


def test_a_wiki_page_comes_before_another_document(site: Site) -> None:
    site.write(
        {
            "index.rst": "Index\n=====\n\n:scrapbox:page:`Same`\n",
            "a.rst": ":orphan:\n\nSame\n====\n",
            "b.md": page("Same"),
        }
    )
    built = site.build(scrapbox_link_documents=True, **HERE)
    assert _links_of(built.html("index.html").body) == [("Same", "b.html")]


def test_any_role(site: Site) -> None:
    site.write(
        {
            "index.rst": "Index\n=====\n\n.. toctree::\n\n   myst\n\n"
            ":any:`cold frame` :any:`warm <Cold frame>`\n",
            "myst.md": "# Myst\n\n{any}`cold frame` {any}`warm <Cold frame>`\n",
            "Cold frame.md": page("Cold frame"),
        }
    )
    built = site.build(**HERE)
    assert built.warnings == []
    links = [("cold frame", "Cold%20frame.html"), ("warm", "Cold%20frame.html")]
    assert _links_of(built.html("index.html").body)[-2:] == links
    assert _links_of(built.html("myst.html").body) == links


# -- pages that are not here -----------------------------------------------------------


@pytest.mark.parametrize("missing", ["wiki", "text", "warn"])
def test_missing(site: Site, missing: str) -> None:
    site.write({"page.md": page("Page", "See [[Not here]] and #nothing.", icon("hana") + "I do.")})
    built = site.build(scrapbox_missing=missing, **HERE)
    body = built.html("page.html").body
    assert {tag.text for tag in body.all(cls="scrapbox-missing")} == {"Not here", "#nothing."}
    leads_away = [tag for tag in body.all("a", "external") if tag.all(cls="scrapbox-missing")]
    assert len(leads_away) == (2 if missing == "wiki" else 0)
    if missing == "warn":
        assert built.warnings == [
            "SRC/page.md:5: WARNING: no wiki page 'Not here' [scrapbox.missing_page]",
            "SRC/page.md:5: WARNING: no wiki page 'nothing.' [scrapbox.missing_page]",
        ]
    else:
        assert built.warnings == []


def test_missing_can_be_suppressed(site: Site) -> None:
    site.write({"page.md": page("Page", "See [[Not here]].")})
    built = site.build(
        scrapbox_missing="warn", suppress_warnings=["scrapbox.missing_page"], **HERE
    )
    assert built.warnings == []


def test_without_a_project_a_missing_page_is_marked_text(site: Site) -> None:
    site.write({"index.rst": "Index\n=====\n\n:scrapbox:page:`Not here`\n"})
    built = site.build()
    assert built.warnings == []
    (shown,) = built.html("index.html").body.all(cls="scrapbox-missing")
    assert shown.name == "span"
    assert _links_of(built.html("index.html").body) == []


def test_a_link_out_of_a_manual_leads_to_the_wiki_and_is_not_missing(site: Site) -> None:
    site.write(
        {"index.rst": "Index\n=====\n\n:scrapbox:page:`Page`\n", "page.md": page("Page", "Text.")}
    )
    for builder in ("latex", "singlehtml"):
        built = site.build(builder, scrapbox_missing="warn", **HERE)
        assert built.warnings == []
    built = site.build("latex", **HERE)
    (tex,) = built.out.glob("*.tex")
    assert "https://scrapbox.io/garden\\sphinxhyphen{}en/Page" in tex.read_text() or (
        "{https://scrapbox.io/garden-en/Page}" in tex.read_text()
    )


def test_people(site: Site) -> None:
    people = {
        "hana": {
            "name": "Hana Mori",
            "link": "https://example.org/hana",
            "aliases": ["/garden/hana"],
        },
        "ren": {"name": "Ren Aoki"},
    }
    lines = [
        icon("hana") + "One.",
        "",
        icon("hana", "garden") + "Two.",
        "",
        icon("ren") + "Three.",
        "",
        icon("ren", "elsewhere") + "Four.",
    ]
    site.write({"page.md": page("Page", *lines)})
    body = site.build(scrapbox_people=people, **HERE).html("page.html").body
    speakers = [
        (tag.one(cls="scrapbox-name").text, tag.one("a")["href"])
        for tag in body.all("p", "scrapbox-speaker")
    ]
    assert speakers == [
        ("Hana Mori", "https://example.org/hana"),
        ("Hana Mori", "https://example.org/hana"),
        ("Ren Aoki", "https://scrapbox.io/garden-en/ren"),
        ("ren", "https://scrapbox.io/elsewhere/ren"),
    ]


# -- clashes ---------------------------------------------------------------------------


def test_two_documents_with_one_identity(site: Site) -> None:
    site.write(
        {
            "index.rst": "Index\n=====\n\n:scrapbox:page:`cold frame`\n",
            "a.md": page("Cold frame"),
            "b.md": page("COLD_FRAME"),
        }
    )
    built = site.build(**HERE)
    assert built.warnings == [
        "SRC/b.md: WARNING: the page 'COLD_FRAME' is in two documents, 'a' and 'b'; links lead to "
        "the first [scrapbox.duplicate_title]"
    ]
    assert _links_of(built.html("index.html").body) == [("cold frame", "a.html")]


@pytest.mark.parametrize("builder", ["html", "dirhtml"])
@pytest.mark.parametrize("name", ["search", "genindex"])
def test_reserved_names_in_the_root_folder(site: Site, builder: str, name: str) -> None:
    site.write({f"{name}.md": page(name.title(), "Words of the page.")})
    built = site.build(builder, **HERE)
    (warning,) = built.warnings
    assert warning.startswith(
        f"SRC/{name}.md: WARNING: the page {name.title()!r} has the address of the site's own "
    )
    assert warning.endswith("[scrapbox.reserved_name]")
    text = built.text(f"{name}.html" if builder == "html" else f"{name}/index.html")
    assert "Words of the page." not in text
    assert ("search-results" if name == "search" else '<h1 id="index">Index</h1>') in text


@pytest.mark.parametrize("builder", ["html", "dirhtml"])
def test_reserved_names_in_a_folder(site: Site, builder: str) -> None:
    names = ("search", "genindex", "INDEX", "opensearch")
    site.write({f"wiki/{name}.md": page(name, "Words of the page.") for name in names})
    links = " ".join(f":scrapbox:page:`{name}`" for name in names)
    site.write({"index.rst": f"Index\n=====\n\n{links}\n"})
    built = site.build(builder, **HERE)
    assert built.warnings == []
    assert broken_links(built.out) == []
    for name in names:
        path = f"wiki/{name}.html" if builder == "html" else f"wiki/{name}/index.html"
        assert "Words of the page." in built.text(path)


ODD = [
    "Foo.",
    "Q: x",
    "#1 [a]",
    "100% & more",
    "Why? *so* <b>",
    "He said \"no\" and 'yes'",
    "堆肥の話（下書き）",
    "🤖2026-03-02 07:15",
    "-KA",
    "_under_",
    "a|b",
    "{curly} %20 +plus;semi,comma@at=eq$~^`tick",
    "long " + "x" * 170,
    "2024",
    "dots...",
    "C#",
    '"><b>',
    " ".join(["word", "word", "20", "word"]),
    "odd #1 (a)?/index",
    "odd #1 [a]/index",
]


@pytest.fixture(scope="module", params=["html", "dirhtml", "singlehtml"])
def odd(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    files = {
        f"wiki/{name}.md": page(name, f"Words of {number}.") for number, name in enumerate(ODD)
    }
    listed = "\n".join(f"   wiki/{name}" for name in ODD if not set(name) & set("*[?<"))
    links = " ".join(f"[[{name}]]" for name in ODD if not set(name) & set("[]"))
    files |= {
        "index.rst": f"Index\n=====\n\n.. toctree::\n\n{listed}\n",
        "wiki/all.md": page("All", links),
        "guide.rst": ":orphan:\n\nGuide\n=====\n\n:scrapbox:page:`#1 [a]`\n",
    }
    site = Site(tmp_path_factory.mktemp("odd") / "src", files)
    return site.build(request.param, **HERE)


def test_odd_names_build(odd: Built) -> None:
    assert odd.warnings == []
    assert len(list(odd.app.env.found_docs)) == len(ODD) + 3


def test_odd_names_are_linked(odd: Built) -> None:
    if odd.app.builder.name == "singlehtml":
        pages = [odd.html("index.html").body]
        wanted = {f"Words of {n}." for n, name in enumerate(ODD) if not set(name) & set("*[?<")}
        assert {p.text for p in pages[0].all("p")} >= wanted
        return
    suffix = "/index.html" if odd.app.builder.name == "dirhtml" else ".html"
    body = odd.html(f"wiki/all{suffix}").body
    links = [tag for tag in body.all("a", "internal") if tag.all(cls="scrapbox-page")]
    assert [tag.text for tag in links] == [name for name in ODD if not set(name) & set("[]")]
    guide = odd.html(f"guide{suffix}").body
    assert len(guide.all("a", "internal")) == 1


def test_odd_names_are_reached(odd: Built) -> None:
    broken = broken_links(odd.out)
    if odd.app.builder.name == "singlehtml":
        # The basic theme links to pages that a single file has not.
        broken = [link for link in broken if not link.endswith(("search.html", "genindex.html"))]
    assert broken == []


def test_facts_are_read_off_any_document(site: Site) -> None:
    site.write(
        {
            "index.rst": "Index\n=====\n\n:scrapbox:page:`A page` :scrapbox:tag:`a tag`\n",
            "page.md": page("A page", icon("hana") + "Hello #there [[B page#x]]"),
        }
    )
    facts = site.build(**HERE).app.env.domains["scrapbox"].facts  # type: ignore[attr-defined]
    assert facts["index"].links == ("a_page", "a_tag")
    assert not facts["index"].is_page
    assert (facts["page"].title, facts["page"].project) == ("A page", "garden-en")
    assert facts["page"].tags == ("there",)
    assert facts["page"].people == ("hana",)
    assert {"b_page#x", "b_page"} <= set(facts["page"].links)


def test_domain_data_holds_no_nodes(roles: Built) -> None:
    def plain(value: object) -> bool:
        if isinstance(value, dict):
            return all(plain(key) and plain(entry) for key, entry in value.items())
        if isinstance(value, (tuple, list)):
            return all(map(plain, value))
        return isinstance(value, (str, int, bool, type(None)))

    assert plain(roles.app.env.domaindata["scrapbox"])
    assert not list(roles.doctree("index").findall(addnodes.only))
