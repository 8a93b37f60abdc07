"""What pages show of each other is up to date in each output folder, whatever was built between.

Builders share what was read, so a page that changes is read for one of them and written by all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from outputs import stale_files
from sites import EPUB, Site, icon, page
from sphinx.errors import ExtensionError

GUIDE = """# Guide

Read [[Alpha]] and [[Nowhere]].

```{scrapbox:related}
```

```{scrapbox:pages}
:sort: linked
```

```{scrapbox:tagged} mulch
```

```{scrapbox:people}
```

```{scrapbox:wanted}
:min: 1
```

```{scrapbox:map} Alpha
:wanted:
```

```{scrapbox:changes}
:from: kept
:path: wiki
```

```{scrapbox:snapshot}
```
"""
CONF = """
from pathlib import Path

extensions = ["sphinx_scrapbox"]
scrapbox_project = "garden-en"
scrapbox_missing = "wiki"
scrapbox_provenance = "end"
scrapbox_icon_path = ["icons"]


def stop(app, pagename, templatename, context, doctree):
    for error in (RuntimeError, KeyboardInterrupt):
        if Path(app.confdir, error.__name__).exists() and pagename == "wiki/gamma":
            raise error("the build stops here")


def setup(app):
    app.connect("html-page-context", stop)
"""
CONFIG = {"exclude_patterns": ["kept"], **EPUB}
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle r="4"/></svg>'
DAY = 86400


def lock(exported: int) -> str:
    head = {"scrapbox-lock": 1, "project": "garden-en", "exported": exported, "private": False}
    row = {"id": "5" * 24, "title": "Delta", "file": "delta.scrapbox", "created": 0}
    return "".join(f"{json.dumps(line)}\n" for line in (head, {**row, "updated": 0, "hash": ""}))


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1780000000")  # books bear a date
    files = {
        "conf.py": CONF,
        "index.md": "# Index\n\n```{toctree}\nguide\n```\n",
        "guide.md": GUIDE,
        "wiki/alpha.md": page("Alpha", "To [[Topic]] #mulch", icon("hana") + "Good morning."),
        "wiki/beta.md": page("Beta", "About [[Topic]]."),
        "wiki/gamma.md": page("Gamma", "To [[Alpha]].", icon("ren") + "Good evening."),
        "wiki/delta.scrapbox": "Delta\nTo [Beta].\n",
        "wiki/scrapbox.lock": lock(DAY),
        "kept/beta.md": page("Beta", "About soil."),
    }
    return Site(tmp_path / "site", files)


def _a_link_comes(site: Site) -> None:
    site.write({"wiki/alpha.md": page("Alpha", "To [[Topic]] and [[Beta]], now.")})


def _a_title_changes(site: Site) -> None:
    site.write({"wiki/alpha.md": page("Omega", "To [[Topic]].")})


def _a_page_comes(site: Site) -> None:
    site.write({"wiki/nowhere.md": page("Nowhere", "Here after all. [[Gamma]]")})


def _a_page_moves(site: Site) -> None:
    (site.src / "deeper").mkdir()
    (site.src / "wiki/beta.md").rename(site.src / "deeper/beta.md")


def _a_face_comes(site: Site) -> None:
    site.write({"icons/hana.svg": SVG})


def _a_snapshot_is_taken(site: Site) -> None:
    site.write({"wiki/scrapbox.lock": lock(400 * DAY)})


def _the_older_snapshot_changes(site: Site) -> None:
    site.write({"kept/beta.md": page("Beta", "About worms.")})


def _an_option_for_reading_changes(site: Site) -> None:
    site.write({"conf.py": f"{CONF}\nscrapbox_related = 'list'\n"})


def _an_option_for_writing_changes(site: Site) -> None:
    site.write({"conf.py": f"{CONF}\nscrapbox_missing = 'text'\n"})


Edit = Callable[[Site], None]

EDITS: tuple[Edit, ...] = (
    _a_link_comes,
    _a_title_changes,
    _a_page_comes,
    _a_page_moves,
    _a_face_comes,
    _a_snapshot_is_taken,
    _the_older_snapshot_changes,
    _an_option_for_reading_changes,
    _an_option_for_writing_changes,
)
# Each of these is shown in another way: ready markup, a paragraph, a file that is copied.
FEW: tuple[Edit, ...] = (_a_link_comes, _a_face_comes, _a_snapshot_is_taken)


def _edits(edits: tuple[Edit, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("edit", edits, ids=lambda edit: edit.__name__.strip("_"))


def _remove_what_is_left_of_moved_pages(site: Site) -> None:
    """Sphinx leaves what it wrote of a page whose source is gone, and packs it into a book."""
    for folder in site.src.parent.glob("site_build/*"):
        if not (site.src / "wiki/beta.md").exists() and folder.name != "doctrees":
            for path in [*folder.rglob("beta.*"), *folder.glob("wiki/beta/index.html")]:
                if "deeper" not in path.parts:
                    path.unlink()


def _same_as_fresh_in_turn(site: Site, builders: Sequence[str], edit: Edit) -> None:
    for builder in builders:
        site.build(builder, **CONFIG)
    edit(site)
    _remove_what_is_left_of_moved_pages(site)
    for builder in builders:
        built = site.build(builder, **CONFIG)
        assert stale_files(site, built, **CONFIG) == []


@_edits(EDITS)
@pytest.mark.parametrize("builders", ["text html", "html epub"])
def test_builders_in_turn(site: Site, builders: str, edit: Edit) -> None:
    """The second one has nothing left to read, and everything to write."""
    _same_as_fresh_in_turn(site, builders.split(), edit)


@_edits(FEW)
@pytest.mark.parametrize("builders", ["html dirhtml", "epub text dirhtml"])
def test_more_builders_in_turn(site: Site, builders: str, edit: Edit) -> None:
    _same_as_fresh_in_turn(site, builders.split(), edit)


def _same_as_fresh_after_some_files(
    site: Site, builder: str, edit: Edit, *, parallel: int = 0
) -> None:
    site.build(builder, **CONFIG)
    edit(site)
    _remove_what_is_left_of_moved_pages(site)
    site.build(builder, only=["wiki/gamma.md"], parallel=parallel, **CONFIG)
    built = site.build(builder, parallel=parallel, **CONFIG)
    assert stale_files(site, built, **CONFIG) == []
    again = site.build(builder, parallel=parallel, **CONFIG)
    assert (again.read, again.written) == ([], [])


@_edits(EDITS)
def test_some_files_then_all(site: Site, edit: Edit) -> None:
    _same_as_fresh_after_some_files(site, "html", edit)


@_edits(FEW)
@pytest.mark.parametrize(("builder", "parallel"), [("text", 0), ("dirhtml", 2)])
def test_some_files_then_all_of_other_builders(
    site: Site, builder: str, parallel: int, edit: Edit
) -> None:
    _same_as_fresh_after_some_files(site, builder, edit, parallel=parallel)


@_edits(EDITS)
def test_interrupted_while_writing_then_all(site: Site, edit: Edit) -> None:
    _same_as_fresh_after(site, KeyboardInterrupt, edit)


@_edits(FEW)
def test_failed_while_writing_then_all(site: Site, edit: Edit) -> None:
    _same_as_fresh_after(site, RuntimeError, edit)


def _same_as_fresh_after(site: Site, error: type[BaseException], edit: Edit) -> None:
    site.build(**CONFIG)
    edit(site)
    _remove_what_is_left_of_moved_pages(site)
    site.write({error.__name__: ""})
    (site.src / "wiki/gamma.md").touch()
    with pytest.raises((error, ExtensionError)):
        site.build(**CONFIG)
    (site.src / error.__name__).unlink()
    built = site.build(**CONFIG)
    assert stale_files(site, built, **CONFIG) == []


@pytest.mark.parametrize("builders", ["html", "html dirhtml"])
def test_only_what_shows_something_else_is_written(site: Site, builders: str) -> None:
    for builder in builders.split():
        site.build(builder, **CONFIG)
    _a_link_comes(site)
    for builder in builders.split():
        built = site.build(builder, **CONFIG)
        # What lists Alpha, its toctree, Alpha itself, what it leads to, what leads there too.
        assert {name.removesuffix("/index") for name in built.written} == {
            "guide",
            "index",
            "wiki/alpha",
            "wiki/beta",
            "wiki/delta",
        }
        again = site.build(builder, **CONFIG)
        assert (again.read, again.written) == ([], [])


def test_a_folder_of_output_that_was_removed_is_written_whole(site: Site) -> None:
    built = site.build(**CONFIG)
    names = {path.name for path in built.out.rglob("*.html")}
    for path in sorted(built.out.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    again = site.build(**CONFIG)
    assert again.read == []
    assert {path.name for path in again.out.rglob("*.html")} == names
    assert stale_files(site, again, **CONFIG) == []
