"""The nodes that docutils has no word for, and how each output format writes them.

Every class derives from the nearest docutils node, so that a writer nobody thought of still
has a visitor, and :data:`VISITORS` names the five formats for each. State is kept in node
attributes only (strings and lists of strings): they survive copying and pickling.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from docutils import nodes

from sphinx_scrapbox.rendering.avatars import avatar, avatar_uri
from sphinx_scrapbox.rendering.nodes import (
    icon_words,
    scrapbox_changelist,
    scrapbox_deleted,
    scrapbox_fold,
    scrapbox_fold_title,
    scrapbox_icon,
    scrapbox_inserted,
    scrapbox_linkmap,
    scrapbox_listing,
    scrapbox_provenance,
    scrapbox_related,
    scrapbox_speaker,
    scrapbox_speech,
    scrapbox_time,
    scrapbox_video,
)

Visitor = Callable[[Any, Any], None]


def _nothing(self: Any, node: nodes.Element) -> None:
    """Write nothing of its own."""


# -- icon ------------------------------------------------------------------------------


def _icon_html(self: Any, node: scrapbox_icon) -> None:
    label, role = node["label"], node["role"]
    uri = node.get("uri", "")
    if uri and "://" not in uri:  # a file among the images of the output
        uri = f"{self.builder.imgpath}/{uri}"
    if not uri and role != "mark" and self.builder.name == "epub":
        # A drawing inside the page would have to be declared in the book's manifest.
        uri = avatar_uri(label)
    if uri:
        lazy = ' loading="lazy" referrerpolicy="no-referrer"' if uri.startswith("http") else ""
        face = (
            f'<img class="scrapbox-avatar" src="{escape(uri)}" alt="" '
            f'width="20" height="20"{lazy} />'
        )
    elif role == "mark":
        face = ""
    else:
        face = avatar(label)
    shown = role == "speaker" or not face
    name_class = "scrapbox-name" if shown else "scrapbox-name scrapbox-unseen"
    self.body.append(
        f'<span class="scrapbox-icon scrapbox-{role}" title="{escape(label)}">{face}'
        f'<span class="{name_class}">{escape(label)}</span></span>'
    )
    raise nodes.SkipNode


def _icon_latex(self: Any, node: scrapbox_icon) -> None:
    self.body.append(self.encode(icon_words(node)))
    raise nodes.SkipNode


def _icon_text(self: Any, node: scrapbox_icon) -> None:
    self.add_text(icon_words(node))
    raise nodes.SkipNode


def _icon_man(self: Any, node: scrapbox_icon) -> None:
    words = icon_words(node).replace("\\", "\\e").replace("-", "\\-")
    # At the start of a line, "." and "'" would make a request of it.
    self.body.append(f"\\&{words}" if words.startswith((".", "'")) else words)
    raise nodes.SkipNode


def _icon_texinfo(self: Any, node: scrapbox_icon) -> None:
    self.body.append(self.escape(icon_words(node)))
    raise nodes.SkipNode


# -- speech and speaker ----------------------------------------------------------------


def _visit_speech_html(self: Any, node: scrapbox_speech) -> None:
    who = ", ".join(node["speakers"])  # starttag() escapes it
    self.body.append(
        self.starttag(node, "div", CLASS="scrapbox-speech", role="group", **{"aria-label": who})
    )


def _depart_speech_html(self: Any, node: scrapbox_speech) -> None:
    self.body.append("</div></div>\n")


def _visit_speaker_html(self: Any, node: scrapbox_speaker) -> None:
    self.body.append('<p class="scrapbox-speaker">')


def _depart_speaker_html(self: Any, node: scrapbox_speaker) -> None:
    self.body.append('<span class="scrapbox-unseen">: </span></p>\n<div class="scrapbox-words">\n')


def _visit_speaker_latex(self: Any, node: scrapbox_speaker) -> None:
    self.body.append("\n\n\\sphinxAtStartPar\n\\sphinxstylestrong{")


def _depart_speaker_latex(self: Any, node: scrapbox_speaker) -> None:
    self.body.append(":}\n\n")


def _visit_speaker_text(self: Any, node: scrapbox_speaker) -> None:
    self.new_state(0)


def _depart_speaker_text(self: Any, node: scrapbox_speaker) -> None:
    self.add_text(":")
    self.end_state()
    self.new_state(2)


def _depart_speech_text(self: Any, node: scrapbox_speech) -> None:
    self.end_state()


def _visit_speaker_man(self: Any, node: scrapbox_speaker) -> None:
    self.ensure_eol()
    self.body.append(".sp\n\\fB")


def _depart_speaker_man(self: Any, node: scrapbox_speaker) -> None:
    self.body.append(":\\fP\n.RS 2\n")


def _depart_speech_man(self: Any, node: scrapbox_speech) -> None:
    self.ensure_eol()
    self.body.append(".RE\n")


def _visit_speaker_texinfo(self: Any, node: scrapbox_speaker) -> None:
    self.body.append("\n@noindent\n@strong{")


def _depart_speaker_texinfo(self: Any, node: scrapbox_speaker) -> None:
    self.body.append(":}\n\n@indentedblock\n")


def _depart_speech_texinfo(self: Any, node: scrapbox_speech) -> None:
    self.ensure_eol()
    self.body.append("@end indentedblock\n")


# -- video -----------------------------------------------------------------------------


def _visit_video_html(self: Any, node: scrapbox_video) -> None:
    node["classes"] = [*node["classes"], "external", "scrapbox-video"]
    attributes = {"href": node["refuri"], "rel": "noreferrer noopener"}
    if "embed" in node:
        attributes["data-scrapbox-embed"] = node["embed"]
    self.body.append(self.starttag(node, "a", "", CLASS="reference", **attributes))


def _depart_video_html(self: Any, node: scrapbox_video) -> None:
    self.body.append("</a>")


def _as(kind: str) -> tuple[Visitor, Visitor]:
    """The visitors of a node of docutils' own."""

    def visit(self: Any, node: nodes.Element) -> None:
        getattr(self, f"visit_{kind}")(node)

    def depart(self: Any, node: nodes.Element) -> None:
        getattr(self, f"depart_{kind}")(node)

    return visit, depart


def _related_html(self: Any, node: scrapbox_related) -> None:
    self.body.append(node.get("html", ""))
    raise nodes.SkipNode


def _visit_fold_html(self: Any, node: scrapbox_fold) -> None:
    # Not every reader of books can unfold.
    opened = {"open": "open"} if self.builder.name == "epub" else {}
    self.body.append(self.starttag(node, "details", **opened))


def _depart_fold_html(self: Any, node: scrapbox_fold) -> None:
    self.body.append("</details>\n")


def _visit_fold_title_html(self: Any, node: scrapbox_fold_title) -> None:
    self.body.append("<summary>")


def _depart_fold_title_html(self: Any, node: scrapbox_fold_title) -> None:
    self.body.append("</summary>\n")


def _visit_linkmap_html(self: Any, node: scrapbox_linkmap) -> None:
    self.body.append(f'<figure class="scrapbox-map">{node.get("html", "")}')
    if len(node):
        self.body.append("<figcaption>")


def _depart_linkmap_html(self: Any, node: scrapbox_linkmap) -> None:
    self.body.append("</figcaption></figure>\n" if len(node) else "</figure>\n")


def _tagged(tag: str) -> tuple[Visitor, Visitor]:
    """An inline element of HTML of this name."""

    def visit(self: Any, node: nodes.Element) -> None:
        self.body.append(self.starttag(node, tag, ""))

    def depart(self: Any, node: nodes.Element) -> None:
        self.body.append(f"</{tag}>")

    return visit, depart


def _visit_time_html(self: Any, node: scrapbox_time) -> None:
    self.body.append(self.starttag(node, "time", "", datetime=node["datetime"]))


def _depart_time_html(self: Any, node: scrapbox_time) -> None:
    self.body.append("</time>")


_INVISIBLE = (_nothing, _nothing)


def _formats(
    html: tuple[Visitor, Visitor] = _INVISIBLE, **others: tuple[Visitor, Visitor]
) -> dict[str, tuple[Visitor, Visitor]]:
    formats = dict.fromkeys(("html", "latex", "text", "man", "texinfo"), _INVISIBLE)
    return formats | {"html": html} | others


_LINK = _as("reference")
_PARAGRAPH = _as("paragraph")

VISITORS: dict[type[nodes.Element], dict[str, tuple[Visitor, Visitor]]] = {
    scrapbox_icon: _formats(
        (_icon_html, _nothing),
        latex=(_icon_latex, _nothing),
        text=(_icon_text, _nothing),
        man=(_icon_man, _nothing),
        texinfo=(_icon_texinfo, _nothing),
    ),
    scrapbox_speech: _formats(
        (_visit_speech_html, _depart_speech_html),
        text=(_nothing, _depart_speech_text),
        man=(_nothing, _depart_speech_man),
        texinfo=(_nothing, _depart_speech_texinfo),
    ),
    scrapbox_speaker: _formats(
        (_visit_speaker_html, _depart_speaker_html),
        latex=(_visit_speaker_latex, _depart_speaker_latex),
        text=(_visit_speaker_text, _depart_speaker_text),
        man=(_visit_speaker_man, _depart_speaker_man),
        texinfo=(_visit_speaker_texinfo, _depart_speaker_texinfo),
    ),
    scrapbox_video: _formats(
        (_visit_video_html, _depart_video_html),
        latex=_LINK,
        text=_LINK,
        man=_LINK,
        texinfo=_LINK,
    ),
    scrapbox_related: _formats((_related_html, _nothing)),
    scrapbox_listing: _formats(),
    scrapbox_changelist: _formats(),
    scrapbox_provenance: _formats(),
    scrapbox_linkmap: _formats((_visit_linkmap_html, _depart_linkmap_html)),
    scrapbox_fold: _formats((_visit_fold_html, _depart_fold_html)),
    scrapbox_fold_title: _formats(
        (_visit_fold_title_html, _depart_fold_title_html),
        latex=_PARAGRAPH,
        text=_PARAGRAPH,
        man=_PARAGRAPH,
        texinfo=_PARAGRAPH,
    ),
    scrapbox_inserted: _formats(_tagged("ins")),
    scrapbox_deleted: _formats(_tagged("del")),
    scrapbox_time: _formats((_visit_time_html, _depart_time_html)),
}
"""Node class → output format → (visit, depart); every class has all five formats."""
