"""How each output format writes the node classes of :mod:`.nodes`.

Writers of other formats use the visitor of the docutils class that a node derives from.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from docutils import nodes

from sphinx_scrapbox.rendering.avatars import avatar, avatar_uri
from sphinx_scrapbox.rendering.nodes import (
    icon_text,
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
    """Write nothing for the node itself."""


def _icon_html(self: Any, node: scrapbox_icon) -> None:
    label, role = node["label"], node["role"]
    uri = node.get("uri", "")
    if uri and "://" not in uri:  # a file among the images of the output
        uri = f"{self.builder.imgpath}/{uri}"
    if not uri and role != "mark" and self.builder.name == "epub":
        # The manifest of an EPUB must declare pages with inline SVG.
        uri = avatar_uri(label)
    if uri:
        lazy = ' loading="lazy" referrerpolicy="no-referrer"' if uri.startswith("http") else ""
        image = (
            f'<img class="scrapbox-avatar" src="{escape(uri)}" alt="" '
            f'width="20" height="20"{lazy} />'
        )
    elif role == "mark":
        image = ""
    else:
        image = avatar(label)
    is_visible = role == "speaker" or not image
    name_class = "scrapbox-name" if is_visible else "scrapbox-name scrapbox-unseen"
    self.body.append(
        f'<span class="scrapbox-icon scrapbox-{role}" title="{escape(label)}">{image}'
        f'<span class="{name_class}">{escape(label)}</span></span>'
    )
    raise nodes.SkipNode


def _icon_latex(self: Any, node: scrapbox_icon) -> None:
    self.body.append(self.encode(icon_text(node)))
    raise nodes.SkipNode


def _icon_text(self: Any, node: scrapbox_icon) -> None:
    self.add_text(icon_text(node))
    raise nodes.SkipNode


def _icon_man(self: Any, node: scrapbox_icon) -> None:
    text = icon_text(node).replace("\\", "\\e").replace("-", "\\-")
    # roff takes a line that begins with "." or "'" for a request.
    self.body.append(f"\\&{text}" if text.startswith((".", "'")) else text)
    raise nodes.SkipNode


def _icon_texinfo(self: Any, node: scrapbox_icon) -> None:
    self.body.append(self.escape(icon_text(node)))
    raise nodes.SkipNode


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


def _visit_video_html(self: Any, node: scrapbox_video) -> None:
    node["classes"] = [*node["classes"], "external", "scrapbox-video"]
    attributes = {"href": node["refuri"], "rel": "noreferrer noopener"}
    if "embed" in node:
        attributes["data-scrapbox-embed"] = node["embed"]
    self.body.append(self.starttag(node, "a", "", CLASS="reference", **attributes))


def _depart_video_html(self: Any, node: scrapbox_video) -> None:
    self.body.append("</a>")


def _as(kind: str) -> tuple[Visitor, Visitor]:
    """The visitors of docutils' node of this kind."""

    def visit(self: Any, node: nodes.Element) -> None:
        getattr(self, f"visit_{kind}")(node)

    def depart(self: Any, node: nodes.Element) -> None:
        getattr(self, f"depart_{kind}")(node)

    return visit, depart


def _related_html(self: Any, node: scrapbox_related) -> None:
    self.body.append(node.get("html", ""))
    raise nodes.SkipNode


def _visit_fold_html(self: Any, node: scrapbox_fold) -> None:
    # Not every e-book reader can open a closed element.
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
    """The visitors of an inline that is this element in HTML."""

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
"""For each node class and output format the functions (visit, depart)."""
