"""Native pages as sources: lines with addresses, the lock file, and what it may hide."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from docutils import nodes
from sites import BUILDERS, EPUB, Built, Site

from sphinx_scrapbox.snapshot.lockfile import Lock, LockedPage, dump_lock

pytestmark = pytest.mark.filterwarnings("ignore:'sphinxcontrib\\.serializinghtml")

SHED = [
    "Tool shed",
    "[* What hangs where]",
    "Spades [hana.icon]",
    " long handles",
    "code:a.py",
    " 1",
]
POND = [
    "Pond",
    "[hana.icon]",
    "Frogs live here",
    "> they say",
    "table:depth",
    " one\ttwo",
    " 1\t2",
]
LINKS = [
    "Links",
    "[Tool shed#{spades}] and [/garden/Pond#{frogs}]",
    "[the line https://scrapbox.io/garden/Tool_shed#{handles}]",
    "[https://scrapbox.io/garden/Pond], [gone https://scrapbox.io/garden/Nowhere]",
    "[Tool shed#0123456789abcdef01234567] and [Nowhere yet]",
]


def line_id(page: int, line: int) -> str:
    return f"{page:012x}{line:012x}"


SPADES, HANDLES, FROGS = line_id(1, 2), line_id(1, 3), line_id(2, 2)


def locked(
    pages: dict[str, list[str]], *, ids: dict[str, list[str]] | None = None, **lock: Any
) -> dict[str, str]:
    """The files of a folder of pages and of its lock."""
    files = {f"wiki/{name}.scrapbox": "\n".join(rows) + "\n" for name, rows in pages.items()}
    rows = [
        LockedPage(
            id=f"{number:024x}",
            title=lines[0],
            file=f"{name}.scrapbox",
            hash=sha256(files[f"wiki/{name}.scrapbox"].encode()).hexdigest(),
            line_ids=tuple(
                (ids or {}).get(name) or [line_id(number, row) for row in range(len(lines))]
            ),
        )
        for number, (name, lines) in enumerate(pages.items(), 1)
    ]
    files["wiki/scrapbox.lock"] = dump_lock(Lock("garden", pages=tuple(rows), **lock))
    return files


def all_pages() -> dict[str, list[str]]:
    names = {"spades": SPADES, "handles": HANDLES, "frogs": FROGS}
    return {"shed": SHED, "pond": POND, "links": [line.format(**names) for line in LINKS]}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    index = (
        "Index\n=====\n\n:scrapbox:page:`Tool shed#%s`\n\n.. toctree::\n   :glob:\n\n   wiki/*\n"
    )
    return Site(tmp_path / "site", {"index.rst": index % SPADES, **locked(all_pages())})


def targets(built: Built, name: str = "wiki/links.html") -> dict[str, str]:
    """Where the links of the page's text lead, by what they show."""
    found = {}
    for link in built.html(name).root.all("a"):
        if "reference" in link.attributes.get("class", "") and link.text.strip():
            found.setdefault(link.text.strip(), link["href"])
    return found


@pytest.mark.parametrize("builder", BUILDERS)
def test_every_format(site: Site, builder: str) -> None:
    assert site.build(builder, **EPUB).warnings == []


def test_each_line_is_an_anchor(site: Site) -> None:
    built = site.build()
    ids = {
        tag["id"] for tag in built.html("wiki/shed.html").root.walk() if tag.attributes.get("id")
    }
    assert {f"L{line_id(1, row)}" for row in range(1, len(SHED))} <= ids
    ids = {
        tag["id"] for tag in built.html("wiki/pond.html").root.walk() if tag.attributes.get("id")
    }
    assert {f"L{line_id(2, row)}" for row in range(1, len(POND))} <= ids


def test_links_lead_to_the_line(site: Site) -> None:
    found = targets(site.build())
    assert found["Tool shed"] == f"shed.html#L{SPADES}"
    assert found["/garden/Pond"] == f"pond.html#L{FROGS}"
    assert found["the line"] == f"shed.html#L{HANDLES}"
    assert found["https://scrapbox.io/garden/Pond"] == "pond.html"
    assert found["gone"] == "https://scrapbox.io/garden/Nowhere"
    assert found["Nowhere yet"] == "https://scrapbox.io/garden/Nowhere_yet"


def test_a_role_leads_to_the_line(site: Site) -> None:
    assert targets(site.build(), "index.html")["Tool shed"] == f"wiki/shed.html#L{SPADES}"


def test_a_line_that_is_gone_leads_to_the_page(site: Site) -> None:
    (paragraph,) = [
        line
        for line in site.build().doctree("wiki/links").findall(nodes.line)
        if "Nowhere yet" in line.astext()
    ]
    assert "0123456789abcdef01234567" not in paragraph.astext()
    pages = all_pages() | {"links": ["Links", "[Tool shed#0123456789abcdef01234567]"]}
    site.write(locked(pages))
    assert targets(site.build())["Tool shed"] == "shed.html"


def test_a_line_that_moved_is_found_on_its_new_page(site: Site) -> None:
    site.build()
    pages = all_pages()
    shed_ids = [line_id(1, row) for row in range(len(SHED))]
    pages["shed"] = SHED[:2] + SHED[3:]
    pages["pond"] = [*POND, SHED[2]]
    ids = {
        "shed": shed_ids[:2] + shed_ids[3:],
        "pond": [*(line_id(2, row) for row in range(len(POND))), SPADES],
    }
    files = locked(pages, ids=ids)
    del files["wiki/links.scrapbox"]  # an unpacked file that is the same is not touched
    site.write(files)
    built = site.build()
    assert built.read == ["wiki/pond", "wiki/shed"]
    assert "wiki/links" in built.written  # its link leads elsewhere now
    assert targets(built)["Tool shed"] == f"pond.html#L{SPADES}"


def test_another_row_of_the_lock_is_read_anew_and_no_other(site: Site) -> None:
    site.build()
    files = locked(all_pages() | {"new": ["New", "words"]})
    files["wiki/scrapbox.lock"] = files["wiki/scrapbox.lock"].replace(
        '"title": "Pond"', '"title": "The pond"'
    )
    site.write({name: files[name] for name in ("wiki/new.scrapbox", "wiki/scrapbox.lock")})
    built = site.build()
    assert set(built.read) == {"index", "wiki/new", "wiki/pond"}  # the index: its toctree globs
    assert built.app.env.titles["wiki/pond"].astext() == "The pond"


def test_a_file_that_was_edited_by_hand_has_no_addresses(site: Site) -> None:
    shed = "\n".join(["Tool shed", "A line above all", *SHED[1:]]) + "\n"
    site.write({"wiki/shed.scrapbox": shed})
    built = site.build()
    assert built.warnings == []
    assert 'id="L' not in built.text("wiki/shed.html")


def test_a_private_project_is_not_linked_to(site: Site) -> None:
    site.write(locked(all_pages(), private=True))
    built = site.build(scrapbox_project="garden")
    assert "Nowhere yet" not in targets(built)
    assert "Nowhere yet" in built.text("wiki/links.html")


def test_a_broken_lock_is_a_warning(site: Site) -> None:
    site.write({"wiki/scrapbox.lock": '{"scrapbox-lock": 1}\n{"id": \n'})
    built = site.build()
    broken, unknown_line = built.warnings
    assert "wiki/scrapbox.lock: line 2" in broken
    assert "[scrapbox.lock_file]" in broken
    # The lock file tells the ids of lines, and the guide links to one.
    assert "no page has this line [scrapbox.missing_page]" in unknown_line


def test_without_a_lock_the_first_line_is_the_title(tmp_path: Path) -> None:
    files = {"index.rst": "Index\n=====\n", "a.scrapbox": "First line\ntext\n", "b.scrapbox": "\n"}
    built = Site(tmp_path / "site", files).build()
    assert built.warnings == []
    assert built.app.env.titles["a"].astext() == "First line"
    assert built.app.env.titles["b"].astext() == "b"


def test_pages_of_another_suffix_are_read_again_for_their_lock(tmp_path: Path) -> None:
    files = {"index.rst": "Index\n=====\n", "wiki/Pond.wiki": "Pond\nFrogs live here\n"}
    site = Site(tmp_path / "src", {**files, "wiki/scrapbox.lock": dump_lock(Lock("garden"))})
    suffixes = {".rst": "restructuredtext", ".wiki": "scrapbox"}
    assert "wiki/Pond" in site.build("dummy", source_suffix=suffixes).read
    site.write({"wiki/scrapbox.lock": dump_lock(Lock("garden", language="en"))})
    again = site.build("dummy", source_suffix=suffixes)
    assert again.read == ["wiki/Pond"]
    assert again.facts("wiki/Pond").locked_language == "en"
