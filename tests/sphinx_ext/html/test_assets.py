"""Style sheet and scripts: where they are copied to, and what of a site they leave alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from sites import Site, page


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "src", {"index.md": "# Index\n", "wiki/a.md": page("A", "Words.")})


def test_pages_name_the_files(site: Site) -> None:
    built = site.build(scrapbox_project="garden-en")
    page_text = built.text("wiki/a.html")
    for name in ("scrapbox.css", "scrapbox.js", "previews.js"):
        assert f"../_static/sphinx_scrapbox/{name}?v=" in page_text
        assert built.text(f"_static/sphinx_scrapbox/{name}")
    ours = {path.name for path in (built.out / "_static").iterdir() if "scrapbox" in path.name}
    assert ours == {"sphinx_scrapbox"}


def test_files_of_a_site_are_never_overwritten(site: Site) -> None:
    names = ("scrapbox.css", "scrapbox.js", "sphinx_scrapbox/scrapbox.css")
    site.write({f"own/{name}": f"/* {name} of the site */" for name in names})
    built = site.build(html_static_path=["own"])
    for name in names:
        assert built.text(f"_static/{name}") == f"/* {name} of the site */"
    assert "frame" in built.text("_static/sphinx_scrapbox/scrapbox.js")
    assert built.warnings == []


def test_a_second_build_finds_the_same_configuration(site: Site) -> None:
    site.build()
    assert site.build().written == []
