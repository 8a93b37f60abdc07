"""The language of a node: a class that HTML writers of docutils write as ``lang``."""

from __future__ import annotations

from docutils import nodes

_PREFIX = "language-"


def language_class(language: str) -> str:
    """The class of a node whose text is in *language*, a BCP 47 tag."""
    return f"{_PREFIX}{language}"


def has_language(node: nodes.Element) -> bool:
    """Whether a node has such a class."""
    classes = node["classes"]  # usually empty
    return bool(classes) and any(name.startswith(_PREFIX) for name in classes)


def in_language(text: str, language: str) -> nodes.Node:
    """*text* in a language as a BCP 47 tag; "" stands for that of the text around it."""
    if not language:
        return nodes.Text(text)
    return nodes.inline("", text, classes=[language_class(language)])
