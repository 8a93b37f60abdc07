"""Which engine searches the site, and how much of each wiki page it is given."""

from __future__ import annotations

from importlib.util import find_spec
from weakref import WeakKeyDictionary

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from sphinx_scrapbox.sphinx_ext.builders import builder_of, has_browser_pages
from sphinx_scrapbox.sphinx_ext.config.options import mode_of, options
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain
from sphinx_scrapbox.sphinx_ext.warnings import Warn, warn

PAGEFIND = "pagefind"

_IS_INSTALLED: WeakKeyDictionary[BuildEnvironment, bool] = WeakKeyDictionary()


def uses_pagefind(env: BuildEnvironment) -> bool:
    """Whether Pagefind searches the output of this build."""
    if options(env.config).search_engine != PAGEFIND or not has_browser_pages(builder_of(env)):
        return False
    if (is_installed := _IS_INSTALLED.get(env)) is None:
        is_installed = _IS_INSTALLED[env] = _has_program()
    return is_installed


def _has_program() -> bool:
    if find_spec(PAGEFIND) is None:
        return False
    from pagefind.service import get_executable

    return get_executable() is not None


def check_engine(app: Sphinx) -> None:
    """Handler of ``builder-inited``: warn if the engine of the option is not installed."""
    wanted = options(app.config).search_engine == PAGEFIND and has_browser_pages(app.builder)
    if wanted and not uses_pagefind(app.env):
        warn(
            Warn.SEARCH,
            "scrapbox_search_engine: Pagefind is not installed, so Sphinx's search is used; "
            'install it with: pip install "sphinx-scrapbox[pagefind]"',
        )


def search_mode(domain: ScrapboxDomain, docname: str) -> str:
    """How much of a wiki page is searched: "full", "summary", "titles" or "none"."""
    mode = mode_of(docname, options(domain.env.config).search, "auto")
    return _automatic(domain) if mode == "auto" else mode


def _automatic(domain: ScrapboxDomain) -> str:
    """What "auto" stands for: Sphinx's index has only the first lines of very many pages."""

    def choose() -> str:
        if uses_pagefind(domain.env):
            return "full"
        count = sum(facts.is_page for facts in domain.facts.values())
        return "full" if count <= options(domain.env.config).search_full else "summary"

    return domain.computed("search mode", choose)


def indexed_by(domain: ScrapboxDomain) -> str:
    """What the entries of all pages in the index depend on; "" for the usual."""
    engine = PAGEFIND if uses_pagefind(domain.env) else ""
    mode = _automatic(domain)
    return f"{engine} {mode}" if engine or mode != "full" else ""
