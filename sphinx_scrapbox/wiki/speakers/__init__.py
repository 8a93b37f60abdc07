"""Speakers, signatures and marks: what each icon means on its line.

:mod:`.turns` marks a page, :mod:`.names` says whose icons stand for a person, and
:mod:`.sentences` whether the words behind an icon are what it says or go on from its name.
"""

from sphinx_scrapbox.wiki.speakers.names import DEFAULT_MARKS, EMOJI_PROJECTS, is_name_of_thing
from sphinx_scrapbox.wiki.speakers.sentences import continues_sentence
from sphinx_scrapbox.wiki.speakers.turns import Speakers

__all__ = [
    "DEFAULT_MARKS",
    "EMOJI_PROJECTS",
    "Speakers",
    "continues_sentence",
    "is_name_of_thing",
]
