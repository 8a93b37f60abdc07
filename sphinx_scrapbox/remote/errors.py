"""TODO: say what this file is."""

from __future__ import annotations

from sphinx_scrapbox.wiki.text import without_unsafe

# -- what goes wrong -------------------------------------------------------------------


class ClientError(Exception):
    """A request failed.

    :param what: what was asked for.
    :param why: what happened, and what helps.
    :param lasting: whether another time brings nothing else.
    """

    def __init__(self, what: str, why: str, *, lasting: bool = False) -> None:
        super().__init__(f"{what}: {why}" if what else why)
        self.why = why
        self.lasting = lasting


class MissingError(ClientError):
    """There is no such thing (404)."""


class StopError(ClientError):
    """No other request will fare better, so none should be made."""


class ClosedError(StopError):
    """The client was closed while it asked."""


class ElsewhereError(ClientError):
    """It is the fault of another server than the wiki's."""


def printable(text: str, *, most: int = 200) -> str:
    """*text* on one line and without what would steer a terminal; for words from elsewhere."""
    text = without_unsafe(text)
    return text if len(text) <= most else f"{text[:most]}…"
