"""A site whose pages show much of each other, and the edits that change what they show."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sites import EPUB, Site, icon, page

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


@pytest.fixture(name="site")
def edited_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
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


def a_link_comes(site: Site) -> None:
    site.write({"wiki/alpha.md": page("Alpha", "To [[Topic]] and [[Beta]], now.")})


def a_title_changes(site: Site) -> None:
    site.write({"wiki/alpha.md": page("Omega", "To [[Topic]].")})


def a_page_comes(site: Site) -> None:
    site.write({"wiki/nowhere.md": page("Nowhere", "Here after all. [[Gamma]]")})


def a_page_moves(site: Site) -> None:
    (site.src / "deeper").mkdir()
    (site.src / "wiki/beta.md").rename(site.src / "deeper/beta.md")


def a_face_comes(site: Site) -> None:
    site.write({"icons/hana.svg": SVG})


def a_snapshot_is_taken(site: Site) -> None:
    site.write({"wiki/scrapbox.lock": lock(400 * DAY)})


def the_older_snapshot_changes(site: Site) -> None:
    site.write({"kept/beta.md": page("Beta", "About worms.")})


def an_option_for_reading_changes(site: Site) -> None:
    site.write({"conf.py": f"{CONF}\nscrapbox_related = 'list'\n"})


def an_option_for_writing_changes(site: Site) -> None:
    site.write({"conf.py": f"{CONF}\nscrapbox_missing = 'text'\n"})


Edit = Callable[[Site], None]

EDITS: tuple[Edit, ...] = (
    a_link_comes,
    a_title_changes,
    a_page_comes,
    a_page_moves,
    a_face_comes,
    a_snapshot_is_taken,
    the_older_snapshot_changes,
    an_option_for_reading_changes,
    an_option_for_writing_changes,
)
# Each of these is shown in another way: ready markup, a paragraph, a file that is copied.
FEW: tuple[Edit, ...] = (a_link_comes, a_face_comes, a_snapshot_is_taken)


def for_each(edits: tuple[Edit, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("edit", edits, ids=lambda edit: edit.__name__)


def remove_what_is_left_of_moved_pages(site: Site) -> None:
    """Sphinx leaves what it wrote of a page whose source is gone, and packs it into a book."""
    for folder in site.src.parent.glob("site_build/*"):
        if not (site.src / "wiki/beta.md").exists() and folder.name != "doctrees":
            for path in [*folder.rglob("beta.*"), *folder.glob("wiki/beta/index.html")]:
                if "deeper" not in path.parts:
                    path.unlink()
