"""Linear time for long words and long tables in text output.

- Replaces: ``TextWrapper._split`` of ``sphinx.writers.text``, whose pattern needs quadratic time
  for a long word (an address, a row of signs, a script without blanks), and
  ``Table._ensure_has_column``, which visits all rows of a table for each of its cells.
- Saves: a word of 100,000 characters takes 1 s instead of several minutes, and so does a table of
  10,000 rows.
- Unnecessary if the pattern of ``TextWrapper`` were linear, and ``Table`` extended new rows only.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

from sphinx.application import Sphinx
from sphinx.writers import text as text_writer

from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.warnings import note_unknown_internals

# No line is so wide: a word of this length is broken in any case. The last piece is longer, so
# that it is broken as the end of the word was.
_LONG_WORD = re.compile(r"(\S{500})(?=\S{500})")
_Method: TypeAlias = Callable[..., Any]
_BEFORE: WeakKeyDictionary[Sphinx, dict[tuple[type, str], _Method]] = WeakKeyDictionary()


def speed_up_text_writer(app: Sphinx) -> None:
    """Handler of ``builder-inited``: replace the two methods until the build ends."""
    if app.builder.format != "text" or not options(app.config).fast:
        return
    wrapper, table = (getattr(text_writer, name, None) for name in ("TextWrapper", "Table"))
    if not hasattr(wrapper, "_split") or not hasattr(table, "_ensure_has_column"):
        note_unknown_internals("the writer of text")
        return
    assert wrapper is not None and table is not None
    split, ensure_has_column = wrapper._split, table._ensure_has_column
    _BEFORE[app] = {(wrapper, "_split"): split, (table, "_ensure_has_column"): ensure_has_column}
    wrapper._split = lambda self, text: split_words(partial(split, self), text)
    table._ensure_has_column = extend_rows


def restore_text_writer(app: Sphinx, error: Exception | None) -> None:
    """Handler of ``build-finished``."""
    for (owner, name), method in _BEFORE.pop(app, {}).items():
        setattr(owner, name, method)


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
