"""Types of option values that are more than a word or a list."""

from __future__ import annotations

from dataclasses import dataclass

from sphinx_scrapbox.wiki.redaction import NamePatterns

# Directives that read files, run code or pass on raw output: wiki text must not use them.
FORBIDDEN_DIRECTIVES = frozenset(
    (
        "raw include literalinclude eval-rst csv-table image figure figure-md toctree download "
        "graphviz digraph graph inheritance-diagram uml plantuml role default-role only ifconfig "
        "highlight meta date program-output command-output exec execute jupyter-execute code-cell "
        "ipython plot doctest testcode testsetup testcleanup testoutput argparse click "
        "sphinx_argparse_cli scrapbox:include scrapbox:changes"
    ).split()
)


@dataclass(frozen=True, slots=True)
class Person:
    """A speaker: ``name`` as shown, ``link`` a URL, ``image`` a path below the source folder."""

    name: str
    link: str = ""
    image: str = ""


@dataclass(frozen=True, slots=True)
class DenyOptions:
    """``scrapbox_deny``, validated; ``allow`` holds glob patterns."""

    titles: NamePatterns = NamePatterns()
    tags: NamePatterns = NamePatterns()
    people: NamePatterns = NamePatterns()
    emails: bool = False
    allow: tuple[str, ...] = ()
