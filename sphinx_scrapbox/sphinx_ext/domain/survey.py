"""What the pages of a site tell of each other, found before any page is read.

Whether a name opens a turn depends on other pages (:mod:`sphinx_scrapbox.wiki.speakers.signers`),
and so does the project of a page (:mod:`sphinx_scrapbox.formats.evidence.own_project`). The files
that are new or changed are therefore scanned first, so that each process that reads pages knows
both. A page is read again if its own project is another one now, or if it shows a name that is a
signer's now and was not, or the reverse.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from sphinx_scrapbox.formats.evidence.own_project import Statement
from sphinx_scrapbox.formats.evidence.signatures import read_signatures
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain, domain_of
from sphinx_scrapbox.sphinx_ext.domain.index.history import note_not_local
from sphinx_scrapbox.sphinx_ext.sources.file_types import MARKDOWN, NATIVE
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder
from sphinx_scrapbox.sphinx_ext.warnings import note_again
from sphinx_scrapbox.wiki.redaction import checksum
from sphinx_scrapbox.wiki.speakers import PageSignatures, find_signers
from sphinx_scrapbox.wiki.structure import StructureOptions


@dataclass(frozen=True, slots=True)
class _Signers:
    """Names by their checksums: the environment, which some builders publish, tells no names."""

    checksums: frozenset[str]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and checksum(name) in self.checksums


def structure_options(env: BuildEnvironment, project: str) -> StructureOptions:
    """What :func:`.structure` needs to know of this site and of pages of *project*."""
    checksums = domain_of(env).signers
    signers = _Signers(checksums) if checksums else None
    return replace(source_folder(env).projects.structure_options(project), signers=signers)


def survey_pages(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Handler of ``env-get-outdated``: scan new pages, and return those to be read again."""
    domain, folder = domain_of(env), source_folder(env)
    signatures: dict[str, PageSignatures] = domain.data["signatures"]
    statements: dict[str, Statement] = domain.data["statements"]
    for docname in removed | added | changed:
        signatures.pop(docname, None)
        statements.pop(docname, None)
    for docname in sorted(added | changed):
        path = Path(env.doc2path(docname))
        if folder.types.of(path) not in (MARKDOWN, NATIVE):
            continue
        try:
            text = path.read_text(encoding="utf-8-sig", errors="replace")
        except OSError:  # Sphinx says so when it reads the document
            continue
        if statement := folder.pages.statement(text, path):
            statements[docname] = statement
        if ".icon" in text and (on_page := read_signatures(text.split("\n"))) != PageSignatures():
            signatures[docname] = on_page._replace(names=tuple(map(checksum, on_page.names)))
    projects = folder.projects
    projects.decide(statements)
    locked = projects.locked(env.found_docs)
    if not (added or changed or removed) and domain.data["projects"][2] == locked:
        return []
    for_projects = list(_read_for_projects(env, domain, locked))
    for_signers = list(_read_for_signers(domain))
    total = len(env.found_docs)
    note_again("read", for_projects, "pages are of other projects than before", total)
    note_again("read", for_signers, "other people sign what they write", total)
    return [*for_projects, *for_signers]


def _read_for_projects(
    env: BuildEnvironment, domain: ScrapboxDomain, locked: Mapping[str, str]
) -> Iterable[str]:
    """Decide the projects; the documents of another project than before, and those with icons.

    Which icons the configuration means may depend on all projects of the site.
    """
    projects = source_folder(env).projects
    before, here, _locked = domain.data["projects"]
    now = {docname: projects.of(docname) for docname in sorted(env.found_docs)}
    domain.data["projects"] = now, tuple(sorted(projects.here)), locked
    if before != now or here != domain.data["projects"][1]:
        note_not_local(env)
    if here != domain.data["projects"][1]:
        config = options(env.config)
        if config.people or config.icon_path:
            return [name for name, facts in domain.facts.items() if facts.links]
    return [name for name in domain.facts if name in now and before.get(name) != now[name]]


def _read_for_signers(domain: ScrapboxDomain) -> Iterable[str]:
    """Find who signs, and the pages that it matters to."""
    before = domain.signers
    now = frozenset(find_signers(domain.data["signatures"].values()))
    if before == now:
        return []
    domain.data["signers"] = tuple(sorted(now))
    moved = before ^ now
    # Where signing becomes a habit, names without a signature are doubted, and were not.
    is_new_habit = not before or not now
    return [
        name
        for name, facts in domain.facts.items()
        if facts.links and (is_new_habit or not moved.isdisjoint(map(checksum, facts.links)))
    ]


def reread_for_locks(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Handler of ``env-get-outdated``: the pages of which a lock file says something else now.

    That is something else than when they were read.
    """
    locks, types = source_folder(env).locks, source_folder(env).types
    outdated = []
    for docname, facts in domain_of(env).facts.items():
        if docname in removed or not facts.is_page:
            continue
        if not facts.lock and locks.above_document(docname) is None:
            continue
        docfile = Path(env.doc2path(docname))
        if types.of(docfile) == NATIVE:
            locked = locks.of(docfile)
            if facts.lock != (locked.fingerprint if locked else ""):
                outdated.append(docname)
    note_again("read", outdated, "a lock file says something else of them", len(env.found_docs))
    for docname in added:  # found here once, so that no reading process has to look again
        locks.above_document(docname)
    return outdated
