"""Addresses of pages with odd names in the builders ``dirhtml``, ``singlehtml`` and ``markdown``.

Wiki pages are named after their titles, such as "Why? 100%". ``StandaloneHTMLBuilder`` quotes
docnames in addresses; these builders do not, and ``singlehtml`` does not escape them in ids.

- Replaces: ``DirectoryHTMLBuilder.get_target_uri``, ``SingleFileHTMLBuilder.get_target_uri`` and
  ``sphinx_markdown_builder.MarkdownBuilder.get_target_uri`` of the builder at work, and amends
  ``HTML5Translator.visit_start_of_file``.
- Unnecessary once Sphinx and that package quote and escape there themselves.
"""

from __future__ import annotations

from html import escape
from urllib.parse import quote

from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

from sphinx_scrapbox.sphinx_ext.builders import is_dirhtml, is_markdown, is_single_file
from sphinx_scrapbox.sphinx_ext.warnings import note_unknown_internals

_PROBE = "why not"


def quote_target_uris(app: Sphinx) -> None:
    """Handler of ``builder-inited``: have the builder quote the docname in each address."""
    builder = app.builder
    if not (is_dirhtml(builder) or is_single_file(builder) or is_markdown(builder)):
        return
    get_target_uri = builder.get_target_uri
    if _PROBE not in get_target_uri(_PROBE):
        note_unknown_internals("addresses of pages")
        return

    def quoted(docname: str, typ: str | None = None) -> str:
        uri = get_target_uri(docname, typ)
        # In dirhtml, "folder/index" is at "folder/".
        name = docname if docname in uri else docname.removesuffix("index")
        before, _, after = uri.rpartition(name) if name else (uri, "", "")
        return f"{before}{quote(name)}{after}"

    builder.get_target_uri = quoted  # type: ignore[method-assign]


def visit_start_of_file(translator: HTML5Translator, node: addnodes.start_of_file) -> None:
    """Write the id of a document inside a single file, escaped."""
    type(translator).visit_start_of_file(translator, node)
    docname = node["docname"]
    if translator.body and f'"document-{docname}"' in translator.body[-1]:
        escaped = f'"document-{escape(docname)}"'
        translator.body[-1] = translator.body[-1].replace(f'"document-{docname}"', escaped)


def register(app: Sphinx) -> None:
    """Have the node written so in HTML, and as ever in other formats."""
    visitors = (visit_start_of_file, None)
    app.add_node(addnodes.start_of_file, override=True, html=visitors)
