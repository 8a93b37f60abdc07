"""Linear time where Sphinx's writers of text, LaTeX and Texinfo need more.

- Replaces, of ``sphinx.writers.text``: ``TextWrapper._split``, whose pattern needs quadratic time
  for a long word (an address, a row of signs, a script without blanks), and
  ``Table._ensure_has_column``, which visits all rows of a table for each of its cells. Of
  ``sphinx.writers.texinfo``: ``TexinfoTranslator.collect_node_names``, which tries all numbers for
  each heading of the same name. Of ``sphinx.writers.latex`` nothing: but ``visit_paragraph``
  searches for each paragraph among its siblings, and a container without a class leaves no trace.
- Saves: a word of 100,000 characters takes 1 s instead of several minutes, and so does a table of
  10,000 rows; 30,000 paragraphs take 3 instead of 10 s, 4,000 equal headings 0.5 instead of 2 s.
- Unnecessary if the pattern of ``TextWrapper`` were linear, ``Table`` extended new rows only,
  ``visit_paragraph`` asked for the place in compounds only, and names were counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.writers import texinfo
from sphinx.writers import text as text_writer

from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.warnings import note_unknown_internals

MOST_PARAGRAPHS = 500
"""The most paragraphs side by side in LaTeX."""
# No line is so wide: a word of this length is broken in any case. The last piece is longer, so
# that it is broken as the end of the word was.
_LONG_WORD = re.compile(r"(\S{500})(?=\S{500})")
_Method: TypeAlias = Callable[..., Any]
_BEFORE: WeakKeyDictionary[Sphinx, list[tuple[type, str, _Method]]] = WeakKeyDictionary()


def speed_up_writers(app: Sphinx) -> None:
    """Handler of ``builder-inited``: replace the methods until the build ends."""
    if not options(app.config).fast:
        return
    replacements: dict[tuple[Any, str, str], Callable[[_Method], _Method]] = {}
    match app.builder.format:
        case "text":
            replacements[text_writer, "TextWrapper", "_split"] = _splitting
            replacements[text_writer, "Table", "_ensure_has_column"] = lambda method: extend_rows
        case "texinfo":
            replacements[texinfo, "TexinfoTranslator", "collect_node_names"] = _naming
    for (module, owner_name, name), replace in replacements.items():
        owner = getattr(module, owner_name, None)
        if owner is None or not hasattr(owner, name):
            note_unknown_internals(f"the writer of {app.builder.format}")
            continue
        method = getattr(owner, name)
        _BEFORE.setdefault(app, []).append((owner, name, method))
        setattr(owner, name, replace(method))


def restore_writers(app: Sphinx, error: Exception | None) -> None:
    """Handler of ``build-finished``."""
    for owner, name, method in _BEFORE.pop(app, ()):
        setattr(owner, name, method)


def _splitting(split: _Method) -> _Method:
    return lambda self, text: split_words(partial(split, self), text)


def split_words(split: Callable[[str], list[str]], text: str) -> list[str]:
    """What *split* makes of *text*, of which it gets long words in pieces."""
    if _LONG_WORD.search(text) is None:
        return split(text)
    return [chunk for piece in _LONG_WORD.split(text) if piece for chunk in split(piece)]


def extend_rows(table: text_writer.Table, columns: int) -> None:
    """Give each row of *table* at least *columns* cells."""
    rows, filled = getattr(table, "_scrapbox_filled", (0, 0))  # so many rows are so long
    for line in table.lines[0 if columns > filled else rows :]:
        while len(line) < columns:
            line.append(text_writer.Cell())
    if columns >= filled:
        table._scrapbox_filled = len(table.lines), columns  # type: ignore[attr-defined]


def _naming(collect: _Method) -> _Method:
    def collect_node_names(self: Any) -> None:
        self.escape_id = unused_ids(self.escape_id, self.written_ids)
        try:
            collect(self)
        finally:
            del self.escape_id

    return collect_node_names


def unused_ids(escape: Callable[[str], str], used: set[str]) -> Callable[[str], str]:
    """*escape* with the number at the end that the writer would find for a name in use."""
    numbers: dict[str, int] = {}

    def unused_id(name: str) -> str:
        node_id = escaped = escape(name)
        number = numbers.get(escaped, 1)
        while number > 1 or node_id in used:
            number += 1
            node_id = f"{escaped}<{number}>"
            if node_id not in used:
                break
        numbers[escaped] = number
        return node_id

    return unused_id


class GroupParagraphs(SphinxPostTransform):
    """Puts the paragraphs of long sections into containers."""

    default_priority = 900  # after all that look at what stands beside a node
    formats = ("latex",)

    def run(self, **kwargs: Any) -> None:
        """Visit each section that has many children."""
        if not options(self.config).fast:
            return
        for section in list(self.document.findall(nodes.section)):
            if len(section) > 2 * MOST_PARAGRAPHS:
                section.children = group_paragraphs(section)


def group_paragraphs(section: nodes.section) -> list[nodes.Node]:
    """The children of *section*, with consecutive paragraphs in containers."""
    children: list[nodes.Node] = []
    group: nodes.container | None = None
    for node in section.children:
        if not isinstance(node, nodes.paragraph):
            children.append(node)
            group = None
            continue
        if group is None or len(group) == MOST_PARAGRAPHS:
            group = nodes.container()
            group.parent = section
            children.append(group)
        group.append(node)
    return children
