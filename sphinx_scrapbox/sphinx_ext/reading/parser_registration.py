"""Which parser reads Markdown, decided after all extensions are set up.

Another extension may take ``.md`` before or after this one. MyST-NB may: wiki pages are read here,
notebooks there. With any other parser the text of a wiki would be trusted, so the build stops.
"""

from __future__ import annotations

import sys
from typing import Any, TypeGuard

from myst_parser.parsers.sphinx_ import MystParser
from myst_parser.sphinx_ext.main import setup_sphinx
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError

from sphinx_scrapbox.sphinx_ext.reading.parsers import (
    ScrapboxParser,
    WikiMarkdownParser,
    in_front_of,
)
from sphinx_scrapbox.sphinx_ext.sources.file_types import MARKDOWN, NATIVE

_SUFFIX = ".md"


def set_up_parsers(app: Sphinx) -> None:
    """Register the parser of native pages, and all of MyST but its parser.

    MyST's is registered later, as Sphinx refuses a second parser of one suffix without saying
    which extensions they belong to.
    """
    setup_sphinx(app)
    app.add_source_suffix(".scrapbox", NATIVE)
    app.add_source_parser(ScrapboxParser)


def register_markdown(app: Sphinx, config: Config) -> None:
    """Handler of ``config-inited``, before Sphinx reads the registry: add the parser of Markdown.

    :raises ExtensionError: if another extension has registered one that is not MyST's.
    """
    parser = app.registry.get_source_parsers().get(MARKDOWN)
    if parser not in (None, MystParser):
        raise _refusal(MARKDOWN, parser)
    if parser is None and _SUFFIX not in app.registry.source_suffix:
        app.setup_extension("myst_parser")  # so that others find it in app.extensions
    app.add_source_parser(WikiMarkdownParser, override=True)


def check_markdown(app: Sphinx, config: Config) -> None:
    """Handler of ``config-inited``, after all others: stand before the parser of MyST-NB.

    :raises ExtensionError: if another parser reads ``.md``.
    """
    parsers = app.registry.get_source_parsers()
    for suffix, kind in config.source_suffix.items():
        parser = parsers.get(kind)
        if parser is None or issubclass(parser, WikiMarkdownParser):
            continue  # Sphinx reports a type without a parser
        if _is_notebook_parser(parser):
            app.add_source_parser(in_front_of(parser), override=True)
        elif kind == MARKDOWN or suffix.endswith(_SUFFIX):
            raise _refusal(suffix, parser)


def _is_notebook_parser(parser: type[Any]) -> TypeGuard[type[MystParser]]:
    module = sys.modules.get("myst_nb.sphinx_")  # only if a site loads it
    return module is not None and issubclass(parser, module.Parser)


def _refusal(what: str, parser: Any) -> ExtensionError:
    """The error that names a parser, its extension and the remedy."""
    name = f"{parser.__module__}.{parser.__qualname__}"
    extension = parser.__module__.partition(".")[0]
    return ExtensionError(
        f"sphinx_scrapbox: {what!r} is read by {name}, which would trust the text of wiki pages. "
        f"Remove {extension!r} from extensions in conf.py, or have it read another suffix and set "
        "source_suffix = {'.rst': 'restructuredtext', '.md': 'markdown'}."
    )
