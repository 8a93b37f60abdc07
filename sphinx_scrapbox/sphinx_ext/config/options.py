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
    """The wiki project (the part after the host in the wiki's addresses) of pages for which
    neither the page itself nor the other pages in its folder show it; or a mapping of glob
    patterns over docnames to projects. The first match applies, even if the icons on a page name
    another project."""
    url: str = _option(DEFAULT_ORIGIN, valid.origin, "str")
    """The address of the wiki's server, for a self-hosted installation. A lock file that names a
    server takes precedence."""
    pages: tuple[str, ...] = _option([], valid.string_tuple, "list of str")
    """Glob patterns over file names, relative to the source folder (such as `wiki/**`), for
    Markdown files that are wiki pages whatever they contain. A pattern that begins with `!` (such
    as `!wiki/index.md`) excludes files, and takes precedence."""
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
    marked text (`"text"`), or marked text and a warning (`"warn"`). `"auto"` is `"wiki"`, with a
    warning for links by title in hand-written pages. One value for all documents, or a mapping of
    glob patterns over docnames to values; the first match applies."""
    people: dict[str, Person] = _option({}, valid.people_by_key, "dict")
    """Speakers by icon name: display `name`, `link`, `image` (a file in the source folder) and
    `aliases` such as `/project/name`. These icons always stand for people."""
    marks: NamePatterns = _option(["en", "ja"], valid.mark_patterns, "list of str")
    """Icon names that mark a page's language or state and do not stand for a person, such as
    `draft`, `*-status` or `/shop/*`; `*` matches any text. The list replaces the default. Names in
    `scrapbox_people` are always people."""
    icon_path: tuple[str, ...] = _option([], valid.string_tuple, "list of str", "html")
    """Folders in the source folder that contain icon images named after their pages: `name.png`,
    `project/name.png`."""
    icons: str = _option("local", valid.third_party, '"local", "remote" or bool', "html")
    """What HTML shows for an icon whose image is not stored with the site: initials (`"local"`),
    or the image on the wiki, which each reader's browser then requests (`"remote"`)."""
    images: str = _option("remote", valid.third_party, '"local", "remote" or bool', "html")
    """What HTML shows for an image that is not stored with the site: a link (`"local"`), or the
    image, which each reader's browser requests from its host (`"remote"`). Other formats always
    show a link. This option does not affect images stored with the pages."""
    videos: str = _option("remote", valid.third_party, '"local", "remote" or bool')
    """What HTML shows for the address of a video or sound that the wiki plays: a plain link
    (`"local"`), or a player that requests nothing from its host until it is clicked
    (`"remote"`)."""
    speech: str = _option("box", valid.choice("box", "inline"), '"box" or "inline"')
    """How turns of a conversation are shown: in a box with the colour of the speaker (`"box"`), or
    as lines that begin with the speaker (`"inline"`)."""
    related: tuple[tuple[str, str], ...] = _option(
        "cards",
        valid.modes_by_glob("related", ("cards", "list"), on="cards"),
        '"cards", "list", False or dict',
    )
    """How related pages are shown at the end of each wiki page: as cards, as a plain list, or
    (False) not at all. One value for all pages, or a mapping of glob patterns over docnames to
    values; the first match applies."""
    previews: bool = _option(True, valid.boolean, "bool", "html")
    """Show the title, the first image and the first lines of a wiki page when a reader hovers over
    or focuses a link to it (HTML)."""
    telomere: bool = _option(False, valid.boolean, "bool", "html")
    """Show beside each line of a native page how old it was when the snapshot was taken, according
    to the lock file (HTML): a bar that is wide for new lines and thin for old ones."""
    indices: bool = _option(True, valid.boolean, "bool", "html")
    """Write indices of all pages, tags, people and recent changes as pages of the HTML:
    `scrapbox-pages`, `scrapbox-tags`, `scrapbox-people` and `scrapbox-recent`."""
    search: tuple[tuple[str, str], ...] = _option(
        "auto",
        valid.modes_by_glob("search", ("auto", "full", "summary", "titles"), on="auto"),
        '"auto", "full", "summary", "titles", False or dict',
        "html",
    )
    """What the site's search indexes of wiki pages: title and text (`"full"`), title and first
    lines (`"summary"`), the title only (`"titles"`), or (False) nothing. `"auto"` is `"full"`, or
    `"summary"` if Sphinx's search is used and the site has more wiki pages than
    {confval}`scrapbox_search_full`. One value for all pages, or a mapping of glob patterns over
    docnames to values; the first match applies."""
    search_full: int = _option(4000, valid.natural_number, "int", "html")
    """The maximum number of wiki pages for which Sphinx's search indexes the full text if
    {confval}`scrapbox_search` is `"auto"`."""
    search_engine: str = _option(
        "sphinx", valid.choice("sphinx", "pagefind"), '"sphinx" or "pagefind"', "html"
    )
    """The search engine of the HTML: Sphinx's search, for which browsers load the whole index, or
    Pagefind, for which they load only the parts that a query needs. Pagefind needs the extra
    `sphinx-scrapbox[pagefind]`."""
    dates: str = _option("page", valid.choice("page", "git"), '"page" or "git"')
    """Where the dates of a page come from: its front matter or the lock file (`"page"`), or also
    git if neither has a date (`"git"`)."""
    repository: str = _option("", valid.text_value, "str")
    """For builds outside the repository, such as those of sphinx-polyversion: the folder in a git
    repository, which may be bare, whose revisions contain the files of this source folder.
    `scrapbox:changes` looks up revisions there. A relative path starts at the source folder."""
    metadata: bool = _option(True, valid.boolean, "bool", "html")
    """Describe each wiki page in its HTML head for search engines and other sites: description,
    Open Graph tags and JSON-LD."""
    data_files: tuple[str, ...] = _option(
        ["json", "atom"],
        valid.some_of("json", "atom", "markdown", "llms"),
        "list of str or bool",
        "html",
    )
    """Files for programs, written beside the HTML pages: `"json"` (the wiki as data,
    `scrapbox.json`), `"atom"` (a feed of recent changes, `scrapbox.atom`, if there is a lock file
    and `html_baseurl` is set), `"markdown"` (each wiki page as Markdown) and `"llms"` (`llms.txt`,
    a list of all pages). True selects all, False none."""
    provenance: str = _option(
        False, valid.choice("start", "end", on="end"), '"start", "end" or bool'
    )
    """Where a wiki page shows the date of its snapshot and a link to the live page: at its start,
    at its end, or (False) nowhere. True means `"end"`."""
    canonical: tuple[tuple[str, str], ...] = _option(
        "self",
        valid.modes_by_glob(
            "canonical", ("wiki", "self", "noindex"), on="self", takes_address=True
        ),
        '"wiki", "self", "noindex", an address, False or dict',
        "html",
    )
    """The canonical address of a wiki page for search engines: the live page (`"wiki"`), the page
    below `html_baseurl` (`"self"`), the page below another address (such as that of the current
    version), or none (False). `"noindex"` also asks search engines not to list the page. One value
    for all pages, or a mapping of glob patterns over docnames to values; the first match applies.
    The indices of pages, tags and people use the value for their own names, such as
    `scrapbox-pages`."""
    languages: LanguageOptions = _option({}, valid.language_options, "dict")
    """The languages of wikis: a mapping of project names, or of glob patterns over docnames (the
    first match applies), to languages such as `"ja"`. For translations, a mapping of `(source
    project, this project)` to `(source language, this language)`, such as `("ja", "en")`; `*`
    matches any project."""
    language_marks: bool = _option(True, valid.boolean, "bool", "html")
    """Mark links to wiki pages in another language with that language, such as `ja`."""
    language_switcher: str = _option(
        "start", valid.choice("start", "end", on="start"), '"start", "end" or bool'
    )
    """Where a page shows links to its versions in other languages: at its start, at its end, or
    (False) nowhere."""
    side_by_side: tuple[str, ...] = _option(
        False, valid.boolean_or_globs, "bool or list of str", "html"
    )
    """Write a page for each translation that shows it beside its source, line by line (HTML): True
    for all translations, or a list of glob patterns over their docnames."""
    untranslated: tuple[str, ...] = _option(
        False, valid.boolean_or_globs, "bool or list of str", "html"
    )
    """Show on a page that it is not translated yet if other pages of its wiki are: True for all
    pages, or a list of glob patterns over docnames."""
    translation_notice: str = _option(
        "end", valid.choice("start", "end", "both", on="end"), '"start", "end", "both" or bool'
    )
    """Where a translated page shows its translation notice: at its start, at its end, both, or
    (False) nowhere."""
    translation_text: str = _option("", valid.text_value, "str")
    """The text of the notice of a machine translation, with the placeholders `{source}`,
    `{engine}`, `{contact}`, `{date}`, `{from}` and `{to}`."""
    translation_wordings: tuple[Wording, ...] = _option([], valid.wordings, "list of str or dict")
    """Additional regular expressions for the sentence that identifies a page as a translation.
    They take precedence over the built-in ones. An entry may also be a mapping with `pattern`,
    `from` and `to`."""
    translation_pairs: dict[str, str] = _option({}, valid.pages_by_source, "dict")
    """Sources of translations that do not name them: a mapping of `/project/Title` to the
    `/project/Title` of the source, or of a project to another one whose pages have the same
    titles."""
    translation_sources: tuple[str, ...] = _option([], valid.string_tuple, "list of str")
    """Folders (relative to the source folder) with the source pages of translations, if these
    pages are not part of this site."""
    myst_links: bool = _option(True, valid.boolean, "bool")
    """Read `[[Page]]` in hand-written MyST pages."""
    myst_tags: bool = _option(False, valid.boolean, "bool")
    """Read `#tag` in hand-written MyST pages."""
    deny: DenyOptions = _option({}, valid.deny_options, "dict")
    """What must not be published: the `titles`, `tags` and `people` of pages that are left out,
    and whether to deny `emails`; `allow` lists exceptions. A build fails if its output contains
    any of these."""
    page_directives: frozenset[str] = _option([], valid.directives, "list of str")
    """Names of MyST directives that are also run on wiki pages; all others are shown as code."""
    hosts: tuple[str, ...] = _option(
        [],
        valid.some_of("netlify", "github", "windows", "epub"),
        "list of str or bool",
        "html",
    )
    """Hosts that must accept the names of all files: `"netlify"`, `"github"` (artifacts of
    workflows), `"windows"` and `"epub"`. A build warns about pages whose names they refuse, and
    writes redirects from old addresses (see `sphinx-scrapbox rename`) only if all of them accept
    the names. True selects all hosts."""
    linkcheck: bool = _option(False, valid.boolean, "bool", "html")
    """Let `sphinx-build -b linkcheck` request pages that are not on this site from the wiki: one
    request for each link to the live wiki. See `scrapbox_missing`."""
    epub_repairs: bool = _option(True, valid.boolean, "bool", "html")
    """Give the files of an EPUB names that every reader accepts, and repair what Sphinx writes
    into its package. Without this, `epubcheck` reports errors for pages with names such as `Why
    not?` or `日本語`."""
    fast: bool = _option(True, valid.boolean, "bool")
    """Use shortcuts through Sphinx's internals that save time and memory and do not change the
    output. If you suspect that they cause a problem, turn them off."""

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
