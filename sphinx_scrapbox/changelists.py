"""What changed in the wiki, told in a page: against a revision of git, or a snapshot kept beside.

The directive leaves a placeholder that holds a query; documents keep their queries among their
facts. What changed is found out once a build, and only for a document that asks. A document is
written anew if that is something else than in the last build, whatever file or commit made it so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple
from urllib.parse import urljoin
from weakref import WeakKeyDictionary
from zlib import crc32

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.locale import get_translation
from sphinx.project import EXCLUDE_PATHS
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective
from sphinx.util.matching import compile_matchers

from .change_reports import ACTIONS, OUTDENTED, Feed, as_json, atom
from .changes import (
    Comparison,
    LineChange,
    LineKind,
    PageChange,
    PageKind,
    Row,
    Snapshot,
    compare,
    words,
)
from .config import options
from .domain import builder_of, domain_of, may_hold_directives
from .letters import sort_key
from .lockfile import NAME
from .log import Warn, warn
from .nodes import changelist, deleted, fold, fold_title, inserted
from .notices import CATALOG, ngettext
from .pagefiles import is_exported, withheld_of
from .previews import has_previews
from .revisions import Git, Loader, RevisionError
from .surroundings import SiteSurroundings

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config
    from sphinx.environment import BuildEnvironment

_ = get_translation(CATALOG)

SHOWN = 12
"""Lines of one page that are shown at once; if there are more, all of them are folded."""
FOLDED = 300
"""Lines of one page at the most; the rest is counted."""
ENTRIES = 500
"""Entries of an Atom feed, the newest; who follows it has the others."""
LIMIT = 100
"""Pages of one kind, unless ``max`` says otherwise; the rest is counted."""

KINDS = tuple(kind.value for kind in PageKind)

_FEED = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*\.(?:xml|atom|json)", re.A)
_TAKEN = frozenset({"sitemap.xml", "opensearch.xml"})
_DEEPEST = 8


class Query(NamedTuple):
    """What is asked: ``since`` is a revision, or else ``source`` a folder or a lock file.

    Both paths are relative to the source folder.
    """

    since: str = ""
    source: str = ""
    path: str = ""
    limit: int = LIMIT
    lines: bool = False
    kinds: tuple[str, ...] = KINDS
    feeds: tuple[str, ...] = ()

    def text(self) -> str:
        """The query as a node and the facts keep it."""
        given = {
            name: value
            for name, value in self._asdict().items()
            if value != self._field_defaults.get(name)
        }
        return json.dumps(given, ensure_ascii=False)


def _query_of(text: str) -> Query:
    given = json.loads(text)
    lists = {name: tuple(value) for name, value in given.items() if isinstance(value, list)}
    return Query(**{**given, **lists})


# -- what changed ----------------------------------------------------------------------


class _Changes:
    """What changed, found out once for all that ask the same in one build."""

    def __init__(self, env: BuildEnvironment) -> None:
        self._env = env
        self._config = options(env.config)
        self._found: dict[tuple[str, str, str], Comparison | str] = {}
        config = env.config
        self._excluded = list(compile_matchers([*config.exclude_patterns, *EXCLUDE_PATHS]))
        self._included = list(compile_matchers(config.include_patterns))
        self._suffixes = (*config.source_suffix, NAME)

    def find(self, query: Query) -> Comparison | str:
        """What changed, or why that cannot be told."""
        asked = query[:3]
        if (found := self._found.get(asked)) is None:
            try:
                found = self._compare(query)
            except RevisionError as error:
                found = str(error)
            self._found[asked] = found
        return found

    def _compare(self, query: Query) -> Comparison:
        folder = Path(self._env.srcdir, query.path)
        prefix = f"{query.path}/" if query.path else ""
        here = {
            file: name
            for file, name in self._documents().items()
            # What was kept is no part of what is compared with it.
            if file.startswith(prefix) and not file.startswith(f"{query.source}/")
        }

        def is_page(file: str, text: str) -> bool:
            return is_exported(text, prefix + file, self._config)

        def was_here(file: str) -> bool:
            return self._may_be_source(prefix + file)

        new = self._dated(self._new(folder, here, prefix), here, prefix)
        old = self._old(query, folder, is_page, was_here)
        if not (old.pages or new.pages):
            raise RevisionError("there is no page of a wiki, neither then nor now")
        return self._without_withheld(compare(old, new))

    def _without_withheld(self, found: Comparison) -> Comparison:
        """What changed but for pages that a deny list keeps out, or would have."""
        withheld = withheld_of(self._env)
        if not withheld:
            return found
        gone = {page.file for page in found.of(PageKind.GONE)}
        hidden: set[str] = set()
        if withheld.tags or withheld.people:
            states = [state for state in found.old.pages if state.file in gone]
            for state, text in zip(states, found.old.read(states), strict=True):
                if text is None or any(withheld.may_keep_out(row.text) for row in text.rows):
                    hidden.add(state.file)
        pages = tuple(
            page
            for page in found.pages
            if not (withheld.may_name(page.title) or withheld.may_name(page.was))
            and not (page.kind is PageKind.GONE and page.file in hidden)
        )
        return replace(found, pages=pages)

    def _new(self, folder: Path, here: Iterable[str], prefix: str) -> Snapshot:
        """The pages that the site has: the locks above them may tell of them."""
        files = [file.removeprefix(prefix) for file in here]
        folders = {parent for file in files for parent in Path(file).parents}
        locks = [(parent / NAME).as_posix() for parent in folders]
        loader = Loader(lambda file, text: True)
        return loader.folder(folder, name=prefix.rstrip("/") or ".", files=[*files, *locks])

    def _old(
        self,
        query: Query,
        folder: Path,
        is_page: Callable[[str, str], bool],
        was_here: Callable[[str], bool],
    ) -> Snapshot:
        if query.since:
            loader = Loader(is_page, was_here)
            return loader.revision(folder, query.since, name=query.since)
        return Loader(is_page).kept(Path(self._env.srcdir, query.source), name=query.source)

    def _may_be_source(self, path: str) -> bool:
        """Whether a file would be read today: pages that are left out are not gone."""
        if not path.endswith(self._suffixes) or any(takes(path) for takes in self._excluded):
            return False
        return path.endswith(f"/{NAME}") or any(takes(path) for takes in self._included)

    def _documents(self) -> dict[str, str]:
        """The docname of each page by its file."""
        env = self._env
        return {
            env.doc2path(docname, False).as_posix(): docname
            for docname, facts in domain_of(env).facts.items()
            if facts.is_page
        }

    def _dated(self, snapshot: Snapshot, here: dict[str, str], prefix: str) -> Snapshot:
        """The snapshot with the times that the site has of its pages, which git may tell."""
        facts = domain_of(self._env).facts
        pages = tuple(
            replace(page, updated=page.updated or facts[here[prefix + page.file]].updated)
            for page in snapshot.pages
        )
        return replace(snapshot, pages=pages)

    def signature(self, query: Query) -> str:
        """Changes when the earlier snapshot may have; "" if nothing tells. No text is read."""
        try:
            if query.since:
                folder = Path(self._env.srcdir, query.path)
                return Git(folder).find(f"{query.since}:./")[1]
            kept = Path(self._env.srcdir, query.source)
            files = [kept] if kept.is_file() else sorted(kept.rglob("*"))
            states = ((str(file), file.stat()) for file in files if file.is_file())
            seen = [(name, state.st_mtime_ns, state.st_size) for name, state in states]
        except (OSError, RevisionError):
            return ""
        return f"{crc32(repr(seen).encode('utf-8', 'replace'))}"

    def docname(self, query: Query, page: PageChange) -> str:
        """The document that holds a page; "" for one that is gone."""
        if page.kind is PageKind.GONE:
            return ""
        file = f"{query.path}/{page.file}" if query.path else page.file
        return self._env.path2doc(file) or ""


_CHANGES: WeakKeyDictionary[Config, _Changes] = WeakKeyDictionary()


def _changes_of(env: BuildEnvironment) -> _Changes:
    if (changes := _CHANGES.get(env.config)) is None:
        changes = _CHANGES[env.config] = _Changes(env)
    return changes


class _Told(NamedTuple):
    """All that a list is made from: pages of each kind as far as they are shown, and the rest."""

    pages: tuple[tuple[PageChange, str], ...]
    rest: tuple[tuple[str, int], ...]


def _told(env: BuildEnvironment, query: Query) -> _Told | str:
    changes = _changes_of(env)
    comparison = changes.find(query)
    if isinstance(comparison, str):
        return comparison
    shown: list[tuple[PageChange, str]] = []
    rest = []
    for kind in PageKind:
        if kind.value in query.kinds:
            pages = sorted(comparison.of(kind), key=lambda page: (sort_key(page.title), page.file))
            for page in pages[: query.limit]:
                page = replace(page, updated=0, digest="")
                shown.append((page, changes.docname(query, page)))
            rest.append((kind.value, max(0, len(pages) - query.limit)))
    return _Told(tuple(shown), tuple(rest))


# -- nodes -----------------------------------------------------------------------------


class ChangeLists(SphinxPostTransform):
    """Fills the placeholders, before references are resolved (10)."""

    default_priority = 5

    def run(self, **kwargs: Any) -> None:
        """Fill each placeholder of this document."""
        if not may_hold_directives(self.document, self.env):
            return
        for node in list(self.document.findall(changelist)):
            query = _query_of(node["query"])
            told = _told(self.env, query)
            if isinstance(told, str):
                made: list[nodes.Element] = [
                    nodes.paragraph("", str(_("What changed cannot be told here.")))
                ]
            else:
                is_html = builder_of(self.env).format == "html"
                made = _Maker(SiteSurroundings(self.env), is_html, query).make(told)
            for element in made:
                element["classes"] += ["scrapbox-changes", "no-search"]
            node.replace_self(made)


def _headings() -> dict[PageKind, str]:
    return {
        PageKind.NEW: str(_("New pages")),
        PageKind.CHANGED: str(_("Changed pages")),
        PageKind.RENAMED: str(_("Renamed pages")),
        PageKind.GONE: str(_("Pages that are gone")),
    }


def _labels() -> dict[str, str]:
    return {
        "added": str(_("Added")),
        "removed": str(_("Removed")),
        "edited": str(_("Edited")),
        "moved": str(_("Moved")),
        "shifted": str(_("Indented")),
        "outdented": str(_("Outdented")),
    }


def _counted(page: PageChange) -> str:
    texts = {
        LineKind.ADDED: _("{count} added"),
        LineKind.REMOVED: _("{count} removed"),
        LineKind.EDITED: _("{count} edited"),
        LineKind.MOVED: _("{count} moved"),
        LineKind.SHIFTED: _("{count} indented or outdented"),
    }
    said = [
        str(text).format(count=count)
        for kind, text in texts.items()
        if (count := page.count(kind))
    ]
    return ", ".join(said)


class _Maker:
    """Makes the nodes of a list for one output format."""

    def __init__(self, surroundings: SiteSurroundings, is_html: bool, query: Query) -> None:
        self._surroundings = surroundings
        self._is_html = is_html
        self._query = query
        self._labels = _labels()

    def make(self, told: _Told) -> list[nodes.Element]:
        """A heading and a list for each kind."""
        made: list[nodes.Element] = []
        rest = dict(told.rest)
        for kind, heading in _headings().items():
            pages = [(page, docname) for page, docname in told.pages if page.kind is kind]
            more = rest.get(kind.value, 0)
            if pages or more:
                shown = nodes.bullet_list(bullet="-")
                for page, docname in pages:
                    shown += nodes.list_item("", *self._item(page, docname))
                if more:
                    text = str(_("{count} more")).format(count=more)
                    shown += nodes.list_item("", nodes.paragraph("", text))
                made += [nodes.rubric("", heading), shown]
        return made or [nodes.paragraph("", str(_("Nothing has changed.")))]

    def _item(self, page: PageChange, docname: str) -> Iterator[nodes.Node]:
        paragraph = nodes.paragraph()
        if docname:
            shown = nodes.inline("", page.title, classes=["xref", "scrapbox-page"])
            link = self._surroundings.link("page", page.title, shown)
            link["scrapbox-docname"] = docname
            paragraph += link
        else:
            paragraph += nodes.Text(page.title)
        if page.was:
            was = str(_("earlier: {title}")).format(title=page.was)
            paragraph += nodes.inline("", f" ({was})")
        if counted := _counted(page):
            paragraph += nodes.inline("", f" — {counted}", classes=["scrapbox-counts"])
        yield paragraph
        if self._query.lines:
            yield from self._difference(page)

    # -- lines -------------------------------------------------------------------------

    def _difference(self, page: PageChange) -> Iterator[nodes.Node]:
        changes = [change for change in page.lines if not change.is_blank]
        total = sum(_length(change) for change in changes)
        if not total:
            return
        blocks: list[nodes.Node] = []
        left = FOLDED
        for change in changes:
            if left > 0:
                blocks.append(self._block(change, left))
                left -= _length(change)
        if left < 0:
            blocks.append(nodes.paragraph("", str(_("{count} more")).format(count=-left)))
        if total <= SHOWN:
            yield from blocks
        else:
            title = ngettext("{count} line", "{count} lines", total)
            yield fold("", fold_title("", title), *blocks, classes=["scrapbox-difference-folded"])

    def _block(self, change: LineChange, most: int) -> nodes.line_block:
        kind = change.kind.value
        if change.kind is LineKind.SHIFTED and change.shift < 0:
            kind = "outdented"
        block = nodes.line_block(classes=["scrapbox-difference", f"scrapbox-{kind}"])
        if change.kind is LineKind.EDITED:
            block += nodes.line("", "", *self._label(kind, "~ "), *self._words(change))
            return block
        rows = [row for row in change.rows if row.text][:most]
        if change.kind in (LineKind.ADDED, LineKind.REMOVED):
            sign = "+ " if change.kind is LineKind.ADDED else "- "
            for number, row in enumerate(_levels(rows, block)):
                text, parent = row
                label = self._label(kind, sign, only_sign=number > 0)
                mark = inserted if change.kind is LineKind.ADDED else deleted
                parent += nodes.line("", "", *label, mark("", text))
            return block
        block += nodes.line(
            "", "", nodes.inline("", f"{self._labels[kind]}:", classes=["scrapbox-counts"])
        )
        inner = nodes.line_block()
        for text, parent in _levels(rows, inner):
            parent += nodes.line("", text)
        block += inner
        return block

    def _label(self, kind: str, sign: str, *, only_sign: bool = False) -> list[nodes.Node]:
        """What happened, for readers who do not see the colours. HTML has signs by style."""
        if not self._is_html:
            return [nodes.Text(sign)]
        if only_sign:
            return []
        return [nodes.inline("", f"{self._labels[kind]}: ", classes=["scrapbox-unseen"])]

    def _words(self, change: LineChange) -> Iterator[nodes.Node]:
        for sign, text in words(change.before[0].text, change.after[0].text):
            if not sign:
                yield nodes.Text(text)
            elif self._is_html:
                kind, mark = ("added", inserted) if sign == "+" else ("removed", deleted)
                label = nodes.inline("", f"{self._labels[kind]}: ", classes=["scrapbox-unseen"])
                yield mark("", "", label, nodes.Text(text))
            else:
                yield nodes.Text(f"{{+{text}+}}" if sign == "+" else f"[-{text}-]")


def _length(change: LineChange) -> int:
    return sum(bool(row.text) for row in change.rows)


def _levels(
    rows: Sequence[Row], block: nodes.line_block
) -> Iterator[tuple[str, nodes.line_block]]:
    """Each row's text with the block that it belongs into: one inside another for each level."""
    least = min((row.depth for row in rows), default=0)
    blocks = [block]
    for row in rows:
        level = min(row.depth - least, _DEEPEST)
        del blocks[level + 1 :]
        while len(blocks) <= level:
            inner = nodes.line_block()
            blocks[-1] += inner
            blocks.append(inner)
        yield row.text, blocks[-1]


# -- the directive ---------------------------------------------------------------------


class _BadOption(ValueError):
    """The message completes "option x …"."""


class ChangesDirective(SphinxDirective):
    """``scrapbox:changes``: the pages that are new, changed, renamed or gone."""

    option_spec: ClassVar[dict[str, Any]] = dict.fromkeys(
        ("since", "from", "path", "max", "lines", "kinds", "feed"), directives.unchanged
    )

    def run(self) -> list[nodes.Node]:
        """The placeholder."""
        fields: dict[str, Any] = {}
        for option, text in self.options.items():
            try:
                fields.update(self._checked(option, (text or "").strip()))
            except _BadOption as error:
                self._complain(f"option {option!r} {error}; it is ignored")
        if ("since" in fields) == ("source" in fields):
            self._complain("say either since which revision, or from which folder or lock file")
            return []
        node = changelist(query=Query(**fields).text())
        self.set_source_info(node)
        document = self.state.document
        document["scrapbox-changes"] = [*document.get("scrapbox-changes", ()), node["query"]]
        return [node]

    def _checked(self, option: str, text: str) -> dict[str, Any]:
        if option == "since":
            if not text or not text.isprintable():
                raise _BadOption(f"must be a revision of git, not {text!r}")
            return {"since": text}
        if option == "from":
            return {"source": self._below_sources(text, "a folder or a lock file")}
        if option == "path":
            path = self._below_sources(text, "a folder")
            if not Path(self.env.srcdir, path).is_dir():
                raise _BadOption(f"must be a folder, not {text!r}")
            return {"path": path}
        if option == "max":
            if not (text.isascii() and text.isdigit() and len(text) < 8):
                raise _BadOption(f"must be a whole number, not {text!r}")
            return {"limit": int(text)}
        if option == "lines":
            if text:
                raise _BadOption(f"takes no value, not {text!r}")
            return {"lines": True}
        if option == "kinds":
            kinds = tuple(kind for kind in re.split(r"[\s,]+", text) if kind)
            if not kinds or not set(kinds) <= set(KINDS):
                raise _BadOption(f"must be some of {', '.join(KINDS)}, not {text!r}")
            return {"kinds": tuple(kind for kind in KINDS if kind in kinds)}
        feeds = tuple(dict.fromkeys(text.split()))
        if not feeds or not all(_FEED.fullmatch(name) for name in feeds) or _TAKEN & {*feeds}:
            raise _BadOption(f"must be the name of a file such as changes.xml, not {text!r}")
        return {"feeds": feeds}

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
        raise _BadOption(f"must be {what} below the source folder, not {text!r}")

    def _complain(self, message: str) -> None:
        warn(
            Warn.DIRECTIVE,
            f"scrapbox:changes: {message}",
            location=(self.env.docname, self.lineno),
        )


# -- builds ----------------------------------------------------------------------------


def _asking(env: BuildEnvironment) -> dict[str, list[Query]]:
    """The documents that tell of changes, and what they ask."""
    return {
        docname: [_query_of(text) for text in facts.changes]
        for docname, facts in domain_of(env).facts.items()
        if facts.changes
    }


def _on_env_updated(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Documents in which something else is to be told than in the last build."""
    domain = domain_of(env)
    _CHANGES.pop(env.config, None)
    asking = _asking(env)
    before: dict[str, tuple[int, list[str]]] | None = domain.data["changes"]
    if not asking and not before:
        domain.data["changes"] = {}
        return []
    changes = _changes_of(env)
    now: dict[str, tuple[int, list[str]]] = {}
    for docname, queries in asking.items():
        signatures = [changes.signature(query) for query in queries]
        known = (before or {}).get(docname)
        if known and not domain.was_touched and all(signatures) and known[1] == signatures:
            now[docname] = known  # neither the pages nor what they are compared with
            continue
        told = [_told(env, query) for query in queries]
        problems = [one for one in told if isinstance(one, str)]
        for problem in dict.fromkeys(problems):
            warn(Warn.CHANGES, f"scrapbox:changes: {problem}", location=docname)
        mark = crc32(repr(told).encode("utf-8", "replace"))
        now[docname] = mark, [] if problems else signatures  # a problem is told each time
    domain.data["changes"] = now
    if before is None:  # the first build writes all
        return []
    return [docname for docname in now if before.get(docname, (-1,))[0] != now[docname][0]]


def _feeds(env: BuildEnvironment) -> Iterator[tuple[str, str, Query]]:
    """The name of each feed, the document that it belongs to, and what it tells."""
    seen = set()
    for docname, queries in sorted(_asking(env).items()):
        for query in queries:
            for name in query.feeds:
                if name not in seen:
                    seen.add(name)
                    yield name, docname, query


def _is_written(app: Sphinx, name: str) -> bool:
    """Whether a feed of this name can be: Atom wants addresses that are whole."""
    return name.endswith(".json") or bool(app.config.html_baseurl)


def _on_build_finished(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None or not has_previews(app.builder):
        return
    for name, docname, query in _feeds(app.env):
        comparison = _changes_of(app.env).find(query)
        if isinstance(comparison, str):
            continue
        if not _is_written(app, name):
            warn(
                Warn.CHANGES,
                f"scrapbox:changes: the feed {name!r} is not written, because its links need "
                "html_baseurl, the address of the site",
                location=docname,
            )
            continue
        data = _feed(app, name, docname, query, comparison).encode("utf-8", "backslashreplace")
        path = Path(app.outdir, name)
        if not path.is_file() or path.read_bytes() != data:
            path.write_bytes(data)


def _feed(app: Sphinx, name: str, docname: str, query: Query, comparison: Comparison) -> str:
    base = f"{app.config.html_baseurl.rstrip('/')}/" if app.config.html_baseurl else ""
    pages = tuple(page for page in comparison.pages if page.kind.value in query.kinds)
    comparison = replace(comparison, pages=pages, new=replace(comparison.new, name=""))

    def address(page: PageChange) -> str:
        where = _changes_of(app.env).docname(query, page)
        return urljoin(base, app.builder.get_target_uri(where)) if where and base else ""

    if name.endswith(".json"):
        return as_json(comparison, address=address, stat=not query.lines)
    labels = _feed_labels()
    return atom(
        comparison,
        Feed(
            name,
            _feed_title(app),
            _author(app),
            urljoin(base, name),
            urljoin(base, app.builder.get_target_uri(docname)),
            app.config.language,
            comparison.old.time,
        ),
        address=address,
        stat=not query.lines,
        say=lambda label: labels.get(label, label),
        limit=ENTRIES,
    )


def _feed_labels() -> dict[str, str]:
    """What a feed says of pages and lines, by how it says that in English."""
    own = _labels()
    return {
        **{word: own[kind.value] for kind, word in ACTIONS.items()},
        OUTDENTED: own["outdented"],
        "new": str(_("new")),
        "changed": str(_("changed")),
        "renamed": str(_("renamed")),
        "gone": str(_("gone")),
        "Earlier title": str(_("Earlier title")),
    }


def _author(app: Sphinx) -> str:
    """Who the site is by; a feed has to name somebody."""
    author: str = app.config.author
    is_given = author and author != app.config.values["author"].default
    return author if is_given else str(app.config.project)


def _feed_title(app: Sphinx) -> str:
    return str(_("Changes in {project}")).format(project=app.config.project)


def _on_page_context(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Name the feeds in the head of the page that tells the same."""
    facts = domain_of(app.env).facts.get(pagename)
    if facts is None or not facts.changes or doctree is None or not has_previews(app.builder):
        return
    tags = []
    for name, docname, query in _feeds(app.env):
        found = _changes_of(app.env).find(query)
        if docname == pagename and _is_written(app, name) and not isinstance(found, str):
            kind = "application/json" if name.endswith(".json") else "application/atom+xml"
            address = context["pathto"](name, 1)
            tags.append(
                f'\n<link rel="alternate" type="{kind}" title="{escape(_feed_title(app))}" '
                f'href="{escape(address)}" />'
            )
    context["metatags"] = context.get("metatags", "") + "".join(tags)


def register(app: Sphinx) -> None:
    """Add the directive, what fills its placeholder, and the feeds."""
    app.add_directive_to_domain("scrapbox", "changes", ChangesDirective)
    app.add_post_transform(ChangeLists)
    # After the dates of git (400), which the list may show.
    app.connect("env-updated", _on_env_updated, priority=600)
    app.connect("html-page-context", _on_page_context)
    app.connect("build-finished", _on_build_finished)
