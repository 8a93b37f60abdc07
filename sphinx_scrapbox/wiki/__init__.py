"""The model of a wiki page, and what the page means.

:mod:`sphinx_scrapbox.formats` reads text into a :class:`Page`; :func:`structure` derives its
sections, lists, speech and translations. This folder uses the standard library only; it knows
no syntax, no files and no docutils. The node classes are in :mod:`sphinx_scrapbox.wiki.ast`.
"""

from sphinx_scrapbox.wiki.ast import (
    CodeBlock,
    Line,
    Page,
    Problem,
    Table,
    map_block,
    map_inlines,
    plain_text,
    walk,
)
from sphinx_scrapbox.wiki.dates import Dates
from sphinx_scrapbox.wiki.graph import Graph, Group, Neighbour, RelatedNodes
from sphinx_scrapbox.wiki.lines import ExcerptLine, ExcerptLink
from sphinx_scrapbox.wiki.structure import (
    StructuredPage,
    StructuredPart,
    StructureOptions,
    arrange,
    structure,
)
from sphinx_scrapbox.wiki.titles import Target, join_target, key, split_target
from sphinx_scrapbox.wiki.translation import Translation, Wording
from sphinx_scrapbox.wiki.urls import page_url

__all__ = [
    "CodeBlock",
    "Dates",
    "ExcerptLine",
    "ExcerptLink",
    "Graph",
    "Group",
    "Line",
    "Neighbour",
    "Page",
    "Problem",
    "RelatedNodes",
    "StructureOptions",
    "StructuredPage",
    "StructuredPart",
    "Table",
    "Target",
    "Translation",
    "Wording",
    "arrange",
    "join_target",
    "key",
    "map_block",
    "map_inlines",
    "page_url",
    "plain_text",
    "split_target",
    "structure",
    "walk",
]
