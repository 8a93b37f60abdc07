"""What readers look for is at most two links away from the start page of the documentation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from posixpath import normpath

import pytest
from snippets import DOCS, blocks

TASKS = {
    "show only pages with a tag": ("how-to/lists", "scrapbox:tagged"),
    "fetch only pages with a tag": ("how-to/select-pages", "--tag"),
    "make the face of a person appear": ("how-to/speakers", "scrapbox_icon_path"),
    "publish on GitHub Pages": ("how-to/github-pages", "--github-pages"),
    "publish on Read the Docs": ("how-to/read-the-docs", "--read-the-docs"),
    "a PDF of twelve pages in this order": ("how-to/tables-of-contents", "scrapbox:toctree"),
    "Japanese and English side by side": ("how-to/two-languages", "scrapbox_side_by_side"),
    "keep a page private": ("how-to/private-content", "scrapbox_deny"),
    "link to a wiki page from my guide": ("how-to/links", "[[Compost]]"),
    "update the wiki every day": ("how-to/scheduled-pulls", "--daily-pull"),
    "see what changed between versions": ("how-to/what-changed", "scrapbox:changes"),
    "find out why a page is not recognised": ("how-to/exported-markdown", "--explain"),
    "check the wiki for damaged links": ("how-to/check-pages", "sphinx-scrapbox check"),
    "find dead addresses": ("how-to/check-pages", "linkcheck"),
    "convert a page to MyST for good": ("how-to/take-over-pages", "--to myst"),
    "upgrade": ("how-to/upgrade", "--upgrade"),
    "read pages in a script": ("how-to/data-files", "sphinx_scrapbox.formats"),
    "move from another tool": ("how-to/coming-from", "Quartz"),
    "fix a warning": ("reference/warnings", "suppress_warnings"),
    "fix an error": ("reference/troubleshooting", "members only"),
}
"""By what readers want, the page that says how, and what it has to name."""

_LINK = re.compile(r"\]\(<?(?P<md>[^)>#]+)[^)]*\)|^:link: (?P<card>\S+)$", re.M)


def read(name: str) -> str:
    return (DOCS / f"{name}.md").read_text(encoding="utf-8")


def links(name: str) -> Iterator[str]:
    """The documents that a document links to, by Markdown links, cards and tables of contents."""
    for match in _LINK.finditer(read(name)):
        yield beside(name, match["md"] or match["card"])
    yield from listed(name)


def listed(name: str, levels: int = 9) -> Iterator[str]:
    """The documents that the tables of contents of a document show."""
    if not (DOCS / f"{name}.md").is_file():
        return
    for block in blocks(read(name)):
        if block.name == "{toctree}":
            depth = min(levels, int(block.options.get("maxdepth", 1)))
            for row in filter(None, block.text.splitlines()):
                entry = beside(name, re.sub(r".*<(.*)>", r"\1", row))
                yield entry
                if depth > 1:
                    yield from listed(entry, depth - 1)


def beside(name: str, target: str) -> str:
    """The document that a link in *name* leads to."""
    return normpath(PurePosixPath(name).parent / target.removesuffix(".md"))


@pytest.fixture(scope="module")
def near() -> set[str]:
    """The documents that are at most two links away."""
    pages = {name for name in links("index") if (DOCS / f"{name}.md").is_file()}
    return pages.union(*(links(name) for name in pages))


@pytest.mark.parametrize("task", TASKS)
def test_tasks(task: str, near: set[str]) -> None:
    page, answer = TASKS[task]
    assert page in near
    assert answer in read(page)


def test_all_pages_of_the_manual(near: set[str]) -> None:
    pages = {
        path.relative_to(DOCS).with_suffix("").as_posix()
        for part in ("tutorials", "how-to", "explanation", "reference")
        for path in (DOCS / part).iterdir()
    }
    assert len(pages) > 50
    assert pages - near == set()


def test_no_long_level_in_the_sidebar(near: set[str]) -> None:
    lengths = {name: len(list(listed(name, 1))) for name in near | {"index"}}
    assert max(lengths.values()) > 5
    assert {name: count for name, count in lengths.items() if count > 12} == {}
