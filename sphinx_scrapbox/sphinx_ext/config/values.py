"""Types of option values that are more than a word or a list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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
class ProjectOptions:
    """``scrapbox_project``, validated."""

    default: str = ""
    """The project of documents of which nothing else tells it."""
    globs: tuple[tuple[str, str], ...] = ()
    """Pairs of a glob pattern over docnames and a project."""


@dataclass(frozen=True, slots=True)
class LanguageOptions:
    """``scrapbox_languages``, validated."""

    pairs: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    """(source language, target language) by (source project, target project)."""
    projects: Mapping[str, str] = field(default_factory=dict)
    globs: tuple[tuple[str, str], ...] = ()
    """Pairs of a glob pattern over docnames and a language."""

    def of_project(self, project: str) -> str:
        """The language of a project, also as a pair tells it; "" if not set."""
        if not project or project in self.projects:
            return self.projects.get(project, "")
        in_pairs = (
            language
            for names, languages in self.pairs.items()
            for name, language in zip(names, languages, strict=True)
            if name == project
        )
        return next(in_pairs, "")

    def of_translation(self, source: str, project: str) -> tuple[str, str] | None:
        """The languages of a translation from one project into another; None if not set.

        Of ``*`` and the name of a project, the name counts.
        """
        pairs = ((source, project), (source, "*"), ("*", project), ("*", "*"))
        return next((self.pairs[pair] for pair in pairs if pair in self.pairs), None)


@dataclass(frozen=True, slots=True)
class DenyOptions:
    """``scrapbox_deny``, validated; ``allow`` holds glob patterns."""

    titles: NamePatterns = NamePatterns()
    tags: NamePatterns = NamePatterns()
    people: NamePatterns = NamePatterns()
    emails: bool = False
    allow: tuple[str, ...] = ()
