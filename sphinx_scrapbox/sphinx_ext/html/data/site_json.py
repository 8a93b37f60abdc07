"""The wiki as data: pages, what is known of them, and the links between them, as one JSON file.

The manual documents the format. What a site does not publish is not in it: denied pages are no
documents, and a private project is not named.
"""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

from sphinx.application import Sphinx

from sphinx_scrapbox.snapshot.reports.wording import TOOL
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain, domain_of
from sphinx_scrapbox.sphinx_ext.domain.facts import PageFacts
from sphinx_scrapbox.sphinx_ext.domain.incremental import affected_documents
from sphinx_scrapbox.sphinx_ext.domain.languages import page_languages, site_language
from sphinx_scrapbox.sphinx_ext.html.data.json_ld import translation_sources
from sphinx_scrapbox.sphinx_ext.html.data.markdown_pages import markdown_name, writes_markdown
from sphinx_scrapbox.sphinx_ext.html.data.metadata import absolute, image_address
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder
from sphinx_scrapbox.wiki.dates import iso
from sphinx_scrapbox.wiki.graph import is_wanted
from sphinx_scrapbox.wiki.titles import split_target

JSON = "scrapbox.json"
FORMAT_VERSION = 1
"""The version of the format. It rises when a field changes its meaning or goes."""

Fields = dict[str, object]

_START = '{"id":'
"""The start of the line of a page."""
_DECODE = json.JSONDecoder().raw_decode


def site_as_json(app: Sphinx) -> str:
    """The text of the file, with a line for each page, so that versions can be compared."""
    domain = domain_of(app.env)
    head = {
        "version": FORMAT_VERSION,
        "generator": TOOL,
        "site": _with_values(
            {
                "title": app.config.project,
                "language": site_language(app.config),
                "url": absolute(app, "./"),
            }
        ),
        "projects": _projects(domain),
    }
    docnames = {*domain.facts, *(name for name in domain.documents.values())}
    kept = _kept_lines(app)
    lines = (
        kept.get(docname) or _line(app, docname)
        for docname in sorted(docnames & app.env.all_docs.keys())
    )
    listed = ",\n".join(filter(None, lines))
    return f'{_dumped(head)[:-1]},"pages":[\n{listed}\n]}}\n'


def _line(app: Sphinx, docname: str) -> str:
    page = _page(app, docname)
    return _dumped(page) if page else ""


def _kept_lines(app: Sphinx) -> dict[str, str]:
    """The lines of the last build for pages that a local change does not concern, by docname."""
    affected, path = affected_documents(app), Path(app.outdir, JSON)
    if affected is None or not path.is_file():
        return {}
    lines = path.read_text(encoding="utf-8").split("\n")
    kept = {
        _DECODE(line, len(_START))[0]: line.removesuffix(",")
        for line in lines
        if line.startswith(_START)
    }
    return {docname: line for docname, line in kept.items() if docname not in affected}


def _dumped(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _with_values(fields: Fields) -> Fields:
    return {name: value for name, value in fields.items() if value}


def _projects(domain: ScrapboxDomain) -> list[Fields]:
    """The public projects that have pages, with the date of their snapshot."""
    snapshots = source_folder(domain.env).snapshots
    languages = page_languages(domain)
    taken = {
        snapshot.project: snapshot.taken
        for snapshot in sorted(snapshots.all(), key=lambda snapshot: snapshot.taken)
    }
    names = {facts.project for facts in domain.facts.values() if facts.is_page and facts.project}
    return [
        _with_values(
            {
                "name": name,
                "url": snapshots.page_url(name, ""),
                "language": languages.of_project(name),
                "snapshot": iso(taken[name]) if taken.get(name) else "",
            }
        )
        for name in sorted(names - domain.private_projects)
    ]


def _page(app: Sphinx, docname: str) -> Fields:
    """The fields of a page, or of a document that links to pages; empty for any other."""
    domain = domain_of(app.env)
    facts = domain.facts.get(docname, PageFacts())
    links = domain.graph.links_of(docname)
    if not (facts.is_page or links or domain.graph.links_to(docname)):
        return {}
    path = app.builder.get_target_uri(docname) or "./"
    fields: Fields = {
        "id": docname,
        "type": "page" if facts.is_page else "document",
        "title": domain.title_of(docname),
        "path": path,
        "url": absolute(app, path),
        "links": [node for node in links if not is_wanted(node)],
        "missing": [_missing(domain, node, docname) for node in links if is_wanted(node)],
        "tags": [_public(domain, tag) for tag in facts.tags],
        "people": _people(domain, docname, facts),
    }
    return _with_values(fields | _page_fields(app, docname, facts) if facts.is_page else fields)


def _page_fields(app: Sphinx, docname: str, facts: PageFacts) -> Fields:
    """What only pages of a wiki have."""
    domain = domain_of(app.env)
    return {
        "project": _public_project(domain, facts.project),
        "wiki_url": domain_of(app.env).live_address(docname),
        "markdown": quote(markdown_name(app, docname)) if writes_markdown(app) else "",
        "language": page_languages(domain).of(docname),
        "created": iso(facts.created) if facts.created else "",
        "updated": iso(facts.updated) if facts.updated else "",
        "summary": facts.summary,
        "image": image_address(app, facts.image),
        "aliases": [] if facts.private else list(facts.other_titles),
        "translation_of": [
            _with_values(
                {
                    "id": work.docname,
                    "title": work.title,
                    "language": work.language,
                    "url": work.url,
                }
            )
            for work in translation_sources(app, docname)
        ],
    }


def _public_project(domain: ScrapboxDomain, project: str) -> str:
    return "" if project in domain.private_projects else project


def _public(domain: ScrapboxDomain, target: str) -> str:
    """A target without the name of a private project."""
    project, title = split_target(target)
    return title if project in domain.private_projects else target


def _missing(domain: ScrapboxDomain, node: str, docname: str) -> Fields:
    """A page that is linked to and not part of the site."""
    project = node.split("/", 2)[1]
    is_own = project == domain.project_of(docname)
    fields: Fields = {
        "title": domain.graph.wanted_title(node),
        "project": "" if is_own else _public_project(domain, project),
        "url": domain.wanted_address(node),
    }
    return _with_values(fields)


def _people(domain: ScrapboxDomain, docname: str, facts: PageFacts) -> list[Fields]:
    """Those who speak or sign, with the number of times; two icons may be of one person."""
    own = domain.project_of(docname)
    turns: dict[str, int] = {}
    for target, count in zip(facts.people, facts.turns, strict=True):
        project, name = split_target(target)
        person = domain.person(name, project, own)
        shown = person.name if person else _public(domain, target)
        turns[shown] = turns.get(shown, 0) + count
    return [{"name": name, "turns": count} for name, count in turns.items()]
