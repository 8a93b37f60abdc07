"""After a build that was interrupted or failed while it wrote, the next one equals a fresh one."""

from __future__ import annotations

import pytest
from edited_site import (
    CONFIG,
    EDITS,
    FEW,
    Edit,
    edited_site,  # noqa: F401 (a fixture)
    for_each,
    remove_what_is_left_of_moved_pages,
)
from outputs import stale_files
from sites import Site
from sphinx.errors import ExtensionError

pytestmark = pytest.mark.long


@for_each(EDITS)
def test_interrupted_while_writing_then_all(site: Site, edit: Edit) -> None:
    _same_as_fresh_after(site, KeyboardInterrupt, edit)


@for_each(FEW)
def test_failed_while_writing_then_all(site: Site, edit: Edit) -> None:
    _same_as_fresh_after(site, RuntimeError, edit)


def _same_as_fresh_after(site: Site, error: type[BaseException], edit: Edit) -> None:
    site.build(**CONFIG)
    edit(site)
    remove_what_is_left_of_moved_pages(site)
    site.write({error.__name__: ""})
    (site.src / "wiki/gamma.md").touch()
    with pytest.raises((error, ExtensionError)):
        site.build(**CONFIG)
    (site.src / error.__name__).unlink()
    built = site.build(**CONFIG)
    assert stale_files(site, built, **CONFIG) == []
