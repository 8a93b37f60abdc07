"""TODO: say what this file is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sphinx_scrapbox.wiki.redaction import Names
from sphinx_scrapbox.wiki.translation import Wording

# What could read files, run code or pass raw output on must not be reached from wiki text.
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
    """A speaker: ``name`` as shown, ``link`` an address, ``image`` a file below the sources."""

    name: str
    link: str = ""
    image: str = ""


@dataclass(frozen=True, slots=True)
class TranslationOptions:
    """``scrapbox_translation``, validated.

    ``languages`` maps (source project, target project) to (source language, target
    language); ``*`` stands for any project. ``pairs`` maps a translation to its source, both
    ``/project/key of a title`` (the source as written), or a project to one with the same titles.
    ``sources`` are folders of sources that are not part of this site.
    """

    languages: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    position: str = "end"
    switcher: str = "start"
    pairs: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    text: str = ""
    wordings: tuple[Wording, ...] = ()


@dataclass(frozen=True, slots=True)
class DenyOptions:
    """``scrapbox_deny``, validated: names as a pattern of titles, globs of what is allowed."""

    titles: Names = Names()
    tags: Names = Names()
    people: Names = Names()
    emails: bool = False
    allow: tuple[str, ...] = ()
