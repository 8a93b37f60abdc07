"""Validators: each takes a raw value of an option and returns it in its one type, or raises."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from sphinx.errors import ConfigError

from sphinx_scrapbox.sphinx_ext.config.values import (
    FORBIDDEN_DIRECTIVES,
    DenyOptions,
    LanguageOptions,
    Person,
    ProjectOptions,
)
from sphinx_scrapbox.sphinx_ext.warnings import Warn, warn
from sphinx_scrapbox.wiki.redaction import HiddenDenyList, NamePatterns, name_patterns
from sphinx_scrapbox.wiki.text import is_language_tag
from sphinx_scrapbox.wiki.titles import Target, join_target, key, split_target
from sphinx_scrapbox.wiki.translation import Wording, wording

OFF = "none"
"""What False becomes for an option that otherwise takes words."""


class InvalidValue(ValueError):
    """A value that an option cannot take; the message continues "``scrapbox_x`` …"."""


def text_value(value: object) -> str:
    """A string."""
    if not isinstance(value, str):
        raise InvalidValue("must be a string")
    return value


def project_options(value: object) -> ProjectOptions:
    """The name of a project, or names by glob pattern; an entry that is none is left out."""
    if isinstance(value, str):
        return ProjectOptions(_project_name(value))
    if not isinstance(value, Mapping):
        raise InvalidValue("must be the name of a project, or map glob patterns to names")
    globs = []
    for glob, name in value.items():
        try:
            if not isinstance(glob, str) or not isinstance(name, str) or not name.strip("/ "):
                raise InvalidValue("must map a glob pattern to the name of a project")
            globs.append((glob, _project_name(name)))
        except InvalidValue as error:
            warn_option("project", f"entry {glob!r}: {name!r} {error}")
    return ProjectOptions(globs=tuple(globs))


def _project_name(text: str) -> str:
    name = text.strip().strip("/")
    if "/" in name:
        raise InvalidValue("must be the name of a project, as in its address")
    return name


def origin(value: object) -> str:
    """The http or https address of a host, without a slash at its end."""
    text = text_value(value).rstrip("/")
    if _scheme(text) not in {"http", "https"}:
        raise InvalidValue("must be an http or https address")
    return text


def _scheme(address: str) -> str:
    """The scheme of an absolute address; "" for anything else."""
    try:
        parts = urlsplit(address)
    except ValueError:  # unbalanced brackets of an IPv6 address
        return ""
    return parts.scheme if parts.netloc or parts.scheme == "mailto" else ""


def _switch(value: object) -> bool | None:
    """True or False, also as ``sphinx-build -D name=1`` passes it; None for any other value."""
    if isinstance(value, str):
        return {"0": False, "1": True}.get(value)
    return bool(value) if isinstance(value, int) and value in (0, 1) else None


def boolean(value: object) -> bool:
    """True or False."""
    if (on := _switch(value)) is None:
        raise InvalidValue("must be True or False")
    return on


def natural_number(value: object) -> int:
    """A number, also as ``sphinx-build -D name=1`` passes it."""
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise InvalidValue("must be a number, 0 or more")
    return value


def string_tuple(value: object) -> tuple[str, ...]:
    """Strings, from one string or a list of them; those of a set are sorted."""
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, (list, tuple, set, frozenset)) or not all(
        isinstance(item, str) for item in value
    ):
        raise InvalidValue("must be a list of strings")
    return tuple(sorted(value) if isinstance(value, (set, frozenset)) else value)


def boolean_or_globs(value: object) -> tuple[str, ...]:
    """Glob patterns; True stands for all, False for none."""
    if (on := _switch(value)) is not None:
        return ("**",) if on else ()
    try:
        return string_tuple(value)
    except InvalidValue:
        raise InvalidValue("must be True, False or a list of glob patterns") from None


def some_of(*words: str) -> Callable[[object], tuple[str, ...]]:
    """Some of *words*, in their order; True stands for all, False for none."""

    def check(value: object) -> tuple[str, ...]:
        if isinstance(value, list) and len(value) == 1:
            (value,) = value  # Sphinx makes a list of ``-D name=1``
        if (on := _switch(value)) is not None:
            return words if on else ()
        try:
            given = string_tuple(value)
        except InvalidValue:
            given = ("",)
        if not set(given) <= set(words):
            raise InvalidValue(f"must be True, False or a list of {_alternatives(list(words))}")
        return tuple(word for word in words if word in given)

    return check


def _alternatives(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"


def choice(*words: str, on: str = "", off: str = OFF) -> Callable[[object], str]:
    """One of *words*; with *on*, True stands for that word and False for *off*."""
    named = _alternatives([*map(repr, words), *(["True", "False"] if on else [])])

    def check(value: object) -> str:
        if on and (is_on := _switch(value)) is not None:
            return on if is_on else off
        if not isinstance(value, str) or value not in words:
            raise InvalidValue(f"must be {named}")
        return value

    return check


third_party = choice("local", "remote", on="remote", off="local")
"""Whether a reader's browser may request a file from a third party."""


def modes_by_glob(
    option: str, words: tuple[str, ...], *, on: str = "", takes_address: bool = False
) -> Callable[[object], tuple[tuple[str, str], ...]]:
    """One word for all documents, or a mapping of glob patterns over docnames to words.

    With *on*, True and False stand for words as in :func:`choice`. With *takes_address*, a word
    may also be an address of the web. Returns pairs of pattern and word.
    """
    check_known = choice(*words, on=on)

    def check_word(value: object) -> str:
        if takes_address and isinstance(value, str) and "://" in value:
            return origin(value)
        return check_known(value)

    def check(value: object) -> tuple[tuple[str, str], ...]:
        if not isinstance(value, Mapping):
            try:
                return (("**", check_word(value)),)
            except InvalidValue as error:
                raise InvalidValue(f"{error}, or map glob patterns to these") from None
        modes = []
        for glob, word in value.items():
            try:
                modes.append((text_value(glob), check_word(word)))
            except InvalidValue as error:
                warn_option(option, f"entry {glob!r}: {word!r}: {error}")
        return tuple(modes)

    return check


def mark_patterns(value: object) -> NamePatterns:
    """The names of icons that are marks, as patterns."""
    return NamePatterns(string_tuple(value))


def people_by_key(value: object) -> dict[str, Person]:
    """People by the keys of their names and aliases; a bad entry is left out, with a warning."""
    if not isinstance(value, Mapping):
        raise InvalidValue("must map names to people")
    people: dict[str, Person] = {}
    for name, entry in value.items():
        if isinstance(entry, str):
            entry = {"name": entry}
        if not isinstance(name, str) or not isinstance(entry, Mapping):
            warn_option("people", f"entry {name!r} must map a name to a mapping or a string")
            continue
        texts = ("name", "link", "image")
        bad = [option for option in texts if not isinstance(entry.get(option, ""), str)]
        bad += set(entry) - {*texts, "aliases"}
        if bad:
            fields = ", ".join(sorted(map(str, bad)))
            warn_option(
                "people",
                f"entry {name!r} is left out because of {fields}: it may have name, link and "
                "image, which are strings, and aliases",
            )
            continue
        link = entry.get("link", "")
        if link and _scheme(link) not in {"http", "https", "mailto"}:
            warn_option("people", f"entry {name!r}: link must be an http, https or mailto address")
            link = ""
        try:
            aliases = string_tuple(entry.get("aliases", ()))
        except InvalidValue as error:
            warn_option("people", f"entry {name!r}: aliases {error}")
            aliases = ()
        person = Person(entry.get("name", "") or name, link, entry.get("image", ""))
        for alias in (name, *aliases):
            people[key(alias)] = person
    return people


def directives(value: object) -> frozenset[str]:
    """Names of directives, without those that the text of a wiki must not use."""
    allowed = set()
    for name in string_tuple(value):
        plain = name.strip().lower()  # docutils finds "Include", too
        if plain in FORBIDDEN_DIRECTIVES or plain.startswith("auto"):
            warn_option("page_directives", f"cannot contain {name!r}: wiki text must not use it")
        else:
            allowed.add(name)
    return frozenset(allowed)


def deny_options(value: object) -> DenyOptions:
    """The deny list.

    :raises ConfigError: for a bad value: a list that is ignored would let secrets through.
    """
    if isinstance(value, HiddenDenyList):
        value = value.value
    if not isinstance(value, Mapping):
        raise ConfigError("scrapbox_deny must be a mapping")
    given: dict[str, Any] = {}
    for option, entry in value.items():
        try:
            if option in ("titles", "tags", "people"):
                given[option] = _names(entry, sign="#" if option == "tags" else "")
            elif option == "emails":
                given[option] = boolean(entry)
            elif option == "allow":
                given[option] = string_tuple(entry)
            else:
                raise InvalidValue("must be titles, tags, people, emails or allow")
        except InvalidValue as error:
            # An error and not a warning: a list that is ignored would let secrets through.
            raise ConfigError(f"scrapbox_deny: {option!r} {error}") from None
    return DenyOptions(**given)


def _names(value: object, *, sign: str) -> NamePatterns:
    names = name_patterns(string_tuple(value), sign=sign)
    if any(not name.strip("* _") for name in names.patterns):
        raise InvalidValue("must not contain a name that consists only of asterisks")
    return names


def pages_by_source(value: object) -> dict[str, str]:
    """The source of each translation, both as ``/project/title`` or both as ``/project``.

    The titles of translations are keys; the titles of sources are as written.
    """
    if not isinstance(value, Mapping):
        raise InvalidValue("must map translations to their sources")
    pairs = {}
    for page, source in value.items():
        targets = [
            split_target(name.rstrip("/")) if isinstance(name, str) else Target("", "")
            for name in (page, source)
        ]
        (project, title), (source_project, source_title) = targets
        if not project or not source_project or bool(title) != bool(source_title):
            warn_option(
                "translation_pairs",
                f"entry {page!r}: {source!r} must name two pages, "
                '"/this-project/Title": "/source-project/Title", or two projects, '
                '"/this-project": "/source-project"',
            )
            continue
        pairs[join_target(project, key(title))] = join_target(source_project, source_title)
    return pairs


def language_options(value: object) -> LanguageOptions:
    """Languages by pair of projects, by project, or by a glob pattern (with ``/`` or ``*``)."""
    if not isinstance(value, Mapping):
        raise InvalidValue("must map projects, glob patterns or pairs of projects to languages")
    pairs: dict[tuple[str, str], tuple[str, str]] = {}
    by_name: dict[str, str] = {}
    for name, language in value.items():
        if isinstance(name, str) and isinstance(language, str) and is_language_tag(language):
            by_name[name] = language
        elif _is_pair(name) and _is_pair(language) and all(map(is_language_tag, language)):
            pairs[tuple(name)] = tuple(language)
        else:
            warn_option(
                "languages",
                f'entry {name!r}: {language!r} must have the form "project": "ja", '
                '"glob/**": "ja" or ("source project", "this project"): ("ja", "en")',
            )
    projects = {name: tag for name, tag in by_name.items() if not re.search(r"[/*?\[]", name)}
    globs = tuple(item for item in by_name.items() if item[0] not in projects)
    return LanguageOptions(pairs, projects, globs)


def _is_pair(value: object) -> bool:
    return (
        isinstance(value, (tuple, list))
        and len(value) == 2
        and all(isinstance(item, str) for item in value)
    )


def wordings(value: object) -> tuple[Wording, ...]:
    """Patterns of the sentence that a translation begins or ends with, and their languages."""
    if not isinstance(value, (str, Mapping, list, tuple)):
        raise InvalidValue("must be a list of patterns")
    compiled = []
    for entry in value if isinstance(value, (list, tuple)) else [value]:
        given = {"pattern": entry} if isinstance(entry, str) else entry
        if not isinstance(given, Mapping) or not isinstance(given.get("pattern"), str):
            warn_option(
                "translation_wordings", f"entry {entry!r} must be a pattern, or have a 'pattern'"
            )
            continue
        languages = (str(given.get(name, "")) for name in ("from", "to"))
        try:
            compiled.append(wording(given["pattern"], *languages))
        except ValueError as error:
            warn_option("translation_wordings", f"entry {entry!r}: {error}")
    return tuple(compiled)


def warn_option(option: str, message: str) -> None:
    """Warn about an option."""
    warn(Warn.CONFIG, f"scrapbox_{option} {message}")
