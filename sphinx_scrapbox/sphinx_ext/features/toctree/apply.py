"""Give documents that were read their toctrees, before Sphinx numbers sections.

The links of a page can be resolved only when all documents have been read. Then the toctree nodes
are filled in where Sphinx looks for them: in the doctree, which writers and the numbering of
sections and figures use, and in the table of contents of the document, of which the navigation is
made. A doctree is written again only if its toctrees changed, or if the document was read.

- Reaches: ``env.tocs``, ``toctree_includes``, ``files_to_rebuild``, ``numbered_toctrees`` and
  ``toc_secnumbers``, as Sphinx's ``TocTreeCollector`` fills them, and the files of doctrees, with
  what the environment keeps of them in memory.
- Unnecessary if a toctree could name its documents when all documents have been read.
"""

from __future__ import annotations

from collections.abc import Iterable

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.builders.gettext import I18nBuilder
from sphinx.environment import BuildEnvironment
from sphinx.environment.adapters.toctree import TocTree
from sphinx.util import url_re

from sphinx_scrapbox.sphinx_ext.features.toctree.plan import (
    DirectiveEntries,
    DocumentToctrees,
    EntryGroup,
    ToctreeEntry,
)

NUMBER = "scrapbox-number"
"""The attribute of the toctree that a directive left: its number in the document, from 0."""
_MORE = "scrapbox-more"
"""The attribute of a toctree that is added: the number of its directive, or "children"."""
_CHILDREN = "children"
_NOTHING = DirectiveEntries(0, (EntryGroup("", ()),), nests=False)
_TABLES = {
    "tocs": dict,
    "toctree_includes": dict,
    "files_to_rebuild": dict,
    "numbered_toctrees": set,
    "toc_secnumbers": dict,
}


def has_known_tables(env: BuildEnvironment) -> bool:
    """Whether the tables that are changed have the types that they have in the known versions."""
    return all(isinstance(getattr(env, name, None), kind) for name, kind in _TABLES.items())


def doctree_time(env: BuildEnvironment, docname: str) -> int:
    """When the file of a doctree was written, in nanoseconds: it tells whether it was read."""
    return (env.doctreedir / f"{docname}.doctree").stat().st_mtime_ns


def is_filled_in(node: addnodes.toctree) -> bool:
    """Whether a toctree is of this extension."""
    return NUMBER in node or _MORE in node


def ordinary_targets(env: BuildEnvironment, docname: str) -> list[str]:
    """The documents in the toctrees of a document that are not of this extension."""
    toc = env.tocs.get(docname)
    toctrees = toc.findall(addnodes.toctree) if toc is not None else ()
    ordinary = (node for node in toctrees if not is_filled_in(node))
    return [target for node in ordinary for target in node["includefiles"]]


def apply_toctrees(app: Sphinx, docname: str, toctrees: DocumentToctrees) -> None:
    """Fill in the toctrees of a document, in place of those that were filled in before."""
    env = app.env
    toctrees = toctrees.without_captions() if isinstance(app.builder, I18nBuilder) else toctrees
    doctree = env.get_doctree(docname)
    _fill(doctree, toctrees, docname)
    app.builder.write_doctree(docname, doctree)
    # What was read from the old file.
    getattr(env, "_pickled_doctree_cache", {}).pop(docname, None)
    vars(env).pop("master_doctree", None)
    toc = env.tocs[docname]
    _fill(toc, toctrees, docname)
    _note_toctrees(env, docname, toc)


def _fill(root: nodes.Element, toctrees: DocumentToctrees, docname: str) -> None:
    """Fill in the toctrees of a doctree or of a table of contents."""
    for node in list(root.findall(addnodes.toctree)):
        if _MORE in node:
            _remove(node, root)
    by_number = {directive.number: directive for directive in toctrees.own}
    ordinary: set[str] = set()
    for node in list(root.findall(addnodes.toctree)):
        if NUMBER not in node:
            ordinary.update(node["includefiles"])
            continue
        _fill_directive(node, by_number.get(node[NUMBER], _NOTHING))
    if children := [entry for entry in toctrees.children if entry[1] not in ordinary]:
        node = _child_toctree(docname, children)
        if isinstance(root, nodes.document):
            _add_to_doctree(root, node)
        else:
            _add_to_toc(root, node)


def _fill_directive(node: addnodes.toctree, directive: DirectiveEntries) -> None:
    first, *others = directive.groups
    _set_entries(node, first.entries)
    # Below an entry are hidden toctrees.
    node["includehidden"] = node["scrapbox-includehidden"] or directive.nests
    # Each has a wrapper of its own: Sphinx would miss a node behind one that it removes.
    wrapper = node.parent if isinstance(node.parent, nodes.compound) else None
    for group in reversed(others):
        more = node.copy()
        del more[NUMBER]
        more[_MORE] = directive.number
        more["caption"] = group.caption or None
        more.attributes.pop("rawcaption", None)
        if group.caption:
            more["rawcaption"] = group.caption
        # The toctree of the directive has the messages of all its groups for the catalogue.
        more.attributes.pop("rawentries", None)
        _set_entries(more, group.entries)
        if wrapper is not None:
            _insert_after(wrapper, nodes.compound("", more, classes=wrapper["classes"]))
        else:
            _insert_after(node, more)


def _insert_after(node: nodes.Element, other: nodes.Element) -> None:
    node.parent.insert(node.parent.index(node) + 1, other)


def _set_entries(node: addnodes.toctree, entries: Iterable[ToctreeEntry]) -> None:
    node["entries"] = [(title or None, target) for title, target in entries]
    node["includefiles"] = [target for _, target in entries if not url_re.match(target)]


def _child_toctree(docname: str, entries: Iterable[ToctreeEntry]) -> addnodes.toctree:
    """A hidden toctree: the page itself says what it says, but navigation and books have it."""
    node = addnodes.toctree(
        "",
        parent=docname,
        maxdepth=-1,
        caption=None,
        glob=False,
        hidden=True,
        includehidden=False,
        numbered=0,
        titlesonly=False,
    )
    node[_MORE] = _CHILDREN
    _set_entries(node, entries)
    return node


def _add_to_doctree(doctree: nodes.Element, node: addnodes.toctree) -> None:
    sections = [child for child in doctree if isinstance(child, nodes.section)]
    parent = sections[0] if sections else doctree
    parent += nodes.compound("", node, classes=["toctree-wrapper"])


def _add_to_toc(toc: nodes.Element, node: addnodes.toctree) -> None:
    """Below the entry of the title, where Sphinx puts a toctree of the first section."""
    item = toc[0] if len(toc) else toc
    if not isinstance(item, nodes.list_item):
        toc += node
    elif isinstance(item[-1], nodes.bullet_list):
        item[-1] += node
    else:
        item += nodes.bullet_list("", node)


def _remove(node: addnodes.toctree, root: nodes.Element) -> None:
    parent = node.parent
    parent.remove(node)
    if not len(parent) and parent is not root:
        parent.parent.remove(parent)


def _note_toctrees(env: BuildEnvironment, docname: str, toc: nodes.Element) -> None:
    """Tell Sphinx of all toctrees of a document, as when it was read."""
    for name in env.toctree_includes.pop(docname, ()):
        if rebuilt := env.files_to_rebuild.get(name):
            rebuilt.discard(docname)
            if not rebuilt:
                del env.files_to_rebuild[name]
    env.numbered_toctrees.discard(docname)
    adapter = TocTree(env)
    for node in toc.findall(addnodes.toctree):
        adapter.note(docname, node)


def forget_numbers(env: BuildEnvironment) -> list[str]:
    """Remove the numbers of sections, which Sphinx then assigns to documents that still have some.

    It leaves those of documents that are no longer in a numbered toctree.

    Returns the documents that had numbers.
    """
    numbered = [name for name in env.toc_secnumbers if name in env.all_docs]
    for docname in numbered:
        for node in env.tocs[docname].findall(nodes.reference):
            node.attributes.pop("secnumber", None)
        env.titles[docname].attributes.pop("secnumber", None)
    return numbered
