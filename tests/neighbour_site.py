"""A small site with what other extensions and builders stumble over."""

from __future__ import annotations

from sites import icon, page

FOOTER = (
    "This page is auto-translated from [/garden/Ten](https://scrapbox.io/garden/Ten) using "
    "DeepL. If you looks something interesting but the auto-translated English is not good enough "
    "to understand it, feel free to let me know at [@garden_en](https://twitter.com/garden_en). "
    "I'm very happy to spread my thought to non-Japanese readers."
)
LEVELS = 26
_INDEX = "# Garden\n\n```{toctree}\n:glob:\n\nguide\nwiki/*\n```\n"
_GUIDE = "# Guide\n\nTo [[Soil]] and [[An idea]].\n\n## Results\n\nOf the *guide*.\n"
FILES = {
    "index.md": _INDEX,
    "guide.md": _GUIDE,
    "wiki/Soil.md": page(
        "Soil",
        f"{icon('mio')}What did we dig up?",
        f"{icon('ren')}See [[Why? Because]], [[A page to write]] and [[Another one]].",
        "### Results",
        "Worms in [[/garden/Ten]], of which [[Another one]] tells.",
        "### Results",
        "dig.py",
        "",
        "```python",
        "dig(depth=2)",
        "```",
        "",
        "crops by bed",
        "| bed | crop |",
        "| -- | -- |",
        "| 1 | beans |",
        "![image](https://example.org/worm.png)",
        "[a site](https://example.org/site)",
        "---",
        FOOTER,
    ),
    "wiki/Why? Because.md": page("Why? Because", "### Results", "Back to [[Soil]]."),
    "wiki/Deep.md": page(
        "Deep", *(f"{'    ' * level}- {icon('mio')}level {level}" for level in range(LEVELS))
    ),
}
"""Equal headings, a turn, a notice, code with a name, a table, an image of another site, links to
unwritten pages, a name with a question mark, and lists that are deep."""
SHOWN = (
    "What did we dig up?",
    "Why? Because",
    "A page to write",
    "mio",
    "ren",
    "dig.py",
    "beans",
    "Machine translation",
    "DeepL",
    f"level {LEVELS - 1}",
)
"""What every format must show of it."""
PROJECT = {"scrapbox_project": "garden-en"}
