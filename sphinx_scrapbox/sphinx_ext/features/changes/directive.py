"""``scrapbox:changes``: what changed since a revision of git or an earlier snapshot.

The directive leaves a placeholder that holds a query.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from sphinx_scrapbox.rendering.nodes import scrapbox_changelist
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain, domain_of
from sphinx_scrapbox.sphinx_ext.domain.incremental import keeps_digests
from sphinx_scrapbox.sphinx_ext.domain.index.history import LocalChange
from sphinx_scrapbox.sphinx_ext.domain.record import DocumentRecord
from sphinx_scrapbox.sphinx_ext.feature import Feature, Listener
from sphinx_scrapbox.sphinx_ext.features.changes import comparison
from sphinx_scrapbox.sphinx_ext.features.changes.feeds import link_feeds, write_feeds
from sphinx_scrapbox.sphinx_ext.features.changes.nodes import FillChangeLists
from sphinx_scrapbox.sphinx_ext.reading import option_values
from sphinx_scrapbox.sphinx_ext.reading.option_values import BadOption
from sphinx_scrapbox.sphinx_ext.warnings import warn_directive

_FEED = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*\.(?:xml|atom|json)", re.A)
_TAKEN = frozenset({"sitemap.xml", "opensearch.xml", "scrapbox.json", "scrapbox.atom"})


_FIELDS = {"from": "source", "max": "limit", "feed": "feeds"}
"""The fields of the query that have other names than their options."""


def _revision(text: str) -> str:
    if not text or not text.isprintable():
        raise BadOption(f"must be a revision of git, not {text!r}")
    return text


def _feeds(text: str) -> tuple[str, ...]:
    feeds = tuple(dict.fromkeys(text.split()))
    if not feeds or not all(_FEED.fullmatch(name) for name in feeds) or _TAKEN & {*feeds}:
        raise BadOption(f"must be the name of a file such as changes.xml, not {text!r}")
    return feeds


class ChangesDirective(SphinxDirective):
    """``scrapbox:changes``: the pages that are new, changed, renamed or gone."""

    option_spec = option_values.unconverted_options(
        ("since", "from", "path", "max", "lines", "kinds", "feed")
    )

    def run(self) -> list[nodes.Node]:
        """The placeholder."""
        converters: option_values.Converters = {
            "since": _revision,
            "from": self._source,
            "path": self._folder,
            "max": option_values.whole_number,
            "lines": option_values.flag,
            "kinds": option_values.several_of(*comparison.KINDS),
            "feed": _feeds,
        }
        values = option_values.convert_options(self, converters)
        fields = {_FIELDS.get(option, option): value for option, value in values.items()}
        if ("since" in fields) == ("source" in fields):
            warn_directive(self, "set either :since: (a revision) or :from: (a folder or file)")
            return []
        node = scrapbox_changelist(query=comparison.ChangesQuery(**fields).text())
        self.set_source_info(node)
        return [node]

    def _source(self, text: str) -> str:
        return self._below_sources(text, "a folder, a lock file or a stored comparison")

    def _folder(self, text: str) -> str:
        path = self._below_sources(text, "a folder")
        if not Path(self.env.srcdir, path).is_dir():
            raise BadOption(f"must be a folder, not {text!r}")
        return path

    def _below_sources(self, text: str, what: str) -> str:
        """A path as ``include`` takes it, made relative to the source folder."""
        root = Path(self.env.srcdir).resolve()
        try:
            path = Path(self.env.relfn2path(text or "\0")[1]).resolve()
            if path.exists() and path.is_relative_to(root):
                relative = path.relative_to(root).as_posix()
                return "" if relative == "." else relative
        except (OSError, ValueError):
            pass
        raise BadOption(f"must be {what} below the source folder, not {text!r}")


def warn_of_problems(app: Sphinx, env: BuildEnvironment) -> None:
    """Handler of ``env-updated``: warn of lists that cannot be shown, written again or not."""
    domain = domain_of(env)
    if keeps_digests(app):
        for docname, problem in comparison.kept_problems(domain):
            comparison.warn_of_problem(domain, docname, problem)


class ChangesFeature(Feature):
    """Keeps the queries of documents, and writes the feeds."""

    name = "changes"
    directives = {"changes": ChangesDirective}
    post_transforms = (FillChangeLists,)
    node_classes = (scrapbox_changelist,)
    listeners = (Listener("env-updated", warn_of_problems, 700, "When pages are compared."),)

    def collect(self, nodes: Sequence[nodes.Element], record: DocumentRecord) -> object | None:
        """The query of each list."""
        return tuple(node["query"] for node in nodes) or None

    def state(self, domain: ScrapboxDomain) -> Hashable:
        """The earlier snapshots, and why some of them cannot be compared."""
        changes = comparison.changes_of(domain.env)
        queries = [query for asked in comparison.queries_of(domain).values() for query in asked]
        return tuple(map(changes.signature, queries)), tuple(comparison.kept_problems(domain))

    def shown(self, docname: str, domain: ScrapboxDomain) -> Hashable:
        """The data of each list, or the message why there is none."""
        queries = comparison.queries_of(domain).get(docname, ())
        shown = tuple(comparison.changes_for(domain.env, query) for query in queries)
        problems = (answer for answer in shown if isinstance(answer, str))
        comparison.note_problems(domain, docname, problems)
        return shown or None

    def page_context(self, app: Sphinx, docname: str, context: dict[str, Any]) -> None:
        """Link the feeds of the page's lists."""
        link_feeds(app, docname, context)

    def finish(self, app: Sphinx) -> None:
        """Write the feeds."""
        write_feeds(app)

    def affected(self, change: LocalChange, domain: ScrapboxDomain) -> Iterable[str]:
        """The documents with lists of changes."""
        return domain.collected("changes")


FEATURE = ChangesFeature()
