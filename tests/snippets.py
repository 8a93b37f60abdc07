"""The code blocks of the documentation, as a reader meets them.

Tutorials are followed step by step: files are written and commands are run in the order of the
page. Guides are run snippet by snippet.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from sites import ROOT

DOCS = ROOT / "example_docs"
APPENDED = "Add to "
"""What the caption of lines starts with that go to the end of a file."""

_FENCE = re.compile(
    r"^(?P<indent> *)(?P<fence>`{3,}|:{3,})(?P<info>[^`\n]*)\n(?P<body>.*?)^ *(?P=fence)[ \t]*$",
    re.M | re.S,
)
_OPTION = re.compile(r":(?P<name>[\w-]+):(?: +(?P<value>.*))?")


class Block(NamedTuple):
    """A code block, or a directive with its content.

    ``name`` is the language, or the name of the directive in braces; ``line`` counts from 1.
    """

    name: str
    argument: str
    options: dict[str, str]
    text: str
    line: int


def blocks(text: str, tab: str = "", line: int = 1) -> Iterator[Block]:
    """The code blocks in a MyST text, with those inside of directives such as notes.

    :param tab: which tab of each set is read, by its ``:sync:``; "" for all.
    """
    for match in _FENCE.finditer(text):
        first = line + text.count("\n", 0, match.start())
        name, _, argument = match["info"].strip().partition("}")
        body = textwrap.dedent(match["body"])
        if not name.startswith("{"):
            yield Block(name, "", {}, body, first)
            continue
        name, options, rows = f"{name}}}", {}, body.splitlines(keepends=True)
        while rows and (option := _OPTION.fullmatch(rows[0].rstrip())):
            options[option["name"]] = option["value"] or ""
            del rows[0]
        body = "".join(rows[1:] if rows and not rows[0].strip() else rows)
        if name == "{tab-item}" and tab not in ("", options.get("sync")):
            continue
        block = Block(name, argument.strip(), options, body, first)
        yield block
        if name in _CONTAINERS:
            yield from blocks(match["body"], tab, first + 1)


_CONTAINERS = {"{tab-set}", "{tab-item}", "{note}", "{tip}", "{caution}", "{warning}", "{grid}"}


@dataclass
class Step:
    """A file that the page has its readers write, lines that they add, or commands."""

    file: str = ""
    text: str = ""
    is_added: bool = False
    commands: list[str] = field(default_factory=list)

    def write(self, folder: Path) -> None:
        """Write or add to the file, if the step is about one."""
        if self.file:
            path = folder / self.file
            path.parent.mkdir(parents=True, exist_ok=True)
            old = f"{path.read_text(encoding='utf-8')}\n" if self.is_added else ""
            path.write_text(old + self.text, encoding="utf-8")


def steps(text: str, tab: str = "") -> Iterator[Step]:
    """What a tutorial has its readers do.

    :raises ValueError: for a block that is neither a captioned file nor commands.
    """
    for block in blocks(text, tab):
        if caption := block.options.get("caption"):
            name = caption.removeprefix(APPENDED)
            yield Step(name, block.text, is_added=name != caption)
        elif block.name == "console":
            yield Step(commands=commands(block.text))
        elif block.name not in _CONTAINERS | {"{toctree}", "python"}:  # that is for later
            raise ValueError(f"line {block.line}: no file and no commands: {block.name}")


def commands(text: str) -> list[str]:
    """The commands in a console block; rows without a prompt are output."""
    rows = re.sub(r"\\\n\s*", "", text).splitlines()
    return [row[2:] for row in rows if row.startswith("$ ")]
