"""What readers repaired completely: no reason for a warning, but worth a line in the log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of
from sphinx_scrapbox.sphinx_ext.domain.record import DocumentRecord
from sphinx_scrapbox.sphinx_ext.feature import Feature, Listener
from sphinx_scrapbox.wiki.ast import Problem

_LOGGER = logging.getLogger(__name__)

_REPAIRED = "control_character"


def repaired_lines(problems: Iterable[Problem]) -> int:
    """How many problems a reader repaired without any loss."""
    return sum(problem.kind == _REPAIRED for problem in problems)


def unrepaired(problems: Iterable[Problem]) -> list[Problem]:
    """The problems to warn of."""
    return [problem for problem in problems if problem.kind != _REPAIRED]


def report_repairs(app: Sphinx, exception: Exception | None) -> None:
    """Handler of ``build-finished``: say how many lines of the site were repaired."""
    counts: dict[str, int] = domain_of(app.env).collected("repairs")
    if counts and exception is None:
        _LOGGER.info(
            "sphinx_scrapbox: removed control characters from %d lines of %d pages; "
            "'sphinx-scrapbox check FOLDER' lists them",
            sum(counts.values()),
            len(counts),
        )


class Repairs(Feature):
    """Keeps how many lines of each page were repaired."""

    name = "repairs"
    listeners = (Listener("build-finished", report_repairs),)

    def collect(self, nodes: Sequence[nodes.Element], record: DocumentRecord) -> object | None:
        """The number of lines."""
        return record.repaired_lines or None


FEATURE = Repairs()
