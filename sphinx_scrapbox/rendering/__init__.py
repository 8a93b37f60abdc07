"""From a structured page to docutils nodes; docutils is needed, Sphinx is not.

:func:`render` makes the nodes of a page, :func:`render_fragment` those of wiki text inside
another document. A :class:`Site` supplies what depends on the pages around: links, icons, images.
The node classes are in :mod:`.nodes`, and :data:`VISITORS` writes them in five formats.

New here: a node class (with its visitors), a format, the rendering of a new kind of block or
inline. What needs Sphinx belongs in ``sphinx_ext``.
"""

from sphinx_scrapbox.rendering import nodes
from sphinx_scrapbox.rendering.pages import render, render_fragment
from sphinx_scrapbox.rendering.site import Site
from sphinx_scrapbox.rendering.visitors import VISITORS

__all__ = ["VISITORS", "Site", "nodes", "render", "render_fragment"]
