"""What each of Sphinx's builders can do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sites import BUILDERS, EPUB, Site
from sphinx.builders import Builder

from sphinx_scrapbox.sphinx_ext import builders

HELP = ("htmlhelp", "qthelp", "devhelp", "applehelp", "pickle")
WITH_PAGES = "html dirhtml json pickle devhelp"
ALL = (*BUILDERS, *HELP, "dummy", "linkcheck")


@pytest.fixture(scope="module")
def by_name(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Builder]:
    site = Site(tmp_path_factory.mktemp("builders") / "src", {"index.md": "# Index\n"})
    app = site.build("dummy").app
    for name in ALL:
        app.preload_builder(name)
    classes = app.registry.builders
    # Without a set-up: some cannot share an environment.
    return {name: classes[name].__new__(classes[name]) for name in ALL}


@pytest.mark.parametrize(
    ("can", "names"),
    [
        (builders.is_html, f"html dirhtml singlehtml epub json {' '.join(HELP)}"),
        (builders.is_epub, "epub"),
        (builders.is_single_file, "singlehtml"),
        (builders.is_dirhtml, "dirhtml"),
        (
            builders.has_own_visitors,
            f"html dirhtml singlehtml epub latex text man texinfo json {' '.join(HELP)}",
        ),
        (
            builders.has_writer,
            f"html dirhtml singlehtml epub latex text man texinfo json {' '.join(HELP)}",
        ),
        (builders.joins_documents, "singlehtml latex man texinfo"),
        (builders.has_search, f"singlehtml {WITH_PAGES}"),
        (builders.has_pages, WITH_PAGES),
        (builders.has_browser_pages, "html dirhtml"),
        (builders.has_downloads, f"singlehtml htmlhelp applehelp {WITH_PAGES}"),
    ],
)
def test_predicates(
    by_name: dict[str, Builder], can: Callable[[Builder], bool], names: str
) -> None:
    assert {name for name in ALL if can(by_name[name])} == set(names.split())


@pytest.mark.parametrize(
    ("file", "names"),
    [
        ("a.PNG", {"html", "epub", "latex"}),
        ("a.svg", {"html", "epub"}),
        ("a.avif", {"html"}),
        ("a.pdf", {"html", "epub", "latex"}),
    ],
)
def test_images(by_name: dict[str, Builder], file: str, names: set[str]) -> None:
    some = ("html", "epub", "latex", "text", "man", "gettext")
    assert {name for name in some if builders.shows_image_file(by_name[name], file)} == names


def test_the_builder_of_an_environment(tmp_path: Path) -> None:
    site = Site(tmp_path / "src", {"index.md": "# Index\n"})
    for name in ("html", "epub"):  # they share an environment
        app = site.build(name, **EPUB).app
        assert builders.builder_of(app.env) is app.builder
