"""Names that do not exist, most likely typing errors: options in ``conf.py``, and directives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from types import ModuleType
from typing import Any

from docutils.parsers.rst import directives
from docutils.parsers.rst.languages import get_language
from sphinx.application import Sphinx
from sphinx.config import Config as SphinxConfig
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import new_document

from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.config.validators import warn_option
from sphinx_scrapbox.sphinx_ext.warnings import Warn, note_unknown_internals, warn

_PREFIX = "scrapbox_"
_ENGLISH: Any = get_language("en")  # its type is not that of the parameter


def warn_of_unknown_names(app: Sphinx) -> None:
    """Handler of ``builder-inited``: warn of names that nothing has registered."""
    registered = [value.name for value in app.config if value.name.startswith(_PREFIX)]
    for name in names_in_conf(app.config):
        warn(
            Warn.CONFIG,
            f"{name} is not an option of sphinx_scrapbox{_suggestion(name, registered)}",
        )
    for name in sorted(options(app.config).page_directives):
        if not _is_directive(name, app.env):
            hint = _suggestion(name, _directives(app.env))
            warn_option("page_directives", f"contains {name!r}, which is not a directive{hint}")


def names_in_conf(config: SphinxConfig) -> Iterator[str]:
    """What ``conf.py`` sets as an option of this extension and is none.

    Sphinx has no public list of all names in ``conf.py``; it keeps them to read the options later.
    """
    names = getattr(config, "_raw_config", None)
    if not isinstance(names, dict):
        note_unknown_internals("names in conf.py")
        return
    for name, value in names.items():
        is_option = not callable(value) and not isinstance(value, ModuleType)
        if name.startswith(_PREFIX) and name not in config and is_option:
            yield name


def _suggestion(name: str, names: Iterable[str]) -> str:
    """The end of a message: the name that was meant, if one is near."""
    by_end = {each.removeprefix(_PREFIX): each for each in sorted(names)}
    near = get_close_matches(name.removeprefix(_PREFIX), by_end, n=1, cutoff=0.7)
    return f"; did you mean {by_end[near[0]]!r}?" if near else ""


def _is_directive(name: str, env: BuildEnvironment) -> bool:
    """Whether a directive can be found as Sphinx finds it in a document."""
    plain = name.lower()
    domain, _, own = plain.partition(":")
    if own and domain in env.domains:
        return env.domains[domain].directive(own) is not None
    for each in (env.config.primary_domain, "std"):
        if each in env.domains and env.domains[each].directive(plain) is not None:
            return True
    directive, _messages = directives.directive(plain, _ENGLISH, new_document(""))
    return directive is not None


def _directives(env: BuildEnvironment) -> Iterator[str]:
    """The names of all directives."""
    yield from _ENGLISH.directives
    yield from getattr(directives, "_directives", ())  # what extensions add
    for domain in env.domains.values():
        yield from (f"{domain.name}:{name}" for name in domain.directives)
