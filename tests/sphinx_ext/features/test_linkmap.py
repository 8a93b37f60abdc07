"""Maps of links: which pages they hold, how they are drawn, and what each format gets."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from sites import BUILDERS, EPUB, ROOT, Built, Site, broken_links, page

from sphinx_scrapbox.sphinx_ext.features.linkmap.layout import wrap
from sphinx_scrapbox.sphinx_ext.features.linkmap.neighbourhood import (
    FAN,
    Neighbourhood,
    neighbourhood,
)
from sphinx_scrapbox.sphinx_ext.features.linkmap.order import ordered_children
from sphinx_scrapbox.sphinx_ext.features.linkmap.svg import draw
from sphinx_scrapbox.wiki.graph import Graph, wanted
from sphinx_scrapbox.wiki.titles import split_target

# The JSON builder of sphinxcontrib-serializinghtml 2.0, on Sphinx 9.
pytestmark = pytest.mark.filterwarnings("ignore:'sphinxcontrib\\.serializinghtml")

SVG = "{http://www.w3.org/2000/svg}"


def graph_of(**links: str) -> Graph:
    """A wiki of one-word pages: ``a="b c"`` says that page *a* links to *b* and *c*."""
    mentions = {
        name: tuple((target, "") for target in targets.split()) for name, targets in links.items()
    }
    return Graph(
        mentions, lambda target, _: target if target in links else None, lambda _: "", split_target
    )


def around(graph: Graph, centre: str, **given: Any) -> Neighbourhood:
    return neighbourhood(graph, centre, **{"hops": 1, "limit": 40, "has_wanted": False, **given})


def names(found: Neighbourhood) -> list[str]:
    return [place.node for place in found.places]


# -- which pages -----------------------------------------------------------------------

PATH = graph_of(moss="fern", fern="pond", pond="clay", clay="sand", sand="")


@pytest.mark.parametrize(
    ("hops", "found"),
    [(1, ["pond", "clay", "fern"]), (2, ["pond", "clay", "fern", "moss", "sand"])],
)
def test_links_count_in_both_directions(hops: int, found: list[str]) -> None:
    assert names(around(PATH, "pond", hops=hops)) == found


def test_each_page_knows_through_which_it_is_reached() -> None:
    found = around(PATH, "moss", hops=3)
    assert [(place.node, place.hop, place.parent) for place in found.places] == [
        ("moss", 0, -1),
        ("fern", 1, 0),
        ("pond", 2, 1),
        ("clay", 3, 2),
    ]
    assert found.edges == ((0, 1), (1, 2), (2, 3))
    assert found.children(1) == [2]


def test_nearest_first_then_most_linked_the_rest_counted() -> None:
    graph = graph_of(pond="a b c", a="", b="x y", c="x", x="b y", y="")
    assert names(around(graph, "pond", limit=3)) == ["pond", "b", "c"]
    found = around(graph, "pond", hops=2, limit=5)
    assert names(found) == ["pond", "b", "c", "a", "x"]
    assert (found.rest, found.is_more) == (1, False)


def test_missing_pages_only_when_asked_for() -> None:
    graph = graph_of(pond="newt fern", fern="newt")
    assert names(around(graph, "pond")) == ["pond", "fern"]
    found = around(graph, "pond", has_wanted=True)
    assert names(found) == ["pond", "fern", wanted("", "newt")]
    assert len(found.edges) == 3


def test_a_page_alone_is_no_map() -> None:
    assert not around(graph_of(pond=""), "pond")


def test_a_hub_on_the_way_is_not_walked_through_to_the_end() -> None:
    many = {f"page{n}": "hub" for n in range(FAN * 3)}
    graph = graph_of(pond="hub", hub="", **many)
    found = around(graph, "pond", hops=3, limit=10)
    assert len(found.places) == 10
    assert found.is_more
    assert found.rest < FAN + 10
    assert around(graph, "hub", limit=10).rest == FAN * 3 - 8  # pond is there, too


# -- the drawing -----------------------------------------------------------------------


def wild(count: int, *, seed: int = 5, density: float = 1.5) -> Neighbourhood:
    """A neighbourhood without order."""
    dice = random.Random(seed)
    pages = [f"p{n}" for n in range(count)]
    links = {name: " ".join(dice.sample(pages, min(count, 2))) for name in pages}
    links["p0"] = " ".join(dice.sample(pages, int(count / density)))
    return around(graph_of(**links), "p0", hops=3, limit=count)


def drawn(found: Neighbourhood, titles: list[str] | None = None, **given: Any) -> Element:
    count = len(found.places)
    text = draw(
        found,
        titles or [f"The page of the {n}th leaf in the garden" for n in range(count)],
        given.pop("addresses", [f"{n}.html" for n in range(count)]),
        **{"label": "Leaves", "name": "m1", "current": found.places[0].node, **given},
    )
    root: Element = fromstring(text)
    assert root.tag == f"{SVG}svg"
    return root


def boxes(root: Element) -> Iterator[tuple[int, int, int, int]]:
    for tag in ("a", "g"):
        for frame in root.iterfind(f"./{SVG}{tag}/{SVG}rect"):
            x, y, width, height = (int(frame.attrib[k]) for k in ("x", "y", "width", "height"))
            yield x, y, x + width, y + height


@pytest.mark.parametrize("count", [2, 3, 7, 40, 100])
@pytest.mark.parametrize("density", [1.1, 8])
def test_boxes_lie_inside_the_frame_and_not_on_one_another(count: int, density: float) -> None:
    found = wild(count, density=density)
    root = drawn(found)
    left, top, width, height = map(int, root.attrib["viewBox"].split())
    placed = list(boxes(root))
    assert len(placed) == len(found.places)
    for x, y, right, bottom in placed:
        assert left <= x < right <= left + width
        assert top <= y < bottom <= top + height
    for one, other in combinations(placed, 2):
        apart_x = one[2] <= other[0] or other[2] <= one[0]
        apart_y = one[3] <= other[1] or other[3] <= one[1]
        assert apart_x or apart_y


Point = tuple[float, float]


def crossings(root: Element) -> int:
    """How many pairs of links cross, each link a straight line."""
    links = []
    for path in root.iterfind(f"./{SVG}g[@mask]/{SVG}path"):
        x, y, other_x, other_y = map(float, re.findall(r"-?[\d.]+", path.attrib["d"]))
        links.append(((x, y), (other_x, other_y)))

    def side(a: Point, b: Point, c: Point) -> float:
        return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])

    return sum(
        side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0
        for (a, b), (c, d) in combinations(links, 2)
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_pages_stand_beside_those_that_they_link_to(seed: int) -> None:
    """Neighbours that link to the next one, in an order that their names do not show."""
    path = random.Random(seed).sample([f"p{n}" for n in range(1, 17)], 16)
    links = dict(pairwise([*path, ""]))
    found = around(graph_of(p0=" ".join(path), **links), "p0")
    (around_middle, *_) = ordered_children(found)
    assert [found.places[n].node for n in around_middle] in (path, path[::-1])
    assert crossings(drawn(found, ["Leaf"] * 17)) == 0


def test_pages_that_all_link_to_each_other_stand_together() -> None:
    """Six groups of five, which no drawing shows without links that cross."""
    groups = [[f"p{n}" for n in range(first, 31, 6)] for first in range(1, 7)]
    links = {page: " ".join(group) for group in groups for page in group}
    found = around(graph_of(p0=" ".join(sorted(links)), **links), "p0")
    circle = [int(found.places[n].node[1:]) % 6 for n in ordered_children(found)[0]]
    changes = sum(group != circle[at - 1] for at, group in enumerate(circle))
    assert changes == 6


def test_each_page_is_a_link_with_its_whole_title_but_the_one_we_are_on() -> None:
    found = around(PATH, "pond")
    long = "A pond that is so long that nobody can read all of its name in such a small box"
    root = drawn(found, ["Pond", long, "Fern"])
    here = root.find(f"./{SVG}g[@aria-current]")
    assert here is not None
    assert here.findtext(f"{SVG}title") == "Pond"
    links = root.findall(f"./{SVG}a")
    assert [link.attrib["href"] for link in links] == ["1.html", "2.html"]
    assert [link.findtext(f"{SVG}title") for link in links] == [long, "Fern"]
    shown = [text.text or "" for text in links[0].iterfind(f"{SVG}text")]
    assert len(shown) == 2
    assert shown[-1].endswith("…")


def test_links_are_under_the_boxes_and_said_to_nobody() -> None:
    found = around(PATH, "pond", hops=2)
    root = drawn(found)
    lines = root.find(f"./{SVG}g[@mask]")
    assert lines is not None
    assert list(root).index(lines) < list(root).index(root.find(f"./{SVG}a"))  # type: ignore[arg-type]
    assert lines.attrib["aria-hidden"] == "true"
    assert lines.attrib["mask"] == "url(#m1)"
    assert root.find(f"./{SVG}mask[@id='m1']") is not None
    assert len(lines) == len(found.edges)
    assert (root.attrib["role"], root.attrib["aria-label"]) == ("group", "Leaves")


def test_a_missing_page_is_dashed() -> None:
    found = around(graph_of(pond="newt fern", fern="moss", moss=""), "pond", has_wanted=True)
    root = drawn(found, ["Pond", "Fern", "Newt"], addresses=["", "fern.html", ""])
    dashed = {element.tag for element in root.iter() if "stroke-dasharray" in element.attrib}
    assert dashed == {f"{SVG}path", f"{SVG}rect"}
    newt = root.find(f"./{SVG}g[@class='scrapbox-hop-1 scrapbox-missing']")
    assert newt is not None
    assert newt.findtext(f"{SVG}title") == "Newt"


def test_no_title_breaks_out() -> None:
    bad = "\"><script>alert('&')</script>\x0b]]>\ud800"
    root = drawn(around(PATH, "pond"), [bad] * 3, addresses=[bad] * 3, label=bad)
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert tags == {"svg", "mask", "rect", "g", "path", "a", "title", "text"}


DRAW = """
import random
from test_linkmap import wild, draw
for found in (wild(30), wild(60, seed=8, density=9)):
    n = len(found.places)
    print(draw(found, [f"Leaf {i}" for i in range(n)], [""] * n, label="", name="m", current=""))
"""


@pytest.mark.long
def test_same_bytes_in_every_process() -> None:
    drawings = {
        subprocess.run(
            [sys.executable, "-c", DRAW],
            env={
                "PYTHONHASHSEED": seed,
                "PYTHONPATH": f"{ROOT}:{Path(__file__).parent}:{ROOT / 'tests'}",
            },
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(drawings) == 1
    assert b"Leaf 29" in drawings.pop()


@pytest.mark.parametrize("most", [1, 2, 3])
@pytest.mark.parametrize(
    "title", ["", " ", "A", "moss " * 40, "m" * 90, "苔" * 90, "🌱" * 30, "a苔 " * 20, "‍" * 9]
)
def test_titles_fit_their_boxes(title: str, most: int) -> None:
    lines = wrap(title, most)
    assert len(lines) <= most
    joined = re.sub(r"\s", "", "".join(lines))
    assert re.sub(r"\s", "", title).startswith(joined.removesuffix("…"))


# -- in a site -------------------------------------------------------------------------

HERE = {"scrapbox_project": "garden-en"}
INDEX = """
Index
=====

To :scrapbox:page:`Pond`.

.. toctree::

   wiki/pond
   wiki/fern
   maps/two
"""
TWO = """
Two
===

.. scrapbox:map:: Pond
   :hops: 2
   :wanted:
   :limit: 4
   :caption: What lives *in* the pond

.. scrapbox:map::
   :alt: Nothing is known of this page
"""
FILES = {
    "index.rst": INDEX,
    "maps/two.rst": TWO,
    "wiki/pond.md": page("Pond", "[[Fern]] and [[Newt]] and [[Is it <deep> & wide?]]"),
    "wiki/fern.md": page("Fern", "[[Moss]] [[Clay]]"),
    "wiki/moss.md": page("Moss", "[[Fern]]"),
    "wiki/clay.md": page("Clay", "Words."),
    "wiki/deep.md": page("Is it <deep> & wide?", "[[Moss]]"),
}
QUIET = {**HERE, **EPUB, "suppress_warnings": ["toc.not_included"]}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "src", FILES)


def maps(built: Built, name: str = "maps/two.html") -> list[Element]:
    return [fromstring(svg) for svg in re.findall(r"<svg xmlns.*?</svg>", built.text(name))]


def titles(root: Element) -> list[str]:
    return [title.text or "" for title in root.iter(f"{SVG}title")]


@pytest.mark.parametrize("builder", ["html", "dirhtml"])
def test_html(site: Site, builder: str) -> None:
    built = site.build(builder, **QUIET)
    assert built.warnings == []
    assert broken_links(built.out) == []
    name = "maps/two.html" if builder == "html" else "maps/two/index.html"
    (root,) = maps(built, name)  # nothing links with the page itself
    assert titles(root) == ["Pond", "Fern", "Is it <deep> & wide?", "Index"]
    figure = built.html(name).body.one("figure", cls="scrapbox-map")
    assert figure.one("svg")["aria-label"] == "Map of the pages around Pond"
    assert figure.one("figcaption").text == "What lives in the pond"
    assert figure.one("figcaption").one("em").text == "in"
    assert figure.one("p", cls="scrapbox-rest").text == "3 more"
    listed = [link.text for link in figure.one("details").all("a", "reference")]
    assert listed == titles(root)[1:]


def test_list_is_nested_by_steps_and_missing_pages_lead_to_the_wiki(site: Site) -> None:
    site.write({"maps/two.rst": "Two\n===\n\n.. scrapbox:map:: fern\n   :hops: 2\n   :wanted:\n"})
    built = site.build(**QUIET)
    assert built.warnings == []
    details = built.html("maps/two.html").body.one("details")
    inner = details.all("ul")[0].all("ul")
    assert [link.text for ul in inner for link in ul.all("a")] == [
        "Is it <deep> & wide?",
        "Index",
        "Newt",
    ]
    newt = details.one("a", cls="scrapbox-wiki")
    assert newt["href"] == "https://scrapbox.io/garden-en/Newt"


def test_map_of_the_page_itself(site: Site) -> None:
    site.write({"index.rst": f"{INDEX}\n.. scrapbox:map::\n"})
    (root,) = maps(site.build(**QUIET), "index.html")
    here = root.find(f"./{SVG}g[@aria-current='page']")
    assert here is not None
    assert here.findtext(f"{SVG}title") == "Index"
    assert titles(root) == ["Index", "Pond"]


def test_text(site: Site) -> None:
    built = site.build("text", **QUIET)
    assert built.warnings == []
    assert built.text("maps/two.txt").split("\n")[3:] == [
        "What lives *in* the pond",
        "",
        "* Fern",
        "",
        "* Is it <deep> & wide?",
        "",
        "* Index",
        "",
        "* 3 more",
        "",
    ]


@pytest.mark.parametrize("parallel", [0, 4])
@pytest.mark.parametrize("builder", BUILDERS)
def test_every_format(site: Site, builder: str, parallel: int) -> None:
    built = site.build(builder, parallel=parallel, **QUIET)
    assert built.warnings == []
    holding = {
        path.suffix for path in built.out.rglob("*.*") if b"<svg xmlns" in path.read_bytes()
    }
    assert holding == {
        "html": {".html"},
        "dirhtml": {".html"},
        "singlehtml": {".html"},
        "json": {".fjson"},
    }.get(builder, set())
    if builder in ("singlehtml", "epub"):
        # A single file has no search and no index, which its theme leads to all the same.
        broken = [one for one in broken_links(built.out) if "search" not in one]
        assert [one for one in broken if "genindex" not in one] == []


def test_unknown_page_is_named_with_its_place(site: Site) -> None:
    site.write({"maps/two.rst": "Two\n===\n\n.. scrapbox:map:: Otter\n\n.. scrapbox:map:: Pnd\n"})
    built = site.build(**QUIET)
    assert built.warnings == [
        "SRC/maps/two.rst:4: WARNING: scrapbox:map: there is no page 'Otter', so no map of it "
        "[scrapbox.directive]",
        "SRC/maps/two.rst:6: WARNING: scrapbox:map: there is no page 'Pnd', so no map of it; did "
        "you mean 'Pond'? [scrapbox.directive]",
    ]
    site.write({"maps/two.rst": "Two\n===\n\n.. scrapbox:map:: Otter\n"})
    assert "figure" not in built.text("maps/two.html")
    site.write({"wiki/otter.md": page("Otter", "[[Pond]]")})
    built = site.build(**QUIET)
    assert built.warnings == []
    assert [titles(root) for root in maps(built)] == [["Otter", "Pond"]]


@pytest.mark.parametrize(
    ("option", "problem"),
    [
        ("hops: 0", "must be a number from 1 to 3, not '0'"),
        ("hops: 4", "must be a number from 1 to 3, not '4'"),
        ("hops: x", "must be a whole number, not 'x'"),
        ("limit: 1", "must be a number from 2 to 100, not '1'"),
        ("wanted: yes", "takes no value, not 'yes'"),
        ("alt:", "is empty"),
    ],
)
def test_a_bad_option_is_ignored(site: Site, option: str, problem: str) -> None:
    site.write({"maps/two.rst": f"Two\n===\n\n.. scrapbox:map:: Pond\n   :{option}\n"})
    built = site.build(**QUIET)
    name = option.partition(":")[0]
    assert built.warnings == [
        f"SRC/maps/two.rst:4: WARNING: scrapbox:map: option {name!r} {problem}; it is ignored "
        "[scrapbox.directive]"
    ]
    assert len(maps(built)) == 1


def test_caption_is_a_message(site: Site) -> None:
    assert "What lives *in* the pond" in site.build("gettext", **QUIET).text("maps.pot")


@pytest.mark.parametrize("parallel", [0, 4])
def test_written_anew_when_and_only_when_the_map_changes(site: Site, parallel: int) -> None:
    def build() -> Built:
        built = site.build(parallel=parallel, scrapbox_related=False, **QUIET)
        # Not the indices, nor the page with the toctree: Sphinx writes it along with its pages.
        ours = built.app.env.found_docs - {"index"}
        built.written = [name for name in built.written if name in ours]
        return built

    site.write({f"wiki/other{n}.md": page(f"Other {n}", "Words.") for n in range(8)})
    build()
    assert build().written == []
    site.write({"wiki/other1.md": page("Other 1", "[[Other 2]]")})
    assert build().written == ["wiki/other1"]
    site.write({"wiki/other1.md": page("Other 1", "[[Clay]]")})
    built = build()  # one more that is only counted
    assert built.written == ["wiki/other1"]
    site.write({"wiki/other1.md": page("Other 1", "[[Pond]] [[Fern]] [[Moss]]")})
    built = build()
    assert built.written == ["maps/two", "wiki/other1"]
    assert "Other 1" in titles(maps(built)[0])
    (site.src / "wiki/other1.md").unlink()
    built = build()
    assert built.written == ["maps/two"]
    assert "Other 1" not in titles(maps(built)[0])


def test_parallel_builds_draw_the_same(site: Site) -> None:
    one = site.build(target="one", **QUIET)
    other = site.build(target="other", parallel=4, **QUIET)
    assert one.text("maps/two.html") == other.text("maps/two.html")
