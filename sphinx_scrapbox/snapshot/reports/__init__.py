"""Reports on the difference of two snapshots: for a terminal, as Markdown, JSON or an Atom feed.

The text of a wiki is not trusted: each format escapes it in its own way.
"""

from sphinx_scrapbox.snapshot.reports.atom import Feed, diff_as_atom
from sphinx_scrapbox.snapshot.reports.json import diff_as_json
from sphinx_scrapbox.snapshot.reports.markdown import diff_as_markdown
from sphinx_scrapbox.snapshot.reports.text import diff_as_text
from sphinx_scrapbox.snapshot.reports.wording import addresses, no_address

__all__ = [
    "Feed",
    "addresses",
    "diff_as_atom",
    "diff_as_json",
    "diff_as_markdown",
    "diff_as_text",
    "no_address",
]
