"""Folders whose names mean something in an address: every link into them is quoted."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import unquote

import pytest
from sites import Built, Site, broken_links, page

FOLDERS = ("odd #1 [a]", "50% off?", "a&b;c=d", "種 まき", "it's 'q' \"r\"")
GUIDE = """# Guide

```{scrapbox:pages}
```

```{scrapbox:tagged} mulch
```

```{scrapbox:map} In odd #1 [a]
```

```{scrapbox:include} In 50% off?
```

```{scrapbox:related}
```
"""


def _files() -> dict[str, str]:
    titles = [f"In {folder}" for folder in FOLDERS]
    links = " ".join(f"[[{title.replace('[', '').replace(']', '')}]]" for title in titles)
    files = {"index.md": "# Index\n\n```{toctree}\nguide\n```\n", "guide.md": GUIDE}
    for folder, title in zip(FOLDERS, titles, strict=True):
        files[f"{folder}/index.md"] = page(title, f"To {links} #mulch [[Beside {title[3]}]]")
        files[f"{folder}/more/index.md"] = page(f"Beside {title[3]}", "Words #mulch", links)
    return files


@pytest.fixture(scope="module", params=["html", "dirhtml"])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    site = Site(tmp_path_factory.mktemp("odd") / "src", _files())
    return site.build(
        request.param,
        scrapbox_project="garden-en",
        html_baseurl="https://docs.example.org/",
        scrapbox_provenance="end",
    )


def _pages(built: Built) -> list[Path]:
    # The page of a folder, in both builders.
    return [built.out / folder / "index.html" for folder in FOLDERS]


def test_no_link_is_broken(built: Built) -> None:
    assert built.warnings == []
    assert broken_links(built.out) == []


def test_pages_of_all_folders_are_linked_from_lists(built: Built) -> None:
    guide = "guide/index.html" if built.app.builder.name == "dirhtml" else "guide.html"
    place = (built.out / guide).parent
    targets = set()
    for link in built.html(guide).root.all("a", "internal"):
        if path := unquote(link["href"].partition("#")[0]):
            target = (place / path).resolve()
            targets.add(target / "index.html" if target.is_dir() else target)
    assert targets >= set(_pages(built))


def test_addresses_of_the_site_are_quoted(built: Built) -> None:
    for path in _pages(built):
        head = built.html(path.relative_to(built.out).as_posix()).root
        address = head.one("link", rel="canonical")["href"]
        assert not set(' #?[]"') & set(address.removeprefix("https://docs.example.org/"))
        folder = unquote(address).removeprefix("https://docs.example.org/").rpartition("/")[0]
        assert folder == path.parent.name


def test_previews_are_found_by_the_address_of_a_link(built: Built) -> None:
    previews = [
        json.loads(path.read_text(encoding="utf-8"))
        for path in built.out.rglob("*.json")
        if path.stem.isdecimal()
    ]
    known = {address for part in previews for address in part}
    for folder in FOLDERS:
        ending = "index.html" if built.app.builder.name == "html" else ""
        assert f"{folder}/{ending}" in known
