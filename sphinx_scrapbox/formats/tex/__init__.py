r"""Which TeX of wiki pages is typeset, and as what.

Wiki text is not trusted, and formulas are passed to LaTeX and MathJax: an unknown command stops a
PDF build, and known ones can read files or contain script addresses. :func:`read_formula` accepts
the commands that both know (:mod:`.commands`) and those that it can express with them
(:mod:`.macros`), with their arguments (:mod:`.reader`). What is not listed is refused: all that
reads, writes, links, defines or styles. Other TeX is shown as text.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from sphinx_scrapbox.formats.tex.groups import Unreadable
from sphinx_scrapbox.formats.tex.macros import LATEX_PREAMBLE
from sphinx_scrapbox.formats.tex.reader import FormulaReader
from sphinx_scrapbox.wiki.ast import CodeBlock

__all__ = ["LATEX_PREAMBLE", "TexReading", "is_formula", "read_code_block", "read_formula"]


class TexReading(NamedTuple):
    """The result of reading the TeX of a formula.

    ``tex`` is the TeX to typeset, "" if it was refused; then ``problem`` says why, and
    ``command`` is the name of the command that is not allowed, if that is the reason.
    """

    tex: str
    problem: str = ""
    command: str = ""


@lru_cache(maxsize=2048)
def read_formula(tex: str) -> TexReading:
    r"""The TeX to typeset for the TeX of a formula; linear in its length.

    >>> read_formula(r"x \in \R^n").tex
    'x \\in \\mathbb{R}^n'
    >>> read_formula(r"\input{x}").command
    'input'
    """
    try:
        return TexReading(FormulaReader(tex).result)
    except Unreadable as error:
        return TexReading("", str(error), error.command)


def is_formula(tex: str) -> bool:
    """Whether *tex* can be typeset."""
    return bool(read_formula(tex).tex)


def read_code_block(block: CodeBlock) -> str:
    """The TeX to typeset for a block with the name ``tex``; "" for any other block.

    Blank rows are left out, as TeX would end a paragraph there. A block whose TeX cannot be
    typeset, such as a whole document, is code.
    """
    if block.name.strip() != "tex":
        return ""
    return read_formula("\n".join(row for row in block.rows if row.strip())).tex
