"""TODO: say what this file is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from sphinx.errors import ConfigError

from sphinx_scrapbox.sphinx_ext.config.values import (
    FORBIDDEN_DIRECTIVES,
    DenyOptions,
    Person,
    TranslationOptions,
)
from sphinx_scrapbox.sphinx_ext.warnings import Warn, warn
from sphinx_scrapbox.wiki.redaction import Names, Unsaid, spelled
from sphinx_scrapbox.wiki.titles import Target, join_target, key, split_target
from sphinx_scrapbox.wiki.translation import Wording, wording


class Invalid(ValueError):
    """A value that an option cannot take; the message completes "``scrapbox_x`` …"."""


def text_value(value: object) -> str:
    if not isinstance(value, str):
        raise Invalid("must be a string")
    return value


def project_name(value: object) -> str:
    if value is None:
        return ""
    text = text_value(value).strip().strip("/")
    if "/" in text:
        raise Invalid("must be the name of a project, as it stands in its address")
    return text


def origin(value: object) -> str:
    text = text_value(value).rstrip("/")
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


def flag(value: object) -> bool:
    if isinstance(value, bool) or value in (0, 1):
        return bool(value)
    raise Invalid("must be True or False")


def string_tuple(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, (list, tuple, set, frozenset)) or not all(
        isinstance(item, str) for item in value
    ):
        raise Invalid("must be a list of strings")
    return tuple(sorted(value) if isinstance(value, (set, frozenset)) else value)


def flag_or_globs(value: object) -> bool | tuple[str, ...]:
    if isinstance(value, bool):
        return value
    try:
        return string_tuple(value)
    except Invalid:
        raise Invalid("must be True, False or a list of patterns") from None


def choice(*choices: str) -> Callable[[object], str]:
    def check(value: object) -> str:
        if value not in choices:
            raise Invalid(f"must be one of {', '.join(map(repr, choices))}")
        return str(value)

    return check


def place(value: object) -> str:
    if isinstance(value, bool):
        return "end" if value else "none"
    return choice("none", "start", "end")(value)


def modes_by_glob(
    option: str, choices: tuple[str, ...]
) -> Callable[[object], tuple[tuple[str, str], ...]]:
    """One word for all documents, or globs over docnames with a word for each."""
    *first, last = map(repr, choices)
    named = f"{', '.join(first)} or {last}"

    def check(value: object) -> tuple[tuple[str, str], ...]:
        if isinstance(value, str):
            return (("**", choice(*choices)(value)),)
        if not isinstance(value, Mapping):
            raise Invalid(f"must be one of {', '.join(map(repr, choices))}, or map globs to them")
        modes = []
        for glob, mode in value.items():
            if isinstance(glob, str) and mode in choices:
                modes.append((glob, str(mode)))
            else:
                say(option, f"entry {glob!r}: {mode!r} must map a glob to {named}")
        return tuple(modes)

    return check


def mark_keys(value: object) -> frozenset[str]:
    return frozenset(key(name) for name in string_tuple(value))


def people_by_key(value: object) -> dict[str, Person]:
    if not isinstance(value, Mapping):
        raise Invalid("must map names to people")
    people: dict[str, Person] = {}
    for name, entry in value.items():
        if isinstance(entry, str):
            entry = {"name": entry}
        if not isinstance(name, str) or not isinstance(entry, Mapping):
            say("people", f"entry {name!r} must map a name to a mapping or a string")
            continue
        unknown = set(entry) - {"name", "link", "image", "aliases"}
        bad = [
            option
            for option in ("name", "link", "image")
            if not isinstance(entry.get(option, ""), str)
        ]
        if unknown or bad:
            say("people", f"entry {name!r} has bad options {sorted(map(str, [*unknown, *bad]))}")
            continue
        link = entry.get("link", "")
        if link and _scheme(link) not in {"http", "https", "mailto"}:
            say("people", f"entry {name!r}: link must be an http, https or mailto address")
            link = ""
        try:
            aliases = string_tuple(entry.get("aliases", ()))
        except Invalid as error:
            say("people", f"entry {name!r}: aliases {error}")
            aliases = ()
        person = Person(entry.get("name", "") or name, link, entry.get("image", ""))
        for alias in (name, *aliases):
            people[key(alias)] = person
    return people


def directives(value: object) -> frozenset[str]:
    allowed = set()
    for name in string_tuple(value):
        plain = name.strip().lower()  # docutils finds "Include", too
        if plain in FORBIDDEN_DIRECTIVES or plain.startswith("auto"):
            say("page_directives", f"cannot hold {name!r}: wiki text is not trusted with it")
        else:
            allowed.add(name)
    return frozenset(allowed)


def deny_options(value: object) -> DenyOptions:
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
                given[option] = flag(entry)
            elif option == "allow":
                given[option] = string_tuple(entry)
            else:
                raise Invalid("is none of titles, tags, people, emails and allow")
        except Invalid as error:
            # Nobody must publish what he believes to be guarded.
            raise ConfigError(f"scrapbox_deny: {option!r} {error}") from None
    return DenyOptions(**given)


def _names(value: object, *, sign: str) -> Names:
    names = spelled(string_tuple(value), sign=sign)
    if any(not name.strip("* _") for name in names.spelled):
        raise Invalid("must not hold a name of nothing but stars")
    return names


_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


def is_language_tag(text: str) -> bool:
    """Whether *text* has the form of a BCP 47 language tag."""
    return _LANGUAGE.fullmatch(text) is not None


def translation_options(value: object) -> TranslationOptions:
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
                position = choice("end", "start", "both", "none")(given)
            elif option == "switcher":
                switcher = choice("start", "end", "none")(given)
            elif option == "pairs":
                pairs = _pairs(given)
            elif option == "sources":
                sources = string_tuple(given)
            elif option == "text":
                text = text_value(given)
            elif option == "wordings":
                wordings = _wordings(given)
            else:
                say("translation", f"has no option {option!r}")
        except Invalid as error:
            say("translation", f"option {option!r} {error}")
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
            say(
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
            say(
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
            say("translation", f"wordings: {entry!r} must be a pattern, or hold one as 'pattern'")
            continue
        try:
            wordings.append(
                wording(entry["pattern"], str(entry.get("from", "")), str(entry.get("to", "")))
            )
        except ValueError as error:
            say("translation", f"wordings: {error}")
    return wordings


def say(option: str, message: str) -> None:
    warn(Warn.CONFIG, f"scrapbox_{option} {message}")
