"""The role ``measured``: a figure by its name in ``figures.json``.

``benchmarks/report.py`` writes that file from what was measured; it has the names.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxRole

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

_FILE = Path(__file__).with_name("figures.json")


class MeasuredFigure(SphinxRole):
    """Text from ``figures.json``."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the figure as text. Raises ExtensionError if there is none of this name."""
        self.env.note_dependency(_FILE)
        figure = json.loads(_FILE.read_text("utf-8")).get(self.text)
        if figure is None:
            raise ExtensionError(f"{_FILE.name} has no figure {self.text!r}")
        return [nodes.Text(figure)], []


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the role."""
    app.add_role("measured", MeasuredFigure())
    return {"parallel_read_safe": True, "parallel_write_safe": True}
