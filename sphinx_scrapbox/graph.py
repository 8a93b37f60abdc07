"""What one document says about the wiki's graph: small, plain, ready to be merged."""

from __future__ import annotations

from typing import NamedTuple


class PageFacts(NamedTuple):
    """The facts of one document.

    ``title`` is empty for a document that is no wiki page; ``links`` holds the targets as
    keys, each ``Title#…`` also without its fragment; ``tags`` and ``people`` names as first
    written; ``source`` the target that a translation was made from; ``private`` says that the
    page's project must not be linked to; ``lock`` is the fingerprint of its row in a lock file.
    """

    title: str = ""
    project: str = ""
    language: str = ""
    source: str = ""
    source_language: str = ""
    target_language: str = ""
    links: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    private: bool = False
    lock: str = ""

    @property
    def is_page(self) -> bool:
        """Whether the document is a page of a wiki."""
        return bool(self.title)
