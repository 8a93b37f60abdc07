"""Files for programs beside the HTML: what they say, and when they are written."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from sites import Built, Site, icon, page

from sphinx_scrapbox.snapshot.lockfile import Lock, LockedPage, dump_lock
from sphinx_scrapbox.sphinx_ext.reading import page_document
from sphinx_scrapbox.sphinx_ext.sources.page_files import PageFiles

BASE = "https://example.org/docs/"
DAY = 86400
CONFIG: dict[str, Any] = {
    "scrapbox_project": {"wiki/**": "garden-en"},
    "scrapbox_pages": ["wiki/**"],
    "scrapbox_people": {"hana": "Hana H."},
    "scrapbox_deny": {"titles": ["Budget"]},
    "html_baseurl": BASE,
    "project": "Garden",
}


def lock(updated: int = 2 * DAY) -> str:
    row = LockedPage("5" * 24, "Plan", "plan.scrapbox", DAY, updated)
    return dump_lock(Lock("secret-garden", exported=9 * DAY, private=True, pages=(row,)))


FILES = {
    "index.md": "# Start\n\nSee [[Mulch]].\n",
    "other.md": "---\norphan: true\n---\n\n# Other\n",
    "wiki/Mulch.md": page(
        "Mulch", icon("hana") + "To [[Why? 100%]], [[Nowhere]] and [[Budget]]. #soil", icon("hana")
    ),
    "wiki/Why? 100%.md": "---\ntitle: Why? 100%\nupdated: 1970-01-02\n---\n\nA < B.\n",
    "wiki/Budget.md": page("Budget", "Money."),
    "secret/plan.scrapbox": "Plan\nTo [Unwritten] #hidden\n",
    "secret/scrapbox.lock": lock(),
}


def data(built: Built) -> Any:
    return json.loads(built.text("scrapbox.json"))


def pages(built: Built) -> dict[str, Any]:
    return {fields["id"]: fields for fields in data(built)["pages"]}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site(tmp_path_factory.mktemp("files") / "src", FILES)


@pytest.fixture(scope="module")
def built(site: Site) -> Built:
    built = site.build(**CONFIG)
    assert built.warnings == []
    assert built.app.statuscode == 0
    return built


def test_the_wiki_as_data(built: Built) -> None:
    found = data(built)
    assert {name: value for name, value in found.items() if name != "pages"} == {
        "version": 1,
        "generator": "sphinx-scrapbox",
        "site": {"title": "Garden", "language": "en", "url": BASE},
        "projects": [
            {"name": "garden-en", "url": "https://scrapbox.io/garden-en", "language": "en"}
        ],
    }
    assert list(pages(built)) == ["index", "secret/plan", "wiki/Mulch", "wiki/Why? 100%"]
    assert pages(built)["index"] == {
        "id": "index",
        "type": "document",
        "title": "Start",
        "path": "index.html",
        "url": f"{BASE}index.html",
        "links": ["wiki/Mulch"],
    }
    assert pages(built)["wiki/Mulch"] == {
        "id": "wiki/Mulch",
        "type": "page",
        "title": "Mulch",
        "path": "wiki/Mulch.html",
        "url": f"{BASE}wiki/Mulch.html",
        "links": ["wiki/Why? 100%"],
        "missing": [
            {"title": name, "url": f"https://scrapbox.io/garden-en/{name}"}
            for name in ("Nowhere", "soil")
        ],
        "tags": ["soil"],
        "people": [{"name": "Hana H.", "turns": 2}],
        "project": "garden-en",
        "wiki_url": "https://scrapbox.io/garden-en/Mulch",
        "language": "en",
        "summary": "To Why? 100%, Nowhere and (private). #soil",
    }


def test_private_wikis_are_not_named_or_linked_to(built: Built) -> None:
    fields = pages(built)["secret/plan"]
    assert fields["missing"] == [{"title": "Unwritten"}, {"title": "hidden"}]
    assert not {"project", "wiki_url"} & fields.keys()
    for name in ("scrapbox.json", "scrapbox.atom"):
        assert "secret-garden" not in built.text(name)
        assert "Budget" not in built.text(name)


def test_a_feed_of_recent_changes(built: Built) -> None:
    space = {"": "http://www.w3.org/2005/Atom"}
    root = ElementTree.fromstring(built.text("scrapbox.atom"))
    entries = root.findall("entry", space)
    assert [entry.findtext("title", namespaces=space) for entry in entries] == [
        "Plan",
        "Why? 100%",
    ]
    link = entries[1].find("link", space)
    assert link is not None
    assert link.get("href") == f"{BASE}wiki/Why%3F%20100%25.html"
    assert entries[1].findtext("content", namespaces=space) == "<p>A &lt; B.</p>"
    assert root.findtext("updated", namespaces=space) == "1970-01-03T00:00:00Z"
    for name in ("index", "wiki/Mulch"):
        feed = built.html(f"{name}.html").root.one("link", type="application/atom+xml")
        assert feed["href"] == "../" * name.count("/") + "scrapbox.atom"


def test_dirhtml_and_two_processes(site: Site) -> None:
    built = site.build("dirhtml", parallel=2, **CONFIG)
    assert pages(built)["index"]["path"] == "./"
    assert pages(built)["index"]["url"] == BASE
    assert pages(built)["wiki/Why? 100%"]["path"] == "wiki/Why%3F%20100%25/"


@pytest.mark.parametrize("builder", ["singlehtml", "epub", "json", "text"])
@pytest.mark.filterwarnings("ignore:'sphinxcontrib\\.serializinghtml")
def test_other_builders_write_none(site: Site, builder: str) -> None:
    out = site.build(builder, version="1", **CONFIG).out
    assert not [*out.glob("scrapbox.*")]


def test_files_of_the_site_take_precedence(site: Site, tmp_path: Path) -> None:
    (tmp_path / "extra").mkdir()
    (tmp_path / "extra/scrapbox.json").write_text("{}")
    config = {**CONFIG, "html_extra_path": [str(tmp_path / "extra")]}
    built = site.build(target="_extra", **config)
    assert built.text("scrapbox.json") == "{}"
    assert (built.out / "scrapbox.atom").is_file()
    built = site.build(target="_extra", scrapbox_data_files=False, **config)
    assert sorted(path.name for path in built.out.glob("scrapbox.*")) == ["scrapbox.json"]


def test_edits_end_as_a_fresh_build_does(tmp_path: Path) -> None:
    site = Site(tmp_path / "src", FILES)
    edits: list[dict[str, str]] = [
        {},
        {},
        {"wiki/Mulch.md": page("Mulch", "To [[Plan]].")},
        {"secret/scrapbox.lock": lock(3 * DAY)},
        {"wiki/Nowhere.md": page("Nowhere", "Here now.")},
    ]
    times = []
    for edit in edits:
        site.write(edit)
        kept, fresh = site.build(target="_kept", **CONFIG), site.build(target="_fresh", **CONFIG)
        names = ("scrapbox.json", "scrapbox.atom", "index.html")
        assert [kept.text(name) for name in names] == [fresh.text(name) for name in names]
        times.append([(kept.out / name).stat().st_mtime_ns for name in names[:2]])
        shutil.rmtree(fresh.out.parent)
    assert times[0] == times[1]
    assert times[1][1] == times[2][1]  # nothing that the feed shows
    (site.src / "secret/scrapbox.lock").unlink()
    built = site.build(target="_kept", **CONFIG)
    assert not (built.out / "scrapbox.atom").exists()
    assert "scrapbox.atom" not in built.text("index.html")


# -- Markdown and llms.txt -------------------------------------------------------------

TEXTS: dict[str, Any] = {**CONFIG, "scrapbox_data_files": True}
MULCH = """# Mulch

**Hana H.:** To [Why? 100%](Why%3F%20100%25.md), [Nowhere](https://scrapbox.io/garden-en/Nowhere)
and (private). \\#soil

Hana H. en
"""


@pytest.fixture(scope="module")
def texts(site: Site) -> Built:
    return site.build(target="_texts", parallel=2, **TEXTS)


def test_each_page_as_markdown(texts: Built) -> None:
    assert texts.text("wiki/Mulch.md").split() == MULCH.split()
    # Nothing leads to a private wiki.
    assert texts.text("secret/plan.md") == "# Plan\n\nTo Unwritten \\#hidden\n"
    assert not [*texts.out.glob("*.md"), *texts.out.glob("wiki/Budget*")]
    for path in texts.out.rglob("*.md"):
        assert "Budget" not in path.read_text()
    link = texts.html("wiki/Why? 100%.html").root.one("link", type="text/markdown")
    assert link["href"] == "Why%3F%20100%25.md"
    assert pages(texts)["wiki/Why? 100%"]["markdown"] == "wiki/Why%3F%20100%25.md"


def test_a_list_of_all_pages(texts: Built) -> None:
    assert texts.text("llms.txt").split("\n") == [
        "# Garden",
        *("", "## Documents", ""),
        f"- [Start]({BASE}index.html)",
        f"- [Other]({BASE}other.html)",
        *("", "## Wiki garden-en", ""),
        f"- [Mulch]({BASE}wiki/Mulch.md): To Why? 100%, Nowhere and (private). \\#soil",
        f"- [Why? 100%]({BASE}wiki/Why%3F%20100%25.md): A < B.",
        *("", "## Wiki", ""),
        f"- [Plan]({BASE}secret/plan.md): To Unwritten \\#hidden",
        *("", "<!-- Written by sphinx-scrapbox -->", ""),
    ]


def test_markdown_beside_the_pages_of_dirhtml(site: Site) -> None:
    built = site.build("dirhtml", **TEXTS)
    assert "[Why? 100%](../Why%3F%20100%25/index.md)" in built.text("wiki/Mulch/index.md")
    assert built.html("wiki/Mulch/index.html").root.one("link", type="text/markdown")


CHANGED_AS_READ = """\
extensions = ["sphinx_scrapbox"]

def change(app, docname, text):
    if docname == "secret/plan":
        text[0] += "Not in the file."

def setup(app):
    app.connect("source-read", change)
"""


def test_markdown_of_pages_that_were_just_read(
    texts: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site(tmp_path / "src", {**FILES, "conf.py": CHANGED_AS_READ})
    read: set[str] = set()
    read_once = PageFiles.read_once

    def noting(self: PageFiles, path: Path) -> Any:
        read.add(path.name)
        return read_once(self, path)

    monkeypatch.setattr(PageFiles, "read_once", noting)
    outputs = [site.build(**TEXTS).out]
    # The Markdown is made of the file.
    assert read == {"plan.scrapbox"}
    monkeypatch.setattr(page_document, "MOST_KEPT", 0)
    outputs.append(site.build(target="_again", **TEXTS).out)
    assert read == {"plan.scrapbox", "Mulch.md", "Why? 100%.md"}
    for name in _markdown(texts.out).keys() - {"llms.txt"}:
        assert {Path(out, name).read_text() for out in outputs} == {texts.text(name)}


def test_an_edit_rewrites_the_markdown_that_it_changes(tmp_path: Path) -> None:
    site = Site(tmp_path / "src", FILES)
    steps: list[tuple[str, str | None, set[str]]] = [
        ("wiki/Why? 100%.md", page("Why? 100%", "B < A."), {"wiki/Why? 100%.md", "llms.txt"}),
        ("wiki/Nowhere.md", page("Nowhere", "Here."), {"wiki/Nowhere.md", "wiki/Mulch.md"}),
        ("wiki/Why? 100%.md", None, {"wiki/Mulch.md"}),
    ]
    kept = site.build(target="_kept", **TEXTS)
    for name, text, changed in steps:
        before = _markdown(kept.out)
        site.write({name: text})
        kept = site.build(target="_kept", parallel=2, **TEXTS)
        after = _markdown(kept.out)
        written = {name for name, state in after.items() if before.get(name) != state}
        assert written | {"llms.txt"} == changed | {"llms.txt"}
        fresh = site.build(target="_fresh", **TEXTS)
        assert after.keys() == _markdown(fresh.out).keys()
        assert all(kept.text(name) == fresh.text(name) for name in after)
        shutil.rmtree(fresh.out.parent)
    assert _markdown(site.build(target="_kept", **CONFIG).out) == {}


def _markdown(out: Path) -> dict[str, tuple[bytes, int]]:
    paths = [*out.rglob("*.md"), *out.glob("llms.txt")]
    return {
        path.relative_to(out).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in paths
    }


def test_other_extensions_and_tools_write_theirs(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What ours wrote before is theirs to replace, and is not removed."""
    stub = "def setup(app):\n    return {'parallel_read_safe': True}\n"
    for name in ("sphinx_llm/txt.py", "sphinx_llms_txt.py"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(stub)
    monkeypatch.syspath_prepend(str(tmp_path))
    site.build(target="_others", **TEXTS)
    theirs = site.build(target="_others", **TEXTS).out / "llms.txt"
    theirs.write_text("# Theirs\n")
    for extensions in ([], ["sphinx_llms_txt"], ["sphinx_llm.txt"]):
        extensions = ["sphinx_scrapbox", *extensions]
        built = site.build(target="_others", extensions=extensions, **TEXTS)
        assert built.text("llms.txt") == "# Theirs\n"
        link = built.html("wiki/Mulch.html").root.all("link", type="text/markdown")
        assert bool(link) == ("sphinx_llm.txt" not in extensions)
    theirs.unlink()
    assert not (
        site.build(target="_others", extensions=extensions, **TEXTS).out / "llms.txt"
    ).exists()
