"""A block of related pages as HTML text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from html import escape
from pathlib import PurePosixPath

from sphinx.builders import Builder
from sphinx.locale import _ as sphinx_message
from sphinx.util.osutil import relative_uri

from sphinx_scrapbox.rendering.typesetting import OUTSIDE_CLASS, kept_apart
from sphinx_scrapbox.sphinx_ext.builders import (
    card_classes,
    image_loading,
    is_single_file,
    shows_image_file,
)
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain
from sphinx_scrapbox.sphinx_ext.domain.languages import page_languages, site_language
from sphinx_scrapbox.sphinx_ext.domain.resolve import graph_address, html_link
from sphinx_scrapbox.sphinx_ext.features.related.model import (
    SHOWN_NEIGHBOURS,
    Card,
    NodeTitle,
    RelatedItem,
    RelatedItems,
    RelatedPages,
    more,
)
from sphinx_scrapbox.sphinx_ext.i18n import _
from sphinx_scrapbox.wiki.graph import is_wanted

ANCHOR = "scrapbox-related"
"""The identifier of the heading of a page's first block."""


class HtmlBlock:
    """Writes the blocks of one document."""

    def __init__(self, domain: ScrapboxDomain, builder: Builder, docname: str) -> None:
        self._domain = domain
        self._builder = builder
        self._docname = docname
        self._config = options(builder.config)
        self._classes = card_classes(builder)
        # Seen from one folder, what is written of a page is the same for all that show it.
        self._folder = builder.get_target_uri(docname).rpartition("/")[0]
        self._written: dict[tuple[str, str, str], str]
        self._written = domain.cache.setdefault(f"related in {builder.name}", {})

    def block(self, related: RelatedPages, mode: str, *, level: int, is_first: bool) -> str:
        """The block with its heading.

        :param level: the level of its heading; those of its lists are one below.
        :param is_first: whether it is the first one in its file, so that a link may lead there.
        """
        heading = escape(str(_("Related pages")))
        is_foreign = page_languages(self._domain).foreign(self._docname)
        lang = _lang(site_language(self._builder.config)) if is_foreign else ""
        tag, below = f"h{min(level, 6)}", f"h{min(level + 1, 6)}"
        anchor = f' id="{ANCHOR}"' if is_first and not is_single_file(self._builder) else ""
        parts = [
            f'<section class="scrapbox-related scrapbox-{mode} {OUTSIDE_CLASS}"{lang} '
            f'aria-label="{heading}">'
            f"<{tag}{anchor}>{heading}{self._permalink() if anchor else ''}</{tag}>"
        ]
        write = self._card if mode == "cards" else self._item
        parts += self._list(below, str(_("Links")), related.links, write, with_lines=False)
        parts += self._list(
            below, str(_("Linked from")), related.linked_from, write, with_lines=True
        )
        for group in related.groups:
            via = self._link(group.via)
            heading = f'<{below} class="scrapbox-via"{_lang(group.via.language)}>{via}</{below}>'
            items = (write(RelatedItem(place, None)) for place in group.places)
            parts.append(f"<div>{heading}<ul>{''.join(items)}{_rest(group.rest)}</ul></div>")
        parts.append("</section>\n")
        return "".join(parts)

    def _permalink(self) -> str:
        config = self._builder.config
        if not config.html_permalinks:
            return ""
        title = escape(sphinx_message("Link to this heading"))
        icon = config.html_permalinks_icon  # HTML of the site's own
        return f'<a class="headerlink" href="#{ANCHOR}" title="{title}">{icon}</a>'

    def _list(
        self,
        tag: str,
        heading: str,
        items: RelatedItems,
        write: Callable[[RelatedItem], str],
        *,
        with_lines: bool,
    ) -> Iterable[str]:
        if not items.items:
            return
        yield f'<div><{tag} class="scrapbox-via">{escape(heading)}</{tag}>'
        rows = [write(item if with_lines else item._replace(line=None)) for item in items.items]
        yield f"<ul>{''.join(rows[:SHOWN_NEIGHBOURS])}</ul>"
        if len(rows) > SHOWN_NEIGHBOURS:
            folded = f"{''.join(rows[SHOWN_NEIGHBOURS:])}{_rest(items.rest)}"
            summary = escape(more(len(rows) - SHOWN_NEIGHBOURS + items.rest))
            yield f"<details><summary>{summary}</summary><ul>{folded}</ul></details>"
        yield "</div>"

    def _item(self, item: RelatedItem) -> str:
        line = "" if item.line is None else f" <span>{kept_apart(item.line)}</span>"
        return f"<li{_lang(item.place.language)}>{self._link(item.place)}{line}</li>"

    def _card(self, item: RelatedItem) -> str:
        place = item.place
        start = self._remembered("start", place, self._start_of_card)
        excerpt = self._remembered("excerpt", place, self._excerpt) if item.has_excerpt else ""
        line = self._span(place, item.line, "scrapbox-linking") if item.line else ""
        classes = f' class="{" ".join(self._classes)}"' if self._classes else ""
        return f"<li{classes}{_lang(place.language)}>{start}{line}{excerpt}</li>"

    def _excerpt(self, place: NodeTitle) -> str:
        return self._span(place, place.card.excerpt) if place.card.excerpt else ""

    def _span(self, place: NodeTitle, text: str, name: str = "") -> str:
        """Words of the page itself, whose title may be translated."""
        language = place.card.language
        is_as_title = language == place.language or place.card == Card()
        lang = "" if is_as_title else _lang(language or site_language(self._builder.config))
        classes = f' class="{name}"' if name else ""
        return f" <span{classes}{lang}>{kept_apart(text)}</span>"

    def _start_of_card(self, place: NodeTitle) -> str:
        return self._link(place) + "".join(self._image(place.card.image))

    def _image(self, image: str) -> Iterator[str]:
        builder = self._builder
        if "://" in image:
            if not (builder.supported_remote_images and self._config.images == "remote"):
                return
            source, attributes = image, ' referrerpolicy="no-referrer"'
        elif image and shows_image_file(builder, image):
            # A file of a snapshot keeps its name in the output.
            name = builder.images[image] = PurePosixPath(image).name
            start = relative_uri(builder.get_target_uri(self._docname), builder.imagedir)
            source, attributes = f"{start}/{name}", ""
        else:
            return
        loading = ' loading="lazy"' if image_loading(builder) == "lazy" else ""
        # The style sheet shows a part of this size, whatever the size of the file is.
        yield (
            f'<img src="{escape(source)}" alt="" width="208" height="88"{loading}{attributes} />'
        )

    def _link(self, place: NodeTitle) -> str:
        return self._remembered("link", place, self._new_link)

    def _new_link(self, place: NodeTitle) -> str:
        address = graph_address(self._domain, self._builder, self._docname, place.node)
        return html_link(place.title, address, is_missing=is_wanted(place.node))

    def _remembered(self, kind: str, place: NodeTitle, write: Callable[[NodeTitle], str]) -> str:
        key = kind, self._folder, place.node
        if (text := self._written.get(key)) is None:
            text = self._written[key] = write(place)
        return text


def _lang(language: str) -> str:
    return f' lang="{escape(language)}"' if language else ""


def _rest(count: int) -> str:
    return f'<li class="scrapbox-rest">{escape(more(count))}</li>' if count else ""
