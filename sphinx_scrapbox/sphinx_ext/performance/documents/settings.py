"""What Sphinx does again for each document that it reads, done once.

- Replaces, while documents are read: ``sphinx.util.docutils._get_settings`` (Sphinx 9), which
  makes a parser of some 70 options for each document and looks for three configuration files.
- Saves: 20 % of the CPU time in which exported pages are read.
- Unnecessary if Sphinx kept the default settings of each type of source, as it did before
  version 9.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from copy import copy
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

from docutils.utils import DependencyList
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import docutils as sphinx_docutils

from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.warnings import note_unknown_internals

_NAME = "_get_settings"
_PARAMETERS = ["components", "defaults", "read_config_files"]
_GetSettings: TypeAlias = Callable[..., Any]


_BEFORE: WeakKeyDictionary[Sphinx, _GetSettings] = WeakKeyDictionary()


def keep_settings(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Handler of ``env-before-read-docs``: Sphinx's reading processes inherit the change."""
    if not options(app.config).fast or app in _BEFORE:
        return
    get_settings: _GetSettings | None = getattr(sphinx_docutils, _NAME, None)
    if get_settings is None:
        return
    if not _has_known_shape(get_settings):
        note_unknown_internals("the settings of documents")
        return
    _BEFORE[app] = get_settings
    setattr(sphinx_docutils, _NAME, kept_settings(get_settings))


def restore_settings(app: Sphinx, *args: object) -> None:
    """Handler of ``env-updated``, as nothing is read any more, and of ``build-finished``."""
    if (get_settings := _BEFORE.pop(app, None)) is not None:
        setattr(sphinx_docutils, _NAME, get_settings)


def _has_known_shape(get_settings: _GetSettings) -> bool:
    try:
        return list(inspect.signature(get_settings).parameters) == _PARAMETERS
    except (TypeError, ValueError):
        return False


class _Known:
    """Settings that were determined, and the defaults that they are for."""

    def __init__(self, defaults: dict[str, Any], settings: Any) -> None:
        self.defaults = defaults
        self._settings = settings
        # Documents share the lists of the defaults.
        self._lists = {
            name: value
            for name, value in vars(settings).items()
            if isinstance(value, list | dict | set) and value is not defaults.get(name)
        }

    def copy(self) -> Any:
        """A copy with lists of its own."""
        own = copy(self._settings)
        for name, value in self._lists.items():
            setattr(own, name, copy(value))
        own.record_dependencies = DependencyList()
        return own


def kept_settings(get_settings: _GetSettings) -> _GetSettings:
    """*get_settings*, asked once for each kind of components and for the same defaults.

    The settings of each document are a copy: directives may change them.
    """
    known: dict[object, _Known] = {}

    def get(*components: Any, defaults: Mapping[str, Any], read_config_files: bool = False) -> Any:
        kinds = [one if isinstance(one, type) else type(one) for one in components]
        key = (*kinds, read_config_files)
        if key not in known or known[key].defaults != defaults:
            settings = get_settings(
                *components, defaults=defaults, read_config_files=read_config_files
            )
            if not _is_plain(settings):
                return settings
            known[key] = _Known(dict(defaults), settings)
        return known[key].copy()

    return get


def _is_plain(settings: Any) -> bool:
    """Whether a copy of *settings* is as good: no file of dependencies is open for writing."""
    dependencies = getattr(settings, "record_dependencies", None)
    return type(dependencies) is DependencyList and dependencies.file is None
