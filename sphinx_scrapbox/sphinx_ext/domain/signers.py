"""Who signs on the pages of the site: found before any page is read.

Whether a name opens a turn depends on other pages (:mod:`sphinx_scrapbox.wiki.speakers.signers`).
The files that are new or changed are therefore scanned first, so that each process that reads
pages knows all signers. A page that shows a name is read again if it is a signer's now and was
not, or the reverse.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from sphinx_scrapbox.formats.signatures import read_signatures
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of
from sphinx_scrapbox.sphinx_ext.sources.file_types import MARKDOWN, NATIVE, page_type
from sphinx_scrapbox.wiki.redaction import checksum
from sphinx_scrapbox.wiki.speakers import PageSignatures, find_signers
from sphinx_scrapbox.wiki.structure import StructureOptions


@dataclass(frozen=True, slots=True)
class _Signers:
    """Names by their checksums: the environment, which some builders publish, tells no names."""

    checksums: frozenset[str]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and checksum(name) in self.checksums


def structure_options(env: BuildEnvironment) -> StructureOptions:
    """What :func:`.structure` needs to know of this site and its pages."""
    checksums = domain_of(env).signers
    signers = _Signers(checksums) if checksums else None
    return replace(options(env.config).structure_options, signers=signers)


def reread_for_signers(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Handler of ``env-get-outdated``: find who signs, and the pages that it matters to."""
    domain = domain_of(env)
    pages: dict[str, PageSignatures] = domain.data["signatures"]
    for docname in removed | (added | changed):
        pages.pop(docname, None)
    for docname in sorted(added | changed):
        path = Path(env.doc2path(docname))
        if page_type(app.config.source_suffix, path) not in (MARKDOWN, NATIVE):
            continue
        try:
            text = path.read_text(encoding="utf-8-sig", errors="replace")
        except OSError:  # Sphinx says so when it reads the document
            continue
        if ".icon" in text and (found := read_signatures(text.split("\n"))) != PageSignatures():
            pages[docname] = found._replace(names=tuple(map(checksum, found.names)))
    before, now = domain.signers, frozenset(find_signers(pages.values()))
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
