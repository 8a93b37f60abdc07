"""``scrapbox:include``: a page, or a part of one, inside another document.

It is rendered as on its own page, but links to the page, its headings and its lines lead to the
page itself. The file is a dependency of the document. A document is also read again when the page
is in another file, or when the lock file changed what it says of the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from docutils import nodes
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from sphinx_scrapbox.rendering.pages import BODY_CLASS
from sphinx_scrapbox.rendering.typesetting import keep_outside
from sphinx_scrapbox.snapshot.filenames import relative_path
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain
from sphinx_scrapbox.sphinx_ext.domain.record import DocumentRecord, record_of, set_record
from sphinx_scrapbox.sphinx_ext.domain.site import SphinxSite
from sphinx_scrapbox.sphinx_ext.feature import Feature, Outdated
from sphinx_scrapbox.sphinx_ext.features.include import options
from sphinx_scrapbox.sphinx_ext.features.include.content import IncludedPart, catalogues
from sphinx_scrapbox.sphinx_ext.features.include.transforms import (
    INCLUDE_CLASS,
    PlaceDownloads,
    PlaceSections,
)
from sphinx_scrapbox.sphinx_ext.reading import option_values
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder
from sphinx_scrapbox.sphinx_ext.sources.page_files import PageFile
from sphinx_scrapbox.sphinx_ext.warnings import Warn, warn_directive
from sphinx_scrapbox.wiki.structure import NotThere, has_line
from sphinx_scrapbox.wiki.titles import (
    did_you_mean,
    is_line_id,
    split_fragment,
    split_target,
)


class IncludeDirective(SphinxDirective):
    """``scrapbox:include``: a page, or the part of it that one of the options names."""

    optional_arguments = 1
    final_argument_whitespace = True
    option_spec = option_values.unconverted_options(options.ALL)

    def run(self) -> list[nodes.Node]:
        """The included nodes, or a link to the page if nothing can be included."""
        target = self.arguments[0].strip() if self.arguments else ""
        kind = self._check(target)
        if kind is None:
            return self._link(target)
        name = str(self.options.get("file", ""))
        file = _find_page(self.env, self.env.docname, target, name)
        self._record(target, name, file)
        holder = nodes.container(
            classes=[INCLUDE_CLASS, BODY_CLASS, *self.options.get("class", ())]
        )
        self.set_source_info(holder)
        if file is None:
            problem = f"file {name!r} is not a wiki page"
            if not name:
                close = source_folder(self.env).pages.close_titles(target)
                problem = f"no wiki page {target!r}{did_you_mean(close)}"
            warn_directive(self, problem, Warn.INCLUDE)
            holder += self._link(target)
            return [holder]
        if not name:
            self._warn_of_ambiguity(target, file)
        self._note_dependency(file)
        row = file.locked.page if file.locked else None
        if kind == "line" and row and row.line_ids[:1] == (self.options["line"],):
            kind = ""  # the title stands for the page
        if kind == "line":
            file = self._with_line(file, self.options["line"])
        try:
            holder += IncludedPart(self, file, kind).build()
            keep_outside(holder)
        except NotThere as error:
            warn_directive(self, f"{file.page.title!r}: {error}", Warn.INCLUDE)
            holder += self._link(target or file.page.title)
        except ValueError as error:  # a bad value of an option of literalinclude
            warn_directive(self, str(error))
            holder += self._link(target or file.page.title)
        return [holder]

    def _check(self, target: str) -> str | None:
        """Convert the options in place.

        Returns the kind of the part: a key of :data:`.CONVERTERS`; None if it is not clear.
        """
        kinds = [option for option in options.PARTS if option in self.options]
        fragment = split_fragment(split_target(target).title)[1]
        if len(kinds) > 1:
            names = " and ".join(map(repr, kinds))
            warn_directive(self, f"options {names} exclude each other")
            return None
        if not target and "file" not in self.options:
            warn_directive(self, "name a page, or a file with :file:")
            return None
        kind = kinds[0] if kinds else "line" if is_line_id(fragment) else ""
        values = option_values.convert_options(self, options.CONVERTERS[kind])
        if kind in self.options and kind not in values:
            return None
        if kind == "line":
            values.setdefault("line", fragment)
        self.options = values
        return kind

    def _record(self, target: str, name: str, file: PageFile | None) -> None:
        record = record_of(self.state.document)
        include = (target, name, _state(self.env, file))
        includes = tuple(dict.fromkeys((*record.includes, include)))
        set_record(self.state.document, record._replace(includes=includes))

    def _warn_of_ambiguity(self, target: str, file: PageFile) -> None:
        """Warn if a title without a project may mean pages of several wikis."""
        projects = source_folder(self.env).pages.projects_with(target, self.env.docname)
        if projects:
            names = ", ".join(f"/{name}" if name else "an unknown one" for name in projects)
            path = relative_path(file.path, self.env.srcdir)
            message = (
                f"pages of several wikis are called {target!r} ({names}), and {path!r} is "
                f"included; write /project/{target}, or set scrapbox_project"
            )
            warn_directive(self, message, Warn.AMBIGUOUS_TITLE)

    def _note_dependency(self, file: PageFile) -> None:
        path = relative_path(file.path, self.env.srcdir)
        self.env.note_dependency(path)
        self.env.note_included(path)

    def _with_line(self, file: PageFile, line_id: str) -> PageFile:
        """The file of the page that has the line now: lines move between pages."""
        if not has_line(file.page, line_id):
            folder = source_folder(self.env)
            path = folder.locks.file_of_line(line_id)
            moved = folder.pages.read(path) if path else None
            if moved and has_line(moved.page, line_id):
                self._note_dependency(moved)
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


def _find_page(env: BuildEnvironment, docname: str, target: str, name: str) -> PageFile | None:
    """The page in the file *name*, as written in *docname*; without a name that of *target*."""
    pages = source_folder(env).pages
    return (
        pages.read(Path(env.relfn2path(name, docname)[1])) if name else pages.find(target, docname)
    )


def _state(env: BuildEnvironment, file: PageFile | None) -> str:
    """A page's file and project, what a lock file says of it, and its number of catalogues."""
    if file is None:
        return ""
    state = relative_path(file.path, env.srcdir)
    state += f" /{file.page.project}"
    if locked := file.locked:
        state += f" {locked.lock.exported} {locked.fingerprint}"
    return state + " translated" * len(catalogues(env, file.path)[1])


class Include(Feature):
    """Keeps the pages that documents include, and the states of their files."""

    name = "include"
    directives = {"include": IncludeDirective}
    transforms = (PlaceSections,)
    post_transforms = (PlaceDownloads,)

    def collect(self, nodes: Sequence[nodes.Element], record: DocumentRecord) -> object | None:
        """:attr:`.DocumentRecord.includes`, if there are any."""
        return record.includes or None

    def reread(self, domain: ScrapboxDomain, outdated: Outdated) -> Iterable[str]:
        """Documents with an included page whose file has another state than in the last build."""
        including: dict[str, tuple[tuple[str, str, str], ...]] = domain.collected("include")
        if not including:
            return
        env, new = domain.env, set().union(*outdated)
        titles = {name: facts.title for name, facts in domain.facts.items() if name not in new}
        source_folder(env).pages.unchanged_titles = titles
        for docname in including.keys() - outdated.removed:
            if any(
                _state(env, _find_page(env, docname, target, name)) != state
                for target, name, state in including[docname]
            ):
                yield docname


FEATURE = Include()
