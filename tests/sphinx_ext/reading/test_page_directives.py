"""What a directive in a wiki page may leave there: what wiki text itself may say, and no more.

A directive is allowed by its name, and its options are wiki text. Most hand addresses, formulas
and markup on as they are.
"""

from __future__ import annotations

from functools import partial

import pytest
from docutils import nodes
from sites import Built, Site, page

SECRET = "what is in no page"
CONF = """
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective

extensions = ["sphinx_scrapbox"]
scrapbox_project = "garden-en"
scrapbox_page_directives = ["gadget"]


def linked(image):
    return nodes.reference("", "", image, refuri="https://example.org/")


MAKERS = {
    "raw": lambda text: nodes.raw("", text, format="html"),
    "raw inline": lambda text: nodes.paragraph("", "See ", nodes.raw("", text, format="html")),
    "link": lambda text: nodes.paragraph("", "", nodes.reference("", "words", refuri=text)),
    "download": lambda text: nodes.paragraph(
        "", "", addnodes.download_reference("", "words", reftarget=text, filename=text)
    ),
    "image": lambda text: nodes.image(uri=text),
    "image inline": lambda text: nodes.paragraph("", "", nodes.image(uri=text)),
    "linked image": lambda text: nodes.paragraph("", "", linked(nodes.image(uri=text))),
    "figure": lambda text: nodes.figure("", nodes.image(uri=text), nodes.caption("", "Caption")),
    "math": lambda text: nodes.paragraph("", "", nodes.math(text, text)),
    "math block": lambda text: nodes.math_block(text, text, nowrap=False, number=None),
}


class Gadget(SphinxDirective):
    optional_arguments = 1
    option_spec = dict.fromkeys(("kind", "text", "number"), directives.unchanged)

    def run(self):
        made = MAKERS[self.options["kind"]](self.options["text"].strip("'"))
        classes = [f"case-{self.options['number']}"]
        return [nodes.note("", nodes.paragraph("", "Before."), made, classes=classes)]


def setup(app):
    app.add_directive("gadget", Gadget)
"""
INDEX = "# Index\n\n```{toctree}\nguide\n```\n"
GUIDE = "# Guide\n\n```{scrapbox:include} Native\n```\n\n```{scrapbox:include} Exported\n```\n"
GYAZO = f"https://gyazo.com/{'0' * 32}"
IMAGES = ("image", "image inline", "linked image", "figure")

CODE = [
    *((kind, "<b onclick=x>bold</b>") for kind in ("raw", "raw inline")),
    *((kind, "\\input{secret.txt}") for kind in ("math", "math block")),
]
FORMULAS = [(kind, "V = \\pi r^2") for kind in ("math", "math block")]
NO_LINKS = [
    ("link", "javascript:alert(1)"),
    ("link", "JaVaScRiPt:alert(1)"),
    ("link", "data:text/html,x"),
    ("link", "vbscript:x"),
    ("link", "file:///etc/passwd"),
    ("link", "//evil.example/x"),
    ("link", "http://[x"),
    ("download", "/secret.txt"),
]
LINKS = {
    ("link", "https://example.org/a b<c>"): "https://example.org/a%20b%3Cc%3E",
    ("link", "mailto:a@example.org"): "mailto:a@example.org",
    ("link", "https://example.org/x?y=1&z=2#here"): "https://example.org/x?y=1&z=2#here",
}
NO_IMAGES = [
    (kind, address)
    for kind in IMAGES
    for address in (
        *("/secret.png", "../secret.png", "//evil.example/x.png", "file:///etc/passwd"),
        *("data:image/png,x", "mailto:a@example.org"),
    )
]
SHOWN = {
    (kind, address): shown
    for kind in IMAGES
    for address, shown in (
        ("https://example.org/picture.png", "https://example.org/picture.png"),
        ("https://example.org/a b.png", "https://example.org/a%20b.png"),
        (GYAZO, f"{GYAZO}/thumb/1000"),
    )
}
CASES = [*CODE, *FORMULAS, *NO_LINKS, *LINKS, *NO_IMAGES, *SHOWN]


def _options(number: int) -> list[str]:
    kind, text = CASES[number]
    return [f":kind: {kind}", f":text: '{text}'", f":number: {number}"]


def _native() -> str:
    blocks = "".join(
        f"code:a({{gadget}})\n{''.join(f' {row}' + chr(10) for row in _options(number))}"
        for number in range(len(CASES))
    )
    return f"Native\n{blocks}After.\n"


def _exported() -> str:
    blocks = [["```{gadget}", *_options(number), "```"] for number in range(len(CASES))]
    return page("Exported", *(row for block in blocks for row in block), "After.")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    files = {
        "conf.py": CONF,
        "index.md": INDEX,
        "guide.md": GUIDE,
        "wiki/native.scrapbox": _native(),
        "wiki/exported.md": _exported(),
        "secret.txt": SECRET,
        "secret.png": SECRET,
    }
    return Site(tmp_path_factory.mktemp("directives") / "src", files).build()


@pytest.fixture(params=["native", "exported", "native included", "exported included"])
def notes(request: pytest.FixtureRequest, built: Built) -> dict[tuple[str, str], nodes.note]:
    """What each case left: on a page of each form, and where that page is included."""
    form, _, included = request.param.partition(" ")
    document = built.doctree("guide" if included else f"wiki/{form}")
    found = [note for note in document.findall(nodes.note) if "case-" in " ".join(note["classes"])]
    if included:
        assert len(found) == 2 * len(CASES)
        found = found[: len(CASES)] if form == "native" else found[len(CASES) :]
    assert [note["classes"] for note in found] == [[f"case-{n}"] for n in range(len(CASES))]
    return dict(zip(CASES, found, strict=True))


def test_nothing_else_happened(built: Built) -> None:
    assert built.warnings == []
    for path in built.out.rglob("*"):
        assert "secret" not in path.name
        assert not path.is_file() or SECRET.encode() not in path.read_bytes()


cases = partial(pytest.mark.parametrize, "case", ids=lambda case: " ".join(case))
Case = tuple[str, str]
Notes = dict[Case, nodes.note]


@cases(CODE)
def test_markup_and_tex_are_shown_as_code(notes: Notes, case: Case) -> None:
    note = notes[case]
    refused = (nodes.raw, nodes.math, nodes.math_block)
    assert not list(note.findall(lambda node: isinstance(node, refused)))
    (code,) = note.findall(lambda node: isinstance(node, nodes.literal | nodes.literal_block))
    assert code.astext() == case[1]
    assert isinstance(code, nodes.literal) == isinstance(code.parent, nodes.TextElement)


@cases(FORMULAS)
def test_a_formula_stays(notes: Notes, case: Case) -> None:
    (formula,) = notes[case].findall(lambda n: isinstance(n, nodes.math | nodes.math_block))
    assert formula.astext() == case[1]


@cases(NO_LINKS)
def test_addresses_that_wiki_text_cannot_link(notes: Notes, case: Case) -> None:
    assert not list(notes[case].findall(nodes.reference))
    assert "words" in notes[case].astext()


@cases(LINKS)
def test_other_addresses_are_made_fit(notes: Notes, case: Case) -> None:
    (link,) = notes[case].findall(nodes.reference)
    assert link["refuri"] == LINKS[case]


@cases(NO_IMAGES)
def test_images_that_are_not_of_the_web(notes: Notes, case: Case) -> None:
    assert not list(notes[case].findall(nodes.image))
    assert case[1] in notes[case].astext()


@cases(SHOWN)
def test_images_of_the_web_are_as_in_wiki_text(notes: Notes, case: Case) -> None:
    (image,) = notes[case].findall(nodes.image)
    assert image["uri"] == SHOWN[case]
