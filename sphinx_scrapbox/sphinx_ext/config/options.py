"""The options of this extension: declared once, validated value by value.

Each field of :class:`Config` is one option, named ``scrapbox_`` plus the field's name. None
means the default. A bad value gives one warning and the default is used; a bad entry of a mapping
is left out. The options' reference in the documentation is generated from the fields.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sphinx.util.matching import compile_matchers

from sphinx_scrapbox.sphinx_ext.config.validators import (
    Invalid,
    choice,
    deny_options,
    directives,
    flag,
    flag_or_globs,
    languages_by_projects,
    mark_keys,
    modes_by_glob,
    origin,
    pages_by_source,
    people_by_key,
    project_name,
    say,
    string_tuple,
    text_value,
    third_party,
    wordings,
)
from sphinx_scrapbox.sphinx_ext.config.values import DenyOptions, Person
from sphinx_scrapbox.wiki.redaction import HiddenDenyList
from sphinx_scrapbox.wiki.structure import StructureOptions
from sphinx_scrapbox.wiki.titles import key
from sphinx_scrapbox.wiki.translation import WORDINGS, Wording
from sphinx_scrapbox.wiki.urls import DEFAULT_ORIGIN

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config as SphinxConfig


def _option(
    default: Any,
    check: Callable[[object], Any],
    help: str,
    *,
    rebuild: str = "env",
    shown: str = "",
) -> Any:
    """A field with its validator *check*; *shown* is the type as the documentation prints it."""
    metadata = {"check": check, "help": help, "rebuild": rebuild, "shown": shown, "raw": default}
    return field(default_factory=lambda: check(default), metadata=metadata)


@dataclass(frozen=True)
class Config:
    """The validated options."""

    project: str = _option(
        "",
        project_name,
        "The name of the wiki project (the part after the host in the wiki's addresses) that "
        "links without a project lead to, unless the page itself says which project it belongs "
        "to.",
        shown="str",
    )
    url: str = _option(
        DEFAULT_ORIGIN,
        origin,
        "The address of the wiki's host, for a self-hosted installation. A lock file that names a "
        "host takes precedence.",
        shown="str",
    )
    pages: tuple[str, ...] = _option(
        [],
        string_tuple,
        "Glob patterns over file names, relative to the source folder (such as `wiki/**`): "
        "Markdown files that are exported wiki pages even if they carry no sign of an export.",
        shown="list of str",
    )
    link_documents: bool | tuple[str, ...] = _option(
        False,
        flag_or_globs,
        "Let wiki links lead to any document whose title matches: True for all documents, or a "
        "list of glob patterns over docnames.",
        rebuild="html",
        shown="bool or list of str",
    )
    missing: str = _option(
        "wiki",
        choice("wiki", "text", "warn"),
        "What a link to a page that is not on this site becomes: a link to the live wiki, marked "
        "text, or marked text and a warning.",
        rebuild="html",
        shown='"wiki", "text" or "warn"',
    )
    people: dict[str, Person] = _option(
        {},
        people_by_key,
        "Speakers by icon name: display `name`, `link`, `image` (a file below the source folder) "
        "and `aliases` such as `/project/name`.",
        shown="dict",
    )
    marks: frozenset[str] = _option(
        ["en", "ja"],
        mark_keys,
        "Icon names that mark a page's language or state and stand for no person. The list "
        "replaces the default.",
        shown="list of str",
    )
    icon_path: tuple[str, ...] = _option(
        [],
        string_tuple,
        "Folders (below the source folder) of icon images named after their pages: `name.png`, "
        "`project/name.png`.",
        rebuild="html",
        shown="list of str",
    )
    icons: str = _option(
        "local",
        third_party,
        "What HTML shows for an icon whose image is not stored with the site: initials "
        '(`"local"`), or the image on the wiki, which each reader\'s browser then requests '
        '(`"remote"`).',
        rebuild="html",
        shown='"local" or "remote"',
    )
    images: str = _option(
        "remote",
        third_party,
        'What HTML shows for an image that is not stored with the site: a link (`"local"`), or '
        'the image, which each reader\'s browser requests from its host (`"remote"`). Other '
        "formats always show a link. Does not affect images stored with the pages.",
        rebuild="html",
        shown='"local" or "remote"',
    )
    videos: str = _option(
        "remote",
        third_party,
        "What HTML shows for a YouTube or Vimeo address alone on a line: a plain link "
        '(`"local"`), or a player that is requested from its host on a click (`"remote"`).',
        shown='"local" or "remote"',
    )
    related: tuple[tuple[str, str], ...] = _option(
        "cards",
        modes_by_glob("related", ("cards", "list"), on="cards"),
        "Related pages at the end of each wiki page: cards, a plain list, or (False) none. One "
        "value for all pages, or a mapping of glob patterns over docnames to values, of which the "
        "first match counts.",
        shown='"cards", "list", False or dict',
    )
    previews: bool = _option(
        True,
        flag,
        "Show the title and the first lines of a wiki page when a reader points at a link to it "
        "(HTML).",
        rebuild="html",
        shown="bool",
    )
    indices: bool = _option(
        True,
        flag,
        "Write indices of all pages, tags and people, as pages of the HTML: see "
        "`scrapbox-pages`, `scrapbox-tags` and `scrapbox-people`.",
        rebuild="html",
        shown="bool",
    )
    search: tuple[tuple[str, str], ...] = _option(
        "full",
        modes_by_glob("search", ("full", "titles"), on="full"),
        "What the site's search indexes of wiki pages: titles and text, titles, or (False) "
        "nothing. One value for all pages, or a mapping of glob patterns over docnames to values, "
        "of which the first match counts.",
        rebuild="html",
        shown='"full", "titles", False or dict',
    )
    dates: str = _option(
        "page",
        choice("page", "git"),
        "Where a page's dates come from: its front matter or the lock file, or git as well where "
        "neither has a date.",
        shown='"page" or "git"',
    )
    provenance: str = _option(
        False,
        choice("start", "end", on="end"),
        "A line at the start or the end of each wiki page with the date of its snapshot and a "
        'link to the live page. True means `"end"`.',
        shown='"start", "end" or bool',
    )
    canonical: tuple[tuple[str, str], ...] = _option(
        "self",
        modes_by_glob("canonical", ("wiki", "self", "noindex"), on="self"),
        "The canonical address of a wiki page for search engines: the live page, the page below "
        "`html_baseurl`, or (False) none; `noindex` also asks search engines not to list it. One "
        "value for all pages, or a mapping of glob patterns over docnames to values, of which the "
        "first match counts.",
        rebuild="html",
        shown='"wiki", "self", "noindex", False or dict',
    )
    languages: dict[tuple[str, str], tuple[str, str]] = _option(
        {},
        languages_by_projects,
        "The languages of translated wikis: a mapping of `(source project, this project)` to "
        '`(source language, this language)`, such as `("ja", "en")`. `*` matches any project.',
        shown="dict",
    )
    language_switcher: str = _option(
        "start",
        choice("start", "end", on="start"),
        "Links to the other language versions of a page, at its start or its end; False for none.",
        shown='"start", "end" or bool',
    )
    translation_notice: str = _option(
        "end",
        choice("start", "end", "both", on="end"),
        "Where a translated page shows its translation notice; False for nowhere.",
        shown='"start", "end", "both" or bool',
    )
    translation_text: str = _option(
        "",
        text_value,
        "The text of the notice of a machine translation, with the placeholders `{source}`, "
        "`{engine}`, `{contact}`, `{date}`, `{from}` and `{to}`.",
        shown="str",
    )
    translation_wordings: tuple[Wording, ...] = _option(
        [],
        wordings,
        "Regular expressions for the sentence by which a page says that it is a translation, in "
        "addition to the built-in ones. An entry may also be a mapping with `pattern`, `from` and "
        "`to`.",
        shown="list of str or dict",
    )
    translation_pairs: dict[str, str] = _option(
        {},
        pages_by_source,
        "Translations that do not name their source: a mapping of `/project/Title` to the "
        "source's `/project/Title`, or of a project to one with the same titles.",
        shown="dict",
    )
    translation_sources: tuple[str, ...] = _option(
        [],
        string_tuple,
        "Folders (relative to the source folder) of translations' source pages that are not part "
        "of this site.",
        shown="list of str",
    )
    myst_links: bool = _option(
        True, flag, "Read `[[Page]]` in hand-written MyST pages.", shown="bool"
    )
    myst_tags: bool = _option(False, flag, "Read `#tag` in hand-written MyST pages.", shown="bool")
    deny: DenyOptions = _option(
        {},
        deny_options,
        "What must not be published: `titles`, `tags` and `people` of pages that are left out, "
        "and whether `emails` are denied; `allow` lists exceptions. A build fails if its output "
        "contains any of this.",
        shown="dict",
    )
    page_directives: frozenset[str] = _option(
        [],
        directives,
        "Names of MyST directives that also work inside wiki pages; all others are shown as code.",
        shown="list of str",
    )

    @property
    def structure_options(self) -> StructureOptions:
        """What :func:`.structure` needs to know of this site."""
        return StructureOptions(self.marks, (*self.translation_wordings, *WORDINGS))

    fast: bool = _option(
        True,
        flag,
        "Use shortcuts through Sphinx's internals that save time and memory and do not change the "
        "output. Turn it off if you suspect them.",
        rebuild="",
        shown="bool",
    )

    def person(self, name: str, project: str = "") -> Person | None:
        """The person behind an icon: ``/project/name``, or ``name`` in the wiki's own project."""
        if not self.people:
            return None
        if project and (person := self.people.get(key(f"/{project}/{name}"))):
            return person
        return self.people.get(key(name)) if project in ("", self.project) else None


@lru_cache(maxsize=8)
def _matchers(
    modes: tuple[tuple[str, str], ...],
) -> list[tuple[Callable[[str], object], str]]:
    return [(matches, mode) for glob, mode in modes for matches in compile_matchers([glob])]


def mode_of(docname: str, modes: tuple[tuple[str, str], ...], default: str) -> str:
    """The mode of the first glob pattern that matches *docname*; *default* if none does."""
    return next((mode for matches, mode in _matchers(modes) if matches(docname)), default)


_OPTIONS: WeakKeyDictionary[SphinxConfig, Config] = WeakKeyDictionary()


def options(config: SphinxConfig) -> Config:
    """The validated options; validated on the first call, with one warning per bad value.

    Not to be called before ``builder-inited``: until then other extensions may set options.
    """
    if (validated := _OPTIONS.get(config)) is None:
        validated = _OPTIONS[config] = _validated(config)
    return validated


def _validated(config: SphinxConfig) -> Config:
    values = {}
    for option in fields(Config):
        try:
            if (value := config[f"scrapbox_{option.name}"]) is not None:
                values[option.name] = option.metadata["check"](value)
        except Invalid as error:
            say(option.name, f"{error}; the default is used")
    return Config(**values)


def prepare_config(app: Sphinx, config: SphinxConfig) -> None:
    """Hide the deny list from the stored configuration; let LaTeX nest lists as wikis do."""
    if config.scrapbox_deny:
        config.scrapbox_deny = HiddenDenyList(config.scrapbox_deny)
    # LaTeX stops at the fifth level of a list. A user's own value wins.
    config.latex_elements.setdefault("maxlistdepth", "48")


def validate_options(app: Sphinx) -> None:
    """Handler of ``builder-inited``: validate here, and not in each process that reads."""
    options(app.config)


def register(app: Sphinx) -> None:
    """Declare the options."""
    for option in fields(Config):
        name, raw = f"scrapbox_{option.name}", option.metadata["raw"]
        # With a boolean default, Sphinx refuses words on the command line (-D).
        default = None if raw is False and option.metadata["check"] is not flag else raw
        # Any type: Sphinx would add a warning of its own to ours.
        app.add_config_value(name, default, option.metadata["rebuild"], types=Any)
