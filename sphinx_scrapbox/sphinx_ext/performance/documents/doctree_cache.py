"""Keep a part of the doctrees of a large site in memory, not all of them.

- Replaces: the cache of ``BuildEnvironment.get_doctree``, which keeps each pickle for the rest of
  the build, although only documents with numbered figures, tables or sections are asked for
  twice; and the one of ``Builder.write_doctree``, in which each doctree that a serial build reads
  waits until it is written. One that does not wait is loaded from its file, as in parallel builds.
- Saves: 89 MiB at 8,000 pages in the process that resolves documents, in parallel builds; in
  serial ones 50 to 80 KiB for each document beyond the first 2,000, which takes 3 % more CPU time.
- Unnecessary if Sphinx limited both caches.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx

from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.warnings import note_unknown_internals

MOST_DOCTREES = 64
"""The number of pickles that are kept."""
MOST_WAITING = 2000
"""The number of doctrees that wait until they are written."""


class RecentDoctrees(dict[str, bytes]):
    """The pickled doctrees that were added last, by docname."""

    def __setitem__(self, docname: str, pickled: bytes) -> None:
        if len(self) >= MOST_DOCTREES and docname not in self:
            del self[next(iter(self))]
        super().__setitem__(docname, pickled)


class WaitingDoctrees(dict[str, nodes.document]):
    """The doctrees that were added first, by docname."""

    def __setitem__(self, docname: str, doctree: nodes.document) -> None:
        if len(self) < MOST_WAITING:
            super().__setitem__(docname, doctree)
        else:
            self.pop(docname, None)  # it would be an older one


_CACHES = {"_pickled_doctree_cache": RecentDoctrees, "_write_doc_doctree_cache": WaitingDoctrees}


def limit_doctree_caches(app: Sphinx) -> None:
    """Handler of ``builder-inited``."""
    if not options(app.config).fast:
        return
    for name, kind in _CACHES.items():
        if type(getattr(app.env, name, None)) is dict:
            setattr(app.env, name, kind())
        else:
            note_unknown_internals("the cache of doctrees")
