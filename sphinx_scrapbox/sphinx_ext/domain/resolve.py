"""References to documents of this site, as nodes and as HTML text."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from html import escape

from docutils import nodes
from sphinx import addnodes
from sphinx.builders import Builder
from sphinx.errors import NoUri
from sphinx.util.nodes import make_refnode

from sphinx_scrapbox.rendering.nodes import scrapbox_icon
from sphinx_scrapbox.rendering.typesetting import kept_apart
from sphinx_scrapbox.sphinx_ext.builders import is_single_file
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.index import DomainIndex
from sphinx_scrapbox.sphinx_ext.domain.site import RESOLVED_AGAIN
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder
from sphinx_scrapbox.sphinx_ext.warnings import Warn, warn
from sphinx_scrapbox.wiki.graph import is_wanted
from sphinx_scrapbox.wiki.titles import (
    CloseTitles,
    did_you_mean,
    is_line_id,
    join_target,
    split_fragment,
    split_target,
)


def make_reference(
    builder: Builder,
    from_docname: str,
    docname: str,
    line_anchor: str,
    content: nodes.Element,
    below_root: AbstractSet[str],
) -> nodes.reference:
    """A resolved reference to a document, or to a line of it.

    :param below_root: the documents that a single-file builder writes.
    :raises NoUri: if the builder does not write the document.
    """
    # One file holds what toctrees lead to; Sphinx would make up an anchor for all others.
    if is_single_file(builder):
        if docname not in below_root:
            raise NoUri(docname)
        if line_anchor:
            return nodes.reference("", "", content, refid=line_anchor, internal=True)
    return marked(make_refnode(builder, from_docname, docname, line_anchor, content))


def at_heading(
    domain: DomainIndex, node: addnodes.pending_xref, content: nodes.Element
) -> tuple[str, str] | None:
    """The document and the anchor of the heading that a link written by hand names.

    Without such a heading, the anchor is "", and there is a warning. None if the link names no
    heading. Content that is the target becomes the titles of page and heading.
    """
    target, docname = node["reftarget"], node.get("refdoc", "")
    heading = domain.find_heading(target, docname)
    if heading is None:
        fragment = split_fragment(split_target(target).title)[1]
        # The title and blank lines have no anchor.
        is_lost = is_line_id(fragment) and domain.find_line(fragment) is None
        if is_lost and domain.find_page(target, docname):
            _warn_of_lost_fragment(domain, node, f"{target!r}: no page has this line")
        return None
    if not heading.anchor:
        if not heading.page:
            return None  # a page of this title, which is not here
        words = CloseTitles(domain.headings(heading.docname)).find(
            split_fragment(split_target(target).title)[1]
        )
        message = f"{target!r}: the page {heading.page!r} has no such heading"
        message += did_you_mean(words)
        _warn_of_lost_fragment(domain, node, message)
    if not node["refexplicit"] and node["reftype"] == "page":
        shown = ": ".join(filter(None, (heading.page, heading.text)))
        content[:] = [nodes.Text(shown)]
    return heading.docname, heading.anchor


def _warn_of_lost_fragment(domain: DomainIndex, node: addnodes.pending_xref, message: str) -> None:
    mode = options(domain.env.config).missing_mode(node.get("refdoc", ""))
    if mode not in ("wiki", "text") and RESOLVED_AGAIN not in node:
        warn(Warn.MISSING_PAGE, message, location=node)


def suggestion(domain: DomainIndex, target: str, from_docname: str) -> str:
    """The end of a warning of a link to a page that does not exist: titles that may be meant."""
    project, title = split_target(target)
    close = domain.computed(("close titles", project), lambda: _titles(domain, project))
    names = close.find(title) or close.find(split_fragment(title)[0])
    targets = (join_target(project, name) for name in names)
    is_denied = source_folder(domain.env).pages.redaction.names_denied_page
    return did_you_mean(
        each
        for each in targets
        if not is_denied(each) and domain.find_page(each, from_docname) is not None
    )


def _titles(domain: DomainIndex, project: str) -> CloseTitles:
    """The titles of the pages of a project; without one, of all pages and documents."""
    names = [name for docnames in domain.pages.values() for name in docnames]
    if project:
        names = [name for name in names if domain.project_of(name) == project]
    else:
        names += domain.documents.values()
    return CloseTitles(_own_title(domain, name) for name in names)


def warn_of_ambiguity(
    domain: DomainIndex, node: addnodes.pending_xref, from_docname: str, docname: str
) -> None:
    """Warn if a link by title, written by hand, leads to one of the pages of several wikis."""
    target = node["reftarget"]
    if split_target(target).project or domain.is_page(from_docname):
        return
    chosen, projects = domain.project_of(docname), domain.projects_with(target, docname)
    if len(projects) < 2 or chosen in source_folder(domain.env).projects.own_of(from_docname):
        return
    names = ", ".join(f"/{project}" if project else "an unknown one" for project in projects)
    title = _own_title(domain, docname)
    warn(
        Warn.AMBIGUOUS_TITLE,
        f"pages of several wikis are called {title!r} ({names}), and this link leads to "
        f"{docname!r}; write [[/project/{title}]], or set scrapbox_project",
        location=node,
    )


def _own_title(domain: DomainIndex, docname: str) -> str:
    """The title by which links find a document."""
    facts = domain.facts.get(docname)
    return facts.title if facts and facts.title else domain.title_of(docname)


def marked(reference: nodes.reference) -> nodes.reference:
    """Add the class by which style sheets know the link of an icon."""
    if isinstance(reference[0], scrapbox_icon):
        reference["classes"].append("scrapbox-person")
    return reference


def graph_address(domain: DomainIndex, builder: Builder, from_docname: str, node: str) -> str:
    """The address of a node of the graph, seen from a document; "" if none may be linked to."""
    if is_wanted(node):
        return domain.wanted_address(node)
    if is_single_file(builder):
        if node == builder.config.root_doc:
            return "#"  # its beginning: Sphinx marks where all other documents begin
        if node not in domain.below_root:
            return ""
    try:
        return builder.get_relative_uri(from_docname, node) or "#"
    except NoUri:
        return ""


def html_link(title: str, address: str, *, is_missing: bool = False, language: str = "") -> str:
    """A link as HTML text; the title alone without an address.

    :param is_missing: whether it leads to a page of the live wiki that is not part of this site.
    :param language: the language of the title if it is not that of the text around.
    """
    text = kept_apart(title)
    if is_missing:
        text = f'<span class="scrapbox-missing">{text}</span>'
    if not address:
        return text
    kind = "scrapbox-wiki reference external" if is_missing else "reference internal"
    lang = f' lang="{escape(language)}"' if language else ""
    return f'<a class="{kind}" href="{escape(address)}"{lang}>{text}</a>'
