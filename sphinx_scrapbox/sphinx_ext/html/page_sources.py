"""The sources of pages that Sphinx publishes beside the HTML (``html_copy_source``).

The source of a private page, or of one from which a deny list removed names, contains what its
page must not. The address of a source such as ``Why? 100%.md.txt`` has to be quoted, which Sphinx
does not do.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sphinx.application import Sphinx

from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of
from sphinx_scrapbox.sphinx_ext.feature import Feature
from sphinx_scrapbox.wiki.redaction import RedactedNames


class PageSources(Feature):
    """Which sources are published, and the links to them."""

    name = "page_sources"

    def page_context(self, app: Sphinx, docname: str, context: dict[str, Any]) -> None:
        """Publish no such source, and quote the other addresses."""
        domain = domain_of(app.env)
        facts = domain.facts.get(docname)
        if facts is None or not facts.is_page:
            return
        names: RedactedNames | None = domain.collected("leak_guard").get(docname)
        if facts.private or (names and names.replaced):
            if context.get("sourcename"):  # of an earlier build
                Path(app.outdir, "_sources", context["sourcename"]).unlink(missing_ok=True)
            context["sourcename"] = ""
        if "pathto" in context:
            context["pathto"] = _quoting(context["pathto"])


def _quoting(pathto: Callable[..., str]) -> Callable[..., str]:
    """The template function ``pathto`` of Sphinx, with quoted addresses of sources."""

    # A plain function, as the JSON builder does not serialize these.
    def quoting(other: str, resource: bool = False, *rest: Any, **more: Any) -> str:
        if resource and other.startswith("_sources/"):
            other = quote(other)
        return pathto(other, resource, *rest, **more)

    return quoting


FEATURE = PageSources()
