"""``llms.txt``: a list of all pages for programs that read texts (https://llmstxt.org)."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from sphinx.application import Sphinx

from sphinx_scrapbox.formats.myst.inlines import escaped
from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of
from sphinx_scrapbox.sphinx_ext.features.lists.tables import tables_of
from sphinx_scrapbox.sphinx_ext.html.canonical import canonical_of
from sphinx_scrapbox.sphinx_ext.html.data.markdown_pages import markdown_name, writes_markdown
from sphinx_scrapbox.sphinx_ext.html.data.metadata import absolute
from sphinx_scrapbox.wiki.text import cut

LLMS = "llms.txt"
MARK = "<!-- Written by sphinx-scrapbox -->"
"""The last line; a file without it is one of another tool."""
_SUMMARY = 120


def llms_txt(app: Sphinx) -> str:
    """The text of the file: other documents, then the pages of each wiki by title."""
    domain = domain_of(app.env)
    sections: dict[str, list[str]] = {}
    for docname in sorted(app.env.all_docs):
        if not domain.is_page(docname):
            title, address = domain.title_of(docname), app.builder.get_target_uri(docname)
            sections.setdefault("Documents", []).append(_item(app, title, address or "./", ""))
    for docname in tables_of(domain).pages:
        if canonical_of(app, docname).mode == "noindex":
            continue
        facts = domain.facts[docname]
        is_named = facts.project and facts.project not in domain.private_projects
        address = app.builder.get_target_uri(docname)
        if writes_markdown(app):
            address = quote(markdown_name(app, docname))
        item = _item(app, domain.title_of(docname), address, facts.summary)
        sections.setdefault(f"Wiki {facts.project}" if is_named else "Wiki", []).append(item)
    return "\n".join([*_lines(app, sections), "", MARK, ""])


def _lines(app: Sphinx, sections: dict[str, list[str]]) -> Iterator[str]:
    yield f"# {escaped(app.config.project)}"
    for name, items in sections.items():
        yield from ("", f"## {escaped(name)}", "", *items)


def _item(app: Sphinx, title: str, address: str, summary: str) -> str:
    """An entry of the list; its address is absolute if that of the site is known."""
    note = f": {escaped(cut(summary, _SUMMARY))}" if summary else ""
    return f"- [{escaped(title)}]({absolute(app, address) or address}){note}"
