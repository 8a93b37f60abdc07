"""A second build reads and writes what changed, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sites import Built, Site, icon, language_links, page

from sphinx_scrapbox.sphinx_ext import FEATURES, Feature

HERE = {"scrapbox_project": "garden-en"}


@pytest.fixture(params=[0, 4], ids=["serial", "parallel"])
def parallel(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Two pages that link to each other, and so many that do not that builds go parallel."""
    files = {f"wiki/other {n}.md": page(f"Other {n}", "Words.") for n in range(10)}
    files |= {
        "index.rst": "Index\n=====\n\n:scrapbox:page:`Alpha` :scrapbox:page:`Gamma`\n",
        "wiki/alpha.md": page("Alpha", "To [[Beta]] and [[gamma]]."),
        "wiki/beta.md": page("Beta", "To [[Alpha]] #gamma", icon("gamma") + "Hello."),
    }
    return Site(tmp_path / "src", files)


def _touch(path: Path) -> None:
    then = path.stat().st_mtime + 10
    os.utime(path, (then, then))


def _links(built: Built, name: str) -> list[str]:
    body = built.html(name).body
    return [tag["href"] for tag in body.all("a", "reference")]


def test_nothing_changed_nothing_written(site: Site, parallel: int) -> None:
    first = site.build(parallel=parallel, **HERE)
    assert len(first.read) == len(first.written) == 13
    second = site.build(parallel=parallel, **HERE)
    assert second.warnings == []
    assert (second.read, second.written) == ([], [])


def test_a_touched_page_is_the_only_one_that_is_read(site: Site, parallel: int) -> None:
    site.build(parallel=parallel, **HERE)
    _touch(site.src / "wiki/beta.md")
    built = site.build(parallel=parallel, **HERE)
    assert built.read == ["wiki/beta"]
    assert set(built.written) == {"wiki/beta"}


def test_a_page_that_comes_and_goes(site: Site, parallel: int) -> None:
    away = "https://scrapbox.io/garden-en/"
    first = site.build(parallel=parallel, **HERE)
    assert _links(first, "wiki/alpha.html")[:2] == ["beta.html", f"{away}gamma"]

    site.write({"wiki/gamma.md": page("Gamma", "Here.")})
    built = site.build(parallel=parallel, **HERE)
    assert built.read == ["wiki/gamma"]
    assert {"index", "wiki/alpha", "wiki/beta", "wiki/gamma"} == set(built.written)
    assert _links(built, "wiki/alpha.html")[:2] == ["beta.html", "gamma.html"]
    assert set(_links(built, "wiki/beta.html")) >= {"alpha.html", "gamma.html"}
    assert _links(built, "index.html") == ["wiki/alpha.html", "wiki/gamma.html"]

    (site.src / "wiki/gamma.md").unlink()
    built = site.build(parallel=parallel, **HERE)
    assert built.read == []
    assert {"index", "wiki/alpha", "wiki/beta"} <= set(built.written)
    assert not [name for name in built.written if name.startswith("wiki/other")]
    assert _links(built, "wiki/alpha.html")[:2] == ["beta.html", f"{away}gamma"]
    assert _links(built, "index.html") == ["wiki/alpha.html", f"{away}Gamma"]


def test_a_page_that_changes_its_title(site: Site) -> None:
    site.build(**HERE)
    site.write({"wiki/beta.md": page("Gamma", "Renamed.")})
    _touch(site.src / "wiki/beta.md")
    built = site.build(**HERE)
    assert built.read == ["wiki/beta"]
    assert set(built.written) == {"index", "wiki/alpha", "wiki/beta"}
    assert _links(built, "wiki/alpha.html")[:2] == [
        "https://scrapbox.io/garden-en/Beta",
        "beta.html",
    ]


def test_the_first_page_of_a_wiki(tmp_path: Path) -> None:
    site = Site(tmp_path / "src", {"index.rst": "Index\n=====\n\n:scrapbox:page:`Alpha`\n"})
    site.build(**HERE)
    site.write({"alpha.md": page("Alpha", "Words.")})
    built = site.build(**HERE)
    assert _links(built, "index.html") == ["alpha.html"]


def test_a_page_that_moves_to_another_project(tmp_path: Path) -> None:
    site = Site(
        tmp_path / "src",
        {
            "index.rst": "Index\n=====\n\n:scrapbox:page:`/zoo/Alpha`\n",
            "alpha.md": page("Alpha", "Words."),
        },
    )
    assert _links(site.build(**HERE), "index.html") == ["https://scrapbox.io/zoo/Alpha"]
    site.write({"alpha.md": page("Alpha", "Words.").replace("pages/garden-en", "pages/zoo")})
    _touch(site.src / "alpha.md")
    assert _links(site.build(**HERE), "index.html") == ["alpha.html"]


def test_a_document_whose_title_links_may_use(tmp_path: Path) -> None:
    site = Site(
        tmp_path / "src",
        {
            "index.rst": "Index\n=====\n\n:scrapbox:page:`The guide`\n",
            "guide.rst": ":orphan:\n\nAnother title\n=============\n",
        },
    )
    config = {"scrapbox_link_documents": True, **HERE}
    assert _links(site.build(**config), "index.html") == [
        "https://scrapbox.io/garden-en/The_guide"
    ]
    site.write({"guide.rst": ":orphan:\n\nThe Guide\n=========\n"})
    _touch(site.src / "guide.rst")
    assert _links(site.build(**config), "index.html") == ["guide.html"]


def test_the_source_of_a_translation_that_comes(tmp_path: Path) -> None:
    footer = "This page is auto-translated from [/garden/元](https://scrapbox.io/garden/元)."
    site = Site(
        tmp_path / "src",
        {
            "index.rst": "Index\n=====\n",
            "page.md": f'---\ntitle: "Page"\n---\n\nWords.\n\n---\n{footer}',
        },
    )
    config = {"scrapbox_translation_notice": False, **HERE}
    site.build(**config)
    site.write({"moto.md": page("元", "文。").replace("pages/garden-en", "pages/garden")})
    built = site.build(**config)
    links = language_links(built.html("page.html").root)
    assert next(iter(links.values())) == "moto.html"


SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle r="{}"/></svg>'


def test_an_icon_that_changes(site: Site, parallel: int) -> None:
    site.write({"icons/gamma.svg": SVG.format(1), "icons/nobody.svg": SVG.format(1)})
    config = {"scrapbox_icon_path": ["icons"], **HERE}
    first = site.build(parallel=parallel, **config)
    (face,) = first.html("wiki/beta.html").body.all("img", "scrapbox-avatar")
    copy = first.out / "wiki" / face["src"]
    assert copy.read_text() == SVG.format(1)

    site.write({"icons/gamma.svg": SVG.format(2)})
    _touch(site.src / "icons/gamma.svg")
    built = site.build(parallel=parallel, **config)
    assert built.read == ["wiki/beta"]
    assert copy.read_text() == SVG.format(2)

    (site.src / "icons/gamma.svg").unlink()
    built = site.build(parallel=parallel, **config)
    assert built.read == ["wiki/beta"]
    assert built.html("wiki/beta.html").body.all("svg", "scrapbox-avatar")


def test_an_icon_that_comes(site: Site) -> None:
    site.write({"icons/nobody.svg": SVG.format(1)})
    config = {"scrapbox_icon_path": ["icons"], **HERE}
    site.build(**config)
    site.write({"icons/gamma.svg": SVG.format(1)})
    built = site.build(**config)
    assert built.read == []
    assert set(built.written) == {"index", "wiki/alpha", "wiki/beta"}  # what names it at all
    assert built.html("wiki/beta.html").body.all("img", "scrapbox-avatar")


def test_configuration_of_looks_writes_and_does_not_read(site: Site) -> None:
    site.build(**HERE)
    built = site.build(scrapbox_missing="text", **HERE)
    assert built.read == []
    assert len(set(built.written)) == 13
    built = site.build(scrapbox_missing="text", scrapbox_people={"gamma": "G"}, **HERE)
    assert len(set(built.read)) == 13


def test_configuration_is_that_of_the_last_build(tmp_path: Path) -> None:
    site = Site(tmp_path / "src", {"index.md": "# Index\n"})
    site.build(html_theme="basic")
    built = site.build(html_theme="basic")  # else the test application itself changes it
    assert "configuration has changed" not in built.app.status.getvalue()


# -- local changes ---------------------------------------------------------------------


def test_every_feature_that_pages_show_tells_which_pages_a_local_change_concerns() -> None:
    silent = [
        feature.name
        for feature in FEATURES
        if type(feature).shown is not Feature.shown and type(feature).affected is Feature.affected
    ]
    assert silent == []
