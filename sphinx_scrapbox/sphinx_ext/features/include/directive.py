"""``scrapbox:include``: a page, or a part of one, inside of a hand-written document.

What is included is rendered as on its own page, but has no addresses there: a link to a page, a
line or a heading leads to the page itself. What a document includes is among its facts, so that
it is read again when another file holds the page, or the lock file says something else of it;
the file itself is a dependency like any other.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from sphinx_scrapbox.sphinx_ext.domain.record import record_of, set_record
from sphinx_scrapbox.sphinx_ext.domain.site import SphinxSite
from sphinx_scrapbox.sphinx_ext.feature import Feature, Outdated
from sphinx_scrapbox.sphinx_ext.features.include.content import IncludedPart, catalogues
from sphinx_scrapbox.sphinx_ext.features.include.options import (
    ANY,
    CODE,
    FITTING,
    PARTS,
    RANGE,
    TABLE,
    TITLE,
    BadOption,
)
from sphinx_scrapbox.sphinx_ext.features.include.transforms import HOLDER, Downloads, Headings
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder
from sphinx_scrapbox.sphinx_ext.sources.page_files import PageFile
from sphinx_scrapbox.sphinx_ext.warnings import Warn, warn_directive
from sphinx_scrapbox.wiki.structure import NotThere, has_line
from sphinx_scrapbox.wiki.titles import is_line_id, split_fragment, split_target

if TYPE_CHECKING:
    from sphinx.environment import BuildEnvironment

    from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain
    from sphinx_scrapbox.sphinx_ext.domain.record import DocumentRecord


# -- the directive ---------------------------------------------------------------------


class IncludeDirective(SphinxDirective):
    """``scrapbox:include``: a page, or the part of it that one of the options names."""

    optional_arguments = 1
    final_argument_whitespace = True
    # They are checked here and not by docutils, whose errors cannot be suppressed by type.
    option_spec: ClassVar[dict[str, Callable[[str], str]]] = dict.fromkeys(
        [*PARTS, *RANGE, *ANY, *TITLE, *CODE, *TABLE], directives.unchanged
    )

    def run(self) -> list[nodes.Node]:
        """What is included, or a link to the page where nothing can be."""
        target = self.arguments[0].strip() if self.arguments else ""
        kind = self._check(target)
        if kind is None:
            return self._link(target)
        given = str(self.options.get("file", ""))
        path = Path(self.env.relfn2path(given)[1]) if given else None
        files = source_folder(self.env).pages
        file = files.read(path) if path else files.find(target)
        holder = nodes.container(classes=[HOLDER, *self.options.get("class", ())])
        self.set_source_info(holder)
        mark = json.dumps([target, given, _mark(self.env, file)], ensure_ascii=False)
        record = record_of(self.state.document)
        record = record._replace(
            includes=tuple(dict.fromkeys((*record.includes, mark))),
            redacted=tuple(dict.fromkeys((*record.redacted, *(file.redacted if file else ())))),
        )
        set_record(self.state.document, record)
        if file is None:
            what = f"file {given!r} holds no wiki page" if given else f"no wiki page {target!r}"
            warn_directive(self, what, Warn.INCLUDE)
            holder += self._link(target)
            return [holder]
        self._note(file)
        row = file.locked.page if file.locked else None
        if kind == "line" and row and row.line_ids[:1] == (self.options["line"],):
            kind = ""  # the line of the title stands for the page
        if kind == "line":
            file = self._with_line(file, self.options["line"])
        try:
            holder += IncludedPart(self, file, kind).build()
        except NotThere as error:
            warn_directive(self, f"{file.page.title!r}: {error}", Warn.INCLUDE)
            holder += self._link(target or file.page.title)
        except ValueError as error:  # of what literalinclude takes
            warn_directive(self, str(error))
            holder += self._link(target or file.page.title)
        return [holder]

    def _check(self, target: str) -> str | None:
        """Check the options, in place; returns the kind of part, None if none can be told."""
        kinds = [option for option in PARTS if option in self.options]
        fragment = split_fragment(split_target(target).title)[1]
        if len(kinds) > 1:
            named = " and ".join(map(repr, kinds))
            warn_directive(self, f"options {named} exclude each other")
            return None
        if not target and "file" not in self.options:
            warn_directive(self, "neither a page nor a file is named")
            return None
        kind = kinds[0] if kinds else "line" if is_line_id(fragment) else ""
        fitting = FITTING[kind]
        checked: dict[str, Any] = {}
        for option, text in self.options.items():
            try:
                if option not in fitting:
                    raise BadOption("does not fit what is included")
                checked[option] = fitting[option]((text or "").strip())
            except ValueError as error:
                warn_directive(self, f"option {option!r} {error}; it is ignored")
                if option == kind:
                    return None
        if kind == "line":
            checked.setdefault("line", fragment)
        self.options = checked
        return kind

    def _note(self, file: PageFile) -> None:
        path = os.path.relpath(file.path, self.env.srcdir)
        self.env.note_dependency(path)
        self.env.note_included(path)

    def _with_line(self, file: PageFile, line_id: str) -> PageFile:
        """The page that the line is on by now: it may have moved to another one."""
        if not has_line(file.page, line_id):
            folder = source_folder(self.env)
            path = folder.locks.file_of_line(line_id)
            moved = folder.pages.read(path) if path else None
            if moved and has_line(moved.page, line_id):
                self._note(moved)
                return moved
        return file

    def _link(self, target: str) -> list[nodes.Node]:
        if not target:
            return []
        shown = nodes.inline("", split_target(target).title, classes=["xref", "scrapbox-page"])
        paragraph = nodes.paragraph("", "", translatable=False)
        self.set_source_info(paragraph)
        shown.source, shown.line = paragraph.source, paragraph.line
        paragraph += SphinxSite(self.env).link("page", target, shown)
        return [paragraph]


# -- incremental builds ----------------------------------------------------------------


def _mark(env: BuildEnvironment, file: PageFile | None) -> str:
    """Changes with the file that holds a page, and with what a lock file says of it."""
    if file is None:
        return ""
    place = os.path.relpath(file.path, env.srcdir).replace(os.sep, "/")
    locked = file.locked
    said = f" {locked.lock.exported} {locked.fingerprint}" if locked else ""
    said += " translated" * len(catalogues(env, file.path)[1])
    return f"{place}{said}"


class Include(Feature):
    """Keeps which pages documents include, and what was known of their files."""

    name = "include"
    directives = {"include": IncludeDirective}
    transforms = (Headings,)
    post_transforms = (Downloads,)

    def collect(self, nodes: Sequence[nodes.Element], record: DocumentRecord) -> object | None:
        """The target, the file option and the mark of each included page, as JSON texts."""
        return record.includes or None

    def reread(self, domain: ScrapboxDomain, outdated: Outdated) -> Iterable[str]:
        """Documents of which what they include is elsewhere by now, or otherwise."""
        including: dict[str, tuple[str, ...]] = domain.collected("include")
        if not including:
            return
        env, new = domain.env, set().union(*outdated)
        titles = {name: facts.title for name, facts in domain.facts.items() if name not in new}
        files = source_folder(env).pages
        files.unchanged_titles = titles
        for docname in including.keys() - outdated.removed:
            for text in including[docname]:
                target, given, before = json.loads(text)
                if given:
                    file = files.read(Path(env.relfn2path(given, docname)[1]))
                else:
                    file = files.find(target)
                if _mark(env, file) != before:
                    yield docname
                    break


FEATURE = Include()
