"""Lists of pages, of wanted pages and of people, written where a directive asks for them.

A directive leaves a placeholder that holds a query; documents keep their queries among their
facts. What a query finds is plain data, made once per build from tables over all facts. It is
all that the list's nodes are made from, so a list has to be written anew just when it differs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from fnmatch import translate
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple
from zlib import crc32

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.locale import get_translation
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

from .ages import stale_pages
from .config import Person, options
from .dates import iso_day
from .domain import builder_of, domain_of, may_hold_directives
from .fetched import loading, shows_file
from .letters import sort_key
from .log import Warn, warn
from .nodes import icon as icon_node
from .nodes import listing
from .notices import CATALOG
from .page import IconRole
from .pairs import pairs_of
from .surroundings import SiteSurroundings
from .titles import join_target, key, split_target

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.builders import Builder
    from sphinx.environment import BuildEnvironment

    from .domain import ScrapboxDomain

_ = get_translation(CATALOG)

LINKING = 12
"""Pages that are named beside a wanted page; the rest is counted."""
SPOKEN = 5
"""Pages that are named beside a person; the rest is counted."""


# -- queries ---------------------------------------------------------------------------


class Query(NamedTuple):
    """What a list holds. Names and days are "" and numbers 0 where they set no limit."""

    kind: str
    """``pages``, ``wanted``, ``people`` or ``stale``."""
    shape: str = "list"
    """``list``, ``table`` or ``cards``."""
    tag: str = ""
    person: str = ""
    title: str = ""
    since: str = ""
    until: str = ""
    sort: str = "title"
    reverse: bool = False
    limit: int = 0
    least: int = 2
    project: str = ""
    empty: str = ""
    """What stands in the place of a list that finds nothing."""

    def text(self) -> str:
        """The query as a node and the facts keep it."""
        given = {
            name: value
            for name, value in self._asdict().items()
            if value != self._field_defaults.get(name)
        }
        return json.dumps(given, ensure_ascii=False)


class PageRow(NamedTuple):
    """A page in a list; what the list's shape does not show is empty."""

    docname: str
    title: str
    updated: str = ""
    linked: int = 0
    summary: str = ""
    image: str = ""


class WantedRow(NamedTuple):
    """A page that nobody has written; ``linking`` holds docnames and titles."""

    project: str
    title: str
    total: int
    linking: tuple[tuple[str, str], ...]


class PersonRow(NamedTuple):
    """Somebody who speaks; ``pages`` holds docnames, titles and how often."""

    target: str
    label: str
    turns: int
    total: int
    pages: tuple[tuple[str, str, int], ...]


class StaleRow(NamedTuple):
    """A translation that is older than its source; days as ISO writes them."""

    docname: str
    title: str
    source: str
    source_title: str
    source_language: str
    translated: str
    changed: str
    days: int
    lines: int


Rows = Sequence[PageRow | WantedRow | PersonRow | StaleRow]
_Who = Person | tuple[str, str]


class Tables:
    """What lists and indices are made from, over all facts at once."""

    def __init__(self, domain: ScrapboxDomain) -> None:
        self._domain = domain
        self._config = options(domain.env.config)
        pages = [name for name, facts in domain.facts.items() if facts.is_page]
        self.pages = sorted(pages, key=lambda name: (sort_key(domain.facts[name].title), name))
        """The docnames of all pages, in the order of their titles."""
        self.tags: dict[tuple[str, str], list[str]] = {}
        """The documents that bear a tag, by the tag's project and key."""
        self.tag_names: dict[tuple[str, str], str] = {}
        self.people: dict[_Who, dict[str, int]] = {}
        """How often somebody speaks in each document."""
        self._people_targets: dict[_Who, str] = {}
        self._tags_named: dict[str, set[tuple[str, str]]] = {}
        self._people_named: dict[str, set[tuple[str, str]]] = {}
        others = sorted(domain.facts.keys() - set(pages))
        for docname in (*self.pages, *others):
            self._note(docname)

    def _note(self, docname: str) -> None:
        facts = self._domain.facts[docname]
        if not facts.tags and not facts.people:
            return
        own = self._domain.project_of(docname)
        for tag in facts.tags:
            project, name = split_target(tag)
            if name:
                known = (project or own, key(name))
                self.tag_names.setdefault(known, name)
                self._tags_named.setdefault(known[1], set()).add(known)
                bearing = self.tags.setdefault(known, [])
                if not bearing or bearing[-1] != docname:
                    bearing.append(docname)
        for target, count in zip(facts.people, facts.turns, strict=True):
            project, name = split_target(target)
            if project == own:
                project = ""
            who: _Who = self._config.person(name, project) or (project or own, key(name))
            if isinstance(who, tuple):
                is_own = who[0] in ("", self._config.project)
                target = name if is_own else join_target(who[0], name)
                self._people_named.setdefault(who[1], set()).add(who)
            self._people_targets.setdefault(who, target)
            spoken = self.people.setdefault(who, {})
            spoken[docname] = spoken.get(docname, 0) + count

    # -- pages -------------------------------------------------------------------------

    def tagged(self, tag: str) -> set[str]:
        """The documents that bear a tag, in any project if it names none."""
        project, name = split_target(tag)
        found = {(project, key(name))} if project else self._tags_named.get(key(name), set())
        return {docname for known in found for docname in self.tags.get(known, ())}

    def spoken_by(self, person: str) -> set[str]:
        """The documents that somebody speaks in."""
        project, name = split_target(person)
        who = self._config.person(name, project)
        if who:
            return set(self.people.get(who, ()))
        found = {(project, key(name))} if project else self._people_named.get(key(name), set())
        return {docname for known in found for docname in self.people.get(known, ())}

    def _select(self, query: Query) -> list[str]:
        facts = self._domain.facts
        found = self.pages
        for name, among in ((query.tag, self.tagged), (query.person, self.spoken_by)):
            if name:
                chosen = among(name)
                found = [docname for docname in found if docname in chosen]
        if query.title:
            matches = re.compile(translate(key(query.title))).match
            found = [docname for docname in found if matches(key(facts[docname].title))]
        if query.since or query.until:
            since, until = query.since, query.until or "9999"
            found = [name for name in found if since <= iso_day(facts[name].updated) <= until]
            found = [name for name in found if facts[name].updated]
        if query.sort != "title":
            found = sorted(found, key=self._sorting(query.sort))
        if query.reverse:
            found = found[::-1]
        return found[: query.limit or None]

    def _sorting(self, sort: str) -> Callable[[str], int]:
        facts, graph = self._domain.facts, self._domain.graph
        if sort == "linked":
            return lambda docname: -len(graph.links_to(docname))
        if sort == "created":
            return lambda docname: -facts[docname].created
        return lambda docname: -facts[docname].updated

    def _page_rows(self, query: Query) -> list[PageRow]:
        rows = []
        for docname in self._select(query):
            facts = self._domain.facts[docname]
            row = PageRow(docname, facts.title)
            if query.shape == "table":
                linked = len(self._domain.graph.links_to(docname))
                row = row._replace(updated=iso_day(facts.updated), linked=linked)
            elif query.shape == "cards":
                row = row._replace(summary=facts.summary, image=facts.image)
            rows.append(row)
        return rows

    # -- wanted pages and people -------------------------------------------------------

    def _wanted_rows(self, query: Query) -> list[WantedRow]:
        domain, graph = self._domain, self._domain.graph
        found = []
        for node in graph.wanted_nodes():
            linking = graph.links_to(node)
            if len(linking) >= query.least:
                found.append((-len(linking), sort_key(graph.wanted_title(node)), node))
        rows = []
        for count, _sort, node in sorted(found)[: query.limit or None]:
            shown = sorted(
                ((name, domain.title_of(name)) for name in graph.links_to(node)),
                key=lambda pair: sort_key(pair[1]),
            )
            project = node.split("/", 2)[1]
            title = graph.wanted_title(node)
            rows.append(WantedRow(project, title, -count, tuple(shown[:LINKING])))
        return rows

    def person_rows(self, shown: int = SPOKEN) -> list[PersonRow]:
        """Everybody who speaks, who speaks most first."""
        rows = []
        for who, spoken in self.people.items():
            target = self._people_targets[who]
            label = who.name if isinstance(who, Person) else split_target(target).title
            # What comes first is also first by title: the tables are in that order.
            most = sorted(spoken.items(), key=lambda pair: -pair[1])[:shown]
            pages = tuple((name, self._domain.title_of(name), count) for name, count in most)
            rows.append(PersonRow(target, label, sum(spoken.values()), len(spoken), pages))
        return sorted(rows, key=lambda row: (-row.turns, sort_key(row.label), row.target))

    # -- translations ------------------------------------------------------------------

    def _stale_rows(self, query: Query) -> list[StaleRow]:
        domain = self._domain
        rows = []
        for docname, age, lines in stale_pages(domain):
            if query.project in ("", domain.project_of(docname)):
                rows.append(
                    StaleRow(
                        docname,
                        domain.title_of(docname),
                        age.source,
                        _source_title(domain, age.source),
                        pairs_of(domain).sources[docname].source_language,
                        iso_day(age.translated),
                        iso_day(age.changed),
                        age.days,
                        lines,
                    )
                )
        rows.sort(key=lambda row: (sort_key(row.title), row.docname))
        if query.sort == "age":
            rows.sort(key=lambda row: -row.days)
        elif query.sort == "lines":
            rows.sort(key=lambda row: (-row.lines, -row.days))
        if query.reverse:
            rows.reverse()
        return rows[: query.limit or None]

    # -- all of them -------------------------------------------------------------------

    def rows(self, query: Query) -> Rows:
        """What a list shows: nothing else goes into its nodes."""
        if query.kind == "wanted":
            return self._wanted_rows(query)
        if query.kind == "people":
            return self.person_rows()[: query.limit or None]
        if query.kind == "stale":
            return self._stale_rows(query)
        return self._page_rows(query)


def _source_title(domain: ScrapboxDomain, source: str) -> str:
    return split_target(source).title if source.startswith("/") else domain.title_of(source)


def tables_of(domain: ScrapboxDomain) -> Tables:
    """The tables of a build, made when first asked for and forgotten when a fact changes."""
    tables: Tables | None = domain.made.get("tables")
    if tables is None:
        tables = domain.made["tables"] = Tables(domain)
    return tables


def rows_of(domain: ScrapboxDomain, text: str) -> tuple[Query, Rows]:
    """A query as a document keeps it, and what it finds."""
    found: tuple[Query, Rows] | None = domain.made.get(("rows", text))
    if found is None:
        query = Query(**json.loads(text))
        found = domain.made["rows", text] = query, tables_of(domain).rows(query)
    return found


# -- nodes -----------------------------------------------------------------------------


class Lists(SphinxPostTransform):
    """Fills the placeholders, before references are resolved (10)."""

    default_priority = 5

    def run(self, **kwargs: Any) -> None:
        """Fill each placeholder of this document."""
        if not may_hold_directives(self.document, self.env):
            return
        for node in list(self.document.findall(listing)):
            maker = _Maker(self.env, builder_of(self.env))
            made = maker.make(*rows_of(domain_of(self.env), node["query"]))
            for element in made:
                element["classes"] += node["classes"]
                element["ids"] += node["ids"]
            node.replace_self(made)


class _Maker:
    """Makes the nodes of a list for one output format."""

    def __init__(self, env: BuildEnvironment, builder: Builder) -> None:
        self._env = env
        self._surroundings = SiteSurroundings(env)
        self._config = options(env.config)
        self._is_html = builder.format == "html"
        self._builder = builder
        self._shows_images = builder.supported_remote_images and self._config.images == "show"

    def make(self, query: Query, rows: Rows) -> list[nodes.Element]:
        """The list; nothing at all if it is empty."""
        if not rows:
            return [nodes.paragraph("", query.empty)] if query.empty else []
        made: nodes.Element
        if query.kind == "stale":
            made = self._stale([row for row in rows if isinstance(row, StaleRow)])
        elif query.kind == "people":
            made = self._people([row for row in rows if isinstance(row, PersonRow)])
        elif query.shape == "table":
            made = self._table([row for row in rows if isinstance(row, PageRow)])
        else:
            made = nodes.bullet_list(bullet="-")
            for row in rows:
                if isinstance(row, WantedRow):
                    made += nodes.list_item("", *self._wanted(row))
                elif isinstance(row, PageRow):
                    made += nodes.list_item("", *self._item(row))
        # Titles are found as the pages that bear them; a list of them would be found for all.
        shape = query.kind if query.kind in ("wanted", "stale") else query.shape
        made["classes"] += ["scrapbox-list", f"scrapbox-{shape}", "no-search"]
        return [made]

    # -- parts -------------------------------------------------------------------------

    def _page(self, docname: str, title: str, language: str = "") -> nodes.Element:
        shown = nodes.inline("", title, classes=["xref", "scrapbox-page"])
        if language:
            shown["classes"].append(f"language-{language}")  # HTML's attribute ``lang``
        link = self._surroundings.link("page", title, shown)
        link["scrapbox-docname"] = docname
        return link

    def _source(self, row: StaleRow) -> nodes.Element:
        if not row.source.startswith("/"):
            return self._page(row.source, row.source_title, row.source_language)
        shown = nodes.inline("", row.source_title, classes=["xref", "scrapbox-page"])
        if row.source_language:
            shown["classes"].append(f"language-{row.source_language}")
        return self._surroundings.link("page", row.source, shown)

    def _item(self, row: PageRow) -> list[nodes.Node]:
        parts: list[nodes.Node] = [nodes.paragraph("", "", self._page(row.docname, row.title))]
        if self._is_html and row.image and self._may_show(row.image):
            image = nodes.image(uri=row.image, alt="", classes=["scrapbox-card-image"])
            # As Sphinx notes it down: a file of the site, or an address that is left alone.
            image["candidates"] = {"?" if "://" in row.image else "*": row.image}
            image["loading"] = loading(self._builder)
            parts.append(image)
        if row.summary:
            parts.append(nodes.paragraph("", row.summary, classes=["scrapbox-summary"]))
        return parts

    def _may_show(self, image: str) -> bool:
        return self._shows_images if "://" in image else shows_file(self._builder, image)

    def _wanted(self, row: WantedRow) -> list[nodes.Node]:
        shown = nodes.inline("", row.title, classes=["xref", "scrapbox-page"])
        parts: list[nodes.Node]
        if self._config.missing == "warn":  # that nobody has written it is the point here
            shown["classes"].append("scrapbox-missing")
            parts = [shown]
        else:
            parts = [self._surroundings.link("page", join_target(row.project, row.title), shown)]
        parts.append(nodes.Text(f" ({row.total}): "))
        links = [self._page(docname, title) for docname, title in row.linking]
        return [nodes.paragraph("", "", *parts, *_joined(links, row.total))]

    def _people(self, rows: Sequence[PersonRow]) -> nodes.table:
        lines: list[list[list[nodes.Node]]] = []
        for row in rows:
            project, name = split_target(row.target)
            face = icon_node(
                name=name, project=project, label=row.label, role=IconRole.SPEAKER.value
            )
            pages: list[nodes.Node] = [
                nodes.inline("", "", self._page(docname, title), nodes.Text(f" ({count})"))
                for docname, title, count in row.pages
            ]
            lines.append(
                [
                    [self._surroundings.link("icon", row.target, face)],
                    [nodes.Text(str(row.turns))],
                    _joined(pages, row.total),
                ]
            )
        return table([(_("Person"), 25), (_("Turns"), 10), (_("Pages"), 65)], lines)

    def _stale(self, rows: Sequence[StaleRow]) -> nodes.table:
        columns = [
            (_("Page"), 30),
            (_("Source"), 30),
            (_("Translated"), 15),
            (_("Source changed"), 15),
            (_("Changed lines"), 10),
        ]
        lines: list[list[list[nodes.Node]]] = [
            [
                [self._page(row.docname, row.title)],
                [self._source(row)],
                [nodes.Text(row.translated)],
                [nodes.Text(row.changed)],
                [nodes.Text(str(row.lines) if row.lines else "")],
            ]
            for row in rows
        ]
        if not any(row.lines for row in rows):
            del columns[-1]
            lines = [line[:-1] for line in lines]
        return table(columns, lines)

    def _table(self, rows: Sequence[PageRow]) -> nodes.table:
        has_days = any(row.updated for row in rows)
        columns = [(_("Page"), 65), (_("Updated"), 20), (_("Linked from"), 15)]
        lines: list[list[list[nodes.Node]]] = []
        for row in rows:
            lines.append(
                [
                    [self._page(row.docname, row.title)],
                    [nodes.Text(row.updated)],
                    [nodes.Text(str(row.linked))],
                ]
            )
            if not has_days:
                del lines[-1][1]
        if not has_days:
            del columns[1]
        return table(columns, lines)


def _joined(links: Sequence[nodes.Node], count: int) -> list[nodes.Node]:
    """Links with commas between them, and how many more there are."""
    parts: list[nodes.Node] = []
    for link in links:
        if parts:
            parts.append(nodes.Text(", "))
        parts.append(link)
    if count > len(links):
        more = str(_("{count} more")).format(count=count - len(links))
        parts.append(nodes.Text(f", {more}"))
    return parts


def table(
    columns: Sequence[tuple[str, int]], lines: Iterable[Sequence[Sequence[nodes.Node]]]
) -> nodes.table:
    """A table of columns (heading and width in percent) and lines of cells."""
    group = nodes.tgroup(cols=len(columns))
    for _title, width in columns:
        group += nodes.colspec(colwidth=width)
    group += nodes.thead("", _row([[nodes.Text(str(title))] for title, _width in columns]))
    group += nodes.tbody("", *map(_row, lines))
    return nodes.table("", group, classes=["scrapbox-table"])


def _row(cells: Iterable[Sequence[nodes.Node]]) -> nodes.row:
    entries = (nodes.entry("", nodes.paragraph("", "", *cell)) for cell in cells)
    return nodes.row("", *entries)


# -- directives ------------------------------------------------------------------------


class _BadOption(ValueError):
    """The message completes "option x …"."""


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise _BadOption(f"must be a whole number, not {text!r}")
    return int(text)


def _iso_day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise _BadOption(f"must be a day such as 2025-04-01, not {text!r}") from None


def _one_of(*choices: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if text not in choices:
            raise _BadOption(f"must be one of {', '.join(choices)}, not {text!r}")
        return text

    return check


def _name(text: str) -> str:
    if not text:
        raise _BadOption("is empty")
    return text


def _tag(text: str) -> str:
    return _name(text.removeprefix("#"))


def _yes(text: str) -> bool:
    if text:
        raise _BadOption(f"takes no value, not {text!r}")
    return True


_CHECKS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "tag": ("tag", _tag),
    "person": ("person", _name),
    "title": ("title", _name),
    "since": ("since", _iso_day),
    "until": ("until", _iso_day),
    "sort": ("sort", str),  # each directive has its own orders
    "reverse": ("reverse", _yes),
    "limit": ("limit", _number),
    "as": ("shape", _one_of("list", "table", "cards")),
    "min": ("least", _number),
    "project": ("project", lambda text: _name(text.strip("/"))),
    "empty": ("empty", _name),
}
"""Option → field of the query, and what makes its value of the text; it may raise."""


def _options(names: str) -> dict[str, Callable[[str], str]]:
    # They are checked here and not by docutils, whose errors cannot be suppressed by type.
    return dict.fromkeys(names.split(), directives.unchanged)


class _ListDirective(SphinxDirective):
    kind: ClassVar[str]
    sorts: ClassVar[tuple[str, ...]] = ("title", "updated", "created", "linked")

    def run(self) -> list[nodes.Node]:
        """The placeholder."""
        fields: dict[str, Any] = {"sort": self.sorts[0]}
        for option, text in self.options.items():
            field, check = _CHECKS[option]
            if option == "sort":
                check = _one_of(*self.sorts)
            try:
                fields[field] = check((text or "").strip())
            except _BadOption as error:
                self._complain(f"option {option!r} {error}; it is ignored")
        if self.arguments:
            fields["tag"] = self.arguments[0].strip().removeprefix("#")
        node = listing(query=Query(self.kind, **fields).text())
        self.set_source_info(node)
        document = self.state.document
        document["scrapbox-lists"] = [*document.get("scrapbox-lists", ()), node["query"]]
        return [node]

    def _complain(self, message: str) -> None:
        warn(
            Warn.DIRECTIVE,
            f"{self.name}: {message}",
            location=(self.env.docname, self.lineno),
        )


class PagesDirective(_ListDirective):
    """``scrapbox:pages``: the pages that its options choose; without any, all of them."""

    kind = "pages"
    option_spec = _options("tag person title since until sort reverse limit as")


class TaggedDirective(_ListDirective):
    """``scrapbox:tagged``: the pages that bear the tag that the argument names."""

    kind = "pages"
    required_arguments = 1
    final_argument_whitespace = True
    option_spec = _options("person title since until sort reverse limit as")


class WantedDirective(_ListDirective):
    """``scrapbox:wanted``: pages that several pages link to and nobody has written."""

    kind = "wanted"
    option_spec = _options("min limit")


class PeopleDirective(_ListDirective):
    """``scrapbox:people``: who speaks in the wiki, how often, and where."""

    kind = "people"
    option_spec = _options("limit")


class StaleDirective(_ListDirective):
    """``scrapbox:stale``: translations whose source has changed since, the worst first."""

    kind = "stale"
    sorts = ("lines", "age", "title")
    option_spec = _options("project sort reverse limit empty")


# -- incremental builds ----------------------------------------------------------------


def _on_env_updated(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Documents with a list that finds something else than in the last build."""
    domain = domain_of(env)
    if not domain.was_touched:
        return []
    now = {
        docname: [_mark(rows_of(domain, text)[1]) for text in facts.lists]
        for docname, facts in domain.facts.items()
        if facts.lists
    }
    before: dict[str, list[int]] | None = domain.data["lists"]
    domain.data["lists"] = now
    if before is None:  # the first build writes all
        return []
    return [docname for docname, marks in now.items() if before.get(docname) != marks]


def _mark(rows: Rows) -> int:
    return crc32(repr(rows).encode("utf-8", "replace"))


def register(app: Sphinx) -> None:
    """Add the directives and what fills their placeholders."""
    for name, directive in (
        ("pages", PagesDirective),
        ("tagged", TaggedDirective),
        ("wanted", WantedDirective),
        ("people", PeopleDirective),
        ("stale", StaleDirective),
    ):
        app.add_directive_to_domain("scrapbox", name, directive)
    app.add_post_transform(Lists)
    app.connect("env-updated", _on_env_updated)
