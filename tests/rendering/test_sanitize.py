"""What a directive made of wiki text, under the rules of wiki text."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from docutils import nodes
from sites import tree

from sphinx_scrapbox.rendering.sanitize import sanitize

PICTURE = "https://example.org/bed.png"


def link(address: str) -> nodes.reference:
    return nodes.reference("", "beds", refuri=address, ids=["a"], classes=["wide"])


def image(address: str) -> nodes.image:
    return nodes.image(uri=address, classes=["wide"])


LINE = "<paragraph>\n  'see '\n  "
UNLINKED = f"{LINE}<inline classes=wide>\n    'beds'"
INLINES: dict[str, tuple[nodes.Node, str]] = {
    "raw output is shown as code": (
        nodes.raw("", "<b>", format="html"),
        f"{LINE}<literal>\n    '<b>'",
    ),
    "a formula with unsafe TeX is shown as code": (
        nodes.math("", r"\input{x}"),
        f"{LINE}<literal>\n    '\\\\input{{x}}'",
    ),
    "any other formula stays": (nodes.math("", "x^2"), f"{LINE}<math>\n    'x^2'"),
    "a script is no link": (link("javascript:x"), UNLINKED),
    "a file is no link": (link("file:///etc/passwd"), UNLINKED),
    "an unsafe URL in capitals is no link": (link("DATA:x"), UNLINKED),
    "a URL is percent-encoded": (
        link("https://example.org/a b"),
        f"{LINE}<reference classes=wide refuri=https://example.org/a%20b>\n    'beds'",
    ),
    "a path stays a link": (
        link("beds.html#a"),
        f"{LINE}<reference classes=wide refuri=beds.html#a>\n    'beds'",
    ),
    "a link inside the document stays": (
        nodes.reference("", "beds", refid="a"),
        f"{LINE}<reference refid=a>\n    'beds'",
    ),
    "an image of the web stays": (image(PICTURE), f"{LINE}<image classes=wide uri={PICTURE}>"),
    "the URL of an image is percent-encoded": (
        image("https://example.org/a b.png"),
        f"{LINE}<image classes=wide uri=https://example.org/a%20b.png>",
    ),
    "a file is no image": (
        image("../secret.png"),
        f"{LINE}<inline classes=wide>\n    '../secret.png'",
    ),
    "a script is no image": (
        image("javascript:x"),
        f"{LINE}<inline classes=wide>\n    'javascript:x'",
    ),
    "a mail address is no image": (
        image("mailto:a@example.org"),
        f"{LINE}<inline classes=wide>\n    'mailto:a@example.org'",
    ),
}


@pytest.mark.parametrize(("node", "expected"), INLINES.values(), ids=INLINES.keys())
def test_inside_a_line(node: nodes.Node, expected: str) -> None:
    (paragraph,) = sanitize([nodes.paragraph("", "", nodes.Text("see "), node)])
    assert tree(paragraph) == expected


BLOCKS: dict[str, tuple[Callable[[], nodes.Node], str]] = {
    "raw output": (
        lambda: nodes.raw("", "<b>", format="html"),
        "<literal_block language=text>\n  '<b>'",
    ),
    "a formula with unsafe TeX": (
        lambda: nodes.math_block("", r"\csname x\endcsname"),
        "<literal_block language=text>\n  '\\\\csname x\\\\endcsname'",
    ),
    "any other formula": (lambda: nodes.math_block("", "x^2"), "<math_block>\n  'x^2'"),
    "a local image": (
        lambda: image("a.png"),
        "<paragraph classes=wide>\n  <inline>\n    'a.png'",
    ),
    "an image that links to a script": (
        lambda: nodes.reference("", "", image(PICTURE), refuri="javascript:x"),
        f"<paragraph>\n  <inline>\n    <image classes=wide uri={PICTURE}>",
    ),
    "a local image that links to a script": (
        lambda: nodes.reference("", "", image("a.png"), refuri="javascript:x"),
        "<paragraph>\n  <inline>\n    <inline classes=wide>\n      'a.png'",
    ),
}


@pytest.mark.parametrize(("make", "expected"), BLOCKS.values(), ids=BLOCKS.keys())
@pytest.mark.parametrize("depth", [0, 2])
def test_as_a_block(make: Callable[[], nodes.Node], expected: str, depth: int) -> None:
    node = make()
    for _ in range(depth):
        node = nodes.note("", node)
    (clean,) = sanitize([node])
    for _ in range(depth):
        (clean,) = clean.children
    assert tree(clean) == expected
