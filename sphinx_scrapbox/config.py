"""The options of this extension: declared once, validated value by value.

Each field of :class:`Config` is one option, ``scrapbox_`` and the field's name. A bad value
gives one warning and the option's default; a bad entry of a mapping loses only that entry.
The documentation's table of options is made from the fields.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from sphinx.errors import ConfigError
from sphinx.util.matching import compile_matchers

from .log import Warn, warn
from .titles import DEFAULT_ORIGIN, Target, join_target, key, split_target
from .translation import Wording, wording
from .withheld import Names, Unsaid, spelled

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config as SphinxConfig

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


class Invalid(ValueError):
    """A value that an option cannot take; the message completes "``scrapbox_x`` …"."""


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


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Invalid("must be a string")
    return value


def _project(value: object) -> str:
    if value is None:
        return ""
    text = _text(value).strip().strip("/")
    if "/" in text:
        raise Invalid("must be the name of a project, as it stands in its address")
    return text


def _origin(value: object) -> str:
    text = _text(value).rstrip("/")
    if _scheme(text) not in {"http", "https"}:
        raise Invalid("must be an http or https address")
    return text


def _scheme(address: str) -> str:
    """The scheme of a whole address; "" for anything else."""
    try:
        parts = urlsplit(address)
    except ValueError:  # brackets of an IPv6 address that do not match
        return ""
    return parts.scheme if parts.netloc or parts.scheme == "mailto" else ""


def _flag(value: object) -> bool:
    if isinstance(value, bool) or value in (0, 1):
        return bool(value)
    raise Invalid("must be True or False")


def _strings(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, (list, tuple, set, frozenset)) or not all(
        isinstance(item, str) for item in value
    ):
        raise Invalid("must be a list of strings")
    return tuple(sorted(value) if isinstance(value, (set, frozenset)) else value)


def _flag_or_globs(value: object) -> bool | tuple[str, ...]:
    if isinstance(value, bool):
        return value
    try:
        return _strings(value)
    except Invalid:
        raise Invalid("must be True, False or a list of patterns") from None


def _choice(*choices: str) -> Callable[[object], str]:
    def check(value: object) -> str:
        if value not in choices:
            raise Invalid(f"must be one of {', '.join(map(repr, choices))}")
        return str(value)

    return check


def _place(value: object) -> str:
    if isinstance(value, bool):
        return "end" if value else "none"
    return _choice("none", "start", "end")(value)


def _modes(
    option: str, choices: tuple[str, ...]
) -> Callable[[object], tuple[tuple[str, str], ...]]:
    """One word for all documents, or globs over docnames with a word for each."""
    *first, last = map(repr, choices)
    named = f"{', '.join(first)} or {last}"

    def check(value: object) -> tuple[tuple[str, str], ...]:
        if isinstance(value, str):
            return (("**", _choice(*choices)(value)),)
        if not isinstance(value, Mapping):
            raise Invalid(f"must be one of {', '.join(map(repr, choices))}, or map globs to them")
        modes = []
        for glob, mode in value.items():
            if isinstance(glob, str) and mode in choices:
                modes.append((glob, str(mode)))
            else:
                _say(option, f"entry {glob!r}: {mode!r} must map a glob to {named}")
        return tuple(modes)

    return check


def _marks(value: object) -> frozenset[str]:
    return frozenset(key(name) for name in _strings(value))


def _people(value: object) -> dict[str, Person]:
    if not isinstance(value, Mapping):
        raise Invalid("must map names to people")
    people: dict[str, Person] = {}
    for name, entry in value.items():
        if isinstance(entry, str):
            entry = {"name": entry}
        if not isinstance(name, str) or not isinstance(entry, Mapping):
            _say("people", f"entry {name!r} must map a name to a mapping or a string")
            continue
        unknown = set(entry) - {"name", "link", "image", "aliases"}
        bad = [
            option
            for option in ("name", "link", "image")
            if not isinstance(entry.get(option, ""), str)
        ]
        if unknown or bad:
            _say("people", f"entry {name!r} has bad options {sorted(map(str, [*unknown, *bad]))}")
            continue
        link = entry.get("link", "")
        if link and _scheme(link) not in {"http", "https", "mailto"}:
            _say("people", f"entry {name!r}: link must be an http, https or mailto address")
            link = ""
        try:
            aliases = _strings(entry.get("aliases", ()))
        except Invalid as error:
            _say("people", f"entry {name!r}: aliases {error}")
            aliases = ()
        person = Person(entry.get("name", "") or name, link, entry.get("image", ""))
        for alias in (name, *aliases):
            people[key(alias)] = person
    return people


def _directives(value: object) -> frozenset[str]:
    allowed = set()
    for name in _strings(value):
        plain = name.strip().lower()  # docutils finds "Include", too
        if plain in FORBIDDEN_DIRECTIVES or plain.startswith("auto"):
            _say("page_directives", f"cannot hold {name!r}: wiki text is not trusted with it")
        else:
            allowed.add(name)
    return frozenset(allowed)


def _deny(value: object) -> DenyOptions:
    if isinstance(value, Unsaid):
        value = value.value
    if not isinstance(value, Mapping):
        raise ConfigError("scrapbox_deny must be a mapping")
    given: dict[str, Any] = {}
    for option, entry in value.items():
        try:
            if option in ("titles", "tags", "people"):
                given[option] = _names(entry, sign="#" if option == "tags" else "")
            elif option == "emails":
                given[option] = _flag(entry)
            elif option == "allow":
                given[option] = _strings(entry)
            else:
                raise Invalid("is none of titles, tags, people, emails and allow")
        except Invalid as error:
            # Nobody must publish what he believes to be guarded.
            raise ConfigError(f"scrapbox_deny: {option!r} {error}") from None
    return DenyOptions(**given)


def _names(value: object, *, sign: str) -> Names:
    names = spelled(_strings(value), sign=sign)
    if any(not name.strip("* _") for name in names.spelled):
        raise Invalid("must not hold a name of nothing but stars")
    return names


_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


def is_language_tag(text: str) -> bool:
    """Whether *text* has the form of a BCP 47 language tag."""
    return _LANGUAGE.fullmatch(text) is not None


def _translation(value: object) -> TranslationOptions:
    if not isinstance(value, Mapping):
        raise Invalid("must be a mapping")
    languages: dict[tuple[str, str], tuple[str, str]] = {}
    position, switcher, text = "end", "start", ""
    pairs: dict[str, str] = {}
    sources: tuple[str, ...] = ()
    wordings: list[Wording] = []
    for option, given in value.items():
        try:
            if option == "languages":
                languages = _languages(given)
            elif option == "position":
                position = _choice("end", "start", "both", "none")(given)
            elif option == "switcher":
                switcher = _choice("start", "end", "none")(given)
            elif option == "pairs":
                pairs = _pairs(given)
            elif option == "sources":
                sources = _strings(given)
            elif option == "text":
                text = _text(given)
            elif option == "wordings":
                wordings = _wordings(given)
            else:
                _say("translation", f"has no option {option!r}")
        except Invalid as error:
            _say("translation", f"option {option!r} {error}")
    return TranslationOptions(languages, position, switcher, pairs, sources, text, tuple(wordings))


def _pairs(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise Invalid("must map translations to their sources")
    pairs = {}
    for page, source in value.items():
        targets = [
            split_target(name.rstrip("/")) if isinstance(name, str) else Target("", "")
            for name in (page, source)
        ]
        (project, title), (source_project, source_title) = targets
        if not project or not source_project or bool(title) != bool(source_title):
            _say(
                "translation",
                f"pairs: {page!r}: {source!r} must name two pages, "
                '"/this-project/Title": "/source-project/Title", or two projects, '
                '"/this-project": "/source-project"',
            )
            continue
        pairs[join_target(project, key(title))] = join_target(source_project, source_title)
    return pairs


def _languages(value: object) -> dict[tuple[str, str], tuple[str, str]]:
    if not isinstance(value, Mapping):
        raise Invalid("must map pairs of projects to pairs of languages")
    languages = {}
    for projects, pair in value.items():
        if not (_is_pair(projects) and _is_pair(pair) and all(map(is_language_tag, pair))):
            _say(
                "translation",
                f"languages: {projects!r}: {pair!r} must read "
                '("source project", "this project"): ("ja", "en")',
            )
            continue
        languages[tuple(projects)] = tuple(pair)
    return languages


def _is_pair(value: object) -> bool:
    return (
        isinstance(value, (tuple, list))
        and len(value) == 2
        and all(isinstance(item, str) for item in value)
    )


def _wordings(value: object) -> list[Wording]:
    wordings = []
    for entry in value if isinstance(value, (list, tuple)) else [value]:
        if isinstance(entry, str):
            entry = {"pattern": entry}
        if not isinstance(entry, Mapping) or not isinstance(entry.get("pattern"), str):
            _say("translation", f"wordings: {entry!r} must be a pattern, or hold one as 'pattern'")
            continue
        try:
            wordings.append(
                wording(entry["pattern"], str(entry.get("from", "")), str(entry.get("to", "")))
            )
        except ValueError as error:
            _say("translation", f"wordings: {error}")
    return wordings


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
        _project,
        "The wiki project that a link without a project leads to, where the page itself does "
        "not tell: the word after the host in the wiki's addresses.",
        shown="str or None",
    )
    url: str = _option(
        DEFAULT_ORIGIN,
        _origin,
        "The address of the wiki's host, for an installation of one's own, where no lock file "
        "tells it.",
        shown="str",
    )
    pages: tuple[str, ...] = _option(
        [],
        _strings,
        "Globs over file names (relative to the source folder, such as `wiki/**`): Markdown files "
        "that are exported wiki pages even if they bear no mark of an export.",
        shown="list of str",
    )
    link_documents: bool | tuple[str, ...] = _option(
        False,
        _flag_or_globs,
        "Let wiki links lead to any document whose title matches: True for all documents, or "
        "globs over docnames.",
        rebuild="html",
        shown="bool or list of str",
    )
    missing: str = _option(
        "wiki",
        _choice("wiki", "text", "warn"),
        "What a link to a page that is not here becomes: a link to the live wiki, marked text, or "
        "marked text and a warning.",
        rebuild="html",
        shown='"wiki", "text" or "warn"',
    )
    people: dict[str, Person] = _option(
        {},
        _people,
        "Speakers by icon name: display `name`, `link`, `image` (a file below the source folder) "
        "and `aliases` such as `/project/name`.",
        shown="dict",
    )
    marks: frozenset[str] = _option(
        ["en", "ja"],
        _marks,
        "Icon names that mark a page's language or state and are nobody.",
        shown="list of str",
    )
    icon_path: tuple[str, ...] = _option(
        [],
        _strings,
        "Folders (below the source folder) of icon images named after their pages: `name.png`, "
        "`project/name.png`.",
        rebuild="html",
        shown="list of str",
    )
    icons: str = _option(
        "local",
        _choice("local", "remote"),
        "Where an icon without a local or fetched image comes from in HTML: initials drawn in the "
        "page, or the wiki itself (each reader's browser then asks it).",
        rebuild="html",
        shown='"local" or "remote"',
    )
    images: str = _option(
        "show",
        _choice("show", "link"),
        "Remote images of wiki pages: shown in HTML and linked elsewhere, or linked everywhere. "
        "Images that were fetched are none.",
        rebuild="html",
        shown='"show" or "link"',
    )
    videos: str = _option(
        "embed",
        _choice("embed", "link"),
        "YouTube and Vimeo addresses alone on a line: a player that loads on a click (HTML), or "
        "always a plain link.",
        shown='"embed" or "link"',
    )
    related: tuple[tuple[str, str], ...] = _option(
        "cards",
        _modes("related", ("cards", "list", "none")),
        "Related pages at the end of each wiki page: as cards, as a plain list, or not at all. "
        "One word for all pages, or a mapping of globs over docnames, of which the first that "
        "fits counts.",
        shown='"cards", "list", "none" or dict',
    )
    previews: bool = _option(
        True,
        _flag,
        "Show the title and the first lines of a wiki page beside a link to it that a reader "
        "points at (HTML).",
        rebuild="html",
        shown="bool",
    )
    indices: bool = _option(
        True,
        _flag,
        "Write indices of all pages, tags and people, as pages of the HTML: see "
        "`scrapbox-pages`, `scrapbox-tags` and `scrapbox-people`.",
        rebuild="html",
        shown="bool",
    )
    search: tuple[tuple[str, str], ...] = _option(
        "full",
        _modes("search", ("full", "titles", "none")),
        "What the site's search knows of wiki pages: all of them, their titles, or nothing. One "
        "word for all pages, or a mapping of globs over docnames, of which the first that fits "
        "counts.",
        rebuild="html",
        shown='"full", "titles", "none" or dict',
    )
    dates: str = _option(
        "page",
        _choice("page", "git"),
        "Where a page's dates come from: what came with the page (its front matter, the lock "
        "file), or that and git where nothing did.",
        shown='"page" or "git"',
    )
    provenance: str = _option(
        "none",
        _place,
        "A line on each wiki page that tells of when it is, with a link to the live page: not at "
        "all, at the page's start, or at its end (as True does).",
        shown='"none", "start" or "end"',
    )
    canonical: tuple[tuple[str, str], ...] = _option(
        "self",
        _modes("canonical", ("wiki", "self", "none", "noindex")),
        "Which address of a wiki page search engines shall show: the live page, the one below "
        "`html_baseurl`, none in particular, or no address of this site at all. One word for all "
        "pages, or a mapping of globs over docnames, of which the first that fits counts.",
        rebuild="html",
        shown='"wiki", "self", "none", "noindex" or dict',
    )
    translation: TranslationOptions = _option(
        {},
        _translation,
        "Translated pages: `languages`, `pairs`, `sources` and `switcher`; `position`, `text` and "
        "`wordings` of the notice of a machine translation.",
        shown="dict",
    )
    myst_links: bool = _option(
        True, _flag, "Read `[[Page]]` in hand-written MyST pages.", shown="bool"
    )
    myst_tags: bool = _option(
        False, _flag, "Read `#tag` in hand-written MyST pages.", shown="bool"
    )
    deny: DenyOptions = _option(
        {},
        _deny,
        "What must not get out: `titles`, `tags` and `people` of pages that are not built, and "
        "whether `emails` may stand in the output; `allow` names exceptions. A build fails over "
        "what is found in its output.",
        shown="dict",
    )
    page_directives: frozenset[str] = _option(
        [],
        _directives,
        "Names of MyST directives that work inside wiki pages too; all others are shown as code.",
        shown="list of str",
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
            _say(option.name, f"{error}; the default is used")
    return Config(**values)


def _say(option: str, message: str) -> None:
    warn(Warn.CONFIG, f"scrapbox_{option} {message}")


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
