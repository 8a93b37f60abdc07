"""How each output format writes the node classes of :mod:`.nodes`.

Writers of other formats use the visitor of the docutils class that a node derives from.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any
from urllib.parse import quote

from docutils.nodes import Element, SkipNode

from sphinx_scrapbox.rendering import nodes
from sphinx_scrapbox.rendering.avatars import avatar, avatar_uri, perceived_hue
from sphinx_scrapbox.rendering.typesetting import OUTSIDE_CLASS, has_signs, kept_apart

Visitor = Callable[[Any, Any], None]


def _nothing(self: Any, node: Element) -> None:
    """Write nothing for the node itself."""


def _icon_html(self: Any, node: nodes.scrapbox_icon) -> None:
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
    classes = f"scrapbox-icon scrapbox-{role}"
    if node.get("strong"):
        classes += " scrapbox-strong"
    if has_signs(label):
        classes += f" {OUTSIDE_CLASS}"
    is_visible = role == "speaker" or node.get("named", False) or not image
    name_class = "scrapbox-name" if is_visible else "scrapbox-name scrapbox-unseen"
    title = "" if is_visible else f' title="{escape(label)}"'
    self.body.append(
        f'<span class="{classes}"{title}>{image}'
        f'<span class="{name_class}">{kept_apart(label)}</span></span>'
    )
    raise SkipNode


def _icon(write: Callable[[Any, str], None]) -> tuple[Visitor, Visitor]:
    """The visitors of an icon of which *write* writes the text."""

    def visit(self: Any, node: nodes.scrapbox_icon) -> None:
        write(self, node.astext())
        raise SkipNode

    return visit, _nothing


def _add_man(self: Any, text: str) -> None:
    text = text.replace("\\", "\\e").replace("-", "\\-")
    # roff takes a line that begins with "." or "'" for a request.
    self.body.append(f"\\&{text}" if text.startswith((".", "'")) else text)


def _literal(text: str, *, on_new_line: bool = False) -> Visitor:
    """A visitor that writes *text*."""

    def write(self: Any, node: Element) -> None:
        if on_new_line:
            self.ensure_eol()
        self.body.append(text)

    return write


def _words_html(self: Any, node: nodes.scrapbox_words) -> None:
    # The classes also keep it out of what shows a title elsewhere, such as a table of contents.
    self.body.append(
        f'<span class="{OUTSIDE_CLASS}">{kept_apart(node.astext(), self.encode)}</span>'
    )
    raise SkipNode


def _visit_speech_html(self: Any, node: nodes.scrapbox_speech) -> None:
    speakers = node["speakers"]
    attributes = {"role": "group", "aria-label": ", ".join(speakers)}  # starttag() escapes them
    if speakers:
        attributes["style"] = f"--scrapbox-hue:{perceived_hue(speakers[0])}"
    self.body.append(self.starttag(node, "div", CLASS="scrapbox-speech", **attributes))


def _depart_speaker_text(self: Any, node: nodes.scrapbox_speaker) -> None:
    self.add_text(":")
    self.end_state()
    self.new_state(2)


def _visit_blank_heading_html(self: Any, node: nodes.scrapbox_blank_heading) -> None:
    row: Any = node.parent
    row.column += 1  # as docutils counts the cells of a row
    self.body.append(self.starttag(node, "td", "", CLASS="head"))


def _visit_video_html(self: Any, node: nodes.scrapbox_video) -> None:
    node["classes"] = [*node["classes"], "external", "scrapbox-video"]
    attributes = {"href": node["refuri"], "rel": "noreferrer noopener"}
    if node.get("sound"):
        node["classes"].append("scrapbox-sound")
    if "embed" in node:
        attributes["data-scrapbox-embed"] = node["embed"]
    self.body.append(self.starttag(node, "a", "", CLASS="reference", **attributes))
    if "uri" in node:
        source = escape(f"{self.builder.imgpath}/{node['uri']}")
        self.body.append(
            f'<img class="scrapbox-still" src="{source}" alt="" width="480" height="360" '
            'loading="lazy" />'
        )


def _visit_media_html(self: Any, node: nodes.scrapbox_media) -> None:
    if self.builder.name == "epub":  # a manifest would have to declare remote files
        self.visit_reference(node)
        return
    kind, address, text = node["kind"], escape(node["refuri"]), kept_apart(node.astext())
    # Nothing is fetched before the button is pressed; the style sheet sets the size.
    inline = ' playsinline=""' if kind == "video" else ""
    link = f'<a class="reference external" href="{address}" rel="noreferrer noopener">{text}</a>'
    title = f'<span class="scrapbox-caption">{link}</span>' if node.get("titled") else ""
    self.body.append(
        f'<span class="scrapbox-media"><{kind} class="scrapbox-player" controls="" preload="none"'
        f'{inline} src="{address}" aria-label="{escape(node.astext())}">{link}</{kind}>'
        f"{title}</span>"
    )
    raise SkipNode


def _visit_large_image_html(self: Any, node: nodes.scrapbox_large_image) -> None:
    (image,) = node.children
    assert isinstance(image, Element)
    source, rel = image["uri"], {"rel": "noreferrer noopener"}
    if file := self.builder.images.get(source):
        source, rel = f"{self.builder.imgpath}/{quote(file)}", {}
    classes = "reference image-reference scrapbox-zoom"
    self.body.append(self.starttag(node, "a", "", CLASS=classes, href=source, **rel))


def _as(kind: str) -> tuple[Visitor, Visitor]:
    """The visitors of docutils' node of this kind."""
    return (
        lambda self, node: getattr(self, f"visit_{kind}")(node),
        lambda self, node: getattr(self, f"depart_{kind}")(node),
    )


def _ready_html(self: Any, node: Element) -> None:
    self.body.append(node.get("html", ""))
    raise SkipNode


def _visit_fold_html(self: Any, node: nodes.scrapbox_fold) -> None:
    # Not every e-book reader can open a closed element.
    opened = {"open": "open"} if self.builder.name == "epub" else {}
    self.body.append(self.starttag(node, "details", **opened))


def _visit_listing_html(self: Any, node: nodes.scrapbox_listing) -> None:
    self.body.append(node.get("html", "<div>"))


def _visit_linkmap_html(self: Any, node: nodes.scrapbox_linkmap) -> None:
    self.body.append(f'<figure class="scrapbox-map {OUTSIDE_CLASS}">{node.get("html", "")}')
    if len(node):
        self.body.append("<figcaption>")


def _depart_linkmap_html(self: Any, node: nodes.scrapbox_linkmap) -> None:
    self.body.append("</figcaption></figure>\n" if len(node) else "</figure>\n")


def _tagged(tag: str, *attributes: str) -> tuple[Visitor, Visitor]:
    """The visitors of an inline that is this element in HTML; *attributes* are the node's own."""

    def visit(self: Any, node: Element) -> None:
        self.body.append(self.starttag(node, tag, "", **{name: node[name] for name in attributes}))

    return visit, _literal(f"</{tag}>")


_INVISIBLE = (_nothing, _nothing)


def _formats(
    html: tuple[Visitor, Visitor] = _INVISIBLE,
    rest: tuple[Visitor, Visitor] = _INVISIBLE,
    **others: tuple[Visitor, Visitor],
) -> dict[str, tuple[Visitor, Visitor]]:
    """The visitors of a node in HTML and in *others*, and those in the *rest* of the formats."""
    return dict.fromkeys(("latex", "text", "man", "texinfo"), rest) | {"html": html} | others


VISITORS: dict[type[Element], dict[str, tuple[Visitor, Visitor]]] = {
    nodes.scrapbox_icon: _formats(
        (_icon_html, _nothing),
        latex=_icon(lambda self, text: self.body.append(self.encode(text))),
        text=_icon(lambda self, text: self.add_text(text)),
        man=_icon(_add_man),
        texinfo=_icon(lambda self, text: self.body.append(self.escape(text))),
    ),
    nodes.scrapbox_speech: _formats(
        (_visit_speech_html, _literal("</div></div>\n")),
        text=(_nothing, lambda self, node: self.end_state()),
        man=(_nothing, _literal(".RE\n", on_new_line=True)),
        texinfo=(_nothing, _literal("@end indentedblock\n", on_new_line=True)),
    ),
    nodes.scrapbox_speaker: _formats(
        (
            _literal('<p class="scrapbox-speaker">'),
            _literal(
                '<span class="scrapbox-unseen">: </span></p>\n<div class="scrapbox-words">\n'
            ),
        ),
        latex=(
            _literal("\n\n\\sphinxAtStartPar\n\\sphinxstylestrong{"),
            _literal(":}\\nopagebreak\n\n"),  # on the page of its words
        ),
        text=(lambda self, node: self.new_state(0), _depart_speaker_text),
        man=(_literal(".sp\n\\fB", on_new_line=True), _literal(":\\fP\n.RS 2\n")),
        texinfo=(_literal("\n@noindent\n@strong{"), _literal(":}\n\n@indentedblock\n")),
    ),
    nodes.scrapbox_blank_heading: _formats(
        (_visit_blank_heading_html, _literal("</td>\n")), _as("entry")
    ),
    nodes.scrapbox_rule: _formats(_as("transition"), _as("transition")),
    nodes.scrapbox_video: _formats((_visit_video_html, _literal("</a>")), _as("reference")),
    nodes.scrapbox_media: _formats(
        (_visit_media_html, lambda self, node: self.depart_reference(node)), _as("reference")
    ),
    nodes.scrapbox_large_image: _formats(
        (_visit_large_image_html, _literal("</a>")), _as("reference")
    ),
    nodes.scrapbox_related: _formats((_ready_html, _nothing)),
    nodes.scrapbox_line_mark: _formats((_ready_html, _nothing)),
    nodes.scrapbox_listing: _formats((_visit_listing_html, _literal("</div>\n"))),
    nodes.scrapbox_changelist: _formats(),
    nodes.scrapbox_coverage: _formats(),
    nodes.scrapbox_provenance: _formats(),
    nodes.scrapbox_linkmap: _formats((_visit_linkmap_html, _depart_linkmap_html)),
    nodes.scrapbox_fold: _formats((_visit_fold_html, _literal("</details>\n"))),
    nodes.scrapbox_fold_title: _formats(
        (_literal("<summary>"), _literal("</summary>\n")), _as("paragraph")
    ),
    nodes.scrapbox_inserted: _formats(_tagged("ins")),
    nodes.scrapbox_deleted: _formats(_tagged("del")),
    nodes.scrapbox_time: _formats(_tagged("time", "datetime")),
    nodes.scrapbox_words: _formats((_words_html, _nothing)),
}
"""For each node class and output format the functions (visit, depart)."""
