"""What search engines read of a wiki page: JSON-LD in the vocabulary of https://schema.org."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from sphinx.application import Sphinx

from sphinx_scrapbox.sphinx_ext.builders import has_browser_pages
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of
from sphinx_scrapbox.sphinx_ext.domain.languages import page_languages
from sphinx_scrapbox.sphinx_ext.feature import Feature
from sphinx_scrapbox.sphinx_ext.features.translations.versions import language_versions
from sphinx_scrapbox.sphinx_ext.html.data.metadata import (
    absolute,
    image_address,
    page_address,
    summary_of,
)
from sphinx_scrapbox.wiki.dates import iso
from sphinx_scrapbox.wiki.titles import split_target

_UNSAFE = re.compile(r"""\\(?:(["\\])|.)|[<>&'`\u2028\u2029]""")


def dump_into_html(data: object) -> str:
    r"""*data* as JSON that may stand in a script element, whatever its texts are.

    >>> dump_into_html({"name": 'a "b" </script>'})
    '{"name":"a \\u0022b\\u0022 \\u003c/script\\u003e"}'
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    # Quotes are escaped as well, so that no title is found in it by what escapes titles later.
    text = _UNSAFE.sub(_escaped, text)
    return text.encode("utf-8", "replace").decode()


def _escaped(match: re.Match[str]) -> str:
    sign = match[1] or match[0]
    return f"\\u{ord(sign):04x}" if len(sign) == 1 else sign


class StructuredData(Feature):
    """An ``Article`` for each wiki page, in the head of its HTML.

    What it shows of other pages, the notices of translations show, too: they decide whether the
    page is written again.
    """

    name = "structured_data"

    def page_context(self, app: Sphinx, docname: str, context: dict[str, Any]) -> None:
        """Add the element."""
        facts = domain_of(app.env).facts.get(docname)
        if facts is None or not facts.is_page or not has_browser_pages(app.builder):
            return
        if options(app.config).metadata:
            tag = f'<script type="application/ld+json">{dump_into_html(article(app, docname))}'
            context["metatags"] = f"{context.get('metatags', '')}\n{tag}</script>"


def article(app: Sphinx, docname: str) -> dict[str, object]:
    """What is known of a wiki page, as an ``Article``."""
    domain = domain_of(app.env)
    facts = domain.facts[docname]
    url = page_address(app, docname)
    site = {"@type": "WebSite", "name": app.config.project, "url": absolute(app, "./")}
    fields = {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": facts.shown_title or facts.title,
        "description": summary_of(app, facts),
        "url": url,
        "mainEntityOfPage": url,
        "image": absolute(app, image_address(app, facts.image)),
        "dateCreated": iso(facts.created) if facts.created else "",
        "dateModified": iso(facts.updated) if facts.updated else "",
        "inLanguage": page_languages(domain).of(docname),
        "keywords": [split_target(tag).title for tag in facts.tags],
        "isBasedOn": domain_of(app.env).live_address(docname),
        "translationOfWork": list(map(_work, translation_sources(app, docname))),
        "isPartOf": _known(site),
    }
    return _known(fields)


def _known(fields: dict[str, Any]) -> dict[str, object]:
    """The fields with a value; a list of one value is that value."""
    values = {
        name: value[0] if isinstance(value, list) and len(value) == 1 else value
        for name, value in fields.items()
    }
    return {name: value for name, value in values.items() if value}


class Work(NamedTuple):
    """A page that another one was translated from; what is unknown is "".

    ``docname`` is "" for a page that is not part of the site.
    """

    docname: str
    title: str
    language: str
    url: str


def translation_sources(app: Sphinx, docname: str) -> Iterator[Work]:
    """The pages that a page was translated from, as far as they are published."""
    domain = domain_of(app.env)
    versions = language_versions(domain)
    languages = page_languages(domain)
    sources = versions.sources.get(docname, ())
    here = [domain.find_page(source.target, docname) for source in sources]
    for name in dict.fromkeys(filter(None, here)):
        if name != docname:
            title = domain.title_of(name)
            yield Work(name, title, languages.of(name), page_address(app, name))
    original = versions.original(docname) if sources and not any(here) else None
    if original and original.address:
        url = absolute(app, original.address)
        yield Work("", original.title, original.language, url)


def _work(work: Work) -> dict[str, object]:
    fields = {"headline": work.title, "inLanguage": work.language, "url": work.url}
    return {"@type": "Article", **_known(fields)}


FEATURE = StructuredData()
