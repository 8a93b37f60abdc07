"""``scrapbox:toctree``: a page of the wiki, or a list, as Sphinx's toctree."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from edits import output
from sites import Built, Site, Tag
from sphinx import addnodes

from sphinx_scrapbox.sphinx_ext.features.toctree import fill

HERE: dict[str, Any] = {"scrapbox_project": "garden-en", "project": "Garden"}
BOOK = """Table of beds
[Preface]
[** The soil]
 [Compost] for a start
  [Heaps]
   in the shade
    [Worms]
[** The plants]
 [Beans]
 #tag [hana.icon]
"""
ORDER = ["Preface", "Compost", "Heaps", "Worms", "Beans"]
INDEX = """# Garden

```{scrapbox:toctree} Table of beds
```

```{toctree}
guide
```
"""
NUMBERED = INDEX.replace("beds\n", "beds\n:numbered:\n:caption: Before\n")
PLAIN = "# Garden\n\n```{toctree}\nguide\n```\n"
FILES = {
    "index.md": INDEX,
    "guide.md": "# Guide\n\nRead on.\n",
    "wiki/Table.scrapbox": BOOK,
    **{
        f"wiki/{title}.scrapbox": f"{title}\nOn {title.lower()}.\n[** More {title}]\n Words.\n"
        for title in ORDER
    },
    "wiki/Moles.scrapbox": "Moles\nNot in order.\n",
}


def book(index: str = INDEX, **changes: str) -> dict[str, str]:
    return {**FILES, "index.md": index, **changes}


def nested(element: Tag) -> list[object]:
    """The texts of the links of a list, those of lists below as lists."""
    texts: list[object] = []
    for item in element.all("li"):
        if item in [inner for other in element.all("li") for inner in other.all("li")]:
            continue
        texts.append(item.all("a")[0].text)
        if lists := item.all("ul"):
            texts.append(nested(lists[0]))
    return texts


def titles(built: Built, docname: str = "index") -> list[object]:
    """The toctrees that a page shows: captions, and nested titles."""
    shown: list[object] = []
    for wrapper in built.html(f"{docname}.html").body.all("div", "toctree-wrapper"):
        for child in wrapper.children:
            if isinstance(child, Tag):
                shown.append(child.text if child.name == "p" else nested(child))
    return shown


def neighbours(built: Built, docname: str) -> tuple[str, ...]:
    """The titles of the previous and the next page, and of the parent."""
    root = built.html(f"{docname}.html").root
    links = {link["rel"]: link["title"] for link in root.all("link") if "title" in link.attributes}
    return links.get("prev", ""), links.get("next", "")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site(
        tmp_path_factory.mktemp("toctree") / "src",
        book(INDEX.replace("Table of beds", "Table of beds\n:numbered:\n:caption: Before")),
    )


@pytest.fixture(scope="module")
def built(site: Site) -> Built:
    built = site.build(html_theme="alabaster", **HERE)
    assert built.warnings == []
    return built


# -- navigation ------------------------------------------------------------------------


def test_links_of_a_page_become_a_toctree(built: Built) -> None:
    more = "{} More {}".format
    assert titles(built) == [
        "Before",
        ["1. Preface", [more("1.1.", "Preface")]],
        "The soil",
        [
            "1. Compost",
            [
                more("1.1.", "Compost"),
                "1.2. Heaps",
                [more("1.2.1.", "Heaps"), "1.2.2. Worms", [more("1.2.2.1.", "Worms")]],
            ],
        ],
        "The plants",
        ["1. Beans", [more("1.1.", "Beans")]],
        ["Guide"],
    ]


def test_pages_follow_each_other(built: Built) -> None:
    order = ["", "Garden", "1. Preface", "1. Compost", "1.2. Heaps", "1.2.2. Worms", "1. Beans"]
    order += ["Guide", ""]
    for at, name in enumerate(["index", *(f"wiki/{title}" for title in ORDER), "guide"]):
        assert neighbours(built, name) == (order[at], order[at + 2])
    sidebar = built.html("guide.html").root.one("div", "sphinxsidebar")
    assert [link.text for link in sidebar.all("a", "internal")][:2] == ["1. Preface", "1. Compost"]


def test_pages_in_order_are_no_orphans(built: Built) -> None:
    orphans = {name for name, of in built.app.env.metadata.items() if "orphan" in of}
    assert orphans == {"wiki/Table", "wiki/Moles"}


# -- what becomes an entry -------------------------------------------------------------


def test_a_list_of_a_document(tmp_path: Path) -> None:
    index = """# Garden

```{scrapbox:toctree}
:hidden:
:maxdepth: 1
:titlesonly:
:name: beds
:class: wide

- {scrapbox:page}`Foreword <Preface>`, [](guide.md)
- Parts
  - {doc}`wiki/Compost`
    - no link
      - [[Worms]]
  - [Another site](https://example.org/a?b=c&d)
```
"""
    built = Site(tmp_path / "src", book(index)).build(**HERE)
    assert built.warnings == []
    env = built.app.env
    first, parts = env.tocs["index"].findall(addnodes.toctree)
    assert first["entries"] == [("Foreword", "wiki/Preface"), (None, "guide")]
    assert (parts["caption"], parts["entries"]) == (
        "Parts",
        [(None, "wiki/Compost"), ("Another site", "https://example.org/a?b=c&d")],
    )
    for node in first, parts:
        assert (node["hidden"], node["maxdepth"], node["titlesonly"]) == (True, 1, True)
    assert env.toctree_includes["wiki/Compost"] == ["wiki/Worms"]
    assert titles(built) == []
    assert built.html("index.html").root.all("div", "wide")[0]["id"] == "beds"


def test_captions_alone(tmp_path: Path) -> None:
    """Of toctrees side by side, Sphinx misses one that follows an empty one."""
    table = "Table of beds\n[** One]\n [Preface]\n[** Two]\n [Beans]\n[** Three]\n [Worms]\n"
    index = INDEX.replace("beds\n", "beds\n:titlesonly:\n")
    built = Site(tmp_path / "src", book(index, **{"wiki/Table.scrapbox": table})).build(**HERE)
    assert built.warnings == []
    assert titles(built) == ["One", ["Preface"], "Two", ["Beans"], "Three", ["Worms"], ["Guide"]]


def test_headings_and_lines_that_link(tmp_path: Path) -> None:
    table = "Table of beds\n[** [Preface]]\n [Heaps]\n[Beans] and [Worms]\n below\n  [Moles]\n"
    site = Site(tmp_path / "src", book(**{"wiki/Table.scrapbox": table}))
    built = site.build(**HERE)
    assert built.warnings == []
    includes = built.app.env.toctree_includes
    assert includes == {
        "index": ["wiki/Preface", "guide"],
        "wiki/Preface": ["wiki/Heaps", "wiki/Beans", "wiki/Worms"],
        "wiki/Worms": ["wiki/Moles"],
    }


def test_text_of_a_wiki_is_not_trusted(tmp_path: Path) -> None:
    """Themes write titles of entries into pages as they are."""
    table = (
        "Table of beds\n[** Costs of \\(x\\)]\n [Preface]\n"
        "[<img src=x onerror=evil()> https://example.org/]\n[** a<b>c]\n [Beans]\n"
    )
    site = Site(tmp_path / "src", book(**{"wiki/Table.scrapbox": table}))
    built = site.build(**HERE)
    assert built.warnings == []
    _, first, second, _ = built.app.env.tocs["index"].findall(addnodes.toctree)
    assert (first["caption"], first["entries"]) == (None, [(None, "wiki/Preface")])
    assert (second["caption"], second["entries"]) == ("a<b>c", [(None, "wiki/Beans")])
    assert "a&lt;b&gt;c</span>" in built.text("index.html")
    assert "onerror" not in built.text("index.html")
    # Sphinx names the contents of a PDF after the first caption, as TeX.
    site.write({"wiki/Table.scrapbox": "Table of beds\n[** Costs \\evil]\n [Preface]\n"})
    documents = [("index", "g.tex", "Garden", "", "manual")]
    tex = site.build("latex", **HERE, latex_documents=documents).text("g.tex")
    assert "Preface" in tex
    assert "Costs" not in tex


@pytest.mark.parametrize(
    ("table", "messages"),
    [
        ("[Beans]\n[Nowhere]\n", ["wiki/Table.scrapbox:3: WARNING: 'Nowhere' is not in the"]),
        ("[Beans]\n[Beans]\n", ["wiki/Table.scrapbox:3: WARNING: duplicated entry found in"]),
        (
            "[Beans]\n [Worms]\n  [Beans]\n",
            ["wiki/Table.scrapbox:4: WARNING: 'Beans' is not in the toctree: the page would be"],
        ),
        ("[Beans]\n[Garden]\n", ["wiki/Table.scrapbox:3: WARNING: 'Garden' is not in the"]),
    ],
)
def test_links_that_cannot_be_entries(tmp_path: Path, table: str, messages: list[str]) -> None:
    site = Site(tmp_path / "src", book(**{"wiki/Table.scrapbox": f"Table of beds\n{table}"}))
    built = site.build(**HERE, scrapbox_link_documents=["**"])
    assert [
        warning[4 : 4 + len(start)]
        for warning, start in zip(built.warnings, messages, strict=True)
    ] == messages
    assert built.app.env.toctree_includes["index"][0] == "wiki/Beans"
    quiet = ["scrapbox.toctree", "toc.duplicate_entry"]
    silent = site.build(target="_quiet", **HERE, suppress_warnings=quiet)
    assert silent.warnings == []


def test_a_denied_page_is_not_named(tmp_path: Path) -> None:
    built = Site(tmp_path / "src", book()).build(**HERE, scrapbox_deny={"titles": ["Beans"]})
    assert [line for line in built.warnings if "Beans" in line] == []


def test_circles_end(tmp_path: Path) -> None:
    """Sphinx itself ends with an error over any but the shortest."""
    guide = "# Guide\n\n```{scrapbox:toctree}\n:numbered:\n\n- [[Worms]]\n  - [](index.md)\n```\n"
    files = book(**{"guide.md": guide, "wiki/Table.scrapbox": "Table of beds\n[Guide]\n"})
    built = Site(tmp_path / "src", files).build(**HERE, scrapbox_link_documents=["**"])
    (warning,) = built.warnings
    assert "guide.md:7: WARNING: 'index' is not in the toctree of 'wiki/Worms'" in warning
    includes = built.app.env.toctree_includes
    assert includes == {"guide": ["wiki/Worms"], "index": ["guide", "guide"]}


@pytest.mark.parametrize(
    ("directive", "message"),
    [
        ("{scrapbox:toctree}\n", "needs either the title of a page or a list of links"),
        ("{scrapbox:toctree} Table of beds\n- [[Beans]]\n", "needs either the title of a page"),
        ("{scrapbox:toctree} Nowhere\n", "no wiki page 'Nowhere'"),
        (
            "{scrapbox:toctree} Table of beds\n:maxdepth: deep\n",
            "option 'maxdepth' must be a whole number, not 'deep'; it is ignored",
        ),
    ],
)
def test_directives_that_are_wrong(tmp_path: Path, directive: str, message: str) -> None:
    index = f"# Garden\n\n```{directive}```\n\n```{{toctree}}\nguide\n```\n"
    built = Site(tmp_path / "src", book(index)).build(**HERE)
    (warning,) = built.warnings
    assert f"index.md:3: WARNING: scrapbox:toctree: {message}" in warning


def test_a_page_of_the_wiki_with_the_directive(tmp_path: Path) -> None:
    text = '---\ntitle: "Order"\n---\n\n```{scrapbox:toctree} Table of beds\n```\n'
    files = book(PLAIN.replace("guide\n", "guide\nwiki/Order\n"), **{"wiki/Order.md": text})
    built = Site(tmp_path / "src", files).build(
        **HERE, scrapbox_page_directives=["scrapbox:toctree"], scrapbox_pages=["wiki/**"]
    )
    assert built.warnings == []
    assert built.app.env.toctree_includes["wiki/Order"] == [
        "wiki/Preface",
        "wiki/Compost",
        "wiki/Beans",
    ]
    assert neighbours(built, "wiki/Order") == ("Guide", "Preface")


def test_unknown_internals_are_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fill, "has_known_tables", lambda env: False)
    built = Site(tmp_path / "src", book()).build(**HERE)
    (warning,) = built.warnings
    assert "WARNING: toctrees of wiki pages are left empty" in warning
    assert titles(built) == [["Guide"]]


# -- builds ----------------------------------------------------------------------------

EDITS: dict[str, Callable[[Site], object]] = {
    "another order": lambda site: site.write(
        {"wiki/Table.scrapbox": "Table of beds\n[Beans]\n[Worms]\n [Preface]\n"}
    ),
    "another caption": lambda site: site.write(
        {"wiki/Table.scrapbox": BOOK.replace("The soil", "Soils")}
    ),
    "no links": lambda site: site.write({"wiki/Table.scrapbox": "Table of beds\nNothing.\n"}),
    "again": lambda site: site.write({"wiki/Table.scrapbox": BOOK}),
    "a page that was missing": lambda site: site.write(
        {
            "wiki/Table.scrapbox": BOOK.replace("[Beans]", "[Late]"),
            "wiki/Late.scrapbox": "Late\nx\n",
        }
    ),
    "a page is renamed": lambda site: site.write({"wiki/Late.scrapbox": "Beans\nNow.\n"}),
    "a heading": lambda site: site.write({"wiki/Heaps.scrapbox": "Heaps\n[** Other]\n Words.\n"}),
    "a text": lambda site: site.write({"wiki/Worms.scrapbox": "Worms\nAnother text.\n"}),
    "a page goes": lambda site: (site.src / "wiki/Compost.scrapbox").unlink(),
    "options": lambda site: site.write(
        {"index.md": INDEX.replace("beds\n", "beds\n:numbered:\n")}
    ),
    "another directive": lambda site: site.write(
        {"guide.md": "# Guide\n\n```{scrapbox:toctree}\n- [[Moles]]\n  - [[Preface]]\n```\n"}
    ),
    "no directive": lambda site: site.write(
        {"index.md": "# Garden\n\n```{toctree}\nguide\n```\n"}
    ),
}
"""In this order."""


@pytest.mark.long
@pytest.mark.parametrize("parallel", [1, 2])
def test_each_edit_gives_what_a_fresh_build_gives(tmp_path: Path, parallel: int) -> None:
    site = Site(tmp_path / "src", book())
    quiet = {**HERE, "html_theme": "alabaster", "suppress_warnings": ["scrapbox", "toc"]}
    site.build(parallel=parallel, **quiet)
    for name, edit in EDITS.items():
        edit(site)
        built = site.build(parallel=parallel, **quiet)
        fresh = site.build(target=f"_{name}", **quiet)
        left = (
            {"wiki/Compost.html"} if not (site.src / "wiki/Compost.scrapbox").exists() else set()
        )
        assert {k: v for k, v in output(built.out) if k not in left} == dict(output(fresh.out)), (
            name
        )
        assert {n for n, of in built.app.env.metadata.items() if "orphan" in of} == {
            n for n, of in fresh.app.env.metadata.items() if "orphan" in of
        }
        again = site.build(parallel=parallel, **quiet)
        assert (again.read, again.written) == ([], []), name


def test_books_have_the_order(tmp_path: Path) -> None:
    site = Site(tmp_path / "src", book())
    config = dict(HERE, version="1", epub_copyright="nobody")
    documents = {
        "latex_documents": [("index", "g.tex", "Garden", "", "manual")],
        "man_pages": [("index", "g", "Garden", [], 1)],
        "texinfo_documents": [("index", "g", "Garden", "", "g", "d", "m")],
    }

    def built(builder: str) -> Built:
        built = site.build(builder, **config, **documents)
        assert built.warnings == []
        return built

    def order(pattern: str, text: str) -> list[str]:
        return [name for name in re.findall(pattern, text) if name in ORDER]

    tex = built("latex").text("g.tex")
    assert order(r"\\(?:sub)*(?:chapter|section)\{(\w+)\}", tex) == ORDER
    assert "\\subsection{Worms}" in tex  # below Heaps, below the chapter Compost
    assert order(r"<h\d>(\w+)<a", built("singlehtml").text("index.html")) == ORDER
    assert order(r"@(?:chapter|(?:sub)*section) (\w+)\n", built("texinfo").text("g.texi")) == ORDER
    manual = built("man").text("g.1").title()
    assert order(r"\.S[hs] (\w+)", manual) == ORDER
    assert order(r"\* (\w+)\n", built("text").text("index.txt")) == ORDER
    (epub,) = built("epub").out.glob("*.epub")
    with zipfile.ZipFile(epub) as archive:
        assert order(r">(\w+)</a>", archive.read("nav.xhtml").decode()) == ORDER
        package = archive.read("content.opf").decode()
        root = ElementTree.fromstring(package)
        names = {item.get("id", ""): item.get("href", "") for item in root.findall(".//{*}item")}
        spine = [item.get("idref", "") for item in root.findall(".//{*}itemref")]
        pages = "".join(archive.read(unquote(names[one])).decode() for one in spine)
    assert order(r"<h1>(\w+)<", pages) == ORDER


def test_pages_of_an_appendix_may_have_children(tmp_path: Path) -> None:
    """Sphinx puts no documents in place of the toctrees of an appendix."""
    site = Site(tmp_path / "src", book())
    for builder, file in (("latex", "g.tex"), ("texinfo", "g.texi")):
        documents = [
            ("guide", file, "Garden", "", "manual"),
            ("guide", "g", "Garden", "", "g", "d", "m"),
        ]
        names = {"latex_documents": documents[:1], "texinfo_documents": documents[1:]}
        appendices = {f"{builder}_appendices": ["wiki/Compost"]}
        built = site.build(builder, **HERE, **names, **appendices)
        assert built.warnings == []
        assert "On compost." in built.text(file)
        assert "On heaps." not in built.text(file)


def test_catalogues_of_messages(tmp_path: Path) -> None:
    built = Site(tmp_path / "src", book(NUMBERED)).build("gettext", **HERE)
    assert built.warnings == []
    assert 'msgid "Before"' in built.text("index.pot")
    # The caption of a group is a message of the page on which it is written.
    assert 'msgid "The soil"' not in built.text("index.pot")
    assert 'msgid "The soil"' in built.text("wiki.pot")


def test_words_of_a_list_are_translated_as_those_of_a_toctree(tmp_path: Path) -> None:
    """The caption, titles of entries and captions of groups; not titles that pages have."""
    index = """# Garden

```{scrapbox:toctree}
:caption: Before

- {scrapbox:page}`Foreword <Preface>`, [](guide.md)
- Parts
  - [[Compost]]
    - {doc}`Crawlers <wiki/Worms>`
- Kept
  - [[Beans]]
```
"""
    words = {"Before": "最初", "Foreword": "まえがき", "Parts": "部", "Crawlers": "虫"}
    site = Site(tmp_path / "src", book(index))
    with (site.build("gettext", target="_pot", **HERE).out / "index.pot").open("rb") as file:
        catalogue = read_po(file)
    assert {message.id for message in catalogue if message.id} == {"Garden", "Kept", *words}
    for text, translation in {**words, "Kept": "Kept"}.items():
        catalogue[text].string = translation
    folder = site.src / "locale/ja/LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "index.mo").open("wb") as file:
        write_mo(file, catalogue)
    config = {"language": "ja", "locale_dirs": ["locale"], **HERE}
    built = site.build(**config)
    assert built.warnings == []
    toctrees = list(built.app.env.tocs["index"].findall(addnodes.toctree))
    assert [(node["caption"], node["entries"]) for node in toctrees] == [
        ("最初", [("まえがき", "wiki/Preface"), (None, "guide")]),
        ("部", [(None, "wiki/Compost")]),
        ("Kept", [(None, "wiki/Beans")]),
    ]
    children = built.app.env.tocs["wiki/Compost"].findall(addnodes.toctree)
    assert [node["entries"] for node in children] == [[("虫", "wiki/Worms")]]
    messages = site.build("gettext", target="_again", **config).text("index.pot")
    assert 'msgid "Parts"' in messages
    assert "部" not in messages
