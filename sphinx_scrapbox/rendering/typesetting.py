r"""Keeps the text of a wiki from being typeset as formulas.

MathJax and KaTeX's auto-render search all text of a page for delimiters such as ``\(…\)``, and TeX
can hold links to scripts and addresses that are fetched. Only formulas of the wiki may be typeset:

- Elements with text of the wiki have the classes :data:`OUTSIDE`, which MathJax leaves out, and
  formulas inside of them :data:`INSIDE`. The names are those of MathJax 2, and of 3 and 4.
- KaTeX knows no such classes, and a site may configure MathJax with others. So the signs with
  which delimiters begin are also kept apart from what follows: neither script reads a delimiter
  across the border of an element.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

from docutils import nodes

from sphinx_scrapbox.rendering.nodes import find_nodes, scrapbox_icon, scrapbox_words

OUTSIDE = ("tex2jax_ignore", "mathjax_ignore")
INSIDE = ("tex2jax_process", "mathjax_process")
OUTSIDE_CLASS = " ".join(OUTSIDE)
"""The value of ``class`` of an element without other classes."""

_AFTER_SIGN = re.compile(r"(?<=[\\$`])(?!\Z)")
# Both scripts leave out code; what is kept apart already stays so.
_LEFT_OUT = (
    nodes.literal,
    nodes.FixedTextElement,
    nodes.math,
    nodes.math_block,
    nodes.raw,
    scrapbox_icon,
    scrapbox_words,
)


def has_signs(text: str) -> bool:
    r"""Whether *text* could hold a delimiter: ``\(``, ``$$``, or two ``$`` or backquotes."""
    return "\\" in text or text.count("$") > 1 or text.count("`") > 1


def kept_apart(
    text: str, escaped: Callable[[str], str] = escape, gap: str = "<span></span>"
) -> str:
    r"""*text* as HTML in which no delimiter can be read.

    :param escaped: escapes text for HTML.
    :param gap: an empty element.

    >>> kept_apart("a < b"), kept_apart(r"\(x\)")
    ('a &lt; b', '\\<span></span>(x\\<span></span>)')
    """
    if not has_signs(text):
        return escaped(text)
    return gap.join(map(escaped, _AFTER_SIGN.split(text)))


def keep_outside(element: nodes.Element) -> None:
    """Exclude *element*, text of a wiki, from typesetting, all but the formulas in it."""
    element["classes"] += [name for name in OUTSIDE if name not in element["classes"]]
    for parent in find_nodes(element, nodes.Element):
        if isinstance(parent, nodes.math | nodes.math_block):
            parent["classes"] += [name for name in INSIDE if name not in parent["classes"]]
        elif not isinstance(parent, _LEFT_OUT):
            _keep_text_apart(parent)


def _keep_text_apart(parent: nodes.Element) -> None:
    for at, child in enumerate(parent.children):
        if isinstance(child, nodes.Text) and has_signs(child):
            words = scrapbox_words("", "", child)
            words.source, words.line = parent.source, parent.line
            parent.children[at] = words
            parent.setup_child(words)
