"""TODO: say what this file is."""

from __future__ import annotations

from docutils import nodes


class icon(nodes.inline):  # noqa: N801 (node classes are lower case, as in docutils)
    """An icon: the face or sign of a page. It holds no text, so titles and search stay clean.

    Attributes: ``name`` (as written), ``project`` ("" = the page's own), ``label`` (as shown),
    ``role`` (a value of :class:`.page.IconRole`), ``uri`` (an image, once one is found), ``home``
    (the project of the page that it is from, if that is not the document's).
    """

    def astext(self) -> str:
        """What stands for the icon where only text can: some writers ask a link for it."""
        return icon_words(self)


class speech(nodes.container):  # noqa: N801
    """A turn of a dialogue: a :class:`speaker`, then what is said, as body elements.

    Attribute: ``speakers``, the labels of who speaks.
    """


class speaker(nodes.paragraph):  # noqa: N801
    """Who speaks in a :class:`speech`: icons, each with its name."""


class video(nodes.reference):  # noqa: N801
    """A link to a film that HTML can play in place.

    Attributes: ``refuri``, the film's page; ``embed``, the address of its player.
    """


class related(nodes.container):  # noqa: N801
    """The place of a page's related pages.

    Attributes: ``docname``, ``mode`` (cards or list), ``html`` (ready markup, filled in
    before writing).
    """


class listing(nodes.container):  # noqa: N801
    """The place of a list of pages, tags or people; standard nodes take it before writing.

    Attribute: ``query``, what is listed and how, as text.
    """


class fold(nodes.container):  # noqa: N801
    """What HTML shows on request: a :class:`fold_title`, then body elements."""


class fold_title(nodes.paragraph):  # noqa: N801
    """What a :class:`fold` holds, in a few words."""


class changelist(nodes.container):  # noqa: N801
    """The place of a list of what changed; standard nodes take it before writing.

    Attribute: ``query``, between what and how, as text.
    """


class inserted(nodes.inline):  # noqa: N801
    """Text that came."""


class deleted(nodes.inline):  # noqa: N801
    """Text that went, shown all the same."""


class linkmap(nodes.container):  # noqa: N801
    """The place of a map of links; it holds the caption as a paragraph, or nothing.

    Attributes: ``docname`` and ``target`` (which page; "" = this one), ``hops``, ``limit``,
    ``wanted`` (0 or 1), ``alt``, ``name`` (an identifier), ``html`` (ready markup, filled in
    before writing).
    """


class provenance(nodes.container):  # noqa: N801
    """The place of the line that tells of when a page is; a paragraph takes it before writing.

    Attribute: ``docname``.
    """


class moment(nodes.inline):  # noqa: N801
    """A date as readers see it. Attribute: ``datetime``, the same as machines read it."""


def icon_words(node: icon) -> str:
    label: str = node["label"]
    return f"({label})" if node["role"] == "signature" else label
