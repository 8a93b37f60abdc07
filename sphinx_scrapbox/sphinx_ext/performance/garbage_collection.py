"""Has Python look for garbage in cycles where there is any, while a site is built.

A doctree is full of cycles, and by default Python looks at what was made last after every 700
objects or so: a third of a page. With thousands of pages in memory it looks at all of them again
and again. A sixth of a build goes there, with nothing to be found. Here it looks every few dozen
pages; and from when all documents are read, at none of what was made till then.
"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config
    from sphinx.environment import BuildEnvironment

_READING = (50_000, 20, 100)
_WRITING = (50_000, 4, 1)
"""What lives longest now are documents that wait to be written, and these do end."""
_AT_START = gc.get_threshold()


def _on_config_inited(app: Sphinx, config: Config) -> None:
    # Whoever has set it otherwise knows why.
    if gc.isenabled() and gc.get_threshold() == _AT_START:
        gc.set_threshold(*_READING)


def _on_env_updated(app: Sphinx, env: BuildEnvironment) -> None:
    if gc.get_threshold() == _READING and not gc.get_freeze_count():
        gc.freeze()
        gc.set_threshold(*_WRITING)


def _on_build_finished(app: Sphinx, error: Exception | None) -> None:
    if gc.get_threshold() == _WRITING:
        gc.unfreeze()
    if gc.get_threshold() in (_READING, _WRITING):
        gc.set_threshold(*_AT_START)


def register(app: Sphinx) -> None:
    """Do so from before the last build's environment is loaded until the build is over."""
    app.connect("config-inited", _on_config_inited)
    app.connect("env-updated", _on_env_updated, priority=999)
    app.connect("build-finished", _on_build_finished)
