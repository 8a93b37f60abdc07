"""EPUB files: what ``epubcheck`` finds, and names of files that stay as they are."""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from epubs import epub_errors, epubcheck
from images import png
from outputs import stale_files
from sites import EPUB, Built, Site, icon, page
from sphinx.builders._epub_base import EpubBuilder
from sphinx.testing.util import SphinxTestApp

from sphinx_scrapbox.snapshot.lockfile import Lock, LockedPage, dump_lock
from sphinx_scrapbox.sphinx_ext.features.compatibility.epub.file_names import (
    FileNames,
    safe_image_name,
)
from sphinx_scrapbox.sphinx_ext.features.compatibility.epub.package import repaired_content

ODD_NAMES = (
    *(
        "...",
        'Why? "100%"',
        "庭の手入れ",
        "a: b",
        "ß",
        "x" * 240,
        "nav",
        "é",
        ".hidden",
    ),
    *("tr.", "a|b", "<b>", "c#d", "e&f", "it's", "100%", "trail ", "🌱 2024-03-09 07:10"),
)
ADDRESSES = (
    *("https://e.org/100%", "https://e.org/a#b#c", "https://e.org:99999/", "https://e..org/"),
    *("https:///a", "https://xn--zzzzzz99999.org/", "https://日本.jp/あ?b=%E3%8"),
)
LINES = [
    "Compost",
    "",
    "[/icons/tea.icon][hana.icon]",
    " It is warm.",
    "[Compost#000000000000000000000000] and [Compost#000000000000000000000001]",
    "[Compost#000000000000000000000003] [nowhere https://e..org/]",
]
HAND_WRITTEN = """# はじめに

(見出し:1)=
## 見出し "1"

[top](../目次.rst), {ref}`見出し:1`, [a](<https://e.org/a b%>), [[...]], [[庭の手入れ]]

```{image} 図1.PNG
```
![leaf](leaf.png)

<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"></svg>
"""


def write_native(site: Site, folder: str, lines: list[str]) -> None:
    text = "\n".join(lines) + "\n"
    row = LockedPage(
        id="0" * 24,
        title=lines[0],
        file=f"{lines[0]}.scrapbox",
        hash=sha256(text.encode()).hexdigest(),
        line_ids=tuple(f"{number:024x}" for number in range(len(lines))),
    )
    lock = dump_lock(Lock("garden", pages=(row,)))
    site.write({f"{folder}/{row.file}": text, f"{folder}/scrapbox.lock": lock})


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    links = " ".join(f"[x]({address})" for address in ADDRESSES)
    contents = (
        "目次\n====\n\n.. toctree::\n   :glob:\n\n   nav\n   README\n   第一章/*\n"
        "   wiki/[b-z]*\n   wiki/庭*\n"
    )
    site = Site(
        tmp_path_factory.mktemp("epub") / "src",
        {
            "目次.rst": contents,
            "nav.md": "# Nav\n\n[[Readme]]\n",
            "README.md": "# Read me\n",
            "wiki/alone.md": page("Alone"),
            "第一章/はじめに: なぜ?.md": HAND_WRITTEN,
            **{f"wiki/{name}.md": page(name, "[[庭の手入れ]]", links) for name in ODD_NAMES},
        },
    )
    for name in ("図1.PNG", "leaf.png"):
        (site.src / "第一章" / name).write_bytes(png())
    write_native(site, "native", LINES)
    return site


OPTIONS: dict[str, Any] = {
    **EPUB,
    "epub_identifier": "https://e.org/book",
    "epub_uid": "book",
    "root_doc": "目次",
    "suppress_warnings": ["toc.not_included", "scrapbox.missing_page"],
}


def build(site: Site, **config: Any) -> Built:
    return site.build("epub", **OPTIONS, **config)


@pytest.fixture(scope="module")
def built(site: Site) -> Built:
    return build(site)


def book(built: Built) -> Path:
    (file,) = built.out.glob("*.epub")
    return file


def test_no_error(built: Built) -> None:
    assert built.warnings == []
    assert epub_errors(book(built)) == []


@pytest.mark.browser
def test_epubcheck(built: Built) -> None:
    result = epubcheck(book(built))
    if result is None:
        pytest.skip("epubcheck is not here: install the package of this name, and Java")
    assert result == ""


def test_without_repairs(site: Site) -> None:
    """What Sphinx writes by itself, so that these errors are known to be found."""
    built = build(site, target="_plain", scrapbox_epub_repairs=False)
    kinds = {error.partition(":")[0] for error in epub_errors(book(built))}
    assert kinds == {
        *("address", "file name", "identifier", "link", "property", "reading order", "spine"),
        "unreachable",
    }


def test_links_to_lines(built: Built) -> None:
    """A line that shows nothing has no anchor, and the first node of another one has it."""
    content = built.html("native/Compost.xhtml").body
    links = [link["href"] for link in content.all("a", cls="internal") if link.text == "Compost"]
    assert links == ["#", "#", "#L000000000000000000000003"]
    assert len(content.all(id="L000000000000000000000002")) == 1


def test_link_that_cannot_be_followed(built: Built) -> None:
    content = built.html("native/Compost.xhtml").body
    assert content.one(id=f"L{5:024x}").text.endswith("nowhere")
    assert [link for link in content.all("a") if link.text == "nowhere"] == []


@pytest.mark.parametrize("name", ODD_NAMES)
def test_safe_name(name: str) -> None:
    assert re.fullmatch(r"wiki/[a-z0-9-]{1,62}", FileNames([f"wiki/{name}"])[f"wiki/{name}"])


def test_names_are_distinct() -> None:
    names = [*ODD_NAMES, "A", "a", "Why? ´100%´", "why-100", "README", "guide/index", "é/a", "É/a"]
    files = FileNames(names)
    assert len({files[name].lower() for name in names}) == len(names)
    assert files["README"] == "README"
    assert files["guide/index"] == "guide/index"
    assert files["nav"] != "nav"  # Sphinx writes one of its own
    assert files.clashing == ("A", "a", "nav")


@pytest.mark.parametrize("name", ["a.png", "scrapbox-icon-0a.jpg"])
def test_image_keeps_its_name(name: str) -> None:
    assert safe_image_name(name) == name


def test_images_are_distinct() -> None:
    names = ["leaf.png", "Leaf.png", "leaf.PNG", "葉.png", "leaf 1.png", "leaf"]
    safe = {safe_image_name(name) for name in names}
    assert len(safe) == len(names)
    assert sum(name.endswith(".png") for name in safe) == 5


# -- incremental builds ----------------------------------------------------------------


@pytest.fixture
def small(tmp_path: Path) -> Site:
    files = {
        "目次.md": "# 目次\n\n```{toctree}\nb\n```\n\n[[Heap]], [[葉?]]\n",
        "b.md": "# B\n",
        "wiki/Heap.md": page("Heap", "[[葉?]]"),
        "wiki/葉?.md": page("葉?", "[[Heap]]"),
    }
    return Site(tmp_path / "src", files)


EDITS: dict[str, Callable[[Site], object]] = {
    "removed": lambda site: (site.src / "wiki/葉?.md").unlink(),
    "renamed": lambda site: (site.src / "wiki/葉?.md").rename(site.src / "wiki/葉2.md"),
    "same name in another case": lambda site: site.write({"wiki/heap.md": page("heap too", "-")}),
    "unlinked": lambda site: site.write({"wiki/new: page.md": page("New", "[[Heap]]")}),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_incremental(
    small: Site, edit: Callable[[Site], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")  # the package has the time of the build
    build(small)
    edit(small)
    kept = build(small)
    assert epub_errors(book(kept)) == []
    assert stale_files(small, kept, **OPTIONS) == []


def test_images_that_no_page_shows_are_not_packed(
    small: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    options = {**OPTIONS, "scrapbox_icon_path": ["icons"]}
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"/>'
    small.write({"icons/hana.svg": svg, "icons/ren.svg": svg.replace("8 8", "9 9")})
    small.write({"wiki/Heap.md": page("Heap", f"{icon('hana')}One", f"{icon('ren')}Two")})
    assert len(list((small.build("epub", **options).out / "_images").iterdir())) == 2
    small.write({"wiki/Heap.md": page("Heap", f"{icon('hana')}One")})
    kept = small.build("epub", **options)
    assert len(list((kept.out / "_images").iterdir())) == 1
    assert stale_files(small, kept, **options) == []


def test_repairs_are_switched_on(small: Site) -> None:
    """Files of an earlier version or with other settings are not packed with those of today."""
    build(small, scrapbox_epub_repairs=False)
    built = build(small)
    assert built.warnings == []  # such as of files that Sphinx leaves when an option changes
    assert epub_errors(book(built)) == []


def test_other_builder_internals(small: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a method is missing, the builder is left as it is."""
    monkeypatch.delattr(EpubBuilder, "toc_add_files")
    monkeypatch.delattr(EpubBuilder, "toc_metadata")
    app = SphinxTestApp("epub", srcdir=small.src, confoverrides=OPTIONS)
    app.cleanup()
    assert app.builder.get_target_uri("葉") == "%E8%91%89.xhtml"
    assert "build_content" not in vars(app.builder)


def test_content_of_another_form(tmp_path: Path) -> None:
    text = "<package><item href='a.xhtml' id='a'/><itemref idref='a' linear='no'/></package>"
    assert repaired_content(text, tmp_path) == text
