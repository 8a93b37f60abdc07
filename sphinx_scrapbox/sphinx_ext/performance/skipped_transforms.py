"""Transforms that a wiki page does not need.

Sphinx and docutils search each document once for footnotes, once for citations, once for
glossaries and so on, which is much of the cost of a small page. A wiki page holds none of these
unless directives are allowed in it.

- Replaces: the list that ``docutils.transforms.Transformer`` applies to a document.
- Saves: without it a build of 1,500 pages takes 15 % more CPU time. Sphinx 8 fills the list after
  a document is parsed, so that nothing is skipped.
- Unnecessary if transforms declared the nodes they act on, or shared one walk of the document.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from docutils import nodes
from docutils.transforms import Transformer
from sphinx.environment import BuildEnvironment

from sphinx_scrapbox.sphinx_ext.config.options import options
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
    if not any(Path(env.srcdir, folder).is_dir() for folder in env.config.locale_dirs):
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
