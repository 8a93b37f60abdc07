"""What other sites and search engines are told of wiki pages: words, a picture, dates.

sphinxext-opengraph and sphinx-sitemap are helped along where they are loaded; neither is
needed.
"""

from __future__ import annotations

from contextlib import suppress
from html import escape
from pathlib import Path
from queue import Empty
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sphinx.builders.dirhtml import DirectoryHTMLBuilder

from sphinx_scrapbox.snapshot.git import git_dates
from sphinx_scrapbox.sphinx_ext.builders import is_epub
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of
from sphinx_scrapbox.sphinx_ext.html.canonical import canonical_of
from sphinx_scrapbox.sphinx_ext.sources.snapshots import shown_date
from sphinx_scrapbox.wiki.dates import Dates, iso
from sphinx_scrapbox.wiki.text import cut

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

    from sphinx_scrapbox.sphinx_ext.domain.facts import PageFacts


# -- the head of a page ----------------------------------------------------------------


def add_metadata(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    facts = domain_of(app.env).facts.get(pagename)
    if facts is None or doctree is None or not facts.is_page:
        return
    tags = []
    for name, time in (("created", facts.created), ("modified", facts.updated)):
        if time:
            tags.append(f'<meta name="dcterms.{name}" content="{iso(time)}" />')
    if facts.updated and app.config.html_last_updated_fmt is not None:
        context["last_updated"] = shown_date(app.config, facts.updated)
    if "sphinxext.opengraph" in app.extensions and not is_epub(app.builder):
        context["meta"] = {**_open_graph(app, facts), **(context.get("meta") or {})}
        if facts.summary and app.config.ogp_enable_meta_description:
            summary = escape(_summary(app, facts))
            tags.append(f'<meta name="description" content="{summary}" />')
    if tags:
        context["metatags"] = "\n".join([context.get("metatags", ""), *tags])


def _open_graph(app: Sphinx, facts: PageFacts) -> dict[str, str]:
    """Fields such as the author of a document may set for sphinxext-opengraph."""
    fields = {}
    if facts.summary:
        # It writes values into attributes and escapes nothing but their quotes.
        fields["og:description"] = escape(_summary(app, facts), quote=False)
    if image := _image_address(app, facts.image):
        fields["og:image"] = escape(image, quote=False)
        fields["og:image:alt"] = escape(facts.title, quote=False)
    return fields


def _image_address(app: Sphinx, image: str) -> str:
    """The address of an image; of a file, among the images of the site, from its root."""
    if not image or "://" in image:
        return image
    if image not in app.env.images:
        return ""
    return f"{app.builder.imagedir}/{quote(app.env.images[image][1])}"


def _summary(app: Sphinx, facts: PageFacts) -> str:
    return cut(facts.summary, max(int(app.config.ogp_description_length), 1))


# -- the map of the site ---------------------------------------------------------------


def amend_sitemap(app: Sphinx, exception: Exception | None) -> None:
    """Have sphinx-sitemap write addresses that are some, and when their pages changed.

    It has noted each page that was written, by its name as it is. What search engines shall
    find elsewhere, or not at all, is in no map.
    """
    links = getattr(app, "sitemap_links", None)
    if exception is not None or links is None or "sphinx_sitemap" not in app.extensions:
        return
    pages = {
        _link(app, docname): (docname, facts)
        for docname, facts in domain_of(app.env).facts.items()
        if facts.is_page
    }
    noted = []
    with suppress(Empty):
        while True:
            noted.append(links.get_nowait())
    for entry in noted:
        link, *rest = (entry,) if isinstance(entry, str) else entry
        if link in pages:
            docname, facts = pages[link]
            if canonical_of(app, docname).mode in ("wiki", "noindex"):
                continue
            if rest and facts.updated and app.config.sitemap_show_lastmod:
                rest = [iso(facts.updated)]
            entry = quote(link) if isinstance(entry, str) else (quote(link), *rest)
        links.put(entry)


def _link(app: Sphinx, docname: str) -> str:
    if not isinstance(app.builder, DirectoryHTMLBuilder):
        return f"{docname}{app.config.html_file_suffix or '.html'}"
    if docname == "index":
        return ""
    return f"{docname.removesuffix('/index')}/"


# -- dates from git --------------------------------------------------------------------


def date_pages_from_git(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Give the pages that tell no dates those of git; the ones whose dates changed.

    A commit changes no file, so pages are not read again for it.
    """
    domain = domain_of(env)
    before: dict[str, Dates] | None = domain.data["git"]
    if options(app.config).dates != "git":
        domain.data["git"] = None
        return []
    given = before or {}
    waiting = [
        docname
        for docname, facts in domain.facts.items()
        if facts.is_page
        and (not facts.updated or (facts.created, facts.updated) == given.get(docname))
    ]
    found = git_dates(Path(env.srcdir)) if waiting else {}
    now: dict[str, Dates] = {}
    for docname in waiting:
        dates = found.get(Path(env.doc2path(docname, False)).as_posix(), Dates())
        if dates.updated:
            now[docname] = dates
        facts = domain.facts[docname]
        domain.facts[docname] = facts._replace(created=dates.created, updated=dates.updated)
    domain.data["git"] = now
    changed = [name for name in waiting if given.get(name) != now.get(name)]
    if changed:
        domain.was_touched = True  # lists of pages may be in another order
    return changed if before is not None else []
