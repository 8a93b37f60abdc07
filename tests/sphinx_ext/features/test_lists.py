"""Lists of pages, of wanted pages and of people: what they hold, how, and when it changes."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sites import EPUB, Built, Site, Tag, broken_links, icon, page
from sphinx.testing.util import SphinxTestApp

from sphinx_scrapbox.formats.markdown.writer import write_markdown
from sphinx_scrapbox.formats.notation.lines import read_notation
from sphinx_scrapbox.sphinx_ext.config.values import ProjectOptions
from sphinx_scrapbox.sphinx_ext.domain.facts import PageFacts
from sphinx_scrapbox.sphinx_ext.features.lists.model import ListQuery, PageRow
from sphinx_scrapbox.sphinx_ext.features.lists.tables import Tables, rows_of
from sphinx_scrapbox.wiki.graph import Graph
from sphinx_scrapbox.wiki.lines import ExcerptLine
from sphinx_scrapbox.wiki.titles import split_target

# The JSON builder of sphinxcontrib-serializinghtml 2.0, on Sphinx 9.
pytestmark = pytest.mark.filterwarnings("ignore:'sphinxcontrib\\.serializinghtml")

HERE = {"scrapbox_project": "garden-en", "scrapbox_related": False}
WIKI = {
    "wiki/kiln.md": page("Kiln", icon("eva") + "Hot. #clay", icon("tom") + "See [[Glaze]]."),
    "wiki/wheel.md": page("Wheel", icon("eva") + "Round.", icon("eva") + "And round. [[Kiln]]"),
    "wiki/slip.md": page("Slip", "Thin [[Kiln]] stuff. #Clay #water [[Glaze]]"),
}


def site_of(tmp_path: Path, directive: str, **files: str) -> Site:
    return Site(tmp_path / "src", {"index.rst": f"Index\n=====\n\n{directive}\n", **WIKI, **files})


def built(tmp_path: Path, directive: str, builder: str = "html", **config: Any) -> Built:
    done = site_of(tmp_path, directive).build(builder, **{**HERE, **config})
    assert done.warnings == []
    return done


def links(built: Built, name: str = "index.html") -> list[str]:
    return [tag.text for tag in built.html(name).body.all("a", "reference")]


@pytest.mark.parametrize(
    ("directive", "titles"),
    [
        (".. scrapbox:pages::", ["Kiln", "Slip", "Wheel"]),
        (".. scrapbox:pages::\n   :reverse:", ["Wheel", "Slip", "Kiln"]),
        (".. scrapbox:pages::\n   :limit: 2", ["Kiln", "Slip"]),
        (".. scrapbox:pages::\n   :sort: linked\n   :limit: 1", ["Kiln"]),
        (".. scrapbox:pages::\n   :tag: clay", ["Kiln", "Slip"]),
        (".. scrapbox:pages::\n   :tag: #CLAY", ["Kiln", "Slip"]),
        (".. scrapbox:pages::\n   :tag: /garden-en/clay", ["Kiln", "Slip"]),
        (".. scrapbox:pages::\n   :tag: /elsewhere/clay", []),
        (".. scrapbox:pages::\n   :person: eva", ["Kiln", "Wheel"]),
        (".. scrapbox:pages::\n   :person: Eva\n   :tag: clay", ["Kiln"]),
        (".. scrapbox:pages::\n   :title: ?l*", ["Slip"]),
        (".. scrapbox:pages::\n   :title: k*", ["Kiln"]),
        (".. scrapbox:pages::\n   :since: 2020-01-01", []),
        (".. scrapbox:tagged:: clay", ["Kiln", "Slip"]),
        (".. scrapbox:tagged:: #water", ["Slip"]),
        (".. scrapbox:tagged:: nothing", []),
    ],
)
def test_which_pages(tmp_path: Path, directive: str, titles: list[str]) -> None:
    assert links(built(tmp_path, directive)) == titles


def test_table(tmp_path: Path) -> None:
    body = built(tmp_path, ".. scrapbox:pages::\n   :as: table").html("index.html").body
    table = body.one("table", "scrapbox-list")
    assert [cell.text for cell in table.all("th")] == ["Page", "Linked from"]
    assert [[cell.text for cell in row.all("td")] for row in table.one("tbody").all("tr")] == [
        ["Kiln", "2"],
        ["Slip", "0"],
        ["Wheel", "0"],
    ]


def test_cards(tmp_path: Path) -> None:
    cards = built(tmp_path, ".. scrapbox:pages::\n   :as: cards").html("index.html").body
    listed = cards.one("ul", "scrapbox-cards")
    assert "scrapbox-list" in listed["class"].split()
    assert [item.all("a")[0].text for item in listed.all("li")] == ["Kiln", "Slip", "Wheel"]


def test_wanted(tmp_path: Path) -> None:
    done = built(tmp_path, ".. scrapbox:wanted::")
    items = [item.text for item in done.html("index.html").body.all("li")]
    assert items == ["clay (2): Kiln, Slip", "Glaze (2): Kiln, Slip"]
    (clay, *_rest) = done.html("index.html").body.all("a", "scrapbox-wiki")
    assert clay["href"] == "https://scrapbox.io/garden-en/clay"


@pytest.mark.parametrize(("options", "count"), [("", 2), ("   :min: 1", 3), ("   :limit: 1", 1)])
def test_how_many_wanted(tmp_path: Path, options: str, count: int) -> None:
    done = built(tmp_path, f".. scrapbox:wanted::\n{options}")
    assert len(done.html("index.html").body.all("li")) == count


def test_a_list_of_wanted_pages_does_not_warn_of_them(tmp_path: Path) -> None:
    done = site_of(tmp_path, ".. scrapbox:wanted::").build(scrapbox_missing="warn", **HERE)
    assert done.warnings
    assert not [line for line in done.warnings if "index" in line]
    assert not done.html("index.html").body.all("a", "scrapbox-wiki")


def people(built: Built) -> list[list[str]]:
    rows: list[Tag] = built.html("index.html").body.one("tbody").all("tr")
    return [[cell.text for cell in row.all("td")] for row in rows]


def test_people(tmp_path: Path) -> None:
    rows = people(built(tmp_path, ".. scrapbox:people::"))
    assert [row[1:] for row in rows] == [["3", "Wheel (2), Kiln (1)"], ["1", "Kiln (1)"]]
    assert [row[0][1:] for row in rows] == ["eva", "tom"]  # after an initial


def test_people_with_several_icons_are_counted_together(tmp_path: Path) -> None:
    who = {"eva": {"name": "Eva Lind", "aliases": ["tom"]}}
    rows = people(built(tmp_path, ".. scrapbox:people::", scrapbox_people=who))
    assert [row[1:] for row in rows] == [["4", "Kiln (2), Wheel (2)"]]
    assert rows[0][0].endswith("Eva Lind")


@pytest.mark.parametrize(
    ("directive", "message"),
    [
        (
            ".. scrapbox:pages::\n   :sort: size",
            "scrapbox:pages: option 'sort' must be one of title, updated, created, linked, "
            "not 'size'; it is ignored",
        ),
        (
            ".. scrapbox:pages::\n   :since: May",
            "scrapbox:pages: option 'since' must be a day such as 2025-04-01, not 'May'; "
            "it is ignored",
        ),
        (
            ".. scrapbox:wanted::\n   :limit: -1",
            "scrapbox:wanted: option 'limit' must be a whole number, not '-1'; it is ignored",
        ),
        (
            ".. scrapbox:pages::\n   :reverse: yes",
            "scrapbox:pages: option 'reverse' takes no value, not 'yes'; it is ignored",
        ),
        (".. scrapbox:pages::\n   :tag:", "scrapbox:pages: option 'tag' is empty; it is ignored"),
    ],
)
def test_bad_options(tmp_path: Path, directive: str, message: str) -> None:
    done = site_of(tmp_path, directive).build(**HERE)
    assert done.warnings == [
        f"SRC/index.rst:4: WARNING: {message} [scrapbox.directive]",
    ]


# -- every format ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "builder", "html dirhtml singlehtml epub latex text man texinfo json xml gettext".split()
)
def test_no_format_complains(rootdir: Path, tmp_path: Path, builder: str) -> None:
    app = SphinxTestApp(
        builder,
        srcdir=rootdir / "test-lists",
        builddir=tmp_path,
        confoverrides={**EPUB, "nitpicky": True},
        warningiserror=True,
    )
    try:
        app.build()
    finally:
        app.cleanup()
    assert app.warning.getvalue() == ""
    if builder in ("html", "dirhtml", "singlehtml", "epub"):
        # A single file has no search and no index, which its theme leads to all the same.
        broken = [one for one in broken_links(Path(app.outdir)) if "search" not in one]
        assert [one for one in broken if "genindex" not in one] == []
    if builder == "text":
        text = (Path(app.outdir) / "index.txt").read_text(encoding="utf-8")
        assert "See Pages, the tags and People." in text
        assert "* *Cold store* (3): *Apple press*, *Late pears*, *Plain*" in text


def test_lists_stay_out_of_the_search(tmp_path: Path) -> None:
    done = built(tmp_path, "Words.\n\n.. scrapbox:pages::")
    assert "no-search" in done.html("index.html").body.one("ul", "scrapbox-list")["class"]


# -- builds after the first ------------------------------------------------------------


def touch(path: Path) -> None:
    then = path.stat().st_mtime + 10
    os.utime(path, (then, then))


@pytest.mark.parametrize("parallel", [0, 4])
def test_a_list_is_written_anew_when_it_changes_and_only_then(
    tmp_path: Path, parallel: int
) -> None:
    other = {f"wiki/other{n}.md": page(f"Other {n}", "Words.") for n in range(8)}
    site = site_of(tmp_path, ".. scrapbox:tagged:: clay", **other)
    site.build(parallel=parallel, **HERE)

    site.write({"wiki/other1.md": page("Other 1", "More words.")})
    touch(site.src / "wiki/other1.md")
    assert site.build(parallel=parallel, **HERE).written == ["wiki/other1"]

    site.write({"wiki/other1.md": page("Other 1", "More words. #clay")})
    touch(site.src / "wiki/other1.md")
    again = site.build(parallel=parallel, **HERE)
    assert again.read == ["wiki/other1"]
    assert again.written == ["index", "wiki/other1"]
    assert links(again) == ["Kiln", "Other 1", "Slip"]

    (site.src / "wiki/slip.md").unlink()
    again = site.build(parallel=parallel, **HERE)
    assert "index" in again.written
    assert links(again) == ["Kiln", "Other 1"]


def test_cards_change_with_the_first_lines(tmp_path: Path) -> None:
    site = site_of(tmp_path, ".. scrapbox:pages::\n   :as: cards\n   :title: kiln")
    site.build(**HERE)
    site.write({"wiki/kiln.md": page("Kiln", "Cold.")})
    touch(site.src / "wiki/kiln.md")
    again = site.build(**HERE)
    assert "index" in again.written
    assert again.html("index.html").body.one("li").text == "Kiln Cold."


# -- many facts, no site ---------------------------------------------------------------


class Domain:
    """What tables need of the domain."""

    def __init__(self, facts: dict[str, PageFacts]) -> None:
        self.facts = facts
        self._computed: dict[Any, Any] = {}
        config = SimpleNamespace(root_doc="index")
        self.env = SimpleNamespace(config=config)
        by_title = {facts.title: name for name, facts in facts.items()}
        mentions = {name: facts.mentions for name, facts in facts.items()}
        self.graph = Graph(
            mentions, lambda target, name: by_title.get(target), self.project_of, split_target
        )

    def computed(self, name: Any, compute: Callable[[], Any]) -> Any:
        if name not in self._computed:
            self._computed[name] = compute()
        return self._computed[name]

    def project_of(self, docname: str) -> str:
        return self.facts[docname].project

    def person(self, name: str, project: str = "", own: str = "") -> None:
        """Nobody: no person is configured."""

    def title_of(self, docname: str) -> str:
        return self.facts[docname].title


@pytest.fixture
def dated(monkeypatch: pytest.MonkeyPatch) -> Any:
    plain = SimpleNamespace(project=ProjectOptions())
    monkeypatch.setattr(
        "sphinx_scrapbox.sphinx_ext.features.lists.tables.options", lambda config: plain
    )
    day = 86400
    facts = {
        "a": PageFacts("Anvil", updated=19000 * day, created=10 * day, project="p"),
        "b": PageFacts("Bellows", updated=19001 * day + 5, created=9 * day, project="p"),
        "c": PageFacts(
            "Chisel",
            project="q",
            excerpt=(ExcerptLine(0, ("Sharp.",)),),
            image="https://example.org/c",
        ),
    }
    return cast(Any, Domain(facts))


def shown(domain: Any, **fields: Any) -> str:
    _query, rows = rows_of(domain, ListQuery("pages", **fields).text())
    return "".join(cast(PageRow, row).docname for row in rows)


def test_dates(dated: Any) -> None:
    assert shown(dated, since="2022-01-08", until="2022-01-08") == "a"
    assert shown(dated, since="2022-01-09") == "b"
    assert shown(dated, until="2022-01-09") == "ab"
    assert shown(dated, since="2023-01-01") == ""


def test_order_of_time_is_the_newest_first(dated: Any) -> None:
    assert shown(dated, sort="updated") == "bac"
    assert shown(dated, sort="created") == "abc"
    assert shown(dated, sort="updated", reverse=True) == "cab"


def test_rows_hold_what_their_shape_shows(dated: Any) -> None:
    (card,) = rows_of(dated, ListQuery("pages", "cards", title="c*").text())[1]
    assert card == PageRow("c", "Chisel", summary="Sharp.", image="https://example.org/c")
    (row,) = rows_of(dated, ListQuery("pages", "table", title="b*").text())[1]
    assert row == PageRow("b", "Bellows", updated="2022-01-09")


def test_people_of_two_projects_with_one_name_are_two(dated: Any) -> None:
    dated.facts["a"] = dated.facts["a"]._replace(people=("kay",), turns=(3,))
    dated.facts["c"] = dated.facts["c"]._replace(people=("Kay", "/p/kay"), turns=(1, 2))
    tables = Tables(dated)
    assert [(row.target, row.turns, row.total) for row in tables.person_rows()] == [
        ("/p/kay", 5, 2),
        ("/q/Kay", 1, 1),
    ]
    assert tables.spoken_by("KAY") == {"a", "c"}
    assert tables.spoken_by("/q/kay") == {"c"}


NATIVE = """\
Talk
[eva.icon]の窯は古い
[tom.icon]は来ない
[tom.icon]それは昨日の話です
\t[eva.icon]と[tom.icon]で見に行った
[eva.icon] thinks so too
[2026/03/08.icon]←[2026/03/09]→[2026/03/10.icon]
[today-button.icon]
\tfired the kiln
fired it again [🔥.icon] [/icons/done.icon]
"""


@pytest.mark.parametrize("is_native", [True, False])
def test_people_are_those_who_speak(tmp_path: Path, is_native: bool) -> None:
    read = read_notation(NATIVE)
    name, text = (
        ("wiki/talk.scrapbox", NATIVE)
        if is_native
        else ("wiki/talk.md", write_markdown(replace(read, project="garden-en")))
    )
    site = Site(
        tmp_path / "src", {"index.rst": "Index\n=====\n\n.. scrapbox:people::", name: text}
    )
    done = site.build(**HERE)
    assert done.warnings == []
    assert [row[0][1:] for row in people(done)] == ["tom"]
    facts = done.facts("wiki/talk")
    assert (facts.people, facts.turns) == (("tom",), (1,))
    body = done.html("wiki/talk.html").body
    (turn,) = body.all("div", "scrapbox-speech")
    assert "それは昨日の話です" in turn.text
    assert [tag.one(cls="scrapbox-name").text for tag in body.all("span", "scrapbox-mention")] == [
        *("eva", "tom", "eva", "tom", "eva"),
    ]


def test_marks_are_patterns_and_people_take_precedence(tmp_path: Path) -> None:
    lines = [icon(name) + "Hot." for name in ("kiln-status", "eva-status", "2020", "tom")]
    site = Site(
        tmp_path / "src",
        {
            "index.rst": "Index\n=====\n\n.. scrapbox:people::",
            "wiki/kiln.md": page("Kiln", *lines, icon("cart", "shop") + "Full."),
        },
    )
    done = site.build(
        scrapbox_marks=["en", "*-status", "/shop/*"],
        scrapbox_people={"eva-status": "Eva", "2020": "Mia"},
        **HERE,
    )
    assert sorted(row[0][1:] for row in people(done)) == ["Eva", "Mia", "tom"]


def test_summaries_name_who_is_a_word_of_a_sentence(tmp_path: Path) -> None:
    lines = (
        icon("eva") + "の窯は古い。",
        icon("tom") + "Hot " + icon("eva"),
        "Then " + icon("Ken Ito", "shed") + " came.",
    )
    done = Site(
        tmp_path / "src", {"index.rst": "I\n=", "wiki/kiln.md": page("Kiln", *lines)}
    ).build(scrapbox_people={"eva": "Eva Lind"}, **HERE)
    assert done.facts("wiki/kiln").summary == "Eva Lindの窯は古い。 Hot Then Ken Ito came."


def test_names_are_shown_where_they_are_words(tmp_path: Path) -> None:
    lines = (
        icon("eva") + "の窯は古い",
        "Ask " + icon("tom") + " about it " + icon("eva"),
        "- " + icon("ren"),
    )
    files = {"index.rst": "I\n=", "wiki/kiln.md": page("Kiln", *lines)}
    body = Site(tmp_path / "src", files).build(**HERE).html("wiki/kiln.html").body
    shown = {
        (tag.one(cls="scrapbox-name").text, tag["class"].split()[-1]): "scrapbox-unseen"
        not in tag.all("span")[-1]["class"]
        for tag in body.all("span", "scrapbox-icon")
        if "scrapbox-mark" not in tag["class"]
    }
    assert shown == {
        ("eva", "scrapbox-mention"): True,
        ("tom", "scrapbox-mention"): True,
        ("eva", "scrapbox-signature"): False,
        ("ren", "scrapbox-mention"): False,
    }


def test_icons_of_hand_written_pages_are_marks_like_those_of_the_wiki(tmp_path: Path) -> None:
    names = ("eva", "2026/03/08", "/icons/fire", "draft", "2020", "/shop/cart")
    icons = " ".join(f":scrapbox:icon:`{name}`" for name in names)
    site = Site(tmp_path / "src", {"index.rst": f"Index\n=====\n\n{icons}\n"})
    config = {"scrapbox_marks": ["draft", "/shop/*"], "scrapbox_people": {"2020": "Mia"}}
    body = site.build(**config, **HERE).html("index.html").body
    assert [
        (tag.one(cls="scrapbox-name").text, tag["class"].split()[-1])
        for tag in body.all("span", "scrapbox-icon")
    ] == [
        ("eva", "scrapbox-mention"),
        ("2026/03/08", "scrapbox-mark"),
        ("fire", "scrapbox-mark"),
        ("draft", "scrapbox-mark"),
        ("Mia", "scrapbox-mention"),
        ("cart", "scrapbox-mark"),
    ]
