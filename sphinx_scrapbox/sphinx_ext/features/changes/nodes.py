"""The nodes of a list of changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
from sphinx_scrapbox.snapshot.diff.model import LineChange, LineKind, PageChange, PageKind, Row
from sphinx_scrapbox.snapshot.diff.words import diff_words
from sphinx_scrapbox.sphinx_ext.builders import builder_of, is_html
from sphinx_scrapbox.sphinx_ext.domain.domain import may_hold_directives
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
            if not isinstance(shown_changes, str):
                builder = _ChangeListBuilder(
                    SphinxSite(self.env), is_html(builder_of(self.env)), query
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
        PageKind.GONE: str(_("Pages that are gone")),
    }


def change_labels() -> dict[str, str]:
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
    counts = ((text, page.count(kind)) for kind, text in texts.items())
    return ", ".join(str(text).format(count=count) for text, count in counts if count)


class _ChangeListBuilder:
    """Builds the nodes of a list for one output format."""

    def __init__(self, site: SphinxSite, is_html: bool, query: comparison.ChangesQuery) -> None:
        self._site = site
        self._is_html = is_html
        self._query = query
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
            block += nodes.line("", "", *self._label(kind, "~ "), *self._words(change))
            return block
        rows = [row for row in change.rows if row.text][:most]
        if change.kind in (LineKind.ADDED, LineKind.REMOVED):
            sign = "+ " if change.kind is LineKind.ADDED else "- "
            for number, (text, parent) in enumerate(_levels(rows, block)):
                label = self._label(kind, sign, only_sign=number > 0)
                mark = scrapbox_inserted if change.kind is LineKind.ADDED else scrapbox_deleted
                parent += nodes.line("", "", *label, mark("", text))
            return block
        heading = nodes.inline("", f"{self._labels[kind]}:", classes=["scrapbox-counts"])
        block += nodes.line("", "", heading)
        inner = nodes.line_block()
        for text, parent in _levels(rows, inner):
            parent += nodes.line("", text)
        block += inner
        return block

    def _label(self, kind: str, sign: str, *, only_sign: bool = False) -> list[nodes.Node]:
        """The kind of change as text, for readers who do not see colours."""
        if not self._is_html:
            return [nodes.Text(sign)]
        if only_sign:
            return []
        return [nodes.inline("", f"{self._labels[kind]}: ", classes=["scrapbox-unseen"])]

    def _words(self, change: LineChange) -> Iterator[nodes.Node]:
        for sign, text in diff_words(change.before[0].text, change.after[0].text):
            if not sign:
                yield nodes.Text(text)
            elif self._is_html:
                kind = "added" if sign == "+" else "removed"
                mark = scrapbox_inserted if sign == "+" else scrapbox_deleted
                label = nodes.inline("", f"{self._labels[kind]}: ", classes=["scrapbox-unseen"])
                yield mark("", "", label, nodes.Text(text))
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
