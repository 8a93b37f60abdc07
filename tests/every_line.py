"""Titles, and lines of pages in both notations, at random."""

from __future__ import annotations

import random

from sites import icon

DAY = 86_400
PEOPLE = ("mio", "ren", "gpt")
PICTURES = ("https://pictures.example.org/bed.png", "https://pictures.example.org/leaf.png")
EN = ("Soil", "Compost", "When to water", "Grass cuttings", "Worms: a list", "Beds", "Leaf mould")
JA = ("土", "堆肥", "水やりの時間", "刈った草", "ミミズ", "畝", "腐葉土")
SHOP = ("Spade", "Seeds", "Soil", "Shelf 3/4", "Prices?")
WANTED = ("Nowhere", "Unwritten page", "まだない")
TAGS = ("mulch", "water", "春")
OTHER = ("Manual page", "Far away")
"""Titles in the inventory of another site."""


def footer(title: str) -> list[str]:
    """The lines that make a page the translation of a source."""
    link = f"[/garden/{title}](https://scrapbox.io/garden/{title})"
    return [
        "---",
        f"This page is auto-translated from {link} using DeepL. If you looks something "
        "interesting but the auto-translated English is not good enough to understand it, feel "
        "free to let me know at [@garden](https://twitter.com/garden).",
    ]


class Words:
    """Lines of pages in both notations, at random."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def title(self, *, native: bool) -> str:
        """A title of a page that exists or does not, mostly of the same wiki."""
        own, others = (JA, [*EN, *SHOP]) if native else (EN, [*JA, *SHOP])
        return self._chance.choice([*own, *own, *others, *WANTED, *OTHER])

    def line(self, *, native: bool) -> str:
        """A line of a page, with one thing to read."""
        pick, number = self._chance.choice, self._chance.randrange(99)
        title, tag, name, picture = (
            *(self.title(native=native), pick(TAGS)),
            *(pick((*PEOPLE, "ja")), pick(PICTURES)),
        )
        if native:
            return pick(
                [
                    *(f"{number}本の[{title}]と[/shop/{pick(SHOP)}]", f"[{title}]を読む"),
                    *(
                        f"[{name}.icon]そう思う{number}",
                        f" [{title}]の下",
                        f"#{tag} の話 [{title}]",
                    ),
                    *(f"[{picture}]", f"[* 見出し{number}]", "これは長い日本語の文である。"),
                    *(
                        f"code:sow.py\n sow({number})\n",
                        f"table:表\n a\t{number}\n b\t[{title}]\n",
                    ),
                    *(f"> 引用 `{number}`", f"[$ x^{number}] [/garden-en/{pick(EN)}]"),
                    *(f"[label https://example.org/{number}]", f"[{pick(EN)}.icon]"),
                ]
            )
        speaker = icon(name)
        return pick(
            [
                *(f"Line {number} on [[{title}]]", f"See [[{title}]] and [[{pick(EN)}]]."),
                *(f"{speaker}I think {number}", f"{speaker}So do I, about [[{title}]]"),
                *(f"- item {number}\n    - below [[{title}]]", f"#{tag} and [[{title}]]"),
                *(f"![image]({picture})", f"### Heading {number}", f"> quoted `{number}`"),
                *(f"sow.py\n\n```py\nsow({number})\n```\n", f"$x^{number}$ and **bold**"),
                f"beds\n| bed | crop |\n| -- | -- |\n| {number} | [[{title}]] |\n",
                f"[/shop/{pick(SHOP)}](https://scrapbox.io/shop/{pick(SHOP)})",
                f"[a site](https://example.org/{number})",
                f"```{{note}}\nOf [[{title}]]\n```\n",
            ]
        )

    def lines(self, *, native: bool) -> list[str]:
        """Some lines."""
        return [self.line(native=native) for _ in range(self._chance.randint(0, 7))]
