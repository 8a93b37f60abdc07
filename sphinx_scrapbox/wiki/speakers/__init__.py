"""Speakers, signatures and marks: what each icon means on its line.

:mod:`.turns` marks a page, :mod:`.names` says which icons cannot stand for a person,
:mod:`.sentences` whether the words behind an icon are what it says or go on from its name, and
:mod:`.signers` who signs in a wiki.
"""

from sphinx_scrapbox.wiki.speakers.names import DEFAULT_MARKS, EMOJI_PROJECTS, is_name_of_thing
from sphinx_scrapbox.wiki.speakers.sentences import continues_sentence
from sphinx_scrapbox.wiki.speakers.signers import PageSignatures, find_signers
from sphinx_scrapbox.wiki.speakers.turns import Speakers, is_icon_or_space

__all__ = [
    "DEFAULT_MARKS",
    "EMOJI_PROJECTS",
    "PageSignatures",
    "Speakers",
    "continues_sentence",
    "find_signers",
    "is_icon_or_space",
    "is_name_of_thing",
]
