"""What changed in the documents since an output, or a table, was made of them.

The domain keeps, with the environment, the facts that documents had before they were read again:
one step for each build that read some. Steps are kept only if they are local: few documents were
read, none came or went, and nothing changed that other documents find them by.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from hashlib import blake2b
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary, WeakSet

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.facts import PageFacts

_MOST = 500
"""Documents whose earlier facts are kept."""


class LocalChange(NamedTuple):
    """The facts of the documents that were read again: before, and now.

    ``are_pages``: all are wiki pages that cannot hold directives.
    """

    documents: Mapping[str, tuple[PageFacts, PageFacts]]
    are_pages: bool


class ReadingStep(NamedTuple):
    """The documents that one build read, with the facts that they had before.

    ``before`` and ``after`` are the states of all documents.
    """

    before: str
    after: str
    facts: Mapping[str, PageFacts]
    are_pages: bool


class _Before(NamedTuple):
    """What is known when documents are about to be read."""

    times: Mapping[str, int]
    facts: Mapping[str, PageFacts]
    titles: Mapping[str, str]
    tocs: Mapping[str, str]
    git: object


_BEFORE: WeakKeyDictionary[BuildEnvironment, _Before] = WeakKeyDictionary()
_NOT_LOCAL: WeakSet[BuildEnvironment] = WeakSet()


def digest(value: object) -> str:
    """A digest of the ``repr`` of plain data, the same in every process: 16 hexadecimal digits."""
    return blake2b(repr(value).encode(), digest_size=8).hexdigest()


def state_of_documents(times: Mapping[str, int]) -> str:
    """A digest of ``env.all_docs``: which documents there are, and when each was read."""
    return digest(sorted(times.items()))


def _data(env: BuildEnvironment) -> dict[str, Any]:
    data: dict[str, Any] = env.domaindata["scrapbox"]
    return data


def note_not_local(env: BuildEnvironment) -> None:
    """Note that what is about to be read changes more than the documents that are read."""
    _NOT_LOCAL.add(env)


def note_before_reading(app: Sphinx, env: BuildEnvironment, docnames: Collection[str]) -> None:
    """Handler of ``env-before-read-docs``: keep the facts of documents that are read again."""
    if len(docnames) > _MOST:
        docnames = ()
    data, in_toctrees = _data(env), _in_toctrees(env)
    _BEFORE[env] = _Before(
        dict(env.all_docs),
        {name: data["facts"].get(name, PageFacts()) for name in docnames},
        {name: _title(env, name) for name in docnames},
        {name: _toc(env, name) for name in docnames if name in in_toctrees},
        data["git"],
    )


def _title(env: BuildEnvironment, docname: str) -> str:
    title = env.titles.get(docname)
    return title.astext() if title is not None else ""


def _in_toctrees(env: BuildEnvironment) -> set[str]:
    """The documents of all toctrees, and those that have one."""
    return {
        name for docname, entries in env.toctree_includes.items() for name in (docname, *entries)
    }


def _toc(env: BuildEnvironment, docname: str) -> str:
    """The headings and toctrees of a document in toctrees: themes show these on all pages."""
    toc = env.tocs.get(docname)
    return toc.pformat() if toc is not None else ""


def note_step(app: Sphinx, env: BuildEnvironment) -> None:
    """Handler of ``env-updated``: keep what was read, when the facts are as they will be."""
    before, data = _BEFORE.pop(env, None), _data(env)
    is_local = env not in _NOT_LOCAL
    _NOT_LOCAL.discard(env)
    steps: list[ReadingStep] = data["history"]
    if before is not None and is_local and _is_local(env, before):
        if read := _read(env, before):
            facts = {name: before.facts[name] for name in sorted(read)}
            earlier, now = state_of_documents(before.times), state_of_documents(env.all_docs)
            steps.append(ReadingStep(earlier, now, facts, _are_pages(env, facts)))
            while sum(len(step.facts) for step in steps) > _MOST:
                del steps[0]
    else:
        steps.clear()


def _read(env: BuildEnvironment, before: _Before) -> set[str]:
    return {name for name, time in env.all_docs.items() if before.times.get(name) != time}


def _is_local(env: BuildEnvironment, before: _Before) -> bool:
    data = _data(env)
    return (
        env.all_docs.keys() == before.times.keys()
        and _read(env, before) <= before.facts.keys()
        and data["git"] == before.git
        and all(
            facts.identity == data["facts"].get(name, PageFacts()).identity
            and before.titles[name] == _title(env, name)
            and (name in before.tocs or name not in env.toctree_includes)
            for name, facts in before.facts.items()
        )
        and all(toc == _toc(env, name) for name, toc in before.tocs.items())
    )


def _are_pages(env: BuildEnvironment, facts: Mapping[str, PageFacts]) -> bool:
    has_directives = bool(options(env.config).page_directives)
    return not has_directives and all(of_page.is_page for of_page in facts.values())


def change_since(env: BuildEnvironment, state: str) -> LocalChange | None:
    """What changed since all documents had a state; None if that is not known, or not local."""
    data = _data(env)
    facts: dict[str, PageFacts] = {}
    are_pages = True
    at = state_of_documents(env.all_docs)
    for step in reversed(data["history"]):
        if at == state or step.after != at:
            break
        facts.update(step.facts)
        are_pages = are_pages and step.are_pages
        at = step.before
    if at != state:
        return None
    now = data["facts"]
    return LocalChange(
        {name: (old, now.get(name, PageFacts())) for name, old in facts.items()}, are_pages
    )
