r"""Pairs of input and expected text from readable files, each a named case of a test.

A pair is a name, an input and what is expected of it::

    @@ a link to a page
    Go to [[Soil]]
    =>
    Text('Go to ')
    PageLink('Soil')

``\u{3000}`` stands for a character that a reader of the file could not see. Trees are spelled
as Python spells them, one node a line, without what does not count when trees are compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from sphinx_scrapbox.wiki import ast

_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}")
_UNSEEN = re.compile(r"[^\S \n]|[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b\ufeff\ud800-\udfff]| (?=\n|\Z)")


class Pair(NamedTuple):
    name: str
    given: str
    expected: str


def pairs(path: Path) -> list[Pair]:
    """The pairs in a file."""
    found = []
    for entry in path.read_text("utf-8").split("\n@@ ")[1:]:
        name, _, rest = entry.partition("\n")
        given, arrow, expected = f"\n{rest}".partition("\n=>\n")
        assert arrow, f"{path.name}: {name!r} has no '=>'"
        texts = (_ESCAPE.sub(_character, part.strip("\n")) for part in (given, expected))
        found.append(Pair(name, *texts))
    assert len({pair.name for pair in found}) == len(found), f"{path.name}: a name is there twice"
    return found


def cases(path: Path) -> list[Any]:
    """The pairs in a file as parameters: ``given`` and ``expected``."""
    return [pytest.param(pair.given, pair.expected, id=pair.name) for pair in pairs(path)]


def visible(text: str) -> str:
    """*text* with escapes for what a reader of a file of pairs could not see."""
    text = _UNSEEN.sub(lambda match: f"\\u{{{ord(match[0]):x}}}", text)
    edge = re.compile(r"\A\n+|\n+\Z")
    return edge.sub(lambda match: "\\u{a}" * len(match[0]), text)


def _character(match: re.Match[str]) -> str:
    return chr(int(match[1], 16))


# -- trees -----------------------------------------------------------------------------


def tree(nodes: Iterable[object]) -> str:
    """Nodes, one a line."""
    return "\n".join(map(_spelled, nodes))


def nodes_of(text: str) -> tuple[ast.Inline, ...]:
    """The nodes that :func:`tree` spelled."""
    return tuple(eval(line, vars(ast).copy()) for line in text.split("\n") if line)


def _spelled(value: Any) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(map(_spelled, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, Enum):
        return str(value)
    if not is_dataclass(value):
        return repr(value)
    said, in_order = [], True
    for field in fields(value):
        if not field.compare:
            continue
        content = getattr(value, field.name)
        if field.default is not MISSING and content == field.default:
            in_order = False
        else:
            said.append(("" if in_order else f"{field.name}=") + _spelled(content))
    return f"{type(value).__name__}({', '.join(said)})"
