"""Files with the title, the first image and the first lines of each wiki page, for previews.

Their links are those of the page. ``previews.js`` shows them and checks all addresses again.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote

from sphinx.application import Sphinx
from sphinx.builders import Builder

from sphinx_scrapbox.sphinx_ext.builders import has_browser_pages
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain, domain_of
from sphinx_scrapbox.sphinx_ext.domain.incremental import affected_documents, is_current
from sphinx_scrapbox.sphinx_ext.domain.languages import page_languages, site_language
from sphinx_scrapbox.sphinx_ext.domain.output_files import replace_in_parts, write_parts
from sphinx_scrapbox.sphinx_ext.feature import Feature
from sphinx_scrapbox.sphinx_ext.html.assets import FOLDER, shows_previews
from sphinx_scrapbox.sphinx_ext.html.data.metadata import image_address
from sphinx_scrapbox.wiki.lines import ExcerptLink
from sphinx_scrapbox.wiki.titles import split_target
from sphinx_scrapbox.wiki.urls import safe_url

PREVIEWS = f"_static/{FOLDER}/previews"
_PER_FILE = 32
"""Pages of one file: some twenty kilobytes."""


class Previews(Feature):
    """The files of previews."""

    name = "previews"

    def finish(self, app: Sphinx) -> None:
        """Write the files that changed and remove old ones; nothing if no page has changed."""
        if not has_browser_pages(app.builder) or is_current(app):
            return
        folder, affected = Path(app.outdir, PREVIEWS), affected_documents(app)
        shows = shows_previews(app)
        is_local = shows and affected is not None
        if is_local and replace_in_parts(folder, _entries(app, affected or ())):
            return
        docnames = domain_of(app.env).facts if shows else ()
        about = {"language": site_language(app.config)}
        write_parts(folder, _entries(app, docnames), _PER_FILE, about)


def _entries(app: Sphinx, docnames: Iterable[str]) -> dict[str, object]:
    """What is written of each of some pages, by its address.

    It is a list of the title, the lines, the address of the image and the language, if that is
    not the site's; what is empty at its end is left out. A line is a list of its level and its
    pieces, which are texts, or pairs of a text and an address. Addresses are absolute, or relative
    to the root of the site.
    """
    entries: dict[str, object] = {}
    domain, builder, config = domain_of(app.env), app.builder, options(app.config)
    languages = page_languages(domain)
    for docname in docnames:
        facts = domain.facts.get(docname)
        if facts is None or not facts.is_page or docname not in domain.env.all_docs:
            continue
        lines = [
            [line.indent, *(_piece(domain, builder, docname, piece) for piece in line.pieces)]
            for line in facts.excerpt
        ]
        entry: list[object] = [facts.shown_title or facts.title, lines]
        shows_image = config.images == "remote" or "://" not in facts.image
        entry += [
            image_address(app, facts.image) if shows_image else "",
            languages.foreign(docname),
        ]
        while not entry[-1]:
            entry.pop()
        entries[unquote(builder.get_target_uri(docname))] = entry
    return entries


def _piece(
    domain: ScrapboxDomain, builder: Builder, docname: str, piece: str | ExcerptLink
) -> str | tuple[str, str]:
    if isinstance(piece, str):
        return piece
    address = _address(domain, builder, docname, piece)
    return (piece.text, address) if address else piece.text


def _address(domain: ScrapboxDomain, builder: Builder, docname: str, link: ExcerptLink) -> str:
    """Where a link of the page *docname* leads; "" if nowhere."""
    if not link.target:
        return safe_url(link.address) or ""
    if place := domain.find_target(link.target, docname):
        anchor = f"#{place[1]}" if place[1] else ""
        return (builder.get_target_uri(place[0]) or "./") + anchor
    project, title = split_target(link.target)
    project = project or domain.project_of(docname)
    if link.address and project not in domain.private_projects:
        return safe_url(link.address) or ""
    return domain.missing_address(project, title, docname)


FEATURE = Previews()
