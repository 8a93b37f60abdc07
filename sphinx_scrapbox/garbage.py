"""Has Python look for garbage in cycles less often while a site is built.

A doctree is full of cycles, and by default Python looks at what was made last after every 700
objects or so: a third of a page. With 25,000 pages in memory it looks at all of them again and
again. A sixth of a build goes there, with nothing to be found. Here it still looks, every few
dozen pages, for which the largest process holds some 20 MiB more.
"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

_RARELY = (50_000, 20, 100)
_AT_START = gc.get_threshold()


def _on_config_inited(app: Sphinx, config: Config) -> None:
    # Whoever has set it otherwise knows why.
    if gc.isenabled() and gc.get_threshold() == _AT_START:
        gc.set_threshold(*_RARELY)


def _on_build_finished(app: Sphinx, error: Exception | None) -> None:
    if gc.get_threshold() == _RARELY:
        gc.set_threshold(*_AT_START)


def register(app: Sphinx) -> None:
    """Do so from before the last build's environment is loaded until the build is over."""
    app.connect("config-inited", _on_config_inited)
    app.connect("build-finished", _on_build_finished)
