"""Prints every message that the product can show, so that a person can read them all.

    python benchmarks/messages.py [PACKAGE]

A message is a string of the source with three words or more: warnings, errors, notes and help of
commands, and texts of pages. A docstring counts only where a command's help is made of it. Values
that are filled in are shown as ``{…}``. Each line is ``FILE:LINE: MESSAGE``; equal messages of a
file are shown once. Needs the standard library only.
"""

from __future__ import annotations

import argparse
import ast
import re
from collections.abc import Iterator
from pathlib import Path

LEAST_WORDS = 3
_WORD = re.compile(r"(?<![\w.\\/=-])[A-Za-z]['a-z]*(?![\w.\\/=(-])")
_COMMAND = re.compile(r"\b(command|group)\b")
_PATTERN = re.compile(r"\\[\[\]().dswWS]|\(\?|\[\^")
"""What only regular expressions contain."""


def shown_text(node: ast.Constant | ast.JoinedStr) -> str | None:
    """The text of a string, ``{…}`` for values that are filled in; None for other constants."""
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else "{…}" for part in node.values
        )
    return node.value if isinstance(node.value, str) else None


def docstrings(tree: ast.Module) -> tuple[set[int], list[tuple[int, str]]]:
    """The ids of all docstring nodes, and line and text of those that are a command's help."""
    ids: set[int] = set()
    helps: list[tuple[int, str]] = []
    for node in ast.walk(tree):
        # A string alone on a line is a docstring: of its module, class, function or field.
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            ids.add(id(node.value))
        if isinstance(node, ast.FunctionDef) and (text := ast.get_docstring(node)):
            decorators = (ast.unparse(each) for each in node.decorator_list)
            if any(_COMMAND.search(each) for each in decorators):
                helps.append((node.lineno, text))
    return ids, helps


def messages(path: Path) -> Iterator[tuple[int, str]]:
    """Line and text of each message of a module, in their order; a text only once."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    ids, found = docstrings(tree)
    parts = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in ast.walk(node)
        if part is not node
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant | ast.JoinedStr) or id(node) in ids | parts:
            continue
        text = shown_text(node) or ""
        if not _PATTERN.search(text) and len(_WORD.findall(text)) >= LEAST_WORDS:
            found.append((node.lineno, " ".join(text.split())))
    seen: set[str] = set()
    for line, text in sorted(found):
        if text not in seen:
            seen.add(text)
            yield line, text


def main() -> None:
    """Print the messages of a package."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    package = Path(__file__).parents[1] / "sphinx_scrapbox"
    parser.add_argument("package", nargs="?", type=Path, default=package)
    folder = parser.parse_args().package
    for path in sorted(folder.rglob("*.py")):
        for line, text in messages(path):
            print(f"{path.relative_to(folder.parent).as_posix()}:{line}: {text}")


if __name__ == "__main__":
    main()
