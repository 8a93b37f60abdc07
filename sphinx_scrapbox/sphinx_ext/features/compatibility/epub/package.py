"""What Sphinx writes into the package of an EPUB, repaired where ``epubcheck`` finds an error.

- A page that no other page leads to is part of the reading order: outside it, nobody reaches it.
- A page that holds MathML, SVG or a form or script declares it.
- ``toc.ncx`` has the identifier of the book, and not the name by which the package refers to it.
- Images that no page shows any longer are left out.

- Amends ``build_content`` and ``toc_metadata`` of the builder at work.
- Unnecessary once Sphinx writes the package so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape, unescape
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any, NamedTuple
from urllib.parse import unquote

from sphinx.application import Sphinx

from sphinx_scrapbox.snapshot.lockfile import IMAGE_SUFFIXES
from sphinx_scrapbox.sphinx_ext.builders import is_epub
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.warnings import note_unknown_internals

_ITEM = re.compile(
    r'<item id="(?P<id>[^"]*)" href="(?P<href>[^"]*)" media-type="application/xhtml\+xml" />'
)
_ITEM_REF = re.compile(r'<itemref idref="(?P<id>[^"]*)"(?P<outside> linear="no")? />')
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_LINK = re.compile(r"<a\b[^<>]*?\shref=\"(?P<href>[^\"#]+)")
_PROPERTIES = {
    "mathml": re.compile(r"<math\b"),
    "scripted": re.compile(r"<(?:script|form)\b"),
    "svg": re.compile(r"<svg\b"),
}


class _Page(NamedTuple):
    links: frozenset[str]
    """The files that its links lead to."""
    properties: str


def repair_package(app: Sphinx) -> None:
    """Handler of ``builder-inited``: repair what the builder writes."""
    builder: Any = app.builder
    if not (is_epub(builder) and options(app.config).epub_repairs):
        return
    names = ("build_content", "toc_metadata")
    if not all(callable(getattr(builder, name, None)) for name in names):
        note_unknown_internals("the package of an EPUB")
        return
    build_content, toc_metadata = (getattr(builder, name) for name in names)

    def build_repaired_content() -> None:
        # Sphinx copies .buildinfo when an option changes, and then warns of an unknown file.
        Path(builder.outdir, ".buildinfo.bak").unlink(missing_ok=True)
        _remove_stale_images(Path(builder.outdir), builder.imagedir)
        build_content()
        file = Path(builder.outdir, "content.opf")
        text = file.read_text(encoding="utf-8")
        repaired = repaired_content(text, Path(builder.outdir))
        if repaired != text:
            file.write_text(repaired, encoding="utf-8", newline="\n")

    def metadata_with_identifier(*args: Any, **options: Any) -> Any:
        metadata = toc_metadata(*args, **options)
        if isinstance(metadata, dict) and "uid" in metadata:
            metadata["uid"] = escape(app.config.epub_identifier)
        return metadata

    builder.build_content = build_repaired_content
    builder.toc_metadata = metadata_with_identifier


def _remove_stale_images(folder: Path, images: str) -> None:
    """Remove images of earlier builds, which would be packed though no page shows them now."""
    paths = {
        path.relative_to(folder).as_posix(): path
        for path in (folder / images).rglob("*")
        if path.suffix.lower().removeprefix(".") in (*IMAGE_SUFFIXES, "jpeg")
    }
    start = re.escape(f"{images}/")
    # In an attribute with double quotes, as Sphinx writes it, or in other text and style sheets.
    named = [re.compile(rf"{start}[^{signs}]+") for signs in ('"<>?#', "\"'<>()?#")]
    for page in folder.rglob("*") if paths else ():
        if page.suffix in (".xhtml", ".css"):
            text = page.read_text(encoding="utf-8", errors="replace")
            for name in {name for pattern in named for name in pattern.findall(text)}:
                paths.pop(unquote(unescape(name)), None)
    for path in paths.values():
        path.unlink()


def repaired_content(content: str, folder: Path) -> str:
    """*content*, the text of a ``content.opf`` whose files are in *folder*, repaired."""
    files = {item["id"]: unquote(unescape(item["href"])) for item in _ITEM.finditer(content)}
    pages = {file: _read(folder, file) for file in files.values()}
    refs = list(_ITEM_REF.finditer(content))
    inside = [files.get(ref["id"], "") for ref in refs if not ref["outside"]]
    outside = [files.get(ref["id"], "") for ref in refs if ref["outside"]]
    islands = unreachable(pages, inside, outside)

    def item(match: re.Match[str]) -> str:
        properties = pages[files[match["id"]]].properties
        return f'{match[0][:-2]}properties="{properties}" />' if properties else match[0]

    def item_ref(match: re.Match[str]) -> str:
        is_island = match["outside"] and files.get(match["id"]) in islands
        return f'<itemref idref="{match["id"]}" />' if is_island else match[0]

    return _ITEM_REF.sub(item_ref, _ITEM.sub(item, content))


def _read(folder: Path, file: str) -> _Page:
    try:
        text = (folder / file).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return _Page(frozenset(), "")
    text = _COMMENT.sub("", text)
    paths = (unquote(unescape(href)) for href in _LINK.findall(text))
    links = {normpath(join(dirname(file), path)) for path in paths}
    names = [name for name, pattern in _PROPERTIES.items() if pattern.search(text)]
    return _Page(frozenset(links), " ".join(names))


def unreachable(
    pages: dict[str, _Page], inside: Iterable[str], outside: Iterable[str]
) -> frozenset[str]:
    """The first pages of *outside*, one of each group, that nothing before them leads to."""
    reached: set[str] = set()

    def reach(start: str) -> None:
        waiting = [start]
        while waiting:
            file = waiting.pop()
            if file not in reached and file in pages:
                reached.add(file)
                waiting.extend(pages[file].links)

    for file in inside:
        reach(file)
    islands = set()
    for file in outside:
        if file not in reached:
            islands.add(file)
            reach(file)
    return frozenset(islands)
