"""Which pages to write again: those that would show something else than the output does.

What a page shows is a property of the output: two builders may share the environment, and a
build may be killed while it writes, or be asked for some files only. For each output there is
therefore a file beside the doctrees that holds a digest of what each of its pages shows. A
page's digest is dropped before the page is written, and stored when the build has ended without
an error. What is dropped is appended to a second file, a log, so that the first is written once.

After a local change (see :mod:`.history`) only the digests of the documents that were read, and of
those that features name, are computed again.

A digest covers the time when the document was read, as Sphinx writes a page again only if its
source is newer than the page, not if the document was read for another reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from sphinx_scrapbox.sphinx_ext.builders import has_search
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain, domain_of
from sphinx_scrapbox.sphinx_ext.domain.incremental.output import Output, OutputState
from sphinx_scrapbox.sphinx_ext.domain.index.history import (
    LocalChange,
    change_since,
    digest,
    state_of_documents,
)
from sphinx_scrapbox.sphinx_ext.domain.output_files import remove_outdated, state_file
from sphinx_scrapbox.sphinx_ext.feature import Outdated
from sphinx_scrapbox.sphinx_ext.warnings import note_again

_LINES_OF_BUILD_INFO = 4


def remove_torn_build_info(app: Sphinx) -> None:
    """Handler of ``builder-inited``: remove ``.buildinfo`` if a build was killed as it wrote it.

    Sphinx up to 9.0 ends with an ``IndexError`` over such a file; without one it writes all pages.
    """
    path = Path(app.outdir, ".buildinfo")
    if path.is_file() and path.read_bytes().count(b"\n") < _LINES_OF_BUILD_INFO:
        path.unlink()


_OUTPUTS: WeakKeyDictionary[Sphinx, Output] = WeakKeyDictionary()


def keeps_digests(app: Sphinx) -> bool:
    """Whether this builder writes some pages only, those with a new digest among them."""
    return app in _OUTPUTS


def is_current(app: Sphinx) -> bool:
    """Whether the output of the last build shows the site as it is."""
    output = _OUTPUTS.get(app)
    return output is not None and output.is_current


def has_same_objects(app: Sphinx) -> bool:
    """Whether the inventory and the search index of the output list what they have to list.

    Wiki pages without directives give only what their facts tell.
    """
    output = _OUTPUTS.get(app)
    if output is None or output.is_current:
        return output is not None
    return (
        output.change is not None
        and output.change.are_pages
        and all(
            (old.tags, old.people) == (new.tags, new.people)
            for old, new in output.change.documents.values()
        )
    )


def has_same_site_pages(app: Sphinx, is_same: Callable[[LocalChange], bool]) -> bool:
    """Whether no site page has to be written again.

    :param is_same: whether they show the same as before after a local change.
    """
    output = _OUTPUTS.get(app)
    return output is not None and output.has_same(is_same)


def affected_documents(app: Sphinx) -> set[str] | None:
    """The documents that a local change concerns since the output was written; None for all."""
    output = _OUTPUTS.get(app)
    return output.affected if output else None


def change_of_site_pages(app: Sphinx) -> LocalChange | None:
    """What changed for site pages since the output was written, if that is known and local."""
    output = _OUTPUTS.get(app)
    return output.change if output is not None and output.writes_as_expected else None


def kept_site_pages(app: Sphinx) -> dict[str, str]:
    """Digests by the names of the site pages of the last build; none if the output lacks one."""
    output, builder = _OUTPUTS.get(app), app.builder
    if output is None or not has_search(builder):
        return {}
    files = (Path(builder.get_outfilename(name)) for name in output.site_pages)
    return dict(output.site_pages) if all(file.is_file() for file in files) else {}


def note_site_pages(app: Sphinx, pages: Mapping[str, str]) -> None:
    """Keep digests of what pages that are no documents show, by name, for the next build.

    Those of the last build that are no longer among them are removed from the output.
    """
    output, builder = _OUTPUTS.get(app), app.builder
    if output is None or not has_search(builder):
        return

    def files(names: Iterable[str]) -> list[str]:
        paths = (Path(builder.get_outfilename(name)) for name in names)
        return [path.relative_to(app.outdir).as_posix() for path in paths]

    documents = app.env.all_docs.keys()
    if outdated := output.site_pages.keys() - pages.keys() - documents:
        remove_outdated(Path(app.outdir), files(outdated), files([*pages, *documents]))
    output.site_pages = dict(pages)


def begin_site_files(app: Sphinx) -> None:
    """Have the next build write all files of the site if this one is killed."""
    if output := _OUTPUTS.get(app):
        output.begin_site_files()


def removed_pages(app: Sphinx) -> list[str]:
    """The documents of the last build of this output that no longer exist."""
    output = _OUTPUTS.get(app)
    return sorted(output.pages.keys() - app.env.all_docs.keys()) if output else []


def documents_to_read(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Handler of ``env-get-outdated``: the documents that a feature wants to be read again."""
    domain, outdated = domain_of(env), Outdated(added, changed, removed)
    docnames: list[str] = []
    for feature in domain.features:
        wanted = [name for name in feature.reread(domain, outdated) if name not in removed]
        note_again("read", wanted, f"because of the feature {feature.name!r}", len(env.found_docs))
        docnames += wanted
    return docnames


def documents_to_write(app: Sphinx, env: BuildEnvironment) -> Iterable[str]:
    """Handler of ``env-updated``: the documents that the output shows otherwise than they are."""
    _OUTPUTS.pop(app, None)
    domain = domain_of(env)
    domain.forget_index()  # nothing of an earlier build of this process
    outdated = app.builder.get_outdated_docs()
    if isinstance(outdated, str) or outdated is env.found_docs:
        return []  # this builder always writes everything
    output = _OUTPUTS[app] = Output(app, state_file(app, "scrapbox"))
    settings = _settings(app)
    output.wanted_state = _state(domain, settings)
    if not output.is_current:
        output.wanted = _wanted(output, domain, settings)
        output.wanted_state = _state(domain, settings)  # some are known only now
    changed = [name for name, shown in output.wanted.items() if output.pages.get(name) != shown]
    if output.pages:  # not the first build
        note_again("written", changed, output.reason(), len(env.all_docs))
    output.expected = {*changed, *(output.change.documents if output.change else ())}
    return changed


def _wanted(output: Output, domain: ScrapboxDomain, settings: Sequence[object]) -> dict[str, str]:
    """The digests of all documents; of those that a change does not concern, as they were."""
    documents: Iterable[str] = sorted(domain.env.all_docs)
    wanted: dict[str, str] = {}
    if output.shows_settings(output.wanted_state) and (
        change := change_since(domain.env, output.state.documents)
    ):
        output.change = change
        affected = _affected(domain, change)
        if affected is not None:
            output.affected = set(affected)
            documents, wanted = affected, dict(output.pages)
    wanted.update((name, _shown(domain, name, settings)) for name in documents)
    return wanted


def _affected(domain: ScrapboxDomain, change: LocalChange) -> list[str] | None:
    """The documents that may show something else after a change; None if all may."""
    affected = set(change.documents)
    for feature in domain.features:
        docnames = feature.affected(change, domain)
        if docnames is None:
            return None
        affected.update(docnames)
    return sorted(affected & domain.env.all_docs.keys())


def _settings(app: Sphinx) -> Sequence[object]:
    """The options that all pages depend on: of HTML all, of other formats those of this extension.

    Sphinx stores those of HTML before it has written the pages with them.
    """
    info = getattr(app.builder, "build_info", None)
    if info is not None:
        return [info.config_hash, info.tags_hash]
    own = (
        value
        for value in app.config.filter(frozenset({"html"}))
        if value.name.startswith("scrapbox_")
    )
    return sorted((value.name, value.value) for value in own)


def _state(domain: ScrapboxDomain, settings: Sequence[object]) -> OutputState:
    """Changes with each document that is read or removed, and with the states of features."""
    states = {feature.name: feature.state(domain) for feature in domain.features}
    documents = state_of_documents(domain.env.all_docs)
    if None in states.values():
        return OutputState({}, documents)
    options = {"version": domain.data_version, "options": settings}
    named = {name: digest(state) for name, state in {**options, **states}.items() if state != ""}
    return OutputState(named, documents)


def _shown(domain: ScrapboxDomain, docname: str, settings: Sequence[object]) -> str:
    parts = [feature.shown(docname, domain) for feature in domain.features]
    return digest((settings, domain.env.all_docs[docname], parts))


def note_written(app: Sphinx, doctree: object, docname: str) -> None:
    """Handler of ``doctree-resolved``, which comes before a page is written."""
    if output := _OUTPUTS.get(app):
        output.drop(docname)


def note_all_written(app: Sphinx) -> list[Any]:
    """Handler of ``html-collect-pages``: no page of a document is written from now on."""
    if output := _OUTPUTS.get(app):
        output.stop()
    return []


def remember_output(app: Sphinx, exception: Exception | None) -> None:
    """Handler of ``build-finished``: store what was written, unless the build failed."""
    output = _OUTPUTS.pop(app, None)
    if output is not None and exception is None:
        output.save()
