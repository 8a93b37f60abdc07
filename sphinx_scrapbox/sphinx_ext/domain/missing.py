"""Links to pages that are not part of this site: inventories, other extensions, the live wiki."""

from __future__ import annotations

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import NoUri

from sphinx_scrapbox.sphinx_ext.builders import builder_of
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain, domain_of
from sphinx_scrapbox.sphinx_ext.domain.facts import PageFacts
from sphinx_scrapbox.sphinx_ext.domain.languages import mark_link, page_languages
from sphinx_scrapbox.sphinx_ext.domain.resolve import marked, suggestion
from sphinx_scrapbox.sphinx_ext.domain.site import BY_HAND, RESOLVED_AGAIN
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder
from sphinx_scrapbox.sphinx_ext.sources.inventories import (
    inventories_of,
    named_by_wiki,
    page_name,
)
from sphinx_scrapbox.sphinx_ext.warnings import Warn, warn
from sphinx_scrapbox.wiki.titles import is_line_id, split_fragment, split_target

RESOLVE_MISSING = "scrapbox-resolve-missing"
"""The event with which other extensions may resolve a link that leads nowhere."""


def resolve_missing(
    app: Sphinx, env: BuildEnvironment, node: addnodes.pending_xref, contnode: nodes.TextElement
) -> nodes.Element | None:
    """Handler of ``missing-reference``: a link to a page on another site, or in the live wiki."""
    if node.get("refdomain") != "scrapbox":
        return None
    project, title = split_target(node["reftarget"])
    if title and project:
        reference = _in_inventory(env, node, contnode, project)
        if reference is not None:
            if node["reftype"] != "icon":
                domain = domain_of(env)
                language = page_languages(domain).of_project(project)
                mark_link(domain, app.builder, node, reference, language)
            return reference
    return _elsewhere(env, node, contnode)


def keep_in_wiki(
    app: Sphinx, env: BuildEnvironment, node: addnodes.pending_xref, contnode: nodes.TextElement
) -> nodes.Element | None:
    """Handler of ``missing-reference``: a link by title on a wiki page means a page of its wiki.

    Intersphinx takes a page of this title from any inventory.
    """
    if node.get("refdomain") != "scrapbox" or not (inventories := inventories_of(env)):
        return None
    domain, docname = domain_of(env), node.get("refdoc", "")
    facts = domain.facts.get(docname)
    name = domain.get_full_qualified_name(node)
    if facts is None or not facts.is_page or not facts.project or not name:
        return None
    reference = _in_inventory(env, node, contnode, facts.project)
    if reference is not None:
        return reference
    kinds = [f"scrapbox:{kind}" for kind in domain.objtypes_for_role(node["reftype"]) or ()]
    is_of_another = any(
        name in inventory.get(kind, {})
        for inventory in inventories.values()
        for kind in kinds
        if inventory.get("scrapbox:wiki")
    )
    return _elsewhere(env, node, contnode) if is_of_another else None


def _in_inventory(
    env: BuildEnvironment, node: addnodes.pending_xref, contnode: nodes.TextElement, project: str
) -> nodes.reference | None:
    """A reference to a page of *project* on another site."""
    inventories = inventories_of(env)
    for key in named_by_wiki(inventories, project):
        from sphinx.ext.intersphinx import resolve_reference_in_inventory

        plain = node.copy()
        title = split_target(node["reftarget"]).title
        head, fragment = split_fragment(title)
        plain["reftarget"] = title
        if len(inventories[key].get("scrapbox:wiki", {})) > 1:
            title = head if is_line_id(fragment) else title
            plain["reftarget"] = page_name(inventories[key], project, title)
        reference = resolve_reference_in_inventory(env, key, plain, contnode)
        if reference is not None:
            line = node.get("scrapbox-anchor", "")
            if line and "#" not in reference.get("refuri", "#"):
                reference["refuri"] += f"#{line}"
            return reference
    return None


def _elsewhere(
    env: BuildEnvironment, node: addnodes.pending_xref, contnode: nodes.TextElement
) -> nodes.Element | None:
    """What another extension makes of a link, else a link to the live wiki, or a mark."""
    answer: nodes.Element | None = None
    if env.events.listeners.get(RESOLVE_MISSING):  # emit() is slow without any
        answer = env.events.emit_firstresult(
            RESOLVE_MISSING, env, node, contnode, allowed_exceptions=(NoUri,)
        )
    return unresolved(domain_of(env), node, contnode) if answer is None else answer


def unresolved(
    domain: ScrapboxDomain, node: addnodes.pending_xref, contnode: nodes.Element
) -> nodes.Element:
    """What a link becomes whose page is neither here nor in any inventory."""
    config = options(domain.env.config)
    docname = node.get("refdoc", "")
    project, title = split_target(node["reftarget"])
    exact = domain.facts.get(node.get("scrapbox-docname", ""), PageFacts())
    if exact.is_page:  # the target may be a translated title
        project, title = domain.project_of(node["scrapbox-docname"]), exact.title
    typ = node["reftype"]
    own = domain.project_of(docname)
    is_private = (project or own) in domain.private_projects
    address = node.get("scrapbox-address", "")
    if address and is_private:
        head, fragment = split_fragment(title)
        shown = head if is_line_id(fragment) else title
        words = contnode.astext()
        return nodes.inline("", shown if words == address else words, classes=["xref"])
    if address:  # an ordinary link that happens to be ours
        return nodes.reference("", "", contnode, refuri=address, internal=False)
    if "scrapbox-docname" in node and not exact.is_page:
        return contnode  # a document of this site, outside of this PDF
    contnode["classes"].append("scrapbox-missing")
    # A page that is known is outside of this PDF.
    unknown = not exact.is_page and domain.find_page(node["reftarget"], docname) is None
    if unknown and RESOLVED_AGAIN not in node and _is_warned_of(domain, node):
        target = node["reftarget"]
        message = f"no wiki page {target!r}{suggestion(domain, target, docname)}"
        warn(Warn.MISSING_PAGE, message, location=node)
    if is_private:
        return contnode
    project = project or own
    if (typ != "project" and not config.links_missing(docname)) or not project:
        return contnode
    address = source_folder(domain.env).snapshots.page_url(project, title)
    link = nodes.reference("", "", contnode, refuri=address, internal=False)
    link["classes"].append("scrapbox-project" if typ == "project" else "scrapbox-wiki")
    if project != own and typ != "icon":
        language = page_languages(domain).of_project(project)
        mark_link(domain, builder_of(domain.env), node, link, language)
    return marked(link)


def _is_warned_of(domain: ScrapboxDomain, node: addnodes.pending_xref) -> bool:
    """Whether a link to a page that does not exist gives a warning.

    With ``"auto"``, it is one by title that somebody wrote by hand, on a site that has pages.
    """
    mode = options(domain.env.config).missing_mode(node.get("refdoc", ""))
    if mode == "auto":
        is_by_title = node["reftype"] == "page" and not split_target(node["reftarget"]).project
        is_warned_of = is_by_title and BY_HAND in node and bool(domain.pages)
    else:
        is_warned_of = mode == "warn" and node["reftype"] in ("page", "tag")
    # Logs may be public; the leak guard finds the name of a denied page in the output.
    redaction = source_folder(domain.env).pages.redaction
    return is_warned_of and not redaction.names_denied_page(node["reftarget"])
