"""Turns without boxes, in formats that have no style sheets."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from sphinx_scrapbox.rendering.nodes import scrapbox_speech
from sphinx_scrapbox.sphinx_ext.feature import Feature


class RunInSpeakers(SphinxPostTransform):
    """Begins the words of a turn with its speaker if ``scrapbox_speech`` is "inline"."""

    # Before the ids of lines become targets (50).
    default_priority = 45
    formats = ("latex", "text", "man", "texinfo")

    def run(self, **kwargs: Any) -> None:
        """Replace each such turn with its words."""
        for turn in list(self.document.findall(scrapbox_speech)):
            if "scrapbox-inline" in turn["classes"]:
                _run_in(turn)


def _run_in(turn: scrapbox_speech) -> None:
    speaker, *words = turn.children
    assert isinstance(speaker, nodes.Element)
    name = nodes.strong("", "", *speaker.children, nodes.Text(":"))
    first = words[0] if words else None
    if isinstance(first, nodes.line_block) and first.children:
        first = first[0]
    if isinstance(first, nodes.paragraph | nodes.line):
        first.insert(0, [name, nodes.Text(" ")])
    else:
        first = nodes.paragraph("", "", name)
        words.insert(0, first)
    first["ids"][:0] = turn["ids"]
    turn.replace_self(words)


class SpeechFeature(Feature):
    """Speakers at the beginning of their words, where ``scrapbox_speech`` says so."""

    name = "speech"
    post_transforms = (RunInSpeakers,)


FEATURE = SpeechFeature()
