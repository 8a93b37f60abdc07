"""A page that moves to another folder under the same title: all that leads to it follows."""

from __future__ import annotations

from pathlib import Path

import pytest
from outputs import stale_files
from sites import EPUB, Built, Site, broken_links, page

HERE = {"scrapbox_project": "garden-en", **EPUB}
GUIDE = """# Guide

```{scrapbox:pages}
```

```{scrapbox:tagged} mulch
```

```{scrapbox:map} Alpha
```

```{scrapbox:include} Beta
```
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    files = {
        "index.md": "# Index\n\n```{toctree}\nguide\n```\n",
        "guide.md": GUIDE,
        # Two that name the same, and do not know of each other.
        "wiki/alpha.md": page("Alpha", "All about [[Topic]]."),
        "wiki/beta.md": page("Beta", "More about [[Topic]] #mulch"),
        "wiki/gamma.md": page("Gamma", "See [[Beta]]."),
    }
    return Site(tmp_path / "src", files)


def _move(site: Site, built: Built) -> None:
    (site.src / "wiki/sub").mkdir()
    (site.src / "wiki/beta.md").rename(site.src / "wiki/sub/beta.md")
    # Sphinx leaves what it wrote.
    for name in ("wiki/beta.html", "wiki/beta/index.html", "_sources/wiki/beta.md.txt"):
        (built.out / name).unlink(missing_ok=True)


def _card(built: Built) -> str:
    """Where the page of Alpha leads to as one that names the same: Beta."""
    block = built.html("wiki/alpha.html").root.one("section", "scrapbox-related")
    (card,) = (link for link in block.all("a", "internal") if link.text == "Beta")
    return card["href"]


def test_a_card_leads_to_the_new_place(site: Site) -> None:
    first = site.build(**HERE)
    assert _card(first) == "beta.html"
    _move(site, first)
    assert _card(site.build(**HERE)) == "sub/beta.html"


@pytest.mark.parametrize("builder", ["html", "dirhtml"])
@pytest.mark.parametrize("parallel", [0, 2], ids=["serial", "parallel"])
def test_all_is_as_in_a_fresh_build(site: Site, builder: str, parallel: int) -> None:
    _move(site, site.build(builder, parallel=parallel, **HERE))
    moved = site.build(builder, parallel=parallel, **HERE)
    assert moved.read == ["guide", "wiki/sub/beta"]
    assert broken_links(moved.out) == []
    assert stale_files(site, moved, **HERE) == []


def test_and_back_again(site: Site) -> None:
    first = site.build(**HERE)
    _move(site, first)
    (first.out / "wiki/sub/beta.html").unlink(missing_ok=True)
    site.build(**HERE)
    (site.src / "wiki/sub/beta.md").rename(site.src / "wiki/beta.md")
    (first.out / "wiki/sub/beta.html").unlink()
    (first.out / "_sources/wiki/sub/beta.md.txt").unlink()
    back = site.build(**HERE)
    assert _card(back) == "beta.html"
    assert stale_files(site, back, **HERE) == []


def test_a_folder_that_is_renamed(site: Site) -> None:
    first = site.build(**HERE)
    for name in ("alpha", "beta", "gamma"):
        (first.out / f"wiki/{name}.html").unlink()
        (first.out / f"_sources/wiki/{name}.md.txt").unlink()
    (site.src / "wiki").rename(site.src / "garden")
    moved = site.build(**HERE)
    assert broken_links(moved.out) == []
    assert stale_files(site, moved, **HERE) == []


def test_two_pages_that_change_places(site: Site) -> None:
    """Both addresses go on leading somewhere: to the other page."""
    site.build(**HERE)
    files = [site.src / "wiki/beta.md", site.src / "wiki/gamma.md"]
    texts = [path.read_text(encoding="utf-8") for path in files]
    for path, text in zip(files, reversed(texts), strict=True):
        path.write_text(text, encoding="utf-8")
    swapped = site.build(**HERE)
    assert _card(swapped) == "gamma.html"
    assert stale_files(site, swapped, **HERE) == []
