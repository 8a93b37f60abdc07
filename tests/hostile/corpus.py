"""The sources: each payload in each place where a page of a wiki can hold text.

In payloads, ``HIT`` is a call of the canary with the number of the payload, ``EVIL`` an address
at a foreign host, and ``SECRET`` the path of a file that no page may show.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from hostile import addresses, html, names, syntax, tex
from sphinx_scrapbox.cli import main

FAMILIES = {
    "addresses": addresses.ADDRESSES,
    "elements": html.ELEMENTS,
    "breakouts": html.BREAKOUTS,
    "TeX": tex.TEX,
    "markup": syntax.INLINE,
    "blocks": syntax.BLOCKS,
    "names": names.NAMES,
    "hidden marks": names.HIDDEN_MARKS,
}
WORD = "sprout"
"""A word of the pages with hostile names, by which a search finds them."""
SECRET = "c0mpost-heap-of-the-build-machine"
"""The content of the file that no output may hold."""
EVIL_HOST = "evil.example"
PROJECT = "garden-en"


@dataclass(frozen=True)
class Payload:
    """A hostile text; ``number`` is what the canary is called with."""

    number: int
    family: str
    template: str

    def text(self, secret: str) -> str:
        return (
            self.template.replace("HIT", f"hit({self.number})")
            .replace("(N)", f"({self.number})")
            .replace("EVIL", f"https://{EVIL_HOST}/{self.number}")
            .replace("SECRET", secret)
        )


def _payloads() -> Iterator[Payload]:
    number = 0
    for family, templates in FAMILIES.items():
        for template in templates:
            number += 1
            yield Payload(number, family, template)


PAYLOADS = tuple(_payloads())
NAMES = tuple(payload for payload in PAYLOADS if payload.family == "names")

# -- places ----------------------------------------------------------------------------

Place = Callable[[str], str]


def _icon(name: str, shown: str = "", project: str = PROJECT) -> str:
    address = f"https://scrapbox.io/api/pages/{project}/{name}/icon"
    return f"<img src='{address}' alt='{shown or name}.icon' height=\"19.5\"/>"


ICON = _icon("en")

EXPORTED: dict[str, Place] = {
    "line": lambda text: text,
    "heading": lambda text: f"## {text}",
    "item": lambda text: f"- {text}",
    "quotation": lambda text: f"> {text}",
    "bold": lambda text: f"**{text}** *{text}*",
    "code": lambda text: f"`{text}`",
    "tag": lambda text: f"#{text.replace(' ', '_')} x",
    "label": lambda text: f"[{text}](https://example.org/)",
    "link": lambda text: f"[x]({text}) [{text}]({text})",
    "address": lambda text: f"[x](https://example.org/{text}) https://example.org/{text}",
    "wiki link": lambda text: f"[[{text}]]",
    "other wiki": lambda text: f"[/{text}/{text}](https://scrapbox.io/{text}/{text})",
    "speaker": lambda text: f"{_icon(text)} says this",
    "signature": lambda text: f"Words {_icon('x', f'/{text}/{text}')}",
    "image": lambda text: f"![image]({text}) ![image](https://gyazo.com/{text})",
    "table": lambda text: (
        f"{text}\n| {text} | b |\n| -- | -- |\n| {text} | [[{text}]] {_icon(text)} |"
    ),
    "caption": lambda text: f"{text}\n\n```\n{text}\n```\n",
    "formula": lambda text: f"A ${text}$ here",
    "video": lambda text: f"https://youtu.be/{text}\n[{text}](https://youtu.be/abcdefgh)",
    "notice": lambda text: (
        "---\n"
        f"This page is auto-translated from [/{text}/{text}](https://scrapbox.io/{text}/{text})"
        f" using {text}. If you looks something interesting but the auto-translated English is "
        f"not good enough to understand it, feel free to let me know at [@{text}]({text}). I'm "
        "very happy to spread my thought to non-Japanese readers."
    ),
}
"""Lines of exported Markdown around a text."""

NATIVE: dict[str, Place] = {
    "line": lambda text: text,
    "item": lambda text: f" {text}\n  {text}",
    "quotation": lambda text: f"> {text}",
    "heading": lambda text: f"[** {text}]",
    "decorations": lambda text: f"[/ {text}] [!_- {text}] [[{text}]]",
    "code": lambda text: f"`{text}`\n$ {text}\n? {text}",
    "tag": lambda text: f"#{text.replace(' ', '_')} x",
    "label": lambda text: f"[{text} https://example.org/]",
    "link": lambda text: f"[x {text}] [{text} {text}]",
    "address": lambda text: f"[https://example.org/{text} x] https://example.org/{text}",
    "wiki link": lambda text: f"[{text}]",
    "other wiki": lambda text: f"[/{text}/{text}] [/{text}]",
    "icons": lambda text: (
        f"[{text}.icon] says this\nWords [/{text}/{text}.icon*2] [[{text}.icon]]"
    ),
    "image": lambda text: f"[https://example.org/{text}.png] [{text}.png]",
    "linked image": lambda text: (
        f"[https://example.org/x.png {text}] [{text} https://i.example/x.png]"
    ),
    "table": lambda text: f"table:{text}\n {text}\t[{text}]\n [{text}.icon]\t{text}",
    "caption": lambda text: f"code:{text}\n {text}",
    "formula": lambda text: f"[$ {text}] here\n[$ {text}]",
    "point": lambda text: f"[N35.6,E139.7,Z17 {text}] [{text} N35.6,E139.7]",
    "video": lambda text: f"https://youtu.be/{text}\n[{text} https://youtu.be/abcdefgh]",
}
"""Lines of the wiki's own notation around a text."""


def sentinel(payload: Payload) -> str:
    """A word that stands behind a payload, and that no payload may hide."""
    return f"behind-{payload.number}-"


# -- files -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Sources:
    """A folder of sources that holds each payload, or one of so many *parts* of them.

    All names are names of files in every part, as they meet the scripts of each theme.
    """

    folder: Path
    part: int = 0
    parts: int = 1

    @property
    def secret(self) -> Path:
        """A file of the machine beside the sources; another one lies among them."""
        return self.folder.with_name(f"{self.folder.name}-secret.txt")

    def of(self, *families: str) -> list[Payload]:
        return [
            payload
            for payload in PAYLOADS
            if payload.family in families and payload.number % self.parts == self.part
        ]

    def in_place(self, place: str) -> list[Payload]:
        """The payloads that stand in a place; those of several lines stand on lines only."""
        payloads = self.of(*(family for family in FAMILIES if family != "hidden marks"))
        return [each for each in payloads if place == "line" or "\n" not in each.template]

    def write(self) -> None:
        for path in (self.secret, self.folder / "secret.txt"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(SECRET, encoding="utf-8")
        for name, content in self._files():
            path = self.folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(content, encoding="utf-8", newline="")
        self._unpack()

    def _files(self) -> Iterator[tuple[str, str]]:
        secret = str(self.secret)
        yield "conf.py", 'extensions = ["sphinx_scrapbox"]\n'
        yield "index.rst", INDEX
        yield "plain.rst", ":orphan:\n\nPlain\n=====\n\n:math:`x^2`\n"
        for name, place in EXPORTED.items():
            lines = _lines(place, secret, self.in_place(name))
            yield f"exported/in {name}.md", exported(f"In {name}", *lines)
        for name, place in NATIVE.items():
            lines = _lines(place, secret, self.in_place(name))
            yield f"native/in {name}.scrapbox", "\n".join([f"In {name} (native)", *lines])
        for payload in NAMES:
            title = payload.text(secret)
            name = f"{payload.number}{title}" if title in {".", ".."} else file_name(title)
            yield f"names/{name}.md", exported(title, f"[[{title}]] {WORD}", "$x^2$")
        for payload in self.of("hidden marks"):
            title = f"Hidden {payload.number}"
            text = re.sub(r"(?<=[\"' ])T(?=[\"'\s])", title, payload.text(secret), count=1)
            yield f"hidden/{title}.md", text

    def _unpack(self) -> None:
        """Fill folders by the package's own command, from exports with hostile fields."""
        secret = str(self.secret)
        folder = self.folder / "json"
        titles = [payload.text(secret) for payload in self.of("names")]
        pages = [_json_page(title, f"[{title}] #{title} {WORD}", "[$ x^2]") for title in titles]
        _run_unpack(folder / "names", PROJECT, pages)
        payloads = self.of("elements", "breakouts")
        pages = [_json_page(f"{each.text(secret)} in fields", "[$ x^2]") for each in payloads]
        _run_unpack(folder / "fields", PROJECT, pages)
        for payload in self.of("breakouts")[::8]:
            project = payload.text(secret)
            page = _json_page(f"Of {project}", f"[{project}.icon] words", "[$ x^2]")
            _run_unpack(folder / str(payload.number), project, [page])


def _lines(place: Place, secret: str, payloads: list[Payload]) -> Iterator[str]:
    """Each of *payloads* in *place*, in a paragraph of its own."""
    yield "$x^2$ [$ x^2]"
    for payload in payloads:
        yield from ("", place(payload.text(secret)), "", sentinel(payload))


def exported(title: str, *lines: str, mark: str = ICON) -> str:
    """The text of an exported page, which *mark* ends."""
    quoted = f"'{title.replace(chr(39), chr(39) * 2)}'" if '"' in title else f'"{title}"'
    return "\n".join(["---", f"title: {quoted}", "---", "", *lines, "", mark])


def file_name(title: str) -> str:
    """The name that the exporter gives to the file of a page, as far as a file system allows."""
    return title.replace("/", "-").replace("\0", "-") or "-"


INDEX = """\
Index
=====

:math:`x^2` by hand. :scrapbox:page:`Don't panic`

.. scrapbox:pages::
   :as: cards

.. scrapbox:pages::
   :as: table

.. scrapbox:wanted::
   :min: 1

.. scrapbox:people::

.. scrapbox:map:: Don't panic
   :hops: 3

.. scrapbox:snapshot::
   :as: table

.. scrapbox:changes::
   :from: json/fields
   :path: json/names
   :feed: changes.xml
   :lines:
   :max: 1000

.. toctree::
   :glob:

   names/*
"""


def _json_page(title: str, *lines: str) -> dict[str, object]:
    """A page of an export; each field that the wiki has holds the title."""
    return {
        "id": f"{title} id",
        "title": title,
        "image": title,
        "descriptions": [title],
        "icons": [title],
        "user": {"id": title, "name": title, "displayName": title, "photo": title},
        "created": title,
        "updated": 1_700_000_000,
        "lines": [
            {"id": title, "text": line, "userId": title, "created": title, "updated": title}
            for line in (title, *lines)
        ],
    }


def _run_unpack(folder: Path, project: str, pages: list[dict[str, object]]) -> None:
    user = {"id": project, "name": project, "displayName": project, "email": "x@example.org"}
    export = {"name": project, "displayName": project, "exported": project, "users": [user]}
    folder.mkdir(parents=True)
    data = json.dumps({**export, "pages": pages}).encode()
    result = CliRunner().invoke(main, ["unpack", "-", str(folder)], input=data)
    assert result.exit_code == 0, result.output
