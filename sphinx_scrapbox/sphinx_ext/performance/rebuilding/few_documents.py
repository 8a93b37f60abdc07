"""Read a few documents without another process.

- Replaces: ``Builder._read_parallel`` by ``Builder._read_serial`` for a few documents. Each
  process that reads sends the whole environment back, which is more work than to read.
- Saves: 1 s of CPU time after an edit of one of 24,000 pages, with ``-j 2``.
- Unnecessary if Sphinx started no process for a few documents, as its versions up to 4 did.
"""

from __future__ import annotations

from sphinx.application import Sphinx

from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.warnings import note_unknown_internals

_FEW = 16


def read_few_documents_here(app: Sphinx) -> None:
    """Handler of ``builder-inited``: wrap the method of this builder."""
    builder = app.builder
    if not options(app.config).fast or app.parallel <= 1:
        return
    serial, parallel = (getattr(builder, f"_read_{how}", None) for how in ("serial", "parallel"))
    if not callable(serial) or not callable(parallel):
        note_unknown_internals("the processes that read")
        return

    def read_parallel(docnames: list[str], nproc: int) -> None:
        if len(docnames) <= _FEW:
            serial(docnames)
        else:
            parallel(docnames, nproc)

    builder._read_parallel = read_parallel  # type: ignore[method-assign]
