"""The node classes of wiki pages, for other extensions to find and to build on.

Each derives from the docutils node nearest to it. Attributes hold strings, numbers and lists of
strings only, so that nodes can be copied and pickled. Names begin with ``scrapbox_`` because
docutils looks up the visitors of a node by the name of its class alone.
"""

from __future__ import annotations

from typing import TypeVar

from docutils import nodes

_NodeT = TypeVar("_NodeT", bound=nodes.Node)


def find_nodes(root: nodes.Node, *classes: type[_NodeT]) -> list[_NodeT]:
    """What ``root.findall`` finds of these classes, in one search and as a list.

    ``findall`` passes each node through one generator for each level of the tree.
    """
    found: list[_NodeT] = []
    to_visit = [root]
    while to_visit:
        node = to_visit.pop()
        if isinstance(node, classes):
            found.append(node)
        if children := node.children:
            to_visit += children[::-1]
    return found


class scrapbox_icon(nodes.inline):  # noqa: N801 (node classes are lower case, as in docutils)
    """An icon: the image or the name of a page. It holds no text.

    Attributes: ``name`` (as written), ``project`` ("" for the page's own), ``label`` (as shown),
    ``role`` (a value of :class:`sphinx_scrapbox.wiki.ast.IconRole`), ``uri`` (the address of its
    image, if there is one), ``strong`` (1 for a larger one), ``named`` (true where the name is a
    word of a sentence, so that it is shown beside the image), ``home`` (the project of the page
    that it comes from, where that is not the document's own).
    """

    def astext(self) -> str:
        """The label, in parentheses where it signs a line; for writers and collectors."""
        label: str = self["label"]
        return f"({label})" if self["role"] == "signature" else label


class scrapbox_speech(nodes.container):  # noqa: N801
    """A turn of a dialogue: a :class:`scrapbox_speaker`, then body elements.

    Attribute: ``speakers``, the labels of the speakers.
    """


class scrapbox_speaker(nodes.paragraph):  # noqa: N801
    """The speakers of a :class:`scrapbox_speech`: linked icons, separated by commas."""


class scrapbox_blank_heading(nodes.entry):  # noqa: N801
    """An empty cell of the header of a table; ``td`` in HTML, because it heads no column."""


class scrapbox_rule(nodes.container):  # noqa: N801
    """A horizontal rule where docutils allows no transition: in a list, or after a heading."""


class scrapbox_video(nodes.reference):  # noqa: N801
    """A link to a page of a video or sound that HTML can play in place, after a click.

    Attributes: ``refuri``, that page; ``embed``, the address of the player; ``sound``, 1 if there
    is nothing to see; ``still``, the file of a still image, if there is one.
    """


class scrapbox_media(nodes.reference):  # noqa: N801
    """A link to a video or sound file that HTML can play in place, after a click.

    Attributes: ``refuri``, the file; ``kind``, ``"video"`` or ``"audio"``; ``titled``, 1 if its
    text is a title and not the address.
    """


class scrapbox_large_image(nodes.reference):  # noqa: N801
    """A link around an image that leads to the image itself, which a script opens in the page.

    It is added while HTML is written, around images that are no links.
    """


class scrapbox_related(nodes.container):  # noqa: N801
    """Placeholder for the pages related to a page.

    Attributes: ``docname``, ``mode`` ("cards" or "list"), ``html`` (the finished markup, set
    before writing).
    """


class scrapbox_listing(nodes.container):  # noqa: N801
    """Placeholder for a list of pages, tags or people, replaced by standard nodes on writing.

    In HTML, it stays around a list with controls. Attributes: ``query``, what is listed and how,
    as JSON text; ``html``, the start of the element around such a list, set before writing.
    """


class scrapbox_changelist(nodes.container):  # noqa: N801
    """Placeholder for a list of changes, replaced by standard nodes on writing.

    Attribute: ``query``, what is compared and how, as JSON text.
    """


class scrapbox_coverage(nodes.container):  # noqa: N801
    """Placeholder for figures, lists or a glossary of translations, replaced on writing.

    Attribute: ``query``, what is shown and how, as JSON text.
    """


class scrapbox_linkmap(nodes.container):  # noqa: N801
    """Placeholder for a map of links; its child is the caption, if there is one.

    Attributes: ``docname`` and ``target`` (the page in the middle; "" for the document itself),
    ``hops``, ``limit``, ``wanted`` (0 or 1), ``alt``, ``name`` (an identifier), ``html`` (the
    finished markup, set before writing).
    """


class scrapbox_provenance(nodes.container):  # noqa: N801
    """Placeholder for the line with a page's source and dates, replaced by a paragraph.

    Attribute: ``docname``.
    """


class scrapbox_line_mark(nodes.Inline, nodes.Element):  # noqa: N801
    """What HTML shows beside a line; it has no text of the page.

    Attribute: ``html``, the finished markup.
    """


class scrapbox_fold(nodes.container):  # noqa: N801
    """A :class:`scrapbox_fold_title`, then body elements; ``details`` in HTML."""


class scrapbox_fold_title(nodes.paragraph):  # noqa: N801
    """The title of a :class:`scrapbox_fold`; ``summary`` in HTML."""


class scrapbox_inserted(nodes.inline):  # noqa: N801
    """Inserted text; ``ins`` in HTML."""


class scrapbox_deleted(nodes.inline):  # noqa: N801
    """Deleted text; ``del`` in HTML."""


class scrapbox_time(nodes.inline):  # noqa: N801
    """A date as shown; ``time`` in HTML. Attribute: ``datetime``, the date in ISO 8601."""


class scrapbox_words(nodes.inline):  # noqa: N801
    """Text with signs that begin a formula elsewhere; HTML keeps each apart from what follows."""
