"""The warnings of this extension: their subtypes, and the function that emits them.

``suppress_warnings = ["scrapbox.SUBTYPE"]`` suppresses one subtype, ``["scrapbox"]`` all. The
documentation's list of warnings is generated from the enum.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum
from functools import cache

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

_LOGGER = logging.getLogger("sphinx_scrapbox")


class Warn(Enum):
    """The subtypes of ``type="scrapbox"`` warnings."""

    CONFIG = "config"
    """The value of an option is invalid, and the default is used; or there is no such option."""
    UNRECOGNISED = "unrecognised"
    """Files of a folder look like exported pages, but may be hand-written: MyST reads them."""
    FRONT_MATTER = "front_matter"
    """The front matter of an exported page is not valid YAML; the title is the file name."""
    NESTING = "nesting"
    """Lines are indented deeper than output formats support; deeper levels are flattened."""
    SIZE = "size"
    """A page or a table is too large to be shown with its structure; the text is shown."""
    DUPLICATE_TITLE = "duplicate_title"
    """Two documents have the same title by the rules of the wiki; links lead to the first."""
    AMBIGUOUS_TITLE = "ambiguous_title"
    """A link by title in a hand-written page, or an include, may mean pages of several wikis, none
    of them that of its folder or the default one; the first is used."""
    RESERVED_NAME = "reserved_name"
    """A page has the file name of a page that Sphinx writes, such as the search page."""
    REFUSED_NAME = "refused_name"
    """A host in ``scrapbox_hosts`` refuses the file names of some pages. Without that option, a
    note reports this for all hosts."""
    REDIRECTS = "redirects"
    """A ``scrapbox-redirects.json`` cannot be read; the old addresses in it lead nowhere."""
    SYNTAX = "syntax"
    """A hand-written page uses syntax that works differently in other tools, such as
    ``![[Page]]``."""
    MISSING_PAGE = "missing_page"
    """The target of a link is not on the site; see ``scrapbox_missing``."""
    DIRECTIVE = "directive"
    """A directive of this extension has an invalid argument, option or content."""
    INCLUDE = "include"
    """The page, or the part of it, that ``scrapbox:include`` names does not exist."""
    TOCTREE = "toctree"
    """``scrapbox:toctree`` names a missing page, or has a link to one or to the page itself."""
    LOCK_FILE = "lock_file"
    """A ``scrapbox.lock`` cannot be read; its pages get no line anchors and no dates."""
    SNAPSHOT = "snapshot"
    """A document shows the date or project of a snapshot, but no lock file has one, or several
    differ."""
    FORMULA = "formula"
    """A formula has a command that is not known or not allowed; the page shows its source."""
    ICON = "icon"
    """An image in ``scrapbox_people`` or a folder in ``scrapbox_icon_path`` cannot be used."""
    FETCHED_FILE = "fetched_file"
    """A file in ``scrapbox.lock`` is missing or not an image; it is ignored."""
    CHANGES = "changes"
    """``scrapbox:changes`` cannot compare: a git revision or a snapshot is missing."""
    SEARCH = "search"
    """Pagefind is not installed, so Sphinx's search is used; or it could not index the site."""


def warn(
    subtype: Warn,
    message: str,
    *,
    location: nodes.Node | tuple[str, int | None] | str | None = None,
) -> None:
    """Emit a typed, suppressible warning.

    :param location: a node with ``source`` and ``line``, a docname, or a docname and a line.
    """
    _LOGGER.warning(message, type="scrapbox", subtype=subtype.value, location=location)


def warn_directive(
    directive: SphinxDirective, message: str, subtype: Warn = Warn.DIRECTIVE
) -> None:
    """Warn about a directive at its line; its name precedes the message."""
    location = (directive.env.docname, directive.lineno)
    warn(subtype, f"{directive.name}: {message}", location=location)


def note_again(how: str, docnames: Collection[str], reason: str, total: int) -> None:
    """Say why documents are read or written that Sphinx would leave as they are.

    That is said with ``-v``, and without it if most documents are concerned.

    :param how: "read" or "written".
    :param total: the number of all documents.
    """
    if docnames:
        log = _LOGGER.info if len(docnames) * 2 > total > 1 else _LOGGER.verbose
        log("%d of %d documents are %s: %s", len(docnames), total, how, reason)


@cache
def note_unknown_internals(what: str) -> None:
    """Note once, at debug level, that a shortcut is not taken because of another Sphinx."""
    _LOGGER.debug("%s: unknown to this version of sphinx-scrapbox, so left as they are", what)
