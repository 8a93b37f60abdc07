"""What a process that reads some of the documents hands over when it is done.

Sphinx has it send its whole environment, of all documents that were read so far, and takes from
it those that it was to read. With thousands of pages the rest is a good part of what reading
costs, and of the memory that it takes. So while documents are read, the large tables remember
what this very process put into them, and nothing else is sent.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any, TypeVar

from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

T = TypeVar("T")

_TABLES = ("titles", "longtitles", "tocs")
"""Tables of the environment, by docname, of which a merge takes entries one by one."""


class Part(dict[str, T]):
    """A table that is pickled as a plain one, with just what this process put into it."""

    def __init__(self, table: Mapping[str, T]) -> None:
        super().__init__(table)
        self._process = os.getpid()
        self._own: dict[str, None] = {}

    def _note(self, name: str) -> None:
        if self._process != (process := os.getpid()):
            self._process, self._own = process, {}
        self._own[name] = None

    def __setitem__(self, name: str, entry: T) -> None:
        self._note(name)
        super().__setitem__(name, entry)

    def setdefault(self, name: str, default: T) -> T:
        if name not in self:
            self[name] = default
        return self[name]

    def update(self, *tables: Any, **entries: T) -> None:
        for name, entry in dict(*tables, **entries).items():
            self[name] = entry

    def __copy__(self) -> dict[str, T]:
        return dict(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, T]:
        return deepcopy(dict(self), memo)

    def __reduce__(self) -> tuple[Callable[..., dict[str, T]], tuple[dict[str, T]]]:
        own = self._own if self._process == os.getpid() else ()
        return dict, ({name: self[name] for name in own if name in self},)


def _on_env_before_read_docs(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    if app.parallel > 1:
        _exchange(env, dict, Part)


def _on_env_updated(app: Sphinx, env: BuildEnvironment) -> None:
    _exchange(env, Part, dict)


def _exchange(env: BuildEnvironment, old: type, new: type) -> None:
    # What another extension may have made of a table is left as it is.
    for name in _TABLES:
        if type(table := getattr(env, name)) is old:
            setattr(env, name, new(table))
    data = domain_of(env).data
    if type(data["facts"]) is old:
        data["facts"] = new(data["facts"])


def register(app: Sphinx) -> None:
    """Have the tables so from before the first document is read until all are."""
    app.connect("env-before-read-docs", _on_env_before_read_docs, priority=900)
    app.connect("env-updated", _on_env_updated, priority=1)
