"""``scrapbox:changes`` where there is no repository, and where nothing can be compared."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from repositories import commit, git, lock, needs_git, write
from sites import Built, Site, broken_links, page

from sphinx_scrapbox.snapshot.diff.pages import compare
from sphinx_scrapbox.snapshot.loader import SnapshotLoader
from sphinx_scrapbox.snapshot.lockfile import LOCK_NAME
from sphinx_scrapbox.snapshot.reports.json import diff_as_json

COMPARISON = "sphinx_scrapbox.sphinx_ext.features.changes.comparison"
THEN = {
    "compost.scrapbox": "Compost\nGreen\nBrown\n",
    "sun.scrapbox": "Sun\nShines\n",
}
NOW = {
    "compost.scrapbox": "Compost\nBrown\nGreen\nWet\n",
    "wind.scrapbox": "Wind\nBlows\n",
}
TOLD = [
    "New pages",
    "Wind",
    "Changed pages",
    "Compost — 1 added, 1 moved",
    "Deleted pages",
    "Sun",
]


def site_of(folder: Path, option: str) -> Site:
    directive = f".. scrapbox:changes::\n   {option}\n   :lines:\n"
    site = Site(folder, {"index.rst": f"Index\n=====\n\n{directive}"})
    write(site.src / "wiki", {**NOW, LOCK_NAME: lock(NOW)})
    return site


def told(done: Built) -> list[str]:
    """Headings and items, without the lines."""
    return [
        (tag.children[0] if tag.name == "li" else tag).text  # type: ignore[union-attr]
        for tag in done.html("index.html").body.walk()
        if tag.name == "li" or "rubric" in tag.attributes.get("class", "")
    ]


def build(site: Site, builder: str = "html", **config: Any) -> Built:
    return site.build(builder, **{"scrapbox_related": False, **config})


# -- another folder with the repository ------------------------------------------------


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with the sources below ``docs``; its last commit has none."""
    folder = tmp_path / "garden"
    folder.mkdir()
    git(folder, "init", "-q")
    write(folder / "docs/wiki", {**THEN, LOCK_NAME: lock(THEN)})
    commit(folder, "v1")
    shutil.rmtree(folder / "docs")
    write(folder, {"README": "Moved.\n"})
    commit(folder, "v2")
    return folder


@needs_git
@pytest.mark.parametrize("path", ["", ":path: wiki\n   "])
def test_a_repository_elsewhere(tmp_path: Path, repository: Path, path: str) -> None:
    site = site_of(tmp_path / "export/docs", f"{path}:since: v1")
    relative = build(site, scrapbox_repository="../../garden/docs")
    assert (relative.warnings, told(relative)) == ([], TOLD)
    assert broken_links(relative.out) == []
    git(tmp_path, "clone", "-q", "--bare", str(repository), "bare.git")
    bare = build(site, target="_bare", scrapbox_repository=str(tmp_path / "bare.git/docs"))
    assert (bare.warnings, told(bare)) == ([], TOLD)


@needs_git
def test_another_repository_is_a_change(tmp_path: Path, repository: Path) -> None:
    site = site_of(tmp_path / "export/docs", ":since: v1")
    (warning,) = build(site).warnings
    assert "is not in a git repository" in warning
    assert "scrapbox_repository" in warning
    after = build(site, scrapbox_repository=str(repository / "docs"))
    assert (after.warnings, told(after)) == ([], TOLD)
    git(repository, "tag", "-f", "v1", "v2")
    (warning,) = build(site, scrapbox_repository=str(tmp_path / "nowhere")).warnings
    assert "is not in a git repository" in warning
    emptied = build(site, scrapbox_repository=str(repository / "docs"))
    assert told(emptied) == ["New pages", "Compost", "Wind"]


# -- a stored comparison ---------------------------------------------------------------


@pytest.fixture
def stored(tmp_path: Path) -> Site:
    """A site with a comparison that was written beside the old pages."""
    site = site_of(tmp_path / "src", ":from: changes.json\n   :feed: changes.xml")
    write(tmp_path / "then", {**THEN, LOCK_NAME: lock(THEN)})
    loader = SnapshotLoader()
    comparison = compare(
        loader.from_folder(tmp_path / "then", name="v1.0"),
        loader.from_folder(site.src / "wiki", name="v1.1"),
    )
    site.write({"changes.json": diff_as_json(comparison)})
    return site


@pytest.mark.parametrize("path", ["", ":path: wiki"])
def test_stored_comparison(stored: Site, tmp_path: Path, path: str) -> None:
    """Its paths begin at the folder of the wiki, so pages are found by title without ``path``."""
    index = (stored.src / "index.rst").read_text()
    stored.write({"index.rst": index.replace(":lines:", f":lines:\n   {path}")})
    done = build(stored, html_baseurl="https://garden.test/")
    assert (done.warnings, told(done)) == ([], TOLD)
    links = {tag.text: tag["href"] for tag in done.html("index.html").body.all("a", "internal")}
    assert links == {"Compost": "wiki/compost.html", "Wind": "wiki/wind.html"}
    assert "https://garden.test/wiki/wind.html" in done.text("changes.xml")
    kept = site_of(tmp_path / "kept", ":from: then")
    shutil.copytree(tmp_path / "then", kept.src / "then")
    same = build(kept, exclude_patterns=["then"])
    blocks = [
        [block.pretty() for block in one.html("index.html").body.all("div", "scrapbox-difference")]
        for one in (done, same)
    ]
    assert blocks[0] == blocks[1] != []


def test_stored_comparison_that_changes(stored: Site) -> None:
    config = {"html_baseurl": "https://garden.test/"}
    build(stored, **config)
    assert build(stored, **config).written == []
    time.sleep(0.02)
    report = (stored.src / "changes.json").read_text()
    stored.write({"changes.json": report.replace("Wet", "Damp")})
    done = build(stored, **config)
    assert (done.read, done.written) == ([], ["index"])
    assert "Damp" in done.text("index.html")


def test_stored_comparison_tells_of_no_page_that_is_denied(stored: Site) -> None:
    stored.write({"wiki/secret.md": page("Secret", "Words.")})
    report = (stored.src / "changes.json").read_text()
    report = report.replace('"title": "Wind"', '"title": "Secret"')
    stored.write({"changes.json": report})
    # Of a page that is gone, the report has no text that would tell its tags.
    deny = {"titles": ["Secret"], "tags": ["internal"]}
    done = build(stored, html_baseurl="https://garden.test/", scrapbox_deny=deny)
    assert done.warnings == []
    assert told(done) == ["Changed pages", "Compost — 1 added, 1 moved"]


# -- what cannot be compared -----------------------------------------------------------


def test_a_failed_comparison_is_not_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site(tmp_path / "src", {"changes.json": "{}"})
    site = site_of(tmp_path / "src", ":from: changes.json")
    (warning,) = build(site).warnings
    with monkeypatch.context() as patch:
        patch.setattr(f"{COMPARISON}.load_comparison", None)
        again = build(site)
    assert (again.warnings, again.read, again.written) == ([warning], [], [])
    # Another output warns as well, and knows when it is current.
    assert build(site, "dirhtml").warnings == [warning]
    with monkeypatch.context() as patch:
        patch.setattr(f"{COMPARISON}.load_comparison", None)
        assert build(site, "dirhtml").warnings == [warning]
    # Without the list, there is nothing to warn of.
    index = (site.src / "index.rst").read_text()
    site.write({"index.rst": "Index\n=====\n"})
    assert build(site).warnings == []
    site.write({"index.rst": index})
    assert build(site).warnings == [warning]


@needs_git
def test_a_revision_that_is_not_here_is_looked_for_again(
    tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = site_of(tmp_path / "export/docs", ":since: v0")
    config = {"scrapbox_repository": str(repository / "docs")}
    (warning,) = build(site, **config).warnings
    with monkeypatch.context() as patch:
        patch.setattr(f"{COMPARISON}.SnapshotLoader", None)
        assert build(site, **config).warnings == [warning]
    git(repository, "tag", "v0", "v1")
    assert told(build(site, **config)) == TOLD


@pytest.mark.parametrize("builder", ["latex", "singlehtml", "text"])
@pytest.mark.parametrize("parallel", [0, 2])
def test_each_builder_warns_once(tmp_path: Path, builder: str, parallel: int) -> None:
    site = site_of(tmp_path / "src", ":from: changes.json")
    site.write({"changes.json": "[]", "other.rst": ":orphan:\n\nOther\n=====\n"})
    for _build in range(2):
        (warning,) = build(site, builder, parallel=parallel).warnings
        assert warning.startswith("SRC/index.rst: WARNING: scrapbox:changes: changes.json is no")
