"""Transforms that a wiki page can do without.

Sphinx looks into each document for footnotes, citations, glossaries, aliases of C++ and the
like, once for each kind, and that is a good part of what a small page costs. A wiki page holds
none of them; unless directives are allowed in it, these transforms are taken off its list.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.environment import BuildEnvironment

# Footnotes, substitutions, named targets; citations, doctests, glossaries and indices; and what
# mends text without a source, which the renderer never makes.
_MODULES = (
    "myst_parser.",
    "docutils.transforms.references",
    "sphinx.builders.latex",
    "sphinx.domains.citation",
)
_NAMES = frozenset(
    {
        "ApplySourceWorkaround",
        "AutoIndexUpgrader",
        "DefaultSubstitutions",
        "DoctestTransform",
        "GlossarySorter",
        "HandleCodeBlocks",
        "MoveModuleTargets",
        "PreserveTranslatableMessages",
        "RemoveTranslatableInline",
        "ReorderConsecutiveTargetAndIndexNodes",
        "SnapshotSubstitutions",
        "SphinxDanglingReferences",
        "SubstitutionDefinitionsRemover",
        "UnreferencedFootnotesDetector",
    }
)
# Where there are no catalogues, nothing is translated, and there is nothing to count.
_TRANSLATING = frozenset({"Locale", "TranslationProgressTotaliser"})


def drop_needless(document: nodes.document, env: BuildEnvironment) -> None:
    """Take off *document*, a wiki page without directives, what waits for it in vain."""
    names = _NAMES
    if not any(Path(env.srcdir, folder).is_dir() for folder in env.config.locale_dirs):
        names |= _TRANSLATING
        document["translation_progress"] = {"total": 0, "translated": 0}
    transformer = document.transformer
    transformer.transforms = [
        waiting
        for waiting in transformer.transforms
        if waiting[1].__name__ not in names and not waiting[1].__module__.startswith(_MODULES)
    ]
