"""Our node classes, and what each output format makes of them."""

from __future__ import annotations

import copy
import pickle
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from docutils import nodes
from docutils.nodes import SkipNode
from sites import Html, Site

import sphinx_scrapbox.rendering.nodes as ours
from sphinx_scrapbox.rendering.nodes import (
    scrapbox_icon,
    scrapbox_media,
    scrapbox_speaker,
    scrapbox_speech,
    scrapbox_video,
)
from sphinx_scrapbox.rendering.visitors import VISITORS

FORMATS = {"html", "latex", "text", "man", "texinfo"}
CLASSES = [
    found
    for found in vars(ours).values()
    if isinstance(found, type)
    and issubclass(found, nodes.Node)
    and found.__module__ == ours.__name__
]


@pytest.mark.parametrize("cls", CLASSES)
def test_each_class_has_a_visitor_for_each_format(cls: type[nodes.Element]) -> None:
    assert set(VISITORS[cls]) == FORMATS
    for visit, depart in VISITORS[cls].values():
        assert callable(visit)
        assert callable(depart)


def test_no_visitors_without_a_class() -> None:
    assert set(VISITORS) == set(CLASSES)


@pytest.mark.parametrize(
    ("cls", "base"),
    [
        (scrapbox_icon, nodes.inline),
        (scrapbox_speech, nodes.container),
        (scrapbox_speaker, nodes.paragraph),
        (scrapbox_video, nodes.reference),
        (scrapbox_media, nodes.reference),
    ],
)
def test_any_other_writer_finds_the_visitor_of_a_kindred_node(
    cls: type[nodes.Element], base: type[nodes.Element]
) -> None:
    assert cls.__mro__[1] is base


@pytest.mark.parametrize(
    "node",
    [
        scrapbox_icon(name="mio", project="", label="Mio", role="speaker"),
        scrapbox_speech(speakers=["Mio", "Ren"]),
        scrapbox_speaker(
            "", "", scrapbox_icon(name="mio", project="", label="Mio", role="speaker")
        ),
        scrapbox_video("", "film", refuri="https://youtu.be/x", embed="https://example.org/x"),
        scrapbox_media("", "rain", refuri="https://example.org/a.mp3", kind="audio", titled=1),
    ],
    ids=lambda node: node.tagname,
)
def test_state_survives_copies_and_pickles(node: nodes.Element) -> None:
    for again in (node.deepcopy(), copy.deepcopy(node), pickle.loads(pickle.dumps(node))):
        assert type(again) is type(node)
        assert again.pformat() == node.pformat()


@pytest.mark.parametrize(
    ("role", "words"),
    [("speaker", "Mio"), ("mention", "Mio"), ("signature", "(Mio)"), ("mark", "Mio")],
)
def test_icon_holds_no_text_but_says_its_name_when_asked(role: str, words: str) -> None:
    node = scrapbox_icon(name="mio", project="", label="Mio", role=role)
    assert node.astext() == words
    assert not list(node.findall(nodes.Text))


# -- icons in HTML ---------------------------------------------------------------------


def icon_html(builder: str = "html", **attributes: Any) -> Html:
    given = {"name": "mio", "project": "", "label": "Mio", "role": "mention", **attributes}
    translator = SimpleNamespace(
        body=[], builder=SimpleNamespace(imgpath="../_images", name=builder)
    )
    with pytest.raises(SkipNode):
        VISITORS[scrapbox_icon]["html"][0](translator, scrapbox_icon(**given))
    return Html("".join(translator.body))


def test_strong_icon_is_marked() -> None:
    assert icon_html(strong=1).root.one("span", cls="scrapbox-strong")
    assert not icon_html().root.all(cls="scrapbox-strong")


def test_icon_without_an_image_is_drawn() -> None:
    root = icon_html().root
    face = root.one("span", cls="scrapbox-icon")
    assert face["title"] == "Mio"
    assert face.one("svg")["aria-hidden"] == "true"
    assert face.one("span", cls="scrapbox-unseen").text == "Mio"


@pytest.mark.parametrize("role", ["speaker", "signature", "mention"])
def test_only_a_speaker_shows_its_name(role: str) -> None:
    root = icon_html(role=role).root
    root.one("span", cls=f"scrapbox-{role}")
    assert bool(root.all("span", cls="scrapbox-unseen")) == (role != "speaker")


def test_mark_without_an_image_is_its_name() -> None:
    root = icon_html(role="mark").root
    assert not root.all("svg")
    assert not root.all("img")
    assert not root.all("span", cls="scrapbox-unseen")
    assert root.text == "Mio"


@pytest.mark.parametrize(
    ("uri", "src"),
    [
        ("scrapbox-icon-1.png", "../_images/scrapbox-icon-1.png"),
        ("https://wiki.example/a/icon", "https://wiki.example/a/icon"),
    ],
)
def test_icon_with_an_image(uri: str, src: str) -> None:
    image = icon_html(uri=uri).root.one("img")
    assert (image["src"], image["alt"]) == (src, "")


@pytest.mark.parametrize("role", ["speaker", "mention", "mark"])
@pytest.mark.parametrize("uri", ["", 'https://wiki.example/"><b>'])
def test_no_name_breaks_out(role: str, uri: str) -> None:
    label = "\"><script>alert('&')</script>"
    root = icon_html(label=label, role=role, uri=uri).root
    assert {tag.name for tag in root.walk()} <= {"", "span", "svg", "circle", "text", "img"}
    name = root.one("span", cls="scrapbox-name")
    assert name.raw_text == label
    title = label if "scrapbox-unseen" in name["class"] else None  # a name that is seen needs none
    assert root.one("span", cls="scrapbox-icon").attributes.get("title") == title


# -- each format -----------------------------------------------------------------------

REST = r"""
Talk
====

.. scrapbox:speech:: O'Hara & Sons

   We dig *here*.

   - and there

.. scrapbox:speech:: .config

   No.

Ask :scrapbox:icon:`O'Hara & Sons`.

:scrapbox:icon:`.config` stands first, a_b{c}@\\d-e second: :scrapbox:icon:`a_b{c}@\\d-e`
"""
FILM = (
    '---\ntitle: "Film"\n---\n\nSee [our beds](https://youtu.be/a1B2-c3D4_e) below.\n\n'
    "[https://youtu.be/a1B2-c3D4_e](https://youtu.be/a1B2-c3D4_e)\n\n"
    "<img src='https://scrapbox.io/api/pages/garden-en/en/icon' alt='en.icon' height=\"19.5\"/>"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    src = tmp_path_factory.mktemp("nodes") / "src"
    return Site(src, {"index.rst": REST, "film.md": FILM})


def test_html(site: Site) -> None:
    built = site.build("html")
    assert built.warnings == []
    body = built.html("index.html").body
    first, second = body.all("div", cls="scrapbox-speech")
    assert first["aria-label"] == "O'Hara & Sons"
    assert first["role"] == "group"
    assert first.one("p", cls="scrapbox-speaker").one("span", cls="scrapbox-name").text == (
        "O'Hara & Sons"
    )
    words = first.one("div", cls="scrapbox-words")
    assert words.one("em").text == "here"
    assert words.one("li").text == "and there"
    assert second["aria-label"] == ".config"
    film = built.html("film.html").body.one("a", cls="scrapbox-video")
    assert film["href"] == "https://youtu.be/a1B2-c3D4_e"
    assert film["data-scrapbox-embed"] == "https://www.youtube-nocookie.com/embed/a1B2-c3D4_e"
    assert film.text == "our beds"


def output(site: Site, builder: str, name: str, **config: Any) -> str:
    built = site.build(builder, scrapbox_missing="text", **config)
    assert built.warnings == []
    return "\n".join(line.rstrip() for line in built.text(name).splitlines())


def test_text(site: Site) -> None:
    assert (
        "O'Hara & Sons:\n\n  We dig *here*.\n\n  * and there\n\n.config:\n\n  No.\n\nAsk O'Hara"
        in (output(site, "text", "index.txt"))
    )


def test_latex(site: Site) -> None:
    index = ("index", "x.tex", "Talk", "nobody", "manual")
    text = output(site, "latex", "x.tex", latex_documents=[index])
    assert "\\sphinxstylestrong{" in text
    assert "O\\textquotesingle{}Hara \\& Sons:}" in text
    assert "a\\_b\\{c\\}@\\textbackslash{}d\\sphinxhyphen{}e" in text


def test_man(site: Site) -> None:
    page = ("index", "talk", "Talk", "nobody", 1)
    text = output(site, "man", "talk.1", man_pages=[page])
    assert ".sp\n\\fBO'Hara & Sons:\\fP\n.RS 2\n" in text
    assert text.count(".RS") == text.count(".RE")
    assert "\\&.config stands first" in text
    assert "a_b{c}@\\ed\\-e" in text


def test_texinfo(site: Site) -> None:
    document = ("index", "talk", "Talk", "nobody", "talk", "", "Misc")
    text = output(site, "texinfo", "talk.texi", texinfo_documents=[document])
    assert "@noindent\n@strong{O'Hara & Sons:}\n\n@indentedblock\n" in text
    assert text.count("@indentedblock") == text.count("@end indentedblock") == 2
    assert "a_b@{c@}@@\\d-e" in text


@pytest.mark.parametrize(
    ("builder", "name", "option", "value"),
    [
        ("latex", "x.tex", "latex_documents", ("film", "x.tex", "Film", "nobody", "manual")),
        ("text", "film.txt", "", ()),
        ("man", "film.1", "man_pages", ("film", "film", "Film", "nobody", 1)),
        ("texinfo", "f.texi", "texinfo_documents", ("film", "f", "F", "nobody", "f", "", "Misc")),
    ],
)
def test_film_is_a_link(
    site: Site, builder: str, name: str, option: str, value: tuple[object, ...]
) -> None:
    config = {option: [value]} if option else {}
    text = output(site, builder, name, **config)
    assert "our beds" in text
    if builder != "text":
        assert "youtu.be/a1B2" in text.replace("\\:", "").replace("\\-", "-")


# -- beside other extensions -----------------------------------------------------------

FOREIGN_VIDEO = """
from docutils import nodes
from docutils.parsers.rst import Directive


class video(nodes.General, nodes.Element):
    pass


class VideoDirective(Directive):
    def run(self):
        return [video()]


def visit(self, node):
    self.body.append("<video></video>")
    raise nodes.SkipNode


def setup(app):
    app.add_node(video, html=(visit, None))
    app.add_directive("video", VideoDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
"""


@pytest.mark.parametrize("order", [("films", "sphinx_scrapbox"), ("sphinx_scrapbox", "films")])
def test_a_video_node_of_another_extension_is_another_node(
    tmp_path: Path, order: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """docutils calls visitors by the name of a node's class, and Sphinx warns of a second one."""
    monkeypatch.delitem(sys.modules, "films", raising=False)
    monkeypatch.syspath_prepend(tmp_path / "src")
    conf = f"extensions = {list(order)!r}\n"
    files = {"films.py": FOREIGN_VIDEO, "conf.py": conf, "film.md": FILM}
    built = Site(tmp_path / "src", {**files, "index.rst": "Talk\n====\n\n.. video::\n"}).build()
    assert built.warnings == []
    assert built.html("film.html").body.one("a", cls="scrapbox-video").text == "our beds"
    assert built.html("index.html").body.one("video")


def test_names_of_node_classes_are_our_own() -> None:
    assert all(cls.__name__.startswith("scrapbox_") for cls in VISITORS)
