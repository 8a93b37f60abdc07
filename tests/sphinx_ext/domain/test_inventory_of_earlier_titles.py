"""Which earlier titles other sites can link by: none that something else bears now."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

import pytest
from sites import Built, Site

HERE = {"scrapbox_project": "garden"}


def _wiki(*pages: tuple[str, list[str]]) -> dict[str, str]:
    """The files of a snapshot: of each page its title, and those that it had earlier."""
    rows: list[dict[str, Any]] = [{"scrapbox-lock": 1, "project": "garden"}]
    files = {}
    for number, (title, was) in enumerate(pages):
        name = f"page{number}.scrapbox"
        rows.append({"id": f"{number:024x}", "title": title, "file": name, "was": was})
        files[f"wiki/{name}"] = f"{title}\nWords.\n"
    return {**files, "wiki/scrapbox.lock": "".join(f"{json.dumps(row)}\n" for row in rows)}


def _pages(built: Built) -> dict[str, str]:
    """The pages in the inventory by their names, with the documents that they lead to."""
    rows = zlib.decompress((built.out / "objects.inv").read_bytes().split(b"\n", 4)[4]).decode()
    split = (row.rsplit(" ", 4) for row in rows.splitlines())
    return {
        name: address.partition(".html")[0]
        for name, kind, _priority, address, _shown in split
        if kind == "scrapbox:page"
    }


def _site(folder: Path, title: str, *pages: tuple[str, list[str]]) -> Site:
    files = {"index.rst": f"{title}\n{'=' * len(title)}\n", **_wiki(*pages)}
    return Site(folder / "src", files)


@pytest.mark.parametrize("title", ["Mud", "mud", "MUD"])
def test_a_document_that_links_may_use_has_it(tmp_path: Path, title: str) -> None:
    site = _site(tmp_path, title, ("Soil", ["Mud", "Earth"]))
    built = site.build(scrapbox_link_documents=True, **HERE)
    assert _pages(built) == {"soil": "wiki/page0", "earth": "wiki/page0"}


def test_a_document_that_links_may_not_use_does_not_count(tmp_path: Path) -> None:
    site = _site(tmp_path, "Mud", ("Soil", ["Mud"]))
    for allowed in (False, ["guide/**"]):
        built = site.build(scrapbox_link_documents=allowed, **HERE)
        assert _pages(built) == {"soil": "wiki/page0", "mud": "wiki/page0"}


def test_another_page_has_it(tmp_path: Path) -> None:
    site = _site(tmp_path, "Index", ("Soil", ["Mud", "Earth"]), ("Mud", ["Wet earth"]))
    assert _pages(site.build(**HERE)) == {
        "soil": "wiki/page0",
        "earth": "wiki/page0",
        "mud": "wiki/page1",
        "wet_earth": "wiki/page1",
    }


def test_a_document_that_takes_it_and_gives_it_back(tmp_path: Path) -> None:
    """Others' links follow at the next build, without a change to the page."""
    config = {"scrapbox_link_documents": True, **HERE}
    site = _site(tmp_path, "Index", ("Soil", ["Mud"]))
    assert "mud" in _pages(site.build(**config))
    site.write({"index.rst": "Mud\n===\n"})
    assert "mud" not in _pages(site.build(**config))
    site.write({"index.rst": "Index\n=====\n"})
    assert _pages(site.build(**config))["mud"] == "wiki/page0"
