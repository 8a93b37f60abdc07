"""What pages show of each other is up to date in each output folder, whatever was built between.

Builders share what was read, so a page that changes is read for one of them and written by all.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from edited_site import (
    CONFIG,
    EDITS,
    FEW,
    Edit,
    a_link_comes,
    edited_site,  # noqa: F401 (a fixture)
    for_each,
    remove_what_is_left_of_moved_pages,
)
from outputs import stale_files
from sites import Site


def _same_as_fresh_in_turn(site: Site, builders: Sequence[str], edit: Edit) -> None:
    for builder in builders:
        site.build(builder, **CONFIG)
    edit(site)
    remove_what_is_left_of_moved_pages(site)
    for builder in builders:
        built = site.build(builder, **CONFIG)
        assert stale_files(site, built, **CONFIG) == []


@for_each(EDITS)
@pytest.mark.parametrize("builders", ["text html", "html epub"])
def test_builders_in_turn(site: Site, builders: str, edit: Edit) -> None:
    """The second one has nothing left to read, and everything to write."""
    _same_as_fresh_in_turn(site, builders.split(), edit)


@for_each(FEW)
@pytest.mark.parametrize("builders", ["html dirhtml", "epub text dirhtml"])
def test_more_builders_in_turn(site: Site, builders: str, edit: Edit) -> None:
    _same_as_fresh_in_turn(site, builders.split(), edit)


def _same_as_fresh_after_some_files(
    site: Site, builder: str, edit: Edit, *, parallel: int = 0
) -> None:
    site.build(builder, **CONFIG)
    edit(site)
    remove_what_is_left_of_moved_pages(site)
    site.build(builder, only=["wiki/gamma.md"], parallel=parallel, **CONFIG)
    built = site.build(builder, parallel=parallel, **CONFIG)
    assert stale_files(site, built, **CONFIG) == []
    again = site.build(builder, parallel=parallel, **CONFIG)
    assert (again.read, again.written) == ([], [])


@for_each(EDITS)
def test_some_files_then_all(site: Site, edit: Edit) -> None:
    _same_as_fresh_after_some_files(site, "html", edit)


@for_each(FEW)
@pytest.mark.parametrize(("builder", "parallel"), [("text", 0), ("dirhtml", 2)])
def test_some_files_then_all_of_other_builders(
    site: Site, builder: str, parallel: int, edit: Edit
) -> None:
    _same_as_fresh_after_some_files(site, builder, edit, parallel=parallel)


@pytest.mark.parametrize("builders", ["html", "html dirhtml"])
def test_only_what_shows_something_else_is_written(site: Site, builders: str) -> None:
    for builder in builders.split():
        site.build(builder, **CONFIG)
    a_link_comes(site)
    for builder in builders.split():
        built = site.build(builder, **CONFIG)
        # What lists Alpha, its toctree, Alpha itself, what it leads to, what leads there too,
        # and what shows a card with its first lines.
        assert {name.removesuffix("/index") for name in built.written} == {
            "guide",
            "index",
            "wiki/alpha",
            "wiki/beta",
            "wiki/delta",
            "wiki/gamma",
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
