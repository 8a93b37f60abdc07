"""What no page of a site may hold, whatever the wiki's text says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from sites import Html, Tag

_ADDRESSES = frozenset("href src action poster background cite data xlink:href srcset".split())
_RUNNING = ("javascript:", "data:", "vbscript:", "file:", "blob:", "//", "\\")
_ELEMENTS = frozenset(
    "applet audio base dialog embed fencedframe frame frameset iframe isindex keygen marquee "
    "object portal source style template textarea track video xmp".split()
)
_HUE = re.compile("--scrapbox-hue:[0-9]{1,3}")  # of a speaker
_CONTROLS = frozenset("button form input select".split())


def harm(html: Html, *, scripts: frozenset[str]) -> Iterator[str]:
    """Each element of a page that could run a script, ask another host or change the page's look.

    :param scripts: signatures of the scripts that the theme and Sphinx put into a page.
    """
    ours = set(_controls(html))
    for tag in html.root.walk():
        for name, value in tag.attributes.items():
            address = "".join(value.split()).lower()
            if (
                name.startswith("on")
                or name in {"srcdoc", "formaction", "ping"}
                or (name in _ADDRESSES and address.startswith(_RUNNING))
                or (name == "data-scrapbox-embed" and not address.startswith("https://"))
            ):
                yield f"{name}={value!r} in <{tag.name}>"
        if tag.name in _ELEMENTS and tag not in ours:
            yield f"<{tag.name}>"
        elif tag.name == "script" and not is_data(tag) and not _is_own(tag, scripts):
            yield f"<script> {tag.attributes} {tag.text[:200]!r}"
        elif tag.name in {"meta", "link"} and "http-equiv" in tag.attributes:
            yield f"<{tag.name} http-equiv>"
    for tag in html.body.walk():
        if tag.name in _CONTROLS and tag not in ours:
            yield f"<{tag.name}>"
        is_hue = _HUE.fullmatch(tag.attributes.get("style", ""))
        if "style" in tag.attributes and tag.name != "col" and not is_hue:
            yield f"style={tag['style']!r} in <{tag.name}>"


def _controls(html: Html) -> Iterator[Tag]:
    """The controls of lists and maps, templates that hold no text of a wiki, and all in them."""
    for template in html.root.all("template"):
        (controls,) = [child for child in template.walk() if child.name == "div"]
        if controls.attributes.get("class") in ("scrapbox-controls", "scrapbox-map-tools"):
            yield from (template, *template.walk())


def _is_own(script: Tag, scripts: frozenset[str]) -> bool:
    """Whether the theme, Sphinx or the extension put a script into a page."""
    folder = script.attributes.get("src", "").rpartition("/")[0]
    return signature(script) in scripts or folder.lstrip("./") == "_static/sphinx_scrapbox"


def is_data(script: Tag) -> bool:
    """Whether a script is data that no browser runs, and what it says is one JSON value."""
    is_json_ld = script.attributes == {"type": "application/ld+json"}
    return is_json_ld and isinstance(json.loads(script.raw_text), dict)


def signature(script: Tag) -> str:
    """The file name of a script, or its text."""
    return urlsplit(script.attributes.get("src", "")).path.rpartition("/")[2] or script.text


def scripts_of(html: Html) -> frozenset[str]:
    return frozenset(map(signature, html.root.all("script")))
