"""The pages of the indices as HTML, and the file of all pages for an index that is split."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

from sphinx.builders import Builder
from sphinx.util.osutil import relative_uri

from sphinx_scrapbox.rendering.typesetting import OUTSIDE_CLASS, kept_apart
from sphinx_scrapbox.sphinx_ext.builders import has_browser_pages
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain
from sphinx_scrapbox.sphinx_ext.domain.languages import PageLanguages, page_languages
from sphinx_scrapbox.sphinx_ext.domain.resolve import html_link
from sphinx_scrapbox.sphinx_ext.features.lists import controls
from sphinx_scrapbox.sphinx_ext.features.lists.entries import Entry, page_entries
from sphinx_scrapbox.sphinx_ext.features.lists.model import LEAST
from sphinx_scrapbox.sphinx_ext.i18n import _
from sphinx_scrapbox.wiki.text import script_language

ALL_PAGES = "_static/sphinx_scrapbox/pages.json"
"""A list of title, address below the root, day of the last change and number of linking pages, and
of the language of the title if it is not that of the site."""


class Leaf(NamedTuple):
    """One page of an index: the end of its name, its label, and headings with entries."""

    slug: str
    label: str
    parts: tuple[tuple[str, tuple[Entry, ...]], ...]


class IndexPage(NamedTuple):
    """One page of an index.

    :param languages: those of the pages that it names.
    :param shown: the titles of the indices that it leads to, by their names.
    :param first: entries before all others, which stand among them as well.
    :param file: the text of the file of all pages; "" if the page does not need it.
    """

    builder: Builder
    languages: PageLanguages
    label: str
    name: str
    heading: str
    shown: Mapping[str, str]
    first: tuple[Entry, ...] = ()
    file: str = ""

    def context(self, leaves: Sequence[Leaf], leaf: Leaf | None) -> dict[str, Any]:
        """The context of the template of the page.

        :param leaves: all pages of an index that is split.
        :param leaf: the one that this page is; None for the first page of all.
        """
        title = escape(self.heading)
        body = [
            f'<section class="scrapbox-index {OUTSIDE_CLASS}" id="{self.label}">'
            f"<h1>{title}</h1>\n",
            f'<p class="scrapbox-indices">{self._to_indices()}</p>\n',
        ]
        if leaves:
            body.append(f'<nav aria-label="{title}"><ul class="scrapbox-letters">')
            for sibling in leaves:
                count = sum(len(entries) for _heading, entries in sibling.parts)
                is_here = leaf is not None and sibling.slug == leaf.slug
                target, language = f"{self.label}/{sibling.slug}", self._lang(sibling.label)
                link = self._to(target, sibling.label, is_here, language)
                body.append(f"<li>{link} <small>{count}</small></li>")
            body.append("</ul></nav>\n")
        if self.first and self.label == "scrapbox-people":
            body.extend(self._part(str(_("Most turns")), self.first))
        if leaf is not None:
            body.extend(self._entries(leaf))
        elif self.file and has_browser_pages(self.builder):
            version = crc32(self.file.encode("utf-8", "replace"))
            file = relative_uri(self.builder.get_target_uri(self.name), ALL_PAGES)
            keys: dict[str, list[object]] = {"title": [], "updated": [], "linked": []}
            body.append(
                f"{controls.opening(keys, 'title', pages=f'{file}?v={version:08x}')}</div>\n"
            )
        if self.first and self.label == "scrapbox-pages":  # below what the filter finds
            body.extend(self._part(str(_("Most linked")), self.first))
        body.append("</section>\n")
        return {"title": title, "body": "".join(body), "display_toc": False}

    def _to_indices(self) -> str:
        links = (self._to(name, title, name == self.name) for name, title in self.shown.items())
        return " · ".join(links)

    def _entries(self, leaf: Leaf) -> Iterator[str]:
        entries = [entry for _heading, part in leaf.parts for entry in part]
        # Links to a page at random lead to the index of pages, however short it is.
        is_long = len(entries) >= LEAST or (self.label == "scrapbox-pages" and bool(entries))
        has_controls = is_long and has_browser_pages(self.builder)
        if has_controls:
            keys: dict[str, list[object]] = {"title": []}
            if self.label == "scrapbox-pages":
                keys["updated"] = [entry.updated for entry in entries]
                keys["linked"] = [entry.number for entry in entries]
                if not any(keys["updated"]):
                    del keys["updated"]
            elif self.label == "scrapbox-recent":
                titles = controls.title_ranks([entry.name for entry in entries])
                keys = {"updated": [], "title": [*titles]}
            else:
                keys["counted"] = [entry.number for entry in entries]
            yield controls.opening(keys, next(iter(keys)))
        for label, part in leaf.parts:
            yield from self._part(label if len(leaf.parts) > 1 else "", part)
        if has_controls:
            yield "</div>\n"

    def _part(self, label: str, entries: Sequence[Entry]) -> Iterator[str]:
        if label:
            lang = f' lang="{language}"' if (language := self._lang(label)) else ""
            yield f"<h2{lang}>{escape(label)}</h2>\n"
        is_of_pages = self.label in ("scrapbox-pages", "scrapbox-recent")
        yield f'<ul class="{"scrapbox-entries" if is_of_pages else "scrapbox-terms"}">'
        yield from map(self._entry, entries)
        yield "</ul>\n"

    def _entry(self, entry: Entry) -> str:
        name = kept_apart(entry.name)
        if entry.docname:
            name = self._to(entry.docname, entry.name)
        elif entry.address:
            name = html_link(entry.name, entry.address, is_missing=True, language=entry.language)
        note = f" <small>{kept_apart(entry.note)}</small>" if entry.note else ""
        if not entry.pages:
            return f"<li>{name}{note}</li>\n"
        pages = [self._to(docname, title) for docname, title in entry.pages]
        if entry.total > len(pages):
            pages.append(escape(str(_("{count} more")).format(count=entry.total - len(pages))))
        return f"<li>{name}{note} <span>{', '.join(pages)}</span></li>\n"

    def _lang(self, label: str) -> str:
        """The language of a kana, for its shape and for screen readers."""
        return self.languages.if_foreign(script_language(label))

    def _to(self, target: str, title: str, is_here: bool = False, language: str = "") -> str:
        if is_here:
            return f'<span aria-current="page">{escape(title)}</span>'
        language = language or self.languages.foreign_title(target)
        address = self.builder.get_relative_uri(self.name, target)
        return html_link(title, address, language=language)


def all_pages_file(domain: ScrapboxDomain, builder: Builder) -> str:
    """The text of the file of all pages, computed once per build."""

    def text() -> str:
        languages, rows = page_languages(domain), []
        for entry in page_entries(domain):
            address = builder.get_target_uri(entry.docname)
            row = entry.name, address, entry.updated, entry.number
            language = languages.foreign_title(entry.docname)
            rows.append((*row, language) if language else row)
        return json.dumps(rows, ensure_ascii=False, separators=(",", ":")) + "\n"

    return domain.computed("file of all pages", text)


def write_all_pages(outdir: Path, text: str) -> None:
    """Write that file if it changed; remove it if *text* is empty."""
    path = outdir / ALL_PAGES
    if not text:
        path.unlink(missing_ok=True)
        return
    data = text.encode("utf-8", "replace")
    if not path.is_file() or path.read_bytes() != data:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
