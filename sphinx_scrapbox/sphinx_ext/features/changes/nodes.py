"""The nodes of a list of changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from sphinx_scrapbox.rendering.nodes import (
    scrapbox_changelist,
    scrapbox_deleted,
    scrapbox_fold,
    scrapbox_fold_title,
    scrapbox_inserted,
)
from sphinx_scrapbox.rendering.typesetting import keep_outside
from sphinx_scrapbox.snapshot.diff.model import (
    LineChange,
    LineKind,
    PageChange,
    PageKind,
    PagePlace,
    Row,
)
from sphinx_scrapbox.snapshot.diff.words import diff_words
from sphinx_scrapbox.snapshot.reports import wording
from sphinx_scrapbox.sphinx_ext.builders import builder_of, is_html
from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of, may_hold_directives
from sphinx_scrapbox.sphinx_ext.domain.site import SphinxSite
from sphinx_scrapbox.sphinx_ext.features.changes import comparison
from sphinx_scrapbox.sphinx_ext.i18n import _, ngettext

UNFOLDED_LINES = 12
"""Lines of one page that are shown at once; if there are more, all of them are folded."""
MOST_LINES = 300
"""Lines of one page at most; the rest is only counted."""
_DEEPEST = 8


class FillChangeLists(SphinxPostTransform):
    """Fills the placeholders, before references are resolved (10)."""

    default_priority = 5

    def run(self, **kwargs: Any) -> None:
        """Fill each placeholder of this document."""
        if not may_hold_directives(self.env):
            return
        for node in list(self.document.findall(scrapbox_changelist)):
            query = comparison.query_of(node["query"])
            shown_changes = comparison.changes_for(self.env, query)
            elements: list[nodes.Element] = [
                nodes.paragraph("", str(_("The changes cannot be shown.")))
            ]
            if isinstance(shown_changes, str):
                domain = domain_of(self.env)
                comparison.warn_of_problem(domain, self.env.docname, shown_changes)
            else:
                builder = _ChangeListBuilder(
                    SphinxSite(self.env),
                    is_html(builder_of(self.env)),
                    query,
                    partial(comparison.changes_of(self.env).docname_at, query),
                )
                elements = builder.build(shown_changes)
            for element in elements:
                element["classes"] += ["scrapbox-changes", "no-search"]
                keep_outside(element)
            node.replace_self(elements)


def _headings() -> dict[PageKind, str]:
    return {
        PageKind.NEW: str(_("New pages")),
        PageKind.CHANGED: str(_("Changed pages")),
        PageKind.RENAMED: str(_("Renamed pages")),
        PageKind.GONE: str(_("Deleted pages")),
    }


def change_labels() -> dict[str, str]:
    """The translations of the labels in :mod:`.wording`, by their English text."""
    return {
        wording.ACTIONS[LineKind.ADDED]: str(_("Added")),
        wording.ACTIONS[LineKind.REMOVED]: str(_("Removed")),
        wording.ACTIONS[LineKind.EDITED]: str(_("Edited")),
        wording.ACTIONS[LineKind.MOVED]: str(_("Moved")),
        wording.ACTIONS[LineKind.SHIFTED]: str(_("Indented")),
        wording.ACTIONS[LineKind.MOVED_OUT]: str(_("Moved to another page")),
        wording.ACTIONS[LineKind.MOVED_IN]: str(_("Moved from another page")),
        wording.OUTDENTED: str(_("Outdented")),
        wording.MOVED_BELOW: str(_("Moved below “{line}”")),
        wording.MOVED_UP: str(_("Moved to the beginning")),
        wording.EDITED_BELOW: str(_("Edited, moved below “{line}”")),
        wording.EDITED_UP: str(_("Edited, moved to the beginning")),
        wording.MOVED_OUT: str(_("Moved to {page}")),
        wording.MOVED_IN: str(_("Moved from {page}")),
    }


def _counted(page: PageChange) -> str:
    texts = {
        LineKind.ADDED: _("{count} added"),
        LineKind.REMOVED: _("{count} removed"),
        LineKind.EDITED: _("{count} edited"),
        LineKind.MOVED: _("{count} moved"),
        LineKind.SHIFTED: _("{count} indented or outdented"),
        LineKind.MOVED_OUT: _("{count} moved to other pages"),
        LineKind.MOVED_IN: _("{count} moved from other pages"),
    }
    counts = ((text, page.count(kind)) for kind, text in texts.items())
    return ", ".join(str(text).format(count=count) for text, count in counts if count)


class _ChangeListBuilder:
    """Builds the nodes of a list for one output format."""

    def __init__(
        self,
        site: SphinxSite,
        is_html: bool,
        query: comparison.ChangesQuery,
        docname_of: Callable[[PagePlace], str],
    ) -> None:
        self._site = site
        self._is_html = is_html
        self._query = query
        self._docname_of = docname_of
        self._labels = change_labels()

    def build(self, shown_changes: comparison.ShownChanges) -> list[nodes.Element]:
        """A heading and a list for each kind."""
        elements: list[nodes.Element] = []
        rest = dict(shown_changes.rest)
        for kind, heading in _headings().items():
            pages = [(page, docname) for page, docname in shown_changes.pages if page.kind is kind]
            more = rest.get(kind.value, 0)
            if pages or more:
                shown = nodes.bullet_list(bullet="-")
                for page, docname in pages:
                    shown += nodes.list_item("", *self._item(page, docname))
                if more:
                    text = str(_("{count} more")).format(count=more)
                    shown += nodes.list_item("", nodes.paragraph("", text))
                elements += [nodes.rubric("", heading), shown]
        return elements or [nodes.paragraph("", str(_("Nothing has changed.")))]

    def _item(self, page: PageChange, docname: str) -> Iterator[nodes.Node]:
        paragraph = nodes.paragraph()
        if docname:
            paragraph += self._site.page_link(page.title, page.title, docname)
        else:
            paragraph += nodes.Text(page.title)
        if page.old_title:
            was = str(_("earlier: {title}")).format(title=page.old_title)
            paragraph += nodes.inline("", f" ({was})")
        if counted := _counted(page):
            paragraph += nodes.inline("", f" — {counted}", classes=["scrapbox-counts"])
        yield paragraph
        if self._query.lines:
            yield from self._difference(page)

    def _difference(self, page: PageChange) -> Iterator[nodes.Node]:
        changes = [change for change in page.lines if not change.is_blank]
        total = sum(_length(change) for change in changes)
        if not total:
            return
        blocks: list[nodes.Node] = []
        left = MOST_LINES
        for change in changes:
            if left > 0:
                blocks.append(self._block(change, left))
                left -= _length(change)
        if left < 0:
            blocks.append(nodes.paragraph("", str(_("{count} more")).format(count=-left)))
        if total <= UNFOLDED_LINES:
            yield from blocks
        else:
            title = ngettext("{count} line", "{count} lines", total)
            yield scrapbox_fold(
                "", scrapbox_fold_title("", title), *blocks, classes=["scrapbox-difference-folded"]
            )

    def _block(self, change: LineChange, most: int) -> nodes.line_block:
        kind = change.kind.value
        if change.kind is LineKind.SHIFTED and change.shift < 0:
            kind = "outdented"
        block = nodes.line_block(classes=["scrapbox-difference", f"scrapbox-{kind}"])
        if change.kind is LineKind.EDITED:
            if change.moved:
                block += self._heading(change)
            label = [] if change.moved and self._is_html else self._label(change, "~ ")
            block += nodes.line("", "", *label, *self._words(change))
            return block
        rows = [row for row in change.rows if row.text][:most]
        if change.kind in (LineKind.ADDED, LineKind.REMOVED):
            sign = "+ " if change.kind is LineKind.ADDED else "- "
            for number, (text, parent) in enumerate(_levels(rows, block)):
                label = self._label(change, sign, only_sign=number > 0)
                mark = scrapbox_inserted if change.kind is LineKind.ADDED else scrapbox_deleted
                parent += nodes.line("", "", *label, mark("", text))
            return block
        block += self._heading(change)
        inner = nodes.line_block()
        for text, parent in _levels(rows, inner):
            parent += nodes.line("", text)
        block += inner
        return block

    def _heading(self, change: LineChange) -> nodes.line:
        """A line that says what happened, with a link to the page that rows moved to."""
        heading = nodes.inline(classes=["scrapbox-counts"])
        label = f"{self._labels[wording.label(change)]}:"
        if change.page is None:
            heading += nodes.Text(label.format(line=wording.place(change)))
        else:
            before, _field, after = label.partition("{page}")
            docname = self._docname_of(change.page)
            title = change.page.title
            page = self._site.page_link(title, title, docname) if docname else nodes.Text(title)
            heading += [nodes.Text(before), page, nodes.Text(after)]
        return nodes.line("", "", heading)

    def _label(
        self, change: LineChange, sign: str, *, only_sign: bool = False
    ) -> list[nodes.Node]:
        """The kind of change as text, for readers who do not see colours."""
        if not self._is_html:
            return [nodes.Text(sign)]
        if only_sign:
            return []
        return [self._unseen(wording.ACTIONS[change.kind])]

    def _unseen(self, label: str) -> nodes.inline:
        return nodes.inline("", f"{self._labels[label]}: ", classes=["scrapbox-unseen"])

    def _words(self, change: LineChange) -> Iterator[nodes.Node]:
        for sign, text in diff_words(change.before[0].text, change.after[0].text):
            if not sign:
                yield nodes.Text(text)
            elif self._is_html:
                kind = LineKind.ADDED if sign == "+" else LineKind.REMOVED
                mark = scrapbox_inserted if sign == "+" else scrapbox_deleted
                yield mark("", "", self._unseen(wording.ACTIONS[kind]), nodes.Text(text))
            else:
                yield nodes.Text(f"{{+{text}+}}" if sign == "+" else f"[-{text}-]")


def _length(change: LineChange) -> int:
    return sum(bool(row.text) for row in change.rows)


def _levels(
    rows: Sequence[Row], block: nodes.line_block
) -> Iterator[tuple[str, nodes.line_block]]:
    """The text of each row, and the block for its level; blocks of levels are nested."""
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
