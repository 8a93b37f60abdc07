"""Transforms that a document does not need.

Sphinx and docutils search each document once for footnotes, once for citations, once for
glossaries and so on, which is much of the cost of a small page. A wiki page holds none of these
unless directives are allowed in it. When documents are resolved, Sphinx searches each for aliases
in C and C++, for content of other formats, and visits each node for the language of code. It also
makes an object of each transform that is for another builder, only to find that it is.

- Replaces: the list that ``docutils.transforms.Transformer`` applies to a document, and the class
  ``SphinxTransformer`` with which ``sphinx.environment`` applies it.
- Saves: without skipping while pages are read, a build of 1,500 pages takes 15 % more CPU time;
  4 % of the time in which Sphinx resolves and writes a page; and 2 % of the time of a build for
  the transforms of other builders. Sphinx 8 fills the list after a
  document is parsed, so that nothing is skipped while it is read.
- Unnecessary if transforms declared the nodes they act on, or shared one walk of the document, and
  those of other builders were not applied.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import sphinx.environment as sphinx_environment
from docutils import nodes
from docutils.transforms import Transform, Transformer
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.domains import c, cpp
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransformer
from sphinx.transforms.post_transforms import SphinxPostTransform

from sphinx_scrapbox.sphinx_ext.builders import builder_of
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder
from sphinx_scrapbox.sphinx_ext.warnings import note_unknown_internals

# Footnotes, substitutions, named targets; citations, doctests, glossaries and indices; what mends
# text nodes without a source, which the renderer never makes; and what moves transitions, which
# are in place already, and takes quadratic time.
_MODULES = (
    "myst_parser.",
    "docutils.transforms.misc",
    "docutils.transforms.references",
    "sphinx.builders.latex",
    "sphinx.domains.citation",
)
_SPHINX_NAMES = frozenset(
    "ApplySourceWorkaround AutoIndexUpgrader DefaultSubstitutions DoctestTransform GlossarySorter "
    "HandleCodeBlocks MoveModuleTargets PreserveTranslatableMessages RemoveTranslatableInline "
    "ReorderConsecutiveTargetAndIndexNodes SphinxDanglingReferences "
    "SubstitutionDefinitionsRemover UnreferencedFootnotesDetector".split()
)
# Without message catalogues nothing is translated, and there is no progress to count.
_TRANSLATION_NAMES = frozenset({"Locale", "TranslationProgressTotaliser"})


def skip_transforms(document: nodes.document, env: BuildEnvironment) -> None:
    """Remove the transforms that *document*, a wiki page without directives, does not need."""
    transformer = document.transformer
    if not options(env.config).fast or not _has_known_shape(transformer):
        return
    names = _SPHINX_NAMES
    if not source_folder(env).has_catalogues:
        names |= _TRANSLATION_NAMES
        document["translation_progress"] = {"total": 0, "translated": 0}
    transformer.transforms = [
        entry
        for entry in transformer.transforms
        if not _is_skipped(entry[1].__module__, entry[1].__name__, names)
    ]


@cache
def _is_skipped(module: str, name: str, names: frozenset[str]) -> bool:
    return module.startswith(_MODULES) or (module.startswith("sphinx.") and name in names)


def _has_known_shape(transformer: Transformer) -> bool:
    """Whether it has a list of tuples of a priority, a class, a node and arguments."""
    transforms = getattr(transformer, "transforms", None)
    if type(transforms) is list and all(
        isinstance(entry, tuple) and len(entry) == 4 and isinstance(entry[1], type)
        for entry in transforms[:1]
    ):
        return True
    note_unknown_internals("the transforms of docutils")
    return False


_POST_TRANSFORMS: dict[tuple[str, str], tuple[type[nodes.Element], ...]] = {
    ("sphinx.domains.c", "AliasTransform"): (c.AliasNode,),
    ("sphinx.domains.cpp", "AliasTransform"): (cpp.AliasNode,),
    ("sphinx.transforms.post_transforms", "OnlyNodeTransform"): (addnodes.only,),
    ("sphinx.transforms.post_transforms", "PropagateDescDomain"): (addnodes.desc_signature,),
}
"""The nodes that transforms of Sphinx act on when a document is resolved, by module and name."""
_CODE_TRANSFORMS = dict.fromkeys(
    (
        ("sphinx.transforms.post_transforms.code", "HighlightLanguageTransform"),
        ("sphinx.transforms.post_transforms.code", "TrimDoctestFlagsTransform"),
    ),
    (nodes.literal_block, nodes.doctest_block, addnodes.highlightlang),
)
"""The same of those that come next after references have been resolved and images fetched."""


_METHODS = (SphinxPostTransform.apply, SphinxPostTransform.is_supported)


class PostTransformer(SphinxTransformer):
    """Applies to a document that is resolved only the transforms whose nodes it holds."""

    def add_transforms(self, transform_list: Iterable[type[Transform]]) -> None:
        """Store those for the builder, and transforms that remove some of them later."""
        if self.env is None or not options(self.env.config).fast:
            super().add_transforms(transform_list)
            return
        builder = builder_of(self.env)
        own = [
            kind
            for kind in transform_list
            if _is_supported(kind, builder.name, builder.format)  # type: ignore[arg-type]
        ]
        super().add_transforms(own)
        if not _has_known_shape(self):
            return
        # The first of each kind come at 9 and 400; what pages show is filled in at 4 to 7.
        for priority, users in ((8, _POST_TRANSFORMS), (399, _CODE_TRANSFORMS)):
            self.add_transform(_SkipUnused, priority, transformer=self, users=users)


@cache
def _is_supported(kind: type[Transform], name: str, builder_format: str) -> bool:
    """Whether a transform is for a builder, as far as its class tells."""
    if not issubclass(kind, SphinxPostTransform) or (kind.apply, kind.is_supported) != _METHODS:
        return True
    is_of_builder = not kind.builders or name in kind.builders
    return is_of_builder and (not kind.formats or builder_format in kind.formats)


class _SkipUnused(Transform):
    """Looks once at each node, and removes the transforms that would find none of theirs."""

    def apply(self, **kwargs: Any) -> None:
        transformer, users = kwargs["transformer"], kwargs["users"]
        used: set[tuple[str, str]] = set()
        for node_class in _classes(self.document):
            used |= _users(node_class)  # type: ignore[arg-type]
        transformer.transforms = [
            entry
            for entry in transformer.transforms
            if (name := (entry[1].__module__, entry[1].__name__)) not in users or name in used
        ]


def _classes(root: nodes.Node) -> set[type[nodes.Node]]:
    """The classes of a node and of all nodes in it."""
    classes: set[type[nodes.Node]] = set()
    to_visit = [root]
    while to_visit:
        node = to_visit.pop()
        classes.add(type(node))
        if children := node.children:
            to_visit += children
    return classes


_NAME = "SphinxTransformer"


def skip_post_transforms(app: Sphinx) -> None:
    """Handler of ``builder-inited``: replace the class that the environment makes use of."""
    if options(app.config).fast:
        if getattr(sphinx_environment, _NAME, None) is SphinxTransformer:
            setattr(sphinx_environment, _NAME, PostTransformer)
        else:
            note_unknown_internals("the transforms of the environment")


def restore_transformer(app: Sphinx, error: Exception | None) -> None:
    """Handler of ``build-finished``."""
    if getattr(sphinx_environment, _NAME, None) is PostTransformer:
        setattr(sphinx_environment, _NAME, SphinxTransformer)


@cache
def _users(node_class: type[nodes.Node]) -> frozenset[tuple[str, str]]:
    """The module and the name of each transform that acts on nodes of a class."""
    tables = (_POST_TRANSFORMS, _CODE_TRANSFORMS)
    return frozenset(
        name for table in tables for name, users in table.items() if issubclass(node_class, users)
    )
