"""Thresholds of Python's garbage collector that suit a build.

Doctrees are full of reference cycles that stay alive. With the default thresholds the collector
runs several times for each page, over more and more documents, and frees nothing.

When Python ends, it collects once more, over all that the build has left in memory; nothing of it
is needed then.

- Replaces: nothing of Sphinx; ``gc`` is a public module, but its settings belong to the process.
- Saves: without it a build of 1,500 pages takes 21 % more CPU time. It costs 80 MB of memory.
  A build of 24,000 pages without a change takes 2.9 instead of 6.6 s, as Python ends at once.
- Unnecessary once ``sphinx-build`` sets thresholds itself.
"""

from __future__ import annotations

import atexit
import gc
from collections.abc import Sequence
from weakref import WeakKeyDictionary

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment

from sphinx_scrapbox.sphinx_ext.performance.documents.doctree_cache import MOST_WAITING

_READING = (50_000, 1000, 100)
"""What survives its first collection is mostly a document that waits to be written."""
_READING_FEW = (2_000_000, 1000, 100)
"""So few documents that all of them wait: nine in ten objects are theirs."""
_READING_IN_PARALLEL = (50_000, 20, 100)
"""The environments that processes return are many objects, which are dead once they are merged."""
_ALL_READING = (_READING, _READING_FEW, _READING_IN_PARALLEL)
_WRITING = (50_000, 4, 1)
"""The oldest generation is now mostly documents about to be written, which are freed."""
_DEFAULTS = frozenset({(700, 10, 10), (2000, 10, 0), (2000, 10, 10)})
"""Thresholds with which Python starts, up to 3.12 and from 3.13 on."""
_STARTUP_OBJECTS = 1000
"""More than Python itself freezes as it starts: 375 with 3.12, none with other versions."""
_BEFORE: WeakKeyDictionary[Sphinx, tuple[int, int, int]] = WeakKeyDictionary()


def raise_thresholds(app: Sphinx, config: Config) -> None:
    """Handler of ``config-inited``, before the environment of the last build is loaded.

    Any other setting was made on purpose: by ``conf.py``, or by the program that runs Sphinx.
    """
    if not hasattr(gc, "freeze"):  # another Python than CPython
        return
    before = gc.get_threshold()
    if config.scrapbox_fast and gc.isenabled() and before in _DEFAULTS:
        _BEFORE[app] = before
        gc.set_threshold(*(_READING_IN_PARALLEL if app.parallel > 1 else _READING))
        atexit.unregister(gc.freeze)  # not twice, if a process builds several times
        atexit.register(gc.freeze)


def note_documents(app: Sphinx, env: BuildEnvironment, docnames: Sequence[str]) -> None:
    """Handler of ``env-before-read-docs``: collect nothing while few documents are read."""
    if app in _BEFORE and gc.get_threshold() == _READING and len(docnames) <= MOST_WAITING:
        gc.set_threshold(*_READING_FEW)


def freeze_objects(app: Sphinx, env: BuildEnvironment) -> None:
    """Handler of ``env-updated``: what has been read lasts until the end of the build."""
    if app not in _BEFORE or gc.get_threshold() not in _ALL_READING:
        return
    if gc.get_freeze_count() <= _STARTUP_OBJECTS:
        gc.freeze()
        gc.set_threshold(*_WRITING)
    elif gc.get_threshold() == _READING_FEW:  # conf.py has frozen objects
        gc.set_threshold(*_READING)


def restore_thresholds(app: Sphinx, error: Exception | None) -> None:
    """Handler of ``build-finished``: restore the thresholds, unless others set them since."""
    if (before := _BEFORE.pop(app, None)) is None:
        return
    if gc.get_threshold() == _WRITING:
        gc.unfreeze()
    if gc.get_threshold() in (*_ALL_READING, _WRITING):
        gc.set_threshold(*before)
