"""Every warning of this extension: one enum of subtypes, one way to say them.

A warning is suppressed with ``suppress_warnings = ["scrapbox.SUBTYPE"]``, or all of them
with ``["scrapbox"]``. The documentation's list of warnings is made from this enum.
"""

from __future__ import annotations

from enum import Enum
from functools import cache
from typing import TYPE_CHECKING

from sphinx.util import logging

if TYPE_CHECKING:
    from docutils import nodes

_LOGGER = logging.getLogger("sphinx_scrapbox")


class Warn(Enum):
    """The subtypes of ``type="scrapbox"`` warnings."""

    CONFIG = "config"
    """A configuration value is not usable; its default is used instead."""
    FRONT_MATTER = "front_matter"
    """The front matter of an exported page cannot be read; the file name gives the title."""
    CONTROL_CHARACTER = "control_character"
    """A page holds a control character that XML forbids; it was removed."""
    NESTING = "nesting"
    """Lines are nested deeper than any output format can show; the rest is shown flat."""
    DUPLICATE_TITLE = "duplicate_title"
    """Two documents bear one title by the wiki's identity rule; links lead to the first."""
    RESERVED_NAME = "reserved_name"
    """A page would be written over a page of the site's own, such as the search page."""
    MISSING_PAGE = "missing_page"
    """A link leads to no known page (said only if ``scrapbox_missing = "warn"``)."""
    DIRECTIVE = "directive"
    """A directive of this extension was given something that it cannot use."""
    INCLUDE = "include"
    """``scrapbox:include`` names a page, or a part of one, that is not there."""
    LOCK_FILE = "lock_file"
    """A ``scrapbox.lock`` cannot be read; its pages have no line anchors."""
    SNAPSHOT = "snapshot"
    """A document asks of when the wiki's pages are, and no lock file, or more than one, tells."""
    ICON = "icon"
    """The image that ``scrapbox_people`` names for an icon does not exist."""
    FETCHED_FILE = "fetched_file"
    """A file that ``scrapbox.lock`` names for an icon or image is missing, or is no image; pages
    are made as if it had not been fetched."""
    CHANGES = "changes"
    """``scrapbox:changes`` cannot tell what changed: a revision or a snapshot is not here."""


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


@cache
def note_unknown_internals(what: str) -> None:
    """Note once, at debug level, that a shortcut is not taken because of another Sphinx."""
    _LOGGER.debug("%s: unknown to this version of sphinx-scrapbox, so left as they are", what)
