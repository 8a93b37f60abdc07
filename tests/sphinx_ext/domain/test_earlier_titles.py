"""A page that was renamed: links by its earlier titles go on, after all present titles."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from sites import BUILDERS, EPUB, Built, Site, icon, page

from sphinx_scrapbox.formats.project import ProjectPage
from sphinx_scrapbox.snapshot.folder import SnapshotFolder
from sphinx_scrapbox.snapshot.lockfile import Lock, LockedPage, dump_lock
from sphinx_scrapbox.snapshot.plan import plan_update
from sphinx_scrapbox.snapshot.transaction import apply_plan
from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of

pytestmark = pytest.mark.filterwarnings("ignore:'sphinxcontrib\\.serializinghtml")

INDEX = "Index\n=====\n\n:scrapbox:page:`Mud`, :any:`Mud`\n\n.. toctree::\n   :glob:\n\n   */*\n"


def folder(name: str, project: str, *pages: tuple[str, tuple[str, ...], str]) -> dict[str, str]:
    """The files of a snapshot: of each page its title, its earlier ones and its text."""
    rows = tuple(
        LockedPage(str(number), title, f"p{number}.scrapbox", earlier_titles=was)
        for number, (title, was, _) in enumerate(pages)
    )
    return {
        **{
            f"{name}/p{number}.scrapbox": f"{title}\n{text}\n"
            for number, (title, _, text) in enumerate(pages)
        },
        f"{name}/scrapbox.lock": dump_lock(Lock(project, pages=rows)),
    }


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(
        tmp_path / "site",
        {
            "index.rst": INDEX,
            **folder(
                "wiki",
                "garden-en",
                ("Soil", ("Earth", "Mud"), "wet"),
                ("Pond", ("Water",), "[Mud] [EARTH#wet] [/garden-en/Earth] #mud [Pond] [Nowhere]"),
            ),
            "more/a.md": page("Links", "[[Mud]]", icon("Mud")),
        },
    )


def leads(built: Built, docname: str, target: str) -> str | None:
    return domain_of(built.app.env).find_page(target, docname)


@pytest.mark.parametrize("builder", BUILDERS)
def test_every_format(site: Site, builder: str) -> None:
    assert site.build(builder, **EPUB).warnings == []


def test_each_way_of_linking(site: Site) -> None:
    built = site.build(scrapbox_missing="warn")
    assert [line for line in built.warnings if "Nowhere" not in line] == []
    for name, count in (("index.html", 2), ("wiki/p1.html", 4), ("more/a.html", 2)):
        body = built.html(name).root.all("div", cls="body")[0]
        links = [
            link["href"]
            for link in body.all("a", cls="reference")
            if link["href"].endswith("p0.html") and "Soil" not in link.text
        ]
        assert len(links) >= count, name


def test_they_count_as_links_to_the_page(site: Site) -> None:
    graph = domain_of(site.build().app.env).graph
    assert set(graph.links_to("wiki/p0")) == {"index", "wiki/p1", "more/a"}
    assert [graph.wanted_title(node) for node in graph.wanted_nodes()] == ["Nowhere"]


def test_present_titles_win(tmp_path: Path) -> None:
    site = Site(
        tmp_path / "site",
        {
            "index.rst": "Mud\n===\n\n.. toctree::\n   :glob:\n\n   */*\n",
            **folder(
                "one",
                "garden",
                ("Soil", ("Earth", "Pond", "Sand#dry", "Mud", "Stone"), ""),
                ("Pond", ("Stone",), "[Pond]"),
                ("Sand", (), ""),
            ),
            **folder("two", "tools", ("Earth", (), ""), ("Clay", ("Soil", "Loam"), "")),
        },
    )
    built = site.build(scrapbox_link_documents=True)
    assert built.warnings == []
    expected = {
        "Pond": "one/p1",
        "Sand#dry": "one/p2",
        "Mud": "index",
        "/garden/Mud": "one/p0",
        "Stone": "one/p0",
        "Earth": "one/p0",  # a page means its own wiki
        "/garden/Earth": "one/p0",
        "/tools/Soil": "two/p1",
        "Soil": "one/p0",
        "Loam#a": None,
        "/tools/Loam#a": "two/p1",
        "/garden/Loam": None,
    }
    assert {target: leads(built, "one/p0", target) for target in expected} == expected


def test_objects(site: Site) -> None:
    found = {
        (kind, name): (shown, docname)
        for name, shown, kind, docname, _, priority in domain_of(
            site.build().app.env
        ).get_objects()
        if docname == "wiki/p0" and priority == -1
    }
    assert found == {
        ("page", "soil"): ("Soil", "wiki/p0"),
        ("page", "earth"): ("Soil", "wiki/p0"),
        ("page", "mud"): ("Soil", "wiki/p0"),
        ("tag", "mud"): ("Soil", "wiki/p0"),
        ("person", "mud"): ("Soil", "wiki/p0"),
    }
    everything = [entry[:3:2] for entry in domain_of(site.build().app.env).get_objects()]
    assert len(everything) == len(set(everything))


def test_earlier_titles_of_a_private_project_are_not_told(tmp_path: Path) -> None:
    files = folder("wiki", "garden", ("Soil", ("Hidden treasure",), ""), ("Pond", (), "[Soil]"))
    lock = files["wiki/scrapbox.lock"].replace('"private": false', '"private": true')
    site = Site(
        tmp_path / "site",
        {
            "index.rst": "Index\n=====\n\n.. toctree::\n   :glob:\n\n   */*\n",
            **files,
            "wiki/scrapbox.lock": lock,
        },
    )
    built = site.build()
    names = {entry[0] for entry in domain_of(built.app.env).get_objects()}
    assert names >= {"soil", "pond"}
    assert not any("treasure" in name for name in names)
    assert leads(built, "index", "hidden treasure") == "wiki/p0"
    for path in built.out.rglob("*"):
        assert not path.is_file() or b"treasure" not in path.read_bytes().lower(), path


def test_aliases_and_tags_of_front_matter(tmp_path: Path) -> None:
    fields = ["title: Heap", "project: garden", "aliases: [Compost, Pond]", "tags: [dry leaves]"]
    heap = "\n".join(["---", *fields, "---", "", "hot"])
    links = "[[compost]], [[Pond]], #dry_leaves"
    files = {"index.md": f"# Index\n\n{links}\n", "wiki/Heap.md": heap}
    site = Site(tmp_path / "site", {**files, "wiki/Pond.md": page("Pond", "deep")})
    built = site.build(scrapbox_pages=["wiki/*"])
    assert built.warnings == []
    assert leads(built, "index", "Compost") == "wiki/Heap"
    assert leads(built, "index", "Pond") == "wiki/Pond"
    assert domain_of(built.app.env).facts["wiki/Heap"].tags == ("dry_leaves",)
    tag = built.html("wiki/Heap.html").root.all("span", cls="scrapbox-tag")[0]
    assert tag.text == "#dry_leaves"
    site.write({"wiki/Heap.md": heap.replace("Compost, ", "")})
    assert leads(site.build(scrapbox_pages=["wiki/*"]), "index", "Compost") is None
    assert 'href="wiki/Heap.html"' not in built.text("index.html")


# -- a folder that is unpacked again and again -----------------------------------------


def unpack(site: Site, *titles: str) -> None:
    store = SnapshotFolder(site.src / "wiki")
    pages = [
        ProjectPage(f"{number:024x}", title, 1, 1, (title, "[Soil] [Earth] [Mud]"))
        for number, title in enumerate(titles)
    ]
    apply_plan(store, plan_update(store, pages, Lock("garden", 5)))


def output(built: Built) -> dict[str, str]:
    return {
        path.relative_to(built.out).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(built.out.rglob("*.html"))
    }


@pytest.mark.long
@pytest.mark.parametrize("parallel", [0, 2])
def test_renames_step_by_step(tmp_path: Path, parallel: int) -> None:
    site = Site(
        tmp_path / "site",
        {
            "index.rst": "Index\n=====\n\n:scrapbox:page:`Earth`\n",
            "guide.rst": ":orphan:\n\nGuide\n=====\n\n:scrapbox:page:`Clay`\n",
        },
    )
    steps: list[tuple[tuple[str, ...], str]] = [
        (("Earth", "Pond"), "wiki/Earth"),
        (("Soil", "Pond"), "wiki/Earth"),
        (("Mud", "Pond"), "wiki/Earth"),
        (("Mud", "Earth"), "wiki/Pond"),
        (("Mud", "Stone"), "wiki/Pond"),
        (("Earth", "Stone"), "wiki/Earth"),
        (("Stone",), "wiki/Earth"),
    ]
    for number, (titles, target) in enumerate(steps):
        unpack(site, *titles)
        options: dict[str, Any] = {"scrapbox_project": "garden"}
        kept = site.build(target="_kept", parallel=parallel, **options)
        if number:
            assert "guide" not in kept.written
        assert leads(kept, "index", "Earth") == target
        fresh = site.build(target=f"_fresh{number}", **options)
        ours, anew = output(kept), output(fresh)
        assert {name: text for name, text in ours.items() if name in anew} == anew


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2])
def test_any_renames_are_as_good_as_new(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    titles = ["Soil", "Earth", "Mud", "Clay", "Loam", "a#b", "a"]
    links = " ".join(f"[[{title}]]" for title in titles)
    lists = "".join(
        f"\n\n```{{scrapbox:{name}}}\n{option}\n```"
        for name, option in (("related", ""), ("pages", ":sort: linked"), ("wanted", ":min: 1"))
    )
    site = Site(
        tmp_path / "site",
        {
            "index.rst": "Mud\n===\n\n.. toctree::\n\n   guide\n",
            "guide.md": f"# Guide\n\n{links}{lists}\n\n```{{scrapbox:map}} Soil\n```\n",
            "more/a.md": page("Exported", "[[Earth]] #Mud", icon("Loam")),
        },
    )
    options: dict[str, Any] = {
        "scrapbox_project": "garden",
        "scrapbox_link_documents": True,
        "suppress_warnings": ["scrapbox"],
    }
    for number in range(5):
        for name, project in (("one", "garden"), ("two", "tools")):
            store = SnapshotFolder(site.src / name)
            pages = [
                ProjectPage(
                    f"{id:024x}",
                    title,
                    1,
                    1,
                    (title, f"[{chance.choice(titles)}] [/garden/{chance.choice(titles)}]"),
                )
                for id, title in zip(
                    chance.sample(range(4), 3), chance.sample(titles, 3), strict=True
                )
            ]
            apply_plan(store, plan_update(store, pages, Lock(project, 5)))
        kept = site.build(target="_kept", **options)
        fresh = site.build(target=f"_fresh{number}", **options)
        ours, anew = output(kept), output(fresh)
        assert {name: text for name, text in ours.items() if name in anew} == anew
        inventories = [(built.out / "objects.inv").read_bytes() for built in (kept, fresh)]
        assert inventories[0] == inventories[1]
