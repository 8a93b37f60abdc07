"""MyST: code, tables, directives and the notice of a translation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pygments.lexers import get_lexer_by_name
from pygments.token import Error
from pygments.util import ClassNotFound

from sphinx_scrapbox.formats.code_languages import PLAIN, lexer_of
from sphinx_scrapbox.formats.myst.inlines import flat, write_myst_inline
from sphinx_scrapbox.formats.tex import read_code_block
from sphinx_scrapbox.wiki.ast import CodeBlock, Inline, Table, Text
from sphinx_scrapbox.wiki.lines import caption_of, is_grid
from sphinx_scrapbox.wiki.titles import join_target
from sphinx_scrapbox.wiki.translation import Translation


@dataclass(frozen=True, slots=True)
class MystBlock:
    """A written block; ``kind`` is heading, text, rule, other, or the marker of a list."""

    kind: str
    text: str


def directive(name: str, argument: str, content: str) -> MystBlock:
    """A directive as a fence of backticks or tildes."""
    head = f"{{{name}}} {argument}".rstrip()
    return _fenced(head, content)


def formula(tex: str) -> MystBlock:
    """A displayed formula."""
    return directive("math", "", f"\n{tex}" if tex.startswith(":") else tex)


def _fenced(head: str, content: str) -> MystBlock:
    """A fence that is longer than any in *content*; one of backticks has none in its head."""
    char = "~" if "`" in head else "`"
    longest = max(map(len, re.findall(rf"{char}+", content)), default=0)
    fence = char * max(3, longest + 1)
    rows = [fence + head, content, fence] if content else [fence + head, fence]
    return MystBlock("other", "\n".join(rows))


# What can stand behind a fence.
_LANGUAGE = re.compile(r"[A-Za-z][\w+#-]*")


def code(block: CodeBlock) -> MystBlock:
    """A formula if it is one, a fence if that can say all, else ``code-block`` with a caption."""
    if tex := read_code_block(block):
        return formula(tex)
    language = lexer_of(block.language) if block.language else lexer_of(block.name)
    caption = block.name.strip().strip(":").strip()
    if block.language and not language and not block.language.startswith("{"):
        caption = f"{caption} ({block.language})".lstrip()
    text = "\n".join(block.rows)
    if not text.strip():
        return MystBlock("text", write_myst_inline((Text(caption or block.language or "…"),)))
    if not caption:
        if language is None or _lexes(text, language):
            return _fenced(language or PLAIN, text)
    elif not block.language and _LANGUAGE.fullmatch(caption) and _lexes(text, caption):
        return _fenced(caption, text)
    options = []
    if caption:
        options.append(f":caption: {_option(write_myst_inline((Text(caption),)))}")
    if language:
        options.append(":force:")  # what the lexer cannot read is shown plain, without a warning
    return directive("code-block", language or PLAIN, "\n".join([*options, "", text]))


def _lexes(text: str, language: str) -> bool:
    """Whether Sphinx can highlight *text* as this language without a warning."""
    try:
        lexer = get_lexer_by_name(language.lower(), stripnl=False)
    except ClassNotFound:
        return False
    return all(kind is not Error for kind, _ in lexer.get_tokens(text))


_PLAIN_OPTION = re.compile(r"[^\W_][\w ./()-]*")


def _option(value: str) -> str:
    """The value of a directive's option, quoted if YAML would read it otherwise."""
    if _PLAIN_OPTION.fullmatch(value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def table_block(table: Table) -> MystBlock:
    """A pipe table; one with a name in the directive ``table``."""
    width = max(map(len, table.rows), default=1) or 1
    # Markdown fills short rows, but not the head. A file need not grow by all empty cells.
    full_width = width if is_grid(table) else 0
    rows = [_row(row, full_width if at else width) for at, row in enumerate(table.rows)]
    if len(rows) < 2:
        rows.insert(0, _row((), width))  # Markdown knows no table without a head
    rows.insert(1, "|" + " --- |" * width)
    text = "\n".join(rows)
    if caption := write_myst_inline((Text(caption_of(table)),), within=True):
        return directive("table", caption, text)
    return MystBlock("other", text)


def _row(cells: Sequence[tuple[Inline, ...]], width: int) -> str:
    texts = [write_myst_inline(cell, within=True).replace("|", "\\|") for cell in cells]
    return "|" + "".join(f" {text} |" for text in texts + [""] * (width - len(texts)))


def translation_block(translation: Translation) -> Iterator[MystBlock]:
    """``scrapbox:translation``, and the rest of the footer as text."""
    target = join_target(translation.project, translation.title)
    contact = translation.contact
    if translation.contact_url:
        contact = f"{contact} <{translation.contact_url}>".lstrip()
    options = {
        "engine": translation.engine,
        "from": translation.source_language,
        "to": translation.target_language,
        "contact": contact,
        "date": translation.date,
    }
    rows = [f":{name}: {_option(value)}" for name, value in options.items() if value]
    yield directive("scrapbox:translation", flat(target), "\n".join(rows))
    if note := write_myst_inline((Text(translation.note),)):
        yield MystBlock("text", note)
