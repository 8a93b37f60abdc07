"""The text of a wiki is kept from scripts that typeset formulas."""

from __future__ import annotations

import re
from html import unescape

import pytest
from docutils import nodes
from hypothesis import given
from hypothesis import strategies as st

from sphinx_scrapbox.rendering.nodes import scrapbox_words
from sphinx_scrapbox.rendering.typesetting import (
    INSIDE,
    OUTSIDE,
    has_signs,
    keep_outside,
    kept_apart,
)

# The delimiters that MathJax and KaTeX know by default, and those that sites add.
DELIMITERS = (r"\(", r"\[", "$$", r"\begin{", r"\ref{", r"\eqref{", r"\$")


@pytest.mark.parametrize("text", ["words", "a < b & c", "5 $", "it's `x", "種 (まき) [1]"])
def test_text_without_a_delimiter_is_left_as_it_is(text: str) -> None:
    assert not has_signs(text)
    paragraph = nodes.paragraph("", text)
    keep_outside(paragraph)
    assert isinstance(paragraph[0], nodes.Text)
    assert "<" not in kept_apart(text)


@given(st.text(st.sampled_from("\\$`()[]{}xyz <>&\"'"), max_size=30))
def test_no_delimiter_is_left_and_no_character_lost(text: str) -> None:
    html = kept_apart(text)
    runs = [unescape(run) for run in re.split(r"<[^>]*>", html)]
    assert "".join(runs) == text
    for run in runs:
        assert not any(delimiter in run for delimiter in DELIMITERS)
        assert run.count("$") < 2
        assert run.count("`") < 2


def test_text_and_formulas_of_an_element() -> None:
    math, code = nodes.math(r"a\b", r"a\b"), nodes.literal(r"\(c\)", r"\(c\)")
    block = nodes.literal_block(r"\[d\]", r"\[d\]")
    paragraph = nodes.paragraph("", "", nodes.Text(r"\(e\)"), math, nodes.Text("f"), code)
    section = nodes.section("", nodes.title("", r"$$g$$"), paragraph, block, classes=["own"])
    before = section.astext()
    for _twice in range(2):
        keep_outside(section)
        assert section["classes"] == ["own", *OUTSIDE]
        assert math["classes"] == list(INSIDE)
        words = list(section.findall(scrapbox_words))
        assert [node.astext() for node in words] == ["$$g$$", r"\(e\)"]
        assert all(node.parent is not None and node in node.parent.children for node in words)
        assert isinstance(code[0], nodes.Text)
        assert isinstance(block[0], nodes.Text)
    assert section.astext() == before
