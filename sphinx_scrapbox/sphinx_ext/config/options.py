"""The options of this extension: declared once, validated value by value.

Each field of :class:`Config` is one option, ``scrapbox_`` and the field's name. A bad value
gives one warning and the option's default; a bad entry of a mapping loses only that entry.
The documentation's table of options is made from the fields.
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
    mark_keys,
    modes_by_glob,
    origin,
    people_by_key,
    place,
    project_name,
    say,
    string_tuple,
    translation_options,
)
from sphinx_scrapbox.sphinx_ext.config.values import DenyOptions, Person, TranslationOptions
from sphinx_scrapbox.wiki.redaction import Unsaid
from sphinx_scrapbox.wiki.structure import StructureOptions
from sphinx_scrapbox.wiki.titles import key
from sphinx_scrapbox.wiki.translation import WORDINGS
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
    """A field that knows how to check itself; ``shown`` is the type as the docs print it."""
    metadata = {"check": check, "help": help, "rebuild": rebuild, "shown": shown, "raw": default}
    return field(default_factory=lambda: check(default), metadata=metadata)


@dataclass(frozen=True)
class Config:
    """The validated options."""

    project: str = _option(
        None,
        project_name,
        "The wiki project that a link without a project leads to, where the page itself does "
        "not tell: the word after the host in the wiki's addresses.",
        shown="str or None",
    )
    url: str = _option(
        DEFAULT_ORIGIN,
        origin,
        "The address of the wiki's host, for an installation of one's own, where no lock file "
        "tells it.",
        shown="str",
    )
    pages: tuple[str, ...] = _option(
        [],
        string_tuple,
        "Globs over file names (relative to the source folder, such as `wiki/**`): Markdown files "
        "that are exported wiki pages even if they bear no mark of an export.",
        shown="list of str",
    )
    link_documents: bool | tuple[str, ...] = _option(
        False,
        flag_or_globs,
        "Let wiki links lead to any document whose title matches: True for all documents, or "
        "globs over docnames.",
        rebuild="html",
        shown="bool or list of str",
    )
    missing: str = _option(
        "wiki",
        choice("wiki", "text", "warn"),
        "What a link to a page that is not here becomes: a link to the live wiki, marked text, or "
        "marked text and a warning.",
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
        "Icon names that mark a page's language or state and are nobody.",
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
        choice("local", "remote"),
        "Where an icon without a local or fetched image comes from in HTML: initials drawn in the "
        "page, or the wiki itself (each reader's browser then asks it).",
        rebuild="html",
        shown='"local" or "remote"',
    )
    images: str = _option(
        "show",
        choice("show", "link"),
        "Remote images of wiki pages: shown in HTML and linked elsewhere, or linked everywhere. "
        "Images that were fetched are none.",
        rebuild="html",
        shown='"show" or "link"',
    )
    videos: str = _option(
        "embed",
        choice("embed", "link"),
        "YouTube and Vimeo addresses alone on a line: a player that loads on a click (HTML), or "
        "always a plain link.",
        shown='"embed" or "link"',
    )
    related: tuple[tuple[str, str], ...] = _option(
        "cards",
        modes_by_glob("related", ("cards", "list", "none")),
        "Related pages at the end of each wiki page: as cards, as a plain list, or not at all. "
        "One word for all pages, or a mapping of globs over docnames, of which the first that "
        "fits counts.",
        shown='"cards", "list", "none" or dict',
    )
    previews: bool = _option(
        True,
        flag,
        "Show the title and the first lines of a wiki page beside a link to it that a reader "
        "points at (HTML).",
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
        modes_by_glob("search", ("full", "titles", "none")),
        "What the site's search knows of wiki pages: all of them, their titles, or nothing. One "
        "word for all pages, or a mapping of globs over docnames, of which the first that fits "
        "counts.",
        rebuild="html",
        shown='"full", "titles", "none" or dict',
    )
    dates: str = _option(
        "page",
        choice("page", "git"),
        "Where a page's dates come from: what came with the page (its front matter, the lock "
        "file), or that and git where nothing did.",
        shown='"page" or "git"',
    )
    provenance: str = _option(
        "none",
        place,
        "A line on each wiki page that tells of when it is, with a link to the live page: not at "
        "all, at the page's start, or at its end (as True does).",
        shown='"none", "start" or "end"',
    )
    canonical: tuple[tuple[str, str], ...] = _option(
        "self",
        modes_by_glob("canonical", ("wiki", "self", "none", "noindex")),
        "Which address of a wiki page search engines shall show: the live page, the one below "
        "`html_baseurl`, none in particular, or no address of this site at all. One word for all "
        "pages, or a mapping of globs over docnames, of which the first that fits counts.",
        rebuild="html",
        shown='"wiki", "self", "none", "noindex" or dict',
    )
    translation: TranslationOptions = _option(
        {},
        translation_options,
        "Translated pages: `languages`, `pairs`, `sources` and `switcher`; `position`, `text` and "
        "`wordings` of the notice of a machine translation.",
        shown="dict",
    )
    myst_links: bool = _option(
        True, flag, "Read `[[Page]]` in hand-written MyST pages.", shown="bool"
    )
    myst_tags: bool = _option(False, flag, "Read `#tag` in hand-written MyST pages.", shown="bool")
    deny: DenyOptions = _option(
        {},
        deny_options,
        "What must not get out: `titles`, `tags` and `people` of pages that are not built, and "
        "whether `emails` may stand in the output; `allow` names exceptions. A build fails over "
        "what is found in its output.",
        shown="dict",
    )
    page_directives: frozenset[str] = _option(
        [],
        directives,
        "Names of MyST directives that work inside wiki pages too; all others are shown as code.",
        shown="list of str",
    )

    @property
    def structure_options(self) -> StructureOptions:
        """What :func:`.structure` needs to know of this site."""
        return StructureOptions(self.marks, (*self.translation.wordings, *WORDINGS))

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
    """What the first of the globs that fits says of a document; *default* if none does."""
    return next((mode for matches, mode in _matchers(modes) if matches(docname)), default)


_CHECKED: WeakKeyDictionary[SphinxConfig, Config] = WeakKeyDictionary()


def options(config: SphinxConfig) -> Config:
    """The validated options of a build; checked, and complained about, once per process."""
    if (known := _CHECKED.get(config)) is None:
        known = _CHECKED[config] = _checked(config)
    return known


def _checked(config: SphinxConfig) -> Config:
    values = {}
    for option in fields(Config):
        try:
            values[option.name] = option.metadata["check"](config[f"scrapbox_{option.name}"])
        except Invalid as error:
            say(option.name, f"{error}; the default is used")
    return Config(**values)


def _on_config_inited(app: Sphinx, config: SphinxConfig) -> None:
    if options(config).deny != DenyOptions():
        config.scrapbox_deny = Unsaid(config.scrapbox_deny)
    # LaTeX gives up at the fifth level of a list; wikis nest deeper. Not an option of ours
    # that a user set: only a default for one that was left open, read by the builder alone.
    config.latex_elements.setdefault("maxlistdepth", "48")


def register(app: Sphinx) -> None:
    """Declare the options and have them checked when the configuration is complete."""
    for option in fields(Config):
        # The type is left open: our own check says one clear thing where Sphinx would add
        # a second warning of its own.
        app.add_config_value(
            f"scrapbox_{option.name}",
            option.metadata["raw"],
            option.metadata["rebuild"],
            types=Any,
        )
    app.connect("config-inited", _on_config_inited)
